//! Fourth stage: properties of entities and of edges.

use super::super::error::Problems;
use super::super::spelling::did_you_mean;
use super::super::{
    EdgeProperty, EnumType, Indexing, Interface, Kind, PropId, Property, StructType, Target, ValueType,
};
use super::declare::Declared;
use super::values::{self, Positions};
use super::{directives, naming};
use apollo_compiler::Node;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::parser::SourceSpan;

/// Properties found so far, with the place that declared each first.
struct Found<'a> {
    declared: &'a Declared<'a>,
    enums: &'a [EnumType],
    structs: &'a [StructType],
    properties: Vec<Property>,
    places: Vec<Option<SourceSpan>>,
    by_name: Positions,
}

/// All properties; enters into `kinds` and `interfaces` which of them they have.
pub(super) fn properties(
    declared: &Declared,
    enums: &[EnumType],
    structs: &[StructType],
    kinds: &mut [Kind],
    interfaces: &mut [Interface],
    problems: &mut Problems,
) -> Vec<Property> {
    let mut found =
        Found { declared, enums, structs, properties: Vec::new(), places: Vec::new(), by_name: Positions::new() };
    for (subject, subject_name, fields) in declared.subjects() {
        for (i, field) in fields.iter().enumerate() {
            let span = field.name.location();
            if fields[..i].iter().any(|earlier| earlier.name == field.name) {
                problems.at(
                    span,
                    format!("`{subject_name}` has the field `{}` twice", field.name),
                    "remove one of them",
                );
                continue;
            }
            naming::check_field(&field.name, span, problems);
            values::check_plain(field, problems);
            if declared.target_of(field).is_some() || joins_no_entities(field, declared, problems) {
                continue;
            }
            match subject {
                Target::Entity => {
                    let message = format!(
                        "`{}` is a property, and `extend interface Entity` takes relationships only",
                        field.name
                    );
                    problems.at(
                        span,
                        message,
                        "declare it on an interface, and repeat it on the kinds that implement it",
                    );
                }
                Target::Kind(kind) => kinds[kind.index()].properties.extend(found.property(field, problems)),
                Target::Interface(id) => interfaces[id.index()].properties.extend(found.property(field, problems)),
            }
        }
    }
    check_repeated(declared, interfaces, problems);
    found.properties
}

impl Found<'_> {
    /// The property that a field declares; None if it is none.
    fn property(&mut self, field: &Node<FieldDefinition>, problems: &mut Problems) -> Option<PropId> {
        let (name, span) = (&field.name, field.name.location());
        let allowed = ["unique", "index", "level", "history", "default"];
        directives::check_uses(&field.directives, &allowed, "a property", problems);
        let described = naming::described(field.description.as_ref(), &format!("field `{name}`"), span, problems);
        let ty = values::value_type(field, self.declared, problems)?;
        check_directives(field, &ty, problems);
        if matches!(ty, ValueType::Int | ValueType::Decimal) {
            naming::check_number(name, span, problems);
        }
        let mut value = |directive: &str, argument: &str| {
            let (text, span) = directives::text(field.directives.get(directive)?, argument)?;
            let value = values::value(text, &ty, self.enums);
            value.map_err(|hint| problems.at(span, format!("\"{text}\" is no value of `{name}`"), hint)).ok()
        };
        let (default, place) = (value("default", "value"), value("level", "place"));
        let indexing = match (field.directives.has("unique"), field.directives.has("index")) {
            (true, _) => Indexing::Unique,
            (false, true) => Indexing::Index,
            (false, false) => Indexing::None,
        };
        let property = Property {
            name: name.as_str().into(),
            ty,
            required: field.ty.is_non_null(),
            indexing,
            level: field.directives.has("level"),
            place,
            history: field.directives.has("history"),
            default,
            described,
        };
        let Some(first) = self.by_name.get(&property.name).copied() else {
            let id = self.properties.len();
            self.by_name.insert(property.name.clone(), id);
            self.check_place(&property, span, problems);
            self.properties.push(property);
            self.places.push(span);
            return Some(PropId(id as u16));
        };
        let (earlier, place) = (&self.properties[first], problems.place(self.places[first]));
        if earlier.ty != property.ty {
            let (was, is) = (self.written(&earlier.ty), self.written(&property.ty));
            let message = format!("`{name}` is {is} here and {was} in {place}");
            problems.at(
                span,
                message,
                "a property name has one type in the whole ontology: choose another name for one of them",
            );
        } else if (earlier.required, earlier.indexing, earlier.level, &earlier.place)
            != (property.required, property.indexing, property.level, &property.place)
            || (earlier.history, &earlier.default) != (property.history, &property.default)
        {
            let message = format!("`{name}` is declared with another `!` or other directives than in {place}");
            problems.at(
                span,
                message,
                "declare a property of one name alike everywhere, or choose another name for one of them",
            );
        }
        Some(PropId(first as u16))
    }

    /// Reports a second property that says what the place is.
    fn check_place(&self, property: &Property, span: Option<SourceSpan>, problems: &mut Problems) {
        let first = self.properties.iter().position(|earlier| earlier.place.is_some());
        let (true, Some(first)) = (property.place.is_some(), first) else { return };
        let (earlier, place) = (&self.properties[first].name, problems.place(self.places[first]));
        let message = format!("`{}` says which level is the place, and so does `{earlier}` in {place}", property.name);
        problems.at(span, message, "leave `place` to one of them");
    }

    fn written(&self, ty: &ValueType) -> String {
        values::written(ty, self.enums, self.structs)
    }
}

