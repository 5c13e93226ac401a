//! Filters and tests.

use super::eval::Eval;
use super::hierarchy::Marks;
use crate::graph::{Citation, Decimal, PartialDate, Value, When};
use crate::plan::ir::{EdgeFilter, Filter, Hop, Quantifier, Test};
use crate::store::StoreError;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;

/// After so many tests of one `Within` upwards, everything under it is collected once instead.
const CLIMBS: u32 = 64;

/// What a part of a filter means in this graph.
pub(super) enum Prepared {
    /// Entities, ascending.
    Ids(Vec<u32>),
    /// A hierarchy test.
    Within(Within),
}

/// These entities and all under them.
pub(super) struct Within {
    tops: Vec<u32>,
    climbs: Cell<u32>,
    /// All of them, once collected.
    under: OnceCell<Marks>,
}

impl<'s> Eval<'s> {
    /// Whether an entity passes a filter.
    pub(super) fn passes(&self, node: u32, filter: &Filter) -> Result<bool, StoreError> {
        Ok(match filter {
            Filter::And(parts) => {
                for part in parts {
                    if !self.passes(node, part)? {
                        return Ok(false);
                    }
                }
                true
            }
            Filter::Or(parts) => {
                for part in parts {
                    if self.passes(node, part)? {
                        return Ok(true);
                    }
                }
                false
            }
            Filter::Not(inner) => !self.passes(node, inner)?,
            Filter::Kinds(kinds) => kinds.contains(self.head(node).kind),
            Filter::Ids(ids) => match &*self.prepare(filter, || Prepared::Ids(self.resolve(ids))) {
                Prepared::Ids(nodes) => nodes.binary_search(&node).is_ok(),
                Prepared::Within(_) => false,
            },
            Filter::Within(ids) => {
                let make = || Within { tops: self.resolve(ids), climbs: Cell::new(0), under: OnceCell::new() };
                match &*self.prepare(filter, || Prepared::Within(make())) {
                    Prepared::Within(within) => self.is_within(node, within)?,
                    Prepared::Ids(_) => false,
                }
            }
            Filter::Cited(document) => self.is_named(node, document)?,
            Filter::Name(test) => self.name_passes(node, test),
            Filter::Property(id, test) => passes(self.property(node, *id), test),
            Filter::Related { hop, quantifier, edge, node: inner } => {
                self.related(node, *hop, *quantifier, edge, inner)?
            }
        })
    }

    fn prepare(&self, filter: &Filter, make: impl FnOnce() -> Prepared) -> Rc<Prepared> {
        let address = std::ptr::from_ref(filter) as usize;
        if let Some((_, found)) = self.prepared.borrow().iter().find(|(at, _)| *at == address) {
            return found.clone();
        }
        let made = Rc::new(make());
        self.prepared.borrow_mut().push((address, made.clone()));
        made
    }

