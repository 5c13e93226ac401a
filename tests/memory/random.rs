//! Made-up graphs and plans: the store against the naive evaluator, and pages that must meet each item once.

use crate::ask::*;
use crate::naive::Naive;
use crate::pages::walk;
use crate::toy::{Toy, dated, decimal, ontology, prop, set};
use mdgraph::graph::{Basis, Graph, NodeIx, Status, StatusSet, Value, When};
use mdgraph::ontology::{DerivedId, Direction, RelId};
use mdgraph::plan::ir::*;
use mdgraph::plan::optimise::choose_anchor;
use mdgraph::store::memory::Snapshot;
use proptest::prelude::*;
use std::sync::Arc;

/// Choices from one number: what proptest shrinks is how many there are of each.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize].clone()
    }
    pub fn maybe<T>(&mut self, of: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        (self.roll(2) == 0).then(|| of(self))
    }
}

pub const DAYS: [i32; 3] = [0, 20220701, 20240101];
const DATES: [&str; 5] = ["2021", "2022", "2022-06", "2022-06-18", "2024"];
const NAMES: [&str; 6] = ["威高", "威海", "达因", "Abbott", "abba", "威高集团"];
const TAGS: [&str; 3] = ["red", "blue", "re"];

fn when(dice: &mut Dice) -> Option<When> {
    dice.maybe(|dice| When::date(dice.one(&DATES).parse().unwrap()))
}

pub fn graph(seed: u64, size: u64) -> Graph {
    let dice = &mut Dice(seed);
    let mut toy = Toy::default();
    let prefixes = ["company", "hospital", "region", "product", "cooperation"];
    let mut ids: Vec<(&str, String)> = Vec::new();
    for i in 0..size {
        let prefix = dice.one(&prefixes);
        let id = format!("{prefix}:n{i}");
        let node = toy.node(&id, dice.one(&NAMES));
        node.known_from = dice.one(&DAYS);
        if prefix == "company" {
            dice.maybe(|dice| set(node, "size", Value::Int(dice.roll(3) as i64)));
            dice.maybe(|dice| set(node, "capital", decimal(dice.one(&["1", "1.5"]))));
            dice.maybe(|dice| set(node, "foundedOn", Value::Date(dice.one(&DATES).parse().unwrap())));
            dice.maybe(|dice| set(node, "code", format!("C{i}-{}", dice.roll(2)).as_str().into()));
            dice.maybe(|dice| {
                let tags: Vec<Value> = (0..dice.roll(3)).map(|_| Value::from(dice.one(&TAGS))).collect();
                set(node, "tags", Value::List(tags.into()));
            });
            for _ in 0..dice.roll(3) {
                let since = dice.maybe(|dice| dice.one(&DATES));
                dated(node, "stage", dice.one(&["PLANNED", "OPERATING"]), since, None, dice.one(&DAYS));
            }
            dice.maybe(|dice| {
                let known = node.known_from.max(dice.one(&DAYS));
                node.properties_known = node.properties.iter().map(|(p, _)| (*p, known)).collect();
            });
        }
        if prefix == "product" {
            dice.maybe(|dice| set(node, "deviceClass", (dice.one(&["II", "III"])).into()));
        }
        if prefix == "cooperation" {
            dice.maybe(|dice| set(node, "form", (dice.one(&["CONTRACT", "RESEARCH"])).into()));
        }
        ids.push((prefix, id));
    }
    let known: std::collections::HashMap<String, i32> =
        toy.nodes.iter().map(|node| (node.id.to_string(), node.known_from)).collect();
    let joins = [
        ("company", "MAKES", "product"),
        ("company", "TAKES_PART_IN", "cooperation"),
        ("company", "TAKES_PART_IN", "cooperation"),
        ("company", "LOCATED_IN", "region"),
        ("hospital", "LOCATED_IN", "region"),
        ("region", "PART_OF", "region"),
        ("company", "PART_OF", "company"),
        ("hospital", "PART_OF", "company"),
        ("", "SAME_AS", ""),
    ];
    for i in 0..size * 4 {
        let (from, relationship, to) = dice.one(&joins);
        let of = |prefix: &str| ids.iter().filter(|(p, _)| prefix.is_empty() || *p == prefix).collect::<Vec<_>>();
        let (subjects, objects) = (of(from), of(to));
        if subjects.is_empty() || objects.is_empty() {
            continue;
        }
        let ((_, subject), (_, object)) = (dice.one(&subjects), dice.one(&objects));
        let fact = toy.fact(&format!("{:04x}", dice.roll(4) * 4096 + i), &format!("{subject} {relationship} {object}"));
        fact.status = dice.one(&Status::ALL[2..]);
        fact.basis = dice.one(&Basis::ALL);
        (fact.since, fact.until) = (when(dice), when(dice));
        // Ingest sees to it that a fact's ends are seen whenever it is.
        fact.known_from = (dice.one(&DAYS)).max(known[subject]).max(known[object]);
        match relationship {
            "TAKES_PART_IN" => fact.properties = vec![(0, (dice.one(&["MANUFACTURER", "PRINCIPAL"])).into())],
            "MAKES" => {
                dice.maybe(|dice| fact.properties = vec![(0, (dice.one(&TAGS)).into())]);
            }
            _ => {}
        }
        if dice.roll(6) == 0 && fact.known_from < 20240101 {
            fact.known_to = 20240101;
        }
    }
    toy.retired("company:old", &ids[0].1);
    toy.graph()
}

