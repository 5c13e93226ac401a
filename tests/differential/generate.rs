//! Requests made up from the published SDL, valid by construction, with values that the graph has.

use super::grouping::Grouping;
use super::request::{Argument, Field, Literal, Request, Selection};
use crate::support::random::Random;
use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, InputValueDefinition, Type};
use apollo_compiler::schema::ExtendedType;
use mdgraph::graph::{Graph, Value, naming};
use mdgraph::ontology::ValueType;
use std::collections::BTreeMap;

/// Values that occur in a graph, so that filters find something.
pub struct Samples {
    ids: Vec<String>,
    ids_of_kind: BTreeMap<String, Vec<String>>,
    observations: Vec<String>,
    facts: Vec<String>,
    names: Vec<String>,
    texts: BTreeMap<String, Vec<String>>,
    numbers: Vec<String>,
    dates: Vec<String>,
    /// By the name of what a list holds: how it can be grouped.
    groupings: BTreeMap<String, Grouping>,
}

impl Samples {
    /// Of a graph.
    pub fn of(graph: &Graph) -> Samples {
        let mut samples = Samples {
            ids: graph
                .nodes
                .iter()
                .map(|n| n.id.to_string())
                .chain(graph.retired.keys().map(|id| id.to_string()))
                .collect(),
            ids_of_kind: BTreeMap::new(),
            observations: graph.observations.iter().map(|o| o.id.to_string()).collect(),
            facts: graph.facts.iter().map(|f| f.id.to_string()).collect(),
            names: Vec::new(),
            texts: BTreeMap::new(),
            numbers: ["-1", "0", "1", "2", "3.0001", "38", "100"].map(str::to_owned).to_vec(),
            dates: ["2019", "2021-06", "2022", "2022-07-22", "2024-02", "2030"].map(str::to_owned).to_vec(),
            groupings: Grouping::all(&graph.ontology),
        };
        samples.ids.sort();
        for node in &graph.nodes {
            let kind = graph.ontology.kind(node.kind).name.to_string();
            samples.ids_of_kind.entry(kind).or_default().push(node.id.to_string());
            samples.names.extend(node.names.all().map(|n| n.to_string()));
            for (id, value) in &node.properties {
                samples.property(&graph.ontology.property(*id).name, value);
            }
            for (id, values) in &node.history {
                values.iter().for_each(|v| samples.property(&graph.ontology.property(*id).name, &v.value));
            }
        }
        for fact in &graph.facts {
            let relationship = graph.ontology.relationship(fact.relationship);
            for (position, value) in &fact.properties {
                let name = &relationship.properties[*position as usize].name;
                samples.property(&format!("{}Where.{name}", relationship.type_name), value);
            }
            let ends = fact.since.iter().chain(&fact.until).flat_map(|w| w.earliest.into_iter().chain(w.latest));
            samples.dates.extend(ends.map(|d| d.to_string()));
        }
        for observation in &graph.observations {
            samples.numbers.extend(observation.value.map(|v| v.to_string()));
            samples.numbers.extend(observation.normalized.as_ref().map(|q| q.value.to_string()));
        }
        let ontology = &graph.ontology;
        let of_entities = ontology.properties.iter().map(|p| (p.name.to_string(), &p.ty));
        let of_edges = ontology
            .relationships
            .iter()
            .flat_map(|r| r.properties.iter().map(move |p| (format!("{}Where.{}", r.type_name, p.name), &p.ty)));
        for (name, ty) in of_entities.chain(of_edges) {
            let ty = if let ValueType::List(inner) = ty { inner } else { ty };
            if let ValueType::Enum(id) = ty {
                let values = ontology.enumeration(*id).values.iter().map(|v| v.name.to_string());
                samples.texts.entry(name).or_default().extend(values);
            }
        }
        for list in [&mut samples.names, &mut samples.numbers, &mut samples.dates] {
            list.sort();
            list.dedup();
        }
        samples
    }

