//! Checked statements: what one place of one document says, in the ontology's terms. Ids of entities are not looked up yet.

use super::problem::Place;
use crate::graph::{Basis, Bound, Day, Decimal, PartialDate, Span, Status, Value, When};
use crate::ontology::{KindId, PropId, RelId};
use std::collections::HashSet;
use std::sync::Arc;

/// Section of what a document's header says.
pub(super) const HEADER_SECTION: &str = "题头";

/// All that the files say.
#[derive(Debug, Default)]
pub(super) struct Statements {
    pub sources: Vec<Source>,
    pub entities: Vec<EntityStatement>,
    pub facts: Vec<FactStatement>,
    pub observations: Vec<ObservationStatement>,
    /// Ids of all observations, those that are wrong in themselves included.
    pub observation_ids: HashSet<Arc<str>>,
    pub units: Vec<Unit>,
    pub retired: Vec<Retired>,
}

/// One file: the document (or reference) that it restates.
#[derive(Debug)]
pub(super) struct Source {
    /// `document:weihai-2022`.
    pub id: Arc<str>,
    /// Common knowledge instead of a document: known since ever, and other files may have the same header.
    pub reference: bool,
    /// The day from which it counts as known.
    pub known: Day,
    pub at: Place,
}

/// Which section of which [`Source`].
#[derive(Debug, Clone)]
pub(super) struct Cited {
    pub source: u32,
    pub section: Arc<str>,
}

/// A mention of an entity.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub id: Arc<str>,
    pub at: Place,
}

/// Which of an entity's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TextField {
    NameZh,
    NameEn,
    Short,
    Former,
    Alias,
    DisambiguationZh,
    DisambiguationEn,
    DescriptionZh,
    DescriptionEn,
}

impl TextField {
    /// As it is written in a seed, for messages.
    pub fn shown(self) -> &'static str {
        [
            "zh",
            "en",
            "short",
            "former",
            "alias",
            "disambiguation zh",
            "disambiguation en",
            "description zh",
            "description en",
        ][self as usize]
    }
    /// What a citation that supports it lists.
    pub fn supports(self) -> &'static str {
        ["names", "names", "names", "names", "names", "disambiguation", "disambiguation", "description", "description"]
            [self as usize]
    }
}

/// A block about an entity.
#[derive(Debug)]
pub(super) struct EntityStatement {
    pub id: Arc<str>,
    pub kind: KindId,
    pub at: Place,
    pub cited: Cited,
    pub texts: Vec<(TextField, Arc<str>, Place)>,
    pub properties: Vec<(PropId, Value, Place)>,
    pub history: Vec<HistoryStatement>,
    /// Properties whose lines are wrong, which has been told.
    pub wrong: Vec<PropId>,
    /// Whether a full name is given, be it a wrong one.
    pub named: bool,
}

/// A dated value.
#[derive(Debug)]
pub(super) struct HistoryStatement {
    pub property: PropId,
    pub value: Value,
    pub since: Option<When>,
    pub until: Option<When>,
}

/// A relationship that is said to hold.
#[derive(Debug)]
pub(super) struct FactStatement {
    pub relationship: RelId,
    pub subject: Mention,
    pub object: Mention,
    pub status: Status,
    pub basis: Basis,
    pub since: Option<When>,
    pub until: Option<When>,
    /// By position in the relationship's properties, ascending.
    pub properties: Vec<(u8, Value)>,
    pub note: Option<Arc<str>>,
    pub doubt: Option<Arc<str>>,
    pub at: Place,
    pub cited: Cited,
}

/// A reported figure.
#[derive(Debug)]
pub(super) struct ObservationStatement {
    pub id: Arc<str>,
    pub at: Place,
    pub cited: Cited,
    pub indicator: Mention,
    pub subjects: Vec<Mention>,
    pub when: When,
    pub span: Span,
    pub value: Option<Decimal>,
    pub unit: Option<(Arc<str>, Place)>,
    pub bound: Bound,
    pub rank: Option<RankStatement>,
    pub status: Status,
    pub scope: ScopeStatement,
    pub breakdown_of: Option<Mention>,
    pub note: Option<Arc<str>>,
    pub doubt: Option<Arc<str>>,
}

/// What a figure covers.
#[derive(Debug)]
pub(super) struct ScopeStatement {
    pub text: Arc<str>,
    pub sector: Option<Mention>,
    pub population: Option<Arc<str>>,
    pub place: Option<Mention>,
}

/// A place in an order.
#[derive(Debug)]
pub(super) struct RankStatement {
    pub position: i64,
    pub bound: Bound,
    pub among: Option<Arc<str>>,
    pub within: Option<Mention>,
}

/// A unit and what one of it is worth in its base unit.
#[derive(Debug)]
pub(super) struct Unit {
    pub name: Arc<str>,
    /// Base unit and factor; none: figures in it are not normalised.
    pub base: Option<(Arc<str>, Decimal)>,
    pub at: Place,
}

/// An id that is no longer used.
#[derive(Debug)]
pub(super) struct Retired {
    pub id: Arc<str>,
    pub by: Mention,
    pub at: Place,
}

/// A date as a [`When`] with words beside it.
pub(super) fn when(date: Option<PartialDate>, text: Option<Arc<str>>) -> Option<When> {
    match (date, text) {
        (None, None) => None,
        (Some(date), None) => Some(When::date(date)),
        (date, Some(text)) => Some(When { text, earliest: date, latest: date }),
    }
}
