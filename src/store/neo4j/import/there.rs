//! What a database holds already: for each record the hash with which it was written, by the record's place in the graph that is to be
//! written, and what is in the database alone. it takes 16 bytes a record and observation and 10 a fact.

use std::collections::BTreeMap;

use super::super::client::Error;
use super::super::layout as at;
use super::super::value::Value;
use super::difference::{Change, Difference};
use super::link::Link;
use super::rows::unkept;
use super::{Event, OBSERVATIONS, RETIRED, Stage};
use crate::graph::records::Records;
use crate::graph::{FactIx, NodeIx, ObsIx};

/// The hash of what is not there; no row has it but by a chance that never comes.
const ABSENT: u64 = u64::MAX;
/// No node has this number.
const NOWHERE: i64 = -1;
/// Rows that are listed at once.
const PAGE: usize = 20_000;

/// What is listed to be compared.
const COMPARED: Option<Stage> = Some(Stage::Compared);

/// What is there.
#[derive(Default)]
pub(super) struct There {
    /// Hash of each entity; [`ABSENT`] of those that are not there, 0 of those that an import left half done.
    entities: Vec<u64>,
    facts: Vec<u64>,
    /// By fact: position of its relationship there.
    types: Vec<u16>,
    observations: Vec<u64>,
    /// In the database alone: ids …
    pub gone_entities: Vec<String>,
    /// … by position of the relationship …
    pub gone_facts: BTreeMap<u16, Vec<String>>,
    pub gone_observations: Vec<String>,
    /// … and retired ids.
    pub gone_retired: Vec<String>,
    /// Retired ids that are not there, or lead elsewhere.
    pub new_retired: Vec<(String, String)>,
}

impl There {
    /// Of a database that no import wrote to.
    pub fn nothing(records: &dyn Records) -> There {
        There { new_retired: records.retired(), ..There::default() }
    }

    /// Lists what is there.
    pub async fn list(link: &Link<'_>, records: &dyn Records, difference: &mut Difference) -> Result<There, Error> {
        let (entities, facts, observations) = records.survey().size();
        let none = |count: u64| vec![ABSENT; usize::try_from(count).unwrap_or(0)];
        let mut there = There {
            entities: none(entities),
            facts: none(facts),
            types: vec![0; usize::try_from(facts).unwrap_or(0)],
            observations: none(observations),
            ..There::default()
        };
        let ontology = records.ontology();
        let nodes = |label: &str| {
            format!(
                "MATCH (n:{label}) WHERE n.id > $after AND n.{c} IS NOT NULL RETURN [n.id, n.{c}] AS row ORDER BY n.id LIMIT {PAGE}",
                c = at::CONTENT
            )
        };
        pages(link, COMPARED, nodes(at::ENTITY), |id, hash| match records.entity_named(&id) {
            Some(NodeIx(ix)) => there.entities[ix as usize] = unkept(&hash),
            None => {
                let kind = id.split_once(':').and_then(|(prefix, _)| ontology.kind_of_prefix(prefix));
                difference.add(Change::Removed, kind.map_or(at::ENTITY, |kind| &ontology.kind(kind).name), &id);
                there.gone_entities.push(id);
            }
        })
        .await?;
        for (position, relationship) in (0u16..).zip(&ontology.relationships) {
            let text = format!(
                "MATCH ()-[r:`{}`]->() WHERE r.{id} > $after AND r.{c} IS NOT NULL RETURN [r.{id}, r.{c}] AS row ORDER BY r.{id} LIMIT {PAGE}",
                relationship.name,
                id = at::FACT_ID,
                c = at::CONTENT
            );
            pages(link, COMPARED, text, |id, hash| match records.fact_named(&id) {
                Some(FactIx(ix)) => {
                    there.facts[ix as usize] = unkept(&hash);
                    there.types[ix as usize] = position;
                }
                None => {
                    difference.add(Change::Removed, &relationship.name, &id);
                    there.gone_facts.entry(position).or_default().push(id);
                }
            })
            .await?;
        }
        pages(link, COMPARED, nodes(at::OBSERVATION), |id, hash| match records.observation_named(&id) {
            Some(ObsIx(ix)) => there.observations[ix as usize] = unkept(&hash),
            None => {
                difference.add(Change::Removed, OBSERVATIONS, &id);
                there.gone_observations.push(id);
            }
        })
        .await?;
        there.retired(link, records, difference).await?;
        Ok(there)
    }

