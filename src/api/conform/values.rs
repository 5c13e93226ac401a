//! The pass after validation: literals, and variables inside of literals.

use crate::error::{ErrorCode, GraphqlError, Location};
use apollo_compiler::ast::{Argument, DirectiveList, InputValueDefinition, Type, Value, VariableDefinition};
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};
use std::collections::{HashMap, HashSet};

/// What is wrong with the values of a document that is valid otherwise; at most `most` errors.
///
/// Fields of input objects must be given once; a one-of object exactly one, not null, and no variable that may be null; a variable
/// within a list or an object must fit its place as one that is an argument's whole value must, must be declared even where
/// it stands in a value of a custom scalar, and `= null` is no default that makes a nullable variable fit.
pub fn check_values(document: &ExecutableDocument, schema: &Schema, text: &str, most: usize) -> Vec<GraphqlError> {
    let mut found = Vec::new();
    for operation in document.operations.iter() {
        let variables = operation.variables.iter().map(|variable| (&variable.name, variable)).collect();
        Check { document, schema, text, variables, found: &mut found }.operation(operation);
    }
    found.truncate(most);
    found
}

/// The check of one operation, with the fragments that it reaches.
struct Check<'d, 'f> {
    document: &'d ExecutableDocument,
    schema: &'d Schema,
    text: &'d str,
    variables: HashMap<&'d Name, &'d Node<VariableDefinition>>,
    found: &'f mut Vec<GraphqlError>,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'d> {
    /// The type that is wanted; unknown inside of a custom scalar's object.
    ty: Option<&'d Type>,
    /// Whether the place has a default of its own.
    has_default: bool,
    /// Whether it is the field of a one-of object.
    in_one_of: bool,
}

impl<'d> Place<'d> {
    fn of(definition: Option<&'d Node<InputValueDefinition>>) -> Place<'d> {
        Place {
            ty: definition.map(|it| &*it.ty),
            has_default: definition.is_some_and(|it| it.default_value.is_some()),
            in_one_of: false,
        }
    }
}

impl<'d> Check<'d, '_> {
    fn operation(&mut self, operation: &'d Node<Operation>) {
        for variable in &operation.variables {
            if let Some(value) = &variable.default_value {
                self.value(value, Place { ty: Some(&variable.ty), has_default: false, in_one_of: false });
            }
            self.directives(&variable.directives);
        }
        self.directives(&operation.directives);
        let mut reached = HashSet::new();
        let mut waiting = vec![&operation.selection_set];
        while let Some(set) = waiting.pop() {
            let mut spreads = Vec::new();
            self.set(set, &mut spreads);
            for name in spreads {
                if let Some(fragment) = self.document.fragments.get(name)
                    && reached.insert(name)
                {
                    self.directives(&fragment.directives);
                    waiting.push(&fragment.selection_set);
                }
            }
        }
    }

    /// Checks a selection set but for the fragments that it spreads, which are added to `spreads`.
    fn set(&mut self, set: &'d SelectionSet, spreads: &mut Vec<&'d Name>) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        self.argument(argument, field.definition.argument_by_name(&argument.name));
                    }
                    self.directives(&field.directives);
                    self.set(&field.selection_set, spreads);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.directives);
                    self.set(&inline.selection_set, spreads);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives);
                    spreads.push(&spread.fragment_name);
                }
            }
        }
    }

    fn directives(&mut self, directives: &'d DirectiveList) {
        for directive in directives.iter() {
            let definition = self.schema.directive_definitions.get(&directive.name);
            for argument in &directive.arguments {
                self.argument(argument, definition.and_then(|it| it.argument_by_name(&argument.name)));
            }
        }
    }

    fn argument(&mut self, argument: &'d Argument, definition: Option<&'d Node<InputValueDefinition>>) {
        self.value(&argument.value, Place::of(definition));
    }

    fn value(&mut self, value: &'d Node<Value>, place: Place<'d>) {
        match &**value {
            Value::Variable(name) => self.variable(value, name, place),
            Value::List(items) => {
                let item = Place { ty: place.ty.map(Type::item_type), has_default: false, in_one_of: false };
                items.iter().for_each(|value| self.value(value, item));
            }
            Value::Object(fields) => self.object(value, fields, place),
            _ => {}
        }
    }

    fn object(&mut self, value: &'d Node<Value>, fields: &'d [(Name, Node<Value>)], place: Place<'d>) {
        let mut seen = HashSet::new();
        for (name, given) in fields {
            if !seen.insert(name) {
                self.wrong(given, format!("the field `{name}` is given twice"));
            }
        }
        let ty = match place.ty.and_then(|ty| self.schema.types.get(ty.inner_named_type())) {
            Some(ExtendedType::InputObject(ty)) => Some(ty),
            _ => None,
        };
        let one_of = ty.filter(|ty| ty.directives.has("oneOf"));
        if let Some(ty) = one_of
            && (fields.len() != 1 || fields[0].1.is_null())
        {
            let names: Vec<&str> = ty.fields.keys().take(30).map(Name::as_str).collect();
            let names = names.join(", ");
            self.wrong(
                value,
                format!("`{}` wants exactly one field, with a value that is not null, of {names}", ty.name),
            );
        }
        for (name, given) in fields {
            let definition = ty.and_then(|ty| ty.fields.get(name)).map(|field| &field.node);
            self.value(given, Place { in_one_of: one_of.is_some(), ..Place::of(definition) });
        }
    }

    fn variable(&mut self, value: &'d Node<Value>, name: &'d Name, place: Place<'d>) {
        let Some(variable) = self.variables.get(name) else {
            return self.wrong(value, format!("variable `${name}` is not defined"));
        };
        let given = &variable.ty;
        if place.in_one_of && !given.is_non_null() {
            let message = format!(
                "variable `${name}` of type `{given}` may be null, which the field of a one-of object must not be"
            );
            return self.wrong(value, message);
        }
        let Some(wanted) = place.ty else { return };
        let has_default = place.has_default || variable.default_value.as_ref().is_some_and(|value| !value.is_null());
        let fits = match wanted.is_non_null() && !given.is_non_null() && has_default {
            true => given.is_assignable_to(&wanted.clone().nullable()),
            false => given.is_assignable_to(wanted),
        };
        if !fits {
            self.wrong(
                value,
                format!("variable `${name}` of type `{given}` cannot be used where type `{wanted}` is wanted"),
            );
        }
    }

    fn wrong(&mut self, value: &Node<Value>, message: String) {
        let error = GraphqlError::new(ErrorCode::ValidationFailed, message);
        self.found.push(match value.location() {
            Some(span) => error.at(Location::of_offset(self.text, span.offset())),
            None => error,
        });
    }
}
