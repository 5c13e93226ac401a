//! The plan's operators. **Their meaning is defined here**, in these comments, and not borrowed from a backend: memory
//! evaluates them, Neo4j renders them, and both give the same rows in the same order.
//!
//! Rules for all of them:
//!
//! - **Sight.** A [`View`] decides what exists. An entity is seen if `known_from ≤ view.known`. A fact is *current* if
//!   `known_from ≤ view.known < known_to` and its period overlaps the view's: `valid_from ≤ view.valid_to` and
//!   `valid_to ≥ view.valid_from`. A fact's ends are seen whenever the fact is (ingest sees to it). An observation is seen if
//!   `known_from ≤ view.known` and `when.first() ≤ view.valid_to && when.last() ≥ view.valid_from`. A timeless property is seen if its
//!   known day is; a `@history` property has the value of the seen entry that holds in the view: among entries with
//!   `known_from ≤ view.known` whose period overlaps, the one with the latest `since` (first day; unknown first), then
//!   the latest `known_from`, then the largest value.
//! - **Logic is two-valued.** A test of something absent is false, except `IsNull(true)`. `Not` is the complement, so a
//!   filter and its negation partition the whole.
//! - **Comparison.** Text by code point; numbers by value; enum values as text. A partial date is its period
//!   `[first, last]` and a comparison is true only where it is certain: see [`Test`].
//! - **Order** is total: the keys in turn, absent values last in either direction, then the tie-breakers of the record in the
//!   direction of the last key (ascending when there is none): entity → id; edge → neighbour's id, fact's id;
//!   fact → id; observation → id.
//! - **Uniqueness.** An edge is one current fact, so a neighbour appears once for each fact that joins it. Filters ask
//!   whether an edge exists and never multiply rows. A fact that joins an entity to itself is an edge to itself, once in each
//!   direction (once in all under a symmetric relationship), one fact about it, and no degree.
//! - **Tests of the wrong type** (a text test of a number, a comparison of a text, of a boolean or of a value object) are false.
//! - **Nothing** sums to nothing: a count of nothing is 0.

mod aggregate;
mod edge;
mod entity;
mod fact;
mod filter;
mod observation;

pub use aggregate::{AggregateProjection, AggregateSlot, GroupBy, GroupKey};
pub use edge::{EdgeSlot, EdgesPage, RelatedPage};
pub use entity::{DatedSlot, EntitiesPage, EntityKey, EntityOrder, EntityProjection, NamePart, RelatedKey, Slot};
pub use fact::{
    CitationProjection, CitationSlot, FactAnchor, FactFilter, FactKey, FactOrder, FactProjection, FactSlot, FactsPage,
};
pub use filter::{Anchor, EdgeFilter, Filter, Hop, Quantifier, Test};
pub use observation::{
    ObservationFilter, ObservationKey, ObservationOrder, ObservationProjection, ObservationSlot, ObservationsPage,
};

use crate::graph::{DAY_MAX, DAY_MIN, Day, PartialDate, Status};
use crate::ontology::KindSet;
use std::sync::Arc;

/// What is looked at: a period in which facts must hold, and what had been stated by a day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// First day of the period; [`DAY_MIN`] when unset.
    pub valid_from: Day,
    /// Last day of the period; [`DAY_MAX`] when unset.
    pub valid_to: Day,
    /// The last day whose documents count; `DAY_MAX - 1` when unset: all, and only facts not superseded.
    pub known: Day,
    /// Canonical text of the `asOf` in force, empty when unset: part of normalised cache keys.
    pub key: Arc<str>,
}

impl View {
    /// `asOf: {valid, known}`; both mean their whole period.
    pub fn new(valid: Option<PartialDate>, known: Option<PartialDate>) -> View {
        let key = match (valid, known) {
            (None, None) => String::new(),
            (Some(v), None) => format!("valid={v}"),
            (None, Some(k)) => format!("known={k}"),
            (Some(v), Some(k)) => format!("valid={v},known={k}"),
        };
        View {
            valid_from: valid.map_or(DAY_MIN, PartialDate::first),
            valid_to: valid.map_or(DAY_MAX, PartialDate::last),
            known: known.map_or(DAY_MAX - 1, PartialDate::last),
            key: key.into(),
        }
    }
    /// Whether neither part is set: stored degrees hold, and properties need no known day.
    pub fn is_latest(&self) -> bool {
        self.key.is_empty()
    }
    /// Whether `known` is set.
    pub fn is_known_set(&self) -> bool {
        self.known != DAY_MAX - 1
    }
}

