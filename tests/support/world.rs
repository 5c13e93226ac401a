//! An ontology with its seed, served over memory and over Neo4j as the program serves them.

use super::neo4j::{Fleet, Neo4j, at_once};
use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use libtest_mimic::Failed;
use mdgraph::api::engine::PlanEngine;
use mdgraph::api::table::TableRequest;
use mdgraph::api::{Engine as _, Request, RequestId, Table as _};
use mdgraph::config::Limits;
use mdgraph::graph::Graph;
use mdgraph::ingest::{self, SeedFile};
use mdgraph::ontology::Ontology;
use mdgraph::plan::explain::explain;
use mdgraph::store::Store;
use mdgraph::store::memory::{Memory, Snapshot};
use mdgraph::store::neo4j::Neo4jStore;
use mdgraph::store::neo4j::client::{Address, Client, Limits as ClientLimits};
use mdgraph::store::neo4j::import::import;
use mdgraph::store::neo4j::render;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// One for all: the connections of a pool belong to the runtime that made them.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime starts"));

/// How long one answer may take; the limit of requests is not what these tests are about.
const PATIENCE: Duration = Duration::from_secs(60);

/// What answers requests over one store.
pub struct Service(PlanEngine);

impl Service {
    fn new(ontology: &Arc<Ontology>, store: Store, limits: Limits) -> Result<Service, String> {
        PlanEngine::new(ontology.clone(), store, limits).map(Service).map_err(|e| e.to_string())
    }

    /// The answer to a request, as it is sent.
    pub fn answer(
        &self,
        document: &str,
        variables: Map<String, Value>,
        operation: Option<String>,
    ) -> Result<String, String> {
        let request = request(document, variables, operation);
        let response = RUNTIME.block_on(self.0.execute(request, Instant::now() + PATIENCE));
        String::from_utf8(response.body).map_err(|e| format!("the answer is not UTF-8: {e}"))
    }
}

impl Service {
    /// A whole table.
    pub fn table(&self, request: &TableRequest) -> Result<String, String> {
        let mut table = self.0.table(request, RequestId::next()).map_err(|e| e.to_string())?;
        let mut whole = Vec::new();
        while let Some(part) = RUNTIME.block_on(table.next(Instant::now() + PATIENCE)).map_err(|e| e.to_string())? {
            whole.extend(part);
        }
        String::from_utf8(whole).map_err(|e| format!("the table is not UTF-8: {e}"))
    }
}

/// What answers requests over several databases, by their names.
pub struct Databases(Vec<(String, Service)>);

impl Databases {
    /// The answers to a request, which all are asked at once, each after the name of the database; a failure stands for an answer.
    pub fn answers(
        &self,
        document: &str,
        variables: &Map<String, Value>,
        operation: Option<&str>,
    ) -> Vec<(&str, String)> {
        at_once(&self.0, |(name, service)| {
            let answer = service.answer(document, variables.clone(), operation.map(str::to_owned));
            (name.as_str(), answer.unwrap_or_else(|failure| failure))
        })
    }
}

fn request(document: &str, variables: Map<String, Value>, operation: Option<String>) -> Request {
    let query = document.to_owned();
    Request { id: RequestId::next(), query, operation_name: operation, variables, is_get: false }
}

/// The ontology of a folder of `tests/graphs/`, or the shipped one.
pub fn ontology(folder: Option<&str>) -> Result<Arc<Ontology>, String> {
    let read = match folder {
        None => Ontology::embedded().map_err(|errors| lines(&errors)),
        Some(name) => Ontology::from_directory(&graphs().join(name).join("ontology")).map_err(|e| e.to_string()),
    };
    read.map(Arc::new)
}

/// `tests/graphs/`
fn graphs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphs")
}

fn lines<T: std::fmt::Display>(problems: &[T]) -> String {
    problems.iter().map(|p| format!("{p}\n")).collect()
}

/// A graph, served from memory.
pub struct World {
    /// The graph.
    pub graph: Arc<Graph>,
    /// Over memory.
    pub memory: Service,
    limits: Limits,
}

