//! `mdgraph generate`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use mdgraph::config::OntologySettings;
use mdgraph::generate::{Error, Industry};

use super::export::into;
use super::{Failure, ontology};

/// The command's flags.
#[derive(Args)]
pub struct Generate {
    /// How many companies; about four times as many entities and twenty times as many facts
    #[arg(long, value_name = "N")]
    companies: u32,
    /// Which industry of that size: the same number gives the same bytes, on every machine
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// File to write (*.ndjson, so that `--seed` reads it); standard output if not given. It appears under its name when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    ontology: OntologySettings,
}

impl Generate {
    /// Writes the industry, and says on standard error how much it is.
    pub fn run(self) -> Result<(), Failure> {
        let industry = Industry::new(Arc::new(ontology(&self.ontology)?), self.companies, self.seed)?;
        into(self.output.as_deref(), |out| match industry.write(out) {
            Ok(counts) => {
                let (entities, facts, observations) = (counts.entities, counts.facts, counts.observations);
                eprintln!("{entities} entities, {facts} facts, {observations} observations");
                Ok(())
            }
            // As it is, so that an output that nobody reads any more is known for that.
            Err(Error::Io(error)) => Err(error.into()),
            Err(error) => Err(error.into()),
        })
    }
}
