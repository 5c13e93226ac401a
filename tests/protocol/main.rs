//! What the server promises on the wire, asked through a real socket.

mod client;
mod life;
mod limits;
mod server;
mod tables;

use client::{Client, NEWER, ask};
use server::Server;

const JSON: (&str, &str) = ("content-type", "application/json");
const QUERY: &str = r#"{"query":"{a}"}"#;

#[test]
fn methods() {
    let server = Server::start(&[]);
    let get = ask(server.address, "GET /graphql?query=%7Ba%7D&variables=%7B%22b%22:1%7D&operationName=A", &[], "");
    assert_eq!(get.status, 200);
    assert_eq!(get.json()["data"]["echo"], r#"{a} Some("A") {"b": Number(1)}"#);
    assert_eq!(ask(server.address, "POST /graphql", &[JSON], QUERY).status, 200);
    for method in ["PUT", "DELETE", "PATCH", "TRACE"] {
        let refused = ask(server.address, &format!("{method} /graphql"), &[JSON], QUERY);
        assert_eq!((refused.status, refused.code().as_str()), (405, "METHOD_NOT_ALLOWED"), "{method}");
        assert_eq!(refused.header("allow"), Some("GET, POST"));
    }
    let mutation = ask(server.address, "GET /graphql?query=mutation", &[("accept", NEWER)], "");
    assert_eq!((mutation.status, mutation.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
}

#[test]
fn what_is_sent_must_be_json() {
    let server = Server::start(&[]);
    for wrong in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "application/graphql"]
    {
        let refused = ask(server.address, "POST /graphql", &[("content-type", wrong)], QUERY);
        assert_eq!((refused.status, refused.code().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{wrong}");
    }
    assert_eq!(ask(server.address, "POST /graphql", &[], QUERY).status, 415);
    assert_eq!(ask(server.address, "POST /graphql", &[JSON, ("content-encoding", "gzip")], QUERY).status, 415);
    for malformed in ["", "{", "[]", "1", "{}", r#"{"query":1}"#, r#"{"query":"{a}","variables":[]}"#] {
        for accept in [NEWER, "application/json"] {
            let refused = ask(server.address, "POST /graphql", &[JSON, ("accept", accept)], malformed);
            assert_eq!((refused.status, refused.code().as_str()), (400, "BAD_USER_INPUT"), "{malformed}");
        }
    }
}

#[test]
fn what_is_accepted_decides_type_and_status() {
    let server = Server::start(&[]);
    let asked = |accept: &str, query: &str| {
        let body = serde_json::json!({ "query": query }).to_string();
        let answer = ask(server.address, "POST /graphql", &[JSON, ("accept", accept)], &body);
        (answer.status, answer.header("content-type").unwrap().to_owned())
    };
    let (newer, older) = ("application/graphql-response+json; charset=utf-8", "application/json; charset=utf-8");
    assert_eq!(asked(NEWER, "{a}"), (200, newer.into()));
    assert_eq!(asked(NEWER, "invalid"), (400, newer.into()));
    assert_eq!(asked(NEWER, "store"), (503, newer.into()));
    assert_eq!(asked("*/*", "{a}"), (200, older.into()));
    assert_eq!(asked("application/json", "invalid"), (200, older.into()));
    assert_eq!(asked("application/json", "store"), (503, older.into()));
    assert_eq!(asked("text/html", "{a}"), (406, older.into()));
    assert_eq!(ask(server.address, "POST /graphql", &[JSON, ("accept", "text/html")], QUERY).code(), "NOT_ACCEPTABLE");
}

#[test]
fn other_paths() {
    let server = Server::start(&[]);
    assert!(ask(server.address, "GET /", &[], "").text().contains("/graphql"));
    assert_eq!(ask(server.address, "GET /schema.graphql", &[], "").text(), "type Query { echo: String }\n");
    assert_eq!(ask(server.address, "GET /health/live", &[], "").status, 200);
    assert_eq!(ask(server.address, "GET /health/ready", &[], "").status, 200);
    assert_eq!(ask(server.address, "GET /nothing", &[], "").status, 404);
    assert_eq!(ask(server.address, "POST /health/live", &[], "").status, 405);
    // The database is away: not ready, but alive.
    server.ready.store(false, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(ask(server.address, "GET /health/ready", &[], "").status, 503);
    assert_eq!(ask(server.address, "GET /health/live", &[], "").status, 200);
}

#[test]
fn browsers_may_ask_from_anywhere_or_from_a_list() {
    let preflight = |server: &Server, origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ];
        let answer = ask(server.address, "OPTIONS /graphql", &headers, "");
        assert_eq!(answer.status, 200);
        answer.header("access-control-allow-origin").map(ToOwned::to_owned)
    };
    let open = Server::start(&[]);
    assert_eq!(preflight(&open, "https://a.example").as_deref(), Some("*"));
    let answer = ask(open.address, "POST /graphql", &[JSON, ("origin", "https://a.example")], QUERY);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    // A refusal must be readable for the page too.
    let refused = ask(open.address, "POST /graphql", &[("origin", "https://a.example")], QUERY);
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (415, Some("*")));

    let listed = Server::start(&["--cors-origins", "https://a.example,http://localhost:5173"]);
    assert_eq!(preflight(&listed, "http://localhost:5173").as_deref(), Some("http://localhost:5173"));
    assert_eq!(preflight(&listed, "https://b.example"), None);
}

#[test]
fn answers_are_compressed_for_those_who_ask() {
    let server = Server::start(&[]);
    let asked = |encoding: &str, bytes: usize| {
        let body = serde_json::json!({ "query": format!("bytes {bytes}") }).to_string();
        ask(server.address, "POST /graphql", &[JSON, ("accept-encoding", encoding)], &body)
    };
    for encoding in ["gzip", "br"] {
        let answer = asked(encoding, 100_000);
        assert_eq!(answer.header("content-encoding"), Some(encoding));
        assert!(answer.body.len() < 1_000 && !answer.body.is_empty(), "{encoding}: {}", answer.body.len());
        assert!(answer.header("vary").is_some_and(|vary| vary.contains("accept-encoding")));
    }
    assert_eq!(asked("gzip", 100).header("content-encoding"), None);
    assert_eq!(asked("identity", 100_000).header("content-encoding"), None);
}

#[test]
fn a_panic_is_the_answer_of_its_request_alone() {
    let server = Server::start(&[]);
    let mut client = Client::connect(server.address);
    for query in ["panic", "panic late"] {
        let answer = client.post(query);
        assert_eq!((answer.status, answer.code().as_str()), (500, "INTERNAL"));
        let error = &answer.json()["errors"][0];
        assert_eq!(error["extensions"]["requestId"].as_str(), answer.header("x-request-id"));
        assert!(!answer.text().contains("secret"), "{}", answer.text());
        // The same connection goes on.
        assert_eq!(client.post("{a}").status, 200);
    }
}

#[test]
fn batches_are_off_unless_allowed() {
    let batch = r#"[{"query":"{a}"},{"query":1},{"query":"invalid"}]"#;
    let off = Server::start(&[]);
    assert_eq!(ask(off.address, "POST /graphql", &[JSON], batch).code(), "BAD_USER_INPUT");

    let on = Server::start(&["--batches", "--max-batch", "3"]);
    let answer = ask(on.address, "POST /graphql", &[JSON, ("accept", NEWER)], batch);
    assert_eq!(answer.status, 200);
    let all = answer.json();
    assert_eq!(all[0]["data"]["echo"], "{a} None {}");
    assert_eq!(all[1]["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(all[2]["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    let long = format!("[{}]", [QUERY; 4].join(","));
    let refused = ask(on.address, "POST /graphql", &[JSON, ("accept", NEWER)], &long);
    assert_eq!((refused.status, refused.code().as_str()), (400, "LIMIT_EXCEEDED"));
}
