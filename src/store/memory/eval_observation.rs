//! Observations: pages, filters, rows.

use super::eval::{Eval, text};
use super::eval_fact::when;
use super::eval_filter::{number, passes, when_passes};
use super::order::{Best, Directions, Reader, cut, page};
use crate::graph::{Bound, Decimal, Observation, Value};
use crate::plan::ir::{
    Filter, ObservationFilter, ObservationKey, ObservationOrder, ObservationProjection, ObservationSlot,
    ObservationsPage, SortValue, Test,
};
use crate::store::{Datum, Item, StoreError};

impl<'s> Eval<'s> {
    fn observation(&self, ix: u32) -> &'s Observation {
        &self.graph.observations[ix as usize]
    }
    fn is_observation_seen(&self, ix: u32) -> bool {
        let observation = self.observation(ix);
        observation.known_from <= self.view.known
            && observation.when.first() <= self.view.valid_to
            && observation.when.last() >= self.view.valid_from
    }

    /// One observation, or `Null`.
    pub(super) fn observation_by_id(&self, id: &str, slots: &ObservationProjection) -> Result<Datum, StoreError> {
        match self.graph.observations.binary_search_by(|o| (*o.id).cmp(id)) {
            Ok(ix) if self.is_observation_seen(ix as u32) => Ok(Datum::List(self.observation_row(ix as u32, slots)?)),
            _ => Ok(Datum::Null),
        }
    }

    /// A page of observations: of an entity, or of all.
    pub(super) fn observations(&self, about: Option<u32>, plan: &ObservationsPage) -> Result<Datum, StoreError> {
        let gathered;
        let candidates: &[u32] = match (about, self.narrowed(&plan.filter)) {
            (Some(of), _) => match (self.index.by_subject.under(of), self.index.by_indicator.under(of)) {
                (about, []) => about,
                ([], measured) => measured,
                (about, measured) => {
                    gathered = self.by_time(about.iter().chain(measured).copied().collect());
                    &gathered
                }
            },
            (None, Some(found)) => {
                gathered = found;
                &gathered
            }
            (None, None) => &self.index.observations,
        };
        let args = &plan.page;
        let directions = observation_directions(&plan.order);
        let accepts = |ix: u32| -> Result<bool, StoreError> {
            self.meter.node()?;
            Ok(self.is_observation_seen(ix) && self.observation_passes(ix, &plan.filter)?)
        };
        let by_time = match plan.order.as_slice() {
            [] => Some(false),
            [ObservationOrder { key: ObservationKey::When, descending }] => Some(*descending),
            _ => None,
        };
        let item = |keys: Vec<SortValue>, ix: u32| Ok(Item { keys, row: self.observation_row(ix, &plan.row)? });
        // Stored by time: read until the page is full.
        if let Some(descending) = by_time.filter(|_| !args.total) {
            let mut reader = Reader::new(args);
            let keys = |ix: &u32| self.observation_keys(*ix, &plan.order);
            let window = &candidates[cut(candidates, descending, args, &directions, keys)];
            for step in 0..if args.items { window.len() } else { 0 } {
                let at = if descending != args.backward { window.len() - 1 - step } else { step };
                if accepts(window[at])? && !reader.take(window[at]) {
                    break;
                }
            }
            let (items, more) = reader.finish();
            return page(items, more, None, |ix| item(args.keys_of(|| keys(&ix)), ix));
        }
        let mut best = Best::new(args, directions);
        let mut total = 0;
        for ix in candidates {
            if accepts(*ix)? {
                total += 1;
                if args.items {
                    best.offer(self.observation_keys(*ix, &plan.order), *ix);
                }
            }
        }
        let (items, more) = best.finish();
        page(items, more, args.total.then_some(total), |(keys, ix)| item(args.keys_of(|| keys), ix))
    }

    /// The observations that a filter by subject's or indicator's ids leaves, by time. None: all.
    fn narrowed(&self, filter: &ObservationFilter) -> Option<Vec<u32>> {
        let ids = |filter: &Filter| match filter {
            Filter::Ids(ids) => Some(self.resolve(ids)),
            _ => None,
        };
        let groups = match filter {
            ObservationFilter::And(parts) => return parts.iter().find_map(|part| self.narrowed(part)),
            ObservationFilter::Subject(inner) => (ids(inner)?, &self.index.by_subject),
            ObservationFilter::Indicator(inner) => (ids(inner)?, &self.index.by_indicator),
            _ => return None,
        };
        Some(self.by_time(groups.0.iter().flat_map(|node| groups.1.under(*node)).copied().collect()))
    }

    /// Observations by time, then id, each once.
    fn by_time(&self, mut found: Vec<u32>) -> Vec<u32> {
        found.sort_unstable_by_key(|ix| {
            let when = &self.observation(*ix).when;
            (when.first(), when.last(), *ix)
        });
        found.dedup();
        found
    }

    fn observation_passes(&self, ix: u32, filter: &ObservationFilter) -> Result<bool, StoreError> {
        let observation = self.observation(ix);
        Ok(match filter {
            ObservationFilter::And(parts) => {
                for part in parts {
                    if !self.observation_passes(ix, part)? {
                        return Ok(false);
                    }
                }
                true
            }
            ObservationFilter::Or(parts) => {
                for part in parts {
                    if self.observation_passes(ix, part)? {
                        return Ok(true);
                    }
                }
                false
            }
            ObservationFilter::Not(inner) => !self.observation_passes(ix, inner)?,
            ObservationFilter::Indicator(inner) => self.passes(observation.indicator.0, inner)?,
            ObservationFilter::Subject(inner) => {
                for subject in &observation.subjects {
                    if self.passes(subject.0, inner)? {
                        return Ok(true);
                    }
                }
                false
            }
            ObservationFilter::Sector(inner) => match observation.scope.sector {
                Some(sector) => self.passes(sector.0, inner)?,
                None => false,
            },
            ObservationFilter::Place(inner) => match observation.scope.place {
                Some(place) => self.passes(place.0, inner)?,
                None => false,
            },
            ObservationFilter::Document(inner) => self.cites(&observation.citations, inner)?,
            ObservationFilter::When(test) => when_passes(&observation.when, test),
            ObservationFilter::Value(test) => {
                figure_passes(figure(observation).map(Value::Decimal), observation.bound, test)
            }
            ObservationFilter::Rank(test) => {
                let rank = observation.rank.as_ref();
                let bound = rank.map_or(Bound::Exact, |rank| rank.bound);
                figure_passes(rank.map(|rank| Value::Int(rank.position)), bound, test)
            }
            ObservationFilter::Unit(test) => passes(observation.unit.clone().map(Value::Str).as_ref(), test),
            ObservationFilter::Population(test) => {
                passes(observation.scope.population.clone().map(Value::Str).as_ref(), test)
            }
            ObservationFilter::Bound(set) => set.contains(&observation.bound),
            ObservationFilter::Span(set) => set.contains(&observation.span),
            ObservationFilter::Status(set) => set.contains(observation.status),
        })
    }

    fn observation_keys(&self, ix: u32, order: &[ObservationOrder]) -> Vec<SortValue> {
        let observation = self.observation(ix);
        let mut keys = Vec::with_capacity(order.len() + 3);
        let by_time = [ObservationOrder { key: ObservationKey::When, descending: false }];
        for by in if order.is_empty() { &by_time } else { order } {
            match by.key {
                ObservationKey::When => {
                    keys.push(SortValue::Int(i64::from(observation.when.first())));
                    keys.push(SortValue::Int(i64::from(observation.when.last())));
                }
                ObservationKey::Value => {
                    keys.push(figure(observation).map_or(SortValue::Null, |v| SortValue::Int(v.scaled())));
                }
                ObservationKey::Indicator => {
                    keys.push(SortValue::Str(self.node(observation.indicator.0).sort_name.clone()));
                }
            }
        }
        keys.push(SortValue::Str(observation.id.clone()));
        keys
    }

    fn observation_row(&self, ix: u32, slots: &ObservationProjection) -> Result<Vec<Datum>, StoreError> {
        self.meter.node()?;
        let mut row = Vec::with_capacity(slots.len());
        for slot in slots {
            row.push(self.observation_slot(ix, slot)?);
        }
        Ok(row)
    }

    fn observation_slot(&self, ix: u32, slot: &ObservationSlot) -> Result<Datum, StoreError> {
        let observation = self.observation(ix);
        Ok(match slot {
            ObservationSlot::Id => Datum::Str(observation.id.clone()),
            ObservationSlot::Indicator(projection) => self.entity(observation.indicator.0, projection)?,
            ObservationSlot::Subjects(projection) => {
                let subjects = observation.subjects.iter().map(|subject| self.entity(subject.0, projection));
                Datum::List(subjects.collect::<Result<_, _>>()?)
            }
            ObservationSlot::When => when(&observation.when),
            ObservationSlot::Span => Datum::Int(observation.span as i64),
            ObservationSlot::Value => observation.value.map_or(Datum::Null, Datum::Decimal),
            ObservationSlot::Unit => text(observation.unit.as_ref()),
            ObservationSlot::Normalized => observation.normalized.as_ref().map_or(Datum::Null, |quantity| {
                Datum::List(vec![Datum::Decimal(quantity.value), Datum::Str(quantity.unit.clone())])
            }),
            ObservationSlot::Bound => Datum::Int(observation.bound as i64),
            ObservationSlot::Rank(projection) => match &observation.rank {
                Some(rank) => Datum::List(vec![
                    Datum::Int(rank.position),
                    Datum::Int(rank.bound as i64),
                    text(rank.among.as_ref()),
                    self.entity_if_seen(rank.within, projection)?,
                ]),
                None => Datum::Null,
            },
            ObservationSlot::Status => Datum::Int(observation.status as i64),
            ObservationSlot::Scope { sector, place } => Datum::List(vec![
                Datum::Str(observation.scope.text.clone()),
                self.entity_if_seen(observation.scope.sector, sector)?,
                text(observation.scope.population.as_ref()),
                self.entity_if_seen(observation.scope.place, place)?,
            ]),
            ObservationSlot::BreakdownOf(projection) => {
                match observation.breakdown_of.filter(|whole| self.is_observation_seen(whole.0)) {
                    Some(whole) => Datum::List(self.observation_row(whole.0, projection)?),
                    None => Datum::Null,
                }
            }
            ObservationSlot::Note => text(observation.note.as_ref()),
            ObservationSlot::Doubt => text(observation.doubt.as_ref()),
            ObservationSlot::Sources(limit, projection) => {
                self.citations(&observation.citations, *limit, projection)?
            }
        })
    }
}

