//! The page at `/`: GraphiQL with examples for browsers, a few lines of text for everybody else.
//!
//! It is compiled in (`web/dist`) and asks nothing of any other site; its security policy holds it to that.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::media::accepts_html;
use super::router::{not_found, paths, plain};

static BUILT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/web/dist");

/// The page itself.
const PAGE: &str = "index.html";

/// Scripts, styles, images and requests: of this server alone; no inline ones, no frames, no forms.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

/// Files that carry a digest of their content in their name never change under it.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The others are asked for again each time, and answered with 304 while they are the same.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// What everybody but a browser is told at `/`, above the paths.
const TITLE: &str =
    "mdgraph: a GraphQL API over the knowledge graph of the medical-device industry (医疗器械产业知识图谱)";

/// A file of the page.
struct Asset {
    body: &'static [u8],
    content_type: HeaderValue,
    cache: HeaderValue,
    tag: HeaderValue,
}

/// By name.
static ASSETS: LazyLock<HashMap<&'static str, Asset>> = LazyLock::new(|| {
    let named = |file: &'static include_dir::File<'static>| Some((file.path().to_str()?, file.contents()));
    BUILT.files().filter_map(named).map(|(name, body)| (name, Asset::new(name, body))).collect()
});

impl Asset {
    fn new(name: &str, body: &'static [u8]) -> Asset {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let content_type = HeaderValue::from_static(match end {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        });
        // The build names files with a digest so: name-DIGEST.end.
        let digested = stem.rsplit_once('-').is_some_and(|(_, digest)| digest.len() == 8);
        let digest: String = Sha256::digest(body).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        // Weak: the bytes on the wire depend on the compression that is agreed upon.
        let tag = HeaderValue::try_from(format!("W/\"{digest}\"")).unwrap_or(HeaderValue::from_static("W/\"\""));
        Asset { body, content_type, cache: if digested { FOR_EVER } else { ASK_AGAIN }, tag }
    }

    fn respond(&self, headers: &HeaderMap) -> Response {
        let known = |value: &HeaderValue| {
            let named = value.to_str().is_ok_and(|text| text.split(',').any(|tag| self.tag == tag.trim().as_bytes()));
            named || value == "*"
        };
        let common = [
            (CACHE_CONTROL, self.cache.clone()),
            (ETAG, self.tag.clone()),
            (CONTENT_SECURITY_POLICY, POLICY),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ];
        if headers.get_all(IF_NONE_MATCH).iter().any(known) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        (common, [(CONTENT_TYPE, self.content_type.clone())], self.body).into_response()
    }
}

/// `/`: the page for who accepts HTML, which browsers say and programs do not; else what there is, as text.
pub async fn index(headers: HeaderMap) -> Response {
    let page = ASSETS.get(PAGE).filter(|_| accepts_html(&headers));
    let mut response =
        page.map_or_else(|| plain(format!("{TITLE}\n\n{}", paths())).into_response(), |page| page.respond(&headers));
    response.headers_mut().append(VARY, HeaderValue::from_name(ACCEPT));
    response
}

/// `/graphiql/…`: what the page is made of.
pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match ASSETS.get(name.as_str()) {
        Some(asset) => asset.respond(&headers),
        None => not_found().await.into_response(),
    }
}
