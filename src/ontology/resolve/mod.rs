//! Syntax trees to the [`Ontology`], in stages. Each stage reports what it finds wrong and goes on with the rest, so that
//! one run tells every error; a later stage says nothing about what an earlier one has reported.

mod declare;
mod derived;
mod directives;
mod fields;
mod implements;
mod levels;
mod naming;
mod path;
mod properties;
mod relationships;
mod values;

use super::error::{OntologyError, Problems};
use super::parse::Parsed;
use super::{Names, Ontology};
use apollo_compiler::ast::Definition;

/// Kinds that the API itself speaks of: a citation's document, an observation's indicator.
const NEEDED_KINDS: [&str; 2] = ["Document", "Indicator"];

/// Resolves the syntax trees; the hash is put in as it is.
pub(super) fn resolve(parsed: &Parsed, hash: String) -> Result<Ontology, Vec<OntologyError>> {
    let mut problems = Problems::new(&parsed.sources);
    directives::check_definitions(parsed, &mut problems);
    let Some(declared) = declare::declare(parsed, &mut problems) else { return Err(problems.into_errors()) };

    let mut interfaces = implements::interfaces(&declared, &mut problems);
    let mut kinds = implements::kinds(&declared, &interfaces, &mut problems);
    let mut enums = values::enums(&declared, &mut problems);
    let structs = values::structs(&declared, &mut problems);
    let properties = properties::properties(&declared, &enums, &structs, &mut kinds, &mut interfaces, &mut problems);
    levels::count(&declared, &properties, &mut enums, &mut problems);
    values::report_unused(&declared, &structs, properties.iter().map(|property| &property.ty), &mut problems);

    let edge_types = properties::edge_properties(&declared, &mut problems);
    let known = relationships::Known { declared: &declared, interfaces: &interfaces, edge_types: &edge_types };
    let (relationships, relationship_places): (Vec<_>, Vec<_>) =
        relationships::relationships(&known, &mut problems).into_iter().unzip();
    let walk = derived::Walk {
        known: &known,
        kinds: &kinds,
        enums: &enums,
        properties: &properties,
        relationships: &relationships,
    };
    let (derived, derived_places): (Vec<_>, Vec<_>) = walk.derived(&mut problems).into_iter().unzip();

    let names = Names::default();
    let mut ontology = Ontology { kinds, interfaces, properties, relationships, derived, enums, structs, hash, names };
    fields::check(&ontology, &declared, &relationship_places, &derived_places, &mut problems);
    check_needed(parsed, &declared, &mut problems);
    check_size(&ontology, &mut problems);
    if !problems.none() {
        return Err(problems.into_errors());
    }
    ontology.names = Names::of(&ontology);
    Ok(ontology)
}

/// Reports kinds that the API speaks of and the ontology lacks.
fn check_needed(parsed: &Parsed, declared: &declare::Declared, problems: &mut Problems) {
    let definitions = parsed.documents.iter().flat_map(|document| &document.definitions);
    let first = definitions.filter_map(Definition::location).next();
    for needed in NEEDED_KINDS {
        if declared.kinds.iter().all(|kind| kind.name != needed) {
            let hint = format!("declare `type {needed} implements Entity @node`");
            problems.at(first, format!("the ontology has no kind `{needed}`, and the API speaks of it"), hint);
        }
    }
}

/// Reports more of one thing than its ids can number.
fn check_size(ontology: &Ontology, problems: &mut Problems) {
    let counts = [
        ("interfaces", ontology.interfaces.len()),
        ("properties", ontology.properties.len()),
        ("relationships", ontology.relationships.len()),
        ("shortcuts", ontology.derived.len()),
        ("enums", ontology.enums.len()),
        ("value types", ontology.structs.len()),
    ];
    for (what, count) in counts.into_iter().filter(|(_, count)| *count > usize::from(u16::MAX)) {
        problems.at(None, format!("there are {count} {what}, and at most {} are possible", u16::MAX), "declare fewer");
    }
}
