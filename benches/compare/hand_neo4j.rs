//! The floor over Neo4j: an axum handler a question, with one statement written for it, through the same driver.

use super::hand::Request;
use super::requests::{parameter, questions};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use mdgraph::graph::{DAY_MAX, PartialDate, Status};
use neo4rs::{BoltType, Graph};
use serde::{Deserialize, Serialize, Serializer};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The page's maps have the answer's shape already; only their order is the structs'. All leave out what later documents replaced, as every
/// right answer must.
const PAGE: &str = include_str!("requests/page.cypher");

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

async fn page(State(graph): State<Graph>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Request<'_>>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    answer(company(&graph, request.variables.id).await)
}

async fn company(graph: &Graph, id: &str) -> Result<Vec<u8>, Failure> {
    let mut rows = graph.execute_read(neo4rs::query(PAGE).param("id", id).param("now", DAY_MAX)).await?;
    let company = rows.next().await?.map(|row| row.get("company")).transpose()?;
    Ok(serde_json::to_vec(&Answer { data: Root { company } })?)
}

/// A statement whose one column is the answer's data.
async fn whole(graph: &Graph, statement: &str, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut given: serde_json::Value = serde_json::from_slice(body)?;
    let variables = given["variables"].take();
    let parameters = variables.as_object().into_iter().flatten();
    let parameters = parameters.map(|(name, value)| (name.as_str(), BoltType::from(&parameter(value))));
    let mut rows = graph.execute_read(neo4rs::query(statement).params(parameters)).await?;
    let data: Option<serde_json::Value> = rows.next().await?.map(|row| row.get("data")).transpose()?;
    Ok(serde_json::to_vec(&serde_json::json!({ "data": data }))?)
}

fn answer(body: Result<Vec<u8>, Failure>) -> Response {
    match body {
        Ok(body) => ([("content-type", "application/graphql-response+json; charset=utf-8")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// The peer's router: a path a question.
pub fn router(graph: Graph) -> Router {
    let mut router = Router::new().route("/page", post(page));
    for question in questions().into_iter().filter(|question| question.name != "page") {
        let handler = move |State(graph): State<Graph>, body: Bytes| async move {
            answer(whole(&graph, question.hand, &body).await)
        };
        router = router.route(&format!("/{}", question.name), post(handler));
    }
    router.with_state(graph)
}
