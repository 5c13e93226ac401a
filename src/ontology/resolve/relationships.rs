//! Fifth stage: relationships, and which kinds each may join.

use super::super::error::Problems;
use super::super::spelling::did_you_mean;
use super::super::{EdgeProperty, Interface, KindId, KindSet, Labels, RelId, Relationship, Target};
use super::declare::{Declared, Meaning};
use super::{directives, naming};
use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, FieldDefinition, Type};
use apollo_compiler::parser::SourceSpan;
use std::collections::HashMap;

/// What the stages from here on look up.
pub(super) struct Known<'a> {
    pub declared: &'a Declared<'a>,
    pub interfaces: &'a [Interface],
    pub edge_types: &'a [Vec<EdgeProperty>],
}

impl Known<'_> {
    pub(super) fn kinds_of(&self, target: Target) -> KindSet {
        match target {
            Target::Kind(kind) => KindSet::one(kind),
            Target::Interface(interface) => self.interfaces[interface.index()].kinds,
            Target::Entity => (0..self.declared.kinds.len() as u16).map(KindId).collect(),
        }
    }

    /// The kind or interface of a name; reports one that is neither.
    pub(super) fn target(&self, name: &str, span: Option<SourceSpan>, problems: &mut Problems) -> Option<Target> {
        if let Some(Meaning::Target(target)) = self.declared.meaning(name) {
            return Some(*target);
        }
        let subjects: Vec<&str> = self.declared.subjects().map(|(_, name, _)| name).collect();
        let hint = format!("{}name a kind or an interface that is declared", did_you_mean(name, subjects));
        problems.at(span, format!("there is no kind or interface `{name}`"), hint);
        None
    }

    /// Names of kinds for a message: all if they are few.
    pub(super) fn listed(&self, kinds: KindSet) -> String {
        let names: Vec<&str> =
            kinds.iter().take(6).map(|kind| self.declared.kinds[kind.index()].name.as_str()).collect();
        match kinds.len() {
            0 => "nothing".to_owned(),
            n if n > names.len() => format!("{} and {} more", names.join(", "), n - names.len()),
            _ => names.join(", "),
        }
    }
}

/// Reports what is wrong with a field that joins entities, whichever way it does; true if it is a relationship's.
pub(super) fn check_link(field: &FieldDefinition, problems: &mut Problems) -> bool {
    let span = field.name.location();
    directives::check_uses(&field.directives, &["relationship", "derived"], "a field that joins entities", problems);
    match (field.directives.has("relationship"), field.directives.has("derived")) {
        (true, true) => {
            let hint = "keep one: a relationship is stored, a derived field is read along others";
            problems.at(span, format!("`{}` has both @relationship and @derived", field.name), hint);
        }
        (false, false) => {
            let hint = "add @relationship(type: \"…\", inverse: \"…\", inverseLabel: \"…\") or @derived(path: \"…\")";
            problems.at(span, format!("`{}` does not say how it joins entities", field.name), hint);
        }
        _ => {}
    }
    field.directives.has("relationship")
}

/// All relationships, with the place of each field and of each inverse's name.
pub(super) fn relationships(known: &Known, problems: &mut Problems) -> Vec<(Relationship, LinkPlaces)> {
    let mut found: Vec<(Relationship, LinkPlaces)> = Vec::new();
    let mut places: HashMap<String, Option<SourceSpan>> = HashMap::new();
    let mut inherited = Vec::new();
    for (from, _, fields) in known.declared.subjects() {
        for field in fields {
            let Some(to) = known.declared.target_of(field).filter(|_| check_link(field, problems)) else { continue };
            if let Some(directive) = field.directives.get("relationship") {
                let described = naming::described(
                    field.description.as_ref(),
                    &format!("field `{}`", field.name),
                    field.name.location(),
                    problems,
                );
                let Some((name, span)) = directives::text(directive, "type") else { continue };
                check_name(name, span, known, &mut places, problems);
                let (inverse, inverse_labels) = inverse(field, directive, problems);
                let symmetric = directives::flag(directive, "symmetric");
                let hierarchy = directives::flag(directive, "hierarchy");
                check_shape(field, (from, to), symmetric, hierarchy, problems);
                let forward = described.labels.clone();
                let inverse_at = inverse.as_ref().and_then(|(_, span)| *span);
                let relationship = Relationship {
                    name: name.into(),
                    type_name: naming::type_name(name).into(),
                    from,
                    to,
                    allowed: allowed(directive, (from, to), symmetric, known, problems),
                    field: field.name.as_str().into(),
                    inverse: inverse.map_or(field.name.as_str(), |(name, _)| name).into(),
                    properties: edge_type(directive, known, problems),
                    hierarchy,
                    inherited: None,
                    symmetric,
                    described,
                    inverse_labels: if symmetric { forward } else { inverse_labels },
                };
                inherited.push(directives::text(directive, "inherited"));
                found.push((relationship, LinkPlaces { field: field.name.location(), inverse: inverse_at }));
            }
        }
    }
    inherit(&mut found, &inherited, problems);
    found
}

