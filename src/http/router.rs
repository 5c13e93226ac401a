//! The paths of the server.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use tokio::time::timeout;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use super::{Shared, export, graphql, page};
use crate::api::Engine;

/// Answers below this size are sent as they are: a packet holds them.
const COMPRESSED_ABOVE_BYTES: u64 = 1_024;

/// A middle way between processor and network, for both encodings.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(4);

/// How long `/health/ready` waits for the engine's word.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a browser may remember that it may ask.
const PREFLIGHT_AGE: Duration = Duration::from_secs(24 * 60 * 60);

const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
const PROMETHEUS_TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const PLAIN: (HeaderName, HeaderValue) = (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));

/// All routes with what holds for all of them: who may ask from a browser, and compression.
pub fn routes<E: Engine>(shared: Arc<Shared<E>>) -> Router {
    let layers = tower::ServiceBuilder::new()
        .layer(cors(&shared.settings.cors_origins))
        .layer(CompressionLayer::new().quality(COMPRESSION).compress_when(SizeAbove::new(COMPRESSED_ABOVE_BYTES)));
    Router::new()
        .route("/", get(page::index))
        .route("/graphiql/{name}", get(page::asset))
        .route("/graphql", any(graphql::handle::<E>))
        .route("/export/{file}", get(export::handle::<E>))
        .route("/schema.graphql", get(schema::<E>))
        .route("/metrics", get(metrics::<E>))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready::<E>))
        .fallback(not_found)
        .layer(layers)
        .with_state(shared)
}

/// Any origin may ask: the data is public and a request carries no credentials; or only those of a list.
fn cors(origins: &[String]) -> CorsLayer {
    let allowed = match origins {
        [] => AllowOrigin::any(),
        // What is no header value was refused when the flag was read.
        list => AllowOrigin::list(list.iter().filter_map(|origin| HeaderValue::try_from(origin).ok())),
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(Any)
        .expose_headers([graphql::REQUEST_ID, RETRY_AFTER, CONTENT_DISPOSITION])
        .max_age(PREFLIGHT_AGE)
        .vary([ACCEPT])
}

/// What is served, and what it is.
pub const PATHS: [(&str, &str); 7] = [
    ("/", "in a browser: GraphiQL with examples"),
    ("/graphql", "requests, by POST or GET"),
    ("/export/{entities,facts,observations}.{csv,ndjson}", "tables"),
    ("/schema.graphql", "the schema"),
    ("/metrics", "what the server counts and measures, for Prometheus"),
    ("/health/live", "whether the process lives"),
    ("/health/ready", "whether it can answer now"),
];

/// [`PATHS`] as text, one a line.
pub fn paths() -> String {
    PATHS.iter().map(|(path, what)| format!("  {path:<50}  {what}\n")).collect()
}

/// A text for people and scripts.
pub fn plain(text: impl IntoResponse) -> impl IntoResponse {
    ([PLAIN], text)
}

async fn schema<E: Engine>(State(shared): State<Arc<Shared<E>>>) -> impl IntoResponse {
    ([PLAIN], shared.engine.sdl())
}

/// The metrics. The text is the same in both formats that Prometheus reads; who asks for the newer one is told that it is.
async fn metrics<E: Engine>(State(shared): State<Arc<Shared<E>>>, headers: HeaderMap) -> impl IntoResponse {
    let newer = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains("application/openmetrics-text"));
    let media = if headers.get_all(ACCEPT).iter().any(newer) { OPEN_METRICS } else { PROMETHEUS_TEXT };
    let under_way = (shared.settings.concurrency as usize).saturating_sub(shared.under_way.available_permits());
    ([(CONTENT_TYPE, media)], shared.metrics.text(under_way as u64, shared.engine.size()))
}

/// Says that the process lives; never asks the database, whose failing is no reason to restart this process.
async fn live() -> impl IntoResponse {
    plain("live\n")
}

/// Says whether requests can be answered: not while the server stops, nor while the engine cannot.
async fn ready<E: Engine>(State(shared): State<Arc<Shared<E>>>) -> impl IntoResponse {
    if shared.stopping.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, [PLAIN], "stopping\n".to_owned());
    }
    match timeout(READY_TIMEOUT, shared.engine.ready()).await {
        Ok(Ok(())) => (StatusCode::OK, [PLAIN], "ready\n".to_owned()),
        Ok(Err(reason)) => (StatusCode::SERVICE_UNAVAILABLE, [PLAIN], format!("{reason}\n")),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, [PLAIN], "the data cannot be reached\n".to_owned()),
    }
}

/// There is nothing at a path.
pub async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, [PLAIN], format!("Nothing is served at this path. There are:\n\n{}", paths()))
}
