//! Third stage: what values can be. Enums, value objects, types of properties, and values written in the ontology itself.

use super::super::error::Problems;
use super::super::spelling::did_you_mean;
use super::super::{EnumType, EnumValue, StructField, StructId, StructType, ValueType};
use super::declare::{Declaration, Declared, Meaning};
use super::{directives, naming};
use crate::graph::Value;
use apollo_compiler::ast::{FieldDefinition, Type};
use std::collections::HashMap;
use std::sync::Arc;

/// All enums.
pub(super) fn enums(declared: &Declared, problems: &mut Problems) -> Vec<EnumType> {
    let mut enums = Vec::new();
    for (definition, described) in &declared.enums {
        if definition.values.is_empty() {
            problems.at(
                definition.name.location(),
                format!("enum `{}` has no values", definition.name),
                "give it values",
            );
        }
        let mut values: Vec<EnumValue> = Vec::new();
        for value in &definition.values {
            let (name, span) = (&value.value, value.value.location());
            naming::Case::Constant.check("enum value", name, span, problems);
            directives::check_uses(&value.directives, &["countsAs"], "an enum value", problems);
            if values.iter().any(|earlier| *earlier.name == **name) {
                problems.at(span, format!("enum `{}` has `{name}` twice", definition.name), "remove one of them");
            }
            let what = format!("value `{name}`");
            let described = naming::described(value.description.as_ref(), &what, span, problems);
            values.push(EnumValue { name: name.as_str().into(), counts_as: Vec::new(), described });
        }
        enums.push(EnumType { name: definition.name.as_str().into(), values, described: described.clone() });
    }
    enums
}

/// All value objects. Reports circles, and objects that nothing is made of.
pub(super) fn structs(declared: &Declared, problems: &mut Problems) -> Vec<StructType> {
    let mut structs = Vec::new();
    for declaration in &declared.structs {
        let mut fields: Vec<StructField> = Vec::new();
        for field in declaration.fields {
            let (name, span) = (&field.name, field.name.location());
            naming::Case::Field.check("field", name, span, problems);
            check_plain(field, problems);
            directives::check_uses(&field.directives, &[], "a field of a value", problems);
            if fields.iter().any(|earlier| *earlier.name == **name) {
                problems.at(span, format!("`{}` has the field `{name}` twice", declaration.name), "remove one of them");
            }
            let what = format!("field `{name}`");
            let described = naming::described(field.description.as_ref(), &what, span, problems);
            if let Some(ty) = value_type(field, declared, problems) {
                let required = field.ty.is_non_null();
                fields.push(StructField { name: name.as_str().into(), ty, required, described });
            }
        }
        structs.push(StructType {
            name: declaration.name.as_str().into(),
            fields,
            described: declaration.described.clone(),
        });
    }
    report_circles(declared, &structs, problems);
    structs
}

/// The struct that a type holds, itself or as a list's items.
pub(super) fn struct_in(ty: &ValueType) -> Option<StructId> {
    match ty {
        ValueType::Struct(id) => Some(*id),
        ValueType::List(inner) => struct_in(inner),
        _ => None,
    }
}

fn report_circles(declared: &Declared, structs: &[StructType], problems: &mut Problems) {
    let parts = |id: StructId| structs[id.index()].fields.iter().filter_map(|field| struct_in(&field.ty));
    for (i, declaration) in declared.structs.iter().enumerate() {
        let id = StructId(i as u16);
        let mut seen = vec![false; structs.len()];
        let mut open: Vec<StructId> = parts(id).collect();
        while let Some(next) = open.pop() {
            if next == id {
                let message = format!("`{}` contains itself, over others or directly", declaration.name);
                let hint = "make it a flat list whose items name their parent, or a kind (@node)";
                problems.at(declaration.name.location(), message, hint);
                break;
            }
            if !std::mem::replace(&mut seen[next.index()], true) {
                open.extend(parts(next));
            }
        }
    }
}

/// Reports value objects that no property holds, over others or directly.
pub(super) fn report_unused<'a>(
    declared: &Declared,
    structs: &[StructType],
    types: impl Iterator<Item = &'a ValueType>,
    problems: &mut Problems,
) {
    let mut used = vec![false; structs.len()];
    let mut open: Vec<StructId> = types.filter_map(struct_in).collect();
    while let Some(next) = open.pop() {
        if !std::mem::replace(&mut used[next.index()], true) {
            open.extend(structs[next.index()].fields.iter().filter_map(|field| struct_in(&field.ty)));
        }
    }
    // One that implements something, or is empty, is reported as no kind already.
    let told = |declaration: &Declaration| !declaration.implements.is_empty() || declaration.fields.is_empty();
    for (declaration, _) in declared.structs.iter().zip(used).filter(|(declaration, used)| !used && !told(declaration))
    {
        let message = format!("nothing uses `{}`", declaration.name);
        let hint = "add `implements Entity @node` to make it a kind, use it as a property's type, or remove it";
        problems.at(declaration.name.location(), message, hint);
    }
}

