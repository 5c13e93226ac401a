//! Blocks about an entity to one entity: names united, properties collected.

use super::{DraftCitation, Ids, Order, elsewhere};
use crate::graph::{Bilingual, Dated, Day, Node, NodeNames, Value, naming};
use crate::ingest::problem::{Place, Problems};
use crate::ingest::statement::{Cited, EntityStatement, TextField};
use crate::ontology::{Indexing, KindId, Ontology, PropId, ValueType};
use std::collections::HashMap;
use std::sync::Arc;

/// An entity on the way.
pub(super) struct Draft {
    id: Arc<str>,
    kind: KindId,
    at: Place,
    texts: Vec<(TextField, Arc<str>, Place)>,
    named: bool,
    properties: Vec<(PropId, Value, Place, Day)>,
    wrong: Vec<PropId>,
    history: Vec<(PropId, DatedDraft)>,
    known: Day,
    citations: Vec<DraftCitation>,
    /// The first mention in a fact or an observation that was known before the entity's own blocks.
    mentioned: Option<(Day, DraftCitation)>,
}

struct DatedDraft {
    dated: Dated,
    citations: Vec<DraftCitation>,
}

impl Draft {
    /// Something was said about the entity.
    pub fn mention(&mut self, known: Day, order: &Order, cited: &Cited) {
        if known < self.mentioned.as_ref().map_or(self.known, |(day, _)| *day) {
            self.mentioned = Some((known, order.citation(cited, Vec::new())));
        }
    }
    /// Its id.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }
}

/// Merges blocks, which come in the order known. The result is ascending by id, as [`Ids`] numbers them.
pub(super) fn merge(
    ontology: &Ontology,
    statements: &[EntityStatement],
    order: &Order,
    ids: &Ids,
    problems: &mut Problems,
) -> Vec<Draft> {
    let mut drafts: Vec<Option<Draft>> = (0..ids.by_id.len()).map(|_| None).collect();
    for statement in statements {
        let Some(slot) = ids.by_id.get(&statement.id).and_then(|ix| drafts.get_mut(ix.0 as usize)) else { continue };
        let known = order.known(&statement.cited);
        let draft = slot.get_or_insert_with(|| Draft {
            id: statement.id.clone(),
            kind: statement.kind,
            at: statement.at,
            texts: Vec::new(),
            named: false,
            properties: Vec::new(),
            wrong: Vec::new(),
            history: Vec::new(),
            known,
            citations: Vec::new(),
            mentioned: None,
        });
        draft.named |= statement.named;
        draft.wrong.extend(&statement.wrong);
        add(ontology, draft, statement, known, order, problems);
    }
    let drafts: Vec<Draft> = drafts.into_iter().flatten().collect();
    for draft in &drafts {
        if !draft.named {
            problems.error(draft.at, format!("\"{}\" has no name; add zh \"…\" or en \"…\"", draft.id));
        }
    }
    for draft in &drafts {
        let given = |id| draft.wrong.contains(&id) || draft.properties.iter().any(|(given, ..)| *given == id);
        required(ontology, &draft.id, draft.kind, draft.at, given, problems);
    }
    let values = drafts
        .iter()
        .flat_map(|draft| draft.properties.iter().map(move |(id, value, at, _)| (&draft.id, *id, value, *at)));
    unique(ontology, values, problems);
    namesakes(&drafts, problems);
    drafts
}

