//! The connection to Neo4j: every call ends by its deadline, whatever the driver or the database does.
//!
//! What the driver (neo4rs 0.9.0-rc.11, Bolt 4.4 at most) leaves to its user, and what is done about it here:
//! - its handshakes are untimed and its wait for a free connection is unbounded: every call is under a timeout of ours, and a
//!   semaphore with as many permits as the pool has connections bounds the wait;
//! - dropping a call does not stop the statement: each statement carries `tx_timeout`, a little below the request's deadline;
//! - it retries transient failures for up to a minute: the deadline cuts that short;
//! - a connection that a firewall silently dropped hangs when it is taken: when a call was not answered in time, the database is asked
//!   over a new pool, beside the requests: with an answer that pool takes the place of the old one, silence opens the circuit.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::{Either, select};
use neo4rs::{BoltType, ConfigBuilder, Graph, Neo4jClientErrorKind as ClientKind, Neo4jErrorKind as Kind, Row};
use smol_str::SmolStr;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout, timeout_at};

pub use super::address::Address;
use super::address::{parts, refused_address};
use super::breaker::{Admission, Breaker};
use super::token::{Relay, Token};
use super::value::{Part, Value};

/// A statement and its parameters. It returns one column, named [`ROW`].
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Cypher 5, without a value in it.
    pub text: String,
    /// By name, each once.
    pub parameters: Vec<(SmolStr, Value)>,
}

/// The name of the one column that a statement returns.
pub const ROW: &str = "row";

/// The rows of a statement.
#[derive(Debug)]
pub struct Rows(Vec<Row>);

impl Rows {
    /// What stands in their column [`ROW`].
    ///
    /// # Errors
    /// A row without it, or with what no statement of this project returns.
    pub fn values(&self, statement: &Statement) -> Result<Vec<Part<'_>>, Error> {
        self.0.iter().map(|row| row.get(ROW)).collect::<Result<_, _>>().map_err(|error| {
            tracing::error!(error.message = %error, db.statement = statement.text, "neo4j: a row cannot be read");
            Error::Query
        })
    }
}

/// How much the client takes and how long it waits.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections, that is, statements at the same time.
    pub connections: usize,
    /// How long a request may wait for one of them to be free.
    pub wait: Duration,
    /// How long the database may take to accept a connection and a statement; its rows are bounded by the request's deadline.
    pub answer: Duration,
    /// How long one batch of an import may take.
    pub batch: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 32,
            wait: Duration::from_secs(2),
            answer: Duration::from_secs(5),
            batch: Duration::from_secs(120),
        }
    }
}

/// Why the database gave no answer. The texts are for users; what the database or the driver said is in the log alone.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be one of a Neo4j. Only from [`Client::new`].
    #[error(
        "the store's address {0}; write bolt://HOST:PORT or neo4j://HOST:PORT (with TLS: bolt+s://, neo4j+s://; self-signed: +ssc)"
    )]
    Address(&'static str),
    /// It cannot be reached, refuses the login, has no free connection, or failed again and again.
    #[error("the database cannot be reached at the moment; try again later")]
    Unavailable,
    /// It did not answer within the deadline.
    #[error("the database did not answer in time; ask for less, or try again later")]
    Timeout,
    /// It refused the statement, or its rows are not what the statement asks for: a fault of ours.
    #[error("the database refused a statement of this server")]
    Query,
}

/// Retries of one call after a transient failure.
const RETRIES: u32 = 3;
/// The first pause before a retry; it doubles, and each is between half of it and the whole.
const PAUSE: Duration = Duration::from_millis(20);
/// What a statement is left of the remaining time, in per cent, so that the database's own timeout speaks first.
const STATEMENT_SHARE: u32 = 95;
/// What a probe asks.
const PROBED: &str = "RETURN 1 AS row";
/// How long a probe may take; less than the time between two of them.
const PROBE: Duration = Duration::from_millis(900);
/// How long the request that a probe was begun for waits for it, while all others are refused at once.
const PROBE_SHOWN: Duration = Duration::from_millis(80);
/// Rows asked for at once.
const FETCH_SIZE: usize = 1000;
/// The driver's own limit on a single read. It must be above every deadline of ours, or it would cut slow statements.
const DRIVER_TIMEOUT: Duration = Duration::from_secs(600);

