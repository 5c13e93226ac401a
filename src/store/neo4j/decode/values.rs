//! Single values, by what the plan and the ontology say that they are.

use super::super::value::Part;
use super::{Decoded, Misfit};
use crate::graph::{DAY_MIN, Decimal, PartialDate};
use crate::ontology::{Ontology, ValueType};
use crate::plan::ir::SortValue;
use crate::store::Datum;

/// A property's value by its type; the other half of [`super::layout::stored`].
pub(super) fn typed(ty: &ValueType, ontology: &Ontology, value: Part<'_>) -> Decoded {
    match (ty, value) {
        (_, Part::Null) => Ok(Datum::Null),
        (ValueType::Boolean, Part::Bool(truth)) => Ok(Datum::Bool(truth)),
        (ValueType::Int, value) => Ok(Datum::Int(whole(&value)?)),
        (ValueType::Decimal, value) => decimal(&value),
        (ValueType::PartialDate, value) => date(&value),
        (ValueType::String | ValueType::CreditCode | ValueType::Enum(_), value) => text(value),
        (ValueType::List(element), Part::List(items)) => {
            Ok(Datum::List(items.into_iter().map(|item| typed(element, ontology, item)).collect::<Decoded<_>>()?))
        }
        (ValueType::List(_) | ValueType::Struct(_), Part::Text(json)) => match serde_json::from_str(&json) {
            Ok(parsed) => typed(ty, ontology, from_json(parsed)?),
            Err(_) => Err(misfit("JSON", &Part::Text(json))),
        },
        (ValueType::Struct(id), Part::List(fields)) => {
            let declared = &ontology.structure(*id).fields;
            Ok(Datum::List(
                declared
                    .iter()
                    .zip(fields)
                    .map(|(field, value)| typed(&field.ty, ontology, value))
                    .collect::<Decoded<_>>()?,
            ))
        }
        (_, value) => Err(misfit("a value of the property's type", &value)),
    }
}

fn from_json(json: serde_json::Value) -> Decoded<Part<'static>> {
    Ok(match json {
        serde_json::Value::Null => Part::Null,
        serde_json::Value::Bool(truth) => Part::Bool(truth),
        serde_json::Value::Number(number) => number.as_i64().map_or(Part::Null, Part::Int),
        serde_json::Value::String(text) => Part::Text(text.into()),
        serde_json::Value::Array(items) => Part::List(items.into_iter().map(from_json).collect::<Decoded<_>>()?),
        serde_json::Value::Object(_) => return Err(misfit("a list", &Part::Null)),
    })
}

pub(super) fn misfit(expected: &'static str, found: &Part<'_>) -> Misfit {
    let found: String = format!("{found:?}").chars().take(200).collect();
    Misfit { expected, found }
}

pub(super) fn list(value: Part<'_>) -> Decoded<Vec<Part<'_>>> {
    match value {
        Part::List(items) => Ok(items),
        other => Err(misfit("a list", &other)),
    }
}

pub(super) fn whole(value: &Part<'_>) -> Decoded<i64> {
    match value {
        Part::Int(number) => Ok(*number),
        other => Err(misfit("a whole number", other)),
    }
}

pub(super) fn small(value: &Part<'_>) -> Decoded<u8> {
    u8::try_from(whole(value)?).map_err(|_| misfit("a small number", value))
}

pub(super) fn count(value: &Part<'_>) -> Decoded<u64> {
    u64::try_from(whole(value)?).map_err(|_| misfit("a count", value))
}

pub(super) fn text(value: Part<'_>) -> Decoded {
    match value {
        Part::Null => Ok(Datum::Null),
        Part::Text(text) => Ok(Datum::Str(text.into())),
        other => Err(misfit("a text", &other)),
    }
}

pub(super) fn texts(value: Part<'_>) -> Decoded {
    match value {
        Part::Null => Ok(Datum::List(Vec::new())),
        value => Ok(Datum::List(list(value)?.into_iter().map(text).collect::<Decoded<_>>()?)),
    }
}

pub(super) fn decimal(value: &Part<'_>) -> Decoded {
    match value {
        Part::Null => Ok(Datum::Null),
        value => Ok(Datum::Decimal(Decimal::from_scaled(whole(value)?))),
    }
}

pub(super) fn date(value: &Part<'_>) -> Decoded {
    match value {
        Part::Null => Ok(Datum::Null),
        value => {
            let date = i32::try_from(whole(value)?).ok().and_then(PartialDate::from_code);
            date.map(Datum::Date).ok_or_else(|| misfit("a date", value))
        }
    }
}

/// A day, or nothing for the day before all.
pub(super) fn day(value: &Part<'_>) -> Decoded {
    if *value == Part::Int(DAY_MIN.into()) { Ok(Datum::Null) } else { date(value) }
}

/// `[words, earliest, latest]`, or nothing where there are no words.
pub(super) fn when(value: Part<'_>) -> Decoded {
    let mut parts = list(value)?.into_iter();
    let mut next = || parts.next().unwrap_or(Part::Null);
    let (words, earliest, latest) = (next(), next(), next());
    match words {
        Part::Null => Ok(Datum::Null),
        words => Ok(Datum::List(vec![text(words)?, date(&earliest)?, date(&latest)?])),
    }
}

/// A time from lists, which hold no null: the empty text and 0 stand for it.
pub(super) fn listed_when(value: Part<'_>) -> Decoded {
    let absent = |part| if part == Part::Text("".into()) || part == Part::Int(0) { Part::Null } else { part };
    when(Part::List(list(value)?.into_iter().map(absent).collect()))
}

pub(super) fn sort_value(value: Part<'_>) -> Decoded<SortValue> {
    match value {
        Part::Null => Ok(SortValue::Null),
        Part::Int(number) => Ok(SortValue::Int(number)),
        Part::Bool(truth) => Ok(SortValue::Int(truth.into())),
        Part::Text(text) => Ok(SortValue::Str(text.into())),
        other => Err(misfit("a sort value", &other)),
    }
}
