//! Last stage: the fields that each kind ends up with. A name that means two things is an error.

use super::super::error::Problems;
use super::super::{Direction, KindId, Link, Ontology, Target};
use super::declare::Declared;
use super::relationships::LinkPlaces;
use apollo_compiler::parser::SourceSpan;
use std::collections::{HashMap, HashSet};

/// Reports names that a kind has twice: as a property, a relationship, an inverse or a shortcut.
pub(super) fn check(
    ontology: &Ontology,
    declared: &Declared,
    relationships: &[LinkPlaces],
    derived: &[LinkPlaces],
    problems: &mut Problems,
) {
    let mut reported: HashSet<(String, Option<(usize, usize)>)> = HashSet::new();
    for (i, declaration) in declared.kinds.iter().enumerate() {
        let mut taken: HashMap<String, Option<SourceSpan>> = HashMap::new();
        let properties = declaration.fields.iter().filter(|field| declared.target_of(field).is_none());
        taken.extend(properties.map(|field| (field.name.to_string(), field.name.location())));
        for (name, link) in ontology.links_of(Target::Kind(KindId(i as u16))) {
            let (places, direction) = match link {
                Link::Relationship(id, direction) => (&relationships[id.index()], direction),
                Link::Derived(id, direction) => (&derived[id.index()], direction),
            };
            let (span, what) = match direction {
                Direction::Out => (places.field, "field"),
                Direction::In => (places.inverse.or(places.field), "inverse"),
            };
            let Some(first) = taken.get(&*name).copied() else {
                taken.insert(name.to_string(), span);
                continue;
            };
            // One pair of declarations that meets on several kinds is one error.
            if reported.insert((name.to_string(), span.map(|span| (span.offset(), span.end_offset())))) {
                let place = problems.place(first);
                let message =
                    format!("{what} `{name}` meets another field `{name}` on kind `{}`, of {place}", declaration.name);
                problems.at(span, message, "give one of them another name, or declare it once, on an interface");
            }
        }
    }
}
