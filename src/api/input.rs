//! Coercion: literals and variables to values of the API's input types.
//!
//! Literals are coerced once, when a document is prepared, and keep a place for each variable in them; variables are coerced
//! for each request. What only the use of a value can decide (exactly one key of a `@oneOf`, null in a list that may hold none,
//! sizes of pages) is checked where the plan is built, for literals and variables alike.

use crate::graph::{Decimal, PartialDate};
use apollo_compiler::ast::{Type, Value};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};
use std::sync::Arc;

/// A coerced value.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// null.
    Null,
    /// Boolean.
    Bool(bool),
    /// Int.
    Int(i32),
    /// Float.
    Float(f64),
    /// Decimal.
    Decimal(Decimal),
    /// PartialDate.
    Date(PartialDate),
    /// String, ID or the name of an enum's value.
    Str(Arc<str>),
    /// A list; one value given where a list is wanted is a list of it.
    List(Vec<Input>),
    /// An input object: the fields that are given, and those with a default.
    Object(Vec<(Name, Input)>),
    /// The operation's variable of this number. Never in a variable's own value.
    Variable(usize),
}

/// The variables of a request by their number in the operation; `None`: not given and without a default.
pub type Variables = [Option<Input>];

impl Input {
    /// The value itself, or the variable's; `None` for a variable that is not given.
    pub fn resolve<'a>(&'a self, variables: &'a Variables) -> Option<&'a Input> {
        match self {
            Input::Variable(number) => variables.get(*number).and_then(Option::as_ref),
            other => Some(other),
        }
    }
    /// As [`Input::resolve`], and `None` for null.
    pub fn given<'a>(&'a self, variables: &'a Variables) -> Option<&'a Input> {
        self.resolve(variables).filter(|value| **value != Input::Null)
    }
}

/// A value that its type does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where in the value, from the inside out: `name`, `[2]`.
    path: Vec<String>,
    /// What is wrong and what is wanted.
    why: String,
}

impl Wrong {
    /// A fault of the value itself.
    pub fn new(why: impl Into<String>) -> Wrong {
        Wrong { path: Vec::new(), why: why.into() }
    }
    /// The same fault, of a value in the field of this name.
    pub fn within(mut self, name: &str) -> Wrong {
        self.path.push(format!(".{name}"));
        self
    }
    /// The same fault, of a value at this position of a list.
    pub fn at(mut self, position: usize) -> Wrong {
        self.path.push(format!("[{position}]"));
        self
    }
    /// In words; `of` names the argument or the variable.
    pub fn say(&self, of: &str) -> String {
        let path: String = self.path.iter().rev().map(String::as_str).collect();
        format!("{of}{path}: {}", self.why)
    }
}

/// What a value is given as: a literal or JSON. The rules of coercion are written once, over this.
trait Given {
    /// Whether it is null.
    fn is_null(&self) -> bool;
    /// Its items, if it is a list.
    fn items(&self) -> Option<impl Iterator<Item = &Self>>;
    /// Its fields, if it is an object.
    fn fields(&self) -> Option<impl Iterator<Item = (&str, &Self)>>;
    /// The number of the variable that it is.
    fn variable(&self, names: &[Name]) -> Option<usize>;
    fn boolean(&self) -> Option<bool>;
    /// Its text, if it is a string.
    fn text(&self) -> Option<&str>;
    /// The name of an enum's value: a bare word in a literal, a string in JSON.
    fn constant(&self) -> Option<&str>;
    /// Its digits, if it is a number written without fraction and exponent.
    fn whole(&self) -> Option<String>;
    /// As written, if it is a number.
    fn number(&self) -> Option<String>;
    /// A short quotation for messages.
    fn quote(&self) -> String;
}