pub fn any_view(dice: &mut Dice) -> View {
    let valid = dice.maybe(|dice| dice.one(&DATES).parse().unwrap());
    let known = dice.maybe(|dice| dice.one(&["2021", "2022-07", "2025"]).parse().unwrap());
    View::new(valid, known)
}

pub fn any_hop(dice: &mut Dice) -> Hop {
    let direction = dice.one(&[Direction::Out, Direction::In]);
    match dice.roll(4) {
        0 => Hop::Derived(DerivedId(0), direction),
        _ => Hop::Edge(RelId(dice.roll(ontology().relationships.len() as u64) as u16), direction),
    }
}

fn any_test(dice: &mut Dice, values: &[Value]) -> Test {
    let value = dice.one(values).clone();
    let date = || DATES[2].parse().unwrap();
    match dice.roll(9) {
        0 => Test::NotIn(vec![value]),
        1 => Test::IsNull(dice.roll(2) == 0),
        2 => Test::Gte(value),
        3 => Test::Lt(value),
        4 => Test::StartsWith("re".into()),
        5 => dice.one(&[Test::During("2022".parse().unwrap()), Test::Before(date()), Test::After(date())]),
        _ => Test::In(vec![value]),
    }
}

pub fn any_edge(dice: &mut Dice, hop: Hop) -> EdgeFilter {
    let making = Hop::Edge(crate::toy::rel("MAKES"), Direction::Out);
    EdgeFilter {
        status: (dice.roll(3) == 0).then_some(StatusSet::HELD),
        basis: (dice.roll(4) == 0).then(|| vec![dice.one(&Basis::ALL), Basis::Stated]),
        properties: match hop == making && dice.roll(2) == 0 {
            true => vec![(0, any_test(dice, &TAGS.map(Value::from)))],
            false => Vec::new(),
        },
    }
}

