//! `mdgraph import`.

mod progress;
mod rejects;

use std::cell::Cell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use mdgraph::config::{LogSettings, OntologySettings, SeedSettings, StoreSettings};
use mdgraph::graph::records::{Held, Records};
use mdgraph::ingest::{self, Loaded, READINGS, Stream};
use mdgraph::ontology::Ontology;
use mdgraph::store::neo4j::client::{Client, Limits};
use mdgraph::store::neo4j::import::{Change, Event, Failure as ImportFailure, Options, Outcome, Stage, import_records};
use mdgraph::telemetry;

use super::{Failure, neo4j_with, ontology, seed, seed_failure};
use progress::Progress;

/// How long one statement of an import may take: an index over millions is filled in one.
const STATEMENT: Duration = Duration::from_secs(590);

/// The command's flags.
#[derive(Args)]
pub struct Import {
    #[command(flatten)]
    store: StoreSettings,
    #[command(flatten)]
    ontology: OntologySettings,
    #[command(flatten)]
    seed: SeedSettings,
    /// Remove from the database what an earlier import wrote and these data do not hold; without it such an import is refused
    #[arg(long)]
    prune: bool,
    /// Write nothing; print what would be added (+), changed (~) and removed (-), as counts by kind and relationship and as ids
    #[arg(long)]
    dry_run: bool,
    /// How many ids of each sort `--dry-run` prints
    #[arg(long, value_name = "N", default_value_t = 20)]
    show: usize,
    /// Leave out the rows of tables (`*.csv`) that are wrong, and what cannot stand without them, and write them to this file with the reason;
    /// without it nothing is imported while a row is wrong
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Import nothing when a row is wrong, even with `--rejects`, nor when there is a warning
    #[arg(long)]
    strict: bool,
    /// Tell no progress
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    log: LogSettings,
}

/// What the reading of a file is counted in.
const MEGABYTE: u64 = 1_000_000;

impl Import {
    /// Makes the database hold the data.
    pub fn run(self) -> Result<(), Failure> {
        let started = Instant::now();
        let log = telemetry::start(&self.log)
            .map_err(|error| format!("--log {}: {error}; give a level such as info", self.log.filter))?;
        let limits = Limits { answer: STATEMENT, batch: STATEMENT, ..Limits::default() };
        let client = neo4j_with(&self.store, limits)?.ok_or(
            "import fills a database: name one, such as --store bolt://127.0.0.1:7687, or --store neo4j with NEO4J_URI",
        )?;
        let ontology = Arc::new(ontology(&self.ontology)?);
        let done = match self.seed.seed.as_deref().filter(|path| path.is_file() && ingest::is_whole_graph(path)) {
            // It may be larger than what fits into memory.
            Some(path) => {
                let stream = self.stream(&ontology, path)?;
                self.load(&client, &stream)
            }
            None => {
                let loaded = self.read(&ontology)?;
                self.load(&client, &Held::of(&loaded.graph))
            }
        };
        drop(log);
        self.say(&done?, started)
    }

    /// Checks a whole graph, which may take minutes.
    fn stream(&self, ontology: &Arc<Ontology>, path: &Path) -> Result<Stream, Failure> {
        let progress = Progress::new(self.quiet);
        let bytes = std::fs::metadata(path).map_or(0, |about| about.len()) * READINGS;
        progress.tell(&Event::Begun { stage: Stage::Read, records: bytes / MEGABYTE });
        let read = Cell::new(0);
        let stream = Stream::open(ontology, path, &|bytes| {
            read.set(read.get() + bytes);
            if read.get() >= MEGABYTE {
                progress.tell(&Event::Written { stage: Stage::Read, rows: read.get() / MEGABYTE });
                read.set(read.get() % MEGABYTE);
            }
        });
        progress.finish();
        stream.map_err(|problems| seed_failure(&problems))
    }

    /// Reads the seed; what is wrong in rows of tables goes to the file for it.
    fn read(&self, ontology: &Arc<Ontology>) -> Result<Loaded, Failure> {
        let files = seed(&self.seed)?;
        let Some(path) = &self.rejects else {
            let loaded = ingest::load(ontology, &files).map_err(|problems| seed_failure(&problems))?;
            return self.strictly(loaded);
        };
        let (loaded, rejected) = ingest::load_rest(ontology, &files).map_err(|problems| seed_failure(&problems))?;
        rejects::write(path, &files, &rejected)?;
        let rows = rejects::rows(&rejected);
        if rows > 0 && self.strict {
            return Err(format!("{rows} rows are wrong; nothing is imported, they stand in {}", path.display()).into());
        }
        if rows > 0 && !self.quiet {
            eprintln!("mdgraph: {rows} rows are left out; they stand in {}", path.display());
        }
        self.strictly(loaded)
    }

    fn strictly(&self, loaded: Loaded) -> Result<Loaded, Failure> {
        if self.strict && !loaded.warnings.is_empty() { Err(seed_failure(&loaded.warnings)) } else { Ok(loaded) }
    }

    fn load(&self, client: &Client, records: &dyn Records) -> Result<Outcome, Failure> {
        let options = Options { prune: self.prune, dry_run: self.dry_run, shown: self.show, ..Options::default() };
        let progress = Progress::new(self.quiet);
        let tell = |event| progress.tell(&event);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let done = runtime.block_on(import_records(client, records, &options, &tell));
        progress.finish();
        done.map_err(|failure| match failure {
            ImportFailure::Store(error) => format!(
                "{error}; what the database said stands in the log above. Run the import again, which completes it"
            )
            .into(),
            ImportFailure::Stale(difference) => {
                format!("{}\n{difference}", ImportFailure::Stale(difference.clone())).into()
            }
            failure => Failure::from(failure),
        })
    }

    fn say(&self, outcome: &Outcome, started: Instant) -> Result<(), Failure> {
        let (imported, difference) = (&outcome.imported, &outcome.difference);
        let seconds = started.elapsed().as_secs_f64();
        let [added, changed, removed] = Change::ALL.map(|change| difference.total(change));
        let what = format!(
            "{} entities, {} facts and {} observations",
            imported.entities, imported.facts, imported.observations
        );
        let line = if self.dry_run {
            format!("{difference}mdgraph: nothing was written; the database would hold {what}\n")
        } else if difference.is_empty() {
            format!("mdgraph: the database holds {what} already; looked in {seconds:.2} s\n")
        } else {
            format!("mdgraph: imported {what} in {seconds:.2} s: {added} added, {changed} changed, {removed} removed\n")
        };
        // Where nobody reads this there is nobody to tell.
        let _ = std::io::stdout().write_all(line.as_bytes());
        Ok(())
    }
}
