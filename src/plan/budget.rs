//! What a plan costs, before it is executed: the one place where the price is made.
//!
//! The unit is about one row that a store may have to give. Values of a row are free; what multiplies is paid:
//!
//! - a row costs 1, plus its nested pages, entities and citations;
//! - a **page** costs 1, plus `limit ×` its row (a page that wants no items has no rows), plus 1 for its total, plus 1 for its groups,
//!   plus what it sifts and sorts by;
//! - **filter**: each relation that it goes over costs 10, `10 × 10` when it stands inside another, and so on;
//!   `within` and a part of a name cost 1; whether the places of a fact's ends differ costs 20;
//! - **order**: by degree 10, by a property 1, by name nothing: it is the stored order; of facts every key 1 but the relationship;
//! - a **shortcut** (derived hop) costs 5 more than a stored one for each of its uses; a **search** 20;
//! - a single neighbour, an object, a subject, a document costs what its row's pages cost, and 1 if it has to be looked for;
//! - **citations** cost 1 a list, plus the limit times what a document's nested pages cost.
//!
//! So an entity with three pages of 20 costs 1 + 3·(1+20) = 64, a page of 20 such entities 1 + 20·64 = 1,281, and pages of 100 in pages
//! of 100 more than 10,000. Nothing overflows: sums and products saturate.

use super::ir::{
    CitationProjection, CitationSlot, EdgeSlot, EdgesPage, EntitiesPage, EntityKey, EntityOrder, EntityProjection,
    FactKey, FactProjection, FactSlot, FactsPage, Filter, Hop, ObservationFilter, ObservationProjection,
    ObservationSlot, ObservationsPage, PageArgs, RelatedPage, Root, SearchPage, Slot, Test,
};

/// The limit unless configured: what one request may cost over all its roots.
pub const DEFAULT_LIMIT: u64 = 5_000;

const RELATION: u64 = 10;
const DEGREE: u64 = 10;
const SHORTCUT: u64 = 5;
const SEARCH: u64 = 20;

/// The cost of one root field.
pub fn cost(root: &Root) -> u64 {
    match root {
        Root::ByIds { ids, entity, .. } => times(ids.len() as u64, add(1, entity_cost(entity))),
        Root::Entities(page) => entities_cost(page),
        Root::Search(page) => search_cost(page),
        Root::Fact { fact, .. } => add(1, fact_cost(fact)),
        Root::Facts { facts, .. } => facts_cost(facts),
        Root::Observations(page) => observations_cost(page),
        Root::Observation { observation, .. } => add(1, observation_cost(observation)),
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

/// A page whose rows' nested parts cost `row`.
fn page_cost(page: &PageArgs, row: u64, sift: u64) -> u64 {
    let rows = if page.items { times(u64::from(page.limit), add(1, row)) } else { 0 };
    add(add(1 + u64::from(page.total), rows), sift)
}

fn entities_cost(page: &EntitiesPage) -> u64 {
    page_cost(&page.page, entity_cost(&page.entity), add(filter_cost(&page.filter), order_cost(&page.order)))
}

fn search_cost(page: &SearchPage) -> u64 {
    page_cost(&page.page, entity_cost(&page.entity), SEARCH)
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
    }))
}

fn filter_cost(filter: &Filter) -> u64 {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => sum(parts.iter().map(filter_cost)),
        Filter::Not(inner) => filter_cost(inner),
        Filter::Related { hop, node, .. } => add(times(RELATION, add(1, filter_cost(node))), hop_cost(*hop)),
        Filter::Within(_) | Filter::Name(Test::Contains(_)) => 1,
        Filter::Kinds(_) | Filter::Ids(_) | Filter::Name(_) | Filter::Property(..) => 0,
    }
}

/// What stands in an entity's row beyond plain values: of its shapes the dearest, for any kind may come.
fn entity_cost(entity: &EntityProjection) -> u64 {
    entity.shapes.iter().map(|(_, slots)| sum(slots.iter().map(slot_cost))).max().unwrap_or(0)
}

