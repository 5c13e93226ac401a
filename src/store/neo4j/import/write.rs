//! What is not there as it should be is written: rows are made on a thread of their own while others are on their way.

use std::collections::HashMap;
use std::ops::ControlFlow;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{Sender, channel};

use super::super::client::{Error, Statement};
use super::super::layout as at;
use super::super::value::Value;
use super::fact;
use super::link::{Batch, Order};
use super::rows::{Rows, Sum};
use super::there::{Places, There};
use super::{Event, Failure, Import, Stage};
use crate::graph::records::Record;
use crate::ontology::RelId;

/// Rows a statement: entities carry their names.
const BATCH: usize = 1000;
/// Facts and observations are small.
const SMALL_BATCH: usize = 5000;

impl Import<'_> {
    /// Writes all that is not there; the sum of all records.
    pub(super) async fn write(&self, there: &There) -> Result<Sum, Failure> {
        let (entities, facts, observations) = self.records.survey().size();
        let totals = [(Stage::Entities, entities), (Stage::Facts, facts), (Stage::Observations, observations)];
        // As many wait as are on their way.
        let (sender, receiver) = channel(self.link.options.connections.max(1));
        let (made, sent) = tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                let making = scope.spawn(|| self.make(there, &totals, sender));
                let sent = Handle::current().block_on(self.link.send(receiver, self.records));
                let made = making.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                (made, sent)
            })
        });
        sent?;
        let sum = made?;
        let retired = there.new_retired.iter().map(|(id, by)| {
            let values = [(at::ID, id.as_str().into()), (at::BY, by.as_str().into()), (at::CONTENT, Value::Int(1))];
            Value::map(values)
        });
        let rows: Vec<Value> = retired.collect();
        if !rows.is_empty() {
            self.retired(rows).await?;
        }
        Ok(sum)
    }

    async fn retired(&self, rows: Vec<Value>) -> Result<(), Error> {
        let text = format!("UNWIND $rows AS row MERGE (r:{} {{id: row.id}}) SET r = row", at::RETIRED);
        self.link.write(&Statement { text, parameters: vec![("rows".into(), Value::List(rows))] }).await
    }

    fn make(&self, there: &There, totals: &[(Stage, u64)], sender: Sender<Order>) -> std::io::Result<Sum> {
        let mut batches = Batches { import: self, sender, open: HashMap::new(), stage: None, places: None };
        let mut sum = Sum::default();
        self.records.each(&mut |record| {
            let (stage, before) = match record {
                Record::Entity(ix, _) => (Stage::Entities, there.entity(ix)),
                Record::Fact(ix, _) => (Stage::Facts, there.fact(ix).map(|(hash, _)| hash)),
                Record::Observation(ix, _) => (Stage::Observations, there.observation(ix)),
            };
            let row = self.rows.row(record);
            sum.add(&row);
            if batches.stage != Some(stage) {
                batches.finish()?;
                batches.stage = Some(stage);
                let records = totals.iter().find(|(of, _)| *of == stage).map_or(0, |(_, records)| *records);
                (self.link.tell)(Event::Begun { stage, records });
            }
            if before == Some(row.hash) {
                (self.link.tell)(Event::Written { stage, rows: 1 });
                return ControlFlow::Continue(());
            }
            let value = match stage {
                Stage::Entities => row.value,
                _ => {
                    let Some(places) = batches.places() else { return ControlFlow::Break(()) };
                    self.rows.placed(row, record, places)
                }
            };
            batches.add(stage, Rows::relationship(record), value)
        })?;
        // Whoever receives has told why it does not.
        let _ = batches.finish();
        Ok(sum)
    }

    /// What writes rows; `again` if some of them may be written.
    fn text(&self, stage: Stage, relationship: Option<RelId>, again: bool) -> String {
        let entity = at::ENTITY;
        match stage {
            Stage::Facts => fact::statement(self.records.ontology(), relationship, again),
            // Nothing has the names of an entity that is not there as it should be; one that a lost answer was about has them all.
            Stage::Entities => format!(
                "UNWIND $rows AS row MERGE (n:{entity} {{id: row.id}}) \
                 WITH n, row WHERE n.{content} IS NULL OR n.{content} <> row.values.{content} \
                 SET n = row.values, n:$(row.labels) \
                 FOREACH (name IN row.names | CREATE (k:{}) SET k = name CREATE (k)-[:{}]->(n))",
                at::NAME,
                at::OF,
                content = at::CONTENT,
            ),
            _ => {
                let links = at::OBSERVATION_LINKS.into_iter().filter(|by| *by != at::BREAKDOWN_OF).map(|by| {
                    format!(
                        " CALL (o, row) {{ UNWIND row.{by} AS link MATCH (n) WHERE id(n) = link[0] MERGE (o)-[:{by} {{{}: link[1]}}]->(n) }}",
                        at::POSITION
                    )
                });
                // The whole may come later: it is begun here, and not taken for written.
                format!(
                    "CYPHER 5 UNWIND $rows AS row MERGE (o:{label} {{id: row.id}}) SET o = row.values WITH o, row{} \
                     CALL (o, row) {{ UNWIND row.{whole} AS link MERGE (w:{label} {{id: link[0]}}) ON CREATE SET w.{} = 0 \
                     MERGE (o)-[:{whole} {{{}: link[1]}}]->(w) }}",
                    links.collect::<String>(),
                    at::CONTENT,
                    at::POSITION,
                    label = at::OBSERVATION,
                    whole = at::BREAKDOWN_OF,
                )
            }
        }
    }
}

