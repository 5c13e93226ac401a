//! The API's types, from the ontology: written as SDL ([`generate`], [`list`]), registered with async-graphql ([`register`]),
//! which prints what is published and answers introspection; what is printed is what documents are validated against.

mod generate;
mod list;
mod register;

pub use generate::type_of;
pub use list::{is_groupable, is_number, is_sortable};

use crate::ontology::Ontology;
use apollo_compiler::ast::DirectiveList;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema, name, ty};
use async_graphql::{SDLExportOptions, dynamic};
use std::collections::HashSet;

/// The API's types in their three forms.
pub struct ApiSchema {
    /// As published: `schema/api.graphql`.
    pub sdl: String,
    /// For parsing and validating documents.
    pub types: Valid<Schema>,
    /// For introspection.
    pub registry: dynamic::Schema,
}

/// Why an ontology gives no API: a name of its own is one that the API needs, such as an enum called `Bound`.
#[derive(Debug, thiserror::Error)]
#[error("the ontology gives no valid API: {0}")]
pub struct SchemaError(String);

impl ApiSchema {
    /// The API of an ontology; depends on nothing else, so that the same ontology gives the same text.
    ///
    /// # Errors
    /// A type or field that the ontology and the API both define.
    pub fn of(ontology: &Ontology) -> Result<ApiSchema, SchemaError> {
        let wrong = |why: &dyn std::fmt::Display| SchemaError(why.to_string());
        let mut source = Schema::parse(generate::source(ontology), "api.graphql").map_err(|e| wrong(&e.errors))?;
        keep_reachable(&mut source);
        let registry = register::register(&source).map_err(|e| wrong(&e))?;
        let options = SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident();
        // The registry ends with definitions of the directives that every GraphQL implementation knows.
        let printed = registry.sdl_with_options(options);
        let mut types = Schema::parse(&printed, "api.graphql").map_err(|e| wrong(&e.errors))?;
        add_one_of(&mut types);
        let types = types.validate().map_err(|e| wrong(&e.errors))?;
        Ok(ApiSchema { sdl: printed, types, registry })
    }
}

/// Leaves out types that nothing leads to from the root, such as the filter of an interface that no relationship ends in:
/// introspection does not show them.
fn keep_reachable(types: &mut Schema) {
    let mut reached = HashSet::from([name!("Query")]);
    let mut waiting = vec![name!("Query")];
    while let Some(name) = waiting.pop() {
        let mut next: Vec<Name> = Vec::new();
        let mut fields = |fields: &IndexMap<Name, Component<FieldDefinition>>| {
            for field in fields.values() {
                next.push(field.ty.inner_named_type().clone());
                next.extend(field.arguments.iter().map(|argument| argument.ty.inner_named_type().clone()));
            }
        };
        match types.types.get(&name) {
            Some(ExtendedType::Object(it)) => {
                fields(&it.fields);
                next.extend(it.implements_interfaces.iter().map(|interface| interface.name.clone()));
            }
            Some(ExtendedType::Interface(it)) => {
                fields(&it.fields);
                next.extend(types.types.iter().filter_map(|(other, ty)| match ty {
                    ExtendedType::Object(object) if object.implements_interfaces.contains(&name) => Some(other.clone()),
                    _ => None,
                }));
            }
            Some(ExtendedType::InputObject(it)) => {
                next.extend(it.fields.values().map(|field| field.ty.inner_named_type().clone()));
            }
            _ => {}
        }
        waiting.extend(next.into_iter().filter(|name| reached.insert(name.clone())));
    }
    types.types.retain(|name, ty| ty.is_built_in() || reached.contains(name));
}

/// `__Type.isOneOf`, which apollo-compiler 1.33 does not know yet and async-graphql answers: without it the introspection of
/// newer clients would be refused.
fn add_one_of(types: &mut Schema) {
    if let Some(ExtendedType::Object(ty)) = types.types.get_mut("__Type") {
        let field = FieldDefinition {
            description: None,
            name: name!("isOneOf"),
            arguments: Vec::new(),
            ty: ty!(Boolean),
            directives: DirectiveList::default(),
        };
        ty.make_mut().fields.entry(name!("isOneOf")).or_insert_with(|| Component::new(field));
    }
}

impl std::fmt::Debug for ApiSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiSchema").field("sdl_bytes", &self.sdl.len()).finish()
    }
}
