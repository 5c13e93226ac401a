//! How much is looked at, on ten thousand companies: the anchor decides, and reading stops when the page is full.

use crate::ask::*;
use crate::toy::{Toy, rel, set};
use mdgraph::graph::{Graph, Value};
use mdgraph::ontology::Direction;
use mdgraph::plan::budget::{DEFAULT_LIMIT, cost};
use mdgraph::plan::explain::explain;
use mdgraph::plan::ir::*;
use mdgraph::plan::optimise::choose_anchor;
use mdgraph::store::Work;
use mdgraph::store::memory::Snapshot;
use std::sync::OnceLock;

const COMPANIES: usize = 10_000;

/// Ten thousand companies in fifty regions of one province; each makes three of five hundred products, of which five are class III.
fn industry() -> Graph {
    let mut toy = Toy::default();
    toy.node("region:province", "Province");
    for i in 0..50 {
        toy.node(&format!("region:r{i:02}"), &format!("Region {i:02}"));
        toy.fact(&format!("p{i}"), &format!("region:r{i:02} PART_OF region:province"));
    }
    for i in 0..500 {
        let class = if i % 100 == 0 { "III" } else { "II" };
        set(toy.node(&format!("product:p{i:03}"), &format!("Product {i}")), "deviceClass", class.into());
    }
    for i in 0..COMPANIES {
        let id = format!("company:c{i:05}");
        let node = toy.node(&id, &format!("Company {:05}", (i * 7919) % COMPANIES));
        set(node, "code", format!("CODE{i}").as_str().into());
        set(node, "foundedOn", Value::Date(format!("{}", 1950 + i % 70).parse().unwrap()));
        set(node, "size", Value::Int((i % 97) as i64));
        toy.fact(&format!("l{i}"), &format!("{id} LOCATED_IN region:r{:02}", i % 50));
        for k in 0..3 {
            toy.fact(&format!("m{i}-{k}"), &format!("{id} MAKES product:p{:03}", (i * 3 + k * 167) % 500));
        }
    }
    toy.graph()
}

fn shared() -> &'static Snapshot {
    static INDUSTRY: OnceLock<Snapshot> = OnceLock::new();
    INDUSTRY.get_or_init(|| snapshot(industry()))
}

/// Runs a page of companies as optimised: how many there were, the work, and the anchor as explained.
fn ask(filter: Filter, order: Vec<EntityOrder>, page: PageArgs) -> (usize, Work, String) {
    let mut root = entities(&["Company"], filter, order, page);
    choose_anchor(&mut root, &shared().graph().ontology, shared());
    let (datum, work) = run(shared(), &root, &latest());
    let plan = explain(&root, &latest(), &shared().graph().ontology);
    let anchor = plan.lines().find_map(|line| line.trim().strip_prefix("anchor ")).expect("an anchor").to_owned();
    (page_of(datum).items.len(), work, anchor)
}

#[test]
fn a_unique_key_looks_at_one() {
    let (found, work, anchor) = ask(has("code", text("CODE4711")), vec![], with_total(first(20)));
    assert_eq!((found, anchor.as_str()), (1, "code = [\"CODE4711\"]"));
    assert!(work.nodes <= 3 && work.edges == 0, "{work:?}");
}

#[test]
fn an_indexed_property_looks_at_those_that_have_it() {
    let filter = has("foundedOn", Test::In(vec![Value::Date("1999".parse().unwrap())]));
    let (found, work, anchor) = ask(filter, by_property("size", true), with_total(first(20)));
    assert_eq!((found, anchor.as_str()), (20, "foundedOn = [1999]"));
    assert!(work.nodes <= 143 + 20, "{work:?}");
}

