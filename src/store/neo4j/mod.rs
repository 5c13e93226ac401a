//! The store in Neo4j: plans rendered to Cypher, one statement a root field.
//!
//! [`render`] makes the statement, [`client`] runs it within the request's deadline, [`decode`] reads the rows; [`layout`] names
//! how the graph lies there, [`import`](mod@import) and `schema` put it there.

pub mod breaker;
pub mod client;
pub mod counts;
pub mod cypher;
pub mod decode;
pub mod import;
pub mod layout;
pub mod render;
mod schema;
pub mod value;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use crate::ontology::Ontology;
use crate::plan::ir::{Root, View};
use crate::plan::optimise::choose_anchor;
use crate::store::{Datum, StoreError, Work};
use client::{Client, Error, Statement};
use counts::Counted;
use render::Retired;
use value::Value;

/// A database that an import filled. Connects when first asked, so that a server starts without it.
#[derive(Clone, Debug)]
pub struct Neo4jStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    ontology: Arc<Ontology>,
    /// None until the database was found to be filled for this ontology.
    opened: RwLock<Option<Arc<Opened>>>,
}

/// What is known of the database beside its content.
#[derive(Debug)]
struct Opened {
    retired: Retired,
    counted: Counted,
}

impl Neo4jStore {
    /// A store over this database, for an ontology. Does not connect yet.
    pub fn new(client: Client, ontology: Arc<Ontology>) -> Neo4jStore {
        Neo4jStore(Arc::new(Inner { client, ontology, opened: RwLock::new(None) }))
    }

    /// Whether it can answer now: the database answers, and a finished import for this ontology filled it. Asked by the readiness
    /// check, it also takes notice of a new import.
    pub async fn ready(&self, deadline: Instant) -> Result<(), StoreError> {
        self.open(deadline).await.map(drop)
    }

    /// Chooses where a root starts, by the counts of the last import; leaves it alone before the database first answered.
    pub fn choose_anchor(&self, root: &mut Root) {
        if let Some(opened) = self.opened() {
            choose_anchor(root, &self.0.ontology, &opened.counted);
        }
    }

    /// Entities, facts and observations, as the last import counted them; none before the database first answered.
    pub fn size(&self) -> Option<(u64, u64, u64)> {
        self.opened().map(|opened| opened.counted.size())
    }

    /// Executes one root field. The work is the database's, and not counted here.
    pub async fn execute(&self, root: &Root, view: &View, deadline: Instant) -> Result<(Datum, Work), StoreError> {
        let opened = match self.opened() {
            Some(opened) => opened,
            None => self.open(deadline).await?,
        };
        let statement = render::statement(&self.0.ontology, &opened.retired, root, view);
        let rows = self.0.client.read(&statement, deadline.into()).await.map_err(told)?;
        match decode::answer(&self.0.ontology, root, rows) {
            Ok(answer) => Ok((answer, Work::default())),
            Err(misfit) => {
                tracing::error!(error.message = %misfit, db.statement = statement.text, "neo4j: a row does not fit its plan");
                Err(StoreError::Internal)
            }
        }
    }

    fn opened(&self) -> Option<Arc<Opened>> {
        self.0.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn open(&self, deadline: Instant) -> Result<Arc<Opened>, StoreError> {
        let statement = Statement {
            text: format!(
                "MATCH (m:{} {{id: $id}}) RETURN [m.ontology, m.state, COLLECT {{ MATCH (r:{}) RETURN [r.{}, r.{}] }}, m.{}] AS row",
                layout::META,
                layout::RETIRED,
                layout::ID,
                layout::BY,
                counts::PARTS.join(", m."),
            ),
            parameters: vec![("id".into(), import::META_ID.into())],
        };
        let rows = self.0.client.read(&statement, deadline.into()).await.map_err(told)?;
        let Some(Value::List(parts)) = rows.into_iter().next() else {
            tracing::error!("neo4j: the database is empty; fill it: mdgraph import --store …");
            return Err(StoreError::Unavailable);
        };
        let [Value::Text(hash), Value::Text(state), Value::List(pairs), counts @ ..] = parts.as_slice() else {
            tracing::error!("neo4j: what the database says of itself is not understood; run mdgraph import again");
            return Err(StoreError::Unavailable);
        };
        if *hash != self.0.ontology.hash {
            tracing::error!("neo4j: the database was filled for another ontology; run mdgraph import again");
            return Err(StoreError::Unavailable);
        }
        if state != import::COMPLETE {
            tracing::warn!("neo4j: an import is under way or was interrupted; if so, run it again");
            return Err(StoreError::Unavailable);
        }
        let opened = Arc::new(Opened {
            retired: pairs.iter().filter_map(pair).collect(),
            counted: Counted::read(&self.0.ontology, counts),
        });
        *self.0.opened.write().unwrap_or_else(PoisonError::into_inner) = Some(opened.clone());
        Ok(opened)
    }
}

/// What a store's user is told of a failure.
fn told(error: Error) -> StoreError {
    match error {
        Error::Unavailable => StoreError::Unavailable,
        Error::Timeout => StoreError::Timeout,
        Error::Address(_) | Error::Query => StoreError::Internal,
    }
}

fn pair(pair: &Value) -> Option<(Arc<str>, Arc<str>)> {
    let Value::List(pair) = pair else { return None };
    match pair.as_slice() {
        [Value::Text(old), Value::Text(new)] => Some((old.as_str().into(), new.as_str().into())),
        _ => None,
    }
}
