//! The industry that `mdgraph generate` makes up: what is written is read as the graph that is made at once, and is what it is said to be.

#[path = "support/program.rs"]
mod program;

use mdgraph::generate::{Error, Industry};
use mdgraph::graph::{DAY_MAX, Graph, NodeIx, Status};
use mdgraph::ingest::{self, SeedFile};
use mdgraph::ontology::Ontology;
use program::{Server, mdgraph};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

const COMPANIES: u32 = 900;

fn ontology() -> Arc<Ontology> {
    Arc::new(Ontology::embedded().expect("the ontology has no errors"))
}

fn industry(companies: u32, seed: u64) -> Industry {
    Industry::new(ontology(), companies, seed).unwrap()
}

fn written(industry: &Industry) -> String {
    let mut out = Vec::new();
    industry.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn graph() -> &'static Graph {
    static GRAPH: OnceLock<Graph> = OnceLock::new();
    GRAPH.get_or_init(|| industry(COMPANIES, 7).graph().unwrap())
}

fn read(text: &str) -> ingest::Loaded {
    let file = SeedFile { name: "graph.ndjson".to_owned(), text: text.to_owned() };
    let told = |problems: Vec<ingest::Problem>| problems.iter().take(9).map(|it| format!("{it}\n")).collect::<String>();
    ingest::load(&ontology(), &[file]).map_err(told).unwrap()
}

