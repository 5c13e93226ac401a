//! Facts by relationship and by document.

use super::index_links::Groups;
use crate::graph::{Graph, NodeIx};
use crate::ontology::RelId;

/// Lists of facts, superseded ones included.
pub(super) struct FactLists {
    /// Relationships, ascending by type name.
    pub relationships: Vec<RelId>,
    /// The facts that an entity is cited for as a document, ascending by id.
    pub by_document: Groups,
    by_relationship: Vec<Vec<u32>>,
}

impl FactLists {
    /// The facts of a graph.
    pub(super) fn of(graph: &Graph) -> FactLists {
        let ontology = &graph.ontology;
        let mut relationships: Vec<RelId> = (0..).map(RelId).take(ontology.relationships.len()).collect();
        relationships.sort_by(|a, b| ontology.relationship(*a).name.cmp(&ontology.relationship(*b).name));
        let mut by_relationship = vec![Vec::new(); ontology.relationships.len()];
        let mut cited: Vec<Vec<NodeIx>> = Vec::with_capacity(graph.facts.len());
        for (fact, it) in (0u32..).zip(&graph.facts) {
            by_relationship[it.relationship.index()].push(fact);
            cited.push(it.citations.iter().map(|citation| citation.document).collect());
        }
        let all: Vec<u32> = (0u32..).take(graph.facts.len()).collect();
        let by_document = Groups::of(graph.nodes.len(), &all, |fact| &cited[fact as usize]);
        FactLists { relationships, by_document, by_relationship }
    }
    /// The facts of a relationship, ascending by id.
    pub(super) fn relationship(&self, id: RelId) -> &[u32] {
        &self.by_relationship[id.index()]
    }
}
