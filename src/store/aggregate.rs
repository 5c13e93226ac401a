//! What both stores make of values that they gathered for an aggregate: groups of equal values, and figures.

use super::Datum;
use crate::graph::{Decimal, PartialDate, Sum};
use crate::ontology::ValueType;
use crate::plan::ir::SortValue;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Entities counted by a value.
#[derive(Default)]
pub(super) struct ValueCounts(BTreeMap<SortValue, i64>);

impl ValueCounts {
    /// Counts one entity with these values; with none it counts as being without.
    pub(super) fn add(&mut self, mut values: Vec<SortValue>) {
        if values.is_empty() {
            values.push(SortValue::Null);
        }
        values.sort_unstable();
        values.dedup();
        for value in values {
            *self.0.entry(value).or_default() += 1;
        }
    }

    /// [`crate::plan::ir::AggregateSlot::Values`] of a property of a type.
    pub(super) fn groups(self, ty: &ValueType, limit: u32) -> Datum {
        // The order of values stays where counts are equal.
        let mut groups: Vec<(SortValue, i64)> = self.0.into_iter().collect();
        groups.sort_by_key(|(_, count)| Reverse(*count));
        groups.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let group = |(value, count)| Datum::List(vec![text(value, ty), Datum::Int(count)]);
        Datum::List(groups.into_iter().map(group).collect())
    }
}

/// A value as text.
fn text(value: SortValue, ty: &ValueType) -> Datum {
    match (value, ty) {
        (SortValue::Null, _) => Datum::Null,
        (SortValue::Str(text), _) => Datum::Str(text),
        (value, ValueType::List(element)) => text(value, element),
        (SortValue::Int(truth), ValueType::Boolean) => Datum::Str(if truth == 0 { "false" } else { "true" }.into()),
        (SortValue::Int(scaled), ValueType::Decimal) => Datum::Str(Decimal::from_scaled(scaled).to_string().into()),
        (SortValue::Int(code), ValueType::PartialDate) => {
            let date = i32::try_from(code).ok().and_then(PartialDate::from_code);
            date.map_or(Datum::Null, |date| Datum::Str(date.to_string().into()))
        }
        (SortValue::Int(number), _) => Datum::Str(number.to_string().into()),
    }
}

/// Numbers of entities.
#[derive(Default)]
pub(super) struct Figures {
    count: i64,
    range: Option<(Decimal, Decimal)>,
    sum: Sum,
}

impl Figures {
    /// Counts one entity with this number.
    pub(super) fn add(&mut self, number: Decimal) {
        let (smallest, largest) = self.range.unwrap_or((number, number));
        self.range = Some((smallest.min(number), largest.max(number)));
        self.count += 1;
        self.sum.add(number);
    }

    /// [`crate::plan::ir::AggregateSlot::Figures`].
    pub(super) fn datum(self) -> Datum {
        let count = Datum::Int(self.count);
        Datum::List(match self.range {
            Some((smallest, largest)) => {
                vec![count, Datum::Decimal(smallest), Datum::Decimal(largest), Datum::Sum(self.sum)]
            }
            None => vec![count, Datum::Null, Datum::Null, Datum::Null],
        })
    }
}
