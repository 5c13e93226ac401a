//! The lines of a whole graph (`ndjson`) to entities, facts and observations as they stand in it. The rules of values, texts, dates and ids
//! are those of the seed; what is told here is which member means what.

use super::fields::{Field, Fields};
use super::{Reader, is_slug};
use crate::graph::{
    Basis, Bilingual, Bound, Citation, DAY_MAX, DAY_MIN, Dated, Day, Decimal, Fact, FactIx, Node as Entity, NodeIx,
    NodeNames, ObsIx, Observation, PartialDate, Quantity, Rank, Scope, Span, Status, Value, When, naming,
};
use crate::ingest::problem::Place;
use crate::ingest::statement::when;
use crate::ingest::syntax::{Entry, Node, Scalar};
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{PropId, RelId};
use std::collections::HashMap;
use std::sync::Arc;

/// Where each id stands in the graph.
#[derive(Default)]
pub(in crate::ingest) struct Ids {
    pub entities: HashMap<Arc<str>, NodeIx>,
    pub facts: FactIds,
    pub observations: HashMap<Arc<str>, ObsIx>,
}

/// Ids of facts as the numbers that they are, ascending: 8 bytes each.
#[derive(Default)]
pub(in crate::ingest) struct FactIds(Vec<u64>);

impl FactIds {
    /// The number of an id, `fact:` and 16 hex digits; none of what is no id of a fact.
    pub fn number(id: &str) -> Option<u64> {
        let digits = id.strip_prefix("fact:")?;
        let hex = digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        hex.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
    }

    /// From their numbers, which need not be sorted.
    pub fn of(mut numbers: Vec<u64>) -> FactIds {
        numbers.sort_unstable();
        numbers.dedup();
        FactIds(numbers)
    }

    /// The place of a fact.
    pub fn get(&self, id: &str) -> Option<FactIx> {
        self.0.binary_search(&FactIds::number(id)?).ok().map(|at| FactIx(at as u32))
    }

    /// The id at a place.
    pub fn id(&self, ix: FactIx) -> String {
        self.0.get(ix.0 as usize).map_or_else(String::new, |number| format!("fact:{number:016x}"))
    }
}

