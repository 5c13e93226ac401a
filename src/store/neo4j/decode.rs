//! Rows of Neo4j to the store's data, by the plan that they answer. The plan says what stands where, the ontology what type it has;
//! a row that does not fit is a fault of ours.

mod aggregate;
mod values;

use super::counts::{KNOWN_UNTIL, OBSERVATIONS};
use super::render::are_items_alone;
use super::value::Part;
use std::collections::BTreeMap;

use crate::graph::PartialDate;
use crate::graph::naming::KeyField;
use crate::ontology::{Ontology, RelId};
use crate::plan::ir::{
    AggregateSlot, CitationProjection, CitationSlot, DatedSlot, EdgeSlot, EdgesPage, EntityProjection, FactProjection,
    FactSlot, Hop, NamePart, ObservationProjection, ObservationSlot, PageArgs, RelatedPage, Root, Slot, SortValue,
};
use crate::store::{Datum, Item, Page};
use values::{count, day, decimal, list, listed_when, misfit, small, sort_value, text, texts, typed, when, whole};

/// That a row does not fit its plan, and where.
#[derive(Debug, thiserror::Error)]
#[error("{expected} expected, found {found}")]
pub struct Misfit {
    expected: &'static str,
    found: String,
}

type Decoded<T = Datum> = Result<T, Misfit>;

/// The answer of a root field from the rows of its statement.
pub fn answer(ontology: &Ontology, root: &Root, rows: Vec<Part<'_>>) -> Decoded {
    let decoder = Decoder { ontology };
    let mut rows = rows.into_iter();
    let mut one = || rows.next().unwrap_or(Part::Null);
    Ok(match root {
        Root::ByIds { ids, entity, .. } if ids.len() == 1 => Datum::List(vec![decoder.entity(one(), entity)?]),
        Root::ByIds { entity, .. } => Datum::List(rows.map(|row| decoder.entity(row, entity)).collect::<Decoded<_>>()?),
        Root::Entities(page) => {
            let row = |row: Row<'_>| row.map(|value| decoder.entity(value, &page.entity)).collect();
            decoder.listing(one(), &page.page, &page.aggregate, row)?
        }
        Root::Search(page) => decoder.page(one(), &page.page, |mut row| {
            let mut next = || row.next().unwrap_or(Part::Null);
            let (rank, value, field, entity) = (next(), next(), next(), next());
            let field = match field {
                Part::Null => None,
                number => usize::try_from(whole(&number)?).ok().and_then(|number| KeyField::ALL.get(number)),
            };
            let field = field.map_or(Datum::Null, |field| Datum::Str(field.name().into()));
            Ok(vec![Datum::Int(whole(&rank)?), text(value)?, field, decoder.entity(entity, &page.entity)?])
        })?,
        Root::Fact { fact, .. } => decoder.fact(one(), fact)?,
        Root::Facts { facts, .. } => decoder.page(one(), &facts.page, |row| decoder.fact_row(row, &facts.row))?,
        Root::Observations(page) => decoder.page(one(), &page.page, |row| decoder.observation_row(row, &page.row))?,
        Root::Totals => totals(one())?,
        Root::Observation { observation, .. } => match one() {
            Part::Null => Datum::Null,
            row => Datum::List(decoder.observation_row(list(row)?.into_iter(), observation)?),
        },
    })
}

/// What an import counted, as [`TOTALS`](super::counts::TOTALS) lists it.
fn totals(row: Part<'_>) -> Decoded {
    let mut parts = list(row)?.into_iter();
    let mut numbers =
        || -> Decoded<Vec<i64>> { list(parts.next().unwrap_or(Part::Null))?.iter().map(whole).collect::<Decoded<_>>() };
    let (kinds, facts, others) = (numbers()?, numbers()?, numbers()?);
    let datum = |counts: Vec<i64>| Datum::List(counts.into_iter().map(Datum::Int).collect());
    let other = |at: usize| others.get(at).copied().unwrap_or(0);
    let day = i32::try_from(other(KNOWN_UNTIL)).ok().and_then(PartialDate::from_code);
    let known_until = day.map_or(Datum::Null, Datum::Date);
    Ok(Datum::List(vec![datum(kinds), datum(facts), Datum::Int(other(OBSERVATIONS)), known_until]))
}

struct Decoder<'a> {
    ontology: &'a Ontology,
}

/// The values of a row that are not read yet.
type Row<'a> = std::vec::IntoIter<Part<'a>>;

