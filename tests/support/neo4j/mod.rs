//! Real Neo4js for a test target: one of each line of releases that is tested, asked at the same time.
//!
//! `NEO4J_URI` (several with commas, all with `NEO4J_USER` and `NEO4J_PASSWORD`) names what runs already; **its content is overwritten**.
//! Otherwise this process starts its own, from `tests/neo4j/`: Maven fetches the versions that `pom.xml` pins into `target/neo4j/`, once,
//! and `Neo4j.java` runs each on a free port of loopback. These are the long-term line and, where a Java is found that runs it, the newest
//! calendar release; `MDGRAPH_TEST_NEO4J=lts` or `calendar` takes one of them. Where none can be started (no Java, no Maven, no network) the
//! tests of the target are listed as ignored with the reason, or fail with it when `MDGRAPH_REQUIRE_NEO4J=1`.
//!
//! `cargo test --test neo4j_servers` starts them and prints a `NEO4J_URI` for other targets, which then need not start their own.

mod line;
mod server;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use line::Line;
use server::{Program, Server};

/// A Neo4j that accepts connections. One that this process started ends with the value.
pub struct Neo4j {
    /// What failures call it: its version, or its address.
    pub name: String,
    pub uri: String,
    pub user: String,
    pub password: String,
    server: Option<Server>,
}

/// An operator of a plan that ran.
#[derive(Debug)]
pub struct Operator {
    pub name: String,
    pub details: String,
    /// Accesses to the store, without those of the operators under it.
    pub hits: u64,
}

/// All that a target tests against; never none.
pub struct Fleet(Vec<Neo4j>);

impl Fleet {
    /// Does the same with each, at once; what each gave, or the first failure, after the name of the Neo4j.
    pub fn each<T: Send>(&self, what: impl Fn(&Neo4j) -> Result<T, Failed> + Sync) -> Result<Vec<T>, Failed> {
        at_once(&self.0, |neo4j| what(neo4j).map_err(|failed| neo4j.failed(&failed))).into_iter().collect()
    }

    /// Likewise, one after the other: for what measures time.
    fn in_turn(&self, what: impl Fn(&Neo4j) -> Result<(), Failed>) -> Result<(), Failed> {
        self.0.iter().try_for_each(|neo4j| what(neo4j).map_err(|failed| neo4j.failed(&failed)))
    }

    /// The address of each, as `NEO4J_URI` takes them.
    pub fn uris(&self) -> String {
        self.0.iter().map(|neo4j| neo4j.uri.as_str()).collect::<Vec<_>>().join(",")
    }

    /// What each is called.
    pub fn names(&self) -> String {
        self.0.iter().map(|neo4j| neo4j.name.as_str()).collect::<Vec<_>>().join(" and ")
    }
}

impl Neo4j {
    fn failed(&self, failed: &Failed) -> Failed {
        format!("{}: {}", self.name, failed.message().unwrap_or_default()).into()
    }
}

/// What is done with each of some things, at the same time; in their order.
pub fn at_once<'i, I: Sync, T: Send>(items: &'i [I], what: impl Fn(&'i I) -> T + Sync) -> Vec<T> {
    let Some((first, others)) = items.split_first() else { return Vec::new() };
    std::thread::scope(|scope| {
        let what = &what;
        let others: Vec<_> = others.iter().map(|item| scope.spawn(move || what(item))).collect();
        let first = what(first);
        let others = others.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(first).chain(others).collect()
    })
}

