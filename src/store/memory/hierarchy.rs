//! Walks of the hierarchies, up and down. What an entity is under, says [`Filter::Within`](crate::plan::ir::Filter::Within).

use super::eval::Eval;
use super::index::Index;
use crate::graph::StatusSet;
use crate::ontology::Direction::{In, Out};
use crate::store::StoreError;

impl Index {
    /// Visits an entity and all its ancestors, once each, until `visit` has seen enough. `holds` tells whether a fact is current and held.
    pub(super) fn climb<E>(
        &self,
        node: u32,
        holds: impl Fn(u32) -> Result<bool, E>,
        mut visit: impl FnMut(u32) -> bool,
    ) -> Result<(), E> {
        if visit(node) {
            return Ok(());
        }
        // Those whose inherited hierarchy counts for the entity, ...
        let mut met = vec![node];
        // ... and those beyond one that has it of its own: of them only the plain hierarchies count. Few, so that lists do.
        let mut beyond = Vec::new();
        let mut next = 0;
        while let Some(at) = met.get(next).copied() {
            next += 1;
            let mut has_own = false;
            if let Some((relationship, _)) = self.hierarchies.inherited {
                for entry in self.edges(at, relationship, Out) {
                    if holds(entry.fact)? {
                        has_own = true;
                        if !met.contains(&entry.neighbour) {
                            if visit(entry.neighbour) {
                                return Ok(());
                            }
                            met.push(entry.neighbour);
                        }
                    }
                }
            }
            for relationship in &self.hierarchies.plain {
                let counts = self.hierarchies.inherited.is_none_or(|(_, over)| over == *relationship && !has_own);
                for entry in self.edges(at, *relationship, Out) {
                    if met.contains(&entry.neighbour) || !holds(entry.fact)? {
                        continue;
                    }
                    if !counts {
                        beyond.push(entry.neighbour);
                        continue;
                    }
                    if visit(entry.neighbour) {
                        return Ok(());
                    }
                    met.push(entry.neighbour);
                }
            }
        }
        while let Some(at) = beyond.pop() {
            if met.contains(&at) {
                continue;
            }
            if visit(at) {
                return Ok(());
            }
            met.push(at);
            for relationship in &self.hierarchies.plain {
                for entry in self.edges(at, *relationship, Out) {
                    if holds(entry.fact)? {
                        beyond.push(entry.neighbour);
                    }
                }
            }
        }
        Ok(())
    }

    /// Some entities and all that have one of them among their ancestors, in no order, once each.
    fn descend<E>(&self, tops: &[u32], holds: impl Fn(u32) -> Result<bool, E>) -> Result<Vec<u32>, E> {
        let mut met = Marks::over(self.nodes.len());
        let mut found: Vec<u32> = tops.iter().copied().filter(|node| met.mark(*node)).collect();
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            next += 1;
            for relationship in &self.hierarchies.plain {
                for entry in self.edges(at, *relationship, In) {
                    if holds(entry.fact)? && met.mark(entry.neighbour) {
                        found.push(entry.neighbour);
                    }
                }
            }
        }
        let Some((relationship, over)) = self.hierarchies.inherited else { return Ok(found) };
        // What is under these over plain hierarchies has been met.
        let plainly = found.len();
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            for entry in self.edges(at, relationship, In) {
                if holds(entry.fact)? && met.mark(entry.neighbour) {
                    found.push(entry.neighbour);
                }
            }
            for entry in if next < plainly { &[] } else { self.edges(at, over, In) } {
                if met.has(entry.neighbour) || !holds(entry.fact)? {
                    continue;
                }
                let mut own = self.edges(entry.neighbour, relationship, Out).iter();
                let has_own = loop {
                    match own.next() {
                        Some(own) if holds(own.fact)? => break true,
                        Some(_) => {}
                        None => break false,
                    }
                };
                if !has_own && met.mark(entry.neighbour) {
                    found.push(entry.neighbour);
                }
            }
            next += 1;
        }
        Ok(found)
    }
}

impl Eval<'_> {
    /// Visits an entity and all its ancestors, once each, until `visit` has seen enough.
    pub(super) fn climb(&self, node: u32, visit: impl FnMut(u32) -> bool) -> Result<(), StoreError> {
        self.index.climb(node, |fact| self.looks_and_holds(fact), visit)
    }

    /// Some entities and all that have one of them among their ancestors, in no order, once each.
    pub(super) fn all_under(&self, tops: &[u32]) -> Result<Vec<u32>, StoreError> {
        self.index.descend(tops, |fact| self.looks_and_holds(fact))
    }

    fn looks_and_holds(&self, fact: u32) -> Result<bool, StoreError> {
        self.meter.edge()?;
        Ok(self.is_held(fact))
    }

    /// Whether a fact is current and its status one of those that traversals follow.
    pub(super) fn is_held(&self, fact: u32) -> bool {
        let head = self.fact_head(fact);
        StatusSet::HELD.contains(head.status) && head.is_current(self.view)
    }
}

/// A bit an entity.
pub(super) struct Marks(Vec<u64>);

impl Marks {
    /// None of so many is marked.
    pub(super) fn over(entities: usize) -> Marks {
        Marks(vec![0; entities.div_ceil(64)])
    }
    /// Whether it is marked.
    pub(super) fn has(&self, node: u32) -> bool {
        self.0[node as usize / 64] & (1 << (node % 64)) != 0
    }
    /// Marks it; false if it was already.
    pub(super) fn mark(&mut self, node: u32) -> bool {
        let is_new = !self.has(node);
        self.0[node as usize / 64] |= 1 << (node % 64);
        is_new
    }
}
