//! The fact model (`docs/decisions/0001-fact-model.md`), case by case.
//!
//! Each folder of `tests/cases/facts` is a small seed: its files, with `reference.kdl` of the parent beside them, give the graph
//! that `graph.txt` shows, and the warnings at its end. `UPDATE=1` writes what is given now.

use mdgraph::graph::{DAY_MAX, DAY_MIN, Day, Fact, Graph, Node, Observation, Value, When};
use mdgraph::ingest::{self, SeedFile};
use mdgraph::ontology::Ontology;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/facts")
}

fn day(day: Day) -> String {
    match day {
        DAY_MIN => "ever".to_owned(),
        DAY_MAX => "on".to_owned(),
        day => day.to_string(),
    }
}

fn when(when: &When) -> String {
    format!("{} [{}, {}]", when.text, day(when.first()), day(when.last()))
}

fn value(value: &Value) -> String {
    match value {
        Value::Bool(v) => v.to_string(),
        Value::Int(v) => v.to_string(),
        Value::Decimal(v) => v.to_string(),
        Value::Date(v) => v.to_string(),
        Value::Str(v) => v.to_string(),
        other => format!("{other:?}"),
    }
}

fn sources(graph: &Graph, citations: &[mdgraph::graph::Citation]) -> String {
    let one = |c: &mdgraph::graph::Citation| {
        let supports = if c.supports.is_empty() { String::new() } else { format!(" ({})", c.supports.join(", ")) };
        format!("{} {}{supports}", graph.node(c.document).id.trim_start_matches("document:"), c.section)
    };
    citations.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn fact_line(graph: &Graph, fact: &Fact) -> String {
    let relationship = graph.ontology.relationship(fact.relationship);
    let mut line = format!("{} {} {}", graph.node(fact.subject).id, relationship.name, graph.node(fact.object).id);
    for (position, v) in &fact.properties {
        write!(line, " {}={}", relationship.properties[usize::from(*position)].name, value(v)).unwrap();
    }
    write!(line, " {}", fact.status.name()).unwrap();
    write!(line, "\n  holds {} to {}", day(fact.valid_from()), day(fact.valid_to())).unwrap();
    write!(line, "\n  known {} to {}", day(fact.known_from), day(fact.known_to)).unwrap();
    if let Some(by) = fact.superseded_by {
        let by = graph.fact(by);
        write!(line, ", superseded by {} of {}", by.status.name(), day(by.known_from)).unwrap();
    }
    if fact.conflicting_from.is_some() {
        line.push_str(", conflicting");
    }
    for (name, text) in [("since", fact.since.as_ref().map(when)), ("until", fact.until.as_ref().map(when))] {
        if let Some(text) = text {
            write!(line, "\n  {name} {text}").unwrap();
        }
    }
    let words = [("note", &fact.note), ("doubt", &fact.doubt)];
    for (name, text) in words.into_iter().filter_map(|(name, text)| text.as_ref().map(|text| (name, text))) {
        write!(line, "\n  {name} {text}").unwrap();
    }
    write!(line, "\n  {}, by {}", fact.basis.name(), sources(graph, &fact.citations)).unwrap();
    line
}

fn node_line(graph: &Graph, node: &Node) -> String {
    let mut line = format!("{} known {}, by {}", node.id, day(node.known_from), sources(graph, &node.citations));
    for (id, v) in &node.properties {
        let known = node.property_known(*id);
        let since = if known == node.known_from { String::new() } else { format!(" known {}", day(known)) };
        write!(line, "\n  {} {}{since}", graph.ontology.property(*id).name, value(v)).unwrap();
    }
    for (id, entries) in &node.history {
        for dated in entries {
            let name = &graph.ontology.property(*id).name;
            write!(line, "\n  {name} {} known {}", value(&dated.value), day(dated.known_from)).unwrap();
            for (bound, at) in [("since", &dated.since), ("until", &dated.until)] {
                if let Some(at) = at {
                    write!(line, ", {bound} {}", when(at)).unwrap();
                }
            }
            write!(line, ", by {}", sources(graph, &dated.citations)).unwrap();
        }
    }
    line
}

fn observation_line(graph: &Graph, o: &Observation) -> String {
    let subjects: Vec<&str> = o.subjects.iter().map(|ix| &*graph.node(*ix).id).collect();
    let mut line = format!("{} {} of {}", o.id, graph.node(o.indicator).id, subjects.join(" and "));
    if let (Some(v), Some(unit)) = (o.value, &o.unit) {
        write!(line, "\n  {} {v} {unit}", o.bound.name()).unwrap();
    }
    if let Some(quantity) = &o.normalized {
        write!(line, " = {} {}", quantity.value, quantity.unit).unwrap();
    }
    if let Some(rank) = &o.rank {
        write!(line, "\n  rank {} {}", rank.bound.name(), rank.position).unwrap();
    }
    write!(line, "\n  {} {} {}", o.status.name(), o.span.name(), when(&o.when)).unwrap();
    if let Some(whole) = o.breakdown_of {
        write!(line, "\n  part of {}", graph.observation(whole).id).unwrap();
    }
    write!(line, "\n  known {}, by {}", day(o.known_from), sources(graph, &o.citations)).unwrap();
    line
}

/// What a case adds to the reference: its entities, facts and observations, in an order of their own.
fn shown(graph: &Graph, warnings: &[ingest::Problem]) -> String {
    let reference = |citations: &[mdgraph::graph::Citation]| {
        citations.iter().all(|c| &*graph.node(c.document).id == "document:reference")
    };
    let nodes = graph.nodes.iter().filter(|n| !reference(&n.citations)).map(|n| node_line(graph, n));
    let mut facts: Vec<String> =
        graph.facts.iter().filter(|f| !reference(&f.citations)).map(|f| fact_line(graph, f)).collect();
    facts.sort();
    let observations = graph.observations.iter().map(|o| observation_line(graph, o));
    let warnings = warnings.iter().map(ToString::to_string);
    let lines: Vec<String> = nodes.chain(facts).chain(observations).chain(warnings).collect();
    lines.join("\n") + "\n"
}

fn load(folder: &Path) -> ingest::Loaded {
    let mut files = ingest::directory(folder).unwrap();
    for file in &mut files {
        file.name = Path::new(&file.name).strip_prefix(folder).unwrap().display().to_string();
    }
    let text = fs::read_to_string(cases().join("reference.kdl")).unwrap();
    files.push(SeedFile { name: "reference.kdl".to_owned(), text });
    let ontology = Arc::new(Ontology::embedded().expect("the shipped ontology has no errors"));
    ingest::load(&ontology, &files).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}:\n{}", folder.display(), lines.join("\n"))
    })
}

#[test]
fn every_case_gives_its_graph() {
    let entries = fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    let mut differing = Vec::new();
    for folder in folders {
        let loaded = load(&folder);
        let told = shown(&loaded.graph, &loaded.warnings);
        let expected = folder.join("graph.txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, told).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != told {
            differing.push(format!("{}:\n{told}", folder.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Ids tell facts apart and come from what is stated: a fact keeps its id when its file is edited around it.
#[test]
fn ids_come_from_the_statement() {
    let id = |folder: &str| {
        let graph = load(&cases().join(folder)).graph;
        let weigao = graph.find("company:weigao").unwrap();
        let weihai = graph.find("region:weihai").unwrap();
        let mut ids: Vec<Arc<str>> = graph
            .facts
            .iter()
            .filter(|f| {
                f.subject == weigao && f.object == weihai && f.since.as_ref().is_some_and(|s| &*s.text == "1988")
            })
            .filter(|f| f.until.is_none())
            .map(|f| f.id.clone())
            .collect();
        ids.sort();
        ids
    };
    let same = id("same-in-two-documents");
    assert_eq!(same.len(), 1);
    assert_eq!(same, id("superseded"));
    assert!(same[0].starts_with("fact:") && same[0].len() == 21, "{}", same[0]);
}
