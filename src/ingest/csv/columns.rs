//! The columns of a table, and a row to a node. Names are those that `export` writes; the last part of a name alone will do as well.

use crate::ingest::ndjson::{Json, member};
use crate::ingest::problem::{Place, Problems};
use crate::ingest::syntax::{Entry, Node, Scalar};
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{Ontology, ValueType};
use csv::StringRecord;

/// Between several values in a cell.
const SEPARATOR: char = '|';
/// What an exported table has and a statement does not: it follows from the statements, or is looked up.
const DERIVED: [&str; 19] = [
    "kind",
    "degree",
    "sources.title",
    "sources.supports",
    "text.zh",
    "text.en",
    "label.zh",
    "label.en",
    "subject.kind",
    "subject.zh",
    "subject.en",
    "object.kind",
    "object.zh",
    "object.en",
    "known.from",
    "known.to",
    "supersededBy",
    "normalized.value",
    "normalized.unit",
];
/// Names as `export` writes them, and as a seed does.
const ALIASES: [(&str, &str); 22] = [
    ("names.zh", "zh"),
    ("names.en", "en"),
    ("names.short", "short"),
    ("names.former", "former"),
    ("names.aliases", "alias"),
    ("sources.document", "document"),
    ("sources.section", "section"),
    ("subject.id", "subject"),
    ("object.id", "object"),
    ("indicator.id", "indicator"),
    ("subjects.id", "subjects"),
    ("scope.sector.id", "scope.sector"),
    ("scope.place.id", "scope.place"),
    ("rank.within.id", "rank.within"),
    ("since", "since.earliest"),
    ("sinceText", "since.text"),
    ("until", "until.earliest"),
    ("untilText", "until.text"),
    ("when", "when.earliest"),
    ("scope", "scope.text"),
    ("rank", "rank.position"),
    ("aliases", "alias"),
];
const ENTITY: [&str; 11] = [
    "id",
    "zh",
    "en",
    "short",
    "former",
    "alias",
    "disambiguation.zh",
    "disambiguation.en",
    "description.zh",
    "description.en",
    "reference",
];
const FACT: [&str; 14] = [
    "id",
    "subject",
    "relationship",
    "object",
    "status",
    "basis",
    "since.text",
    "since.earliest",
    "since.latest",
    "until.text",
    "until.earliest",
    "until.latest",
    "note",
    "doubt",
];
const OBSERVATION: [&str; 22] = [
    "id",
    "indicator",
    "subjects",
    "when.text",
    "when.earliest",
    "when.latest",
    "span",
    "value",
    "unit",
    "bound",
    "rank.position",
    "rank.bound",
    "rank.among",
    "rank.within",
    "status",
    "scope.text",
    "scope.sector",
    "scope.population",
    "scope.place",
    "breakdownOf",
    "note",
    "doubt",
];

/// What a row states.
pub(super) enum Row {
    /// A document: its id, and the header of the file that a seed would have for it.
    Document(String, Node),
    /// A statement, with documents and sections.
    Statement(Node, Vec<(String, String)>),
}

/// What a table's rows are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Entities,
    Facts,
    Observations,
}

/// The columns of a table.
pub(super) struct Columns<'o> {
    ontology: &'o Ontology,
    sort: Sort,
    names: Vec<String>,
}

