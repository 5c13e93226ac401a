//! What a network and a database can do to a served mdgraph, done on purpose: no answer is wrong, none is late, nothing leaks, and
//! it serves again by itself. A proxy stands between the two; the database is a Neo4j of the tests' own, which is also killed.

mod support;

#[path = "support/bolt.rs"]
mod bolt;
#[path = "support/program.rs"]
mod program;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/site.rs"]
mod site;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use bolt::{Bolt, Script};
use libtest_mimic::Failed;
use mdgraph::store::neo4j::client::{Address, Client, Limits, Statement};
use proxy::{Mode, Proxy};
use site::Site;
use support::database::block_on;
use support::neo4j::Neo4j;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

fn main() -> ExitCode {
    support::neo4j::run_on_own_in_turn(&[
        ("without_its_database_it_starts_says_so_and_serves_when_there_is_one", starts_without),
        ("no_fault_of_the_network_makes_an_answer_wrong_or_late_and_each_heals", network),
        ("a_thousand_requests_that_went_away_leave_every_connection_free", cancelled),
        ("a_database_of_another_ontology_is_told_apart_and_how", other_ontology),
        ("reads_go_to_the_members_of_a_cluster_that_serve_reads", routed),
        ("it_outlives_a_database_that_is_killed_under_load", killed),
    ])
}

fn starts_without(neo4j: &Neo4j) -> Result<(), Failed> {
    filled(neo4j)?;
    block_on(async {
        let mut proxy = Proxy::before(address(neo4j)).await?;
        proxy.set(Mode::Refused).await?;
        let mut site = Site::start(&proxy.uri(), &[]);
        assert!(site.server.get("/health/live").starts_with("HTTP/1.1 200 "));
        for mode in [Mode::Refused, Mode::Silent] {
            proxy.set(mode).await?;
            // The first calls find out; from then on nobody waits.
            let began = Instant::now();
            while site.ask(0).await?.took > Duration::from_millis(50) {
                assert!(began.elapsed() < Duration::from_secs(60), "{mode:?}: each still finds out for itself");
            }
            let ready = site.server.get("/health/ready");
            assert!(ready.starts_with("HTTP/1.1 503 ") && ready.contains("cannot be reached"), "{mode:?}: {ready}");
            let (slowest, lag) = slowest_refusal(&site).await?;
            assert!(slowest < Duration::from_millis(100) + lag, "{mode:?}: refused after {slowest:?}");
            println!("{mode:?}: refused within {slowest:?}");
        }
        proxy.set(Mode::Pass).await?;
        let began = Instant::now();
        while site.ask(0).await?.status != 200 {
            assert!(began.elapsed() < site::RECOVERY, "not serving {:?} after the database came", began.elapsed());
            sleep(Duration::from_millis(20)).await;
        }
        println!("serving {:?} after the database came", began.elapsed());
        assert!(site.server.get("/health/ready").starts_with("HTTP/1.1 200 "));
        site.learn().await
    })
}

/// Asks for 1.5 s, which spans a probe, what cannot be answered. The longest wait, and that for nothing at all.
async fn slowest_refusal(site: &Site) -> Result<(Duration, Duration), Failed> {
    let began = Instant::now();
    let (mut slowest, mut lag) = (Duration::ZERO, Duration::ZERO);
    while began.elapsed() < Duration::from_millis(1500) {
        let answer = site.ask(0).await?;
        assert!(answer.status == 503 && answer.body.contains("STORE_UNAVAILABLE"), "{}", answer.body);
        slowest = slowest.max(answer.took);
        let asked = Instant::now();
        site.is_alive().await?;
        lag = lag.max(asked.elapsed());
        sleep(Duration::from_millis(10)).await;
    }
    Ok((slowest, lag))
}

