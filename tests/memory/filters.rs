//! What filters mean.

use crate::ask::*;
use crate::toy::{Toy, decimal, set};
use mdgraph::graph::{Basis, Status, Value};
use mdgraph::plan::ir::*;
use mdgraph::store::memory::Snapshot;

fn passing(snapshot: &Snapshot, filter: Filter) -> Vec<String> {
    let root = entities(&["Company"], filter, Vec::new(), first(100));
    found(&page_of(run(snapshot, &root, &latest()).0)).iter().map(|id| id.replace("company:", "")).collect()
}

fn makers() -> Snapshot {
    let mut toy = Toy::default();
    for (id, name) in [("a", "Aa"), ("b", "Bb"), ("c", "Cc"), ("d", "Dd")] {
        toy.node(&format!("company:{id}"), name);
    }
    set(toy.node("product:x", "X"), "deviceClass", "III".into());
    set(toy.node("product:y", "Y"), "deviceClass", "II".into());
    toy.node("product:z", "Z");
    toy.fact("1", "company:a MAKES product:x").properties = vec![(0, "Red".into())];
    toy.fact("2", "company:a MAKES product:y").status = Status::Planned;
    toy.fact("3", "company:b MAKES product:y").basis = Basis::Inferred;
    toy.fact("4", "company:c MAKES product:x");
    toy.fact("5", "company:c MAKES product:x").status = Status::Planned;
    snapshot(toy.graph())
}

#[test]
fn quantifiers() {
    let makers = makers();
    let class = |class| has("deviceClass", text(class));
    let ask = |quantifier, filter| passing(&makers, related(out("MAKES"), quantifier, filter));
    assert_eq!(ask(Quantifier::Some, Filter::TRUE), ["a", "b", "c"]);
    assert_eq!(ask(Quantifier::Some, class("III")), ["a", "c"]);
    assert_eq!(ask(Quantifier::None, class("III")), ["b", "d"]);
    // Every is true of nothing; an absent property fails any test but isNull.
    assert_eq!(ask(Quantifier::Every, class("III")), ["c", "d"]);
    assert_eq!(ask(Quantifier::Every, has("deviceClass", Test::IsNull(true))), ["d"]);
    // Every: no current edge fails, of the edge's filter or of the node's.
    let actual = EdgeFilter { status: Some([Status::Actual].into_iter().collect()), ..EdgeFilter::default() };
    let every =
        |edge| Filter::Related { hop: out("MAKES"), quantifier: Quantifier::Every, edge, node: Box::new(Filter::TRUE) };
    assert_eq!(passing(&makers, every(actual)), ["b", "d"]);
}

#[test]
fn edge_filters() {
    let makers = makers();
    let some =
        |edge| Filter::Related { hop: out("MAKES"), quantifier: Quantifier::Some, edge, node: Box::new(Filter::TRUE) };
    let basis = EdgeFilter { basis: Some(vec![Basis::Inferred]), ..EdgeFilter::default() };
    assert_eq!(passing(&makers, some(basis)), ["b"]);
    let brand = |test| EdgeFilter { properties: vec![(0, test)], ..EdgeFilter::default() };
    assert_eq!(passing(&makers, some(brand(text("Red")))), ["a"]);
    assert_eq!(passing(&makers, some(brand(Test::IsNull(true)))), ["a", "b", "c"]);
    let none = EdgeFilter { status: Some([].into_iter().collect()), ..EdgeFilter::default() };
    assert!(passing(&makers, some(none)).is_empty());
}

#[test]
fn values() {
    let mut toy = Toy::default();
    let a = toy.node("company:a", "Aa");
    set(a, "size", Value::Int(3));
    set(a, "capital", decimal("1.5"));
    set(a, "tags", Value::List(["red".into(), "blue".into()].into()));
    set(a, "foundedOn", Value::Date("2024".parse().unwrap()));
    let b = toy.node("company:b", "Bb");
    set(b, "size", Value::Int(5));
    set(b, "tags", Value::List([].into()));
    set(b, "foundedOn", Value::Date("2024-06-18".parse().unwrap()));
    toy.node("company:c", "Cc");
    let toy = snapshot(toy.graph());
    let ask = |name, test| passing(&toy, has(name, test));
    assert_eq!(ask("size", Test::Gt(Value::Int(3))), ["b"]);
    assert_eq!(ask("size", Test::Lte(Value::Int(3))), ["a"]);
    assert_eq!(ask("size", Test::NotIn(vec![Value::Int(3)])), ["b"]);
    assert_eq!(ask("size", Test::In(vec![])), [""; 0]);
    assert_eq!(ask("size", Test::IsNull(true)), ["c"]);
    assert_eq!(ask("size", Test::Contains("3".into())), [""; 0]);
    assert_eq!(ask("capital", Test::Gte(decimal("1.5"))), ["a"]);
    // Lists: any element; not among: there is one, and none is; the empty list is absent.
    assert_eq!(ask("tags", text("blue")), ["a"]);
    assert_eq!(ask("tags", Test::StartsWith("r".into())), ["a"]);
    assert_eq!(ask("tags", Test::NotIn(vec!["green".into()])), ["a"]);
    assert_eq!(ask("tags", Test::NotIn(vec!["green".into(), "red".into()])), [""; 0]);
    assert_eq!(ask("tags", Test::IsNull(true)), ["b", "c"]);
    assert_eq!(ask("tags", Test::IsNull(false)), ["a"]);
    // Dates: only where it is certain.
    let date = |text: &str| text.parse().unwrap();
    assert_eq!(ask("foundedOn", Test::During(date("2024"))), ["a", "b"]);
    assert_eq!(ask("foundedOn", Test::During(date("2024-06"))), ["b"]);
    assert_eq!(ask("foundedOn", Test::Before(date("2024-06-19"))), ["b"]);
    assert_eq!(ask("foundedOn", Test::After(date("2023"))), ["a", "b"]);
    assert_eq!(ask("foundedOn", Test::After(date("2024-01"))), ["b"]);
    assert_eq!(ask("foundedOn", Test::In(vec![Value::Date(date("2024"))])), ["a"]);
    // The complement.
    let not = Filter::Not(Box::new(has("size", Test::Gt(Value::Int(3)))));
    assert_eq!(passing(&toy, not), ["a", "c"]);
    assert_eq!(passing(&toy, Filter::Or(vec![])), [""; 0]);
}

