//! How much there is of what, for the optimiser: counted by an import, kept beside the graph, read when the store is opened.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::value::Value;
use crate::graph;
use crate::graph::records::{Records, Values};
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
    hubs: HashMap<(RelId, Direction), Hubs>,
}

/// Entities whose facts of a relationship, read in a direction, are counted one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hubs {
    /// By id.
    each: HashMap<String, u64>,
    /// Those of all of them.
    facts: u64,
}

impl Hubs {
    fn add(&mut self, id: &str, facts: u64) {
        self.facts += facts;
        self.each.insert(id.to_owned(), facts);
    }
}

/// The properties that keep it. Lists of whole numbers, by position in the ontology, and two lists of texts: entities by value,
/// `PROPERTY<tab>ENTITIES<tab>VALUE` (a line without a value counts all that have the property), and the entities whose facts of a relationship are
/// counted ([`Hub`](crate::graph::records::Hub)), `RELATIONSHIP<tab>DIRECTION<tab>FACTS<tab>ID`.
pub const KEPT: [&str; 8] = [
    "entitiesByKind",
    "factsByType",
    "subjectsByType",
    "objectsByType",
    "others",
    "currentFactsByType",
    "entitiesByValue",
    "mostJoined",
];
/// Those of [`KEPT`] that [`Root::Totals`](crate::plan::ir::Root::Totals) is answered from: entities, current facts, others.
pub const TOTALS: [&str; 3] = [KEPT[0], KEPT[5], KEPT[4]];
/// Where in `others` the observations stand.
pub const OBSERVATIONS: usize = 0;
/// Where in `others` the last known day stands.
pub const KNOWN_UNTIL: usize = 2;

/// Of places, and of values that are no text, nothing is counted; what is assumed then.
const SHARE_OF_A_VALUE: u64 = 20;
const SHARE_UNDER_A_PLACE: u64 = 10;

/// What a survey found, as [`KEPT`] keeps it.
pub fn kept(records: &dyn Records) -> [Value; 8] {
    let (ontology, survey) = (records.ontology(), records.survey());
    let others = [survey.observations, survey.keys, survey.known_until];
    let values = survey.values.iter().flat_map(|(property, values)| {
        let name = &ontology.property(*property).name;
        let each = values.each.iter().map(move |(value, entities)| format!("{name}\t{entities}\t{value}"));
        std::iter::once(format!("{name}\t{}\t", values.entities)).chain(each)
    });
    let hubs = survey.hubs.iter().map(|hub| {
        let name = &ontology.relationship(hub.relationship).name;
        format!("{name}\t{}\t{}\t{}", hub.direction.name(), hub.facts, records.entity_id(hub.entity))
    });
    let list = |counts: &[u64]| Value::List(counts.iter().map(|count| whole(*count)).collect());
    [
        list(&survey.entities),
        list(&survey.facts),
        list(&survey.subjects),
        list(&survey.objects),
        list(&others),
        list(&survey.current),
        Value::texts(values),
        Value::texts(hubs),
    ]
}

impl Counted {
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

    /// From what was [`kept`]; what is missing counts as nothing.
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
        for line in lines(parts.get(6)) {
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
        for line in lines(parts.get(7)) {
            let mut line = line.splitn(4, '\t');
            let (Some(name), Some(direction), Some(Ok(facts)), Some(id)) =
                (line.next(), line.next(), line.next().map(str::parse::<u64>), line.next())
            else {
                continue;
            };
            let direction = Direction::BOTH.into_iter().find(|known| known.name() == direction);
            if let (Some(relationship), Some(direction)) = (ontology.relationship_named(name), direction) {
                counted.hubs.entry((relationship, direction)).or_default().add(id, facts);
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
        let hubs = self.hubs.get(&(relationship, direction));
        if let Some(facts) = hubs.and_then(|hubs| hubs.each.get(id)) {
            return Some(*facts);
        }
        let (facts, ends) = (self.edges(relationship), self.ends(relationship, direction));
        let (at_hubs, hubs) = hubs.map_or((0, 0), |hubs| (hubs.facts, hubs.each.len() as u64));
        let (facts, others) = (facts.saturating_sub(at_hubs), ends.saturating_sub(hubs));
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

/// The texts of a list; none of anything else.
fn lines(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = if let Some(Value::List(items)) = list { items.as_slice() } else { &[] };
    items.iter().filter_map(|item| if let Value::Text(text) = item { Some(&**text) } else { None })
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
        let mut read = Counted::read(&ontology, &kept(&held));
        for hub in &held.survey().hubs {
            let facts = read.edges_of(held.entity_id(hub.entity), hub.relationship, hub.direction);
            assert_eq!(facts, Some(hub.facts), "{hub:?} was kept otherwise");
        }
        let few = |counts: &[u64]| counts.iter().map(|count| count * if *count > 500 { TIMES } else { 1 }).collect();
        let more = |counts: &[u64]| counts.iter().map(|count| count * TIMES).collect();
        (read.kinds, read.facts) = (more(&read.kinds), more(&read.facts));
        (read.subjects, read.objects) = (few(&read.subjects), few(&read.objects));
        for hubs in read.hubs.values_mut() {
            hubs.facts *= TIMES;
            hubs.each.values_mut().for_each(|facts| *facts *= TIMES);
        }
        (graph, read)
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
            page: PageArgs::first(20),
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
        let hubs = counted.hubs.get_mut(&(in_sector, Direction::In)).expect("sectors");
        hubs.each.insert(smallest.1.to_string(), smallest.0);
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
        let facts = FactsPage { filter, order: Vec::new(), page: PageArgs::first(20), row: Vec::new() };
        let mut root = Root::Facts { anchor: FactAnchor::Scan, facts };
        choose_anchor(&mut root, &graph.ontology, &counted);
        // No index has the facts of several types in an order: a page of them would be all of them, sorted.
        assert!(matches!(&root, Root::Facts { anchor: FactAnchor::Object(Anchor::Name(_)), .. }), "{root:?}");
    }
}
