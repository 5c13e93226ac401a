//! `/graphql`: from an HTTP request to an HTTP answer.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request as HttpRequest, Response as HttpResponse, StatusCode,
};
use bytes::Bytes;
use futures::FutureExt;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::Shared;
use super::envelope::{self, read_body, read_url};
use super::media::{AnswerType, is_json};
use crate::api::{Engine, Request, RequestId, Response};
use crate::error::{ErrorCode, GraphqlError, Limit};

/// Names the request; what a client quotes when it reports a fault.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How much longer than its deadline an engine is waited for: it answers at the deadline by itself, with what it has.
pub const GRACE: Duration = Duration::from_millis(100);

/// Answers of more bytes than this keep their place among the requests under way until they are written, so that
/// clients that read slowly cannot make the server hold any number of them.
const LARGE: usize = 64 * 1024;

/// Handles every method of `/graphql`.
pub async fn handle<E: Engine>(State(shared): State<Arc<Shared<E>>>, request: HttpRequest<Body>) -> HttpResponse<Body> {
    let started = Instant::now();
    let id = RequestId::next();
    let method = request.method().clone();
    // Everything that can panic runs in here; a panic is this request's answer, not the connection's end.
    let handled = AssertUnwindSafe(answer(&shared, id, request)).catch_unwind().await;
    let (answer, media) = handled.unwrap_or_else(|panic| {
        tracing::error!(request = %id, cause = panic_text(panic.as_ref()), "a request panicked");
        (Answer::refused(&shared, GraphqlError::internal(id)), AnswerType::Json)
    });
    let status = answer.status(media);
    let took = started.elapsed();
    shared.metrics.answered(status.as_u16(), answer.response.refusal, took);
    if let Some(code) = answer.response.refusal {
        shared.metrics.refused(code, answer.response.limit);
    }
    tracing::info!(
        request = %id,
        method = method.as_str(),
        status = status.as_u16(),
        code = answer.response.refusal.map(ErrorCode::name),
        operation = answer.response.operation.as_deref(),
        cost = answer.response.cost,
        bytes = answer.response.body.len(),
        ms = took.as_micros() as f64 / 1_000.0,
        "answered"
    );
    answer.into_http(id, status, media)
}

/// An answer with what HTTP needs to know of it.
struct Answer {
    response: Response,
    /// Whether the request was well-formed, so that the older media type answers with 200.
    well_formed: bool,
    /// A status that the table of codes does not say.
    status: Option<StatusCode>,
    /// Held until the answer is written, for a large one.
    permit: Option<OwnedSemaphorePermit>,
}

impl Answer {
    /// An answer to a request that did not come as far as the engine.
    fn refused<E>(shared: &Shared<E>, error: GraphqlError) -> Self {
        let response = Response::refused(&[error], &shared.limits);
        Answer { response, well_formed: false, status: None, permit: None }
    }

    /// The status: that of the code, but for the older media type, which tells a wrong document from a wrong request.
    fn status(&self, media: AnswerType) -> StatusCode {
        let Some(code) = self.response.refusal else { return StatusCode::OK };
        let by_code = StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match self.status {
            Some(status) => status,
            None if self.well_formed && media == AnswerType::Json && by_code == StatusCode::BAD_REQUEST => {
                StatusCode::OK
            }
            None => by_code,
        }
    }

    fn into_http(self, id: RequestId, status: StatusCode, media: AnswerType) -> HttpResponse<Body> {
        let bytes = match self.permit {
            Some(permit) => Bytes::from_owner(Held { body: self.response.body, _permit: permit }),
            None => Bytes::from(self.response.body),
        };
        let mut response = HttpResponse::new(Body::from(bytes));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media.content_type());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Ok(value) = HeaderValue::try_from(id.to_string()) {
            headers.insert(REQUEST_ID, value);
        }
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(ALLOW, HeaderValue::from_static("GET, POST"));
            }
            // Part of a body may still be on its way; the connection cannot be used again.
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}

