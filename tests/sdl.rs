//! Holds the published schema: the same ontology gives the same text, small, described throughout, and read by others.

use mdgraph::api::schema::ApiSchema;
use mdgraph::ontology::Ontology;
use std::path::Path;

/// Types per kind of the ontology, all told.
const MOST_TYPES_PER_KIND: usize = 16;

fn api() -> (Ontology, ApiSchema) {
    let ontology = Ontology::embedded().expect("the ontology has no errors");
    let api = ApiSchema::of(&ontology).expect("the ontology gives an API");
    (ontology, api)
}

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/api.graphql");
    let (_, api) = api();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &api.sdl).expect("schema/api.graphql can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == api.sdl, "schema/api.graphql is out of date: run UPDATE=1 cargo test --test sdl");
}

#[test]
fn the_schema_is_the_same_each_time() {
    assert_eq!(api().1.sdl, api().1.sdl);
}

#[test]
fn a_kind_costs_few_types() {
    let (ontology, api) = api();
    let types = api.types.types.values().filter(|ty| !ty.is_built_in()).count();
    let most = MOST_TYPES_PER_KIND * ontology.kinds.len();
    assert!(types <= most, "{types} types for {} kinds, where {most} are allowed", ontology.kinds.len());
}

/// A Chinese character; no punctuation, no letter of another script.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

#[test]
fn everything_has_a_description_and_chinese_comes_first() {
    use apollo_compiler::schema::ExtendedType;
    let (_, api) = api();
    let mut missing = Vec::new();
    let mut check = |what: String, text: Option<&str>| {
        let chinese = text.and_then(|text| text.trim_start().chars().next()).is_some_and(is_chinese);
        if !chinese {
            missing.push(what);
        }
    };
    for (name, ty) in api.types.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        check(name.to_string(), ty.description().map(|text| text.as_ref()));
        let (fields, inputs, values) = match ty {
            ExtendedType::Object(it) => (it.fields.values().collect(), vec![], vec![]),
            ExtendedType::Interface(it) => (it.fields.values().collect(), vec![], vec![]),
            ExtendedType::InputObject(it) => (vec![], it.fields.values().collect(), vec![]),
            ExtendedType::Enum(it) => (vec![], vec![], it.values.values().collect::<Vec<_>>()),
            _ => (vec![], vec![], vec![]),
        };
        for field in fields {
            check(format!("{name}.{}", field.name), field.description.as_deref());
            for argument in &field.arguments {
                check(format!("{name}.{}({})", field.name, argument.name), argument.description.as_deref());
            }
        }
        inputs.iter().for_each(|it| check(format!("{name}.{}", it.name), it.description.as_deref()));
        values.iter().for_each(|it| check(format!("{name}.{}", it.value), it.description.as_deref()));
    }
    assert!(missing.is_empty(), "without a description that begins in Chinese: {missing:?}");
}
