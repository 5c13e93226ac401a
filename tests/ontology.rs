//! The ontology language: what is shipped resolves, and every kind of mistake is told where it is and how to mend it.
//!
//! Each folder of `tests/cases/ontology-errors` is a wrong ontology: its files, with `base.graphql` of the parent beside
//! them unless it has one of its own, give exactly the errors of `errors.txt`. `UPDATE=1` writes what is given now.

use mdgraph::graph::Value;
use mdgraph::ontology::{Direction, KindSet, Ontology, OntologyError, Target, embedded_files, load};
use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::Config as ProptestConfig;
use std::fs;
use std::path::{Path, PathBuf};

type Files = Vec<(String, String)>;

fn shown(errors: &[OntologyError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n") + "\n"
}

#[test]
fn the_shipped_ontology_has_no_errors() {
    if let Err(errors) = Ontology::embedded() {
        panic!("{} errors\n\n{}", errors.len(), shown(&errors));
    }
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ontology-errors")
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn files_of(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = entries.filter(|path| path.extension().is_some_and(|end| end == "graphql"));
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut files: Files = texts.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect();
    if files.iter().all(|(name, _)| name != "base.graphql") {
        files.push(("base.graphql".to_owned(), fs::read_to_string(cases().join("base.graphql")).unwrap()));
    }
    files
}

#[test]
fn every_mistake_is_told() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut differing = Vec::new();
    for folder in folders() {
        let errors = load(&files_of(&folder)).expect_err(&format!("{} has errors", folder.display()));
        let told = shown(&errors);
        let expected = folder.join("errors.txt");
        if update {
            fs::write(&expected, told).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != told {
            differing.push(format!("{}:\n{told}", folder.display()));
        }
    }
    assert!(differing.is_empty(), "not as errors.txt says (UPDATE=1 rewrites it):\n{}", differing.join("\n"));
}

#[test]
fn the_base_of_the_cases_has_no_errors() {
    let base = fs::read_to_string(cases().join("base.graphql")).unwrap();
    let ontology = load(&[("base.graphql".to_owned(), base)]).map_err(|errors| shown(&errors)).unwrap();
    assert_eq!(ontology.kinds.len(), 6);
}

#[test]
fn the_order_of_files_means_nothing() {
    let mut files = embedded_files();
    let forwards = load(&files).unwrap();
    files.reverse();
    let backwards = load(&files).unwrap();
    assert_eq!(forwards.hash, backwards.hash);
    assert_eq!(format!("{:?}", forwards.kinds), format!("{:?}", backwards.kinds));
    files[0].1.push('\n');
    assert_ne!(load(&files).unwrap().hash, forwards.hash);
}

/// A change that a hand slips into: something is cut, doubled, moved or replaced.
#[derive(Clone, Debug)]
enum Slip {
    Cut(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static str),
    Copy(prop::sample::Index, prop::sample::Index, usize),
    Replace(prop::sample::Index, &'static str),
}

/// Pieces of text that mean something in the language, and some that mean nothing.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "!",
    "@",
    "\"",
    "\"\"\"",
    "&",
    ":",
    "@node",
    "@relationship(type: \"X\")",
    "@key",
    "@history",
    "@unique",
    "@derived(path: \"<- ISSUED\")",
    "Entity",
    "Company",
    "Float",
    "type ",
    "interface ",
    "enum ",
    "extend ",
    "union X = ",
    "\u{0}",
    "·",
    " · ",
    "中文",
    "𠀀",
    "->",
    "\r\n",
    "\t",
    "0",
    "Stage",
    "[Company]",
    "Document",
    "id",
    "when: ",
];

fn slip() -> impl Strategy<Value = Slip> {
    let index = any::<prop::sample::Index>;
    let piece = || prop::sample::select(PIECES);
    prop_oneof![
        (index(), 1..40usize).prop_map(|(at, length)| Slip::Cut(at, length)),
        (index(), piece()).prop_map(|(at, piece)| Slip::Insert(at, piece)),
        (index(), index(), 1..200usize).prop_map(|(from, to, length)| Slip::Copy(from, to, length)),
        (index(), piece()).prop_map(|(at, piece)| Slip::Replace(at, piece)),
    ]
}

fn slipped(text: &str, slips: &[Slip]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for slip in slips {
        let (at, length, piece) = match slip {
            Slip::Cut(at, length) => (at, *length, String::new()),
            Slip::Insert(at, piece) => (at, 0, piece.to_string()),
            Slip::Replace(at, piece) => (at, piece.chars().count(), piece.to_string()),
            Slip::Copy(from, to, length) => {
                let copied = chars.iter().skip(from.index(chars.len() + 1)).take(*length).collect();
                (to, 0, copied)
            }
        };
        let start = at.index(chars.len() + 1);
        let end = (start + length).min(chars.len());
        chars.splice(start..end, piece.chars());
    }
    chars.into_iter().collect()
}

/// Errors can be shown, and name a line that there is.
fn check_errors(files: &Files, errors: &[OntologyError]) {
    assert!(!errors.is_empty() && !shown(errors).is_empty());
    for error in errors {
        let text = &files.iter().find(|(name, _)| *name == error.file).unwrap().1;
        let line = text.split('\n').nth(error.line - 1).unwrap().trim_end_matches('\r');
        assert_eq!(line, error.source_line);
        assert!(error.column <= line.chars().count() + 2, "{error}");
        assert!(!error.message.is_empty() && !error.hint.is_empty(), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slips_in_the_shipped_ontology_never_panic(
        file in any::<prop::sample::Index>(),
        slips in prop::collection::vec(slip(), 1..6),
    ) {
        let mut files = embedded_files();
        let index = file.index(files.len());
        files[index].1 = slipped(&files[index].1, &slips);
        if let Err(errors) = load(&files) {
            check_errors(&files, &errors);
        }
    }

    #[test]
    fn slips_in_wrong_ontologies_never_panic(
        folder in prop::sample::select(folders()),
        slips in prop::collection::vec(slip(), 1..6),
    ) {
        let mut files = files_of(&folder);
        files[0].1 = slipped(&files[0].1, &slips);
        if let Err(errors) = load(&files) {
            check_errors(&files, &errors);
        }
    }
}

#[test]
fn the_page_of_the_ontology_is_up_to_date() {
    let page = mdgraph::ontology::doc::markdown(&Ontology::embedded().unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ontology.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, page).unwrap();
    } else {
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == page, "docs/ontology.md is out of date: UPDATE=1 cargo test --test ontology rewrites it");
    }
}

#[test]
fn what_is_shipped_resolves_to_what_it_says() {
    let ontology = Ontology::embedded().unwrap();
    let company = ontology.kind(ontology.kind_named("Company").unwrap());
    assert_eq!((&*company.prefix, &*company.constant), ("company", "COMPANY"));
    assert_eq!((&*company.singular, &*company.plural), ("company", "companies"));
    assert_eq!(&*ontology.kind(ontology.kind_of_prefix("research-institute").unwrap()).constant, "RESEARCH_INSTITUTE");

    let identified = ontology.property(ontology.property_named("identified").unwrap());
    assert_eq!((identified.required, &identified.default), (true, &Some(Value::Bool(true))));

    let concerns = ontology.relationship(ontology.relationship_named("CONCERNS").unwrap());
    let [technology, person, product] =
        ["Technology", "Person", "Product"].map(|name| ontology.kind_named(name).unwrap());
    assert_eq!(concerns.from, Target::Entity);
    assert_eq!(concerns.allowed[technology.index()], KindSet::one(product));
    assert!(concerns.allowed[person.index()].is_empty());

    let takes_part = ontology.relationship(ontology.relationship_named("TAKES_PART_IN").unwrap());
    assert_eq!((&*takes_part.type_name, &*takes_part.inverse), ("TakesPartIn", "participants"));
    assert_eq!((&*takes_part.properties[0].name, takes_part.properties[0].key), ("role", true));

    let makes_for = ontology.derived.iter().find(|derived| &*derived.field == "contractManufacturesFor").unwrap();
    let [to, back] = &makes_for.steps[..] else { panic!("{makes_for:?}") };
    assert_eq!((to.direction, back.direction), (Direction::Out, Direction::In));
    assert_eq!(to.edge, [("role".into(), Value::from("MANUFACTURER"))]);
    assert_eq!(to.kinds, KindSet::one(ontology.kind_named("Cooperation").unwrap()));
    assert_eq!(to.node, [(ontology.property_named("form").unwrap(), Value::from("CONTRACT_MANUFACTURING"))]);
    assert_eq!(back.kinds, KindSet::one(ontology.kind_named("Company").unwrap()));

    let issuer = ontology.derived.iter().find(|derived| &*derived.field == "issuer").unwrap();
    assert!(issuer.single && issuer.inverse.is_none() && issuer.to == Target::Entity);
    assert_eq!(issuer.steps[0].kinds, ontology.kinds_of(Target::Interface(ontology.interface_named("Actor").unwrap())));
}
