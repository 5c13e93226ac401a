//! What `mdgraph check` prints.

use super::problem::{Problem, Severity};
use super::{Loaded, SeedFile, load};
use crate::ontology::Ontology;
use std::fmt;
use std::sync::Arc;

/// The outcome of a check.
#[derive(Debug)]
pub struct Report {
    /// In the order of files and lines.
    pub problems: Vec<Problem>,
    /// What would be loaded; none when there is an error.
    pub summary: Option<String>,
    /// Whether the check is passed: no error, and under `strict` no warning.
    pub passed: bool,
}

impl fmt::Display for Report {
    /// A line a problem, then the line of counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        match &self.summary {
            Some(summary) => writeln!(f, "{summary}"),
            None => {
                let errors = self.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
                writeln!(f, "{errors} errors; nothing is loaded")
            }
        }
    }
}

/// Checks seed files against an ontology. `strict`: warnings are errors.
pub fn check(ontology: &Arc<Ontology>, files: &[SeedFile], strict: bool) -> Report {
    match load(ontology, files) {
        Ok(loaded) if strict && !loaded.warnings.is_empty() => {
            let raised = |problem| Problem { severity: Severity::Error, ..problem };
            Report { problems: loaded.warnings.into_iter().map(raised).collect(), summary: None, passed: false }
        }
        Ok(loaded) => {
            let summary = format!("{} files: {}", files.len(), loaded.summary());
            Report { problems: loaded.warnings, summary: Some(summary), passed: true }
        }
        Err(problems) => Report { problems, summary: None, passed: false },
    }
}

impl Loaded {
    /// What was loaded, in one line of counts.
    pub fn summary(&self) -> String {
        let (graph, warnings) = (&self.graph, self.warnings.len());
        let documents = graph.ontology.kind_named("Document");
        let documents = graph.nodes.iter().filter(|node| Some(node.kind) == documents).count();
        let superseded = graph.facts.iter().filter(|fact| fact.superseded_by.is_some()).count();
        let conflicting = graph.facts.iter().filter(|fact| fact.conflicting_from.is_some()).count();
        format!(
            "{documents} documents, {} entities, {} facts ({superseded} superseded, {conflicting} conflicting), {} observations; \
             {warnings} warnings",
            graph.nodes.len(),
            graph.facts.len(),
            graph.observations.len()
        )
    }
}