#[test]
fn names_are_folded_and_any_counts() {
    let mut toy = Toy::default();
    let names = &mut toy.node("company:a", "威高集团").names;
    names.en = Some("Weigao Group".into());
    names.former = vec!["老威高".into()];
    toy.node("company:b", "达因");
    let toy = snapshot(toy.graph());
    let ask = |test| passing(&toy, Filter::Name(test));
    assert_eq!(ask(text("weigaogroup")), ["a"]);
    assert_eq!(ask(Test::StartsWith("老".into())), ["a"]);
    assert_eq!(ask(Test::Contains("高集".into())), ["a"]);
    assert_eq!(ask(Test::NotIn(vec!["老威高".into()])), ["b"]);
    assert_eq!(ask(Test::IsNull(true)), [""; 0]);
    assert_eq!(ask(Test::IsNull(false)).len(), 2);
    // Pinyin finds in a search; it is no name.
    assert_eq!(ask(text("weigaojituan")), [""; 0]);
}

#[test]
fn ids_kinds_and_retired_ones() {
    let mut toy = Toy::default();
    toy.node("company:a", "Aa");
    toy.node("company:b", "Bb");
    toy.node("hospital:h", "Hh");
    toy.retired("company:old", "company:b");
    let toy = snapshot(toy.graph());
    assert_eq!(passing(&toy, Filter::Ids(ids(&["company:old", "company:none"]))), ["b"]);
    assert_eq!(passing(&toy, Filter::Not(Box::new(Filter::Ids(ids(&["company:old"]))))), ["a"]);
    assert_eq!(passing(&toy, Filter::Kinds(kinds(&["Hospital"]))), [""; 0]);
    let root = Root::ByIds {
        ids: ids(&["company:old", "company:x", "hospital:h", "company:a", "company:a"]),
        kinds: kinds(&["Company"]),
        entity: ids_only(),
    };
    let rows = format!("{:?}", run(&toy, &root, &latest()).0);
    assert_eq!(rows.matches("Null").count(), 2, "{rows}");
    assert_eq!(rows.matches("company:a").count(), 2, "{rows}");
    assert_eq!(rows.matches("company:b").count(), 1, "{rows}");
}

#[test]
fn within_follows_held_hierarchies_through_cycles() {
    let mut toy = Toy::default();
    for id in ["top", "mid", "low", "loop"] {
        toy.node(&format!("region:{id}"), id);
    }
    for id in ["a", "b", "c", "d"] {
        toy.node(&format!("company:{id}"), id);
    }
    toy.fact("1", "region:mid PART_OF region:top");
    toy.fact("2", "region:low PART_OF region:mid");
    toy.fact("3", "region:top PART_OF region:loop");
    toy.fact("4", "region:loop PART_OF region:low");
    toy.fact("5", "company:a LOCATED_IN region:low");
    toy.fact("6", "company:b LOCATED_IN region:top").status = Status::Planned;
    toy.fact("7", "company:c LOCATED_IN region:loop");
    toy.retired("region:old", "region:top");
    let toy = snapshot(toy.graph());
    let within = |id: &str| passing(&toy, Filter::Within(ids(&[id])));
    assert_eq!(within("region:top"), ["a", "c"]);
    assert_eq!(within("region:old"), ["a", "c"]);
    assert_eq!(within("region:none"), [""; 0]);
    assert_eq!(within("company:d"), ["d"]);
    let root = entities(&["Region"], Filter::Within(ids(&["region:low"])), Vec::new(), first(9));
    assert_eq!(found(&page_of(run(&toy, &root, &latest()).0)).len(), 4);
}

#[test]
fn within_takes_the_places_of_the_head_office_only_where_a_branch_has_none() {
    let mut toy = Toy::default();
    for id in ["north", "south"] {
        toy.node(&format!("region:{id}"), id);
    }
    for id in ["head", "circle", "desk", "moving", "silent", "south"] {
        toy.node(&format!("company:{id}"), id);
    }
    toy.fact("1", "company:head LOCATED_IN region:north");
    toy.fact("2", "company:silent PART_OF company:head");
    toy.fact("3", "company:south PART_OF company:head");
    toy.fact("4", "company:south LOCATED_IN region:south");
    toy.fact("5", "company:desk PART_OF company:south");
    toy.fact("6", "company:moving PART_OF company:head");
    toy.fact("7", "company:moving LOCATED_IN region:south").status = Status::Planned;
    // Nothing keeps a graph of another origin from these.
    toy.fact("8", "company:circle PART_OF company:circle");
    toy.fact("9", "company:circle PART_OF company:silent");
    toy.fact("a", "company:silent PART_OF company:circle");
    toy.fact("b", "region:south PART_OF region:south");
    let toy = snapshot(toy.graph());
    let within = |id: &str| passing(&toy, Filter::Within(ids(&[id])));
    assert_eq!(within("region:north"), ["circle", "head", "moving", "silent"]);
    assert_eq!(within("region:south"), ["desk", "south"]);
    assert_eq!(within("company:head"), ["circle", "desk", "head", "moving", "silent", "south"]);
    assert_eq!(within("company:circle"), ["circle", "silent"]);
}
