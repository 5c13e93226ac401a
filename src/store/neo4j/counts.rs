//! How much there is of what, for the optimiser: counted by an import, kept beside the graph, read when the store is opened.

use std::collections::{BTreeMap, HashSet};

use super::value::Value;
use crate::graph;
use crate::graph::records::{Survey, Values};
use crate::ontology::{Direction, Indexing, KindSet, Ontology, PropId, RelId};
use crate::plan::ir::{EntityKey, EntityOrder};
use crate::plan::optimise::Counts;

/// By position in the ontology that the graph was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Entities by kind.
    kinds: Vec<u64>,
    /// Facts by relationship …
    facts: Vec<u64>,
    /// … their distinct subjects …
    subjects: Vec<u64>,
    /// … and objects.
    objects: Vec<u64>,
    observations: u64,
    keys: u64,
    /// Facts whose place no later one took, by relationship.
    current: Vec<u64>,
    /// [`Totals::known_until`](crate::graph::Totals) as its code; 0 when there is none.
    known_until: u64,
    /// Entities by value of an indexed property.
    values: BTreeMap<PropId, Values>,
    unique: HashSet<PropId>,
}

/// The properties that keep it, each a list of whole numbers.
pub const PARTS: [&str; 6] =
    ["entitiesByKind", "factsByType", "subjectsByType", "objectsByType", "others", "currentFactsByType"];
/// The property that keeps the entities by value, beside [`PARTS`]: a list of texts, `PROPERTY<tab>ENTITIES<tab>VALUE`. A line without a value
/// counts all that have the property.
pub const VALUES: &str = "entitiesByValue";
/// Those of [`PARTS`] that [`Root::Totals`](crate::plan::ir::Root::Totals) is answered from: entities, current facts, others.
pub const TOTALS: [&str; 3] = [PARTS[0], PARTS[5], PARTS[4]];
/// Where in `others` the observations stand.
pub const OBSERVATIONS: usize = 0;
/// Where in `others` the last known day stands.
pub const KNOWN_UNTIL: usize = 2;

/// Of places, and of values that are no text, nothing is counted; what is assumed then.
const SHARE_OF_A_VALUE: u64 = 20;
const SHARE_UNDER_A_PLACE: u64 = 10;

impl Counted {
    /// What a survey found.
    pub fn of(ontology: &Ontology, survey: &Survey) -> Counted {
        Counted {
            kinds: survey.entities.clone(),
            facts: survey.facts.clone(),
            subjects: survey.subjects.clone(),
            objects: survey.objects.clone(),
            observations: survey.observations,
            keys: survey.keys,
            current: survey.current.clone(),
            known_until: survey.known_until,
            values: survey.values.clone(),
            ..Counted::none(ontology)
        }
    }

    fn none(ontology: &Ontology) -> Counted {
        let relationships = || vec![0; ontology.relationships.len()];
        let unique =
            ontology.properties.iter().enumerate().filter(|(_, property)| property.indexing == Indexing::Unique);
        Counted {
            kinds: vec![0; ontology.kinds.len()],
            facts: relationships(),
            subjects: relationships(),
            objects: relationships(),
            observations: 0,
            keys: 0,
            current: relationships(),
            known_until: 0,
            values: BTreeMap::new(),
            unique: unique.filter_map(|(i, _)| u16::try_from(i).ok()).map(PropId).collect(),
        }
    }

    /// As it is kept, in the order of [`PARTS`].
    pub fn stored(&self) -> [Value; 6] {
        let list = |counts: &[u64]| Value::List(counts.iter().map(|count| whole(*count)).collect());
        let others = [self.observations, self.keys, self.known_until];
        let lists = [&self.kinds[..], &self.facts, &self.subjects, &self.objects, &others, &self.current];
        lists.map(list)
    }

