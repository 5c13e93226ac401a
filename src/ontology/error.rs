//! What is wrong with an ontology text, and where: every error names the place, shows the line and says what to write.

use super::parse::Sources;
use apollo_compiler::parser::SourceSpan;
use std::fmt;

/// One thing that is wrong in the text of an ontology.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OntologyError {
    /// The file's name, as it was given to [`super::load`].
    pub file: String,
    /// From one.
    pub line: usize,
    /// From one, in characters.
    pub column: usize,
    /// The line itself.
    pub source_line: String,
    /// How many characters of the line are meant, from `column` on; at least one.
    pub width: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

/// Columns of a terminal that a character takes: two for Chinese characters and full-width punctuation.
fn columns(c: char) -> usize {
    if matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFD}')
    {
        2
    } else {
        1
    }
}

impl fmt::Display for OntologyError {
    /// `file:line:column: message`, the line, a caret under the place, and the hint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        writeln!(f, "  | {}", self.source_line)?;
        let before = self.source_line.chars().take(self.column - 1);
        let indent: String = before.map(|c| if c == '\t' { "\t" } else { &"  "[..columns(c)] }).collect();
        let marked = self.source_line.chars().skip(self.column - 1).take(self.width).map(columns).sum::<usize>();
        writeln!(f, "  | {indent}{}", "^".repeat(marked.max(1)))?;
        write!(f, "  = {}", self.hint)
    }
}

impl std::error::Error for OntologyError {}

/// Errors as they are found. Each stage adds its own and goes on with what it understood, so that one run tells all.
pub(super) struct Problems<'a> {
    sources: &'a Sources,
    found: Vec<OntologyError>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Problems { sources, found: Vec::new() }
    }

    /// Adds an error at a place of the text; without one, at the start of the first file.
    pub(super) fn at(&mut self, span: Option<SourceSpan>, message: impl Into<String>, hint: impl Into<String>) {
        let place = self.sources.place(span);
        self.found.push(OntologyError {
            file: place.file.to_owned(),
            line: place.line,
            column: place.column,
            source_line: place.source_line.to_owned(),
            width: place.width,
            message: message.into(),
            hint: hint.into(),
        });
    }

    /// `file:line` of a place, for a message that points to a second one.
    pub(super) fn place(&self, span: Option<SourceSpan>) -> String {
        let place = self.sources.place(span);
        format!("{}:{}", place.file, place.line)
    }

    /// Whether nothing was wrong so far.
    pub(super) fn none(&self) -> bool {
        self.found.is_empty()
    }

    /// All errors, in the order of the text, each once.
    pub(super) fn into_errors(mut self) -> Vec<OntologyError> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}
