//! A graph into the database. Each record is kept with a hash of what was written, so an import first finds out what differs: what is the
//! same is left alone, an import that was interrupted is completed by running it again, and nothing is removed that nobody said should
//! be. Every statement may run twice, so one whose answer was lost is sent again.

mod difference;
mod fact;
pub(super) mod link;
mod remove;
mod rows;
mod there;
mod write;

use std::time::Duration;

pub use difference::{Change, Difference};

use super::client::{Client, Error, Statement};
use super::counts::{KEPT, kept};
use super::layout as at;
use super::schema;
use super::value::Value;
use super::vocabulary;
use crate::graph::Graph;
use crate::graph::records::{Held, Record, Records};
use link::Link;
use rows::{Rows, Sum};
use std::ops::ControlFlow;
use there::There;

/// `id` of the one node that says what the database holds.
pub(super) const META_ID: &str = "graph";
/// Its state while an import has not come to its end.
pub(super) const IMPORTING: &str = "IMPORTING";
/// Its state afterwards.
pub(super) const COMPLETE: &str = "COMPLETE";
/// What observations are called in a [`Difference`] …
const OBSERVATIONS: &str = at::OBSERVATION;
/// … and retired ids.
const RETIRED: &str = at::RETIRED;

/// What a database holds after an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Entities.
    pub entities: usize,
    /// Facts, superseded ones included.
    pub facts: usize,
    /// Observations.
    pub observations: usize,
    /// A sum over all that was written, hex: equal for equal graphs.
    pub content: String,
}

/// How an import goes about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether what the database holds and the graph does not is removed. Otherwise such an import is refused: the database would serve
    /// what is no longer stated.
    pub prune: bool,
    /// Whether only the difference is found out, and nothing written.
    pub dry_run: bool,
    /// How many ids of each change are kept in the difference.
    pub shown: usize,
    /// Statements at the same time; at least 1.
    pub connections: usize,
    /// How long a database that does not answer is asked again.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { prune: false, dry_run: false, shown: 20, connections: 4, patience: Duration::from_secs(300) }
    }
}

/// What an import is doing, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A file that is not held in memory is read and checked, in megabytes; by whoever gives the records.
    Read,
    /// What is in the database is read and compared.
    Compared,
    /// What is no longer stated is removed.
    Removed,
    /// Entities with their names are written.
    Entities,
    /// Facts.
    Facts,
    /// Observations.
    Observations,
    /// Indexes are filled.
    Indexed,
}

/// What an import tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A stage begins, with so many records before it at most.
    Begun {
        /// Which.
        stage: Stage,
        /// How many.
        records: u64,
    },
    /// So many more records of a stage are done.
    Written {
        /// Which.
        stage: Stage,
        /// How many.
        rows: u64,
    },
    /// The database does not answer; it is asked again after a pause.
    Waiting {
        /// How long.
        pause: Duration,
    },
}

/// Takes what an import tells.
pub type Telling<'t> = &'t (dyn Fn(Event) + Sync);

/// Why an import did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database.
    #[error(transparent)]
    Store(#[from] Error),
    /// It would remove something, which nobody asked for. Nothing was written.
    #[error(
        "the database holds {} entities, facts or observations that the data do not hold; nothing was written. Look at them with --dry-run, \
         and give --prune to remove them", .0.total(Change::Removed)
    )]
    Stale(Box<Difference>),
    /// The data cannot be read any more.
    #[error("the data cannot be read to the end: {0}; run the import again, which completes it")]
    Records(#[from] std::io::Error),
}

/// How an import ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the database holds now; what it would hold after a dry run.
    pub imported: Imported,
    /// What was changed, or would be.
    pub difference: Difference,
}

/// Makes the database hold this graph, and nothing else that an import wrote. Until it is done, servers of this database report that they
/// are not ready.
///
/// # Errors
/// The database does not answer, for minutes, or refuses a statement.
pub async fn import(client: &Client, graph: &Graph) -> Result<Imported, Error> {
    let options = Options { prune: true, ..Options::default() };
    match import_records(client, &Held::of(graph), &options, &|_| {}).await {
        Ok(outcome) => Ok(outcome.imported),
        Err(Failure::Store(error)) => Err(error),
        // Neither can come: what is stale is removed, and the graph is held.
        Err(Failure::Stale(_) | Failure::Records(_)) => Err(Error::Query),
    }
}

