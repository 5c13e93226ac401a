//! Coercion, held to another implementation and to itself: what is taken as a variable is what apollo-compiler takes (but for the
//! API's own scalars and one-of objects, of which it knows nothing), and the same value written as a literal means the same.

use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Node};
use mdgraph::api::input::{self, Input};
use mdgraph::api::schema::ApiSchema;
use mdgraph::ontology::Ontology;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static API: LazyLock<ApiSchema> = LazyLock::new(|| {
    let ontology = Ontology::embedded().expect("the ontology has no errors");
    ApiSchema::of(&ontology).expect("the ontology gives an API")
});

const TYPES: [&str; 12] = [
    "Int",
    "String!",
    "ID",
    "[ID!]!",
    "Boolean!",
    "AsOf",
    "CompanyWhere",
    "[CompanyOrderBy!]",
    "ObservationWhere",
    "[Status!]",
    "Lang!",
    "OrganisationWhere!",
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![0_i64, 1, -1, 2147483647, 2147483648, -2147483649, 1 << 40]).prop_map(Value::from),
        prop::sample::select(vec![0.5, 697.1, 1e30]).prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "2024",
            "2024-13",
            "2024-06-18",
            "ACTUAL",
            "ZH",
            "DESC",
            "company:weigao",
            "697.1",
            "名\"\n\\"
        ])
        .prop_map(Value::from),
    ]
}

/// A value that mostly fits a type: unfit ones stand here and there.
fn value(ty: &Type, depth: u32) -> BoxedStrategy<Value> {
    let fit = match ty {
        Type::List(inner) | Type::NonNullList(inner) => {
            prop::collection::vec(value(inner, depth), 0..3).prop_map(Value::from).boxed()
        }
        Type::Named(name) | Type::NonNullNamed(name) => match (name.as_str(), API.types.types.get(name)) {
            (_, Some(ExtendedType::Enum(it))) => {
                let names: Vec<String> = it.values.keys().map(ToString::to_string).collect();
                prop::sample::select(names).prop_map(Value::from).boxed()
            }
            (_, Some(ExtendedType::InputObject(it))) if depth > 0 => {
                let fields: Vec<(String, Type)> =
                    it.fields.values().map(|field| (field.name.to_string(), (*field.ty).clone())).collect();
                let one =
                    prop::sample::select(fields).prop_flat_map(move |(name, ty)| (Just(name), value(&ty, depth - 1)));
                prop::collection::vec(one, 0..3)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>()))
                    .boxed()
            }
            (_, Some(ExtendedType::InputObject(_))) => Just(json!({})).boxed(),
            ("Int", _) => any::<i32>().prop_map(Value::from).boxed(),
            ("Boolean", _) => any::<bool>().prop_map(Value::from).boxed(),
            ("PartialDate", _) => {
                prop::sample::select(vec!["2024", "2024-06", "1999-12-31"]).prop_map(Value::from).boxed()
            }
            ("Decimal", _) => prop::sample::select(vec![json!(697.1), json!(5), json!("0.0001")]).boxed(),
            _ => "[a-z:名]{0,6}".prop_map(Value::from).boxed(),
        },
    };
    prop_oneof![12 => fit, 1 => scalar(), 1 => Just(json!({"nope": 1}))].boxed()
}

fn case() -> impl Strategy<Value = (Type, Value)> {
    let types: Vec<Type> = TYPES.iter().map(|text| Type::parse(*text, "t").expect("a type")).collect();
    prop::sample::select(types).prop_flat_map(|ty| (Just(ty.clone()), value(&ty, 4)))
}

/// A JSON value as a literal of a type: names of enum values without quotation marks.
fn literal(ty: &Type, value: &Value) -> String {
    let inner = |name: &str| match (ty, API.types.get_input_object(ty.inner_named_type())) {
        (_, Some(it)) => it.fields.get(name).map(|field| (*field.ty).clone()),
        _ => None,
    };
    match value {
        Value::Array(items) => {
            let item = if ty.is_list() { ty.item_type() } else { ty };
            format!("[{}]", items.iter().map(|value| literal(item, value)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let ty = inner(name).unwrap_or_else(|| ty.clone());
                format!("{name}: {}", literal(&ty, value))
            };
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Value::String(text)
            if API.types.get_enum(ty.inner_named_type()).is_some_and(|it| it.values.contains_key(text.as_str())) =>
        {
            text.clone()
        }
        other => other.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn variables_are_taken_as_elsewhere_and_as_literals((ty, value) in case()) {
        let types = &API.types;
        let ours = input::variable(types, &ty, &value);

        let document = ExecutableDocument::parse(types, format!("query Q($v: {ty}) {{ __typename }}"), "q").expect("a document");
        let operation = document.operations.get(None).expect("an operation");
        let given = serde_json::from_value(json!({"v": value})).expect("an object");
        let theirs = apollo_compiler::request::coerce_variable_values(types, operation, &given);
        match (&ours, theirs) {
            (Ok(_), Err(error)) => prop_assert!(false, "taken here and not there: {}", error.message()),
            (Err(wrong), Ok(_)) => {
                let why = wrong.say("v");
                let of_ours = ["is not a date", "a date as a string", "exactly one field", "a number", "is not a number", "decimals", "larger than"];
                prop_assert!(of_ours.iter().any(|part| why.contains(part)), "taken there and not here: {}", why);
            }
            _ => {}
        }

        // As literals, too; but 3.0, which is 3 in JSON, is no Int as a literal and not tried.
        let text = literal(&ty, &value);
        let source = format!("query Q($v: {ty} = {text}) {{ __typename }}");
        let parsed = apollo_compiler::ast::Document::parse(source, "q").expect("a document");
        let Some(apollo_compiler::ast::Definition::OperationDefinition(operation)) = parsed.definitions.first() else { unreachable!() };
        let default: &Node<Literal> = operation.variables[0].default_value.as_ref().expect("a default");
        let written: Result<Input, _> = input::literal(types, &ty, default, &[]);
        if let Ok(ours) = &ours {
            prop_assert_eq!(Ok(ours), written.as_ref(), "{}", text);
        }
    }
}
