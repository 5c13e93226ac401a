//! What tests of a database share: a client of it, and all that it holds.

use std::future::Future;
use std::time::Duration;

use libtest_mimic::Failed;
use mdgraph::store::neo4j::client::{Address, Client, Limits, Statement};
use mdgraph::store::neo4j::value::Value;

use super::neo4j::Neo4j;

/// Runs a test's body, on several threads, as the server does.
pub fn block_on<T>(future: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    tokio::runtime::Runtime::new()?.block_on(future)
}

/// A client of the database itself.
pub fn connect(neo4j: &Neo4j) -> Result<Client, Failed> {
    connect_by(&neo4j.uri, neo4j)
}

/// A client that reaches the database by another address.
pub fn connect_by(uri: &str, neo4j: &Neo4j) -> Result<Client, Failed> {
    let address =
        Address { uri: uri.into(), user: neo4j.user.clone(), password: neo4j.password.clone(), database: None };
    Ok(Client::new(&address, Limits { answer: Duration::from_secs(60), ..Limits::default() })?)
}

/// Ample time for a statement.
pub fn within() -> tokio::time::Instant {
    tokio::time::Instant::now() + Duration::from_secs(60)
}

/// A statement without parameters.
pub fn text(text: &str) -> Statement {
    Statement { text: text.into(), parameters: Vec::new() }
}

/// Removes everything.
pub async fn clear(client: &Client) -> Result<(), Failed> {
    Ok(client.write(&text("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS")).await?)
}

/// Everything in the database but the ids that Neo4j gives, in an order.
pub async fn content(client: &Client) -> Result<Vec<Value>, Failed> {
    let mut all = Vec::new();
    for statement in [
        "MATCH (n) WITH labels(n) AS labels, n ORDER BY n.id UNWIND labels AS label WITH n, label ORDER BY label \
         WITH n, collect(label) AS labels ORDER BY n.id RETURN [labels, properties(n)] AS row",
        "MATCH (a)-[r]->(b) WITH a, r, b ORDER BY a.id, type(r), b.id, r._id, r.position RETURN [a.id, type(r), b.id, properties(r)] AS row",
    ] {
        all.extend(client.read(&text(statement), within()).await?.into_iter().map(sorted));
    }
    Ok(all)
}

/// Neo4j's maps have no order.
fn sorted(value: Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(sorted).collect()),
        Value::Map(mut entries) => {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Map(entries)
        }
        value => value,
    }
}
