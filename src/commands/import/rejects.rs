//! Rows that were left out, with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mdgraph::ingest::{Problem, SeedFile};

use crate::commands::Failure;

/// How many rows they are about.
pub fn rows(rejected: &[Problem]) -> usize {
    rejected.iter().map(|problem| (&problem.file, problem.line)).collect::<BTreeSet<_>>().len()
}

/// Writes each row with its file, its line, what is wrong with it, and its cells, as CSV. The file is written even where there is none, so
/// that one from before is not taken for this import's.
pub fn write(path: &Path, files: &[SeedFile], rejected: &[Problem]) -> Result<(), Failure> {
    let cannot = |error: &dyn std::fmt::Display| format!("cannot write {}: {error}", path.display());
    let mut wrong: BTreeMap<(&str, u32), Vec<&str>> = BTreeMap::new();
    for problem in rejected {
        wrong.entry((&problem.file, problem.line)).or_default().push(&problem.message);
    }
    let mut out = csv::WriterBuilder::new().flexible(true).from_path(path).map_err(|error| cannot(&error))?;
    out.write_record(["file", "line", "reason", "cells"]).map_err(|error| cannot(&error))?;
    for file in files {
        let mut lines: Vec<(u32, String)> = Vec::new();
        for ((_, line), reasons) in wrong.range((file.name.as_str(), 0)..=(file.name.as_str(), u32::MAX)) {
            lines.push((*line, reasons.join(" | ")));
        }
        if lines.is_empty() {
            continue;
        }
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.text.as_bytes());
        for record in reader.records().map_while(Result::ok) {
            let line = record.position().map_or(0, csv::Position::line);
            let Some((line, reason)) = lines.iter().find(|(wrong, _)| u64::from(*wrong) == line) else { continue };
            let line = line.to_string();
            let about = [file.name.as_str(), &line, reason].into_iter();
            out.write_record(about.chain(record.iter())).map_err(|error| cannot(&error))?;
        }
    }
    Ok(out.flush().map_err(|error| cannot(&error))?)
}
