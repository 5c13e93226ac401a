//! Constraints and indexes, from the ontology.

use std::collections::BTreeSet;

use super::client::Error;
use super::import::link::Link;
use super::layout as at;
use super::value::Value;
use crate::ontology::{Indexing, Ontology};
use std::time::Duration;

/// Names of what this server creates begin with this; nothing else is touched.
const PREFIX: &str = "mdgraph_";
/// How often it is looked whether indexes are filled.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How much of it is needed yet. On an empty database the rest is made when the data are there: filling an index at once costs a fraction of
/// keeping it up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// What nodes are found by while they are written.
    Keys,
    /// And what facts are found by.
    Constraints,
    /// All that requests are answered by; waits until it answers.
    All,
}

/// One constraint or index.
struct Wanted<'o> {
    name: String,
    statement: String,
    part: Part,
    /// The relationship whose facts it holds to be there once.
    of: Option<&'o str>,
}

/// Creates what the ontology asks for and is missing, and drops what it no longer asks for.
pub(super) async fn apply(link: &Link<'_>, ontology: &Ontology, part: Part) -> Result<(), Error> {
    let wanted = wanted(ontology);
    let names: BTreeSet<&str> = wanted.iter().map(|wanted| wanted.name.as_str()).collect();
    let mut there = BTreeSet::new();
    for (kind, show) in [
        ("CONSTRAINT", "SHOW CONSTRAINTS YIELD name WHERE name STARTS WITH $prefix RETURN name AS row"),
        (
            "INDEX",
            "SHOW INDEXES YIELD name, owningConstraint WHERE name STARTS WITH $prefix AND owningConstraint IS NULL RETURN name AS row",
        ),
    ] {
        for name in link.read(show.to_owned(), vec![("prefix".into(), PREFIX.into())]).await? {
            let Value::Text(name) = name else { continue };
            if names.contains(&*name) {
                there.insert(name);
            } else {
                link.run(format!("DROP {kind} `{name}` IF EXISTS")).await?;
            }
        }
    }
    for wanted in wanted.iter().filter(|wanted| wanted.part <= part && !there.contains(wanted.name.as_str())) {
        match (link.run(wanted.statement.as_str()).await, wanted.of) {
            (Err(Error::Query), Some(relationship)) => {
                once(link, relationship).await?;
                link.run(wanted.statement.as_str()).await?;
            }
            (done, _) => done?,
        }
    }
    if part == Part::All { filled(link).await } else { Ok(()) }
}

/// Leaves one of the facts that are there twice: while they had no constraint yet, a batch whose answer was lost was sent again, and the
/// first one was done nevertheless.
async fn once(link: &Link<'_>, relationship: &str) -> Result<(), Error> {
    tracing::warn!("neo4j: the constraint of {relationship} is refused; of facts that are there twice one is left");
    let text = format!(
        "MATCH (a:{}) CALL (a) {{ MATCH (a)-[r:`{relationship}`]->() WITH r.{} AS id, collect(r) AS same WHERE size(same) > 1 \
         UNWIND tail(same) AS more DELETE more }} IN TRANSACTIONS OF 10000 ROWS",
        at::ENTITY,
        at::FACT_ID
    );
    link.run(text).await
}

/// Waits until every index is filled.
async fn filled(link: &Link<'_>) -> Result<(), Error> {
    let show = "SHOW INDEXES YIELD name, state WHERE name STARTS WITH $prefix AND state <> 'ONLINE' RETURN [name, state] AS row";
    loop {
        let waiting = link.read(show.to_owned(), vec![("prefix".into(), PREFIX.into())]).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let failed = |row: &Value| matches!(row, Value::List(pair) if pair.get(1) == Some(&Value::from("FAILED")));
        if let Some(row) = waiting.iter().find(|row| failed(row)) {
            tracing::error!(index = ?row, "neo4j: an index cannot be filled; look into the database's log, drop it and import again");
            return Err(Error::Query);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Each one's name and the statement that creates it.
fn wanted(ontology: &Ontology) -> Vec<Wanted<'_>> {
    let mut wanted = Vec::new();
    let mut unique = |what: &str, label: &str, property: &str| {
        let name = format!("{PREFIX}unique_{what}");
        let statement =
            format!("CREATE CONSTRAINT `{name}` IF NOT EXISTS FOR (n:`{label}`) REQUIRE n.`{property}` IS UNIQUE");
        wanted.push(Wanted { name, statement, part: Part::Keys, of: None });
    };
    unique("entity", at::ENTITY, at::ID);
    unique("observation", at::OBSERVATION, at::ID);
    unique("retired", at::RETIRED, at::ID);
    unique("meta", at::META, at::ID);
    for property in ontology.properties.iter().filter(|property| property.indexing == Indexing::Unique) {
        unique(&format!("property_{}", property.name), at::ENTITY, &property.name);
    }
    let mut index = |what: &str, kind: &str, label: &str, properties: &[&str]| {
        let name = format!("{PREFIX}{what}");
        let properties: Vec<String> = properties.iter().map(|property| format!("n.`{property}`")).collect();
        let properties = properties.join(", ");
        let statement = format!("CREATE {kind} `{name}` IF NOT EXISTS FOR (n:`{label}`) ON ({properties})");
        wanted.push(Wanted { name, statement, part: Part::All, of: None });
    };
    for property in ontology.properties.iter().filter(|property| property.indexing == Indexing::Index) {
        index(&format!("property_{}", property.name), "INDEX", at::ENTITY, &[&property.name]);
    }
    // A page in the usual order walks one of these.
    let kinds = ontology.kinds.iter().map(|kind| &*kind.name);
    let interfaces = ontology.interfaces.iter().map(|interface| &*interface.name);
    for label in kinds.chain(interfaces).chain([at::ENTITY]) {
        index(&format!("order_{label}"), "INDEX", label, &[at::SORT, at::ID]);
    }
    index("observation_time", "INDEX", at::OBSERVATION, &[at::FIRST, at::LAST, at::ID]);
    index("name_key", "TEXT INDEX", at::NAME, &[at::KEY]);
    index("name_slips", "TEXT INDEX", at::NAME, &[at::SLIPS_FIRST]);
    for relationship in &ontology.relationships {
        let name = format!("{PREFIX}fact_{}", relationship.name);
        let statement = format!(
            "CREATE CONSTRAINT `{name}` IF NOT EXISTS FOR ()-[r:`{}`]-() REQUIRE r.`{}` IS UNIQUE",
            relationship.name,
            at::FACT_ID
        );
        wanted.push(Wanted { name, statement, part: Part::Constraints, of: Some(&relationship.name) });
    }
    wanted
}
