//! What a statement costs Neo4j: the accesses to its store (db hits) of the requests that must stay cheap however large the graph is, over a
//! generated industry, counted by PROFILE. A bound is about half as much again as was counted when it was set; a statement that
//! loses its index costs several times its bound.

#[allow(dead_code, reason = "the comparison asks others too")]
#[path = "../benches/compare/requests.rs"]
mod requests;
mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use mdgraph::api::engine::PlanEngine;
use mdgraph::config;
use mdgraph::generate::Industry;
use mdgraph::graph::naming::{self, KeyField, slip};
use mdgraph::ontology::Ontology;
use mdgraph::store::neo4j::Neo4jStore;
use mdgraph::store::neo4j::client::{Address, Client, Limits};
use mdgraph::store::neo4j::import::import;
use mdgraph::store::neo4j::render::{Retired, statement};
use mdgraph::store::neo4j::value::Value;
use mdgraph::store::{Session, Store};
use requests::{Asked, beside, parameter, questions};
use serde_json::json;
use support::neo4j::{Neo4j, Operator};

fn main() -> ExitCode {
    support::neo4j::run_on_own(&[("statements_stay_within_their_hits", statements_stay_within_their_hits)])
}

/// So many make about 11,500 entities and 46,000 facts.
const COMPANIES: u32 = 2_000;
/// How many times the hits of a hand-written statement ours may take.
const MOST_BESIDE_HAND: f64 = 1.5;
/// Of a plan that looks at everything, or at everything for everything.
const FORBIDDEN: [&str; 4] =
    ["AllNodesScan", "DirectedAllRelationshipsScan", "UndirectedAllRelationshipsScan", "CartesianProduct"];

