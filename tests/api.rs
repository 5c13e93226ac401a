//! The API in process: requests in, bytes out, over the seed that is compiled in.

#[path = "support/api.rs"]
mod api;

use api::ask;
use serde_json::json;

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
