//! Trees to statements: every node is checked against the ontology.

mod entity;
mod fact;
mod fields;
mod observation;
mod record;
mod value;

pub(super) use record::{FactIds, Ids};

use super::problem::{Place, Problems};
use super::statement::{Cited, HEADER_SECTION, Mention, Retired, Source, Statements, Unit};
use super::syntax::{Node, Scalar};
use crate::graph::{DAY_MIN, Day, PartialDate, Value};
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{KindId, Ontology};
use std::sync::Arc;

/// The kind of entity that a document is; the fact model rests on it, so every ontology has it.
const DOCUMENT: &str = "Document";

/// Reads every file.
pub(super) fn read(ontology: &Ontology, files: &[Vec<Node>], problems: &mut Problems) -> Statements {
    let mut statements = Statements::default();
    for nodes in files {
        let source = statements.sources.len() as u32;
        Reader { ontology, problems, statements: &mut statements, source, reference: false }.file(nodes);
    }
    statements
}

/// Reads one file.
pub(super) struct Reader<'a> {
    ontology: &'a Ontology,
    problems: &'a mut Problems,
    statements: &'a mut Statements,
    /// Index of the file's source.
    source: u32,
    reference: bool,
}

impl<'a> Reader<'a> {
    /// Reads the lines of a whole graph.
    pub fn of_records(
        ontology: &'a Ontology,
        problems: &'a mut Problems,
        statements: &'a mut Statements,
    ) -> Reader<'a> {
        Reader { ontology, problems, statements, source: 0, reference: true }
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.problems.errors()
    }

    /// The problems, for what is checked beside the reading.
    pub fn problems(&mut self) -> &mut Problems {
        self.problems
    }

    /// A problem that is no single line's.
    pub fn report(&mut self, at: Place, message: impl Into<String>) {
        self.problems.error(at, message);
    }
}

