//! Seed files → checked statements → [`Graph`].
//!
//! Stages, as a table of contents: [`source`] (which files) → `syntax` (KDL → a tree with lines, every syntax error) →
//! `read` (tree → statements that the ontology allows) → `merge` (statements of all documents → one graph: names united, equal
//! facts merged, superseded and conflicting ones told apart). A whole graph that was written before (`ndjson`) is read line by line
//! instead, and merged no more. Rows of tables (`csv`) become trees as well. Every stage goes on after an error with what it understood, so
//! that one run tells all. The format is told in `docs/seed-format.md`, the meaning of merging in `docs/decisions/0001-fact-model.md`.

mod check;
mod contact;
mod credit_code;
mod csv;
mod merge;
mod ndjson;
mod problem;
mod read;
mod source;
mod statement;
mod syntax;

pub use check::{Report, check};
pub use credit_code::check_character;
pub(crate) use merge::{fact_id, fill_defaults};
pub(crate) use ndjson::{Ids, Lines};
pub use ndjson::{READINGS, Stream, write as write_ndjson};
pub use problem::{Problem, Severity};
pub use source::{SeedFile, SourceError, directory, embedded, is_seed, is_whole_graph};

use crate::graph::{Decimal, Graph};
use crate::ontology::Ontology;
use problem::Problems;
use statement::Statements;
use std::collections::HashSet;
use std::sync::Arc;

/// A graph and what `check` warns about: conflicts between documents and statements that look mistaken.
#[derive(Debug)]
pub struct Loaded {
    /// Everything that was stated.
    pub graph: Graph,
    /// In the order of files and lines.
    pub warnings: Vec<Problem>,
    /// The units in which figures are written, in the order stated.
    pub units: Vec<Unit>,
}

/// A unit of figures as documents write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// 亿元
    pub name: Arc<str>,
    /// The base unit and how many of it one is; none: figures in it are not normalised.
    pub base: Option<(Arc<str>, Decimal)>,
}

impl Unit {
    fn all(statements: &Statements) -> Vec<Unit> {
        let units = statements.units.iter();
        units.map(|unit| Unit { name: unit.name.clone(), base: unit.base.clone() }).collect()
    }
}

/// Reads seed files into a graph. The order in which they are given does not matter.
///
/// # Errors
/// Everything that is wrong in any of the files, warnings included, in the order of files and lines; nothing is loaded then.
pub fn load(ontology: &Arc<Ontology>, files: &[SeedFile]) -> Result<Loaded, Vec<Problem>> {
    load_without(ontology, files, &HashSet::new())
}

/// As [`load`], but rows of tables that are wrong are left out, and what cannot stand without them. The rows that were left out are told
/// with what is wrong.
///
/// # Errors
/// What is wrong elsewhere than in a row of a table.
pub fn load_rest(ontology: &Arc<Ontology>, files: &[SeedFile]) -> Result<(Loaded, Vec<Problem>), Vec<Problem>> {
    let table = |name: &str| files.iter().any(|file| file.name == name && csv::is_table(file));
    let (mut without, mut rejected) = (HashSet::new(), Vec::new());
    loop {
        let problems = match load_without(ontology, files, &without) {
            Ok(loaded) => return Ok((loaded, rejected)),
            Err(problems) => problems,
        };
        let errors: Vec<Problem> =
            problems.iter().filter(|problem| problem.severity == Severity::Error).cloned().collect();
        let before = without.len();
        // The first line names the columns; what is wrong there is wrong with the table.
        let rows = errors.iter().filter(|problem| problem.line > 1 && table(&problem.file));
        without.extend(rows.clone().map(|problem| (problem.file.clone(), problem.line)));
        if rows.count() < errors.len() || without.len() == before {
            return Err(problems);
        }
        rejected.extend(errors);
    }
}

fn load_without(
    ontology: &Arc<Ontology>,
    files: &[SeedFile],
    without: &HashSet<(String, u32)>,
) -> Result<Loaded, Vec<Problem>> {
    let mut files: Vec<&SeedFile> = files.iter().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut problems = Problems::new(files.iter().map(|file| file.name.clone()).collect());
    let loaded = if files.iter().any(|file| ndjson::is_whole_graph(file)) {
        ndjson::load(ontology, &files, &mut problems)
    } else {
        documents(ontology, &files, without, &mut problems)
    };
    let failed = problems.errors() > 0;
    let problems = problems.into_sorted();
    if failed { Err(problems) } else { Ok(Loaded { warnings: problems, ..loaded }) }
}

/// Reads what documents state.
fn documents(
    ontology: &Arc<Ontology>,
    files: &[&SeedFile],
    without: &HashSet<(String, u32)>,
    problems: &mut Problems,
) -> Loaded {
    let mut trees = syntax::parse_all(files, problems);
    trees.extend(csv::trees(ontology, files, without, problems));
    let complete = problems.errors() == 0;
    let statements = read::read(ontology, &trees, problems);
    drop(trees);
    let units = Unit::all(&statements);
    let graph = merge::merge(ontology, statements, complete, problems);
    Loaded { graph, warnings: Vec::new(), units }
}
