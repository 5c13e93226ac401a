//! Facts: one by id, pages of those about an entity and of all, and what a fact must pass to be on one.

use super::eval::Eval;
use super::order::{Best, Directions, Reader, cut, page};
use crate::graph::{FactIx, Value};
use crate::ontology::{Direction, PropId, RelId};
use crate::plan::ir::{
    Anchor, FactAnchor, FactFilter, FactKey, FactOrder, FactProjection, FactsPage, PageArgs, SortValue,
};
use crate::store::{Datum, Item, StoreError};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Of what a page of facts is a part.
#[derive(Clone, Copy)]
pub(super) enum FactsOf<'p> {
    /// The facts about an entity, as subject or object.
    Entity(u32),
    /// All facts, looked for from an anchor.
    All(&'p FactAnchor),
}

/// Where facts come from, one relationship after the other, ascending by id.
enum Source {
    /// About an entity.
    Entity(u32),
    /// All of the relationship.
    All,
    /// These, ascending by relationship, then id.
    Gathered(Vec<u32>),
}

impl<'s> Eval<'s> {
    /// One fact, or `Null`.
    pub(super) fn fact_by_id(&self, id: &str, slots: &FactProjection) -> Result<Datum, StoreError> {
        let found = self.graph.facts.binary_search_by(|fact| (*fact.id).cmp(id)).ok().map(|ix| ix as u32);
        match found.filter(|fact| self.fact_head(*fact).is_listed(self.view)) {
            Some(fact) => {
                self.meter.edge()?;
                self.fact_row(fact, slots)
            }
            None => Ok(Datum::Null),
        }
    }

    /// A page of facts.
    pub(super) fn facts_page(&self, of: FactsOf<'_>, plan: &FactsPage) -> Result<Datum, StoreError> {
        let wanted = |id: &RelId| plan.filter.relationships.as_ref().is_none_or(|set| set.contains(id));
        let (source, relationships) = match of {
            FactsOf::Entity(node) => {
                let mut linked: Vec<RelId> = self.index.links_of(node).iter().map(|(id, _)| *id).collect();
                linked.dedup();
                (Source::Entity(node), linked)
            }
            FactsOf::All(anchor) => (self.facts_from(anchor, wanted)?, self.index.facts_of.relationships.clone()),
        };
        let relationships: Vec<RelId> = relationships.into_iter().filter(wanted).collect();
        let whole = self.view.is_latest() && plan.filter.is_of_relationships_alone();
        let counted = (whole && matches!(source, Source::All))
            .then(|| relationships.iter().map(|id| self.index.facts_of.relationship(*id).len() as u64).sum::<u64>());
        let level = plan.filter.places_differ.and_then(|_| self.ontology.place_level());
        let test = FactTest { eval: self, filter: &plan.filter, level, places: RefCell::default() };
        // A fact about an entity or of an anchor was looked at when it was gathered.
        let looked_at = !matches!(source, Source::All);
        let accepts = |fact: u32| -> Result<bool, StoreError> {
            if !looked_at {
                self.meter.edge()?;
            }
            test.passes(fact)
        };
        let (facts, more, total) = if plan.is_in_usual_order() {
            self.walk_facts(&source, relationships, &plan.page, counted, accepts)?
        } else {
            let directions = Directions::new(plan.order.iter().map(|by| by.descending).collect());
            let mut best = Best::new(&plan.page, directions);
            let mut total = 0;
            for relationship in relationships {
                for fact in self.stretch(&source, relationship)?.iter() {
                    if accepts(*fact)? {
                        total += 1;
                        if plan.page.items {
                            best.offer(self.fact_keys(*fact, &plan.order), *fact);
                        }
                    }
                }
            }
            let (items, more) = best.finish();
            (items.into_iter().map(|(_, fact)| fact).collect(), more, total)
        };
        page(facts, more, plan.page.total.then_some(total), |fact| {
            let Datum::List(row) = self.fact_row(fact, &plan.row)? else { return Err(StoreError::Internal) };
            Ok(Item { keys: plan.page.keys_of(|| self.fact_keys(fact, &plan.order)), row })
        })
    }

