//! Pages of entities: where they start, in which order they are read, and when reading stops.

use super::eval::Eval;
use super::order::{Best, Directions, Reader, cut, page};
use crate::graph::Value;
use crate::ontology::KindSet;
use crate::plan::ir::{Anchor, EntitiesPage, EntityKey, EntityOrder, Hop, SortValue};
use crate::store::{Datum, Item, StoreError};

/// Stored lists that, merged, are a stretch of an order.
struct Run<'s> {
    parts: Vec<&'s [u32]>,
    rank: Rank,
    descending: bool,
}

/// By what the lists of a run are ascending.
#[derive(Clone, Copy)]
enum Rank {
    Id,
    Name,
    Degree,
}

impl<'s> Eval<'s> {
    /// A page of the entities of some kinds.
    pub(super) fn entities(&self, plan: &EntitiesPage) -> Result<Datum, StoreError> {
        let anywhere = matches!(plan.anchor, Anchor::Scan | Anchor::OrderWalk);
        let everything = plan.filter.is_true() && !self.view.is_known_set();
        let listed = (!plan.aggregate.is_empty()).then(|| self.listed(plan)).transpose()?;
        let total = match &listed {
            Some(nodes) => Some(nodes.len() as u64),
            None => everything.then(|| self.index.count(plan.kinds)),
        };
        let runs = if anywhere { self.runs(&plan.order, plan.kinds) } else { None };
        // What the whole list was made for is not tested again.
        let tested = listed.is_some() && !plan.filter.is_true();
        let mut answer = match (runs, &listed) {
            (Some(runs), _) if !tested && (!plan.page.total || total.is_some()) => self.walk(plan, runs, total)?,
            (_, Some(nodes)) => self.best_of(nodes, plan)?,
            (_, None) => self.best_of(&self.listed(plan)?, plan)?,
        };
        if let (Some(nodes), Datum::Page(page)) = (listed, &mut answer) {
            page.aggregate = self.aggregate(&nodes, &plan.aggregate)?;
        }
        Ok(answer)
    }

    /// The whole list.
    fn listed(&self, plan: &EntitiesPage) -> Result<Vec<u32>, StoreError> {
        let candidates = self.candidates(&plan.anchor)?.unwrap_or_else(|| self.of_kinds(plan.kinds).collect());
        let mut listed = Vec::new();
        for node in candidates {
            self.meter.node()?;
            if self.accepts(node, plan)? {
                listed.push(node);
            }
        }
        Ok(listed)
    }

    fn accepts(&self, node: u32, plan: &EntitiesPage) -> Result<bool, StoreError> {
        Ok(plan.kinds.contains(self.head(node).kind) && self.is_seen(node) && self.passes(node, &plan.filter)?)
    }

