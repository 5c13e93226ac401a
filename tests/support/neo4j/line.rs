//! The lines of Neo4j's releases that tests run over: a Java for each, and its jars.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{sources, target};

/// A line of releases.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Long-term support.
    Lts,
    /// Named after their month.
    Calendar,
}

/// The first Java that runs calendar releases.
const CALENDAR_JAVA: u32 = 21;

impl Line {
    /// Those that are tested: what `MDGRAPH_TEST_NEO4J` names, else the long-term line and, where a Java is that runs it, the other.
    pub fn of_environment() -> Result<Vec<Line>, String> {
        match std::env::var("MDGRAPH_TEST_NEO4J").as_deref() {
            Err(_) | Ok("") => {
                let calendar = newest_java().map(|_| Line::Calendar);
                if calendar.is_none() {
                    eprintln!(
                        "no Java {CALENDAR_JAVA} or later: Neo4j's calendar release is NOT tested, its long-term line is"
                    );
                }
                Ok([Line::Lts].into_iter().chain(calendar).collect())
            }
            Ok("lts") => Ok(vec![Line::Lts]),
            Ok("calendar") => Ok(vec![Line::Calendar]),
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
    pub fn java(self) -> Result<PathBuf, String> {
        match self {
            Line::Lts => Ok("java".into()),
            Line::Calendar => newest_java().ok_or_else(|| {
                format!("a calendar release runs on Java {CALENDAR_JAVA} or later, and none is installed; install one, or set JAVA_HOME")
            }),
        }
    }

    /// The version that the POM pins, which names the folder of its jars.
    pub fn version(self) -> Result<String, String> {
        let (pom, property) = (pom(), self.property());
        let text = fs::read_to_string(&pom).map_err(|e| format!("{} cannot be read: {e}", pom.display()))?;
        text.split_once(&format!("<{property}>"))
            .and_then(|(_, rest)| rest.split_once("</"))
            .map(|(version, _)| version.trim().to_owned())
            .ok_or_else(|| format!("{} has no <{property}>", pom.display()))
    }

    /// The folder of jars, fetched by Maven unless it is there. It appears under its name only when it is complete, and by one rename,
    /// so that processes that fetch at the same time do not meet.
    pub fn jars(self) -> Result<PathBuf, String> {
        let version = self.version()?;
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
        eprintln!("Maven fetches Neo4j {version} (120 MB, once; a minute or two) …");
        let output = Command::new("mvn")
            .args(["--quiet", "--batch-mode", "--file"])
            .arg(pom())
            .arg("dependency:copy-dependencies")
            .arg(format!("-D{}={version}", Line::Lts.property()))
            .arg(format!("-DoutputDirectory={}", partial.path().display()))
            .stdin(Stdio::null())
            .output()
            .map_err(|e| format!("Maven (mvn) does not run: {e}. Install it, or name a Neo4j with NEO4J_URI"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            let first = said.lines().find(|line| line.contains("ERROR")).unwrap_or("it says nothing");
            return Err(format!("Maven could not fetch Neo4j {version}: {first}"));
        }
        match fs::rename(partial.path(), &complete) {
            Ok(()) => Ok(complete),
            Err(_) if complete.is_dir() => Ok(complete), // another process was first
            Err(e) => Err(format!("{} cannot be created: {e}", complete.display())),
        }
    }
}

fn pom() -> PathBuf {
    sources().join("pom.xml")
}

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
