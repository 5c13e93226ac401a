//! Observations.

use super::{Misfit, Row, Writer, Written};
use crate::api::select::{EntitySet, ObservationField, ObservationSet, QuantityField, RankField, ScopeField};
use crate::graph::{Bound, Span, Status};
use crate::ontology::KindId;
use crate::store::Datum;

impl Writer<'_> {
    /// An observation whose values come next in a row.
    pub(super) fn observation(&mut self, set: &ObservationSet, row: &mut Row) -> Written {
        self.object(set, |this, field| match field {
            ObservationField::Typename => this.name("Observation"),
            ObservationField::AsOfKey => this.name(&this.view.key),
            ObservationField::Id => this.present(row.next()?),
            ObservationField::Indicator(set) => this.entity_present(set, row.next()?),
            ObservationField::Subjects(set) => {
                let Datum::List(subjects) = row.next()? else { return Err(Misfit("subjects are missing")) };
                this.list(subjects, |this, subject| this.entity_present(set, subject))
            }
            ObservationField::When(fields) => match row.next()? {
                Datum::Null => Err(Misfit("a time is missing")),
                datum => this.when(fields, datum),
            },
            ObservationField::Span => {
                let span = row.int()?;
                this.constant(Span::ALL.iter().map(|s| s.name()), span)
            }
            ObservationField::Value | ObservationField::Unit | ObservationField::Note | ObservationField::Doubt => {
                this.plain(row.next()?)
            }
            ObservationField::Normalized(fields) => {
                let datum = row.next()?;
                this.nullable(datum, |this| {
                    let Datum::List(parts) = datum else { return Err(Misfit("a quantity is missing")) };
                    let part = |at: usize| parts.get(at).ok_or(Misfit("a quantity is incomplete"));
                    this.object(fields, |this, field| match field {
                        QuantityField::Typename => this.name("Quantity"),
                        QuantityField::Value => this.present(part(0)?),
                        QuantityField::Unit => this.present(part(1)?),
                    })
                })
            }
            ObservationField::Bound => {
                let bound = row.int()?;
                this.bound(bound)
            }
            ObservationField::Rank(fields) => {
                let datum = row.next()?;
                this.nullable(datum, |this| {
                    let Datum::List(parts) = datum else { return Err(Misfit("a rank is missing")) };
                    let [position, Datum::Int(bound), among, within] = parts.as_slice() else {
                        return Err(Misfit("a rank is incomplete"));
                    };
                    let mut within = shared(within);
                    this.object(fields, |this, field| match field {
                        RankField::Typename => this.name("Rank"),
                        RankField::Position => this.present(position),
                        RankField::Bound => this.bound(*bound),
                        RankField::Among => this.plain(among),
                        RankField::Within(set) => this.shared(set, &mut within),
                    })
                })
            }
            ObservationField::Status => {
                let status = row.int()?;
                this.constant(Status::ALL.iter().map(|s| s.name()), status)
            }
            ObservationField::Scope(fields) => {
                let Datum::List(parts) = row.next()? else { return Err(Misfit("a scope is missing")) };
                let [text, sector, population, place] = parts.as_slice() else {
                    return Err(Misfit("a scope is incomplete"));
                };
                let (mut sector, mut place) = (shared(sector), shared(place));
                this.object(fields, |this, field| match field {
                    ScopeField::Typename => this.name("Scope"),
                    ScopeField::Text => this.present(text),
                    ScopeField::Sector(set) => this.shared(set, &mut sector),
                    ScopeField::Population => this.plain(population),
                    ScopeField::Place(set) => this.shared(set, &mut place),
                })
            }
            ObservationField::BreakdownOf(set) => {
                let datum = row.next()?;
                this.nullable(datum, |this| this.observation(set, &mut Row::list(datum)?))
            }
            ObservationField::Sources(sources) => this.sources(&sources.fields, row.next()?),
        })
    }

    fn bound(&mut self, bound: i64) -> Written {
        self.constant(Bound::ALL.iter().map(|b| b.name()), bound)
    }

    fn shared(&mut self, set: &EntitySet, entity: &mut Shared<'_>) -> Written {
        match entity {
            Some((kind, values)) => self.entity_part(set, *kind, values),
            None => {
                self.null();
                Ok(())
            }
        }
    }
}

/// One entity from which several fields select, each taking its values in turn; `None` if there is none.
type Shared<'r> = Option<(KindId, Row<'r>)>;

fn shared(datum: &Datum) -> Shared<'_> {
    match datum {
        Datum::Entity(kind, values) => Some((*kind, Row::of(values))),
        _ => None,
    }
}