    /// The entities of ids, retired ones followed, ascending and once each.
    pub(super) fn resolve(&self, ids: &[Arc<str>]) -> Vec<u32> {
        let mut nodes: Vec<u32> = ids.iter().filter_map(|id| self.graph.find(id)).map(|ix| ix.0).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    fn is_within(&self, node: u32, within: &Within) -> Result<bool, StoreError> {
        if within.tops.binary_search(&node).is_ok() {
            return Ok(true);
        }
        if within.tops.is_empty() {
            return Ok(false);
        }
        if within.under.get().is_none() && within.climbs.get() < CLIMBS {
            within.climbs.set(within.climbs.get() + 1);
            let mut found = false;
            self.climb(node, |above| {
                found = within.tops.binary_search(&above).is_ok();
                found
            })?;
            return Ok(found);
        }
        if within.under.get().is_none() {
            let mut marks = Marks::over(self.graph.nodes.len());
            for under in self.all_under(&within.tops)? {
                marks.mark(under);
            }
            // Nobody else can have set it: one thread evaluates.
            let _ = within.under.set(marks);
        }
        Ok(within.under.get().is_some_and(|under| under.has(node)))
    }

    /// Whether one of these citations is from a document that is seen and passes.
    pub(super) fn cites(&self, citations: &[Citation], document: &Filter) -> Result<bool, StoreError> {
        for citation in citations {
            if self.is_seen(citation.document.0) && self.passes(citation.document.0, document)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an entity is named by a document: [`Filter::Cited`].
    fn is_named(&self, node: u32, document: &Filter) -> Result<bool, StoreError> {
        if self.cites(&self.node(node).citations, document)? {
            return Ok(true);
        }
        for (relationship, direction) in self.index.links_of(node) {
            for entry in self.index.edges(node, *relationship, *direction) {
                self.meter.edge()?;
                let fact = &self.graph.facts[entry.fact as usize];
                if fact.known_from <= self.view.known && self.cites(&fact.citations, document)? {
                    return Ok(true);
                }
            }
        }
        for figures in [&self.index.by_subject, &self.index.by_indicator] {
            for ix in figures.under(node) {
                self.meter.node()?;
                let figure = &self.graph.observations[*ix as usize];
                if figure.known_from <= self.view.known && self.cites(&figure.citations, document)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn name_passes(&self, node: u32, test: &Test) -> bool {
        let mut names = self.index.names.names_of(node);
        let is_one_of = |name: &str, values: &[Value]| values.iter().any(|v| v.as_str() == Some(name));
        match test {
            Test::In(values) => names.any(|name| is_one_of(name, values)),
            Test::NotIn(values) => !names.any(|name| is_one_of(name, values)),
            Test::Contains(text) => names.any(|name| name.contains(&**text)),
            Test::StartsWith(text) => names.any(|name| name.starts_with(&**text)),
            Test::IsNull(null) => !null,
            _ => false,
        }
    }

    fn related(
        &self,
        node: u32,
        hop: Hop,
        quantifier: Quantifier,
        edge: &EdgeFilter,
        inner: &Filter,
    ) -> Result<bool, StoreError> {
        // The answer is settled by the first edge that passes (some, none) or that fails (every).
        let settles = |passed: bool| passed != (quantifier == Quantifier::Every);
        let settled = quantifier == Quantifier::Some;
        match hop {
            Hop::Edge(relationship, direction) => {
                for entry in self.index.edges(node, relationship, direction) {
                    self.meter.edge()?;
                    if !self.fact_head(entry.fact).is_current(self.view) {
                        continue;
                    }
                    let passed = self.edge_passes(entry.fact, edge) && self.passes(entry.neighbour, inner)?;
                    if settles(passed) {
                        return Ok(settled);
                    }
                }
            }
            Hop::Derived(id, direction) => {
                for path in self.paths(node, id, direction, edge.basis.as_deref())? {
                    let passed = path.passes(edge) && self.passes(path.neighbour, inner)?;
                    if settles(passed) {
                        return Ok(settled);
                    }
                }
            }
        }
        Ok(!settled)
    }

    /// Whether a fact passes an edge filter; whether it is current is another question.
    pub(super) fn edge_passes(&self, fact: u32, filter: &EdgeFilter) -> bool {
        let head = self.fact_head(fact);
        filter.status.is_none_or(|set| set.contains(head.status))
            && filter.basis.as_ref().is_none_or(|set| set.contains(&head.basis))
            && filter
                .properties
                .iter()
                .all(|(position, test)| passes(self.graph.facts[fact as usize].property(*position), test))
    }
}

/// Whether a value, or its absence, passes a test.
pub(super) fn passes(value: Option<&Value>, test: &Test) -> bool {
    match value {
        Some(Value::List(items)) if items.is_empty() => *test == Test::IsNull(true),
        Some(Value::List(items)) => match test {
            Test::NotIn(values) => !items.iter().any(|item| values.contains(item)),
            _ => items.iter().any(|item| passes(Some(item), test)),
        },
        None => *test == Test::IsNull(true),
        Some(value) => match test {
            Test::In(values) => values.contains(value),
            Test::NotIn(values) => !values.contains(value),
            Test::Contains(text) => value.as_str().is_some_and(|v| v.contains(&**text)),
            Test::StartsWith(text) => value.as_str().is_some_and(|v| v.starts_with(&**text)),
            Test::Gt(than) => compares(value, than, |a, b| a > b),
            Test::Gte(than) => compares(value, than, |a, b| a >= b),
            Test::Lt(than) => compares(value, than, |a, b| a < b),
            Test::Lte(than) => compares(value, than, |a, b| a <= b),
            Test::During(_) | Test::Before(_) | Test::After(_) => match value {
                Value::Date(date) => period_passes(date.first(), date.last(), test),
                _ => false,
            },
            Test::IsNull(null) => !null,
        },
    }
}

fn compares(value: &Value, than: &Value, holds: impl Fn(i128, i128) -> bool) -> bool {
    matches!((number(value), number(than)), (Some(a), Some(b)) if holds(a, b))
}

/// A number in ten-thousandths.
pub(super) fn number(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) => Some(i128::from(*number) * i128::from(Decimal::SCALE)),
        Value::Decimal(number) => Some(i128::from(number.scaled())),
        _ => None,
    }
}

fn period_passes(first: i32, last: i32, test: &Test) -> bool {
    match test {
        Test::During(date) => first >= date.first() && last <= date.last(),
        Test::Before(date) => last < date.first(),
        Test::After(date) => first > date.last(),
        _ => false,
    }
}

/// Whether the time of an observation passes a test.
pub(super) fn when_passes(when: &When, test: &Test) -> bool {
    let date: Option<PartialDate> = when.earliest.filter(|earliest| when.latest == Some(*earliest));
    match test {
        Test::In(_) | Test::NotIn(_) => passes(date.map(Value::Date).as_ref(), test),
        Test::IsNull(null) => *null == (when.earliest.is_none() && when.latest.is_none()),
        _ => period_passes(when.first(), when.last(), test),
    }
}