impl Decoder<'_> {
    /// A page with nothing beside it.
    fn page<'r>(&self, value: Part<'r>, args: &PageArgs, row: impl Fn(Row<'r>) -> Decoded<Vec<Datum>>) -> Decoded {
        Ok(Datum::Page(Box::new(self.parts(value, args, false, row)?.0)))
    }

    /// A page of entities, with an aggregate over the whole list.
    fn listing<'r>(
        &self,
        value: Part<'r>,
        args: &PageArgs,
        slots: &[AggregateSlot],
        row: impl Fn(Row<'r>) -> Decoded<Vec<Datum>>,
    ) -> Decoded {
        let (mut page, beside) = self.parts(value, args, !slots.is_empty(), row)?;
        if let Some(values) = beside {
            let values = list(values)?.into_iter();
            page.aggregate = self.row(values, slots, |slot, value| self.aggregate_slot(slot, value))?;
        }
        Ok(Datum::Page(Box::new(page)))
    }

    /// A page's items and total, and what stands beside them.
    fn parts<'r>(
        &self,
        value: Part<'r>,
        args: &PageArgs,
        has_beside: bool,
        row: impl Fn(Row<'r>) -> Decoded<Vec<Datum>>,
    ) -> Decoded<(Page, Option<Part<'r>>)> {
        let mut page = Page::default();
        let (rows, beside) = if are_items_alone(args, has_beside) {
            (list(value)?, None)
        } else {
            let mut parts = list(value)?.into_iter();
            let rows = list(parts.next().unwrap_or(Part::Null))?;
            page.total = parts.next().filter(|total| *total != Part::Null).as_ref().map(count).transpose()?;
            (rows, parts.next())
        };
        page.items.reserve_exact(rows.len());
        for item in rows {
            let mut values = list(item)?.into_iter();
            let keys = if args.keys {
                list(values.next().unwrap_or(Part::Null))?.into_iter().map(sort_value).collect::<Decoded<_>>()?
            } else {
                Vec::new()
            };
            page.items.push(Item { keys, row: row(values)? });
        }
        let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
        page.more = page.items.len() > limit;
        page.items.truncate(limit);
        if args.backward {
            page.items.reverse();
        }
        Ok((page, beside))
    }

    /// `[type, direction, status]` of every edge to groups, ascending.
    fn groups(&self, edges: Vec<Part<'_>>) -> Decoded<Vec<(RelId, u8, u8, u64)>> {
        let mut groups: BTreeMap<(&str, u8, u8), (RelId, u64)> = BTreeMap::new();
        for edge in edges {
            let edge = list(edge)?;
            let [relationship, direction, status] = edge.as_slice() else {
                return Err(misfit("type, direction and status", &Part::List(edge)));
            };
            let relationship = self.relationship(relationship)?;
            let name = &*self.ontology.relationship(relationship).name;
            groups.entry((name, small(direction)?, small(status)?)).or_insert((relationship, 0)).1 += 1;
        }
        Ok(groups.into_iter().map(|((_, direction, status), (id, edges))| (id, direction, status, edges)).collect())
    }

    fn relationship(&self, value: &Part<'_>) -> Decoded<RelId> {
        match value {
            Part::Text(name) => {
                self.ontology.relationship_named(name).ok_or_else(|| misfit("a relationship's type", value))
            }
            other => Err(misfit("a relationship's type", other)),
        }
    }

    fn entity(&self, value: Part<'_>, projection: &EntityProjection) -> Decoded {
        if value == Part::Null {
            return Ok(Datum::Null);
        }
        let mut parts = list(value)?.into_iter();
        let kind = match parts.next().unwrap_or(Part::Null) {
            Part::Text(name) => {
                self.ontology.kind_named(&name).ok_or_else(|| misfit("a kind's name", &Part::Text(name)))?
            }
            other => return Err(misfit("a kind's name", &other)),
        };
        let values = self.row(parts, projection.slots(kind), |slot, value| self.slot(slot, value))?;
        Ok(Datum::Entity(kind, values))
    }

    fn slot(&self, slot: &Slot, value: Part<'_>) -> Decoded {
        match slot {
            Slot::Id | Slot::Name(_) | Slot::Disambiguation(_) | Slot::Description(_) => text(value),
            Slot::Names(parts) => {
                let values = parts.iter().zip(list(value)?).map(|(part, value)| match part {
                    NamePart::Zh | NamePart::En => text(value),
                    NamePart::Short | NamePart::Former | NamePart::Aliases => texts(value),
                });
                Ok(Datum::List(values.collect::<Decoded<_>>()?))
            }
            Slot::Property(property) => typed(&self.ontology.property(*property).ty, self.ontology, value),
            Slot::History(property, slots) => {
                let ty = &self.ontology.property(*property).ty;
                let rows = list(value)?.into_iter().map(|row| {
                    let row = self.row(list(row)?.into_iter(), slots, |slot, value| match slot {
                        DatedSlot::Value => typed(ty, self.ontology, value),
                        DatedSlot::Since | DatedSlot::Until => listed_when(value),
                        DatedSlot::Sources(_, citations) => self.sources(value, citations),
                    });
                    Ok(Datum::List(row?))
                });
                Ok(Datum::List(rows.collect::<Decoded<_>>()?))
            }
            Slot::Degree => Ok(Datum::Int(whole(&value)?)),
            Slot::Sources(_, citations) => self.sources(value, citations),
            Slot::Edges(page) => self.edges(value, page),
            Slot::One(_, projection) => self.entity(value, projection),
            Slot::Related(page) => self.related(value, page),
            Slot::Facts(page) => self.page(value, &page.page, |row| self.fact_row(row, &page.row)),
            Slot::Observations(page) => self.page(value, &page.page, |row| self.observation_row(row, &page.row)),
        }
    }

    fn row<'r, S>(&self, row: Row<'r>, slots: &[S], each: impl Fn(&S, Part<'r>) -> Decoded) -> Decoded<Vec<Datum>> {
        if row.len() != slots.len() {
            return Err(misfit("a value for each slot", &Part::List(row.collect())));
        }
        slots.iter().zip(row).map(|(slot, value)| each(slot, value)).collect()
    }

    fn edges(&self, value: Part<'_>, page: &EdgesPage) -> Decoded {
        let relationship = match page.hop {
            Hop::Edge(relationship, _) => Some(relationship),
            Hop::Derived(..) => None,
        };
        let edges = self.listing(value, &page.page, &page.aggregate, |row| {
            self.row(row, &page.row, |slot, value| self.edge_slot(slot, value, relationship))
        })?;
        Ok(match (edges, page.hop) {
            (Datum::Page(mut edges), Hop::Derived(..)) if page.page.keys => {
                edges.items.iter_mut().for_each(|item| item.keys.push(SortValue::Str("".into())));
                Datum::Page(edges)
            }
            (edges, _) => edges,
        })
    }

    fn related(&self, value: Part<'_>, related: &RelatedPage) -> Decoded {
        let (mut page, groups) = self.parts(value, &related.page, related.groups, |row| {
            self.row(row, &related.row, |slot, value| self.edge_slot(slot, value, None))
        })?;
        if let Some(groups) = groups {
            page.groups = self.groups(list(groups)?)?;
        }
        Ok(Datum::Page(Box::new(page)))
    }

    fn edge_slot(&self, slot: &EdgeSlot, value: Part<'_>, relationship: Option<RelId>) -> Decoded {
        if value == Part::Null {
            return Ok(Datum::Null);
        }
        match slot {
            EdgeSlot::Fact(facts) => self.fact(value, facts),
            EdgeSlot::Property(position) => {
                let properties = relationship.map(|id| &self.ontology.relationship(id).properties);
                match properties.and_then(|properties| properties.get(usize::from(*position))) {
                    Some(property) => typed(&property.ty, self.ontology, value),
                    None => Err(misfit("nothing, as there is no such edge property", &value)),
                }
            }
            EdgeSlot::Node(projection) => self.entity(value, projection),
            EdgeSlot::Relationship => Ok(Datum::Int(self.relationship(&value)?.0.into())),
            EdgeSlot::Direction | EdgeSlot::Status => Ok(Datum::Int(whole(&value)?)),
            EdgeSlot::Facts(facts) => {
                Ok(Datum::List(list(value)?.into_iter().map(|fact| self.fact(fact, facts)).collect::<Decoded<_>>()?))
            }
        }
    }

    fn fact(&self, value: Part<'_>, slots: &FactProjection) -> Decoded {
        match value {
            Part::Null => Ok(Datum::Null),
            value => Ok(Datum::List(self.fact_row(list(value)?.into_iter(), slots)?)),
        }
    }

    fn fact_row(&self, row: Row<'_>, slots: &FactProjection) -> Decoded<Vec<Datum>> {
        self.row(row, slots, |slot, value| match slot {
            FactSlot::Id | FactSlot::Note | FactSlot::Doubt => text(value),
            FactSlot::Relationship => Ok(Datum::Int(self.relationship(&value)?.0.into())),
            FactSlot::Status | FactSlot::Basis => Ok(Datum::Int(whole(&value)?)),
            FactSlot::Since | FactSlot::Until => when(value),
            FactSlot::Properties => self.edge_properties(value),
            FactSlot::KnownFrom | FactSlot::KnownTo => day(&value),
            FactSlot::Subject(projection) | FactSlot::Object(projection) => self.entity(value, projection),
            FactSlot::SupersededBy(facts) => self.fact(value, facts),
            FactSlot::Sources(_, citations) => self.sources(value, citations),
        })
    }

    /// `[type, all properties]` to those that the type declares.
    fn edge_properties(&self, value: Part<'_>) -> Decoded {
        let mut parts = list(value)?.into_iter();
        let (kind, properties) = (parts.next().unwrap_or(Part::Null), parts.next().unwrap_or(Part::Null));
        let relationship = self.ontology.relationship(self.relationship(&kind)?);
        let Part::Map(mut properties) = properties else { return Err(misfit("a fact's properties", &properties)) };
        let mut found = Vec::new();
        for (position, declared) in (0i64..).zip(&relationship.properties) {
            if let Some(i) = properties.iter().position(|(name, _)| **name == *declared.name) {
                let (_, value) = properties.swap_remove(i);
                found.push(Datum::List(vec![Datum::Int(position), typed(&declared.ty, self.ontology, value)?]));
            }
        }
        Ok(Datum::List(found))
    }

    fn sources(&self, value: Part<'_>, slots: &CitationProjection) -> Decoded {
        let rows = list(value)?.into_iter().map(|row| {
            let row = self.row(list(row)?.into_iter(), slots, |slot, value| match slot {
                CitationSlot::Document(projection) => self.entity(value, projection),
                CitationSlot::Section => text(value),
                CitationSlot::Supports => match value {
                    Part::Null => Ok(Datum::List(Vec::new())),
                    Part::Text(names) => {
                        let names = names.split(',').filter(|name| !name.is_empty());
                        Ok(Datum::List(names.map(|name| Datum::Str(name.into())).collect()))
                    }
                    other => Err(misfit("names joined by commas", &other)),
                },
            });
            Ok(Datum::List(row?))
        });
        Ok(Datum::List(rows.collect::<Decoded<_>>()?))
    }

    fn observation_row(&self, row: Row<'_>, slots: &ObservationProjection) -> Decoded<Vec<Datum>> {
        self.row(row, slots, |slot, value| match slot {
            ObservationSlot::Id | ObservationSlot::Unit | ObservationSlot::Note | ObservationSlot::Doubt => text(value),
            ObservationSlot::Indicator(projection) => self.entity(value, projection),
            ObservationSlot::Subjects(projection) => {
                let subjects = list(value)?.into_iter().map(|subject| self.entity(subject, projection));
                Ok(Datum::List(subjects.collect::<Decoded<_>>()?))
            }
            ObservationSlot::When => when(value),
            ObservationSlot::Span | ObservationSlot::Bound | ObservationSlot::Status => Ok(Datum::Int(whole(&value)?)),
            ObservationSlot::Value => decimal(&value),
            ObservationSlot::Normalized => {
                let mut parts = list(value)?.into_iter();
                let (value, unit) = (parts.next().unwrap_or(Part::Null), parts.next().unwrap_or(Part::Null));
                if unit == Part::Null { Ok(Datum::Null) } else { Ok(Datum::List(vec![decimal(&value)?, text(unit)?])) }
            }
            ObservationSlot::Rank(projection) => {
                let mut parts = list(value)?.into_iter();
                let mut next = || parts.next().unwrap_or(Part::Null);
                let (position, bound, among, within) = (next(), next(), next(), next());
                if position == Part::Null {
                    return Ok(Datum::Null);
                }
                let (position, bound) = (Datum::Int(whole(&position)?), Datum::Int(whole(&bound)?));
                Ok(Datum::List(vec![position, bound, text(among)?, self.entity(within, projection)?]))
            }
            ObservationSlot::Scope { sector, place } => {
                let mut parts = list(value)?.into_iter();
                let mut next = || parts.next().unwrap_or(Part::Null);
                let (words, in_sector, population, at_place) = (next(), next(), next(), next());
                let (in_sector, at_place) = (self.entity(in_sector, sector)?, self.entity(at_place, place)?);
                Ok(Datum::List(vec![text(words)?, in_sector, text(population)?, at_place]))
            }
            ObservationSlot::BreakdownOf(slots) => match value {
                Part::Null => Ok(Datum::Null),
                whole => Ok(Datum::List(self.observation_row(list(whole)?.into_iter(), slots)?)),
            },
            ObservationSlot::Sources(_, citations) => self.sources(value, citations),
        })
    }
}
