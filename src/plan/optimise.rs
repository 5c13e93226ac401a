//! Where a page of entities starts, and a page of facts ([`fact`]). The answer is the same from every anchor; the work is not: on a hundred thousand companies
//! the selective end of a filter costs a thousandth of a scan.
//!
//! Estimates come from [`Counts`], which every store gives. A part of the filter that must hold (a part of its conjunction) offers
//! an anchor; each is measured by how many entities and facts it makes the store look at, and the cheapest is taken. An order that a store
//! keeps as a list competes too: it ends when the page is full, after about `limit / selectivity` entities.

mod fact;
mod left;

pub use left::left;

use super::ir::{AggregateSlot, Anchor, EntitiesPage, EntityKey, EntityOrder, Filter, Hop, Quantifier, Root, Test};
use crate::graph::Value;
use crate::ontology::{Direction, Indexing, KindSet, Link, Ontology, PropId, RelId};
use std::sync::Arc;

/// How much there is of something, as an optimiser needs it: an estimate may be old, an answer must be quick.
pub trait Counts {
    /// Entities of some kinds.
    fn entities(&self, kinds: KindSet) -> u64;
    /// Facts of a relationship.
    fn edges(&self, relationship: RelId) -> u64;
    /// Entities with at least one fact of a relationship read in a direction (`Out`: its subjects).
    fn ends(&self, relationship: RelId, direction: Direction) -> u64;
    /// Facts of a relationship at one entity. None: only averages are known.
    fn edges_of(&self, id: &str, relationship: RelId, direction: Direction) -> Option<u64>;
    /// Entities whose unique or indexed property has a value.
    fn with_property(&self, property: PropId, value: &Value) -> u64;
    /// Entities that have a folded name.
    fn named(&self, folded: &str) -> u64;
    /// Entities under one in the hierarchies, itself included.
    fn under(&self, id: &str) -> u64;
    /// Facts that a document is cited for.
    fn citing(&self, document: &str) -> u64;
    /// Observations.
    fn observations(&self) -> u64;
    /// Keys under which names are searched.
    fn search_keys(&self) -> u64;
    /// Whether the store keeps a list of entities in an order, so that a page is read from it without looking at what follows.
    fn keeps(&self, order: &[EntityOrder]) -> bool;
    /// Likewise the facts of several relationships at once, in their usual order.
    fn keeps_facts(&self, relationships: &[RelId]) -> bool;
    /// Whether the store tests of an entity what the anchor that gave it says already.
    fn tests_again(&self) -> bool;
}

/// Chooses the anchor of a page of entities or facts, and narrows the kinds of entities to those that the filter leaves. Other roots have no
/// choice.
pub fn choose_anchor(root: &mut Root, ontology: &Ontology, counts: &impl Counts) {
    let planner = Planner { ontology, counts };
    match root {
        Root::Entities(page) => planner.choose(page),
        Root::Facts { anchor, facts } => *anchor = planner.facts_anchor(facts),
        _ => {}
    }
}

impl<C: Counts> Planner<'_, C> {
    fn choose(&self, page: &mut EntitiesPage) {
        let mut parts = Vec::new();
        conjuncts(&page.filter, &mut parts);
        for part in &parts {
            if let Filter::Kinds(kinds) = part
                && !kinds.and(page.kinds).is_empty()
            {
                page.kinds = kinds.and(page.kinds);
            }
        }
        let candidates = parts.iter().filter_map(|part| self.anchor_of(part));
        let walk = if self.counts.keeps(&page.order) { Anchor::OrderWalk } else { Anchor::Scan };
        let mut best = (self.cost(&walk, page), walk);
        for anchor in candidates {
            let cost = self.cost(&anchor, page);
            if cost < best.0 {
                best = (cost, anchor);
            }
        }
        page.anchor = best.1;
    }
}

/// About how many entities and facts a store looks at before it writes the first row. Rows themselves are priced by [`super::budget`].
pub fn visits(root: &Root, ontology: &Ontology, counts: &impl Counts) -> u64 {
    match root {
        Root::ByIds { .. } | Root::Fact { .. } | Root::Observation { .. } | Root::Totals => 0,
        Root::Entities(page) => Planner { ontology, counts }.cost(&page.anchor, page),
        Root::Facts { anchor, facts } => Planner { ontology, counts }.facts_cost(anchor, facts),
        // The keys are scanned as one text, which is quicker than visiting them; but a common text is in many.
        Root::Search(_) => counts.search_keys() / 2,
        Root::Observations(_) => counts.observations(),
    }
}

/// Whether stores keep an index of a property's values.
pub fn is_indexed(id: PropId, ontology: &Ontology) -> bool {
    let property = ontology.property(id);
    property.indexing != Indexing::None && !property.history
}

/// The parts that must all hold.
fn conjuncts<'f>(filter: &'f Filter, parts: &mut Vec<&'f Filter>) {
    match filter {
        Filter::And(inner) => inner.iter().for_each(|part| conjuncts(part, parts)),
        Filter::Or(inner) if inner.len() == 1 => inner.iter().for_each(|part| conjuncts(part, parts)),
        other => parts.push(other),
    }
}

