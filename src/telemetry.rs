//! The log: where it goes, how a line looks, what a panic leaves behind.
//!
//! Lines are handed to a thread of their own that writes them to standard error. A terminal or a pipe that does not take
//! them holds that thread up, never a request; lines that it cannot keep up with are dropped and counted.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{LogFormat, LogSettings};

/// Bytes that wait to be written at most.
const WAITING_BYTES: usize = 1024 * 1024;

/// How long lines are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(20);

/// How long the end of the process waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Starts the log of the process. Drop the result at the end of `main`: it writes the last lines.
///
/// # Errors
/// When the filter of the settings cannot be read.
pub fn start(settings: &LogSettings) -> Result<Log, ParseError> {
    let filter = EnvFilter::builder().parse(&settings.filter)?;
    let lines = Arc::new(Lines::default());
    let writer = Arc::clone(&lines);
    let thread = thread::Builder::new().name("log".to_owned()).spawn(move || writer.write_out(&mut io::stderr()));
    if thread.is_err() {
        // Without its thread the log is silent, and the process is short of everything; it still serves.
        let _ = writeln!(io::stderr(), "the log's thread could not be started: nothing will be logged");
    }
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(Sink(Arc::clone(&lines))).with_ansi(false);
    let started = match settings.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("a log was there already; it stays");
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, cause = panic.payload_as_str().unwrap_or("(no text)"), "a panic");
    }));
    Ok(Log(lines))
}

/// The running log; its end writes what is left.
pub struct Log(Arc<Lines>);

impl Drop for Log {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.ending = true;
        self.0.changed.notify_all();
        let left = |waiting: &mut Waiting| !waiting.written;
        drop(self.0.changed.wait_timeout_while(waiting, LAST_LINES, left));
    }
}

/// Lines on their way to standard error.
#[derive(Default)]
struct Lines {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    dropped: u64,
    /// The process ends.
    ending: bool,
    /// Everything was written after that.
    written: bool,
}

impl Lines {
    /// A panic while the lock is held leaves at worst half a line.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &[u8]) {
        let mut waiting = self.lock();
        if waiting.text.len() + line.len() > WAITING_BYTES {
            waiting.dropped += 1;
            return;
        }
        if waiting.text.is_empty() {
            self.changed.notify_all();
        }
        waiting.text.extend_from_slice(line);
    }

    /// Writes lines as they come, until the process ends.
    fn write_out(&self, out: &mut impl Write) {
        let mut batch = Vec::new();
        loop {
            let idle = |waiting: &mut Waiting| waiting.text.is_empty() && !waiting.ending;
            let mut waiting = self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
            batch.clear();
            std::mem::swap(&mut batch, &mut waiting.text);
            let (dropped, ending) = (std::mem::take(&mut waiting.dropped), waiting.ending);
            drop(waiting);
            // Where standard error is closed there is nobody to tell.
            let _ = out.write_all(&batch);
            if dropped > 0 {
                let _ = writeln!(
                    out,
                    "{dropped} lines of the log were dropped: they came faster than they could be written"
                );
            }
            if ending {
                self.lock().written = true;
                self.changed.notify_all();
                return;
            }
            thread::sleep(GATHER);
        }
    }
}

/// Takes formatted lines from `tracing`.
struct Sink(Arc<Lines>);

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(&self.0)
    }
}

/// One line; `tracing` writes it in one piece.
struct Line<'a>(&'a Lines);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_whole_and_in_order() {
        let lines = Lines::default();
        let mut out = Vec::new();
        thread::scope(|scope| {
            let written = scope.spawn(|| {
                let mut out = Vec::new();
                lines.write_out(&mut out);
                out
            });
            for number in 0..100 {
                lines.add(format!("{number}\n").as_bytes());
            }
            lines.lock().ending = true;
            lines.changed.notify_all();
            out = written.join().unwrap();
        });
        let expected: String = (0..100).map(|number| format!("{number}\n")).collect();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_kept_is_counted() {
        let lines = Lines::default();
        lines.add(&vec![b'a'; WAITING_BYTES]);
        lines.add(b"one too many\n");
        lines.lock().ending = true;
        let mut out = Vec::new();
        lines.write_out(&mut out);
        assert!(out.ends_with(b"1 lines of the log were dropped: they came faster than they could be written\n"));
    }
}