/// A body together with its place among the requests under way.
struct Held {
    body: Vec<u8>,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

/// The answer to an HTTP request and the media type to write it in.
async fn answer<E: Engine>(shared: &Shared<E>, id: RequestId, request: HttpRequest<Body>) -> (Answer, AnswerType) {
    let (head, body) = request.into_parts();
    let Some(media) = AnswerType::negotiate(&head.headers) else {
        let error = GraphqlError::new(
            ErrorCode::NotAcceptable,
            "The answer would be application/graphql-response+json or application/json, and the Accept header allows neither. \
             Accept one of them.",
        );
        return (Answer::refused(shared, error), AnswerType::Json);
    };
    let read = match head.method {
        Method::GET | Method::HEAD => read_url(&head.uri, id).map(envelope::Body::One).map_err(|error| (error, None)),
        Method::POST => read_post(shared, id, &head.headers, body).await,
        _ => Err((
            GraphqlError::new(ErrorCode::MethodNotAllowed, "GraphQL is served by GET and POST. Use one of them."),
            None,
        )),
    };
    let answer = match read {
        Ok(envelope) => run(shared, id, envelope).await,
        Err((error, status)) => Answer { status, ..Answer::refused(shared, error) },
    };
    (answer, media)
}

/// Reads the body of a POST, within its limits of size and time.
async fn read_post<E>(
    shared: &Shared<E>,
    id: RequestId,
    headers: &HeaderMap,
    body: Body,
) -> Result<envelope::Body, (GraphqlError, Option<StatusCode>)> {
    if !is_json(headers) {
        let error = GraphqlError::new(
            ErrorCode::UnsupportedMediaType,
            "The body must be JSON in UTF-8, not compressed. Send it with Content-Type: application/json.",
        );
        return Err((error, None));
    }
    let most = shared.limits.body_bytes;
    let too_large = || {
        let text = format!("The body is larger than {most} bytes. Send less at once.");
        (GraphqlError::new(ErrorCode::PayloadTooLarge, text), None)
    };
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    match timeout(shared.settings.body_timeout, Limited::new(body, most).collect()).await {
        Ok(Ok(collected)) => read_body(&collected.to_bytes(), id, &shared.limits).map_err(|error| (error, None)),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => {
            Err((GraphqlError::new(ErrorCode::BadUserInput, "The body broke off. Send the request again."), None))
        }
        Err(_) => {
            let text = format!(
                "The body did not arrive within {} seconds. Send the request again.",
                shared.settings.body_timeout.as_secs_f64()
            );
            Err((GraphqlError::new(ErrorCode::Timeout, text), Some(StatusCode::REQUEST_TIMEOUT)))
        }
    }
}

/// Runs what an envelope holds, if there is room for it.
async fn run<E: Engine>(shared: &Shared<E>, id: RequestId, envelope: envelope::Body) -> Answer {
    let Ok(permit) = Arc::clone(&shared.under_way).try_acquire_owned() else {
        return Answer::refused(shared, overloaded());
    };
    let deadline = Instant::now() + shared.limits.deadline;
    let mut response = match envelope {
        envelope::Body::One(request) => execute(shared, request, deadline).await,
        // Apart from the others, so that it does not make the future of every request larger.
        envelope::Body::Batch(members) => Box::pin(batch(shared, members, deadline)).await,
    };
    let most = shared.limits.response_bytes;
    if response.body.len() > most {
        let error = GraphqlError::limit(Limit::ResponseBytes, most as u64, response.body.len() as u64);
        let (cost, operation) = (response.cost, response.operation);
        response = Response { cost, operation, ..Response::refused(&[error], &shared.limits) };
        tracing::debug!(request = %id, "the answer was too large");
    }
    let permit = (response.body.len() > LARGE).then_some(permit);
    Answer { response, well_formed: true, status: None, permit }
}

/// One request, until shortly after its deadline.
async fn execute<E: Engine>(shared: &Shared<E>, request: Request, deadline: Instant) -> Response {
    let latest = tokio::time::Instant::from_std(deadline + GRACE);
    match tokio::time::timeout_at(latest, shared.engine.execute(request, deadline)).await {
        Ok(response) => response,
        Err(_) => Response::refused(&[GraphqlError::timeout()], &shared.limits),
    }
}

/// The requests of a batch one after the other, with one deadline and one limit of bytes for all of them.
async fn batch<E: Engine>(
    shared: &Shared<E>,
    members: Vec<Result<Request, GraphqlError>>,
    deadline: Instant,
) -> Response {
    let mut whole = Response { body: vec![b'['], refusal: None, limit: None, cost: 0, operation: None };
    for (position, member) in members.into_iter().enumerate() {
        if position > 0 {
            whole.body.push(b',');
        }
        let response = match member {
            Ok(request) => execute(shared, request, deadline).await,
            Err(error) => Response::refused(&[error], &shared.limits),
        };
        if let Some(code) = response.refusal {
            shared.metrics.refused(code, response.limit);
        }
        whole.body.extend_from_slice(&response.body);
        whole.cost = whole.cost.saturating_add(response.cost);
        if whole.body.len() > shared.limits.response_bytes {
            break;
        }
    }
    whole.body.push(b']');
    whole
}

/// There is no room for another request.
pub fn overloaded() -> GraphqlError {
    GraphqlError::new(
        ErrorCode::Overloaded,
        "The server is busy with other requests. Repeat the request after the seconds of the Retry-After header.",
    )
}

/// The answer of an error alone, for paths that answer with other things than JSON.
pub fn refusal<E>(shared: &Shared<E>, error: GraphqlError, id: RequestId) -> HttpResponse<Body> {
    let answer = Answer::refused(shared, error);
    let status = answer.status(AnswerType::Json);
    answer.into_http(id, status, AnswerType::Json)
}

/// What a panic said, for the log alone.
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no text)")
}
