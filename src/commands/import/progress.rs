//! What an import tells while it runs, on standard error: a bar where that is a terminal, else a line every few seconds.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mdgraph::store::neo4j::import::{Event, Stage};

/// Between two lines.
const EVERY: Duration = Duration::from_secs(5);
const BAR: &str = "{msg:24} {wide_bar} {human_pos}/{human_len} {per_sec} {eta} left";
/// Of a stage whose length is not known.
const SPINNER: &str = "{msg:24} {spinner} {human_pos} {elapsed}";

/// Where an import stands.
pub struct Progress {
    /// Hidden unless there is a terminal.
    bar: ProgressBar,
    /// None where nothing, or the bar, is shown.
    lines: Option<Mutex<Lines>>,
    quiet: bool,
}

struct Lines {
    stage: Option<Stage>,
    done: u64,
    all: u64,
    begun: Instant,
    told: Instant,
}

impl Progress {
    /// Tells nothing when `quiet`.
    pub fn new(quiet: bool) -> Progress {
        let terminal = std::io::stderr().is_terminal() && !quiet;
        let target = if terminal { ProgressDrawTarget::stderr_with_hz(5) } else { ProgressDrawTarget::hidden() };
        let now = Instant::now();
        let lines = Lines { stage: None, done: 0, all: 0, begun: now, told: now };
        Progress {
            bar: ProgressBar::with_draw_target(None, target),
            lines: (!terminal && !quiet).then(|| Mutex::new(lines)),
            quiet,
        }
    }

    /// Takes what the import tells.
    pub fn tell(&self, event: &Event) {
        match event {
            Event::Begun { stage, records } => self.begin(*stage, *records),
            Event::Written { stage, rows } => self.more(*stage, *rows),
            Event::Waiting { pause } => {
                let text = format!(
                    "the database does not answer; what was sent is sent again in {:.1} s",
                    pause.as_secs_f64()
                );
                if self.lines.is_some() {
                    say(&text);
                } else if !self.quiet {
                    self.bar.println(text);
                }
            }
        }
    }

    fn begin(&self, stage: Stage, records: u64) {
        let style = ProgressStyle::with_template(if records > 0 { BAR } else { SPINNER });
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bar.set_length(records);
        self.bar.set_position(0);
        self.bar.reset_eta();
        self.bar.reset_elapsed();
        self.bar.set_message(name(stage));
        if let Some(lines) = &self.lines {
            let now = Instant::now();
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            *lines = Lines { stage: Some(stage), done: 0, all: records, begun: now, told: now };
        }
    }

    fn more(&self, stage: Stage, rows: u64) {
        self.bar.inc(rows);
        let Some(lines) = &self.lines else { return };
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.stage != Some(stage) {
            return;
        }
        lines.done += rows;
        if lines.told.elapsed() >= EVERY {
            lines.told = Instant::now();
            say(&lines.text(stage));
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Lines {
    fn text(&self, stage: Stage) -> String {
        let seconds = self.begun.elapsed().as_secs_f64().max(0.001);
        let rate = self.done as f64 / seconds;
        let left = self.all.saturating_sub(self.done) as f64 / rate.max(0.001);
        let left = if self.done > 0 { format!(", {left:.0} s left") } else { String::new() };
        format!("{}: {} of {}, {rate:.0} a second{left}", name(stage), self.done, self.all)
    }
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Read => "megabytes read",
        Stage::Compared => "compared",
        Stage::Removed => "removed",
        Stage::Entities => "entities",
        Stage::Facts => "facts",
        Stage::Observations => "observations",
        Stage::Indexed => "filling indexes",
    }
}

fn say(text: &str) {
    // Where nobody reads this there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "mdgraph: {text}");
}
