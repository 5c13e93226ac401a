//! Plans in a few words, and their answers.

use crate::toy::{ontology, prop, rel};
use mdgraph::graph::{Graph, PartialDate, StatusSet, Value};
use mdgraph::ontology::{Direction, KindSet};
use mdgraph::plan::ir::*;
use mdgraph::store::memory::Snapshot;
use mdgraph::store::{Datum, Page, StoreError, Work};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub fn snapshot(graph: Graph) -> Snapshot {
    Snapshot::new(Arc::new(graph))
}

pub fn latest() -> View {
    View::new(None, None)
}

pub fn view(valid: Option<&str>, known: Option<&str>) -> View {
    let date = |text: &str| text.parse::<PartialDate>().expect(text);
    View::new(valid.map(date), known.map(date))
}

pub fn run(snapshot: &Snapshot, root: &Root, view: &View) -> (Datum, Work) {
    try_run(snapshot, root, view, Duration::from_secs(60)).expect("an answer")
}

pub fn try_run(snapshot: &Snapshot, root: &Root, view: &View, within: Duration) -> Result<(Datum, Work), StoreError> {
    snapshot.execute(root, view, Instant::now() + within)
}

pub fn page_of(datum: Datum) -> Page {
    match datum {
        Datum::Page(page) => *page,
        other => panic!("not a page: {other:?}"),
    }
}

pub fn kinds(names: &[&str]) -> KindSet {
    names.iter().map(|name| ontology().kind_named(name).unwrap_or_else(|| panic!("no kind {name}"))).collect()
}

pub fn first(limit: u32) -> PageArgs {
    PageArgs::first(limit)
}

pub fn with_total(mut page: PageArgs) -> PageArgs {
    page.total = true;
    page
}

/// A row of the slots, whatever the kind.
pub fn row(slots: Vec<Slot>) -> EntityProjection {
    EntityProjection { shapes: vec![(ontology().all_kinds(), slots)] }
}

pub fn ids_only() -> EntityProjection {
    row(vec![Slot::Id])
}

pub fn entities(of: &[&str], filter: Filter, order: Vec<EntityOrder>, page: PageArgs) -> Root {
    let entity = ids_only();
    let (kinds, aggregate) = (kinds(of), Vec::new());
    Root::Entities(EntitiesPage { kinds, filter, anchor: Anchor::Scan, order, page, entity, aggregate })
}

/// One slot of one entity.
pub fn slot(snapshot: &Snapshot, id: &str, slot: Slot, view: &View) -> Datum {
    let root = Root::ByIds { ids: vec![id.into()], kinds: ontology().all_kinds(), entity: row(vec![slot]) };
    match run(snapshot, &root, view).0 {
        Datum::List(mut rows) => match rows.remove(0) {
            Datum::Entity(_, mut row) => row.remove(0),
            other => panic!("no entity {id}: {other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

pub fn edges(hop: Hop, page: PageArgs) -> EdgesPage {
    let row = vec![EdgeSlot::Node(ids_only())];
    let (edge, order, aggregate) = (EdgeFilter::default(), Vec::new(), Vec::new());
    EdgesPage { hop, edge, node: Filter::TRUE, order, page, row, aggregate }
}

pub fn out(name: &str) -> Hop {
    Hop::Edge(rel(name), Direction::Out)
}

pub fn back(name: &str) -> Hop {
    Hop::Edge(rel(name), Direction::In)
}

pub fn by(key: EntityKey, descending: bool) -> EntityOrder {
    EntityOrder { key, descending }
}

pub fn by_property(name: &str, descending: bool) -> Vec<EntityOrder> {
    vec![by(EntityKey::Property(prop(name)), descending)]
}

pub fn has(name: &str, test: Test) -> Filter {
    Filter::Property(prop(name), test)
}

pub fn related(hop: Hop, quantifier: Quantifier, node: Filter) -> Filter {
    Filter::Related { hop, quantifier, edge: EdgeFilter::default(), node: Box::new(node) }
}

pub fn ids(ids: &[&str]) -> Vec<Arc<str>> {
    ids.iter().map(|id| Arc::from(*id)).collect()
}

pub fn text(text: &str) -> Test {
    Test::In(vec![Value::from(text)])
}

/// The ids of a page's rows, wherever in the row the entity stands.
pub fn found(page: &Page) -> Vec<String> {
    let id = |datum: &Datum| match datum {
        Datum::Entity(_, row) => match row.first() {
            Some(Datum::Str(id)) => Some(id.to_string()),
            _ => None,
        },
        Datum::Str(id) => Some(id.to_string()),
        _ => None,
    };
    page.items.iter().map(|item| item.row.iter().rev().find_map(id).expect("an id")).collect()
}

pub fn all_related(page: PageArgs) -> RelatedPage {
    RelatedPage {
        relationships: None,
        kinds: ontology().all_kinds(),
        direction: None,
        status: StatusSet::ALL,
        page,
        groups: true,
        row: vec![EdgeSlot::Relationship, EdgeSlot::Direction, EdgeSlot::Node(ids_only())],
    }
}
