//! Rows of facts and of citations.

use super::eval::{Eval, text};
use crate::graph::{Citation, Dated, Day, FactIx, Node, PartialDate, When};
use crate::ontology::PropId;
use crate::plan::ir::{CitationProjection, CitationSlot, DatedSlot, FactProjection, FactSlot};
use crate::store::{Datum, StoreError};

impl<'s> Eval<'s> {
    /// A fact's row.
    pub(super) fn fact_row(&self, fact: u32, slots: &FactProjection) -> Result<Datum, StoreError> {
        let mut row = Vec::with_capacity(slots.len());
        for slot in slots {
            row.push(self.fact_slot(fact, slot)?);
        }
        Ok(Datum::List(row))
    }

    fn fact_slot(&self, ix: u32, slot: &FactSlot) -> Result<Datum, StoreError> {
        let fact = self.graph.fact(FactIx(ix));
        let is_superseded = fact.known_to <= self.view.known;
        Ok(match slot {
            FactSlot::Id => Datum::Str(fact.id.clone()),
            FactSlot::Relationship => Datum::Int(i64::from(fact.relationship.0)),
            FactSlot::Status => Datum::Int(fact.status as i64),
            FactSlot::Basis => Datum::Int(fact.basis as i64),
            FactSlot::Since => fact.since.as_ref().map_or(Datum::Null, when),
            FactSlot::Until => fact.until.as_ref().map_or(Datum::Null, when),
            FactSlot::Note => text(fact.note.as_ref()),
            FactSlot::Doubt => text(fact.doubt.as_ref()),
            FactSlot::Properties => {
                let pair = |(position, value): &(u8, crate::graph::Value)| {
                    Datum::List(vec![Datum::Int(i64::from(*position)), Datum::from(value)])
                };
                Datum::List(fact.properties.iter().map(pair).collect())
            }
            FactSlot::KnownFrom => day(fact.known_from),
            FactSlot::KnownTo if is_superseded => day(fact.known_to),
            FactSlot::KnownTo => Datum::Null,
            FactSlot::Subject(projection) => self.entity(fact.subject.0, projection)?,
            FactSlot::Object(projection) => self.entity(fact.object.0, projection)?,
            FactSlot::SupersededBy(projection) => {
                let next = fact.superseded_by.filter(|next| self.graph.fact(*next).known_from <= self.view.known);
                match next {
                    Some(next) => {
                        self.meter.edge()?;
                        self.fact_row(next.0, projection)?
                    }
                    None => Datum::Null,
                }
            }
            FactSlot::Sources(limit, projection) => self.citations(&fact.citations, *limit, projection)?,
        })
    }

    /// The dated values of a property.
    pub(super) fn history(&self, node: &'s Node, id: PropId, slots: &[DatedSlot]) -> Result<Datum, StoreError> {
        let mut dated: Vec<&Dated> = self.dated(node, id).collect();
        dated.sort_by_key(|dated| dated.order());
        let mut rows = Vec::with_capacity(dated.len());
        for dated in dated {
            let row = slots.iter().map(|slot| {
                Ok(match slot {
                    DatedSlot::Value => Datum::from(&dated.value),
                    DatedSlot::Since => dated.since.as_ref().map_or(Datum::Null, when),
                    DatedSlot::Until => dated.until.as_ref().map_or(Datum::Null, when),
                    DatedSlot::Sources(limit, projection) => self.citations(&dated.citations, *limit, projection)?,
                })
            });
            rows.push(Datum::List(row.collect::<Result<_, StoreError>>()?));
        }
        Ok(Datum::List(rows))
    }

    /// Citations from documents that are seen, at most so many.
    pub(super) fn citations(
        &self,
        citations: &[Citation],
        limit: u32,
        slots: &CitationProjection,
    ) -> Result<Datum, StoreError> {
        let mut rows = Vec::with_capacity(citations.len().min(limit as usize));
        for citation in citations.iter().filter(|c| self.is_seen(c.document.0)).take(limit as usize) {
            let mut row = Vec::with_capacity(slots.len());
            for slot in slots {
                row.push(match slot {
                    CitationSlot::Document(projection) => self.entity(citation.document.0, projection)?,
                    CitationSlot::Section => Datum::Str(citation.section.clone()),
                    CitationSlot::Supports => {
                        Datum::List(citation.supports.iter().map(|s| Datum::Str(s.clone())).collect())
                    }
                });
            }
            rows.push(Datum::List(row));
        }
        Ok(Datum::List(rows))
    }
}

/// `[words, earliest, latest]`.
pub(super) fn when(when: &When) -> Datum {
    let date = |date: Option<PartialDate>| date.map_or(Datum::Null, Datum::Date);
    Datum::List(vec![Datum::Str(when.text.clone()), date(when.earliest), date(when.latest)])
}

/// A day; `Null` for common knowledge, which has none.
fn day(day: Day) -> Datum {
    PartialDate::from_code(day).map_or(Datum::Null, Datum::Date)
}
