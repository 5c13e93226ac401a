//! What a snapshot looks things up in: typed adjacency, lists in stored orders, properties by value. Built once from a graph.
//!
//! Numbers of entities, facts and observations are those of the graph ([`NodeIx`](crate::graph::NodeIx) and its siblings), as `u32`; their
//! order is the order of ids. Entities also have a *name rank*: their place in the order of (name key, id).

use super::index_facts::FactLists;
use super::index_links::{Adjacency, DerivedWalk, Entry, Groups};
use super::search::NameIndex;
use crate::graph::{Basis, DAY_MAX, Day, Fact, Graph, Status, StatusSet, Totals, Value};
use crate::ontology::{DerivedId, Direction, Hierarchies, Indexing, KindId, KindSet, PropId, RelId};
use crate::plan::ir::View;
use std::convert::Infallible;

/// What every look at an entity needs, close together.
pub(super) struct NodeHead {
    /// First day on which anything stated it.
    pub known_from: Day,
    /// Distinct others joined to it under the latest view.
    pub degree: u32,
    /// Place in the order of (name key, id).
    pub name_rank: u32,
    /// Its kind.
    pub kind: KindId,
}

/// What every look at a fact needs, close together.
pub(super) struct FactHead {
    valid_from: Day,
    valid_to: Day,
    known_from: Day,
    known_to: Day,
    /// How far it has come.
    pub status: Status,
    /// On what it rests.
    pub basis: Basis,
}

impl FactHead {
    fn of(fact: &Fact) -> FactHead {
        FactHead {
            valid_from: fact.valid_from(),
            valid_to: fact.valid_to(),
            known_from: fact.known_from,
            known_to: fact.known_to,
            status: fact.status,
            basis: fact.basis,
        }
    }
    /// Whether it is current in a view: stated, not superseded, and its period overlaps.
    pub(super) fn is_current(&self, view: &View) -> bool {
        view.known < self.known_to && self.is_listed(view)
    }
    /// Whether a table of facts shows it in a view: as current, but superseded facts too.
    pub(super) fn is_listed(&self, view: &View) -> bool {
        self.known_from <= view.known && self.valid_from <= view.valid_to && self.valid_to >= view.valid_from
    }
}

/// The entities of a kind, in three orders.
#[derive(Default)]
pub(super) struct KindLists {
    /// Ascending by id.
    pub by_id: Vec<u32>,
    /// Ascending by name key, then id.
    pub by_name: Vec<u32>,
    /// Ascending by degree under the latest view, then id.
    pub by_degree: Vec<u32>,
}

/// Entities by the value of a timeless unique or indexed property, whenever it became known.
pub(super) struct PropertyIndex {
    /// Ascending by value, then id. Never lists: the ontology refuses to index them.
    values: Vec<Value>,
    /// The entity of each entry.
    pub nodes: Vec<u32>,
    /// By kind: those without the value, ascending by id.
    pub absent: Vec<Vec<u32>>,
}

impl PropertyIndex {
    /// The entities that have a value.
    pub(super) fn equal(&self, value: &Value) -> &[u32] {
        let low = self.values.partition_point(|v| v < value);
        let high = self.values.partition_point(|v| v <= value);
        &self.nodes[low..high.max(low)]
    }
}

/// All look-ups over one graph.
pub(super) struct Index {
    /// How much there is, in the latest view.
    pub totals: Totals,
    pub nodes: Vec<NodeHead>,
    pub facts: Vec<FactHead>,
    /// By kind.
    pub kinds: Vec<KindLists>,
    /// By property; none where it is not indexed or changes over time.
    pub properties: Vec<Option<PropertyIndex>>,
    /// By kind: the readings of relationships that its entities have, ascending by type name, then Out before In.
    pub links: Vec<Vec<(RelId, Direction)>>,
    /// Relationships that `within` follows.
    pub hierarchies: Hierarchies,
    /// By entity: how many are under it under the latest view, itself included.
    pub under: Vec<u32>,
    /// Facts by relationship and by document.
    pub facts_of: FactLists,
    pub names: NameIndex,
    /// Every observation, by time, then id.
    pub observations: Vec<u32>,
    /// Observations of an entity, by time, then id.
    pub by_subject: Groups,
    /// Observations of an indicator, likewise.
    pub by_indicator: Groups,
    outgoing: Vec<Adjacency>,
    incoming: Vec<Adjacency>,
    derived: Vec<[DerivedWalk; 2]>,
    symmetric: Vec<bool>,
}