fn network(neo4j: &Neo4j) -> Result<(), Failed> {
    filled(neo4j)?;
    block_on(async {
        let mut proxy = Proxy::before(address(neo4j)).await?;
        let mut site = Site::start(&proxy.uri(), &["--neo4j-connections", "8", "--neo4j-wait", "1"]);
        site.learn().await?;
        // One after the other, over one server: none may leave anything behind.
        for mode in [
            Mode::Refused,
            Mode::Cut,
            Mode::Silent,
            Mode::HalfOpen,
            Mode::Slow(16, Duration::from_millis(5)),
            Mode::Refused,
        ] {
            let fault = async {
                sleep(Duration::from_millis(300)).await;
                proxy.set(mode).await?;
                sleep(Duration::from_millis(2700)).await;
                Ok(())
            };
            let ((), tally) = site.under_load(12, fault).await.map_err(|e| in_mode(mode, e))?;
            // What hangs half-open is never mended by the network, only by new connections.
            if mode != Mode::HalfOpen {
                proxy.set(Mode::Pass).await?;
            }
            let took = site.recovers().await.map_err(|e| in_mode(mode, e))?;
            site.is_well().await.map_err(|e| in_mode(mode, e))?;
            println!("{mode:?}: well again after {took:?}; {tally:?}");
            assert!(tally.right > 0 && !tally.excused.is_empty(), "{mode:?} was not felt: {tally:?}");
        }
        Ok(())
    })
}

fn in_mode(mode: Mode, failed: Failed) -> Failed {
    format!("{mode:?}: {}", failed.message().unwrap_or_default()).into()
}

fn cancelled(neo4j: &Neo4j) -> Result<(), Failed> {
    const CONNECTIONS: usize = 4;
    filled(neo4j)?;
    block_on(async {
        let mut proxy = Proxy::before(address(neo4j)).await?;
        let mut site =
            Site::start(&proxy.uri(), &["--neo4j-connections", "4", "--neo4j-wait", "0.3", "--deadline", "10"]);
        site.learn().await?;
        for batch in 0..100u64 {
            let gone = (0..10u64).map(|one| {
                let (site, one) = (&site, batch * 10 + one);
                async move {
                    let stream = site.send(one as usize).await;
                    // At another moment each time: while the statement waits for its turn, is sent, runs, or is answered.
                    sleep(Duration::from_micros(one * 37 % 8000)).await;
                    stream.map(drop)
                }
            });
            for sent in futures::future::join_all(gone).await {
                sent?;
            }
        }
        site.recovers().await?;
        site.is_well().await?;
        // As many connections as there may be are open.
        for answer in futures::future::join_all((0..4 * CONNECTIONS).map(|_| site.ask(0))).await {
            answer?;
        }
        // Every answer now takes longer than a request waits for a free connection: as many as there are connections are answered,
        // and only because all of those are free.
        proxy.set(Mode::Slow(64 * 1024, Duration::from_millis(500))).await?;
        let all = (0..CONNECTIONS).map(|_| site.ask(0));
        for answer in futures::future::join_all(all).await {
            let answer = answer?;
            assert_eq!(site.judge(0, &answer)?, None, "{}", answer.body);
        }
        let one_more = (0..=CONNECTIONS).map(|_| site.ask(0));
        let mut refused = 0;
        for answer in futures::future::join_all(one_more).await {
            refused += usize::from(site.judge(0, &answer?)? == Some("STORE_UNAVAILABLE"));
        }
        assert_eq!(refused, 1, "of one request more than there are connections");
        Ok(())
    })
}

fn killed(neo4j: &Neo4j) -> Result<(), Failed> {
    filled(neo4j)?;
    let (now, when) = mpsc::channel();
    let (tell, told) = oneshot::channel();
    std::thread::scope(|scope| {
        // It takes seconds to start; the clients go on meanwhile.
        scope.spawn(move || {
            if when.recv().is_ok() {
                let began = Instant::now();
                // Nobody listens any more when the test has failed already.
                tell.send(neo4j.kill().and_then(|()| neo4j.restart()).map(|()| began.elapsed())).ok();
            }
        });
        block_on(async {
            let mut site = Site::start(&neo4j.uri, &["--neo4j-connections", "8"]);
            site.learn().await?;
            let outage = async {
                sleep(Duration::from_millis(500)).await;
                now.send(())?;
                let away = told.await??;
                Ok((away, site.recovers().await?))
            };
            let ((away, took), tally) = site.under_load(8, outage).await?;
            println!("away for {away:?}, asked again after {took:?}; {tally:?}");
            site.warms_up().await?;
            site.is_well().await?;
            assert!(tally.right > 0 && tally.excused.contains_key("STORE_UNAVAILABLE"), "it was not felt: {tally:?}");
            assert!(site.server.get("/health/ready").starts_with("HTTP/1.1 200 "));
            Ok(())
        })
    })
}

