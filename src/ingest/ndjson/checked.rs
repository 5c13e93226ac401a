//! The lines of a whole graph, checked in full one after another, with what is to be checked across them kept as little as can be.

use super::assemble::{Figures, Stood, check_head, check_superseded};
use super::types;
use crate::graph::records::{Record, Survey, Surveyor};
use crate::graph::{Fact, FactIx, Node as Entity, NodeIx, ObsIx, Observation};
use crate::ingest::merge::{self, Wanted};
use crate::ingest::problem::Place;
use crate::ingest::read::{Ids, Reader};
use crate::ingest::syntax::Node;
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{Indexing, KindId, Ontology};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// What was seen of the lines so far.
pub(super) struct Checked<'c> {
    ontology: &'c Ontology,
    ids: &'c Ids,
    /// Ids by place.
    entities: &'c [Arc<str>],
    figures: Figures<'c>,
    wanted: Wanted,
    /// Ids that more than one line has, ascending, and where each was first.
    again: Vec<String>,
    first: HashMap<String, Place>,
    surveyor: Surveyor,
    head: Option<Node>,
    counts: [u64; 3],
    /// How many lines there were, and the sort of the last one by its position among all.
    lines: u64,
    sort: usize,
    links: Vec<merge::Link>,
    /// Of each unique value: a hash of it with its property, its holder, its place.
    unique: Vec<(u128, NodeIx, Place)>,
    /// Facts whose place another took …
    superseded: Vec<(Fact, Place)>,
    /// … the numbers of those others, ascending, and what they were found to be.
    superseding: Vec<u64>,
    stood: HashMap<FactIx, Stood>,
    /// By place: of which observation one is a part, and where that is said.
    wholes: Vec<Option<ObsIx>>,
    parts: HashMap<u32, Place>,
    indicators: HashMap<NodeIx, Arc<str>>,
}

