//! Lines to one graph: in the order of ids, every mention found, and held to what holds for any graph.

use super::{FORMAT, types};
use crate::graph::{DAY_MAX, Day, Fact, FactIx, Graph, Node as Entity, NodeIx, ObsIx, Observation};
use crate::ingest::merge::{self, Settled, Wanted};
use crate::ingest::problem::{Place, Problems};
use crate::ingest::read::{FactIds, Ids, Reader};
use crate::ingest::statement::{self, Statements};
use crate::ingest::syntax::Node;
use crate::ingest::{Loaded, Unit};
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{KindId, KindSet, Ontology, RelId};
use std::collections::HashMap;
use std::sync::Arc;

/// The graph of the lines; only of use when no problem is an error.
pub fn assemble(ontology: &Arc<Ontology>, lines: &[Node], problems: &mut Problems) -> Loaded {
    let nothing = || Graph::new(ontology.clone(), Vec::new(), Vec::new(), Vec::new(), HashMap::new());
    let mut loaded = Loaded { graph: nothing(), warnings: Vec::new(), units: Vec::new() };
    let sorts = Sorts::of(lines, problems);
    let ids = Ids {
        entities: numbered(&sorts.entities, NodeIx, problems),
        facts: FactIds::of(
            numbered(&sorts.facts, FactIx, problems).keys().filter_map(|id| FactIds::number(id)).collect(),
        ),
        observations: numbered(&sorts.observations, ObsIx, problems),
    };
    let mut statements = Statements::default();
    let mut reader = Reader::of_records(ontology, problems, &mut statements);
    head(&sorts, &mut reader);
    sorts.units.iter().for_each(|node| reader.unit(node));
    sorts.retired.iter().for_each(|node| reader.retired(node));
    let mut entities = records(&sorts.entities, |node| reader.entity_record(node, &ids));
    let mut facts = records(&sorts.facts, |node| reader.fact_record(node, &ids));
    let mut observations = records(&sorts.observations, |node| reader.observation_record(node, &ids));
    // What follows looks things up by their places, which hold only when every line was understood.
    if problems.errors() > 0 {
        return loaded;
    }
    entities.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    facts.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    observations.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let entities = whole_entities(ontology, entities, problems);
    superseded(&facts, problems);
    let facts: Vec<Settled> = facts.into_iter().map(|(fact, at)| Settled { fact, at }).collect();
    merge::hierarchy(ontology, &entities, &facts, problems);
    figures(ontology, &entities, &observations, &statements, problems);
    let retired = merge::retired(ids.entities, &statements.retired, problems);
    if problems.errors() > 0 {
        return loaded;
    }
    let facts = facts.into_iter().map(|settled| settled.fact).collect();
    let observations = observations.into_iter().map(|(observation, _)| observation).collect();
    loaded.graph = Graph::new(ontology.clone(), entities, facts, observations, retired);
    loaded.units = Unit::all(&statements);
    loaded
}

/// Lines by what they are.
#[derive(Default)]
struct Sorts<'n> {
    first: Option<&'n Node>,
    units: Vec<&'n Node>,
    entities: Vec<&'n Node>,
    facts: Vec<&'n Node>,
    observations: Vec<&'n Node>,
    retired: Vec<&'n Node>,
}

