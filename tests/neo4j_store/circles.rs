//! Hierarchies that run in circles, which no seed may have: both stores walk them once and agree on who is under whom.

use super::{Neo4j, block_on, connect, difference, entities, rows::names, rows::page, shipped};
use libtest_mimic::Failed;
use mdgraph::graph::{Fact, Graph, NodeIx};
use mdgraph::ontology::KindSet;
use mdgraph::plan::ir::*;
use mdgraph::store::memory::Snapshot;
use mdgraph::store::neo4j::Neo4jStore;
use mdgraph::store::neo4j::import::import;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A ring of regions, one that is part of itself, a ring of firms of which one is located, and branches on both rings.
const FACTS: [(&str, &str, &str); 12] = [
    ("region 0", "PART_OF", "region 1"),
    ("region 1", "PART_OF", "region 2"),
    ("region 2", "PART_OF", "region 0"),
    ("region 3", "PART_OF", "region 3"),
    ("region 3", "PART_OF", "region 0"),
    ("company 0", "PART_OF", "company 1"),
    ("company 1", "PART_OF", "company 0"),
    ("company 1", "LOCATED_IN", "region 3"),
    ("company 2", "PART_OF", "company 0"),
    ("company 3", "PART_OF", "company 1"),
    ("company 3", "LOCATED_IN", "region 4"),
    ("company 4", "PART_OF", "company 3"),
];

pub fn circles_end(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let graph = Arc::new(circular(&shipped()?)?);
        let client = connect(neo4j)?;
        import(&client, &graph).await?;
        let store = Neo4jStore::new(client, graph.ontology.clone());
        let memory = Snapshot::new(graph.clone());
        let view = View::new(None, None);
        let kinds: KindSet =
            ["Region", "Company"].into_iter().filter_map(|name| graph.ontology.kind_named(name)).collect();
        for node in graph.nodes.iter().take(10) {
            let within = vec![node.id.clone()];
            for anchor in [Anchor::Scan, Anchor::Within(within.clone())] {
                let filter = Filter::Within(within.clone());
                let mut root = entities(kinds, filter, Vec::new(), page(50), names(kinds));
                if let Root::Entities(page) = &mut root {
                    page.anchor = anchor;
                }
                let deadline = Instant::now() + Duration::from_secs(60);
                let (expected, _) = memory.execute(&root, &view, deadline)?;
                let (found, _) = store.execute(&root, &view, deadline).await?;
                if found != expected {
                    return Err(format!("within {}: {}", node.id, difference(&expected, &found)).into());
                }
            }
        }
        Ok(())
    })
}

/// Five companies and five regions of a graph, joined by [`FACTS`] alone.
fn circular(graph: &Graph) -> Result<Graph, Failed> {
    let of = |prefix: &'static str| {
        graph.nodes.iter().filter(move |node| node.id.starts_with(&format!("{prefix}:"))).take(5)
    };
    let mut nodes: Vec<_> = of("company").chain(of("region")).cloned().collect();
    for node in &mut nodes {
        // They name documents by their number in the whole graph.
        node.citations.clear();
        node.history.clear();
    }
    let end = |name: &'static str| {
        let (prefix, number) = name.split_once(' ')?;
        let number: usize = number.parse().ok()?;
        let id = &of(prefix).nth(number)?.id;
        nodes.iter().position(|node| node.id == *id).map(|i| NodeIx(i as u32))
    };
    let template = graph.facts.first().ok_or("no fact to copy")?;
    let mut facts = Vec::new();
    for (i, (subject, relationship, object)) in FACTS.into_iter().enumerate() {
        facts.push(Fact {
            id: format!("fact:{i:016x}").into(),
            relationship: graph.ontology.relationship_named(relationship).ok_or("no such relationship")?,
            subject: end(subject).ok_or("no such entity")?,
            object: end(object).ok_or("no such entity")?,
            status: mdgraph::graph::Status::Actual,
            superseded_by: None,
            known_to: mdgraph::graph::DAY_MAX,
            properties: Vec::new(),
            citations: Vec::new(),
            ..template.clone()
        });
    }
    Ok(Graph::new(graph.ontology.clone(), nodes, facts, Vec::new(), Default::default()))
}
