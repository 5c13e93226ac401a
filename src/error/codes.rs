//! The table of codes, and the names of the limits.

use serde::{Serialize, Serializer};

/// What went wrong, as a closed set that clients may branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The document is not GraphQL.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// The request's envelope, a variable or an argument has a value that its type does not allow.
    BadUserInput,
    /// A `before` or `after` was not made by this API for this list.
    InvalidCursor,
    /// The request is larger or dearer than a [`Limit`] allows.
    LimitExceeded,
    /// The HTTP method is not served at this path.
    MethodNotAllowed,
    /// No media type that the client accepts can be served.
    NotAcceptable,
    /// The body is not `application/json` in UTF-8.
    UnsupportedMediaType,
    /// The body is larger than the limit.
    PayloadTooLarge,
    /// Too many requests are under way.
    Overloaded,
    /// The request's deadline passed before the answer was ready.
    Timeout,
    /// The database does not answer.
    StoreUnavailable,
    /// A fault of ours.
    Internal,
}

/// One row of the table of codes.
struct Entry {
    code: ErrorCode,
    name: &'static str,
    status: u16,
    meaning: &'static str,
    remedy: &'static str,
}

/// Shorthand for a row; keeps the table readable as a table.
const fn row(code: ErrorCode, name: &'static str, status: u16, meaning: &'static str, remedy: &'static str) -> Entry {
    Entry { code, name, status, meaning, remedy }
}

/// The table. Its order is the order of the enum (a test holds it), so that a look-up is an index.
const TABLE: [Entry; 13] = [
    row(
        ErrorCode::ParseFailed,
        "GRAPHQL_PARSE_FAILED",
        400,
        "The document is not GraphQL.",
        "Mend the syntax at the given line and column.",
    ),
    row(
        ErrorCode::ValidationFailed,
        "GRAPHQL_VALIDATION_FAILED",
        400,
        "The document does not fit the schema: an unknown field or type, a missing argument, a literal of the wrong type.",
        "Compare the document with `/schema.graphql`; a linter or a typed client finds these before they are sent.",
    ),
    row(
        ErrorCode::BadUserInput,
        "BAD_USER_INPUT",
        400,
        "A part of the request has a value that is not allowed there: the envelope, a variable, an argument, the operation's name.",
        "Change the value that the message names.",
    ),
    row(
        ErrorCode::InvalidCursor,
        "INVALID_CURSOR",
        400,
        "`after` or `before` is not a cursor of this list: it is damaged, or was made for another order.",
        "Use a cursor from `pageInfo` or `edges` of the same list with the same `orderBy`, or start again without one.",
    ),
    row(
        ErrorCode::LimitExceeded,
        "LIMIT_EXCEEDED",
        400,
        "The request asks for more than a limit allows. `limit`, `maximum` and `asked` say which, its value and what was asked.",
        "Ask for less at once: smaller pages, fewer levels, several requests.",
    ),
    row(
        ErrorCode::MethodNotAllowed,
        "METHOD_NOT_ALLOWED",
        405,
        "The path does not serve this HTTP method, or a GET carries an operation that is not a query.",
        "Use a method of the `Allow` header; `/graphql` takes GET and POST.",
    ),
    row(
        ErrorCode::NotAcceptable,
        "NOT_ACCEPTABLE",
        406,
        "The `Accept` header allows none of the media types that this API answers in.",
        "Accept `application/graphql-response+json` or `application/json`.",
    ),
    row(
        ErrorCode::UnsupportedMediaType,
        "UNSUPPORTED_MEDIA_TYPE",
        415,
        "The body is not `application/json` in UTF-8. Forms and plain text are refused on purpose: a foreign web page may send those unasked.",
        "Send the body as JSON with `Content-Type: application/json`.",
    ),
    row(
        ErrorCode::PayloadTooLarge,
        "PAYLOAD_TOO_LARGE",
        413,
        "The body is larger than the limit.",
        "Send a smaller body: long lists belong into several requests.",
    ),
    row(
        ErrorCode::Overloaded,
        "OVERLOADED",
        503,
        "More requests are under way than this server takes at once.",
        "Repeat after the seconds of the `Retry-After` header; run the server more than once if it happens often.",
    ),
    row(
        ErrorCode::Timeout,
        "TIMEOUT",
        504,
        "The answer was not ready at the deadline, or the request's body did not arrive in time (then the status is 408).",
        "Ask for less at once, or repeat: the data that a second request needs may be warm.",
    ),
    row(
        ErrorCode::StoreUnavailable,
        "STORE_UNAVAILABLE",
        503,
        "The database does not answer, or does not hold the data that this server is for.",
        "Repeat after the seconds of the `Retry-After` header.",
    ),
    row(
        ErrorCode::Internal,
        "INTERNAL",
        500,
        "A fault of this server.",
        "Report it with the `requestId` that it carries; the server's log has the cause under that id.",
    ),
];

