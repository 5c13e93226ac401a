//! Where a page of facts starts: at the entities that its subject or object must be, at its documents, or at all facts of its relationships.

use super::{Counts, Measure, Planner, conjuncts};
use crate::ontology::{Direction, RelId};
use crate::plan::ir::{Anchor, FactAnchor, FactFilter, FactsPage, Filter};
use std::sync::Arc;

/// Facts and entities looked at to find an entity's places, about.
const PLACES: f64 = 6.0;
/// The share of facts that pass a part of a filter of which nothing is known.
const SHARE: f64 = 0.3;
/// The share of facts that others contradict.
const RARE: f64 = 0.01;

impl<C: Counts> Planner<'_, C> {
    /// The cheapest anchor of a page of facts.
    pub(super) fn facts_anchor(&self, page: &FactsPage) -> FactAnchor {
        let FactFilter { subject, object, document, .. } = &page.filter;
        let subjects = self.ends(subject).into_iter().map(FactAnchor::Subject);
        let objects = self.ends(object).into_iter().map(FactAnchor::Object);
        let documents = documents(document).map(FactAnchor::Documents);
        let mut best = (self.facts_cost(&FactAnchor::Scan, page), FactAnchor::Scan);
        for anchor in subjects.chain(objects).chain(documents) {
            let cost = self.facts_cost(&anchor, page);
            if cost < best.0 {
                best = (cost, anchor);
            }
        }
        best.1
    }

    /// Facts and entities that a store looks at before it writes the first row, about.
    pub(super) fn facts_cost(&self, anchor: &FactAnchor, page: &FactsPage) -> u64 {
        let filter = &page.filter;
        let relationships = self.asked(filter);
        let all = relationships.iter().map(|id| self.counts.edges(*id)).sum::<u64>() as f64;
        let measure = match anchor {
            FactAnchor::Scan
                if page.is_in_usual_order() && !page.page.total && self.counts.keeps_facts(&relationships) =>
            {
                let wanted = if page.page.items { page.page.looked_for() as f64 } else { 0.0 };
                Measure { setup: 0.0, size: (wanted / self.share(filter, &relationships, all)).min(all) }
            }
            FactAnchor::Scan => Measure { setup: 0.0, size: all },
            FactAnchor::Subject(end) => self.facts_at(end, Direction::Out, &relationships),
            FactAnchor::Object(end) => self.facts_at(end, Direction::In, &relationships),
            FactAnchor::Documents(ids) => self.facts_citing(ids),
        };
        // A float beyond the range saturates.
        (measure.setup + measure.size * (1.0 + self.fact_check(filter, anchor))) as u64
    }

    /// The relationships that a filter leaves.
    fn asked(&self, filter: &FactFilter) -> Vec<RelId> {
        match &filter.relationships {
            Some(asked) => asked.clone(),
            None => (0..).map(RelId).take(self.ontology.relationships.len()).collect(),
        }
    }

    /// The anchors that the filter of an end offers.
    fn ends(&self, filter: &Filter) -> Vec<Anchor> {
        let mut parts = Vec::new();
        conjuncts(filter, &mut parts);
        parts.into_iter().filter_map(|part| self.anchor_of(part)).collect()
    }

    /// The facts of some relationships at the entities of an anchor.
    fn facts_at(&self, end: &Anchor, direction: Direction, relationships: &[RelId]) -> Measure {
        let ends = self.measure(end, self.ontology.all_kinds());
        let facts = |id: &RelId| {
            let exact = match end {
                Anchor::Ids(ids) => {
                    ids.iter().map(|end| self.counts.edges_of(end, *id, direction)).sum::<Option<u64>>()
                }
                _ => None,
            };
            let most = self.counts.edges(*id) as f64;
            exact.map_or_else(|| (ends.size * self.fan_out(*id, direction)).min(most), |exact| exact as f64)
        };
        Measure { setup: ends.setup + ends.size, size: relationships.iter().map(facts).sum() }
    }

    fn facts_citing(&self, ids: &[Arc<str>]) -> Measure {
        let size = ids.iter().map(|id| self.counts.citing(id)).sum::<u64>() as f64;
        Measure { setup: size, size }
    }

    /// The share of the facts of some relationships that pass, about; never 0.
    fn share(&self, filter: &FactFilter, relationships: &[RelId], all: f64) -> f64 {
        let all = all.max(1.0);
        let of_end = |filter: &Filter, direction: Direction| {
            let ends = self.ends(filter);
            let least = ends.iter().map(|end| self.facts_at(end, direction, relationships).size / all);
            least.reduce(f64::min).unwrap_or(if filter.is_true() { 1.0 } else { SHARE })
        };
        let document = match documents(&filter.document) {
            Some(ids) => self.facts_citing(&ids).size / all,
            None if filter.document.is_true() => 1.0,
            None => SHARE,
        };
        let places = if filter.places_differ.is_some() { SHARE } else { 1.0 };
        let conflicting = if filter.conflicting == Some(true) { RARE } else { 1.0 };
        let ends = of_end(&filter.subject, Direction::Out) * of_end(&filter.object, Direction::In);
        (ends * document * places * conflicting).clamp(1.0 / all, 1.0)
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

/// The documents one of which must be cited, if the filter says so by id.
fn documents(filter: &Filter) -> Option<Vec<Arc<str>>> {
    let mut parts = Vec::new();
    conjuncts(filter, &mut parts);
    parts.into_iter().find_map(|part| match part {
        Filter::Ids(ids) => Some(ids.clone()),
        _ => None,
    })
}
