//! Documents made to hurt, over the real engine and seed: each is refused by the limit or rule that is meant for it, with
//! little work and a short answer, and the next request is served. They run on the stack that a server's worker has.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mdgraph::api::engine::PlanEngine;
use mdgraph::api::{Engine, Request, RequestId, Response};
use mdgraph::config::Limits;
use mdgraph::error::ErrorCode;
use mdgraph::ingest;
use mdgraph::ontology::Ontology;
use mdgraph::store::Store;
use mdgraph::store::memory::{Memory, Snapshot};
use serde_json::{Map, Value};

/// What must not be reached: unoptimised and beside other tests. What is refused without end takes far longer.
const HANG: Duration = Duration::from_secs(5);

fn engine() -> Arc<PlanEngine> {
    let ontology = Arc::new(Ontology::embedded().unwrap());
    let graph = ingest::load(&ontology, &ingest::embedded()).unwrap().graph;
    let store = Store::Memory(Memory::new(Snapshot::new(Arc::new(graph))));
    Arc::new(PlanEngine::new(ontology, store, Limits::default()).unwrap())
}

/// Answers on a worker of a runtime like the server's.
async fn ask(engine: &Arc<PlanEngine>, query: &str) -> Response {
    let request = Request {
        id: RequestId::next(),
        query: query.to_owned(),
        operation_name: None,
        variables: Map::new(),
        is_get: false,
    };
    let engine = Arc::clone(engine);
    let deadline = Instant::now() + Limits::default().deadline;
    tokio::spawn(async move { engine.execute(request, deadline).await }).await.expect("a panic")
}

/// Code and limit of the first error.
fn verdict(response: &Response) -> (String, String) {
    let answer: Value = serde_json::from_slice(&response.body).unwrap();
    let extensions = &answer["errors"][0]["extensions"];
    let text = |key: &str| extensions[key].as_str().unwrap_or_default().to_owned();
    (text("code"), text("limit"))
}