    /// A page in the usual order: read until it is full, or to the end where the total is wanted and not `counted` already.
    fn walk_facts(
        &self,
        source: &Source,
        mut relationships: Vec<RelId>,
        args: &PageArgs,
        counted: Option<u64>,
        accepts: impl Fn(u32) -> Result<bool, StoreError>,
    ) -> Result<(Vec<u32>, bool, u64), StoreError> {
        let directions = Directions::new(Vec::new());
        let mut reader = Reader::new(args);
        let mut total = 0;
        let all = args.total && counted.is_none();
        if args.backward {
            relationships.reverse();
        }
        for relationship in relationships {
            if !all && (reader.is_full() || !args.items) {
                break;
            }
            let facts = self.stretch(source, relationship)?;
            let window = cut(&facts, false, args, &directions, |fact| self.fact_keys(*fact, &[]));
            let read = if all { 0..facts.len() } else { window.clone() };
            for step in 0..read.len() {
                if !all && reader.is_full() {
                    break;
                }
                let at = if args.backward { read.end - 1 - step } else { read.start + step };
                if accepts(facts[at])? {
                    total += 1;
                    if args.items && window.contains(&at) && !reader.is_full() {
                        reader.take(facts[at]);
                    }
                }
            }
        }
        let (facts, more) = reader.finish();
        Ok((facts, more, counted.unwrap_or(total)))
    }

    /// The facts that an anchor leads to, of the wanted relationships.
    fn facts_from(&self, anchor: &FactAnchor, wanted: impl Fn(&RelId) -> bool) -> Result<Source, StoreError> {
        let mut facts = match anchor {
            FactAnchor::Scan => return Ok(Source::All),
            FactAnchor::Documents(ids) => {
                let mut facts = Vec::new();
                for document in self.resolve(ids) {
                    for fact in self.index.facts_of.by_document.under(document) {
                        self.meter.edge()?;
                        facts.push(*fact);
                    }
                }
                facts.retain(|fact| wanted(&self.relationship_of(*fact)));
                facts
            }
            FactAnchor::Subject(end) => match self.facts_at(end, Direction::Out, wanted)? {
                Some(facts) => facts,
                None => return Ok(Source::All),
            },
            FactAnchor::Object(end) => match self.facts_at(end, Direction::In, wanted)? {
                Some(facts) => facts,
                None => return Ok(Source::All),
            },
        };
        facts.sort_unstable_by_key(|fact| (self.relationship_of(*fact), *fact));
        facts.dedup();
        Ok(Source::Gathered(facts))
    }

    /// The facts of the wanted relationships at the entities of an anchor; None: of all entities.
    fn facts_at(
        &self,
        end: &Anchor,
        direction: Direction,
        wanted: impl Fn(&RelId) -> bool,
    ) -> Result<Option<Vec<u32>>, StoreError> {
        let Some(nodes) = self.candidates(end)? else { return Ok(None) };
        let mut facts = Vec::new();
        for node in nodes {
            self.meter.node()?;
            for (relationship, reading) in self.index.links_of(node) {
                // Of a symmetric relationship the one reading has both directions.
                let fits = *reading == direction || self.ontology.relationship(*relationship).symmetric;
                if !fits || !wanted(relationship) {
                    continue;
                }
                for entry in self.index.edges(node, *relationship, *reading) {
                    self.meter.edge()?;
                    facts.push(entry.fact);
                }
            }
        }
        Ok(Some(facts))
    }

    /// The facts of one relationship, ascending by id, superseded ones included.
    fn stretch<'a>(&'a self, source: &'a Source, relationship: RelId) -> Result<Cow<'a, [u32]>, StoreError> {
        Ok(match source {
            Source::All => Cow::Borrowed(self.index.facts_of.relationship(relationship)),
            Source::Gathered(facts) => {
                let low = facts.partition_point(|fact| self.relationship_of(*fact) < relationship);
                let high = facts.partition_point(|fact| self.relationship_of(*fact) <= relationship);
                Cow::Borrowed(&facts[low..high])
            }
            Source::Entity(node) => {
                let outgoing = self.index.edges(*node, relationship, Direction::Out);
                let incoming = match self.ontology.relationship(relationship).symmetric {
                    true => &[],
                    false => self.index.edges(*node, relationship, Direction::In),
                };
                let mut facts = Vec::with_capacity(outgoing.len() + incoming.len());
                for entry in outgoing.iter().chain(incoming) {
                    self.meter.edge()?;
                    facts.push(entry.fact);
                }
                facts.sort_unstable();
                facts.dedup();
                Cow::Owned(facts)
            }
        })
    }

