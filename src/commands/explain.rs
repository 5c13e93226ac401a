//! `mdgraph explain`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use mdgraph::api::engine::PlanEngine;
use mdgraph::config::{Limits, OntologySettings, SeedSettings};
use mdgraph::ingest;
use mdgraph::plan::explain::explain;
use mdgraph::store::Store;
use mdgraph::store::memory::{Memory, Snapshot};
use mdgraph::store::neo4j::render;

use super::{Failure, ontology, seed, seed_failure};

/// The command's flags.
#[derive(Args)]
pub struct Explain {
    /// File with the document
    #[arg(short, long, value_name = "FILE")]
    query: PathBuf,
    /// File with the variables, a JSON object
    #[arg(short = 'v', long, value_name = "FILE")]
    variables: Option<PathBuf>,
    /// The operation, if the document has several
    #[arg(short, long, value_name = "NAME")]
    operation: Option<String>,
    #[command(flatten)]
    ontology: OntologySettings,
    #[command(flatten)]
    seed: SeedSettings,
    #[command(flatten)]
    limits: Limits,
}

/// The text of a file, or why there is none.
fn text(path: &PathBuf) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()).into())
}

impl Explain {
    /// Prints the plan of each root field and its Cypher; starts are chosen by the counts of the seed.
    pub fn run(self) -> Result<(), Failure> {
        let ontology = Arc::new(ontology(&self.ontology)?);
        let loaded = ingest::load(&ontology, &seed(&self.seed)?).map_err(|problems| seed_failure(&problems))?;
        let retired = loaded.graph.retired.iter();
        let retired = retired.map(|(id, node)| (id.clone(), loaded.graph.node(*node).id.clone())).collect();
        let store = Store::Memory(Memory::new(Snapshot::new(Arc::new(loaded.graph))));
        let engine = PlanEngine::new(ontology.clone(), store, self.limits)?;
        let variables = match &self.variables {
            Some(path) => serde_json::from_str(&text(path)?)
                .map_err(|error| format!("{} holds no JSON object: {error}", path.display()))?,
            None => serde_json::Map::new(),
        };
        let roots = engine.explain(&text(&self.query)?, self.operation.as_deref(), &variables);
        let roots = roots.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        let mut printed = String::new();
        for (name, view, root) in &roots {
            let statement = render::statement(&ontology, &retired, root, view);
            printed.push_str(&format!("# {name}\n{}\n{}\n", explain(root, view, &ontology), statement.text));
            for (parameter, value) in &statement.parameters {
                printed.push_str(&format!("${parameter} = {value:?}\n"));
            }
            printed.push('\n');
        }
        match std::io::stdout().write_all(printed.as_bytes()) {
            // Whoever reads may have seen enough.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }
}
