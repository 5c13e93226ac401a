//! The API in process: requests in, bytes out, over the seed that is compiled in.

use mdgraph::api::engine::PlanEngine;
use mdgraph::api::{Engine, Request, RequestId};
use mdgraph::config::Limits;
use mdgraph::ingest;
use mdgraph::ontology::Ontology;
use mdgraph::store::Store;
use mdgraph::store::memory::{Memory, Snapshot};
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

fn engine() -> &'static PlanEngine {
    static ENGINE: OnceLock<PlanEngine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let ontology = Arc::new(Ontology::embedded().expect("the ontology has no errors"));
        let loaded = ingest::load(&ontology, &ingest::embedded()).expect("the seed has no errors");
        let store = Store::Memory(Memory::new(Snapshot::new(Arc::new(loaded.graph))));
        PlanEngine::new(ontology, store, Limits::default()).expect("the ontology gives an API")
    })
}

fn ask(query: &str, variables: Value) -> Value {
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    let request =
        Request { id: RequestId::next(), query: query.into(), operation_name: None, variables, is_get: false };
    let deadline = Instant::now() + Duration::from_secs(10);
    let response = futures::executor::block_on(engine().execute(request, deadline));
    serde_json::from_slice(&response.body).expect("an answer is JSON")
}

#[test]
fn a_company_and_what_it_takes_part_in() {
    let answer = ask(
        "{ company(id: \"company:weigao\") { __typename id kind name en: name(lang: EN) names { zh en short }
             sources(first: 1) { section document { id } }
             takesPartIn(first: 1, edge: {status: [ACTUAL]}) { pageInfo { hasNextPage hasPreviousPage }
               edges { role fact { status text } node { __typename id ... on Project { stage } } } } } }",
        json!({}),
    );
    assert_eq!(
        answer["data"]["company"],
        json!({
            "__typename": "Company", "id": "company:weigao", "kind": "COMPANY", "name": "威高集团", "en": "Weigao Group",
            "names": {"zh": "威高集团", "en": "Weigao Group", "short": ["威高"]},
            "sources": [{"section": "一", "document": {"id": "document:weihai-2022"}}],
            "takesPartIn": {
                "pageInfo": {"hasNextPage": true, "hasPreviousPage": false},
                "edges": [{
                    "role": "PARTNER",
                    "fact": {"status": "ACTUAL", "text": "威高集团 参与 潍坊医学院来威校企合作对接交流活动（角色：合作方）"},
                    "node": {"__typename": "Event", "id": "event:weifang-medical-exchange"},
                }],
            },
        }),
        "{answer:#}"
    );
}