fn add(
    ontology: &Ontology,
    draft: &mut Draft,
    statement: &EntityStatement,
    known: Day,
    order: &Order,
    problems: &mut Problems,
) {
    let mut supports: Vec<Arc<str>> = Vec::new();
    for (field, text, at) in &statement.texts {
        supports.push(field.supports().into());
        let single = !matches!(field, TextField::Short | TextField::Former | TextField::Alias);
        match draft.texts.iter().find(|(f, t, _)| f == field && (single || t == text)) {
            Some((_, other, place)) if other != text => {
                let place = elsewhere(problems, *place);
                let hint = match field {
                    TextField::NameZh | TextField::NameEn => "write the other name as alias or former",
                    _ => "keep one of them",
                };
                problems.error(
                    *at,
                    format!(
                        "\"{}\" has {} \"{other}\" in {place} and \"{text}\" here; {hint}",
                        draft.id,
                        field.shown()
                    ),
                );
            }
            Some(_) => {}
            None => draft.texts.push((*field, text.clone(), *at)),
        }
    }
    for (id, value, at) in &statement.properties {
        let property = ontology.property(*id);
        supports.push(property.name.clone());
        match draft.properties.iter_mut().find(|(known, ..)| known == id) {
            None => draft.properties.push((*id, value.clone(), *at, known)),
            Some((_, held, place, _)) => match (&*held, value) {
                (Value::List(old), Value::List(new)) => {
                    let added = new.iter().filter(|item| !old.contains(item));
                    *held = Value::List(old.iter().chain(added).cloned().collect());
                }
                (old, new) if old != new => {
                    let (old, new, place) = (shown(old), shown(new), elsewhere(problems, *place));
                    problems.error(
                        *at,
                        format!(
                            "\"{}\" has {} {old} in {place} and {new} here; a property has one value for all time: correct one, or \
                             say it as a fact or an observation",
                            draft.id, property.name
                        ),
                    );
                }
                _ => {}
            },
        }
    }
    for stated in &statement.history {
        supports.push(ontology.property(stated.property).name.clone());
        let citation = order.citation(&statement.cited, Vec::new());
        let same = draft.history.iter_mut().find(|(id, held)| {
            *id == stated.property
                && held.dated.value == stated.value
                && held.dated.since == stated.since
                && held.dated.until == stated.until
        });
        match same {
            Some((_, held)) => held.citations.push(citation),
            None => {
                let dated = Dated {
                    value: stated.value.clone(),
                    since: stated.since.clone(),
                    until: stated.until.clone(),
                    known_from: known,
                    citations: Vec::new(),
                };
                draft.history.push((stated.property, DatedDraft { dated, citations: vec![citation] }));
            }
        }
    }
    supports.sort();
    supports.dedup();
    draft.citations.push(order.citation(&statement.cited, supports));
}

/// A value as text, for messages.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Bool(value) => format!("#{value}"),
        Value::Int(value) => value.to_string(),
        Value::Decimal(value) => value.to_string(),
        Value::Date(value) => format!("\"{value}\""),
        Value::Str(value) => format!("\"{value}\""),
        Value::List(values) => values.iter().map(shown).collect::<Vec<_>>().join(" "),
        Value::Struct(_) => "another block".to_owned(),
    }
}

/// `!`: every entity of the kind has a value. `given`: whether this one has.
pub(in crate::ingest) fn required(
    ontology: &Ontology,
    entity: &str,
    kind: KindId,
    at: Place,
    given: impl Fn(PropId) -> bool,
    problems: &mut Problems,
) {
    let kind = ontology.kind(kind);
    for id in &kind.properties {
        let property = ontology.property(*id);
        if property.required && property.default.is_none() && !given(*id) {
            let (zh, name) = (&property.described.labels.zh, &property.name);
            let message = format!("\"{entity}\" has no {name} ({zh}), which every {} has; add {name} …", kind.name);
            problems.error(at, message);
        }
    }
}

/// `@unique`: at most one entity of all has a value. Each value with its entity and place.
pub(in crate::ingest) fn unique<'d>(
    ontology: &Ontology,
    values: impl Iterator<Item = (&'d Arc<str>, PropId, &'d Value, Place)>,
    problems: &mut Problems,
) {
    let mut holders: HashMap<(PropId, &Value), &Arc<str>> = HashMap::new();
    for (entity, id, value, at) in values.filter(|(_, id, ..)| ontology.property(*id).indexing == Indexing::Unique) {
        if let Some(other) = holders.insert((id, value), entity) {
            let message = format!(
                "\"{other}\" and \"{entity}\" both have {} {}, which is unique; correct one, or make the two one entity",
                ontology.property(id).name,
                shown(value)
            );
            problems.error(at, message);
        }
    }
}

