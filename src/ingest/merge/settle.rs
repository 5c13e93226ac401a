//! What statements of one identity (type, ends, `@key` values) come to: equal ones merge, later ones take the place of earlier
//! ones, others conflict. Pure: the rules of `docs/decisions/0001-fact-model.md`, one after the other.

use super::DraftCitation;
use crate::graph::{Basis, DAY_MAX, DAY_MIN, Day, Status, Value, When};
use crate::ingest::problem::Place;
use std::sync::Arc;

/// A statement, or what several came to.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub status: Status,
    pub basis: Basis,
    pub since: Option<When>,
    pub until: Option<When>,
    pub properties: Vec<(u8, Value)>,
    pub note: Option<Arc<str>>,
    pub doubt: Option<Arc<str>>,
    pub known_from: Day,
    pub known_to: Day,
    /// Position in the result of [`settle`].
    pub superseded_by: Option<usize>,
    /// The day of the statement that made the first conflict.
    pub conflicting_from: Option<Day>,
    pub citations: Vec<DraftCitation>,
    pub at: Place,
}

/// What somebody should look at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Remark {
    /// Two statements of the same status disagree about this over overlapping periods: earlier, later.
    Conflict { earlier: Place, later: Place, what: Difference },
    /// A later document states less than an earlier one: it was done, and is planned again.
    Backwards { earlier: (Place, Status), later: (Place, Status) },
}

/// About what two statements disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    Since,
    Until,
    /// Position of the edge property.
    Property(u8),
}

/// How a later statement stands to an earlier one of the same status; in this order a larger one prevails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    /// It says nothing that the earlier does not.
    Repeats,
    /// It agrees and says more: a bound or a value that was open, a date more exactly.
    Refines,
    /// It moves a bound: earlier start, another end.
    Moves,
    /// It says otherwise.
    Contradicts,
}

/// Settles statements, which come in the order in which they became known. The result is in that order as well. `names`: of the
/// edge's properties, by position.
pub(super) fn settle(statements: Vec<Held>, names: &[Arc<str>]) -> (Vec<Held>, Vec<Remark>) {
    let mut held: Vec<Held> = Vec::with_capacity(statements.len());
    let mut remarks = Vec::new();
    for statement in statements {
        let known = statement.known_from;
        let at = place(&mut held, statement, names, &mut remarks);
        advance(&mut held, at, known, &mut remarks);
    }
    (held, remarks)
}

/// Merges a statement into those of its status; its position.
fn place(held: &mut Vec<Held>, mut new: Held, names: &[Arc<str>], remarks: &mut Vec<Remark>) -> usize {
    let rivals: Vec<(usize, Relation, Option<Difference>)> = held
        .iter()
        .enumerate()
        .filter(|(_, old)| old.superseded_by.is_none() && old.status == new.status && overlap(old, &new))
        .map(|(i, old)| {
            let (relation, what) = relate(old, &new);
            (i, relation, what)
        })
        .collect();
    if let Some((i, ..)) = rivals.iter().find(|(_, relation, _)| *relation == Relation::Repeats) {
        join(&mut held[*i], new);
        return *i;
    }
    let agreeing = |relation| matches!(relation, Relation::Refines | Relation::Moves);
    // Statements of one day are one state of knowledge: the fuller one takes the other in.
    let same_day = rivals.iter().find(|(i, relation, _)| agreeing(*relation) && held[*i].known_from == new.known_from);
    if let Some((i, ..)) = same_day {
        let i = *i;
        carry_over(&held[i], &mut new, names);
        let old = &mut held[i];
        (old.since, old.until) = (new.since.take(), new.until.take());
        old.properties = std::mem::take(&mut new.properties);
        join(old, new);
        return i;
    }
    let at = held.len();
    for (i, relation, what) in rivals {
        if let (Relation::Contradicts, Some(what)) = (relation, what) {
            // Statements come in the order known, so the day of a conflict is the new one's.
            held[i].conflicting_from.get_or_insert(new.known_from);
            new.conflicting_from = Some(new.known_from);
            remarks.push(Remark::Conflict { earlier: held[i].at, later: new.at, what });
        } else {
            carry_over(&held[i], &mut new, names);
            held[i].known_to = new.known_from;
            held[i].superseded_by = Some(at);
        }
    }
    held.push(new);
    at
}

