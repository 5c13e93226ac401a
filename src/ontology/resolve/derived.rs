//! Sixth stage: shortcuts. Each path is walked with sets of kinds, so that one that cannot be followed is an error.

use super::super::error::Problems;
use super::super::spelling::did_you_mean;
use super::super::{Derived, DerivedStep, Direction, EnumType, Kind, KindSet, PropId, Property, RelId, Relationship};
use super::path::{self, Step};
use super::relationships::{self, Known, LinkPlaces};
use super::{directives, naming, values};
use crate::graph::Value;
use apollo_compiler::ast::Type;
use apollo_compiler::parser::SourceSpan;
use std::sync::Arc;

/// What paths are checked against.
pub(super) struct Walk<'a> {
    pub known: &'a Known<'a>,
    pub kinds: &'a [Kind],
    pub enums: &'a [EnumType],
    pub properties: &'a [Property],
    pub relationships: &'a [Relationship],
}

impl Walk<'_> {
    /// All shortcuts, with the places of their names.
    pub(super) fn derived(&self, problems: &mut Problems) -> Vec<(Derived, LinkPlaces)> {
        let mut found = Vec::new();
        for (from, _, fields) in self.known.declared.subjects() {
            for field in fields {
                // A field that has both directives is reported with the relationships.
                let directive = field.directives.get("derived").filter(|_| !field.directives.has("relationship"));
                let Some(directive) = directive else { continue };
                let Some(to) = self.known.declared.target_of(field) else { continue };
                let (name, span) = (&field.name, field.name.location());
                let described =
                    naming::described(field.description.as_ref(), &format!("field `{name}`"), span, problems);
                let named = field.ty.inner_named_type();
                let single = matches!(field.ty, Type::Named(_));
                if !single && !matches!(&field.ty, Type::List(inner) if matches!(**inner, Type::Named(_))) {
                    let hint = format!("write `{named}` for the first that is found, `[{named}]` for all");
                    problems.at(
                        named.location(),
                        format!("`{}` is not how the type of a shortcut is written", field.ty),
                        hint,
                    );
                }
                let (inverse, inverse_labels) = relationships::inverse(field, directive, problems);
                let Some((text, at)) = directives::text(directive, "path") else { continue };
                let steps = match path::parse(text) {
                    Ok(steps) => self.steps(&steps, self.known.kinds_of(from), self.known.kinds_of(to), at, problems),
                    Err((message, hint)) => {
                        problems.at(at, message, hint);
                        None
                    }
                };
                let derived = Derived {
                    field: name.as_str().into(),
                    inverse: inverse.map(|(name, _)| name.into()),
                    from,
                    to,
                    steps: steps.unwrap_or_default(),
                    single,
                    described,
                    inverse_labels,
                };
                found.push((derived, LinkPlaces { field: span, inverse: inverse.and_then(|(_, span)| span) }));
            }
        }
        found
    }

    /// Walks a path from `from`; None, and a report, at the first step that cannot be followed.
    fn steps(
        &self,
        path: &[Step],
        from: KindSet,
        to: KindSet,
        at: Option<SourceSpan>,
        problems: &mut Problems,
    ) -> Option<Vec<DerivedStep>> {
        let mut reached = from;
        let mut steps = Vec::new();
        for (i, step) in path.iter().enumerate() {
            let id = self.relationship(&step.relationship, at, problems)?;
            let relationship = &self.relationships[id.index()];
            let direction = if step.outward { Direction::Out } else { Direction::In };
            let next = joined(relationship, direction, reached);
            if next.is_empty() {
                let message = format!("`{}` does not lead on from {}", relationship.name, self.known.listed(reached));
                problems.at(at, message, self.ends(relationship));
                return None;
            }
            let wanted = match &step.node {
                Some(name) => self.known.kinds_of(self.known.target(name, at, problems)?),
                None => to,
            };
            let kinds = next.and(wanted);
            let last = i + 1 == path.len();
            if kinds.is_empty() {
                let name = step.node.as_deref().unwrap_or("the field's type");
                let message =
                    format!("`{}` does not reach {name} from {}", relationship.name, self.known.listed(reached));
                problems.at(at, message, format!("it reaches {}", self.known.listed(next)));
                return None;
            }
            if last && !to.includes(kinds) {
                let beyond = KindSet(kinds.0 & !to.0);
                let message =
                    format!("the path ends in {}, which the field's type does not have", self.known.listed(beyond));
                problems.at(at, message, "leave the last node out, or declare the field with a wider type");
                return None;
            }
            let edge = self.edge_conditions(relationship, &step.edge, at, problems)?;
            let node = self.node_conditions(kinds, &step.properties, at, problems)?;
            steps.push(DerivedStep { relationship: id, direction, edge, kinds, node });
            reached = kinds;
        }
        Some(steps)
    }

    fn relationship(&self, name: &str, at: Option<SourceSpan>, problems: &mut Problems) -> Option<RelId> {
        let found = self.relationships.iter().position(|relationship| *relationship.name == *name);
        if found.is_none() {
            let near = did_you_mean(name, self.relationships.iter().map(|relationship| &*relationship.name));
            problems.at(
                at,
                format!("there is no relationship `{name}`"),
                format!("{near}name a type that some @relationship declares"),
            );
        }
        found.map(|index| RelId(index as u16))
    }

    fn ends(&self, relationship: &Relationship) -> String {
        let subjects = self.known.kinds_of(relationship.from);
        let objects = joined(relationship, Direction::Out, subjects);
        format!("it leads from {} (`->`) to {} (`<-`)", self.known.listed(subjects), self.known.listed(objects))
    }

    fn edge_conditions(
        &self,
        relationship: &Relationship,
        conditions: &[(String, String)],
        at: Option<SourceSpan>,
        problems: &mut Problems,
    ) -> Option<Vec<(Arc<str>, Value)>> {
        let mut found = Vec::new();
        for (name, text) in conditions {
            let Some(property) = relationship.properties.iter().find(|property| *property.name == **name) else {
                let names = relationship.properties.iter().map(|property| &*property.name);
                let hint = format!("{}see the type that its `properties:` names", did_you_mean(name, names));
                problems.at(at, format!("`{}` has no property `{name}`", relationship.name), hint);
                return None;
            };
            let value = values::value(text, &property.ty, self.enums);
            let value =
                value.map_err(|hint| problems.at(at, format!("`{text}` is no value of `{name}`"), hint)).ok()?;
            found.push((property.name.clone(), value));
        }
        Some(found)
    }

    fn node_conditions(
        &self,
        kinds: KindSet,
        conditions: &[(String, String)],
        at: Option<SourceSpan>,
        problems: &mut Problems,
    ) -> Option<Vec<(PropId, Value)>> {
        let mut found = Vec::new();
        for (name, text) in conditions {
            let position = self.properties.iter().position(|property| *property.name == **name);
            let id = position.map(|index| PropId(index as u16));
            let has = |kind: &Kind| id.is_some_and(|id| kind.properties.contains(&id));
            let lacking: KindSet = kinds.iter().filter(|kind| !has(&self.kinds[kind.index()])).collect();
            let (Some(id), true) = (id, lacking.is_empty()) else {
                let names = kinds.iter().flat_map(|kind| &self.kinds[kind.index()].properties);
                let near = did_you_mean(name, names.map(|id| &*self.properties[id.index()].name));
                let message = format!("{} has no property `{name}`", self.known.listed(lacking));
                problems.at(at, message, format!("{near}ask for a property that every kind reached there has"));
                return None;
            };
            let value = values::value(text, &self.properties[id.index()].ty, self.enums);
            let value =
                value.map_err(|hint| problems.at(at, format!("`{text}` is no value of `{name}`"), hint)).ok()?;
            found.push((id, value));
        }
        Some(found)
    }
}

/// The kinds at the other end.
fn joined(relationship: &Relationship, direction: Direction, kinds: KindSet) -> KindSet {
    let pairs = relationship.allowed.iter().enumerate();
    match direction {
        Direction::Out => kinds.iter().fold(KindSet::EMPTY, |all, kind| all.or(relationship.allowed[kind.index()])),
        Direction::In => pairs
            .filter(|(_, objects)| !objects.and(kinds).is_empty())
            .map(|(subject, _)| super::super::KindId(subject as u16))
            .collect(),
    }
}
