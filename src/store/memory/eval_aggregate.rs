//! Aggregates over lists of entities.

use super::eval::Eval;
use super::eval_filter::number;
use super::eval_page::sort_value;
use crate::graph::{Decimal, Value};
use crate::plan::ir::{AggregateSlot, Filter, GroupBy, GroupKey, SortValue};
use crate::store::aggregate::{Figures, ValueCounts};
use crate::store::{Datum, StoreError};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

impl<'s> Eval<'s> {
    /// The values of an aggregate over entities, each of them given once.
    pub(super) fn aggregate(&self, nodes: &[u32], slots: &[AggregateSlot]) -> Result<Vec<Datum>, StoreError> {
        let mut row = Vec::with_capacity(slots.len());
        for slot in slots {
            row.push(match slot {
                AggregateSlot::Count => Datum::Int(nodes.len() as i64),
                AggregateSlot::By(by) => self.groups_by(nodes, by)?,
                AggregateSlot::Values(key, limit) => self.value_groups(nodes, *key, *limit)?,
                AggregateSlot::Figures(id) => {
                    let mut figures = Figures::default();
                    for node in nodes {
                        self.meter.node()?;
                        let scaled = self.property(*node, *id).and_then(number);
                        if let Some(scaled) = scaled.and_then(|scaled| i64::try_from(scaled).ok()) {
                            figures.add(Decimal::from_scaled(scaled));
                        }
                    }
                    figures.datum()
                }
            });
        }
        Ok(row)
    }

    fn value_groups(&self, nodes: &[u32], key: GroupKey, limit: u32) -> Result<Datum, StoreError> {
        let mut counts = ValueCounts::default();
        for node in nodes {
            self.meter.node()?;
            counts.add(match key {
                GroupKey::Kind => vec![SortValue::Str(self.ontology.kind(self.head(*node).kind).constant.clone())],
                GroupKey::Property(id) => match self.property(*node, id) {
                    Some(Value::List(items)) => items.iter().map(sort_value).collect(),
                    value => value.map(sort_value).into_iter().collect(),
                },
            });
        }
        Ok(counts.groups(key.ty(self.ontology), limit))
    }

    /// An entity and its ancestors, those that pass.
    fn above_at(&self, node: u32, level: &Filter) -> Result<Vec<u32>, StoreError> {
        let mut all = Vec::new();
        self.climb(node, |above| {
            all.push(above);
            false
        })?;
        let mut passing = Vec::new();
        for above in all {
            if self.passes(above, level)? {
                passing.push(above);
            }
        }
        Ok(passing)
    }

    fn groups_by(&self, nodes: &[u32], by: &GroupBy) -> Result<Datum, StoreError> {
        let mut entities: HashMap<u32, i64> = HashMap::new();
        let mut raised: HashMap<u32, Vec<u32>> = HashMap::new();
        let (mut unassigned, mut groups) = (0, Vec::new());
        for node in nodes {
            groups.clear();
            for entry in self.index.edges(*node, by.relationship, by.direction) {
                self.meter.edge()?;
                let head = self.fact_head(entry.fact);
                if !by.status.contains(head.status) || !head.is_current(self.view) {
                    continue;
                }
                let Some(level) = &by.up else {
                    groups.push(entry.neighbour);
                    continue;
                };
                match raised.entry(entry.neighbour) {
                    Entry::Occupied(known) => groups.extend_from_slice(known.get()),
                    Entry::Vacant(place) => {
                        groups.extend_from_slice(place.insert(self.above_at(entry.neighbour, level)?))
                    }
                }
            }
            groups.sort_unstable();
            groups.dedup();
            unassigned += i64::from(groups.is_empty());
            for group in &groups {
                *entities.entry(*group).or_default() += 1;
            }
        }
        let optional = |wanted: bool, number: i64| if wanted { Datum::Int(number) } else { Datum::Null };
        let total = optional(by.total, entities.len() as i64);
        let mut ordered: Vec<(u32, i64)> = entities.into_iter().collect();
        // Entities are numbered in the order of their ids.
        ordered.sort_unstable_by_key(|(group, count)| (Reverse(*count), *group));
        let mut rows = Vec::new();
        for (group, count) in ordered.into_iter().take(by.limit as usize) {
            rows.push(Datum::List(vec![Datum::Int(count), self.entity(group, &by.entity)?]));
        }
        Ok(Datum::List(vec![total, optional(by.unassigned, unassigned), Datum::List(rows)]))
    }
}
