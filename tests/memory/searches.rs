//! Searches against what `docs/search.md` says, worked out anew for every key of every entity.

use crate::ask::*;
use crate::pages::walk;
use crate::toy::Toy;
use mdgraph::graph::{Graph, naming};
use mdgraph::plan::ir::*;
use mdgraph::store::{Datum, Page};
use proptest::prelude::*;
use std::cmp::Reverse;

/// Longest common subsequence.
fn common(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

/// Characters that have to be left out of either.
fn apart(a: &[char], b: &[char]) -> usize {
    a.len().max(b.len()) - common(a, b)
}

/// The fewest slips, if every block has one at most.
fn slips(text: &[char], key: &[char]) -> Option<usize> {
    let block = match key.len() {
        4..=7 => return Some(apart(text, key)).filter(|slips| *slips <= 1),
        8..=32 => key.len() / 2,
        _ => return None,
    };
    let cuts = (0..=text.len()).map(|at| [apart(&text[..at], &key[..block]), apart(&text[at..], &key[block..])]);
    cuts.filter(|slips| slips.iter().all(|slips| *slips <= 1)).map(|slips| slips.iter().sum()).min()
}

/// The points of a match.
fn points(text: &str, key: &str, field: &str) -> Option<i64> {
    let [text_chars, key_chars] = [text, key].map(|t| t.chars().collect::<Vec<_>>());
    let is_spelt = field != "initials";
    Some(match () {
        () if text.is_empty() => return None,
        () if text == key => 5,
        () if key.starts_with(text) => 4,
        () if is_spelt && key.contains(text) => 3,
        () if is_spelt && text_chars.len() >= 4 => 3 - slips(&text_chars, &key_chars)? as i64,
        () => return None,
    })
}

type Row = (i64, String, String, String);

/// Rank, id, value and field of all that is found, in order.
fn naive(graph: &Graph, text: &str) -> Vec<Row> {
    let mut found: Vec<(Reverse<i64>, String, Row)> = Vec::new();
    for node in &graph.nodes {
        let mut ranked: Vec<(Reverse<i64>, String, usize, String, String)> = Vec::new();
        for key in naming::keys(&node.names) {
            let field = key.field.name();
            let weight = ["initials", "pinyin", "alias", "former", "short", "name"].iter().position(|f| *f == field);
            let weight = weight.expect("a field") as i64 + 4;
            if let Some(points) = points(text, &key.key, field) {
                let rank = points * 100_000 + weight * 10_000 - key.key.chars().count() as i64;
                ranked.push((
                    Reverse(rank),
                    key.key.to_string(),
                    9 - weight as usize,
                    key.value.to_string(),
                    field.into(),
                ));
            }
        }
        if let Some((rank, _, _, value, field)) = ranked.into_iter().min() {
            found.push((rank, node.sort_name.to_string(), (rank.0, node.id.to_string(), value, field)));
        }
    }
    found.sort_by(|a, b| (a.0, &a.1, &a.2.1).cmp(&(b.0, &b.1, &b.2.1)));
    found.into_iter().map(|(_, _, row)| row).collect()
}

fn rows(page: Page) -> Vec<Row> {
    let text = |datum: &Datum| match datum {
        Datum::Str(text) => text.to_string(),
        Datum::Entity(_, values) => match &values[0] {
            Datum::Str(text) => text.to_string(),
            other => panic!("no text: {other:?}"),
        },
        other => panic!("no text: {other:?}"),
    };
    page.items
        .iter()
        .map(|item| match item.row.as_slice() {
            [Datum::Int(rank), value, field, entity] => (*rank, text(entity), text(value), text(field)),
            other => panic!("not a search's row: {other:?}"),
        })
        .collect()
}

/// Names over few characters, so that much is nearly equal.
fn name() -> impl Strategy<Value = String> {
    let word = |pattern: &'static str| pattern.prop_map(|text: String| text);
    prop_oneof![word("[ab威]{1,7}"), word("[abc]{6,12}"), word("[威高海器]{1,9}"), word("[ab]{30,34}")]
}

/// A name with a few characters changed, or any.
fn text() -> impl Strategy<Value = (usize, Vec<(usize, u8, char)>)> {
    (0usize..30, proptest::collection::vec((0usize..34, 0u8..4, prop_oneof![Just('a'), Just('b'), Just('威')]), 0..4))
}

fn changed(name: &str, changes: &[(usize, u8, char)]) -> String {
    let mut chars: Vec<char> = name.chars().collect();
    for (at, how, c) in changes {
        let at = at % (chars.len() + 1);
        match how {
            0 if at < chars.len() => drop(chars.remove(at)),
            1 => chars.insert(at, *c),
            2 if at < chars.len() => chars[at] = *c,
            _ if at + 1 < chars.len() => chars.swap(at, at + 1),
            _ => {}
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_what_is_said(names in proptest::collection::vec((name(), 0u8..4), 1..20), (which, changes) in text(), pinyin: bool) {
        let mut toy = Toy::default();
        for (i, (name, field)) in names.iter().enumerate() {
            let node = toy.node(&format!("company:n{i}"), if *field == 0 { name } else { "某某" });
            match field {
                1 => node.names.short = vec![name.as_str().into()],
                2 => node.names.former = vec![name.as_str().into()],
                3 => node.names.aliases = vec![name.as_str().into()],
                _ => {}
            }
        }
        let graph = toy.graph();
        let name = &names[which % names.len()].0;
        let keys = naming::keys(&mdgraph::graph::NodeNames { zh: Some(name.as_str().into()), ..Default::default() });
        let read = keys.iter().find(|key| pinyin && key.field.name() == "pinyin").map_or(name.as_str(), |key| &key.key);
        let text = naming::fold(&changed(read, &changes));
        let expected = naive(&graph, &text);
        let snapshot = snapshot(graph);
        let ask = |page| {
            let plan = SearchPage { text: text.as_str().into(), kinds: kinds(&["Company"]), filter: Filter::TRUE, page, matched: true, entity: ids_only() };
            page_of(run(&snapshot, &Root::Search(plan), &latest()).0)
        };
        let page = ask(with_total(first(100)));
        prop_assert_eq!(page.total, Some(expected.len() as u64));
        let places: Vec<_> = page.items.iter().map(|item| item.keys.clone()).collect();
        prop_assert_eq!(rows(page), expected, "{}", text);
        for walked in walk(2, ask) {
            prop_assert_eq!(&walked, &places);
        }
    }
}

/// What a search looks at does not grow with the names that it has nothing to do with.
#[test]
fn a_search_looks_at_what_it_finds() {
    let work = |others: usize| {
        let mut toy = Toy::default();
        toy.node("company:weigao", "威高集团");
        toy.node("company:daan", "达安基因");
        for i in 0..others {
            toy.node(&format!("company:n{i}"), &format!("第{}号医疗器械{}", i * 7919, i));
        }
        let toy = snapshot(toy.graph());
        ["威高集团", "weigao", "wiegaojituan", "威高集图"].map(|text| {
            let (text, page) = (text.into(), with_total(first(10)));
            let plan = SearchPage {
                text,
                kinds: kinds(&["Company"]),
                filter: Filter::TRUE,
                page,
                matched: true,
                entity: ids_only(),
            };
            run(&toy, &Root::Search(plan), &latest()).1
        })
    };
    assert_eq!(work(10), work(3_000));
    assert!(work(3_000).iter().all(|work| work.keys <= 2 && work.nodes == 2 && work.edges == 0), "{:?}", work(3_000));
}