/// A statement at `at` that a document of the day `known` made: takes the place of earlier ones that had come less far.
fn advance(held: &mut [Held], at: usize, known: Day, remarks: &mut Vec<Remark>) {
    let (status, place) = (held[at].status, held[at].at);
    let (from, to) = (valid_from(&held[at]), valid_to(&held[at]));
    for (i, old) in held.iter_mut().enumerate() {
        if i == at || old.superseded_by.is_some() || old.known_from >= known {
            continue;
        }
        // What ended before the earlier statement's time begins says nothing about it.
        if status > old.status && to >= valid_from(old) {
            old.known_to = known;
            old.superseded_by = Some(at);
        }
        // A plan that begins after the earlier statement was known is a new plan.
        if status < old.status && from <= old.known_from {
            remarks.push(Remark::Backwards { earlier: (old.at, old.status), later: (place, status) });
        }
    }
}

fn valid_from(held: &Held) -> Day {
    held.since.as_ref().map_or(DAY_MIN, When::first)
}

fn valid_to(held: &Held) -> Day {
    held.until.as_ref().map_or(DAY_MAX, When::last)
}

fn overlap(a: &Held, b: &Held) -> bool {
    valid_from(a) <= valid_to(b) && valid_from(b) <= valid_to(a)
}

/// The first and the last day of a bound; none when it is unknown or only words.
fn days(bound: &Option<When>) -> Option<(Day, Day)> {
    let when = bound.as_ref()?;
    (when.earliest.is_some() || when.latest.is_some()).then(|| (when.first(), when.last()))
}

fn relate(old: &Held, new: &Held) -> (Relation, Option<Difference>) {
    let later = new.known_from > old.known_from;
    let mut worst = (Relation::Repeats, None);
    let mut consider = |relation: Relation, what: Difference| {
        // Only a later document can move a bound.
        let relation = if relation == Relation::Moves && !later { Relation::Contradicts } else { relation };
        if relation > worst.0 {
            worst = (relation, Some(what));
        }
    };
    consider(relate_bound(days(&old.since), days(&new.since), true), Difference::Since);
    consider(relate_bound(days(&old.until), days(&new.until), false), Difference::Until);
    for (position, value) in &new.properties {
        let relation = match old.properties.iter().find(|(p, _)| p == position) {
            None => Relation::Refines,
            Some((_, known)) if known == value => Relation::Repeats,
            Some(_) => Relation::Contradicts,
        };
        consider(relation, Difference::Property(*position));
    }
    worst
}

/// A bound of the period. A start may move to the past only; an end may move either way.
fn relate_bound(old: Option<(Day, Day)>, new: Option<(Day, Day)>, start: bool) -> Relation {
    match (old, new) {
        (_, None) => Relation::Repeats,
        (None, Some(_)) => Relation::Refines,
        (Some(old), Some(new)) if new.0 <= old.0 && old.1 <= new.1 => Relation::Repeats,
        (Some(old), Some(new)) if old.0 <= new.0 && new.1 <= old.1 => Relation::Refines,
        (Some(old), Some(new)) if !start || new.1 < old.0 => Relation::Moves,
        _ => Relation::Contradicts,
    }
}

/// What the earlier statement gives and the later leaves out still holds: it is carried over, with the earlier's citations for it.
fn carry_over(old: &Held, new: &mut Held, names: &[Arc<str>]) {
    let mut carried: Vec<Arc<str>> = Vec::new();
    for (name, from, to) in [("since", &old.since, &mut new.since), ("until", &old.until, &mut new.until)] {
        if to.is_none() && from.is_some() {
            *to = from.clone();
            carried.push(name.into());
        }
    }
    let missing: Vec<(u8, Value)> =
        old.properties.iter().filter(|(p, _)| !new.properties.iter().any(|(known, _)| known == p)).cloned().collect();
    if !missing.is_empty() {
        carried.extend(missing.iter().filter_map(|(position, _)| names.get(usize::from(*position)).cloned()));
        new.properties.extend(missing);
        new.properties.sort_by_key(|(position, _)| *position);
    }
    if !carried.is_empty() && old.known_from != new.known_from {
        new.citations.extend(
            old.citations.iter().map(|citation| DraftCitation { supports: carried.clone(), ..citation.clone() }),
        );
    }
}

/// Adds a statement that says nothing new, or was made part of `old`: its citations, remarks, and the firmer basis.
fn join(old: &mut Held, new: Held) {
    old.citations.extend(new.citations);
    old.basis = old.basis.min(new.basis);
    for (ours, theirs) in [(&mut old.note, new.note), (&mut old.doubt, new.doubt)] {
        match (&*ours, theirs) {
            (None, theirs) => *ours = theirs,
            (Some(text), Some(more)) if !text.contains(&*more) => *ours = Some(format!("{text}；{more}").into()),
            _ => {}
        }
    }
    for (ours, theirs) in [(&mut old.since, new.since), (&mut old.until, new.until)] {
        if ours.is_none() {
            *ours = theirs;
        }
    }
    old.conflicting_from = [old.conflicting_from, new.conflicting_from].into_iter().flatten().min();
}
