//! The requests in README.md and docs/ are run: a ```graphql block that is followed by a ```json block has that answer over the
//! shipped data. `UPDATE=1` rewrites the answers.

mod support;

use serde_json::Map;
use std::fs;
use std::path::{Path, PathBuf};

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).expect("docs/").map(|entry| entry.expect("an entry").path());
    let mut pages: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.push(root.join("README.md"));
    pages.sort();
    pages
}

/// The page with its answers replaced by those given now, and how many requests it has.
fn answered(text: &str, answer: impl Fn(&str) -> String) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut count = 0;
    while let Some(start) = rest.find("```graphql\n") {
        let body = start + "```graphql\n".len();
        let Some(end) = rest[body..].find("```\n").map(|i| body + i) else { break };
        let after = &rest[end + 4..];
        let gap = after.len() - after.trim_start().len();
        let Some(json) = after[gap..].strip_prefix("```json\n") else {
            out.push_str(&rest[..end + 4]);
            rest = after;
            continue;
        };
        let Some(json_end) = json.find("```\n") else { break };
        out.push_str(&rest[..end + 4]);
        out.push_str(&after[..gap]);
        out.push_str("```json\n");
        out.push_str(&answer(&rest[body..end]));
        out.push_str("\n```\n");
        rest = &json[json_end + 4..];
        count += 1;
    }
    out.push_str(rest);
    (out, count)
}

/// Every root field that is not of one kind alone is shown on the page of the API.
#[test]
fn the_page_of_the_api_shows_every_root() {
    let world = support::world::World::load(None).expect("the shipped data load");
    let schema = world.schema().expect("a schema");
    let kinds = &world.graph.ontology.kinds;
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md")).expect("docs/api.md");
    let roots = schema.get_object("Query").expect("a query type").fields.keys();
    let shared = roots.filter(|root| !kinds.iter().any(|k| *k.singular == ***root || *k.plural == ***root));
    let missing: Vec<_> = shared.filter(|root| !page.contains(&format!("(`{root}`)"))).collect();
    assert!(missing.is_empty(), "docs/api.md has no question for {missing:?}");
}

#[test]
fn requests_in_the_docs_have_the_answers_beside_them() {
    let update = std::env::var_os("UPDATE").is_some();
    let world = support::world::World::load(None).expect("the shipped data load");
    let mut requests = 0;
    let mut stale = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        let (now, count) = answered(&text, |query| {
            support::json::pretty(&world.memory.answer(query, Map::new(), None).expect("an answer"))
        });
        requests += count;
        if now != text {
            if update {
                fs::write(&page, now).expect("rewriting a page");
            } else {
                stale.push(page.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default());
            }
        }
    }
    assert!(requests >= 3, "the README's three questions are gone: found {requests} requests");
    assert!(stale.is_empty(), "answers differ in {stale:?}; see what changed with UPDATE=1 cargo test --test docs");
}
