//! Rows of Neo4j to the store's data, by the plan that they answer. The plan says what stands where, the ontology what type it has;
//! a row that does not fit is a fault of ours.

mod aggregate;

use super::counts::{KNOWN_UNTIL, OBSERVATIONS};
use super::value::Value;
use std::collections::BTreeMap;

use crate::graph::naming::KeyField;
use crate::graph::{DAY_MIN, Decimal, PartialDate};
use crate::ontology::{Ontology, RelId, ValueType};
use crate::plan::ir::{
    AggregateSlot, CitationProjection, CitationSlot, DatedSlot, EdgeSlot, EdgesPage, EntityProjection, FactProjection,
    FactSlot, Hop, NamePart, ObservationProjection, ObservationSlot, PageArgs, Root, Slot, SortValue,
};
use crate::store::{Datum, Item, Page};

/// That a row does not fit its plan, and where.
#[derive(Debug, thiserror::Error)]
#[error("{expected} expected, found {found}")]
pub struct Misfit {
    expected: &'static str,
    found: String,
}

type Decoded<T = Datum> = Result<T, Misfit>;

/// The answer of a root field from the rows of its statement.
pub fn answer(ontology: &Ontology, root: &Root, rows: Vec<Value>) -> Decoded {
    let decoder = Decoder { ontology };
    let mut rows = rows.into_iter();
    let mut one = || rows.next().unwrap_or(Value::Null);
    Ok(match root {
        Root::ByIds { ids, entity, .. } if ids.len() == 1 => Datum::List(vec![decoder.entity(one(), entity)?]),
        Root::ByIds { entity, .. } => Datum::List(rows.map(|row| decoder.entity(row, entity)).collect::<Decoded<_>>()?),
        Root::Entities(page) => {
            let row = |row: Row| row.map(|value| decoder.entity(value, &page.entity)).collect();
            decoder.listing(one(), &page.page, &page.aggregate, row)?
        }
        Root::Search(page) => decoder.page(one(), &page.page, |mut row| {
            let mut next = || row.next().unwrap_or(Value::Null);
            let (rank, value, field, entity) = (next(), next(), next(), next());
            let field = match field {
                Value::Null => None,
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
            Value::Null => Datum::Null,
            row => Datum::List(decoder.observation_row(list(row)?.into_iter(), observation)?),
        },
    })
}

/// What an import counted, as [`TOTALS`](super::counts::TOTALS) lists it.
fn totals(row: Value) -> Decoded {
    let mut parts = list(row)?.into_iter();
    let mut numbers = || -> Decoded<Vec<i64>> {
        list(parts.next().unwrap_or(Value::Null))?.iter().map(whole).collect::<Decoded<_>>()
    };
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

type Row = std::vec::IntoIter<Value>;

impl Decoder<'_> {
    fn page(&self, value: Value, args: &PageArgs, row: impl Fn(Row) -> Decoded<Vec<Datum>>) -> Decoded {
        self.listing(value, args, &[], row)
    }

    /// A page of entities, with an aggregate over the whole list.
    fn listing(
        &self,
        value: Value,
        args: &PageArgs,
        slots: &[AggregateSlot],
        row: impl Fn(Row) -> Decoded<Vec<Datum>>,
    ) -> Decoded {
        let mut parts = list(value)?.into_iter();
        let mut next = || parts.next().unwrap_or(Value::Null);
        let (rows, total, groups, aggregate) = (list(next())?, next(), next(), next());
        let mut items = Vec::with_capacity(rows.len());
        for item in rows {
            let mut item = list(item)?.into_iter();
            let (keys, values) = (item.next().unwrap_or(Value::Null), item.next().unwrap_or(Value::Null));
            let keys = list(keys)?.into_iter().map(sort_value).collect::<Decoded<_>>()?;
            items.push(Item { keys, row: row(list(values)?.into_iter())? });
        }
        let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        if args.backward {
            items.reverse();
        }
        let total = match total {
            Value::Null => None,
            total => Some(count(&total)?),
        };
        let groups = match groups {
            Value::Null => Vec::new(),
            edges => self.groups(list(edges)?)?,
        };
        let aggregate = match aggregate {
            Value::Null => Vec::new(),
            values => self.row(list(values)?.into_iter(), slots, |slot, value| self.aggregate_slot(slot, value))?,
        };
        Ok(Datum::Page(Box::new(Page { items, more, total, groups, aggregate })))
    }

    /// `[type, direction, status]` of every edge to groups, ascending.
    fn groups(&self, edges: Vec<Value>) -> Decoded<Vec<(RelId, u8, u8, u64)>> {
        let mut groups: BTreeMap<(&str, u8, u8), (RelId, u64)> = BTreeMap::new();
        for edge in edges {
            let edge = list(edge)?;
            let [relationship, direction, status] = edge.as_slice() else {
                return Err(misfit("type, direction and status", &Value::List(edge)));
            };
            let relationship = self.relationship(relationship)?;
            let name = &*self.ontology.relationship(relationship).name;
            groups.entry((name, small(direction)?, small(status)?)).or_insert((relationship, 0)).1 += 1;
        }
        Ok(groups.into_iter().map(|((_, direction, status), (id, edges))| (id, direction, status, edges)).collect())
    }

    fn relationship(&self, value: &Value) -> Decoded<RelId> {
        match value {
            Value::Text(name) => {
                self.ontology.relationship_named(name).ok_or_else(|| misfit("a relationship's type", value))
            }
            other => Err(misfit("a relationship's type", other)),
        }
    }

    fn entity(&self, value: Value, projection: &EntityProjection) -> Decoded {
        if value == Value::Null {
            return Ok(Datum::Null);
        }
        let mut parts = list(value)?.into_iter();
        let (kind, values) = (parts.next().unwrap_or(Value::Null), parts.next().unwrap_or(Value::Null));
        let kind = match &kind {
            Value::Text(name) => self.ontology.kind_named(name).ok_or_else(|| misfit("a kind's name", &kind))?,
            other => return Err(misfit("a kind's name", other)),
        };
        let (slots, values) = (projection.slots(kind), list(values)?);
        if slots.len() != values.len() {
            return Err(misfit("a value for each slot of the kind", &Value::List(values)));
        }
        let values = slots.iter().zip(values).map(|(slot, value)| self.slot(slot, value));
        Ok(Datum::Entity(kind, values.collect::<Decoded<_>>()?))
    }

    fn slot(&self, slot: &Slot, value: Value) -> Decoded {
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
            Slot::Related(page) => self.page(value, &page.page, |row| {
                self.row(row, &page.row, |slot, value| self.edge_slot(slot, value, None))
            }),
            Slot::Facts(page) => self.page(value, &page.page, |row| self.fact_row(row, &page.row)),
            Slot::Observations(page) => self.page(value, &page.page, |row| self.observation_row(row, &page.row)),
        }
    }

    fn row<S>(&self, row: Row, slots: &[S], each: impl Fn(&S, Value) -> Decoded) -> Decoded<Vec<Datum>> {
        if row.len() != slots.len() {
            return Err(misfit("a value for each slot", &Value::List(row.collect())));
        }
        slots.iter().zip(row).map(|(slot, value)| each(slot, value)).collect()
    }

    fn edges(&self, value: Value, page: &EdgesPage) -> Decoded {
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

    fn edge_slot(&self, slot: &EdgeSlot, value: Value, relationship: Option<RelId>) -> Decoded {
        if value == Value::Null {
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

    fn fact(&self, value: Value, slots: &FactProjection) -> Decoded {
        match value {
            Value::Null => Ok(Datum::Null),
            value => Ok(Datum::List(self.fact_row(list(value)?.into_iter(), slots)?)),
        }
    }

    fn fact_row(&self, row: Row, slots: &FactProjection) -> Decoded<Vec<Datum>> {
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
    fn edge_properties(&self, value: Value) -> Decoded {
        let mut parts = list(value)?.into_iter();
        let (kind, properties) = (parts.next().unwrap_or(Value::Null), parts.next().unwrap_or(Value::Null));
        let relationship = self.ontology.relationship(self.relationship(&kind)?);
        let Value::Map(mut properties) = properties else { return Err(misfit("a fact's properties", &properties)) };
        let mut found = Vec::new();
        for (position, declared) in (0i64..).zip(&relationship.properties) {
            if let Some(i) = properties.iter().position(|(name, _)| **name == *declared.name) {
                let (_, value) = properties.swap_remove(i);
                found.push(Datum::List(vec![Datum::Int(position), typed(&declared.ty, self.ontology, value)?]));
            }
        }
        Ok(Datum::List(found))
    }

    fn sources(&self, value: Value, slots: &CitationProjection) -> Decoded {
        let rows = list(value)?.into_iter().map(|row| {
            let row = self.row(list(row)?.into_iter(), slots, |slot, value| match slot {
                CitationSlot::Document(projection) => self.entity(value, projection),
                CitationSlot::Section => text(value),
                CitationSlot::Supports => match value {
                    Value::Null => Ok(Datum::List(Vec::new())),
                    Value::Text(names) => {
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

    fn observation_row(&self, row: Row, slots: &ObservationProjection) -> Decoded<Vec<Datum>> {
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
                let (value, unit) = (parts.next().unwrap_or(Value::Null), parts.next().unwrap_or(Value::Null));
                if unit == Value::Null { Ok(Datum::Null) } else { Ok(Datum::List(vec![decimal(&value)?, text(unit)?])) }
            }
            ObservationSlot::Rank(projection) => {
                let mut parts = list(value)?.into_iter();
                let mut next = || parts.next().unwrap_or(Value::Null);
                let (position, bound, among, within) = (next(), next(), next(), next());
                if position == Value::Null {
                    return Ok(Datum::Null);
                }
                let (position, bound) = (Datum::Int(whole(&position)?), Datum::Int(whole(&bound)?));
                Ok(Datum::List(vec![position, bound, text(among)?, self.entity(within, projection)?]))
            }
            ObservationSlot::Scope { sector, place } => {
                let mut parts = list(value)?.into_iter();
                let mut next = || parts.next().unwrap_or(Value::Null);
                let (words, in_sector, population, at_place) = (next(), next(), next(), next());
                let (in_sector, at_place) = (self.entity(in_sector, sector)?, self.entity(at_place, place)?);
                Ok(Datum::List(vec![text(words)?, in_sector, text(population)?, at_place]))
            }
            ObservationSlot::BreakdownOf(slots) => match value {
                Value::Null => Ok(Datum::Null),
                whole => Ok(Datum::List(self.observation_row(list(whole)?.into_iter(), slots)?)),
            },
            ObservationSlot::Sources(_, citations) => self.sources(value, citations),
        })
    }
}

/// A property's value by its type; the other half of [`super::layout::stored`].
fn typed(ty: &ValueType, ontology: &Ontology, value: Value) -> Decoded {
    match (ty, value) {
        (_, Value::Null) => Ok(Datum::Null),
        (ValueType::Boolean, Value::Bool(truth)) => Ok(Datum::Bool(truth)),
        (ValueType::Int, value) => Ok(Datum::Int(whole(&value)?)),
        (ValueType::Decimal, value) => decimal(&value),
        (ValueType::PartialDate, value) => date(&value),
        (ValueType::String | ValueType::CreditCode | ValueType::Enum(_), value) => text(value),
        (ValueType::List(element), Value::List(items)) => {
            Ok(Datum::List(items.into_iter().map(|item| typed(element, ontology, item)).collect::<Decoded<_>>()?))
        }
        (ValueType::List(_) | ValueType::Struct(_), Value::Text(json)) => match serde_json::from_str(&json) {
            Ok(parsed) => typed(ty, ontology, from_json(parsed)?),
            Err(_) => Err(misfit("JSON", &Value::Text(json))),
        },
        (ValueType::Struct(id), Value::List(fields)) => {
            let declared = &ontology.structure(*id).fields;
            Ok(Datum::List(
                declared
                    .iter()
                    .zip(fields)
                    .map(|(field, value)| typed(&field.ty, ontology, value))
                    .collect::<Decoded<_>>()?,
            ))
        }
        (_, value) => Err(misfit("a value of the property's type", &value)),
    }
}

fn from_json(json: serde_json::Value) -> Decoded<Value> {
    Ok(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(truth),
        serde_json::Value::Number(number) => number.as_i64().map_or(Value::Null, Value::Int),
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(from_json).collect::<Decoded<_>>()?),
        serde_json::Value::Object(_) => return Err(misfit("a list", &Value::Null)),
    })
}

fn misfit(expected: &'static str, found: &Value) -> Misfit {
    let found: String = format!("{found:?}").chars().take(200).collect();
    Misfit { expected, found }
}

fn list(value: Value) -> Decoded<Vec<Value>> {
    match value {
        Value::List(items) => Ok(items),
        other => Err(misfit("a list", &other)),
    }
}

fn whole(value: &Value) -> Decoded<i64> {
    match value {
        Value::Int(number) => Ok(*number),
        other => Err(misfit("a whole number", other)),
    }
}

fn small(value: &Value) -> Decoded<u8> {
    u8::try_from(whole(value)?).map_err(|_| misfit("a small number", value))
}

fn count(value: &Value) -> Decoded<u64> {
    u64::try_from(whole(value)?).map_err(|_| misfit("a count", value))
}

fn text(value: Value) -> Decoded {
    match value {
        Value::Null => Ok(Datum::Null),
        Value::Text(text) => Ok(Datum::Str(text.into())),
        other => Err(misfit("a text", &other)),
    }
}

fn texts(value: Value) -> Decoded {
    match value {
        Value::Null => Ok(Datum::List(Vec::new())),
        value => Ok(Datum::List(list(value)?.into_iter().map(text).collect::<Decoded<_>>()?)),
    }
}

fn decimal(value: &Value) -> Decoded {
    match value {
        Value::Null => Ok(Datum::Null),
        value => Ok(Datum::Decimal(Decimal::from_scaled(whole(value)?))),
    }
}

fn date(value: &Value) -> Decoded {
    match value {
        Value::Null => Ok(Datum::Null),
        value => {
            let date = i32::try_from(whole(value)?).ok().and_then(PartialDate::from_code);
            date.map(Datum::Date).ok_or_else(|| misfit("a date", value))
        }
    }
}

/// A day, or nothing for the day before all.
fn day(value: &Value) -> Decoded {
    if *value == Value::Int(DAY_MIN.into()) { Ok(Datum::Null) } else { date(value) }
}

/// `[words, earliest, latest]`, or nothing where there are no words.
fn when(value: Value) -> Decoded {
    let mut parts = list(value)?.into_iter();
    let mut next = || parts.next().unwrap_or(Value::Null);
    let (words, earliest, latest) = (next(), next(), next());
    match words {
        Value::Null => Ok(Datum::Null),
        words => Ok(Datum::List(vec![text(words)?, date(&earliest)?, date(&latest)?])),
    }
}

/// A time from lists, which hold no null: the empty text and 0 stand for it.
fn listed_when(value: Value) -> Decoded {
    let absent = |part| if part == Value::Text(String::new()) || part == Value::Int(0) { Value::Null } else { part };
    when(Value::List(list(value)?.into_iter().map(absent).collect()))
}

fn sort_value(value: Value) -> Decoded<SortValue> {
    match value {
        Value::Null => Ok(SortValue::Null),
        Value::Int(number) => Ok(SortValue::Int(number)),
        Value::Bool(truth) => Ok(SortValue::Int(truth.into())),
        Value::Text(text) => Ok(SortValue::Str(text.into())),
        other => Err(misfit("a sort value", &other)),
    }
}
