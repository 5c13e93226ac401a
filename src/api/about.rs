//! What the API says of itself and its graph: `ontology` and `statistics`, for legends, forms and menus in two languages.
//!
//! Both are trees that the ontology determines, but for counts, which a store gives ([`Root::Totals`](crate::plan::ir::Root::Totals)).

use super::schema::type_of;
use super::select::{AboutField, Fields};
use crate::ontology::{Described, Labels, Ontology, Target, ValueType};
use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use std::sync::Arc;

/// A value of the tree.
#[derive(Debug)]
pub enum About {
    /// Text, or the name of an enum's value.
    Text(Arc<str>),
    /// Boolean.
    Truth(bool),
    /// A count that the store gives.
    Tally(Tally),
    /// Several.
    List(Vec<About>),
    /// An object: its type, and its fields by name.
    Object(&'static str, Vec<(&'static str, About)>),
}

/// Which count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    /// Entities of the kind at this position of the ontology.
    Kind(usize),
    /// Facts of the relationship at this position.
    Relationship(usize),
    /// All entities.
    Entities,
    /// All facts.
    Facts,
    /// All observations.
    Observations,
    /// Entities of the kind Document.
    Documents,
    /// The latest day on which anything became known: a date or null.
    KnownUntil,
}

impl About {
    /// Whether what is selected needs a store's counts; the rest is answered without one.
    pub fn counts(&self, fields: &Fields<AboutField>) -> bool {
        match self {
            About::Tally(_) => true,
            About::Text(_) | About::Truth(_) => false,
            About::List(items) => items.iter().any(|item| item.counts(fields)),
            About::Object(_, values) => fields.iter().any(|field| {
                let value = values.iter().find(|(name, _)| *name == field.what.name.as_str());
                value.is_some_and(|(_, value)| value.counts(&field.what.fields))
            }),
        }
    }
}

/// The trees of an ontology, made once.
#[derive(Debug)]
pub struct AboutTrees {
    /// `ontology`
    pub ontology: Arc<About>,
    /// `statistics`
    pub statistics: Arc<About>,
}

impl AboutTrees {
    /// Of an ontology and the types of its API, which name the enums that every ontology has.
    pub fn of(of: &Ontology, types: &Schema) -> AboutTrees {
        AboutTrees { ontology: Arc::new(ontology(of, types)), statistics: Arc::new(statistics()) }
    }
}

fn text(text: &str) -> About {
    About::Text(text.into())
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> About {
    About::List(texts.map(text).collect())
}

fn labels(of: &Labels) -> About {
    About::Object("Labels", vec![("zh", text(&of.zh)), ("en", text(&of.en))])
}

/// The `Statistics` of a graph.
fn statistics() -> About {
    About::Object(
        "Statistics",
        vec![
            ("entities", About::Tally(Tally::Entities)),
            ("facts", About::Tally(Tally::Facts)),
            ("observations", About::Tally(Tally::Observations)),
            ("documents", About::Tally(Tally::Documents)),
            ("knownUntil", About::Tally(Tally::KnownUntil)),
        ],
    )
}

fn ontology(ontology: &Ontology, types: &Schema) -> About {
    let kinds = ontology.kinds.iter().enumerate().map(|(at, kind)| {
        let properties = kind.properties.iter().map(|id| {
            let it = ontology.property(*id);
            property(ontology, &it.name, &it.ty, &it.described, it.required, it.history)
        });
        let interfaces = kind.interfaces.iter().map(|id| &*ontology.interface(*id).name);
        About::Object(
            "KindInfo",
            vec![
                ("name", text(&kind.constant)),
                ("labels", labels(&kind.described.labels)),
                ("description", text(&kind.described.text)),
                ("count", About::Tally(Tally::Kind(at))),
                ("type", text(&kind.name)),
                ("field", text(&kind.singular)),
                ("listField", text(&kind.plural)),
                ("interfaces", texts(interfaces)),
                ("hub", About::Truth(kind.hub)),
                ("properties", About::List(properties.collect())),
            ],
        )
    });
    let relationships = ontology.relationships.iter().enumerate().map(|(at, it)| {
        let properties = it.properties.iter().map(|p| property(ontology, &p.name, &p.ty, &p.described, false, false));
        let ends = |target: Target| {
            let kinds = ontology.kinds_of(target);
            texts(kinds.iter().map(|kind| &*ontology.kind(kind).constant))
        };
        About::Object(
            "RelationshipInfo",
            vec![
                ("name", text(&it.name)),
                ("labels", labels(&it.described.labels)),
                ("inverseLabels", labels(&it.inverse_labels)),
                ("description", text(&it.described.text)),
                ("count", About::Tally(Tally::Relationship(at))),
                ("field", text(&it.field)),
                ("inverseField", text(&it.inverse)),
                ("symmetric", About::Truth(it.symmetric)),
                ("hierarchy", About::Truth(it.hierarchy)),
                ("from", ends(it.from)),
                ("to", ends(it.to)),
                ("properties", About::List(properties.collect())),
            ],
        )
    });
    About::Object(
        "Ontology",
        vec![
            ("kinds", About::List(kinds.collect())),
            ("relationships", About::List(relationships.collect())),
            ("enums", About::List(enums(ontology, types))),
        ],
    )
}

fn property(
    ontology: &Ontology,
    name: &str,
    ty: &ValueType,
    described: &Described,
    required: bool,
    history: bool,
) -> About {
    About::Object(
        "PropertyInfo",
        vec![
            ("name", text(name)),
            // An enum by its name, also where the API gives text.
            ("type", text(&type_of(ontology, ty))),
            ("labels", labels(&described.labels)),
            ("description", text(&described.text)),
            ("required", About::Truth(required)),
            ("history", About::Truth(history)),
        ],
    )
}

/// The ontology's enums, and those of the API that every ontology has (statuses, bounds …), whose labels stand in their descriptions.
fn enums(ontology: &Ontology, types: &Schema) -> Vec<About> {
    let info = |name: &str, values: Vec<About>| {
        About::Object("EnumInfo", vec![("name", text(name)), ("values", About::List(values))])
    };
    let value =
        |name: &str, of: &Labels| About::Object("ValueInfo", vec![("name", text(name)), ("labels", labels(of))]);
    let mut all: Vec<About> = Vec::new();
    for (name, ty) in &types.types {
        let ExtendedType::Enum(it) = ty else { continue };
        let own = ontology.enums.iter().any(|own| *own.name == **name);
        if own || ty.is_built_in() || matches!(name.as_str(), "Kind" | "RelationshipType") {
            continue;
        }
        let values = it.values.values().map(|v| {
            let line = v.description.as_ref().and_then(|d| d.lines().next()).unwrap_or_default();
            let (zh, en) = line.split_once(" · ").unwrap_or((line, line));
            value(&v.value, &Labels { zh: zh.into(), en: en.into() })
        });
        all.push(info(name, values.collect()));
    }
    for it in &ontology.enums {
        all.push(info(&it.name, it.values.iter().map(|v| value(&v.name, &v.described.labels)).collect()));
    }
    all
}
