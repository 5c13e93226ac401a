//! Fact statements to facts: looked up, grouped by identity, settled, numbered.

use super::settle::{Difference, Held, Remark, settle};
use super::{Ids, Order, elsewhere, entities};
use crate::graph::{DAY_MAX, DAY_MIN, Day, Fact, FactIx, NodeIx, Status, StatusSet, Value, When};
use crate::ingest::problem::{Place, Problems};
use crate::ingest::statement::FactStatement;
use crate::ontology::{Ontology, RelId, Relationship};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::Arc;

/// A fact and where it was first stated.
pub(in crate::ingest) struct Settled {
    pub fact: Fact,
    pub at: Place,
}

/// What makes statements one fact over time. Ordered, so that groups come in an order of their own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    relationship: RelId,
    subject: NodeIx,
    object: NodeIx,
    key: Vec<(u8, Value)>,
}

/// Merges fact statements, which come in the order known. The result is ascending by id.
pub(super) fn merge(
    ontology: &Ontology,
    statements: &[FactStatement],
    order: &Order,
    ids: &mut Ids,
    entities: &mut [entities::Draft],
    problems: &mut Problems,
) -> Vec<Settled> {
    let mut groups: Vec<(Identity, Held)> = Vec::with_capacity(statements.len());
    for statement in statements {
        let ends = (ids.look_up(&statement.subject, problems), ids.look_up(&statement.object, problems));
        let (Some(mut subject), Some(mut object)) = ends else { continue };
        let known = order.known(&statement.cited);
        for end in [subject, object] {
            if let Some(draft) = entities.get_mut(end.0 as usize) {
                draft.mention(known, order, &statement.cited);
            }
        }
        if starts_later(statement.status, statement.since.as_ref(), known) {
            problems.warn(
                statement.at,
                format!(
                    "the fact is {} and begins after its document became known; a plan is not done: give it its status, or mend since",
                    statement.status.name()
                ),
            );
        }
        let relationship = ontology.relationship(statement.relationship);
        if relationship.symmetric && object < subject {
            (subject, object) = (object, subject);
        }
        let is_key = |position: u8| relationship.properties.get(usize::from(position)).is_some_and(|p| p.key);
        let (key, properties): (Vec<_>, Vec<_>) =
            statement.properties.iter().cloned().partition(|(position, _)| is_key(*position));
        let held = Held {
            status: statement.status,
            basis: statement.basis,
            since: statement.since.clone(),
            until: statement.until.clone(),
            properties,
            note: statement.note.clone(),
            doubt: statement.doubt.clone(),
            known_from: known,
            known_to: DAY_MAX,
            superseded_by: None,
            conflicting_from: None,
            citations: vec![order.citation(&statement.cited, supported(ontology, statement))],
            at: statement.at,
        };
        groups.push((Identity { relationship: statement.relationship, subject, object, key }, held));
    }
    // Stable: within a group the order known is kept.
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    let mut settled: Vec<(Settled, Option<usize>)> = Vec::with_capacity(groups.len());
    let mut used = HashSet::new();
    let mut rest = groups.into_iter().peekable();
    while let Some((identity, first)) = rest.next() {
        let mut members = vec![first];
        while let Some((_, next)) = rest.next_if(|(other, _)| *other == identity) {
            members.push(next);
        }
        let declared = &ontology.relationship(identity.relationship).properties;
        let names: Vec<Arc<str>> = declared.iter().map(|property| property.name.clone()).collect();
        let (held, remarks) = settle(members, &names);
        remarks.into_iter().for_each(|remark| report(ontology, identity.relationship, remark, problems));
        let base = settled.len();
        for held in held {
            let superseded_by = held.superseded_by.map(|position| base + position);
            settled.push((fact(ontology, &identity, held, entities, order, ids, &mut used), superseded_by));
        }
    }
    number(settled)
}

/// Whether something is said to hold that had not begun when it was said. A reference is known since ever and says nothing of when.
pub(super) fn starts_later(status: Status, start: Option<&When>, known: Day) -> bool {
    StatusSet::HELD.contains(status) && known != DAY_MIN && start.is_some_and(|start| start.first() > known)
}

/// The properties that a statement gives, for its citation.
fn supported(ontology: &Ontology, statement: &FactStatement) -> Vec<Arc<str>> {
    let declared = &ontology.relationship(statement.relationship).properties;
    let given = statement.properties.iter().filter_map(|(position, _)| declared.get(usize::from(*position)));
    let mut supports: Vec<Arc<str>> = given.map(|property| property.name.clone()).collect();
    supports.extend(statement.since.as_ref().map(|_| "since".into()));
    supports.extend(statement.until.as_ref().map(|_| "until".into()));
    supports.sort();
    supports
}

