//! Tables as a seed: every row of a CSV file is a statement of the document that it cites, and becomes the node that a seed file would have
//! for it. So values, ids and merging are held to the same rules with the same words. The columns are told in `docs/import.md`.

mod columns;

use super::problem::{Place, Problems};
use super::source::SeedFile;
use super::syntax::{Entry, Node, Scalar};
use crate::ontology::Ontology;
use columns::{Columns, Row};
use std::collections::{BTreeMap, HashSet};

/// The end of the name of such a file.
pub const EXTENSION: &str = "csv";

/// Whether a file is one.
pub(super) fn is_table(file: &SeedFile) -> bool {
    std::path::Path::new(&file.name).extension().is_some_and(|end| end.eq_ignore_ascii_case(EXTENSION))
}

/// One row: what it states, and where that stands in documents.
struct Stated {
    node: Node,
    /// Document and section.
    cited: Vec<(String, String)>,
}

/// The files' rows as one tree for each document that they cite, in the order of ids. Other files are passed over, and so are the rows of
/// `without`: file and line.
pub(super) fn trees(
    ontology: &Ontology,
    files: &[&SeedFile],
    without: &HashSet<(String, u32)>,
    problems: &mut Problems,
) -> Vec<Vec<Node>> {
    let mut headers: BTreeMap<String, Node> = BTreeMap::new();
    let mut stated: Vec<Stated> = Vec::new();
    for (index, file) in (0u32..).zip(files).filter(|(_, file)| is_table(file)) {
        let skipped = |line| without.contains(&(file.name.clone(), line));
        for row in rows(ontology, index, &file.text, &skipped, problems) {
            match row {
                Row::Document(id, node) => {
                    if let Some(first) = headers.get(&id).map(|first| problems.name(first.at)) {
                        problems.error(node.at, format!("\"{id}\" has a row in {first} already; keep one of the two"));
                    } else {
                        headers.insert(id, node);
                    }
                }
                Row::Statement(node, cited) => stated.push(Stated { node, cited }),
            }
        }
    }
    let mut trees: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for (id, header) in headers {
        trees.insert(id, vec![header]);
    }
    for Stated { node, cited } in stated {
        for (document, section) in cited {
            let Some(tree) = trees.get_mut(&document) else {
                let message = format!(
                    "no row declares \"{document}\", which states this; add a row for it to the table of entities, with its title and date"
                );
                problems.error(node.at, message);
                continue;
            };
            let args = vec![Entry { at: node.at, scalar: Scalar::Text(section.into()) }];
            let (name, at, children) = ("section".to_owned(), node.at, vec![node.clone()]);
            tree.push(Node { name: name.into(), at, args, props: Vec::new(), children });
        }
    }
    trees.into_values().collect()
}

fn rows(
    ontology: &Ontology,
    file: u32,
    text: &str,
    skipped: &dyn Fn(u32) -> bool,
    problems: &mut Problems,
) -> Vec<Row> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let first = Place { file, line: 1 };
    let names = match reader.headers() {
        Ok(names) => names.clone(),
        Err(error) => {
            problems.error(first, format!("the first line has no names of columns: {error}; see docs/import.md"));
            return Vec::new();
        }
    };
    let Some(columns) = Columns::of(ontology, &names, first, problems) else { return Vec::new() };
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let at = Place { file, line: u32::try_from(line).unwrap_or(u32::MAX) };
                if !skipped(at.line) {
                    rows.extend(columns.row(&record, at, problems));
                }
            }
            Err(error) => problems.error(first, format!("the table cannot be read: {error}")),
        }
    }
    rows
}

/// The text of a table's bytes, which must be UTF-8.
///
/// # Errors
/// The line at which they are not, and what they may be instead.
pub fn decode(bytes: Vec<u8>) -> Result<String, (u32, &'static str)> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err((1, "is UTF-16; save it as \"CSV UTF-8\""));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        (
            u32::try_from(line).unwrap_or(u32::MAX),
            "is not UTF-8, perhaps GBK; save it as \"CSV UTF-8\", or turn it: iconv -f GB18030 -t UTF-8",
        )
    })
}
