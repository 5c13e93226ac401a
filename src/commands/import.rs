//! `mdgraph import`.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use mdgraph::config::{LogSettings, OntologySettings, SeedSettings, StoreSettings};
use mdgraph::{ingest, store, telemetry};

use super::{Failure, neo4j, ontology, seed, seed_failure};

/// The command's flags.
#[derive(Args)]
pub struct Import {
    #[command(flatten)]
    store: StoreSettings,
    #[command(flatten)]
    ontology: OntologySettings,
    #[command(flatten)]
    seed: SeedSettings,
    #[command(flatten)]
    log: LogSettings,
}

impl Import {
    /// Makes the database hold the seed.
    pub fn run(self) -> Result<(), Failure> {
        let started = Instant::now();
        let log = telemetry::start(&self.log)
            .map_err(|error| format!("--log {}: {error}; give a level such as info", self.log.filter))?;
        let client = neo4j(&self.store)?.ok_or(
            "import fills a database: name one, such as --store bolt://127.0.0.1:7687, or --store neo4j with NEO4J_URI",
        )?;
        let ontology = Arc::new(ontology(&self.ontology)?);
        let loaded = ingest::load(&ontology, &seed(&self.seed)?).map_err(|problems| seed_failure(&problems))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let imported = runtime.block_on(store::neo4j::import::import(&client, &loaded.graph));
        drop(log);
        let imported = imported.map_err(|error| format!("{error}; what the database said stands in the log above"))?;
        // Where nobody reads this line there is nobody to tell.
        let _ = writeln!(
            std::io::stdout(),
            "mdgraph: imported {} entities, {} facts and {} observations in {:.2} s",
            imported.entities,
            imported.facts,
            imported.observations,
            started.elapsed().as_secs_f64()
        );
        Ok(())
    }
}
