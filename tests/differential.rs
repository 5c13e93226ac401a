//! Memory against Neo4j: graphs and requests made up, the same bytes demanded.
//!
//! `cargo test --test differential -- --requests 50000 --seed 7` asks for more or repeats a run; the seed is printed. A disagreement is
//! made smaller and kept as a case under `tests/cases/differential/`, with its graph under `tests/graphs/`: it fails from then on,
//! over Neo4j or (once `response.json` says what is right) over memory.

#[path = "differential/mod.rs"]
mod made_up;
mod support;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use made_up::generate::{Generator, Samples};
use made_up::request::Request;
use made_up::seed::{Seed, Size};
use made_up::{seed, shrink};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use support::json::pretty;
use support::neo4j::{Fleet, is_required, start_for_long, start_or_skip};
use support::random::Random;
use support::world::{Databases, World};

/// Requests of a run, over all graphs, unless `--requests` says otherwise.
const REQUESTS: usize = 5_000;
/// Requests of one form with different values, besides the pages that follow them: to plan a statement takes Neo4j longer than to run it.
const VALUES: usize = 40;
/// A request that takes longer is told: its statement may be one that Neo4j plans badly.
const SLOW: Duration = Duration::from_secs(10);
/// The seed unless `--seed` says otherwise: a run in CI repeats the last one.
const SEED: u64 = 2022;
/// Disagreements that one graph's trial makes smaller and keeps before it gives up.
const KEPT: usize = 1;

/// The graphs: the ontology (a folder of `tests/graphs/`, or the shipped one) and how much is made up for it; `None` takes the
/// shipped seed as it is.
const GRAPHS: [(&str, Option<&str>, Option<Size>); 6] = [
    ("odd, tiny", Some("odd"), Some(Size { entities: 12, facts: 30, observations: 8, documents: 3 })),
    ("odd, small", Some("odd"), Some(Size { entities: 40, facts: 140, observations: 30, documents: 4 })),
    ("odd, dense", Some("odd"), Some(Size { entities: 16, facts: 220, observations: 40, documents: 5 })),
    ("industry, small", None, Some(Size { entities: 60, facts: 150, observations: 30, documents: 3 })),
    ("industry, dense", None, Some(Size { entities: 90, facts: 600, observations: 80, documents: 5 })),
    ("shipped", None, None),
];

struct Run {
    requests: usize,
    seed: u64,
    fleet: OnceLock<Result<Fleet, String>>,
}

fn main() -> ExitCode {
    // RUST_LOG=mdgraph=debug tells why a store refused.
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let mut rest = Vec::new();
    let (mut requests, mut seed) = (REQUESTS, SEED);
    let mut arguments = std::env::args();
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse::<u64>().ok());
        match argument.as_str() {
            "--requests" => requests = number().map_or(requests, |n| n as usize),
            "--seed" => seed = number().unwrap_or(seed),
            _ => rest.push(argument),
        }
    }
    let mut arguments = Arguments::from_iter(rest);
    // They share the databases.
    arguments.test_threads = Some(1);
    let run = Arc::new(Run { requests, seed, fleet: OnceLock::new() });
    let trials = GRAPHS
        .iter()
        .enumerate()
        .map(|(number, &(name, ontology, size))| {
            let run = run.clone();
            Trial::ignorable_test(name, move || run.trial(number, ontology, size))
        })
        .collect();
    eprintln!("differential: seed {seed}, {requests} requests");
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(run); // ends the servers before the process exits
    conclusion.exit_code()
}

/// A graph in memory and in each Neo4j.
struct Both<'a> {
    world: &'a World,
    databases: &'a Databases,
}

impl Both<'_> {
    /// Memory's answer, and whether all others are the same.
    fn ask(&self, request: &Request) -> (String, bool) {
        let (document, variables) = (request.document(), request.variables());
        let memory = self.world.memory.answer(&document, variables.clone(), None).unwrap_or_else(|e| e);
        let others = self.databases.answers(&document, &variables, None);
        let agree = others.iter().all(|(_, answer)| *answer == memory);
        (memory, agree)
    }

    /// Memory's answer, if any other differs.
    fn differ(&self, request: &Request) -> Option<String> {
        let (memory, agree) = self.ask(request);
        (!agree).then_some(memory)
    }
}

