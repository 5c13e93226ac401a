//! A document, made ready once: parsed, held to the limits, validated, and its selections compiled as they are asked for.

use super::about::AboutTrees;
use super::conform;
use super::guard;
use super::input::{self, Input};
use super::schema::ApiSchema;
use super::select::collect::condition_variables;
use super::select::{Compiler, RootField, Vocabulary};
use crate::config::Limits;
use crate::error::{ErrorCode, GraphqlError, Location};
use crate::ontology::Ontology;
use apollo_compiler::ast::{self, Type};
use apollo_compiler::diagnostic::Diagnostic;
use apollo_compiler::executable;
use apollo_compiler::validation::{DiagnosticData, DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name, Node};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// How many choices of the variables of `@skip` and `@include` an operation keeps its selections for; others are compiled again.
const KEPT_SELECTIONS: usize = 8;

/// What a document is prepared against.
#[derive(Debug)]
pub struct Context {
    /// The ontology.
    pub ontology: Arc<Ontology>,
    /// Its names.
    pub vocabulary: Vocabulary,
    /// The API's types.
    pub schema: ApiSchema,
    /// What the API says of itself.
    pub about: AboutTrees,
    /// The limits of a request.
    pub limits: Limits,
}

/// A valid document.
#[derive(Debug)]
pub struct Prepared {
    /// Its text, but for descriptions and commas: a space stands for each of their characters.
    pub text: Arc<str>,
    document: Valid<ExecutableDocument>,
    operations: Vec<Operation>,
}

/// An operation of a document.
#[derive(Debug)]
pub struct Operation {
    /// Its name, if it has one.
    pub name: Option<Arc<str>>,
    definition: Node<executable::Operation>,
    variables: Vec<Variable>,
    names: Vec<Name>,
    /// Numbers of the variables that `@skip` and `@include` use.
    conditions: Vec<usize>,
    selections: Mutex<Vec<(u64, Arc<Vec<RootField>>)>>,
}

#[derive(Debug)]
struct Variable {
    name: Name,
    ty: Type,
    default: Option<Input>,
    offset: usize,
}

/// Why a document is not prepared.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong with it; at least one.
    pub errors: Vec<GraphqlError>,
    /// Whether it has an operation that is no query: by GET the method is what is wrong.
    pub has_other_than_query: bool,
}

impl From<GraphqlError> for Refused {
    fn from(error: GraphqlError) -> Refused {
        Refused { errors: vec![error], has_other_than_query: false }
    }
}

/// Prepares a document.
///
/// # Errors
/// Every error of syntax or validation; the first limit that is passed; a fault of ours if the compiler fails.
pub fn prepare(text: &str, context: &Context) -> Result<Prepared, Refused> {
    guard::check_text(text, &context.limits)?;
    let compiled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| compile(text, context)));
    compiled.unwrap_or_else(|_| {
        tracing::error!("compiling a document panicked");
        let message = "The server failed at this document. Report it with the document.";
        Err(GraphqlError::new(ErrorCode::Internal, message).into())
    })
}

fn compile(text: &str, context: &Context) -> Result<Prepared, Refused> {
    let refused = |list: &DiagnosticList, code, has_other_than_query| Refused {
        errors: diagnostics(list, code, &context.limits),
        has_other_than_query,
    };
    let plain = conform::plain_text(text)?;
    let text = plain.as_str();
    let parsed = ast::Document::parse(text, "request.graphql")
        .map_err(|wrong| refused(&wrong.errors, ErrorCode::ParseFailed, false))?;
    guard::check_operations(&parsed, &context.limits)?;
    let other = parsed.definitions.iter().any(|definition| match definition {
        ast::Definition::OperationDefinition(operation) => operation.operation_type != ast::OperationType::Query,
        _ => false,
    });
    let document = parsed
        .to_executable_validate(&context.schema.types)
        .map_err(|wrong| refused(&wrong.errors, ErrorCode::ValidationFailed, other))?;
    let errors = conform::check_values(&document, &context.schema.types, text, context.limits.errors as usize + 1);
    if !errors.is_empty() {
        return Err(Refused { errors, has_other_than_query: other });
    }
    let mut operations = Vec::new();
    for definition in document.operations.iter() {
        operations.push(operation(text, &document, definition, context)?);
    }
    Ok(Prepared { text: text.into(), document, operations })
}

fn operation(
    text: &str,
    document: &ExecutableDocument,
    definition: &Node<executable::Operation>,
    context: &Context,
) -> Result<Operation, GraphqlError> {
    let mut variables = Vec::new();
    for variable in &definition.variables {
        let offset = variable.location().map_or(0, |span| span.offset());
        let default = variable.default_value.as_ref().map(|value| {
            input::literal(&context.schema.types, &variable.ty, value, &[]).map_err(|wrong| {
                GraphqlError::new(ErrorCode::BadUserInput, wrong.say(&format!("The default of ${}", variable.name)))
                    .at(Location::of_offset(text, offset))
            })
        });
        variables.push(Variable {
            name: variable.name.clone(),
            ty: (*variable.ty).clone(),
            default: default.transpose()?,
            offset,
        });
    }
    let used = condition_variables(document, &definition.selection_set);
    Ok(Operation {
        name: definition.name.as_ref().map(|name| name.as_str().into()),
        definition: definition.clone(),
        conditions: (0..variables.len()).filter(|at| used.contains(&variables[*at].name)).collect(),
        names: variables.iter().map(|variable| variable.name.clone()).collect(),
        variables,
        selections: Mutex::default(),
    })
}

