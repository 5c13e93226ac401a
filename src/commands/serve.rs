//! `mdgraph serve`.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use mdgraph::api::engine::PlanEngine;
use mdgraph::config::{Limits, LogSettings, OntologySettings, SeedSettings, ServerSettings, StoreSettings};
use mdgraph::http::{self, Stopped};
use mdgraph::ingest;
use mdgraph::metrics::Metrics;
use mdgraph::ontology::Ontology;
use mdgraph::store::Store;
use mdgraph::store::memory::{Memory, Snapshot};
use mdgraph::store::neo4j::Neo4jStore;
use mdgraph::telemetry;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::{Failure, neo4j, ontology, seed, seed_failure};

/// How long the start waits for a database.
const FIRST_ANSWER: Duration = Duration::from_secs(3);

/// How long work that cannot be interrupted may hold up the end of the process.
const LAST_WORK: Duration = Duration::from_secs(1);

/// What is served, below the flags in the help.
pub const PATHS: &str = "\
Served: /graphql (requests), /schema.graphql (the schema), /metrics (for Prometheus), /health/live, /health/ready";

/// The command's flags.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    server: ServerSettings,
    #[command(flatten)]
    ontology: OntologySettings,
    #[command(flatten)]
    seed: SeedSettings,
    #[command(flatten)]
    store: StoreSettings,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    log: LogSettings,
}

impl Serve {
    /// Serves until the process is told to end.
    pub fn run(self) -> Result<(), Failure> {
        let log = telemetry::start(&self.log)
            .map_err(|error| format!("--log {}: {error}; give a level such as info", self.log.filter))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let served = self.serve(&runtime);
        runtime.shutdown_timeout(LAST_WORK);
        drop(log);
        served
    }

    fn serve(self, runtime: &Runtime) -> Result<(), Failure> {
        let started = Instant::now();
        // First what fails at once: a port that is taken. Connections wait until there is something to answer with.
        let listener = runtime.block_on(listen(self.server.listen))?;
        let stop = runtime.block_on(async { http::stop_signal() })?;
        let address = listener.local_addr()?;
        let ontology = Arc::new(ontology(&self.ontology)?);
        let (store, loaded) = match neo4j(&self.store)? {
            Some(client) => runtime.block_on(database(Neo4jStore::new(client, ontology.clone()))),
            None => self.memory(&ontology)?,
        };
        let metrics: Arc<Metrics> = Arc::default();
        let engine = PlanEngine::new(ontology, store, self.limits)?.measured(metrics.clone());
        let took = started.elapsed().as_secs_f64();
        // Where nobody reads this line there is nobody to tell.
        let _ = writeln!(std::io::stdout(), "mdgraph: {loaded}; {took:.2} s; http://{address}");
        // Requests that were cut off stand in the log; the process ended as it was told to.
        let (Stopped::Drained | Stopped::CutOff) =
            runtime.block_on(http::serve(listener, engine, self.limits, self.server, metrics, stop))?;
        Ok(())
    }

    /// The seed in a store of this process, and in words how much that is.
    fn memory(&self, ontology: &Arc<Ontology>) -> Result<(Store, String), Failure> {
        let loaded = ingest::load(ontology, &seed(&self.seed)?).map_err(|problems| seed_failure(&problems))?;
        let words = format!("loaded {}", loaded.summary());
        let graph = Arc::new(loaded.graph);
        Ok((Store::Memory(Memory::new(Snapshot::new(graph))), words))
    }
}

/// A database as the store, and in words whether it answers. It need not: the server starts, says that it is not ready, and
/// answers as soon as the database does.
async fn database(store: Neo4jStore) -> (Store, String) {
    let words = match store.ready(Instant::now() + FIRST_ANSWER).await {
        Ok(()) => "over Neo4j, which answers",
        Err(_) => {
            "over Neo4j, which does not answer yet, or holds no finished import of this ontology (mdgraph import)"
        }
    };
    (Store::Neo4j(store), words.to_owned())
}

/// Binds the address to serve at.
async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            std::io::ErrorKind::AddrInUse => "stop what listens there, or give another port with --listen",
            std::io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a right of their own; give another with --listen"
            }
            std::io::ErrorKind::AddrNotAvailable => "this machine has no such address; give another with --listen",
            _ => "give another address with --listen",
        };
        format!("cannot listen at {address}: {error}; {advice}").into()
    })
}
