//! The store in Neo4j: plans rendered to Cypher, one statement a root field.
//!
//! [`render`] makes the statement, [`client`] runs it within the request's deadline, [`decode`] reads the rows; [`layout`] names
//! how the graph lies there, [`import`](mod@import) and `schema` put it there.

mod address;
pub mod breaker;
pub mod client;
pub mod counts;
pub mod cypher;
pub mod decode;
pub mod import;
pub mod layout;
pub mod render;
mod schema;
pub mod token;
pub mod value;
pub mod vocabulary;

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
use vocabulary::Difference;

/// Said of a database while an import of the ontology that is served has not come to its end.
const UNFINISHED: &str = "an import is under way, or was interrupted; if so, run mdgraph import again";

/// A database that an import filled. Connects when first asked, so that a server starts without it.
#[derive(Clone, Debug)]
pub struct Neo4jStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    ontology: Arc<Ontology>,
    /// None until the database was found to be filled for this ontology.
    opened: RwLock<Option<Arc<Opened>>>,
    /// What the database lacks to be served, when it was last asked and answered.
    lacks: RwLock<Option<Arc<str>>>,
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
        Neo4jStore(Arc::new(Inner { client, ontology, opened: RwLock::new(None), lacks: RwLock::new(None) }))
    }

    /// Whether it can answer now: the database answers, and a finished import for this ontology filled it. Asked by the readiness
    /// check, it also takes notice of a new import.
    pub async fn ready(&self, deadline: Instant) -> Result<(), StoreError> {
        self.open(deadline).await.map(drop)
    }

    /// What the database lacks to be served, in words for whoever runs the server; none while it does not answer or lacks nothing.
    pub fn lacks(&self) -> Option<Arc<str>> {
        self.0.lacks.read().unwrap_or_else(PoisonError::into_inner).clone()
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
        let rows = self.0.client.read(&about(), deadline.into()).await;
        let found = rows.map(|rows| self.understand(rows.into_iter().next()));
        let lacks = found.as_ref().ok().and_then(|found| found.as_ref().err()).map(|words| Arc::from(words.as_str()));
        let is_news = {
            let mut known = self.0.lacks.write().unwrap_or_else(PoisonError::into_inner);
            let is_news = *known != lacks;
            *known = lacks.clone();
            is_news
        };
        if let Some(words) = &lacks {
            if is_news {
                tracing::error!("neo4j: {words}");
            }
            // What another ontology's import wrote would be misread; what this one's replaces is served until it is done.
            if **words != *UNFINISHED {
                *self.0.opened.write().unwrap_or_else(PoisonError::into_inner) = None;
            }
        }
        let opened = Arc::new(found.map_err(told)?.map_err(|_| StoreError::Unavailable)?);
        *self.0.opened.write().unwrap_or_else(PoisonError::into_inner) = Some(opened.clone());
        Ok(opened)
    }

    /// What the answer to [`about`] says, or what is wrong with the database.
    fn understand(&self, row: Option<Value>) -> Result<Opened, String> {
        let Some(Value::List(parts)) = row else {
            return Err("the database is empty; fill it with mdgraph import".into());
        };
        let [Value::Text(hash), Value::Text(state), vocabulary, Value::List(pairs), counts @ ..] = parts.as_slice()
        else {
            return Err("what the database says of itself is not understood; run mdgraph import again".into());
        };
        if *hash != self.0.ontology.hash {
            let difference = match vocabulary {
                Value::List(lines) => {
                    let lines: Vec<String> = lines.iter().filter_map(text).collect();
                    Difference::between(&lines, &vocabulary::lines(&self.0.ontology)).to_string()
                }
                _ => "the import was an older version's and left no word of it".to_owned(),
            };
            return Err(format!(
                "the database was filled for another ontology than the one served here ({difference}); \
                 run mdgraph import with this one, or serve the other with --schema"
            ));
        }
        if state != import::COMPLETE {
            return Err(UNFINISHED.into());
        }
        Ok(Opened {
            retired: pairs.iter().filter_map(pair).collect(),
            counted: Counted::read(&self.0.ontology, counts),
        })
    }
}

/// Asks a database what it holds.
fn about() -> Statement {
    let text = format!(
        "MATCH (m:{} {{id: $id}}) RETURN [m.ontology, m.state, m.{}, COLLECT {{ MATCH (r:{}) RETURN [r.{}, r.{}] }}, m.{}] AS row",
        layout::META,
        layout::VOCABULARY,
        layout::RETIRED,
        layout::ID,
        layout::BY,
        counts::PARTS.join(", m."),
    );
    Statement { text, parameters: vec![("id".into(), import::META_ID.into())] }
}

/// What a store's user is told of a failure.
fn told(error: Error) -> StoreError {
    match error {
        Error::Unavailable => StoreError::Unavailable,
        Error::Timeout => StoreError::Timeout,
        Error::Address(_) | Error::Query => StoreError::Internal,
    }
}

fn text(value: &Value) -> Option<String> {
    if let Value::Text(text) = value { Some(text.clone()) } else { None }
}

fn pair(pair: &Value) -> Option<(Arc<str>, Arc<str>)> {
    let Value::List(pair) = pair else { return None };
    match pair.as_slice() {
        [Value::Text(old), Value::Text(new)] => Some((old.as_str().into(), new.as_str().into())),
        _ => None,
    }
}
