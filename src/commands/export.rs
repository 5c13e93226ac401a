//! `mdgraph export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use mdgraph::api::table::{Format, TableRequest, What};
use mdgraph::api::{Engine, RequestId, Table};
use mdgraph::config::{Limits, LogSettings, OntologySettings, SeedSettings, StoreAddress, StoreSettings};
use mdgraph::{ingest, telemetry};

use super::serve::source::Source;
use super::{Failure, ontology, seed, seed_failure};

/// How long a page may take: nobody else waits for the store.
const PAGE_DEADLINE: Duration = Duration::from_secs(60);

/// The command's flags.
#[derive(Args)]
pub struct Export {
    /// What is written: rows, or everything
    #[arg(value_enum)]
    what: Wanted,
    /// How they are written; rows as csv and the whole graph as ndjson if not given
    #[arg(long = "format", value_enum)]
    written: Option<Written>,
    /// Entities of this kind only, as the API names it (COMPANY); each of its properties is a column then
    #[arg(long)]
    kind: Option<String>,
    /// Which rows: JSON as the API's `where`, such as {"status": ["PLANNED"]}
    #[arg(long = "where", value_name = "JSON")]
    rows: Option<String>,
    /// In which order: JSON as the API's `orderBy`, such as [{"since": "DESC"}]
    #[arg(long, value_name = "JSON")]
    order_by: Option<String>,
    /// What held then: a year, month or day, as `asOf.valid` of the API
    #[arg(long, value_name = "DATE")]
    valid: Option<String>,
    /// What was known then, as `asOf.known` of the API
    #[arg(long, value_name = "DATE")]
    known: Option<String>,
    /// Begin CSV with the mark by which Excel knows UTF-8; other programs may take it for a part of the first column's name
    #[arg(long)]
    bom: bool,
    /// File to write; standard output if not given. It appears under its name when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    store: StoreSettings,
    #[command(flatten)]
    ontology: OntologySettings,
    #[command(flatten)]
    seed: SeedSettings,
    #[command(flatten)]
    log: LogSettings,
}

/// What can be exported.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// Entities
    Entities,
    /// Facts
    Facts,
    /// Observations
    Observations,
    /// The whole graph, as NDJSON that `--seed FILE.ndjson` reads
    All,
}

/// How rows can be written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Written {
    /// A line of names, then a line a row
    Csv,
    /// A JSON object a line
    Ndjson,
}

impl Export {
    /// Writes a table.
    pub fn run(self) -> Result<(), Failure> {
        let log = telemetry::start(&self.log)
            .map_err(|error| format!("--log {}: {error}; give a level such as info", self.log.filter))?;
        let written = match self.request()? {
            Some(request) => into(self.output.as_deref(), |out| self.table(&request, out)),
            None => into(self.output.as_deref(), |out| self.everything(out)),
        };
        drop(log);
        written
    }

    /// The table that is asked for; none for the whole graph.
    fn request(&self) -> Result<Option<TableRequest>, Failure> {
        let what = match self.what {
            Wanted::Entities => What::Entities,
            Wanted::Facts => What::Facts,
            Wanted::Observations => What::Observations,
            Wanted::All => return self.nothing_chosen().map(|()| None),
        };
        let format = match self.written {
            Some(Written::Csv) | None => Format::Csv,
            Some(Written::Ndjson) => Format::Ndjson,
        };
        let mut request = TableRequest::new(what, format);
        let bom = self.bom.then(|| "true".to_owned());
        let given = [&self.kind, &self.rows, &self.order_by, &self.valid, &self.known, &bom];
        for (name, text) in TableRequest::PARAMETERS.into_iter().zip(given) {
            if let Some(text) = text {
                request.set(name, text)?;
            }
        }
        Ok(Some(request))
    }

    /// The whole graph has one form, and nothing is left out of it.
    fn nothing_chosen(&self) -> Result<(), Failure> {
        let chosen = [&self.kind, &self.rows, &self.order_by, &self.valid, &self.known];
        if self.written == Some(Written::Csv) || self.bom {
            return Err(
                "the whole graph is written as NDJSON; leave out --format csv and --bom, or export a table".into()
            );
        }
        if chosen.into_iter().any(Option::is_some) {
            return Err(
                "the whole graph is written as it is; filters, order and dates are for tables, leave them out".into()
            );
        }
        if self.store.store != StoreAddress::Memory {
            return Err(
                "the whole graph is written from its seed, since a database holds what is served and not all that was \
                 stated; give --seed instead of --store"
                    .into(),
            );
        }
        Ok(())
    }

    fn everything(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let ontology = Arc::new(ontology(&self.ontology)?);
        let loaded = ingest::load(&ontology, &seed(&self.seed)?).map_err(|problems| seed_failure(&problems))?;
        Ok(ingest::write_ndjson(&loaded.graph, &loaded.units, out)?)
    }

    fn table(&self, request: &TableRequest, out: &mut dyn Write) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        // Whoever runs the program is not held to what strangers may ask of a server.
        let limits = Limits { cost: u64::MAX, ..Limits::default() };
        let source = Source {
            ontology: self.ontology.clone(),
            seed: self.seed.clone(),
            store: self.store.clone(),
            limits,
            metrics: Arc::default(),
        };
        let (engine, _) = source.load(runtime.handle())?;
        let mut table = engine.table(request, RequestId::next())?;
        while let Some(part) = runtime.block_on(table.next(Instant::now() + PAGE_DEADLINE))? {
            out.write_all(&part)?;
        }
        Ok(())
    }
}

/// Writes to standard output, or to a file that appears under its name when it is complete.
pub(super) fn into(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Some(path) = path else {
        let mut out = BufWriter::new(io::stdout().lock());
        let written = write(&mut out).and_then(|()| Ok(out.flush()?));
        return match written {
            // Whoever reads may have seen enough.
            Err(failure) if is_broken_pipe(&failure) => Ok(()),
            written => written,
        };
    };
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let cannot = |error: io::Error| format!("cannot write {}: {error}", path.display());
    let mut out = BufWriter::new(File::create(&partial).map_err(cannot)?);
    let written = write(&mut out).and_then(|()| {
        out.flush().map_err(cannot)?;
        out.get_ref().sync_all().map_err(cannot)?;
        Ok(std::fs::rename(&partial, path).map_err(cannot)?)
    });
    if written.is_err() {
        // It is of no use; where it cannot be removed, its name says what it is.
        let _ = std::fs::remove_file(&partial);
    }
    written
}

fn is_broken_pipe(failure: &Failure) -> bool {
    failure.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
