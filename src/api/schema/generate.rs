//! Writes the API's types from the ontology, as SDL, beside those of `common.graphql` that every ontology has.
//!
//! Names follow the target: `CompanyWhere`, `CompanyOrderBy`, `CompanyAggregate`, `CompanyConnection` of a kind. A relationship with
//! properties of its own has `TakesPartInEdge` and `TakesPartInWhere`, shared by both directions, `TakesPartInConnection` and
//! `TakesPartInInverseConnection`; all without share [`STATED`]'s edge, and its connection by target, as what is derived does with
//! [`DERIVED`]'s. So a kind costs few types.

use crate::ontology::{
    Described, Direction, HISTORY, InterfaceId, KindId, Labels, Link, Ontology, PropId, Target, ValueType,
};
use std::collections::BTreeMap;
use std::fmt::Write;

const COMMON: &str = include_str!("common.graphql");
const LIST: &str = include_str!("list.graphql");
const ENTITY: &str = include_str!("entity.graphql");
/// What the types are called after that relationships without properties of their own share: `StatedEdge`, `CompanyStatedConnection`.
const STATED: &str = "Stated";
/// What the types of derived links are called after.
const DERIVED: &str = "Derived";
/// The four arguments of a page.
const PAGE: &str = "\"前几项 · the first so many\" first: Int, \"其后 · after this cursor\" after: String, \
                    \"后几项 · the last so many\" last: Int, \"其前 · before this cursor\" before: String";
/// The argument of every root that gives graph data.
const AS_OF: &str = "\"时点 · as of which time\" asOf: AsOf";

/// The API's types as SDL: what is registered, before async-graphql prints it.
pub fn source(ontology: &Ontology) -> String {
    let mut writer = Writer { ontology, out: String::with_capacity(1 << 18) };
    writer.out.push_str(COMMON);
    writer.out.push_str(LIST);
    writer.constants();
    writer.entity_like(Target::Entity);
    (0..ontology.interfaces.len()).for_each(|i| writer.entity_like(Target::Interface(InterfaceId(i as u16))));
    (0..ontology.kinds.len()).for_each(|i| writer.entity_like(Target::Kind(KindId(i as u16))));
    writer.kind_pages();
    writer.values();
    writer.relationships();
    writer.shared();
    writer.query();
    writer.out
}

pub(super) struct Writer<'a> {
    pub(super) ontology: &'a Ontology,
    out: String,
}

/// A description as an SDL string, a block string when it has several lines.
pub(super) fn described(text: &str) -> String {
    if text.contains('\n') {
        format!("\"\"\"\n{}\n\"\"\"", text.replace("\"\"\"", "'''"))
    } else {
        format!("\"{}\"", text.replace('\\', "").replace('"', "'"))
    }
}

/// The first line of a description: labels, Chinese before English.
pub(super) fn labels(it: &Described) -> String {
    format!("{} · {}", it.labels.zh, it.labels.en)
}

/// The type of a property as the API writes it.
pub fn type_of(ontology: &Ontology, ty: &ValueType) -> String {
    match ty {
        ValueType::String | ValueType::CreditCode => "String".into(),
        ValueType::Boolean => "Boolean".into(),
        ValueType::Int => "Int".into(),
        ValueType::Decimal => "Decimal".into(),
        ValueType::PartialDate => "PartialDate".into(),
        ValueType::Enum(id) => ontology.enumeration(*id).name.to_string(),
        ValueType::Struct(id) => ontology.structure(*id).name.to_string(),
        ValueType::List(inner) => format!("[{}!]", type_of(ontology, inner)),
    }
}

