//! The Neo4j that both peers over it ask, filled with the generated graph. Its address goes to their processes in the environment.

use super::Failure;
use super::neo4j::{Neo4j, start_to_measure};
use mdgraph::graph::Graph;
use mdgraph::store::neo4j::client::{Address, Client, Limits};
use mdgraph::store::neo4j::import::import;

/// The variables that name a database.
const NAMES: [&str; 3] = ["NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD"];

/// How a process that serves finds the database: variables and their values.
pub type Variables = Vec<(&'static str, String)>;

/// Starts one, or takes that of the environment, and overwrites what it holds.
pub fn filled(graph: &Graph) -> Result<(Neo4j, Variables), Failure> {
    let neo4j = start_to_measure()?;
    let variables = NAMES.into_iter().zip([neo4j.uri.clone(), neo4j.user.clone(), neo4j.password.clone()]).collect();
    let address =
        Address { uri: neo4j.uri.clone(), user: neo4j.user.clone(), password: neo4j.password.clone(), database: None };
    let client = Client::new(&address, Limits::default())?;
    tokio::runtime::Runtime::new()?.block_on(import(&client, graph))?;
    Ok((neo4j, variables))
}

/// The address that this process was given.
pub fn address() -> Result<Address, Failure> {
    let [uri, user, password] = NAMES.map(std::env::var);
    Ok(Address { uri: uri?, user: user?, password: password?, database: None })
}

/// A driver's pool as large as ours, on the address that this process was given.
pub fn graph() -> Result<neo4rs::Graph, Failure> {
    let address = address()?;
    let config = neo4rs::ConfigBuilder::default()
        .uri(address.uri)
        .user(address.user)
        .password(address.password)
        .max_connections(Limits::default().connections)
        .build()?;
    Ok(neo4rs::Graph::connect(config)?)
}
