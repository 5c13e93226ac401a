//! How much there is of what, for the optimiser: counted by an import, kept beside the graph, read when the store is opened.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::value::Value;
use crate::graph;
use crate::graph::records::{Records, Survey, Values};
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
    /// Facts of a relationship at the entities of which that is counted, by their ids, for [`DIRECTIONS`].
    hubs: HashMap<RelId, [HashMap<String, u64>; 2]>,
}

/// The properties that keep it, each a list of whole numbers.
pub const PARTS: [&str; 6] =
    ["entitiesByKind", "factsByType", "subjectsByType", "objectsByType", "others", "currentFactsByType"];
/// The property that keeps the entities by value, beside [`PARTS`]: a list of texts, `PROPERTY<tab>ENTITIES<tab>VALUE`. A line without a value
/// counts all that have the property.
pub const VALUES: &str = "entitiesByValue";
/// The property that keeps the entities whose facts of a relationship are counted ([`Hub`](crate::graph::records::Hub)), a list of texts:
/// `RELATIONSHIP<tab>OUT or IN<tab>FACTS<tab>ID`.
pub const HUBS: &str = "mostJoined";
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

    /// What [`HUBS`] keeps of a survey.
    pub fn stored_hubs(records: &dyn Records) -> Value {
        let lines = records.survey().hubs.iter().map(|hub| {
            let name = &records.ontology().relationship(hub.relationship).name;
            let direction = DIRECTIONS[way(hub.direction)];
            format!("{name}\t{direction}\t{}\t{}", hub.facts, records.entity_id(hub.entity))
        });
        Value::texts(lines)
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
            hubs: HashMap::new(),
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

    /// From what was kept, in the order of [`PARTS`], then [`VALUES`] and [`HUBS`]; what is missing counts as nothing.
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
        for line in lines(parts.get(PARTS.len() + 1)) {
            let mut line = line.splitn(4, '\t');
            let (Some(name), Some(direction), Some(Ok(facts)), Some(id)) =
                (line.next(), line.next(), line.next().map(str::parse::<u64>), line.next())
            else {
                continue;
            };
            let direction = DIRECTIONS.into_iter().position(|known| known == direction);
            if let (Some(relationship), Some(way)) = (ontology.relationship_named(name), direction) {
                counted.hubs.entry(relationship).or_default()[way].insert(id.to_owned(), facts);
            }
        }
        for line in lines(parts.get(PARTS.len())) {
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
    /// What was counted, or what the others have on average.
    fn edges_of(&self, id: &str, relationship: RelId, direction: Direction) -> Option<u64> {
        let hubs = self.hubs.get(&relationship).map(|ways| &ways[way(direction)]);
        if let Some(facts) = hubs.and_then(|hubs| hubs.get(id)) {
            return Some(*facts);
        }
        let (at_hubs, hubs) = hubs.map_or((0, 0), |hubs| (hubs.values().sum(), hubs.len() as u64));
        let facts = self.edges(relationship).saturating_sub(at_hubs);
        let others = self.ends(relationship, direction).saturating_sub(hubs);
        Some(facts.div_ceil(others.max(1)))
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
    /// An index of a type has its facts in the order of their ids; there is none over several types.
    fn keeps_facts(&self, relationships: &[RelId]) -> bool {
        matches!(relationships, [_])
    }
    /// A statement has what is [`left`](crate::plan::optimise::left()).
    fn tests_again(&self) -> bool {
        false
    }
}

/// As [`HUBS`] names them.
const DIRECTIONS: [&str; 2] = ["OUT", "IN"];

/// The place of a direction in [`DIRECTIONS`].
fn way(direction: Direction) -> usize {
    match direction {
        Direction::Out => 0,
        Direction::In => 1,
    }
}

/// The texts of a list; none of anything else.
fn lines(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = if let Some(Value::List(items)) = list { items.as_slice() } else { &[] };
    items.iter().filter_map(|item| if let Value::Text(text) = item { Some(text.as_str()) } else { None })
}

fn at(counts: &[u64], index: usize) -> u64 {
    counts.get(index).copied().unwrap_or(0)
}

fn whole(count: u64) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::generate::Industry;
    use crate::graph::Graph;
    use crate::graph::records::Held;
    use crate::plan::ir::*;
    use crate::plan::optimise::choose_anchor;

    /// How many times more companies than were generated.
    const TIMES: u64 = 100;

    /// What is counted of an industry, as a database keeps it, and then as if there were [`TIMES`] as much, in as many sectors and places.
    fn large() -> (Graph, Counted) {
        let ontology = Arc::new(Ontology::embedded().expect("the shipped ontology"));
        let graph = Industry::new(ontology.clone(), 1_000, 7).and_then(|it| it.graph()).expect("an industry");
        let held = Held::of(&graph);
        let counted = Counted::of(&ontology, held.survey());
        let lists = [counted.stored_values(&ontology), Counted::stored_hubs(&held)];
        let parts: Vec<Value> = counted.stored().into_iter().chain(lists).collect();
        let mut read = Counted::read(&ontology, &parts);
        for hub in &held.survey().hubs {
            let facts = read.edges_of(held.entity_id(hub.entity), hub.relationship, hub.direction);
            assert_eq!(facts, Some(hub.facts), "{hub:?} was kept otherwise");
        }
        let few = |counts: &[u64]| counts.iter().map(|count| count * if *count > 500 { TIMES } else { 1 }).collect();
        let more = |counts: &[u64]| counts.iter().map(|count| count * TIMES).collect();
        (read.kinds, read.facts) = (more(&read.kinds), more(&read.facts));
        (read.subjects, read.objects) = (few(&read.subjects), few(&read.objects));
        read.hubs.values_mut().flatten().for_each(|hubs| hubs.values_mut().for_each(|facts| *facts *= TIMES));
        (graph, read)
    }

    fn first_page() -> PageArgs {
        let (limit, none) = (20, None);
        PageArgs {
            limit,
            sized: true,
            backward: false,
            after: none.clone(),
            before: none,
            items: true,
            total: false,
            keys: true,
            more: true,
        }
    }

    fn companies_in(graph: &Graph, sector: &str) -> EntitiesPage {
        let ontology = &graph.ontology;
        let company = ontology.kind_named("Company").expect("companies");
        let hop = Hop::Edge(ontology.relationship_named("IN_SECTOR").expect("sectors"), Direction::Out);
        let node = Box::new(Filter::Ids(vec![sector.into()]));
        let filter = Filter::Related { hop, quantifier: Quantifier::Some, edge: EdgeFilter::default(), node };
        EntitiesPage {
            kinds: KindSet::one(company),
            filter,
            anchor: Anchor::Scan,
            order: Vec::new(),
            page: first_page(),
            entity: EntityProjection { shapes: Vec::new() },
            aggregate: Vec::new(),
        }
    }

    #[test]
    fn a_page_of_a_small_sector_starts_there_and_of_a_large_one_in_the_order_of_names() {
        let (graph, mut counted) = large();
        let in_sector = graph.ontology.relationship_named("IN_SECTOR").expect("sectors");
        let sectors = graph.nodes.iter().filter(|node| node.id.starts_with("sector:"));
        let size = |id: &str| counted.edges_of(id, in_sector, Direction::In).expect("counted");
        let mut sectors: Vec<_> = sectors.map(|node| (size(&node.id), node.id.clone())).collect();
        sectors.sort();
        let (mut smallest, largest) = (sectors.remove(0), sectors.pop().expect("sectors"));
        // One that a hundred companies of a hundred thousand are in.
        smallest.0 = 100;
        let ends = counted.hubs.get_mut(&in_sector).expect("sectors");
        ends[way(Direction::In)].insert(smallest.1.to_string(), smallest.0);
        let anchor = |sector: &str| {
            let mut root = Root::Entities(companies_in(&graph, sector));
            choose_anchor(&mut root, &graph.ontology, &counted);
            if let Root::Entities(page) = root { page.anchor } else { Anchor::Scan }
        };
        assert!(matches!(anchor(&smallest.1), Anchor::Via { .. }), "{smallest:?}");
        assert_eq!(anchor(&largest.1), Anchor::OrderWalk, "{largest:?}");
        // To count them all, all of them are looked at, and nobody else.
        let mut page = companies_in(&graph, &largest.1);
        (page.page.items, page.page.total) = (false, true);
        let mut root = Root::Entities(page);
        choose_anchor(&mut root, &graph.ontology, &counted);
        assert!(matches!(&root, Root::Entities(page) if matches!(page.anchor, Anchor::Via { .. })), "{root:?}");
    }

    #[test]
    fn facts_of_every_relationship_about_a_name_start_at_the_name() {
        let (graph, counted) = large();
        let named = Filter::Name(Test::In(vec![graph::Value::Str("某公司".into())]));
        let filter = FactFilter { object: named, ..FactFilter::default() };
        let facts = FactsPage { filter, order: Vec::new(), page: first_page(), row: Vec::new() };
        let mut root = Root::Facts { anchor: FactAnchor::Scan, facts };
        choose_anchor(&mut root, &graph.ontology, &counted);
        // No index has the facts of several types in an order: a page of them would be all of them, sorted.
        assert!(matches!(&root, Root::Facts { anchor: FactAnchor::Object(Anchor::Name(_)), .. }), "{root:?}");
    }
}