impl Reader<'_> {
    fn file(&mut self, nodes: &[Node]) {
        let Some((header, rest)) = nodes.split_first() else { return };
        let rest = if matches!(header.name.as_str(), "document" | "reference") {
            self.reference = header.name == "reference";
            self.header(header);
            rest
        } else {
            self.problems.error(
                header.at,
                "the file does not begin with its document; write document \"document:…\" { title \"…\"; zh \"…\"; \
                 writtenOn \"…\" } first (in seed/reference: reference \"document:reference\" { … })",
            );
            self.source(Arc::from(""), DAY_MIN, header.at);
            nodes
        };
        for node in rest {
            match node.name.as_str() {
                "section" => self.section(node),
                "unit" | "retired" if self.reference => self.statement(node, &Arc::from("")),
                "document" | "reference" if node.args.first().is_some_and(|a| a.scalar.shown().contains(':')) => {
                    self.problems.error(node.at, "a file restates one document; put the second one into a file of its own");
                }
                _ => self.problems.error(
                    node.at,
                    format!(
                        "`{}` stands outside a section, so it has no citation; put it into section \"…\" {{ … }}, named as the document \
                         names it",
                        node.name
                    ),
                ),
            }
        }
    }

    fn source(&mut self, id: Arc<str>, known: Day, at: Place) {
        self.statements.sources.push(Source { id, reference: self.reference, known, at });
    }

    fn header(&mut self, node: &Node) {
        let what = node.name.as_str();
        let id = match node.args.first().map(|entry| &entry.scalar) {
            Some(Scalar::Text(id)) => id.as_str(),
            _ => "",
        };
        let kind = self.ontology.kind_named(DOCUMENT);
        let prefix = kind.map_or("document", |kind| &self.ontology.kind(kind).prefix);
        let slug = id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(':')).filter(|slug| is_slug(slug));
        if slug.is_none() {
            self.problems.error(
                node.at,
                format!(
                    "{what} has no id like \"{prefix}:weihai-2022\" (lower-case letters, digits, hyphens); give it one"
                ),
            );
        }
        let Some(kind) = kind else {
            self.source(id.into(), DAY_MIN, node.at);
            return self.problems.error(node.at, "the ontology has no kind Document; declare one");
        };
        let known_at = self.statements.sources.len();
        self.source(id.into(), DAY_MIN, node.at);
        let cited = Cited { source: self.source, section: HEADER_SECTION.into() };
        let from = self.statements.entities.len();
        self.entity_block(node, kind, id.into(), cited);
        let Some(entity) = self.statements.entities.get(from) else { return };
        let value = |name: &str| {
            let id = self.ontology.property_named(name)?;
            entity.properties.iter().find(|(property, ..)| *property == id).map(|(_, value, _)| value)
        };
        let date = |name: &str| match value(name) {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        };
        // A line that is there and wrong has been told already.
        let given = |name: &str| node.children.iter().any(|line| line.name == name);
        let undated = !given("publishedOn") && !given("writtenOn");
        // A date that is only a month or a year is certain to be over on its last day.
        let known = date("publishedOn").or_else(|| date("writtenOn")).map(PartialDate::last);
        match known {
            Some(known) if !self.reference => self.statements.sources[known_at].known = known,
            None if !self.reference && undated => self.problems.error(
                node.at,
                format!(
                    "document \"{id}\" has no date from which it is known; add publishedOn \"…\" or writtenOn \"…\""
                ),
            ),
            _ => {}
        }
    }

    fn section(&mut self, node: &Node) {
        let section: Arc<str> = match node.args.as_slice() {
            [entry] => match &entry.scalar {
                Scalar::Text(name) if !name.trim().is_empty() => name.as_str().into(),
                _ => "".into(),
            },
            _ => "".into(),
        };
        if section.is_empty() {
            self.problems.error(
                node.at,
                "the section has no name, so nothing in it has a citation; write section \"二(三)\" { … }",
            );
        }
        self.no_props(node);
        for child in &node.children {
            if child.name == "section" { self.section(child) } else { self.statement(child, &section) }
        }
    }

    fn statement(&mut self, node: &Node, section: &Arc<str>) {
        let cited = Cited { source: self.source, section: section.clone() };
        match node.name.as_str() {
            "fact" => self.fact(node, cited),
            "observation" => self.observation(node, cited),
            "unit" | "retired" if !self.reference => self
                .problems
                .error(node.at, format!("`{}` is common knowledge; move it to a file in seed/reference", node.name)),
            "unit" => self.unit(node),
            "retired" => self.retired(node),
            keyword => match self.ontology.kind_of_prefix(keyword) {
                Some(kind) => self.entity(node, kind, cited),
                None => {
                    let kinds = self.ontology.kinds.iter().map(|kind| &*kind.prefix);
                    let near = did_you_mean(keyword, kinds.chain(["fact", "observation", "section"]));
                    self.problems.error(
                        node.at,
                        format!(
                            "no kind of entity is called `{keyword}`; {near}a statement begins with a kind of the ontology, fact, \
                             observation or section"
                        ),
                    );
                }
            },
        }
    }

    /// `company "weigao" { … }`.
    fn entity(&mut self, node: &Node, kind: KindId, cited: Cited) {
        let prefix = self.ontology.kind(kind).prefix.clone();
        let slug = match node.args.as_slice() {
            [entry] => match &entry.scalar {
                Scalar::Text(slug) => slug.as_str(),
                _ => "",
            },
            _ => "",
        };
        if !is_slug(slug) {
            let hint = match slug.strip_prefix(&*prefix).and_then(|rest| rest.strip_prefix(':')) {
                Some(rest) if is_slug(rest) => format!("leave out the kind: {prefix} \"{rest}\""),
                _ => format!("write {prefix} \"some-name\" in lower-case letters, digits and single hyphens"),
            };
            return self.problems.error(node.at, format!("{prefix} has no proper id; {hint}"));
        }
        self.no_props(node);
        self.entity_block(node, kind, format!("{prefix}:{slug}").into(), cited);
    }

    pub fn unit(&mut self, node: &Node) {
        let mut fields = self.fields(node);
        let name = fields.arg_text(self, "the unit as documents write it");
        let base = fields.take_text(self, "base");
        let factor = fields.take_decimal(self, "factor");
        fields.finish(self, &[]);
        let Some(name) = name else { return };
        let base = match (base, factor) {
            (Some(base), Some((factor, at))) => {
                if factor.scaled() <= 0 {
                    return self.problems.error(at, "the factor is not above 0; give how many base units one of it is");
                }
                Some((base, factor))
            }
            (None, None) => None,
            _ => {
                return self.problems.error(
                    node.at,
                    format!("unit \"{name}\" has only one of base and factor; write unit \"{name}\" base=\"CNY\" factor=10000"),
                );
            }
        };
        self.statements.units.push(Unit { name, base, at: node.at });
    }

    pub fn retired(&mut self, node: &Node) {
        let mut fields = self.fields(node);
        let id = fields.arg_text(self, "the id that is no longer used");
        let by = fields.take_mention(self, "by");
        fields.finish(self, &[]);
        match (id, by) {
            (Some(id), Some(by)) if self.is_id(&id, node.at) => {
                self.statements.retired.push(Retired { id, by, at: node.at });
            }
            (Some(_), Some(_)) => {}
            (Some(id), None) => self.problems.error(
                node.at,
                format!("retired \"{id}\" does not say what took its place; add by=\"…\" with an id that is in use"),
            ),
            _ => {}
        }
    }

    fn no_props(&mut self, node: &Node) {
        for (name, entry) in &node.props {
            self.problems.error(
                entry.at,
                format!(
                    "`{name}=` cannot stand here; write it as a line of the block: {name} {}",
                    entry.scalar.shown()
                ),
            );
        }
    }

    /// Whether a text has the form of an entity's id.
    fn is_id(&mut self, id: &str, at: Place) -> bool {
        let fine = id
            .split_once(':')
            .is_some_and(|(prefix, slug)| self.ontology.kind_of_prefix(prefix).is_some() && is_slug(slug));
        if !fine {
            let near = id.split_once(':').map_or(String::new(), |(prefix, slug)| {
                let kinds = self.ontology.kinds.iter().map(|kind| &*kind.prefix);
                crate::ontology::spelling::nearest(prefix, kinds)
                    .filter(|_| is_slug(slug))
                    .map_or(String::new(), |near| format!("did you mean `{near}:{slug}`? "))
            });
            self.problems.error(
                at,
                format!("\"{id}\" is not an id; {near}write the kind, a colon and the name: \"company:weigao\""),
            );
        }
        fine
    }

    fn mention(&mut self, id: &str, at: Place) -> Option<Mention> {
        self.is_id(id, at).then(|| Mention { id: id.into(), at })
    }
}

/// `[a-z0-9]+(-[a-z0-9]+)*`
pub(super) fn is_slug(text: &str) -> bool {
    text.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}
