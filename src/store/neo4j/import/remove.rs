//! What goes before something is written: what is no longer stated, and of what is stated otherwise all that would stand in the way.

use std::collections::BTreeMap;

use super::super::client::{Error, Statement};
use super::super::layout as at;
use super::super::value::Value;
use super::there::There;
use super::{Change, Difference, Event, Import, OBSERVATIONS, RETIRED, Stage};
use crate::graph::records::Records;
use crate::graph::{FactIx, NodeIx, ObsIx};
use crate::ontology::Indexing;

/// Ids a statement.
const BATCH: usize = 1000;

/// What is there and says something else.
#[derive(Default)]
pub(super) struct Changed {
    pub entities: Vec<NodeIx>,
    /// By position of the relationship that it is in the database.
    pub facts: BTreeMap<u16, Vec<FactIx>>,
    pub observations: Vec<ObsIx>,
}

impl Import<'_> {
    /// Removes what is gone, and prepares what is changed: its hash becomes 0, so that an import that ends here is not taken for done.
    pub(super) async fn remove(&self, there: &There, changed: &Changed) -> Result<(), Error> {
        let gone = there.gone_entities.len()
            + there.gone_observations.len()
            + there.gone_retired.len()
            + there.gone_facts.values().map(Vec::len).sum::<usize>();
        if gone > 0 {
            (self.link.tell)(Event::Begun { stage: Stage::Removed, records: gone as u64 });
        }
        let relationships = &self.records.ontology().relationships;
        for (position, relationship) in (0u16..).zip(relationships) {
            let text =
                format!("UNWIND $ids AS id MATCH ()-[r:`{}` {{{}: id}}]->() DELETE r", relationship.name, at::FACT_ID);
            let gone = there.gone_facts.get(&position).map_or(&[][..], Vec::as_slice);
            self.each(&text, gone.iter().cloned()).await?;
            let changed = changed.facts.get(&position).map_or(&[][..], Vec::as_slice);
            self.each(&text, changed.iter().map(|ix| self.records.fact_id(*ix))).await?;
        }
        let nodes = |label: &str, then: &str| format!("UNWIND $ids AS id MATCH (n:{label} {{id: id}}) {then}");
        self.each(&nodes(at::OBSERVATION, "DETACH DELETE n"), there.gone_observations.iter().cloned()).await?;
        self.each(&nodes(at::RETIRED, "DETACH DELETE n"), there.gone_retired.iter().cloned()).await?;
        let names = format!("OPTIONAL MATCH (k:{})-[:{}]->(n)", at::NAME, at::OF);
        let text = nodes(at::ENTITY, &format!("{names} DETACH DELETE k WITH DISTINCT n DETACH DELETE n"));
        self.each(&text, there.gone_entities.iter().cloned()).await?;
        // Another entity may have got one of its unique values.
        let properties = &self.records.ontology().properties;
        let unique = properties.iter().filter(|property| property.indexing == Indexing::Unique);
        let unique: String = unique.map(|property| format!(", n.`{}` = null", property.name)).collect();
        let text = nodes(at::ENTITY, &format!("SET n.{} = 0{unique} WITH n {names} DETACH DELETE k", at::CONTENT));
        self.each(&text, changed.entities.iter().map(|ix| self.records.entity_id(*ix).to_owned())).await?;
        let links = at::OBSERVATION_LINKS.join("|");
        let text =
            nodes(at::OBSERVATION, &format!("SET n.{} = 0 WITH n MATCH (n)-[r:{links}]->() DELETE r", at::CONTENT));
        self.each(&text, changed.observations.iter().map(|ix| self.records.observation_id(*ix).to_owned())).await
    }

    async fn each(&self, text: &str, ids: impl Iterator<Item = String>) -> Result<(), Error> {
        let mut ids = ids.peekable();
        while ids.peek().is_some() {
            let batch: Vec<String> = ids.by_ref().take(BATCH).collect();
            let rows = batch.len() as u64;
            let parameters = vec![("ids".into(), Value::texts(batch))];
            self.link.write(&Statement { text: text.to_owned(), parameters }).await?;
            (self.link.tell)(Event::Written { stage: Stage::Removed, rows });
        }
        Ok(())
    }

    /// The nodes of ours with a label.
    fn ours(label: &str) -> String {
        match label {
            at::META => format!("MATCH (n:{label})"),
            at::NAME => format!("MATCH (n:{label})-[:{}]->()", at::OF),
            _ => format!("MATCH (n:{label}) WHERE n.{} IS NOT NULL", at::CONTENT),
        }
    }

    /// Counts what an import for another ontology wrote.
    pub(super) async fn count_all(&self, difference: &mut Difference) -> Result<(), Error> {
        for (label, what) in [(at::ENTITY, at::ENTITY), (at::OBSERVATION, OBSERVATIONS), (at::RETIRED, RETIRED)] {
            let rows = self.link.read(format!("{} RETURN count(*) AS row", Self::ours(label)), Vec::new()).await?;
            if let Some(Value::Int(count)) = rows.first() {
                difference.count(Change::Removed, what, u64::try_from(*count).unwrap_or(0));
            }
        }
        Ok(())
    }

    /// Another ontology gives the same ids other labels and other constraints: what was filled for one is removed first. What no import
    /// wrote stays.
    pub(super) async fn remove_all(&self) -> Result<(), Error> {
        for label in [at::NAME, at::RETIRED, at::OBSERVATION, at::ENTITY] {
            let found = Self::ours(label);
            self.link.run(format!("{found} CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 1000 ROWS")).await?;
        }
        Ok(())
    }
}

impl Difference {
    /// All records are new.
    pub(super) fn count_fresh(&mut self, records: &dyn Records) {
        let (ontology, survey) = (records.ontology(), records.survey());
        if self.total(Change::Added) > 0 {
            return;
        }
        for (kind, count) in ontology.kinds.iter().zip(&survey.entities) {
            self.count(Change::Added, &kind.name, *count);
        }
        for (relationship, count) in ontology.relationships.iter().zip(&survey.facts) {
            self.count(Change::Added, &relationship.name, *count);
        }
        self.count(Change::Added, OBSERVATIONS, survey.observations);
        self.count(Change::Added, RETIRED, records.retired().len() as u64);
    }
}