    fn property(&mut self, name: &str, value: &Value) {
        match value {
            Value::Str(text) => self.texts.entry(name.to_owned()).or_default().push(text.to_string()),
            Value::Int(number) => self.numbers.push(number.to_string()),
            Value::Decimal(number) => self.numbers.push(number.to_string()),
            Value::Date(date) => self.dates.push(date.to_string()),
            Value::List(items) => items.iter().for_each(|item| self.property(name, item)),
            Value::Bool(_) | Value::Struct(_) => {}
        }
    }
}

/// Makes requests for one graph.
pub struct Generator<'a> {
    schema: &'a Schema,
    samples: &'a Samples,
    /// What decides on the form: the fields, the arguments, the filters' shape.
    pub random: Random,
    /// What decides on the values that fill it. Neo4j plans a form once, whatever its values.
    values: Random,
    fields: usize,
    most_fields: usize,
    aliases: usize,
    /// The type whose fields are being chosen.
    of: String,
}

/// Fields that one request asks for at most, about: most requests are small, so that many are asked in the same time.
const FIELDS: [usize; 8] = [1, 2, 2, 3, 4, 6, 8, 16];
/// What stands in a filter for an operand; what the text is, is said by the field outside.
const OPERATORS: [&str; 13] =
    ["eq", "in", "notIn", "contains", "startsWith", "within", "during", "before", "after", "gt", "gte", "lt", "lte"];
/// Levels of composite fields at most.
const DEPTH: usize = 7;

