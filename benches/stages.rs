//! Where the time of a request goes: each stage of the entity page over a generated graph of 100,000 companies, in this process.
//!
//! `cargo bench --bench stages`

use divan::{Bencher, black_box};
use mdgraph::api::engine::{Plan, PlanEngine};
use mdgraph::api::{Engine as _, Request, RequestId, guard, prepare};
use mdgraph::config::Limits;
use mdgraph::generate::Industry;
use mdgraph::ontology::Ontology;
use mdgraph::store::memory::{Memory, Snapshot};
use mdgraph::store::{Datum, Store};
use serde_json::{Map, Value};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const PAGE: &str = include_str!("compare/requests/page.graphql");

static ENGINE: LazyLock<PlanEngine> = LazyLock::new(|| {
    let ontology = Arc::new(Ontology::embedded().expect("the shipped ontology is right"));
    let industry = Industry::new(ontology.clone(), 100_000, 7).expect("the shipped ontology has all it needs");
    let graph = industry.graph().expect("no two facts have one id");
    let store = Store::Memory(Memory::new(Snapshot::new(Arc::new(graph))));
    PlanEngine::new(ontology, store, Limits::default()).expect("the shipped ontology gives an API")
});
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts"));

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    LazyLock::force(&ENGINE);
    divan::main();
}

fn variables() -> Map<String, Value> {
    Map::from_iter([("id".to_owned(), Value::from("company:c4711"))])
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn plan() -> Plan {
    let verdict = ENGINE.prepare(PAGE);
    let prepared = verdict.as_ref().as_ref().expect("the page is valid");
    let operation = prepared.operation(None).expect("one operation");
    ENGINE.plan(prepared, operation, &variables(), &ENGINE.store().session()).expect("the page has a plan")
}

/// The pass over the text before any parser.
#[divan::bench]
fn guard_text() {
    black_box(guard::check_text(black_box(PAGE), &Limits::default())).expect("within the limits");
}

/// A document not seen before: guard, parse, limits, validation.
#[divan::bench]
fn prepare_miss() -> usize {
    let prepared = prepare::prepare(black_box(PAGE), ENGINE.context()).expect("the page is valid");
    prepared.text.len()
}

/// A document seen before: the look-up.
#[divan::bench]
fn prepare_hit() -> bool {
    ENGINE.prepare(black_box(PAGE)).is_ok()
}

/// Variables coerced, the plan built, its start chosen, its price counted.
#[divan::bench]
fn plan_stage() -> u64 {
    plan().cost
}

/// The plan evaluated over memory.
#[divan::bench]
fn evaluate(bencher: Bencher) {
    let plan = plan();
    let session = ENGINE.store().session();
    bencher.bench_local(|| RUNTIME.block_on(ENGINE.run(black_box(&plan), &session, deadline())));
}

/// Rows to JSON.
#[divan::bench]
fn write(bencher: Bencher) {
    let plan = plan();
    let session = ENGINE.store().session();
    let rows = RUNTIME.block_on(ENGINE.run(&plan, &session, deadline()));
    let row: &Datum = rows[0].as_ref().and_then(|r| r.as_ref().ok()).expect("a row");
    let mut out = Vec::with_capacity(8192);
    bencher.bench_local(|| {
        out.clear();
        ENGINE.write(&mut out, &plan, 0, black_box(row)).expect("the row fits its plan");
        out.len()
    });
}

/// The whole engine on a hit: everything but HTTP.
#[divan::bench]
fn request_hit() -> usize {
    let request = Request {
        id: RequestId::next(),
        query: PAGE.to_owned(),
        operation_name: None,
        variables: variables(),
        is_get: false,
    };
    RUNTIME.block_on(ENGINE.execute(request, deadline())).body.len()
}
