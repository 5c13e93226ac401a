//! Collects the fields of selection sets as the specification's CollectFields does: fragments opened, fields of one response
//! key brought together in the order in which the key is first met, `@skip` and `@include` obeyed.

use apollo_compiler::ast::Value;
use apollo_compiler::executable::{DirectiveList, Field, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name, Node};
use std::collections::BTreeSet;

/// The values of the boolean variables that directives use, by name.
pub type Conditions<'a> = &'a dyn Fn(&Name) -> bool;

/// The fields of one response key.
#[derive(Debug)]
pub struct Collected<'d> {
    /// The response key.
    pub key: &'d Name,
    /// The fields, all of one name and with equal arguments (validation sees to it); at least one.
    pub fields: Vec<&'d Node<Field>>,
}

impl<'d> Collected<'d> {
    /// The first of the fields: all say the same, but for what they select.
    pub fn first(&self) -> &'d Node<Field> {
        self.fields[0]
    }
    /// Their selection sets.
    pub fn sets(&self) -> Vec<&'d SelectionSet> {
        self.fields.iter().map(|field| &field.selection_set).collect()
    }
}

/// Collects the fields of `sets` for an object to which exactly those type conditions apply that `applies` says.
pub fn collect<'d>(
    document: &'d ExecutableDocument,
    sets: &[&'d SelectionSet],
    conditions: Conditions,
    applies: &dyn Fn(&str) -> bool,
) -> Vec<Collected<'d>> {
    let mut found = Collector { document, conditions, applies, spread: BTreeSet::new(), collected: Vec::new() };
    sets.iter().for_each(|set| found.set(set));
    found.collected
}

/// The type conditions of fragments in `sets`, at any depth of fragments but not below fields, each once.
pub fn type_conditions<'d>(document: &'d ExecutableDocument, sets: &[&'d SelectionSet]) -> BTreeSet<&'d str> {
    fn visit<'d>(
        document: &'d ExecutableDocument,
        set: &'d SelectionSet,
        seen: &mut BTreeSet<&'d Name>,
        found: &mut BTreeSet<&'d str>,
    ) {
        for selection in &set.selections {
            match selection {
                Selection::Field(_) => {}
                Selection::InlineFragment(inline) => {
                    found.extend(inline.type_condition.as_ref().map(Name::as_str));
                    visit(document, &inline.selection_set, seen, found);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.fragment_name)
                        && seen.insert(&fragment.name)
                    {
                        found.insert(fragment.type_condition().as_str());
                        visit(document, &fragment.selection_set, seen, found);
                    }
                }
            }
        }
    }
    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    sets.iter().for_each(|set| visit(document, set, &mut seen, &mut found));
    found
}

/// The names of the variables that `@skip` and `@include` of a document's selections use, each once.
pub fn condition_variables(document: &ExecutableDocument, set: &SelectionSet) -> BTreeSet<Name> {
    fn directives(directives: &DirectiveList, found: &mut BTreeSet<Name>) {
        for directive in directives.iter().filter(|d| d.name == "skip" || d.name == "include") {
            if let Some(Value::Variable(name)) = directive.specified_argument_by_name("if").map(|value| &**value) {
                found.insert(name.clone());
            }
        }
    }
    fn visit(document: &ExecutableDocument, set: &SelectionSet, seen: &mut BTreeSet<Name>, found: &mut BTreeSet<Name>) {
        for selection in &set.selections {
            directives(selection.directives(), found);
            match selection {
                Selection::Field(field) => visit(document, &field.selection_set, seen, found),
                Selection::InlineFragment(inline) => visit(document, &inline.selection_set, seen, found),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.fragment_name)
                        && seen.insert(fragment.name.clone())
                    {
                        visit(document, &fragment.selection_set, seen, found);
                    }
                }
            }
        }
    }
    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    visit(document, set, &mut seen, &mut found);
    found
}

struct Collector<'d, 'c> {
    document: &'d ExecutableDocument,
    conditions: Conditions<'c>,
    applies: &'c dyn Fn(&str) -> bool,
    spread: BTreeSet<&'d Name>,
    collected: Vec<Collected<'d>>,
}

impl<'d> Collector<'d, '_> {
    fn set(&mut self, set: &'d SelectionSet) {
        for selection in &set.selections {
            if !self.included(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key();
                    match self.collected.iter_mut().find(|c| c.key == key) {
                        Some(collected) => collected.fields.push(field),
                        None => self.collected.push(Collected { key, fields: vec![field] }),
                    }
                }
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|name| (self.applies)(name)) {
                        self.set(&inline.selection_set);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else { continue };
                    if self.spread.insert(&fragment.name) && (self.applies)(fragment.type_condition()) {
                        self.set(&fragment.selection_set);
                    }
                }
            }
        }
    }

    /// Whether `@skip` and `@include` let a selection through.
    fn included(&self, directives: &DirectiveList) -> bool {
        let holds = |name: &str| {
            let directive = directives.get(name)?;
            match &**directive.specified_argument_by_name("if")? {
                Value::Boolean(value) => Some(*value),
                Value::Variable(variable) => Some((self.conditions)(variable)),
                _ => None,
            }
        };
        holds("skip") != Some(true) && holds("include") != Some(false)
    }
}
