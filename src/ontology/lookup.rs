//! Finding what an ontology declares: by id, by name, and the fields of a kind or interface.

use super::{
    Derived, DerivedId, Direction, EnumId, EnumType, EnumValue, Hierarchies, Interface, InterfaceId, Kind, KindId,
    KindSet, Link, Ontology, PropId, Property, RelId, Relationship, StructId, StructType, Target, ValueType,
};
use crate::graph::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Look-ups by name, derived from the vectors.
#[derive(Debug, Default)]
pub struct Names {
    kinds: HashMap<Arc<str>, KindId>,
    prefixes: HashMap<Arc<str>, KindId>,
    constants: HashMap<Arc<str>, KindId>,
    interfaces: HashMap<Arc<str>, InterfaceId>,
    properties: HashMap<Arc<str>, PropId>,
    relationships: HashMap<Arc<str>, RelId>,
    enums: HashMap<Arc<str>, EnumId>,
    structs: HashMap<Arc<str>, StructId>,
}

impl Names {
    /// Indexes everything that has a name.
    pub fn of(ontology: &Ontology) -> Names {
        fn index<'a, T: 'a, I>(
            items: &'a [T],
            name: impl Fn(&'a T) -> &'a Arc<str>,
            id: impl Fn(u16) -> I,
        ) -> HashMap<Arc<str>, I> {
            items.iter().enumerate().map(|(i, item)| (name(item).clone(), id(i as u16))).collect()
        }
        Names {
            kinds: index(&ontology.kinds, |k| &k.name, KindId),
            prefixes: index(&ontology.kinds, |k| &k.prefix, KindId),
            constants: index(&ontology.kinds, |k| &k.constant, KindId),
            interfaces: index(&ontology.interfaces, |i| &i.name, InterfaceId),
            properties: index(&ontology.properties, |p| &p.name, PropId),
            relationships: index(&ontology.relationships, |r| &r.name, RelId),
            enums: index(&ontology.enums, |e| &e.name, EnumId),
            structs: index(&ontology.structs, |s| &s.name, StructId),
        }
    }
}

/// What the field of a property's dated values is called after the property: `stageHistory`. No other field of an entity ends so.
pub const HISTORY: &str = "History";

impl Ontology {
    /// The kind of an id. Ids come from this ontology.
    pub fn kind(&self, id: KindId) -> &Kind {
        &self.kinds[id.index()]
    }
    /// The interface of an id.
    pub fn interface(&self, id: InterfaceId) -> &Interface {
        &self.interfaces[id.index()]
    }
    /// The property of an id.
    pub fn property(&self, id: PropId) -> &Property {
        &self.properties[id.index()]
    }
    /// The property and its values that make an entity the place where something is; none where the ontology names no such level.
    pub fn place_level(&self) -> Option<(PropId, Vec<Value>)> {
        let mut properties = (0..).map(PropId).zip(&self.properties);
        properties.find_map(|(id, property)| Some((id, self.at_level(id, property.place.as_ref()?.as_str()?))))
    }
    /// The values of a property with `@level` by which an entity stands at a level: the level itself, if there is such a value, and those
    /// that count as it.
    pub fn at_level(&self, property: PropId, level: &str) -> Vec<Value> {
        let ValueType::Enum(levels) = self.property(property).ty else { return Vec::new() };
        let stands =
            |value: &&EnumValue| *value.name == *level || value.counts_as.iter().any(|other| **other == *level);
        let values = self.enumeration(levels).values.iter().filter(stands);
        values.map(|value| Value::Str(value.name.clone())).collect()
    }
    /// The relationships over which an entity is under others.
    pub fn hierarchies(&self) -> Hierarchies {
        let mut hierarchies = Hierarchies::default();
        for (id, relationship) in (0..).map(RelId).zip(&self.relationships).filter(|(_, r)| r.hierarchy) {
            match relationship.inherited {
                Some(over) => hierarchies.inherited = Some((id, over)),
                None => hierarchies.plain.push(id),
            }
        }
        hierarchies
    }
    /// The relationship of an id.
    pub fn relationship(&self, id: RelId) -> &Relationship {
        &self.relationships[id.index()]
    }
    /// The shortcut of an id.
    pub fn shortcut(&self, id: DerivedId) -> &Derived {
        &self.derived[id.index()]
    }
    /// The enum of an id.
    pub fn enumeration(&self, id: EnumId) -> &EnumType {
        &self.enums[id.index()]
    }
    /// The value object of an id.
    pub fn structure(&self, id: StructId) -> &StructType {
        &self.structs[id.index()]
    }
    /// By type name: `Company`.
    pub fn kind_named(&self, name: &str) -> Option<KindId> {
        self.names.kinds.get(name).copied()
    }
    /// By id prefix or seed keyword: `company`.
    pub fn kind_of_prefix(&self, prefix: &str) -> Option<KindId> {
        self.names.prefixes.get(prefix).copied()
    }
    /// By API constant: `COMPANY`.
    pub fn kind_of_constant(&self, constant: &str) -> Option<KindId> {
        self.names.constants.get(constant).copied()
    }
    /// By name: `Organisation`.
    pub fn interface_named(&self, name: &str) -> Option<InterfaceId> {
        self.names.interfaces.get(name).copied()
    }
    /// By name: `creditCode`.
    pub fn property_named(&self, name: &str) -> Option<PropId> {
        self.names.properties.get(name).copied()
    }
    /// The `@history` property whose dated values a field of the API gives: `stageHistory`.
    pub fn history_named(&self, name: &str) -> Option<PropId> {
        let id = self.property_named(name.strip_suffix(HISTORY)?)?;
        self.property(id).history.then_some(id)
    }
    /// By type: `MAKES`.
    pub fn relationship_named(&self, name: &str) -> Option<RelId> {
        self.names.relationships.get(name).copied()
    }
    /// By name: `Stage`.
    pub fn enum_named(&self, name: &str) -> Option<EnumId> {
        self.names.enums.get(name).copied()
    }
    /// By name: `Tier`.
    pub fn struct_named(&self, name: &str) -> Option<StructId> {
        self.names.structs.get(name).copied()
    }
    /// Every kind.
    pub fn all_kinds(&self) -> KindSet {
        (0..self.kinds.len() as u16).map(KindId).collect()
    }
    /// The kinds that a target stands for.
    pub fn kinds_of(&self, target: Target) -> KindSet {
        match target {
            Target::Kind(kind) => KindSet::one(kind),
            Target::Interface(interface) => self.interface(interface).kinds,
            Target::Entity => self.all_kinds(),
        }
    }
    /// The GraphQL type name of a target.
    pub fn target_name(&self, target: Target) -> &str {
        match target {
            Target::Kind(kind) => &self.kind(kind).name,
            Target::Interface(interface) => &self.interface(interface).name,
            Target::Entity => "Entity",
        }
    }
    /// The other end of a link.
    pub fn link_target(&self, link: Link) -> Target {
        match link {
            Link::Relationship(id, Direction::Out) => self.relationship(id).to,
            Link::Relationship(id, Direction::In) => self.relationship(id).from,
            Link::Derived(id, Direction::Out) => self.shortcut(id).to,
            Link::Derived(id, Direction::In) => self.shortcut(id).from,
        }
    }
    /// The kinds that a relationship leads to from entities of these kinds.
    pub fn reached(&self, relationship: RelId, direction: Direction, from: KindSet) -> KindSet {
        let relationship = self.relationship(relationship);
        let out = || {
            from.iter().filter_map(|kind| relationship.allowed.get(kind.index())).fold(KindSet::EMPTY, |a, b| a.or(*b))
        };
        let back = || {
            let allows =
                |kind: &KindId| relationship.allowed.get(kind.index()).is_some_and(|to| !to.and(from).is_empty());
            self.all_kinds().iter().filter(allows).collect()
        };
        match direction {
            _ if relationship.symmetric => out().or(back()),
            Direction::Out => out(),
            Direction::In => back(),
        }
    }
    /// The kinds of entities that can stand above, or be, one of these kinds in the hierarchies.
    pub fn above(&self, kinds: KindSet) -> KindSet {
        let hierarchies = (0..).map(RelId).zip(&self.relationships).filter(|(_, it)| it.hierarchy).map(|(id, _)| id);
        let hierarchies: Vec<RelId> = hierarchies.collect();
        let mut above = kinds;
        loop {
            let next = hierarchies.iter().fold(above, |all, id| all.or(self.reached(*id, Direction::Out, above)));
            if next == above {
                return above;
            }
            above = next;
        }
    }
    /// The links that a kind, an interface or `Entity` has as fields: those declared on it or on something that it
    /// implements, then inverses, each with its field name. In the order of the ontology; shortcuts last.
    pub fn links_of(&self, target: Target) -> Vec<(Arc<str>, Link)> {
        let covers = |side: Target| match (side, target) {
            (Target::Entity, _) => true,
            (side, target) if side == target => true,
            (Target::Interface(outer), Target::Kind(kind)) => self.interface(outer).kinds.contains(kind),
            (Target::Interface(outer), Target::Interface(inner)) => self.interface(inner).interfaces.contains(&outer),
            _ => false,
        };
        let mut links = Vec::new();
        for (i, relationship) in self.relationships.iter().enumerate() {
            let id = RelId(i as u16);
            if covers(relationship.from) {
                links.push((relationship.field.clone(), Link::Relationship(id, Direction::Out)));
            }
            if covers(relationship.to) && !relationship.symmetric {
                links.push((relationship.inverse.clone(), Link::Relationship(id, Direction::In)));
            }
        }
        for (i, derived) in self.derived.iter().enumerate() {
            let id = DerivedId(i as u16);
            if covers(derived.from) {
                links.push((derived.field.clone(), Link::Derived(id, Direction::Out)));
            }
            if let Some(inverse) = &derived.inverse
                && covers(derived.to)
            {
                links.push((inverse.clone(), Link::Derived(id, Direction::In)));
            }
        }
        links
    }
}
