//! How lists can be grouped: what the arguments of aggregates may say.

use mdgraph::api::schema::is_groupable;
use mdgraph::ontology::{Direction, Ontology, PropId, RelId, Target, ValueType};
use std::collections::BTreeMap;

/// Of what a list holds.
pub struct Grouping {
    /// `kind`, and properties.
    pub properties: Vec<String>,
    /// Relationships; at least one.
    pub ways: Vec<Way>,
}

/// A relationship read in a direction.
pub struct Way {
    /// Its type.
    pub relationship: String,
    /// `OUT` or `IN`.
    pub direction: &'static str,
    /// Levels at which something above its ends may stand.
    pub levels: Vec<String>,
}

impl Grouping {
    /// By the name of each kind and interface, and `Entity`.
    pub fn all(ontology: &Ontology) -> BTreeMap<String, Grouping> {
        let kinds = (0..ontology.kinds.len() as u16).map(|i| Target::Kind(mdgraph::ontology::KindId(i)));
        let interfaces =
            (0..ontology.interfaces.len() as u16).map(|i| Target::Interface(mdgraph::ontology::InterfaceId(i)));
        let all =
            kinds.chain(interfaces).chain([Target::Entity]).map(|target| (target, Grouping::of(ontology, target)));
        all.filter(|(_, it)| !it.ways.is_empty()).map(|(t, it)| (ontology.target_name(t).to_owned(), it)).collect()
    }

    fn of(ontology: &Ontology, target: Target) -> Grouping {
        let kinds = ontology.kinds_of(target);
        let own = (0..ontology.properties.len() as u16).map(PropId).filter(|id| {
            kinds.iter().any(|kind| ontology.kind(kind).properties.contains(id))
                && is_groupable(&ontology.property(*id).ty)
        });
        let properties = ["kind".to_owned()].into_iter().chain(own.map(|id| ontology.property(id).name.to_string()));
        let mut ways = Vec::new();
        for id in (0..ontology.relationships.len() as u16).map(RelId) {
            for (direction, name) in [(Direction::Out, "OUT"), (Direction::In, "IN")] {
                let ends = ontology.reached(id, direction, kinds);
                if ends.is_empty() {
                    continue;
                }
                let above = ontology.above(ends);
                let marked = ontology.properties.iter().enumerate().filter(|(i, property)| {
                    let id = PropId(*i as u16);
                    property.level && above.iter().any(|kind| ontology.kind(kind).properties.contains(&id))
                });
                let levels = marked.flat_map(|(_, property)| match property.ty {
                    ValueType::Enum(id) => ontology.enumeration(id).values.iter().map(|v| v.name.to_string()).collect(),
                    _ => Vec::new(),
                });
                let relationship = ontology.relationship(id).name.to_string();
                ways.push(Way { relationship, direction: name, levels: levels.collect() });
            }
        }
        Grouping { properties: properties.collect(), ways }
    }
}