impl Given for Node<Value> {
    fn is_null(&self) -> bool {
        matches!(**self, Value::Null)
    }
    fn items(&self) -> Option<impl Iterator<Item = &Self>> {
        self.as_list().map(|items| items.iter())
    }
    fn fields(&self) -> Option<impl Iterator<Item = (&str, &Self)>> {
        self.as_object().map(|fields| fields.iter().map(|(name, value)| (name.as_str(), value)))
    }
    fn variable(&self, names: &[Name]) -> Option<usize> {
        match &**self {
            Value::Variable(name) => names.iter().position(|n| n == name),
            _ => None,
        }
    }
    fn boolean(&self) -> Option<bool> {
        self.to_bool()
    }
    fn text(&self) -> Option<&str> {
        self.as_str()
    }
    fn constant(&self) -> Option<&str> {
        self.as_enum().map(Name::as_str)
    }
    fn whole(&self) -> Option<String> {
        match &**self {
            Value::Int(digits) => Some(digits.as_str().to_owned()),
            _ => None,
        }
    }
    fn number(&self) -> Option<String> {
        match &**self {
            Value::Int(digits) => Some(digits.as_str().to_owned()),
            Value::Float(digits) => Some(digits.as_str().to_owned()),
            _ => None,
        }
    }
    fn quote(&self) -> String {
        shorten(self.serialize().no_indent().to_string())
    }
}

impl Given for serde_json::Value {
    fn is_null(&self) -> bool {
        serde_json::Value::is_null(self)
    }
    fn items(&self) -> Option<impl Iterator<Item = &Self>> {
        self.as_array().map(|items| items.iter())
    }
    fn fields(&self) -> Option<impl Iterator<Item = (&str, &Self)>> {
        self.as_object().map(|fields| fields.iter().map(|(name, value)| (name.as_str(), value)))
    }
    fn variable(&self, _: &[Name]) -> Option<usize> {
        None
    }
    fn boolean(&self) -> Option<bool> {
        self.as_bool()
    }
    fn text(&self) -> Option<&str> {
        self.as_str()
    }
    fn constant(&self) -> Option<&str> {
        self.as_str()
    }
    fn whole(&self) -> Option<String> {
        match self {
            serde_json::Value::Number(n) if n.is_i64() || n.is_u64() => Some(n.to_string()),
            // JSON knows one sort of number: 20.0 is 20.
            serde_json::Value::Number(n) => {
                n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 1e15).map(|f| format!("{f:.0}"))
            }
            _ => None,
        }
    }
    fn number(&self) -> Option<String> {
        self.as_number().map(ToString::to_string)
    }
    fn quote(&self) -> String {
        shorten(self.to_string())
    }
}

fn shorten(text: String) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Coerces a literal; `variables` are the operation's, in order.
///
/// # Errors
/// What the type does not allow.
pub fn literal(schema: &Valid<Schema>, ty: &Type, value: &Node<Value>, variables: &[Name]) -> Result<Input, Wrong> {
    coerce(schema, ty, value, variables)
}

/// Coerces a variable's value.
///
/// # Errors
/// What the type does not allow.
pub fn variable(schema: &Valid<Schema>, ty: &Type, value: &serde_json::Value) -> Result<Input, Wrong> {
    coerce(schema, ty, value, &[])
}

fn coerce<V: Given>(schema: &Valid<Schema>, ty: &Type, value: &V, variables: &[Name]) -> Result<Input, Wrong> {
    if let Some(number) = value.variable(variables) {
        return Ok(Input::Variable(number));
    }
    if value.is_null() {
        return if ty.is_non_null() {
            Err(Wrong::new(format!("null is not allowed; give a value of type {ty}")))
        } else {
            Ok(Input::Null)
        };
    }
    match ty {
        Type::List(inner) | Type::NonNullList(inner) => match value.items() {
            Some(items) => items
                .enumerate()
                .map(|(position, item)| coerce(schema, inner, item, variables).map_err(|wrong| wrong.at(position)))
                .collect::<Result<_, _>>()
                .map(Input::List),
            None => coerce(schema, inner, value, variables).map(|one| Input::List(vec![one])),
        },
        Type::Named(name) | Type::NonNullNamed(name) => named(schema, name, value, variables),
    }
}

