//! Facts as rows and the statements that take them. A row is a list with each value at a place of its own: their names in every row would
//! be most of what is made, sent and read, and facts are most of a graph.

use super::super::layout as at;
use super::super::value::Value;
use super::rows::{Content, Row, Rows, kept, parts};
use super::there::Places;
use crate::graph::Fact;
use crate::ontology::{Ontology, RelId};

/// Places in a row: the number of the subject's node …
const SUBJECT: usize = 0;
/// … and of the object's …
const OBJECT: usize = 1;
/// … the relationship, in a statement of several …
const TYPE: usize = 2;
/// … the properties that it declares, a list of them all, in a statement of several a map of what is there …
const OWN: usize = 3;
/// … and from here on those that every fact may have.
const FIRST: usize = 4;

/// The properties that every fact may have, in their order in a row.
const PROPERTIES: [&str; 21] = [
    at::FACT_ID,
    at::STATUS,
    at::BASIS,
    at::FROM,
    at::TO,
    at::KNOWN,
    at::KNOWN_TO,
    at::CONFLICTING_FROM,
    at::SINCE[0],
    at::SINCE[1],
    at::SINCE[2],
    at::UNTIL[0],
    at::UNTIL[1],
    at::UNTIL[2],
    at::NOTE,
    at::DOUBT,
    at::SUPERSEDED_BY,
    at::CITED_DOCUMENTS,
    at::CITED_SECTIONS,
    at::CITED_SUPPORTS,
    at::CONTENT,
];

/// The row of a fact, whose ends are yet to be [`placed`].
pub(super) fn row(rows: &Rows<'_>, fact: &Fact) -> Row {
    let (records, relationship) = (rows.records, rows.ontology().relationship(fact.relationship));
    let mut own = vec![Value::Null; relationship.properties.len()];
    for (position, value) in &fact.properties {
        if let Some(place) = own.get_mut(usize::from(*position)) {
            *place = at::stored(value);
        }
    }
    let [since, until] = [&fact.since, &fact.until].map(|when| parts(when.as_ref()));
    let ([since, since_first, since_last], [until, until_first, until_last]) = (since, until);
    let [documents, sections, supports] = rows.cited(&fact.citations);
    // All but the last, which is the hash of the others.
    let properties: [Value; PROPERTIES.len() - 1] = [
        Value::from(&*fact.id),
        Value::Int(fact.status as i64),
        Value::Int(fact.basis as i64),
        Value::Int(fact.valid_from().into()),
        Value::Int(fact.valid_to().into()),
        Value::Int(fact.known_from.into()),
        Value::Int(fact.known_to.into()),
        fact.conflicting_from.map(i64::from).into(),
        since,
        since_first,
        since_last,
        until,
        until_first,
        until_last,
        fact.note.as_deref().into(),
        fact.doubt.as_deref().into(),
        fact.superseded_by.map(|later| records.fact_id(later)).into(),
        documents,
        sections,
        supports,
    ];
    let mut values = Vec::with_capacity(FIRST + PROPERTIES.len());
    values.extend([Value::Null, Value::Null, Value::Null, Value::List(own)]);
    values.extend(properties);
    let mut content = Content::begin();
    for text in [records.entity_id(fact.subject), &relationship.name, records.entity_id(fact.object)] {
        content.text(text);
    }
    values.iter().for_each(|value| content.value(value));
    let hash = content.hash();
    values.push(kept(hash));
    Row { hash, value: Value::List(values) }
}

/// A fact's row with the nodes of its ends.
pub(super) fn placed(mut values: Vec<Value>, fact: &Fact, places: &Places) -> Value {
    for (at, end) in [(SUBJECT, fact.subject), (OBJECT, fact.object)] {
        if let Some(value) = values.get_mut(at) {
            *value = places.of(end);
        }
    }
    Value::List(values)
}

/// Rows of a relationship for a statement of several.
pub(super) fn typed(mut row: Value, relationship: RelId, ontology: &Ontology) -> Value {
    let declared = ontology.relationship(relationship);
    if let Value::List(values) = &mut row {
        if let Some(value) = values.get_mut(TYPE) {
            *value = Value::from(&*declared.name);
        }
        if let Some(own) = values.get_mut(OWN)
            && let Value::List(given) = std::mem::replace(own, Value::Null)
        {
            let named = declared.properties.iter().map(|property| &*property.name).zip(given);
            *own = Value::map(named.filter(|(_, value)| *value != Value::Null));
        }
    }
    row
}

/// The node of a row's object.
pub(super) fn object(row: &Value) -> i64 {
    match row {
        Value::List(values) => values.get(OBJECT).and_then(Value::as_int).unwrap_or(0),
        _ => 0,
    }
}

/// What writes facts: of a relationship, whose type stands in the statement (found with less of a plan), or of several, whose type stands in
/// each row, which saves a plan for each. What is not there is created: to look for it first locks both ends, and facts meet at few entities.
/// `again` looks.
pub(super) fn statement(ontology: &Ontology, relationship: Option<RelId>, again: bool) -> String {
    let declared = relationship.map(|id| ontology.relationship(id));
    let by = declared.map_or_else(|| format!("$(row[{TYPE}])"), |it| format!("`{}`", it.name));
    let own = if declared.is_none() { format!(" SET r += row[{OWN}]") } else { String::new() };
    let properties = (FIRST..).zip(PROPERTIES).map(|(place, name)| format!("{name}: row[{place}]"));
    let theirs = declared.into_iter().flat_map(|it| (0..).zip(&it.properties));
    let theirs = theirs.map(|(place, it): (usize, _)| format!("`{}`: row[{OWN}][{place}]", it.name));
    let properties = properties.chain(theirs).collect::<Vec<_>>().join(", ");
    let write = if again {
        format!("MERGE (a)-[r:{by} {{{}: row[{FIRST}]}}]->(b) SET r = {{{properties}}}", at::FACT_ID)
    } else {
        format!("CREATE (a)-[r:{by} {{{properties}}}]->(b)")
    };
    format!(
        "CYPHER 5 UNWIND $rows AS row MATCH (a) WHERE id(a) = row[{SUBJECT}] MATCH (b) WHERE id(b) = row[{OBJECT}] {write}{own}"
    )
}
