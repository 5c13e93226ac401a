//! What hops give: stored ones both ways, symmetric ones, shortcuts, edges of any relationship.

use crate::ask::*;
use crate::toy::{Toy, ontology, rel, set};
use mdgraph::graph::{Basis, Status, StatusSet};
use mdgraph::ontology::{DerivedId, Direction};
use mdgraph::plan::ir::*;
use mdgraph::store::Datum;
use mdgraph::store::memory::Snapshot;

fn neighbours(snapshot: &Snapshot, id: &str, hop: Hop) -> Vec<String> {
    found(&page_of(slot(snapshot, id, Slot::Edges(edges(hop, first(99))), &latest())))
}

#[test]
fn one_edge_a_fact_and_symmetric_ones_from_either_end() {
    let mut toy = Toy::default();
    for (id, name) in [("a", "Cc"), ("b", "Bb"), ("c", "Aa")] {
        toy.node(&format!("company:{id}"), name);
    }
    toy.node("product:x", "X");
    toy.fact("2", "company:a MAKES product:x");
    toy.fact("1", "company:a MAKES product:x").status = Status::Planned;
    toy.fact("3", "company:a SAME_AS company:b");
    toy.fact("4", "company:b SAME_AS company:c");
    toy.fact("5", "company:b SAME_AS company:b");
    let toy = snapshot(toy.graph());
    assert_eq!(neighbours(&toy, "company:a", out("MAKES")), ["product:x", "product:x"]);
    assert_eq!(neighbours(&toy, "product:x", back("MAKES")), ["company:a", "company:a"]);
    assert!(neighbours(&toy, "product:x", out("MAKES")).is_empty());
    for hop in [out("SAME_AS"), back("SAME_AS")] {
        assert_eq!(neighbours(&toy, "company:b", hop), ["company:c", "company:b", "company:a"]);
        assert_eq!(neighbours(&toy, "company:c", hop), ["company:b"]);
    }
    // The last key of an edge's place is its fact's id.
    let page = page_of(slot(&toy, "company:a", Slot::Edges(edges(out("MAKES"), first(9))), &latest()));
    let last: Vec<_> = page.items.iter().map(|item| item.keys.last().cloned().unwrap()).collect();
    assert_eq!(last, ["fact:1", "fact:2"].map(|id| SortValue::Str(id.into())));
    // The first by name, whatever its status.
    let one = |hop| slot(&toy, "company:b", Slot::One(hop, ids_only()), &latest());
    assert!(format!("{:?}", one(out("SAME_AS"))).contains("company:c"));
    assert_eq!(one(out("MAKES")), Datum::Null);
}

#[test]
fn edges_of_any_relationship_in_groups() {
    let mut toy = Toy::default();
    for id in ["company:a", "company:b", "product:x", "region:r"] {
        toy.node(id, id);
    }
    toy.fact("1", "company:a MAKES product:x");
    toy.fact("2", "company:a MAKES product:x").status = Status::Planned;
    toy.fact("3", "company:a LOCATED_IN region:r");
    toy.fact("4", "company:b SAME_AS company:a");
    toy.fact("5", "company:a SAME_AS company:a");
    let toy = snapshot(toy.graph());
    let page = page_of(slot(&toy, "company:a", Slot::Related(all_related(with_total(first(2)))), &latest()));
    assert_eq!((page.total, page.more, page.items.len()), (Some(5), true, 2));
    let out = Direction::Out as u8;
    assert_eq!(
        page.groups,
        [
            (rel("LOCATED_IN"), out, Status::Actual as u8, 1),
            (rel("MAKES"), out, Status::Planned as u8, 1),
            (rel("MAKES"), out, Status::Actual as u8, 1),
            (rel("SAME_AS"), out, Status::Actual as u8, 2),
        ]
    );
    let plan = RelatedPage { direction: Some(Direction::In), ..all_related(first(9)) };
    assert!(page_of(slot(&toy, "company:a", Slot::Related(plan), &latest())).items.is_empty());
    let backward = RelatedPage { page: PageArgs { backward: true, ..first(2) }, ..all_related(first(2)) };
    let last = page_of(slot(&toy, "company:a", Slot::Related(backward), &latest()));
    assert_eq!(found(&last), ["company:a", "company:b"]);
    assert!(last.more);
    assert_eq!(last.groups, page.groups);
}

