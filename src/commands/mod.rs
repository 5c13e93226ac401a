//! What the command line can do, one module a command.

pub mod check;
pub mod schema;

/// Why a command failed: said once, on standard error, with what to do.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The ontology of a directory, or the one compiled in.
pub fn ontology(settings: &mdgraph::config::OntologySettings) -> Result<mdgraph::ontology::Ontology, Failure> {
    use mdgraph::ontology::Ontology;
    match &settings.schema {
        Some(directory) => Ok(Ontology::from_directory(directory)?),
        None => Ok(Ontology::embedded().map_err(mdgraph::ontology::LoadError::Wrong)?),
    }
}
