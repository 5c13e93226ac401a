//! What a plan costs, before it is executed: the one place where the price is made.
//!
//! The unit is about one row that a store may have to give. Values of a row are free; what multiplies is paid:
//!
//! - a row costs 1, plus its nested pages, entities and citations;
//! - a **page** costs 1, plus `limit ×` its row (a page that wants no items has no rows), plus 1 for its total, plus 1 for its groups,
//!   plus what it sifts and sorts by;
//! - a page inside a row that **does not say its size** is priced at what is usual, [`USUAL_EDGES`] rows, though it may give a default page:
//!   of the lists in the five replies of the shipped graph 95 in a hundred have at most four items, 99 at most twelve. So that this is no way
//!   around the price, a fortieth ([`SLACK`]) of the price with all pages full is charged where that is more;
//! - **filter**: each relation that it goes over, and whether documents name it, costs 10, `10 × 10` when it stands inside another, and so on;
//!   `within` and a part of a name cost 1, and so do every ten items of a list that is tested against or of alternatives; whether the places
//!   of a fact's ends differ costs 20;
//! - **order**: by degree 10, by a property 1, by name nothing: it is the stored order; by what edges lead to 20, for they are walked of every
//!   entity; of facts every key 1 but the relationship;
//! - an **aggregate** sifts the list once more; of its values a count costs 1, groups of values and figures 5, groups of related entities 20,
//!   with a level 10 more, and a row each;
//! - a **shortcut** (derived hop) costs 5 more than a stored one for each of its uses; a **search** 20;
//! - a single neighbour, an object, a subject, a document costs what its row's pages cost, and 1 if it has to be looked for;
//! - **citations** and the **history** of a property cost 1 a list, plus what a document's nested pages cost three times ([`USUAL_CITATIONS`]), or `limit` times if that is less:
//!   what is stated has one to three, however many are asked for.
//!
//! So an entity with three pages of 20 costs 1 + 3·(1+20) = 64, a page of 20 such entities 1 + 20·64 = 1,281, and pages of 100 in pages
//! of 100 more than 10,000. A page of 20 with three hops that do not say their size costs 1 + 20·(1 + 1 + 5·(1 + 1 + 5·(1 + 1 + 5))) = 3,741;
//! were they full, 20⁴ rows: a fortieth is 4,421, and that is its price. Nothing overflows: sums and products saturate.

use super::ir::{
    AggregateSlot, CitationProjection, CitationSlot, DatedSlot, EdgeSlot, EdgesPage, EntitiesPage, EntityKey,
    EntityOrder, EntityProjection, FactKey, FactProjection, FactSlot, FactsPage, Filter, GroupBy, Hop,
    ObservationFilter, ObservationProjection, ObservationSlot, ObservationsPage, PageArgs, RelatedPage, Root,
    SearchPage, Slot, Test,
};
use std::iter::Sum;
use std::ops::Add;

/// The limit unless configured: what one request may cost over all its roots.
pub const DEFAULT_LIMIT: u64 = 5_000;

/// Rows at which a page inside a row is priced that does not say its size.
pub const USUAL_EDGES: u32 = 5;
/// Citations at which a list of them is priced.
pub const USUAL_CITATIONS: u32 = 3;
/// How much more an operation may give than it is priced at.
pub const SLACK: u64 = 40;

const RELATION: u64 = 10;
const DEGREE: u64 = 10;
const RELATED_KEY: u64 = 20;
const VALUES: u64 = 5;
const GROUPS: u64 = 20;
const LEVEL: u64 = 10;
const SHORTCUT: u64 = 5;
const SEARCH: u64 = 20;
/// Items of a list that are tested against for the price of a row.
const ITEMS: usize = 10;

/// The cost of one root field.
pub fn cost(root: &Root) -> u64 {
    let Price { usual, full } = price(root);
    usual.max(full / SLACK)
}

/// A price if lists are as long as usual, and if every page is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Price {
    usual: u64,
    full: u64,
}

impl Price {
    /// So many rows of this price.
    fn times(self, rows: Price) -> Price {
        Price { usual: times(rows.usual, self.usual), full: times(rows.full, self.full) }
    }
    fn most(self, other: Price) -> Price {
        Price { usual: self.usual.max(other.usual), full: self.full.max(other.full) }
    }
}

impl From<u64> for Price {
    fn from(fixed: u64) -> Price {
        Price { usual: fixed, full: fixed }
    }
}

impl<P: Into<Price>> Add<P> for Price {
    type Output = Price;
    fn add(self, other: P) -> Price {
        let other = other.into();
        Price { usual: add(self.usual, other.usual), full: add(self.full, other.full) }
    }
}

impl Sum for Price {
    fn sum<I: Iterator<Item = Price>>(prices: I) -> Price {
        prices.fold(Price::default(), |whole, price| whole + price)
    }
}

