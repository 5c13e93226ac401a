//! Aggregates.

use super::{Misfit, Row, Writer, Written, json};
use crate::api::select::{
    AggregateField, EntityGroupField, EntityGroups, EntityGroupsField, Field, SummaryField, ValueGroupField,
};
use crate::store::Datum;

impl Writer<'_> {
    /// An aggregate, whose values come next in the row.
    pub(super) fn aggregate(&mut self, fields: &[Field<AggregateField>], row: &mut Row) -> Written {
        self.object(fields, |this, field| match field {
            AggregateField::Typename(name) => this.name(name),
            AggregateField::Count => this.present(row.next()?),
            AggregateField::By(groups) => this.entity_groups(groups, row.next()?),
            AggregateField::Values(_, fields) => {
                let Datum::List(groups) = row.next()? else { return Err(Misfit("groups are missing")) };
                this.list(groups, |this, group| {
                    let [key, count] = parts(group)?;
                    this.object(fields, |this, field| match field {
                        ValueGroupField::Typename => this.name("ValueGroup"),
                        ValueGroupField::Key => this.plain(key),
                        ValueGroupField::Count => this.present(count),
                    })
                })
            }
            AggregateField::Figures(_, fields) => {
                let figures: &[Datum; 4] = parts(row.next()?)?;
                this.object(fields, |this, field| match (field, figures) {
                    (SummaryField::Typename, _) => this.name("NumberSummary"),
                    (SummaryField::Part(at), _) => this.plain(figures.get(*at).unwrap_or(&Datum::Null)),
                    (SummaryField::Average, [Datum::Int(count), _, _, Datum::Sum(sum)]) => {
                        let average = u64::try_from(*count).ok().and_then(|count| sum.average(count));
                        json::decimal(this.out, average.ok_or(Misfit("a sum of nothing"))?);
                        Ok(())
                    }
                    (SummaryField::Average, _) => {
                        json::null(this.out);
                        Ok(())
                    }
                })
            }
        })
    }

    fn entity_groups(&mut self, groups: &EntityGroups, datum: &Datum) -> Written {
        let [total, unassigned, found] = parts(datum)?;
        let Datum::List(found) = found else { return Err(Misfit("groups are missing")) };
        self.object(&groups.fields, |this, field| match field {
            EntityGroupsField::Typename => this.name("EntityGroups"),
            EntityGroupsField::TotalCount => this.present(total),
            EntityGroupsField::Unassigned => this.present(unassigned),
            EntityGroupsField::Groups(fields) => this.list(found, |this, group| {
                let [count, entity] = parts(group)?;
                let Datum::Entity(kind, values) = entity else { return Err(Misfit("an entity is missing")) };
                this.object(fields, |this, field| match field {
                    EntityGroupField::Typename => this.name("EntityGroup"),
                    EntityGroupField::Count => this.present(count),
                    EntityGroupField::Key(at) => {
                        let (before, set) = groups.keys.split_at_checked(*at).ok_or(Misfit("no such key"))?;
                        let set = set.first().ok_or(Misfit("no such key"))?;
                        let taken = before.iter().flat_map(|set| set.fields(*kind)).map(|field| field.what.slots());
                        let mut row = Row::of(values.get(taken.sum()..).unwrap_or(&[]));
                        this.entity_part(set, *kind, &mut row)
                    }
                })
            }),
        })
    }
}

/// The parts of a record.
fn parts<const N: usize>(datum: &Datum) -> Result<&[Datum; N], Misfit> {
    match datum {
        Datum::List(values) => values.as_slice().try_into().map_err(|_| Misfit("a record has other parts")),
        _ => Err(Misfit("a record is missing")),
    }
}
