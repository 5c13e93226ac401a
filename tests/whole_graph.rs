//! A whole graph as NDJSON: what is written is read as an equal graph, and what is wrong in it is told line by line.

#[path = "support/program.rs"]
mod program;

use mdgraph::graph::Graph;
use mdgraph::ingest::{self, Loaded, SeedFile};
use mdgraph::ontology::Ontology;
use program::{Server, mdgraph};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

fn ontology() -> Arc<Ontology> {
    Arc::new(Ontology::embedded().expect("the ontology has no errors"))
}

fn lines<T: std::fmt::Display>(problems: &[T]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

fn written(loaded: &Loaded) -> String {
    let mut out = Vec::new();
    ingest::write_ndjson(&loaded.graph, &loaded.units, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read(ontology: &Arc<Ontology>, text: &str) -> Result<Loaded, String> {
    let file = SeedFile { name: "graph.ndjson".to_owned(), text: text.to_owned() };
    ingest::load(ontology, &[file]).map_err(|problems| lines(&problems))
}

fn assert_equal(a: &Graph, b: &Graph) {
    for (a, b) in a.nodes.iter().zip(&b.nodes) {
        assert_eq!(a, b);
    }
    for (a, b) in a.facts.iter().zip(&b.facts) {
        assert_eq!(a, b);
    }
    for (a, b) in a.observations.iter().zip(&b.observations) {
        assert_eq!(a, b);
    }
    let sizes = |graph: &Graph| (graph.nodes.len(), graph.facts.len(), graph.observations.len());
    assert_eq!(sizes(a), sizes(b));
    assert_eq!(a.retired, b.retired);
}

/// The shipped seed, or a graph of `tests/graphs/` over the shipped ontology.
fn seeds() -> Vec<(&'static str, Vec<SeedFile>)> {
    let graphs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphs");
    let folder = |name: &str| ingest::directory(&graphs.join(name).join("seed")).unwrap();
    vec![("shipped", ingest::embedded()), ("hard", folder("hard")), ("places", folder("places"))]
}

#[test]
fn what_is_written_is_read_as_an_equal_graph() {
    let ontology = ontology();
    for (name, files) in seeds() {
        let first = ingest::load(&ontology, &files).map_err(|problems| lines(&problems)).unwrap();
        let text = written(&first);
        let again = read(&ontology, &text).unwrap_or_else(|problems| panic!("{name}:\n{problems}"));
        assert_equal(&first.graph, &again.graph);
        assert_eq!(first.units, again.units, "{name}");
        assert_eq!(text, written(&again), "{name}: the same graph is written as other bytes");
    }
}

/// The lines of the graph of hard cases, one of which is changed.
struct Lines(Vec<Value>);

impl Lines {
    fn find(&mut self, sort: &str, has: &str) -> &mut Value {
        let found = self.0.iter_mut().find(|line| line["type"] == sort && !line[has].is_null());
        found.unwrap_or_else(|| panic!("no {sort} with {has}"))
    }
    fn text(&self) -> String {
        self.0.iter().map(|line| format!("{line}\n")).collect()
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let ontology = ontology();
    let (_, files) = seeds().swap_remove(1);
    let text = written(&ingest::load(&ontology, &files).unwrap());
    let all = || Lines(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect());
    let folder = tempfile::tempdir().unwrap();
    // Held or read as a stream, the same is told of the same line; what takes both a look at all lines and one line may differ in words.
    let streamed = |text: &str| {
        let file = folder.path().join("graph.ndjson");
        std::fs::write(&file, text).unwrap();
        let problems = ingest::Stream::open(&ontology, &file, &|_| {}).err().unwrap_or_default();
        lines(&problems).replace(&format!("{}/", folder.path().display()), "")
    };
    assert_eq!(streamed(&text), "");
    let told = |lines: &Lines| {
        let held = read(&ontology, &lines.text()).err().unwrap_or_else(|| panic!("nothing is told"));
        for line in held.lines() {
            let streamed = streamed(&lines.text());
            assert!(streamed.contains(line), "{line}\n  is not told of the stream:\n{streamed}");
        }
        held
    };
    type Change = fn(&mut Lines);
    let changes: &[(Change, &str)] = &[
        (|l| l.find("entity", "zh")["knd"] = 1.into(), "has nothing called `knd`"),
        (|l| l.find("entity", "zh")["zh"] = " 甲".into(), "begins or ends with a space"),
        (|l| l.find("entity", "properties")["properties"]["nothing"] = 1.into(), "has nothing called `nothing`"),
        (|l| l.find("entity", "sources")["sources"] = Value::Null, "the entity has no `sources`"),
        (|l| l.find("entity", "sources")["sources"][0]["document"] = "document:none".into(), "no line declares"),
        (|l| l.find("entity", "zh")["id"] = "nothing:a".into(), "is not an id"),
        (|l| l.find("entity", "zh")["type"] = "entitty".into(), "did you mean `entity`"),
        (|l| l.find("fact", "subject")["subject"] = "company:nobody".into(), "no line declares \"company:nobody\""),
        (|l| l.find("fact", "subject")["relationship"] = "MAKE".into(), "no relationship is called MAKE; did you mean"),
        (|l| l.find("fact", "subject")["status"] = "DONE".into(), "`status` cannot be \"DONE\""),
        (|l| l.find("fact", "subject")["subject"] = "region:city".into(), "does not join"),
        (|l| l.find("fact", "supersededBy")["knownTo"] = Value::Null, "has `supersededBy` and no `knownTo`"),
        (|l| l.find("fact", "supersededBy")["knownTo"] = "2031-01-01".into(), "is known to another day"),
        (|l| l.find("fact", "supersededBy")["supersededBy"] = "fact:0".into(), "which supersedes"),
        (|l| l.find("fact", "since")["since"]["text"] = Value::Null, "`since` has no words"),
        (|l| l.find("fact", "knownFrom")["knownFrom"] = "soon".into(), "is not a date"),
        (|l| l.find("observation", "normalized")["normalized"]["value"] = 1.into(), "should be"),
        (|l| l.find("observation", "unit")["unit"] = "朵".into(), "no unit is called"),
        (|l| l.find("observation", "indicator")["indicator"] = "region:city".into(), "is no indicator"),
        (|l| l.find("observation", "scope")["scope"] = Value::Null, "the observation has no `scope`"),
        (|l| l.find("retired", "by")["by"] = "company:nobody".into(), "nothing declares \"company:nobody\""),
        (|l| l.find("graph", "facts")["facts"] = 1.into(), "the first line tells 1 facts"),
        (|l| l.find("graph", "format")["format"] = 2.into(), "the format is not 1"),
        (|l| drop(l.0.remove(0)), "the file does not begin with"),
    ];
    for (number, (change, words)) in changes.iter().enumerate() {
        let mut lines = all();
        change(&mut lines);
        let problems = told(&lines);
        assert!(problems.contains(words), "{number} {words}:\n{problems}");
        assert!(problems.lines().all(|line| line.starts_with("graph.ndjson:")), "{problems}");
    }
    // All in one run, each at its line; a cut-off file is noticed.
    let mut lines = all();
    lines.find("entity", "zh")["zh"] = "".into();
    lines.find("fact", "subject")["status"] = "DONE".into();
    let mut broken = lines.text();
    broken.truncate(broken.trim_end().len() - 5);
    broken.push_str("\n[]\n\n");
    let problems = read(&ontology, &broken).err().unwrap();
    for words in
        ["`zh` is empty", "`status` cannot be", "the line is no JSON", "is no JSON object", "the line is empty"]
    {
        assert!(problems.contains(words), "{words}:\n{problems}");
    }
    // A member that is given twice is no matter of taste.
    let twice = text.replacen("\"status\":", "\"status\":\"PLANNED\",\"status\":", 1);
    for problems in [read(&ontology, &twice).err().unwrap(), streamed(&twice)] {
        assert!(problems.contains("`status` is given twice"), "{problems}");
    }
    let half: String = text.lines().take(5).map(|line| format!("{line}\n")).collect();
    assert!(read(&ontology, &half).err().unwrap().contains("the file is cut off"));
    assert!(read(&ontology, "").err().unwrap().contains("the file does not begin with"));
}

#[test]
fn the_program_writes_checks_and_serves_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.ndjson");
    let path = file.to_str().unwrap();
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphs/hard/seed");
    let seed = seed.to_str().unwrap();
    let run = |flags: &[&str]| {
        let output = mdgraph(flags).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(
        run(&["export", "all", "--seed", seed, "-o", path, "--log", "off"]),
        (Some(0), String::new(), String::new())
    );
    let (code, printed, _) = run(&["check", "--seed", path]);
    assert!(code == Some(0) && printed.contains(" entities, "), "{printed}");
    let (_, again, _) = run(&["export", "all", "--seed", path, "--log", "off"]);
    assert_eq!(again, std::fs::read_to_string(&file).unwrap());
    let (from_seed, from_file) =
        (Server::start(&["--seed", seed, "--log", "off"]), Server::start(&["--seed", path, "--watch", "--log", "off"]));
    let question = "{ facts(first: 100) { totalCount edges { node { text knownFrom knownTo sources { section } } } } }";
    let body = |server: &Server| server.post(question).split("\r\n\r\n").nth(1).unwrap().to_owned();
    assert!(body(&from_seed).contains("\"totalCount\":"));
    assert_eq!(body(&from_seed), body(&from_file));
    for (flags, words) in [
        (["--format", "csv"], "as NDJSON"),
        (["--where", "{}"], "for tables"),
        (["--store", "bolt://127.0.0.1:9"], "from its seed"),
    ] {
        let (code, _, errors) = run(&[&["export", "all"][..], &flags].concat());
        assert!(code == Some(1) && errors.contains(words), "{flags:?}: {errors}");
    }
}