#[test]
fn a_relation_starts_at_its_selective_end() {
    // 60 companies make each product: 300 make one of class III.
    let class = has("deviceClass", text("III"));
    let (found, work, anchor) = ask(related(out("MAKES"), Quantifier::Some, class), vec![], with_total(first(20)));
    assert_eq!((found, anchor.as_str()), (20, "back over -MAKES-> from Product (deviceClass = [\"III\"])"));
    assert!(work.nodes <= 5 + 300 + 20 && work.edges <= 300 + 900, "{work:?}");
    let one = Filter::Ids(ids(&["product:p100"]));
    let (_, work, _) = ask(related(out("MAKES"), Quantifier::Some, one), vec![], with_total(first(20)));
    assert!(work.nodes <= 1 + 60 + 20 && work.edges <= 60 + 180, "{work:?}");
}

#[test]
fn a_relation_of_a_relation_starts_at_the_far_end() {
    let makers_in = related(back("MAKES"), Quantifier::Some, Filter::Ids(ids(&["company:c00001"])));
    let (found, work, anchor) = ask(related(out("MAKES"), Quantifier::Some, makers_in), vec![], with_total(first(5)));
    assert_eq!(found, 5);
    assert!(anchor.starts_with("back over -MAKES-> from Product (back over <-MAKES- from Company"), "{anchor}");
    assert!(work.nodes < 400 && work.edges < 20_000, "{anchor} {work:?}");
}

#[test]
fn within_a_region_looks_at_the_region() {
    let (found, work, anchor) = ask(Filter::Within(ids(&["region:r07"])), by_property("size", true), first(20));
    assert_eq!((found, anchor.as_str()), (20, "within [region:r07]"));
    // Collected once as the anchor, tested by climbing at first, then collected for the test.
    assert!(work.nodes <= 201 + 20 && work.edges <= 201 + 64 + 201, "{work:?}");
}

#[test]
fn a_place_within_a_region_looks_at_the_region() {
    let there = related(out("LOCATED_IN"), Quantifier::Some, Filter::Within(ids(&["region:r07"])));
    let (found, work, anchor) = ask(there, by_property("size", true), with_total(first(20)));
    assert_eq!((found, anchor.as_str()), (20, "back over -LOCATED_IN-> from Region (within [region:r07])"));
    assert!(work.nodes <= 201 + 20 + 20 && work.edges <= 4 * 201, "{work:?}");
}

#[test]
fn an_order_is_read_until_the_page_is_full() {
    for order in [vec![], by_property("foundedOn", true), vec![by(EntityKey::Degree, true)]] {
        let (found, work, anchor) = ask(Filter::TRUE, order.clone(), with_total(first(20)));
        assert_eq!((found, anchor.as_str()), (20, "walk the order"));
        assert!(work.nodes <= 21 + 20 && work.edges == 0, "{order:?} {work:?}");
    }
    // Half of all pass: the walk is short.
    let half = has("size", Test::Gt(Value::Int(48)));
    let (_, work, anchor) = ask(half, vec![], first(20));
    assert_eq!(anchor, "walk the order");
    assert!(work.nodes <= 100, "{work:?}");
    // A whole province is no selective end.
    let (_, work, anchor) = ask(Filter::Within(ids(&["region:province"])), vec![], first(20));
    assert_eq!(anchor, "walk the order");
    assert!(work.nodes <= 41 && work.edges <= 200, "{work:?}");
}

#[test]
fn a_page_of_edges_stops_too() {
    let located = edges(back("LOCATED_IN"), first(20));
    let root =
        Root::ByIds { ids: ids(&["region:r07"]), kinds: kinds(&["Region"]), entity: row(vec![Slot::Edges(located)]) };
    let (_, work) = run(shared(), &root, &latest());
    assert!(work.nodes <= 21 && work.edges <= 21, "{work:?}");
}

