//! `mdgraph schema`.

use std::io::Write;

use clap::Args;
use mdgraph::api::schema::ApiSchema;
use mdgraph::config::OntologySettings;

use super::{Failure, ontology};

/// The command's flags.
#[derive(Args)]
pub struct Schema {
    #[command(flatten)]
    ontology: OntologySettings,
}

impl Schema {
    /// Prints the SDL that the server would serve.
    pub fn run(self) -> Result<(), Failure> {
        let api = ApiSchema::of(&ontology(&self.ontology)?)?;
        match std::io::stdout().write_all(api.sdl.as_bytes()) {
            // Whoever reads may have seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }
}
