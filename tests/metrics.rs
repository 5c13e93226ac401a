//! `/metrics`: counts move with what they count, labels stay within closed sets, the page says what there is.

#[path = "support/program.rs"]
mod program;

use mdgraph::error::{ErrorCode, Limit};
use mdgraph::metrics::TABLE;
use program::Server;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A scrape: the value of each series, as it is written before the space.
fn scrape(server: &Server) -> BTreeMap<String, f64> {
    let answer = server.get("/metrics");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("text/plain; version=0.0.4"), "{head}");
    assert!(body.ends_with("# EOF\n"), "{body}");
    let series = body.lines().filter(|line| !line.starts_with('#'));
    series
        .map(|line| line.rsplit_once(' ').map(|(name, value)| (name.into(), value.parse().unwrap())).unwrap())
        .collect()
}

/// How far a series moved.
fn moved(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>, series: &str) -> f64 {
    let value = |scrape: &BTreeMap<String, f64>| scrape.get(series).copied().unwrap_or(0.0);
    value(after) - value(before)
}

#[test]
fn counts_move_with_what_they_count() {
    let server = Server::start(&["--log", "off", "--max-aliases", "1", "--max-body-bytes", "300", "--batches"]);
    let before = scrape(&server);
    for graph in ["mdgraph_graph_entities", "mdgraph_graph_facts", "mdgraph_graph_observations"] {
        assert!(before[graph] > 0.0, "{graph}");
    }
    let query = "{ companies { totalCount } labs { totalCount } }";
    assert!(server.post(query).contains("\"data\""));
    assert!(server.post(query).contains("\"data\""));
    assert!(server.post("{ nothing }").starts_with("HTTP/1.1 400 "));
    assert!(server.post("{ a: companies { totalCount } b: companies { totalCount } }").contains("LIMIT_EXCEEDED"));
    assert!(server.post(&" ".repeat(400)).starts_with("HTTP/1.1 413 "));
    let after = scrape(&server);
    for (series, by) in [
        ("mdgraph_requests_total{status=\"200\",code=\"OK\"}", 2.0),
        ("mdgraph_requests_total{status=\"400\",code=\"GRAPHQL_VALIDATION_FAILED\"}", 1.0),
        ("mdgraph_requests_total{status=\"400\",code=\"LIMIT_EXCEEDED\"}", 1.0),
        ("mdgraph_requests_total{status=\"413\",code=\"PAYLOAD_TOO_LARGE\"}", 1.0),
        ("mdgraph_refusals_total{limit=\"aliases\"}", 1.0),
        ("mdgraph_refusals_total{limit=\"body-bytes\"}", 1.0),
        ("mdgraph_refusals_total{limit=\"depth\"}", 0.0),
        ("mdgraph_prepared_documents_total{result=\"hit\"}", 1.0),
        ("mdgraph_prepared_documents_total{result=\"miss\"}", 3.0),
        // Two root fields, twice.
        ("mdgraph_store_duration_seconds_count{store=\"memory\"}", 4.0),
        ("mdgraph_request_duration_seconds_count", 5.0),
        ("mdgraph_request_duration_seconds_bucket{le=\"+Inf\"}", 5.0),
        ("mdgraph_requests_under_way", 0.0),
    ] {
        assert_eq!(moved(&before, &after, series), by, "{series}: {after:#?}");
    }
    assert!(moved(&before, &after, "mdgraph_request_duration_seconds_sum") > 0.0);
    // The format that newer scrapers ask for.
    let newer = server.get_with("/metrics", "accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n");
    assert!(newer.contains("application/openmetrics-text; version=1.0.0"), "{newer}");
}

