//! The entity page over loopback, in one run, against two peers that serve the same data and give the same answer:
//! a handler written by hand (axum + serde_json) and async-graphql's derive macros with resolvers. With `--neo4j`, several questions over one
//! Neo4j: ours against statements written by hand behind axum and, with `--peer`, against @neo4j/graphql.
//!
//! `cargo bench --bench compare` · `-- --companies N --rounds N --seconds N --warming SECONDS --neo4j [--peer] [--only QUESTION]`
//!
//! Each server is a process of its own with as many threads as the machine has cores; they are loaded in turn, several rounds, and the
//! ratio is taken within a round, because a machine's speed drifts.

mod data;
mod database;
mod derive;
mod hand;
mod hand_neo4j;
mod load;
#[allow(dead_code, reason = "it serves tests too")]
#[path = "../../tests/support/neo4j/mod.rs"]
mod neo4j;
mod ours;
mod over_neo4j;
#[allow(dead_code, reason = "a test asks too")]
mod requests;

use mdgraph::generate::Industry;
use mdgraph::graph::Graph;
use mdgraph::ontology::Ontology;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// About 60 fields for a company with two products.
pub const PAGE: &str = include_str!("requests/page.graphql");
const PEERS: [&str; 3] = ["ours", "hand", "derive"];
const SEED: u64 = 7;

// As the server has it; for all the peers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

struct Options {
    companies: usize,
    rounds: usize,
    seconds: u64,
    /// How long each is loaded before it counts: a Java machine compiles what it does for half a minute.
    warming: Duration,
    /// With @neo4j/graphql.
    peer: bool,
    /// One question of those over Neo4j.
    only: Option<String>,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |flag: &str, otherwise: usize| {
        let at = arguments.iter().position(|a| a == flag);
        at.and_then(|i| arguments.get(i + 1)).and_then(|v| v.parse().ok()).unwrap_or(otherwise)
    };
    let neo4j = arguments.iter().any(|a| a == "--neo4j");
    let options = Options {
        companies: number("--companies", if neo4j { 5_000 } else { 100_000 }),
        rounds: number("--rounds", 5),
        seconds: number("--seconds", 4) as u64,
        warming: Duration::from_secs(number("--warming", if neo4j { 8 } else { 2 }) as u64),
        peer: arguments.iter().any(|a| a == "--peer"),
        only: arguments.iter().position(|a| a == "--only").and_then(|i| arguments.get(i + 1)).cloned(),
    };
    match arguments.iter().position(|a| a == "--serve").and_then(|i| arguments.get(i + 1)) {
        Some(peer) => serve(peer, options.companies),
        None => {
            println!("{} companies, {} rounds of {} s a server", options.companies, options.rounds, options.seconds);
            if neo4j { over_neo4j::compare(&options) } else { compare(&options) }
        }
    }
}

/// What all serve.
fn industry(ontology: &Arc<Ontology>, companies: usize) -> Result<Graph, Failure> {
    Ok(Industry::new(ontology.clone(), u32::try_from(companies)?, SEED)?.graph()?)
}

/// A peer's process: serves until its parent closes its standard input, and prints its port.
fn serve(peer: &str, companies: usize) -> Result<(), Failure> {
    let ontology = Arc::new(Ontology::embedded().map_err(|errors| format!("{errors:?}"))?);
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_line(&mut String::new());
        std::process::exit(0);
    });
    let graph = || industry(&ontology, companies);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let announce = || {
            println!("port {port}");
            std::io::stdout().flush()
        };
        match peer {
            "ours" => ours::over_memory(graph()?, listener, announce).await,
            "ours-neo4j" => ours::over_neo4j(ontology.clone(), &database::address()?, listener, announce).await,
            written => {
                let router = match written {
                    "hand" => hand::router(Arc::new(data::data(&graph()?))),
                    "derive" => derive::router(Arc::new(data::data(&graph()?))),
                    "hand-neo4j" => hand_neo4j::router(database::graph()?),
                    other => return Err(format!("no peer is called {other}").into()),
                };
                announce()?;
                Ok(axum::serve(listener, router).await?)
            }
        }
    })
}

