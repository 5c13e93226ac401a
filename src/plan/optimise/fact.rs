//! Where a page of facts starts: at the entities that its subject or object must be, at its documents, or at all facts of its relationships.

use super::{Counts, Measure, Planner, conjuncts};
use crate::ontology::{Direction, RelId};
use crate::plan::ir::{Anchor, FactAnchor, FactFilter, FactKey, FactOrder, FactsPage, Filter};
use std::sync::Arc;

/// Facts and entities looked at to find an entity's places, about.
const PLACES: f64 = 6.0;
/// The share of facts that pass a part of a filter of which nothing is known.
const SHARE: f64 = 0.3;

impl<C: Counts> Planner<'_, C> {
    /// The cheapest anchor of a page of facts.
    pub(super) fn facts_anchor(&self, page: &FactsPage) -> FactAnchor {
        let mut best = (self.facts_cost(&FactAnchor::Scan, page), FactAnchor::Scan);
        let ends = [
            (&page.filter.subject, FactAnchor::Subject as fn(Anchor) -> FactAnchor),
            (&page.filter.object, FactAnchor::Object),
        ];
        let mut candidates = Vec::new();
        for (filter, at) in ends {
            let mut parts = Vec::new();
            conjuncts(filter, &mut parts);
            candidates.extend(parts.into_iter().filter_map(|part| self.anchor_of(part)).map(at));
        }
        candidates.extend(documents(&page.filter.document).map(FactAnchor::Documents));
        for anchor in candidates {
            let cost = self.facts_cost(&anchor, page);
            if cost < best.0 {
                best = (cost, anchor);
            }
        }
        best.1
    }

    /// Facts and entities that a store looks at before it writes the first row, about.
    pub(super) fn facts_cost(&self, anchor: &FactAnchor, page: &FactsPage) -> u64 {
        let relationships = self.asked(&page.filter);
        let check = 1.0 + self.fact_check(&page.filter, anchor);
        let all = relationships.iter().map(|id| self.counts.edges(*id)).sum::<u64>() as f64;
        let from_end = |end: &Anchor, direction: Direction| {
            let ends = self.measure(end, self.ontology.all_kinds());
            let facts = relationships.iter().map(|id| self.facts_of(end, ends, *id, direction)).sum::<f64>();
            (ends.setup + ends.size, facts.min(all))
        };
        let (setup, facts) = match anchor {
            FactAnchor::Scan if is_walked(&page.order) && !page.page.total => {
                let wanted = if page.page.items { f64::from(page.page.limit) + 1.0 } else { 0.0 };
                (0.0, (wanted / share(&page.filter)).min(all))
            }
            FactAnchor::Scan => (0.0, all),
            FactAnchor::Subject(end) => from_end(end, Direction::Out),
            FactAnchor::Object(end) => from_end(end, Direction::In),
            FactAnchor::Documents(ids) => {
                let citing = ids.iter().map(|id| self.counts.citing(id)).sum::<u64>() as f64;
                (citing, citing.min(all))
            }
        };
        // A float beyond the range saturates.
        (setup + facts * check) as u64
    }

    /// The relationships that a filter leaves.
    fn asked(&self, filter: &FactFilter) -> Vec<RelId> {
        match &filter.relationships {
            Some(asked) => asked.clone(),
            None => (0..).map(RelId).take(self.ontology.relationships.len()).collect(),
        }
    }

    /// Facts of a relationship at the ends that an anchor gives.
    fn facts_of(&self, end: &Anchor, ends: Measure, id: RelId, direction: Direction) -> f64 {
        if let Anchor::Ids(ids) = end {
            let exact: Option<u64> = ids.iter().map(|end| self.counts.edges_of(end, id, direction)).sum();
            if let Some(exact) = exact {
                return exact as f64;
            }
        }
        (ends.size * self.fan_out(id, direction)).min(self.counts.edges(id) as f64)
    }

    /// Facts and entities looked at to test one fact, about.
    fn fact_check(&self, filter: &FactFilter, anchor: &FactAnchor) -> f64 {
        let ends = self.check(&filter.subject) + self.check(&filter.object);
        let is_at_documents = matches!(anchor, FactAnchor::Documents(_));
        let documents = if filter.document.is_true() || is_at_documents { 0.0 } else { 1.0 };
        let places = if filter.places_differ.is_some() { 2.0 * PLACES } else { 0.0 };
        ends + documents + places
    }
}

/// Whether stores keep facts in this order.
fn is_walked(order: &[FactOrder]) -> bool {
    matches!(order, [] | [FactOrder { key: FactKey::Relationship, descending: false }])
}

/// The share of facts that pass, about; never 0.
fn share(filter: &FactFilter) -> f64 {
    let parts = [&filter.document, &filter.subject, &filter.object].into_iter().filter(|part| !part.is_true()).count();
    let tests = usize::from(filter.places_differ.is_some()) + usize::from(filter.conflicting == Some(true));
    (0..parts + tests).map(|_| SHARE).product()
}

/// The documents one of which must be cited, if the filter says so by id.
fn documents(filter: &Filter) -> Option<Vec<Arc<str>>> {
    let mut parts = Vec::new();
    conjuncts(filter, &mut parts);
    parts.into_iter().find_map(|part| match part {
        Filter::Ids(ids) => Some(ids.clone()),
        _ => None,
    })
}