    async fn retired(
        &mut self,
        link: &Link<'_>,
        records: &dyn Records,
        difference: &mut Difference,
    ) -> Result<(), Error> {
        let text =
            format!("MATCH (r:{}) WHERE r.{} IS NOT NULL RETURN [r.id, r.{}] AS row", at::RETIRED, at::CONTENT, at::BY);
        let rows = link.read(text, Vec::new()).await?;
        let held = rows.into_iter().filter_map(|row| match row {
            Value::List(pair) => match <[Value; 2]>::try_from(pair) {
                Ok([Value::Text(id), Value::Text(by)]) => Some((id.into_owned(), by.into_owned())),
                _ => None,
            },
            _ => None,
        });
        let held: BTreeMap<String, String> = held.collect();
        let wanted: BTreeMap<String, String> = records.retired().into_iter().collect();
        for id in held.keys().filter(|id| !wanted.contains_key(*id)) {
            difference.add(Change::Removed, RETIRED, id);
            self.gone_retired.push(id.clone());
        }
        for (id, by) in wanted {
            match held.get(&id) {
                Some(there) if *there == by => continue,
                Some(_) => difference.add(Change::Changed, RETIRED, &id),
                None => difference.add(Change::Added, RETIRED, &id),
            }
            self.new_retired.push((id, by));
        }
        Ok(())
    }

    /// The hash of an entity that is there.
    pub fn entity(&self, ix: NodeIx) -> Option<u64> {
        present(&self.entities, ix.0)
    }
    /// That of a fact, and the position of its relationship there.
    pub fn fact(&self, ix: FactIx) -> Option<(u64, u16)> {
        Some((present(&self.facts, ix.0)?, self.types.get(ix.0 as usize).copied()?))
    }
    /// That of an observation.
    pub fn observation(&self, ix: ObsIx) -> Option<u64> {
        present(&self.observations, ix.0)
    }
}

/// The database's own number of each entity's node, by the entity's place in the graph: found by it, a node costs next to nothing, where
/// by its id it is nearly half the work of writing a fact. 8 bytes an entity.
#[derive(Default)]
pub(super) struct Places(Vec<i64>);

impl Places {
    /// Of all entities, which are written.
    pub async fn list(link: &Link<'_>, records: &dyn Records) -> Result<Places, Error> {
        let (entities, ..) = records.survey().size();
        let mut places = vec![NOWHERE; usize::try_from(entities).unwrap_or(0)];
        let text = format!(
            "CYPHER 5 MATCH (n:{}) WHERE n.id > $after RETURN [n.id, id(n)] AS row ORDER BY n.id LIMIT {PAGE}",
            at::ENTITY
        );
        pages(link, None, text, |id, place| {
            if let (Some(NodeIx(ix)), Value::Int(place)) = (records.entity_named(&id), place) {
                places[ix as usize] = place;
            }
        })
        .await?;
        Ok(Places(places))
    }

    /// That of an entity.
    pub fn of(&self, NodeIx(ix): NodeIx) -> Value {
        Value::Int(self.0.get(ix as usize).copied().unwrap_or(NOWHERE))
    }
}

fn present(hashes: &[u64], at: u32) -> Option<u64> {
    hashes.get(at as usize).copied().filter(|hash| *hash != ABSENT)
}

/// Lists ids and what stands beside each in their order, a page at a time.
async fn pages(
    link: &Link<'_>,
    stage: Option<Stage>,
    text: String,
    mut each: impl FnMut(String, Value),
) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let rows = link.read(text.clone(), vec![("after".into(), after.as_str().into())]).await?;
        let (full, before) = (rows.len() == PAGE, after.clone());
        if let Some(stage) = stage {
            (link.tell)(Event::Written { stage, rows: rows.len() as u64 });
        }
        for row in rows {
            let Value::List(pair) = row else { continue };
            let Ok([Value::Text(id), value]) = <[Value; 2]>::try_from(pair) else { continue };
            after = id.into_owned();
            each(after.clone(), value);
        }
        if !full || after == before {
            return Ok(());
        }
    }
}
