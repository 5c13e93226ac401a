//! The graph as data, without I/O: ids, values, partial dates, entities, facts, observations, citations.
//!
//! A [`Graph`] is complete and checked: every index in it points into it, every fact is allowed by its ontology.
//! It is what `ingest` makes, what the memory store indexes and what `import` writes to Neo4j.
//! The meaning of a fact, of its period and of being known: `docs/decisions/0001-fact-model.md`.

mod date;
mod decimal;
mod fact;
pub mod naming;
mod node;
mod observation;
pub mod records;
mod totals;
mod value;

pub use date::{DAY_MAX, DAY_MIN, DateError, Day, PartialDate, Precision, When};
pub use decimal::{Decimal, DecimalError, Sum};
pub use fact::{Basis, Fact, FactIx, Status, StatusSet};
pub use node::{Bilingual, Citation, Dated, Node, NodeIx, NodeNames};
pub use observation::{Bound, ObsIx, Observation, Quantity, Rank, Scope, Span};
pub use totals::Totals;
pub use value::Value;

use crate::ontology::Ontology;
use std::collections::HashMap;
use std::sync::Arc;

/// Everything that was stated, checked and merged.
#[derive(Debug)]
pub struct Graph {
    /// The ontology that its ids belong to.
    pub ontology: Arc<Ontology>,
    /// Entities, ascending by id (by code point), so that [`NodeIx`] order is id order.
    pub nodes: Vec<Node>,
    /// Facts, ascending by id; superseded ones included.
    pub facts: Vec<Fact>,
    /// Observations, ascending by id.
    pub observations: Vec<Observation>,
    /// Retired ids and the entity that took their place.
    pub retired: HashMap<Arc<str>, NodeIx>,
    by_id: HashMap<Arc<str>, NodeIx>,
}

impl Graph {
    /// Assembles a graph. `nodes`, `facts` and `observations` are ascending by id, as the fields demand.
    pub fn new(
        ontology: Arc<Ontology>,
        nodes: Vec<Node>,
        facts: Vec<Fact>,
        observations: Vec<Observation>,
        retired: HashMap<Arc<str>, NodeIx>,
    ) -> Graph {
        debug_assert!(nodes.is_sorted_by(|a, b| a.id < b.id));
        debug_assert!(facts.is_sorted_by(|a, b| a.id < b.id));
        debug_assert!(observations.is_sorted_by(|a, b| a.id < b.id));
        let by_id = nodes.iter().enumerate().map(|(i, n)| (n.id.clone(), NodeIx(i as u32))).collect();
        Graph { ontology, nodes, facts, observations, retired, by_id }
    }

    /// The entity of an id, or the one that took its place.
    pub fn find(&self, id: &str) -> Option<NodeIx> {
        self.by_id.get(id).or_else(|| self.retired.get(id)).copied()
    }
    /// The entity at an index of this graph.
    pub fn node(&self, ix: NodeIx) -> &Node {
        &self.nodes[ix.0 as usize]
    }
    /// The fact at an index of this graph.
    pub fn fact(&self, ix: FactIx) -> &Fact {
        &self.facts[ix.0 as usize]
    }
    /// The observation at an index of this graph.
    pub fn observation(&self, ix: ObsIx) -> &Observation {
        &self.observations[ix.0 as usize]
    }
}