/// What a compiler found, as errors of an answer; more than are listed are only counted, so they are not kept.
fn diagnostics(list: &DiagnosticList, code: ErrorCode, limits: &Limits) -> Vec<GraphqlError> {
    let most = limits.errors as usize + 1;
    let one = |diagnostic: Diagnostic<'_, DiagnosticData>| {
        let error = GraphqlError::new(code, diagnostic.error.to_string());
        match diagnostic.line_column_range() {
            Some(range) => error.at(Location {
                line: u32::try_from(range.start.line).unwrap_or(u32::MAX),
                column: u32::try_from(range.start.column).unwrap_or(u32::MAX),
            }),
            None => error,
        }
    };
    list.iter().take(most).map(one).collect()
}

fn bad(message: String) -> GraphqlError {
    GraphqlError::new(ErrorCode::BadUserInput, message)
}

impl Prepared {
    /// The operation to run.
    ///
    /// # Errors
    /// There is none, several and no name, or none of the name.
    pub fn operation(&self, name: Option<&str>) -> Result<&Operation, GraphqlError> {
        let names = || {
            let names: Vec<&str> = self.operations.iter().filter_map(|o| o.name.as_deref()).take(20).collect();
            names.join(", ")
        };
        match (name, self.operations.as_slice()) {
            (_, []) => Err(bad("The document has no operation; add a query.".into())),
            (None, [only]) => Ok(only),
            (None, _) => Err(bad(format!(
                "The document has several operations: say in operationName which to run, one of {}.",
                names()
            ))),
            (Some(name), all) => {
                all.iter().find(|operation| operation.name.as_deref() == Some(name)).ok_or_else(|| {
                    let short: String = name.chars().take(80).collect();
                    bad(format!("The document has no operation {short:?}; it has {}.", names()))
                })
            }
        }
    }

    /// What an operation selects, for the request's variables.
    ///
    /// # Errors
    /// Null for a condition; a literal that its type does not allow; a tree that grows too large.
    pub fn selection(
        &self,
        operation: &Operation,
        variables: &[Option<Input>],
        context: &Context,
    ) -> Result<Arc<Vec<RootField>>, GraphqlError> {
        let mut choice = 0_u64;
        for (bit, at) in operation.conditions.iter().enumerate() {
            match variables.get(*at).and_then(Option::as_ref) {
                Some(Input::Bool(truth)) => choice |= u64::from(*truth) << (bit % 64),
                _ => {
                    return Err(bad(format!(
                        "${} decides what is selected: give true or false, not null.",
                        operation.names[*at]
                    )));
                }
            }
        }
        // A document has few directives, so that choices differ in their bits; the guard sees to it.
        let kept = operation.selections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, selection)) = kept.iter().find(|(known, _)| *known == choice) {
            return Ok(selection.clone());
        }
        drop(kept);
        let condition = |name: &Name| {
            let at = operation.names.iter().position(|known| known == name);
            at.and_then(|at| variables.get(at)?.as_ref()) == Some(&Input::Bool(true))
        };
        let mut compiler = Compiler::new(
            &self.document,
            &self.text,
            context,
            &operation.names,
            &operation.definition.variables,
            &condition,
        );
        let selection = Arc::new(compiler.root(&operation.definition.selection_set)?);
        let mut kept = operation.selections.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_SELECTIONS && kept.iter().all(|(known, _)| *known != choice) {
            kept.push((choice, selection.clone()));
        }
        Ok(selection)
    }
}

impl Operation {
    /// The request's variables, coerced, in the order of the operation.
    ///
    /// # Errors
    /// The first value that its type does not allow, or that is missing.
    pub fn coerce(
        &self,
        given: &Map<String, Value>,
        text: &str,
        context: &Context,
    ) -> Result<Vec<Option<Input>>, GraphqlError> {
        let coerce = |variable: &Variable| match given.get(variable.name.as_str()) {
            Some(value) => match input::variable(&context.schema.types, &variable.ty, value) {
                Ok(value) => Ok(Some(value)),
                Err(wrong) => Err(bad(wrong.say(&format!("Variable ${}", variable.name)))
                    .at(Location::of_offset(text, variable.offset))),
            },
            None if variable.default.is_some() => Ok(variable.default.clone()),
            None if variable.ty.is_non_null() => {
                let message = format!(
                    "Variable ${}: a value of type {} is missing; give it in variables.",
                    variable.name, variable.ty
                );
                Err(bad(message).at(Location::of_offset(text, variable.offset)))
            }
            None => Ok(None),
        };
        self.variables.iter().map(coerce).collect()
    }
}
