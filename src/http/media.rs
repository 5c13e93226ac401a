//! Media types: what a client sends and what it accepts.

use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};

/// The media type of an answer. They differ in status: the older one answers a well-formed request with 200, even
/// if the GraphQL in it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerType {
    /// `application/graphql-response+json`.
    GraphqlResponse,
    /// `application/json`: what is answered when the client does not say.
    Json,
}

impl AnswerType {
    /// The `Content-Type` of the answer.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            AnswerType::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            AnswerType::Json => "application/json; charset=utf-8",
        })
    }

    /// The type that the `Accept` headers prefer; none if they allow neither.
    ///
    /// Each type has the weight of the most specific range that covers it; of equal weights the newer type wins where
    /// the client names it, else the older one.
    pub fn negotiate(headers: &HeaderMap) -> Option<AnswerType> {
        let mut ranges = headers.get_all(ACCEPT).iter().peekable();
        if ranges.peek().is_none() {
            return Some(AnswerType::Json);
        }
        // For both types: how specific the best range was, and its weight in thousandths.
        let (mut newer, mut older) = ((0, 0), (0, 0));
        for header in ranges {
            // A header that is not text names nothing that could be served.
            let Ok(text) = header.to_str() else { continue };
            for range in text.split(',') {
                let (name, weight) = range_of(range);
                let (fits_newer, fits_older) = match name.trim().to_ascii_lowercase().as_str() {
                    "application/graphql-response+json" => (3, 0),
                    "application/json" => (0, 3),
                    "application/*" => (2, 2),
                    "*/*" => (1, 1),
                    _ => (0, 0),
                };
                if fits_newer > newer.0 {
                    newer = (fits_newer, weight);
                }
                if fits_older > older.0 {
                    older = (fits_older, weight);
                }
            }
        }
        match (newer.1, older.1) {
            (0, 0) => None,
            (newer_weight, older_weight) if newer_weight > older_weight => Some(AnswerType::GraphqlResponse),
            (newer_weight, older_weight) if newer_weight == older_weight && newer.0 == 3 => {
                Some(AnswerType::GraphqlResponse)
            }
            _ => Some(AnswerType::Json),
        }
    }
}

/// Whether a client asks for HTML by name, as browsers do; those that take anything are not browsers.
pub fn accepts_html(headers: &HeaderMap) -> bool {
    let named = |range: &str| {
        let (name, weight) = range_of(range);
        name.trim().eq_ignore_ascii_case("text/html") && weight > 0
    };
    headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')).any(named)
}

/// A range's name and its weight in thousandths; 0 also for a character set that is not served.
fn range_of(range: &str) -> (&str, u32) {
    let mut parts = range.split(';');
    let name = parts.next().unwrap_or_default();
    let mut weight = 1_000;
    for parameter in parts {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"');
        match key.trim() {
            key if key.eq_ignore_ascii_case("q") => {
                let number = value.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0);
                weight = (number * 1_000.0) as u32;
            }
            key if key.eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") => return (name, 0),
            _ => {}
        }
    }
    (name, weight)
}

/// Whether the body is declared as what is read here: uncompressed `application/json` in UTF-8.
///
/// Nothing else is taken, a body without a declared type neither: forms and plain text are what a foreign web page can
/// send in a visitor's name without being asked.
pub fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let (name, weight) = range_of(text);
    let encoded =
        headers.get(CONTENT_ENCODING).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    name.trim().eq_ignore_ascii_case("application/json") && weight > 0 && !encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &[&str]) -> Option<AnswerType> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        AnswerType::negotiate(&headers)
    }

    #[test]
    fn accept_is_weighed() {
        use AnswerType::{GraphqlResponse, Json};
        for (accept, expected) in [
            (&[][..], Some(Json)),
            (&["*/*"], Some(Json)),
            (&["application/*"], Some(Json)),
            (&["application/graphql-response+json"], Some(GraphqlResponse)),
            (&["application/graphql-response+json, application/json;q=0.9"], Some(GraphqlResponse)),
            (&["application/graphql-response+json;q=0.9, application/json"], Some(Json)),
            (&["application/json, application/graphql-response+json"], Some(GraphqlResponse)),
            (&["application/graphql-response+json; charset=utf-8, */*;q=0.1"], Some(GraphqlResponse)),
            (&["text/html", "Application/JSON; charset=\"UTF-8\""], Some(Json)),
            (&["application/json;q=0, */*"], Some(GraphqlResponse)),
            (&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], Some(Json)),
            (&["application/json; charset=latin1"], None),
            (&["text/html"], None),
            (&["*/*;q=0"], None),
            (&["application/json;q=nonsense"], None),
            (&[""], None),
        ] {
            assert_eq!(negotiated(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn html_is_for_who_names_it() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("*/*", false),
            ("application/json, text/html;q=0", false),
            ("text/*", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(accepts_html(&headers), expected, "{accept}");
        }
        assert!(!accepts_html(&HeaderMap::new()));
    }

    #[test]
    fn only_json_in_utf_8_is_read() {
        for (declared, expected) in [
            (Some("application/json"), true),
            (Some("Application/Json; charset=UTF-8"), true),
            (Some("application/json; charset=utf-16"), false),
            (Some("text/plain"), false),
            (Some("application/x-www-form-urlencoded"), false),
            (Some("multipart/form-data; boundary=x"), false),
            (Some("application/graphql"), false),
            (None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(declared) = declared {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(declared));
            }
            assert_eq!(is_json(&headers), expected, "{declared:?}");
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            assert!(!is_json(&headers), "{declared:?}, compressed");
        }
    }
}
