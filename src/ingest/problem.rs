//! What is wrong in seed files, and where.

use std::fmt;

/// Whether a problem keeps the data from being loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is loaded.
    Error,
    /// Loaded as stated; somebody should look. An error under `--strict`.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Problem {
    /// The file's name, as it was given.
    pub file: String,
    /// From one; within the file.
    pub line: u32,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, and how to mend it.
    pub message: String,
}

impl fmt::Display for Problem {
    /// `file:line: what, and how to mend it`; a warning says so after the line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = if self.severity == Severity::Warning { "warning: " } else { "" };
        write!(f, "{}:{}: {label}{}", self.file, self.line, self.message)
    }
}

/// A place in the files that are read: an index of a file, and a line from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub file: u32,
    pub line: u32,
}

/// Problems as they are found.
pub(super) struct Problems {
    files: Vec<String>,
    found: Vec<(Place, Severity, String)>,
    errors: usize,
}

impl Problems {
    pub fn new(files: Vec<String>) -> Self {
        Problems { files, found: Vec::new(), errors: 0 }
    }

    /// Adds an error: what, and how to mend it.
    pub fn error(&mut self, at: Place, message: impl Into<String>) {
        self.errors += 1;
        self.found.push((at, Severity::Error, message.into()));
    }

    /// Adds a warning.
    pub fn warn(&mut self, at: Place, message: impl Into<String>) {
        self.found.push((at, Severity::Warning, message.into()));
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// `file:line`, for a message that points to a second place.
    pub fn name(&self, at: Place) -> String {
        format!("{}:{}", self.file(at.file), at.line)
    }

    fn file(&self, index: u32) -> &str {
        self.files.get(index as usize).map_or("", String::as_str)
    }

    /// All, in the order of files and lines, each once.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort();
        self.found.dedup();
        let found = std::mem::take(&mut self.found);
        let named = |(at, severity, message): (Place, Severity, String)| Problem {
            file: self.file(at.file).to_owned(),
            line: at.line,
            severity,
            message,
        };
        found.into_iter().map(named).collect()
    }
}