pub fn any_filter(dice: &mut Dice, graph: &Graph, depth: u32) -> Filter {
    let id = |dice: &mut Dice| match dice.roll(8) {
        0 => Arc::from("company:old"),
        _ => dice.one(&graph.nodes).id,
    };
    let parts = |dice: &mut Dice| (0..dice.roll(3)).map(|_| any_filter(dice, graph, depth - 1)).collect();
    match dice.roll(if depth == 0 { 6 } else { 12 }) {
        0 => Filter::TRUE,
        1 => Filter::Ids(vec![id(dice), id(dice)]),
        2 => Filter::Within(vec![id(dice)]),
        3 => Filter::Name(
            dice.one(&[text("威高"), Test::Contains("ab".into()), Test::NotIn(vec!["abba".into()])]).clone(),
        ),
        4 => {
            let values = TAGS.map(Value::from);
            Filter::Property(prop(dice.one(&["tags", "stage", "deviceClass", "code"])), any_test(dice, &values))
        }
        5 => {
            let (name, value) = dice.one(&[
                ("size", Value::Int(1)),
                ("capital", decimal("1.5")),
                ("foundedOn", Value::Date(DATES[1].parse().unwrap())),
                ("stage", "PLANNED".into()),
                ("deviceClass", "III".into()),
            ]);
            Filter::Property(prop(name), any_test(dice, &[value]))
        }
        6 => Filter::Not(Box::new(any_filter(dice, graph, depth - 1))),
        7 => Filter::Or(parts(dice)),
        8 => Filter::And(parts(dice)),
        9 => Filter::Cited(Box::new(any_filter(dice, graph, 0))),
        _ => {
            let hop = any_hop(dice);
            let quantifier = dice.one(&[Quantifier::Some, Quantifier::None, Quantifier::Every]);
            let node = Box::new(any_filter(dice, graph, depth - 1));
            Filter::Related { hop, quantifier, edge: any_edge(dice, hop), node }
        }
    }
}

fn any_order(dice: &mut Dice) -> Vec<EntityOrder> {
    let keys = ["size", "foundedOn", "stage", "capital"].map(|name| EntityKey::Property(prop(name)));
    (0..dice.roll(3))
        .map(|_| match dice.roll(6) {
            0 => by(EntityKey::Name, dice.roll(2) == 0),
            1 => by(EntityKey::Degree, dice.roll(2) == 0),
            2 => by(EntityKey::Related(any_hop(dice), RelatedKey::Count), dice.roll(2) == 0),
            3 => by(EntityKey::Related(any_hop(dice), RelatedKey::Name), dice.roll(2) == 0),
            _ => by(dice.one(&keys), dice.roll(2) == 0),
        })
        .collect()
}

fn id_of(graph: &Graph, node: NodeIx) -> String {
    graph.node(node).id.to_string()
}

/// A page of entities from every anchor that the optimiser may choose, walked, counted, and compared with the naive one.
fn check_entities(dice: &mut Dice, snapshot: &Snapshot, view: &View) {
    let graph = snapshot.graph();
    let of = dice.one(&[&["Company"][..], &["Company", "Hospital"], &["Region"], &["Product", "Company"]]);
    let (filter, order) = (any_filter(dice, graph, 2), any_order(dice));
    let naive = Naive { graph, view };
    let passing = (0..graph.nodes.len() as u32).map(NodeIx).filter(|node| {
        kinds(of).contains(graph.node(*node).kind) && naive.is_seen(*node) && naive.passes(*node, &filter)
    });
    let expected = naive.sorted(passing.collect(), &order);
    let expected: Vec<String> = expected.into_iter().map(|node| id_of(graph, node)).collect();
    let mut root = entities(of, filter, order, with_total(first(1000)));
    let scanned = page_of(run(snapshot, &root, view).0);
    assert_eq!(found(&scanned), expected, "{root:#?} {view:?}");
    assert_eq!(scanned.total, Some(expected.len() as u64));
    for part in [with_total(first(1000)), first(1000), first(2)] {
        let Root::Entities(page) = &mut root else { unreachable!() };
        page.page = part;
        choose_anchor(&mut root, &graph.ontology, snapshot);
        let limit = if matches!(&root, Root::Entities(p) if p.page.limit == 2) { 2 } else { 1000 };
        let page = page_of(run(snapshot, &root, view).0);
        assert_eq!(found(&page), expected[..expected.len().min(limit)], "{root:#?} {view:?}");
        assert_eq!(page.more, expected.len() > limit);
    }
    let places: Vec<_> = scanned.items.into_iter().map(|item| item.keys).collect();
    let Root::Entities(plan) = &root else { unreachable!() };
    let ask = |page| page_of(run(snapshot, &Root::Entities(EntitiesPage { page, ..plan.clone() }), view).0);
    for walked in walk(1 + dice.roll(3) as u32, ask) {
        assert_eq!(walked, places, "{root:#?} {view:?}");
    }
}

