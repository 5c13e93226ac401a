//! The memory store: immutable snapshots of a graph, indexed, and plans evaluated over them.
//!
//! A [`Snapshot`] is built once and never changes; [`Memory`] holds the current one and swaps it for the next. A request takes one
//! snapshot and keeps it, so that it sees one state of the data however long it runs.
//!
//! `index` holds what is looked up (adjacency, stored orders, properties by value) and `search` with `slips` the names; the `eval` modules evaluate the
//! plan's operators over them, `order` cuts pages, `work` counts and watches the deadline.

mod eval;
mod eval_aggregate;
mod eval_edge;
mod eval_fact;
mod eval_facts;
mod eval_filter;
mod eval_observation;
mod eval_page;
mod eval_path;
mod eval_related;
mod eval_search;
mod hierarchy;
mod index;
mod index_facts;
mod index_links;
mod order;
mod search;
mod slips;
mod work;

use super::{Datum, StoreError, Work};
use crate::graph::{Graph, Value};
use crate::ontology::{Direction, KindSet, PropId, RelId};
use crate::plan::ir::{EntityKey, EntityOrder, Root, View};
use crate::plan::optimise::{Counts, is_indexed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

/// A graph and everything that is looked up in it. Immutable.
pub struct Snapshot {
    graph: Arc<Graph>,
    index: index::Index,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot({} entities, {} facts)", self.graph.nodes.len(), self.graph.facts.len())
    }
}

impl Snapshot {
    /// Indexes a graph.
    pub fn new(graph: Arc<Graph>) -> Snapshot {
        Snapshot { index: index::Index::build(&graph), graph }
    }
    /// The graph.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }
    /// Evaluates one root field, on this thread. [`StoreError::Timeout`] when the deadline passes; nothing else goes wrong.
    pub fn execute(&self, root: &Root, view: &View, deadline: Instant) -> Result<(Datum, Work), StoreError> {
        eval::Eval::new(self, view, deadline)?.root(root)
    }
}

impl Counts for Snapshot {
    fn entities(&self, kinds: KindSet) -> u64 {
        self.index.count(kinds)
    }
    fn edges(&self, relationship: RelId) -> u64 {
        self.index.adjacency(relationship, Direction::Out).len() as u64
    }
    fn ends(&self, relationship: RelId, direction: Direction) -> u64 {
        u64::from(self.index.adjacency(relationship, direction).having)
    }
    fn edges_of(&self, id: &str, relationship: RelId, direction: Direction) -> Option<u64> {
        let edges = self.graph.find(id).map(|node| self.index.edges(node.0, relationship, direction).len() as u64);
        Some(edges.unwrap_or(0))
    }
    fn with_property(&self, property: PropId, value: &Value) -> u64 {
        let index = self.index.properties.get(property.index()).and_then(Option::as_ref);
        index.map_or(0, |index| index.equal(value).len() as u64)
    }
    fn named(&self, folded: &str) -> u64 {
        self.index.names.named(folded).count() as u64
    }
    fn under(&self, id: &str) -> u64 {
        self.graph.find(id).map_or(0, |node| u64::from(self.index.under[node.0 as usize]))
    }
    fn citing(&self, document: &str) -> u64 {
        self.graph.find(document).map_or(0, |node| self.index.facts_of.by_document.under(node.0).len() as u64)
    }
    fn observations(&self) -> u64 {
        self.graph.observations.len() as u64
    }
    fn search_keys(&self) -> u64 {
        self.index.names.len() as u64
    }
    fn keeps(&self, order: &[EntityOrder]) -> bool {
        match order {
            [] => true,
            [EntityOrder { key: EntityKey::Name | EntityKey::Degree, .. }] => true,
            [EntityOrder { key: EntityKey::Property(id), .. }] => is_indexed(*id, &self.graph.ontology),
            _ => false,
        }
    }
    fn keeps_facts(&self, _: &[RelId]) -> bool {
        true
    }
    fn tests_again(&self) -> bool {
        true
    }
}

/// The current snapshot of a server.
#[derive(Debug)]
pub struct Memory {
    current: RwLock<Arc<Snapshot>>,
}

impl Memory {
    /// Serves a snapshot.
    pub fn new(snapshot: Snapshot) -> Memory {
        Memory { current: RwLock::new(Arc::new(snapshot)) }
    }
    /// The snapshot in force. A request takes it once.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        // The lock guards one pointer: a panic elsewhere cannot leave it half-written.
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Puts another snapshot in its place; requests under way keep theirs.
    pub fn replace(&self, snapshot: Snapshot) {
        let next = Arc::new(snapshot);
        let previous = {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, next)
        };
        // Freed here, if at all, after the lock.
        drop(previous);
    }
}