/// Rows by their statement, until there are enough of them.
struct Batches<'i> {
    import: &'i Import<'i>,
    sender: Sender<Order>,
    open: HashMap<Option<RelId>, Vec<Value>>,
    stage: Option<Stage>,
    places: Option<Places>,
}

impl Batches<'_> {
    /// Where entities are, once they are all written; none when nobody writes any more.
    fn places(&mut self) -> Option<&Places> {
        if self.places.is_none() {
            let (to, told) = std::sync::mpsc::channel();
            self.sender.blocking_send(Order::Place(to)).ok()?;
            self.places = Some(told.recv().ok()?);
        }
        self.places.as_ref()
    }

    fn add(&mut self, stage: Stage, relationship: Option<RelId>, row: Value) -> ControlFlow<()> {
        let rows = self.open.entry(relationship).or_default();
        rows.push(row);
        let enough = if stage == Stage::Entities { BATCH } else { SMALL_BATCH };
        if rows.len() < enough {
            return ControlFlow::Continue(());
        }
        let rows = std::mem::take(rows);
        self.send(stage, relationship, rows)
    }

    fn finish(&mut self) -> ControlFlow<()> {
        let Some(stage) = self.stage else { return ControlFlow::Continue(()) };
        let mut rest: Vec<_> = self.open.drain().collect();
        rest.sort_by_key(|(relationship, _)| *relationship);
        // What is left of each type is little: one statement for all, since to plan one may take longer than to run it.
        let ontology = self.import.records.ontology();
        let typed = |(relationship, row): (Option<RelId>, Value)| match relationship {
            Some(relationship) => fact::typed(row, relationship, ontology),
            None => row,
        };
        let rows = rest.into_iter().flat_map(|(by, rows)| rows.into_iter().map(move |row| (by, row)));
        let mut rows = rows.map(typed).peekable();
        while rows.peek().is_some() {
            let batch = rows.by_ref().take(SMALL_BATCH).collect();
            self.send(stage, None, batch)?;
        }
        ControlFlow::Continue(())
    }

    /// Breaks off when nobody receives any more.
    fn send(&self, stage: Stage, relationship: Option<RelId>, mut rows: Vec<Value>) -> ControlFlow<()> {
        if stage == Stage::Facts {
            // Two batches that meet at the same much joined entities lock them in the same order.
            rows.sort_by_key(fact::object);
        }
        let text = |again| self.import.text(stage, relationship, again);
        let batch = Batch { stage, text: text(false), again: text(true), rows };
        match self.sender.blocking_send(Order::Write(batch)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}
