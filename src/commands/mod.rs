//! What the command line can do, one module a command.

pub mod check;
pub mod explain;
pub mod export;
pub mod generate;
pub mod import;
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

/// A client of the Neo4j that the settings name; none for the store in memory. Does not connect yet.
pub fn neo4j(
    settings: &mdgraph::config::StoreSettings,
) -> Result<Option<mdgraph::store::neo4j::client::Client>, Failure> {
    neo4j_with(settings, mdgraph::store::neo4j::client::Limits::default())
}

/// The same with limits of its own, but for those that the settings name.
pub fn neo4j_with(
    settings: &mdgraph::config::StoreSettings,
    limits: mdgraph::store::neo4j::client::Limits,
) -> Result<Option<mdgraph::store::neo4j::client::Client>, Failure> {
    use mdgraph::config::Token as Given;
    use mdgraph::store::neo4j::client::{Address, Client, Limits};
    use mdgraph::store::neo4j::token::Token;
    let Some(settings) = settings.neo4j()? else { return Ok(None) };
    let address =
        Address { uri: settings.uri, user: settings.user, password: settings.password.0, database: settings.database };
    let limits = Limits { connections: settings.connections as usize, wait: settings.wait, ..limits };
    let token = settings.token.map(|token| match token {
        Given::Text(secret) => Token::Text(secret.0),
        Given::File(path) => Token::File(path),
    });
    Ok(Some(match token {
        None => Client::new(&address, limits)?,
        Some(token) => Client::with_token(&address, token, limits)?,
    }))
}