struct Peer {
    name: &'static str,
    child: Child,
    port: u16,
}

impl Peer {
    fn start(name: &'static str, companies: usize, database: &[(&str, String)]) -> Result<Peer, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--serve", name, "--companies", &companies.to_string()]);
        command.envs(database.iter().map(|(variable, value)| (variable, value)));
        Peer::of(name, command)
    }

    /// A process that prints its port when it serves.
    fn of(name: &'static str, mut command: Command) -> Result<Peer, Failure> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("no output")?;
        for line in BufReader::new(stdout).lines() {
            if let Some(port) = line?.strip_prefix("port ") {
                return Ok(Peer { name, port: port.parse()?, child });
            }
        }
        Err(format!("{name} ended before it served").into())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn compare(options: &Options) -> Result<(), Failure> {
    let peers = PEERS.iter().map(|name| Peer::start(name, options.companies, &[])).collect::<Result<Vec<_>, _>>()?;
    let requests: Vec<Vec<u8>> = (0..1_000)
        .map(|i| {
            let variables = serde_json::json!({ "id": format!("company:c{}", i * options.companies / 1_000) });
            load::request(&serde_json::json!({ "query": PAGE, "variables": variables }).to_string())
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        agree(&peers, &requests).await?;
        println!("all give the same bytes for {} pages\n", requests.len().div_ceil(37));
        for connections in [16, 1] {
            let each: Vec<&[Vec<u8>]> = peers.iter().map(|_| &*requests).collect();
            rounds(&peers.iter().collect::<Vec<_>>(), &each, connections, options).await?;
        }
        Ok(())
    })
}

async fn agree(peers: &[Peer], requests: &[Vec<u8>]) -> Result<(), Failure> {
    for request in requests.iter().step_by(37) {
        let expected = load::once(peers[0].port, request).await?;
        for peer in &peers[1..] {
            let given = load::once(peer.port, request).await?;
            if given != expected {
                return Err(format!("ours:\n{expected}\n{}:\n{given}", peer.name).into());
            }
        }
    }
    Ok(())
}

/// Loads each peer with its requests, in turn, after a warming.
async fn rounds(
    peers: &[&Peer],
    requests: &[&[Vec<u8>]],
    connections: usize,
    options: &Options,
) -> Result<(), Failure> {
    let time = Duration::from_secs(options.seconds);
    for (peer, requests) in peers.iter().zip(requests) {
        load::run(peer.port, requests, connections, options.warming).await?;
    }
    let mut runs: Vec<Vec<load::Run>> = peers.iter().map(|_| Vec::new()).collect();
    for _ in 0..options.rounds {
        for ((peer, requests), runs) in peers.iter().zip(requests).zip(&mut runs) {
            runs.push(load::run(peer.port, requests, connections, time).await?);
        }
    }
    print(peers, &runs, connections);
    Ok(())
}

/// What was measured, and the ratios to ours, the first, within each round.
fn print(peers: &[&Peer], runs: &[Vec<load::Run>], connections: usize) {
    println!("{connections} connections      requests/s        p50        p99   ours/it: requests/s (min – max), p50");
    for (i, peer) in peers.iter().enumerate() {
        let ratios = |f: fn(&load::Run) -> f64| {
            let mut all: Vec<f64> = runs[0].iter().zip(&runs[i]).map(|(ours, it)| f(ours) / f(it)).collect();
            all.sort_by(f64::total_cmp);
            (all[0], all[all.len() / 2], all[all.len() - 1])
        };
        let middle = |f: fn(&load::Run) -> f64| {
            let mut all: Vec<f64> = runs[i].iter().map(f).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let (low, ratio, high) = ratios(|r| r.per_second);
        println!(
            "  {:<16} {:>12.0} {:>8.3}ms {:>8.3}ms   {ratio:.2} ({low:.2} – {high:.2}), {:.2}",
            peer.name,
            middle(|r| r.per_second),
            middle(|r| r.p50.as_secs_f64() * 1e3),
            middle(|r| r.p99.as_secs_f64() * 1e3),
            ratios(|r| r.p50.as_secs_f64()).1,
        );
    }
    println!();
}