/// Enters which relationship is inherited over which, once all have been read.
fn inherit(
    found: &mut [(Relationship, LinkPlaces)],
    inherited: &[Option<(&str, Option<SourceSpan>)>],
    problems: &mut Problems,
) {
    let mut first: Option<(usize, Option<SourceSpan>)> = None;
    for (i, over) in inherited.iter().enumerate() {
        let Some((over, span)) = *over else { continue };
        let this = &found[i].0;
        let position = found.iter().position(|(other, _)| *other.name == *over);
        let (message, hint) = match (position, first) {
            _ if !this.hierarchy => (
                format!("`{}` is inherited and is no hierarchy", this.field),
                "add hierarchy: true, or remove `inherited`".to_owned(),
            ),
            (_, Some((first, place))) => (
                format!(
                    "`{}` is inherited, and so is `{}` in {}",
                    this.field,
                    found[first].0.field,
                    problems.place(place)
                ),
                "leave `inherited` to one of them".to_owned(),
            ),
            (None, None) => {
                let hierarchies = found.iter().map(|(other, _)| other).filter(|other| other.hierarchy);
                let near = did_you_mean(over, hierarchies.map(|other| &*other.name));
                (format!("there is no relationship `{over}`"), format!("{near}name a hierarchy that is declared"))
            }
            (Some(position), None) if position == i => (
                format!("`{}` is inherited over itself", this.field),
                "name the hierarchy over which it is, or remove `inherited`".to_owned(),
            ),
            (Some(position), None) if !found[position].0.hierarchy => (
                format!("`{}` is inherited over `{over}`, which is no hierarchy", this.field),
                format!("name a hierarchy, or add hierarchy: true to `{over}`"),
            ),
            (Some(position), None) => {
                found[i].0.inherited = Some(RelId(position as u16));
                first = Some((i, span));
                continue;
            }
        };
        problems.at(span, message, hint);
    }
}

/// Where a link's two fields are named.
pub(super) struct LinkPlaces {
    pub field: Option<SourceSpan>,
    pub inverse: Option<SourceSpan>,
}

fn check_name(
    name: &str,
    span: Option<SourceSpan>,
    known: &Known,
    places: &mut HashMap<String, Option<SourceSpan>>,
    problems: &mut Problems,
) {
    naming::Case::Constant.check("relationship", name, span, problems);
    let type_name = naming::type_name(name);
    if let Some(first) = places.get(&type_name) {
        let message = format!("relationship `{name}` is declared in {} already", problems.place(*first));
        let hint = "declare it once, on an interface if several kinds have it, or choose another type";
        problems.at(span, message, hint);
    } else if known.declared.meaning(&type_name).is_some() {
        let message = format!(
            "relationship `{name}` gives the API types called `{type_name}…`, and a type `{type_name}` is declared"
        );
        problems.at(span, message, "give one of them another name");
    }
    if naming::meets_api_types(&type_name) {
        let message =
            format!("relationship `{name}` gives the API types called `{type_name}…`, and it has such types already");
        problems.at(span, message, "choose another name for it");
    }
    places.entry(type_name).or_insert(span);
}