impl<'o> Columns<'o> {
    /// Understands the first line: a table with `relationship` is one of facts, with `indicator` one of observations, else of entities.
    pub fn of(ontology: &'o Ontology, names: &StringRecord, at: Place, problems: &mut Problems) -> Option<Columns<'o>> {
        let usual = |name: &str| {
            let name = name.trim();
            let alias = ALIASES.iter().find(|(written, _)| *written == name);
            alias.map_or(name, |(_, usual)| usual).to_owned()
        };
        let names: Vec<String> = names.iter().map(usual).collect();
        let has = |name: &str| names.iter().any(|known| known == name);
        let (sort, own) = match () {
            () if has("relationship") => (Sort::Facts, &FACT[..]),
            () if has("indicator") => (Sort::Observations, &OBSERVATION[..]),
            () => (Sort::Entities, &ENTITY[..]),
        };
        let before = problems.errors();
        let needed: &[&str] = match sort {
            Sort::Entities => &["id"],
            Sort::Facts => &["subject", "relationship", "object", "document", "section"],
            Sort::Observations => &["id", "indicator", "subjects", "document", "section"],
        };
        for name in needed.iter().filter(|name| !has(name)) {
            problems.error(at, format!("the table has no column `{name}`; add it, see docs/import.md"));
        }
        for (position, name) in names.iter().enumerate() {
            if names[..position].contains(name) {
                problems.error(at, format!("the column `{name}` is there twice; keep one"));
            }
            let plain = own.contains(&name.as_str()) || ["document", "section", "properties"].contains(&name.as_str());
            let derived = DERIVED.contains(&name.as_str()) || looked_up(name);
            let property = name.strip_prefix("properties.").unwrap_or(name);
            if !plain && !derived && (sort == Sort::Observations || !is_property(ontology, sort, property)) {
                let all = own.iter().copied().chain(["document", "section", "properties"]);
                let near = did_you_mean(name, all.clone().chain(ALIASES.iter().map(|(written, _)| *written)));
                let all: Vec<&str> = all.collect();
                problems.error(
                    at,
                    format!(
                        "no column is called `{name}`; {near}there are {} and properties of the ontology",
                        all.join(", ")
                    ),
                );
            }
        }
        (problems.errors() == before).then_some(Columns { ontology, sort, names })
    }

    /// What a row states; nothing of an empty one.
    pub fn row(&self, record: &StringRecord, at: Place, problems: &mut Problems) -> Option<Row> {
        if record.len() != self.names.len() {
            let message =
                format!("the row has {} cells and the table {} columns; mend it", record.len(), self.names.len());
            problems.error(at, message);
            return None;
        }
        let cells = Cells { columns: self, record, at };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
        let node = match self.sort {
            Sort::Entities => {
                let (prefix, slug) = cells.get("id").and_then(|id| id.split_once(':')).unwrap_or_default();
                if prefix.is_empty() {
                    problems.error(at, "the row has no id such as \"company:weigao\"; give it one");
                    return None;
                }
                if self.ontology.kind_named("Document").is_some_and(|kind| *self.ontology.kind(kind).prefix == *prefix)
                {
                    let name = if cells.get("reference") == Some("true") { "reference" } else { prefix };
                    return Some(Row::Document(
                        format!("{prefix}:{slug}"),
                        cells.entity(name, &format!("{prefix}:{slug}"), problems),
                    ));
                }
                cells.entity(prefix, slug, problems)
            }
            Sort::Facts => cells.fact(problems),
            Sort::Observations => cells.observation(),
        };
        let mut cited = cells.cited(problems)?;
        if self.sort == Sort::Observations {
            // A figure is one statement of one document.
            cited.truncate(1);
        }
        Some(Row::Statement(node, cited))
    }
}

/// A column that names what an id means: `indicator.zh`.
fn looked_up(name: &str) -> bool {
    ["indicator.", "subjects.", "scope.sector.", "scope.place.", "rank.within."]
        .iter()
        .any(|start| name.strip_prefix(start).is_some_and(|rest| ["kind", "zh", "en"].contains(&rest)))
}

fn is_property(ontology: &Ontology, sort: Sort, name: &str) -> bool {
    match sort {
        Sort::Entities => ontology.property_named(name).is_some(),
        _ => ontology.relationships.iter().any(|it| it.properties.iter().any(|property| *property.name == *name)),
    }
}

/// One row's cells.
struct Cells<'c> {
    columns: &'c Columns<'c>,
    record: &'c StringRecord,
    at: Place,
}

