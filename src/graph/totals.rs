//! How much a graph holds, in the latest view.

use super::{DAY_MAX, DAY_MIN, Graph, PartialDate};

/// Counts of a graph, by the ontology's positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Entities by kind.
    pub entities: Vec<u64>,
    /// Facts whose place no later one took, by relationship.
    pub facts: Vec<u64>,
    /// Observations.
    pub observations: u64,
    /// The latest day on which anything became known; none in a graph of common knowledge only.
    pub known_until: Option<PartialDate>,
}

impl Totals {
    /// Counts a graph.
    pub fn of(graph: &Graph) -> Totals {
        let mut totals = Totals {
            entities: vec![0; graph.ontology.kinds.len()],
            facts: vec![0; graph.ontology.relationships.len()],
            observations: graph.observations.len() as u64,
            known_until: None,
        };
        for node in &graph.nodes {
            totals.entities[node.kind.index()] += 1;
        }
        for fact in graph.facts.iter().filter(|fact| fact.known_to == DAY_MAX) {
            totals.facts[fact.relationship.index()] += 1;
        }
        let days = graph.nodes.iter().map(|node| node.known_from);
        let days = days.chain(graph.facts.iter().map(|fact| fact.known_from));
        let days = days.chain(graph.observations.iter().map(|observation| observation.known_from));
        let latest = days.filter(|day| (DAY_MIN + 1..DAY_MAX).contains(day)).max();
        totals.known_until = latest.and_then(PartialDate::from_code);
        totals
    }
}
