//! Searches by name.

use super::eval::Eval;
use super::order::{Best, Directions, page};
use super::search::Found;
use crate::plan::ir::{SearchPage, SortValue};
use crate::store::{Datum, Item, StoreError};
use std::sync::Arc;

/// Of an entity that was looked at and is not wanted.
const NOT_WANTED: u32 = u32::MAX;

impl<'s> Eval<'s> {
    pub(super) fn search(&self, plan: &SearchPage) -> Result<Datum, StoreError> {
        let best = self.found_by_name(plan)?;
        let total = plan.page.total.then_some(best.len() as u64);
        let mut items = Best::new(&plan.page, Directions::new(Vec::new()));
        if plan.page.items {
            for found in best {
                let rank = || SortValue::Int(-found.rank);
                if !items.is_hopeless(rank()) {
                    let name = SortValue::Str(self.node(found.node).sort_name.clone());
                    items.offer(vec![rank(), name, self.id_key(found.node)], found);
                }
            }
        }
        let (items, more) = items.finish();
        page(items, more, total, |(keys, found)| {
            let matched = |part: &dyn Fn() -> Arc<str>| if plan.matched { Datum::Str(part()) } else { Datum::Null };
            let row = vec![
                Datum::Int(found.rank),
                matched(&|| found.value(self.node(found.node))),
                matched(&|| found.field.name().into()),
                self.entity(found.node, &plan.entity)?,
            ];
            Ok(Item { keys: plan.page.keys_of(|| keys), row })
        })
    }

    /// The entities that are found and wanted, each by its best key, in no order.
    fn found_by_name(&self, plan: &SearchPage) -> Result<Vec<Found<'s>>, StoreError> {
        // By entity: where it stands in `best`, plus one; untouched memory costs nothing.
        let mut places = vec![0u32; self.graph.nodes.len()];
        let mut best: Vec<Found<'s>> = Vec::new();
        self.index.names.matches(&plan.text, &self.meter, |found| {
            let place = &mut places[found.node as usize];
            match *place {
                0 if self.is_wanted(found.node, plan)? => {
                    best.push(found);
                    *place = best.len() as u32;
                }
                0 => *place = NOT_WANTED,
                NOT_WANTED => {}
                at => {
                    let known = &mut best[at as usize - 1];
                    if found.is_shown_before(known, self.node(found.node)) {
                        *known = found;
                    }
                }
            }
            Ok(())
        })?;
        Ok(best)
    }

    fn is_wanted(&self, node: u32, plan: &SearchPage) -> Result<bool, StoreError> {
        if !plan.kinds.contains(self.head(node).kind) || !self.is_seen(node) {
            return Ok(false);
        }
        self.meter.node()?;
        self.passes(node, &plan.filter)
    }
}