#[test]
fn what_a_request_may_cost() {
    let page = |size, entity| {
        let row = vec![EdgeSlot::Node(entity)];
        Slot::Edges(EdgesPage { row, ..edges(Hop::Edge(rel("MAKES"), Direction::Out), first(size)) })
    };
    let entity = |slots| Root::ByIds { ids: ids(&["company:c00001"]), kinds: kinds(&["Company"]), entity: row(slots) };
    let twenty = || page(20, ids_only());
    assert_eq!(cost(&entity(vec![twenty(), twenty(), twenty()])), 64);
    let list = |size, slots| {
        let mut root = entities(&["Company"], Filter::TRUE, vec![], first(size));
        if let Root::Entities(page) = &mut root {
            page.entity = row(slots);
        }
        cost(&root)
    };
    assert_eq!(list(20, vec![twenty(), twenty(), twenty()]), 1 + 20 * 64);
    assert!(list(20, vec![page(20, row(vec![page(5, ids_only())]))]) < DEFAULT_LIMIT);
    assert!(list(100, vec![page(100, row(vec![page(100, row(vec![page(100, ids_only())]))]))]) > DEFAULT_LIMIT);
    let relations = related(out("MAKES"), Quantifier::Some, related(back("MAKES"), Quantifier::Some, Filter::TRUE));
    assert_eq!(
        cost(&entities(&["Company"], relations, vec![by(EntityKey::Degree, true)], first(20))),
        1 + 20 + 110 + 10
    );
}

#[test]
fn what_is_not_sized_is_priced_as_usual_and_never_below_a_fortieth_of_all() {
    let unsized_page = PageArgs { sized: false, ..first(20) };
    let related = |slots| {
        let row = vec![EdgeSlot::Node(row(slots))];
        Slot::Edges(EdgesPage { row, page: unsized_page.clone(), ..edges(out("MAKES"), first(20)) })
    };
    let list = |slots| {
        let mut root = entities(&["Company"], Filter::TRUE, vec![], unsized_page.clone());
        if let Root::Entities(page) = &mut root {
            page.entity = row(slots);
        }
        cost(&root)
    };
    // At the root a page is taken to be full.
    assert_eq!(list(vec![]), 21);
    assert_eq!(list(vec![related(vec![])]), 1 + 20 * (1 + 1 + 5));
    let three = || related(vec![related(vec![related(vec![])])]);
    assert_eq!(list(vec![three()]), (1 + 20 * (1 + 1 + 20 * (1 + 1 + 20 * (1 + 1 + 20)))) / 40);
    assert!(list(vec![three()]) < DEFAULT_LIMIT);
    assert!(list(vec![three(), three()]) > DEFAULT_LIMIT);
    assert!(list(vec![related(vec![three()])]) > DEFAULT_LIMIT);
    let citations = |limit| Slot::Sources(limit, vec![CitationSlot::Document(row(vec![related(vec![])]))]);
    assert_eq!(list(vec![citations(100)]), 1 + 20 * (1 + 1 + 3 * 6));
    assert_eq!(list(vec![citations(1)]), 1 + 20 * (1 + 1 + 6));
}

#[test]
fn long_lists_are_paid() {
    let page = |filter| cost(&entities(&["Company"], filter, vec![], first(20)));
    let many = |count| (0..count).map(|i| format!("company:c{i}").into()).collect::<Vec<std::sync::Arc<str>>>();
    let values = |count| many(count).into_iter().map(Value::Str).collect();
    assert_eq!(page(Filter::Ids(many(9))), 21);
    assert_eq!(page(Filter::Ids(many(1_000))), 21 + 100);
    assert_eq!(page(Filter::Name(Test::In(values(1_000)))), 21 + 100);
    assert_eq!(page(has("code", Test::NotIn(values(1_000)))), 21 + 100);
    assert_eq!(page(Filter::Or(vec![has("code", text("A")); 1_000])), 21 + 100);
    // Inside a relation it is gone through for each neighbour.
    assert_eq!(page(related(out("MAKES"), Quantifier::Some, Filter::Ids(many(1_000)))), 21 + 10 * 101);
}

#[test]
fn what_is_beyond_a_page_is_looked_at_only_where_that_is_asked() {
    let looked_at = |more| ask(Filter::TRUE, vec![], PageArgs { more, ..first(20) }).1.nodes;
    // The one that tells that there is more.
    assert_eq!(looked_at(true) - looked_at(false), 1);
}