fn slot_cost(slot: &Slot) -> u64 {
    match slot {
        Slot::Id
        | Slot::Name(_)
        | Slot::Names
        | Slot::Disambiguation(_)
        | Slot::Description(_)
        | Slot::Property(_)
        | Slot::Degree => 0,
        Slot::Sources(limit, document) => citations_cost(*limit, document),
        Slot::Edges(page) => edges_cost(page),
        Slot::One(hop, entity) => add(1 + hop_cost(*hop), entity_cost(entity)),
        Slot::Related(page) => related_cost(page),
        Slot::Facts(page) => facts_cost(page),
        Slot::Observations(page) => observations_cost(page),
    }
}

fn edges_cost(page: &EdgesPage) -> u64 {
    let sift = add(add(filter_cost(&page.node), order_cost(&page.order)), hop_cost(page.hop));
    page_cost(&page.page, edge_cost(&page.row), sift)
}

fn related_cost(page: &RelatedPage) -> u64 {
    page_cost(&page.page, edge_cost(&page.row), u64::from(page.groups))
}

fn facts_cost(page: &FactsPage) -> u64 {
    let filter = &page.filter;
    let filters = sum([&filter.document, &filter.subject, &filter.object].into_iter().map(filter_cost));
    let places = if filter.places_differ.is_some() { 2 * RELATION } else { 0 };
    let order = page.order.iter().filter(|by| by.key != FactKey::Relationship).count() as u64;
    page_cost(&page.page, fact_cost(&page.row), add(add(filters, places), order))
}

fn edge_cost(row: &[EdgeSlot]) -> u64 {
    sum(row.iter().map(|slot| match slot {
        EdgeSlot::Fact(fact) | EdgeSlot::Facts(fact) => fact_cost(fact),
        EdgeSlot::Node(entity) => entity_cost(entity),
        EdgeSlot::Property(_) | EdgeSlot::Relationship | EdgeSlot::Direction | EdgeSlot::Status => 0,
    }))
}

fn fact_cost(fact: &FactProjection) -> u64 {
    sum(fact.iter().map(|slot| match slot {
        FactSlot::Subject(entity) | FactSlot::Object(entity) => entity_cost(entity),
        FactSlot::SupersededBy(fact) => add(1, fact_cost(fact)),
        FactSlot::Sources(limit, document) => citations_cost(*limit, document),
        _ => 0,
    }))
}

fn citations_cost(limit: u32, citation: &CitationProjection) -> u64 {
    let documents = sum(citation.iter().map(|slot| match slot {
        CitationSlot::Document(entity) => entity_cost(entity),
        CitationSlot::Section | CitationSlot::Supports => 0,
    }));
    add(1, times(u64::from(limit), documents))
}

fn observations_cost(page: &ObservationsPage) -> u64 {
    page_cost(&page.page, observation_cost(&page.row), observation_filter_cost(&page.filter))
}

fn observation_filter_cost(filter: &ObservationFilter) -> u64 {
    match filter {
        ObservationFilter::And(parts) | ObservationFilter::Or(parts) => sum(parts.iter().map(observation_filter_cost)),
        ObservationFilter::Not(inner) => observation_filter_cost(inner),
        ObservationFilter::Indicator(inner) | ObservationFilter::Subject(inner) | ObservationFilter::Sector(inner) => {
            filter_cost(inner)
        }
        ObservationFilter::When(_) | ObservationFilter::Value(_) | ObservationFilter::Status(_) => 0,
    }
}

fn observation_cost(row: &ObservationProjection) -> u64 {
    sum(row.iter().map(|slot| match slot {
        ObservationSlot::Indicator(entity) | ObservationSlot::Subjects(entity) | ObservationSlot::Rank(entity) => {
            entity_cost(entity)
        }
        ObservationSlot::Scope { sector, place } => add(entity_cost(sector), entity_cost(place)),
        ObservationSlot::BreakdownOf(whole) => add(1, observation_cost(whole)),
        ObservationSlot::Sources(limit, document) => citations_cost(*limit, document),
        _ => 0,
    }))
}
