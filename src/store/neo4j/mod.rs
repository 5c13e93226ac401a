//! The store in Neo4j: plans rendered to Cypher, one statement a root field.
//!
//! [`render`] makes the statement, [`client`] runs it within the request's deadline, [`decode`] reads the rows; [`layout`] names
//! how the graph lies there, [`import`](mod@import) and `schema` put it there.

mod address;
mod breaker;
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
mod vocabulary;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::ontology::Ontology;
use crate::plan::ir::{Root, View};
use crate::plan::optimise::choose_anchor;
use crate::store::{Datum, NotReady, StoreError, Work};
use client::{Client, Error, Statement};
use counts::Counted;
use render::{Kept, Retired};
use value::Value;
use vocabulary::Difference;

/// Said of a database while an import of the ontology that is served has not come to its end.
const UNFINISHED: &str = "an import is under way, or was interrupted; if so, run mdgraph import again";

/// How long what a database says of itself is taken for true while requests come.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// … and while it cannot be served.
const LACKS_STILL: Duration = Duration::from_secs(1);

/// A database that an import filled. Connects when first asked, so that a server starts without it.
#[derive(Clone, Debug)]
pub struct Neo4jStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    ontology: Arc<Ontology>,
    known: RwLock<Arc<Known>>,
    /// While the database is looked at beside the requests.
    is_looked_at: AtomicBool,
}

/// What the database said of itself when it was last asked.
#[derive(Debug, Default)]
struct Known {
    /// None unless it was found to be filled for this ontology.
    opened: Option<Arc<Opened>>,
    /// What it lacks to be served, in words for whoever runs the server.
    lacks: Option<Arc<str>>,
    /// When that was.
    looked: Option<Instant>,
}

/// What is known of the database beside its content.
#[derive(Debug)]
struct Opened {
    retired: Retired,
    counted: Counted,
    /// Statements made with these retired ids.
    statements: Arc<Kept>,
}

impl Neo4jStore {
    /// A store over this database, for an ontology. Does not connect yet.
    pub fn new(client: Client, ontology: Arc<Ontology>) -> Neo4jStore {
        Neo4jStore(Arc::new(Inner { client, ontology, known: RwLock::default(), is_looked_at: AtomicBool::new(false) }))
    }

    /// Whether it can answer now: the database answers, and a finished import for this ontology filled it. Asked by the readiness
    /// check, it also takes notice of a new import.
    pub async fn ready(&self, deadline: Instant) -> Result<(), NotReady> {
        self.open(deadline).await.map(drop)
    }

    /// Chooses where a root starts, by the counts of the last import; leaves it alone before the database first answered.
    pub fn choose_anchor(&self, root: &mut Root) {
        if let Some(opened) = &self.known().opened {
            choose_anchor(root, &self.0.ontology, &opened.counted);
        }
    }

    /// Entities, facts and observations, as the last import counted them; none before the database first answered.
    pub fn size(&self) -> Option<(u64, u64, u64)> {
        self.known().opened.as_ref().map(|opened| opened.counted.size())
    }

    /// Executes one root field. The work is the database's, and not counted here.
    pub async fn execute(&self, root: &Root, view: &View, deadline: Instant) -> Result<(Datum, Work), StoreError> {
        let opened = self.opened(deadline).await?;
        let statement = opened.statements.statement(&self.0.ontology, &opened.retired, root, view);
        let failed = |error| {
            if let Error::Query = error {
                self.look_beside();
            }
            told(error)
        };
        let rows = self.0.client.rows(&statement, deadline.into()).await.map_err(failed)?;
        match decode::answer(&self.0.ontology, root, rows.values(&statement).map_err(failed)?) {
            Ok(answer) => Ok((answer, Work::default())),
            Err(misfit) => {
                tracing::error!(error.message = %misfit, db.statement = statement.text, "neo4j: a row does not fit its plan");
                self.look_beside();
                Err(StoreError::Internal)
            }
        }
    }

    fn known(&self) -> Arc<Known> {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a request needs to know. Somebody may fill the database for another ontology under a server that runs, so it is asked now and
    /// then, beside the requests.
    async fn opened(&self, deadline: Instant) -> Result<Arc<Opened>, StoreError> {
        let known = self.known();
        let is_older = |age: Duration| known.looked.is_none_or(|looked| looked.elapsed() >= age);
        match (&known.opened, &known.lacks) {
            (Some(opened), _) => {
                if is_older(LOOK_AGAIN) {
                    self.look_beside();
                }
                Ok(opened.clone())
            }
            (None, Some(_)) if !is_older(LACKS_STILL) => Err(StoreError::Unavailable),
            // Boxed because it is rare: it would be most of the future of every request.
            (None, _) => Box::pin(self.open(deadline)).await.map_err(|why| match why {
                NotReady::Store(error) => error,
                NotReady::Lacks(_) => StoreError::Unavailable,
            }),
        }
    }

    /// Has the database looked at while requests go on.
    fn look_beside(&self) {
        if self.0.is_looked_at.swap(true, Ordering::AcqRel) {
            return;
        }
        let store = self.clone();
        tokio::spawn(async move {
            // What it says is kept, and told in the log.
            let _ = store.open(Instant::now() + LOOK_AGAIN).await;
            store.0.is_looked_at.store(false, Ordering::Release);
        });
    }

    async fn open(&self, deadline: Instant) -> Result<Arc<Opened>, NotReady> {
        let rows = self.0.client.read(&about(), deadline.into()).await;
        let found = rows.map(|rows| self.understand(rows.into_iter().next()));
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        let looked = Some(Instant::now());
        let before = known.opened.clone();
        let (next, result) = match found {
            Err(error) => (Known { opened: before, lacks: None, looked }, Err(told(error).into())),
            Ok(Ok(mut opened)) => {
                if let Some(before) = before.filter(|before| before.retired == opened.retired) {
                    opened.statements = before.statements.clone();
                }
                let opened = Arc::new(opened);
                (Known { opened: Some(opened.clone()), lacks: None, looked }, Ok(opened))
            }
            Ok(Err(words)) => {
                let words: Arc<str> = words.into();
                if known.lacks.as_ref() != Some(&words) {
                    tracing::error!("neo4j: {words}");
                }
                // What another ontology's import wrote would be misread; what this one's replaces is served until it is done.
                let opened = before.filter(|_| *words == *UNFINISHED);
                (Known { opened, lacks: Some(words.clone()), looked }, Err(NotReady::Lacks(words)))
            }
        };
        *known = Arc::new(next);
        result
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
            statements: Arc::default(),
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
        counts::KEPT.join(", m."),
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
    if let Value::Text(text) = value { Some(text.to_string()) } else { None }
}

fn pair(pair: &Value) -> Option<(Arc<str>, Arc<str>)> {
    let Value::List(pair) = pair else { return None };
    match pair.as_slice() {
        [Value::Text(old), Value::Text(new)] => Some(((&**old).into(), (&**new).into())),
        _ => None,
    }
}
