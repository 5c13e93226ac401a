//! Facts and their citations.

use super::{Anchor, EntityProjection, Filter, PageArgs};
use crate::graph::{Basis, StatusSet};
use crate::ontology::RelId;
use std::sync::Arc;

/// What is taken of a fact; a row is `List` of these.
pub type FactProjection = Vec<FactSlot>;

/// One value of a fact's row.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum FactSlot {
    /// `Str`.
    Id,
    /// `Int` of the [`RelId`].
    Relationship,
    /// `Int` of the [`Status`].
    Status,
    /// `Int` of the [`Basis`].
    Basis,
    /// `List [Str text, Date|Null earliest, Date|Null latest]`, or `Null`.
    Since,
    /// Likewise.
    Until,
    /// `Str` or `Null`.
    Note,
    /// `Str` or `Null`.
    Doubt,
    /// All edge properties that it has: `List` of `List [Int position, value]`, by position.
    Properties,
    /// `Date`: known since; `Null` for common knowledge (day 0).
    KnownFrom,
    /// `Date`, or `Null` while, as far as is known in the view (`known_to > view.known`), nothing took its place.
    KnownTo,
    /// An entity row.
    Subject(EntityProjection),
    /// An entity row.
    Object(EntityProjection),
    /// The fact that took its place, if that is known in the view (its `known_from ≤ view.known`, whatever its period): `List` of the
    /// projection's values, or `Null`.
    SupersededBy(FactProjection),
    /// Its citations, as [`Slot::Sources`].
    Sources(u32, CitationProjection),
}

/// **Facts**: a page of facts, of all or of those about one entity. Unlike edges it shows superseded facts too: a fact is in it if
/// `known_from ≤ view.known` and its period overlaps the view's, and it passes the filter. Order: the keys (empty: by relationship
/// ascending), then the fact's id.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct FactsPage {
    /// Which.
    pub filter: FactFilter,
    /// In which order.
    pub order: Vec<FactOrder>,
    /// Which part.
    pub page: PageArgs,
    /// What of each.
    pub row: FactProjection,
}

impl FactsPage {
    /// Whether the order is the one that stores keep facts in: by relationship, then id.
    pub fn is_in_usual_order(&self) -> bool {
        matches!(self.order.as_slice(), [] | [FactOrder { key: FactKey::Relationship, descending: false }])
    }
}

/// **FactFilter**: everything given must hold. Subject and object are the ends as the fact has them: of a symmetric relationship the subject
/// is the end with the smaller id.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct FactFilter {
    /// Its relationship is one of these, ascending, each once. None: any.
    pub relationships: Option<Vec<RelId>>,
    /// Its status is one of these.
    pub status: StatusSet,
    /// Its basis is one of these. None: any.
    pub basis: Option<Vec<Basis>>,
    /// One of its citations is from a document that is seen and passes; [`Filter::TRUE`] asks for none.
    pub document: Filter,
    /// The subject passes.
    pub subject: Filter,
    /// The object passes.
    pub object: Filter,
    /// **Places**. An entity's places are those of itself and of what it is under (as [`Filter::Within`] goes up, under the view) that
    /// stand at the level which the ontology says is the place ([`crate::ontology::Ontology::place_level`]). True: both ends have places and none
    /// in common; false: they have one in common. An end without a place passes neither.
    pub places_differ: Option<bool>,
    /// Whether a contradicting statement of its identity was known in the view: its `conflicting_from ≤ view.known`.
    pub conflicting: Option<bool>,
}

impl Default for FactFilter {
    /// What passes everything.
    fn default() -> FactFilter {
        FactFilter {
            relationships: None,
            status: StatusSet::ALL,
            basis: None,
            document: Filter::TRUE,
            subject: Filter::TRUE,
            object: Filter::TRUE,
            places_differ: None,
            conflicting: None,
        }
    }
}

impl FactFilter {
    /// Whether every fact of its relationships passes, by its form.
    pub fn is_of_relationships_alone(&self) -> bool {
        let FactFilter { status, basis, document, subject, object, places_differ, conflicting, .. } = self;
        *status == StatusSet::ALL
            && basis.is_none()
            && [document, subject, object].iter().all(|filter| filter.is_true())
            && places_differ.is_none()
            && conflicting.is_none()
    }
}

/// One key of an order over facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FactOrder {
    /// By what.
    pub key: FactKey,
    /// Largest first.
    pub descending: bool,
}

/// By what facts are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactKey {
    /// The earliest date that `since` may mean, by its code; absent where there is no such date.
    Since,
    /// The day since which it is known; never absent, common knowledge is the earliest.
    Known,
    /// The relationship type's name.
    Relationship,
    /// The subject's name key.
    Subject,
    /// The object's name key.
    Object,
}

/// Where a page of all facts starts: a superset of the answer. The store still applies the whole filter.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum FactAnchor {
    /// Every fact of the filter's relationships, in their order if that is asked for.
    Scan,
    /// Those whose subject is among these entities.
    Subject(Anchor),
    /// Those whose object is.
    Object(Anchor),
    /// Those that one of these documents is cited for.
    Documents(Vec<Arc<str>>),
}

/// What is taken of a citation; a row is `List` of these.
pub type CitationProjection = Vec<CitationSlot>;

/// One value of a citation's row.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum CitationSlot {
    /// The document: an entity row.
    Document(EntityProjection),
    /// `Str`.
    Section,
    /// `List` of `Str`.
    Supports,
}