#[test]
fn a_database_that_is_away_is_counted() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::start(&["--store", &format!("bolt://{free}"), "--log", "off"]);
    assert!(server.post("{ companies { totalCount } }").contains("STORE_UNAVAILABLE"));
    let after = scrape(&server);
    assert_eq!(after["mdgraph_store_errors_total{store=\"neo4j\",error=\"unavailable\"}"], 1.0);
    assert_eq!(after["mdgraph_requests_total{status=\"503\",code=\"STORE_UNAVAILABLE\"}"], 1.0);
    assert_eq!(after["mdgraph_graph_entities"], 0.0);
}

/// Name and labels of each series, and the values that labels take.
type Series = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn series(scrape: &BTreeMap<String, f64>) -> Series {
    let mut found = Series::new();
    for name in scrape.keys() {
        let (name, labels) = name.split_once('{').unwrap_or((name, ""));
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        let entry = found.entry(base.to_owned()).or_default();
        for label in labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty()) {
            let (key, value) = label.split_once('=').unwrap();
            if key != "le" {
                entry.entry(key.to_owned()).or_default().insert(value.trim_matches('"').to_owned());
            }
        }
    }
    found
}

#[test]
fn labels_take_their_values_from_closed_sets() {
    let server = Server::start(&["--log", "off"]);
    for number in 0..50 {
        server.post(&format!("query Q{number} {{ a{number}: companies(first: {number}) {{ totalCount }} }}"));
        server.post(&format!("{{ nothing{number} }}"));
        server.get(&format!("/path{number}"));
        server.get_with(&format!("/graphql?query={number}"), "accept: text/html\r\n");
    }
    let found = series(&scrape(&server));
    let mut limits: BTreeSet<&str> = Limit::ALL.map(Limit::name).into_iter().collect();
    limits.extend(["body-bytes", "concurrency", "deadline"]);
    let codes: BTreeSet<&str> = ErrorCode::all().map(ErrorCode::name).chain(["OK"]).collect();
    for (name, labels) in &found {
        let row = TABLE.iter().find(|row| row.name == name);
        let row = row.unwrap_or_else(|| panic!("{name} is not in the table"));
        for (label, values) in labels {
            assert!(row.labels.contains(&label.as_str()), "{name}: {label}");
            let known = |value: &String| match label.as_str() {
                "status" => value.parse::<u16>().is_ok_and(|status| (200..600).contains(&status)),
                "code" => codes.contains(value.as_str()),
                "limit" => limits.contains(value.as_str()),
                "store" => ["memory", "neo4j"].contains(&value.as_str()),
                "error" => ["unavailable", "timeout", "internal"].contains(&value.as_str()),
                "result" => ["hit", "miss", "loaded", "refused"].contains(&value.as_str()),
                _ => false,
            };
            assert!(values.iter().all(known), "{name}: {label}: {values:?}");
        }
    }
    // What was never observed has no series yet.
    let silent = TABLE.iter().map(|row| row.name).filter(|name| !found.contains_key(*name));
    assert_eq!(silent.collect::<Vec<_>>(), ["mdgraph_store_errors_total"]);
}

const START: &str = "<!-- written by UPDATE=1 cargo test --test metrics -->\n";
const END: &str = "<!-- end -->\n";

#[test]
fn the_page_lists_every_metric() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md");
    let page = std::fs::read_to_string(path).expect("docs/operations.md");
    let (before, rest) = page.split_once(START).expect("the table's start");
    let (_, after) = rest.split_once(END).expect("the table's end");
    let mut table =
        String::from("| metric | kind | labels | what it says | look when |\n| --- | --- | --- | --- | --- |\n");
    for row in TABLE {
        let labels: Vec<String> = row.labels.iter().map(|label| format!("`{label}`")).collect();
        let labels = if labels.is_empty() { "—".to_owned() } else { labels.join(", ") };
        writeln!(table, "| `{}` | {} | {labels} | {} | {} |", row.name, row.kind, row.help, row.look).unwrap();
    }
    let expected = format!("{before}{START}{table}{END}{after}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap();
    assert!(found == expected, "docs/operations.md is not that of the code. Run UPDATE=1 cargo test --test metrics");
}
