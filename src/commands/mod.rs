//! What the command line can do, one module a command.

pub mod check;
pub mod explain;
pub mod schema;
pub mod serve;

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

/// The seed of a directory, or the one compiled in.
pub fn seed(settings: &mdgraph::config::SeedSettings) -> Result<Vec<mdgraph::ingest::SeedFile>, Failure> {
    match &settings.seed {
        Some(directory) => Ok(mdgraph::ingest::directory(directory)?),
        None => Ok(mdgraph::ingest::embedded()),
    }
}

/// What is wrong in a seed, one problem a line.
pub fn seed_failure(problems: &[mdgraph::ingest::Problem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    format!("the seed is not loaded:\n{}", lines.join("\n")).into()
}
