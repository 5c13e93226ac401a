//! A whole graph as a stream of records, so that what is written elsewhere need not be held at once.

use super::{DAY_MAX, DAY_MIN, Fact, FactIx, Graph, Node, NodeIx, ObsIx, Observation, StatusSet, Value, naming};
use crate::ontology::{Direction, Indexing, Ontology, PropId, RelId};
use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

/// One record of a graph.
#[derive(Clone, Copy, Debug)]
pub enum Record<'r> {
    /// An entity, and its place in the order of ids.
    Entity(NodeIx, &'r Node),
    /// A fact, and its place.
    Fact(FactIx, &'r Fact),
    /// An observation, and its place.
    Observation(ObsIx, &'r Observation),
}

/// A whole, checked graph that can be gone through more than once: held in memory, or read again each time from where it lies.
pub trait Records: Sync {
    /// The ontology that its ids belong to.
    fn ontology(&self) -> &Arc<Ontology>;
    /// How much there is of what.
    fn survey(&self) -> &Survey;
    /// Id of the entity at a place.
    fn entity_id(&self, ix: NodeIx) -> &str;
    /// Id of the fact at a place.
    fn fact_id(&self, ix: FactIx) -> String;
    /// Id of the observation at a place.
    fn observation_id(&self, ix: ObsIx) -> &str;
    /// The entity of an id, if it is one of the graph.
    fn entity_named(&self, id: &str) -> Option<NodeIx>;
    /// Likewise the fact.
    fn fact_named(&self, id: &str) -> Option<FactIx>;
    /// Likewise the observation.
    fn observation_named(&self, id: &str) -> Option<ObsIx>;
    /// The sort key of an indicator's name.
    fn indicator_sort(&self, ix: NodeIx) -> &str;
    /// Retired ids and those that took their place, ascending.
    fn retired(&self) -> Vec<(String, String)>;
    /// Every record: all entities, then all facts, then all observations, until `visit` breaks off.
    ///
    /// # Errors
    /// What is read cannot be read any more, or is another than that which was checked.
    fn each(&self, visit: &mut dyn FnMut(Record<'_>) -> ControlFlow<()>) -> io::Result<()>;
}

/// How much there is of what in a graph, by the ontology's positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Entities by kind.
    pub entities: Vec<u64>,
    /// Facts by relationship, superseded ones included …
    pub facts: Vec<u64>,
    /// … those whose place no later one took …
    pub current: Vec<u64>,
    /// … their distinct subjects …
    pub subjects: Vec<u64>,
    /// … and objects.
    pub objects: Vec<u64>,
    /// Observations.
    pub observations: u64,
    /// Search keys of names.
    pub keys: u64,
    /// The last day on which anything became known; 0 when there is none.
    pub known_until: u64,
    /// By indexed property: entities by value.
    pub values: BTreeMap<PropId, Values>,
    /// By place of the entity: how many others are joined to it in the latest view.
    pub degrees: Vec<u32>,
    /// Entities with their facts of a relationship, by relationship and direction: all that have any where these are few (sectors), else those
    /// with far more than most.
    pub hubs: Vec<Hub>,
}

/// An entity with its facts of a relationship: one of 512 at most that have any, or with at least twice as many as those have on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hub {
    /// Which relationship …
    pub relationship: RelId,
    /// … read which way from the entity.
    pub direction: Direction,
    /// The entity.
    pub entity: NodeIx,
    /// Its facts.
    pub facts: u64,
}

/// How many times the average a [`Hub`] has where they are many.
const HUB: u64 = 2;
/// Ends of a relationship whose facts are counted, the first that are met: what many lead to (sectors, regions, parks) are few.
const MOST_ENDS: usize = 4096;
/// Hubs of a relationship and direction that are kept, the largest.
const MOST_HUBS: usize = 512;

/// How many entities have each value of a property, as long as its values are few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Those that have any.
    pub entities: u64,
    /// By value, if it is text; of [`MOST_VALUES`] at most, the first that were met.
    pub each: BTreeMap<String, u64>,
}

/// Values of a property that are counted: enumerations have fewer, and of what has more each is rare.
pub const MOST_VALUES: usize = 256;

impl Values {
    fn add(&mut self, value: &Value) {
        self.entities += 1;
        let Some(text) = value.as_str() else { return };
        if let Some(entities) = self.each.get_mut(text) {
            *entities += 1;
        } else if self.each.len() < MOST_VALUES {
            self.each.insert(text.to_owned(), 1);
        }
    }

    /// About how many have a value.
    pub fn having(&self, text: &str) -> u64 {
        match self.each.get(text) {
            Some(entities) => *entities,
            None if self.each.len() < MOST_VALUES => 0,
            None => self.entities / MOST_VALUES as u64,
        }
    }
}

impl Survey {
    /// Entities, facts and observations.
    pub fn size(&self) -> (u64, u64, u64) {
        (self.entities.iter().sum(), self.facts.iter().sum(), self.observations)
    }
}

/// Takes a survey while records pass. It holds 8 bytes a fact until it is finished, a bit for each entity and end of a relationship, and a count
/// for 4,096 of each relationship's subjects and objects at most.
#[derive(Debug)]
pub struct Surveyor {
    survey: Survey,
    subjects: Vec<Bits>,
    objects: Vec<Bits>,
    /// Properties whose values are counted.
    indexed: Vec<PropId>,
    /// Neighbours, the smaller place in the upper half.
    joined: Vec<u64>,
    /// By relationship, of its subjects and its objects: the facts of each.
    ends: Vec<[BTreeMap<NodeIx, u64>; 2]>,
}

impl Surveyor {
    /// Begins.
    pub fn new(ontology: &Ontology) -> Surveyor {
        let relationships = ontology.relationships.len();
        let zeros = || vec![0; relationships];
        let survey = Survey {
            entities: vec![0; ontology.kinds.len()],
            facts: zeros(),
            current: zeros(),
            subjects: zeros(),
            objects: zeros(),
            ..Survey::default()
        };
        let bits = || (0..relationships).map(|_| Bits::default()).collect();
        let properties = (0u16..).map(PropId).zip(&ontology.properties);
        let indexed = properties.filter(|(_, property)| property.indexing == Indexing::Index && !property.history);
        let indexed = indexed.map(|(id, _)| id).collect();
        let ends = (0..relationships).map(|_| Default::default()).collect();
        Surveyor { survey, subjects: bits(), objects: bits(), indexed, joined: Vec::new(), ends }
    }

    /// Counts a record.
    pub fn add(&mut self, record: Record<'_>) {
        match record {
            Record::Entity(_, node) => {
                bump(&mut self.survey.entities, node.kind.index());
                self.survey.keys += naming::keys(&node.names).len() as u64;
                for property in &self.indexed {
                    if let Some(value) = node.property(*property) {
                        self.survey.values.entry(*property).or_default().add(value);
                    }
                }
                self.known(node.known_from);
            }
            Record::Fact(_, fact) => self.fact(fact),
            Record::Observation(_, observation) => {
                self.survey.observations += 1;
                self.known(observation.known_from);
            }
        }
    }

    fn fact(&mut self, fact: &Fact) {
        let relationship: RelId = fact.relationship;
        let at = relationship.index();
        bump(&mut self.survey.facts, at);
        self.known(fact.known_from);
        if self.subjects.get_mut(at).is_some_and(|bits| bits.set(fact.subject)) {
            bump(&mut self.survey.subjects, at);
        }
        if self.objects.get_mut(at).is_some_and(|bits| bits.set(fact.object)) {
            bump(&mut self.survey.objects, at);
        }
        if let Some(ends) = self.ends.get_mut(at) {
            for (counted, end) in ends.iter_mut().zip([fact.subject, fact.object]) {
                if let Some(facts) = counted.get_mut(&end) {
                    *facts += 1;
                } else if counted.len() < MOST_ENDS {
                    counted.insert(end, 1);
                }
            }
        }
        if fact.known_to == DAY_MAX {
            bump(&mut self.survey.current, at);
            if StatusSet::HELD.contains(fact.status) && fact.subject != fact.object {
                let (low, high) = (fact.subject.min(fact.object), fact.subject.max(fact.object));
                self.joined.push(u64::from(low.0) << 32 | u64::from(high.0));
            }
        }
    }

    fn known(&mut self, day: super::Day) {
        if (DAY_MIN + 1..DAY_MAX).contains(&day)
            && let Ok(day) = u64::try_from(day)
        {
            self.survey.known_until = self.survey.known_until.max(day);
        }
    }

    /// Ends: the degree of an entity is how many others are joined to it, each once.
    pub fn finish(mut self) -> Survey {
        let entities = self.survey.size().0;
        let mut degrees = vec![0; usize::try_from(entities).unwrap_or(0)];
        self.joined.sort_unstable();
        self.joined.dedup();
        for pair in std::mem::take(&mut self.joined) {
            for end in [pair >> 32, pair & u64::from(u32::MAX)] {
                if let Some(degree) = usize::try_from(end).ok().and_then(|end| degrees.get_mut(end)) {
                    *degree += 1;
                }
            }
        }
        self.survey.degrees = degrees;
        self.survey.hubs = self.hubs();
        self.survey
    }

    fn hubs(&self) -> Vec<Hub> {
        let mut all = Vec::new();
        for (at, (relationship, ends)) in (0u16..).map(RelId).zip(&self.ends).enumerate() {
            let count = |counts: &[u64]| counts.get(at).copied().unwrap_or(0);
            let facts = count(&self.survey.facts);
            let directions =
                [(Direction::Out, count(&self.survey.subjects)), (Direction::In, count(&self.survey.objects))];
            for ((direction, having), counted) in directions.into_iter().zip(ends) {
                let hub = |(entity, of): (&NodeIx, &u64)| {
                    let hub = Hub { relationship, direction, entity: *entity, facts: *of };
                    (having <= MOST_HUBS as u64 || of * having >= HUB * facts).then_some(hub)
                };
                let mut hubs: Vec<Hub> = counted.iter().filter_map(hub).collect();
                hubs.sort_by_key(|hub| (std::cmp::Reverse(hub.facts), hub.entity));
                hubs.truncate(MOST_HUBS);
                all.extend(hubs);
            }
        }
        all
    }
}

/// A set of places.
#[derive(Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    /// Adds one; whether it is new.
    fn set(&mut self, ix: NodeIx) -> bool {
        let (word, bit) = ((ix.0 / 64) as usize, 1u64 << (ix.0 % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }
}

fn bump(counts: &mut [u64], at: usize) {
    if let Some(count) = counts.get_mut(at) {
        *count += 1;
    }
}

/// A graph that is held, with its survey.
#[derive(Debug)]
pub struct Held<'g> {
    graph: &'g Graph,
    survey: Survey,
}

impl<'g> Held<'g> {
    /// Surveys a graph.
    pub fn of(graph: &'g Graph) -> Held<'g> {
        let mut surveyor = Surveyor::new(&graph.ontology);
        records(graph).for_each(|record| surveyor.add(record));
        Held { graph, survey: surveyor.finish() }
    }
}

fn records(graph: &Graph) -> impl Iterator<Item = Record<'_>> {
    let entities = (0u32..).map(NodeIx).zip(&graph.nodes).map(|(ix, node)| Record::Entity(ix, node));
    let facts = (0u32..).map(FactIx).zip(&graph.facts).map(|(ix, fact)| Record::Fact(ix, fact));
    let observations = (0u32..).map(ObsIx).zip(&graph.observations).map(|(ix, it)| Record::Observation(ix, it));
    entities.chain(facts).chain(observations)
}

impl Records for Held<'_> {
    fn ontology(&self) -> &Arc<Ontology> {
        &self.graph.ontology
    }
    fn survey(&self) -> &Survey {
        &self.survey
    }
    fn entity_id(&self, ix: NodeIx) -> &str {
        &self.graph.node(ix).id
    }
    fn fact_id(&self, ix: FactIx) -> String {
        self.graph.fact(ix).id.to_string()
    }
    fn observation_id(&self, ix: ObsIx) -> &str {
        &self.graph.observation(ix).id
    }
    fn entity_named(&self, id: &str) -> Option<NodeIx> {
        self.graph.nodes.binary_search_by(|node| (*node.id).cmp(id)).ok().map(|at| NodeIx(at as u32))
    }
    fn fact_named(&self, id: &str) -> Option<FactIx> {
        self.graph.facts.binary_search_by(|fact| (*fact.id).cmp(id)).ok().map(|at| FactIx(at as u32))
    }
    fn observation_named(&self, id: &str) -> Option<ObsIx> {
        self.graph.observations.binary_search_by(|it| (*it.id).cmp(id)).ok().map(|at| ObsIx(at as u32))
    }
    fn indicator_sort(&self, ix: NodeIx) -> &str {
        &self.graph.node(ix).sort_name
    }
    fn retired(&self) -> Vec<(String, String)> {
        let retired = self.graph.retired.iter();
        let mut retired: Vec<_> =
            retired.map(|(old, new)| (old.to_string(), self.graph.node(*new).id.to_string())).collect();
        retired.sort();
        retired
    }
    fn each(&self, visit: &mut dyn FnMut(Record<'_>) -> ControlFlow<()>) -> io::Result<()> {
        let _ = records(self.graph).try_for_each(visit);
        Ok(())
    }
}
