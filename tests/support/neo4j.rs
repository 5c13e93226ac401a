//! A real Neo4j for a test target.
//!
//! `NEO4J_URI` (with `NEO4J_USER` and `NEO4J_PASSWORD`) names one that runs already; **its content is overwritten**. Otherwise one
//! is started by this process, from `tests/neo4j/`: Maven fetches the version that `pom.xml` pins into `target/neo4j/`, once, and
//! `Neo4j.java` runs it on a free port of loopback: the long-term line, or with `MDGRAPH_TEST_NEO4J=calendar` the newest calendar release,
//! which wants a newer Java. Where that cannot be done (no Java, no Maven, no network) the tests of the target are listed as ignored
//! with the reason, or fail with it when `MDGRAPH_REQUIRE_NEO4J=1`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// How long a server may take to accept connections; about 10 s is usual.
const STARTUP: Duration = Duration::from_secs(120);
/// How long a server may take to close its store before it is killed.
const SHUTDOWN: Duration = Duration::from_secs(10);

/// A Neo4j that accepts connections. One that this process started ends with the value.
pub struct Neo4j {
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

/// One test: its name and its body.
pub type Case = (&'static str, fn(&Neo4j) -> Result<(), Failed>);

/// The `main` of a test target with `harness = false`: runs the cases one after another (they share one database) against one
/// Neo4j, which is started when the first of them runs.
pub fn run(cases: &[Case]) -> ExitCode {
    run_against(cases, start_or_skip)
}

/// The same against a Neo4j that this process starts, whatever the environment names: for [`Neo4j::profile`].
pub fn run_on_own(cases: &[Case]) -> ExitCode {
    run_against(cases, || announced(start(Purpose::Asking)))
}

fn run_against(cases: &[Case], start: fn() -> Result<Neo4j, String>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let shared: Arc<Mutex<Option<Result<Neo4j, String>>>> = Arc::default();
    let trials = cases
        .iter()
        .map(|&(name, body)| {
            let shared = Arc::clone(&shared);
            Trial::ignorable_test(name, move || {
                // A test that panicked has not harmed the server.
                let mut slot = shared.lock().unwrap_or_else(PoisonError::into_inner);
                match slot.get_or_insert_with(start) {
                    Ok(neo4j) => body(neo4j).map(|()| Completion::Completed),
                    Err(reason) if is_required() => Err(reason.as_str().into()),
                    Err(reason) => Ok(Completion::ignored_with(reason.as_str())),
                }
            })
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(shared); // ends the server before the process exits
    conclusion.exit_code()
}

/// The Neo4j that the environment names, else one of our own, else the reason why there is none.
pub fn start_or_skip() -> Result<Neo4j, String> {
    named_or(Purpose::Asking)
}

/// The same, and one of our own is as fast as it can be once it has run for a while.
pub fn start_to_measure() -> Result<Neo4j, String> {
    named_or(Purpose::Measuring)
}

/// What a Neo4j is started for.
#[derive(Clone, Copy)]
enum Purpose {
    /// Many statements that are new to it: most of the time is planning, by code of its own that is never worth the second compiler.
    Asking,
    /// The same statements again and again.
    Measuring,
}

impl Purpose {
    fn flags(self) -> &'static [&'static str] {
        match self {
            Purpose::Asking => &["-XX:TieredStopAtLevel=1"],
            Purpose::Measuring => &[],
        }
    }
}

fn named_or(purpose: Purpose) -> Result<Neo4j, String> {
    announced(match std::env::var("NEO4J_URI") {
        Ok(uri) => Ok(Neo4j {
            uri,
            user: std::env::var("NEO4J_USER").unwrap_or_else(|_| "neo4j".into()),
            password: std::env::var("NEO4J_PASSWORD").unwrap_or_default(),
            server: None,
        }),
        Err(_) => start(purpose),
    })
}

fn announced(neo4j: Result<Neo4j, String>) -> Result<Neo4j, String> {
    if let Err(reason) = &neo4j {
        eprintln!("\n==== NO NEO4J: the tests of this target are SKIPPED: {reason}\n");
    }
    neo4j
}

/// Whether a missing Neo4j is a failure.
pub fn is_required() -> bool {
    std::env::var("MDGRAPH_REQUIRE_NEO4J").is_ok_and(|value| value == "1")
}

/// Which line of Neo4j's releases is started.
#[derive(Clone, Copy)]
enum Line {
    /// Long-term support.
    Lts,
    /// Named after their month.
    Calendar,
}

impl Line {
    fn of_environment() -> Result<Line, String> {
        match std::env::var("MDGRAPH_TEST_NEO4J").as_deref() {
            Err(_) | Ok("" | "lts") => Ok(Line::Lts),
            Ok("calendar") => Ok(Line::Calendar),
            Ok(other) => Err(format!("MDGRAPH_TEST_NEO4J={other} names no line of releases; write lts or calendar")),
        }
    }

    /// The property of the POM that pins the version.
    fn property(self) -> &'static str {
        match self {
            Line::Lts => "neo4j.version",
            Line::Calendar => "neo4j.calendar.version",
        }
    }

    /// A Java that runs it: the one on the path, or for a calendar release the newest that is installed.
    fn java(self) -> Result<PathBuf, String> {
        match self {
            Line::Lts => Ok("java".into()),
            Line::Calendar => newest_java().ok_or_else(|| {
                format!("a calendar release runs on Java {CALENDAR_JAVA} or later, and none is installed; install one, or set JAVA_HOME")
            }),
        }
    }
}

/// The first Java that runs calendar releases.
const CALENDAR_JAVA: u32 = 21;

/// The newest Java under `JAVA_HOME` and the usual folder that runs calendar releases.
fn newest_java() -> Option<PathBuf> {
    let usual = fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten().map(|entry| entry.path());
    let homes = std::env::var_os("JAVA_HOME").map(PathBuf::from).into_iter().chain(usual);
    let newest = homes.filter_map(|home| Some((java_version(&home)?, home))).max()?;
    (newest.0 >= CALENDAR_JAVA).then(|| newest.1.join("bin/java"))
}

/// The main version of the Java in a folder, by the file that each brings.
fn java_version(home: &Path) -> Option<u32> {
    let release = fs::read_to_string(home.join("release")).ok()?;
    let (_, version) = release.split_once("JAVA_VERSION=\"")?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok().filter(|_| home.join("bin/java").is_file())
}

fn start(purpose: Purpose) -> Result<Neo4j, String> {
    let line = Line::of_environment()?;
    let server = Server::start(Program { java: line.java()?, jars: fetched_jars(line)?, purpose })?;
    Ok(Neo4j {
        uri: format!("bolt://127.0.0.1:{}", server.port),
        user: "neo4j".into(),
        password: String::new(),
        server: Some(server),
    })
}

impl Neo4j {
    /// Runs a statement with PROFILE and gives the operators of its plan, the outermost first. `parameters` is a map in Cypher. The driver
    /// keeps profiles to itself, so a server that this process started is asked over its standard input; another one cannot be.
    pub fn profile(&self, statement: &str, parameters: &str) -> Result<Vec<Operator>, String> {
        let server = self.server.as_ref().ok_or("only a Neo4j of our own tells its plans")?;
        let mut running = server.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Running { alive, lines, .. } = running.as_mut().ok_or("Neo4j does not run")?;
        let input = alive.as_mut().ok_or("Neo4j is ending")?;
        writeln!(input, "{parameters}\t{statement}").map_err(|e| format!("Neo4j does not listen: {e}"))?;
        let mut operators = Vec::new();
        loop {
            let line = lines.recv_timeout(STARTUP).map_err(|e| format!("Neo4j says nothing: {e}"))?;
            if line == "end" {
                return Ok(operators);
            }
            let mut parts = line.splitn(3, '\t');
            let (hits, name, details) = (parts.next(), parts.next(), parts.next());
            let (Some(Ok(hits)), Some(name), Some(details)) = (hits.map(str::parse), name, details) else {
                return Err(line);
            };
            operators.push(Operator { name: name.to_owned(), details: details.to_owned(), hits });
        }
    }
}

/// The folder of jars, fetched by Maven unless it is there. It appears under its name only when it is complete, and by one rename,
/// so that processes that fetch at the same time do not meet.
fn fetched_jars(line: Line) -> Result<PathBuf, String> {
    let pom = sources().join("pom.xml");
    let version = pinned_version(&pom, line.property())?;
    let complete = target().join("neo4j").join(&version).join("lib");
    if complete.is_dir() {
        return Ok(complete);
    }
    let parent = complete.parent().ok_or("the folder of jars has no parent")?;
    fs::create_dir_all(parent).map_err(|e| format!("{} cannot be created: {e}", parent.display()))?;
    let partial = tempfile::Builder::new()
        .prefix("fetching-")
        .tempdir_in(parent)
        .map_err(|e| format!("{} cannot be written: {e}", parent.display()))?;
    eprintln!("Maven fetches Neo4j (120 MB, once; a minute or two) …");
    let output = Command::new("mvn")
        .args(["--quiet", "--batch-mode", "--file"])
        .arg(&pom)
        .arg("dependency:copy-dependencies")
        .arg(format!("-D{}={version}", Line::Lts.property()))
        .arg(format!("-DoutputDirectory={}", partial.path().display()))
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("Maven (mvn) does not run: {e}. Install it, or name a Neo4j with NEO4J_URI"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        let first = said.lines().find(|line| line.contains("ERROR")).unwrap_or("it says nothing");
        return Err(format!("Maven could not fetch Neo4j: {first}"));
    }
    match fs::rename(partial.path(), &complete) {
        Ok(()) => Ok(complete),
        Err(_) if complete.is_dir() => Ok(complete), // another process was first
        Err(e) => Err(format!("{} cannot be created: {e}", complete.display())),
    }
}

/// The version that a property of the POM pins, which names the folder.
fn pinned_version(pom: &Path, property: &str) -> Result<String, String> {
    let text = fs::read_to_string(pom).map_err(|e| format!("{} cannot be read: {e}", pom.display()))?;
    text.split_once(&format!("<{property}>"))
        .and_then(|(_, rest)| rest.split_once("</"))
        .map(|(version, _)| version.trim().to_owned())
        .ok_or_else(|| format!("{} has no <{property}>", pom.display()))
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/neo4j")
}

fn target() -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    scratch.parent().unwrap_or(scratch).to_owned()
}

/// What is run.
struct Program {
    java: PathBuf,
    jars: PathBuf,
    purpose: Purpose,
}

/// A Neo4j process with a data folder of its own.
struct Server {
    /// None while it is killed.
    running: Mutex<Option<Running>>,
    program: Program,
    port: u16,
    data: tempfile::TempDir,
}

/// The process.
struct Running {
    process: Child,
    /// Closing it tells the process to end, also when this process is killed.
    alive: Option<ChildStdin>,
    /// What it prints.
    lines: mpsc::Receiver<String>,
}

impl Server {
    fn start(program: Program) -> Result<Server, String> {
        let data = tempfile::Builder::new()
            .prefix("neo4j-data-")
            .tempdir_in(target())
            .map_err(|e| format!("no folder for Neo4j's data: {e}"))?;
        let (running, port) = Running::start(&program, data.path(), 0)?;
        Ok(Server { running: Mutex::new(Some(running)), program, port, data })
    }
}

impl Running {
    /// Starts the process over a folder, at a port (0: any), and waits until it accepts connections.
    fn start(program: &Program, data: &Path, port: u16) -> Result<(Running, u16), String> {
        let Program { java, jars, purpose } = program;
        let log = data.join("console.log");
        let console = fs::File::create(&log).map_err(|e| format!("{} cannot be written: {e}", log.display()))?;
        let mut process = Command::new(java)
            .args(purpose.flags())
            .args(["-Xmx768m", "-XX:+UseSerialGC", "--add-opens=java.base/java.nio=ALL-UNNAMED", "-cp"])
            .arg(jars.join("*"))
            .arg(sources().join("Neo4j.java"))
            .arg(data)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(console)
            .spawn()
            .map_err(|e| {
                format!("{} does not run: {e}. Install Java 17, or name a Neo4j with NEO4J_URI", java.display())
            })?;
        let alive = process.stdin.take();
        let stdout = process.stdout.take().ok_or("java has no standard output")?;
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // The receiver is gone when the server ends; then nobody asks.
                send.send(line).ok();
            }
        });
        let until = Instant::now() + STARTUP;
        let running = Running { process, alive, lines };
        loop {
            let line = running.lines.recv_timeout(until.saturating_duration_since(Instant::now())).map_err(|_| {
                let said = fs::read_to_string(&log).unwrap_or_default();
                let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
                format!("Neo4j does not start within {} s: {last}", STARTUP.as_secs())
            })?;
            if let Some(port) = line.strip_prefix("ready ").and_then(|port| port.trim().parse().ok()) {
                return Ok((running, port));
            }
        }
    }
}

impl Neo4j {
    /// Kills the process (SIGKILL): nothing is closed, nothing is said to its clients.
    pub fn kill(&self) -> Result<(), String> {
        let server = self.server.as_ref().ok_or("only a Neo4j of our own is killed")?;
        let taken = server.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut running = taken.ok_or("Neo4j does not run")?;
        running.process.kill().map_err(|e| format!("Neo4j is not killed: {e}"))?;
        running.process.wait().map(drop).map_err(|e| format!("Neo4j does not end: {e}"))
    }

    /// Starts it again after [`Neo4j::kill`], at the same port, over the same data; returns when it accepts connections.
    pub fn restart(&self) -> Result<(), String> {
        let server = self.server.as_ref().ok_or("only a Neo4j of our own is started")?;
        let (running, _) = Running::start(&server.program, server.data.path(), server.port)?;
        *server.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.alive.take());
        let since = Instant::now();
        while since.elapsed() < SHUTDOWN {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // It is our own child and its data are thrown away.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