    /// The whole order as stored lists, if it is stored: one key, and the latest view where the key depends on the view.
    fn runs(&self, order: &[EntityOrder], kinds: KindSet) -> Option<Vec<Run<'s>>> {
        let lists = |rank: Rank| {
            kinds.iter().filter_map(|kind| self.index.kinds.get(kind.index())).map(move |lists| match rank {
                Rank::Id => lists.by_id.as_slice(),
                Rank::Name => lists.by_name.as_slice(),
                Rank::Degree => lists.by_degree.as_slice(),
            })
        };
        let (key, descending) = match order {
            [] => (&EntityKey::Name, false),
            [one] => (&one.key, one.descending),
            _ => return None,
        };
        let run = |rank: Rank| Run { parts: lists(rank).collect(), rank, descending };
        match key {
            EntityKey::Name => Some(vec![run(Rank::Name)]),
            EntityKey::Degree => self.view.is_latest().then(|| vec![run(Rank::Degree)]),
            EntityKey::Property(id) => {
                let index = self.index.properties.get(id.index())?.as_ref()?;
                let declared = kinds.iter().all(|kind| self.ontology.kind(kind).properties.contains(id));
                if self.view.is_known_set() || !declared {
                    return None;
                }
                let absent = kinds.iter().filter_map(|kind| index.absent.get(kind.index())).map(Vec::as_slice);
                // The values' list is one part, so its rank is never asked for.
                let values = Run { parts: vec![index.nodes.as_slice()], rank: Rank::Id, descending };
                Some(vec![values, Run { parts: absent.collect(), rank: Rank::Id, descending }])
            }
            EntityKey::Related(..) => None,
        }
    }

    fn walk(&self, plan: &EntitiesPage, runs: Vec<Run<'s>>, total: Option<u64>) -> Result<Datum, StoreError> {
        let page_args = &plan.page;
        let directions = entity_directions(&plan.order);
        let mut reader = Reader::new(page_args);
        let order: Vec<&Run<'s>> = if page_args.backward { runs.iter().rev().collect() } else { runs.iter().collect() };
        'runs: for run in order {
            let cut_part = |part: &&'s [u32]| {
                &part[cut(part, run.descending, page_args, &directions, |n| self.entity_keys(*n, &plan.order))]
            };
            let parts = run.parts.iter().map(cut_part).filter(|part| !part.is_empty()).collect();
            let rank = |node: u32| match run.rank {
                Rank::Id => u64::from(node),
                Rank::Name => u64::from(self.head(node).name_rank),
                Rank::Degree => u64::from(self.head(node).degree) << 32 | u64::from(node),
            };
            let mut merge = Merge { parts, rank, from_end: run.descending != page_args.backward };
            while page_args.items
                && let Some(node) = merge.next()
            {
                self.meter.node()?;
                if self.accepts(node, plan)? && !reader.take(node) {
                    break 'runs;
                }
            }
        }
        let (nodes, more) = reader.finish();
        page(nodes, more, total.filter(|_| page_args.total), |node| {
            let keys = page_args.keys_of(|| self.entity_keys(node, &plan.order));
            Ok(Item { keys, row: vec![self.entity(node, &plan.entity)?] })
        })
    }

    /// A page of the whole list, which is in no order of its own.
    fn best_of(&self, listed: &[u32], plan: &EntitiesPage) -> Result<Datum, StoreError> {
        let mut best = Best::new(&plan.page, entity_directions(&plan.order));
        if plan.page.items {
            listed.iter().for_each(|node| best.offer(self.entity_keys(*node, &plan.order), *node));
        }
        let (items, more) = best.finish();
        page(items, more, plan.page.total.then_some(listed.len() as u64), |(keys, node)| {
            Ok(Item { keys: plan.page.keys_of(|| keys), row: vec![self.entity(node, &plan.entity)?] })
        })
    }

    fn of_kinds(&self, kinds: KindSet) -> impl Iterator<Item = u32> {
        let lists = kinds.iter().filter_map(|kind| self.index.kinds.get(kind.index()));
        lists.flat_map(|lists| lists.by_id.iter().copied())
    }

    /// The entities of an anchor, once each. None: all.
    pub(super) fn candidates(&self, anchor: &Anchor) -> Result<Option<Vec<u32>>, StoreError> {
        let mut nodes = match anchor {
            Anchor::Scan | Anchor::OrderWalk => return Ok(None),
            Anchor::Ids(ids) => self.resolve(ids),
            Anchor::Within(ids) => self.all_under(&self.resolve(ids))?,
            Anchor::Name(texts) => texts.iter().flat_map(|text| self.index.names.named(text)).collect(),
            Anchor::Property(id, values) => match self.index.properties.get(id.index()).and_then(Option::as_ref) {
                Some(index) => values.iter().flat_map(|value| index.equal(value)).copied().collect(),
                None => return Ok(None),
            },
            Anchor::Via { hop, kinds, inner } => match self.candidates(inner)? {
                Some(ends) => {
                    let ends = ends.into_iter().filter(|end| kinds.contains(self.head(*end).kind));
                    self.back_over(*hop, ends)?
                }
                None => self.back_over(*hop, self.of_kinds(*kinds))?,
            },
        };
        nodes.sort_unstable();
        nodes.dedup();
        Ok(Some(nodes))
    }

    fn back_over(&self, hop: Hop, ends: impl Iterator<Item = u32>) -> Result<Vec<u32>, StoreError> {
        let mut nodes = Vec::new();
        for end in ends {
            self.meter.node()?;
            match hop {
                Hop::Edge(relationship, direction) => {
                    for entry in self.index.edges(end, relationship, direction.opposite()) {
                        self.meter.edge()?;
                        if self.fact_head(entry.fact).is_current(self.view) {
                            nodes.push(entry.neighbour);
                        }
                    }
                }
                Hop::Derived(id, direction) => {
                    let paths = self.paths(end, id, direction.opposite(), None)?;
                    nodes.extend(paths.iter().map(|path| path.neighbour));
                }
            }
        }
        Ok(nodes)
    }

    /// An entity's place in an order: the keys, then its id.
    pub(super) fn entity_keys(&self, node: u32, order: &[EntityOrder]) -> Vec<SortValue> {
        // Room for a fact's id, which an edge's place ends with.
        let mut keys = Vec::with_capacity(order.len().max(1) + 2);
        if order.is_empty() {
            keys.push(self.entity_key(node, &EntityKey::Name, false));
        }
        keys.extend(order.iter().map(|by| self.entity_key(node, &by.key, by.descending)));
        keys.push(self.id_key(node));
        keys
    }

    fn entity_key(&self, node: u32, key: &EntityKey, descending: bool) -> SortValue {
        match key {
            EntityKey::Name => SortValue::Str(self.node(node).sort_name.clone()),
            EntityKey::Degree => SortValue::Int(self.degree(node)),
            EntityKey::Property(id) => self.property(node, *id).map_or(SortValue::Null, sort_value),
            EntityKey::Related(hop, key) => self.related_key(node, *hop, *key, descending),
        }
    }
}

/// The directions of an order over entities.
pub(super) fn entity_directions(order: &[EntityOrder]) -> Directions {
    Directions::new(order.iter().map(|key| key.descending).collect())
}

/// A single value as a key of an order.
pub(super) fn sort_value(value: &Value) -> SortValue {
    match value {
        Value::Bool(b) => SortValue::Int(i64::from(*b)),
        Value::Int(i) => SortValue::Int(*i),
        Value::Decimal(d) => SortValue::Int(d.scaled()),
        Value::Date(d) => SortValue::Int(i64::from(d.code())),
        Value::Str(text) => SortValue::Str(text.clone()),
        // Neither is ever a key of an order.
        Value::List(_) | Value::Struct(_) => SortValue::Null,
    }
}

/// Reads sorted lists as one.
struct Merge<'s, F: Fn(u32) -> u64> {
    parts: Vec<&'s [u32]>,
    rank: F,
    from_end: bool,
}

impl<F: Fn(u32) -> u64> Merge<'_, F> {
    fn next(&mut self) -> Option<u32> {
        let from_end = self.from_end;
        let head = |part: &&[u32]| if from_end { part.last().copied() } else { part.first().copied() };
        let at = if self.parts.len() == 1 {
            0
        } else {
            // An interface has few kinds: looking at each list's head beats a heap.
            let heads = self.parts.iter().enumerate().filter_map(|(i, part)| Some(((self.rank)(head(part)?), i)));
            if from_end { heads.max()?.1 } else { heads.min()?.1 }
        };
        let part = self.parts.get_mut(at)?;
        let node = head(part)?;
        *part = if from_end { &part[..part.len() - 1] } else { &part[1..] };
        Some(node)
    }
}
