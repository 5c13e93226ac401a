//! The usual way: async-graphql's derive macros with a resolver a field, over the same data.

use super::data::{Company, Data, Named, Product, Supply};
use async_graphql::{Context, EmptyMutation, EmptySubscription, ID, Object, Schema};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use std::sync::Arc;

type Api = Schema<Query, EmptyMutation, EmptySubscription>;

struct Query;
struct CompanyPage<'a>(&'a Company);
struct Names<'a>(&'a Company);
struct Entity<'a>(&'a Named);
struct EntityEdge<'a>(&'a Named);
struct EntityConnection<'a>(&'a [Named]);
struct MakesConnection<'a>(&'a [Product], usize);
struct MakesEdge<'a>(&'a Product);
struct Fact(&'static str);
struct SuppliesConnection<'a>(&'a [Supply], usize);
struct SuppliesEdge<'a>(&'a Supply);

fn first<T>(list: &[T], first: Option<i32>) -> &[T] {
    &list[..list.len().min(first.map_or(20, |f| f.max(0) as usize))]
}

#[Object]
impl Query {
    async fn company<'a>(&self, context: &Context<'a>, id: ID) -> async_graphql::Result<Option<CompanyPage<'a>>> {
        Ok(context.data::<Arc<Data>>()?.get(id.as_str()).map(CompanyPage))
    }
}

#[Object(name = "Company")]
impl CompanyPage<'_> {
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }
    async fn name(&self) -> &str {
        &self.0.name
    }
    async fn names(&self) -> Names<'_> {
        Names(self.0)
    }
    async fn credit_code(&self) -> Option<&str> {
        self.0.credit_code.as_deref()
    }
    async fn identified(&self) -> bool {
        self.0.identified
    }
    async fn founded_on(&self) -> Option<&str> {
        self.0.founded_on.as_deref()
    }
    async fn degree(&self) -> i32 {
        self.0.degree as i32
    }
    async fn located_in(&self, #[graphql(name = "first")] limit: Option<i32>) -> EntityConnection<'_> {
        EntityConnection(first(&self.0.located_in, limit))
    }
    async fn in_sector(&self, #[graphql(name = "first")] limit: Option<i32>) -> EntityConnection<'_> {
        EntityConnection(first(&self.0.sectors, limit))
    }
    async fn makes(&self, #[graphql(name = "first")] limit: Option<i32>) -> MakesConnection<'_> {
        MakesConnection(first(&self.0.makes, limit), self.0.makes.len())
    }
    async fn supplies(&self, #[graphql(name = "first")] limit: Option<i32>) -> SuppliesConnection<'_> {
        SuppliesConnection(first(&self.0.supplies, limit), self.0.supplies.len())
    }
}

#[Object]
impl Names<'_> {
    async fn zh(&self) -> &str {
        &self.0.name
    }
    async fn en(&self) -> Option<&str> {
        self.0.en.as_deref()
    }
}

#[Object]
impl Entity<'_> {
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }
    async fn name(&self) -> &str {
        &self.0.name
    }
}

#[Object]
impl EntityEdge<'_> {
    async fn node(&self) -> Entity<'_> {
        Entity(self.0)
    }
}

#[Object]
impl EntityConnection<'_> {
    async fn edges(&self) -> Vec<EntityEdge<'_>> {
        self.0.iter().map(EntityEdge).collect()
    }
}

#[Object]
impl MakesConnection<'_> {
    async fn total_count(&self) -> i32 {
        self.1 as i32
    }
    async fn edges(&self) -> Vec<MakesEdge<'_>> {
        self.0.iter().map(MakesEdge).collect()
    }
}

#[Object]
impl MakesEdge<'_> {
    async fn brand(&self) -> Option<&str> {
        self.0.brand.as_deref()
    }
    async fn fact(&self) -> Fact {
        Fact(self.0.status)
    }
    async fn node(&self) -> ProductNode<'_> {
        ProductNode(self.0)
    }
}

#[Object]
impl Fact {
    async fn status(&self) -> &str {
        self.0
    }
}

struct ProductNode<'a>(&'a Product);

#[Object(name = "Product")]
impl ProductNode<'_> {
    async fn id(&self) -> ID {
        ID(self.0.product.id.clone())
    }
    async fn name(&self) -> &str {
        &self.0.product.name
    }
    async fn device_class(&self) -> Option<&str> {
        self.0.device_class.as_deref()
    }
    async fn in_sector(&self, #[graphql(name = "first")] limit: Option<i32>) -> EntityConnection<'_> {
        EntityConnection(first(&self.0.sectors, limit))
    }
}

#[Object]
impl SuppliesConnection<'_> {
    async fn total_count(&self) -> i32 {
        self.1 as i32
    }
    async fn edges(&self) -> Vec<SuppliesEdge<'_>> {
        self.0.iter().map(SuppliesEdge).collect()
    }
}

#[Object]
impl SuppliesEdge<'_> {
    async fn goods(&self) -> Option<&str> {
        self.0.goods.as_deref()
    }
    async fn node(&self) -> Entity<'_> {
        Entity(&self.0.to)
    }
}

async fn answer(State(schema): State<Api>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<async_graphql::Request>(&body) else {
        return axum::http::StatusCode::BAD_REQUEST.into_response();
    };
    match serde_json::to_vec(&schema.execute(request).await) {
        Ok(body) => ([("content-type", "application/graphql-response+json; charset=utf-8")], body).into_response(),
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The peer's router.
pub fn router(data: Arc<Data>) -> Router {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).data(data).finish();
    Router::new().route("/graphql", post(answer)).with_state(schema)
}