fn price(root: &Root) -> Price {
    match root {
        Root::ByIds { ids, entity, .. } => (entity_cost(entity) + 1).times(Price::from(ids.len() as u64)),
        Root::Entities(page) => entities_cost(page),
        Root::Search(page) => search_cost(page),
        Root::Fact { fact, .. } => fact_cost(fact) + 1,
        Root::Facts { facts, .. } => facts_cost(facts, asked(&facts.page)),
        Root::Observations(page) => observations_cost(page, asked(&page.page)),
        Root::Totals => Price::from(1),
        Root::Observation { observation, .. } => observation_cost(observation) + 1,
    }
}

fn add(a: u64, b: u64) -> u64 {
    a.saturating_add(b)
}

fn times(count: u64, each: u64) -> u64 {
    count.saturating_mul(each)
}

fn sum(costs: impl Iterator<Item = u64>) -> u64 {
    costs.fold(0, add)
}

/// The rows of a page at the root of an answer: what is looked through there is long.
fn asked(page: &PageArgs) -> Price {
    Price::from(u64::from(page.limit))
}

/// The rows of a page inside a row.
fn expected(page: &PageArgs) -> Price {
    usual_rows(page.limit, page.sized)
}

/// So many rows inside a row, or what is usual if nobody said how many.
fn usual_rows(limit: u32, sized: bool) -> Price {
    let usual = if sized { limit } else { limit.min(USUAL_EDGES) };
    Price { usual: usual.into(), full: limit.into() }
}

/// A page of so many rows whose nested parts cost `row`.
fn page_cost(page: &PageArgs, rows: Price, row: Price, sift: u64) -> Price {
    let items = if page.items { (row + 1).times(rows) } else { Price::default() };
    items + 1 + u64::from(page.total) + sift
}

fn entities_cost(page: &EntitiesPage) -> Price {
    let sift = filter_cost(&page.filter);
    let sorted = add(sift, order_cost(&page.order));
    let rows = page_cost(&page.page, asked(&page.page), entity_cost(&page.entity), sorted);
    rows + aggregate_cost(&page.aggregate, sift, |by| Price::from(u64::from(by.limit)))
}

fn search_cost(page: &SearchPage) -> Price {
    page_cost(&page.page, asked(&page.page), entity_cost(&page.entity), add(SEARCH, filter_cost(&page.filter)))
}

fn hop_cost(hop: Hop) -> u64 {
    match hop {
        Hop::Edge(..) => 0,
        Hop::Derived(..) => SHORTCUT,
    }
}

fn order_cost(order: &[EntityOrder]) -> u64 {
    sum(order.iter().map(|by| match by.key {
        EntityKey::Name => 0,
        EntityKey::Property(_) => 1,
        EntityKey::Degree => DEGREE,
        EntityKey::Related(hop, _) => add(RELATED_KEY, hop_cost(hop)),
    }))
}

/// The price of going through a list that is tested against.
fn items_cost<T>(items: &[T]) -> u64 {
    (items.len() / ITEMS) as u64
}

fn filter_cost(filter: &Filter) -> u64 {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => add(items_cost(parts), sum(parts.iter().map(filter_cost))),
        Filter::Not(inner) => filter_cost(inner),
        Filter::Related { hop, node, edge, .. } => {
            let tests = sum(edge.properties.iter().map(|(_, test)| test_cost(test)));
            add(times(RELATION, add(add(1, tests), filter_cost(node))), hop_cost(*hop))
        }
        Filter::Cited(document) => times(RELATION, add(1, filter_cost(document))),
        Filter::Within(ids) => add(1, items_cost(ids)),
        Filter::Ids(ids) => items_cost(ids),
        Filter::Name(Test::Contains(_)) => 1,
        Filter::Name(test) | Filter::Property(_, test) => test_cost(test),
        Filter::Kinds(_) => 0,
    }
}

fn test_cost(test: &Test) -> u64 {
    match test {
        Test::In(values) | Test::NotIn(values) => items_cost(values),
        _ => 0,
    }
}

/// What stands in an entity's row beyond plain values: of its shapes the dearest, for any kind may come.
fn entity_cost(entity: &EntityProjection) -> Price {
    entity.shapes.iter().map(|(_, slots)| slots.iter().map(slot_cost).sum()).fold(Price::default(), Price::most)
}

fn slot_cost(slot: &Slot) -> Price {
    match slot {
        Slot::Id
        | Slot::Name(_)
        | Slot::Names(_)
        | Slot::Disambiguation(_)
        | Slot::Description(_)
        | Slot::Property(_)
        | Slot::Degree => Price::default(),
        Slot::Sources(limit, document) => citations_cost(*limit, document),
        Slot::History(_, slots) => history_cost(slots),
        Slot::Edges(page) => edges_cost(page),
        Slot::One(hop, entity) => entity_cost(entity) + 1 + hop_cost(*hop),
        Slot::Related(page) => related_cost(page),
        Slot::Facts(page) => facts_cost(page, expected(&page.page)),
        Slot::Observations(page) => observations_cost(page, expected(&page.page)),
    }
}

fn edges_cost(page: &EdgesPage) -> Price {
    let tests = sum(page.edge.properties.iter().map(|(_, test)| test_cost(test)));
    let sift = add(filter_cost(&page.node), add(hop_cost(page.hop), tests));
    let rows = page_cost(&page.page, expected(&page.page), edge_cost(&page.row), add(sift, order_cost(&page.order)));
    rows + aggregate_cost(&page.aggregate, sift, |by| usual_rows(by.limit, by.sized))
}

