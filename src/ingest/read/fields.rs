//! The parts of a node by name, taken one by one, so that what nobody took is a problem.

use super::Reader;
use crate::graph::{Decimal, PartialDate};
use crate::ingest::problem::Place;
use crate::ingest::statement::{Mention, when};
use crate::ingest::syntax::{Entry, Node};
use crate::ontology::ValueType;
use crate::ontology::spelling::did_you_mean;
use std::sync::Arc;

/// A named part: `name=value` on the node, or a line `name value…` of its block.
#[derive(Clone, Copy)]
pub(super) enum Field<'n> {
    Prop(&'n Entry),
    Line(&'n Node),
}

impl<'n> Field<'n> {
    pub fn at(self) -> Place {
        match self {
            Field::Prop(entry) => entry.at,
            Field::Line(node) => node.at,
        }
    }
    /// Its values.
    pub fn entries(self) -> &'n [Entry] {
        match self {
            Field::Prop(entry) => std::slice::from_ref(entry),
            Field::Line(node) => &node.args,
        }
    }
}

/// So many names are asked for in the largest statement, about: room for them is made once.
const MOST_ASKED: usize = 20;

/// The parts of one node.
pub(super) struct Fields<'n> {
    node: &'n Node,
    args: std::slice::Iter<'n, Entry>,
    named: Vec<(&'n str, Field<'n>)>,
    asked: Vec<&'static str>,
    /// What it is called in messages.
    label: &'n str,
}

impl<'a> Reader<'a> {
    /// Opens a node.
    pub(super) fn fields<'n>(&mut self, node: &'n Node) -> Fields<'n> {
        let props = node.props.iter().map(|(name, entry)| (name.as_str(), Field::Prop(entry)));
        let lines = node.children.iter().map(|child| (child.name.as_str(), Field::Line(child)));
        Fields {
            node,
            args: node.args.iter(),
            named: props.chain(lines).collect(),
            asked: Vec::with_capacity(MOST_ASKED),
            label: &node.name,
        }
    }

    /// The one value of a part; a problem when there is none or there are several, or properties or a block where none can be.
    pub(super) fn single<'n>(&mut self, name: &str, field: Field<'n>) -> Option<&'n Entry> {
        if let Field::Line(node) = field {
            self.bare(node);
        }
        match field.entries() {
            [entry] => Some(entry),
            entries => {
                let message = match entries.len() {
                    0 => format!("`{name}` has no value; give it one"),
                    count => format!("`{name}` has {count} values and takes one; keep one"),
                };
                self.problems.error(field.at(), message);
                None
            }
        }
    }

    /// A line that has values only.
    pub(super) fn bare(&mut self, node: &Node) {
        let extra = node.props.first().map(|(name, entry)| (format!("`{name}=`"), entry.at));
        let extra = extra.or_else(|| node.children.first().map(|child| (format!("`{}`", child.name), child.at)));
        if let Some((what, at)) = extra {
            self.problems
                .error(at, format!("{what} cannot stand at `{}`, which takes values only; leave it out", node.name));
        }
    }
}

impl<'n> Fields<'n> {
    /// Gives it another name in messages.
    pub fn call(&mut self, label: &'n str) {
        self.label = label;
    }

    /// The next argument as text.
    pub fn arg_text(&mut self, reader: &mut Reader<'_>, what: &str) -> Option<Arc<str>> {
        match self.args.next() {
            Some(entry) => reader.text(&self.node.name, entry),
            None => {
                let message = format!("`{0}` lacks {what}; write {0} \"…\"", self.node.name);
                reader.problems.error(self.node.at, message);
                None
            }
        }
    }

