//! The floor over Neo4j: an axum handler written for this one page, with one statement written for it, through the same driver.

use super::hand::Request;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use mdgraph::graph::{DAY_MAX, PartialDate, Status};
use neo4rs::Graph;
use serde::{Deserialize, Serialize, Serializer};

/// The maps have the answer's shape already; only their order is the structs'. It leaves out what later documents replaced, as every right
/// answer must.
const STATEMENT: &str = "MATCH (c:Entity {id: $id}) WHERE c:Company RETURN { \
    id: c.id, name: c._zh, names: { zh: c._zh, en: c._en }, creditCode: c.creditCode, identified: c.identified, \
    foundedOn: c.foundedOn, degree: c._degree, \
    locatedIn: { edges: COLLECT { MATCH (c)-[r:LOCATED_IN]->(n) WHERE r._knownTo = $now WITH n ORDER BY n._sort, n.id LIMIT 2 \
        RETURN { node: { id: n.id, name: n._zh } } } }, \
    inSector: { edges: COLLECT { MATCH (c)-[r:IN_SECTOR]->(n) WHERE r._knownTo = $now WITH n ORDER BY n._sort, n.id LIMIT 3 \
        RETURN { node: { id: n.id, name: n._zh } } } }, \
    makes: { totalCount: COUNT { (c)-[r:MAKES]->() WHERE r._knownTo = $now }, \
        edges: COLLECT { MATCH (c)-[r:MAKES]->(n) WHERE r._knownTo = $now WITH r, n ORDER BY n._sort, n.id LIMIT 5 \
        RETURN { brand: r.brand, fact: { status: r._status }, node: { id: n.id, name: n._zh, deviceClass: n.deviceClass, \
            inSector: { edges: COLLECT { MATCH (n)-[r2:IN_SECTOR]->(s) WHERE r2._knownTo = $now WITH s ORDER BY s._sort, s.id LIMIT 2 \
                RETURN { node: { id: s.id, name: s._zh } } } } } } } }, \
    supplies: { totalCount: COUNT { (c)-[r:SUPPLIES]->() WHERE r._knownTo = $now }, \
        edges: COLLECT { MATCH (c)-[r:SUPPLIES]->(n) WHERE r._knownTo = $now WITH r, n ORDER BY n._sort, n.id LIMIT 5 \
        RETURN { goods: r.goods, node: { id: n.id, name: n._zh } } } } } AS company";

#[derive(Serialize)]
struct Answer {
    data: Root,
}
#[derive(Serialize)]
struct Root {
    company: Option<Page>,
}
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    id: String,
    name: String,
    names: Names,
    credit_code: Option<String>,
    identified: bool,
    #[serde(serialize_with = "date")]
    founded_on: Option<i32>,
    degree: u64,
    located_in: Edges<NodeEdge>,
    in_sector: Edges<NodeEdge>,
    makes: Counted<MakesEdge>,
    supplies: Counted<SuppliesEdge>,
}
#[derive(Serialize, Deserialize)]
struct Names {
    zh: String,
    en: Option<String>,
}
#[derive(Serialize, Deserialize)]
struct Edges<T> {
    edges: Vec<T>,
}
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counted<T> {
    total_count: u64,
    edges: Vec<T>,
}
#[derive(Serialize, Deserialize)]
struct NodeEdge {
    node: Node,
}
#[derive(Serialize, Deserialize)]
struct Node {
    id: String,
    name: String,
}
#[derive(Serialize, Deserialize)]
struct MakesEdge {
    brand: Option<String>,
    fact: Fact,
    node: Product,
}
#[derive(Serialize, Deserialize)]
struct Fact {
    #[serde(serialize_with = "status")]
    status: usize,
}
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    id: String,
    name: String,
    device_class: Option<String>,
    in_sector: Edges<NodeEdge>,
}
#[derive(Serialize, Deserialize)]
struct SuppliesEdge {
    goods: Option<String>,
    node: Node,
}

fn date<S: Serializer>(code: &Option<i32>, serializer: S) -> Result<S::Ok, S::Error> {
    code.and_then(PartialDate::from_code).map(|date| date.to_string()).serialize(serializer)
}

fn status<S: Serializer>(number: &usize, serializer: S) -> Result<S::Ok, S::Error> {
    Status::ALL.get(*number).map(|status| status.name()).serialize(serializer)
}

async fn answer(State(graph): State<Graph>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Request<'_>>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match page(&graph, request.variables.id).await {
        Ok(body) => ([("content-type", "application/graphql-response+json; charset=utf-8")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn page(graph: &Graph, id: &str) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let mut rows = graph.execute_read(neo4rs::query(STATEMENT).param("id", id).param("now", DAY_MAX)).await?;
    let company = rows.next().await?.map(|row| row.get("company")).transpose()?;
    Ok(serde_json::to_vec(&Answer { data: Root { company } })?)
}

/// The peer's router.
pub fn router(graph: Graph) -> Router {
    Router::new().route("/graphql", post(answer)).with_state(graph)
}
