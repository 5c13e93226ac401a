//! Values of aggregates.

use super::values::{list, misfit, sort_value, whole};
use super::{Decoded, Decoder, Part};
use crate::graph::Decimal;
use crate::ontology::ValueType;
use crate::plan::ir::{AggregateSlot, GroupBy, GroupKey};
use crate::store::Datum;
use crate::store::aggregate::{Figures, ValueCounts};

impl Decoder<'_> {
    pub(super) fn aggregate_slot(&self, slot: &AggregateSlot, value: Part<'_>) -> Decoded {
        match slot {
            AggregateSlot::Count => Ok(Datum::Int(whole(&value)?)),
            AggregateSlot::By(by) => self.groups_by(by, value),
            AggregateSlot::Values(key, limit) => {
                let mut counts = ValueCounts::default();
                for value in list(value)? {
                    counts.add(match (key, value) {
                        (GroupKey::Kind, value) => vec![sort_value(self.constant(value)?)?],
                        (_, Part::Null) => Vec::new(),
                        (_, Part::List(items)) => items.into_iter().map(sort_value).collect::<Decoded<_>>()?,
                        (_, value) => vec![sort_value(value)?],
                    });
                }
                Ok(counts.groups(key.ty(self.ontology), *limit))
            }
            AggregateSlot::Figures(id) => {
                let is_whole = self.ontology.property(*id).ty == ValueType::Int;
                let mut figures = Figures::default();
                for value in list(value)? {
                    let number = whole(&value)?;
                    let number = if is_whole { Decimal::whole(number) } else { Some(Decimal::from_scaled(number)) };
                    figures.add(number.ok_or_else(|| misfit("a number in the range of its type", &value))?);
                }
                Ok(figures.datum())
            }
        }
    }

    /// The constant of a kind's name.
    fn constant(&self, value: Part<'_>) -> Decoded<Part<'_>> {
        match &value {
            Part::Text(name) => match self.ontology.kind_named(name) {
                Some(kind) => Ok(Part::Text(self.ontology.kind(kind).constant.to_string().into())),
                None => Err(misfit("a kind's name", &value)),
            },
            other => Err(misfit("a kind's name", other)),
        }
    }

    /// `[total, unassigned, [[entities, entity] …]]`
    fn groups_by(&self, by: &GroupBy, value: Part<'_>) -> Decoded {
        let mut parts = list(value)?.into_iter();
        let mut next = || parts.next().unwrap_or(Part::Null);
        let (total, unassigned, groups) = (next(), next(), next());
        let optional =
            |value: Part<'_>| if value == Part::Null { Ok(Datum::Null) } else { whole(&value).map(Datum::Int) };
        let mut rows = Vec::new();
        for group in list(groups)? {
            let mut group = list(group)?.into_iter();
            let (count, entity) = (group.next().unwrap_or(Part::Null), group.next().unwrap_or(Part::Null));
            rows.push(Datum::List(vec![Datum::Int(whole(&count)?), self.entity(entity, &by.entity)?]));
        }
        Ok(Datum::List(vec![optional(total)?, optional(unassigned)?, Datum::List(rows)]))
    }
}
