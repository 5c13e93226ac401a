//! Aggregates: a whole list of entities counted, grouped, summed up.

use super::{EntityProjection, Filter};
use crate::graph::StatusSet;
use crate::ontology::{Direction, Ontology, PropId, RelId, ValueType};

/// **Aggregate**: what is said of a list of entities as a whole. The list's filters, of nodes and of edges, apply; its order, its cursors
/// and its limit do not. Every entity counts once, however many edges lead to it. Values and edges are those of the view.
pub type AggregateProjection = Vec<AggregateSlot>;

/// One value of an aggregate.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum AggregateSlot {
    /// How many entities: `Int`.
    Count,
    /// By what they are joined to: `List [Int|Null total, Int|Null unassigned, List of groups]`, a group `List [Int entities, entity row]`.
    By(GroupBy),
    /// By their values, at most so many groups: `List` of `List [Str|Null value, Int entities]`, by entities descending, then value ascending
    /// (numbers by value), `Null` last among equals. The group `Null` has those without a value. An entity with a list of values counts in each of
    /// them, once; an empty list is no value.
    Values(GroupKey, u32),
    /// A number of theirs: `List [Int count, Decimal|Null smallest, Decimal|Null largest, Sum|Null sum]`. The count is of entities that have a
    /// value; of no values there is only a count. The sum is exact, and divided by nobody here.
    Figures(PropId),
}

/// **GroupBy**. An entity is in the groups of the neighbours of its current edges that have one of the statuses; with `up`, in those of
/// the neighbours' ancestors-or-selves (as [`Filter::Within`] walks) that pass it. It counts once in each group, however many
/// edges and ways lead there, and is unassigned if it is in none. Order: entities descending, then the group's id ascending.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct GroupBy {
    /// Over which relationship.
    pub relationship: RelId,
    /// Read in which direction from the entities of the list.
    pub direction: Direction,
    /// Edges of which statuses.
    pub status: StatusSet,
    /// At which level above the neighbours the groups are. None: the neighbours themselves.
    pub up: Option<Filter>,
    /// Whether it is wanted how many groups there are.
    pub total: bool,
    /// Whether it is wanted how many entities are in none.
    pub unassigned: bool,
    /// How many groups are given at most; 0 if none are wanted.
    pub limit: u32,
    /// Whether the request said how many; only the price depends on it.
    pub sized: bool,
    /// What of each group.
    pub entity: EntityProjection,
}

/// Of what a value makes a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupKey {
    /// The constant of its kind.
    Kind,
    /// A timeless or `@history` property that is no value object, as text.
    Property(PropId),
}

impl GroupKey {
    /// The type of its values.
    pub fn ty(self, ontology: &Ontology) -> &ValueType {
        match self {
            GroupKey::Kind => &ValueType::String,
            GroupKey::Property(id) => &ontology.property(id).ty,
        }
    }
}
