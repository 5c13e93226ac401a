//! What a view sees.

use crate::ask::*;
use crate::toy::{Toy, citation, dated, set};
use mdgraph::graph::{NodeIx, Status, When};
use mdgraph::plan::ir::*;
use mdgraph::store::Datum;
use mdgraph::store::memory::Snapshot;

fn products(snapshot: &Snapshot, view: &View) -> Vec<String> {
    found(&page_of(slot(snapshot, "company:a", Slot::Edges(edges(out("MAKES"), first(9))), view)))
        .iter()
        .map(|id| id.replace("product:", ""))
        .collect()
}

#[test]
fn a_superseded_fact_is_current_until_the_other_is_known() {
    let mut toy = Toy::default();
    toy.node("company:a", "Aa");
    toy.node("product:x", "X");
    let planned = toy.fact("planned", "company:a MAKES product:x");
    planned.status = Status::Planned;
    planned.known_from = 20220714;
    toy.superseded("actual", 20250101);
    toy.fact("actual", "company:a MAKES product:x").known_from = 20250101;
    let toy = snapshot(toy.graph());
    let statuses = |view: &View| {
        let row = vec![EdgeSlot::Status];
        let page = EdgesPage { row, ..edges(out("MAKES"), first(9)) };
        let page = page_of(slot(&toy, "company:a", Slot::Edges(page), view));
        page.items.iter().map(|item| item.row[0].clone()).collect::<Vec<_>>()
    };
    let (planned, actual) = (Datum::Int(Status::Planned as i64), Datum::Int(Status::Actual as i64));
    assert_eq!(statuses(&latest()), std::slice::from_ref(&actual));
    assert_eq!(statuses(&view(None, Some("2024"))), [planned]);
    assert_eq!(statuses(&view(None, Some("2025-01-01"))), [actual]);
    assert_eq!(statuses(&view(None, Some("2021"))), []);

    // A table of facts shows both; what took the place of one is told as far as it is known.
    let facts = |view: &View| {
        let row = vec![FactSlot::Id, FactSlot::KnownTo, FactSlot::SupersededBy(vec![FactSlot::Id])];
        let plan = FactsPage { filter: FactFilter::default(), order: Vec::new(), page: first(9), row };
        page_of(slot(&toy, "product:x", Slot::Facts(plan), view)).items
    };
    let now = facts(&latest());
    assert_eq!(now.len(), 2);
    assert_eq!(now[1].row[1], Datum::Date("2025-01-01".parse().unwrap()));
    assert_eq!(now[1].row[2], Datum::List(vec![Datum::Str("fact:actual".into())]));
    let then = facts(&view(None, Some("2024")));
    assert_eq!(then.len(), 1);
    assert_eq!(then[0].row[1..], [Datum::Null, Datum::Null]);
}

#[test]
fn valid_matches_by_overlap_and_unknown_bounds_are_open() {
    let mut toy = Toy::default();
    toy.node("company:a", "Aa");
    let period = |toy: &mut Toy, id: &str, since: Option<&str>, until: Option<&str>| {
        toy.node(&format!("product:{id}"), id);
        let when = |text: &str| When::date(text.parse().unwrap());
        let fact = toy.fact(id, &format!("company:a MAKES product:{id}"));
        (fact.since, fact.until) = (since.map(when), until.map(when));
    };
    period(&mut toy, "open", None, None);
    period(&mut toy, "since", Some("2023-06"), None);
    period(&mut toy, "until", None, Some("2022"));
    period(&mut toy, "both", Some("2021"), Some("2021-06-18"));
    toy.node("product:words", "words");
    let vague = When { text: "今年3月".into(), earliest: None, latest: Some("2022-03".parse().unwrap()) };
    toy.fact("words", "company:a MAKES product:words").since = Some(vague);
    let toy = snapshot(toy.graph());
    assert_eq!(products(&toy, &latest()), ["both", "open", "since", "until", "words"]);
    assert_eq!(products(&toy, &view(Some("2023"), None)), ["open", "since", "words"]);
    assert_eq!(products(&toy, &view(Some("2023-05"), None)), ["open", "words"]);
    assert_eq!(products(&toy, &view(Some("2022"), None)), ["open", "until", "words"]);
    assert_eq!(products(&toy, &view(Some("2021-06-19"), None)), ["open", "until", "words"]);
    assert_eq!(products(&toy, &view(Some("2021-06-18"), None)), ["both", "open", "until", "words"]);
    // `valid` never hides an entity.
    let root = entities(&["Company"], Filter::TRUE, Vec::new(), first(9));
    assert_eq!(found(&page_of(run(&toy, &root, &view(Some("1900"), None)).0)).len(), 1);
}