impl World {
    /// The graph of a folder of `tests/graphs/`, or the shipped one. A folder has `seed/` and perhaps `ontology/`, or a file
    /// `ontology-of` that names the folder whose ontology it takes; else the shipped ontology.
    pub fn load(folder: Option<&str>) -> Result<World, String> {
        let Some(name) = folder else {
            return World::new(ontology(None)?, ingest::embedded(), Limits::default());
        };
        let root = graphs().join(name);
        let of = std::fs::read_to_string(root.join("ontology-of")).ok();
        let own = root.join("ontology").is_dir().then_some(name);
        let seed = ingest::directory(&root.join("seed")).map_err(|e| e.to_string())?;
        World::new(ontology(of.as_deref().map(str::trim).or(own))?, seed, Limits::default())
    }

    /// A graph of seed files by name and text; with wide limits, since what asks it is made up.
    pub fn of(ontology: Arc<Ontology>, files: Vec<(String, String)>) -> Result<World, String> {
        let files = files.into_iter().map(|(name, text)| SeedFile { name, text }).collect();
        World::new(ontology, files, World::wide())
    }

    /// Limits that requests made up do not meet.
    pub fn wide() -> Limits {
        Limits { aliases: 10_000, cost: 100_000_000, depth: 100, ..Limits::default() }
    }

    fn new(ontology: Arc<Ontology>, files: Vec<SeedFile>, limits: Limits) -> Result<World, String> {
        let graph = Arc::new(ingest::load(&ontology, &files).map_err(|problems| lines(&problems))?.graph);
        let store = Store::Memory(Memory::new(Snapshot::new(graph.clone())));
        Ok(World { memory: Service::new(&ontology, store, limits)?, graph, limits })
    }

    /// The same with wide limits.
    pub fn widened(self) -> Result<World, String> {
        let store = Store::Memory(Memory::new(Snapshot::new(self.graph.clone())));
        let limits = World::wide();
        Ok(World { memory: Service::new(&self.graph.ontology, store, limits)?, graph: self.graph, limits })
    }

    /// The published types.
    pub fn schema(&self) -> Result<Valid<Schema>, String> {
        Schema::parse_and_validate(self.memory.0.sdl(), "api.graphql").map_err(|e| e.errors.to_string())
    }

    /// The plan of a request, root by root, and its Cypher; none of a request that is refused.
    pub fn explain(
        &self,
        document: &str,
        variables: &Map<String, Value>,
        operation: Option<&str>,
    ) -> Option<(String, String)> {
        let engine = &self.memory.0;
        let verdict = engine.prepare(document);
        let prepared = verdict.as_ref().as_ref().ok()?;
        let operation = prepared.operation(operation).ok()?;
        let session = engine.store().session();
        let planned = engine.plan(prepared, operation, variables, &session).ok()?;
        let nodes = &self.graph;
        let retired = nodes.retired.iter().map(|(id, by)| (id.clone(), nodes.node(*by).id.clone())).collect();
        let (mut plan, mut cypher) = (String::new(), String::new());
        for (field, (view, root)) in planned.selection.iter().zip(&planned.roots) {
            let Some(root) = root else { continue };
            plan.push_str(&format!("# {}\n{}\n", field.name, explain(root, view, &self.graph.ontology)));
            let statement = render::statement(&self.graph.ontology, &retired, root, view);
            cypher.push_str(&format!("// {}\n{}\n", field.name, statement.text));
            for (name, value) in &statement.parameters {
                cypher.push_str(&format!("// ${name} = {value:?}\n"));
            }
            cypher.push('\n');
        }
        Some((plan, cypher))
    }

    /// The same graph over each database, whose content it replaces.
    pub fn on_each(&self, fleet: &Fleet) -> Result<Databases, Failed> {
        fleet.each(|neo4j| Ok((neo4j.name.clone(), self.on_neo4j(neo4j)?))).map(Databases)
    }

    /// The same graph over a database, whose content it replaces.
    pub fn on_neo4j(&self, neo4j: &Neo4j) -> Result<Service, String> {
        let (uri, user, password) = (neo4j.uri.clone(), neo4j.user.clone(), neo4j.password.clone());
        let limits = ClientLimits { answer: PATIENCE, ..ClientLimits::default() };
        let client =
            Client::new(&Address { uri, user, password, database: None }, limits).map_err(|e| e.to_string())?;
        RUNTIME.block_on(import(&client, &self.graph)).map_err(|e| e.to_string())?;
        let ontology = &self.graph.ontology;
        Service::new(ontology, Store::Neo4j(Neo4jStore::new(client, ontology.clone())), self.limits)
    }
}
