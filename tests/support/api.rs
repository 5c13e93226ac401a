//! An engine over the seed that is compiled in, in this process.
// Each test target uses a part of this.
#![allow(dead_code)]

use mdgraph::api::engine::PlanEngine;
use mdgraph::api::{Engine, Request, RequestId};
use mdgraph::config::Limits;
use mdgraph::ingest;
use mdgraph::ontology::Ontology;
use mdgraph::store::Store;
use mdgraph::store::memory::{Memory, Snapshot};
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The engine of this process.
pub fn engine() -> &'static PlanEngine {
    static ENGINE: OnceLock<PlanEngine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let ontology = Arc::new(Ontology::embedded().expect("the ontology has no errors"));
        let loaded = ingest::load(&ontology, &ingest::embedded()).expect("the seed has no errors");
        let store = Store::Memory(Memory::new(Snapshot::new(Arc::new(loaded.graph))));
        PlanEngine::new(ontology, store, Limits::default()).expect("the ontology gives an API")
    })
}

/// The answer to a request.
pub fn ask(query: &str, variables: Value) -> Value {
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    let request =
        Request { id: RequestId::next(), query: query.into(), operation_name: None, variables, is_get: false };
    let deadline = Instant::now() + Duration::from_secs(60);
    let response = futures::executor::block_on(engine().execute(request, deadline));
    serde_json::from_slice(&response.body).expect("an answer is JSON")
}

/// The code and the message of the first error.
pub fn refusal(query: &str, variables: Value) -> (String, String) {
    let answer = ask(query, variables);
    let error = &answer["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&error["extensions"]["code"]), text(&error["message"]))
}