    /// The next argument, if there is one.
    pub fn arg(&mut self) -> Option<&'n Entry> {
        self.args.next()
    }

    /// Every part of this name.
    pub fn take_all(&mut self, name: &'static str) -> Vec<Field<'n>> {
        self.asked.push(name);
        self.take_untold(name)
    }

    /// Every part of a name that the ontology gives.
    pub fn take_untold(&mut self, name: &str) -> Vec<Field<'n>> {
        let mut taken = Vec::new();
        // Most names that are asked for are not there.
        if self.named.iter().any(|(known, _)| *known == name) {
            self.named.retain(|(known, field)| {
                let keeps = *known != name;
                if !keeps {
                    taken.push(*field);
                }
                keeps
            });
        }
        taken
    }

    /// The part of this name; a problem when it is given more than once.
    pub fn take(&mut self, reader: &mut Reader<'_>, name: &'static str) -> Option<Field<'n>> {
        let all = self.take_all(name);
        if let Some(second) = all.get(1) {
            reader.problems.error(second.at(), format!("`{name}` is given twice; keep one"));
        }
        all.first().copied()
    }

    /// As text.
    pub fn take_text(&mut self, reader: &mut Reader<'_>, name: &'static str) -> Option<Arc<str>> {
        let field = self.take(reader, name)?;
        let entry = reader.single(name, field)?;
        reader.text(name, entry)
    }

    /// As an exact number.
    pub fn take_decimal(&mut self, reader: &mut Reader<'_>, name: &'static str) -> Option<(Decimal, Place)> {
        let field = self.take(reader, name)?;
        let entry = reader.single(name, field)?;
        reader.decimal(name, entry).map(|number| (number, entry.at))
    }

    /// As a date.
    pub fn take_date(&mut self, reader: &mut Reader<'_>, name: &'static str) -> Option<PartialDate> {
        let field = self.take(reader, name)?;
        let entry = reader.single(name, field)?;
        reader.date(name, entry)
    }

    /// As the id of an entity.
    pub fn take_mention(&mut self, reader: &mut Reader<'_>, name: &'static str) -> Option<Mention> {
        let field = self.take(reader, name)?;
        let entry = reader.single(name, field)?;
        let id = reader.text(name, entry)?;
        reader.mention(&id, entry.at)
    }

    /// As one of a few names; `usual` when it is not given.
    pub fn take_choice<T: Copy>(
        &mut self,
        reader: &mut Reader<'_>,
        name: &'static str,
        all: &[T],
        shown: fn(T) -> &'static str,
        usual: T,
    ) -> T {
        let Some(field) = self.take(reader, name) else { return usual };
        let Some(entry) = reader.single(name, field) else { return usual };
        let Some(text) = reader.text(name, entry) else { return usual };
        match all.iter().find(|value| shown(**value) == &*text) {
            Some(value) => *value,
            None => {
                let names: Vec<&str> = all.iter().map(|value| shown(*value)).collect();
                reader.unknown_value(name, &text, &names, entry.at);
                usual
            }
        }
    }

    /// A period: `since`, `sinceText`, `until`, `untilText`.
    pub fn take_period(&mut self, reader: &mut Reader<'_>) -> (Option<crate::graph::When>, Option<crate::graph::When>) {
        let since = when(self.take_date(reader, "since"), self.take_text(reader, "sinceText"));
        let until = when(self.take_date(reader, "until"), self.take_text(reader, "untilText"));
        if let (Some(from), Some(to)) = (&since, &until)
            && from.first() > to.last()
        {
            let message =
                format!("the period ends ({}) before it begins ({}); mend since or until", to.text, from.text);
            reader.problems.error(self.node.at, message);
        }
        (since, until)
    }

    /// Reports what was not taken. `known`: what else would have been understood.
    pub fn finish(mut self, reader: &mut Reader<'_>, known: &[&str]) {
        if let Some(entry) = self.args.next() {
            let message = format!("{} is one value too many for `{}`; leave it out", entry.scalar.shown(), self.label);
            reader.problems.error(entry.at, message);
        }
        for (name, field) in &self.named {
            let candidates: Vec<&str> = known.iter().copied().chain(self.asked.iter().copied()).collect();
            let near = did_you_mean(name, candidates.iter().copied());
            let message =
                format!("`{}` has nothing called `{name}`; {near}it takes {}", self.label, candidates.join(", "));
            reader.problems.error(field.at(), message);
        }
    }
}

/// How a type is written in a seed, for messages.
pub(super) fn form(ontology: &crate::ontology::Ontology, ty: &ValueType) -> String {
    match ty {
        ValueType::String => "a text in quotes".to_owned(),
        ValueType::Boolean => "#true or #false".to_owned(),
        ValueType::Int => "a whole number".to_owned(),
        ValueType::Decimal => "a number like 697.1".to_owned(),
        ValueType::PartialDate => "a date like \"2024\", \"2024-06\" or \"2024-06-18\"".to_owned(),
        ValueType::CreditCode => "a credit code of 18 characters in quotes".to_owned(),
        ValueType::Enum(id) => {
            let values: Vec<&str> = ontology.enumeration(*id).values.iter().map(|value| &*value.name).collect();
            format!("one of \"{}\"", values.join("\", \""))
        }
        ValueType::Struct(id) => {
            let fields: Vec<&str> = ontology.structure(*id).fields.iter().map(|field| &*field.name).collect();
            format!("a block {{ {} }}", fields.join(" …; "))
        }
        ValueType::List(inner) => form(ontology, inner),
    }
}
