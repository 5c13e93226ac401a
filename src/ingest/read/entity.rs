//! Blocks about entities.

use super::Reader;
use super::fields::Field;
use crate::graph::Value;
use crate::ingest::statement::{Cited, EntityStatement, HistoryStatement, TextField};
use crate::ingest::syntax::Node;
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{KindId, PropId, ValueType};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What every entity may have beside the properties of its kind.
const TEXTS: [&str; 7] = ["zh", "en", "short", "former", "alias", "disambiguation", "description"];

impl Reader<'_> {
    /// The lines of a block.
    pub(super) fn entity_block(&mut self, node: &Node, kind: KindId, id: Arc<str>, cited: Cited) {
        let mut statement = EntityStatement {
            id,
            kind,
            at: node.at,
            cited,
            texts: Vec::new(),
            properties: Vec::new(),
            history: Vec::new(),
            wrong: Vec::new(),
            named: node.children.iter().any(|line| matches!(line.name.as_str(), "zh" | "en")),
        };
        let mut lists: BTreeMap<PropId, Vec<Value>> = BTreeMap::new();
        for line in &node.children {
            match line.name.as_str() {
                "zh" => self.name(line, TextField::NameZh, &mut statement),
                "en" => self.name(line, TextField::NameEn, &mut statement),
                "short" => self.name(line, TextField::Short, &mut statement),
                "former" => self.name(line, TextField::Former, &mut statement),
                "alias" => self.name(line, TextField::Alias, &mut statement),
                "disambiguation" => {
                    self.bilingual(line, [TextField::DisambiguationZh, TextField::DisambiguationEn], &mut statement);
                }
                "description" => {
                    self.bilingual(line, [TextField::DescriptionZh, TextField::DescriptionEn], &mut statement);
                }
                _ => self.property(line, &mut statement, &mut lists),
            }
        }
        for (property, values) in lists {
            statement.properties.push((property, Value::List(values.into()), node.at));
        }
        self.statements.entities.push(statement);
    }

    fn name(&mut self, line: &Node, field: TextField, statement: &mut EntityStatement) {
        self.bare(line);
        let once = matches!(field, TextField::NameZh | TextField::NameEn);
        let given = statement.texts.iter().filter(|(known, ..)| *known == field).count() + line.args.len();
        if line.args.is_empty() || (once && given > 1) {
            let hint = if once { "write one, and other names as alias" } else { "write at least one" };
            let message = format!("`{}` has {given} names; {hint}", line.name);
            return self.problems.error(line.at, message);
        }
        for entry in &line.args {
            if let Some(text) = self.text(&line.name, entry) {
                statement.texts.push((field, text, entry.at));
            }
        }
    }

    /// `description zh="…" en="…"`.
    fn bilingual(&mut self, line: &Node, languages: [TextField; 2], statement: &mut EntityStatement) {
        let mut fields = self.fields(line);
        let mut any = false;
        for (name, field) in ["zh", "en"].into_iter().zip(languages) {
            let Some(part) = fields.take(self, name) else { continue };
            any = true;
            if statement.texts.iter().any(|(known, ..)| *known == field) {
                self.problems.error(line.at, format!("`{}` is given twice; keep one", line.name));
            } else if let Some(entry) = self.single(name, part)
                && let Some(text) = self.text(&line.name, entry)
            {
                statement.texts.push((field, text, entry.at));
            }
        }
        if !any {
            let message = format!("`{0}` has no text; write {0} zh=\"…\" en=\"…\"", line.name);
            self.problems.error(line.at, message);
        }
        fields.finish(self, &[]);
    }

    fn property(&mut self, line: &Node, statement: &mut EntityStatement, lists: &mut BTreeMap<PropId, Vec<Value>>) {
        let ontology = self.ontology;
        let kind = ontology.kind(statement.kind);
        let known = ontology.property_named(&line.name).filter(|id| kind.properties.contains(id));
        let Some(id) = known else { return self.unknown_property(line, statement.kind) };
        let property = ontology.property(id);
        if property.history {
            return self.dated(line, id, statement);
        }
        let values = self.values(&property.name, &property.ty, Field::Line(line));
        if let ValueType::List(_) = property.ty {
            if !values.is_empty() {
                lists.entry(id).or_default().extend(values);
            }
            return;
        }
        if statement.properties.iter().any(|(given, ..)| *given == id) {
            return self.problems.error(line.at, format!("`{}` is given twice; keep one", line.name));
        }
        if values.is_empty() {
            statement.wrong.push(id);
        }
        statement.properties.extend(values.into_iter().map(|value| (id, value, line.at)));
    }

    /// `stage "UNDER_CONSTRUCTION" since="2022" until="2024"`.
    fn dated(&mut self, line: &Node, id: PropId, statement: &mut EntityStatement) {
        let ontology = self.ontology;
        let property = ontology.property(id);
        let mut fields = self.fields(line);
        let value = match fields.arg() {
            Some(entry) => self.scalar(&property.name, &property.ty, entry),
            None => {
                let message = format!(
                    "`{0}` has no value; write {0} {1}, with since=\"…\" and until=\"…\" where they are stated",
                    line.name,
                    super::fields::form(ontology, &property.ty)
                );
                self.problems.error(line.at, message);
                None
            }
        };
        let (since, until) = fields.take_period(self);
        fields.finish(self, &[]);
        if let Some(value) = value {
            statement.history.push(HistoryStatement { property: id, value, since, until });
        }
    }

    fn unknown_property(&mut self, line: &Node, kind: KindId) {
        let ontology = self.ontology;
        let kind = ontology.kind(kind);
        let own: Vec<&str> = kind.properties.iter().map(|id| &*ontology.property(*id).name).collect();
        let is_link = ontology.relationships.iter().any(|r| *r.field == *line.name || *r.inverse == *line.name);
        let hint = if is_link {
            "a relationship is written as fact \"…\" \"TYPE\" \"…\", beside the block".to_owned()
        } else {
            let near = did_you_mean(&line.name, TEXTS.into_iter().chain(own.iter().copied()));
            let all: Vec<&str> = TEXTS.into_iter().chain(own).collect();
            format!("{near}it has {}", all.join(", "))
        };
        self.problems.error(line.at, format!("a {} has no property `{}`; {hint}", kind.prefix, line.name));
    }
}
