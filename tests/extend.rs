//! A kind and two relationships more are an edit of the ontology and nothing else: here they are added to a copy of the shipped
//! ontology in a temporary folder, a seed file states facts of them, and both stores answer questions about them.

mod support;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use mdgraph::ingest::SeedFile;
use mdgraph::ontology::Ontology;
use serde_json::{Value as Json, json};
use std::process::ExitCode;
use std::sync::Arc;
use support::neo4j::{is_required, start_or_skip};
use support::world::{Service, World};

const KIND: &str = r#"
"""
保险机构 · insurer
承保企业与产品的机构。
Covers companies and their products.
"""
type Insurer implements Entity & Organisation & Actor @node {
  """
  评级 · rating
  外部评级。
  As rated by others.
  """
  rating: Rating @index
  """
  承保 · insures
  所承保的机构。
  Whom it covers.
  """
  insures: [Organisation] @relationship(type: "INSURES", inverse: "insuredBy", inverseLabel: "承保方 · insured by", properties: "Cover")
  """
  分保 · reinsured by
  由谁分保。
  Who covers it in turn.
  """
  reinsuredBy: [Insurer] @relationship(type: "REINSURED_BY", inverse: "reinsures", inverseLabel: "接受分保 · reinsures", hierarchy: true)
}

"""
承保情况 · cover
承保什么。
What is covered.
"""
type Cover {
  """
  险种 · line
  哪一类险。
  Of which sort.
  """
  line: String @key
  """
  保额 · sum
  以元计。
  In yuan.
  """
  sum: Decimal
}

"""
评级 · rating
由低到高。
From the bottom.
"""
enum Rating {
  "一般 · fair"
  FAIR
  "优良 · good"
  GOOD
}
"#;

const SEED: &str = r#"
document "document:extension" {
  title "保险说明"
  zh "保险说明"
  en "On insurance"
  writtenOn "2025-08"
}
section "一" {
  insurer "first" { zh "第一保险"; en "First Insurance"; rating "GOOD" }
  insurer "second" { zh "第二保险"; en "Second Insurance" }
  fact "insurer:first" "INSURES" "company:weigao" line="产品责任险" sum="3000000.5" since="2025"
  fact "insurer:first" "INSURES" "company:weigao" line="财产险" status="PLANNED"
  fact "insurer:second" "INSURES" "company:dyne" line="财产险"
  fact "insurer:first" "REINSURED_BY" "insurer:second"
  fact "insurer:first" "LOCATED_IN" "region:weihai" role="SITE"
}
"#;

/// What is asked, and the `data` of the answer.
fn questions() -> Vec<(&'static str, &'static str, Json)> {
    vec![
        (
            "page",
            r#"{ insurers(orderBy: [{rating: DESC}]) { totalCount edges { node { __typename id kind name(lang: EN) rating degree } } } }"#,
            json!({"insurers": {"totalCount": 2, "edges": [
                {"node": {"__typename": "Insurer", "id": "insurer:first", "kind": "INSURER", "name": "First Insurance", "rating": "GOOD", "degree": 3}},
                {"node": {"__typename": "Insurer", "id": "insurer:second", "kind": "INSURER", "name": "Second Insurance", "rating": null, "degree": 2}},
            ]}}),
        ),
        (
            "edges",
            r#"{ insurer(id: "insurer:first") { insures { totalCount edges { line sum node { id } fact { status } } } } }"#,
            json!({"insurer": {"insures": {"totalCount": 2, "edges": [
                {"line": "财产险", "sum": null, "node": {"id": "company:weigao"}, "fact": {"status": "PLANNED"}},
                {"line": "产品责任险", "sum": 3000000.5, "node": {"id": "company:weigao"}, "fact": {"status": "ACTUAL"}},
            ]}}}),
        ),
        (
            "inverse",
            r#"{ company(id: "company:weigao") { insuredBy(edge: {status: [ACTUAL], sum: {gt: "3000000.4"}}) { edges { line node { id } } } } }"#,
            json!({"company": {"insuredBy": {"edges": [{"line": "产品责任险", "node": {"id": "insurer:first"}}]}}}),
        ),
        (
            "filter",
            r#"{ companies(where: {insuredBy: {some: {node: {rating: {isNull: false}, locatedIn: {some: {node: {id: {within: ["region:shandong"]}}}}}, edge: {line: {contains: "责任"}}}}}) { edges { node { id } } } }"#,
            json!({"companies": {"edges": [{"node": {"id": "company:weigao"}}]}}),
        ),
        (
            "hierarchy",
            r#"{ insurers(where: {id: {within: ["insurer:second"]}}) { edges { node { id } } } }"#,
            json!({"insurers": {"edges": [{"node": {"id": "insurer:second"}}, {"node": {"id": "insurer:first"}}]}}),
        ),
        (
            "related",
            r#"{ node(id: "insurer:first") { related(relationships: [INSURES, REINSURED_BY]) { totalCount groups { relationship direction label(lang: EN) status count } } } search: search(text: "dierbaoxian") { edges { node { id } matched { field } } } }"#,
            json!({
                "node": {"related": {"totalCount": 3, "groups": [
                    {"relationship": "INSURES", "direction": "OUT", "label": "insures", "status": "PLANNED", "count": 1},
                    {"relationship": "INSURES", "direction": "OUT", "label": "insures", "status": "ACTUAL", "count": 1},
                    {"relationship": "REINSURED_BY", "direction": "OUT", "label": "reinsured by", "status": "ACTUAL", "count": 1},
                ]}},
                "search": {"edges": [{"node": {"id": "insurer:second"}, "matched": {"field": "pinyin"}}]},
            }),
        ),
    ]
}

fn extended() -> Result<World, String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    for (name, text) in mdgraph::ontology::embedded_files() {
        let name = name.rsplit('/').next().unwrap_or(&name).to_owned();
        std::fs::write(folder.path().join(name), text).map_err(|e| e.to_string())?;
    }
    std::fs::write(folder.path().join("insurance.graphql"), KIND).map_err(|e| e.to_string())?;
    let ontology = Ontology::from_directory(folder.path()).map_err(|e| e.to_string())?;
    let mut seed = mdgraph::ingest::embedded();
    seed.push(SeedFile { name: "seed/extension.kdl".into(), text: SEED.into() });
    World::of(Arc::new(ontology), seed.into_iter().map(|file| (file.name, file.text)).collect())
}

/// Asks everything and holds it to what is expected.
fn check(service: &Service) -> Result<(), Failed> {
    for (name, document, expected) in questions() {
        let answer = service.answer(document, serde_json::Map::new(), None)?;
        let answer: Json = serde_json::from_str(&answer)?;
        if answer != json!({ "data": expected }) {
            return Err(format!("{name}: {document}\n{answer:#}\ninstead of\n{expected:#}").into());
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let trials = vec![
        Trial::test("a kind and two relationships more [memory]", || check(&extended()?.memory)),
        Trial::ignorable_test("a kind and two relationships more [neo4j]", || match start_or_skip() {
            Ok(fleet) => {
                fleet.each(|neo4j| check(&extended()?.on_neo4j(neo4j)?))?;
                Ok(Completion::Completed)
            }
            Err(why) if is_required() => Err(why.into()),
            Err(why) => Ok(Completion::ignored_with(why)),
        }),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}
