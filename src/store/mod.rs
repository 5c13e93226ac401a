//! Stores execute plans. The boundary is the plan ([`crate::plan::ir`]), not "get neighbours".
//!
//! A store knows nothing of GraphQL: it takes a [`Root`] and a [`View`] and gives a [`Datum`] in the shape that the plan's comments say.

mod aggregate;
pub mod memory;
pub mod neo4j;

use crate::graph::{Decimal, PartialDate, Sum, Value};
use crate::ontology::{KindId, RelId};
use crate::plan::budget::cost;
use crate::plan::ir::{Root, SortValue, View};
use crate::plan::optimise::{choose_anchor, visits};
use std::sync::Arc;
use std::time::Instant;

/// A value that a store gives. Positions, not names: the plan says what stands where.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// Absent.
    Null,
    /// Boolean.
    Bool(bool),
    /// A whole number, or the number of an id, status, basis, bound or span.
    Int(i64),
    /// Exact number.
    Decimal(Decimal),
    /// Exact sum of numbers.
    Sum(Sum),
    /// Partial date.
    Date(PartialDate),
    /// Text.
    Str(Arc<str>),
    /// Several, or a record by position.
    List(Vec<Datum>),
    /// An entity: its kind, and the values of its kind's shape in the projection.
    Entity(KindId, Vec<Datum>),
    /// A page.
    Page(Box<Page>),
}

impl From<&Value> for Datum {
    fn from(value: &Value) -> Datum {
        match value {
            Value::Bool(b) => Datum::Bool(*b),
            Value::Int(i) => Datum::Int(*i),
            Value::Decimal(d) => Datum::Decimal(*d),
            Value::Date(d) => Datum::Date(*d),
            Value::Str(s) => Datum::Str(s.clone()),
            Value::List(items) => Datum::List(items.iter().map(Datum::from).collect()),
            Value::Struct(fields) => {
                Datum::List(fields.iter().map(|f| f.as_ref().map_or(Datum::Null, Datum::from)).collect())
            }
        }
    }
}

/// A part of an ordered list.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Page {
    /// In the list's order, at most the limit.
    pub items: Vec<Item>,
    /// Whether there is more beyond the limit: after the last item, or, backward, before the first. Says something where that is asked for.
    pub more: bool,
    /// How many the whole list has, if asked.
    pub total: Option<u64>,
    /// The groups of [`crate::plan::ir::RelatedPage`], if asked: relationship, direction (0 Out, 1 In), status number, edges.
    pub groups: Vec<(RelId, u8, u8, u64)>,
    /// The values of the list's [`crate::plan::ir::AggregateProjection`].
    pub aggregate: Vec<Datum>,
}

/// An item of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its place in the order: the requested keys, then the tie-breakers.
    pub keys: Vec<SortValue>,
    /// Its values. Of a page of entities: one, the entity.
    pub row: Vec<Datum>,
}

/// What an execution cost, so that a test can guard it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Work {
    /// Entities looked at.
    pub nodes: u64,
    /// Facts looked at.
    pub edges: u64,
    /// Search keys looked at; those that the text is not in are passed over without a look.
    pub keys: u64,
}

/// Why a store gave no answer. Details go to the log, never to a client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or does not answer; it may be back soon.
    #[error("the graph store is unavailable")]
    Unavailable,
    /// The deadline passed.
    #[error("the request's deadline passed")]
    Timeout,
    /// A fault of ours: a statement that the database refuses, a row that does not fit its plan.
    #[error("internal fault")]
    Internal,
}

/// Why a store cannot be served from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// It gave no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It answers, and does not hold what is to be served: in words for whoever runs the server.
    #[error("{0}")]
    Lacks(Arc<str>),
}

impl StoreError {
    /// The error in a word, for measuring.
    pub fn name(&self) -> &'static str {
        match self {
            StoreError::Unavailable => "unavailable",
            StoreError::Timeout => "timeout",
            StoreError::Internal => "internal",
        }
    }
}

/// The store that a server serves: a closed set, so that a request pays no dynamic dispatch.
#[derive(Debug)]
pub enum Store {
    /// Snapshots in this process.
    Memory(memory::Memory),
    /// A database.
    Neo4j(neo4j::Neo4jStore),
}

/// One request's sight of a [`Store`]: over memory one snapshot, however many roots are executed.
#[derive(Clone, Debug)]
pub enum Session {
    /// A snapshot, kept.
    Memory(Arc<memory::Snapshot>),
    /// The database as it is when each root field's statement runs.
    Neo4j(neo4j::Neo4jStore),
}

impl Store {
    /// Begins a request.
    pub fn session(&self) -> Session {
        match self {
            Store::Memory(memory) => Session::Memory(memory.snapshot()),
            Store::Neo4j(store) => Session::Neo4j(store.clone()),
        }
    }
    /// Whether it can answer now. Memory always can.
    pub async fn ready(&self, deadline: Instant) -> Result<(), NotReady> {
        match self {
            Store::Memory(_) => Ok(()),
            Store::Neo4j(store) => Box::pin(store.ready(deadline)).await,
        }
    }
    /// Entities, facts and observations; none of a database that was not opened yet.
    pub fn size(&self) -> Option<(u64, u64, u64)> {
        match self {
            Store::Memory(memory) => {
                let snapshot = memory.snapshot();
                let graph = snapshot.graph();
                Some((graph.nodes.len() as u64, graph.facts.len() as u64, graph.observations.len() as u64))
            }
            Store::Neo4j(store) => store.size(),
        }
    }
    /// Executes one root field in a session of its own. The answer has the shape that [`Root`] says.
    pub async fn execute(&self, root: &Root, view: &View, deadline: Instant) -> Result<(Datum, Work), StoreError> {
        self.session().execute(root, view, deadline).await
    }
}

impl Session {
    /// The store in a word, for measuring.
    pub fn name(&self) -> &'static str {
        match self {
            Session::Memory(_) => "memory",
            Session::Neo4j(_) => "neo4j",
        }
    }
    /// Executes one root field. The answer has the shape that [`Root`] says.
    pub async fn execute(&self, root: &Root, view: &View, deadline: Instant) -> Result<(Datum, Work), StoreError> {
        match self {
            Session::Memory(snapshot) => {
                let ontology = &snapshot.graph().ontology;
                let heavy = visits(root, ontology, snapshot.as_ref()) > INLINE_VISITS || cost(root) > INLINE_COST;
                if heavy && can_block() {
                    tokio::task::block_in_place(|| snapshot.execute(root, view, deadline))
                } else {
                    snapshot.execute(root, view, deadline)
                }
            }
            // Boxed: the driver's futures are deep, and memory's requests should not carry their size.
            Session::Neo4j(store) => Box::pin(store.execute(root, view, deadline)).await,
        }
    }
    /// Chooses where a root starts ([`crate::plan::optimise::choose_anchor`]), by this store's counts.
    pub fn choose_anchor(&self, root: &mut Root) {
        match self {
            Session::Memory(snapshot) => choose_anchor(root, &snapshot.graph().ontology, snapshot.as_ref()),
            Session::Neo4j(store) => store.choose_anchor(root),
        }
    }
}

/// Above so many estimated visits (about a millisecond) a plan is evaluated where it does not keep other requests waiting.
const INLINE_VISITS: u64 = 20_000;
/// Likewise for rows that have to be written.
const INLINE_COST: u64 = 2_000;

/// Whether this thread may leave its other tasks to another one: only a worker of a runtime with several threads may.
fn can_block() -> bool {
    tokio::runtime::Handle::try_current()
        .is_ok_and(|handle| handle.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread)
}