/// A pool of connections to one Neo4j, or to a cluster. Connects when first asked. Wants to be used in one Tokio runtime.
pub struct Client(Arc<Inner>);

struct Inner {
    config: neo4rs::Config,
    graph: RwLock<Graph>,
    permits: Semaphore,
    breaker: Breaker,
    /// While the database is asked whether it answers, over a new connection.
    is_probed: AtomicBool,
    /// Where the login is a token.
    relay: Option<Relay>,
    limits: Limits,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The driver's configuration holds the password.
        formatter
            .debug_struct("Client")
            .field("limits", &self.0.limits)
            .field("breaker", &self.0.breaker)
            .finish_non_exhaustive()
    }
}

/// Marks that the database is being probed, until it is dropped.
struct Probed(Arc<Inner>);

impl Drop for Probed {
    fn drop(&mut self) {
        self.0.is_probed.store(false, Ordering::Release);
    }
}

/// Why an attempt gave nothing.
enum Failure {
    /// Worth another attempt, if there is time.
    Passing(Error),
    Final(Error),
}

impl Client {
    /// A client for this address. Does not connect yet.
    pub fn new(address: &Address, limits: Limits) -> Result<Client, Error> {
        parts(&address.uri)?;
        Client::over(address, None, limits)
    }

    /// The same with a bearer token in the place of user and password. What it allows, says [`token`](super::token).
    pub fn with_token(address: &Address, token: Token, limits: Limits) -> Result<Client, Error> {
        let relay = Relay::new(&address.uri, token)?;
        let address = Address {
            uri: relay.uri.clone(),
            user: "token".into(),
            password: relay.secret.clone(),
            database: address.database.clone(),
        };
        Client::over(&address, Some(relay), limits)
    }

    fn over(address: &Address, relay: Option<Relay>, limits: Limits) -> Result<Client, Error> {
        let mut config = ConfigBuilder::new()
            .uri(&address.uri)
            .user(&address.user)
            .password(&address.password)
            .max_connections(limits.connections)
            .fetch_size(FETCH_SIZE)
            .connection_timeout(DRIVER_TIMEOUT);
        if let Some(database) = &address.database {
            config = config.db(database.as_str());
        }
        if address.database.is_none() && address.uri.starts_with("neo4j") {
            tracing::warn!(
                "neo4j: without --neo4j-database the driver asks for the cluster's members before every statement; name it"
            );
        }
        let config = config.build().map_err(|error| refused_address(&error))?;
        let graph = Graph::connect(config.clone()).map_err(|error| refused_address(&error))?;
        Ok(Client(Arc::new(Inner {
            config,
            graph: RwLock::new(graph),
            permits: Semaphore::new(limits.connections),
            breaker: Breaker::default(),
            is_probed: AtomicBool::new(false),
            relay,
            limits,
        })))
    }

    /// What it was made with.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Whether the database answers now.
    pub async fn check(&self) -> Result<(), Error> {
        let statement = Statement { text: PROBED.into(), parameters: Vec::new() };
        self.read(&statement, Instant::now() + self.0.limits.wait).await.map(drop)
    }

    /// Runs a reading statement and returns what stands in its column [`ROW`]. The database refuses it if it writes.
    pub async fn read(&self, statement: &Statement, deadline: Instant) -> Result<Vec<Value>, Error> {
        let rows = self.rows(statement, deadline).await?;
        Ok(rows.values(statement)?.into_iter().map(Part::into_owned).collect())
    }