impl<'n> Sorts<'n> {
    fn of(lines: &'n [Node], problems: &mut Problems) -> Sorts<'n> {
        let mut sorts = Sorts::default();
        for (position, node) in lines.iter().enumerate() {
            match node.name.as_str() {
                types::GRAPH if position == 0 => sorts.first = Some(node),
                types::GRAPH => problems.error(node.at, "a second graph begins here; put it into a file of its own"),
                types::UNIT => sorts.units.push(node),
                types::ENTITY => sorts.entities.push(node),
                types::FACT => sorts.facts.push(node),
                types::OBSERVATION => sorts.observations.push(node),
                types::RETIRED => sorts.retired.push(node),
                other => {
                    let near = did_you_mean(other, types::ALL);
                    let all = types::ALL.join(", ");
                    problems.error(node.at, format!("no line is a `{other}`; {near}`type` is one of {all}"));
                }
            }
        }
        sorts
    }
}

/// The place that each id will have; an id twice is a problem.
fn numbered<I>(lines: &[&Node], place: impl Fn(u32) -> I, problems: &mut Problems) -> HashMap<Arc<str>, I> {
    let mut ids: Vec<(Arc<str>, Place)> =
        lines.iter().filter_map(|node| Some((Reader::id_of(node)?, node.at))).collect();
    ids.sort();
    for pair in ids.windows(2) {
        if let [(id, at), (next, again)] = pair
            && id == next
        {
            let first = problems.name(*at);
            problems.error(*again, format!("\"{id}\" is in {first} already; keep one of the two lines"));
        }
    }
    ids.dedup_by(|a, b| a.0 == b.0);
    ids.into_iter().enumerate().map(|(position, (id, _))| (id, place(position as u32))).collect()
}

fn records<T>(lines: &[&Node], mut read: impl FnMut(&Node) -> Option<T>) -> Vec<(T, Place)> {
    lines.iter().filter_map(|node| Some((read(node)?, node.at))).collect()
}

/// The first line says the form and how many lines there are, so that a file that was cut off is noticed.
fn head(sorts: &Sorts<'_>, reader: &mut Reader<'_>) {
    let there = [sorts.entities.len(), sorts.facts.len(), sorts.observations.len()];
    check_head(sorts.first, there.map(|count| count as u64), reader);
}

/// The same of a first line and of how many entities, facts and observations there are.
pub(super) fn check_head(first: Option<&Node>, there: [u64; 3], reader: &mut Reader<'_>) {
    let Some(first) = first else {
        let at = Place { file: 0, line: 1 };
        return reader.report(
            at,
            "the file does not begin with {\"type\": \"graph\", \"format\": 1, …}; only what `mdgraph export all` wrote is read",
        );
    };
    let [format, counts @ ..] = reader.head_record(first);
    if format != Some(FORMAT) {
        return reader.report(
            first.at,
            format!("the format is not {FORMAT}, the one that is read here; export again with this version"),
        );
    }
    for ((lines, what), count) in there.into_iter().zip(["entities", "facts", "observations"]).zip(counts) {
        if count.and_then(|count| u64::try_from(count).ok()) != Some(lines) {
            let told = count.map_or("no number of".to_owned(), |count| count.to_string());
            let message = format!(
                "the first line tells {told} {what} and there are {lines}; the file is cut off, or was changed by hand: mend the number"
            );
            reader.report(first.at, message);
        }
    }
}

/// Entities with the defaults of the ontology, held to what it demands of their properties.
fn whole_entities(ontology: &Ontology, entities: Vec<(Entity, Place)>, problems: &mut Problems) -> Vec<Entity> {
    for (entity, at) in &entities {
        merge::required(ontology, &entity.id, entity.kind, *at, |id| entity.property(id).is_some(), problems);
    }
    let values = entities
        .iter()
        .flat_map(|(entity, at)| entity.properties.iter().map(move |(id, value)| (&entity.id, *id, value, *at)));
    merge::unique(ontology, values, problems);
    let whole = entities.into_iter().map(|(mut entity, _)| {
        merge::fill_defaults(ontology, entity.kind, &mut entity.properties);
        entity
    });
    whole.collect()
}

/// What took another's place is of the same ends, and is known from the day on which it did.
fn superseded(facts: &[(Fact, Place)], problems: &mut Problems) {
    for (fact, at) in facts {
        let later = fact.superseded_by.and_then(|ix| facts.get(ix.0 as usize)).map(|(later, _)| Stood::of(later));
        check_superseded(fact, later, *at, problems);
    }
}

/// Between what a fact is, and since when it is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stood {
    ends: (RelId, NodeIx, NodeIx),
    known_from: Day,
}

