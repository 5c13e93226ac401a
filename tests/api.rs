//! The API in process: requests in, bytes out, over the seed that is compiled in.

#[path = "support/api.rs"]
mod api;

use api::{ask, refusal};
use serde_json::{Value, json};

#[test]
fn a_company_and_what_it_takes_part_in() {
    let answer = ask(
        "{ company(id: \"company:weigao\") { __typename id kind name en: name(lang: EN) names { zh en short }
             sources(first: 1) { section document { id } }
             takesPartIn(first: 1, edge: {status: [ACTUAL], role: {eq: \"PARTNER\"}}) { pageInfo { hasNextPage hasPreviousPage }
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
                "pageInfo": {"hasNextPage": false, "hasPreviousPage": false},
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

#[test]
fn pages_walk_both_ways_over_each_item_once() {
    let order = json!([{"degree": "DESC"}, {"name": "ASC"}]);
    let page = "query P($order: [CompanyOrderBy!], $first: Int, $after: String, $last: Int, $before: String) {
        companies(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
          totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }";
    let ids = |answer: &Value| -> Vec<String> {
        let edges = answer["data"]["companies"]["edges"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
        edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
    };
    let all = ask(page, json!({"order": order, "first": 100}));
    let expected = ids(&all);
    assert_eq!(all["data"]["companies"]["totalCount"], expected.len());
    assert!(expected.len() > 10);

    let (mut forward, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = ask(page, json!({"order": order, "first": 7, "after": after}));
        let info = &answer["data"]["companies"]["pageInfo"];
        assert_eq!(info["hasPreviousPage"], json!(!after.is_null()));
        forward.extend(ids(&answer));
        after = info["endCursor"].clone();
        if info["hasNextPage"] == json!(false) {
            break;
        }
    }
    assert_eq!(forward, expected);

    let (mut backward, mut before) = (Vec::new(), Value::Null);
    loop {
        let answer = ask(page, json!({"order": order, "last": 7, "before": before}));
        let info = &answer["data"]["companies"]["pageInfo"];
        backward.splice(0..0, ids(&answer));
        before = info["startCursor"].clone();
        if info["hasPreviousPage"] == json!(false) {
            break;
        }
    }
    assert_eq!(backward, expected);
}

#[test]
fn a_cursor_is_of_one_list() {
    let answer = ask("{ companies(first: 1) { pageInfo { endCursor } } }", json!({}));
    let cursor = &answer["data"]["companies"]["pageInfo"]["endCursor"];
    let of = |query: &str| refusal(&format!("query Q($c: String) {query}"), json!({"c": cursor})).0;
    assert_eq!(of("{ companies(first: 5, after: $c) { totalCount } }"), "", "another size of page is the same list");
    for other in [
        "{ companies(after: $c, orderBy: [{name: DESC}]) { totalCount } }",
        "{ companies(after: $c, where: {identified: {eq: true}}) { totalCount } }",
        "{ companies(after: $c, asOf: {known: \"2023\"}) { totalCount } }",
        "{ hospitals(after: $c) { totalCount } }",
    ] {
        assert_eq!(of(other), "INVALID_CURSOR", "{other}");
    }
    for broken in ["", "x", "AAAAAAAAAAAA", "名"] {
        let (code, message) =
            refusal("query Q($c: String) { companies(after: $c) { totalCount } }", json!({"c": broken}));
        assert_eq!(code, "INVALID_CURSOR", "{message}");
    }
}

#[test]
fn wrong_requests_say_what_to_change() {
    let cases = [
        ("{ companies(first: 1, last: 1) { totalCount } }", json!({}), "BAD_USER_INPUT", "first or last, not both"),
        ("{ companies(first: -1) { totalCount } }", json!({}), "BAD_USER_INPUT", "from 0 to 100"),
        ("{ companies(first: 101) { totalCount } }", json!({}), "LIMIT_EXCEEDED", "at most 100"),
        (
            "{ companies(orderBy: [{name: ASC, degree: ASC}]) { totalCount } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
            "exactly one",
        ),
        (
            "query Q($o: [CompanyOrderBy!]) { companies(orderBy: $o) { totalCount } }",
            json!({"o": {}}),
            "BAD_USER_INPUT",
            "exactly one",
        ),
        (
            "query Q($o: SortOrder) { companies(orderBy: {name: $o}) { totalCount } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
            "may be null",
        ),
        (
            "{ companies(where: {foundedOn: {before: \"2024-13\"}}) { totalCount } }",
            json!({}),
            "BAD_USER_INPUT",
            "2024-06",
        ),
        (
            "query Q($d: PartialDate) { companies(asOf: {known: $d}) { totalCount } }",
            json!({"d": "soon"}),
            "BAD_USER_INPUT",
            "$d",
        ),
        ("query Q($id: ID!) { company(id: $id) { id } }", json!({}), "BAD_USER_INPUT", "missing"),
        ("query Q($id: ID!) { company(id: $id) { id } }", json!({"id": null}), "BAD_USER_INPUT", "null"),
        (
            "query Q($n: Int) { companies(first: $n) { totalCount } }",
            json!({"n": 99999999999_i64}),
            "BAD_USER_INPUT",
            "whole number",
        ),
        (
            "query Q($n: Int) { companies(first: $n) { totalCount } }",
            json!({"n": "5"}),
            "BAD_USER_INPUT",
            "whole number",
        ),
        (
            "query Q($w: CompanyWhere) { companies(where: $w) { totalCount } }",
            json!({"w": {"nome": {}}}),
            "BAD_USER_INPUT",
            "no field nome",
        ),
        (
            "query Q($w: CompanyWhere) { companies(where: $w) { totalCount } }",
            json!({"w": {"OR": [{"id": {"in": [null]}}]}}),
            "BAD_USER_INPUT",
            "$w.OR[0].id.in[0]",
        ),
        (
            "{ companies(where: {takesPartIn: {some: {edge: {role: {eq: \"LEADER\"}}}}}) { totalCount } }",
            json!({}),
            "BAD_USER_INPUT",
            "CHAIN_LEADER",
        ),
        ("{ companies { totalCount ", json!({}), "GRAPHQL_PARSE_FAILED", ""),
        ("{ companies { totalCount nope } }", json!({}), "GRAPHQL_VALIDATION_FAILED", "nope"),
        ("fragment F on Query { __typename }", json!({}), "GRAPHQL_VALIDATION_FAILED", ""),
        ("query A { __typename } query B { __typename }", json!({}), "BAD_USER_INPUT", "A, B"),
        ("query Q($b: Boolean = true) { __typename @skip(if: $b) }", json!({"b": null}), "BAD_USER_INPUT", "$b"),
        (
            "{ companies(first: 100) { edges { node { related(first: 100) { edges { node { id } } } } } } }",
            json!({}),
            "LIMIT_EXCEEDED",
            "costs",
        ),
        ("query($x:[Nope]=1){__typename}", json!({}), "GRAPHQL_VALIDATION_FAILED", "Nope"),
    ];
    for (query, variables, code, part) in cases {
        let (found, message) = refusal(query, variables);
        assert!(found == code && message.contains(part), "{query}\n gives {found}: {message}");
    }
}

#[test]
fn conditions_fragments_and_aliases() {
    let query = "query Q($yes: Boolean!, $no: Boolean!, $id: ID!) { node(id: $id) { ...Named @include(if: $yes) kind @skip(if: $yes)
        ... on Company { identified } ... on Agency { degree } ... on Organisation { id } ... @include(if: $no) { asOfKey }
        takesPartIn_: facts(first: 1) { totalCount @include(if: $no) __typename } } }
      fragment Named on Entity { title: name ...Deeper } fragment Deeper on Actor { __typename title: name }";
    let ask = |yes: bool, no: bool| {
        ask(query, json!({"yes": yes, "no": no, "id": "company:weigao"}))["data"]["node"].to_string()
    };
    let common = "\"identified\":true,\"id\":\"company:weigao\"";
    assert_eq!(
        ask(true, false),
        format!(
            "{{\"title\":\"威高集团\",\"__typename\":\"Company\",{common},\"takesPartIn_\":{{\"__typename\":\"FactConnection\"}}}}"
        )
    );
    assert!(
        ask(false, true).starts_with(&format!(
            "{{\"kind\":\"COMPANY\",{common},\"asOfKey\":\"\",\"takesPartIn_\":{{\"totalCount\":"
        ))
    );
}

#[test]
fn several_edges_and_nodes_of_one_page_each_have_their_own() {
    let query = "{ companies(first: 2) { a: edges { x: node { id } y: node { name identified } } b: edges { cursor z: node { kind names { zh } id } } }
        company(id: \"company:weigao\") { facts(first: 1) { a: edges { node { id } } b: edges { node { status id } } }
          takesPartIn(first: 1) { a: edges { role node { id } } b: edges { node { name } fact { id } role } } } }";
    let answer = ask(query, json!({}));
    let data = &answer["data"];
    for at in 0..2 {
        assert_eq!(data["companies"]["a"][at]["x"]["id"], data["companies"]["b"][at]["z"]["id"], "{answer:#}");
        assert_eq!(data["companies"]["a"][at]["y"]["name"], data["companies"]["b"][at]["z"]["names"]["zh"]);
    }
    let facts = &data["company"]["facts"];
    assert_eq!(facts["a"][0]["node"]["id"], facts["b"][0]["node"]["id"]);
    let edges = &data["company"]["takesPartIn"];
    assert_eq!(edges["a"][0]["role"], edges["b"][0]["role"]);
    assert!(edges["b"][0]["fact"]["id"].is_string());
}

#[test]
fn nodes_keep_order_and_give_null_for_what_is_unknown_or_not_yet_known() {
    let query = "query Q($ids: [ID!]!, $known: PartialDate) { nodes(ids: $ids, asOf: {known: $known}) { id asOfKey } }";
    let ids = json!(["region:weihai", "company:nobody", "company:weigao"]);
    assert_eq!(
        ask(query, json!({"ids": ids}))["data"]["nodes"],
        json!([{"id": "region:weihai", "asOfKey": ""}, null, {"id": "company:weigao", "asOfKey": ""}])
    );
    let early = ask(query, json!({"ids": ids, "known": "2020"}));
    assert_eq!(early["data"]["nodes"][2], Value::Null, "{early}");
    assert_eq!(ask("{ agency(id: \"company:weigao\") { id } }", json!({}))["data"], json!({"agency": null}));
}

#[test]
fn observations_facts_and_search_are_answered() {
    let answer = ask(
        "{ observations(first: 3, where: {status: [ACTUAL], value: {gt: 1}}, orderBy: [{when: DESC}]) { totalCount edges { node {
             __typename id indicator { id name } subjects { id } when { text earliest } span value unit normalized { value unit } bound status
             rank { position bound within { id } again: within { name } } scope { text sector { id } place { id name } more: place { kind } }
             breakdownOf { id value } sources { section } } } }
           search(text: \"weihai\", kinds: [REGION], first: 1) { edges { score matched { field value } node { id ... on Region { level } } } }
           company(id: \"company:weigao\") { facts(first: 2) { edges { node { text(lang: EN) subject { id } object { id } properties { name label value }
             knownFrom knownTo supersededBy { id } sources(first: 1) { section supports } since { text } } } }
             related(first: 2, status: [ACTUAL]) { groups { relationship direction label(lang: EN) count } edges { label relationship direction fact { id } node { id } } } } }",
        json!({}),
    );
    assert!(answer.get("errors").is_none(), "{answer:#}");
    let data = &answer["data"];
    assert!(data["observations"]["totalCount"].as_u64() > Some(3), "{data:#}");
    assert_eq!(data["search"]["edges"][0]["node"]["id"], "region:weihai", "{data:#}");
    let related = &data["company"]["related"];
    let groups = related["groups"].as_array().expect("groups");
    assert!(groups.iter().all(|group| group["count"].as_u64() >= Some(1)), "{related:#}");
    assert_eq!(related["edges"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_filter_and_its_negation_part_the_whole() {
    let total = |filter: Value| {
        let query = "query Q($w: CompanyWhere) { companies(where: $w) { totalCount } }";
        ask(query, json!({"w": filter}))["data"]["companies"]["totalCount"].as_u64().expect("a total")
    };
    for filter in [
        json!({"name": {"contains": "威高"}}),
        json!({"takesPartIn": {"some": {"edge": {"role": {"in": ["PARTNER", "CHAIN_LEADER"]}, "status": ["ACTUAL"]}}}}),
        json!({"locatedIn": {"some": {"node": {"id": {"within": "region:weihai"}}}}, "identified": {"eq": true}}),
        json!({"creditCode": {"isNull": true}}),
        json!({"makes": {"every": {"node": {"name": {"contains": "器"}}}}}),
    ] {
        assert_eq!(total(filter.clone()) + total(json!({"NOT": filter})), total(json!({})), "{filter}");
    }
}