fn check_edges(dice: &mut Dice, snapshot: &Snapshot, view: &View) {
    let graph = snapshot.graph();
    let naive = Naive { graph, view };
    let at = NodeIx(dice.roll(graph.nodes.len() as u64) as u32);
    if !naive.is_seen(at) {
        return;
    }
    let hop = any_hop(dice);
    let plan = EdgesPage {
        edge: any_edge(dice, hop),
        node: any_filter(dice, graph, 1),
        order: any_order(dice),
        ..edges(hop, with_total(first(1000)))
    };
    let ask = |page| page_of(slot(snapshot, &id_of(graph, at), Slot::Edges(EdgesPage { page, ..plan.clone() }), view));
    let all = ask(with_total(first(1000)));
    let passing: Vec<NodeIx> = naive
        .edges(at, hop)
        .iter()
        .filter(|(to, paths)| naive.edge_passes(paths, hop, &plan.edge) && naive.passes(*to, &plan.node))
        .map(|(to, _)| *to)
        .collect();
    let expected: Vec<String> = naive.sorted(passing, &plan.order).into_iter().map(|n| id_of(graph, n)).collect();
    assert_eq!(found(&all), expected, "{plan:#?} {view:?}");
    assert_eq!(all.total, Some(expected.len() as u64));
    let places: Vec<_> = all.items.into_iter().map(|item| item.keys).collect();
    for walked in walk(1 + dice.roll(3) as u32, ask) {
        assert_eq!(walked, places, "{plan:#?} {view:?}");
    }
}

/// Pages without filters: edges of any relationship, and facts.
fn check_tables(dice: &mut Dice, snapshot: &Snapshot, view: &View) {
    let graph = snapshot.graph();
    let naive = Naive { graph, view };
    let at = dice.one(&graph.nodes);
    let ix = graph.find(&at.id).unwrap();
    if !naive.is_seen(ix) {
        return;
    }
    let degree = slot(snapshot, &at.id, Slot::Degree, view);
    assert_eq!(degree, mdgraph::store::Datum::Int(naive.degree(ix)));
    let related =
        |page| page_of(slot(snapshot, &at.id, Slot::Related(RelatedPage { page, ..all_related(first(1)) }), view));
    let all = related(with_total(first(1000)));
    assert_eq!(all.groups.iter().map(|group| group.3).sum::<u64>(), all.total.unwrap());
    let places: Vec<_> = all.items.into_iter().map(|item| item.keys).collect();
    assert!(places.is_sorted_by(|a, b| a < b));
    for walked in walk(1 + dice.roll(3) as u32, related) {
        assert_eq!(walked, places);
    }
    let facts = |page| {
        let row = vec![FactSlot::Id];
        let plan = FactsPage { filter: FactFilter::default(), order: Vec::new(), page, row };
        page_of(slot(snapshot, &at.id, Slot::Facts(plan), view))
    };
    let all = facts(with_total(first(1000)));
    let about = graph.facts.iter().filter(|fact| {
        (fact.subject == ix || fact.object == ix)
            && fact.known_from <= view.known
            && fact.valid_from() <= view.valid_to
            && fact.valid_to() >= view.valid_from
    });
    assert_eq!(all.total, Some(about.count() as u64));
    let places: Vec<_> = all.items.into_iter().map(|item| item.keys).collect();
    assert!(places.is_sorted_by(|a, b| a < b));
    for walked in walk(1 + dice.roll(3) as u32, facts) {
        assert_eq!(walked, places);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_agrees_with_the_naive_evaluator(seed in any::<u64>(), size in 2..40u64, plans in any::<u64>()) {
        let snapshot = snapshot(graph(seed, size));
        let dice = &mut Dice(plans);
        for _ in 0..12 {
            let view = any_view(dice);
            check_entities(dice, &snapshot, &view);
            check_edges(dice, &snapshot, &view);
            check_tables(dice, &snapshot, &view);
        }
    }
}
