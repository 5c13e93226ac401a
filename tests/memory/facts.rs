//! Facts of everything: the store against the operators' comments written out plainly, on made-up graphs.

use crate::ask::*;
use crate::naive::Naive;
use crate::pages::walk;
use crate::random::{DAYS, Dice, any_filter, any_view, graph};
use crate::toy::{citation, prop, set};
use mdgraph::graph::{Basis, Fact, Graph, NodeIx, Status, StatusSet, Value};
use mdgraph::ontology::RelId;
use mdgraph::plan::ir::*;
use mdgraph::plan::optimise::choose_anchor;
use mdgraph::store::Datum;
use mdgraph::store::memory::Snapshot;
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A made-up graph whose facts are cited and contradicted, and whose regions stand at levels.
fn cited(seed: u64, size: u64) -> Graph {
    let mut graph = graph(seed, size);
    let dice = &mut Dice(seed ^ 0xfac7);
    let nodes = graph.nodes.len() as u64;
    for fact in &mut graph.facts {
        let cited: BTreeSet<u64> = (0..dice.roll(3)).map(|_| dice.roll(nodes)).collect();
        fact.citations = cited.into_iter().map(|node| citation(NodeIx(node as u32), "一")).collect();
        fact.conflicting_from = (dice.roll(3) == 0).then(|| dice.one(&DAYS).max(fact.known_from));
    }
    for node in graph.nodes.iter_mut().filter(|node| node.id.starts_with("region:")) {
        dice.maybe(|dice| set(node, "level", dice.one(&["CITY", "METROPOLIS", "COUNTY"]).into()));
    }
    graph
}

fn any_fact_filter(dice: &mut Dice, graph: &Graph) -> FactFilter {
    let relationships = graph.ontology.relationships.len() as u64;
    let some = |dice: &mut Dice| match dice.roll(4) {
        0 => any_filter(dice, graph, 1),
        1 => Filter::Ids(vec![dice.one(&graph.nodes).id, dice.one(&graph.nodes).id]),
        _ => Filter::TRUE,
    };
    let truth = |dice: &mut Dice, one_in| (dice.roll(one_in) == 0).then(|| dice.roll(2) == 0);
    FactFilter {
        relationships: (dice.roll(3) == 0).then(|| {
            let all: BTreeSet<RelId> = (0..dice.roll(4)).map(|_| RelId(dice.roll(relationships) as u16)).collect();
            all.into_iter().collect()
        }),
        status: match dice.roll(3) {
            0 => StatusSet::HELD,
            1 => [Status::Planned, Status::Actual].into_iter().collect(),
            _ => StatusSet::ALL,
        },
        basis: (dice.roll(4) == 0).then(|| vec![dice.one(&Basis::ALL)]),
        document: some(dice),
        subject: some(dice),
        object: some(dice),
        places_differ: truth(dice, 3),
        conflicting: truth(dice, 4),
    }
}

fn any_fact_order(dice: &mut Dice) -> Vec<FactOrder> {
    let keys = [FactKey::Since, FactKey::Known, FactKey::Relationship, FactKey::Subject, FactKey::Object];
    (0..dice.roll(3)).map(|_| FactOrder { key: dice.one(&keys), descending: dice.roll(2) == 0 }).collect()
}

fn passes(naive: &Naive<'_>, fact: &Fact, filter: &FactFilter) -> bool {
    let (graph, view) = (naive.graph, naive.view);
    let listed = fact.known_from <= view.known
        && fact.valid_from() <= view.valid_to
        && fact.valid_to() >= view.valid_from
        && filter.relationships.as_ref().is_none_or(|set| set.contains(&fact.relationship));
    let cited = || {
        let mut seen = fact.citations.iter().map(|citation| citation.document).filter(|node| naive.is_seen(*node));
        filter.document.is_true() || seen.any(|document| naive.passes(document, &filter.document))
    };
    let conflicting = fact.conflicting_from.is_some_and(|day| day <= view.known);
    let places = |node: NodeIx| -> BTreeSet<NodeIx> {
        let cities = [Value::from("CITY"), Value::from("METROPOLIS")];
        let level = |node: &NodeIx| naive.property(graph.node(*node), prop("level"));
        let stands = |node: &NodeIx| level(node).is_some_and(|level| cities.contains(level));
        naive.above(node).into_iter().filter(stands).collect()
    };
    let differ = || {
        let (a, b) = (places(fact.subject), places(fact.object));
        (!a.is_empty() && !b.is_empty()).then(|| a.is_disjoint(&b))
    };
    listed
        && filter.status.contains(fact.status)
        && filter.basis.as_ref().is_none_or(|set| set.contains(&fact.basis))
        && filter.conflicting.is_none_or(|wanted| wanted == conflicting)
        && naive.passes(fact.subject, &filter.subject)
        && naive.passes(fact.object, &filter.object)
        && cited()
        && filter.places_differ.is_none_or(|wanted| differ() == Some(wanted))
}