struct Planner<'a, C: Counts> {
    ontology: &'a Ontology,
    counts: &'a C,
}

/// What an anchor makes a store do.
#[derive(Clone, Copy)]
struct Measure {
    /// Visits until the entities are at hand.
    setup: f64,
    /// How many entities it gives.
    size: f64,
}

impl<C: Counts> Planner<'_, C> {
    /// The anchor that a part of a conjunction offers.
    fn anchor_of(&self, part: &Filter) -> Option<Anchor> {
        match part {
            Filter::Ids(ids) => Some(Anchor::Ids(ids.clone())),
            Filter::Within(ids) => Some(Anchor::Within(ids.clone())),
            Filter::Name(Test::In(values)) => Some(Anchor::Name(texts(values)?)),
            Filter::Property(id, Test::In(values)) if is_indexed(*id, self.ontology) => {
                Some(Anchor::Property(*id, values.clone()))
            }
            Filter::Or(parts) => {
                // Several ids, or several values of one property, said as alternatives.
                let anchors: Option<Vec<Anchor>> = parts.iter().map(|part| self.anchor_of(part)).collect();
                anchors?.into_iter().map(Some).reduce(|a, b| merged(a?, b?)).flatten()
            }
            Filter::Related { hop, quantifier: Quantifier::Some, node, .. } => {
                let kinds = self.far_kinds(*hop);
                let mut parts = Vec::new();
                conjuncts(node, &mut parts);
                let anchors = parts.iter().filter_map(|part| self.anchor_of(part)).chain([Anchor::Scan]);
                let weighed = anchors.map(|anchor| {
                    let via = Anchor::Via { hop: *hop, kinds, inner: Box::new(anchor) };
                    (self.measure(&via, kinds), via)
                });
                let total = |measure: &Measure| measure.setup + measure.size;
                weighed.min_by(|a, b| total(&a.0).total_cmp(&total(&b.0))).map(|(_, via)| via)
            }
            _ => None,
        }
    }

    fn far_kinds(&self, hop: Hop) -> KindSet {
        let link = match hop {
            Hop::Edge(id, _) if self.ontology.relationship(id).symmetric => {
                return self.ontology.kinds_of(self.ontology.relationship(id).from);
            }
            Hop::Edge(id, direction) => Link::Relationship(id, direction),
            Hop::Derived(id, direction) => Link::Derived(id, direction),
        };
        self.ontology.kinds_of(self.ontology.link_target(link))
    }

    /// Visits until an anchor's entities are at hand, and their number. `kinds` are those that a scan would go through.
    fn measure(&self, anchor: &Anchor, kinds: KindSet) -> Measure {
        let plain = |size: u64| Measure { setup: 0.0, size: size as f64 };
        match anchor {
            Anchor::Scan | Anchor::OrderWalk => plain(self.counts.entities(kinds)),
            Anchor::Ids(ids) => plain(ids.len() as u64),
            Anchor::Property(id, values) => plain(values.iter().map(|v| self.counts.with_property(*id, v)).sum()),
            Anchor::Name(texts) => plain(texts.iter().map(|text| self.counts.named(text)).sum()),
            Anchor::Within(ids) => {
                let size = ids.iter().map(|id| self.counts.under(id)).sum::<u64>() as f64;
                Measure { setup: size, size }
            }
            Anchor::Via { hop, kinds: far, inner } => {
                let ends = self.measure(inner, *far);
                let facts = self.reached(*hop, inner, ends.size.min(self.counts.entities(*far) as f64));
                // However many facts there are, they lead to no more entities than there are.
                let size = if kinds.is_empty() { facts } else { facts.min(self.counts.entities(kinds) as f64) };
                Measure { setup: ends.setup + ends.size + facts, size }
            }
        }
    }

    /// How many entities a hop leads back to from `ends` entities at its far end.
    fn reached(&self, hop: Hop, inner: &Anchor, ends: f64) -> f64 {
        match hop {
            Hop::Edge(id, direction) => {
                if let Anchor::Ids(ids) = inner {
                    let exact: Option<u64> =
                        ids.iter().map(|end| self.counts.edges_of(end, id, direction.opposite())).sum();
                    if let Some(exact) = exact {
                        return exact as f64;
                    }
                }
                let most = match inner {
                    // What is joined to something below them by a hierarchy is below them too.
                    Anchor::Within(_) if direction == Direction::Out && self.ontology.relationship(id).hierarchy => {
                        self.measure(inner, KindSet::EMPTY).size
                    }
                    _ => self.counts.edges(id) as f64,
                };
                (ends * self.fan_out(id, direction.opposite())).min(most)
            }
            Hop::Derived(id, direction) => {
                let steps = &self.ontology.shortcut(id).steps;
                let each = |reading: fn(Direction) -> Direction| {
                    steps.iter().map(|s| self.fan_out(s.relationship, reading(s.direction))).product::<f64>()
                };
                // Back over the hop: against the steps when it is read along them.
                ends * if direction == Direction::Out { each(Direction::opposite) } else { each(|d| d) }
            }
        }
    }

    /// Facts of a relationship at an entity that has any, on average.
    fn fan_out(&self, id: RelId, direction: Direction) -> f64 {
        self.counts.edges(id) as f64 / (self.counts.ends(id, direction).max(1)) as f64
    }

    fn cost(&self, anchor: &Anchor, page: &EntitiesPage) -> u64 {
        let entities = self.counts.entities(page.kinds) as f64;
        let check = 1.0
            + match self.counts.tests_again() {
                true => self.check(&page.filter),
                false => self.check(&left(&page.filter, anchor)),
            };
        let is_free = page.filter.is_true();
        let keys = page.order.iter().map(|by| match by.key {
            EntityKey::Related(hop, _) => self.edges_of(hop),
            EntityKey::Name | EntityKey::Degree | EntityKey::Property(_) => 0.0,
        });
        let keys: f64 = keys.sum();
        let whole = if page.aggregate.is_empty() { 0.0 } else { check + self.gather(&page.aggregate) };
        let cost = match anchor {
            Anchor::OrderWalk if !page.page.items && is_free && page.aggregate.is_empty() => 1.0,
            Anchor::OrderWalk if (!page.page.total || is_free) && page.aggregate.is_empty() => {
                let selectivity = self.selectivity(&page.filter, entities);
                (page.page.looked_for() as f64 / selectivity).min(entities) * check
            }
            // A scan's entities are sorted, all that pass at once.
            anchor => {
                let measure = self.measure(anchor, page.kinds);
                measure.setup + measure.size * (check + 1.0 + keys + whole)
            }
        };
        // A float beyond the range saturates.
        cost as u64
    }

    /// Facts looked at to test one entity, about.
    fn check(&self, filter: &Filter) -> f64 {
        match filter {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().map(|part| self.check(part)).sum(),
            Filter::Not(inner) => self.check(inner),
            // A path up to each place above it, with the tests of its facts.
            Filter::Within(_) => 8.0,
            // Its own citations, then those of its facts.
            Filter::Cited(_) => 5.0,
            Filter::Related { hop, node, .. } => self.edges_of(*hop) * (1.0 + self.check(node)),
            Filter::Kinds(_) | Filter::Ids(_) | Filter::Name(_) | Filter::Property(..) => 0.0,
        }
    }

    /// Edges of a hop at one entity, about.
    fn edges_of(&self, hop: Hop) -> f64 {
        match hop {
            Hop::Edge(id, direction) => self.fan_out(id, direction),
            Hop::Derived(id, _) => {
                let steps = &self.ontology.shortcut(id).steps;
                steps.iter().map(|step| self.fan_out(step.relationship, step.direction)).product()
            }
        }
    }

    /// Facts looked at for an aggregate at one entity, about.
    fn gather(&self, slots: &[AggregateSlot]) -> f64 {
        let each = slots.iter().map(|slot| match slot {
            AggregateSlot::Count => 0.0,
            AggregateSlot::Values(..) | AggregateSlot::Figures(_) => 1.0,
            AggregateSlot::By(by) => self.fan_out(by.relationship, by.direction),
        });
        each.sum()
    }

    /// The share of `entities` that pass, about; never 0.
    fn selectivity(&self, filter: &Filter, entities: f64) -> f64 {
        let share = match filter {
            Filter::And(parts) => parts.iter().map(|part| self.selectivity(part, entities)).product(),
            Filter::Or(parts) => parts.iter().map(|part| self.selectivity(part, entities)).sum(),
            Filter::Not(inner) => 1.0 - self.selectivity(inner, entities),
            Filter::Kinds(_) => 1.0,
            Filter::Name(Test::Contains(_) | Test::StartsWith(_)) => 0.02,
            Filter::Related { quantifier: Quantifier::None | Quantifier::Every, .. } => 0.5,
            part => match self.anchor_of(part) {
                Some(anchor) => self.measure(&anchor, KindSet::EMPTY).size / entities.max(1.0),
                None => 0.3,
            },
        };
        share.clamp(1.0 / entities.max(1.0), 1.0)
    }
}

fn texts(values: &[Value]) -> Option<Vec<Arc<str>>> {
    let text = |value: &Value| match value {
        Value::Str(text) => Some(text.clone()),
        _ => None,
    };
    values.iter().map(text).collect()
}

/// One anchor for the entities of both, where the two are of the same sort.
fn merged(a: Anchor, b: Anchor) -> Option<Anchor> {
    match (a, b) {
        (Anchor::Ids(a), Anchor::Ids(b)) => Some(Anchor::Ids([a, b].concat())),
        (Anchor::Name(a), Anchor::Name(b)) => Some(Anchor::Name([a, b].concat())),
        (Anchor::Within(a), Anchor::Within(b)) => Some(Anchor::Within([a, b].concat())),
        (Anchor::Property(p, a), Anchor::Property(q, b)) if p == q => Some(Anchor::Property(p, [a, b].concat())),
        _ => None,
    }
}
