//! What the client of `store::neo4j` promises, against a real Neo4j: deadlines, refused writes, no leaked connection, the circuit.

mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Failed;
use mdgraph::store::neo4j::client::{Address, Client, Error, Limits, Statement};
use mdgraph::store::neo4j::value::Value;
use support::database::block_on;
use support::neo4j::Neo4j;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

fn main() -> ExitCode {
    support::neo4j::run(&[
        ("values_come_back_as_they_went", values_come_back_as_they_went),
        ("a_read_that_writes_is_refused", a_read_that_writes_is_refused),
        (
            "a_slow_statement_ends_at_the_deadline_and_on_the_server",
            a_slow_statement_ends_at_the_deadline_and_on_the_server,
        ),
        ("a_thousand_cancelled_reads_leak_no_connection", a_thousand_cancelled_reads_leak_no_connection),
        ("a_silent_server_opens_the_circuit_which_closes_within_2_s", a_silent_server_opens_the_circuit),
    ])
}

/// Runs for many minutes unless it is stopped, and gives nothing before.
const SLOW: &str = "UNWIND range(1, 1000000000) AS a UNWIND range(1, 1000) AS b RETURN count(*) AS row";

fn values_come_back_as_they_went(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let client = connect(neo4j, &neo4j.uri, Limits::default())?;
        client.check().await?;
        let value = Value::map([
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("large", Value::Int(i64::MAX)),
            ("float", Value::Float(0.5)),
            ("text", "威高𠮷".into()),
            ("list", Value::List(vec![Value::Int(-1), Value::Null, Value::texts(["a", "b"])])),
        ]);
        let statement = Statement {
            text: "UNWIND $keys AS key RETURN $value[key] AS row".into(),
            parameters: vec![
                ("value".into(), value.clone()),
                ("keys".into(), Value::texts(["null", "true", "large", "float", "text", "list"])),
            ],
        };
        let rows = client.read(&statement, within(5000)).await?;
        let Value::Map(entries) = value else { return Err("not a map".into()) };
        assert_eq!(rows, entries.into_iter().map(|(_, value)| value).collect::<Vec<_>>());
        Ok(())
    })
}

fn a_read_that_writes_is_refused(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let client = connect(neo4j, &neo4j.uri, Limits::default())?;
        let refused = client.read(&text("CREATE (n:Written) RETURN 1 AS row"), within(5000)).await;
        assert!(matches!(refused, Err(Error::Query)), "{refused:?}");
        let left = client.read(&text("MATCH (n:Written) RETURN count(n) AS row"), within(5000)).await?;
        assert_eq!(left, [Value::Int(0)]);
        Ok(())
    })
}

fn a_slow_statement_ends_at_the_deadline_and_on_the_server(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let client = connect(neo4j, &neo4j.uri, Limits { wait: Duration::from_secs(20), ..Limits::default() })?;
        client.check().await?;
        let began = Instant::now();
        let answer = client.read(&text(SLOW), within(500)).await;
        assert!(matches!(answer, Err(Error::Timeout)), "{answer:?}");
        assert!(began.elapsed() < Duration::from_millis(700), "answered after {:?}", began.elapsed());
        // The server looks at timeouts every 2 s.
        let running =
            text("SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery STARTS WITH 'UNWIND' RETURN count(*) AS row");
        for _ in 0..60 {
            // The first of these is planned and compiled, beside a statement that keeps a processor busy: it may be late itself.
            match client.read(&running, within(5000)).await {
                Ok(rows) if rows == [Value::Int(0)] => return Ok(()),
                Ok(_) | Err(Error::Timeout) => {}
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the statement still runs on the server".into())
    })
}

fn a_thousand_cancelled_reads_leak_no_connection(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let client = connect(neo4j, &neo4j.uri, Limits { connections: 4, ..Limits::default() })?;
        client.check().await?;
        for round in 0..1000u64 {
            // Cancelled at another moment each time: while connecting, sending, waiting, or after the answer.
            let some = Duration::from_micros(round * 7 % 3000);
            tokio::time::timeout(some, client.read(&text("UNWIND range(1, 2000) AS row RETURN row"), within(5000)))
                .await
                .ok();
        }
        let began = Instant::now();
        let reads = (0..4).map(|_| client.read(&ONE, within(2000)));
        for answer in futures::future::join_all(reads).await {
            assert_eq!(answer?, [Value::Int(1)]);
        }
        assert!(began.elapsed() < Duration::from_secs(2), "answered after {:?}", began.elapsed());
        Ok(())
    })
}

fn a_silent_server_opens_the_circuit(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let proxy = Proxy::before(neo4j).await?;
        let limits = Limits { answer: Duration::from_millis(300), ..Limits::default() };
        let client = connect(neo4j, &proxy.uri, limits)?;
        for _ in 0..20 {
            // Fills the pool with connections that the partition will make useless.
            client.check().await?;
        }
        proxy.set_silent(true);
        for _ in 0..5 {
            let answer = client.read(&ONE, within(2000)).await;
            assert!(matches!(answer, Err(Error::Unavailable)), "{answer:?}");
        }
        let began = Instant::now();
        let refused = client.read(&ONE, within(2000)).await;
        assert!(matches!(refused, Err(Error::Unavailable)), "{refused:?}");
        assert!(began.elapsed() < Duration::from_millis(100), "refused after {:?}", began.elapsed());
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert!(client.read(&ONE, within(2000)).await.is_err(), "the probe fails as well");

        proxy.set_silent(false);
        let healed = Instant::now();
        while client.read(&ONE, within(2000)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(healed.elapsed() < Duration::from_secs(2), "serving after {:?}", healed.elapsed());
        Ok(())
    })
}

static ONE: std::sync::LazyLock<Statement> = std::sync::LazyLock::new(|| text("RETURN 1 AS row"));

fn text(text: &str) -> Statement {
    Statement { text: text.into(), parameters: Vec::new() }
}

fn within(milliseconds: u64) -> Instant {
    Instant::now() + Duration::from_millis(milliseconds)
}

fn connect(neo4j: &Neo4j, uri: &str, limits: Limits) -> Result<Client, Error> {
    let address =
        Address { uri: uri.into(), user: neo4j.user.clone(), password: neo4j.password.clone(), database: None };
    Client::new(&address, limits)
}

/// Stands before the server and can fall silent: it then accepts connections and passes nothing, and what was open stays so.
struct Proxy {
    uri: String,
    silent: watch::Sender<bool>,
}

impl Proxy {
    async fn before(neo4j: &Neo4j) -> Result<Proxy, Failed> {
        let (scheme, server) = neo4j.uri.split_once("://").ok_or("NEO4J_URI has no scheme")?;
        let server: Arc<str> = server.into();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let uri = format!("{scheme}://{}", listener.local_addr()?);
        let (silent, is_silent) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (server, mut is_silent) = (Arc::clone(&server), is_silent.clone());
                tokio::spawn(async move {
                    if is_silent.wait_for(|silent| !silent).await.is_err() {
                        return;
                    }
                    let Ok(mut server) = TcpStream::connect(&*server).await else { return };
                    let passing = copy_bidirectional(&mut client, &mut server);
                    let falls_silent = async { is_silent.wait_for(|silent| *silent).await.is_ok() };
                    let fell_silent = tokio::select! { _ = passing => false, fell = falls_silent => fell };
                    if fell_silent {
                        // Neither passes anything nor closes.
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        Ok(Proxy { uri, silent })
    }

    fn set_silent(&self, silent: bool) {
        self.silent.send_replace(silent);
    }
}
