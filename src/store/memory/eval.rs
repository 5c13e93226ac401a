//! Evaluating one root field over one snapshot: the context, the roots, and an entity's row.

use super::Snapshot;
use super::eval_facts::FactsOf;
use super::eval_filter::Prepared;
use super::index::{FactHead, Index, NodeHead};
use super::work::Meter;
use crate::graph::{Bilingual, Dated, Graph, Node, NodeIx, Totals, Value};
use crate::ontology::{Ontology, PropId};
use crate::plan::ir::{EntityProjection, Lang, NamePart, Root, Slot, SortValue, View};
use crate::store::{Datum, StoreError, Work};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

/// One execution: what it reads, how it looks at it, what it has cost.
pub(super) struct Eval<'s> {
    pub graph: &'s Graph,
    pub index: &'s Index,
    pub ontology: &'s Ontology,
    pub view: &'s View,
    pub meter: Meter,
    /// What parts of filters mean in this graph, by the part's address: the plan does not move while it is executed.
    pub prepared: RefCell<Vec<(usize, Rc<Prepared>)>>,
}

impl<'s> Eval<'s> {
    /// Begins. [`StoreError::Timeout`] if the deadline has passed already.
    pub(super) fn new(snapshot: &'s Snapshot, view: &'s View, deadline: Instant) -> Result<Eval<'s>, StoreError> {
        let graph: &'s Graph = &snapshot.graph;
        Ok(Eval {
            graph,
            index: &snapshot.index,
            ontology: &graph.ontology,
            view,
            meter: Meter::start(deadline)?,
            prepared: RefCell::new(Vec::new()),
        })
    }

    /// Evaluates the root.
    pub(super) fn root(&self, root: &Root) -> Result<(Datum, Work), StoreError> {
        let datum = match root {
            Root::ByIds { ids, kinds, entity } => {
                let mut rows = Vec::with_capacity(ids.len());
                for id in ids {
                    let node = self.graph.find(id).map(|ix| ix.0);
                    rows.push(match node.filter(|n| kinds.contains(self.head(*n).kind) && self.is_seen(*n)) {
                        Some(node) => self.entity(node, entity)?,
                        None => Datum::Null,
                    });
                }
                Datum::List(rows)
            }
            Root::Entities(plan) => self.entities(plan)?,
            Root::Search(plan) => self.search(plan)?,
            Root::Fact { id, fact } => self.fact_by_id(id, fact)?,
            Root::Facts { anchor, facts } => self.facts_page(FactsOf::All(anchor), facts)?,
            Root::Observations(plan) => self.observations(None, plan)?,
            Root::Totals => self.totals(),
            Root::Observation { id, observation } => self.observation_by_id(id, observation)?,
        };
        self.meter.finish()?;
        Ok((datum, self.meter.work()))
    }

    fn totals(&self) -> Datum {
        let Totals { entities, facts, observations, known_until } = &self.index.totals;
        let number = |count: &u64| Datum::Int(i64::try_from(*count).unwrap_or(i64::MAX));
        let numbers = |counts: &[u64]| Datum::List(counts.iter().map(number).collect());
        let known_until = known_until.map_or(Datum::Null, Datum::Date);
        Datum::List(vec![numbers(entities), numbers(facts), number(observations), known_until])
    }

    /// What every look at an entity needs.
    pub(super) fn head(&self, node: u32) -> &'s NodeHead {
        &self.index.nodes[node as usize]
    }
    /// What every look at a fact needs.
    pub(super) fn fact_head(&self, fact: u32) -> &'s FactHead {
        &self.index.facts[fact as usize]
    }
    /// The entity itself.
    pub(super) fn node(&self, node: u32) -> &'s Node {
        &self.graph.nodes[node as usize]
    }
    /// Whether an entity is seen in the view.
    pub(super) fn is_seen(&self, node: u32) -> bool {
        self.head(node).known_from <= self.view.known
    }
    /// An entity's id, as part of a place in an order.
    pub(super) fn id_key(&self, node: u32) -> SortValue {
        SortValue::Str(self.node(node).id.clone())
    }

    /// A property as the view sees it.
    pub(super) fn property(&self, node: u32, id: PropId) -> Option<&'s Value> {
        let node = self.node(node);
        if !self.ontology.property(id).history {
            let value = node.property(id)?;
            let known = !self.view.is_known_set() || node.property_known(id) <= self.view.known;
            return known.then_some(value);
        }
        self.dated(node, id).max_by_key(|dated| dated.order()).map(|dated| &dated.value)
    }

    /// The dated values of a `@history` property that the view sees.
    pub(super) fn dated(&self, node: &'s Node, id: PropId) -> impl Iterator<Item = &'s Dated> {
        let found = node.history.binary_search_by_key(&id, |(p, _)| *p).ok();
        let entries: &[Dated] = found.map_or(&[], |at| &node.history[at].1);
        let (known, from, to) = (self.view.known, self.view.valid_from, self.view.valid_to);
        entries.iter().filter(move |it| it.known_from <= known && it.valid_from() <= to && it.valid_to() >= from)
    }

    /// An entity's row.
    pub(super) fn entity(&self, node: u32, projection: &EntityProjection) -> Result<Datum, StoreError> {
        self.meter.node()?;
        let kind = self.head(node).kind;
        let slots = projection.slots(kind);
        let mut row = Vec::with_capacity(slots.len());
        for slot in slots {
            row.push(self.slot(node, slot)?);
        }
        Ok(Datum::Entity(kind, row))
    }

    /// An entity's row, or `Null` if there is no entity or it is not seen.
    pub(super) fn entity_if_seen(
        &self,
        node: Option<NodeIx>,
        projection: &EntityProjection,
    ) -> Result<Datum, StoreError> {
        match node.filter(|ix| self.is_seen(ix.0)) {
            Some(ix) => self.entity(ix.0, projection),
            None => Ok(Datum::Null),
        }
    }

    fn slot(&self, ix: u32, slot: &Slot) -> Result<Datum, StoreError> {
        let node = self.node(ix);
        Ok(match slot {
            Slot::Id => Datum::Str(node.id.clone()),
            Slot::Name(lang) => {
                let english = node.names.en.as_ref().filter(|_| *lang == Lang::En);
                Datum::Str(english.unwrap_or(node.display_name()).clone())
            }
            Slot::Names(parts) => Datum::List(parts.iter().map(|part| name_part(node, *part)).collect()),
            Slot::Disambiguation(lang) => text(bilingual(&node.disambiguation, *lang)),
            Slot::Description(lang) => text(bilingual(&node.description, *lang)),
            Slot::Property(id) => self.property(ix, *id).map_or(Datum::Null, Datum::from),
            Slot::History(id, slots) => self.history(node, *id, slots)?,
            Slot::Degree => Datum::Int(self.degree(ix)),
            Slot::Sources(limit, projection) => self.citations(&node.citations, *limit, projection)?,
            Slot::Edges(plan) => self.edges_page(ix, plan)?,
            Slot::One(hop, projection) => match self.first_neighbour(ix, *hop)? {
                Some(neighbour) => self.entity(neighbour, projection)?,
                None => Datum::Null,
            },
            Slot::Related(plan) => self.related_page(ix, plan)?,
            Slot::Facts(plan) => self.facts_page(FactsOf::Entity(ix), plan)?,
            Slot::Observations(plan) => self.observations(Some(ix), plan)?,
        })
    }
}

/// Text, or `Null`.
pub(super) fn text(text: Option<&Arc<str>>) -> Datum {
    text.map_or(Datum::Null, |text| Datum::Str(text.clone()))
}

fn bilingual(text: &Bilingual, lang: Lang) -> Option<&Arc<str>> {
    match lang {
        Lang::Zh => text.zh.as_ref().or(text.en.as_ref()),
        Lang::En => text.en.as_ref().or(text.zh.as_ref()),
    }
}

fn name_part(node: &Node, part: NamePart) -> Datum {
    let list = |texts: &[Arc<str>]| Datum::List(texts.iter().map(|t| Datum::Str(t.clone())).collect());
    let names = &node.names;
    match part {
        NamePart::Zh => text(names.zh.as_ref()),
        NamePart::En => text(names.en.as_ref()),
        NamePart::Short => list(&names.short),
        NamePart::Former => list(&names.former),
        NamePart::Aliases => list(&names.aliases),
    }
}
