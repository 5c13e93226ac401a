//! The API's types, from the ontology: written as SDL ([`generate`]), registered with async-graphql ([`register`]),
//! which prints what is published and answers introspection; what is printed is what documents are validated against.

mod generate;
mod register;

pub use generate::is_sortable;

use crate::ontology::Ontology;
use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use async_graphql::{SDLExportOptions, dynamic};

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
        let source = Schema::parse(generate::source(ontology), "api.graphql").map_err(|e| wrong(&e.errors))?;
        let registry = register::register(&source).map_err(|e| wrong(&e))?;
        let options = SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident();
        // The registry ends with definitions of the directives that every GraphQL implementation knows.
        let printed = registry.sdl_with_options(options);
        let types = Schema::parse_and_validate(&printed, "api.graphql").map_err(|e| wrong(&e.errors))?;
        Ok(ApiSchema { sdl: printed, types, registry })
    }
}

impl std::fmt::Debug for ApiSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiSchema").field("sdl_bytes", &self.sdl.len()).finish()
    }
}
