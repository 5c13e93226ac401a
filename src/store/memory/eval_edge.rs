//! Pages of edges of one hop, and edges' rows.

use super::eval::Eval;
use super::eval_page::entity_directions;
use super::eval_path::PathEdge;
use super::index_links::Entry;
use super::order::{Best, Reader, cut, page};
use crate::graph::FactIx;
use crate::ontology::{DerivedId, Direction, RelId};
use crate::plan::ir::{EdgeSlot, EdgesPage, EntityKey, EntityOrder, Hop, SortValue};
use crate::store::{Datum, Item, StoreError};
use std::sync::Arc;

/// At most so many facts of a derived edge are given.
const FACTS_OF_PATHS: usize = 100;

/// What joins an entity to a neighbour.
#[derive(Clone, Copy)]
pub(super) enum Joint<'e> {
    /// A fact of a relationship, read in a direction.
    Fact(u32, RelId, Direction),
    /// Paths of a shortcut.
    Paths(&'e PathEdge),
}

impl<'s> Eval<'s> {
    /// A page of edges of one hop.
    pub(super) fn edges_page(&self, node: u32, plan: &EdgesPage) -> Result<Datum, StoreError> {
        let mut answer = match plan.hop {
            Hop::Edge(relationship, direction) => match plan.order.as_slice() {
                [] => self.edges_by_name(node, relationship, direction, false, plan),
                [EntityOrder { key: EntityKey::Name, descending }] => {
                    self.edges_by_name(node, relationship, direction, *descending, plan)
                }
                _ => self.edges_by_keys(node, relationship, direction, plan),
            },
            Hop::Derived(id, direction) => self.derived_edges(node, id, direction, plan),
        }?;
        if let Datum::Page(page) = &mut answer
            && !plan.aggregate.is_empty()
        {
            page.aggregate = self.aggregate(&self.neighbours(node, plan)?, &plan.aggregate)?;
        }
        Ok(answer)
    }

    /// The neighbours of the whole list, once each.
    fn neighbours(&self, node: u32, plan: &EdgesPage) -> Result<Vec<u32>, StoreError> {
        let mut neighbours = Vec::new();
        match plan.hop {
            Hop::Edge(relationship, direction) => {
                for entry in self.index.edges(node, relationship, direction) {
                    if self.accepts_edge(*entry, plan)? {
                        neighbours.push(entry.neighbour);
                    }
                }
            }
            Hop::Derived(id, direction) => {
                for path in self.paths(node, id, direction, plan.edge.basis.as_deref())? {
                    if path.passes(&plan.edge) && self.passes(path.neighbour, &plan.node)? {
                        neighbours.push(path.neighbour);
                    }
                }
            }
        }
        // Edges to one neighbour stand together.
        neighbours.dedup();
        Ok(neighbours)
    }

    fn accepts_edge(&self, entry: Entry, plan: &EdgesPage) -> Result<bool, StoreError> {
        self.meter.edge()?;
        Ok(self.fact_head(entry.fact).is_current(self.view)
            && self.edge_passes(entry.fact, &plan.edge)
            && self.passes(entry.neighbour, &plan.node)?)
    }

    fn edge_keys(&self, entry: Entry, order: &[EntityOrder]) -> Vec<SortValue> {
        let mut keys = self.entity_keys(entry.neighbour, order);
        keys.push(SortValue::Str(self.graph.fact(FactIx(entry.fact)).id.clone()));
        keys
    }

    /// Edges are stored by the neighbour's name: read until the page is full.
    fn edges_by_name(
        &self,
        node: u32,
        relationship: RelId,
        direction: Direction,
        descending: bool,
        plan: &EdgesPage,
    ) -> Result<Datum, StoreError> {
        let edges = self.index.edges(node, relationship, direction);
        let args = &plan.page;
        let directions = entity_directions(&plan.order);
        let window = cut(edges, descending, args, &directions, |e| self.edge_keys(*e, &plan.order));
        let (whole, from_end) = (if args.total { 0..edges.len() } else { window.clone() }, descending != args.backward);
        let mut reader = Reader::new(args);
        let mut total = 0;
        for step in 0..whole.len() {
            if !args.total && (reader.is_full() || !args.items) {
                break;
            }
            let at = if from_end { whole.end - 1 - step } else { whole.start + step };
            if self.accepts_edge(edges[at], plan)? {
                total += 1;
                if args.items && window.contains(&at) && !reader.is_full() {
                    reader.take(edges[at]);
                }
            }
        }
        let (items, more) = reader.finish();
        page(items, more, args.total.then_some(total), |entry| {
            let joint = Joint::Fact(entry.fact, relationship, direction);
            let keys = args.keys_of(|| self.edge_keys(entry, &plan.order));
            Ok(Item { keys, row: self.edge_row(entry.neighbour, joint, &plan.row)? })
        })
    }