fn compare(graph: &Graph, a: &Fact, b: &Fact, order: &[FactOrder]) -> Ordering {
    let name = |node| &graph.node(node).sort_name;
    let kind = |fact: &Fact| graph.ontology.relationship(fact.relationship).name.clone();
    let since = |fact: &Fact| fact.since.as_ref().and_then(|since| since.earliest).map(|date| date.code());
    let usual = [FactOrder { key: FactKey::Relationship, descending: false }];
    let order = if order.is_empty() { &usual } else { order };
    for FactOrder { key, descending } in order {
        let way = |ordering: Ordering| if *descending { ordering.reverse() } else { ordering };
        let ordering = match key {
            FactKey::Since => match (since(a), since(b)) {
                (Some(x), Some(y)) => way(x.cmp(&y)),
                (x, y) => x.is_none().cmp(&y.is_none()),
            },
            FactKey::Known => way(a.known_from.cmp(&b.known_from)),
            FactKey::Relationship => way(kind(a).cmp(&kind(b))),
            FactKey::Subject => way(name(a.subject).cmp(name(b.subject))),
            FactKey::Object => way(name(a.object).cmp(name(b.object))),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    let last = order.last().is_some_and(|by| by.descending);
    if last { b.id.cmp(&a.id) } else { a.id.cmp(&b.id) }
}

/// A page of facts from the anchor that the optimiser chooses and from a scan, walked, counted, and compared with the naive one.
fn check(dice: &mut Dice, snapshot: &Snapshot, view: &View) {
    let graph = snapshot.graph();
    let (filter, order) = (any_fact_filter(dice, graph), any_fact_order(dice));
    let naive = Naive { graph, view };
    let mut passing: Vec<&Fact> = graph.facts.iter().filter(|fact| passes(&naive, fact, &filter)).collect();
    passing.sort_by(|a, b| compare(graph, a, b, &order));
    let expected: Vec<&str> = passing.iter().map(|fact| &*fact.id).collect();
    let facts = FactsPage { filter, order, page: with_total(first(1000)), row: vec![FactSlot::Id] };
    let mut root = Root::Facts { anchor: FactAnchor::Scan, facts: facts.clone() };
    let scanned = page_of(run(snapshot, &root, view).0);
    assert_eq!(found(&scanned), expected, "{root:#?} {view:?}");
    assert_eq!(scanned.total, Some(expected.len() as u64));
    for part in [with_total(first(1000)), first(1000), first(2), PageArgs { items: false, ..with_total(first(2)) }] {
        let Root::Facts { facts, .. } = &mut root else { unreachable!() };
        facts.page = part.clone();
        choose_anchor(&mut root, &graph.ontology, snapshot);
        let limit = if part.items { part.limit as usize } else { 0 };
        let page = page_of(run(snapshot, &root, view).0);
        assert_eq!(found(&page), expected[..expected.len().min(limit)], "{root:#?} {view:?}");
        assert_eq!(page.total, part.total.then_some(expected.len() as u64));
    }
    let Root::Facts { anchor, .. } = &root else { unreachable!() };
    let ask = |page| {
        let root = Root::Facts { anchor: anchor.clone(), facts: FactsPage { page, ..facts.clone() } };
        page_of(run(snapshot, &root, view).0)
    };
    let places: Vec<_> = scanned.items.into_iter().map(|item| item.keys).collect();
    for walked in walk(1 + dice.roll(3) as u32, ask) {
        assert_eq!(walked, places, "{facts:#?} {view:?}");
    }
    let one = dice.one(&graph.facts);
    let by_id = Root::Fact { id: one.id.clone(), fact: vec![FactSlot::Id] };
    let listed = passes(&naive, &one, &FactFilter::default());
    let expected = if listed { Datum::List(vec![Datum::Str(one.id.clone())]) } else { Datum::Null };
    assert_eq!(run(snapshot, &by_id, view).0, expected);
}

/// A dozen pages of a made-up graph.
fn pages_agree(seed: u64, size: u64, plans: u64) {
    let graph = cited(seed, size);
    if graph.facts.is_empty() {
        return;
    }
    let snapshot = snapshot(graph);
    let dice = &mut Dice(plans);
    for _ in 0..12 {
        let view = any_view(dice);
        check(dice, &snapshot, &view);
    }
}

/// What random cases found once.
#[test]
fn pages_of_facts_that_once_disagreed() {
    pages_agree(1368181612115364311, 15, 12545072044721276299);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pages_of_facts_agree_with_the_naive_evaluator(seed in any::<u64>(), size in 2..40u64, plans in any::<u64>()) {
        pages_agree(seed, size, plans);
    }
}