impl Writer<'_> {
    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn enumeration(&mut self, name: &str, description: &str, values: impl Iterator<Item = (String, String)>) {
        self.line(&format!("{}\nenum {name} {{", described(description)));
        for (value, text) in values {
            self.line(&described(&text));
            self.line(&value);
        }
        self.line("}");
    }

    /// The enums that list kinds and relationships.
    fn constants(&mut self) {
        let ontology = self.ontology;
        self.enumeration(
            "Kind",
            "实体类型 · kind of entity\n本体中的实体类型。\nThe kinds of the ontology.",
            ontology.kinds.iter().map(|k| (k.constant.to_string(), labels(&k.described))),
        );
        self.enumeration(
            "RelationshipType",
            "关系类型 · type of relationship\n本体中的关系。\nThe relationships of the ontology.",
            ontology.relationships.iter().map(|r| (r.name.to_string(), labels(&r.described))),
        );
    }

    /// The type of a property of an edge: enums are text there, so that edges of different relationships read alike.
    fn edge_type_of(&self, ty: &ValueType) -> String {
        match ty {
            ValueType::Enum(_) => "String".into(),
            ValueType::List(inner) => format!("[{}!]", self.edge_type_of(inner)),
            other => type_of(self.ontology, other),
        }
    }

    /// The filter of a property; none of a value object.
    fn filter_of(&self, ty: &ValueType) -> Option<String> {
        Some(match ty {
            ValueType::String | ValueType::CreditCode => "StringFilter".into(),
            ValueType::Boolean => "BooleanFilter".into(),
            ValueType::Int => "IntFilter".into(),
            ValueType::Decimal => "DecimalFilter".into(),
            ValueType::PartialDate => "DateFilter".into(),
            ValueType::Enum(id) => format!("{}Filter", self.ontology.enumeration(*id).name),
            ValueType::Struct(_) => return None,
            ValueType::List(inner) => return self.filter_of(inner),
        })
    }

    pub(super) fn properties(&self, target: Target) -> &[PropId] {
        match target {
            Target::Kind(id) => &self.ontology.kind(id).properties,
            Target::Interface(id) => &self.ontology.interface(id).properties,
            Target::Entity => &[],
        }
    }

    fn about(&self, target: Target) -> Described {
        match target {
            Target::Kind(id) => self.ontology.kind(id).described.clone(),
            Target::Interface(id) => self.ontology.interface(id).described.clone(),
            Target::Entity => Described {
                labels: Labels { zh: "实体".into(), en: "entity".into() },
                text: "图谱中的任何事物。\nAnything in the graph.".into(),
            },
        }
    }

    /// What a link is called and says, from the side that it is read from.
    pub(super) fn link_description(&self, link: Link) -> String {
        let (forward, inverse, direction) = match link {
            Link::Relationship(id, direction) => {
                let it = self.ontology.relationship(id);
                (&it.described, &it.inverse_labels, direction)
            }
            Link::Derived(id, direction) => {
                let it = self.ontology.shortcut(id);
                (&it.described, &it.inverse_labels, direction)
            }
        };
        match direction {
            Direction::Out => forward.sdl(),
            Direction::In => format!("{} · {}", inverse.zh, inverse.en),
        }
    }

    /// A kind, an interface or `Entity`, with its filter and its order.
    fn entity_like(&mut self, target: Target) {
        let ontology = self.ontology;
        let name = ontology.target_name(target).to_owned();
        let about = self.about(target);
        self.line(&described(&about.sdl()));
        match target {
            Target::Kind(id) => {
                let mut line = format!("type {name} implements Entity");
                for interface in &ontology.kind(id).interfaces {
                    let _ = write!(line, " & {}", ontology.interface(*interface).name);
                }
                self.line(&format!("{line} {{"));
            }
            // An interface implements none: the registry cannot say so, and every kind names all of its own.
            _ => self.line(&format!("interface {name} {{")),
        }
        self.line(&ENTITY.replace("{page}", PAGE));
        for property in self.properties(target).to_vec() {
            let property = ontology.property(property);
            let required = if property.required || property.default.is_some() { "!" } else { "" };
            self.line(&format!(
                "{}\n{}: {}{required}",
                described(&property.described.sdl()),
                property.name,
                type_of(self.ontology, &property.ty)
            ));
            if property.history {
                let Labels { zh, en } = &property.described.labels;
                self.line(&format!("\"{zh}历程 · its values of {en}, each with its period, in their order\"\n{}{HISTORY}: [DatedValue!]!", property.name));
            }
        }
        let links = ontology.links_of(target);
        for (field, link) in &links {
            let text = described(&self.link_description(*link));
            let other = ontology.target_name(ontology.link_target(*link));
            let Some(Types { pages, edge }) = types_of(ontology, *link) else {
                self.line(&format!("{text}\n{field}: {other}"));
                continue;
            };
            self.line(&format!(
                "{text}\n{field}(\"邻居条件 · which neighbours\" where: {other}Where, \"边的条件 · which edges\" edge: {edge}Where, \
                 \"排序 · in which order of neighbours; by name if unset\" orderBy: [{other}OrderBy!], {PAGE}): {pages}Connection!"
            ));
        }
        self.line("}");
        self.filter(target, &name, &about, &links);
        self.order(target, &name, &about, &links);
        self.aggregate(target, &name, &about);
    }

    fn filter(&mut self, target: Target, name: &str, about: &Described, links: &[(std::sync::Arc<str>, Link)]) {
        let ontology = self.ontology;
        let kind = match target {
            Target::Kind(_) => "",
            _ => "\"类型 · one of these kinds\"\nkind: [Kind!]\n",
        };
        self.line(&format!(
            "\"\"\"\n{}条件 · filter of {}\n所给的条件都须满足。\nEverything given must hold.\n\"\"\"\ninput {name}Where {{\n\
             \"都满足 · all of them\"\nAND: [{name}Where!]\n\"任一满足 · any of them\"\nOR: [{name}Where!]\n\"不满足 · not this\"\nNOT: {name}Where\n\
             \"标识 · its id\"\nid: IdFilter\n{kind}\"文件 · named by such a document: it, a fact or a figure about it is stated there\"\ndocument: IdFilter\n\"名称 · any of its names, whatever their case and width\"\nname: StringFilter",
            about.labels.zh, about.labels.en
        ));
        for property in self.properties(target).to_vec() {
            let property = ontology.property(property);
            if let Some(filter) = self.filter_of(&property.ty) {
                self.line(&format!("{}\n{}: {filter}", described(&labels(&property.described)), property.name));
            }
        }
        for (field, link) in links {
            if let Some(Types { pages, .. }) = types_of(ontology, *link) {
                let text = self.link_description(*link);
                self.line(&format!("{}\n{field}: {pages}Filter", described(text.lines().next().unwrap_or_default())));
            }
        }
        self.line("}");
    }

    /// Enums with their filters, and value objects.
    fn values(&mut self) {
        let ontology = self.ontology;
        let on_edges_only = |id: usize| {
            let is = |ty: &ValueType| match ty {
                ValueType::Enum(e) => e.index() == id,
                ValueType::List(inner) => matches!(**inner, ValueType::Enum(e) if e.index() == id),
                _ => false,
            };
            let filtered = ontology.properties.iter().any(|p| is(&p.ty));
            (filtered, filtered || ontology.structs.iter().flat_map(|s| &s.fields).any(|f| is(&f.ty)))
        };
        for (id, it) in ontology.enums.iter().enumerate() {
            let (filtered, shown) = on_edges_only(id);
            if shown {
                let values = it.values.iter().map(|v| (v.name.to_string(), v.described.sdl()));
                self.enumeration(&it.name, &it.described.sdl(), values);
            }
            if filtered {
                let name = &it.name;
                self.line(&format!(
                    "\"\"\"\n{}条件 · filter of {}\n所给的条件都须满足。\nEverything given must hold.\n\"\"\"\ninput {name}Filter {{\n\
                     \"等于 · equals\"\neq: {name}\n\"属于 · is one of these\"\nin: [{name}!]\n\"不属于 · is none of these\"\nnotIn: [{name}!]\n\
                     \"为空 · whether there is no value\"\nisNull: Boolean\n}}",
                    it.described.labels.zh, it.described.labels.en
                ));
            }
        }
        for it in &ontology.structs {
            self.line(&format!("{}\ntype {} {{", described(&it.described.sdl()), it.name));
            for field in &it.fields {
                let required = if field.required { "!" } else { "" };
                self.line(&format!(
                    "{}\n{}: {}{required}",
                    described(&field.described.sdl()),
                    field.name,
                    type_of(self.ontology, &field.ty)
                ));
            }
            self.line("}");
        }
    }

    /// The edges and the pages of relationships with properties of their own.
    fn relationships(&mut self) {
        let ontology = self.ontology;
        for it in ontology.relationships.iter().filter(|it| !it.properties.is_empty()) {
            let (name, zh, en) = (&it.type_name, &it.described.labels.zh, &it.described.labels.en);
            let mut fields = String::from("\"事实 · the statement\"\nfact: Fact!\n");
            let mut tests = String::new();
            for property in &it.properties {
                let text = described(&property.described.sdl());
                let _ = writeln!(fields, "{text}\n{}: {}", property.name, self.edge_type_of(&property.ty));
                let filter = match &property.ty {
                    ValueType::Enum(_) | ValueType::List(_) => Some("StringFilter".to_owned()),
                    other => self.filter_of(other),
                };
                if let Some(filter) = filter {
                    let _ = writeln!(tests, "{}\n{}: {filter}", described(&labels(&property.described)), property.name);
                }
            }
            fields.push_str("\"实体 · the neighbour\"\nnode: Entity!\n");
            self.edge(name, zh, en, &fields);
            self.line(&format!(
                "\"\"\"\n{zh}的边的条件 · filter of edges: {en}\n所给的条件都须满足。\nEverything given must hold.\n\"\"\"\ninput {name}Where {{\n\
                 \"状态 · one of these\"\nstatus: [Status!]\n\"依据 · one of these\"\nbasis: [Basis!]\n{tests}}}"
            ));
            let ends: &[(Direction, Target, &Labels)] =
                &[(Direction::Out, it.to, &it.described.labels), (Direction::In, it.from, &it.inverse_labels)];
            for (direction, target, labels) in &ends[..if it.symmetric { 1 } else { 2 }] {
                let target = ontology.target_name(*target);
                self.pages(&format!("{name}{}", side(*direction)), name, labels, target);
            }
        }
    }

    /// The pages that links share by target: those of relationships without properties of their own, and those of what is derived.
    fn shared(&mut self) {
        let ontology = self.ontology;
        let mut shared = BTreeMap::new();
        let kinds = (0u16..).map(KindId).take(ontology.kinds.len()).map(Target::Kind);
        let interfaces = (0u16..).map(InterfaceId).take(ontology.interfaces.len()).map(Target::Interface);
        for from in kinds.chain(interfaces).chain([Target::Entity]) {
            for (_, link) in ontology.links_of(from) {
                let target = ontology.target_name(ontology.link_target(link));
                match types_of(ontology, link) {
                    Some(Types { pages, edge: edge @ (STATED | DERIVED) }) => shared.insert(pages, (edge, target)),
                    _ => None,
                };
            }
        }
        for (pages, (edge, target)) in shared {
            let (zh, en) = if edge == STATED { ("陈述", "stated") } else { ("推导", "derived") };
            let labels = Labels { zh: zh.into(), en: format!("{en} edges to {target}") };
            self.pages(&pages, edge, &labels, target);
        }
    }

    /// What a link's list is made of: its connection, its filter and its match.
    fn pages(&mut self, name: &str, edge: &str, labels: &Labels, target: &str) {
        self.connection(name, edge, labels, target);
        self.quantified(name, &format!("{edge}Where"), target, labels);
    }

    /// `…Filter {some none every}` and its `…Match {node edge}`.
    fn quantified(&mut self, name: &str, edge: &str, target: &str, labels: &Labels) {
        let (zh, en) = (&labels.zh, &labels.en);
        self.line(&format!(
            "\"\"\"\n{zh}的条件 · filter: {en}\n所给的条件都须满足；只看已记录的。\nEverything given must hold; it speaks of what is recorded.\n\"\"\"\n\
             input {name}Filter {{\n\"有 · at least one\"\nsome: {name}Match\n\"没有 · not one\"\nnone: {name}Match\n\
             \"全部 · every one, also when there is none\"\nevery: {name}Match\n}}\n\
             \"\"\"\n{zh}的一条边 · match: {en}\n邻居与边都须满足。\nNeighbour and edge must both pass.\n\"\"\"\n\
             input {name}Match {{\n\"邻居 · the neighbour\"\nnode: {target}Where\n\"边 · the edge\"\nedge: {edge}\n}}"
        ));
    }

    fn query(&mut self) {
        self.line(&format!(
            "\"\"\"\n查询 · query\n可以问的一切。\nEverything that can be asked.\n\"\"\"\ntype Query {{\n\
             \"实体 · an entity by its id, of whatever kind\"\nnode(\"标识 · its id\" id: ID!, {AS_OF}): Entity\n\
             \"一批实体 · entities by their ids, in that order, null for unknown ones\"\nnodes(\"标识 · their ids\" ids: [ID!]!, {AS_OF}): [Entity]"
        ));
        for kind in &self.ontology.kinds {
            let text = &kind.described.labels;
            self.line(&format!(
                "\"{} · {} by its id; null for another kind's\"\n{}(\"标识 · its id\" id: ID!, {AS_OF}): {}\n\
                 \"{}列表 · a page of: {}\"\n{}(\"条件 · which\" where: {}Where, \"排序 · in which order; by name if unset\" orderBy: [{}OrderBy!], {PAGE}, {AS_OF}): {}Connection",
                text.zh, text.en, kind.singular, kind.name, text.zh, text.en, kind.plural, kind.name, kind.name, kind.name
            ));
        }
        self.line(&format!(
            "\"事实 · a fact by its id, superseded or not\"\nfact(\"标识 · its id\" id: ID!, {AS_OF}): Fact\n\
             \"事实列表 · a page of facts, superseded ones included: a table of statements\"\n\
             facts(\"条件 · which\" where: FactWhere, \"排序 · in which order; by relationship if unset\" orderBy: [FactOrderBy!], {PAGE}, {AS_OF}): FactConnection\n\
             \"观测 · an observation by its id\"\nobservation(\"标识 · its id\" id: ID!, {AS_OF}): Observation\n\
             \"观测列表 · a page of observations\"\nobservations(\"条件 · which\" where: ObservationWhere, \"排序 · in which order; by time if unset\" orderBy: [ObservationOrderBy!], {PAGE}, {AS_OF}): ObservationConnection\n\
             \"搜索 · entities by name, alias, pinyin or initials, or a part of them, best first; slips of the keyboard come last\"\n\
             search(\"文本 · what is looked for\" text: String!, \"类型 · of these kinds\" kinds: [Kind!], \"范围 · under one of these in a hierarchy, or one of them\" within: [ID!], {PAGE}, {AS_OF}): SearchConnection\n\
             \"本体 · the kinds, relationships and enums, with labels: for legends, forms and menus\"\nontology: Ontology\n\
             \"统计 · how much the graph holds\"\nstatistics: Statistics\n}}"
        ));
    }
}

/// What the types of a link are called after.
struct Types<'a> {
    /// `…Connection`, `…Filter` and `…Match`.
    pages: String,
    /// `…Edge` and `…Where`.
    edge: &'a str,
}

/// None of a shortcut to one entity, which has neither a list nor a filter.
fn types_of(ontology: &Ontology, link: Link) -> Option<Types<'_>> {
    let shared = |edge| Types { pages: format!("{}{edge}", ontology.target_name(ontology.link_target(link))), edge };
    match link {
        Link::Relationship(id, direction) => {
            let it = ontology.relationship(id);
            Some(match it.properties.is_empty() {
                true => shared(STATED),
                false => Types { pages: format!("{}{}", it.type_name, side(direction)), edge: &it.type_name },
            })
        }
        Link::Derived(id, Direction::Out) if ontology.shortcut(id).single => None,
        Link::Derived(..) => Some(shared(DERIVED)),
    }
}

/// What the types of a relationship's pages and filters have in their names for a direction.
fn side(direction: Direction) -> &'static str {
    match direction {
        Direction::Out => "",
        Direction::In => "Inverse",
    }
}