impl<'a> Generator<'a> {
    /// For a published SDL and the values of a graph.
    pub fn new(schema: &'a Schema, samples: &'a Samples, random: Random) -> Generator<'a> {
        let values = random.fork(1);
        Generator { schema, samples, random, values, fields: 0, most_fields: FIELDS[0], aliases: 0, of: String::new() }
    }

    /// As many requests of one form with different values.
    pub fn requests(&mut self, many: usize) -> Vec<Request> {
        let form = self.random.clone();
        (0..many)
            .map(|_| {
                self.random = form.clone();
                self.request()
            })
            .collect()
    }

    /// A root field that gives a page of what has an id, with arguments.
    pub fn paged_root(&mut self) -> Option<Field> {
        let Some(ExtendedType::Object(query)) = self.schema.types.get("Query") else { return None };
        let paged = |f: &&FieldDefinition| f.arguments.iter().any(|a| a.name == "before");
        let roots: Vec<&FieldDefinition> = query.fields.values().map(|f| &***f).filter(paged).collect();
        let definition = *self.random.pick(&roots);
        let mut field = Field::leaf(&definition.name);
        field.arguments = self.arguments(definition);
        Some(field)
    }

    /// A request of one to three root fields.
    pub fn request(&mut self) -> Request {
        (self.fields, self.aliases) = (0, 0);
        self.most_fields = *self.random.pick(&FIELDS);
        let Some(ExtendedType::Object(query)) = self.schema.types.get("Query") else {
            return Request { roots: Vec::new() };
        };
        let roots: Vec<&FieldDefinition> = query.fields.values().map(|f| &***f).collect();
        // The pairs of each kind are many; the others are as interesting together.
        let (shared, of_kinds): (Vec<_>, Vec<_>) = roots.into_iter().partition(|f| {
            let ty = f.ty.inner_named_type().as_str();
            let paged = ty.strip_suffix("Connection").unwrap_or(ty);
            !self.samples.ids_of_kind.contains_key(paged)
        });
        let count = if self.random.chance(70) { 1 } else { self.random.between(2, 3) };
        let roots = (0..count)
            .map(|_| {
                let pool = if of_kinds.is_empty() || self.random.chance(45) { &shared } else { &of_kinds };
                let field = *self.random.pick(pool);
                Selection::Field(self.field(field, DEPTH))
            })
            .collect();
        Request { roots }
    }

    fn field(&mut self, definition: &FieldDefinition, depth: usize) -> Field {
        self.fields += 1;
        let ty = definition.ty.inner_named_type().as_str();
        let arguments = match self.grouping_arguments(definition) {
            Some(arguments) => arguments,
            None => self.arguments(definition),
        };
        let selections = self.selections(ty, depth.saturating_sub(1));
        // A key of its own for each, so that no two fields of one name ever have to agree.
        self.aliases += 1;
        Field { alias: Some(format!("f{}", self.aliases)), name: definition.name.to_string(), arguments, selections }
    }

    fn selections(&mut self, ty: &str, depth: usize) -> Vec<Selection> {
        let schema = self.schema;
        let fields: Vec<&FieldDefinition> = match schema.types.get(ty) {
            Some(ExtendedType::Object(object)) => object.fields.values().map(|f| &***f).collect(),
            Some(ExtendedType::Interface(interface)) => interface.fields.values().map(|f| &***f).collect(),
            _ => return Vec::new(),
        };
        let (leaves, composites): (Vec<_>, Vec<_>) = fields.into_iter().partition(|f| self.is_leaf(&f.ty));
        let mut chosen = Vec::new();
        let connection = ty.ends_with("Connection");
        // Always one that never fails to say something; pages and edges need their cursors to be followed.
        for name in ["id", "cursor"] {
            if leaves.iter().any(|f| f.name == name) && (name == "cursor" || self.random.chance(80)) {
                chosen.push(Selection::Field(Field::leaf(name)));
            }
        }
        for field in self.random.some(&leaves, if connection { 2 } else { 3 }) {
            self.of = ty.to_owned();
            chosen.push(Selection::Field(self.field(field, depth)));
        }
        for field in &composites {
            let must = (connection && field.name == "edges") || (ty.ends_with("Edge") && field.name == "node");
            if must || (connection && self.random.chance(35)) {
                self.of = ty.to_owned();
                let mut field = self.field(field, depth);
                if field.name == "edges" {
                    field.alias = None;
                }
                chosen.push(Selection::Field(field));
            }
        }
        if !connection && depth > 0 && self.fields < self.most_fields {
            let most = if depth > 3 { self.random.between(0, 3) } else { self.random.below(2) };
            for field in self.random.some(&composites, most) {
                if !(ty.ends_with("Edge") && field.name == "node") {
                    self.of = ty.to_owned();
                    chosen.push(Selection::Field(self.field(field, depth)));
                }
            }
        }
        if matches!(schema.types.get(ty), Some(ExtendedType::Interface(_)))
            && depth > 0
            && self.fields < self.most_fields
        {
            let kinds = schema.implementers_map();
            let all: Vec<String> = kinds.get(ty).into_iter().flat_map(|i| i.iter()).map(|n| n.to_string()).collect();
            let most = self.random.below(3);
            for on in self.random.some(&all, most) {
                let inner = self.selections(&on, depth.saturating_sub(2));
                chosen.push(Selection::On(on, inner));
            }
        }
        if chosen.is_empty() || self.random.chance(15) {
            chosen.push(Selection::Field(Field::leaf("__typename")));
        }
        chosen
    }

    fn is_leaf(&self, ty: &Type) -> bool {
        !matches!(
            self.schema.types.get(ty.inner_named_type()),
            Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
        )
    }

    fn arguments(&mut self, definition: &FieldDefinition) -> Vec<Argument> {
        let mut arguments = Vec::new();
        let paged = definition.arguments.iter().any(|a| a.name == "before");
        let backward = paged && self.random.chance(35);
        for argument in &definition.arguments {
            let name = argument.name.as_str();
            let wanted = match name {
                "after" | "before" => false,
                "first" if paged => !backward,
                "last" => backward,
                "asOf" => self.random.chance(35),
                "where" => self.random.chance(65),
                "lang" => self.random.chance(30),
                _ => self.random.chance(45),
            };
            if !wanted && !argument.is_required() {
                continue;
            }
            let value = match name {
                "first" | "last" => Literal::Token(format!("{}", [0, 1, 1, 2, 2, 3, 4, 7][self.values.below(8)])),
                "id" | "ids" => self.ids(definition, &argument.ty),
                "text" => Literal::Text(self.searched()),
                _ => self.of_type(&argument.ty, name, false, 3),
            };
            arguments.push(Argument {
                name: name.to_owned(),
                value,
                ty: argument.ty.to_string(),
                variable: self.random.chance(25),
                required: argument.is_required(),
            });
        }
        arguments
    }

    /// The arguments of a grouping, which only some values are allowed for; none for another field.
    fn grouping_arguments(&mut self, definition: &FieldDefinition) -> Option<Vec<Argument>> {
        let samples = self.samples;
        let grouping = samples.groupings.get(self.of.strip_suffix("Aggregate")?)?;
        let mut values: Vec<(&str, Literal)> = match definition.name.as_str() {
            "groups" => vec![("property", Literal::Text(self.random.pick(&grouping.properties).clone()))],
            "by" => {
                let way = self.random.pick(&grouping.ways);
                let mut values = vec![("relationship", Literal::Token(way.relationship.clone()))];
                if self.random.chance(70) {
                    values.push(("direction", Literal::Token(way.direction.to_owned())));
                }
                // Without a direction another one may be read, at whose end there are other levels.
                if values.len() > 1 && !way.levels.is_empty() && self.random.chance(60) {
                    values.push(("level", Literal::Text(self.random.pick(&way.levels).clone())));
                }
                values
            }
            _ => return None,
        };
        for (name, chance) in [("status", 40), ("first", 50)] {
            let Some(argument) = definition.argument_by_name(name) else { continue };
            if self.random.chance(chance) {
                let first = Literal::Token(format!("{}", self.random.below(5)));
                let value = if name == "first" { first } else { self.of_type(&argument.ty, name, false, 3) };
                values.push((name, value));
            }
        }
        let argument = |(name, value): (&str, Literal)| {
            let declared = definition.argument_by_name(name)?;
            let (ty, required, variable) = (declared.ty.to_string(), declared.is_required(), self.random.chance(25));
            Some(Argument { name: name.to_owned(), value, ty, variable, required })
        };
        Some(values.into_iter().filter_map(argument).collect())
    }

    fn ids(&mut self, definition: &FieldDefinition, ty: &Type) -> Literal {
        let kind = definition.ty.inner_named_type().as_str();
        let samples = self.samples;
        let pool = match kind {
            "Observation" => &samples.observations,
            "Fact" => &samples.facts,
            _ => samples.ids_of_kind.get(kind).unwrap_or(&samples.ids),
        };
        let mut one = || {
            let pool = if self.values.chance(8) { &samples.ids } else { pool };
            let unknown = pool.is_empty() || self.values.chance(5);
            Literal::Text(if unknown { "company:nobody".to_owned() } else { self.values.pick(pool).clone() })
        };
        if !ty.is_list() {
            return one();
        }
        let first = one();
        let mut items = vec![first.clone()];
        for _ in 0..3 {
            items.push(one());
        }
        items.push(first);
        Literal::List(items)
    }

    /// A name, a piece of one, its pinyin, or that with a slip.
    fn searched(&mut self) -> String {
        if self.samples.names.is_empty() {
            return "威高".to_owned();
        }
        let name = self.values.pick(&self.samples.names).clone();
        let names = mdgraph::graph::NodeNames { zh: Some(name.as_str().into()), ..Default::default() };
        let keys = naming::keys(&names);
        match self.values.below(7) {
            0 => name,
            1 => self.piece(&name),
            2 => name.to_uppercase(),
            _ if keys.is_empty() => name,
            3 => self.values.pick(&keys).key.to_string(),
            4 | 5 => {
                let mut chars: Vec<char> = self.values.pick(&keys).key.chars().collect();
                let (at, other) = (self.values.below(chars.len()), self.values.below(chars.len()));
                let moved = chars.remove(at);
                if self.values.chance(50) {
                    chars.insert(other.min(chars.len()), moved);
                }
                chars.into_iter().collect()
            }
            _ => {
                let key = self.values.pick(&keys).key.clone();
                self.piece(&key)
            }
        }
    }

    fn piece(&mut self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let start = self.values.below(chars.len().min(3));
        let start = if self.values.chance(50) { 0 } else { start };
        let length = self.values.between(1, 3);
        chars.iter().skip(start).take(length).collect()
    }

    /// A value of a type. `about` is the name that says what a text stands for.
    /// `piece`: a part of a text will do.
    fn of_type(&mut self, ty: &Type, about: &str, piece: bool, depth: usize) -> Literal {
        if ty.is_list() {
            let item = ty.item_type().clone();
            let most = self.random.between(1, 3);
            return Literal::List((0..most).map(|_| self.of_type(&item, about, piece, depth)).collect());
        }
        let schema = self.schema;
        let name = ty.inner_named_type().as_str();
        match (name, schema.types.get(name)) {
            ("Boolean", _) => Literal::Token(if self.random.chance(50) { "true" } else { "false" }.to_owned()),
            ("Int", _) => Literal::Token(format!("{}", self.values.below(6) as i64 - 1)),
            ("Decimal", _) => {
                let number = self.values.pick(&self.samples.numbers).clone();
                if self.values.chance(50) { Literal::Text(number) } else { Literal::Token(number) }
            }
            ("PartialDate", _) => Literal::Text(self.values.pick(&self.samples.dates).clone()),
            ("ID", _) if self.samples.ids.is_empty() => Literal::Text("company:nobody".to_owned()),
            ("ID", _) => Literal::Text(self.values.pick(&self.samples.ids).clone()),
            (_, Some(ExtendedType::Enum(values))) => {
                let all: Vec<&str> = values.values.keys().map(|v| v.as_str()).collect();
                Literal::Token((*self.random.pick(&all)).to_owned())
            }
            (_, Some(ExtendedType::InputObject(object))) => {
                let fields: Vec<&InputValueDefinition> = object.fields.values().map(|f| &***f).collect();
                let deep = |f: &&&InputValueDefinition| {
                    let inner = f.ty.inner_named_type().as_str();
                    depth > 0 || inner.ends_with("Filter") && !self.is_relation(inner) || self.is_leaf_input(inner)
                };
                let open: Vec<&InputValueDefinition> = fields.iter().filter(deep).copied().collect();
                let one_of = object.directives.iter().any(|d| d.name == "oneOf");
                let scalar_filter = name.ends_with("Filter") && !self.is_relation(name);
                let most = if one_of {
                    1
                } else if scalar_filter {
                    [1, 1, 1, 2][self.random.below(4)]
                } else {
                    self.random.between(1, 2)
                };
                let chosen = self.random.some(&open, most);
                let fields = chosen
                    .into_iter()
                    .map(|f| {
                        // A property of an edge means something else under another relationship.
                        let of_edge = format!("{name}.{}", f.name);
                        let known = self.samples.texts.contains_key(&of_edge);
                        let about = if known { &of_edge } else { about };
                        let piece = matches!(f.name.as_str(), "contains" | "startsWith");
                        let about = if known || OPERATORS.contains(&f.name.as_str()) { about } else { &f.name };
                        (f.name.to_string(), self.of_type(&f.ty, about, piece, depth.saturating_sub(1)))
                    })
                    .collect();
                Literal::Object(fields)
            }
            _ => {
                let texts = match about {
                    "name" => Some(&self.samples.names),
                    property => self.samples.texts.get(property),
                };
                let Some(texts) = texts.filter(|t| !t.is_empty()) else { return Literal::Text("a".to_owned()) };
                let text = self.values.pick(texts).clone();
                Literal::Text(if piece && self.values.chance(60) { self.piece(&text) } else { text })
            }
        }
    }

    fn is_relation(&self, input: &str) -> bool {
        matches!(self.schema.types.get(input), Some(ExtendedType::InputObject(o)) if o.fields.contains_key("some"))
    }

    fn is_leaf_input(&self, name: &str) -> bool {
        !matches!(self.schema.types.get(name), Some(ExtendedType::InputObject(_)))
    }
}
