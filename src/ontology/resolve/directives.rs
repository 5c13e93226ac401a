//! The directives of the ontology language: what each may say and where it stands.

use super::super::error::Problems;
use super::super::parse::Parsed;
use super::super::spelling::did_you_mean;
use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Directive, DirectiveDefinition, DirectiveList, Value};
use apollo_compiler::parser::SourceSpan;

/// A directive as the language knows it.
struct Known {
    name: &'static str,
    location: &'static str,
    arguments: &'static [Argument],
}

/// An argument: name, type, default, all as they are written.
struct Argument(&'static str, &'static str, Option<&'static str>);

const KNOWN: &[Known] = &[
    Known {
        name: "node",
        location: "OBJECT",
        arguments: &[
            Argument("plural", "String", None),
            Argument("singular", "String", None),
            Argument("hub", "Boolean", Some("false")),
        ],
    },
    Known {
        name: "relationship",
        location: "FIELD_DEFINITION",
        arguments: &[
            Argument("type", "String!", None),
            Argument("inverse", "String", None),
            Argument("inverseLabel", "String", None),
            Argument("properties", "String", None),
            Argument("hierarchy", "Boolean", Some("false")),
            Argument("inherited", "String", None),
            Argument("symmetric", "Boolean", Some("false")),
            Argument("allows", "[String!]", None),
        ],
    },
    Known {
        name: "derived",
        location: "FIELD_DEFINITION",
        arguments: &[
            Argument("path", "String!", None),
            Argument("inverse", "String", None),
            Argument("inverseLabel", "String", None),
        ],
    },
    Known { name: "unique", location: "FIELD_DEFINITION", arguments: &[] },
    Known { name: "index", location: "FIELD_DEFINITION", arguments: &[] },
    Known { name: "level", location: "FIELD_DEFINITION", arguments: &[Argument("place", "String", None)] },
    Known { name: "countsAs", location: "ENUM_VALUE", arguments: &[Argument("levels", "[String!]!", None)] },
    Known { name: "history", location: "FIELD_DEFINITION", arguments: &[] },
    Known { name: "key", location: "FIELD_DEFINITION", arguments: &[] },
    Known { name: "default", location: "FIELD_DEFINITION", arguments: &[Argument("value", "String!", None)] },
];

fn known(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

impl Known {
    /// The definition as SDL.
    fn sdl(&self) -> String {
        let arguments = self.arguments.iter().map(|Argument(name, ty, default)| {
            default.map_or_else(|| format!("{name}: {ty}"), |value| format!("{name}: {ty} = {value}"))
        });
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
        format!("directive @{}{arguments} on {}", self.name, self.location)
    }
}

/// Checks that the definitions in the files, if there are any, are exactly those that the language has. They are there
/// for editors and readers; what counts is the table here.
pub(super) fn check_definitions(parsed: &Parsed, problems: &mut Problems) {
    let definitions = parsed.documents.iter().flat_map(|document| &document.definitions);
    let defined: Vec<&Node<DirectiveDefinition>> =
        definitions.filter_map(Definition::as_directive_definition).collect();
    for (i, definition) in defined.iter().enumerate() {
        let span = definition.name.location();
        let Some(known) = known(&definition.name) else {
            let names = KNOWN.iter().map(|known| known.name);
            let hint = format!("{}remove the definition", did_you_mean(&definition.name, names));
            problems.at(span, format!("the ontology language has no directive @{}", definition.name), hint);
            continue;
        };
        if defined[..i].iter().any(|earlier| earlier.name == definition.name) {
            problems.at(span, format!("@{} is defined twice", definition.name), "remove this definition");
        }
        if definition.description.is_none() {
            let hint = "say above it what it is for, in Chinese and in English";
            problems.at(span, format!("@{} has no description", definition.name), hint);
        }
        if sdl(definition) != known.sdl() {
            let message = format!("this is not how the ontology language defines @{}", definition.name);
            problems.at(span, message, format!("write: {}", known.sdl()));
        }
    }
    if let Some(first) = defined.first() {
        for known in KNOWN.iter().filter(|known| defined.iter().all(|definition| definition.name != known.name)) {
            let message = format!("@{} is not defined along with the other directives", known.name);
            problems.at(first.name.location(), message, format!("add: {}", known.sdl()));
        }
    }
}

/// A definition in the form of [`Known::sdl`].
fn sdl(definition: &Node<DirectiveDefinition>) -> String {
    let mut plain = DirectiveDefinition::clone(definition);
    plain.description = None;
    for argument in &mut plain.arguments {
        argument.make_mut().description = None;
    }
    plain.serialize().no_indent().to_string()
}

/// Checks the directives that stand somewhere: that each is known, allowed here, given once, and its arguments are right.
pub(super) fn check_uses(list: &DirectiveList, allowed: &[&str], place: &str, problems: &mut Problems) {
    for (i, directive) in list.iter().enumerate() {
        let name = directive.name.as_str();
        let span = directive.name.location();
        let Some(known) = known(name) else {
            let can = if allowed.is_empty() { String::new() } else { format!("{place} can have {}", listed(allowed)) };
            let hint = format!("{}{can}", did_you_mean(name, KNOWN.iter().map(|known| known.name)));
            let hint = if hint.is_empty() { "remove it".to_owned() } else { hint };
            problems.at(span, format!("the ontology language has no directive @{name}"), hint);
            continue;
        };
        if !allowed.contains(&name) {
            problems.at(span, format!("@{name} does not stand on {place}"), belongs(name));
        }
        if list[..i].iter().any(|earlier| earlier.name == directive.name) {
            problems.at(span, format!("@{name} is given twice"), "remove one of them");
        }
        check_arguments(directive, known, problems);
    }
}

fn check_arguments(directive: &Node<Directive>, known: &Known, problems: &mut Problems) {
    for (i, argument) in directive.arguments.iter().enumerate() {
        let span = argument.name.location();
        let Some(Argument(name, ty, _)) = known.arguments.iter().find(|a| argument.name == a.0) else {
            let names: Vec<&str> = known.arguments.iter().map(|a| a.0).collect();
            let takes =
                if names.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", names.join(", ")) };
            let hint = format!("{}{takes}", did_you_mean(&argument.name, names));
            problems.at(span, format!("@{} has no argument `{}`", known.name, argument.name), hint);
            continue;
        };
        if directive.arguments[..i].iter().any(|earlier| earlier.name == argument.name) {
            problems.at(span, format!("`{name}` is given twice"), "remove one of them");
        }
        let (fits, example) = match (ty.trim_end_matches('!'), &*argument.value) {
            ("Boolean", value) => (matches!(value, Value::Boolean(_)), format!("{name}: true")),
            ("[String!]", Value::List(items)) => {
                (!items.is_empty() && items.iter().all(|item| item.as_str().is_some()), format!("{name}: [\"…\"]"))
            }
            ("[String!]", _) => (false, format!("{name}: [\"…\"]")),
            (_, value) => (value.as_str().is_some_and(|text| !text.trim().is_empty()), format!("{name}: \"…\"")),
        };
        if !fits {
            problems.at(
                argument.value.location(),
                format!("`{name}` of @{} is not a {ty}", known.name),
                format!("write {example}"),
            );
        }
    }
    for Argument(name, ty, _) in known.arguments.iter().filter(|a| a.1.ends_with('!')) {
        if directive.specified_argument_by_name(name).is_none() {
            let message = format!("@{} lacks its argument `{name}`", known.name);
            let example = if ty.starts_with('[') { "[\"…\"]" } else { "\"…\"" };
            problems.at(directive.name.location(), message, format!("write @{}({name}: {example})", known.name));
        }
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("@{name}")).collect::<Vec<_>>().join(", ")
}

/// Where a directive does stand.
fn belongs(name: &str) -> &'static str {
    match name {
        "node" => "it stands on a type that is a kind: `type X implements Entity @node { … }`",
        "countsAs" => "it stands on a value of an enum that is the type of a property with @level",
        "key" => "it stands on a field of a type that some relationship names in `properties:`",
        "relationship" | "derived" => {
            "it stands on a field of a kind or an interface whose type is a kind or an interface"
        }
        _ => "it stands on a property of a kind or an interface",
    }
}

/// An argument that is a text, with its place. None if it is not given, or is no text (which is reported by [`check_uses`]).
pub(super) fn text<'a>(directive: &'a Directive, argument: &str) -> Option<(&'a str, Option<SourceSpan>)> {
    let value = directive.specified_argument_by_name(argument)?;
    value.as_str().filter(|text| !text.trim().is_empty()).map(|text| (text, value.location()))
}

/// An argument that is a list of texts, with their places; empty if it is not given.
pub(super) fn texts<'a>(directive: &'a Directive, argument: &str) -> Vec<(&'a str, Option<SourceSpan>)> {
    let items = directive.specified_argument_by_name(argument).and_then(|value| value.as_list()).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(|text| (text, item.location()))).collect()
}

/// An argument that is true or false; false if it is not given.
pub(super) fn flag(directive: &Directive, argument: &str) -> bool {
    directive.specified_argument_by_name(argument).and_then(|value| value.to_bool()).unwrap_or(false)
}