impl Index {
    /// Builds every index of a graph.
    pub(super) fn build(graph: &Graph) -> Index {
        let ontology = &graph.ontology;
        let facts: Vec<FactHead> = graph.facts.iter().map(FactHead::of).collect();
        let symmetric: Vec<bool> = ontology.relationships.iter().map(|r| r.symmetric).collect();
        let mut nodes: Vec<NodeHead> = graph
            .nodes
            .iter()
            .map(|n| NodeHead { known_from: n.known_from, degree: 0, name_rank: 0, kind: n.kind })
            .collect();
        let mut by_name: Vec<u32> = (0..graph.nodes.len() as u32).collect();
        by_name.sort_by(|a, b| graph.nodes[*a as usize].sort_name.cmp(&graph.nodes[*b as usize].sort_name));
        for (rank, node) in by_name.iter().enumerate() {
            nodes[*node as usize].name_rank = rank as u32;
        }
        let facts_of = FactLists::of(graph);
        let (outgoing, incoming) = adjacencies(graph, &nodes, &symmetric, &facts_of);
        let mut index = Index {
            totals: Totals::of(graph),
            links: links(graph, &symmetric, &facts_of.relationships),
            facts_of,
            hierarchies: ontology.hierarchies(),
            derived: (0..ontology.derived.len() as u16)
                .map(|i| DerivedWalk::both(ontology, ontology.shortcut(DerivedId(i))))
                .collect(),
            properties: properties(graph),
            names: NameIndex::build(graph),
            observations: super::index_links::observations_by_time(graph),
            by_subject: Groups::default(),
            by_indicator: Groups::default(),
            kinds: Vec::new(),
            under: Vec::new(),
            nodes,
            facts,
            outgoing,
            incoming,
            symmetric,
        };
        let by_time = &index.observations;
        index.by_subject = Groups::of(graph.nodes.len(), by_time, |o| &graph.observations[o as usize].subjects);
        index.by_indicator =
            Groups::of(graph.nodes.len(), by_time, |o| std::slice::from_ref(&graph.observations[o as usize].indicator));
        index.count_degrees();
        index.kinds = index.kind_lists(ontology.kinds.len(), &by_name);
        index.count_under();
        index
    }

    /// The edges of an entity under a relationship, ascending by the neighbour's (name key, id), then the fact's id. Superseded facts
    /// are among them. A symmetric relationship is read both ways.
    pub(super) fn edges(&self, node: u32, relationship: RelId, direction: Direction) -> &[Entry] {
        self.adjacency(relationship, direction).of(node)
    }
    /// All edges of a reading.
    pub(super) fn adjacency(&self, relationship: RelId, direction: Direction) -> &Adjacency {
        match direction {
            Direction::In if !self.symmetric[relationship.index()] => &self.incoming[relationship.index()],
            _ => &self.outgoing[relationship.index()],
        }
    }
    /// The steps of a shortcut, from the side from which it is read.
    pub(super) fn derived(&self, id: DerivedId, direction: Direction) -> &DerivedWalk {
        &self.derived[id.index()][direction as usize]
    }
    /// The readings that an entity may have edges under.
    pub(super) fn links_of(&self, node: u32) -> &[(RelId, Direction)] {
        &self.links[self.nodes[node as usize].kind.index()]
    }
    /// How many entities there are of some kinds.
    pub(super) fn count(&self, kinds: KindSet) -> u64 {
        kinds.iter().filter_map(|kind| self.kinds.get(kind.index())).map(|lists| lists.by_id.len() as u64).sum()
    }
    fn is_held(&self, fact: u32) -> bool {
        let head = &self.facts[fact as usize];
        head.known_to == DAY_MAX && StatusSet::HELD.contains(head.status)
    }

    fn count_degrees(&mut self) {
        // A stamp an entity instead of a set a count: the number of the last one that met it, plus one.
        let mut met_by = vec![0u32; self.nodes.len()];
        for node in 0..self.nodes.len() as u32 {
            met_by[node as usize] = node + 1;
            let mut degree = 0;
            for (relationship, direction) in self.links_of(node) {
                for entry in self.edges(node, *relationship, *direction) {
                    let stamp = &mut met_by[entry.neighbour as usize];
                    if *stamp != node + 1 && self.is_held(entry.fact) {
                        *stamp = node + 1;
                        degree += 1;
                    }
                }
            }
            self.nodes[node as usize].degree = degree;
        }
    }

