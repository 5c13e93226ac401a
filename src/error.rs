//! The one error type that clients see, and the one table of its codes.
//!
//! Every error of an answer is a [`GraphqlError`] and carries a [`ErrorCode`] in `extensions.code`.
//! What a code means, its HTTP status and what a client should do stand in one table here; `docs/errors.md`
//! is generated from it and held to it by a test.
//!
//! A bad request says what to change. A fault of ours ([`GraphqlError::internal`]) says nothing of our insides:
//! its text is fixed, the cause goes to the log under the request's id.

use std::borrow::Cow;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::Value;

mod codes;

pub use codes::{ErrorCode, Limit};

/// A place in the request's document, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

impl Location {
    /// The place of the byte at `offset` of `text` (its end, if `offset` lies behind it). GraphQL's line ends are
    /// `\n`, `\r\n` and `\r`. Takes time linear in `offset`: for errors only.
    pub fn of_offset(text: &str, offset: usize) -> Location {
        let (mut line, mut column, mut after_return) = (1_u32, 1_u32, false);
        for (at, character) in text.char_indices() {
            if at >= offset {
                break;
            }
            match character {
                '\n' if after_return => {}
                '\n' | '\r' => (line, column) = (line.saturating_add(1), 1),
                _ => column = column.saturating_add(1),
            }
            after_return = character == '\r';
        }
        Location { line, column }
    }
}

/// One step from the answer's root to the field that an error belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PathSegment {
    /// A response key (the alias, if there is one).
    Field(String),
    /// A position in a list, from 0.
    Index(usize),
}

/// One error of an answer, as the GraphQL specification writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphqlError {
    /// What is wrong, where, and what to do; plain English, for a developer.
    pub message: Cow<'static, str>,
    /// The code for programs.
    pub code: ErrorCode,
    /// The places in the document; left out of the answer when there are none.
    pub locations: Vec<Location>,
    /// The field that the error belongs to; left out of the answer when empty.
    pub path: Vec<PathSegment>,
    /// What `extensions` holds besides `code`.
    pub extensions: Vec<(&'static str, Value)>,
}

impl GraphqlError {
    /// An error with a code and a message, and nothing else yet.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        GraphqlError { message: message.into(), code, locations: Vec::new(), path: Vec::new(), extensions: Vec::new() }
    }

    /// More than `maximum` was `asked` for. Where counting stopped at the limit, `asked` is what was counted by then.
    pub fn limit(limit: Limit, maximum: u64, asked: u64) -> Self {
        let mut error = GraphqlError::new(
            ErrorCode::LimitExceeded,
            format!(
                "Too many {}: at least {asked}, where {maximum} are allowed. Ask for less at once.",
                limit.counted()
            ),
        );
        if limit == Limit::Cost {
            error.message = format!(
                "The operation costs {asked}, where {maximum} are allowed. Ask for smaller pages, fewer levels or fewer traversals."
            )
            .into();
        }
        error.extensions = vec![("limit", limit.name().into()), ("maximum", maximum.into()), ("asked", asked.into())];
        error
    }

    /// The limit that was passed, of a [`ErrorCode::LimitExceeded`].
    pub fn passed_limit(&self) -> Option<Limit> {
        let (_, name) = self.extensions.iter().find(|(key, _)| *key == "limit")?;
        Limit::ALL.into_iter().find(|limit| Some(limit.name()) == name.as_str())
    }

    /// A fault of ours. The cause belongs into the log, under the same request id, never here.
    pub fn internal(request_id: impl std::fmt::Display) -> Self {
        let mut error = GraphqlError::new(
            ErrorCode::Internal,
            "The server failed at this request. Report it with the request id that stands beside this message.",
        );
        error.extensions = vec![("requestId", request_id.to_string().into())];
        error
    }

    /// The request's deadline passed.
    pub fn timeout() -> Self {
        GraphqlError::new(
            ErrorCode::Timeout,
            "The answer was not ready at the request's deadline. Ask for less at once, or repeat the request.",
        )
    }

    /// The database does not answer. Nothing of the driver's text is passed on.
    pub fn store_unavailable() -> Self {
        GraphqlError::new(
            ErrorCode::StoreUnavailable,
            "The database does not answer at the moment. Repeat the request in a few seconds.",
        )
    }

    /// The same error with one more place in the document.
    pub fn at(mut self, location: Location) -> Self {
        self.locations.push(location);
        self
    }

    /// The same error, belonging to the field at `path`.
    pub fn in_field(mut self, path: Vec<PathSegment>) -> Self {
        self.path = path;
        self
    }
}