fn fact(
    ontology: &Ontology,
    identity: &Identity,
    held: Held,
    entities: &[entities::Draft],
    order: &Order,
    ids: &Ids,
    used: &mut HashSet<String>,
) -> Settled {
    let Identity { relationship, subject, object, key } = identity;
    let declared = ontology.relationship(*relationship);
    let end = |ix: NodeIx| entities.get(ix.0 as usize).map_or("", |draft| &**draft.id());
    let period = (&held.since, &held.until);
    let mut text = identified(declared, (end(*subject), end(*object)), key, held.status, period);
    let mut id = digest(&text);
    // Conflicting facts may agree in all of that; then their other values and the day they became known tell them apart.
    if used.contains(&id) {
        text.push_str(&format!("\u{1f}{}", named(declared, &held.properties)));
        id = digest(&text);
    }
    while used.contains(&id) {
        text.push_str(&format!("\u{1f}{}", held.known_from));
        id = digest(&text);
    }
    used.insert(id.clone());
    let mut properties: Vec<(u8, Value)> = key.iter().cloned().chain(held.properties).collect();
    properties.sort_by_key(|(position, _)| *position);
    let fact = Fact {
        id: id.into(),
        relationship: *relationship,
        subject: *subject,
        object: *object,
        status: held.status,
        basis: held.basis,
        since: held.since,
        until: held.until,
        properties,
        note: held.note,
        doubt: held.doubt,
        known_from: held.known_from,
        known_to: held.known_to,
        superseded_by: None,
        conflicting_from: held.conflicting_from,
        citations: order.citations(held.citations, ids),
    };
    Settled { fact, at: held.at }
}

/// The id of a fact that has it to itself: of its type, its ends by their ids, the values of its `@key` properties (others may be given
/// too), its status and period.
pub(crate) fn id(
    relationship: &Relationship,
    ends: (&str, &str),
    properties: &[(u8, Value)],
    status: Status,
    period: (&Option<When>, &Option<When>),
) -> String {
    let is_key = |position: u8| relationship.properties.get(usize::from(position)).is_some_and(|it| it.key);
    let key: Vec<_> = properties.iter().filter(|(position, _)| is_key(*position)).cloned().collect();
    digest(&identified(relationship, ends, &key, status, period))
}

/// What an id is a digest of.
fn identified(
    relationship: &Relationship,
    (subject, object): (&str, &str),
    key: &[(u8, Value)],
    status: Status,
    (since, until): (&Option<When>, &Option<When>),
) -> String {
    format!(
        "{}\u{1f}{subject}\u{1f}{object}\u{1f}{}{}\u{1f}{}\u{1f}{}",
        relationship.name,
        named(relationship, key),
        status.name(),
        canonical(since),
        canonical(until)
    )
}

/// Values with their names, as a part of an id.
fn named(relationship: &Relationship, properties: &[(u8, Value)]) -> String {
    let each = properties.iter().map(|(position, value)| {
        let name = relationship.properties.get(usize::from(*position)).map_or("", |property| &*property.name);
        format!("{name}={}\u{1f}", entities::shown(value))
    });
    each.collect()
}

/// A bound of a period as part of an id: its dates, or its words where it has none.
fn canonical(bound: &Option<When>) -> String {
    match bound {
        None => String::new(),
        Some(When { text, earliest: None, latest: None }) => text.to_string(),
        Some(When { earliest, latest, .. }) => {
            let shown = |date: &Option<crate::graph::PartialDate>| date.map_or(String::new(), |date| date.to_string());
            format!("{}..{}", shown(earliest), shown(latest))
        }
    }
}

fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let first = hash.iter().take(8).fold(0u64, |digits, byte| digits << 8 | u64::from(*byte));
    format!("fact:{first:016x}")
}

/// Sorts by id and turns positions into indices.
fn number(settled: Vec<(Settled, Option<usize>)>) -> Vec<Settled> {
    let mut order: Vec<usize> = (0..settled.len()).collect();
    order.sort_by(|a, b| settled[*a].0.fact.id.cmp(&settled[*b].0.fact.id));
    let mut index = vec![FactIx(0); settled.len()];
    for (new, old) in order.iter().enumerate() {
        index[*old] = FactIx(new as u32);
    }
    let mut numbered: Vec<Settled> = settled
        .into_iter()
        .map(|(mut settled, superseded_by)| {
            settled.fact.superseded_by = superseded_by.and_then(|old| index.get(old).copied());
            settled
        })
        .collect();
    numbered.sort_by(|a, b| a.fact.id.cmp(&b.fact.id));
    numbered
}

fn report(ontology: &Ontology, relationship: RelId, remark: Remark, problems: &mut Problems) {
    let name = &ontology.relationship(relationship).name;
    match remark {
        Remark::Conflict { earlier, later, what } => {
            let what = match what {
                Difference::Since => "since".to_owned(),
                Difference::Until => "until".to_owned(),
                Difference::Property(position) => ontology
                    .relationship(relationship)
                    .properties
                    .get(usize::from(position))
                    .map_or(String::new(), |property| property.name.to_string()),
            };
            let earlier = elsewhere(problems, earlier);
            problems.warn(
                later,
                format!(
                    "this {name} conflicts with {earlier}: another `{what}` for the same time; both are served as conflicting. Give \
                     each its period if they held one after the other, or say in `doubt` what is open"
                ),
            );
        }
        Remark::Backwards { earlier: (earlier, was), later: (later, is) } => {
            let earlier = elsewhere(problems, earlier);
            problems.warn(
                later,
                format!(
                    "this {name} is {} here and was {} in {earlier} already; both stay. Give a new plan its since, or correct the \
                     status",
                    is.name(),
                    was.name()
                ),
            );
        }
    }
}
