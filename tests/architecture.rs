//! Holds the direction in which the modules depend on each other (`docs/architecture.md`), and that no file grows past reading.
//!
//! It reads the text of `src/`: every path that starts at the crate's root, comments and unit tests left aside.

use std::fs;
use std::path::{Path, PathBuf};

/// What each module of the library may name of the others. Arrows may skip a layer; none points back.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("graph", &["ontology"]),
    ("ontology", &["graph"]),
    ("plan", &["ontology", "graph"]),
    ("store", &["plan", "ontology", "graph"]),
    ("ingest", &["ontology", "graph"]),
    ("generate", &["ingest", "ontology", "graph"]),
    ("insight", &["store", "plan", "ontology", "graph"]),
    ("api", &["insight", "store", "plan", "ontology", "graph", "config", "error", "metrics"]),
    ("http", &["api", "insight", "store", "plan", "ontology", "graph", "config", "error", "telemetry", "metrics"]),
    ("telemetry", &["config"]),
    ("metrics", &["error"]),
    ("config", &[]),
    ("error", &[]),
];

/// Crates that only some modules may name: who speaks GraphQL, HTTP, Bolt, KDL.
const SPOKEN_BY: &[(&str, &[&str])] = &[
    ("async_graphql", &["api"]),
    ("apollo_compiler", &["api", "ontology"]),
    ("axum", &["http"]),
    ("hyper", &["http"]),
    ("tower_http", &["http"]),
    ("neo4rs", &["store"]),
    ("prometheus_client", &["metrics"]),
    ("kdl", &["ingest"]),
];

