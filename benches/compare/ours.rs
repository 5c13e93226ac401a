//! Ours, as `mdgraph serve` runs it, over the generated graph; without the log, as the peers have none.

use clap::Parser;
use mdgraph::api::engine::PlanEngine;
use mdgraph::config::{Limits, ServerSettings};
use mdgraph::graph::Graph;
use mdgraph::store::Store;
use mdgraph::store::memory::{Memory, Snapshot};
use std::sync::Arc;
use tokio::net::TcpListener;

/// The server's settings by their defaults.
#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    server: ServerSettings,
}

/// Serves until the process ends.
pub async fn serve(
    graph: Graph,
    listener: TcpListener,
    announce: impl FnOnce() -> std::io::Result<()>,
) -> Result<(), Box<dyn std::error::Error>> {
    let ontology = graph.ontology.clone();
    let store = Store::Memory(Memory::new(Snapshot::new(Arc::new(graph))));
    let engine = PlanEngine::new(ontology, store, Limits::default())?;
    announce()?;
    let settings = Defaults::parse_from(["compare"]).server;
    mdgraph::http::serve(listener, engine, Limits::default(), settings, std::future::pending()).await?;
    Ok(())
}
