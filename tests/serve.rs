//! The program as it is run: what it prints, how it ends.

#[path = "support/program.rs"]
mod program;

use program::{Server, mdgraph};
use std::io::Read;
use std::net::TcpListener;
use std::process::Output;
use std::time::{Duration, Instant};

fn failed(flags: &[&str]) -> (i32, String) {
    let Output { status, stderr, .. } = mdgraph(flags).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn one_line_says_what_is_served_and_sigterm_ends_it() {
    // `serve` is the default.
    let mut server = Server::start(&[]);
    assert!(server.line.contains(" entities, ") && server.line.contains(" s; http://127.0.0.1:"), "{}", server.line);
    assert!(server.get("/health/ready").starts_with("HTTP/1.1 200 "));
    assert!(server.get("/schema.graphql").contains("type Query"));
    assert!(
        server
            .get("/graphql?query=%7BfirstOne:companies(first:1)%7BtotalCount%7D%7D")
            .contains("\"data\":{\"firstOne\":{\"totalCount\":")
    );
    // A connection without a request does not hold the end up.
    let _idle = server.connect();
    let started = Instant::now();
    server.signal("-TERM");
    let status = server.child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(25), "{:?}", started.elapsed());
    let mut log = String::new();
    server.child.stderr.as_mut().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("operation=") || log.contains("cost="), "a line per request: {log}");
    assert!(!log.contains("a panic"), "{log}");
}

#[test]
fn a_database_that_is_away_is_no_reason_not_to_start() {
    // A port that nobody listens at.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::start(&["--store", &format!("bolt://{free}"), "--log", "off"]);
    assert!(server.line.contains("Neo4j, which does not answer"), "{}", server.line);
    assert!(server.get("/health/live").starts_with("HTTP/1.1 200 "));
    assert!(server.get("/health/ready").starts_with("HTTP/1.1 503 "));
    assert!(server.get("/schema.graphql").contains("type Query"));
    let answer = server.get("/graphql?query=%7Bcompanies%7BtotalCount%7D%7D");
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: "), "{answer}");
    assert!(answer.contains("STORE_UNAVAILABLE") && !answer.contains(&free.to_string()), "{answer}");
}

#[test]
fn the_log_can_be_json() {
    let mut server = Server::start(&["serve", "--log-format", "json"]);
    server.get("/graphql?query=query%20Q%7Bcompanies%7BtotalCount%7D%7D");
    server.signal("-INT");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let mut log = String::new();
    server.child.stderr.as_mut().unwrap().read_to_string(&mut log).unwrap();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let request = lines.iter().find(|line| line["message"] == "answered").expect("a line of the request");
    assert_eq!((&request["operation"], &request["status"]), (&"Q".into(), &200.into()));
    for field in ["request", "cost", "ms"] {
        assert!(!request[field].is_null(), "{field}: {request}");
    }
}

#[test]
fn what_cannot_be_served_is_said_in_a_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (flags, code, words) in [
        (vec!["--listen", address.as_str()], 1, "another port with --listen"),
        (vec!["serve", "--seed", "/nonexistent"], 1, "cannot read /nonexistent"),
        (vec!["serve", "--schema", "/nonexistent"], 1, "cannot read /nonexistent"),
        (vec!["--watch"], 1, "--watch has nothing to watch"),
        (vec!["--store", "ftp://a"], 1, "bolt://"),
        (vec!["--store", "bolt://user:word@a"], 1, "--neo4j-user"),
        (vec!["--store", "neo4j"], 1, "NEO4J_URI"),
        (vec!["--store", "neo4j://a", "--neo4j-token", "s"], 1, "token"),
        (vec!["--store", "bolt://a", "--neo4j-token-file", "/nonexistent"], 1, "/nonexistent"),
        (vec!["--store", "bolt://a", "--neo4j-connections", "0"], 2, "--neo4j-connections"),
        (vec!["--store", "a"], 2, "memory"),
        (vec!["import"], 1, "--store bolt://"),
        (vec!["--log", "a=b=c"], 1, "--log"),
        (vec!["--max-depth", "many"], 2, "--max-depth"),
        (vec!["--cors-origins", "example.org"], 2, "https://example.org"),
        (vec!["sevre"], 2, "sevre"),
    ] {
        let (status, text) = failed(&flags);
        assert_eq!(status, code, "{flags:?}: {text}");
        assert!(text.contains(words) && !text.contains("panicked"), "{flags:?}: {text}");
        assert!(code == 2 || text.lines().count() == 1, "{flags:?}: {text}");
    }
}

#[test]
fn help_explains_every_flag_and_its_variable() {
    for flags in [&["--help"][..], &["serve", "--help"]] {
        let output = mdgraph(flags).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        for word in [
            "/metrics",
            "--watch",
            "--neo4j-token-file",
            "--neo4j-connections",
            "NEO4J_WAIT",
            "--listen",
            "MDGRAPH_LISTEN",
            "--max-cost",
            "MDGRAPH_MAX_COST",
            "--seed",
            "--log-format",
            "--drain",
        ] {
            assert!(text.contains(word), "{flags:?}: {word}");
        }
    }
}
