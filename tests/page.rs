//! The page at `/`: who gets it, how it is kept by browsers, that it asks nothing of other sites, and that its examples run.
//! `tests/browser` opens it.

#[path = "support/program.rs"]
mod program;

use program::Server;
use std::fs;
use std::path::Path;

const BROWSER: &str = "accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n";

/// A header of an answer.
fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next()?;
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// What a page or a style sheet refers to in quotes after `key`.
fn references<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    text.split(key).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn browsers_get_the_page_and_everybody_else_a_text() {
    let server = Server::start(&["--log", "off"]);
    let text = server.get("/");
    assert!(header(&text, "content-type").unwrap().starts_with("text/plain") && text.contains("/schema.graphql"));
    assert!(header(&text, "vary").is_some());

    let page = server.get_with("/", BROWSER);
    assert_eq!(header(&page, "content-type"), Some("text/html; charset=utf-8"));
    assert!(page.contains("医疗器械产业知识图谱 · Medical-device industry graph"));
    let policy = header(&page, "content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe") && !policy.contains("http"));
    assert_eq!(header(&page, "cache-control"), Some("no-cache"));

    let mut parts = references(&page, "href=\"");
    parts.extend(references(&page, "src=\""));
    assert_eq!(parts.len(), 3, "icon, style sheet and script: {parts:?}");
    for part in parts {
        let path = format!("/{part}");
        let tag = {
            let got = server.get(&path);
            assert!(got.starts_with("HTTP/1.1 200 "), "{path}");
            assert_eq!(header(&got, "x-content-type-options"), Some("nosniff"));
            let kept = header(&got, "cache-control").unwrap();
            assert_eq!(kept.contains("immutable"), !part.ends_with(".svg"), "{path}: {kept}");
            header(&got, "etag").unwrap().to_owned()
        };
        let again = server.get_with(&path, &format!("if-none-match: \"other\", {tag}\r\n"));
        assert!(again.starts_with("HTTP/1.1 304 ") && again.ends_with("\r\n\r\n"), "{again}");
    }
    assert!(server.get("/graphiql/notices.txt").contains("graphiql 4."));
    for absent in ["/graphiql/none.js", "/graphiql/..%2f..%2fCargo.toml", "/graphiql/"] {
        assert!(server.get(absent).starts_with("HTTP/1.1 404 "), "{absent}");
    }
}

#[test]
fn the_examples_run_on_the_shipped_graph() {
    let server = Server::start(&["--log", "off"]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/examples");
    let mut users = std::collections::BTreeMap::<String, u32>::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let titles: Vec<&str> = text.lines().take(2).filter_map(|line| line.strip_prefix("# ")).collect();
        assert!(titles.len() == 2 && !titles[0].is_ascii() && titles[1].is_ascii(), "{name}: {titles:?}");
        let answer = server.post(&text);
        assert!(answer.starts_with("HTTP/1.1 200 ") && !answer.contains("\"errors\":"), "{name}: {answer}");
        // Something is found: no root is empty or null.
        let body: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        for (key, value) in body["data"].as_object().unwrap() {
            assert!(!value.is_null() && value["edges"] != serde_json::json!([]), "{name}: {key}");
        }
        *users.entry(name.split(|c: char| c.is_ascii_digit()).next().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(users.into_values().collect::<Vec<_>>(), [3, 3, 3], "three users, three examples each");
}
