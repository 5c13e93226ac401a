//! Reported figures.

use super::{Citation, Day, Decimal, NodeIx, Status, When};
use std::sync::Arc;

/// Index into [`super::Graph::observations`]; the order of indices is the order of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObsIx(pub u32);

/// How a figure bounds the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Bound {
    /// The figure itself.
    Exact,
    /// 以上, at least.
    AtLeast,
    /// 超, 余, 多: more than.
    Over,
    /// 近, a little less than.
    Nearly,
    /// 约: about.
    About,
    /// 最高, at most.
    AtMost,
}

impl Bound {
    /// All, in order.
    pub const ALL: [Bound; 6] = [Bound::Exact, Bound::AtLeast, Bound::Over, Bound::Nearly, Bound::About, Bound::AtMost];
    /// As in the API, the seed and Neo4j.
    pub fn name(self) -> &'static str {
        ["EXACT", "AT_LEAST", "OVER", "NEARLY", "ABOUT", "AT_MOST"][self as usize]
    }
    /// From its name.
    pub fn named(name: &str) -> Option<Bound> {
        Self::ALL.into_iter().find(|b| b.name() == name)
    }
}

/// How a figure relates to its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Span {
    /// A stock at a moment.
    Instant,
    /// A flow over the period.
    Span,
    /// A total since an earlier, perhaps unknown, beginning.
    Cumulative,
}

impl Span {
    /// All, in order.
    pub const ALL: [Span; 3] = [Span::Instant, Span::Span, Span::Cumulative];
    /// As in the API, the seed and Neo4j.
    pub fn name(self) -> &'static str {
        ["INSTANT", "SPAN", "CUMULATIVE"][self as usize]
    }
    /// From its name.
    pub fn named(name: &str) -> Option<Span> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// An amount in a base unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The amount.
    pub value: Decimal,
    /// The base unit: CNY, COUNT …
    pub unit: Arc<str>,
}

/// A place in an order; needs no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// 1 is first.
    pub position: i64,
    /// EXACT, or AT_MOST for "among the first five".
    pub bound: Bound,
    /// Among what, in words.
    pub among: Option<Arc<str>>,
    /// Within which place or sector.
    pub within: Option<NodeIx>,
}

/// What a figure covers, as data and in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// In the document's terms, shortened.
    pub text: Arc<str>,
    /// The industry or chain segment.
    pub sector: Option<NodeIx>,
    /// The kind of unit counted (规上企业).
    pub population: Option<Arc<str>>,
    /// The place.
    pub place: Option<NodeIx>,
}

/// One reported figure: evidence about entities, not an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// `observation:weihai-2021-firms`.
    pub id: Arc<str>,
    /// What is measured (kind Indicator).
    pub indicator: NodeIx,
    /// About whom, jointly when several; at least one; in the order stated.
    pub subjects: Vec<NodeIx>,
    /// When it was so.
    pub when: When,
    /// How it relates to that time.
    pub span: Span,
    /// The figure, in `unit`. None when only a rank is given.
    pub value: Option<Decimal>,
    /// As written: 亿元, 家, %.
    pub unit: Option<Arc<str>>,
    /// The figure in the unit's base unit, where the unit has one.
    pub normalized: Option<Quantity>,
    /// How the figure bounds the truth.
    pub bound: Bound,
    /// A place in an order.
    pub rank: Option<Rank>,
    /// ACTUAL is measured, PLANNED a target, EXPECTED a forecast.
    pub status: Status,
    /// What it covers.
    pub scope: Scope,
    /// The figure of which this one is a part.
    pub breakdown_of: Option<ObsIx>,
    /// A remark of ours.
    pub note: Option<Arc<str>>,
    /// What the text leaves open.
    pub doubt: Option<Arc<str>>,
    /// First day on which a document stated it.
    pub known_from: Day,
    /// Who says so, ascending.
    pub citations: Vec<Citation>,
}