/// Writes `errors` as the JSON list of an answer, at most `most` of them and each at most `most_bytes` long, so that
/// a bad request cannot make a large answer. The last one listed says in `extensions.omitted` how many are not.
pub fn write_errors(out: &mut Vec<u8>, errors: &[GraphqlError], most: usize, most_bytes: usize) {
    let listed = errors.len().min(most.max(1));
    let omitted = errors.len() - listed;
    out.push(b'[');
    for (position, error) in errors.iter().take(listed).enumerate() {
        if position > 0 {
            out.push(b',');
        }
        let last = position + 1 == listed;
        write_error(out, error, if last { omitted } else { 0 }, most_bytes);
    }
    out.push(b']');
}

/// Writes one error; what is too long loses its path, places and details, then the end of its message.
fn write_error(out: &mut Vec<u8>, error: &GraphqlError, omitted: usize, most_bytes: usize) {
    let note = (omitted > 0).then(|| ("omitted", Value::from(omitted)));
    let start = out.len();
    let mut whole = error.clone();
    whole.extensions.extend(note.clone());
    append_json(out, &whole);
    if out.len() - start <= most_bytes {
        return;
    }
    out.truncate(start);
    // What is left besides the message is at most about 100 bytes; a character takes at most 6 bytes in JSON.
    let mut left = most_bytes.saturating_sub(128);
    let kept = error.message.chars().take_while(|character| {
        let bytes = if character.is_control() || matches!(character, '"' | '\\') { 6 } else { character.len_utf8() };
        let fits = bytes <= left;
        left = left.saturating_sub(bytes);
        fits
    });
    let mut short = GraphqlError::new(error.code, kept.collect::<String>() + "…");
    short.locations.extend(error.locations.first());
    short.extensions.extend(note);
    append_json(out, &short);
}

/// Appends `error` as JSON. Writing to memory and strings as keys cannot fail; should it, the list stays JSON.
fn append_json(out: &mut Vec<u8>, error: &GraphqlError) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, error).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

impl std::fmt::Display for GraphqlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

impl std::error::Error for GraphqlError {}

/// `extensions`: the code first, then the rest.
struct Extensions<'a>(&'a GraphqlError);

impl Serialize for Extensions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + self.0.extensions.len()))?;
        map.serialize_entry("code", &self.0.code)?;
        for (key, value) in &self.0.extensions {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Serialize for GraphqlError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("GraphqlError", 4)?;
        fields.serialize_field("message", &self.message)?;
        if !self.locations.is_empty() {
            fields.serialize_field("locations", &self.locations)?;
        }
        if !self.path.is_empty() {
            fields.serialize_field("path", &self.path)?;
        }
        fields.serialize_field("extensions", &Extensions(self))?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_written_as_the_specification_says() {
        let error = GraphqlError::limit(Limit::Depth, 15, 16).at(Location { line: 1, column: 3 });
        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            "{\"message\":\"Too many levels of fields: at least 16, where 15 are allowed. Ask for less at once.\",\
             \"locations\":[{\"line\":1,\"column\":3}],\
             \"extensions\":{\"code\":\"LIMIT_EXCEEDED\",\"limit\":\"depth\",\"maximum\":15,\"asked\":16}}"
        );
        let in_field = GraphqlError::timeout().in_field(vec![PathSegment::Field("a".into()), PathSegment::Index(2)]);
        assert!(serde_json::to_string(&in_field).unwrap().contains("\"path\":[\"a\",2]"));
    }

    #[test]
    fn many_long_errors_stay_short() {
        let long = GraphqlError::new(ErrorCode::ValidationFailed, "\u{1}\"中".repeat(2_000))
            .in_field(vec![PathSegment::Field("x".repeat(5_000))])
            .at(Location { line: 1, column: 1 });
        let mut out = Vec::new();
        write_errors(&mut out, &vec![long; 100], 20, 1024);
        let list: Vec<serde_json::Value> = serde_json::from_slice(&out).unwrap();
        assert_eq!(list.len(), 20);
        assert_eq!(list[19]["extensions"]["omitted"], 80);
        assert!(list.iter().all(|error| error.to_string().len() <= 1024 && error["locations"][0]["line"] == 1));

        out.clear();
        write_errors(&mut out, &[GraphqlError::timeout()], 20, 1024);
        assert_eq!(serde_json::from_slice::<Vec<serde_json::Value>>(&out).unwrap()[0]["extensions"]["code"], "TIMEOUT");
    }

    #[test]
    fn lines_end_with_any_of_the_three_terminators() {
        let text = "a\nbb\r\ncc\r中d";
        let at = |needle: &str| Location::of_offset(text, text.find(needle).unwrap());
        assert_eq!(at("bb"), Location { line: 2, column: 1 });
        assert_eq!(at("cc"), Location { line: 3, column: 1 });
        assert_eq!(at("d"), Location { line: 4, column: 2 });
        assert_eq!(Location::of_offset(text, 99), Location { line: 4, column: 3 });
    }
}