fn observation_directions(order: &[ObservationOrder]) -> Directions {
    let components = |by: &ObservationOrder| {
        let count = if by.key == ObservationKey::When { 2 } else { 1 };
        std::iter::repeat_n(by.descending, count)
    };
    Directions::new(order.iter().flat_map(components).collect())
}

/// The figure that is compared: normalised where it can be.
fn figure(observation: &Observation) -> Option<Decimal> {
    observation.normalized.as_ref().map(|quantity| quantity.value).or(observation.value)
}

/// Whether a test holds for all that a bounded figure may be.
fn figure_passes(figure: Option<Value>, bound: Bound, test: &Test) -> bool {
    let value = match figure.as_ref().and_then(number) {
        Some(value) if !matches!(test, Test::IsNull(_)) => value,
        _ => return passes(figure.as_ref(), test),
    };
    let than = |operand: &Value, holds: &dyn Fn(i128) -> bool| number(operand).is_some_and(holds);
    let none_in = |values: &[Value], lies_in: &dyn Fn(i128) -> bool| !values.iter().filter_map(number).any(lies_in);
    match (bound, test) {
        (Bound::Exact, Test::In(values)) => values.iter().filter_map(number).any(|v| v == value),
        (Bound::Exact, Test::NotIn(values)) => none_in(values, &|v| v == value),
        (Bound::Exact, test) => passes(figure.as_ref(), test),
        (Bound::AtLeast, Test::Gt(v)) => than(v, &|v| value > v),
        (Bound::AtLeast | Bound::Over, Test::Gte(v)) | (Bound::Over, Test::Gt(v)) => than(v, &|v| value >= v),
        (Bound::AtMost, Test::Lt(v)) => than(v, &|v| value < v),
        (Bound::AtMost, Test::Lte(v)) => than(v, &|v| value <= v),
        (Bound::AtLeast, Test::NotIn(values)) => none_in(values, &|v| v >= value),
        (Bound::Over, Test::NotIn(values)) => none_in(values, &|v| v > value),
        (Bound::AtMost, Test::NotIn(values)) => none_in(values, &|v| v <= value),
        _ => false,
    }
}