fn named<V: Given>(schema: &Valid<Schema>, name: &Name, value: &V, variables: &[Name]) -> Result<Input, Wrong> {
    let wanted = |what: &str| Wrong::new(format!("{what} is wanted, not {}", value.quote()));
    match name.as_str() {
        "String" => return value.text().map(|t| Input::Str(t.into())).ok_or_else(|| wanted("a string")),
        "ID" => {
            let digits = || value.whole().map(|digits| Input::Str(digits.into()));
            return value
                .text()
                .map(|t| Input::Str(t.into()))
                .or_else(digits)
                .ok_or_else(|| wanted("an id, as a string,"));
        }
        "Boolean" => return value.boolean().map(Input::Bool).ok_or_else(|| wanted("true or false")),
        "Int" => {
            let number = value.whole().and_then(|digits| digits.parse().ok());
            return number.map(Input::Int).ok_or_else(|| wanted("a whole number between -2147483648 and 2147483647"));
        }
        "Float" => {
            let number = value.number().and_then(|digits| digits.parse::<f64>().ok()).filter(|f| f.is_finite());
            return number.map(Input::Float).ok_or_else(|| wanted("a number"));
        }
        "PartialDate" => {
            let text = value.text().ok_or_else(|| wanted("a date as a string, such as \"2024-06\","))?;
            return text.parse().map(Input::Date).map_err(|why: crate::graph::DateError| Wrong::new(why.to_string()));
        }
        "Decimal" => {
            let digits =
                value.number().or_else(|| value.text().map(str::to_owned)).ok_or_else(|| wanted("a number"))?;
            return digits
                .parse()
                .map(Input::Decimal)
                .map_err(|why: crate::graph::DecimalError| Wrong::new(why.to_string()));
        }
        _ => {}
    }
    match schema.types.get(name) {
        Some(ExtendedType::Enum(it)) => match value.constant() {
            Some(constant) if it.values.contains_key(constant) => Ok(Input::Str(constant.into())),
            _ => {
                let names: Vec<&str> = it.values.keys().take(30).map(Name::as_str).collect();
                Err(wanted(&format!("one of {}", names.join(", "))))
            }
        },
        Some(ExtendedType::InputObject(it)) => object(schema, it, value, variables),
        _ => Err(Wrong::new(format!("{name} is no input type"))),
    }
}

fn object<V: Given>(
    schema: &Valid<Schema>,
    ty: &InputObjectType,
    value: &V,
    variables: &[Name],
) -> Result<Input, Wrong> {
    let given = value
        .fields()
        .ok_or_else(|| Wrong::new(format!("an object of type {} is wanted, not {}", ty.name, value.quote())))?;
    let mut fields = Vec::new();
    for (name, value) in given {
        let Some(field) = ty.fields.get(name) else {
            let names: Vec<&str> = ty.fields.keys().take(30).map(Name::as_str).collect();
            return Err(Wrong::new(format!(
                "{} has no field {}; it has {}",
                ty.name,
                shorten(name.to_owned()),
                names.join(", ")
            )));
        };
        let value = coerce(schema, &field.ty, value, variables).map_err(|wrong| wrong.within(name))?;
        fields.push((field.name.clone(), value));
    }
    // What a variable in a one-of object holds is known when it is used.
    if ty.directives.has("oneOf") && (fields.len() != 1 || fields[0].1 == Input::Null) {
        let names: Vec<&str> = ty.fields.keys().take(30).map(Name::as_str).collect();
        return Err(Wrong::new(format!("exactly one field with a value is wanted, of {}", names.join(", "))));
    }
    for field in ty.fields.values() {
        if fields.iter().any(|(name, _)| *name == field.name) {
            continue;
        }
        if let Some(default) = &field.default_value {
            fields.push((
                field.name.clone(),
                coerce(schema, &field.ty, default, &[]).map_err(|wrong| wrong.within(&field.name))?,
            ));
        } else if field.ty.is_non_null() {
            return Err(Wrong::new(format!("a value of type {} is missing", field.ty)).within(&field.name));
        }
    }
    Ok(Input::Object(fields))
}
