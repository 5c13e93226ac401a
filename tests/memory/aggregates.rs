//! Aggregates of made-up lists, against their meaning read plainly and against each other.

use crate::ask::*;
use crate::naive::Naive;
use crate::random::{Dice, any_edge, any_filter, any_hop, any_view, graph};
use crate::toy::{ontology, prop};
use mdgraph::graph::{Decimal, NodeIx, StatusSet, Sum, Value};
use mdgraph::ontology::{Direction, RelId};
use mdgraph::plan::ir::*;
use mdgraph::plan::optimise::choose_anchor;
use mdgraph::store::Datum;
use mdgraph::store::memory::Snapshot;
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

fn any_slots(dice: &mut Dice, graph: &mdgraph::graph::Graph) -> Vec<AggregateSlot> {
    let by = GroupBy {
        relationship: RelId(dice.roll(ontology().relationships.len() as u64) as u16),
        direction: dice.one(&[Direction::Out, Direction::In]),
        status: dice.one(&[StatusSet::HELD, StatusSet::ALL]),
        up: dice.maybe(|dice| any_filter(dice, graph, 1)),
        total: true,
        unassigned: true,
        limit: dice.one(&[1, 1000]),
        sized: true,
        entity: ids_only(),
    };
    let property = dice.one(&["tags", "stage", "deviceClass", "size", "foundedOn"]);
    let number = dice.one(&["size", "capital"]);
    vec![
        AggregateSlot::Count,
        AggregateSlot::By(by),
        AggregateSlot::Values(GroupKey::Property(prop(property)), dice.one(&[2, 1000])),
        AggregateSlot::Values(GroupKey::Kind, 1000),
        AggregateSlot::Figures(prop(number)),
    ]
}

fn int(number: usize) -> Datum {
    Datum::Int(number as i64)
}

/// What the slots say of a list.
fn expected(naive: &Naive, listed: &BTreeSet<NodeIx>, slots: &[AggregateSlot]) -> Vec<Datum> {
    let graph = naive.graph;
    let values = |node: &NodeIx, id| match naive.property(graph.node(*node), id) {
        Some(Value::List(items)) => items.to_vec(),
        value => value.cloned().into_iter().collect(),
    };
    let groups = |by: &GroupBy, node: &NodeIx| {
        let hop = Hop::Edge(by.relationship, by.direction);
        let filter = EdgeFilter { status: Some(by.status), ..EdgeFilter::default() };
        let edges = naive.edges(*node, hop).into_iter().filter(|(_, paths)| naive.edge_passes(paths, hop, &filter));
        let ends = edges.flat_map(|(to, _)| match &by.up {
            None => BTreeSet::from([to]),
            Some(level) => naive.above(to).into_iter().filter(|above| naive.passes(*above, level)).collect(),
        });
        ends.collect::<BTreeSet<NodeIx>>()
    };
    let slot = |slot: &AggregateSlot| match slot {
        AggregateSlot::Count => int(listed.len()),
        AggregateSlot::By(by) => {
            let mut members: BTreeMap<NodeIx, usize> = BTreeMap::new();
            listed.iter().flat_map(|node| groups(by, node)).for_each(|group| *members.entry(group).or_default() += 1);
            let alone = listed.iter().filter(|node| groups(by, node).is_empty()).count();
            let total = members.len();
            let mut members: Vec<(NodeIx, usize)> = members.into_iter().collect();
            members.sort_by_key(|(group, count)| (Reverse(*count), graph.node(*group).id.clone()));
            let rows = members.into_iter().take(by.limit as usize).map(|(group, count)| {
                let it = graph.node(group);
                Datum::List(vec![int(count), Datum::Entity(it.kind, vec![Datum::Str(it.id.clone())])])
            });
            Datum::List(vec![int(total), int(alone), Datum::List(rows.collect())])
        }
        AggregateSlot::Values(key, limit) => {
            let mut counts: BTreeMap<(bool, Option<Value>), usize> = BTreeMap::new();
            for node in listed {
                let own: BTreeSet<Value> = match key {
                    GroupKey::Kind => [Value::from(&*ontology().kind(graph.node(*node).kind).constant)].into(),
                    GroupKey::Property(id) => values(node, *id).into_iter().collect(),
                };
                if own.is_empty() {
                    *counts.entry((true, None)).or_default() += 1;
                }
                own.into_iter().for_each(|value| *counts.entry((false, Some(value))).or_default() += 1);
            }
            let mut counts: Vec<_> = counts.into_iter().collect();
            counts.sort_by_key(|(_, count)| Reverse(*count));
            let text = |value: &Value| match value {
                Value::Int(number) => number.to_string(),
                Value::Date(date) => date.to_string(),
                other => other.as_str().expect("a text").to_owned(),
            };
            let rows = counts.iter().take(*limit as usize).map(|((_, value), count)| {
                let key = value.as_ref().map_or(Datum::Null, |value| Datum::Str(text(value).into()));
                Datum::List(vec![key, int(*count)])
            });
            Datum::List(rows.collect())
        }
        AggregateSlot::Figures(id) => {
            let numbers: Vec<Decimal> = listed
                .iter()
                .flat_map(|node| values(node, *id))
                .map(|value| match value {
                    Value::Int(number) => Decimal::whole(number).expect("a small number"),
                    Value::Decimal(number) => number,
                    other => panic!("{other:?} is no number"),
                })
                .collect();
            let mut sum = Sum::default();
            numbers.iter().for_each(|number| sum.add(*number));
            let end = |number: Option<&Decimal>| number.map_or(Datum::Null, |number| Datum::Decimal(*number));
            let sum = if numbers.is_empty() { Datum::Null } else { Datum::Sum(sum) };
            Datum::List(vec![int(numbers.len()), end(numbers.iter().min()), end(numbers.iter().max()), sum])
        }
    };
    slots.iter().map(slot).collect()
}