/// Reports arguments of a field: fields of an ontology have none.
pub(super) fn check_plain(field: &FieldDefinition, problems: &mut Problems) {
    if let Some(argument) = field.arguments.first() {
        let message = format!("field `{}` has arguments", field.name);
        problems.at(argument.name.location(), message, "remove them: the API derives what a field takes");
    }
}

/// The type of a property or of a field of a value; None, and a report, if it is none.
pub(super) fn value_type(field: &FieldDefinition, declared: &Declared, problems: &mut Problems) -> Option<ValueType> {
    let named = field.ty.inner_named_type();
    let span = named.location();
    let value = match declared.meaning(named) {
        Some(Meaning::Value(value)) => value.clone(),
        Some(Meaning::EdgeType(_)) => {
            let message = format!("`{named}` holds properties of edges, and no field has it as its type");
            problems.at(span, message, "declare a type of its own for this field");
            return None;
        }
        Some(Meaning::Target(_)) => {
            let message = format!("`{named}` is no value: field `{}` joins entities", field.name);
            let hint = "add @relationship(type: \"…\", inverse: \"…\", inverseLabel: \"…\") or @derived(path: \"…\") on a field of a kind or an interface";
            problems.at(span, message, hint);
            return None;
        }
        None => {
            let near = match named.as_str() {
                "Float" => "did you mean `Decimal`? ".to_owned(),
                "ID" => "did you mean `String`? ".to_owned(),
                name => did_you_mean(name, declared.type_names()),
            };
            problems.at(span, format!("there is no type `{named}`"), format!("{near}declare it, or use another one"));
            return None;
        }
    };
    match &field.ty {
        Type::Named(_) | Type::NonNullNamed(_) => Some(value),
        Type::List(inner) | Type::NonNullList(inner) => {
            if !matches!(**inner, Type::NonNullNamed(_)) {
                let message = format!("`{}` is not how a list is written", field.ty);
                problems.at(span, message, format!("write `[{named}!]`"));
            }
            Some(ValueType::List(Box::new(value)))
        }
    }
}

/// A type as SDL writes it.
pub(super) fn written(ty: &ValueType, enums: &[EnumType], structs: &[StructType]) -> String {
    match ty {
        ValueType::String => "String".to_owned(),
        ValueType::Boolean => "Boolean".to_owned(),
        ValueType::Int => "Int".to_owned(),
        ValueType::Decimal => "Decimal".to_owned(),
        ValueType::PartialDate => "PartialDate".to_owned(),
        ValueType::CreditCode => "CreditCode".to_owned(),
        ValueType::Enum(id) => enums[id.index()].name.to_string(),
        ValueType::Struct(id) => structs[id.index()].name.to_string(),
        ValueType::List(inner) => format!("[{}!]", written(inner, enums, structs)),
    }
}

/// A value that the ontology itself writes, in `@default` or in a path; the error says what would be one.
pub(super) fn value(text: &str, ty: &ValueType, enums: &[EnumType]) -> Result<Value, String> {
    match ty {
        ValueType::String | ValueType::CreditCode => Ok(Value::from(text)),
        ValueType::Boolean => text.parse().map(Value::Bool).map_err(|_| "write true or false".to_owned()),
        ValueType::Int => {
            text.parse::<i32>().map(|n| Value::Int(n.into())).map_err(|_| "write a whole number of 32 bits".to_owned())
        }
        ValueType::Decimal => {
            text.parse().map(Value::Decimal).map_err(|_| "write a number with at most four decimals".to_owned())
        }
        ValueType::PartialDate => {
            text.parse().map(Value::Date).map_err(|_| "write 2024, 2024-06 or 2024-06-18".to_owned())
        }
        ValueType::Enum(id) => {
            let values: Vec<&str> = enums[id.index()].values.iter().map(|value| &*value.name).collect();
            if values.contains(&text) {
                return Ok(Value::from(text));
            }
            Err(format!(
                "{}{} has {}",
                did_you_mean(text, values.iter().copied()),
                enums[id.index()].name,
                values.join(", ")
            ))
        }
        ValueType::Struct(_) | ValueType::List(_) => {
            Err("only single values that are no objects can be written here".to_owned())
        }
    }
}

/// Positions by name, for what is looked up while it is being built.
pub(super) type Positions = HashMap<Arc<str>, usize>;