    fn count_under(&mut self) {
        let mut under = vec![0u32; self.nodes.len()];
        for node in 0..self.nodes.len() as u32 {
            let count = |above: u32| {
                under[above as usize] += 1;
                false
            };
            let Ok(()) = self.climb(node, |fact| Ok::<_, Infallible>(self.is_held(fact)), count);
        }
        self.under = under;
    }

    fn kind_lists(&self, kinds: usize, by_name: &[u32]) -> Vec<KindLists> {
        let mut lists: Vec<KindLists> = (0..kinds).map(|_| KindLists::default()).collect();
        for node in 0..self.nodes.len() as u32 {
            lists[self.nodes[node as usize].kind.index()].by_id.push(node);
        }
        for node in by_name {
            lists[self.nodes[*node as usize].kind.index()].by_name.push(*node);
        }
        for list in &mut lists {
            list.by_degree = list.by_id.clone();
            list.by_degree.sort_by_key(|node| self.nodes[*node as usize].degree);
        }
        lists
    }
}

fn adjacencies(
    graph: &Graph,
    nodes: &[NodeHead],
    symmetric: &[bool],
    facts_of: &FactLists,
) -> (Vec<Adjacency>, Vec<Adjacency>) {
    let ends = |i: u32| {
        let fact = &graph.facts[i as usize];
        (fact.subject.0, fact.object.0)
    };
    let rank = |node: u32| nodes[node as usize].name_rank;
    let (mut outgoing, mut incoming) = (Vec::new(), Vec::new());
    for (relationship, symmetric) in (0..).map(RelId).zip(symmetric) {
        let facts = facts_of.relationship(relationship);
        let mut forward: Vec<(u32, u32, Entry)> = Vec::with_capacity(facts.len());
        let mut backward = Vec::with_capacity(facts.len());
        for fact in facts.iter().copied() {
            let (subject, object) = ends(fact);
            forward.push((subject, rank(object), Entry { neighbour: object, fact }));
            let reverse = (object, rank(subject), Entry { neighbour: subject, fact });
            match *symmetric {
                true if subject != object => forward.push(reverse),
                true => {}
                false => backward.push(reverse),
            }
        }
        outgoing.push(Adjacency::compress(forward));
        incoming.push(Adjacency::compress(backward));
    }
    (outgoing, incoming)
}

/// `order`: the relationships by name.
fn links(graph: &Graph, symmetric: &[bool], order: &[RelId]) -> Vec<Vec<(RelId, Direction)>> {
    let relationships = graph.ontology.relationships.len();
    // By relationship and direction: the kinds that have such edges.
    let mut having = vec![[KindSet::EMPTY; 2]; relationships];
    for fact in &graph.facts {
        let of = &mut having[fact.relationship.index()];
        of[0].insert(graph.node(fact.subject).kind);
        of[usize::from(!symmetric[fact.relationship.index()])].insert(graph.node(fact.object).kind);
    }
    let readings: Vec<(RelId, Direction)> =
        order.iter().flat_map(|id| [(*id, Direction::Out), (*id, Direction::In)]).collect();
    (0..graph.ontology.kinds.len() as u16)
        .map(|kind| {
            let has =
                |(id, direction): &&(RelId, Direction)| having[id.index()][*direction as usize].contains(KindId(kind));
            readings.iter().filter(has).copied().collect()
        })
        .collect()
}

fn properties(graph: &Graph) -> Vec<Option<PropertyIndex>> {
    let ontology = &graph.ontology;
    let index = |id: PropId| {
        let property = ontology.property(id);
        if property.indexing == Indexing::None || property.history {
            return None;
        }
        let mut entries: Vec<(Value, u32)> = Vec::new();
        let mut absent = vec![Vec::new(); ontology.kinds.len()];
        for (i, node) in graph.nodes.iter().enumerate() {
            match node.property(id) {
                Some(value) => entries.push((value.clone(), i as u32)),
                None if ontology.kind(node.kind).properties.contains(&id) => {
                    absent[node.kind.index()].push(i as u32);
                }
                None => {}
            }
        }
        entries.sort();
        let (values, nodes) = entries.into_iter().unzip();
        Some(PropertyIndex { values, nodes, absent })
    };
    (0..ontology.properties.len() as u16).map(|i| index(PropId(i))).collect()
}
