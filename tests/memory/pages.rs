//! Orders, pages and searches.

use crate::ask::*;
use crate::toy::{Toy, set};
use mdgraph::graph::Value;
use mdgraph::plan::ir::*;
use mdgraph::store::memory::Snapshot;
use mdgraph::store::{Datum, Page};

/// Reads a list page by page, forward and backward, and gives both (the second turned round again).
pub fn walk(limit: u32, page: impl Fn(PageArgs) -> Page) -> [Vec<Vec<SortValue>>; 2] {
    [false, true].map(|backward| {
        let mut places: Vec<Vec<SortValue>> = Vec::new();
        loop {
            let last = places.last().cloned();
            let (after, before) = if backward { (None, last) } else { (last, None) };
            let mut next = page(PageArgs { backward, after, before, ..first(limit) });
            if backward {
                next.items.reverse();
            }
            let more = next.more;
            assert!(next.items.len() <= limit as usize && (!more || next.items.len() == limit as usize));
            places.extend(next.items.into_iter().map(|item| item.keys));
            if !more {
                break;
            }
        }
        if backward {
            places.reverse();
        }
        places
    })
}

fn sizes() -> Snapshot {
    let mut toy = Toy::default();
    for (id, size) in [("a", None), ("b", Some(2)), ("c", Some(1)), ("d", Some(2)), ("e", None), ("f", Some(3))] {
        let node = toy.node(&format!("company:{id}"), &format!("Name {}", id.to_uppercase()));
        if let Some(size) = size {
            set(node, "size", Value::Int(size));
            set(node, "foundedOn", Value::Date(format!("200{size}").parse().unwrap()));
        }
    }
    toy.node("hospital:h", "Name BB");
    snapshot(toy.graph())
}

#[test]
fn absent_values_are_last_in_either_direction_and_ties_follow_the_last_key() {
    let sizes = sizes();
    // `foundedOn` is indexed and walked; `size` is sorted.
    for name in ["size", "foundedOn"] {
        for (descending, expected) in [(false, "cbdfae"), (true, "fdbcea")] {
            let ask = |page| {
                let root = entities(&["Company"], Filter::TRUE, by_property(name, descending), page);
                page_of(run(&sizes, &root, &latest()).0)
            };
            let letters = |page: &Page| found(page).iter().map(|id| id.replace("company:", "")).collect::<String>();
            let all = ask(with_total(first(99)));
            assert_eq!((letters(&all).as_str(), all.total), (expected, Some(6)), "{name} {descending}");
            let places: Vec<_> = all.items.iter().map(|item| item.keys.clone()).collect();
            for limit in 1..4 {
                for walked in walk(limit, ask) {
                    assert_eq!(walked, places, "{name} {descending} by {limit}");
                }
            }
            // Between two cursors, and from an end.
            let between = |backward, limit| {
                let (after, before) = (Some(places[0].clone()), Some(places[5].clone()));
                ask(PageArgs { backward, after, before, ..with_total(first(limit)) })
            };
            let (head, tail) = (between(false, 3), between(true, 3));
            assert_eq!((letters(&head).as_str(), head.more, head.total), (&expected[1..4], true, Some(6)));
            assert_eq!((letters(&tail).as_str(), tail.more), (&expected[2..5], true));
            assert!(!between(false, 4).more);
        }
    }
}

#[test]
fn several_keys_several_kinds_and_empty_pages() {
    let sizes = sizes();
    let ask = |of: &[&str], order, page| page_of(run(&sizes, &entities(of, Filter::TRUE, order, page), &latest()).0);
    let both = ask(&["Company", "Hospital"], vec![], first(3));
    assert_eq!(found(&both), ["company:a", "company:b", "hospital:h"]);
    let both = ask(&["Company", "Hospital"], vec![by(EntityKey::Name, true)], first(9));
    assert_eq!(found(&both)[4..], ["hospital:h", "company:b", "company:a"]);
    let mut order = by_property("size", true);
    order.push(by(EntityKey::Name, false));
    assert_eq!(
        found(&ask(&["Company"], order, first(9))).join(""),
        "company:fcompany:bcompany:dcompany:ccompany:acompany:e"
    );
    let none = ask(&["Company"], vec![], first(0));
    assert!(none.items.is_empty() && none.more);
    let count = PageArgs { items: false, total: true, ..first(9) };
    let counted = ask(&["Company"], vec![], count);
    assert_eq!((counted.items.len(), counted.more, counted.total), (0, false, Some(6)));
}

#[test]
fn a_search_ranks_by_match_then_field_then_length() {
    let mut toy = Toy::default();
    toy.node("company:a", "威高集团");
    toy.node("company:b", "山东威高骨科");
    toy.node("company:c", "甲乙").names.aliases = vec!["威高".into()];
    toy.node("company:d", "威高").names.en = Some("WG".into());
    toy.node("region:e", "威高");
    toy.node("company:f", "别家");
    let toy = snapshot(toy.graph());
    let ask = |text: &str, page| {
        let plan = SearchPage {
            text: text.into(),
            kinds: kinds(&["Company"]),
            filter: Filter::TRUE,
            page,
            matched: true,
            entity: ids_only(),
        };
        page_of(run(&toy, &Root::Search(plan), &latest()).0)
    };
    let page = ask("威高", with_total(first(9)));
    assert_eq!(found(&page), ["company:d", "company:c", "company:a", "company:b"]);
    assert_eq!(page.total, Some(4));
    assert_eq!(page.items[1].row[1..3], ["威高", "alias"].map(|t| Datum::Str(t.into())));
    assert_eq!(page.items[0].row[0], Datum::Int(5 * 100_000 + 9 * 10_000 - 2));
    // Pinyin; initials only from their start, and less than a name of that text.
    assert_eq!(found(&ask("weigao", first(9))), ["company:c", "company:d", "company:a", "company:b"]);
    assert_eq!(found(&ask("wg", first(9))), ["company:d", "company:c", "company:a"]);
    assert_eq!(found(&ask("", first(9))), [""; 0]);
    assert_eq!(found(&ask("威高骨", first(9))), ["company:b"]);
    let places: Vec<_> = ask("威", first(9)).items.into_iter().map(|item| item.keys).collect();
    for walked in walk(1, |page| ask("威", page)) {
        assert_eq!(walked, places);
    }
}
