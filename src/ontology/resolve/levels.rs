//! Behind the fourth stage: levels that count as others.

use super::super::error::Problems;
use super::super::spelling::did_you_mean;
use super::super::{EnumId, EnumType, Property, ValueType};
use super::declare::Declared;
use super::directives;
use std::sync::Arc;

/// Enters into the enums which of their values count as which others.
pub(super) fn count(declared: &Declared, properties: &[Property], enums: &mut [EnumType], problems: &mut Problems) {
    for (i, ((definition, _), enumeration)) in declared.enums.iter().zip(enums).enumerate() {
        let id = ValueType::Enum(EnumId(i as u16));
        let told = definition.values.iter().filter_map(|value| Some((value, value.directives.get("countsAs")?)));
        for (value, directive) in told {
            let (name, span) = (&value.value, directive.name.location());
            if !properties.iter().any(|property| property.level && property.ty == id) {
                let message =
                    format!("`{name}` counts as a level, and no property says its level by `{}`", definition.name);
                problems.at(span, message, "add @level to the property, or remove @countsAs");
            }
            let mut counts_as: Vec<Arc<str>> = Vec::new();
            for (level, span) in directives::texts(directive, "levels") {
                let target = definition.values.iter().find(|other| other.value == level);
                let (message, hint) = match target {
                    None => {
                        let names = definition.values.iter().map(|other| other.value.as_str());
                        let hint = format!("{}name values of `{}`", did_you_mean(level, names), definition.name);
                        (format!("`{}` has no value `{level}`", definition.name), hint)
                    }
                    Some(_) if name == level => (
                        format!("`{name}` counts as itself"),
                        "name other levels: it counts as itself anyway".to_owned(),
                    ),
                    Some(other) if other.directives.has("countsAs") => (
                        format!("`{name}` counts as `{level}`, which counts as others itself"),
                        "name all of the levels here, and none that counts as others".to_owned(),
                    ),
                    Some(_) if counts_as.iter().any(|earlier| **earlier == *level) => {
                        (format!("`{level}` is named twice"), "remove one of them".to_owned())
                    }
                    Some(_) => {
                        counts_as.push(level.into());
                        continue;
                    }
                };
                problems.at(span, message, hint);
            }
            if let Some(found) = enumeration.values.iter_mut().find(|found| *found.name == **name) {
                found.counts_as = counts_as;
            }
        }
    }
}
