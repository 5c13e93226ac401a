//! Facts and their citations.

use super::{EntityProjection, PageArgs};
use crate::graph::StatusSet;
use crate::ontology::RelId;

/// What is taken of a fact; a row is `List` of these.
pub type FactProjection = Vec<FactSlot>;

/// One value of a fact's row.
#[derive(Clone, Debug, PartialEq)]
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

/// A page of facts. Unlike edges it shows superseded facts too: a fact is in it if `known_from ≤ view.known` and its period overlaps the
/// view's. Order: relationship type's name, then id, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct FactsPage {
    /// Which relationships, ascending, each once. None: all.
    pub relationships: Option<Vec<RelId>>,
    /// Which statuses.
    pub status: StatusSet,
    /// Which part.
    pub page: PageArgs,
    /// What of each.
    pub row: FactProjection,
}

/// What is taken of a citation; a row is `List` of these.
pub type CitationProjection = Vec<CitationSlot>;

/// One value of a citation's row.
#[derive(Clone, Debug, PartialEq)]
pub enum CitationSlot {
    /// The document: an entity row.
    Document(EntityProjection),
    /// `Str`.
    Section,
    /// `List` of `Str`.
    Supports,
}
