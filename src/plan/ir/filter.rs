//! Which: anchors, filters and their tests, hops.

use crate::graph::{Basis, PartialDate, StatusSet, Value};
use crate::ontology::{DerivedId, Direction, KindSet, PropId, RelId};
use std::sync::Arc;

/// **Anchor**: the set of entities from which a plan starts; a superset of the answer. The store still applies the filter, but
/// for what the anchor says itself ([`left`](crate::plan::optimise::left)).
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Anchor {
    /// Every entity of the kinds.
    Scan,
    /// Walk the entities of the kinds in the order's first key, stopping when the page is full.
    OrderWalk,
    /// These ids.
    Ids(Vec<Arc<str>>),
    /// Entities whose property equals one of the values (a unique or indexed property).
    Property(PropId, Vec<Value>),
    /// Entities one of whose folded names equals one of the texts.
    Name(Vec<Arc<str>>),
    /// Entities that pass [`Filter::Within`].
    Within(Vec<Arc<str>>),
    /// From the entities of an inner anchor, back over a hop.
    Via {
        /// The hop as the filter states it: from the wanted entity to the inner one.
        hop: Hop,
        /// The kinds at the inner end.
        kinds: KindSet,
        /// Where the inner end starts.
        inner: Box<Anchor>,
    },
}

/// **Filter** over an entity.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Filter {
    /// All of them; empty: true.
    And(Vec<Filter>),
    /// Any of them; empty: false.
    Or(Vec<Filter>),
    /// The complement.
    Not(Box<Filter>),
    /// Its kind is one of these.
    Kinds(KindSet),
    /// Its id is one of these. A retired id counts as the id of the entity that took its place.
    Ids(Vec<Arc<str>>),
    /// It is one of these or under one of them. What an entity is under, its **ancestors**, is said here and nowhere else:
    ///
    /// - what it reaches over the plain hierarchies of the ontology alone (PART_OF), any number of steps;
    /// - what it has over the inherited hierarchy (LOCATED_IN, inherited over PART_OF), and the ancestors of that. An entity that has none of
    ///   it has what the entities have that it is under over the hierarchy over which it is inherited; of those, one that has none
    ///   again has it of those that it is under itself, and so on. So a branch that is located in one city is not in the city of
    ///   its head office, though it is part of the head office.
    ///
    /// Only current facts of [`StatusSet::HELD`] count, also for whether an entity has any of its own. Nothing is its own ancestor: whoever
    /// wants the entity too says so, as this filter does. Circles, which an earlier time may hold, are walked once. Unknown ids have
    /// nothing under them; retired ids count as in `Ids`.
    Within(Vec<Arc<str>>),
    /// **Cited**: a document that is seen and passes names it: one of its own citations is from that document, or one of a fact about it
    /// (superseded or not, whatever its period) or of an observation about it or measured by it; fact and observation known in the view.
    Cited(Box<Filter>),
    /// **Name** test: true if any of its names passes, compared in folded form ([`crate::graph::naming::fold`]); the operands are
    /// already folded. `NotIn`: no name is among them. `IsNull(true)` is false: every entity has a name.
    Name(Test),
    /// A timeless or `@history` property. A list property passes if any element does; `NotIn`: there is an element and none is among them;
    /// an empty list counts as absent.
    Property(PropId, Test),
    /// **Related**: about the edges of a hop that pass `edge`. A neighbour passes when `node` does.
    Related {
        /// Over which hop.
        hop: Hop,
        /// How many must pass.
        quantifier: Quantifier,
        /// Which edges count at all for `some` and `none`; for `every` see [`Quantifier::Every`].
        edge: EdgeFilter,
        /// What the neighbour must pass.
        node: Box<Filter>,
    },
}

impl Filter {
    /// What passes everything.
    pub const TRUE: Filter = Filter::And(Vec::new());
    /// Whether it passes everything by its form.
    pub fn is_true(&self) -> bool {
        matches!(self, Filter::And(parts) if parts.iter().all(Filter::is_true))
    }
}

/// How many edges of a hop must pass both the edge's and the node's filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// At least one.
    Some,
    /// Not one.
    None,
    /// No current edge of the hop fails (edge or node); true when there is none.
    Every,
}

/// **Test** of a value. A test of an absent value is false, but `IsNull(true)`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Test {
    /// Equal to one of these (a partial date: the same text).
    In(Vec<Value>),
    /// There is a value, and it is none of these.
    NotIn(Vec<Value>),
    /// Text contains this text. The empty text is in every text.
    Contains(Arc<str>),
    /// Text starts with this text.
    StartsWith(Arc<str>),
    /// Number larger than.
    Gt(Value),
    /// Number at least.
    Gte(Value),
    /// Number less than.
    Lt(Value),
    /// Number at most.
    Lte(Value),
    /// The date's period lies within this one: `first ≥ d.first` and `last ≤ d.last`.
    During(PartialDate),
    /// The date's period ends before this one begins.
    Before(PartialDate),
    /// The date's period begins after this one ends.
    After(PartialDate),
    /// true: there is no value; false: there is one.
    IsNull(bool),
}

/// **EdgeFilter**: which facts count. Everything given must hold.
#[derive(Clone, Debug, PartialEq, Hash, Default)]
pub struct EdgeFilter {
    /// Status is one of these. None: any.
    pub status: Option<StatusSet>,
    /// Basis is one of these. None: any.
    pub basis: Option<Vec<Basis>>,
    /// Tests of edge properties, by position in the relationship.
    pub properties: Vec<(u8, Test)>,
}

/// **Hop**: from an entity to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hop {
    /// Along a stored relationship. `Out`: the entity is the subject. A symmetric relationship is read both ways whatever the direction.
    Edge(RelId, Direction),
    /// Along a derived shortcut; `Out` from its declaring side. All paths of current facts that fit the steps; one edge a neighbour, never
    /// the entity itself; a path meets no fact twice. Its facts are those of all the paths, each once, by fact id; its status is the weakest fact's of the path whose
    /// weakest is strongest; edge filters: `status` tests that status, `basis` passes if every fact of some path passes, there are
    /// no properties.
    Derived(DerivedId, Direction),
}