/// Name, document, and the limit that refuses it; no limit where it is the validation.
fn bombs() -> Vec<(&'static str, String, &'static str)> {
    let nested = |open: &str, close: &str, levels: usize| {
        format!("{{ companies(where: {}1{}) {{ totalCount }} }}", open.repeat(levels), close.repeat(levels))
    };
    let doubling = |levels: usize| {
        let mut text = "{ companies { edges { node { ...F0 } } } }".to_owned();
        for level in 0..levels {
            write!(text, " fragment F{level} on Company {{ ...F{0} ...F{0} }}", level + 1).unwrap();
        }
        text + &format!(" fragment F{levels} on Company {{ id }}")
    };
    let deep = |levels: usize| {
        let level = "related { edges { node { ";
        format!("{{ companies {{ edges {{ node {{ {}id{} }} }} }} }}", level.repeat(levels), " } } }".repeat(levels))
    };
    let wide = |page: usize| {
        format!(
            "{{ companies(first: {page}) {{ edges {{ node {{ related(first: {page}) {{ edges {{ node {{ \
             related(first: {page}) {{ edges {{ node {{ id }} }} }} }} }} }} }} }} }} }}"
        )
    };
    let unsized_pages = |levels: usize| {
        let mut inner = "id".to_owned();
        for _ in 0..levels {
            inner = format!(
                "a: related {{ edges {{ node {{ {inner} }} }} }} b: related {{ edges {{ node {{ {inner} }} }} }}"
            );
        }
        format!("{{ companies {{ edges {{ node {{ {inner} }} }} }} }}")
    };
    let cycle =
        "{ companies { edges { node { ...A } } } } fragment A on Company { id ...B } fragment B on Company { id ...A }";
    vec![
        ("lists, as deep as kills a parser", nested("[", "]", 1_250), "nesting"),
        ("lists, as deep as a body allows", nested("[", "]", 500_000), "nesting"),
        ("objects", nested("{AND: ", "}", 1_250), "nesting"),
        ("brackets that never close", "{".repeat(1_000_000), "nesting"),
        (
            "a type of lists of lists",
            format!("query($a: {}Int{}) {{ __typename }}", "[".repeat(9_999), "]".repeat(9_999)),
            "nesting",
        ),
        ("doubling fragments, 0.9 KB", doubling(25), "selections"),
        ("doubling fragments, 400 times", doubling(400), "selections"),
        ("tokens", format!("{{ {} }}", "__typename ".repeat(5_000)), "tokens"),
        ("a megabyte of commas", format!("{{ __typename {} }}", ",".repeat(1_000_000)), "tokens"),
        ("a megabyte of comments", format!("{{ __typename }} {}", "#\n".repeat(500_000)), "tokens"),
        ("a megabyte of what is no GraphQL", "中".repeat(340_000), "tokens"),
        ("a megabyte of numbers that are none", "0.".repeat(500_000), "tokens"),
        ("directives", format!("{{ __typename {} }}", "@a".repeat(51)), "directives"),
        (
            "aliases",
            format!("{{ companies {{ {} }} }}", (0..31).map(|n| format!("a{n}: totalCount ")).collect::<String>()),
            "aliases",
        ),
        ("root fields", format!("{{ {} }}", "__typename ".repeat(21)), "root-fields"),
        ("depth", deep(5), "depth"),
        ("a page", "{ companies(first: 1000) { totalCount } }".to_owned(), "page-size"),
        ("pages of pages", wide(100), "cost"),
        ("pages of pages that do not say their size", unsized_pages(3), "cost"),
        (
            "types of types",
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }".to_owned(),
            "introspection-lists",
        ),
        ("fragments in a cycle", cycle.to_owned(), ""),
        ("a variable of an unknown type", "query($x: [Nope] = 1) { __typename }".to_owned(), ""),
        ("bad directives", format!("{{ {} }}", "__typename @no(a: 1) ".repeat(20)), ""),
        ("unknown fields", format!("{{ companies {{ {} }} }}", "unknown ".repeat(4_000)), ""),
        (
            "one key for different fields",
            format!(
                "{{ companies {{ edges {{ node {{ {} }} }} }} }}",
                "id: name id ".repeat(15) + &"id ".repeat(4_000)
            ),
            "",
        ),
        (
            "variables that nobody declares",
            format!("{{ companies(first: [{}]) {{ totalCount }} }}", "$a ".repeat(2_000)),
            "",
        ),
    ]
}

#[test]
fn what_is_made_to_hurt_is_refused_and_the_next_request_served() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = engine();
        for (name, document, limit) in bombs() {
            let started = Instant::now();
            let response = ask(&engine, &document).await;
            let took = started.elapsed();
            assert!(took < HANG, "{name}: {took:?}");
            println!("{name}: {took:?}");
            assert!(response.body.len() <= 21 * 1024, "{name}: an answer of {} bytes", response.body.len());
            assert!(response.refusal.is_some(), "{name}: served");
            let (code, named) = verdict(&response);
            assert_eq!(named, limit, "{name}: {}", String::from_utf8_lossy(&response.body));
            match limit {
                "" => assert!(
                    matches!(code.as_str(), "GRAPHQL_VALIDATION_FAILED" | "GRAPHQL_PARSE_FAILED"),
                    "{name}: {code}"
                ),
                _ => assert_eq!(code, ErrorCode::LimitExceeded.name(), "{name}"),
            }
            let next = ask(&engine, "{ companies(first: 1) { totalCount } }").await;
            assert!(next.refusal.is_none(), "after {name}: {}", String::from_utf8_lossy(&next.body));
        }
    });
}

#[test]
fn what_is_large_and_allowed_is_served() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = engine();
        let introspection = "{ __schema { types { name fields { name args { name } type { name } } } } }";
        let fragments = "{ companies(first: 20) { edges { node { ...A } } } } fragment A on Company { ...B ...B } \
                         fragment B on Company { zh: name(lang: ZH) en: name(lang: EN) }";
        for document in [introspection, fragments] {
            let response = ask(&engine, document).await;
            assert!(response.refusal.is_none(), "{document}: {}", String::from_utf8_lossy(&response.body));
        }
    });
}
