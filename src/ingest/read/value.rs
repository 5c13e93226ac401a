//! Scalars and blocks to values of the ontology's types.

use super::Reader;
use super::fields::{Field, form};
use crate::graph::{Decimal, PartialDate, Value};
use crate::ingest::problem::Place;
use crate::ingest::syntax::{Entry, Node, Scalar};
use crate::ingest::{contact, credit_code};
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{StructId, ValueType};
use std::sync::Arc;

impl Reader<'_> {
    /// A value of the wrong type.
    fn mistyped(&mut self, name: &str, ty: &ValueType, entry: &Entry) {
        let message = format!("`{name}` is {}; write {}", entry.scalar.shown(), form(self.ontology, ty));
        self.problems.error(entry.at, message);
    }

    pub(super) fn unknown_value(&mut self, name: &str, value: &str, all: &[&str], at: Place) {
        let near = did_you_mean(value, all.iter().copied());
        self.problems.error(at, format!("`{name}` cannot be \"{value}\"; {near}it is one of {}", all.join(", ")));
    }

    /// Text that may be shown: not empty, without stray spaces and control characters, without a contact detail.
    pub(super) fn text(&mut self, name: &str, entry: &Entry) -> Option<Arc<str>> {
        let Scalar::Text(text) = &entry.scalar else {
            self.mistyped(name, &ValueType::String, entry);
            return None;
        };
        let wrong = if text.trim().is_empty() {
            Some("is empty; leave it out or fill it in".to_owned())
        } else if text.trim() != text {
            Some("begins or ends with a space; take it away".to_owned())
        } else if text.chars().any(char::is_control) {
            Some("has a line break or control character in it; write it in one line".to_owned())
        } else {
            contact::found_in(text)
                .map(|what| format!("seems to hold {what}; private contact details are not kept, take it out"))
        };
        match wrong {
            Some(wrong) => {
                self.problems.error(entry.at, format!("`{name}` {wrong}"));
                None
            }
            None => Some(text.as_str().into()),
        }
    }

    pub(super) fn decimal(&mut self, name: &str, entry: &Entry) -> Option<Decimal> {
        let digits = match &entry.scalar {
            Scalar::Number(digits) => digits,
            Scalar::Text(digits) => digits.as_str(),
            Scalar::Bool(_) | Scalar::Null => {
                self.mistyped(name, &ValueType::Decimal, entry);
                return None;
            }
        };
        digits.parse().map_err(|wrong| self.problems.error(entry.at, format!("`{name}`: {wrong}"))).ok()
    }

    pub(super) fn date(&mut self, name: &str, entry: &Entry) -> Option<PartialDate> {
        let Scalar::Text(text) = &entry.scalar else {
            self.mistyped(name, &ValueType::PartialDate, entry);
            return None;
        };
        text.parse().map_err(|wrong| self.problems.error(entry.at, format!("`{name}`: {wrong}"))).ok()
    }

    /// A whole number of 32 bits.
    pub(super) fn int(&mut self, name: &str, entry: &Entry) -> Option<i64> {
        let number = match &entry.scalar {
            Scalar::Number(digits) => digits.parse::<i32>().ok(),
            _ => None,
        };
        if number.is_none() {
            self.mistyped(name, &ValueType::Int, entry);
        }
        number.map(i64::from)
    }

    /// One value that is no block.
    pub(super) fn scalar(&mut self, name: &str, ty: &ValueType, entry: &Entry) -> Option<Value> {
        match ty {
            ValueType::String => self.text(name, entry).map(Value::Str),
            ValueType::Boolean => match entry.scalar {
                Scalar::Bool(value) => Some(Value::Bool(value)),
                _ => {
                    self.mistyped(name, ty, entry);
                    None
                }
            },
            ValueType::Int => self.int(name, entry).map(Value::Int),
            ValueType::Decimal => self.decimal(name, entry).map(Value::Decimal),
            ValueType::PartialDate => self.date(name, entry).map(Value::Date),
            ValueType::CreditCode => {
                let Scalar::Text(code) = &entry.scalar else {
                    self.mistyped(name, ty, entry);
                    return None;
                };
                match credit_code::examine(code) {
                    Ok(()) => Some(Value::Str(code.as_str().into())),
                    Err(why) => {
                        let message = format!("\"{code}\" is not a unified social credit code: {why}; copy it again");
                        self.problems.error(entry.at, message);
                        None
                    }
                }
            }
            ValueType::Enum(id) => {
                let Scalar::Text(text) = &entry.scalar else {
                    self.mistyped(name, ty, entry);
                    return None;
                };
                let values = &self.ontology.enumeration(*id).values;
                match values.iter().find(|value| *value.name == **text) {
                    Some(value) => Some(Value::Str(value.name.clone())),
                    None => {
                        let names: Vec<&str> = values.iter().map(|value| &*value.name).collect();
                        self.unknown_value(name, text, &names, entry.at);
                        None
                    }
                }
            }
            ValueType::Struct(_) => {
                self.mistyped(name, ty, entry);
                None
            }
            ValueType::List(inner) => self.scalar(name, inner, entry),
        }
    }

    /// The values of a part: one, or for a list as many as are given.
    pub(super) fn values(&mut self, name: &str, ty: &ValueType, field: Field<'_>) -> Vec<Value> {
        match (ty, field) {
            (ValueType::Struct(id), Field::Line(node)) => self.block(*id, node).into_iter().collect(),
            (ValueType::List(inner), field) => match (&**inner, field) {
                (ValueType::Struct(id), Field::Line(node)) => self.block(*id, node).into_iter().collect(),
                (inner, field) => {
                    if let Field::Line(node) = field {
                        self.bare(node);
                    }
                    if field.entries().is_empty() {
                        let message = format!("`{name}` has no value; write {}", form(self.ontology, inner));
                        self.problems.error(field.at(), message);
                    }
                    field.entries().iter().filter_map(|entry| self.scalar(name, inner, entry)).collect()
                }
            },
            (ty, field) => {
                let entry = self.single(name, field);
                entry.and_then(|entry| self.scalar(name, ty, entry)).into_iter().collect()
            }
        }
    }

    /// What all parts of a name give: a list of their values, or the value of the only one.
    pub(super) fn given(&mut self, name: &str, ty: &ValueType, parts: &[Field<'_>]) -> Option<Value> {
        match ty {
            ValueType::List(_) => {
                let all: Vec<Value> = parts.iter().flat_map(|part| self.values(name, ty, *part)).collect();
                (!all.is_empty()).then(|| Value::List(all.into()))
            }
            _ => {
                if let Some(second) = parts.get(1) {
                    self.problems.error(second.at(), format!("`{name}` is given twice; keep one"));
                }
                parts.first().and_then(|part| self.values(name, ty, *part).pop())
            }
        }
    }

    /// A value object: its fields as lines or as properties of the node.
    fn block(&mut self, id: StructId, node: &Node) -> Option<Value> {
        let ontology = self.ontology;
        let structure = ontology.structure(id);
        let mut fields = self.fields(node);
        let before = self.problems.errors();
        let mut values = Vec::with_capacity(structure.fields.len());
        for field in &structure.fields {
            let given = fields.take_untold(&field.name);
            let value = self.given(&field.name, &field.ty, &given);
            if value.is_none() && field.required && given.is_empty() {
                let message = format!("`{}` lacks `{}`; add it: {}", node.name, field.name, form(ontology, &field.ty));
                self.problems.error(node.at, message);
            }
            values.push(value);
        }
        let names: Vec<&str> = structure.fields.iter().map(|field| &*field.name).collect();
        fields.finish(self, &names);
        (self.problems.errors() == before).then(|| Value::Struct(values.into()))
    }
}