/// The ontology's values of what no document gives; `values` are ascending by id.
pub(crate) fn fill_defaults(ontology: &Ontology, kind: KindId, values: &mut Vec<(PropId, Value)>) {
    for id in &ontology.kind(kind).properties {
        let property = ontology.property(*id);
        if let Some(default) = &property.default
            && !property.history
            && !matches!(property.ty, ValueType::List(_))
            && let Err(at) = values.binary_search_by_key(id, |(id, _)| *id)
        {
            values.insert(at, (*id, default.clone()));
        }
    }
}

/// Two entities of a kind with the same name and nothing to tell them apart are perhaps one.
fn namesakes(drafts: &[Draft], problems: &mut Problems) {
    let mut named: HashMap<(KindId, &str), &Draft> = HashMap::new();
    for draft in drafts {
        if draft
            .texts
            .iter()
            .any(|(field, ..)| matches!(field, TextField::DisambiguationZh | TextField::DisambiguationEn))
        {
            continue;
        }
        for (_, text, at) in draft.texts.iter().filter(|(field, ..)| *field == TextField::NameZh) {
            if let Some(other) = named.insert((draft.kind, text), draft) {
                let message = format!(
                    "\"{}\" and \"{}\" have the same name; use one id if they are one, else add disambiguation zh=\"…\" en=\"…\"",
                    other.id, draft.id
                );
                problems.warn(*at, message);
            }
        }
    }
}

/// Entities of the graph, ascending by id.
pub(super) fn finish(ontology: &Ontology, drafts: Vec<Draft>, order: &Order, ids: &Ids) -> Vec<Node> {
    drafts.into_iter().map(|draft| node(ontology, draft, order, ids)).collect()
}

fn node(ontology: &Ontology, draft: Draft, order: &Order, ids: &Ids) -> Node {
    let Draft { id, kind, texts, mut properties, history, mut known, mut citations, mentioned, .. } = draft;
    if let Some((day, citation)) = mentioned {
        known = day;
        citations.push(citation);
    }
    let one = |wanted: TextField| texts.iter().find(|(field, ..)| *field == wanted).map(|(_, text, _)| text.clone());
    let (zh, en) = (one(TextField::NameZh), one(TextField::NameEn));
    let full = |text: &Arc<str>| Some(text) != zh.as_ref() && Some(text) != en.as_ref();
    let all = |wanted: TextField| {
        let of = texts.iter().filter(|(field, ..)| *field == wanted).map(|(_, text, _)| text);
        of.filter(|text| full(text)).cloned().collect()
    };
    let (short, former, aliases) = (all(TextField::Short), all(TextField::Former), all(TextField::Alias));
    let names = NodeNames { zh: zh.clone(), en: en.clone(), short, former, aliases };
    let mut values = Vec::with_capacity(properties.len());
    let mut properties_known = Vec::new();
    properties.sort_by_key(|(id, ..)| *id);
    for (id, value, _, day) in properties {
        // A value that every entity has (`!`, or a default) is never hidden: the API promises one under every `known`.
        let property = ontology.property(id);
        if day != known && !property.required && property.default.is_none() {
            properties_known.push((id, day));
        }
        values.push((id, value));
    }
    fill_defaults(ontology, kind, &mut values);
    let mut dated: Vec<(PropId, Vec<Dated>)> = Vec::new();
    for (id, DatedDraft { dated: mut entry, citations }) in history {
        entry.citations = order.citations(citations, ids);
        match dated.iter_mut().find(|(known, _)| *known == id) {
            Some((_, entries)) => entries.push(entry),
            None => dated.push((id, vec![entry])),
        }
    }
    dated.sort_by_key(|(id, _)| *id);
    for (_, entries) in &mut dated {
        entries.sort_by(|a, b| (a.known_from, &a.value).cmp(&(b.known_from, &b.value)));
    }
    let sort_name = naming::sort_key(zh.as_deref().or(en.as_deref()).unwrap_or(&id));
    Node {
        kind,
        sort_name,
        names,
        disambiguation: Bilingual { zh: one(TextField::DisambiguationZh), en: one(TextField::DisambiguationEn) },
        description: Bilingual { zh: one(TextField::DescriptionZh), en: one(TextField::DescriptionEn) },
        properties: values,
        properties_known,
        history: dated,
        known_from: known,
        citations: order.citations(citations, ids),
        id,
    }
}
