//! Observations: what is certain, what is seen, in which order.

use crate::ask::*;
use crate::toy::{Toy, decimal};
use mdgraph::graph::{Bound, Quantity, Value, When};
use mdgraph::plan::ir::*;
use mdgraph::store::Datum;
use mdgraph::store::memory::Snapshot;

fn figures() -> Snapshot {
    let mut toy = Toy::default();
    toy.node("region:r", "R");
    toy.node("region:s", "S");
    toy.node("indicator:i", "I");
    toy.node("indicator:j", "J");
    let when = |text: &str| When::date(text.parse().unwrap());
    for (id, bound) in [
        ("exact", Bound::Exact),
        ("atleast", Bound::AtLeast),
        ("over", Bound::Over),
        ("nearly", Bound::Nearly),
        ("about", Bound::About),
        ("atmost", Bound::AtMost),
    ] {
        let figure = toy.observation(id, "indicator:i", &["region:r"], when("2022"));
        figure.value = Some("10".parse().unwrap());
        figure.bound = bound;
    }
    let scaled = toy.observation("scaled", "indicator:j", &["region:s", "region:r", "region:s"], when("2021-06"));
    scaled.value = Some("1".parse().unwrap());
    scaled.normalized = Some(Quantity { value: "100".parse().unwrap(), unit: "CNY".into() });
    scaled.known_from = 20230101;
    let unknown = When { text: "近年".into(), earliest: None, latest: None };
    toy.observation("ranked", "indicator:j", &["region:s"], unknown);
    snapshot(toy.graph())
}

fn plan(filter: ObservationFilter) -> ObservationsPage {
    ObservationsPage { filter, order: Vec::new(), page: first(99), row: vec![ObservationSlot::Id] }
}

fn ids_of(datum: Datum) -> Vec<String> {
    found(&page_of(datum)).iter().map(|id| id.replace("observation:", "")).collect()
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

#[test]
fn a_range_filter_gives_what_is_certain() {
    let figures = figures();
    let ask = |test| {
        let root = Root::Observations(plan(ObservationFilter::Value(test)));
        sorted(ids_of(run(&figures, &root, &latest()).0))
    };
    assert_eq!(ask(Test::Gt(decimal("10"))), ["over", "scaled"]);
    assert_eq!(ask(Test::Gte(decimal("10"))), ["atleast", "exact", "over", "scaled"]);
    assert_eq!(ask(Test::Gt(decimal("9.9"))), ["atleast", "exact", "over", "scaled"]);
    assert_eq!(ask(Test::Lt(decimal("10"))), [""; 0]);
    assert_eq!(ask(Test::Lte(decimal("10"))), ["atmost", "exact"]);
    assert_eq!(ask(Test::In(vec![decimal("10")])), ["exact"]);
    assert_eq!(ask(Test::In(vec![decimal("100")])), ["scaled"]);
    assert_eq!(ask(Test::NotIn(vec![decimal("10")])), ["over", "scaled"]);
    assert_eq!(ask(Test::NotIn(vec![decimal("12")])), ["atmost", "exact", "scaled"]);
    assert_eq!(ask(Test::IsNull(true)), ["ranked"]);
    assert_eq!(ask(Test::IsNull(false)).len(), 7);
    let not =
        Root::Observations(plan(ObservationFilter::Not(Box::new(ObservationFilter::Value(Test::Gt(decimal("10")))))));
    assert_eq!(ids_of(run(&figures, &not, &latest()).0).len(), 6);
}

#[test]
fn by_time_of_an_entity_and_as_seen() {
    let figures = figures();
    let of = |id: &str, view: &View| {
        ids_of(slot(&figures, id, Slot::Observations(plan(ObservationFilter::And(vec![]))), view))
    };
    // Unknown times are the earliest; a subject that is stated twice has the figure once.
    assert_eq!(of("region:s", &latest()), ["ranked", "scaled"]);
    assert_eq!(of("region:r", &latest()), ["scaled", "about", "atleast", "atmost", "exact", "nearly", "over"]);
    assert_eq!(of("region:s", &view(None, Some("2022"))), ["ranked"]);
    assert_eq!(of("region:s", &view(Some("2021-05"), None)), ["ranked"]);
    assert_eq!(of("region:r", &view(Some("2022-05"), None)).len(), 6);
    let ask = |filter| {
        let root = Root::Observations(plan(filter));
        ids_of(run(&figures, &root, &latest()).0)
    };
    let date = |text: &str| text.parse().unwrap();
    assert_eq!(ask(ObservationFilter::When(Test::During(date("2021")))), ["scaled"]);
    assert_eq!(ask(ObservationFilter::When(Test::IsNull(true))), ["ranked"]);
    assert_eq!(ask(ObservationFilter::When(Test::In(vec![Value::Date(date("2021-06"))]))), ["scaled"]);
    let indicator = ObservationFilter::Indicator(Filter::Ids(ids(&["indicator:j"])));
    assert_eq!(ask(indicator.clone()), ["ranked", "scaled"]);
    let subject = ObservationFilter::Subject(Filter::Ids(ids(&["region:r"])));
    assert_eq!(ask(ObservationFilter::And(vec![subject, indicator])), ["scaled"]);
    assert_eq!(ask(ObservationFilter::Sector(Filter::TRUE)), [""; 0]);
}

#[test]
fn by_value_absent_ones_last_either_way() {
    let figures = figures();
    for descending in [false, true] {
        let order = vec![ObservationOrder { key: ObservationKey::Value, descending }];
        let root = Root::Observations(ObservationsPage { order, ..plan(ObservationFilter::And(vec![])) });
        let ids = ids_of(run(&figures, &root, &latest()).0);
        assert_eq!(ids[7], "ranked");
        assert_eq!(ids[if descending { 0 } else { 6 }], "scaled");
        // Ties by id, in the direction of the last key.
        assert_eq!(ids[if descending { 6 } else { 0 }], "about");
    }
}

#[test]
fn one_by_its_id() {
    let figures = figures();
    let one = |id: &str, view: &View| {
        let root = Root::Observation { id: id.into(), observation: vec![ObservationSlot::Normalized] };
        run(&figures, &root, view).0
    };
    let amount = Datum::List(vec![Datum::Decimal("100".parse().unwrap()), Datum::Str("CNY".into())]);
    assert_eq!(one("observation:scaled", &latest()), Datum::List(vec![amount]));
    assert_eq!(one("observation:scaled", &view(None, Some("2022"))), Datum::Null);
    assert_eq!(one("observation:none", &latest()), Datum::Null);
}