fn other_ontology(neo4j: &Neo4j) -> Result<(), Failed> {
    filled(neo4j)?;
    // The shipped ontology with a kind more, a value of an enum more, and one property renamed.
    let directory = tempfile::tempdir()?;
    let mut is_renamed = false;
    for (path, text) in mdgraph::ontology::embedded_files() {
        let name = path.rsplit('/').next().unwrap_or(&path);
        let renamed = text.replace("  creditCode: CreditCode", "  registration: CreditCode");
        is_renamed |= renamed != text;
        std::fs::write(directory.path().join(name), renamed)?;
    }
    assert!(is_renamed, "the ontology has no creditCode any more: rename another property here");
    let fair = "\"\"\"\n展会 · trade fair\n\"\"\"\ntype TradeFair implements Entity @node {\n  \"展位 · stands\"\n  stands: Int\n}\n";
    std::fs::write(directory.path().join("fair.graphql"), fair)?;
    let site = Site::start(&neo4j.uri, &["--schema", directory.path().to_str().ok_or("a path")?]);
    let ready = site.server.get("/health/ready");
    assert!(ready.starts_with("HTTP/1.1 503 "), "{ready}");
    for text in [&ready, &site.server.line] {
        let told = [
            "another ontology",
            "new: Company.registration",
            "TradeFair",
            "gone: Company.creditCode",
            "mdgraph import",
        ];
        for words in told {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains(address(neo4j)), "no host is told: {text}");
    }
    let answer = site.server.post("{ tradeFairs { totalCount } }");
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("STORE_UNAVAILABLE"), "{answer}");
    Ok(())
}

fn routed(neo4j: &Neo4j) -> Result<(), Failed> {
    filled(neo4j)?;
    block_on(async {
        // A cluster for the client: a router of the tests' own names a reader and a writer, which are one Neo4j behind two proxies.
        let reader = Proxy::before(address(neo4j)).await?;
        let writer = Proxy::before(address(neo4j)).await?;
        let members = vec![("READ", reader.address.to_string()), ("WRITE", writer.address.to_string())];
        let router = Bolt::start(Script { members, ..Script::default() }).await?;
        let uri = format!("neo4j://{}", router.address);

        let mut site = Site::start(&uri, &["--neo4j-database", "neo4j"]);
        site.learn().await?;
        site.is_well().await?;
        assert!(reader.statements() > 30, "the reader ran {} statements", reader.statements());
        assert_eq!((writer.statements(), router.statements()), (0, 0), "reads at the writer, at the router");
        // The table holds for five minutes, as the router says.
        assert!(router.routes() < 40 / 2, "asked for the members {} times", router.routes());

        let settings =
            Address { uri, user: neo4j.user.clone(), password: String::new(), database: Some("neo4j".into()) };
        let client = Client::new(&settings, Limits::default())?;
        let text = "MERGE (n:Routed) WITH n DETACH DELETE n".to_owned();
        client.write(&Statement { text, parameters: Vec::new() }).await?;
        assert_eq!(writer.statements(), 1, "a write goes to the writer");
        Ok(())
    })
}

/// `HOST:PORT` of the database.
fn address(neo4j: &Neo4j) -> &str {
    neo4j.uri.trim_start_matches("bolt://")
}

/// Puts the shipped data there, once.
fn filled(neo4j: &Neo4j) -> Result<(), Failed> {
    static FILLED: Mutex<BTreeMap<String, Result<(), String>>> = Mutex::new(BTreeMap::new());
    let fill = || {
        let import = program::mdgraph(&["import", "--store", &neo4j.uri]).output();
        let output = import.map_err(|e| format!("mdgraph import does not run: {e}"))?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    };
    let mut filled = FILLED.lock().unwrap_or_else(PoisonError::into_inner);
    filled.entry(neo4j.uri.clone()).or_insert_with(fill).clone().map_err(Failed::from)
}
