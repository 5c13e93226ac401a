//! The columns of CSV: each is a path into the row that NDJSON writes.

use super::What;
use crate::graph::Decimal;
use crate::ontology::{KindId, Ontology};
use crate::plan::ir::Root;
use csv::{Terminator, WriterBuilder};
use serde_json::Value;
use std::io;

/// Between several values of a cell.
const SEVERAL: &str = " | ";
/// Between several values of one of those.
const WITHIN: &str = ", ";

/// The column that becomes one a property where all rows have the same ones.
const PROPERTIES: &str = "properties";

const ENTITIES: &[&str] = &[
    "id",
    "kind",
    "names.zh",
    "names.en",
    "names.short",
    "names.former",
    "names.aliases",
    "disambiguation.zh",
    "disambiguation.en",
    "description.zh",
    "description.en",
    "degree",
    PROPERTIES,
    "sources.document",
    "sources.title",
    "sources.section",
    "sources.supports",
];

const FACTS: &[&str] = &[
    "id",
    "text.zh",
    "text.en",
    "relationship",
    "label.zh",
    "label.en",
    "subject.id",
    "subject.kind",
    "subject.zh",
    "subject.en",
    "object.id",
    "object.kind",
    "object.zh",
    "object.en",
    "status",
    "basis",
    "since.text",
    "since.earliest",
    "since.latest",
    "until.text",
    "until.earliest",
    "until.latest",
    PROPERTIES,
    "note",
    "doubt",
    "known.from",
    "known.to",
    "supersededBy",
    "sources.document",
    "sources.title",
    "sources.section",
    "sources.supports",
];

const OBSERVATIONS: &[&str] = &[
    "id",
    "indicator.id",
    "indicator.zh",
    "indicator.en",
    "subjects.id",
    "subjects.kind",
    "subjects.zh",
    "subjects.en",
    "when.text",
    "when.earliest",
    "when.latest",
    "span",
    "value",
    "unit",
    "normalized.value",
    "normalized.unit",
    "bound",
    "rank.position",
    "rank.bound",
    "rank.among",
    "rank.within.id",
    "rank.within.zh",
    "rank.within.en",
    "status",
    "scope.text",
    "scope.sector.id",
    "scope.sector.zh",
    "scope.sector.en",
    "scope.population",
    "scope.place.id",
    "scope.place.zh",
    "scope.place.en",
    "breakdownOf",
    "note",
    "doubt",
    "sources.document",
    "sources.title",
    "sources.section",
    "sources.supports",
];

/// The columns of a table, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<String>);

impl Columns {
    /// The names that are always there.
    pub fn fixed(what: What) -> &'static [&'static str] {
        match what {
            What::Entities => ENTITIES,
            What::Facts => FACTS,
            What::Observations => OBSERVATIONS,
        }
    }

    /// The columns of a table: where it is of one kind, or of facts of one relationship, a column a property, else one for all of them.
    pub(super) fn of(ontology: &Ontology, what: What, kind: Option<KindId>, root: &Root) -> Columns {
        let relationship = match root {
            Root::Facts { facts, .. } => match facts.filter.relationships.as_deref() {
                Some([one]) => Some(*one),
                _ => None,
            },
            _ => None,
        };
        let of_kind = kind.map(|kind| {
            let properties = ontology.kind(kind).properties.iter();
            properties.map(|id| ontology.property(*id).name.clone()).collect::<Vec<_>>()
        });
        let of_relationship = relationship.map(|id| {
            let properties = ontology.relationship(id).properties.iter();
            properties.map(|property| property.name.clone()).collect()
        });
        let mut columns = Vec::new();
        for name in Self::fixed(what) {
            match of_kind.as_ref().or(of_relationship.as_ref()).filter(|_| *name == PROPERTIES) {
                Some(properties) => {
                    columns.extend(properties.iter().map(|property| format!("{PROPERTIES}.{property}")))
                }
                None => columns.push((*name).to_owned()),
            }
        }
        Columns(columns)
    }

    /// Appends the line of names.
    pub(super) fn head(&self, out: &mut Vec<u8>) -> io::Result<()> {
        line(self.0.iter().map(String::as_str), out)
    }

    /// Appends a row.
    pub(super) fn record(&self, row: &Value, out: &mut Vec<u8>) -> io::Result<()> {
        let cells: Vec<String> = self.0.iter().map(|column| harmless(cell(row, column))).collect();
        line(cells.iter().map(String::as_str), out)
    }
}

fn line<'c>(cells: impl Iterator<Item = &'c str>, out: &mut Vec<u8>) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

/// What stands at a path; of several, all of them in their order, with empty places for those that have nothing there.
fn cell(value: &Value, path: &str) -> String {
    match (value, path.split_once('.')) {
        _ if path.is_empty() => whole(value, SEVERAL),
        (Value::Array(items), _) => {
            let cells: Vec<String> = items.iter().map(|item| inner(item, path)).collect();
            cells.join(SEVERAL)
        }
        (Value::Object(fields), split) => {
            let (name, rest) = split.unwrap_or((path, ""));
            fields.get(name).map_or(String::new(), |field| cell(field, rest))
        }
        _ => String::new(),
    }
}

/// What stands at a path of one of several.
fn inner(item: &Value, path: &str) -> String {
    item.get(path).map_or(String::new(), |field| whole(field, WITHIN))
}

/// A value in a cell: lists of plain values joined, what has a form of its own as JSON.
fn whole(value: &Value, between: &str) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let items: Vec<String> = items.iter().map(|item| whole(item, between)).collect();
            items.join(between)
        }
        Value::Object(fields) if fields.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// The same text so that no spreadsheet takes it for a formula: an apostrophe before what could begin one. Numbers stay as they are.
fn harmless(cell: String) -> String {
    let risky = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if cell.starts_with(risky) && cell.parse::<Decimal>().is_err() { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_are_paths() {
        let row = json!({
            "a": {"b": {"c": 1.5}}, "list": ["x", "y"], "nothing": null, "flag": true, "empty": {},
            "of": [{"t": "1", "s": ["p", "q"]}, {"s": []}], "form": [{"k": 1}],
        });
        for (path, expected) in [
            ("a.b.c", "1.5"),
            ("a.b", "{\"c\":1.5}"),
            ("list", "x | y"),
            ("nothing", ""),
            ("nothing.deeper", ""),
            ("missing", ""),
            ("flag", "true"),
            ("empty", ""),
            ("of.t", "1 | "),
            ("of.s", "p, q | "),
            ("form", "[{\"k\":1}]"),
        ] {
            assert_eq!(cell(&row, path), expected, "{path}");
        }
    }

    #[test]
    fn formulas_are_defused_and_numbers_stay() {
        for risky in ["=1+1", "+1", "-1+1", "-", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(harmless(risky.to_owned()), format!("'{risky}"));
        }
        for fine in ["-1", "-0.5", "-922337203685477.5807", "1=1", "", "威高", "'=1"] {
            assert_eq!(harmless(fine.to_owned()), fine);
        }
    }

    #[test]
    fn lines_are_those_of_rfc_4180() {
        let mut out = Vec::new();
        line(["a", "b,c", "d\"e", "f\ng", ""].into_iter(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a,\"b,c\",\"d\"\"e\",\"f\ng\",\r\n");
    }
}
