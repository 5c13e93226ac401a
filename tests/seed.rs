//! Seed files: what is shipped is right, every kind of mistake is told where it is and how to mend it, and nothing that is
//! written makes the reader panic.
//!
//! Each folder of `tests/cases/seed-errors` is a wrong seed: its files, with `reference.kdl` of the parent beside them, give
//! exactly the problems of `errors.txt`. `UPDATE=1` writes what is given now.

use mdgraph::ingest::{self, Problem, SeedFile, Severity};
use mdgraph::ontology::Ontology;
use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::Config as ProptestConfig;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

fn ontology() -> Arc<Ontology> {
    static ONTOLOGY: OnceLock<Arc<Ontology>> = OnceLock::new();
    ONTOLOGY.get_or_init(|| Arc::new(Ontology::embedded().expect("the shipped ontology has no errors"))).clone()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files of a directory, named from there.
fn files_of(directory: &Path) -> Vec<SeedFile> {
    let files = ingest::directory(directory).unwrap();
    let named = |name: &str| Path::new(name).strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
    files.into_iter().map(|file| SeedFile { name: named(&file.name), text: file.text }).collect()
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn the_shipped_seed_passes_without_a_warning() {
    let report = ingest::check(&ontology(), &files_of(&root().join("seed")), true);
    assert!(report.passed, "{report}");
}

#[test]
fn the_seed_compiled_in_is_the_shipped_one() {
    let strip = |file: &SeedFile| (file.name.trim_start_matches("seed/").to_owned(), file.text.clone());
    let mut embedded: Vec<_> = ingest::embedded().iter().map(strip).collect();
    let mut shipped: Vec<_> = files_of(&root().join("seed")).iter().map(strip).collect();
    embedded.sort();
    shipped.sort();
    assert_eq!(embedded, shipped);
}

#[test]
fn the_order_of_files_does_not_matter() {
    let mut files = ingest::embedded();
    let graph = ingest::load(&ontology(), &files).unwrap().graph;
    files.reverse();
    for (i, file) in files.iter_mut().enumerate() {
        file.name = format!("{i:03}.kdl");
    }
    let other = ingest::load(&ontology(), &files).unwrap().graph;
    assert_eq!(graph.nodes, other.nodes);
    assert_eq!(graph.facts, other.facts);
    assert_eq!(graph.observations, other.observations);
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/cases/seed-errors")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn case_files(folder: &Path) -> Vec<SeedFile> {
    let reference = folder.parent().unwrap().join("reference.kdl");
    let mut files = files_of(folder);
    files.push(SeedFile { name: "reference.kdl".to_owned(), text: fs::read_to_string(reference).unwrap() });
    files
}

#[test]
fn every_mistake_is_told() {
    let mut differing = Vec::new();
    for folder in cases() {
        let files = case_files(&folder);
        let report = ingest::check(&ontology(), &files, true);
        assert!(!report.passed && report.summary.is_none(), "{} has problems", folder.display());
        let told = lines(&report.problems);
        let expected = folder.join("errors.txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, told).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != told {
            differing.push(format!("{}:\n{told}", folder.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn a_warning_passes_unless_strict() {
    let folder = root().join("tests/cases/seed-errors/warnings");
    let report = ingest::check(&ontology(), &case_files(&folder), false);
    assert!(report.passed && report.problems.iter().all(|problem| problem.severity == Severity::Warning), "{report}");
    assert!(report.to_string().contains("2 conflicting"), "{report}");
}

/// Every problem has a line that is in its file.
fn placed(files: &[SeedFile], problems: &[Problem]) {
    for problem in problems {
        let file = files.iter().find(|file| file.name == problem.file).expect("a file that was given");
        let count = file.text.split_inclusive('\n').count().max(1) as u32;
        assert!((1..=count).contains(&problem.line), "{problem} of {count} lines");
        assert!(!problem.message.is_empty());
    }
}

/// A slip of the hand: a byte range replaced by something short.
fn slips() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, String)>> {
    let scraps = prop::sample::select(vec![
        "", "\"", "{", "}", "{\n", "\n", "#", "/*", "/-", "=", "\\", "0", "-", "威", "#true", "#null", " \"x\"",
        "\"\"\"", "1e9", ";", "\u{feff}",
    ]);
    let scrap = prop_oneof![scraps.prop_map(str::to_owned), any::<char>().prop_map(String::from)];
    prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, scrap), 1..4)
}

fn mutated(text: &str, slips: &[(prop::sample::Index, usize, String)]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for (at, length, scrap) in slips {
        let start = at.index(text.len() + 1);
        let end = (start + length).min(text.len());
        text.splice(start..end, scrap.chars());
    }
    text.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn slips_of_the_hand_never_panic(which in any::<prop::sample::Index>(), slips in slips()) {
        let folders = cases();
        let mut files = case_files(&folders[which.index(folders.len())]);
        for file in &mut files {
            file.text = mutated(&file.text, &slips);
        }
        match ingest::load(&ontology(), &files) {
            Ok(loaded) => placed(&files, &loaded.warnings),
            Err(problems) => {
                assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
                placed(&files, &problems);
            }
        }
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
    for (open, close) in [("a {\n", "}\n"), ("/*", "*/"), ("a {", ""), ("/- ", "a")] {
        let files = [SeedFile { name: "deep.kdl".to_owned(), text: open.repeat(100_000) + &close.repeat(100_000) }];
        let problems = ingest::load(&ontology(), &files).unwrap_err();
        assert!(problems[0].message.contains("stand in one another"), "{}", problems[0]);
        placed(&files, &problems);
    }
}

/// Doubling the data must about double the time: a quadratic step would quadruple it. Measured on the merge, as parsing is
/// another crate's; with room for a busy machine.
#[test]
fn a_province_takes_time_in_proportion() {
    let time = |counties: usize| {
        let files: Vec<SeedFile> = std::iter::once(SeedFile {
            name: "reference.kdl".to_owned(),
            text: fs::read_to_string(root().join("tests/cases/seed-errors/reference.kdl")).unwrap(),
        })
        .chain((0..counties).map(county))
        .collect();
        let start = Instant::now();
        let loaded = ingest::load(&ontology(), &files).unwrap_or_else(|problems| panic!("{}", lines(&problems)));
        println!("{} entities in {:?}", loaded.graph.nodes.len(), start.elapsed());
        start.elapsed()
    };
    let (small, large) = (time(5), time(20));
    assert!(large < small * 12, "{small:?} for a quarter of what took {large:?}");
}

/// A document about 200 firms of one county.
fn county(number: usize) -> SeedFile {
    let mut text = format!(
        "document \"document:county-{number}\" {{ title \"名录\"; zh \"县{number}名录\"; writtenOn \"2024\" }}\nsection \"一\" {{\n\
         region \"county-{number}\" {{ zh \"县{number}\"; level \"COUNTY\" }}\n\
         fact \"region:county-{number}\" \"PART_OF\" \"region:weihai\"\n"
    );
    for firm in 0..200 {
        text.push_str(&format!(
            "company \"firm-{number}-{firm}\" {{ zh \"县{number}企业{firm}\"; en \"Firm {firm} of {number}\" }}\n\
             fact \"company:firm-{number}-{firm}\" \"LOCATED_IN\" \"region:county-{number}\" role=\"SITE\" since=\"2020\"\n\
             fact \"company:firm-{number}-{firm}\" \"IN_SECTOR\" \"sector:medical-device\"\n"
        ));
    }
    text.push_str("}\n");
    SeedFile { name: format!("county-{number:04}.kdl"), text }
}

/// The page about the format is a seed itself: its blocks, one after the other, a new file at each header.
#[test]
fn the_examples_of_the_page_are_right() {
    let page = fs::read_to_string(root().join("docs/seed-format.md")).unwrap();
    let mut files: Vec<SeedFile> = Vec::new();
    for block in page.split("```kdl\n").skip(1) {
        let text = block.split("```").next().unwrap();
        let header = text.starts_with("document ") || text.starts_with("reference ");
        match files.last_mut() {
            Some(file) if !header => file.text.push_str(text),
            _ => files.push(SeedFile { name: format!("example-{}.kdl", files.len()), text: text.to_owned() }),
        }
    }
    assert_eq!(files.len(), 2);
    let report = ingest::check(&ontology(), &files, true);
    assert!(report.passed, "{report}");
    let graph = ingest::load(&ontology(), &files).unwrap().graph;
    let revenue = graph.observations.iter().find(|o| &*o.id == "observation:example-2023-revenue").unwrap();
    let normalized = revenue.normalized.as_ref().unwrap();
    assert_eq!((normalized.value.to_string().as_str(), &*normalized.unit), ("69710000000", "CNY"));
    assert_eq!(graph.find("company:example-group"), graph.find("company:example"));
}