    fn relationship_of(&self, fact: u32) -> RelId {
        self.graph.fact(FactIx(fact)).relationship
    }

    /// A fact's place in an order: the keys, then its id.
    fn fact_keys(&self, ix: u32, order: &[FactOrder]) -> Vec<SortValue> {
        let fact = self.graph.fact(FactIx(ix));
        let name_of = |node: u32| SortValue::Str(self.node(node).sort_name.clone());
        let key = |key: FactKey| match key {
            FactKey::Since => {
                let earliest = fact.since.as_ref().and_then(|since| since.earliest);
                earliest.map_or(SortValue::Null, |date| SortValue::Int(i64::from(date.code())))
            }
            FactKey::Known => SortValue::Int(i64::from(fact.known_from)),
            FactKey::Relationship => SortValue::Str(self.ontology.relationship(fact.relationship).name.clone()),
            FactKey::Subject => name_of(fact.subject.0),
            FactKey::Object => name_of(fact.object.0),
        };
        let mut keys = Vec::with_capacity(order.len().max(1) + 1);
        if order.is_empty() {
            keys.push(key(FactKey::Relationship));
        }
        keys.extend(order.iter().map(|by| key(by.key)));
        keys.push(SortValue::Str(fact.id.clone()));
        keys
    }
}

/// A filter of facts as it is applied to one after the other.
struct FactTest<'e, 's> {
    eval: &'e Eval<'s>,
    filter: &'e FactFilter,
    /// Who is a place, where places are asked for.
    level: Option<(PropId, Vec<Value>)>,
    /// Places of entities that were asked for: ends recur.
    places: RefCell<HashMap<u32, Rc<[u32]>>>,
}

impl FactTest<'_, '_> {
    /// Whether a fact is listed in the view and passes; its relationship was seen to.
    fn passes(&self, ix: u32) -> Result<bool, StoreError> {
        let (eval, filter) = (self.eval, self.filter);
        let head = eval.fact_head(ix);
        let plain = head.is_listed(eval.view)
            && filter.status.contains(head.status)
            && filter.basis.as_ref().is_none_or(|set| set.contains(&head.basis));
        if !plain {
            return Ok(false);
        }
        let fact = eval.graph.fact(FactIx(ix));
        let is_conflicting = || fact.conflicting_from.is_some_and(|day| day <= eval.view.known);
        if filter.conflicting.is_some_and(|wanted| wanted != is_conflicting()) {
            return Ok(false);
        }
        if !eval.passes(fact.subject.0, &filter.subject)? || !eval.passes(fact.object.0, &filter.object)? {
            return Ok(false);
        }
        if !filter.document.is_true() && !eval.cites(&fact.citations, &filter.document)? {
            return Ok(false);
        }
        match filter.places_differ {
            Some(wanted) => Ok(self.places_differ(fact.subject.0, fact.object.0)? == Some(wanted)),
            None => Ok(true),
        }
    }

    /// Whether two entities have places and none in common; None if one has none.
    fn places_differ(&self, a: u32, b: u32) -> Result<Option<bool>, StoreError> {
        let (a, b) = (self.places(a)?, self.places(b)?);
        let known = !a.is_empty() && !b.is_empty();
        Ok(known.then(|| !a.iter().any(|place| b.contains(place))))
    }

    fn places(&self, node: u32) -> Result<Rc<[u32]>, StoreError> {
        if let Some(known) = self.places.borrow().get(&node) {
            return Ok(known.clone());
        }
        let mut places = Vec::new();
        if let Some((property, levels)) = &self.level {
            self.eval.climb(node, |above| {
                if self.eval.property(above, *property).is_some_and(|level| levels.contains(level)) {
                    places.push(above);
                }
                false
            })?;
        }
        let places: Rc<[u32]> = places.into();
        self.places.borrow_mut().insert(node, places.clone());
        Ok(places)
    }
}
