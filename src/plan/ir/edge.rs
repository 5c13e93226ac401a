//! Edges: from an entity to its neighbours.

use super::{AggregateProjection, EdgeFilter, EntityOrder, EntityProjection, FactProjection, Filter, Hop, PageArgs};
use crate::graph::StatusSet;
use crate::ontology::{Direction, KindSet, RelId};

/// **Expand**: a page of edges. Order: the neighbour's keys (empty: by name ascending), neighbour's id, fact's id
/// (a derived edge has no fact: its third key is the empty text).
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct EdgesPage {
    /// Over which hop.
    pub hop: Hop,
    /// Which edges.
    pub edge: EdgeFilter,
    /// Which neighbours.
    pub node: Filter,
    /// In which order.
    pub order: Vec<EntityOrder>,
    /// Which part.
    pub page: PageArgs,
    /// What of each edge.
    pub row: Vec<EdgeSlot>,
    /// What of all the neighbours together.
    pub aggregate: AggregateProjection,
}

/// A page of edges of several relationships, both ways. Order: relationship type, direction (Out before In), neighbour's name
/// key, neighbour's id, fact's id, all ascending; as sort values the type's name, 0 or 1, and three texts.
/// A symmetric relationship counts as Out from either end.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct RelatedPage {
    /// Which relationships, ascending, each once. None: all.
    pub relationships: Option<Vec<RelId>>,
    /// Neighbours of which kinds.
    pub kinds: KindSet,
    /// One direction only.
    pub direction: Option<Direction>,
    /// Which statuses.
    pub status: StatusSet,
    /// Which part.
    pub page: PageArgs,
    /// Whether the groups are wanted: `(relationship, direction, status, edges)` ascending by type name, direction, status.
    pub groups: bool,
    /// What of each edge.
    pub row: Vec<EdgeSlot>,
}

/// One value of an edge's row. A derived edge has no fact, relationship, direction or property of its own: `Null`; a stored edge's
/// facts are the one that it is, and its status is that fact's.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum EdgeSlot {
    /// The fact: `List` of the projection's values.
    Fact(FactProjection),
    /// An edge property by position: its value's datum, or `Null`. Only under one relationship.
    Property(u8),
    /// The neighbour: an entity row.
    Node(EntityProjection),
    /// The relationship: `Int` of its [`RelId`].
    Relationship,
    /// The direction: `Int`, 0 Out, 1 In.
    Direction,
    /// Of a derived edge: its facts by id, at most 100: `List` of fact rows.
    Facts(FactProjection),
    /// Of a derived edge: the status as `Int` of [`Status`].
    Status,
}
