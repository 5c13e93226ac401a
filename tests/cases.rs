//! Every folder `tests/cases/<area>/<case>/` is a case: a request, and what it answers, by which plan and which Cypher.
//!
//! | file | what |
//! | --- | --- |
//! | `request.graphql` | the document |
//! | `variables.json` | its variables, if any |
//! | `operation` | the operation's name, if the document has several |
//! | `graph` | the folder of `tests/graphs/` whose ontology and seed it asks; without it, the shipped ones |
//! | `response.json` | the answer, indented; it must be there |
//! | `plan.txt`, `cypher.txt` | what `mdgraph explain` prints of it; not there when the request is refused |
//!
//! Each is run over memory and over every Neo4j, which must give the same bytes, and is explained offline. `UPDATE=1` rewrites the
//! expectations from memory: read the diff before you believe it. Arguments filter, as for any test: `-- search/`.

mod support;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use support::json::pretty;
use support::neo4j::{Fleet, is_required, start_or_skip};
use support::world::{Databases, Service, World};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Neo4j's trials take turns anyway, and memory answers at once.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let cases = match Case::all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")) {
        Ok(cases) => cases,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let worlds: Arc<Worlds> = Arc::default();
    let database: Arc<Database> = Arc::default();
    let mut trials = Vec::new();
    for case in &cases {
        let (worlds, case) = (worlds.clone(), case.clone());
        let (other_worlds, other_case) = (worlds.clone(), case.clone());
        trials.push(Trial::test(format!("{} [memory]", case.name), move || case.over_memory(&worlds)));
        let case = other_case.clone();
        let worlds = other_worlds.clone();
        trials.push(Trial::test(format!("{} [plan]", case.name), move || case.explained(&worlds)));
    }
    for case in cases {
        let (worlds, database) = (worlds.clone(), database.clone());
        let name = format!("{} [neo4j]", case.name);
        trials.push(Trial::ignorable_test(name, move || case.over_neo4j(&worlds, &database)));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(database); // ends the servers before the process exits
    conclusion.exit_code()
}

/// Whether expectations are rewritten.
fn updating() -> bool {
    std::env::var("UPDATE").is_ok_and(|value| value == "1")
}

#[derive(Clone)]
struct Case {
    /// `<area>/<case>`
    name: String,
    folder: PathBuf,
    graph: Option<String>,
    document: String,
    variables: serde_json::Map<String, serde_json::Value>,
    operation: Option<String>,
}

impl Case {
    /// Every case, those of one graph together, by name.
    fn all(root: &Path) -> Result<Vec<Case>, String> {
        let mut cases = Vec::new();
        for area in folders(root)? {
            for folder in folders(&area)? {
                // Folders of other targets' cases have neither file.
                if ["request.graphql", "response.json"].iter().any(|file| folder.join(file).exists()) {
                    cases.push(Case::read(root, folder)?);
                }
            }
        }
        cases.sort_by(|a, b| (&a.graph, &a.name).cmp(&(&b.graph, &b.name)));
        Ok(cases)
    }

    fn read(root: &Path, folder: PathBuf) -> Result<Case, String> {
        let name = folder.strip_prefix(root).unwrap_or(&folder).display().to_string();
        let document = std::fs::read_to_string(folder.join("request.graphql"))
            .map_err(|e| format!("the case {name} has no request.graphql: {e}"))?;
        let optional = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
        let variables = match optional("variables.json") {
            Some(text) => serde_json::from_str(&text).map_err(|e| format!("{name}/variables.json: {e}"))?,
            None => serde_json::Map::new(),
        };
        let line = |file: &str| optional(file).map(|text| text.trim().to_owned());
        let (graph, operation) = (line("graph"), line("operation"));
        Ok(Case { name, folder, graph, document, variables, operation })
    }

    fn ask(&self, service: &Service) -> Result<String, Failed> {
        Ok(service.answer(&self.document, self.variables.clone(), self.operation.clone())?)
    }

    fn over_memory(&self, worlds: &Worlds) -> Result<(), Failed> {
        let world = worlds.get(self.graph.as_deref())?;
        let answer = self.ask(&world.memory)?;
        self.compare("response.json", Some(pretty(&answer)))
    }

    fn explained(&self, worlds: &Worlds) -> Result<(), Failed> {
        let world = worlds.get(self.graph.as_deref())?;
        let explained = world.explain(&self.document, &self.variables, self.operation.as_deref());
        let (plan, cypher) = explained.unzip();
        self.compare("plan.txt", plan)?;
        self.compare("cypher.txt", cypher)
    }