impl Cells<'_> {
    /// A cell that is not empty. An apostrophe that `export` put before a formula is taken away.
    fn get(&self, name: &str) -> Option<&str> {
        let position = self.columns.names.iter().position(|known| known == name)?;
        let cell = self.record.get(position)?.trim();
        let bare =
            cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']));
        Some(bare.unwrap_or(cell)).filter(|cell| !cell.is_empty())
    }

    fn many(&self, name: &str) -> Vec<&str> {
        let cell = self.get(name).unwrap_or_default();
        cell.split(SEPARATOR).map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    fn node(&self, name: &str, args: &[&str]) -> Node {
        let args = args.iter().map(|arg| self.entry(Scalar::Text((*arg).into()))).collect();
        Node { name: name.into(), at: self.at, args, props: Vec::new(), children: Vec::new() }
    }

    fn entry(&self, scalar: Scalar) -> Entry {
        Entry { at: self.at, scalar }
    }

    /// Adds `name "value"` for a cell as a line, or `name=value`.
    fn line(&self, node: &mut Node, column: &str, name: &str) {
        if let Some(value) = self.get(column) {
            node.children.push(self.node(name, &[value]));
        }
    }

    fn prop(&self, node: &mut Node, column: &str, name: &str) {
        if let Some(value) = self.get(column) {
            node.props.push((name.to_owned(), self.entry(Scalar::Text(value.into()))));
        }
    }

    fn entity(&self, kind: &str, id: &str, problems: &mut Problems) -> Node {
        let mut node = self.node(kind, &[id]);
        self.line(&mut node, "zh", "zh");
        self.line(&mut node, "en", "en");
        for name in ["short", "former", "alias"] {
            let values = self.many(name);
            if !values.is_empty() {
                node.children.push(self.node(name, &values));
            }
        }
        for name in ["disambiguation", "description"] {
            let mut line = self.node(name, &[]);
            self.prop(&mut line, &format!("{name}.zh"), "zh");
            self.prop(&mut line, &format!("{name}.en"), "en");
            if !line.props.is_empty() {
                node.children.push(line);
            }
        }
        let ontology = self.columns.ontology;
        self.properties(&mut node, |name| ontology.property_named(name).map(|id| &ontology.property(id).ty), problems);
        node
    }

    fn fact(&self, problems: &mut Problems) -> Node {
        let parts = ["subject", "relationship", "object"].map(|name| self.get(name).unwrap_or_default());
        let mut node = self.node("fact", &parts);
        for name in ["status", "basis", "note", "doubt"] {
            self.line(&mut node, name, name);
        }
        for bound in ["since", "until"] {
            let [text, earliest, latest] =
                ["text", "earliest", "latest"].map(|part| self.get(&format!("{bound}.{part}")));
            if let Some(date) = earliest.filter(|date| latest.is_none_or(|latest| latest == *date)) {
                node.children.push(self.node(bound, &[date]));
                if let Some(text) = text.filter(|text| *text != date) {
                    node.children.push(self.node(&format!("{bound}Text"), &[text]));
                }
            } else if let Some(text) = text {
                node.children.push(self.node(&format!("{bound}Text"), &[text]));
            } else if latest.is_some() {
                let message =
                    format!("`{bound}.latest` without the same `{bound}.earliest` needs `{bound}.text`; add it");
                problems.error(self.at, message);
            }
        }
        let ontology = self.columns.ontology;
        let relationship = ontology.relationship_named(parts[1]).map(|id| ontology.relationship(id));
        let ty = |name: &str| {
            let property = relationship?.properties.iter().find(|property| *property.name == *name);
            property.map(|property| &property.ty)
        };
        self.properties(&mut node, ty, problems);
        node
    }

    fn observation(&self) -> Node {
        let id = self.get("id").unwrap_or_default();
        let mut node = self.node("observation", &[id.strip_prefix("observation:").unwrap_or(id)]);
        self.line(&mut node, "indicator", "indicator");
        let subjects = self.many("subjects");
        if !subjects.is_empty() {
            node.children.push(self.node("subject", &subjects));
        }
        let with = |node: &mut Node, mut line: Node, parts: &[(&str, &str)]| {
            parts.iter().for_each(|(column, name)| self.prop(&mut line, column, name));
            if !line.args.is_empty() || !line.props.is_empty() {
                node.children.push(line);
            }
        };
        let times = [("when.text", "text"), ("when.earliest", "earliest"), ("when.latest", "latest")];
        let when = match (self.get("when.earliest"), self.get("when.text"), self.get("when.latest")) {
            (Some(date), None, None) => self.node("when", &[date]),
            _ => self.node("when", &[]),
        };
        let parts = if when.args.is_empty() { &times[..] } else { &[] };
        with(&mut node, when, parts);
        for name in ["span", "value", "unit", "bound", "status", "breakdownOf", "note", "doubt"] {
            self.line(&mut node, name, name);
        }
        let mut rank = self.node("rank", &[]);
        rank.args =
            self.get("rank.position").map(|number| self.entry(Scalar::Number(number.to_owned()))).into_iter().collect();
        with(&mut node, rank, &[("rank.bound", "bound"), ("rank.among", "among"), ("rank.within", "within")]);
        let scope = self.node("scope", &self.get("scope.text").into_iter().collect::<Vec<_>>());
        let parts = [("scope.sector", "sector"), ("scope.population", "population"), ("scope.place", "place")];
        with(&mut node, scope, &parts);
        node
    }

    /// `properties`, JSON, and the columns that are a property each.
    fn properties<'t>(&self, node: &mut Node, ty: impl Fn(&str) -> Option<&'t ValueType>, problems: &mut Problems) {
        if let Some(json) = self.get("properties") {
            match serde_json::from_str(json) {
                Ok(Json::Object(members)) => {
                    members.into_iter().for_each(|(name, value)| member(name, value, self.at, &mut node.children))
                }
                Ok(_) => problems.error(self.at, "`properties` is no JSON object; write {\"name\": value, …}"),
                Err(error) => problems.error(self.at, format!("`properties` is no JSON object: {error}")),
            }
        }
        for column in &self.columns.names {
            let plain = [&ENTITY[..], &FACT, &["document", "section", "properties"], &DERIVED].concat();
            let name = column.strip_prefix("properties.").unwrap_or(column);
            if column == name && plain.contains(&name) {
                continue;
            }
            let Some(cell) = self.get(column) else { continue };
            // What its kind does not have is told where kinds are known.
            match ty(name) {
                Some(ValueType::List(inner)) if !matches!(**inner, ValueType::Struct(_)) => {
                    let mut line = self.node(name, &[]);
                    line.args = self.many(column).into_iter().map(|value| self.entry(scalar(inner, value))).collect();
                    node.children.push(line);
                }
                Some(ValueType::Struct(_) | ValueType::List(_)) => match serde_json::from_str(cell) {
                    Ok(value) => member(name.into(), value, self.at, &mut node.children),
                    Err(error) => {
                        problems.error(self.at, format!("`{name}` is no JSON: {error}; write the value object as JSON"))
                    }
                },
                ty => {
                    let mut line = self.node(name, &[]);
                    line.args.push(self.entry(ty.map_or(Scalar::Text(cell.into()), |ty| scalar(ty, cell))));
                    node.children.push(line);
                }
            }
        }
    }

    /// Documents and sections, which go together.
    fn cited(&self, problems: &mut Problems) -> Option<Vec<(String, String)>> {
        let (documents, sections) = (self.many("document"), self.many("section"));
        if documents.is_empty() || documents.len() != sections.len() {
            let message = format!(
                "the row names {} documents and {} sections; give a document and its section, several with {SEPARATOR} between them",
                documents.len(),
                sections.len()
            );
            problems.error(self.at, message);
            return None;
        }
        Some(
            documents
                .into_iter()
                .zip(sections)
                .map(|(document, section)| (document.to_owned(), section.to_owned()))
                .collect(),
        )
    }
}

/// A cell as a value of a type.
fn scalar(ty: &ValueType, cell: &str) -> Scalar {
    match (ty, cell) {
        (ValueType::Boolean, "true") => Scalar::Bool(true),
        (ValueType::Boolean, "false") => Scalar::Bool(false),
        (ValueType::Int | ValueType::Decimal, number) => Scalar::Number(number.to_owned()),
        (_, text) => Scalar::Text(text.into()),
    }
}
