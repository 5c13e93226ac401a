//! Introspection: the questions of GraphiQL and code generators, alone and beside data.

#[path = "support/api.rs"]
mod api;

use api::{ask, engine};
use serde_json::{Value, json};

const FULL: &str = "query IntrospectionQuery($deprecated: Boolean = true) {
  __schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind } types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: $deprecated) { ...InputValue } } } }
fragment FullType on __Type { kind name description specifiedByURL isOneOf
  fields(includeDeprecated: $deprecated) { name description args(includeDeprecated: $deprecated) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields(includeDeprecated: $deprecated) { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: $deprecated) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

/// Puts lists whose order means nothing into one order, and leaves out what is worded by the library.
fn normalised(mut schema: Value) -> Value {
    fn by_name(list: &mut Value) {
        if let Value::Array(items) = list {
            items.sort_by_key(|item| item["name"].as_str().unwrap_or_default().to_owned());
        }
    }
    schema["description"] = Value::Null;
    by_name(&mut schema["types"]);
    let Value::Array(types) = &mut schema["types"] else { panic!("types are a list") };
    types.retain(|ty| !ty["name"].as_str().unwrap_or_default().starts_with("__"));
    for ty in types {
        let builtin = matches!(ty["name"].as_str(), Some("String" | "Boolean" | "Int" | "Float" | "ID"));
        if builtin {
            ty["description"] = Value::Null;
        }
        if ty["kind"] == "INTERFACE" && ty["interfaces"].is_null() {
            // Both say that there are none, and clients take both.
            ty["interfaces"] = json!([]);
        }
        // The other does not know it yet.
        ty["isOneOf"] = Value::Null;
        by_name(&mut ty["possibleTypes"]);
        by_name(&mut ty["interfaces"]);
    }
    schema["directives"] = Value::Null;
    schema
}

#[test]
fn the_questions_of_graphiql_are_answered_as_by_another_implementation() {
    let ours = ask(FULL, json!({}));
    assert!(ours.get("errors").is_none(), "{}", ours["errors"]);
    for ty in ours["data"]["__schema"]["types"].as_array().expect("a list") {
        let one_of = ty["name"].as_str().is_some_and(|name| name.ends_with("OrderBy"));
        let expected = if ty["kind"] == "INPUT_OBJECT" { json!(one_of) } else { Value::Null };
        assert_eq!(ty["isOneOf"], expected, "{}", ty["name"]);
    }
    let types = &engine().context().schema.types;
    let document =
        apollo_compiler::ExecutableDocument::parse_and_validate(types, FULL, "q").expect("the query is valid");
    let operation = document.operations.get(None).expect("one operation");
    let variables =
        apollo_compiler::request::coerce_variable_values(types, operation, &Default::default()).expect("none needed");
    let other = apollo_compiler::introspection::partial_execute(
        types,
        &types.implementers_map(),
        &document,
        operation,
        &variables,
    )
    .expect("introspection is executed");
    let other = serde_json::to_value(&other).expect("JSON");
    let (ours, other) = (normalised(ours["data"]["__schema"].clone()), normalised(other["data"]["__schema"].clone()));
    for (a, b) in ours["types"].as_array().unwrap().iter().zip(other["types"].as_array().unwrap()) {
        assert_eq!(a, b);
    }
    assert_eq!(ours["types"].as_array().map(Vec::len), other["types"].as_array().map(Vec::len));
    assert_eq!(ours["queryType"], other["queryType"]);
}

#[test]
fn introspection_stands_beside_data_in_the_order_of_the_request() {
    let query = "query Q($id: ID!, $type: String!) { a: __typename first: company(id: $id) { id } t: __type(name: $type) { ...F }
                   second: company(id: $id) { __typename } __schema { queryType { name } } ...G }
                 fragment F on __Type { name isOneOf } fragment G on Query { t: __type(name: $type) { kind } }";
    let answer = ask(query, json!({"id": "company:weigao", "type": "CompanyOrderBy"}));
    assert_eq!(
        answer.to_string(),
        json!({"data": {
            "a": "Query",
            "first": {"id": "company:weigao"},
            "t": {"name": "CompanyOrderBy", "isOneOf": true, "kind": "INPUT_OBJECT"},
            "second": {"__typename": "Company"},
            "__schema": {"queryType": {"name": "Query"}},
        }})
        .to_string()
    );
    assert_eq!(ask(query, json!({"id": "company:weigao", "type": "Nope"}))["data"]["t"], Value::Null);
}
