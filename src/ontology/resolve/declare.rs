//! First stage: which types the files declare, what each of them is, and what it is called.

use super::super::error::Problems;
use super::super::parse::Parsed;
use super::super::spelling::did_you_mean;
use super::super::{Described, EnumId, InterfaceId, KindId, StructId, Target, ValueType};
use super::{directives, naming};
use apollo_compiler::ast::{Definition, DirectiveList, EnumTypeDefinition, FieldDefinition};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};
use std::collections::{HashMap, HashSet};

/// At most as many kinds as a [`super::super::KindSet`] has bits.
const MOST_KINDS: usize = 64;

/// A declared type with fields.
pub(super) struct Declaration<'a> {
    pub name: &'a Name,
    pub implements: &'a [Name],
    pub directives: &'a DirectiveList,
    pub fields: &'a [Node<FieldDefinition>],
    pub described: Described,
}

/// What a type name stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    /// A kind, an interface, or `Entity`.
    Target(Target),
    /// What a property can be: a built-in scalar, an enum, a struct.
    Value(ValueType),
    /// Properties of an edge; index into [`Declared::edge_types`].
    EdgeType(usize),
}

/// All declarations, by what they are. Indexes are those of the ontology's ids.
pub(super) struct Declared<'a> {
    pub kinds: Vec<Declaration<'a>>,
    pub interfaces: Vec<Declaration<'a>>,
    pub structs: Vec<Declaration<'a>>,
    pub edge_types: Vec<Declaration<'a>>,
    pub enums: Vec<(&'a EnumTypeDefinition, Described)>,
    /// Fields of `extend interface Entity`.
    pub entity_fields: Vec<&'a Node<FieldDefinition>>,
    meanings: HashMap<&'a str, (Meaning, Option<SourceSpan>)>,
}

impl<'a> Declared<'a> {
    /// What a type name stands for.
    pub(super) fn meaning(&self, name: &str) -> Option<&Meaning> {
        self.meanings.get(name).map(|(meaning, _)| meaning)
    }

    /// All type names, in alphabetical order.
    pub(super) fn type_names(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.meanings.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// What has entities as its fields' subject: kinds, then interfaces, then `Entity`, each with its fields.
    pub(super) fn subjects(&self) -> impl Iterator<Item = (Target, &'a str, Vec<&'a Node<FieldDefinition>>)> {
        let kinds = self.kinds.iter().enumerate().map(|(i, d)| (Target::Kind(KindId(i as u16)), d));
        let interfaces = self.interfaces.iter().enumerate().map(|(i, d)| (Target::Interface(InterfaceId(i as u16)), d));
        let named = kinds.chain(interfaces).map(|(target, d)| (target, d.name.as_str(), d.fields.iter().collect()));
        named.chain([(Target::Entity, "Entity", self.entity_fields.clone())])
    }

    /// The kind, interface or `Entity` that a field's type names; None if it is something else.
    pub(super) fn target_of(&self, field: &FieldDefinition) -> Option<Target> {
        match self.meaning(field.ty.inner_named_type()) {
            Some(Meaning::Target(target)) => Some(*target),
            _ => None,
        }
    }

    fn declare(&mut self, name: &'a Name, meaning: Meaning, problems: &mut Problems) -> bool {
        if let Some((_, first)) = self.meanings.get(name.as_str()) {
            let place = first.map_or_else(
                || "is built in".to_owned(),
                |_| format!("is declared in {} already", problems.place(*first)),
            );
            let hint = "give one of them another name, or remove it";
            problems.at(name.location(), format!("a type `{name}` {place}"), hint);
            return false;
        }
        self.meanings.insert(name, (meaning, name.location()));
        true
    }
}

/// Sorts the definitions of all files. None if there are so many kinds that nothing more can be said.
pub(super) fn declare<'a>(parsed: &'a Parsed, problems: &mut Problems) -> Option<Declared<'a>> {
    let edge_types = edge_type_names(parsed);
    let mut declared = Declared {
        kinds: Vec::new(),
        interfaces: Vec::new(),
        structs: Vec::new(),
        edge_types: Vec::new(),
        enums: Vec::new(),
        entity_fields: Vec::new(),
        meanings: HashMap::from([("Entity", (Meaning::Target(Target::Entity), None))]),
    };
    for (name, ty) in &SCALARS {
        declared.meanings.insert(name, (Meaning::Value(ty.clone()), None));
    }
    for definition in parsed.documents.iter().flat_map(|document| &document.definitions) {
        match definition {
            Definition::ObjectTypeDefinition(object) => {
                let what = if object.directives.has("node") { "kind" } else { "type" };
                let described = describe(what, &object.name, object.description.as_ref(), problems);
                let declaration = Declaration {
                    name: &object.name,
                    implements: &object.implements_interfaces,
                    directives: &object.directives,
                    fields: &object.fields,
                    described,
                };
                declared.object(declaration, &edge_types, problems);
            }
            Definition::InterfaceTypeDefinition(interface) if interface.name == "Entity" => {
                let hint = "write `extend interface Entity { … }` for relationships that every kind has";
                problems.at(interface.name.location(), "`Entity` is built in", hint);
            }
            Definition::InterfaceTypeDefinition(interface) => {
                let id = InterfaceId(declared.interfaces.len() as u16);
                let described = describe("interface", &interface.name, interface.description.as_ref(), problems);
                directives::check_uses(&interface.directives, &[], "an interface", problems);
                if declared.declare(&interface.name, Meaning::Target(Target::Interface(id)), problems) {
                    declared.interfaces.push(Declaration {
                        name: &interface.name,
                        implements: &interface.implements_interfaces,
                        directives: &interface.directives,
                        fields: &interface.fields,
                        described,
                    });
                }
            }
            Definition::EnumTypeDefinition(enumeration) => {
                let id = EnumId(declared.enums.len() as u16);
                let described = describe("enum", &enumeration.name, enumeration.description.as_ref(), problems);
                directives::check_uses(&enumeration.directives, &[], "an enum", problems);
                if declared.declare(&enumeration.name, Meaning::Value(ValueType::Enum(id)), problems) {
                    declared.enums.push((enumeration, described));
                }
            }
            Definition::InterfaceTypeExtension(extension) if extension.name == "Entity" => {
                directives::check_uses(&extension.directives, &[], "an interface", problems);
                declared.entity_fields.extend(&extension.fields);
            }
            Definition::DirectiveDefinition(_) => {}
            other => not_a_part(other, problems),
        }
    }
    if declared.kinds.len() > MOST_KINDS {
        let span = declared.kinds[MOST_KINDS].name.location();
        let message = format!("there are {} kinds, and at most {MOST_KINDS} are possible", declared.kinds.len());
        problems.at(span, message, "join kinds that differ in a property only");
        return None;
    }
    Some(declared)
}

