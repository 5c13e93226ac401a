//! `mdgraph serve`.

mod reload;
pub mod source;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use mdgraph::api::current::Current;
use mdgraph::config::{Limits, LogSettings, OntologySettings, SeedSettings, ServerSettings, StoreSettings};
use mdgraph::http::{self, Stopped};
use mdgraph::metrics::Metrics;
use mdgraph::telemetry;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::Failure;
use reload::{Reloader, Watch};
use source::Source;

/// How long work that cannot be interrupted may hold up the end of the process.
const LAST_WORK: Duration = Duration::from_secs(1);

/// What is served, below the flags in the help.
pub fn served() -> String {
    format!("Served:\n{}", http::paths())
}

/// The command's flags.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    server: ServerSettings,
    #[command(flatten)]
    ontology: OntologySettings,
    #[command(flatten)]
    seed: SeedSettings,
    /// Load `--seed DIR` and `--schema DIR` again when files in them change, as SIGHUP does without this flag. What is wrong is
    /// said in the log, and what was served before is served still
    #[arg(long, env = "MDGRAPH_WATCH", help_heading = "Data")]
    watch: bool,
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
        let told = reload::told(runtime)?;
        let address = listener.local_addr()?;
        let metrics: Arc<Metrics> = Arc::default();
        let source = Source {
            ontology: self.ontology,
            seed: self.seed,
            store: self.store,
            limits: self.limits,
            metrics: metrics.clone(),
        };
        let watch = match (self.watch, source.directories()) {
            (true, directories) if directories.is_empty() => {
                return Err(
                    "--watch has nothing to watch: name a directory with --seed (over memory) or --schema".into()
                );
            }
            (true, directories) => Some(Watch::new(directories)),
            (false, _) => None,
        };
        let (engine, loaded) = source.load(runtime.handle())?;
        let current = Current::new(engine);
        Reloader { source, current: current.clone(), watch }.start(told, runtime)?;
        let took = started.elapsed().as_secs_f64();
        // Where nobody reads this line there is nobody to tell.
        let _ = writeln!(std::io::stdout(), "mdgraph: {loaded}; {took:.2} s; http://{address}");
        // Requests that were cut off stand in the log; the process ended as it was told to.
        let (Stopped::Drained | Stopped::CutOff) =
            runtime.block_on(http::serve(listener, current, self.limits, self.server, metrics, stop))?;
        Ok(())
    }
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
