//! Facts: statements that a relationship holds.

use super::{Citation, DAY_MAX, DAY_MIN, Day, NodeIx, Value, When};
use crate::ontology::RelId;
use std::sync::Arc;

/// Index into [`super::Graph::facts`]; the order of indices is the order of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactIx(pub u32);

/// How far a statement has come; in this order it moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Status {
    /// A delegate asks for it.
    Proposed,
    /// It is being tried for.
    Sought,
    /// Somebody responsible plans it.
    Planned,
    /// It is forecast.
    Expected,
    /// It is going on.
    UnderWay,
    /// It holds or was done. That it ended follows from `until`.
    Actual,
}

impl Status {
    /// All, in order.
    pub const ALL: [Status; 6] =
        [Status::Proposed, Status::Sought, Status::Planned, Status::Expected, Status::UnderWay, Status::Actual];
    /// As in the API, the seed and Neo4j.
    pub fn name(self) -> &'static str {
        ["PROPOSED", "SOUGHT", "PLANNED", "EXPECTED", "UNDER_WAY", "ACTUAL"][self as usize]
    }
    /// From its name.
    pub fn named(name: &str) -> Option<Status> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// A set of statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StatusSet(u8);

impl StatusSet {
    /// Every status: listings, filters and counts of a connection.
    pub const ALL: StatusSet = StatusSet(0b11_1111);
    /// What traversals, `within` and degree follow: UNDER_WAY and ACTUAL.
    pub const HELD: StatusSet = StatusSet(0b11_0000);
    /// Whether a status is in the set.
    pub fn contains(self, status: Status) -> bool {
        self.0 & (1 << status as u8) != 0
    }
    /// The statuses, in order.
    pub fn iter(self) -> impl Iterator<Item = Status> {
        Status::ALL.into_iter().filter(move |s| self.contains(*s))
    }
}

impl FromIterator<Status> for StatusSet {
    fn from_iter<T: IntoIterator<Item = Status>>(statuses: T) -> Self {
        StatusSet(statuses.into_iter().fold(0, |set, status| set | 1 << status as u8))
    }
}

/// On what a statement rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Basis {
    /// The document says it.
    Stated,
    /// It follows from what the document says.
    Inferred,
    /// Anybody can look it up; no document of ours says it.
    CommonKnowledge,
}

impl Basis {
    /// All, in order.
    pub const ALL: [Basis; 3] = [Basis::Stated, Basis::Inferred, Basis::CommonKnowledge];
    /// As in the API, the seed and Neo4j.
    pub fn name(self) -> &'static str {
        ["STATED", "INFERRED", "COMMON_KNOWLEDGE"][self as usize]
    }
    /// From its name.
    pub fn named(name: &str) -> Option<Basis> {
        Self::ALL.into_iter().find(|b| b.name() == name)
    }
}

/// A statement that a relationship holds between two entities, for a period, with a status, from a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// `fact:` and 16 hex digits of SHA-256 over type, ends, `@key` values, status and period; never from a position in a file.
    pub id: Arc<str>,
    /// Its type.
    pub relationship: RelId,
    /// Who or what it is about.
    pub subject: NodeIx,
    /// The other end. For a symmetric relationship the end with the larger id.
    pub object: NodeIx,
    /// How far it has come.
    pub status: Status,
    /// On what it rests.
    pub basis: Basis,
    /// From when it holds. None: unknown.
    pub since: Option<When>,
    /// Until when. None: open or unknown.
    pub until: Option<When>,
    /// Edge properties by position in [`crate::ontology::Relationship::properties`]; absent ones absent; ascending.
    pub properties: Vec<(u8, Value)>,
    /// A remark of ours.
    pub note: Option<Arc<str>>,
    /// What the text leaves open.
    pub doubt: Option<Arc<str>>,
    /// First day on which a document stated it.
    pub known_from: Day,
    /// The day on which a later document's statement took its place; [`DAY_MAX`] while none has.
    pub known_to: Day,
    /// The statement that took its place.
    pub superseded_by: Option<FactIx>,
    /// First day on which it was known that another fact of its identity states the same status over an overlapping period with other
    /// values. None: none does.
    pub conflicting_from: Option<Day>,
    /// Who says so, ascending.
    pub citations: Vec<Citation>,
}

impl Fact {
    /// First day on which it may hold: an unknown start is open.
    pub fn valid_from(&self) -> Day {
        self.since.as_ref().map_or(DAY_MIN, When::first)
    }
    /// Last day on which it may hold: an unknown end is open.
    pub fn valid_to(&self) -> Day {
        self.until.as_ref().map_or(DAY_MAX, When::last)
    }
    /// An edge property.
    pub fn property(&self, position: u8) -> Option<&Value> {
        self.properties.iter().find(|(p, _)| *p == position).map(|(_, v)| v)
    }
}