    fn over_neo4j(&self, worlds: &Worlds, database: &Database) -> Result<Completion, Failed> {
        let world = worlds.get(self.graph.as_deref())?;
        let expected = self.ask(&world.memory)?;
        let mut loaded = database.of(self.graph.as_deref(), &world);
        let answers = match &mut *loaded {
            Loaded::Is { databases, .. } => {
                databases.answers(&self.document, &self.variables, self.operation.as_deref())
            }
            Loaded::Failed { why, .. } => return Err(why.as_str().into()),
            Loaded::NoServer(why) if is_required() => return Err(why.as_str().into()),
            Loaded::NoServer(why) => return Ok(Completion::ignored_with(why.as_str())),
            Loaded::NotYet => return Err("nothing was loaded".into()),
        };
        for (name, answer) in answers {
            if answer != expected {
                let difference = difference(&pretty(&expected), &pretty(&answer));
                return Err(format!("{name} answers otherwise than memory.\n{difference}").into());
            }
        }
        Ok(Completion::Completed)
    }

    /// Holds what is now to what the file says; no file is to be there when there is nothing now.
    fn compare(&self, file: &str, now: Option<String>) -> Result<(), Failed> {
        let path = self.folder.join(file);
        let expected = std::fs::read_to_string(&path).ok();
        if expected == now {
            return Ok(());
        }
        if updating() {
            match now {
                Some(text) => std::fs::write(&path, text)?,
                None => std::fs::remove_file(&path)?,
            }
            return Ok(());
        }
        Err(match (expected, now) {
            (None, Some(now)) => format!("{file} is missing. It is now:\n{now}"),
            (Some(_), None) => format!("{file} is there, and the request has none: it was refused"),
            (Some(expected), Some(now)) => format!("{file} differs.\n{}", difference(&expected, &now)),
            (None, None) => String::new(),
        }
        .into())
    }
}

/// The folders in a folder, by name.
fn folders(root: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(root).map_err(|e| format!("{} cannot be read: {e}", root.display()))?;
    let mut folders: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

/// What differs between two texts: their lines between what they begin and end with alike.
fn difference(expected: &str, found: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let same = |(x, y): &(&&str, &&str)| x == y;
    let head = a.iter().zip(&b).take_while(same).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(same).count();
    let mut text = String::new();
    for (lines, sign) in [(&a, '-'), (&b, '+')] {
        for line in lines.iter().take(lines.len() - tail).skip(head).take(40) {
            text.push_str(&format!("{sign} {line}\n"));
        }
    }
    format!("from line {}:\n{text}", head + 1)
}

/// A graph, or why it could not be loaded.
type Attempt = Result<Arc<World>, String>;

/// The graphs in use, each loaded once.
#[derive(Default)]
struct Worlds(Mutex<BTreeMap<Option<String>, Arc<OnceLock<Attempt>>>>);

impl Worlds {
    fn get(&self, graph: Option<&str>) -> Attempt {
        let slot =
            self.0.lock().unwrap_or_else(|p| p.into_inner()).entry(graph.map(str::to_owned)).or_default().clone();
        slot.get_or_init(|| World::load(graph).map(Arc::new)).clone()
    }
}

/// Every Neo4j, and which graph they hold.
#[derive(Default)]
struct Database {
    fleet: OnceLock<Result<Fleet, String>>,
    loaded: Mutex<Loaded>,
}

#[derive(Default)]
enum Loaded {
    #[default]
    NotYet,
    NoServer(String),
    Failed {
        graph: Option<String>,
        why: String,
    },
    Is {
        graph: Option<String>,
        databases: Databases,
    },
}

impl Database {
    /// The databases with a graph loaded; others wait until they are let go.
    fn of(&self, graph: Option<&str>, world: &World) -> MutexGuard<'_, Loaded> {
        let mut loaded = self.loaded.lock().unwrap_or_else(|p| p.into_inner());
        let there = match &*loaded {
            Loaded::Is { graph, .. } | Loaded::Failed { graph, .. } => Some(graph.as_deref()),
            Loaded::NotYet | Loaded::NoServer(_) => None,
        };
        if there != Some(graph) {
            let graph = graph.map(str::to_owned);
            *loaded = match self.fleet.get_or_init(start_or_skip) {
                Err(why) => Loaded::NoServer(why.clone()),
                Ok(fleet) => match world.on_each(fleet) {
                    Ok(databases) => Loaded::Is { graph, databases },
                    Err(why) => {
                        let why = why.message().unwrap_or_default();
                        Loaded::Failed { graph, why: format!("the graph is not imported: {why}") }
                    }
                },
            };
        }
        loaded
    }
}