impl Reader<'_> {
    /// The entity of an id that the graph holds.
    pub(in crate::ingest) fn find(&mut self, ids: &Ids, id: &str, at: Place) -> Option<NodeIx> {
        let found = ids.entities.get(id).copied();
        if found.is_none() {
            self.problems
                .error(at, format!("no line declares \"{id}\"; add the line of this entity, or correct the id"));
        }
        found
    }

    fn take_entity(&mut self, fields: &mut Fields<'_>, name: &'static str, ids: &Ids) -> Option<NodeIx> {
        let mention = fields.take_mention(self, name)?;
        self.find(ids, &mention.id, mention.at)
    }

    /// A member that must be there.
    fn needed<T>(&mut self, node: &Node, name: &str, value: Option<T>, before: usize) -> Option<T> {
        if value.is_none() && self.problems.errors() == before {
            self.problems.error(node.at, format!("the {} has no `{name}`; add it", node.name));
        }
        value
    }

    fn take_day(&mut self, fields: &mut Fields<'_>, name: &'static str, never: Day) -> Day {
        fields.take_date(self, name).map_or(never, PartialDate::last)
    }

    /// A time: its words and the dates between which it lies.
    fn take_when(&mut self, fields: &mut Fields<'_>, name: &'static str) -> Option<When> {
        let part = fields.take(self, name)?;
        let Field::Line(line) = part else { return None };
        let mut parts = self.fields(line);
        let text = parts.take_text(self, "text");
        let (earliest, latest) = (parts.take_date(self, "earliest"), parts.take_date(self, "latest"));
        parts.finish(self, &[]);
        if text.is_none() {
            self.problems.error(line.at, format!("`{name}` has no words; add its `text`"));
        }
        if let (Some(from), Some(to)) = (earliest, latest)
            && from.first() > to.last()
        {
            self.problems
                .error(line.at, format!("`{name}` ends ({to}) before it begins ({from}); mend one of the two"));
        }
        let words = when(None, text)?;
        Some(When { earliest, latest, ..words })
    }

    fn take_sources(&mut self, node: &Node, fields: &mut Fields<'_>, ids: &Ids) -> Vec<Citation> {
        let mut citations = Vec::new();
        for part in fields.take_all("sources") {
            let Field::Line(line) = part else { continue };
            let before = self.problems.errors();
            let mut parts = self.fields(line);
            let document = self.take_entity(&mut parts, "document", ids);
            let section = parts.take_text(self, "section");
            let supports = self.take_texts(&mut parts, "supports");
            parts.finish(self, &[]);
            let document = self.needed(line, "document", document, before);
            let section = self.needed(line, "section", section, before);
            if let (Some(document), Some(section)) = (document, section) {
                citations.push(Citation { document, section, supports });
            }
        }
        if citations.is_empty() {
            self.problems
                .error(node.at, format!("the {} has no `sources`; say which document states it, and where", node.name));
        }
        citations
    }

    fn take_texts(&mut self, fields: &mut Fields<'_>, name: &'static str) -> Vec<Arc<str>> {
        let entries: Vec<_> = fields.take_all(name).iter().flat_map(|part| part.entries().iter()).collect();
        entries.into_iter().filter_map(|entry| self.text(name, entry)).collect()
    }

    fn take_bilingual(&mut self, fields: &mut Fields<'_>, name: &'static str) -> Bilingual {
        let Some(Field::Line(line)) = fields.take(self, name) else { return Bilingual::default() };
        let mut parts = self.fields(line);
        let texts = Bilingual { zh: parts.take_text(self, "zh"), en: parts.take_text(self, "en") };
        parts.finish(self, &[]);
        texts
    }

    /// `{"type": "entity", "id": …}`
    pub(in crate::ingest) fn entity_record(&mut self, node: &Node, ids: &Ids) -> Option<Entity> {
        let ontology = self.ontology;
        let before = self.problems.errors();
        let mut fields = self.fields(node);
        let id = fields.arg_text(self, "its id").filter(|id| self.is_id(id, node.at))?;
        let kind = id.split_once(':').and_then(|(prefix, _)| ontology.kind_of_prefix(prefix))?;
        let names = NodeNames {
            zh: fields.take_text(self, "zh"),
            en: fields.take_text(self, "en"),
            short: self.take_texts(&mut fields, "short"),
            former: self.take_texts(&mut fields, "former"),
            aliases: self.take_texts(&mut fields, "alias"),
        };
        if names.zh.is_none() && names.en.is_none() {
            self.needed(node, "zh` or `en", None::<()>, before);
        }
        let disambiguation = self.take_bilingual(&mut fields, "disambiguation");
        let description = self.take_bilingual(&mut fields, "description");
        let own = &ontology.kind(kind).properties;
        let timeless: Vec<PropId> = own.iter().copied().filter(|id| !ontology.property(*id).history).collect();
        let names_of = |ids: &[PropId]| ids.iter().map(|id| &*ontology.property(*id).name).collect::<Vec<_>>();
        let mut properties = Vec::new();
        if let Some(Field::Line(line)) = fields.take(self, "properties") {
            let mut parts = self.fields(line);
            for id in &timeless {
                let property = ontology.property(*id);
                let given = parts.take_untold(&property.name);
                properties.extend(self.given(&property.name, &property.ty, &given).map(|value| (*id, value)));
            }
            parts.finish(self, &names_of(&timeless));
        }
        properties.sort_by_key(|(id, _)| *id);
        let known_from = self.take_day(&mut fields, "knownFrom", DAY_MIN);
        let mut properties_known = Vec::new();
        if let Some(Field::Line(line)) = fields.take(self, "propertiesKnownFrom") {
            let mut parts = self.fields(line);
            for id in &timeless {
                for part in parts.take_untold(&ontology.property(*id).name) {
                    let entry = self.single("propertiesKnownFrom", part);
                    let date = entry.and_then(|entry| self.date("propertiesKnownFrom", entry));
                    properties_known.extend(date.map(|date| (*id, date.last())));
                }
            }
            parts.finish(self, &names_of(&timeless));
        }
        properties_known.sort_by_key(|(id, _)| *id);
        let history = self.take_history(&mut fields, own, ids);
        let citations = self.take_sources(node, &mut fields, ids);
        fields.finish(self, &[]);
        let sort_name = naming::sort_key(names.zh.as_deref().or(names.en.as_deref()).unwrap_or(&id));
        (self.problems.errors() == before).then_some(Entity {
            id,
            kind,
            names,
            sort_name,
            disambiguation,
            description,
            properties,
            properties_known,
            history,
            known_from,
            citations,
        })
    }

    fn take_history(&mut self, fields: &mut Fields<'_>, own: &[PropId], ids: &Ids) -> Vec<(PropId, Vec<Dated>)> {
        let ontology = self.ontology;
        let mut history: Vec<(PropId, Vec<Dated>)> = Vec::new();
        for part in fields.take_all("history") {
            let Field::Line(line) = part else { continue };
            let before = self.problems.errors();
            let mut parts = self.fields(line);
            let name = parts.take_text(self, "property");
            let named = name.as_ref().and_then(|name| ontology.property_named(name));
            let id = named.filter(|id| own.contains(id) && ontology.property(*id).history);
            let Some(id) =
                self.needed(line, "property` that changes over time for its kind; name one as `property", id, before)
            else {
                continue;
            };
            let property = ontology.property(id);
            let given = parts.take_all("value");
            let value = self.given("value", &property.ty, &given);
            let (since, until) = (self.take_when(&mut parts, "since"), self.take_when(&mut parts, "until"));
            let known_from = self.take_day(&mut parts, "knownFrom", DAY_MIN);
            let citations = self.take_sources(line, &mut parts, ids);
            parts.finish(self, &[]);
            let Some(value) = self.needed(line, "value", value, before) else { continue };
            let dated = Dated { value, since, until, known_from, citations };
            match history.iter_mut().find(|(known, _)| *known == id) {
                Some((_, all)) => all.push(dated),
                None => history.push((id, vec![dated])),
            }
        }
        history.sort_by_key(|(id, _)| *id);
        history
    }

    /// `{"type": "fact", "id": …}`
    pub(in crate::ingest) fn fact_record(&mut self, node: &Node, ids: &Ids) -> Option<Fact> {
        let ontology = self.ontology;
        let before = self.problems.errors();
        let mut fields = self.fields(node);
        // An id is no text that is shown: its digits may look like a telephone number's.
        let id = fields.arg().map_or("".into(), |entry| self.bare_id(entry));
        if FactIds::number(&id).is_none() {
            self.problems
                .error(node.at, format!("\"{id}\" is not the id of a fact; write \"fact:\" and 16 hex digits"));
        }
        let relationship = self.take_relationship(node, &mut fields)?;
        let ends = (fields.take_mention(self, "subject"), fields.take_mention(self, "object"));
        let status = fields.take_choice(self, "status", &Status::ALL, Status::name, Status::Actual);
        let basis = fields.take_choice(self, "basis", &Basis::ALL, Basis::name, Basis::Stated);
        let (since, until) = (self.take_when(&mut fields, "since"), self.take_when(&mut fields, "until"));
        let declared = &ontology.relationship(relationship).properties;
        let mut properties: Vec<(u8, Value)> = Vec::new();
        if let Some(Field::Line(line)) = fields.take(self, "properties") {
            let mut parts = self.fields(line);
            for (position, property) in declared.iter().enumerate() {
                let given = parts.take_untold(&property.name);
                let value = self.given(&property.name, &property.ty, &given);
                properties.extend(value.map(|value| (position as u8, value)));
            }
            let names: Vec<&str> = declared.iter().map(|property| &*property.name).collect();
            parts.finish(self, &names);
        }
        let (note, doubt) = (fields.take_text(self, "note"), fields.take_text(self, "doubt"));
        let known_from = self.take_day(&mut fields, "knownFrom", DAY_MIN);
        let known_to = self.take_day(&mut fields, "knownTo", DAY_MAX);
        let superseded_by = fields.take(self, "supersededBy").and_then(|part| self.single("supersededBy", part));
        let superseded_by = superseded_by.map(|entry| self.bare_id(entry));
        let conflicting_from = fields.take_date(self, "conflictingFrom").map(PartialDate::last);
        let citations = self.take_sources(node, &mut fields, ids);
        fields.finish(self, &[]);
        let superseded_by = superseded_by.and_then(|by| {
            let found = ids.facts.get(&by);
            if found.is_none() {
                self.problems
                    .error(node.at, format!("no line declares \"{by}\", which supersedes \"{id}\"; add its line"));
            }
            found
        });
        let from = self.needed(node, "subject", ends.0, before)?;
        let to = self.needed(node, "object", ends.1, before)?;
        let (subject, object) = (self.find(ids, &from.id, node.at), self.find(ids, &to.id, node.at));
        let (subject, object) = (subject?, object?);
        if self.may_join(relationship, &from.id, &to.id, node.at)
            && ontology.relationship(relationship).symmetric
            && object < subject
        {
            let message = format!("\"{id}\" says the same both ways: write its ends in the order of their ids");
            self.problems.error(node.at, message);
        }
        (self.problems.errors() == before).then_some(Fact {
            id,
            relationship,
            subject,
            object,
            status,
            basis,
            since,
            until,
            properties,
            note,
            doubt,
            known_from,
            known_to,
            superseded_by,
            conflicting_from,
            citations,
        })
    }

    fn take_relationship(&mut self, node: &Node, fields: &mut Fields<'_>) -> Option<RelId> {
        let before = self.problems.errors();
        let name = fields.take_text(self, "relationship");
        let name = self.needed(node, "relationship", name, before)?;
        let found = self.ontology.relationship_named(&name);
        if found.is_none() {
            let near = did_you_mean(&name, self.ontology.relationships.iter().map(|relationship| &*relationship.name));
            self.problems.error(node.at, format!("no relationship is called {name}; {near}name one of the ontology"));
        }
        found
    }

    /// `{"type": "observation", "id": …}`
    pub(in crate::ingest) fn observation_record(&mut self, node: &Node, ids: &Ids) -> Option<Observation> {
        let before = self.problems.errors();
        let mut fields = self.fields(node);
        let id = fields.arg_text(self, "its id")?;
        if !id.strip_prefix("observation:").is_some_and(is_slug) {
            let message = format!("\"{id}\" is not the id of an observation; write \"observation:some-name\"");
            self.problems.error(node.at, message);
        }
        let indicator = self.take_entity(&mut fields, "indicator", ids);
        let mut subjects = Vec::new();
        for part in fields.take_all("subjects") {
            for entry in part.entries() {
                let mention = self.text("subjects", entry).and_then(|id| self.mention(&id, entry.at));
                subjects.extend(mention.and_then(|mention| self.find(ids, &mention.id, mention.at)));
            }
        }
        let time = self.take_when(&mut fields, "when");
        let span = fields.take_choice(self, "span", &Span::ALL, Span::name, Span::Instant);
        let value = fields.take_decimal(self, "value").map(|(value, _)| value);
        let unit = fields.take_text(self, "unit");
        let normalized = self.take_quantity(&mut fields);
        let bound = fields.take_choice(self, "bound", &Bound::ALL, Bound::name, Bound::Exact);
        let rank = self.take_rank(&mut fields, ids);
        let status = fields.take_choice(self, "status", &Status::ALL, Status::name, Status::Actual);
        let scope = self.take_scope(&mut fields, ids);
        let whole = fields.take_text(self, "breakdownOf");
        let (note, doubt) = (fields.take_text(self, "note"), fields.take_text(self, "doubt"));
        let known_from = self.take_day(&mut fields, "knownFrom", DAY_MIN);
        let citations = self.take_sources(node, &mut fields, ids);
        fields.finish(self, &[]);
        let breakdown_of = whole.and_then(|whole| {
            let found = ids.observations.get(&whole).copied();
            if found.is_none() {
                self.problems
                    .error(node.at, format!("no line declares \"{whole}\"; add it, or take `breakdownOf` away"));
            }
            found
        });
        if value.is_none() && rank.is_none() || value.is_some() != unit.is_some() {
            self.needed(node, "value` with its `unit`, or `rank", None::<()>, before);
        }
        if subjects.is_empty() {
            self.needed(node, "subjects", None::<()>, before);
        }
        let indicator = self.needed(node, "indicator", indicator, before);
        let time = self.needed(node, "when", time, before);
        let scope = self.needed(node, "scope", scope, before);
        let (indicator, time, scope) = (indicator?, time?, scope?);
        (self.problems.errors() == before).then_some(Observation {
            id,
            indicator,
            subjects,
            when: time,
            span,
            value,
            unit,
            normalized,
            bound,
            rank,
            status,
            scope,
            breakdown_of,
            note,
            doubt,
            known_from,
            citations,
        })
    }

    fn take_quantity(&mut self, fields: &mut Fields<'_>) -> Option<Quantity> {
        let Some(Field::Line(line)) = fields.take(self, "normalized") else { return None };
        let mut parts = self.fields(line);
        let value: Option<(Decimal, Place)> = parts.take_decimal(self, "value");
        let unit = parts.take_text(self, "unit");
        parts.finish(self, &[]);
        Some(Quantity { value: value?.0, unit: unit? })
    }

    fn take_rank(&mut self, fields: &mut Fields<'_>, ids: &Ids) -> Option<Rank> {
        let Some(Field::Line(line)) = fields.take(self, "rank") else { return None };
        let before = self.problems.errors();
        let mut parts = self.fields(line);
        let position = match parts.take(self, "position").and_then(|part| self.single("position", part)) {
            Some(entry) => self.int("position", entry).filter(|position| *position >= 1),
            None => None,
        };
        let bound = parts.take_choice(self, "bound", &Bound::ALL, Bound::name, Bound::Exact);
        let among = parts.take_text(self, "among");
        let within = self.take_entity(&mut parts, "within", ids);
        parts.finish(self, &[]);
        let position = self.needed(line, "position` from 1; give it as `position", position, before)?;
        Some(Rank { position, bound, among, within })
    }

    fn take_scope(&mut self, fields: &mut Fields<'_>, ids: &Ids) -> Option<Scope> {
        let Some(Field::Line(line)) = fields.take(self, "scope") else { return None };
        let before = self.problems.errors();
        let mut parts = self.fields(line);
        let text = parts.take_text(self, "text");
        let sector = self.take_entity(&mut parts, "sector", ids);
        let population = parts.take_text(self, "population");
        let place = self.take_entity(&mut parts, "place", ids);
        parts.finish(self, &[]);
        let text = self.needed(line, "text", text, before)?;
        Some(Scope { text, sector, population, place })
    }

    /// `{"type": "graph", "format": 1, "entities": …}`: the format, and how many lines of each sort there are.
    pub(in crate::ingest) fn head_record(&mut self, node: &Node) -> [Option<i64>; 4] {
        let mut fields = self.fields(node);
        let numbers = ["format", "entities", "facts", "observations"].map(|name| {
            let entry = fields.take(self, name).and_then(|part| self.single(name, part))?;
            self.int(name, entry)
        });
        fields.finish(self, &[]);
        numbers
    }

    /// A text as it is; what is none is an empty one, which is no id.
    fn bare_id(&self, entry: &Entry) -> Arc<str> {
        match &entry.scalar {
            Scalar::Text(id) => id.as_str().into(),
            _ => "".into(),
        }
    }

    /// The text of a line's id, before it is read.
    pub(in crate::ingest) fn id_of(node: &Node) -> Option<Arc<str>> {
        match &node.args.first()?.scalar {
            Scalar::Text(id) => Some(id.as_str().into()),
            _ => None,
        }
    }
}
