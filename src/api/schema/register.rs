//! Registers the API's types with async-graphql's dynamic schema, which prints the published SDL and answers
//! introspection. No field has a resolver of data: answers are written from plans.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::schema::{ExtendedType, FieldDefinition, InputValueDefinition};
use apollo_compiler::{Node, Schema};
use async_graphql::dynamic::{
    Enum, EnumItem, Field, FieldFuture, InputObject, InputValue, Interface, InterfaceField, Object, Scalar,
    SchemaError, TypeRef,
};
use async_graphql::{Name, ValidationMode};

/// The dynamic schema of the types of `types`.
///
/// # Errors
/// What async-graphql refuses of them: a fault of the ontology that resolving it did not find, or of ours.
pub fn register(types: &Schema) -> Result<async_graphql::dynamic::Schema, SchemaError> {
    // Documents are validated before they come here; the fast mode keeps what protects the process.
    let mut builder = async_graphql::dynamic::Schema::build("Query", None, None).validation_mode(ValidationMode::Fast);
    for (name, ty) in &types.types {
        if ty.is_built_in() {
            continue;
        }
        let text = ty.description().map(|d| d.to_string()).unwrap_or_default();
        builder = match ty {
            ExtendedType::Scalar(_) => builder.register(Scalar::new(name.as_str()).description(text)),
            ExtendedType::Enum(it) => {
                let start = Enum::new(name.as_str()).description(text);
                builder.register(it.values.values().fold(start, |all, value| {
                    all.item(EnumItem::new(value.value.as_str()).description(description(value.description.as_ref())))
                }))
            }
            ExtendedType::Object(it) => {
                let start = Object::new(name.as_str()).description(text);
                let start = it.implements_interfaces.iter().fold(start, |all, other| all.implement(other.as_str()));
                builder.register(it.fields.values().fold(start, |all, field| all.field(object_field(field))))
            }
            ExtendedType::Interface(it) => {
                let start = Interface::new(name.as_str()).description(text);
                builder.register(it.fields.values().fold(start, |all, field| {
                    let start = InterfaceField::new(field.name.as_str(), reference(&field.ty))
                        .description(description(field.description.as_ref()));
                    all.field(field.arguments.iter().fold(start, |all, argument| all.argument(input(argument))))
                }))
            }
            ExtendedType::InputObject(it) => {
                let start = InputObject::new(name.as_str()).description(text);
                let start = if it.directives.has("oneOf") { start.oneof() } else { start };
                builder.register(it.fields.values().fold(start, |all, field| all.field(input(field))))
            }
            ExtendedType::Union(_) => builder,
        };
    }
    builder.finish()
}

fn description(text: Option<&Node<str>>) -> String {
    text.map(|t| t.to_string()).unwrap_or_default()
}

fn object_field(field: &FieldDefinition) -> Field {
    let start = Field::new(field.name.as_str(), reference(&field.ty), |_| FieldFuture::from_value(None));
    let start = start.description(description(field.description.as_ref()));
    field.arguments.iter().fold(start, |all, argument| all.argument(input(argument)))
}

fn input(value: &Node<InputValueDefinition>) -> InputValue {
    let it =
        InputValue::new(value.name.as_str(), reference(&value.ty)).description(description(value.description.as_ref()));
    match value.default_value.as_deref() {
        Some(Value::Enum(name)) => it.default_value(async_graphql::Value::Enum(Name::new(name.as_str()))),
        Some(Value::Boolean(truth)) => it.default_value(*truth),
        Some(Value::String(text)) => it.default_value(text.as_str()),
        // The generator writes no other defaults.
        _ => it,
    }
}

fn reference(ty: &Type) -> TypeRef {
    match ty {
        Type::Named(name) => TypeRef::named(name.as_str()),
        Type::NonNullNamed(name) => TypeRef::named_nn(name.as_str()),
        Type::List(inner) => TypeRef::List(Box::new(reference(inner))),
        Type::NonNullList(inner) => TypeRef::NonNull(Box::new(TypeRef::List(Box::new(reference(inner))))),
    }
}
