//! The GraphQL API: from a request's parts to the bytes of its answer. HTTP is not known here.
//!
//! The boundary to whoever carries requests is [`Engine`]: a [`Request`] in, a [`Response`] out.

pub mod about;
pub mod build;
pub mod conform;
pub mod current;
pub mod engine;
pub mod guard;
pub mod input;
pub mod introspect;
pub mod prepare;
pub mod schema;
pub mod select;
pub mod table;
pub mod write;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::{Map, Value};

use crate::error::{ErrorCode, GraphqlError, Limit, write_errors};
use crate::metrics::GraphSize;
use table::TableRequest;

/// What answers requests. One is shared by all connections.
pub trait Engine: Send + Sync + 'static {
    /// A table that is being read.
    type Table: Table;

    /// Answers one request; a wrong one is answered with errors, never by failing.
    ///
    /// At `deadline` the answer is wanted, whatever is ready by then: the engine gives up its own work in time, since
    /// the caller drops the future soon after. Work that keeps a processor busy long must give way now and then
    /// (`tokio::task::yield_now`), or nothing else is served by its thread.
    fn execute(&self, request: Request, deadline: Instant) -> impl Future<Output = Response> + Send;

    /// Opens a table, in the sight of one request; nothing is read yet.
    ///
    /// # Errors
    /// A request that the API's types do not allow, or that costs too much.
    fn table(&self, request: &TableRequest, id: RequestId) -> Result<Self::Table, GraphqlError>;

    /// Whether requests can be answered now: the data is loaded, the database answers.
    ///
    /// # Errors
    /// Why not, in a sentence for whoever runs the server, without hosts and secrets.
    fn ready(&self) -> impl Future<Output = Result<(), String>> + Send;

    /// The published schema, as `/schema.graphql` serves it now.
    fn sdl(&self) -> String;

    /// How much the graph holds that is served now; none while that is not known.
    fn size(&self) -> Option<GraphSize>;
}

/// A table that is being read, part by part.
pub trait Table: Send + 'static {
    /// The next bytes, some rows whole; `None` after the last. The first part is given even if it is empty.
    ///
    /// # Errors
    /// The store gives no answer by `deadline`, or a fault. What was given by then is no whole table.
    fn next(&mut self, deadline: Instant) -> impl Future<Output = Result<Option<Vec<u8>>, GraphqlError>> + Send;
}

/// One GraphQL request, well-formed but not yet looked at.
#[derive(Debug, Clone)]
pub struct Request {
    /// Names the request in logs and in faults of ours.
    pub id: RequestId,
    /// The document.
    pub query: String,
    /// The operation to run, if the document has several.
    pub operation_name: Option<String>,
    /// The variables as they were sent, not yet coerced.
    pub variables: Map<String, Value>,
    /// Whether it came by GET, which runs queries only.
    pub is_get: bool,
}

/// The answer to one request.
#[derive(Debug, Clone)]
pub struct Response {
    /// The whole answer as JSON.
    pub body: Vec<u8>,
    /// Why there is no `data` in the answer; with `data`, errors or not, there is none.
    pub refusal: Option<ErrorCode>,
    /// The limit that was passed, where that is why.
    pub limit: Option<Limit>,
    /// What the operation was estimated to cost; 0 if it did not come so far.
    pub cost: u64,
    /// The name of the operation that was run, for the log.
    pub operation: Option<Arc<str>>,
}

impl Response {
    /// An answer of errors without `data`. The first error's code decides the status of the answer.
    pub fn refused(errors: &[GraphqlError], limits: &crate::config::Limits) -> Self {
        let mut body = b"{\"errors\":".to_vec();
        write_errors(&mut body, errors, limits.errors as usize, limits.error_bytes as usize);
        body.push(b'}');
        let refusal = Some(errors.first().map_or(ErrorCode::Internal, |error| error.code));
        let limit = errors.first().and_then(GraphqlError::passed_limit);
        Response { body, refusal, limit, cost: 0, operation: None }
    }
}

/// Names one request in answers and logs; unlike any other of this process, and very likely of any other process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    /// The next id. Ids of one process count up from a start taken from the process's own randomness.
    pub fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        static START: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
        let start = START.get_or_init(|| {
            use std::hash::{BuildHasher, RandomState};
            RandomState::new().hash_one("request ids") & 0xFFFF_FFFF_0000_0000
        });
        RequestId(start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
