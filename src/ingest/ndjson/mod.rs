//! A whole graph as lines of JSON, and back: everything that is in a graph and nothing that is not, so that what was written is read
//! as an equal graph and written again as the same bytes. The form is told in `docs/export.md`.
//!
//! A line is read as a node of a seed file is: its members are the node's lines. So values, ids and texts are held to the same rules
//! with the same words.

mod assemble;
mod checked;
mod lines;
mod stream;
mod write;

pub(super) use lines::{Json, member};
pub use stream::{READINGS, Stream};
pub use write::{Ids, Lines, write};

use super::problem::Problems;
use super::{Loaded, SeedFile};
use crate::ontology::Ontology;
use std::sync::Arc;

/// The end of the name of such a file.
pub const EXTENSION: &str = "ndjson";

/// What the lines are, by their member `type`.
pub(super) mod types {
    pub const GRAPH: &str = "graph";
    pub const UNIT: &str = "unit";
    pub const ENTITY: &str = "entity";
    pub const FACT: &str = "fact";
    pub const OBSERVATION: &str = "observation";
    pub const RETIRED: &str = "retired";
    pub const ALL: [&str; 6] = [GRAPH, UNIT, ENTITY, FACT, OBSERVATION, RETIRED];
}

/// The form that is written and read.
pub(super) const FORMAT: i64 = 1;

/// Whether a file is one.
pub(super) fn is_whole_graph(file: &SeedFile) -> bool {
    super::is_whole_graph(std::path::Path::new(&file.name))
}

/// Reads a graph. It stands in one file, alone.
pub(super) fn load(ontology: &Arc<Ontology>, files: &[&SeedFile], problems: &mut Problems) -> Loaded {
    let mut nodes = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let at = super::problem::Place { file: index as u32, line: 1 };
        if files.len() > 1 {
            let message =
                "a whole graph (*.ndjson) stands alone; give this file without others, or the seed without it";
            problems.error(at, message);
        } else {
            nodes = lines::parse(index as u32, &file.text, problems);
        }
    }
    assemble::assemble(ontology, &nodes, problems)
}