/// One test: its name and its body.
pub type Case = (&'static str, fn(&Neo4j) -> Result<(), Failed>);

/// The `main` of a test target with `harness = false`: runs the cases one after another (they share databases), each over every Neo4j at
/// once; these are started when the first case runs.
pub fn run(cases: &[Case]) -> ExitCode {
    run_against(cases, start_or_skip, |fleet, body| fleet.each(body).map(drop))
}

/// The same against Neo4js that this process starts, whatever the environment names: for [`Neo4j::profile`].
pub fn run_on_own(cases: &[Case]) -> ExitCode {
    run_against(cases, start_own, |fleet, body| fleet.each(body).map(drop))
}

/// The same, over one Neo4j after the other: for [`Neo4j::kill`] and what measures time.
pub fn run_on_own_in_turn(cases: &[Case]) -> ExitCode {
    run_against(cases, start_own, |fleet, body| fleet.in_turn(body))
}

type Starting = fn() -> Result<Fleet, String>;
type Running = fn(&Fleet, fn(&Neo4j) -> Result<(), Failed>) -> Result<(), Failed>;

fn run_against(cases: &[Case], start: Starting, run: Running) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let shared: Arc<Mutex<Option<Result<Fleet, String>>>> = Arc::default();
    let trials = cases
        .iter()
        .map(|&(name, body)| {
            let shared = Arc::clone(&shared);
            Trial::ignorable_test(name, move || {
                // A test that panicked has not harmed the server.
                let mut slot = shared.lock().unwrap_or_else(PoisonError::into_inner);
                match slot.get_or_insert_with(start) {
                    Ok(fleet) => run(fleet, body).map(|()| Completion::Completed),
                    Err(reason) if is_required() => Err(reason.as_str().into()),
                    Err(reason) => Ok(Completion::ignored_with(reason.as_str())),
                }
            })
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(shared); // ends the servers before the process exits
    conclusion.exit_code()
}

/// Those that the environment names, else one of our own of each line, else the reason why there is none.
pub fn start_or_skip() -> Result<Fleet, String> {
    named_or(start_own)
}

/// The same for a run of an hour.
pub fn start_for_long() -> Result<Fleet, String> {
    named_or(start_to_keep)
}

fn named_or(start: Starting) -> Result<Fleet, String> {
    match std::env::var("NEO4J_URI") {
        Ok(uris) => Ok(Fleet(uris.split(',').map(named).collect())),
        Err(_) => start(),
    }
}

/// One of each line, of our own.
fn start_own() -> Result<Fleet, String> {
    announced(Line::of_environment().and_then(|lines| start_each(&lines, ASKING)))
}

/// The same, to be asked by several targets: as fast as they can be once they have run for a while.
pub fn start_to_keep() -> Result<Fleet, String> {
    announced(Line::of_environment().and_then(|lines| start_each(&lines, KEPT)))
}

/// One alone, the first of the environment or of the long-term line, as fast as it can be.
pub fn start_to_measure() -> Result<Neo4j, String> {
    match std::env::var("NEO4J_URI") {
        Ok(uris) => Ok(named(uris.split(',').next().unwrap_or_default())),
        Err(_) => announced(start(Line::Lts, MEASURING)),
    }
}

/// Flags for many statements that are new to it: most of the time is planning, by code of its own that is never worth the second compiler.
const ASKING: &[&str] = &["-XX:TieredStopAtLevel=1"];
/// For a long run: a thousand kept plans of large statements want room, or collecting garbage is most of the time.
const KEPT: &[&str] = &["-Xmx2g"];
/// For the same statements again and again, over a graph of any size.
const MEASURING: &[&str] = &["-Xmx3g", "-Dpagecache.mebibytes=3000"];

fn named(uri: &str) -> Neo4j {
    Neo4j {
        name: uri.into(),
        uri: uri.into(),
        user: std::env::var("NEO4J_USER").unwrap_or_else(|_| "neo4j".into()),
        password: std::env::var("NEO4J_PASSWORD").unwrap_or_default(),
        server: None,
    }
}

fn announced<T>(started: Result<T, String>) -> Result<T, String> {
    if let Err(reason) = &started {
        eprintln!("\n==== NO NEO4J: the tests of this target are SKIPPED: {reason}\n");
    }
    started
}

/// Whether a missing Neo4j is a failure.
pub fn is_required() -> bool {
    std::env::var("MDGRAPH_REQUIRE_NEO4J").is_ok_and(|value| value == "1")
}

fn start_each(lines: &[Line], flags: &'static [&'static str]) -> Result<Fleet, String> {
    // One Maven at a time: they share a folder.
    lines.iter().try_for_each(|line| line.jars().map(drop))?;
    at_once(lines, |line| start(*line, flags)).into_iter().collect::<Result<_, _>>().map(Fleet)
}

fn start(line: Line, flags: &'static [&'static str]) -> Result<Neo4j, String> {
    let server = Server::start(Program { java: line.java()?, jars: line.jars()?, flags })?;
    Ok(Neo4j {
        name: format!("Neo4j {}", line.version()?),
        uri: format!("bolt://127.0.0.1:{}", server.port),
        user: "neo4j".into(),
        password: String::new(),
        server: Some(server),
    })
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/neo4j")
}

fn target() -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    scratch.parent().unwrap_or(scratch).to_owned()
}
