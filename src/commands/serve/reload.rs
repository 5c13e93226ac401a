//! Loads the data again when they change or when the process is told to, while the server goes on.
//!
//! Files are watched by looking at them twice a second: that also sees what notifications of the system miss, such as changes on
//! network drives and replaced directories. A change is loaded once two looks find the same, so that half-copied files are not read.

use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use mdgraph::api::current::Current;
use mdgraph::api::engine::PlanEngine;
use mdgraph::ingest::{is_seed, is_whole_graph};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::source::Source;
use crate::commands::Failure;

/// Between two looks at the files.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// How the directories looked: files by path, with what changes when they do.
type Look = Vec<(PathBuf, u64, u64, i64, i64)>;

/// Listens for SIGHUP. To be called before the data are first loaded, so that the signal never ends the process.
///
/// # Errors
/// When the system does not let the process listen for signals.
pub fn told(runtime: &Runtime) -> Result<Receiver<()>, Failure> {
    let _inside = runtime.enter();
    let hangup = signal(SignalKind::hangup())?;
    // One that waits is enough: it loads whatever is there when it comes to it.
    let (tell, told) = sync_channel(1);
    runtime.spawn(pass_on(hangup, tell));
    Ok(told)
}

async fn pass_on(mut hangup: Signal, tell: SyncSender<()>) {
    while hangup.recv().await.is_some() {
        if let Err(TrySendError::Disconnected(())) = tell.try_send(()) {
            return;
        }
    }
}

/// Directories that are watched.
pub struct Watch {
    directories: Vec<PathBuf>,
    /// How they looked when they were last loaded, and when they were last looked at.
    loaded: Look,
    seen: Look,
}

impl Watch {
    /// Begins to watch. To be called before the data are first loaded: what changes from then on is noticed.
    pub fn new(directories: Vec<PathBuf>) -> Watch {
        let loaded = look(&directories);
        Watch { directories, seen: loaded.clone(), loaded }
    }

    /// Looks, and says whether there is a change that has come to rest.
    fn changed(&mut self) -> bool {
        let now = look(&self.directories);
        let rests = now == self.seen;
        self.seen = now;
        rests && self.seen != self.loaded
    }

    /// The data are about to be loaded as they are.
    fn loading(&mut self) {
        self.loaded = look(&self.directories);
        self.seen.clone_from(&self.loaded);
    }
}

/// What directories hold. What cannot be read is left out: that is a change too, and loading says why.
fn look(directories: &[PathBuf]) -> Look {
    let mut files = Look::new();
    let mut waiting = directories.to_vec();
    while let Some(place) = waiting.pop() {
        // A seed may be one file; of a directory, what stands in it.
        let inside = std::fs::read_dir(&place).into_iter().flatten().flatten().map(|entry| entry.path());
        let itself = place.is_file().then(|| place.clone());
        for path in itself.into_iter().chain(inside) {
            let Ok(about) = std::fs::symlink_metadata(&path) else { continue };
            if about.is_dir() {
                waiting.push(path);
            } else if is_data(&path) {
                // Behind a link, the file that it leads to.
                let about = std::fs::metadata(&path).unwrap_or(about);
                files.push((path, about.ino(), about.size(), about.ctime(), about.ctime_nsec()));
            }
        }
    }
    files.sort();
    files
}

fn is_data(path: &Path) -> bool {
    is_seed(path) || is_whole_graph(path) || path.extension().is_some_and(|end| end == "graphql")
}

/// What reloads.
pub struct Reloader {
    pub source: Source,
    pub current: Current<PlanEngine>,
    pub watch: Option<Watch>,
}

impl Reloader {
    /// Reloads whenever it is told to or the watched files changed, until the process ends, in a thread of its own.
    pub fn start(mut self, told: Receiver<()>, runtime: &Runtime) -> Result<(), Failure> {
        let runtime = runtime.handle().clone();
        let work = move || {
            while let Some(why) = self.next(&told) {
                if why == "SIGHUP" && !self.source.can_change() {
                    tracing::warn!(
                        "SIGHUP: there is nothing to reload: ontology and seed are those compiled in; serve others \
                         with --schema DIR or --seed DIR"
                    );
                    continue;
                }
                if let Some(watch) = &mut self.watch {
                    watch.loading();
                }
                let started = Instant::now();
                let outcome = catch_unwind(AssertUnwindSafe(|| self.source.reload(&self.current, &runtime)));
                let outcome = outcome.unwrap_or_else(|_| Err("the loading failed by a fault of this program".into()));
                self.source.metrics.reloaded(outcome.is_ok());
                match outcome {
                    Ok(words) => tracing::info!(ms = started.elapsed().as_millis() as u64, "{why}: {words}"),
                    Err(failure) => {
                        for line in failure.to_string().lines() {
                            tracing::error!("{line}");
                        }
                        tracing::error!("{why}: nothing is reloaded; what was served before is served still");
                    }
                }
            }
        };
        std::thread::Builder::new().name("reload".to_owned()).spawn(work)?;
        Ok(())
    }

    /// Waits until there is a reason to reload, and gives it; none at the end of the process.
    fn next(&mut self, told: &Receiver<()>) -> Option<&'static str> {
        let Some(watch) = &mut self.watch else { return told.recv().ok().map(|()| "SIGHUP") };
        loop {
            match told.recv_timeout(LOOK_AGAIN) {
                Ok(()) => return Some("SIGHUP"),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if watch.changed() => return Some("files changed"),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
