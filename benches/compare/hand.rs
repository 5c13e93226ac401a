//! The floor: an axum handler written for this one page, with serde_json.

use super::data::{Company, Data, Named};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is read of a request.
#[derive(Deserialize)]
pub struct Request<'a> {
    #[serde(borrow)]
    pub variables: Variables<'a>,
}
/// The page's variables.
#[derive(Deserialize)]
pub struct Variables<'a> {
    pub id: &'a str,
}
#[derive(Serialize)]
struct Answer<'a> {
    data: Root<'a>,
}
#[derive(Serialize)]
struct Root<'a> {
    company: Option<Page<'a>>,
}
#[derive(Serialize)]
struct Names<'a> {
    zh: &'a str,
    en: Option<&'a str>,
}
#[derive(Serialize)]
struct Edges<T> {
    edges: Vec<T>,
}
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counted<T> {
    total_count: usize,
    edges: Vec<T>,
}
#[derive(Serialize)]
struct NodeEdge<'a> {
    node: Node<'a>,
}
#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    name: &'a str,
}
#[derive(Serialize)]
struct MakesEdge<'a> {
    brand: Option<&'a str>,
    fact: Fact<'a>,
    node: Product<'a>,
}
#[derive(Serialize)]
struct Fact<'a> {
    status: &'a str,
}
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Product<'a> {
    id: &'a str,
    name: &'a str,
    device_class: Option<&'a str>,
    in_sector: Edges<NodeEdge<'a>>,
}
#[derive(Serialize)]
struct SuppliesEdge<'a> {
    goods: Option<&'a str>,
    node: Node<'a>,
}
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    id: &'a str,
    name: &'a str,
    names: Names<'a>,
    credit_code: Option<&'a str>,
    identified: bool,
    founded_on: Option<&'a str>,
    degree: usize,
    located_in: Edges<NodeEdge<'a>>,
    in_sector: Edges<NodeEdge<'a>>,
    makes: Counted<MakesEdge<'a>>,
    supplies: Counted<SuppliesEdge<'a>>,
}

fn node(named: &Named) -> Node<'_> {
    Node { id: &named.id, name: &named.name }
}

fn edges(list: &[Named], first: usize) -> Edges<NodeEdge<'_>> {
    Edges { edges: list.iter().take(first).map(|n| NodeEdge { node: node(n) }).collect() }
}

fn page(company: &Company) -> Page<'_> {
    let makes = company.makes.iter().take(5).map(|p| MakesEdge {
        brand: p.brand.as_deref(),
        fact: Fact { status: p.status },
        node: Product {
            id: &p.product.id,
            name: &p.product.name,
            device_class: p.device_class.as_deref(),
            in_sector: edges(&p.sectors, 2),
        },
    });
    let supplies =
        company.supplies.iter().take(5).map(|s| SuppliesEdge { goods: s.goods.as_deref(), node: node(&s.to) });
    Page {
        id: &company.id,
        name: &company.name,
        names: Names { zh: &company.name, en: company.en.as_deref() },
        credit_code: company.credit_code.as_deref(),
        identified: company.identified,
        founded_on: company.founded_on.as_deref(),
        degree: company.degree,
        located_in: edges(&company.located_in, 2),
        in_sector: edges(&company.sectors, 3),
        makes: Counted { total_count: company.makes.len(), edges: makes.collect() },
        supplies: Counted { total_count: company.supplies.len(), edges: supplies.collect() },
    }
}

async fn answer(State(data): State<Arc<Data>>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Request<'_>>(&body) else {
        return axum::http::StatusCode::BAD_REQUEST.into_response();
    };
    let company = data.get(request.variables.id).map(page);
    match serde_json::to_vec(&Answer { data: Root { company } }) {
        Ok(body) => ([("content-type", "application/graphql-response+json; charset=utf-8")], body).into_response(),
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The peer's router.
pub fn router(data: Arc<Data>) -> Router {
    Router::new().route("/graphql", post(answer)).with_state(data)
}
