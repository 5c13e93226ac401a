//! Where a server's data come from: loaded at its start, and again when they change.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mdgraph::api::current::Current;
use mdgraph::api::engine::PlanEngine;
use mdgraph::config::{Limits, OntologySettings, SeedSettings, StoreAddress, StoreSettings};
use mdgraph::ingest::{self, Loaded};
use mdgraph::metrics::Metrics;
use mdgraph::ontology::Ontology;
use mdgraph::store::memory::{Memory, Snapshot};
use mdgraph::store::neo4j::Neo4jStore;
use mdgraph::store::{NotReady, Store};
use tokio::runtime::Handle;

use crate::commands::{Failure, neo4j, ontology, seed, seed_failure};

/// How long a database is waited for.
const FIRST_ANSWER: Duration = Duration::from_secs(3);

/// Ontology, seed and store as the flags name them.
pub struct Source {
    pub ontology: OntologySettings,
    pub seed: SeedSettings,
    pub store: StoreSettings,
    pub limits: Limits,
    pub metrics: Arc<Metrics>,
}

impl Source {
    /// An engine over the data as they are now, and in words how much that is.
    pub fn load(&self, runtime: &Handle) -> Result<(PlanEngine, String), Failure> {
        let ontology = Arc::new(ontology(&self.ontology)?);
        let Some(store) = self.database(&ontology)? else {
            let loaded = self.graph(&ontology)?;
            let words = format!("loaded {}", loaded.summary());
            return Ok((self.over(ontology, in_memory(loaded))?, words));
        };
        // The database need not answer: the server starts, says that it is not ready, and answers as soon as the database does.
        let words = match runtime.block_on(store.ready(Instant::now() + FIRST_ANSWER)) {
            Ok(()) => "over Neo4j, which answers".to_owned(),
            Err(NotReady::Lacks(words)) => format!("over Neo4j, which is not ready: {words}"),
            Err(NotReady::Store(_)) => "over Neo4j, which does not answer yet".to_owned(),
        };
        Ok((self.over(ontology, Store::Neo4j(store))?, words))
    }

    /// Loads the data again and puts them in force, or says what is wrong with them and leaves everything as it was.
    pub fn reload(&self, current: &Current<PlanEngine>, runtime: &Handle) -> Result<String, Failure> {
        let ontology = ontology(&self.ontology)?;
        let engine = current.engine();
        let known = &engine.context().ontology;
        // The same text gives the same ids: documents that were prepared with them stay good.
        let (ontology, same) =
            if ontology.hash == known.hash { (known.clone(), true) } else { (Arc::new(ontology), false) };
        match engine.store() {
            Store::Memory(memory) => {
                let loaded = self.graph(&ontology)?;
                let words = format!("loaded {}", loaded.summary());
                if same {
                    memory.replace(Snapshot::new(Arc::new(loaded.graph)));
                } else {
                    current.replace(self.over(ontology, in_memory(loaded))?);
                }
                Ok(words)
            }
            Store::Neo4j(store) if same => {
                runtime.block_on(store.ready(Instant::now() + FIRST_ANSWER))?;
                Ok("looked at the database again: it answers; the ontology is the same".to_owned())
            }
            Store::Neo4j(_) => {
                let store = self.database(&ontology)?.ok_or("the store is a database no more")?;
                runtime.block_on(store.ready(Instant::now() + FIRST_ANSWER)).map_err(|why| {
                    format!("the ontology changed, but {why}; run mdgraph import with it, then reload again")
                })?;
                current.replace(self.over(ontology, Store::Neo4j(store))?);
                Ok("the ontology changed, and the database holds an import of it".to_owned())
            }
        }
    }

    /// The directories that a change in would be a change of the data: of the ontology, and of the seed where it is served.
    pub fn directories(&self) -> Vec<PathBuf> {
        let seed = self.seed.seed.clone().filter(|_| self.store.store == StoreAddress::Memory);
        self.ontology.schema.iter().cloned().chain(seed).collect()
    }

    /// Whether there is anything that could change while the server runs.
    pub fn can_change(&self) -> bool {
        self.store.store != StoreAddress::Memory || !self.directories().is_empty()
    }

    fn graph(&self, ontology: &Arc<Ontology>) -> Result<Loaded, Failure> {
        ingest::load(ontology, &seed(&self.seed)?).map_err(|problems| seed_failure(&problems))
    }

    fn database(&self, ontology: &Arc<Ontology>) -> Result<Option<Neo4jStore>, Failure> {
        Ok(neo4j(&self.store)?.map(|client| Neo4jStore::new(client, ontology.clone())))
    }

    fn over(&self, ontology: Arc<Ontology>, store: Store) -> Result<PlanEngine, Failure> {
        Ok(PlanEngine::new(ontology, store, self.limits)?.measured(self.metrics.clone()))
    }
}

fn in_memory(loaded: Loaded) -> Store {
    Store::Memory(Memory::new(Snapshot::new(Arc::new(loaded.graph))))
}