/// Makes the database hold these records. Needs a runtime with several threads.
///
/// # Errors
/// See [`Failure`]; after one of [`Failure::Stale`] the database is as it was, after another one it may be half done, which it says of
/// itself until an import is complete.
pub async fn import_records(
    client: &Client,
    records: &dyn Records,
    options: &Options,
    tell: Telling<'_>,
) -> Result<Outcome, Failure> {
    let import = Import { link: Link { client, options, tell }, rows: Rows::of(records), records };
    let mut difference = Difference::new(options.shown);
    let (entities, facts, observations) = records.survey().size();
    let before = import.before().await?;
    difference.other_ontology = before.as_ref().is_some_and(|meta| meta.ontology != records.ontology().hash);
    let there = match before {
        Some(_) if !difference.other_ontology => {
            if !options.dry_run {
                // What is there is listed along them.
                schema::apply(&import.link, records.ontology(), schema::Part::Constraints).await?;
            }
            tell(Event::Begun { stage: Stage::Compared, records: 2 * (entities + facts + observations) });
            There::list(&import.link, records, &mut difference).await?
        }
        Some(_) => {
            import.count_all(&mut difference).await?;
            There::nothing(records)
        }
        None => There::nothing(records),
    };
    let fresh = before.is_none() || difference.other_ontology;
    let mut changed = remove::Changed::default();
    let sum = if fresh && !options.dry_run {
        None
    } else {
        Some(tokio::task::block_in_place(|| import.compare(&there, &mut changed, &mut difference))?)
    };
    if fresh {
        difference.count_fresh(records);
    }
    let imported = |sum: Sum| Imported {
        entities: usize::try_from(entities).unwrap_or(usize::MAX),
        facts: usize::try_from(facts).unwrap_or(usize::MAX),
        observations: usize::try_from(observations).unwrap_or(usize::MAX),
        content: sum.hex(),
    };
    if let Some(sum) = sum.filter(|_| options.dry_run) {
        return Ok(Outcome { imported: imported(sum), difference });
    }
    let removes = difference.other_ontology || difference.total(Change::Removed) > 0;
    if removes && !options.prune {
        return Err(Failure::Stale(Box::new(difference)));
    }
    let complete = before.is_some_and(|meta| meta.state == COMPLETE);
    if let Some(sum) = sum.filter(|_| complete && difference.is_empty()) {
        schema::apply(&import.link, records.ontology(), schema::Part::All).await?;
        return Ok(Outcome { imported: imported(sum), difference });
    }
    import.mark(IMPORTING, "").await?;
    if difference.other_ontology {
        import.remove_all().await?;
    }
    let first = if fresh { schema::Part::Keys } else { schema::Part::Constraints };
    schema::apply(&import.link, records.ontology(), first).await?;
    import.remove(&there, &changed).await?;
    let sum = import.write(&there).await?;
    tell(Event::Begun { stage: Stage::Indexed, records: 0 });
    schema::apply(&import.link, records.ontology(), schema::Part::All).await?;
    let imported = imported(sum);
    import.mark(COMPLETE, &imported.content).await?;
    Ok(Outcome { imported, difference })
}

struct Import<'a> {
    link: Link<'a>,
    rows: Rows<'a>,
    records: &'a dyn Records,
}

/// What the database says of itself.
struct Meta {
    ontology: String,
    state: String,
}

impl Import<'_> {
    /// What the last import said; none where none ever was.
    async fn before(&self) -> Result<Option<Meta>, Error> {
        let text = format!("MATCH (m:{} {{id: $id}}) RETURN [m.ontology, m.state] AS row", at::META);
        let rows = self.link.read(text, vec![("id".into(), META_ID.into())]).await?;
        if rows.is_empty() {
            // Somebody may have removed the node and left the graph.
            let text = format!("MATCH (n:{}) WHERE n.{} IS NOT NULL RETURN 1 AS row LIMIT 1", at::ENTITY, at::CONTENT);
            let left = !self.link.read(text, Vec::new()).await?.is_empty();
            let ontology = self.records.ontology().hash.to_string();
            return Ok(left.then(|| Meta { ontology, state: IMPORTING.to_owned() }));
        }
        Ok(rows.into_iter().next().map(|row| {
            let parts = if let Value::List(parts) = row { parts } else { Vec::new() };
            let mut parts = parts
                .into_iter()
                .map(|part| if let Value::Text(text) = part { text.into_owned() } else { String::new() });
            Meta { ontology: parts.next().unwrap_or_default(), state: parts.next().unwrap_or_default() }
        }))
    }

    /// Goes through all records: what is not there as it should be, and the sum of all.
    fn compare(
        &self,
        there: &There,
        changed: &mut remove::Changed,
        difference: &mut Difference,
    ) -> Result<Sum, std::io::Error> {
        let ontology = self.records.ontology();
        let mut sum = Sum::default();
        let mut passed = 0;
        self.records.each(&mut |record| {
            let row = self.rows.row(record);
            sum.add(&row);
            passed += 1;
            if passed % 10_000 == 0 {
                (self.link.tell)(Event::Written { stage: Stage::Compared, rows: 10_000 });
            }
            let (before, what, id) = match record {
                Record::Entity(ix, node) => (there.entity(ix), &*ontology.kind(node.kind).name, &node.id),
                Record::Fact(ix, fact) => {
                    let before = there.fact(ix);
                    if let Some((_, position)) = before.filter(|(hash, _)| *hash != row.hash) {
                        changed.facts.entry(position).or_default().push(ix);
                    }
                    (before.map(|(hash, _)| hash), &*ontology.relationship(fact.relationship).name, &fact.id)
                }
                Record::Observation(ix, observation) => (there.observation(ix), OBSERVATIONS, &observation.id),
            };
            match before {
                Some(hash) if hash == row.hash => {}
                Some(_) => {
                    match record {
                        Record::Entity(ix, _) => changed.entities.push(ix),
                        Record::Observation(ix, _) => changed.observations.push(ix),
                        Record::Fact(..) => {}
                    }
                    difference.add(Change::Changed, what, id);
                }
                None => difference.add(Change::Added, what, id),
            }
            ControlFlow::Continue(())
        })?;
        Ok(sum)
    }

    async fn mark(&self, state: &str, content: &str) -> Result<(), Error> {
        let (ontology, survey) = (self.records.ontology(), self.records.survey());
        let (entities, facts, observations) = survey.size();
        let whole = |count: u64| Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
        let text = format!("MERGE (m:{} {{id: $values.id}}) SET m = $values", at::META);
        let counts = KEPT.into_iter().zip(kept(self.records));
        let about = [
            ("id", META_ID.into()),
            ("state", state.into()),
            ("ontology", ontology.hash.as_str().into()),
            (at::VOCABULARY, Value::texts(vocabulary::lines(ontology))),
            ("content", content.into()),
            ("entities", whole(entities)),
            ("facts", whole(facts)),
            ("observations", whole(observations)),
        ];
        let values = Value::map(about.into_iter().chain(counts));
        self.link.write(&Statement { text, parameters: vec![("values".into(), values)] }).await
    }
}
