//! `mdgraph export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use mdgraph::api::table::{Format, TableRequest, What};
use mdgraph::api::{Engine, RequestId, Table};
use mdgraph::config::{Limits, LogSettings, OntologySettings, SeedSettings, StoreSettings};
use mdgraph::telemetry;

use super::Failure;
use super::serve::source::Source;

/// How long a page may take: nobody else waits for the store.
const PAGE_DEADLINE: Duration = Duration::from_secs(60);

/// The command's flags.
#[derive(Args)]
pub struct Export {
    /// What the rows are
    #[arg(value_enum)]
    what: Wanted,
    /// How they are written
    #[arg(long = "format", value_enum, default_value = "csv")]
    written: Written,
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
        let request = self.request()?;
        let written = into(self.output.as_deref(), |out| self.table(&request, out));
        drop(log);
        written
    }

    fn request(&self) -> Result<TableRequest, Failure> {
        let what = match self.what {
            Wanted::Entities => What::Entities,
            Wanted::Facts => What::Facts,
            Wanted::Observations => What::Observations,
        };
        let format = match self.written {
            Written::Csv => Format::Csv,
            Written::Ndjson => Format::Ndjson,
        };
        let mut request = TableRequest::new(what, format);
        let bom = self.bom.then(|| "true".to_owned());
        let given = [&self.kind, &self.rows, &self.order_by, &self.valid, &self.known, &bom];
        for (name, text) in TableRequest::PARAMETERS.into_iter().zip(given) {
            if let Some(text) = text {
                request.set(name, text)?;
            }
        }
        Ok(request)
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
fn into(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>) -> Result<(), Failure> {
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