#[test]
fn what_is_not_known_yet_is_not_there() {
    let mut toy = Toy::default();
    let a = toy.node("company:a", "Aa");
    a.known_from = 20220101;
    set(a, "size", mdgraph::graph::Value::Int(7));
    a.properties_known = vec![(crate::toy::prop("size"), 20240101)];
    // Ids sort documents before the company's: they are at 1 and 2.
    a.citations = vec![citation(NodeIx(1), "一"), citation(NodeIx(2), "二")];
    toy.node("document:one", "One");
    toy.node("document:two", "Two").known_from = 20240101;
    let toy = snapshot(toy.graph());
    let root = entities(&["Company"], Filter::TRUE, Vec::new(), with_total(first(9)));
    let page = |view: &View| page_of(run(&toy, &root, view).0);
    assert_eq!((page(&latest()).total, page(&view(None, Some("2021"))).total), (Some(1), Some(0)));
    let size = |view: &View| slot(&toy, "company:a", Slot::Property(crate::toy::prop("size")), view);
    assert_eq!(size(&latest()), Datum::Int(7));
    assert_eq!(size(&view(None, Some("2023"))), Datum::Null);
    let filter = entities(&["Company"], has("size", Test::IsNull(true)), Vec::new(), first(9));
    assert_eq!(found(&page_of(run(&toy, &filter, &view(None, Some("2023"))).0)), ["company:a"]);
    let sources = |view: &View| {
        let slots = vec![CitationSlot::Section, CitationSlot::Document(ids_only())];
        match slot(&toy, "company:a", Slot::Sources(9, slots), view) {
            Datum::List(rows) => rows.len(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((sources(&latest()), sources(&view(None, Some("2023")))), (2, 1));
}

#[test]
fn a_property_with_history_has_the_value_in_force() {
    let mut toy = Toy::default();
    let a = toy.node("company:a", "Aa");
    dated(a, "stage", "PLANNED", None, None, 20220101);
    dated(a, "stage", "OPERATING", Some("2024"), None, 20250101);
    let b = toy.node("company:b", "Bb");
    dated(b, "stage", "PLANNED", Some("2022"), Some("2023"), 20220101);
    let toy = snapshot(toy.graph());
    let stage = |id: &str, view: &View| slot(&toy, id, Slot::Property(crate::toy::prop("stage")), view);
    let (planned, operating) = (Datum::Str("PLANNED".into()), Datum::Str("OPERATING".into()));
    assert_eq!(stage("company:a", &latest()), operating);
    assert_eq!(stage("company:a", &view(Some("2023"), None)), planned);
    assert_eq!(stage("company:a", &view(None, Some("2024"))), planned);
    assert_eq!(stage("company:b", &view(Some("2024"), None)), Datum::Null);
    let ask = |view: &View| {
        let root = entities(&["Company"], has("stage", text("PLANNED")), Vec::new(), first(9));
        found(&page_of(run(&toy, &root, view).0))
    };
    assert_eq!(ask(&latest()), ["company:b"]);
    assert_eq!(ask(&view(Some("2023"), None)), ["company:a", "company:b"]);
}

#[test]
fn degree_counts_distinct_others_by_held_facts() {
    let mut toy = Toy::default();
    toy.node("company:a", "Aa");
    toy.node("company:b", "Bb");
    toy.node("product:x", "X");
    toy.node("product:y", "Y");
    toy.fact("1", "company:a MAKES product:x").known_from = 20230101;
    toy.fact("2", "company:a MAKES product:x").status = Status::UnderWay;
    toy.fact("3", "company:a MAKES product:y").status = Status::Planned;
    toy.fact("4", "company:a SAME_AS company:b");
    toy.fact("5", "company:a SAME_AS company:a");
    let toy = snapshot(toy.graph());
    let degree = |id: &str, view: &View| slot(&toy, id, Slot::Degree, view);
    assert_eq!(degree("company:a", &latest()), Datum::Int(2));
    assert_eq!(degree("company:a", &view(Some("2022"), Some("2022"))), Datum::Int(2));
    assert_eq!(degree("company:b", &latest()), Datum::Int(1));
    assert_eq!(degree("product:y", &latest()), Datum::Int(0));
}

#[test]
fn the_deadline_ends_an_execution() {
    let mut toy = Toy::default();
    toy.node("company:a", "Aa");
    let toy = snapshot(toy.graph());
    let root = entities(&["Company"], Filter::TRUE, Vec::new(), first(9));
    let answer = toy.execute(&root, &latest(), std::time::Instant::now() - std::time::Duration::from_millis(1));
    assert_eq!(answer.map(|_| ()), Err(mdgraph::store::StoreError::Timeout));
}
