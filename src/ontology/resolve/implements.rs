//! Second stage: kinds and interfaces, and which implements which.

use super::super::error::Problems;
use super::super::spelling::did_you_mean;
use super::super::{Interface, InterfaceId, Kind, KindId, KindSet, Target};
use super::declare::{Declaration, Declared, Meaning};
use super::{directives, naming};
use apollo_compiler::parser::SourceSpan;
use std::collections::HashMap;

/// All interfaces, without their properties.
pub(super) fn interfaces(declared: &Declared, problems: &mut Problems) -> Vec<Interface> {
    let direct: Vec<Vec<InterfaceId>> =
        declared.interfaces.iter().map(|declaration| implemented(declaration, declared, problems)).collect();
    let mut interfaces = Vec::new();
    for (i, declaration) in declared.interfaces.iter().enumerate() {
        let id = InterfaceId(i as u16);
        if reaches(&direct, id, id) {
            let message = format!("interface `{}` implements itself, over others or directly", declaration.name);
            problems.at(declaration.name.location(), message, "remove one of the `implements` of the circle");
        } else {
            check_complete(declaration, &direct[i], &direct, declared, problems);
        }
        let kinds = declared.kinds.iter().enumerate();
        let kinds = kinds.filter(|(_, kind)| kind.implements.contains(declaration.name));
        let kinds: KindSet = kinds.map(|(k, _)| KindId(k as u16)).collect();
        if kinds.is_empty() {
            let message = format!("no kind implements interface `{}`", declaration.name);
            let hint =
                format!("write `& {}` after `implements` of the kinds that it covers, or remove it", declaration.name);
            problems.at(declaration.name.location(), message, hint);
        }
        interfaces.push(Interface {
            name: declaration.name.as_str().into(),
            kinds,
            interfaces: direct[i].clone(),
            properties: Vec::new(),
            described: declaration.described.clone(),
        });
    }
    interfaces
}

/// All kinds, without their properties.
pub(super) fn kinds(declared: &Declared, interfaces: &[Interface], problems: &mut Problems) -> Vec<Kind> {
    let over: Vec<Vec<InterfaceId>> = interfaces.iter().map(|interface| interface.interfaces.clone()).collect();
    let mut kinds: Vec<Kind> = Vec::new();
    let mut roots: HashMap<String, Option<SourceSpan>> = HashMap::new();
    let mut constants: HashMap<String, Option<SourceSpan>> = HashMap::new();
    for declaration in &declared.kinds {
        let name = declaration.name;
        let own = implemented(declaration, declared, problems);
        check_complete(declaration, &own, &over, declared, problems);
        let node = declaration.directives.get("node");
        let root = |argument: &str| node.and_then(|node| directives::text(node, argument));
        let given = root("singular");
        let singular = given.map_or_else(|| naming::singular(name), |(text, _)| text.to_owned());
        let singular_at = given.map_or(name.location(), |(_, span)| span);
        let good = check_root(&singular, singular_at, "singular", &mut roots, problems);
        let given = root("plural");
        let plural = given.map_or_else(|| naming::plural(&singular), |(text, _)| text.to_owned());
        // A plural that was made from a wrong singular is wrong for the same reason.
        if good || given.is_some() {
            check_root(&plural, given.map_or(name.location(), |(_, span)| span), "plural", &mut roots, problems);
        }
        let constant = naming::constant(name);
        if let Some(first) = constants.insert(constant.clone(), name.location()) {
            let message =
                format!("kind `{name}` has the constant `{constant}`, as the kind of {} has", problems.place(first));
            problems.at(name.location(), message, "give one of them a name that differs in more than letter case");
        }
        kinds.push(Kind {
            name: name.as_str().into(),
            prefix: naming::prefix(name).into(),
            constant: constant.into(),
            singular: singular.into(),
            plural: plural.into(),
            interfaces: own,
            properties: Vec::new(),
            hub: node.is_some_and(|node| directives::flag(node, "hub")),
            described: declaration.described.clone(),
        });
    }
    kinds
}

/// Checks the name of a root field of a kind.
fn check_root(
    field: &str,
    span: Option<SourceSpan>,
    argument: &str,
    roots: &mut HashMap<String, Option<SourceSpan>>,
    problems: &mut Problems,
) -> bool {
    if !naming::Case::Field.check(&format!("{argument} root field"), field, span, problems) {
        return false;
    }
    let message = if naming::is_root_field(field) {
        format!("the root field `{field}` is built in")
    } else if let Some(first) = roots.get(field) {
        format!("there are two root fields `{field}`; the other is of the kind in {}", problems.place(*first))
    } else {
        roots.insert(field.to_owned(), span);
        return true;
    };
    problems.at(span, message, format!("write @node({argument}: \"…\") with another name"));
    false
}

/// The interfaces that a declaration names, `Entity` left out; reports names that are none.
fn implemented(declaration: &Declaration, declared: &Declared, problems: &mut Problems) -> Vec<InterfaceId> {
    let mut found = Vec::new();
    for (i, name) in declaration.implements.iter().enumerate() {
        if declaration.implements[..i].contains(name) {
            problems.at(name.location(), format!("`{name}` is named twice"), "remove one of them");
            continue;
        }
        match declared.meaning(name) {
            Some(Meaning::Target(Target::Entity)) => {}
            Some(Meaning::Target(Target::Interface(id))) => found.push(*id),
            Some(_) => problems.at(name.location(), format!("`{name}` is no interface"), "name interfaces only"),
            None => {
                let names = declared.interfaces.iter().map(|interface| interface.name.as_str());
                let hint = format!("{}declare `interface {name}`, or remove it here", did_you_mean(name, names));
                problems.at(name.location(), format!("there is no interface `{name}`"), hint);
            }
        }
    }
    found
}

/// Reports interfaces that must be named too: `Entity`, and those of the interfaces that are named.
fn check_complete(
    declaration: &Declaration,
    own: &[InterfaceId],
    over: &[Vec<InterfaceId>],
    declared: &Declared,
    problems: &mut Problems,
) {
    let name = declaration.name;
    if declaration.implements.iter().all(|interface| interface != "Entity") {
        let message = format!("`{name}` does not implement `Entity`");
        let list: Vec<&str> =
            std::iter::once("Entity").chain(declaration.implements.iter().map(|n| n.as_str())).collect();
        problems.at(name.location(), message, format!("write `{name} implements {}`", list.join(" & ")));
    }
    let mut missing: Vec<(InterfaceId, InterfaceId)> = Vec::new();
    for via in own {
        for wanted in &over[via.index()] {
            if !own.contains(wanted) && missing.iter().all(|(_, m)| m != wanted) {
                missing.push((*via, *wanted));
            }
        }
    }
    let named = |id: InterfaceId| declared.interfaces[id.index()].name;
    for (via, wanted) in missing.into_iter().filter(|(_, wanted)| named(*wanted) != name) {
        let (via, wanted) = (named(via), named(wanted));
        let message = format!("`{name}` implements `{via}` and so must implement `{wanted}` too");
        problems.at(name.location(), message, format!("write `& {wanted}` after `implements` as well"));
    }
}

/// Whether `to` is among what `from` implements, over any number of steps.
fn reaches(direct: &[Vec<InterfaceId>], from: InterfaceId, to: InterfaceId) -> bool {
    let mut seen = vec![false; direct.len()];
    let mut open = direct[from.index()].clone();
    while let Some(next) = open.pop() {
        if next == to {
            return true;
        }
        if !std::mem::replace(&mut seen[next.index()], true) {
            open.extend(&direct[next.index()]);
        }
    }
    false
}