    /// The same, as the driver gives its rows: nothing is copied.
    pub async fn rows(&self, statement: &Statement, deadline: Instant) -> Result<Rows, Error> {
        self.0.attempts(deadline, || self.0.read_once(statement, deadline)).await
    }

    /// Runs a writing statement, once: after an error it may be done or not, and the caller knows what may be sent again.
    pub async fn write(&self, statement: &Statement) -> Result<(), Error> {
        let deadline = Instant::now() + self.0.limits.batch;
        self.0.begin(deadline).await?;
        self.0.write_once(statement, deadline).await.map_err(Failure::into_error)
    }
}

impl Failure {
    fn into_error(self) -> Error {
        match self {
            Failure::Passing(error) | Failure::Final(error) => error,
        }
    }
}

impl Inner {
    async fn attempts<T, F>(self: &Arc<Self>, deadline: Instant, mut attempt: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        self.begin(deadline).await?;
        let mut pause = PAUSE;
        for _ in 0..RETRIES {
            match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(error)) => {
                    let pause = jittered(pause);
                    if self.breaker.is_open() || Instant::now() + pause >= deadline {
                        return Err(error);
                    }
                    tokio::time::sleep(pause).await;
                }
            }
            pause *= 2;
        }
        attempt().await.map_err(Failure::into_error)
    }

    /// What goes before every call.
    async fn begin(self: &Arc<Self>, deadline: Instant) -> Result<(), Error> {
        if let Some(relay) = &self.relay {
            relay.start();
        }
        self.admit(deadline).await
    }

    async fn read_once(self: &Arc<Self>, statement: &Statement, deadline: Instant) -> Result<Rows, Failure> {
        let _permit = self.permit(deadline).await?;
        let graph = self.graph();
        // The driver's futures take kilobytes, and each future around them as much again, copied whenever one is moved.
        let call = Box::pin(graph.execute_read(query(statement, deadline)?));
        let mut rows = self.answered(call, statement, deadline, self.limits.answer).await?;
        let mut all = Vec::new();
        loop {
            // From here on the database is known to live: running out of time says nothing against it.
            match timeout_at(deadline, rows.next()).await {
                Err(_) => return Err(Failure::Final(Error::Timeout)),
                Ok(Err(error)) => return Err(self.failure(&error, statement)),
                Ok(Ok(None)) => return Ok(Rows(all)),
                Ok(Ok(Some(row))) => all.push(row),
            }
        }
    }

    async fn write_once(self: &Arc<Self>, statement: &Statement, deadline: Instant) -> Result<(), Failure> {
        let _permit = self.permit(deadline).await?;
        let graph = self.graph();
        let call = Box::pin(graph.run(query(statement, deadline)?));
        self.answered(call, statement, deadline, self.limits.batch).await.map(|_summary| ())
    }

    /// A place among the statements that run at the same time.
    async fn permit(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, Failure> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        let until = deadline.min(Instant::now() + self.limits.wait);
        match timeout_at(until, self.permits.acquire()).await {
            // Those who waited for calls that came to nothing need not find out for themselves.
            Ok(Ok(_)) if self.breaker.is_open() => Err(Failure::Final(Error::Unavailable)),
            Ok(Ok(permit)) => Ok(permit),
            // All are taken; the semaphore itself is never closed.
            Ok(Err(_)) | Err(_) => Err(Failure::Final(Error::Unavailable)),
        }
    }

    /// What the driver's call gives, if it gives it in time.
    async fn answered<T>(
        self: &Arc<Self>,
        call: impl Future<Output = Result<T, neo4rs::Error>>,
        statement: &Statement,
        deadline: Instant,
        limit: Duration,
    ) -> Result<T, Failure> {
        let until = deadline.min(Instant::now() + limit);
        match timeout_at(until, call).await {
            Ok(Ok(answer)) => {
                self.breaker.succeeded(Instant::now().into_std());
                Ok(answer)
            }
            Ok(Err(error)) => Err(self.failure(&error, statement)),
            Err(_) => {
                tracing::warn!("neo4j: no answer in time");
                // The statement may be hard, or the time short: whether the database lives, it is asked.
                self.probe();
                let error = if until == deadline { Error::Timeout } else { Error::Unavailable };
                Err(Failure::Final(error))
            }
        }
    }

    /// Lets a call through, refuses it, or asks the database first and waits a moment for its word.
    async fn admit(self: &Arc<Self>, deadline: Instant) -> Result<(), Error> {
        match self.breaker.admit(Instant::now().into_std()) {
            Admission::Pass => Ok(()),
            Admission::Refuse => Err(Error::Unavailable),
            Admission::Probe => {
                let Some(probe) = self.probe() else { return Err(Error::Unavailable) };
                match timeout_at(deadline.min(Instant::now() + PROBE_SHOWN), probe).await {
                    Ok(Ok(true)) => Ok(()),
                    Ok(_) | Err(_) => Err(Error::Unavailable),
                }
            }
        }
    }

    /// Asks the database whether it answers, and sets the circuit by that; goes on when nobody waits for it. It takes no permit: those may
    /// all be held by calls that hang. None while another one is under way.
    fn probe(self: &Arc<Self>) -> Option<JoinHandle<bool>> {
        if self.is_probed.swap(true, Ordering::AcqRel) {
            return None;
        }
        let probed = Probed(self.clone());
        Some(tokio::spawn(async move {
            let inner = &probed.0;
            let since = Instant::now();
            let answers = inner.answers().await;
            let now = Instant::now().into_std();
            if answers {
                inner.breaker.succeeded(now);
            } else if inner.breaker.open(since.into_std(), now) {
                tracing::error!("neo4j: the circuit is open; requests are refused until the database answers again");
            }
            answers
        }))
    }

    /// Asks over a new pool, which takes the place of the old one if it has an answer: connections from before an outage may be dead. Asks
    /// over the old one too, which alone knows a cluster's members when the one that the address names is away.
    async fn answers(&self) -> bool {
        let old = self.graph();
        let over_new = async {
            let new = self.connect().await?;
            asked(&new).await.then(|| self.replace(new))
        };
        let (over_new, over_old) = (pin!(over_new), pin!(asked(&old)));
        match select(over_new, over_old).await {
            Either::Left((Some(()), _)) => true,
            Either::Left((None, over_old)) => over_old.await,
            // The dead connections are in the old pool, if there are any.
            Either::Right((answers, over_new)) => over_new.await.is_some() || answers,
        }
    }

    fn failed(&self) {
        if self.breaker.failed(Instant::now().into_std()) {
            tracing::error!("neo4j: the circuit is open; requests are refused until the database answers again");
        }
    }

    /// A pool without connections yet. To prepare its TLS reads files.
    async fn connect(&self) -> Option<Graph> {
        let config = self.config.clone();
        let made = spawn_blocking(move || Graph::connect(config)).await.ok()?;
        made.inspect_err(|error| tracing::error!(error.message = %error, "neo4j: the pool cannot be replaced")).ok()
    }

    fn replace(&self, graph: Graph) {
        *self.graph.write().unwrap_or_else(PoisonError::into_inner) = graph;
    }

    fn graph(&self) -> Graph {
        self.graph.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sorts what went wrong, counts it, and writes it to the log, the only place for the driver's words.
    fn failure(&self, error: &neo4rs::Error, statement: &Statement) -> Failure {
        if let neo4rs::Error::AuthenticationError(message) = error {
            tracing::error!(error.message = message, "neo4j: no access; check user, password or token");
            self.failed();
            return Failure::Final(Error::Unavailable);
        }
        let neo4rs::Error::Neo4j(said) = error else {
            tracing::warn!(error.message = %error, "neo4j: the connection failed");
            self.failed();
            return Failure::Passing(Error::Unavailable);
        };
        let (code, message) = (said.code(), said.message());
        if code.contains("TransactionTimedOut") || code.ends_with("Transaction.Terminated") {
            tracing::warn!(error.code = code, error.message = message, "neo4j: the statement ran out of time");
            return Failure::Final(Error::Timeout);
        }
        match said.kind() {
            Kind::Transient | Kind::Client(ClientKind::SessionExpired) => {
                tracing::warn!(error.code = code, error.message = message, "neo4j: a passing failure");
                Failure::Passing(Error::Unavailable)
            }
            Kind::Client(ClientKind::Security(_) | ClientKind::FatalDiscovery) => {
                tracing::error!(
                    error.code = code,
                    error.message = message,
                    "neo4j: no access; check user, password and database"
                );
                self.failed();
                Failure::Final(Error::Unavailable)
            }
            _ => {
                tracing::error!(
                    error.code = code,
                    error.message = message,
                    db.statement = statement.text,
                    "neo4j: a statement is refused"
                );
                Failure::Final(Error::Query)
            }
        }
    }
}