    /// What [`VALUES`] keeps.
    pub fn stored_values(&self, ontology: &Ontology) -> Value {
        let lines = self.values.iter().flat_map(|(property, values)| {
            let name = &ontology.property(*property).name;
            let each = values.each.iter().map(move |(value, entities)| format!("{name}\t{entities}\t{value}"));
            std::iter::once(format!("{name}\t{}\t", values.entities)).chain(each)
        });
        Value::texts(lines)
    }

    /// From what was kept, in the order of [`PARTS`] and then [`VALUES`]; what is missing counts as nothing.
    pub fn read(ontology: &Ontology, parts: &[Value]) -> Counted {
        let mut counted = Counted::none(ontology);
        let fill = |counts: &mut [u64], part: Option<&Value>| {
            let Some(Value::List(items)) = part else { return };
            for (count, item) in counts.iter_mut().zip(items) {
                if let Value::Int(number) = item {
                    *count = u64::try_from(*number).unwrap_or(0);
                }
            }
        };
        fill(&mut counted.kinds, parts.first());
        fill(&mut counted.facts, parts.get(1));
        fill(&mut counted.subjects, parts.get(2));
        fill(&mut counted.objects, parts.get(3));
        let mut others = [0; 3];
        fill(&mut others, parts.get(4));
        [counted.observations, counted.keys, counted.known_until] = others;
        fill(&mut counted.current, parts.get(5));
        let Some(Value::List(lines)) = parts.get(PARTS.len()) else { return counted };
        for line in lines {
            let Value::Text(line) = line else { continue };
            let mut line = line.splitn(3, '\t');
            let (Some(name), Some(Ok(entities)), Some(value)) =
                (line.next(), line.next().map(str::parse::<u64>), line.next())
            else {
                continue;
            };
            let Some(property) = ontology.property_named(name) else { continue };
            let values = counted.values.entry(property).or_default();
            if value.is_empty() {
                values.entities = entities;
            } else {
                values.each.insert(value.to_owned(), entities);
            }
        }
        counted
    }

    /// Entities, facts and observations.
    pub fn size(&self) -> (u64, u64, u64) {
        (self.all_entities(), self.facts.iter().sum(), self.observations)
    }

    fn all_entities(&self) -> u64 {
        self.kinds.iter().sum()
    }
}

impl Counts for Counted {
    fn entities(&self, kinds: KindSet) -> u64 {
        kinds.iter().map(|kind| at(&self.kinds, kind.index())).sum()
    }
    fn edges(&self, relationship: RelId) -> u64 {
        at(&self.facts, relationship.index())
    }
    fn ends(&self, relationship: RelId, direction: Direction) -> u64 {
        match direction {
            Direction::Out => at(&self.subjects, relationship.index()),
            Direction::In => at(&self.objects, relationship.index()),
        }
    }
    fn edges_of(&self, _: &str, _: RelId, _: Direction) -> Option<u64> {
        None
    }
    fn with_property(&self, property: PropId, value: &graph::Value) -> u64 {
        if self.unique.contains(&property) {
            return 1;
        }
        match (self.values.get(&property), value.as_str()) {
            (Some(values), Some(text)) => values.having(text),
            _ => self.all_entities() / SHARE_OF_A_VALUE,
        }
    }
    fn named(&self, _: &str) -> u64 {
        1
    }
    fn under(&self, _: &str) -> u64 {
        self.all_entities() / SHARE_UNDER_A_PLACE
    }
    /// Citations are no relationships here: all facts are looked at.
    fn citing(&self, _: &str) -> u64 {
        self.facts.iter().sum()
    }
    fn observations(&self) -> u64 {
        self.observations
    }
    fn search_keys(&self) -> u64 {
        self.keys
    }
    /// An index in the order of names; what lacks a property is in no index, and degrees have none.
    fn keeps(&self, order: &[EntityOrder]) -> bool {
        matches!(order, [] | [EntityOrder { key: EntityKey::Name, .. }])
    }
}

fn at(counts: &[u64], index: usize) -> u64 {
    counts.get(index).copied().unwrap_or(0)
}

fn whole(count: u64) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}