impl<'c> Checked<'c> {
    pub fn new(
        ontology: &'c Ontology,
        ids: &'c Ids,
        entities: &'c [Arc<str>],
        figures: Figures<'c>,
        wholes: Vec<Option<ObsIx>>,
        superseding: Vec<u64>,
        again: Vec<String>,
    ) -> Checked<'c> {
        Checked {
            ontology,
            ids,
            entities,
            figures,
            wanted: Wanted::of(ontology),
            again,
            first: HashMap::new(),
            surveyor: Surveyor::new(ontology),
            head: None,
            counts: [0; 3],
            lines: 0,
            sort: 0,
            links: Vec::new(),
            unique: Vec::new(),
            superseded: Vec::new(),
            superseding,
            stood: HashMap::new(),
            wholes,
            parts: HashMap::new(),
            indicators: HashMap::new(),
        }
    }

    /// Checks one line.
    pub fn line(&mut self, node: Node, reader: &mut Reader<'_>) {
        self.lines += 1;
        let Some(sort) = types::ALL.iter().position(|sort| *sort == node.name) else {
            let near = did_you_mean(&node.name, types::ALL);
            let all = types::ALL.join(", ");
            return reader.report(node.at, format!("no line is a `{}`; {near}`type` is one of {all}", node.name));
        };
        if sort < self.sort && node.name != types::GRAPH {
            let message = format!(
                "a line of `{}` comes after one of `{}`; a large graph is read in the order {}",
                node.name,
                types::ALL[self.sort],
                types::ALL.join(", ")
            );
            reader.report(node.at, message);
        }
        self.sort = self.sort.max(sort);
        self.once(&node, reader);
        match node.name.as_str() {
            types::GRAPH if self.lines == 1 => self.head = Some(node),
            types::GRAPH => reader.report(node.at, "a second graph begins here; put it into a file of its own"),
            types::ENTITY => {
                self.counts[0] += 1;
                if let Some(entity) = reader.entity_record(&node, self.ids) {
                    self.entity(entity, node.at, reader);
                }
            }
            types::FACT => {
                self.counts[1] += 1;
                if let Some(fact) = reader.fact_record(&node, self.ids) {
                    self.fact(fact, node.at, reader);
                }
            }
            types::OBSERVATION => {
                self.counts[2] += 1;
                if let Some(observation) = reader.observation_record(&node, self.ids) {
                    self.observation(&observation, node.at, reader);
                }
            }
            types::RETIRED => reader.retired(&node),
            // Units were read before.
            _ => {}
        }
    }

    /// An id that other lines have as well.
    fn once(&mut self, node: &Node, reader: &mut Reader<'_>) {
        if self.again.is_empty() || !matches!(node.name.as_str(), types::ENTITY | types::FACT | types::OBSERVATION) {
            return;
        }
        let Some(id) = Reader::id_of(node).filter(|id| self.again.binary_search_by(|it| (**it).cmp(id)).is_ok()) else {
            return;
        };
        match self.first.get(&*id) {
            Some(first) => {
                let first = reader.problems().name(*first);
                reader.report(node.at, format!("\"{id}\" is in {first} already; keep one of the two lines"));
            }
            None => {
                self.first.insert(id.to_string(), node.at);
            }
        }
    }

    fn entity(&mut self, mut entity: Entity, at: Place, reader: &mut Reader<'_>) {
        let Some(ix) = self.ids.entities.get(&entity.id).copied() else { return };
        let given = |id| entity.property(id).is_some();
        merge::required(self.ontology, &entity.id, entity.kind, at, given, reader.problems());
        for (id, value) in &entity.properties {
            if self.ontology.property(*id).indexing == Indexing::Unique {
                let mut hash = [0; 16];
                hash.copy_from_slice(&Sha256::digest(format!("{id:?} {value:?}"))[..16]);
                self.unique.push((u128::from_le_bytes(hash), ix, at));
            }
        }
        merge::fill_defaults(self.ontology, entity.kind, &mut entity.properties);
        if self.wanted.indicators.contains(entity.kind) {
            self.indicators.insert(ix, entity.sort_name.clone());
        }
        self.surveyor.add(Record::Entity(ix, &entity));
    }

    fn fact(&mut self, fact: Fact, at: Place, reader: &mut Reader<'_>) {
        let Some(ix) = self.ids.facts.get(&fact.id) else { return };
        self.surveyor.add(Record::Fact(ix, &fact));
        if merge::is_followed(self.ontology, &fact) {
            self.links.push((fact.subject, fact.object, at));
        }
        let number = crate::ingest::read::FactIds::number(&fact.id);
        if number.is_some_and(|number| self.superseding.binary_search(&number).is_ok()) {
            self.stood.insert(ix, Stood::of(&fact));
        }
        if fact.superseded_by.is_some() {
            // Only what is compared is kept.
            self.superseded.push((Fact { properties: Vec::new(), citations: Vec::new(), ..fact }, at));
        } else {
            check_superseded(&fact, None, at, reader.problems());
        }
    }

    fn observation(&mut self, it: &Observation, at: Place, reader: &mut Reader<'_>) {
        let Some(ix) = self.ids.observations.get(&it.id).copied() else { return };
        self.surveyor.add(Record::Observation(ix, it));
        let kind_of = |id: &str| id.split_once(':').and_then(|(prefix, _)| self.ontology.kind_of_prefix(prefix));
        let entity = |ix: NodeIx| -> Option<(KindId, &str)> {
            let id = self.entities.get(ix.0 as usize)?;
            Some((kind_of(id)?, id))
        };
        self.figures.check(it, at, entity, reader.problems());
        if let Some(whole) = self.wholes.get_mut(ix.0 as usize).filter(|_| it.breakdown_of.is_some()) {
            *whole = it.breakdown_of;
            self.parts.insert(ix.0, at);
        }
    }

    /// What holds of all lines together.
    pub fn across(&mut self, reader: &mut Reader<'_>, observations: &[Arc<str>]) {
        check_head(self.head.as_ref(), self.counts, reader);
        self.unique.sort_unstable_by_key(|(hash, _, at)| (*hash, *at));
        for pair in self.unique.windows(2) {
            let [(hash, holder, _), (next, another, at)] = pair else { continue };
            if hash == next {
                let [one, other] = [holder, another].map(|ix| self.entities.get(ix.0 as usize).map_or("", |id| id));
                let message = format!(
                    "\"{one}\" and \"{other}\" have the same value of a property that is unique; correct one, or make the two one entity"
                );
                reader.report(*at, message);
            }
        }
        for (fact, at) in &self.superseded {
            let later = fact.superseded_by.and_then(|ix| self.stood.get(&ix)).copied();
            // What supersedes it was not understood, which was told.
            if later.is_some() {
                check_superseded(fact, later, *at, reader.problems());
            }
        }
        merge::circles(self.entities.len(), &self.links, |at| &self.entities[at], reader.problems());
        let named = |position: usize| {
            let at = u32::try_from(position).ok().and_then(|position| self.parts.get(&position))?;
            Some((observations.get(position)?.clone(), *at))
        };
        merge::parts_of_themselves(&self.wholes, named, reader.problems());
    }

    /// How much there was of what, and the sort keys of indicators' names.
    pub fn finish(self) -> (Survey, HashMap<NodeIx, Arc<str>>) {
        (self.surveyor.finish(), self.indicators)
    }
}