#[test]
fn what_is_written_is_read_as_the_graph_that_is_made_at_once() {
    // Of the least industry, of one in which each family has several, and of one of another seed.
    for (companies, seed) in [(1, 0), (2, 7), (230, 7), (230, 8)] {
        let industry = industry(companies, seed);
        let text = written(&industry);
        let loaded = read(&text);
        let made = industry.graph().unwrap();
        assert!(loaded.warnings.is_empty());
        assert!(loaded.graph.nodes == made.nodes && loaded.graph.facts == made.facts, "{companies} {seed}");
        assert_eq!(loaded.graph.observations, made.observations);
        assert_eq!(loaded.graph.retired, made.retired);
        assert_eq!(loaded.units, Industry::units());
        let mut again = Vec::new();
        ingest::write_ndjson(&made, &loaded.units, &mut again).unwrap();
        assert!(
            text.as_bytes() == again,
            "{companies} {seed}: the lines are not in the form and order of `export all`"
        );
    }
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let text = written(&industry(150, 42));
    assert!(text == written(&industry(150, 42)));
    assert!(text != written(&industry(150, 43)));
    // As on every other machine: a change of this is a change of every industry that was generated.
    let fact = text.lines().filter(|line| line.starts_with(r#"{"type":"fact""#)).nth(1_000);
    assert_eq!(fact, Some(FACT));
}

const FACT: &str = r#"{"type":"fact","id":"fact:ba66074d58f6c055","relationship":"MAKES","subject":"company:c136","object":"product:p136-1","status":"ACTUAL","basis":"STATED","knownFrom":"2018-04-04","sources":[{"document":"document:d0","section":"二、（一）"}]}"#;

#[test]
fn facts_name_what_is_known_by_then() {
    let graph = graph();
    for fact in &graph.facts {
        for end in [fact.subject, fact.object] {
            assert!(graph.node(end).known_from <= fact.known_from, "{fact:?}");
        }
        let begun = fact.since.as_ref().is_none_or(|since| since.first() <= fact.known_from);
        assert!(begun || !matches!(fact.status, Status::Actual | Status::UnderWay), "{fact:?}");
    }
    for it in &graph.observations {
        for about in it.subjects.iter().chain([&it.indicator]) {
            assert!(graph.node(*about).known_from <= it.known_from, "{it:?}");
        }
    }
}

#[test]
fn it_is_as_uneven_as_an_industry() {
    let graph = graph();
    // About four entities and twenty facts to a company, beside what every country has.
    let per_company = |count: usize, fixed: usize| (count - fixed) as f64 / f64::from(COMPANIES);
    let least = industry(1, 7).graph().unwrap();
    let ratio = per_company(graph.nodes.len(), least.nodes.len());
    assert!((3.8..4.2).contains(&ratio), "{ratio} entities");
    let ratio = per_company(graph.facts.len(), least.facts.len());
    assert!((19.0..22.0).contains(&ratio), "{ratio} facts");
    // Heavy tails both ways: the largest customer and the largest supplier have many times what one in the middle has.
    let supplies = graph.ontology.relationship_named("SUPPLIES");
    for end in [|fact: &mdgraph::graph::Fact| fact.object, |fact: &mdgraph::graph::Fact| fact.subject] {
        let mut degrees: HashMap<NodeIx, usize> = HashMap::new();
        graph.facts.iter().filter(|fact| Some(fact.relationship) == supplies).for_each(|fact| {
            *degrees.entry(end(fact)).or_default() += 1;
        });
        let mut all: Vec<usize> = degrees.into_values().collect();
        all.sort_unstable();
        let (median, most) = (all[all.len() / 2], all[all.len() - 1]);
        assert!(most >= 10 * median, "{most} and {median}");
    }
    // A few per cent superseded, by what is between the same ends and came later; some in conflict.
    let superseded = graph.facts.iter().filter(|fact| fact.superseded_by.is_some()).count();
    assert!((0.02..0.06).contains(&(superseded as f64 / graph.facts.len() as f64)), "{superseded}");
    for fact in &graph.facts {
        if let Some(by) = fact.superseded_by.map(|ix| graph.fact(ix)) {
            assert_eq!((by.relationship, by.subject, by.object), (fact.relationship, fact.subject, fact.object));
            assert!(by.known_from == fact.known_to && fact.known_from < by.known_from);
        } else {
            assert_eq!(fact.known_to, DAY_MAX);
        }
    }
    assert!(graph.facts.iter().any(|fact| fact.conflicting_from.is_some()));
    for status in Status::ALL {
        assert!(graph.facts.iter().any(|fact| fact.status == status), "{status:?}");
    }
    // Every kind and relationship that the shipped ontology had when this was written.
    let kinds: HashSet<_> = graph.nodes.iter().map(|node| node.kind).collect();
    let relationships: HashSet<_> = graph.facts.iter().map(|fact| fact.relationship).collect();
    assert!((kinds.len(), relationships.len()) >= (29, 23), "{} {}", kinds.len(), relationships.len());
    let namesakes = graph.nodes.iter().filter(|node| node.disambiguation.zh.is_some());
    let named: Vec<_> = namesakes.map(|node| node.names.zh.clone()).collect();
    assert!(!named.is_empty() && named.iter().all(|name| named.iter().filter(|other| *other == name).count() == 2));
}

#[test]
fn what_cannot_be_generated_is_told() {
    for companies in [0, u32::MAX] {
        assert!(matches!(Industry::new(ontology(), companies, 0), Err(Error::Companies)));
    }
    let folder = tempfile::tempdir().unwrap();
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/ontology");
    for file in std::fs::read_dir(shipped).unwrap() {
        let file = file.unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        let text =
            text.replace("  goods: String @key", "  wares: String @key").replace("\n  STRENGTH\n", "\n  MIGHT\n");
        std::fs::write(folder.path().join(file.file_name()), text).unwrap();
    }
    let output =
        mdgraph(&["generate", "--companies", "5", "--schema", folder.path().to_str().unwrap()]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    for words in ["in the shipped ontology", "the property goods on SUPPLIES", "the value STRENGTH of claim"] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn the_program_writes_what_is_checked_and_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("industry.ndjson");
    let path = path.to_str().unwrap();
    let output = mdgraph(&["generate", "--companies", "60", "--seed", "7", "-o", path]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let told = String::from_utf8(output.stderr).unwrap();
    let checked = String::from_utf8(mdgraph(&["check", "--strict", "--seed", path]).output().unwrap().stdout).unwrap();
    let entities = told.split(' ').next().unwrap();
    assert!(checked.contains(&format!(" {entities} entities, ")), "{told}{checked}");
    let server = Server::start(&["--seed", path, "--log", "off"]);
    for (question, words) in [
        ("{ companies(first: 1) { totalCount } }", r#""totalCount":60"#),
        (r#"{ company(id: "company:c7") { makes { totalCount edges { node { id } } } } }"#, r#""id":"product:p7-1""#),
        (r#"{ company(id: "company:c0-old") { id } }"#, r#""id":"company:c0""#),
        (r#"{ companies(where: { id: { within: ["region:cn"] } }) { totalCount } }"#, r#""totalCount":60"#),
        (r#"{ observations(first: 1) { edges { node { unit scope { text } } } } }"#, r#""unit":"#),
    ] {
        let answer = server.post(question);
        assert!(answer.contains(words), "{question}: {answer}");
    }
}
