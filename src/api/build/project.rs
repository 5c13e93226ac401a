//! Projections: the slots of what is selected. The order of slots is the order in which [`crate::api::write`] takes values.

use super::filter::hop;
use super::{Builder, Planned, lang};
use crate::api::select::{
    Args, CitationField, Connection, ConnectionField, DatedField, EdgeField, EntityField, EntitySet, Field, Fields,
    NamesField, ObservationField, ObservationSet, RankField, ScopeField, Sources,
};
use crate::graph::StatusSet;
use crate::ontology::{Direction, Link};
use crate::plan::ir::{
    CitationProjection, CitationSlot, DatedSlot, EdgeSlot, EdgesPage, EntityProjection, Filter, ObservationFilter,
    ObservationProjection, ObservationSlot, ObservationsPage, RelatedPage, Slot, View,
};
use std::sync::Arc;

/// Keys of a place among edges beside those of the order: neighbour's id, fact's id.
const EDGE_TIES: usize = 2;

impl Builder<'_> {
    pub(super) fn entity(&self, set: &EntitySet, view: &View) -> Planned<EntityProjection> {
        let shape = |(kinds, fields): &(_, Fields<EntityField>)| {
            let mut slots = Vec::with_capacity(fields.len());
            for field in fields {
                self.slot(&field.what, view, &mut slots)?;
            }
            Ok((*kinds, slots))
        };
        Ok(EntityProjection { shapes: set.shapes.iter().map(shape).collect::<Planned<_>>()? })
    }

    /// Several selections of one entity: their slots one after the other, by kind.
    pub(super) fn entity_several(&self, sets: &[&Arc<EntitySet>], view: &View) -> Planned<EntityProjection> {
        let Some((first, rest)) = sets.split_first() else { return Ok(EntityProjection::default()) };
        let mut whole = self.entity(first, view)?;
        for set in rest {
            let next = self.entity(set, view)?;
            let mut shapes = Vec::new();
            for (kinds, slots) in &whole.shapes {
                for (others, more) in next.shapes.iter().filter(|(others, _)| !others.and(*kinds).is_empty()) {
                    shapes.push((kinds.and(*others), slots.iter().chain(more).cloned().collect()));
                }
            }
            whole.shapes = shapes;
        }
        Ok(whole)
    }

    /// The entity under all `node` of a connection whose items are entities.
    pub(super) fn entity_nodes(&self, connection: &Connection, view: &View) -> Planned<EntityProjection> {
        let nodes = connection.edges.iter().flatten().filter_map(|field| match &field.what {
            EdgeField::Itself(set) => Some(set),
            _ => None,
        });
        self.entity_several(&nodes.collect::<Vec<_>>(), view)
    }

    fn slot(&self, field: &EntityField, view: &View, slots: &mut Vec<Slot>) -> Planned<()> {
        slots.push(match field {
            EntityField::Typename | EntityField::Kind | EntityField::AsOfKey => return Ok(()),
            EntityField::Id => Slot::Id,
            EntityField::Name(args) => Slot::Name(lang(args, self.variables)),
            EntityField::Names(fields) => Slot::Names(
                fields
                    .iter()
                    .filter_map(|field| match field.what {
                        NamesField::Typename => None,
                        NamesField::Part(part) => Some(part),
                    })
                    .collect(),
            ),
            EntityField::Disambiguation(args) => Slot::Disambiguation(lang(args, self.variables)),
            EntityField::Description(args) => Slot::Description(lang(args, self.variables)),
            EntityField::Property(id, _) => Slot::Property(*id),
            EntityField::History(id, fields) => Slot::History(*id, self.dated(fields, view)?),
            EntityField::Degree => Slot::Degree,
            EntityField::Sources(sources) => {
                let (most, citation) = self.sources(sources, view)?;
                Slot::Sources(most, citation)
            }
            EntityField::Edges(link, connection) => Slot::Edges(self.edges(*link, connection, view)?),
            EntityField::One(link, set) => Slot::One(hop(*link), self.entity(set, view)?),
            EntityField::Related(connection) => Slot::Related(self.related_page(connection, view)?),
            EntityField::Facts(connection) => Slot::Facts(self.facts_about(connection, view)?),
            EntityField::Observations(connection) => Slot::Observations(self.observations(connection, view)?),
        });
        Ok(())
    }

    fn dated(&self, fields: &[Field<DatedField>], view: &View) -> Planned<Vec<DatedSlot>> {
        let mut slots = Vec::with_capacity(fields.len());
        for field in fields {
            slots.push(match &field.what {
                DatedField::Typename => continue,
                DatedField::Value => DatedSlot::Value,
                DatedField::Since(_) => DatedSlot::Since,
                DatedField::Until(_) => DatedSlot::Until,
                DatedField::Sources(sources) => {
                    let (most, citation) = self.sources(sources, view)?;
                    DatedSlot::Sources(most, citation)
                }
            });
        }
        Ok(slots)
    }

    pub(super) fn sources(&self, sources: &Sources, view: &View) -> Planned<(u32, CitationProjection)> {
        let mut slots = Vec::with_capacity(sources.fields.len());
        for field in &sources.fields {
            slots.push(match &field.what {
                CitationField::Typename => continue,
                CitationField::Document(set) => CitationSlot::Document(self.entity(set, view)?),
                CitationField::Section => CitationSlot::Section,
                CitationField::Supports => CitationSlot::Supports,
            });
        }
        // As many as a page may have when it does not say.
        Ok((self.first(&sources.args)?.unwrap_or(self.limits.page_size), slots))
    }

    fn edges(&self, link: Link, connection: &Connection, view: &View) -> Planned<EdgesPage> {
        let args = &connection.args;
        let target = self.ontology.link_target(link);
        let order = self.argument(args, "orderBy", |input| self.entity_order(target, input))?.unwrap_or_default();
        Ok(EdgesPage {
            hop: hop(link),
            edge: self.argument(args, "edge", |input| self.edge_filter(link, input))?.unwrap_or_default(),
            node: self.argument(args, "where", |input| self.filter(target, input))?.unwrap_or(Filter::TRUE),
            page: self.page(connection, view, order.len().max(1) + EDGE_TIES)?,
            order,
            row: self.edge_row(connection, view)?,
            aggregate: self.aggregate(connection, target, view)?,
        })
    }

    fn edge_row(&self, connection: &Connection, view: &View) -> Planned<Vec<EdgeSlot>> {
        let mut row = Vec::new();
        for field in connection.edges.iter().flatten() {
            let slot = match &field.what {
                EdgeField::Fact(set) => EdgeSlot::Fact(self.fact(set, view)?),
                EdgeField::Facts(set) => EdgeSlot::Facts(self.fact(set, view)?),
                EdgeField::Status => EdgeSlot::Status,
                EdgeField::Property(position) => EdgeSlot::Property(*position),
                EdgeField::Entity(set) => EdgeSlot::Node(self.entity(set, view)?),
                EdgeField::Relationship => EdgeSlot::Relationship,
                EdgeField::Direction => EdgeSlot::Direction,
                EdgeField::Label(_) => {
                    row.push(EdgeSlot::Relationship);
                    EdgeSlot::Direction
                }
                _ => continue,
            };
            row.push(slot);
        }
        Ok(row)
    }

    /// `direction`
    pub(super) fn direction(&self, args: &Args) -> Planned<Option<Direction>> {
        let names = self.argument(args, "direction", |input| self.texts(input))?;
        Ok(names.map(|names| match names.first().map(|name| &**name) {
            Some("IN") => Direction::In,
            _ => Direction::Out,
        }))
    }

    fn related_page(&self, connection: &Connection, view: &View) -> Planned<RelatedPage> {
        let args = &connection.args;
        Ok(RelatedPage {
            relationships: self.argument(args, "relationships", |input| self.relationships(input))?,
            kinds: self
                .argument(args, "kinds", |input| self.kinds(input))?
                .unwrap_or_else(|| self.ontology.all_kinds()),
            direction: self.direction(args)?,
            status: self.argument(args, "status", |input| self.statuses(input))?.unwrap_or(StatusSet::ALL),
            // Relationship, direction, name, neighbour, fact.
            page: self.page(connection, view, 5)?,
            groups: connection.fields.iter().any(|field| matches!(field.what, ConnectionField::Groups(_))),
            row: self.edge_row(connection, view)?,
        })
    }

    pub(super) fn observations(&self, connection: &Connection, view: &View) -> Planned<ObservationsPage> {
        let args = &connection.args;
        let filter = self.argument(args, "where", |input| self.observation_filter(input))?;
        let order = self.argument(args, "orderBy", |input| self.observation_order(input))?.unwrap_or_default();
        let mut row = Vec::new();
        for field in connection.edges.iter().flatten() {
            if let EdgeField::Observation(set) = &field.what {
                row.append(&mut self.observation(set, view)?);
            }
        }
        // A time is two keys; then the id. Without an order the time is the order.
        let keys = |key| if key == crate::plan::ir::ObservationKey::When { 2 } else { 1 };
        let keys = if order.is_empty() { 2 } else { order.iter().map(|order| keys(order.key)).sum::<usize>() } + 1;
        Ok(ObservationsPage {
            filter: filter.unwrap_or(ObservationFilter::And(Vec::new())),
            page: self.page(connection, view, keys)?,
            order,
            row,
        })
    }

    pub(super) fn observation(&self, set: &ObservationSet, view: &View) -> Planned<ObservationProjection> {
        let mut slots = Vec::with_capacity(set.len());
        for Field { what, .. } in set {
            slots.push(match what {
                ObservationField::Typename | ObservationField::AsOfKey => continue,
                ObservationField::Id => ObservationSlot::Id,
                ObservationField::Indicator(set) => ObservationSlot::Indicator(self.entity(set, view)?),
                ObservationField::Subjects(set) => ObservationSlot::Subjects(self.entity(set, view)?),
                ObservationField::When(_) => ObservationSlot::When,
                ObservationField::Span => ObservationSlot::Span,
                ObservationField::Value => ObservationSlot::Value,
                ObservationField::Unit => ObservationSlot::Unit,
                ObservationField::Normalized(_) => ObservationSlot::Normalized,
                ObservationField::Bound => ObservationSlot::Bound,
                ObservationField::Rank(fields) => {
                    let within = fields.iter().filter_map(|field| match &field.what {
                        RankField::Within(set) => Some(set),
                        _ => None,
                    });
                    ObservationSlot::Rank(self.entity_several(&within.collect::<Vec<_>>(), view)?)
                }
                ObservationField::Status => ObservationSlot::Status,
                ObservationField::Scope(fields) => {
                    let (mut sector, mut place) = (Vec::new(), Vec::new());
                    for field in fields {
                        match &field.what {
                            ScopeField::Sector(set) => sector.push(set),
                            ScopeField::Place(set) => place.push(set),
                            _ => {}
                        }
                    }
                    ObservationSlot::Scope {
                        sector: self.entity_several(&sector, view)?,
                        place: self.entity_several(&place, view)?,
                    }
                }
                ObservationField::BreakdownOf(set) => ObservationSlot::BreakdownOf(self.observation(set, view)?),
                ObservationField::Note => ObservationSlot::Note,
                ObservationField::Doubt => ObservationSlot::Doubt,
                ObservationField::Sources(sources) => {
                    let (most, citation) = self.sources(sources, view)?;
                    ObservationSlot::Sources(most, citation)
                }
            });
        }
        Ok(slots)
    }
}