/// The longest file that is still read as one.
const MOST_LINES: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files of a directory: path from the project's root, with `/`, and text.
fn rust_files(directory: &str) -> Vec<(String, String)> {
    let mut open: Vec<PathBuf> = vec![root().join(directory)];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let parts = path.strip_prefix(root()).unwrap().components();
            let name = parts.map(|part| part.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/");
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    files
}

/// The path of a file's module in the library, outermost first; None if the file is no part of it or holds unit tests.
fn module(file: &str) -> Option<Vec<&str>> {
    let mut parts: Vec<&str> = file.strip_prefix("src/")?.strip_suffix(".rs")?.split('/').collect();
    if matches!(parts[..], ["main" | "lib"] | ["bin" | "commands", ..]) || parts.last() == Some(&"tests") {
        return None;
    }
    if parts.last() == Some(&"mod") {
        parts.pop();
    }
    Some(parts)
}

/// The text with comments blanked, line breaks kept, up to its unit tests.
fn code(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut earlier = "";
    for line in text.lines() {
        if earlier.trim() == "#[cfg(test)]" && line.starts_with("mod ") && line.ends_with('{') {
            break;
        }
        lines.push(line.split("//").next().unwrap_or_default());
        earlier = line;
    }
    lines.join("\n")
}

/// First names of what follows a path's `::`: one, or those of a group in braces.
fn heads(rest: &str) -> Vec<&str> {
    let name = |text: &str| text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let Some(group) = rest.strip_prefix('{') else { return vec![&rest[..name(rest)]] };
    let mut depth = 0;
    let mut heads = Vec::new();
    let mut fresh = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && !c.is_whitespace() => {
                heads.push(&group[at..at + name(&group[at..])]);
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

/// Every name of the crate's root that a module's code uses, with the line, from `crate::…` and `super::super::…`.
fn named(code: &str, depth: usize) -> Vec<(usize, &str)> {
    let line = |at: usize| code[..at].matches('\n').count() + 1;
    let starts_word = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    let mut found = Vec::new();
    for (at, start) in code.match_indices("crate::").filter(|(at, _)| starts_word(*at)) {
        found.extend(heads(&code[at + start.len()..]).into_iter().map(|name| (line(at), name)));
    }
    for (at, _) in code.match_indices("super::").filter(|(at, _)| starts_word(*at)) {
        let mut rest = &code[at..];
        let mut climbed = 0;
        while let Some(after) = rest.strip_prefix("super::") {
            rest = after;
            climbed += 1;
        }
        if climbed >= depth {
            found.extend(heads(rest).into_iter().map(|name| (line(at), name)));
        }
    }
    found
}

/// Every arrow that points back, as `file:line: what`.
fn wrong_arrows(files: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (file, text) in files {
        let Some(path) = module(file) else { continue };
        let own = path[0];
        let Some((_, allowed)) = MAY_KNOW.iter().find(|(name, _)| *name == own) else {
            wrong
                .push(format!("{file}:1: `{own}` has no place among the layers: give it one in tests/architecture.rs"));
            continue;
        };
        let code = code(text);
        for (line, name) in named(&code, path.len()) {
            let module = MAY_KNOW.iter().any(|(known, _)| *known == name);
            if module && name != own && !allowed.contains(&name) {
                wrong.push(format!("{file}:{line}: `{own}` must not know `{name}`; it may know {allowed:?}"));
            }
        }
        for (spoken, by) in SPOKEN_BY.iter().filter(|(_, by)| !by.contains(&own)) {
            let path = format!("{spoken}::");
            let uses = code.match_indices(&path).map(|(at, _)| at);
            let starts = |at: &usize| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            for at in uses.filter(starts) {
                let line = code[..at].matches('\n').count() + 1;
                wrong.push(format!("{file}:{line}: `{own}` must not use `{spoken}`, which is for {by:?}"));
            }
        }
    }
    wrong
}

#[test]
fn dependencies_point_one_way() {
    let wrong = wrong_arrows(&rust_files("src"));
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_planted_arrow_is_found() {
    let plant = |file: &str, text: &str| wrong_arrows(&[(file.to_owned(), text.to_owned())]);
    for (file, text) in [
        ("src/plan/ir.rs", "use crate::store::Store;"),
        ("src/plan/ir.rs", "fn f() -> crate::api::Answer {}"),
        ("src/store/memory/eval.rs", "use crate::{graph::Fact, api::{Prepared, guard}};"),
        ("src/store/mod.rs", "use super::api::Prepared;"),
        ("src/graph/node.rs", "use super::super::plan::ir;"),
        ("src/ingest/mod.rs", "use crate::{\n    ontology,\n    plan,\n};"),
        ("src/plan/mod.rs", "use async_graphql::Value;"),
        ("src/api/mod.rs", "use neo4rs::Graph;"),
        ("src/utils/mod.rs", ""),
    ] {
        assert_eq!(plant(file, text).len(), 1, "{file}: {text}: {:?}", plant(file, text));
    }
    for (file, text) in [
        ("src/plan/ir.rs", "/// See [`crate::store::Store`].\nuse crate::graph::Value; // not crate::api"),
        ("src/http/graphql.rs", "use crate::api::Prepared;\nuse crate::config::Limits;"),
        ("src/store/memory/eval.rs", "use super::super::Datum;\nuse super::index;\nuse crate::plan::ir;"),
        ("src/plan/ir.rs", "use super::*;\n#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}"),
        ("src/main.rs", "use mdgraph::http;"),
    ] {
        assert_eq!(plant(file, text), Vec::<String>::new(), "{file}: {text}");
    }
}

#[test]
fn every_layer_has_a_line() {
    let files = rust_files("src");
    let modules: Vec<Vec<&str>> = files.iter().filter_map(|(file, _)| module(file)).collect();
    for needed in ["graph", "ontology", "plan", "store", "api", "http"] {
        assert!(modules.iter().any(|path| path[0] == needed), "src/{needed} is gone: this test reads nothing of it");
    }
}

#[test]
fn no_file_is_too_long() {
    let files = ["src", "tests", "benches"].into_iter().filter(|directory| root().join(directory).is_dir());
    let long = files.flat_map(rust_files).filter_map(|(file, text)| {
        let lines = text.lines().count();
        (lines > MOST_LINES).then(|| format!("{file}: {lines} lines, more than {MOST_LINES}: split it by what it does"))
    });
    let long: Vec<String> = long.collect();
    assert!(long.is_empty(), "\n{}\n", long.join("\n"));
}
