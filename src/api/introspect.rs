//! Introspection: answered by async-graphql, of which the API's types are registered, from a document of the introspection
//! fields alone. Answers depend on the schema, the document and few variables only, so they are kept.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::{Name, Node};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A field of introspection as a document of its own.
#[derive(Debug)]
pub struct Introspection {
    /// The document, without an operation's head.
    body: String,
    /// The declarations of the variables that it uses, as written, by name.
    variables: Vec<(Name, String)>,
}

/// The document of root fields of one response key.
pub fn extract(
    document: &ExecutableDocument,
    fields: &[&Node<Field>],
    declared: &[Node<apollo_compiler::ast::VariableDefinition>],
) -> Introspection {
    let mut body = String::from("{ ");
    let mut fragments = BTreeSet::new();
    for field in fields {
        // Writing to a string cannot fail.
        let _ = write!(body, "{} ", field.serialize().no_indent());
        spreads(document, &field.selection_set, &mut fragments);
    }
    body.push('}');
    for name in fragments {
        if let Some(fragment) = document.fragments.get(&name) {
            let _ = write!(body, " {}", fragment.serialize().no_indent());
        }
    }
    let used = |name: &str| {
        body.match_indices('$').any(|(at, _)| {
            let rest = &body[at + 1..];
            rest.starts_with(name) && !rest[name.len()..].starts_with(|c: char| c == '_' || c.is_ascii_alphanumeric())
        })
    };
    let variables = declared.iter().filter(|variable| used(&variable.name));
    let variables =
        variables.map(|variable| (variable.name.clone(), variable.serialize().no_indent().to_string())).collect();
    Introspection { body, variables }
}

/// The fragments that a selection set reaches, each once.
fn spreads(document: &ExecutableDocument, set: &SelectionSet, found: &mut BTreeSet<Name>) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => spreads(document, &field.selection_set, found),
            Selection::InlineFragment(inline) => spreads(document, &inline.selection_set, found),
            Selection::FragmentSpread(spread) => {
                if found.insert(spread.fragment_name.clone())
                    && let Some(fragment) = document.fragments.get(&spread.fragment_name)
                {
                    spreads(document, &fragment.selection_set, found);
                }
            }
        }
    }
}

impl Introspection {
    /// The document to run, and its variables out of those of the request.
    pub fn request(&self, given: &serde_json::Map<String, serde_json::Value>) -> (String, serde_json::Value) {
        let declarations: Vec<&str> = self.variables.iter().map(|(_, declaration)| declaration.as_str()).collect();
        let head =
            if declarations.is_empty() { String::new() } else { format!("query ({}) ", declarations.join(", ")) };
        let values =
            self.variables.iter().filter_map(|(name, _)| Some((name.to_string(), given.get(name.as_str())?.clone())));
        (format!("{head}{}", self.body), serde_json::Value::Object(values.collect()))
    }
}

/// Runs a document of introspection; the JSON of the value under a response key.
///
/// # Errors
/// What async-graphql says; a fault of ours, since the document is valid.
pub async fn answer(
    registry: &async_graphql::dynamic::Schema,
    text: &str,
    variables: serde_json::Value,
    key: &str,
) -> Result<Vec<u8>, String> {
    let request = async_graphql::Request::new(text).variables(async_graphql::Variables::from_json(variables));
    let response = registry.execute(request).await;
    if let Some(error) = response.errors.first() {
        return Err(error.message.clone());
    }
    let async_graphql::Value::Object(fields) = response.data else { return Err("no data".into()) };
    let value = fields.get(key).ok_or("no value of the field")?;
    serde_json::to_vec(value).map_err(|error| error.to_string())
}
