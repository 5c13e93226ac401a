//! The one representation of a property's value, with the order and equality that both stores keep.

use super::{Decimal, PartialDate};
use std::sync::Arc;

/// A property value. Which variant a property has is said by its [`crate::ontology::ValueType`]; values of one property
/// always have the same variant, so comparing across variants has no meaning (it orders by variant, for determinism).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Boolean; false before true.
    Bool(bool),
    /// Int.
    Int(i64),
    /// Decimal.
    Decimal(Decimal),
    /// PartialDate; ordered by its code: 2024 before 2024-01 before 2024-01-01.
    Date(PartialDate),
    /// String, CreditCode and enum values; ordered by code point.
    Str(Arc<str>),
    /// A list, in the order given.
    List(Arc<[Value]>),
    /// A value object: its fields in the order of the declaration, absent ones as `None`.
    Struct(Arc<[Option<Value>]>),
}

impl Value {
    /// Text, if it is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Str(text.into())
    }
}