impl Stood {
    pub fn of(fact: &Fact) -> Stood {
        Stood { ends: (fact.relationship, fact.subject, fact.object), known_from: fact.known_from }
    }
}

/// Holds a fact to the one that took its place.
pub(super) fn check_superseded(fact: &Fact, later: Option<Stood>, at: Place, problems: &mut Problems) {
    let ended = fact.known_to != DAY_MAX;
    let wrong = match later {
        None if ended => Some("has `knownTo` and no `supersededBy`; give both or neither"),
        None => None,
        Some(_) if !ended => Some("has `supersededBy` and no `knownTo`; give both or neither"),
        Some(later) if later.known_from != fact.known_to => {
            Some("is known to another day than that from which the fact is known that supersedes it; mend one")
        }
        Some(later) if later.ends != Stood::of(fact).ends => {
            Some("is superseded by a fact between other ends, or of another relationship; correct `supersededBy`")
        }
        Some(_) => None,
    };
    if let Some(wrong) = wrong {
        problems.error(at, format!("\"{}\" {wrong}", fact.id));
    }
    if fact.known_from >= fact.known_to {
        problems.error(at, format!("\"{}\" is known to a day before it is known; mend knownFrom or knownTo", fact.id));
    }
}

/// Figures: what they are about is of the right kind, the normalised value is the value's, and none is a part of itself.
fn figures(
    ontology: &Ontology,
    entities: &[Entity],
    observations: &[(Observation, Place)],
    statements: &Statements,
    problems: &mut Problems,
) {
    let figures = Figures::of(ontology, &statements.units, problems);
    for (it, at) in observations {
        figures.check(it, *at, |ix| entities.get(ix.0 as usize).map(|entity| (entity.kind, &*entity.id)), problems);
    }
    let wholes: Vec<Option<ObsIx>> = observations.iter().map(|(it, _)| it.breakdown_of).collect();
    let named = |position: usize| observations.get(position).map(|(it, at)| (it.id.clone(), *at));
    merge::parts_of_themselves(&wholes, named, problems);
}

/// What figures are held to, one by one.
pub(super) struct Figures<'s> {
    units: HashMap<&'s str, &'s statement::Unit>,
    wanted: Wanted,
}

impl<'s> Figures<'s> {
    pub fn of(ontology: &Ontology, units: &'s [statement::Unit], problems: &mut Problems) -> Figures<'s> {
        Figures { units: merge::units(units, problems), wanted: Wanted::of(ontology) }
    }

    /// `entity`: kind and id of an entity.
    pub fn check<'e>(
        &self,
        it: &Observation,
        at: Place,
        entity: impl Fn(NodeIx) -> Option<(KindId, &'e str)>,
        problems: &mut Problems,
    ) {
        let mut held = |ix: Option<NodeIx>, what: &str, kinds: KindSet| {
            if let Some((kind, id)) = ix.and_then(&entity)
                && !kinds.contains(kind)
            {
                problems.error(at, format!("\"{id}\" is no {what}; name one"));
            }
        };
        let Wanted { indicators, topics, places } = self.wanted;
        held(Some(it.indicator), "indicator", indicators);
        held(it.scope.sector, "sector, product or technology", topics);
        held(it.scope.place, "place", places);
        let within = it.rank.as_ref().and_then(|rank| rank.within);
        held(within, "place, sector, product or technology", places.or(topics));
        if let (Some(value), Some(unit)) = (it.value, &it.unit) {
            let before = problems.errors();
            let normalized = merge::normalize(value, unit, at, &self.units, problems);
            if normalized != it.normalized && problems.errors() == before {
                let told = normalized.map_or("absent".to_owned(), |it| format!("{} {}", it.value, it.unit));
                let message = format!("`normalized` of \"{}\" should be {told} by its unit; mend it", it.id);
                problems.error(at, message);
            }
        }
    }
}
