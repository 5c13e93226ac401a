//! Observations: reported figures.

use super::{CitationProjection, EntityProjection, Filter, PageArgs, Test};
use crate::graph::{Bound, Span, StatusSet};

/// A page of observations, of all or of one entity. Order: the keys (empty: by time ascending), then id.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct ObservationsPage {
    /// Which.
    pub filter: ObservationFilter,
    /// In which order.
    pub order: Vec<ObservationOrder>,
    /// Which part.
    pub page: PageArgs,
    /// What of each.
    pub row: ObservationProjection,
}

/// **ObservationFilter**; two-valued like [`Filter`].
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum ObservationFilter {
    /// All of them; empty: true.
    And(Vec<ObservationFilter>),
    /// Any of them; empty: false.
    Or(Vec<ObservationFilter>),
    /// The complement.
    Not(Box<ObservationFilter>),
    /// The indicator passes (a filter of ids and `Within` only, like the other filters of entities here).
    Indicator(Filter),
    /// One of the subjects passes.
    Subject(Filter),
    /// The scope's sector is there and passes.
    Sector(Filter),
    /// The scope's place is there and passes.
    Place(Filter),
    /// One of its citations is from a document that is seen and passes.
    Document(Filter),
    /// The time, a period from `when.first()` to `when.last()`, as a date is tested. `In`/`NotIn`: `earliest` and `latest` are there and
    /// are the same date, and it is (is not) among these. `IsNull(true)`: neither is there.
    When(Test),
    /// The value, only where it is certain: with bound EXACT the value itself; AT_LEAST `[v, ∞)`; OVER `(v, ∞)`; AT_MOST `(-∞, v]`; ABOUT and
    /// NEARLY are certain of nothing. The test must hold for all of the range (`In` of a range never does; `NotIn` does when none of these
    /// lies in it). `IsNull` asks for the figure, whatever its bound.
    /// The normalised value is tested where there is one, else the value as written.
    Value(Test),
    /// The position of its rank, as [`ObservationFilter::Value`] only where it is certain: AT_MOST says "this or one before it".
    /// `IsNull` asks for the rank.
    Rank(Test),
    /// The unit as written.
    Unit(Test),
    /// The kind of unit counted.
    Population(Test),
    /// Its bound is one of these.
    Bound(Vec<Bound>),
    /// Its span is one of these.
    Span(Vec<Span>),
    /// Its status is one of these.
    Status(StatusSet),
}

/// One key of an order over observations.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct ObservationOrder {
    /// By what.
    pub key: ObservationKey,
    /// Largest first.
    pub descending: bool,
}

/// By what observations are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObservationKey {
    /// `when.first()`, then `when.last()`: two sort values, never absent (unknown is the earliest or the last of all days).
    When,
    /// The normalised value, else the value.
    Value,
    /// The indicator's name key.
    Indicator,
}

/// What is taken of an observation; a row is `List` of these.
pub type ObservationProjection = Vec<ObservationSlot>;

/// One value of an observation's row.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum ObservationSlot {
    /// `Str`.
    Id,
    /// An entity row.
    Indicator(EntityProjection),
    /// `List` of entity rows, in the order stated.
    Subjects(EntityProjection),
    /// `List [Str text, Date|Null, Date|Null]`.
    When,
    /// `Int` of [`crate::graph::Span`].
    Span,
    /// `Decimal` or `Null`.
    Value,
    /// `Str` or `Null`.
    Unit,
    /// `List [Decimal, Str]` or `Null`.
    Normalized,
    /// `Int` of [`crate::graph::Bound`].
    Bound,
    /// `List [Int position, Int bound, Str|Null among, entity row|Null within]` or `Null`. An entity that is not seen is `Null`.
    Rank(EntityProjection),
    /// `Int` of [`Status`].
    Status,
    /// `List [Str text, entity row|Null sector, Str|Null population, entity row|Null place]`. An entity that is not seen is `Null`.
    Scope {
        /// What of the sector.
        sector: EntityProjection,
        /// What of the place.
        place: EntityProjection,
    },
    /// `List` of the projection's values, or `Null` if there is none or it is not seen.
    BreakdownOf(ObservationProjection),
    /// `Str` or `Null`.
    Note,
    /// `Str` or `Null`.
    Doubt,
    /// Its citations, as [`Slot::Sources`].
    Sources(u32, CitationProjection),
}
