//! Compressed rows: edges by entity, observations by entity; and the steps of shortcuts, resolved.

use crate::graph::{Graph, NodeIx, Value};
use crate::ontology::{Derived, Direction, KindSet, Ontology, PropId, RelId};

/// One edge as seen from one of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// The entity at the other end.
    pub neighbour: u32,
    /// The fact that it is.
    pub fact: u32,
}

/// The edges of one relationship, read one way: an offset for each entity between the first and the last that has any.
#[derive(Default)]
pub(super) struct Adjacency {
    first: u32,
    offsets: Vec<u32>,
    entries: Vec<Entry>,
    /// How many entities have an edge.
    pub having: u32,
}

impl Adjacency {
    /// From (entity, neighbour's name rank, edge).
    pub(super) fn compress(mut edges: Vec<(u32, u32, Entry)>) -> Adjacency {
        edges.sort_unstable_by_key(|(node, rank, entry)| (*node, *rank, entry.fact));
        let (Some(first), Some(last)) = (edges.first().map(|e| e.0), edges.last().map(|e| e.0)) else {
            return Adjacency::default();
        };
        let mut offsets = vec![0u32; (last - first) as usize + 2];
        for (node, ..) in &edges {
            offsets[(node - first) as usize + 1] += 1;
        }
        let having = offsets.iter().filter(|count| **count > 0).count() as u32;
        for i in 1..offsets.len() {
            offsets[i] += offsets[i - 1];
        }
        Adjacency { first, offsets, entries: edges.into_iter().map(|(.., entry)| entry).collect(), having }
    }
    /// The edges of an entity.
    pub(super) fn of(&self, node: u32) -> &[Entry] {
        let Some(row) = node.checked_sub(self.first).map(|row| row as usize) else { return &[] };
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(low), Some(high)) => &self.entries[*low as usize..*high as usize],
            _ => &[],
        }
    }
    /// How many edges there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

/// Observations of each entity, in a given order.
#[derive(Default)]
pub(super) struct Groups {
    offsets: Vec<u32>,
    members: Vec<u32>,
}

impl Groups {
    /// Groups `members`, kept in their order, under each of the entities that `keys` names (once each).
    pub(super) fn of<'g>(nodes: usize, members: &[u32], keys: impl Fn(u32) -> &'g [NodeIx]) -> Groups {
        let distinct = |member: u32| {
            let keys = keys(member);
            keys.iter().enumerate().filter(|(i, key)| !keys[..*i].contains(key)).map(|(_, key)| key.0 as usize)
        };
        let mut offsets = vec![0u32; nodes + 1];
        for member in members {
            distinct(*member).for_each(|key| offsets[key + 1] += 1);
        }
        for i in 1..offsets.len() {
            offsets[i] += offsets[i - 1];
        }
        let mut next = offsets.clone();
        let mut placed = vec![0u32; offsets.last().copied().unwrap_or(0) as usize];
        for member in members {
            for key in distinct(*member) {
                placed[next[key] as usize] = *member;
                next[key] += 1;
            }
        }
        Groups { offsets, members: placed }
    }
    /// The members under an entity.
    pub(super) fn under(&self, node: u32) -> &[u32] {
        let row = node as usize;
        &self.members[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }
}

/// Every observation, by the first and last day that its time may mean, then id.
pub(super) fn observations_by_time(graph: &Graph) -> Vec<u32> {
    let mut order: Vec<u32> = (0..graph.observations.len() as u32).collect();
    order.sort_by_key(|o| {
        let when = &graph.observations[*o as usize].when;
        (when.first(), when.last())
    });
    order
}

/// What an entity on a shortcut's path must be.
pub(super) struct Station {
    /// Its kind is one of these.
    pub kinds: KindSet,
    /// Its properties have these values.
    pub properties: Vec<(PropId, Value)>,
}

/// One step of a shortcut as it is walked.
pub(super) struct Step {
    pub relationship: RelId,
    pub direction: Direction,
    /// Edge properties, by position, and the values that they must have.
    pub edge: Vec<(u8, Value)>,
    /// What is reached.
    pub reaches: Station,
}

/// A shortcut, as it is walked from one of its sides.
pub(super) struct DerivedWalk {
    /// Where it starts.
    pub start: Station,
    /// The steps from there.
    pub steps: Vec<Step>,
}

impl DerivedWalk {
    /// A shortcut read from its declaring side, and from the other.
    pub(super) fn both(ontology: &Ontology, derived: &Derived) -> [DerivedWalk; 2] {
        let from = || Station { kinds: ontology.kinds_of(derived.from), properties: Vec::new() };
        // stations[i] stands before step i; the last one is the far end, which must also fit the declared target.
        let station = |i: usize| match i.checked_sub(1).and_then(|i| derived.steps.get(i)) {
            None => from(),
            Some(step) => {
                let last = i == derived.steps.len();
                let kinds = if last { step.kinds.and(ontology.kinds_of(derived.to)) } else { step.kinds };
                Station { kinds, properties: step.node.clone() }
            }
        };
        let edge = |i: usize| {
            let step = &derived.steps[i];
            let declared = &ontology.relationship(step.relationship).properties;
            let position = |name: &str| declared.iter().position(|p| *p.name == *name).map(|p| p as u8);
            // An unknown name cannot be here: the ontology was checked. u8::MAX is a position that no edge has.
            step.edge.iter().map(|(name, value)| (position(name).unwrap_or(u8::MAX), value.clone())).collect()
        };
        let step = |i: usize, direction: Direction, reaches: Station| Step {
            relationship: derived.steps[i].relationship,
            direction,
            edge: edge(i),
            reaches,
        };
        let count = derived.steps.len();
        let out = (0..count).map(|i| step(i, derived.steps[i].direction, station(i + 1))).collect();
        let back = (0..count).rev().map(|i| step(i, derived.steps[i].direction.opposite(), station(i))).collect();
        [DerivedWalk { start: station(0), steps: out }, DerivedWalk { start: station(count), steps: back }]
    }
}
