//! The envelope of a GraphQL request: `query`, `operationName`, `variables`, `extensions`, in a body or in a URL.

use axum::extract::Query;
use axum::http::Uri;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::{Request, RequestId};
use crate::config::Limits;
use crate::error::{ErrorCode, GraphqlError, Limit};

/// The members of a request as they are sent. Others are ignored, as the specification of GraphQL over HTTP asks.
#[derive(Deserialize)]
struct Envelope {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    /// Nothing here reads it, but it must be a map.
    #[serde(rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

/// The members of a request in a URL: maps are JSON in their turn.
#[derive(Deserialize)]
struct Parameters {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// What a body holds.
pub enum Body {
    /// One request.
    One(Request),
    /// A batch, as a list of requests each of which may be malformed.
    Batch(Vec<Result<Request, GraphqlError>>),
}

/// Reads a POST's body.
///
/// # Errors
/// `BAD_USER_INPUT` for what is not a request in JSON, and for a batch where there may be none;
/// `LIMIT_EXCEEDED` for a batch that is too long.
pub fn read_body(bytes: &[u8], id: RequestId, limits: &Limits) -> Result<Body, GraphqlError> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return read_batch(bytes, id, limits).map(Body::Batch);
    }
    let envelope = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    request(envelope, id, false).map(Body::One)
}

/// Reads a JSON array of requests. Its length is checked before its members are looked at.
fn read_batch(
    bytes: &[u8],
    id: RequestId,
    limits: &Limits,
) -> Result<Vec<Result<Request, GraphqlError>>, GraphqlError> {
    if !limits.batches {
        return Err(GraphqlError::new(
            ErrorCode::BadUserInput,
            "The body is a batch, and this server takes none. Send one request as a JSON object.",
        ));
    }
    let members: Vec<&serde_json::value::RawValue> =
        serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    if members.is_empty() {
        return Err(GraphqlError::new(ErrorCode::BadUserInput, "The batch is empty. Send at least one request."));
    }
    if members.len() > limits.batch as usize {
        return Err(GraphqlError::limit(Limit::Batch, limits.batch.into(), members.len() as u64));
    }
    let read = |member: &&serde_json::value::RawValue| {
        let envelope = serde_json::from_str(member.get()).map_err(|error| malformed(&error))?;
        request(envelope, id, false)
    };
    Ok(members.iter().map(read).collect())
}

/// Reads a GET's URL.
///
/// # Errors
/// `BAD_USER_INPUT` for parameters that are not a request.
pub fn read_url(uri: &Uri, id: RequestId) -> Result<Request, GraphqlError> {
    let Query(parameters) = Query::<Parameters>::try_from_uri(uri).map_err(|_| {
        GraphqlError::new(
            ErrorCode::BadUserInput,
            "The URL's parameters cannot be read. Give query, operationName, variables and extensions at most once each.",
        )
    })?;
    let map = |name: &str, text: Option<String>| -> Result<Option<Map<String, Value>>, GraphqlError> {
        let Some(text) = text else { return Ok(None) };
        serde_json::from_str(&text).map_err(|error| {
            GraphqlError::new(
                ErrorCode::BadUserInput,
                format!(
                    "The URL's parameter {name} is not a JSON object: {error}. Encode it as JSON, then for the URL."
                ),
            )
        })
    };
    let envelope = Envelope {
        query: parameters.query,
        operation_name: parameters.operation_name,
        variables: map("variables", parameters.variables)?,
        _extensions: map("extensions", parameters.extensions)?,
    };
    request(envelope, id, true)
}

/// The request in an envelope.
fn request(envelope: Envelope, id: RequestId, is_get: bool) -> Result<Request, GraphqlError> {
    let Some(query) = envelope.query else {
        return Err(GraphqlError::new(
            ErrorCode::BadUserInput,
            "The request has no query. Send the GraphQL document as the string `query`.",
        ));
    };
    Ok(Request {
        id,
        query,
        operation_name: envelope.operation_name,
        variables: envelope.variables.unwrap_or_default(),
        is_get,
    })
}

/// A body that is no JSON, or not that of a request. The parser's words name the place and what was expected there.
fn malformed(error: &serde_json::Error) -> GraphqlError {
    GraphqlError::new(
        ErrorCode::BadUserInput,
        format!(
            "The body is not a GraphQL request in JSON: {error}. Send an object with the string `query` and, if needed, \
             the string `operationName` and the object `variables`."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str, limits: &Limits) -> Result<Body, GraphqlError> {
        read_body(text.as_bytes(), RequestId::next(), limits)
    }

    #[test]
    fn a_body_is_one_request_or_a_batch() {
        let limits = Limits { batches: true, batch: 2, ..Limits::default() };
        let text = r#" {"query":"{a}","operationName":null,"variables":{"b":[1]},"extensions":null,"other":1}"#;
        let Ok(Body::One(request)) = body(text, &limits) else { panic!("one request") };
        assert_eq!(
            (request.query.as_str(), request.variables["b"][0].as_i64(), request.is_get),
            ("{a}", Some(1), false)
        );

        let Ok(Body::Batch(members)) = body(r#"[{"query":"{a}"},{"query":1}]"#, &limits) else { panic!("a batch") };
        assert!(members[0].is_ok() && members[1].is_err());
        for (wrong, code) in [
            ("[]", ErrorCode::BadUserInput),
            ("[{},{},{}]", ErrorCode::LimitExceeded),
            ("", ErrorCode::BadUserInput),
            ("{}", ErrorCode::BadUserInput),
            ("{\"query\":\"{a}\"} x", ErrorCode::BadUserInput),
        ] {
            assert_eq!(body(wrong, &limits).err().map(|error| error.code), Some(code), "{wrong}");
        }
        assert_eq!(body("[{}]", &Limits::default()).err().map(|error| error.code), Some(ErrorCode::BadUserInput));
        // Deep JSON is refused by the reader, not by the stack.
        let deep = format!("{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}}}}}", "[".repeat(500_000));
        assert!(body(&deep, &limits).is_err());
    }

    #[test]
    fn a_url_holds_maps_as_json() {
        let read = |text: &str| read_url(&text.parse().unwrap(), RequestId::next());
        let request = read("/graphql?query=%7Ba%7D&operationName=A&variables=%7B%22b%22%3A1%7D&x=1").unwrap();
        assert_eq!((request.query.as_str(), request.operation_name.as_deref()), ("{a}", Some("A")));
        assert_eq!(request.variables["b"], 1);
        assert!(request.is_get);
        for wrong in
            ["/graphql", "/graphql?query=a&query=b", "/graphql?query=a&variables=[1]", "/graphql?query=a&variables="]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
