//! Constraints and indexes, from the ontology.

use std::collections::BTreeSet;

use super::client::{Client, Error, Statement};
use super::layout as at;
use super::value::Value;
use crate::ontology::{Indexing, Ontology};
use tokio::time::Instant;

/// Names of what this server creates begin with this; nothing else is touched.
const PREFIX: &str = "mdgraph_";

/// Creates what the ontology asks for and is missing, drops what it no longer asks for, and waits until all indexes answer.
pub async fn apply(client: &Client, ontology: &Ontology) -> Result<(), Error> {
    let wanted = wanted(ontology);
    let names: BTreeSet<&str> = wanted.iter().map(|(name, _)| name.as_str()).collect();
    for (kind, show) in [
        ("CONSTRAINT", "SHOW CONSTRAINTS YIELD name WHERE name STARTS WITH $prefix RETURN name AS row"),
        (
            "INDEX",
            "SHOW INDEXES YIELD name, owningConstraint WHERE name STARTS WITH $prefix AND owningConstraint IS NULL RETURN name AS row",
        ),
    ] {
        let show = Statement { text: show.into(), parameters: vec![("prefix".into(), PREFIX.into())] };
        let deadline = Instant::now() + client.limits().batch;
        for name in client.read(&show, deadline).await? {
            if let Value::Text(name) = name
                && !names.contains(name.as_str())
            {
                client.write(&text(format!("DROP {kind} `{name}` IF EXISTS"))).await?;
            }
        }
    }
    for (_, statement) in wanted {
        client.write(&text(statement)).await?;
    }
    client.write(&text("CALL db.awaitIndexes(300)".into())).await
}

/// Each one's name and the statement that creates it.
pub fn wanted(ontology: &Ontology) -> Vec<(String, String)> {
    let mut wanted = Vec::new();
    let mut unique = |what: &str, label: &str, property: &str| {
        let name = format!("{PREFIX}unique_{what}");
        let statement =
            format!("CREATE CONSTRAINT `{name}` IF NOT EXISTS FOR (n:`{label}`) REQUIRE n.`{property}` IS UNIQUE");
        wanted.push((name, statement));
    };
    unique("entity", at::ENTITY, at::ID);
    unique("observation", at::OBSERVATION, at::ID);
    unique("name", at::NAME, at::ID);
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
        wanted.push((name, statement));
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
        wanted.push((name, statement));
    }
    wanted
}

fn text(text: String) -> Statement {
    Statement { text, parameters: Vec::new() }
}