/// Groups of a single value part a list: their counts and what is in none add up to it. Others cover it.
fn check_sums(answer: &[Datum], single: bool) {
    let [Datum::Int(count), Datum::List(by), ..] = answer else { panic!("{answer:?}") };
    let [Datum::Int(total), Datum::Int(unassigned), Datum::List(groups)] = by.as_slice() else { panic!("{by:?}") };
    if groups.len() as i64 == *total {
        let members = |group: &Datum| match group {
            Datum::List(parts) => match parts.first() {
                Some(Datum::Int(members)) => *members,
                _ => panic!("{group:?}"),
            },
            _ => panic!("{group:?}"),
        };
        let sum = unassigned + groups.iter().map(members).sum::<i64>();
        assert!(if single { sum == *count } else { sum >= *count }, "{answer:?}");
    }
}

fn check_entities(dice: &mut Dice, snapshot: &Snapshot, view: &View) {
    let graph = snapshot.graph();
    let naive = Naive { graph, view };
    let of = dice.one(&[&["Company"][..], &["Company", "Hospital"], &["Region"]]);
    let filter = any_filter(dice, graph, 2);
    let passing = (0..graph.nodes.len() as u32).map(NodeIx).filter(|node| {
        kinds(of).contains(graph.node(*node).kind) && naive.is_seen(*node) && naive.passes(*node, &filter)
    });
    let listed: BTreeSet<NodeIx> = passing.collect();
    let slots = any_slots(dice, graph);
    let mut root = entities(of, filter, Vec::new(), first(dice.roll(3) as u32));
    let Root::Entities(plan) = &mut root else { unreachable!() };
    plan.aggregate = slots.clone();
    plan.page.total = dice.roll(2) == 0;
    plan.page.items = dice.roll(2) == 0;
    choose_anchor(&mut root, &graph.ontology, snapshot);
    let page = page_of(run(snapshot, &root, view).0);
    assert_eq!(page.aggregate, expected(&naive, &listed, &slots), "{root:#?} {view:?}");
    assert!(page.total.is_none_or(|total| total == listed.len() as u64));
    let AggregateSlot::By(by) = &slots[1] else { unreachable!() };
    let hop = Hop::Edge(by.relationship, by.direction);
    let single = by.up.is_none() && listed.iter().all(|node| naive.edges(*node, hop).len() < 2);
    check_sums(&page.aggregate, single);
}

fn check_edges(dice: &mut Dice, snapshot: &Snapshot, view: &View) {
    let graph = snapshot.graph();
    let naive = Naive { graph, view };
    let at = NodeIx(dice.roll(graph.nodes.len() as u64) as u32);
    if !naive.is_seen(at) {
        return;
    }
    let hop = any_hop(dice);
    let slots = any_slots(dice, graph);
    let plan = EdgesPage {
        edge: any_edge(dice, hop),
        node: any_filter(dice, graph, 1),
        aggregate: slots.clone(),
        ..edges(hop, first(1))
    };
    let passing = naive
        .edges(at, hop)
        .into_iter()
        .filter(|(to, paths)| naive.edge_passes(paths, hop, &plan.edge) && naive.passes(*to, &plan.node));
    let listed: BTreeSet<NodeIx> = passing.map(|(to, _)| to).collect();
    let page = page_of(slot(snapshot, &graph.node(at).id, Slot::Edges(plan.clone()), view));
    assert_eq!(page.aggregate, expected(&naive, &listed, &slots), "{plan:#?} {view:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn aggregates_are_those_of_the_naive_evaluator(seed in any::<u64>(), size in 2..40u64, plans in any::<u64>()) {
        let snapshot = snapshot(graph(seed, size));
        let dice = &mut Dice(plans);
        for _ in 0..12 {
            let view = any_view(dice);
            check_entities(dice, &snapshot, &view);
            check_edges(dice, &snapshot, &view);
        }
    }
}
