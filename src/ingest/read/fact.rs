//! `fact "subject" "RELATIONSHIP" "object" …`.

use super::Reader;
use crate::graph::{Basis, Status, Value};
use crate::ingest::problem::Place;
use crate::ingest::statement::{Cited, FactStatement};
use crate::ingest::syntax::{Node, Scalar};
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{KindSet, Ontology, RelId, ValueType};

impl Reader<'_> {
    pub(super) fn fact(&mut self, node: &Node, cited: Cited) {
        let ontology = self.ontology;
        let mut fields = self.fields(node);
        let (Some(subject), Some(relationship), Some(object)) = (fields.arg(), fields.arg(), fields.arg()) else {
            return self.problems.error(
                node.at,
                format!(
                    "a fact has {} of its three parts; write fact \"subject\" \"RELATIONSHIP\" \"object\"",
                    node.args.len()
                ),
            );
        };
        let mention = |reader: &mut Self, entry| {
            let id = reader.text("fact", entry)?;
            reader.mention(&id, entry.at)
        };
        let subject = mention(self, subject);
        let object = mention(self, object);
        let named = match &relationship.scalar {
            Scalar::Text(name) => ontology.relationship_named(name),
            _ => None,
        };
        let Some(id) = named else {
            let name = relationship.scalar.shown();
            let types = || ontology.relationships.iter().map(|r| &*r.name);
            let near = did_you_mean(name.trim_matches('"'), types());
            let all: Vec<&str> = types().collect();
            return self.problems.error(
                relationship.at,
                format!("no relationship is called {name}; {near}there are {}", all.join(", ")),
            );
        };
        let usual = if self.reference { Basis::CommonKnowledge } else { Basis::Stated };
        let status = fields.take_choice(self, "status", &Status::ALL, Status::name, Status::Actual);
        let basis = fields.take_choice(self, "basis", &Basis::ALL, Basis::name, usual);
        let (since, until) = fields.take_period(self);
        let note = fields.take_text(self, "note");
        let doubt = fields.take_text(self, "doubt");
        let declared = &ontology.relationship(id).properties;
        let mut properties = Vec::new();
        for (position, property) in declared.iter().enumerate() {
            let given = fields.take_untold(&property.name);
            let list = matches!(property.ty, ValueType::List(_));
            if let Some(second) = given.get(1).filter(|_| !list) {
                self.problems.error(
                    second.at(),
                    format!("`{}` is given twice; a second value is a second fact, write it as one", property.name),
                );
            }
            let mut values: Vec<Value> = Vec::new();
            for part in given.iter().take(if list { usize::MAX } else { 1 }) {
                values.extend(self.values(&property.name, &property.ty, *part));
            }
            let value = if list && !values.is_empty() { Some(Value::List(values.into())) } else { values.pop() };
            properties.extend(value.map(|value| (position as u8, value)));
        }
        fields.call(&ontology.relationship(id).name);
        let names: Vec<&str> = declared.iter().map(|property| &*property.name).collect();
        fields.finish(self, &names);
        let (Some(subject), Some(object)) = (subject, object) else { return };
        if !self.may_join(id, &subject.id, &object.id, node.at) {
            return;
        }
        self.statements.facts.push(FactStatement {
            relationship: id,
            subject,
            object,
            status,
            basis,
            since,
            until,
            properties,
            note,
            doubt,
            at: node.at,
            cited,
        });
    }

    /// Whether a relationship may join these two.
    pub(super) fn may_join(&mut self, id: RelId, subject: &str, object: &str, at: Place) -> bool {
        let ontology = self.ontology;
        let before = self.problems.errors();
        let kind_of = |id: &str| id.split_once(':').and_then(|(prefix, _)| ontology.kind_of_prefix(prefix));
        let (Some(from), Some(to)) = (kind_of(subject), kind_of(object)) else { return false };
        let declared = ontology.relationship(id);
        let joins =
            |from: crate::ontology::KindId, to| declared.allowed.get(from.index()).is_some_and(|set| set.contains(to));
        if !(joins(from, to) || declared.symmetric && joins(to, from)) {
            let turned = if joins(to, from) { "turn the two ends round; " } else { "" };
            let (from, to) = (ontology.kind(from), ontology.kind(to));
            self.problems.error(
                at,
                format!(
                    "{} does not join a {} with a {}; {turned}{}",
                    declared.name,
                    from.prefix,
                    to.prefix,
                    allowed(ontology, id, &from.prefix)
                ),
            );
        }
        if subject == object {
            self.problems.error(at, format!("the fact joins \"{subject}\" with itself; name two entities"));
        }
        self.problems.errors() == before
    }
}

/// What a relationship joins, told from the subject's kind where that can be a subject at all.
fn allowed(ontology: &Ontology, id: RelId, from: &str) -> String {
    let relationship = ontology.relationship(id);
    let list = |set: KindSet| {
        let names: Vec<&str> = set.iter().map(|kind| &*ontology.kind(kind).prefix).collect();
        names.join(", ")
    };
    let own = ontology.kind_of_prefix(from).and_then(|kind| relationship.allowed.get(kind.index()));
    match own.filter(|set| !set.is_empty()) {
        Some(set) => format!("from a {from} it leads to: {}", list(*set)),
        None => {
            let subjects = relationship.allowed.iter().enumerate().filter(|(_, set)| !set.is_empty());
            format!(
                "its subject is one of: {}",
                list(subjects.map(|(i, _)| crate::ontology::KindId(i as u16)).collect())
            )
        }
    }
}