/// Whether a pool gives an answer within [`PROBE`].
async fn asked(graph: &Graph) -> bool {
    let milliseconds = i64::try_from(PROBE.as_millis()).unwrap_or(i64::MAX);
    let call = async {
        let mut rows = graph.execute_read(neo4rs::query(PROBED).extra("tx_timeout", milliseconds)).await?;
        while rows.next().await?.is_some() {}
        Ok::<_, neo4rs::Error>(())
    };
    match timeout(PROBE, call).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(error.message = %error, "neo4j: the database does not answer yet");
            false
        }
        Err(_) => false,
    }
}

/// The driver's form of a statement, with the time that the database may spend on it.
fn query(statement: &Statement, deadline: Instant) -> Result<neo4rs::Query, Failure> {
    let remaining = deadline.saturating_duration_since(Instant::now());
    let milliseconds = (remaining * STATEMENT_SHARE / 100).as_millis();
    // 0 would mean no limit at all.
    if milliseconds == 0 {
        return Err(Failure::Final(Error::Timeout));
    }
    let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    Ok(neo4rs::query(&statement.text)
        .params(statement.parameters.iter().map(|(name, value)| (name.as_str(), BoltType::from(value))))
        .extra("tx_timeout", milliseconds))
}

/// Between half of the pause and all of it, so that requests that failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    let share = u32::try_from(random % 512).unwrap_or(0) + 512;
    pause * share / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_gets_less_time_than_the_request() {
        assert!(matches!(query_in(Duration::ZERO), Err(Failure::Final(Error::Timeout))));
        assert!(query_in(Duration::from_secs(1)).is_ok_and(|query| query.has_extra_key("tx_timeout")));
    }

    fn query_in(time: Duration) -> Result<neo4rs::Query, Failure> {
        query(&Statement { text: "RETURN 1 AS row".into(), parameters: Vec::new() }, Instant::now() + time)
    }

    #[tokio::test]
    async fn what_waits_for_the_database_is_small() {
        let address =
            Address { uri: "bolt://127.0.0.1:1".into(), user: "u".into(), password: "p".into(), database: None };
        let client = Client::new(&address, Limits::default()).unwrap();
        let statement = Statement { text: "RETURN 1 AS row".into(), parameters: Vec::new() };
        let deadline = Instant::now() + Duration::from_secs(1);
        // It is a part of every request's future, which is moved on its way.
        let size = size_of_val(&client.read(&statement, deadline));
        assert!(size <= 3_072, "{size}");
    }

    #[test]
    fn a_pause_is_between_half_and_whole() {
        for _ in 0..100 {
            let pause = jittered(PAUSE);
            assert!(pause >= PAUSE / 2 && pause <= PAUSE, "{pause:?}");
        }
    }
}
