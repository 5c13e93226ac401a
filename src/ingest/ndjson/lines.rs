//! Lines of JSON to nodes as the seed's files have them.

use crate::ingest::problem::{Place, Problems};
use crate::ingest::syntax::{Entry, Node, Scalar};
use serde_json::{Map, Value};

/// Each line's node, as [`line`] reads it.
pub fn parse(file: u32, text: &str, problems: &mut Problems) -> Vec<Node> {
    let numbered = text.lines().enumerate();
    numbered.filter_map(|(number, text)| line(text, Place { file, line: number as u32 + 1 }, problems)).collect()
}

/// A line's node: its name is the member `type`, its argument the member `id`, its lines are the other members. What is no
/// object of that form is a problem.
pub fn line(text: &str, at: Place, problems: &mut Problems) -> Option<Node> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(members)) => return node(members, at, problems),
        Ok(_) => problems.error(at, "the line is no JSON object; write {\"type\": \"entity\", …}, one a line"),
        Err(_) if text.trim().is_empty() => problems.error(at, "the line is empty; take it away"),
        Err(error) => {
            let message = format!("the line is no JSON: {error}; write one object a line, the file may be cut off");
            problems.error(at, message);
        }
    }
    None
}

fn node(mut members: Map<String, Value>, at: Place, problems: &mut Problems) -> Option<Node> {
    let Some(Value::String(name)) = members.shift_remove("type") else {
        let all = super::types::ALL.join(", ");
        problems.error(at, format!("the line has no `type`; give it one of {all}"));
        return None;
    };
    let args = members.shift_remove("id").and_then(|id| entry(&id, at)).into_iter().collect();
    let mut children = Vec::new();
    for (name, value) in &members {
        member(name, value, at, &mut children);
    }
    Some(Node { name, at, args, props: Vec::new(), children })
}

/// A member as lines: one of its value or values, or one for each object. null and nothing are the same.
pub fn member(name: &str, value: &Value, at: Place, lines: &mut Vec<Node>) {
    let mut line = Node { name: name.to_owned(), at, args: Vec::new(), props: Vec::new(), children: Vec::new() };
    match value {
        Value::Null => return,
        Value::Object(members) => members.iter().for_each(|(name, value)| member(name, value, at, &mut line.children)),
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            return items.iter().for_each(|item| member(name, item, at, lines));
        }
        Value::Array(items) if items.is_empty() => return,
        Value::Array(items) => line.args = items.iter().filter_map(|item| entry(item, at)).collect(),
        scalar => line.args.extend(entry(scalar, at)),
    }
    lines.push(line);
}

fn entry(value: &Value, at: Place) -> Option<Entry> {
    let scalar = match value {
        Value::String(text) => Scalar::Text(text.clone()),
        Value::Number(number) => Scalar::Number(number.to_string()),
        Value::Bool(truth) => Scalar::Bool(*truth),
        Value::Null => Scalar::Null,
        Value::Array(_) | Value::Object(_) => return None,
    };
    Some(Entry { at, scalar })
}