impl Run {
    fn trial(&self, number: usize, ontology: Option<&str>, size: Option<Size>) -> Result<Completion, Failed> {
        let start = if self.requests > REQUESTS { start_for_long } else { start_or_skip };
        let fleet = match self.fleet.get_or_init(start) {
            Ok(fleet) => fleet,
            Err(why) if is_required() => return Err(why.as_str().into()),
            Err(why) => return Ok(Completion::ignored_with(why.as_str())),
        };
        let random = Random::new(self.seed).fork(number as u64 + 1);
        let (world, made) = match size {
            None => (World::load(None)?.widened()?, None),
            Some(size) => {
                let read = support::world::ontology(ontology)?;
                let made = seed::generate(&read, size, &mut random.fork(1));
                (World::of(read, made.files())?, Some(made))
            }
        };
        let databases = world.on_each(fleet)?;
        let both = Both { world: &world, databases: &databases };
        let schema = world.schema()?;
        let samples = Samples::of(&world.graph);
        let mut generator = Generator::new(&schema, &samples, random.fork(2));
        let mut choices = random.fork(3);
        let wanted = self.requests.div_ceil(GRAPHS.len());
        let (mut asked, mut refused, mut found) = (0, 0, Vec::new());
        let mut open: Vec<Request> = Vec::new();
        let began = Instant::now();
        while asked < wanted && found.len() < KEPT {
            let Some(request) = open.pop() else {
                open = generator.requests(VALUES);
                continue;
            };
            asked += 1;
            let since = Instant::now();
            let (answer, agree) = both.ask(&request);
            if since.elapsed() > SLOW {
                eprintln!(
                    "graph {number}: request {asked} took {} s: {}",
                    since.elapsed().as_secs(),
                    request.document()
                );
            }
            if !agree {
                found.push(self.keep(&both, fleet, ontology, made.as_ref(), request, (number, asked))?);
                if made.is_some() {
                    // Shrinking the graph has loaded others.
                    world.on_each(fleet)?;
                }
                continue;
            }
            let answer: serde_json::Value = serde_json::from_str(&answer)?;
            refused += usize::from(answer.get("errors").is_some());
            if choices.chance(55) {
                open.extend(request.follow(&answer, &mut |bound| choices.below(bound)));
            }
        }
        eprintln!("graph {number}: {asked} of {wanted} requests, {refused} refused, {} s", began.elapsed().as_secs());
        if !found.is_empty() {
            let names: Vec<String> = found.iter().map(|f| f.display().to_string()).collect();
            return Err(format!("the stores disagree (seed {}); kept as {}", self.seed, names.join(", ")).into());
        }
        // The generator is to make valid requests: errors agree too, but say little.
        if refused * 20 > asked {
            return Err(format!("{refused} of {asked} requests were refused: the generator makes wrong ones").into());
        }
        Ok(Completion::Completed)
    }

    /// Makes it smaller and writes it as a case.
    fn keep(
        &self,
        both: &Both<'_>,
        fleet: &Fleet,
        ontology: Option<&str>,
        made: Option<&Seed>,
        request: Request,
        place: (usize, usize),
    ) -> Result<PathBuf, Failed> {
        let smaller = shrink::request(request, 1_500, |candidate| both.differ(candidate).is_some());
        let name = format!("s{}-g{}-r{}", self.seed, place.0, place.1);
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let mut answer = both.differ(&smaller).unwrap_or_default();
        let folder = tests.join("cases/differential").join(&name);
        std::fs::create_dir_all(&folder)?;
        let mut request = smaller;
        if let Some(made) = made {
            let shows = |candidate: &Seed| -> Option<String> {
                let world = World::of(support::world::ontology(ontology).ok()?, candidate.files()).ok()?;
                let databases = world.on_each(fleet).ok()?;
                Both { world: &world, databases: &databases }.differ(&request)
            };
            let least = shrink::seed(made.clone(), 80, |candidate| shows(candidate).is_some());
            let graph = tests.join("graphs").join(format!("differential-{name}"));
            for (file, text) in least.files() {
                let path = graph.join("seed").join(file);
                std::fs::create_dir_all(path.parent().unwrap_or(&graph))?;
                std::fs::write(path, text)?;
            }
            if let Some(ontology) = ontology {
                std::fs::write(graph.join("ontology-of"), format!("{ontology}\n"))?;
            }
            std::fs::write(folder.join("graph"), format!("differential-{name}\n"))?;
            let world = World::of(support::world::ontology(ontology)?, least.files())?;
            let databases = world.on_each(fleet)?;
            let both = Both { world: &world, databases: &databases };
            request = shrink::request(request, 300, |candidate| both.differ(candidate).is_some());
            answer = both.differ(&request).unwrap_or(answer);
        }
        std::fs::write(folder.join("request.graphql"), request.document())?;
        if !request.variables().is_empty() {
            std::fs::write(folder.join("variables.json"), pretty(&serde_json::to_string(&request.variables())?))?;
        }
        std::fs::write(folder.join("response.json"), pretty(&answer))?;
        Ok(folder)
    }
}