/// The inverse field and its labels; reports what is missing or too much.
pub(super) fn inverse<'a>(
    field: &FieldDefinition,
    directive: &'a Node<Directive>,
    problems: &mut Problems,
) -> (Option<(&'a str, Option<SourceSpan>)>, Labels) {
    let at = directive.name.location();
    let inverse = directives::text(directive, "inverse");
    let label = directives::text(directive, "inverseLabel");
    let symmetric = directives::flag(directive, "symmetric");
    let relationship = directive.name == "relationship";
    match (inverse, label) {
        (Some((_, span)), _) | (None, Some((_, span))) if symmetric => {
            let hint = "remove `inverse` and `inverseLabel`: the field reads both ways";
            problems.at(span, format!("`{}` is symmetric and has no inverse", field.name), hint);
            (None, Labels::default())
        }
        (None, None) if symmetric || !relationship => (None, Labels::default()),
        (None, _) => {
            let hint = "add inverse: \"…\", the name of the field that the other side gets";
            problems.at(at, format!("`{}` has no inverse", field.name), hint);
            (None, Labels::default())
        }
        (Some((name, span)), None) => {
            naming::check_field(name, span, problems);
            let message = format!("the inverse `{name}` of `{}` has no labels", field.name);
            problems.at(span, message, "add inverseLabel: \"中文 · English\"");
            (inverse, Labels::default())
        }
        (Some((name, span)), Some((label, label_at))) => {
            naming::check_field(name, span, problems);
            (inverse, naming::labels(label, &format!("the inverse `{name}`"), label_at, problems))
        }
    }
}

fn check_shape(
    field: &FieldDefinition,
    ends: (Target, Target),
    symmetric: bool,
    hierarchy: bool,
    problems: &mut Problems,
) {
    let named = field.ty.inner_named_type();
    if !matches!(&field.ty, Type::List(inner) if matches!(**inner, Type::Named(_))) {
        let message = format!("the type of `{}` is not a plain list", field.name);
        problems.at(named.location(), message, format!("write `[{named}]`: an entity may have any number of them"));
    }
    if symmetric && ends.0 != ends.1 {
        let message = format!("`{}` is symmetric, and its ends are not of one type", field.name);
        problems.at(
            named.location(),
            message,
            "declare it on the kind or interface that is its type, or give it an inverse",
        );
    }
    if symmetric && hierarchy {
        let message = format!("`{}` is both symmetric and a hierarchy", field.name);
        problems.at(field.name.location(), message, "remove one of them: who is under whom cannot read both ways");
    }
}

/// The properties of the edge.
fn edge_type(directive: &Node<Directive>, known: &Known, problems: &mut Problems) -> Vec<EdgeProperty> {
    let Some((name, span)) = directives::text(directive, "properties") else { return Vec::new() };
    match known.declared.meaning(name) {
        Some(Meaning::EdgeType(index)) => return known.edge_types[*index].clone(),
        Some(_) => {
            let hint = "name a type of its own for the edge's properties: a type without @node";
            problems.at(span, format!("`{name}` is not the type of an edge's properties"), hint);
        }
        None => {
            let names = known.declared.type_names();
            let hint = format!("{}declare `type {name} {{ … }}`", did_you_mean(name, names));
            problems.at(span, format!("there is no type `{name}`"), hint);
        }
    }
    Vec::new()
}

/// The pairs of kinds that may be joined, by the subject.
fn allowed(
    directive: &Node<Directive>,
    (from, to): (Target, Target),
    symmetric: bool,
    known: &Known,
    problems: &mut Problems,
) -> Vec<KindSet> {
    let (subjects, objects) = (known.kinds_of(from), known.kinds_of(to));
    let mut allowed = vec![KindSet::EMPTY; known.declared.kinds.len()];
    let mut join = |subjects: KindSet, objects: KindSet| {
        for subject in subjects.iter() {
            allowed[subject.index()] = allowed[subject.index()].or(objects);
            for object in objects.iter().filter(|_| symmetric) {
                allowed[object.index()].insert(subject);
            }
        }
    };
    if directive.specified_argument_by_name("allows").is_none() {
        join(subjects, objects);
    }
    for (pair, span) in directives::texts(directive, "allows") {
        let Some((left, right)) = pair.split_once("->").or_else(|| pair.split_once('→')) else {
            problems.at(
                span,
                format!("\"{pair}\" is no pair of ends"),
                "write \"Subject -> Object\", with names of kinds or interfaces",
            );
            continue;
        };
        let left = known.target(left.trim(), span, problems);
        let right = known.target(right.trim(), span, problems);
        let (Some(left), Some(right)) = (left, right) else { continue };
        let (left, right) = (known.kinds_of(left), known.kinds_of(right));
        for (end, kinds, all) in [("a subject", left, subjects), ("an object", right, objects)] {
            if !all.includes(kinds) {
                let beyond = KindSet(kinds.0 & !all.0);
                let message = format!("\"{pair}\" allows {end} that the field does not have: {}", known.listed(beyond));
                problems.at(span, message, format!("name some of {}, or leave `allows` out", known.listed(all)));
            }
        }
        join(left.and(subjects), right.and(objects));
    }
    allowed
}