/// What is asked: what it is called, the document, and the most hits.
const REQUESTS: [(&str, &str, u64); 22] = [
    ("company by id", r#"{ company(id: "company:c77") { id name creditCode } }"#, 12),
    ("entities by id", r#"{ nodes(ids: ["company:c1", "product:p7-1", "sector:s5", "sector:no"]) { id name } }"#, 25),
    (
        "company by a unique property",
        r#"query($code: String) { companies(where: { creditCode: { eq: $code } }) { edges { node { id name } } } }"#,
        12,
    ),
    (
        "sectors by an indexed property",
        r#"{ sectors(where: { chainPosition: { eq: UPSTREAM } }) { edges { node { id name } } } }"#,
        185,
    ),
    (
        "companies by the selective end of a relationship: a sector",
        r#"{ companies(where: { inSector: { some: { node: { id: { eq: "sector:s58" } } } } }) { edges { node { id } } } }"#,
        280,
    ),
    (
        "companies by the selective end of a relationship: a county",
        r#"{ companies(where: { locatedIn: { some: { node: { id: { eq: "region:county-20" } } } } }) { edges { node { id } } } }"#,
        115,
    ),
    (
        "a page of companies within a county, counted",
        r#"{ companies(where: { id: { within: ["region:county-20"] } }) { totalCount edges { node { id } } } }"#,
        255,
    ),
    (
        "a page of companies within a province, counted",
        r#"{ companies(where: { id: { within: ["region:province-7"] } }) { totalCount edges { node { id } } } }"#,
        5_600,
    ),
    ("a page of companies by name", "{ companies(first: 20) { edges { node { id name } } } }", 100),
    (
        "a page of companies after a cursor",
        "query($after: String) { companies(first: 20, after: $after) { edges { node { id name } } } }",
        100,
    ),
    ("the page of a company", include_str!("../benches/compare/requests/page.graphql"), 570),
    ("a fact by id", "query($fact: ID!) { fact(id: $fact) { id text } }", 100),
    (
        "facts about a company as their subject",
        r#"{ facts(where: { subject: { id: { eq: "company:c77" } } }) { edges { node { id text } } } }"#,
        800,
    ),
    (
        "facts whose object has a name",
        r#"query($name: String!) { facts(where: { object: { name: { eq: $name } } }) { edges { node { id } } } }"#,
        125,
    ),
    (
        "a page of the facts of a relationship",
        "{ facts(where: { relationships: [MAKES] }) { edges { node { id } } } }",
        35,
    ),
    (
        "facts of a relationship after a cursor",
        "query($afterFact: String) { facts(where: { relationships: [MAKES] }, after: $afterFact) { edges { node { id } } } }",
        35,
    ),
    (
        "facts of everything by a part of a name",
        r#"{ facts(where: { object: { name: { contains: "county-1500" } } }) { totalCount edges { node { id } } } }"#,
        570_000,
    ),
    (
        "facts of a relationship by status, in an order of their own",
        "{ facts(where: { relationships: [MAKES], status: [PLANNED] }, orderBy: [{ since: ASC }]) { totalCount edges { node { id } } } }",
        25_000,
    ),
    ("search for a whole name", r#"query($name: String!) { search(text: $name) { edges { node { id name } } } }"#, 185),
    (
        "search by pinyin with a slip in each half",
        r#"query($slip: String!) { search(text: $slip) { totalCount edges { node { id } } } }"#,
        290,
    ),
    ("search for a part of a name", r#"query($part: String!) { search(text: $part) { edges { node { id } } } }"#, 60),
    (
        "search within a county",
        r#"query($part: String!) { search(text: $part, within: ["region:county-20"]) { edges { node { id } } } }"#,
        100,
    ),
];

fn statements_stay_within_their_hits(neo4j: &Neo4j) -> Result<(), Failed> {
    let runtime = tokio::runtime::Runtime::new()?;
    let ontology = Arc::new(Ontology::embedded().map_err(|errors| format!("{errors:?}"))?);
    let graph = Industry::new(ontology.clone(), companies(), 7)?.graph()?;
    let address =
        Address { uri: neo4j.uri.clone(), user: neo4j.user.clone(), password: neo4j.password.clone(), database: None };
    let client = Client::new(&address, Limits { answer: Duration::from_secs(60), ..Limits::default() })?;
    let since = Instant::now();
    runtime.block_on(import(&client, &graph))?;
    println!("{}: {} entities imported in {:.1} s", neo4j.name, graph.nodes.len(), since.elapsed().as_secs_f64());
    let store = Store::Neo4j(Neo4jStore::new(client, ontology.clone()));
    // The counts of the import, by which a plan's start is chosen.
    runtime.block_on(store.ready(Instant::now() + Duration::from_secs(60)))?;
    let engine = PlanEngine::new(ontology.clone(), store, config::Limits::default())?;
    let session = engine.store().session();

    // Planning goes by figures that the database takes in the background after an import.
    profiled(neo4j, "CALL db.resampleOutdatedIndexes()", "{}")?;
    let known = graph.find("company:c77").map(|ix| graph.node(ix)).ok_or("no company:c77")?;
    let name = known.display_name();
    let two_blocks = |key: &naming::NameKey| {
        key.field == KeyField::Pinyin && key.key.len() >= 8 && slip::blocks(key.key.as_bytes()).is_some()
    };
    let pinyin = graph.nodes.iter().flat_map(|node| naming::keys(&node.names)).find(two_blocks);
    let slip = pinyin.map(|key| with_two_slips(&key.key));
    let part = name.chars().skip(1).take(3).collect::<String>();
    let made = graph.ontology.relationship_named("MAKES");
    let fact =
        graph.facts.iter().filter(|fact| Some(fact.relationship) == made).nth(500).map(|fact| fact.id.to_string());
    let code =
        ontology.property_named("creditCode").and_then(|code| known.property(code)).and_then(|code| code.as_str());
    let variables = json!({
        "code": code,
        "id": "company:c77",
        "name": **name,
        "slip": slip,
        "part": part,
        "fact": fact,
        "after": cursor(&runtime, &engine, "companies")?,
        "afterFact": cursor(&runtime, &engine, "facts")?,
    });
    let mut wrong = Vec::new();
    for (what, document, most) in REQUESTS {
        let (text, parameters) = rendered(&engine, &session, document, &variables)?;
        let operators = profiled(neo4j, &text, &parameters)?;
        let hits: u64 = operators.iter().map(|operator| operator.hits).sum();
        println!("{}: {hits:>8} of {most:>8} hits  {what}", neo4j.name);
        let bad = operators.iter().find(|operator| FORBIDDEN.contains(&operator.name.as_str()));
        let is_too_much = hits > most && companies() == COMPANIES;
        if is_too_much || hits == 0 || bad.is_some() {
            let plan: String =
                operators.iter().map(|o| format!("  {:>8} {} {}\n", o.hits, o.name, o.details)).collect();
            wrong.push(format!("{what}: {hits} hits, {most} allowed\n{text}\n{plan}"));
        }
    }
    beside_hand_written(neo4j, &engine, &session, &Asked::of(&graph, companies() as usize)?, &mut wrong)?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The questions of the comparison: our statement beside the one that was written by hand for the same answer.
fn beside_hand_written(
    neo4j: &Neo4j,
    engine: &PlanEngine,
    session: &Session,
    asked: &Asked,
    wrong: &mut Vec<String>,
) -> Result<(), Failed> {
    for question in questions() {
        let mut variables = (question.variables)(asked, 7);
        let (text, parameters) = rendered(engine, session, question.ours, &variables)?;
        let ours = profiled(neo4j, &text, &parameters)?;
        if let (Some(own), Some(more)) = (variables.as_object_mut(), beside().as_object()) {
            own.extend(more.clone());
        }
        let hand = profiled(neo4j, &question.hand.replace('\n', " "), &cypher(&parameter(&variables)))?;
        let hits = |operators: &[Operator]| operators.iter().map(|operator| operator.hits).sum::<u64>();
        let share = hits(&ours) as f64 / hits(&hand).max(1) as f64;
        println!("{}: {:>8} hits, {:>8} by hand ({share:.2})  {}", neo4j.name, hits(&ours), hits(&hand), question.name);
        let bad = ours.iter().find(|operator| FORBIDDEN.contains(&operator.name.as_str()) || operator.name == "Eager");
        if bad.is_some() || share > MOST_BESIDE_HAND {
            let plan: String = ours.iter().map(|o| format!("  {:>8} {} {}\n", o.hits, o.name, o.details)).collect();
            wrong.push(format!(
                "{}: {share:.2} times the hits of the hand-written statement\n{text}\n{plan}",
                question.name
            ));
        }
    }
    Ok(())
}

/// `MDGRAPH_TEST_COMPANIES=100000 cargo test --test neo4j_hits` for a larger graph; the bounds of hits are for the usual one.
fn companies() -> u32 {
    std::env::var("MDGRAPH_TEST_COMPANIES").ok().and_then(|number| number.parse().ok()).unwrap_or(COMPANIES)
}

/// A key of eight characters or more with its second character left out and its last but one doubled.
fn with_two_slips(key: &str) -> String {
    let last = key.chars().count().saturating_sub(2);
    key.chars()
        .enumerate()
        .flat_map(|(at, c)| std::iter::repeat_n(c, if at == 1 { 0 } else { 1 + usize::from(at == last) }))
        .collect()
}

/// The end of a page in the middle of all companies, or of all facts that one makes something.
fn cursor(runtime: &tokio::runtime::Runtime, engine: &PlanEngine, field: &str) -> Result<String, Failed> {
    use mdgraph::api::{Engine as _, Request, RequestId};
    let which = if field == "facts" { "where: { relationships: [MAKES] }, " } else { "" };
    let query = format!("{{ {field}({which}first: 100) {{ pageInfo {{ endCursor }} }} }}");
    let request =
        Request { id: RequestId::next(), query, operation_name: None, variables: Default::default(), is_get: false };
    let response = runtime.block_on(engine.execute(request, Instant::now() + Duration::from_secs(60)));
    let answer: serde_json::Value = serde_json::from_slice(&response.body)?;
    let cursor = answer["data"][field]["pageInfo"]["endCursor"].as_str();
    cursor.map(str::to_owned).ok_or_else(|| format!("no cursor: {answer}").into())
}

/// The statement of a document's only root, as the store makes it, and its parameters as a map in Cypher.
fn rendered(
    engine: &PlanEngine,
    session: &Session,
    document: &str,
    variables: &serde_json::Value,
) -> Result<(String, String), Failed> {
    let verdict = engine.prepare(document);
    let prepared = verdict.as_ref().as_ref().map_err(|refused| format!("{document}: {:?}", refused.errors))?;
    let operation = prepared.operation(None).map_err(|e| format!("{document}: {e:?}"))?;
    let given = variables.as_object().cloned().unwrap_or_default();
    let plan = engine.plan(prepared, operation, &given, session).map_err(|e| format!("{document}: {e:?}"))?;
    let Some((view, Some(root))) = plan.roots.first() else { return Err(format!("{document}: no work").into()) };
    let statement = statement(&engine.context().ontology, &Retired::default(), root, view);
    Ok((statement.text, cypher(&Value::map(statement.parameters))))
}

fn profiled(neo4j: &Neo4j, text: &str, parameters: &str) -> Result<Vec<Operator>, Failed> {
    neo4j.profile(text, parameters).map_err(|reason| format!("{text}\n{reason}").into())
}

/// A value as Cypher writes it.
fn cypher(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Text(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n")),
        Value::List(items) => format!("[{}]", items.iter().map(cypher).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", cypher(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
