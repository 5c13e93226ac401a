//! The connection as an import needs it: what is not answered is asked again, with pauses, for minutes. Every statement of an import may
//! run twice.

use std::pin::Pin;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep};

use smol_str::SmolStr;

use super::super::client::{Client, Error, Statement};
use super::super::value::Value;
use super::there::Places;
use super::{Event, Options, Stage, Telling};
use crate::graph::records::Records;

/// The first pause before a statement is sent again; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Boxed, since the driver's futures are deep.
type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Rows for one statement.
pub(super) struct Batch {
    pub stage: Stage,
    /// The statement that writes them.
    pub text: String,
    /// The one that is sent when its answer was lost: it may find them written.
    pub again: String,
    pub rows: Vec<Value>,
}

/// What whoever makes rows sends to whoever writes them.
pub(super) enum Order {
    /// Write these.
    Write(Batch),
    /// When all before it is written, tell where the entities are.
    Place(std::sync::mpsc::Sender<Places>),
}

/// A client that does not give up at once.
pub(in crate::store::neo4j) struct Link<'c> {
    pub client: &'c Client,
    pub options: &'c Options,
    pub tell: Telling<'c>,
}

impl Link<'_> {
    /// Writes, once or more often.
    pub async fn write(&self, statement: &Statement) -> Result<(), Error> {
        self.insist(|| Box::pin(self.client.write(statement)) as Answer<'_, ()>).await
    }

    /// A statement without parameters.
    pub async fn run(&self, text: impl Into<String>) -> Result<(), Error> {
        self.write(&Statement { text: text.into(), parameters: Vec::new() }).await
    }

    /// Reads the rows of a statement.
    pub async fn read(&self, text: String, parameters: Vec<(SmolStr, Value)>) -> Result<Vec<Value>, Error> {
        let statement = Statement { text, parameters };
        let deadline = || Instant::now() + self.client.limits().batch;
        self.insist(|| Box::pin(self.client.read(&statement, deadline())) as Answer<'_, Vec<Value>>).await
    }

    async fn insist<'a, T>(&self, mut attempt: impl FnMut() -> Answer<'a, T>) -> Result<T, Error> {
        let mut pause = PAUSE;
        let until = Instant::now() + self.options.patience;
        loop {
            let error = match attempt().await {
                Err(error @ (Error::Unavailable | Error::Timeout)) => error,
                done => return done,
            };
            if Instant::now() + pause >= until {
                return Err(error);
            }
            (self.tell)(Event::Waiting { pause });
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Sends batches as they come, several at a time.
    pub(super) async fn send(&self, mut orders: Receiver<Order>, records: &dyn Records) -> Result<(), Error> {
        let mut under_way = FuturesUnordered::new();
        while let Some(order) = orders.recv().await {
            let most = if let Order::Write(_) = order { self.options.connections.max(1) - 1 } else { 0 };
            while under_way.len() > most
                && let Some(written) = under_way.next().await
            {
                written?;
            }
            match order {
                Order::Write(batch) => under_way.push(self.batch(batch)),
                // Whoever asked may have given up.
                Order::Place(to) => drop(to.send(Places::list(self, records).await?)),
            }
            // So that the one that was added begins while the next one is waited for.
            while let Ok(Some(written)) = tokio::time::timeout(Duration::ZERO, under_way.next()).await {
                written?;
            }
        }
        while let Some(written) = under_way.next().await {
            written?;
        }
        Ok(())
    }

    async fn batch(&self, batch: Batch) -> Result<(), Error> {
        let (stage, rows) = (batch.stage, batch.rows.len() as u64);
        let parameters = vec![("rows".into(), Value::List(batch.rows))];
        let mut statement = Statement { text: batch.text, parameters };
        match self.client.write(&statement).await {
            Err(Error::Unavailable | Error::Timeout) => {
                (self.tell)(Event::Waiting { pause: PAUSE });
                sleep(PAUSE).await;
                statement.text = batch.again;
                match self.write(&statement).await {
                    // The first one was under way still, and came in between: a constraint says so, and by now it is done.
                    Err(Error::Query) => self.write(&statement).await?,
                    done => done?,
                }
            }
            done => done?,
        }
        (self.tell)(Event::Written { stage, rows });
        Ok(())
    }
}