/// What a language-dependent text prefers; it falls back to the other language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// One root field's work. A store answers it as a whole, over one snapshot.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Root {
    /// **ByIds**: a row an id, in the order given, `Null` for an id that is unknown, not seen, or of another kind. Retired ids
    /// answer with the entity that took their place. Gives [`crate::store::Datum::List`].
    ByIds {
        /// As given; may repeat.
        ids: Vec<Arc<str>>,
        /// The kinds that count.
        kinds: KindSet,
        /// What of each.
        entity: EntityProjection,
    },
    /// **Entities**: a page of the seen entities of `kinds` that pass `filter`. Gives `Page`.
    Entities(EntitiesPage),
    /// **Search**: a page of entities found by name. Gives `Page`; an item's row is `[Int rank, Str value, Str field, entity row]`.
    Search(SearchPage),
    /// One fact by id, superseded or not: `List` of the projection's values; `Null` if it is unknown or not in the view ([`FactsPage`]).
    Fact {
        /// Its id.
        id: Arc<str>,
        /// What of it.
        fact: FactProjection,
    },
    /// **Facts** of everything. Gives `Page`; an item's row is the projection's.
    Facts {
        /// Where to start; chosen by the optimiser, has no influence on the answer.
        anchor: FactAnchor,
        /// Which, in which order, which part, what of each.
        facts: FactsPage,
    },
    /// **Observations** of everything. Gives `Page`; an item's row is the projection's.
    Observations(ObservationsPage),
    /// **Totals** of the whole graph in the latest view ([`crate::graph::Totals`]), whatever the view: `List [List Int entities by kind,
    /// List Int facts by relationship, Int observations, Date|Null known until]`.
    Totals,
    /// One observation by id, or `Null` if it is unknown or not seen.
    Observation {
        /// Its id.
        id: Arc<str>,
        /// What of it.
        observation: ObservationProjection,
    },
}

/// **Page**: which part of an ordered list, by keyset. Both cursors may be given: what lies between them is then the list of which the
/// first (`backward`: the last) `limit` items are given, and beyond which [`crate::store::Page::more`] looks.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct PageArgs {
    /// How many at most; 0 is allowed. Already bounded by the limits.
    pub limit: u32,
    /// Whether the request says how many; has no influence on the answer, but on its price ([`super::budget`]).
    pub sized: bool,
    /// `last`/`before`: the last `limit` items, given in the list's order all the same.
    pub backward: bool,
    /// Only what comes after this key in the order.
    pub after: Option<Vec<SortValue>>,
    /// Only what comes before it.
    pub before: Option<Vec<SortValue>>,
    /// Whether items are wanted; else there are none, `more` is false, and only `total` and groups count.
    pub items: bool,
    /// Whether the total (of the whole list, cursors apart) is wanted.
    pub total: bool,
    /// Whether the items' places in the order are wanted, for cursors; else an item's keys are empty.
    pub keys: bool,
    /// Whether it is wanted if the list goes on beyond the page; else [`Page::more`](crate::store::Page::more) says nothing.
    pub more: bool,
}

impl PageArgs {
    /// The first page of a size, with its places and whether there is more, without a total.
    pub fn first(limit: u32) -> PageArgs {
        PageArgs {
            limit,
            sized: true,
            backward: false,
            after: None,
            before: None,
            items: true,
            total: false,
            keys: true,
            more: true,
        }
    }

    /// How many items a store looks for: one beyond the page tells that the list goes on.
    pub fn looked_for(&self) -> u64 {
        u64::from(self.limit) + u64::from(self.more)
    }

    /// The keys that an item of the page is given.
    pub fn keys_of(&self, keys: impl FnOnce() -> Vec<SortValue>) -> Vec<SortValue> {
        if self.keys { keys() } else { Vec::new() }
    }
}

/// One component of an item's place in an order: the requested keys, then the tie-breakers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SortValue {
    /// Numbers; decimals scaled, dates by code, booleans 0 and 1.
    Int(i64),
    /// Text; by code point.
    Str(Arc<str>),
    /// Absent: last in either direction.
    Null,
}

/// **Search**: entities that pass the filter and under one of whose keys ([`crate::graph::naming::keys`]) the folded text is found: equal, at the start,
/// or (not in initials) anywhere, or equal but for slips ([`crate::graph::naming::slip`]). An entity's rank is its best key's ([`crate::graph::naming::rank`]); among keys of equal rank the smaller key, then field,
/// then value is shown. Order: rank descending, name key, id ascending; as sort values the negated rank and two texts.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct SearchPage {
    /// Folded; the empty text finds nothing.
    pub text: Arc<str>,
    /// Of which kinds.
    pub kinds: KindSet,
    /// Which: everything, or what is under a place ([`Filter::Within`]).
    pub filter: Filter,
    /// Which part.
    pub page: PageArgs,
    /// Whether the best key's name and field are asked for; else both are `Null`.
    pub matched: bool,
    /// What of each.
    pub entity: EntityProjection,
}

/// The status of an edge's or a path's facts: the weakest.
pub fn weakest(statuses: impl IntoIterator<Item = Status>) -> Option<Status> {
    statuses.into_iter().min()
}
