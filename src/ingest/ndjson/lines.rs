//! Lines of JSON to nodes as the seed's files have them.

use crate::ingest::problem::{Place, Problems};
use crate::ingest::syntax::{Entry, Node, Scalar};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use smol_str::SmolStr;
use std::fmt;

/// Each line's node, as [`line`] reads it.
pub fn parse(file: u32, text: &str, problems: &mut Problems) -> Vec<Node> {
    let numbered = text.lines().enumerate();
    numbered.filter_map(|(number, text)| line(text, Place { file, line: number as u32 + 1 }, problems)).collect()
}

/// A line's node: its name is the member `type`, its argument the member `id`, its lines are the other members. What is no
/// object of that form is a problem.
pub fn line(text: &str, at: Place, problems: &mut Problems) -> Option<Node> {
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Object(members)) => return node(members, at, problems),
        Ok(_) => problems.error(at, "the line is no JSON object; write {\"type\": \"entity\", …}, one a line"),
        Err(_) if text.trim().is_empty() => problems.error(at, "the line is empty; take it away"),
        Err(error) => {
            let message = format!("the line is no JSON: {error}; write one object a line, the file may be cut off");
            problems.error(at, message);
        }
    }
    None
}

fn node(members: Vec<(SmolStr, Json)>, at: Place, problems: &mut Problems) -> Option<Node> {
    let (mut name, mut id) = (None, None);
    let mut children = Vec::with_capacity(members.len());
    for (member_name, value) in members {
        match (&*member_name, value) {
            ("type", Json::Scalar(Scalar::Text(text))) if name.is_none() => name = Some(text),
            ("id", Json::Scalar(scalar)) if id.is_none() => id = Some(Entry { at, scalar }),
            (_, value) => member(member_name, value, at, &mut children),
        }
    }
    if name.is_none() {
        let all = super::types::ALL.join(", ");
        problems.error(at, format!("the line has no `type`; give it one of {all}"));
    }
    Some(Node { name: name?, at, args: id.into_iter().collect(), props: Vec::new(), children })
}

/// A member as lines: one of its value or values, or one for each object. null and nothing are the same.
pub fn member(name: SmolStr, value: Json, at: Place, lines: &mut Vec<Node>) {
    let mut line = Node { name, at, args: Vec::new(), props: Vec::new(), children: Vec::new() };
    match value {
        Json::Scalar(Scalar::Null) => return,
        Json::Scalar(scalar) => line.args.push(Entry { at, scalar }),
        Json::Object(members) => {
            line.children.reserve(members.len());
            members.into_iter().for_each(|(name, value)| member(name, value, at, &mut line.children));
        }
        Json::Array(items) if items.iter().any(|item| !matches!(item, Json::Scalar(_))) => {
            return items.into_iter().for_each(|item| member(line.name.clone(), item, at, lines));
        }
        Json::Array(items) if items.is_empty() => return,
        Json::Array(items) => line.args.extend(items.into_iter().filter_map(|item| match item {
            Json::Scalar(scalar) => Some(Entry { at, scalar }),
            Json::Array(_) | Json::Object(_) => None,
        })),
    }
    lines.push(line);
}

/// JSON with the members of an object as they come, one that is given twice included: it is told then.
pub enum Json {
    Scalar(Scalar),
    Array(Vec<Json>),
    Object(Vec<(SmolStr, Json)>),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl JsonVisitor {
    fn number<E>(number: impl Into<serde_json::Number>) -> Result<Json, E> {
        Ok(Json::Scalar(Scalar::Number(number.into().to_string())))
    }
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Scalar(Scalar::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Scalar(Scalar::Bool(truth)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        JsonVisitor::number(number)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        JsonVisitor::number(number)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        // JSON has no number that is none.
        serde_json::Number::from_f64(number).map_or(Ok(Json::Scalar(Scalar::Null)), JsonVisitor::number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Scalar(Scalar::Text(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}