    fn edges_by_keys(
        &self,
        node: u32,
        relationship: RelId,
        direction: Direction,
        plan: &EdgesPage,
    ) -> Result<Datum, StoreError> {
        let mut best = Best::new(&plan.page, entity_directions(&plan.order));
        let mut total = 0;
        for entry in self.index.edges(node, relationship, direction) {
            if self.accepts_edge(*entry, plan)? {
                total += 1;
                if plan.page.items {
                    best.offer(self.edge_keys(*entry, &plan.order), *entry);
                }
            }
        }
        let (items, more) = best.finish();
        page(items, more, plan.page.total.then_some(total), |(keys, entry)| {
            let joint = Joint::Fact(entry.fact, relationship, direction);
            Ok(Item { keys: plan.page.keys_of(|| keys), row: self.edge_row(entry.neighbour, joint, &plan.row)? })
        })
    }

    fn derived_edges(
        &self,
        node: u32,
        id: DerivedId,
        direction: Direction,
        plan: &EdgesPage,
    ) -> Result<Datum, StoreError> {
        let paths = self.paths(node, id, direction, plan.edge.basis.as_deref())?;
        let mut best = Best::new(&plan.page, entity_directions(&plan.order));
        let mut total = 0;
        for path in &paths {
            if path.passes(&plan.edge) && self.passes(path.neighbour, &plan.node)? {
                total += 1;
                if plan.page.items {
                    let mut keys = self.entity_keys(path.neighbour, &plan.order);
                    keys.push(SortValue::Str(Arc::default()));
                    best.offer(keys, path);
                }
            }
        }
        let (items, more) = best.finish();
        page(items, more, plan.page.total.then_some(total), |(keys, path)| {
            Ok(Item {
                keys: plan.page.keys_of(|| keys),
                row: self.edge_row(path.neighbour, Joint::Paths(path), &plan.row)?,
            })
        })
    }

    /// An edge's row.
    pub(super) fn edge_row(
        &self,
        neighbour: u32,
        joint: Joint<'_>,
        slots: &[EdgeSlot],
    ) -> Result<Vec<Datum>, StoreError> {
        let mut row = Vec::with_capacity(slots.len());
        for slot in slots {
            row.push(match (slot, joint) {
                (EdgeSlot::Node(projection), _) => self.entity(neighbour, projection)?,
                (EdgeSlot::Fact(projection), Joint::Fact(fact, ..)) => self.fact_row(fact, projection)?,
                (EdgeSlot::Property(position), Joint::Fact(fact, ..)) => {
                    self.graph.fact(FactIx(fact)).property(*position).map_or(Datum::Null, Datum::from)
                }
                (EdgeSlot::Relationship, Joint::Fact(_, relationship, _)) => Datum::Int(i64::from(relationship.0)),
                (EdgeSlot::Direction, Joint::Fact(.., direction)) => Datum::Int(direction as i64),
                (EdgeSlot::Facts(projection), Joint::Fact(fact, ..)) => {
                    Datum::List(vec![self.fact_row(fact, projection)?])
                }
                (EdgeSlot::Facts(projection), Joint::Paths(path)) => {
                    let facts = path.facts.iter().take(FACTS_OF_PATHS);
                    Datum::List(facts.map(|fact| self.fact_row(*fact, projection)).collect::<Result<_, _>>()?)
                }
                (EdgeSlot::Status, Joint::Fact(fact, ..)) => Datum::Int(self.fact_head(fact).status as i64),
                (EdgeSlot::Status, Joint::Paths(path)) => Datum::Int(path.status as i64),
                (
                    EdgeSlot::Fact(_) | EdgeSlot::Property(_) | EdgeSlot::Relationship | EdgeSlot::Direction,
                    Joint::Paths(_),
                ) => Datum::Null,
            });
        }
        Ok(row)
    }
}
