//! Several questions over one Neo4j: ours, hand-written Cypher behind axum, and @neo4j/graphql, after checking that they agree.

use super::requests::{Asked, Question, beside, questions};
use super::{Failure, Options, Peer, database, industry, load, rounds};
use mdgraph::ontology::Ontology;
use serde_json::{Value as Json, json};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// Requests of a question, with different values.
const REQUESTS: usize = 200;
/// Of them, how many answers are compared.
const COMPARED: usize = 8;
/// What each peer is called.
const OURS: &str = "ours-neo4j";
const HAND: &str = "hand-neo4j";
const LIBRARY: &str = "@neo4j/graphql";

/// Measures every question, or the one of the options.
pub fn compare(options: &Options) -> Result<(), Failure> {
    let ontology = Arc::new(Ontology::embedded().map_err(|errors| format!("{errors:?}"))?);
    let graph = industry(&ontology, options.companies)?;
    let asked = Asked::of(&graph, options.companies)?;
    let started = Instant::now();
    let (_filled, variables) = database::filled(&graph)?;
    println!(
        "{} entities and {} facts imported in {:.1} s",
        graph.nodes.len(),
        graph.facts.len(),
        started.elapsed().as_secs_f64()
    );
    drop(graph);
    let mut peers = Vec::new();
    for name in [OURS, HAND] {
        peers.push(Peer::start(name, options.companies, &variables)?);
    }
    if options.peer {
        let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare/peer/server.mjs");
        let mut node = Command::new("node");
        node.arg(server).envs(variables.iter().map(|(variable, value)| (variable, value)));
        peers.push(Peer::of(LIBRARY, node)?);
    } else {
        println!("without @neo4j/graphql: benches/compare/run installs it and measures it too");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut unmeasured = Vec::new();
    for question in questions().iter().filter(|q| options.only.as_ref().is_none_or(|only| only == q.name)) {
        let peers: Vec<&Peer> = peers.iter().filter(|peer| peer.name != LIBRARY || question.peer.is_some()).collect();
        let requests: Vec<Vec<Vec<u8>>> = peers.iter().map(|peer| requests(question, &asked, peer.name)).collect();
        let measured = runtime.block_on(async {
            agree(question, &peers, &requests).await?;
            println!("\n{}: {COMPARED} answers agree", question.name);
            for connections in [16, 1] {
                rounds(&peers, &requests.iter().map(Vec::as_slice).collect::<Vec<_>>(), connections, options).await?;
            }
            Ok::<_, Failure>(())
        });
        if let Err(why) = measured {
            println!("\n{}: not measured\n{why}\n", question.name);
            unmeasured.push(question.name);
        }
    }
    if !unmeasured.is_empty() {
        return Err(format!("not measured: {}", unmeasured.join(", ")).into());
    }
    Ok(())
}

/// The requests of a question to one of the peers, in their order.
fn requests(question: &Question, asked: &Asked, peer: &str) -> Vec<Vec<u8>> {
    let (path, query) = match peer {
        OURS => ("/graphql".to_owned(), question.ours),
        HAND => (format!("/{}", question.name), ""),
        _ => ("/".to_owned(), question.peer.unwrap_or_default()),
    };
    // Ours knows the day and what holds by itself; who writes Cypher passes both, and the library's dialect where its filters name them.
    let is_given = |name: &str| peer == HAND || peer == LIBRARY && query.contains(&format!("${name}"));
    let bodies = (0..REQUESTS).map(|i| {
        let mut variables = (question.variables)(asked, i);
        if let (Some(own), Json::Object(beside)) = (variables.as_object_mut(), beside()) {
            own.extend(beside.into_iter().filter(|(name, _)| is_given(name)));
        }
        json!({ "query": query, "variables": variables }).to_string()
    });
    bodies.map(|body| load::request_to(&path, &body)).collect()
}

async fn agree(question: &Question, peers: &[&Peer], requests: &[Vec<Vec<u8>>]) -> Result<(), Failure> {
    let mut told = 0;
    for i in (0..REQUESTS).step_by(REQUESTS / COMPARED) {
        let ours: Json = serde_json::from_str(&load::once(peers[0].port, &requests[0][i]).await?)?;
        told += (question.facts)(&ours["data"]).len();
        for (peer, requests) in peers.iter().zip(requests).skip(1) {
            let its: Json = serde_json::from_str(&load::once(peer.port, &requests[i]).await?)?;
            let agrees = match peer.name {
                HAND => its == ours,
                _ => (question.peer_facts)(&its["data"]) == (question.facts)(&ours["data"]),
            };
            if !agrees {
                return Err(format!("{}: ours:\n{ours}\n{}:\n{its}", question.name, peer.name).into());
            }
        }
    }
    // Empty answers agree easily.
    if told < COMPARED { Err(format!("{}: only {told} facts were told", question.name).into()) } else { Ok(()) }
}
