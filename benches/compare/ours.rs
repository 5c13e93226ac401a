//! Ours, as `mdgraph serve` runs it, over the generated graph; without the log, as the peers have none.

use super::Failure;
use clap::Parser;
use mdgraph::api::engine::PlanEngine;
use mdgraph::config::{Limits, ServerSettings};
use mdgraph::graph::Graph;
use mdgraph::ontology::Ontology;
use mdgraph::store::Store;
use mdgraph::store::memory::{Memory, Snapshot};
use mdgraph::store::neo4j::Neo4jStore;
use mdgraph::store::neo4j::client::{Address, Client, Limits as Waits};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// The server's settings by their defaults.
#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    server: ServerSettings,
}

/// Serves a graph from memory until the process ends.
pub async fn over_memory(
    graph: Graph,
    listener: TcpListener,
    announce: impl FnOnce() -> std::io::Result<()>,
) -> Result<(), Failure> {
    let ontology = graph.ontology.clone();
    serve(ontology, Store::Memory(Memory::new(Snapshot::new(Arc::new(graph)))), listener, announce).await
}

/// Serves from a database until the process ends.
pub async fn over_neo4j(
    ontology: Arc<Ontology>,
    address: &Address,
    listener: TcpListener,
    announce: impl FnOnce() -> std::io::Result<()>,
) -> Result<(), Failure> {
    let store = Store::Neo4j(Neo4jStore::new(Client::new(address, Waits::default())?, ontology.clone()));
    store.ready(Instant::now() + Duration::from_secs(10)).await?;
    serve(ontology, store, listener, announce).await
}

async fn serve(
    ontology: Arc<Ontology>,
    store: Store,
    listener: TcpListener,
    announce: impl FnOnce() -> std::io::Result<()>,
) -> Result<(), Failure> {
    let engine = PlanEngine::new(ontology, store, Limits::default())?;
    announce()?;
    let settings = Defaults::parse_from(["compare"]).server;
    mdgraph::http::serve(listener, engine, Limits::default(), settings, Arc::default(), std::future::pending()).await?;
    Ok(())
}