/// Reports a field that is declared as joining entities and whose type is no kind and no interface.
fn joins_no_entities(field: &FieldDefinition, declared: &Declared, problems: &mut Problems) -> bool {
    let joining = ["relationship", "derived"].into_iter().find(|name| field.directives.has(name));
    let Some(directive) = joining else { return false };
    let named = field.ty.inner_named_type();
    let subjects: Vec<&str> = declared.subjects().map(|(_, name, _)| name).collect();
    let near = did_you_mean(named, subjects);
    let message = match declared.meaning(named) {
        Some(_) => format!("@{directive} joins entities, and `{named}` is a type of values"),
        None => format!("there is no kind or interface `{named}`"),
    };
    problems.at(named.location(), message, format!("{near}name a kind or an interface that is declared"));
    true
}

/// Reports directives that do not go with the type or with each other.
fn check_directives(field: &FieldDefinition, ty: &ValueType, problems: &mut Problems) {
    let single = !matches!(ty, ValueType::List(_) | ValueType::Struct(_));
    for directive in field.directives.iter().filter(|directive| !single && directive.name != "key") {
        if matches!(directive.name.as_str(), "unique" | "index" | "level" | "history" | "default") {
            let message =
                format!("@{} needs a single value, and `{}` is a list or an object", directive.name, field.name);
            problems.at(directive.name.location(), message, "remove it, or declare the field with a single value");
        }
    }
    let excluding = [
        ("unique", "index", "a unique property is indexed: remove @index"),
        ("unique", "default", "a value that many entities get is not unique: remove one of them"),
        ("unique", "history", "a value that changes cannot be unique: remove one of them"),
        ("unique", "level", "many entities stand at one level: remove one of them"),
        ("level", "history", "what is under an entity would change with its level: remove one of them"),
    ];
    for (one, other, hint) in excluding {
        if let (true, Some(directive)) = (field.directives.has(one), field.directives.get(other)) {
            problems.at(directive.name.location(), format!("@{one} and @{other} exclude each other"), hint);
        }
    }
    if let (Some(directive), true, false) = (field.directives.get("level"), single, matches!(ty, ValueType::Enum(_))) {
        let message = format!("the levels of `{}` are not told one by one", field.name);
        problems.at(directive.name.location(), message, "declare an enum of the levels, and give the field its type");
    }
    if field.directives.has("default") && !field.ty.is_non_null() {
        let message = format!("`{}` has a default and is declared as if it could be missing", field.name);
        problems.at(field.ty.inner_named_type().location(), message, format!("write `{}!`", field.ty));
    }
    if field.ty.is_non_null() && field.ty.is_list() {
        let hint =
            format!("write `{}`: a list that nothing is said of is unknown, not empty", field.ty.clone().nullable());
        problems.at(
            field.ty.inner_named_type().location(),
            format!("the list `{}` cannot be required", field.name),
            hint,
        );
    }
}

/// Reports properties of an interface that something that implements it does not repeat.
fn check_repeated(declared: &Declared, interfaces: &[Interface], problems: &mut Problems) {
    for declaration in declared.kinds.iter().chain(&declared.interfaces) {
        for (interface, named) in declared.interfaces.iter().zip(interfaces) {
            if !declaration.implements.contains(interface.name) || interface.name == declaration.name {
                continue;
            }
            for field in interface.fields {
                let property = !named.properties.is_empty() && declared.target_of(field).is_none();
                if property && declaration.fields.iter().all(|own| own.name != field.name) {
                    let message = format!(
                        "`{}` does not repeat `{}` of interface `{}`",
                        declaration.name, field.name, interface.name
                    );
                    let hint = format!("add `{}: {}{}` with its description", field.name, field.ty, field.directives);
                    problems.at(declaration.name.location(), message, hint);
                }
            }
        }
    }
}

/// The properties of each edge type.
pub(super) fn edge_properties(declared: &Declared, problems: &mut Problems) -> Vec<Vec<EdgeProperty>> {
    declared
        .edge_types
        .iter()
        .map(|declaration| {
            let mut properties: Vec<EdgeProperty> = Vec::new();
            for field in declaration.fields {
                let (name, span) = (&field.name, field.name.location());
                naming::check_edge_field(name, problems);
                values::check_plain(field, problems);
                directives::check_uses(&field.directives, &["key"], "a property of an edge", problems);
                if properties.iter().any(|earlier| *earlier.name == **name) {
                    problems.at(
                        span,
                        format!("`{}` has the field `{name}` twice", declaration.name),
                        "remove one of them",
                    );
                }
                let described =
                    naming::described(field.description.as_ref(), &format!("field `{name}`"), span, problems);
                let Some(ty) = values::value_type(field, declared, problems) else { continue };
                let key = field.directives.get("key");
                let type_span = field.ty.inner_named_type().location();
                if field.ty.is_non_null() {
                    let hint = format!("write `{}`: a document may leave it open", field.ty.clone().nullable());
                    problems.at(type_span, format!("`{name}` of an edge cannot be required"), hint);
                }
                match &ty {
                    ValueType::List(inner) if **inner != ValueType::String => {
                        problems.at(
                            type_span,
                            "a list on an edge holds texts only",
                            "write `[String!]`, or a single value",
                        );
                    }
                    ValueType::Struct(_) => {
                        problems.at(
                            type_span,
                            "an edge holds no objects",
                            "write the object's fields as properties of the edge",
                        );
                    }
                    ValueType::List(_) if key.is_some() => {
                        let span = key.and_then(|key| key.name.location());
                        problems.at(span, format!("@key needs a single value, and `{name}` is a list"), "remove @key");
                    }
                    _ => {}
                }
                properties.push(EdgeProperty { name: name.as_str().into(), ty, key: key.is_some(), described });
            }
            properties
        })
        .collect()
}
