//! The values that go to Neo4j as parameters and come back in rows.
//!
//! Nothing else crosses the connection: no node, relationship or temporal value is ever returned by a statement of this project.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use neo4rs::{BoltInteger, BoltList, BoltMap, BoltNull, BoltType};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A parameter, or a part of a row of the driver's, whose texts it borrows.
#[derive(Clone, Debug, PartialEq)]
pub enum Part<'a> {
    /// Absent.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number that Neo4j computed; no property is one.
    Float(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// Several.
    List(Vec<Part<'a>>),
    /// Entries in the order in which they were given; Neo4j does not keep it.
    Map(Vec<(String, Part<'a>)>),
}

/// One that borrows nothing.
pub type Value = Part<'static>;

impl Value {
    /// A list of texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Value {
        Value::List(texts.into_iter().map(|text| Value::from(text.into())).collect())
    }

    /// A map with these entries.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

impl Part<'_> {
    /// The whole number that it is.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Part::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The same, borrowing nothing.
    pub fn into_owned(self) -> Value {
        match self {
            Part::Null => Value::Null,
            Part::Bool(truth) => Value::Bool(truth),
            Part::Int(number) => Value::Int(number),
            Part::Float(number) => Value::Float(number),
            Part::Text(text) => Value::Text(text.into_owned().into()),
            Part::List(items) => Value::List(items.into_iter().map(Part::into_owned).collect()),
            Part::Map(entries) => {
                Value::Map(entries.into_iter().map(|(key, value)| (key, value.into_owned())).collect())
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned().into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Value {
        Value::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<&Value> for BoltType {
    fn from(value: &Value) -> BoltType {
        match value {
            Value::Null => BoltType::Null(BoltNull),
            Value::Bool(truth) => (*truth).into(),
            Value::Int(number) => BoltType::Integer(BoltInteger::new(*number)),
            Value::Float(number) => (*number).into(),
            Value::Text(text) => (&**text).into(),
            Value::List(items) => BoltType::List(items.iter().map(BoltType::from).collect::<BoltList>()),
            Value::Map(entries) => BoltType::Map(
                entries.iter().map(|(key, value)| (key.as_str().into(), value.into())).collect::<BoltMap>(),
            ),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Part<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Part<'a>, D::Error> {
        deserializer.deserialize_any(PartVisitor(PhantomData))
    }
}

struct PartVisitor<'a>(PhantomData<Part<'a>>);

impl<'de: 'a, 'a> Visitor<'de> for PartVisitor<'a> {
    type Value = Part<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("null, a boolean, a number, a text, a list or a map")
    }

    fn visit_unit<E>(self) -> Result<Part<'a>, E> {
        Ok(Part::Null)
    }

    fn visit_none<E>(self) -> Result<Part<'a>, E> {
        Ok(Part::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Part<'a>, D::Error> {
        Part::deserialize(deserializer)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Part<'a>, E> {
        Ok(Part::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Part<'a>, E> {
        Ok(Part::Int(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Part<'a>, E> {
        Ok(Part::Float(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Part<'a>, E> {
        Ok(Part::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Part<'a>, E> {
        Ok(Part::Text(text.to_owned().into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Part<'a>, E> {
        Ok(Part::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Part<'a>, A::Error> {
        let mut items = Vec::with_capacity(access.size_hint().unwrap_or(0));
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Part::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Part<'a>, A::Error> {
        let mut entries = Vec::with_capacity(access.size_hint().unwrap_or(0));
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Part::Map(entries))
    }
}