fn makes_for(direction: Direction) -> Hop {
    let at = ontology().derived.iter().position(|d| &*d.field == "manufacturesFor").unwrap();
    Hop::Derived(DerivedId(at as u16), direction)
}

/// a makes for p by two contracts and for q by one; research does not count, nor does making for oneself.
fn contracts() -> Snapshot {
    let mut toy = Toy::default();
    for id in ["company:a", "company:p", "company:q"] {
        toy.node(id, id);
    }
    for (id, form) in [("one", "CONTRACT"), ("two", "CONTRACT"), ("lab", "RESEARCH"), ("self", "CONTRACT")] {
        set(toy.node(&format!("cooperation:{id}"), id), "form", form.into());
    }
    let mut part = |id: &str, who: &str, what: &str, role: &str, status, basis| {
        let fact = toy.fact(id, &format!("company:{who} TAKES_PART_IN cooperation:{what}"));
        fact.properties = vec![(0, role.into())];
        (fact.status, fact.basis) = (status, basis);
    };
    use Basis::{Inferred, Stated};
    use Status::{Actual, Planned, UnderWay};
    part("1", "a", "one", "MANUFACTURER", Actual, Stated);
    part("2", "p", "one", "PRINCIPAL", Planned, Stated);
    part("3", "a", "two", "MANUFACTURER", Actual, Stated);
    part("4", "p", "two", "PRINCIPAL", UnderWay, Inferred);
    part("5", "q", "two", "PRINCIPAL", Actual, Stated);
    part("6", "q", "lab", "PRINCIPAL", Actual, Stated);
    part("7", "a", "lab", "MANUFACTURER", Actual, Stated);
    part("8", "a", "self", "MANUFACTURER", Actual, Stated);
    part("9", "a", "self", "PRINCIPAL", Actual, Stated);
    snapshot(toy.graph())
}

#[test]
fn a_shortcut_gives_each_neighbour_once_with_all_its_facts() {
    let contracts = contracts();
    let page = |id: &str, direction, edge| {
        let row = vec![EdgeSlot::Facts(vec![FactSlot::Id]), EdgeSlot::Status, EdgeSlot::Node(ids_only())];
        let plan = EdgesPage { row, edge, ..edges(makes_for(direction), with_total(first(9))) };
        page_of(slot(&contracts, id, Slot::Edges(plan), &latest()))
    };
    let all = page("company:a", Direction::Out, EdgeFilter::default());
    assert_eq!((found(&all), all.total), (vec!["company:p".to_owned(), "company:q".to_owned()], Some(2)));
    let fact = |id: &str| Datum::List(vec![Datum::Str(format!("fact:{id}").into())]);
    assert_eq!(all.items[0].row[0], Datum::List(["1", "2", "3", "4"].map(fact).into()));
    // Of p's two paths one is only planned: the stronger path tells.
    assert_eq!(all.items[0].row[1], Datum::Int(Status::UnderWay as i64));
    assert_eq!(all.items[1].row[1], Datum::Int(Status::Actual as i64));
    assert_eq!(all.items[0].keys[2], SortValue::Str("".into()));
    // The other way round the same edge.
    let back = page("company:p", Direction::In, EdgeFilter::default());
    assert_eq!(found(&back), ["company:a"]);
    assert_eq!(back.items[0].row[..2], all.items[0].row[..2]);
    // Status is the path's; a basis passes if some path has no other.
    let status = EdgeFilter { status: Some(StatusSet::from_iter([Status::Actual])), ..EdgeFilter::default() };
    assert_eq!(found(&page("company:a", Direction::Out, status)), ["company:q"]);
    let inferred = EdgeFilter { basis: Some(vec![Basis::Inferred]), ..EdgeFilter::default() };
    assert!(page("company:a", Direction::Out, inferred).items.is_empty());
    let stated = EdgeFilter { basis: Some(vec![Basis::Stated]), ..EdgeFilter::default() };
    assert_eq!(found(&page("company:a", Direction::Out, stated)), ["company:p", "company:q"]);
    // As a filter.
    let root = |direction| {
        let filter = related(makes_for(direction), Quantifier::Some, Filter::Ids(ids(&["company:a"])));
        entities(&["Company"], filter, Vec::new(), first(9))
    };
    assert_eq!(found(&page_of(run(&contracts, &root(Direction::In), &latest()).0)), ["company:p", "company:q"]);
    assert!(page_of(run(&contracts, &root(Direction::Out), &latest()).0).items.is_empty());
}