impl ErrorCode {
    /// Every code, in the order of the table.
    pub fn all() -> impl Iterator<Item = ErrorCode> {
        TABLE.iter().map(|entry| entry.code)
    }

    const fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    /// The code as clients read it in `extensions.code`.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The HTTP status of an answer that consists of this error alone.
    pub const fn http_status(self) -> u16 {
        self.entry().status
    }

    /// What happened, in a sentence.
    pub const fn meaning(self) -> &'static str {
        self.entry().meaning
    }

    /// What a client does about it, in a sentence.
    pub const fn remedy(self) -> &'static str {
        self.entry().remedy
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The limits that a request can exceed with [`ErrorCode::LimitExceeded`]. Values stand in
/// [`Limits`](crate::config::Limits), under the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Tokens of a document.
    Tokens,
    /// Brackets open at once in a document.
    Nesting,
    /// Levels of fields.
    Depth,
    /// Levels of fields under `__schema` and `__type`.
    IntrospectionDepth,
    /// Nested lists of types and fields under `__schema` and `__type`.
    IntrospectionLists,
    /// Selections after fragments are expanded.
    Selections,
    /// Aliases of an operation.
    Aliases,
    /// Fields of the root.
    RootFields,
    /// Directives of a document.
    Directives,
    /// Items of one page.
    PageSize,
    /// Estimated cost of an operation.
    Cost,
    /// Requests of a batch.
    Batch,
    /// Bytes of an answer.
    ResponseBytes,
}

impl Limit {
    /// Every limit, in the order of the documentation.
    pub const ALL: [Limit; 13] = [
        Limit::Tokens,
        Limit::Nesting,
        Limit::Depth,
        Limit::IntrospectionDepth,
        Limit::IntrospectionLists,
        Limit::Selections,
        Limit::Aliases,
        Limit::RootFields,
        Limit::Directives,
        Limit::PageSize,
        Limit::Cost,
        Limit::Batch,
        Limit::ResponseBytes,
    ];

    /// The name in `extensions.limit`; the flag is `--max-` and this name.
    pub const fn name(self) -> &'static str {
        match self {
            Limit::Tokens => "tokens",
            Limit::Nesting => "nesting",
            Limit::Depth => "depth",
            Limit::IntrospectionDepth => "introspection-depth",
            Limit::IntrospectionLists => "introspection-lists",
            Limit::Selections => "selections",
            Limit::Aliases => "aliases",
            Limit::RootFields => "root-fields",
            Limit::Directives => "directives",
            Limit::PageSize => "page-size",
            Limit::Cost => "cost",
            Limit::Batch => "batch",
            Limit::ResponseBytes => "response-bytes",
        }
    }

    /// What is counted, as the subject of a message: "The document has too many …".
    pub(super) const fn counted(self) -> &'static str {
        match self {
            Limit::Tokens => "tokens in the document",
            Limit::Nesting => "brackets open inside each other",
            Limit::Depth => "levels of fields",
            Limit::IntrospectionDepth => "levels of introspection fields",
            Limit::IntrospectionLists => "lists inside each other in an introspection",
            Limit::Selections => "selections once fragments are expanded",
            Limit::Aliases => "aliases in the operation",
            Limit::RootFields => "root fields in the operation",
            Limit::Directives => "directives in the document",
            Limit::PageSize => "items in one page",
            Limit::Cost => "cost of the operation",
            Limit::Batch => "requests in one batch",
            Limit::ResponseBytes => "bytes in the answer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_in_the_order_of_the_enum() {
        for (position, code) in ErrorCode::all().enumerate() {
            assert_eq!(code as usize, position, "{}", code.name());
        }
    }
}
