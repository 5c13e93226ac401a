//! A Neo4j process of the tests' own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use super::{Neo4j, Operator, sources, target};

/// How long a server may take to accept connections; about 10 s is usual.
const STARTUP: Duration = Duration::from_secs(120);
/// How long a server may take to close its store before it is killed.
const SHUTDOWN: Duration = Duration::from_secs(10);

/// What is run.
pub(super) struct Program {
    pub java: PathBuf,
    pub jars: PathBuf,
    /// Flags for Java.
    pub flags: &'static [&'static str],
}

/// A Neo4j process with a data folder of its own.
pub(super) struct Server {
    /// None while it is killed.
    running: Mutex<Option<Running>>,
    program: Program,
    pub port: u16,
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
    pub fn start(program: Program) -> Result<Server, String> {
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
        let Program { java, jars, flags } = program;
        let log = data.join("console.log");
        let console = fs::File::create(&log).map_err(|e| format!("{} cannot be written: {e}", log.display()))?;
        let mut process = Command::new(java)
            .args(["-Xmx768m", "-XX:+UseSerialGC", "--add-opens=java.base/java.nio=ALL-UNNAMED"])
            .args(*flags)
            .arg("-cp")
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
