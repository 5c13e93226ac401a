//! `/export/…`: tables, streamed. Each page of a table has the deadline of a request; the table itself has none, and holds its place
//! among the requests under way until its last byte. What fails in the middle breaks the connection off: a client never takes a part
//! for the whole.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Request as HttpRequest, Response as HttpResponse, Uri};
use axum::response::IntoResponse;
use bytes::Bytes;
use futures::{FutureExt, stream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout_at;

use super::graphql::{GRACE, REQUEST_ID, panic_text, refusal};
use super::{Shared, router};
use crate::api::table::TableRequest;
use crate::api::{Engine, RequestId, Table};
use crate::error::{ErrorCode, GraphqlError};

/// Handles a GET of `/export/{file}`.
pub async fn handle<E: Engine>(
    State(shared): State<Arc<Shared<E>>>,
    Path(file): Path<String>,
    request: HttpRequest<Body>,
) -> HttpResponse<Body> {
    let Some(wanted) = TableRequest::named(&file) else { return router::not_found().await.into_response() };
    let id = RequestId::next();
    let opened = AssertUnwindSafe(open(&shared, id, wanted, request.uri())).catch_unwind().await;
    let opened = opened.unwrap_or_else(|panic| {
        tracing::error!(request = %id, cause = panic_text(panic.as_ref()), "an export panicked");
        Err(GraphqlError::internal(id))
    });
    match opened {
        Ok((request, sending)) => answer(id, &request, sending),
        Err(error) => {
            shared.metrics.refused(error.code, error.passed_limit());
            tracing::info!(request = %id, %file, code = error.code.name(), "refused an export");
            refusal(&shared, error, id)
        }
    }
}

/// Opens a table and reads its first part, so that what is wrong with it is an answer of its own.
async fn open<E: Engine>(
    shared: &Shared<E>,
    id: RequestId,
    mut request: TableRequest,
    uri: &Uri,
) -> Result<(TableRequest, Sending<E::Table>), GraphqlError> {
    parameters(&mut request, uri)?;
    let permit = shared.under_way.clone().try_acquire_owned().map_err(|_| super::graphql::overloaded())?;
    let table = shared.engine.table(&request, id)?;
    let deadline = shared.limits.deadline;
    let started = Instant::now();
    let mut sending =
        Sending { table, id, deadline, started, bytes: 0, first: None, ended: "broken off", _permit: permit };
    sending.first = sending.next().await?;
    Ok((request, sending))
}

/// Takes the parameters of a URL.
fn parameters(request: &mut TableRequest, uri: &Uri) -> Result<(), GraphqlError> {
    let wrong = |text: String| GraphqlError::new(ErrorCode::BadUserInput, text);
    let given = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| wrong("The URL's parameters cannot be read. Encode them for the URL.".to_owned()))?;
    for (at, (name, text)) in given.0.iter().enumerate() {
        if given.0[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(wrong(format!("Parameter {}: it is given twice; keep one", name.escape_debug())));
        }
        request.set(name, text)?;
    }
    Ok(())
}

fn answer<T: Table>(id: RequestId, request: &TableRequest, sending: Sending<T>) -> HttpResponse<Body> {
    let mut response = HttpResponse::new(Body::from_stream(stream::try_unfold(sending, part)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(request.format.media_type()));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The name is of the ontology's constants and of dates: letters, digits and hyphens.
    for (name, text) in [
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", request.file_name())),
        (REQUEST_ID, id.to_string()),
    ] {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
    response
}

/// A table on its way to a client.
struct Sending<T> {
    table: T,
    id: RequestId,
    /// Of each part.
    deadline: Duration,
    started: Instant,
    bytes: u64,
    /// The part that is read already.
    first: Option<Vec<u8>>,
    /// How it ended, for the log; by dropping it when nothing else is known.
    ended: &'static str,
    _permit: OwnedSemaphorePermit,
}

impl<T: Table> Sending<T> {
    /// The next part, at its deadline at the latest.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, GraphqlError> {
        let deadline = Instant::now() + self.deadline;
        let latest = tokio::time::Instant::from_std(deadline + GRACE);
        timeout_at(latest, self.table.next(deadline)).await.unwrap_or_else(|_| Err(GraphqlError::timeout()))
    }
}

impl<T> Drop for Sending<T> {
    fn drop(&mut self) {
        let ms = self.started.elapsed().as_micros() as f64 / 1_000.0;
        tracing::info!(request = %self.id, bytes = self.bytes, ms, "an export was {}", self.ended);
    }
}

/// The next part of the body.
async fn part<T: Table>(mut sending: Sending<T>) -> io::Result<Option<(Bytes, Sending<T>)>> {
    let next = match sending.first.take() {
        Some(first) => Ok(Some(first)),
        None => {
            // Other requests have their turn between two parts.
            tokio::task::yield_now().await;
            sending.next().await
        }
    };
    match next {
        Ok(Some(part)) => {
            sending.bytes += part.len() as u64;
            Ok(Some((Bytes::from(part), sending)))
        }
        Ok(None) => {
            sending.ended = "complete";
            Ok(None)
        }
        Err(error) => {
            tracing::warn!(request = %sending.id, code = error.code.name(), "an export failed in its middle");
            Err(io::Error::other(error))
        }
    }
}
