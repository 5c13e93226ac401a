//! `mdgraph check`.

use std::io::Write;
use std::sync::Arc;

use clap::Args;
use mdgraph::config::{OntologySettings, SeedSettings};
use mdgraph::ingest;

use super::{Failure, ontology, seed};

/// The command's flags.
#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    ontology: OntologySettings,
    #[command(flatten)]
    seed: SeedSettings,
    /// Take warnings (documents that conflict, statements that look mistaken) for errors
    #[arg(long)]
    strict: bool,
}

impl Check {
    /// Prints every problem of the seed as `file:line: what, and how to mend it`, or a line of counts.
    pub fn run(self) -> Result<(), Failure> {
        let ontology = Arc::new(ontology(&self.ontology)?);
        let files = seed(&self.seed)?;
        let report = ingest::check(&ontology, &files, self.strict);
        match std::io::stdout().write_all(report.to_string().as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
        if report.passed {
            Ok(())
        } else {
            Err("the seed has the problems printed above; mend them and check again".into())
        }
    }
}