/// What is said of a whole list that costs `sift` to go through; `groups` are the rows of related entities.
fn aggregate_cost(slots: &[AggregateSlot], sift: u64, groups: impl Fn(&GroupBy) -> Price) -> Price {
    let value = |slot: &AggregateSlot| match slot {
        AggregateSlot::Count => Price::from(1),
        AggregateSlot::Values(..) | AggregateSlot::Figures(_) => Price::from(VALUES),
        AggregateSlot::By(by) => {
            let level = by.up.as_ref().map_or(0, |level| add(LEVEL, filter_cost(level)));
            (entity_cost(&by.entity) + 1).times(groups(by)) + GROUPS + level
        }
    };
    if slots.is_empty() { Price::default() } else { slots.iter().map(value).sum::<Price>() + sift }
}

fn related_cost(page: &RelatedPage) -> Price {
    page_cost(&page.page, expected(&page.page), edge_cost(&page.row), u64::from(page.groups))
}

fn facts_cost(page: &FactsPage, rows: Price) -> Price {
    let filter = &page.filter;
    let filters = sum([&filter.document, &filter.subject, &filter.object].into_iter().map(filter_cost));
    let places = if filter.places_differ.is_some() { 2 * RELATION } else { 0 };
    let order = page.order.iter().filter(|by| by.key != FactKey::Relationship).count() as u64;
    page_cost(&page.page, rows, fact_cost(&page.row), add(add(filters, places), order))
}

fn edge_cost(row: &[EdgeSlot]) -> Price {
    row.iter()
        .map(|slot| match slot {
            EdgeSlot::Fact(fact) | EdgeSlot::Facts(fact) => fact_cost(fact),
            EdgeSlot::Node(entity) => entity_cost(entity),
            EdgeSlot::Property(_) | EdgeSlot::Relationship | EdgeSlot::Direction | EdgeSlot::Status => Price::default(),
        })
        .sum()
}

fn fact_cost(fact: &FactProjection) -> Price {
    fact.iter()
        .map(|slot| match slot {
            FactSlot::Subject(entity) | FactSlot::Object(entity) => entity_cost(entity),
            FactSlot::SupersededBy(fact) => fact_cost(fact) + 1,
            FactSlot::Sources(limit, document) => citations_cost(*limit, document),
            _ => Price::default(),
        })
        .sum()
}

fn citations_cost(limit: u32, citation: &CitationProjection) -> Price {
    let documents: Price = citation
        .iter()
        .map(|slot| match slot {
            CitationSlot::Document(entity) => entity_cost(entity),
            CitationSlot::Section | CitationSlot::Supports => Price::default(),
        })
        .sum();
    documents.times(Price::from(u64::from(limit.min(USUAL_CITATIONS)))) + 1
}

/// A property changes about as often as a statement is cited.
fn history_cost(slots: &[DatedSlot]) -> Price {
    let sources = slots.iter().map(|slot| match slot {
        DatedSlot::Sources(limit, document) => citations_cost(*limit, document),
        DatedSlot::Value | DatedSlot::Since | DatedSlot::Until => Price::default(),
    });
    sources.sum::<Price>().times(Price::from(u64::from(USUAL_CITATIONS))) + 1
}

fn observations_cost(page: &ObservationsPage, rows: Price) -> Price {
    page_cost(&page.page, rows, observation_cost(&page.row), observation_filter_cost(&page.filter))
}

fn observation_filter_cost(filter: &ObservationFilter) -> u64 {
    match filter {
        ObservationFilter::And(parts) | ObservationFilter::Or(parts) => {
            add(items_cost(parts), sum(parts.iter().map(observation_filter_cost)))
        }
        ObservationFilter::Not(inner) => observation_filter_cost(inner),
        ObservationFilter::Indicator(inner)
        | ObservationFilter::Subject(inner)
        | ObservationFilter::Sector(inner)
        | ObservationFilter::Place(inner)
        | ObservationFilter::Document(inner) => filter_cost(inner),
        ObservationFilter::When(test)
        | ObservationFilter::Value(test)
        | ObservationFilter::Rank(test)
        | ObservationFilter::Unit(test)
        | ObservationFilter::Population(test) => test_cost(test),
        ObservationFilter::Status(_) | ObservationFilter::Bound(_) | ObservationFilter::Span(_) => 0,
    }
}

fn observation_cost(row: &ObservationProjection) -> Price {
    row.iter()
        .map(|slot| match slot {
            ObservationSlot::Indicator(entity) | ObservationSlot::Subjects(entity) | ObservationSlot::Rank(entity) => {
                entity_cost(entity)
            }
            ObservationSlot::Scope { sector, place } => entity_cost(sector) + entity_cost(place),
            ObservationSlot::BreakdownOf(whole) => observation_cost(whole) + 1,
            ObservationSlot::Sources(limit, document) => citations_cost(*limit, document),
            _ => Price::default(),
        })
        .sum()
}