/// The scalars, all built in.
static SCALARS: [(&str, ValueType); 6] = [
    ("String", ValueType::String),
    ("Boolean", ValueType::Boolean),
    ("Int", ValueType::Int),
    ("Decimal", ValueType::Decimal),
    ("PartialDate", ValueType::PartialDate),
    ("CreditCode", ValueType::CreditCode),
];

impl<'a> Declared<'a> {
    /// A kind, a struct or the type of an edge.
    fn object(&mut self, declaration: Declaration<'a>, edge_types: &HashSet<&str>, problems: &mut Problems) {
        let name = declaration.name;
        let node = declaration.directives.has("node");
        let edge = edge_types.contains(name.as_str());
        let place = if edge && !node { "the type of an edge's properties" } else { "a type" };
        let allowed: &[&str] = if edge && !node { &[] } else { &["node"] };
        directives::check_uses(declaration.directives, allowed, place, problems);
        if node {
            let id = KindId(self.kinds.len() as u16);
            if self.declare(name, Meaning::Target(Target::Kind(id)), problems) {
                self.kinds.push(declaration);
            }
            return;
        }
        if let Some(first) = declaration.implements.first() {
            let message = format!("`{name}` implements `{first}` and is no kind");
            let hint = "add @node to make it a kind, or remove `implements` to make it a value";
            problems.at(first.location(), message, hint);
        }
        if declaration.fields.is_empty() {
            problems.at(
                name.location(),
                format!("`{name}` has no fields"),
                "declare fields, or add @node to make it a kind",
            );
        }
        if edge {
            let index = self.edge_types.len();
            if self.declare(name, Meaning::EdgeType(index), problems) {
                self.edge_types.push(declaration);
            }
        } else {
            let id = StructId(self.structs.len() as u16);
            if self.declare(name, Meaning::Value(ValueType::Struct(id)), problems) {
                self.structs.push(declaration);
            }
        }
    }
}

fn describe(what: &str, name: &Name, description: Option<&Node<str>>, problems: &mut Problems) -> Described {
    naming::check_type(what, name, problems);
    naming::described(description, &format!("{what} `{name}`"), name.location(), problems)
}

/// The names that some relationship gives in `properties:`.
fn edge_type_names(parsed: &Parsed) -> HashSet<&str> {
    let definitions = parsed.documents.iter().flat_map(|document| &document.definitions);
    let fields = definitions.flat_map(|definition| match definition {
        Definition::ObjectTypeDefinition(object) => object.fields.as_slice(),
        Definition::InterfaceTypeDefinition(interface) => interface.fields.as_slice(),
        Definition::InterfaceTypeExtension(extension) => extension.fields.as_slice(),
        _ => &[],
    });
    let relationships = fields.filter_map(|field| field.directives.get("relationship"));
    relationships.filter_map(|directive| directives::text(directive, "properties")).map(|(name, _)| name).collect()
}

/// Reports a definition that the ontology language does not have.
fn not_a_part(definition: &Definition, problems: &mut Problems) {
    let (what, hint) = match definition {
        Definition::OperationDefinition(_) | Definition::FragmentDefinition(_) => {
            ("a request", "remove it: an ontology only declares types".to_owned())
        }
        Definition::SchemaDefinition(_) | Definition::SchemaExtension(_) => {
            ("a schema with root types", "remove it: the root fields are derived from the kinds".to_owned())
        }
        Definition::ScalarTypeDefinition(scalar) => {
            let near = did_you_mean(&scalar.name, SCALARS.iter().map(|(name, _)| *name));
            (
                "a scalar",
                format!("{near}remove it: String, Boolean, Int, Decimal, PartialDate and CreditCode are built in"),
            )
        }
        Definition::UnionTypeDefinition(_) | Definition::UnionTypeExtension(_) => {
            ("a union", "declare an interface that these kinds implement; it can be filtered as well".to_owned())
        }
        Definition::InputObjectTypeDefinition(_) | Definition::InputObjectTypeExtension(_) => {
            ("an input", "remove it: inputs are derived from kinds and relationships".to_owned())
        }
        _ => (
            "an extension",
            "write the fields where the type is declared; only `extend interface Entity` is known".to_owned(),
        ),
    };
    let span = definition.name().and_then(|name| name.location()).or(definition.location());
    problems.at(span, format!("{what} is no part of the ontology language"), hint);
}
