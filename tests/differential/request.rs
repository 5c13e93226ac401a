//! Requests as trees: made, printed, followed by a cursor, and made smaller.

use serde_json::{Map, Value as Json};
use std::fmt::Write;

/// A literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A string.
    Text(String),
    /// A number, a boolean or an enum value, as printed.
    Token(String),
    /// A list.
    List(Vec<Literal>),
    /// An input object.
    Object(Vec<(String, Literal)>),
}

impl Literal {
    fn print(&self, out: &mut String) {
        match self {
            // GraphQL's escapes are JSON's.
            Literal::Text(text) => out.push_str(&Json::from(text.as_str()).to_string()),
            Literal::Token(token) => out.push_str(token),
            Literal::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    item.print(out);
                }
                out.push(']');
            }
            Literal::Object(fields) => {
                out.push('{');
                for (i, (name, value)) in fields.iter().enumerate() {
                    let _ = write!(out, "{}{name}: ", if i > 0 { ", " } else { "" });
                    value.print(out);
                }
                out.push('}');
            }
        }
    }

    /// As a variable's value. An enum value is a string there.
    fn json(&self) -> Json {
        match self {
            Literal::Text(text) => Json::from(text.as_str()),
            Literal::Token(token) => serde_json::from_str(token).unwrap_or_else(|_| Json::from(token.as_str())),
            Literal::List(items) => items.iter().map(Literal::json).collect(),
            Literal::Object(fields) => Json::Object(fields.iter().map(|(n, v)| (n.clone(), v.json())).collect()),
        }
    }

    /// The same with one part less, one for each part.
    fn smaller(&self) -> Vec<Literal> {
        match self {
            Literal::Text(_) | Literal::Token(_) => Vec::new(),
            Literal::List(items) => {
                let mut all = Vec::new();
                if items.len() > 1 {
                    all.extend((0..items.len()).map(|i| Literal::List(without(items, i))));
                }
                all.extend(each(items, |item| item.smaller()).into_iter().map(Literal::List));
                all
            }
            Literal::Object(fields) => {
                let mut all = Vec::new();
                // `{NOT: {x}}` and `{AND: [{x}]}` as `{x}`.
                for (name, value) in fields {
                    match (name.as_str(), value) {
                        ("NOT", inner) => all.push(inner.clone()),
                        ("AND" | "OR", Literal::List(items)) => all.extend(items.iter().cloned()),
                        _ => {}
                    }
                }
                if fields.len() > 1 {
                    all.extend((0..fields.len()).map(|i| Literal::Object(without(fields, i))));
                }
                let inner =
                    each(fields, |(name, value)| value.smaller().into_iter().map(|v| (name.clone(), v)).collect());
                all.extend(inner.into_iter().map(Literal::Object));
                all
            }
        }
    }
}

fn without<T: Clone>(items: &[T], index: usize) -> Vec<T> {
    items.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, item)| item.clone()).collect()
}

/// The list with one item replaced, for every replacement of every item.
fn each<T: Clone>(items: &[T], replacements: impl Fn(&T) -> Vec<T>) -> Vec<Vec<T>> {
    let mut all = Vec::new();
    for (i, item) in items.iter().enumerate() {
        for replacement in replacements(item) {
            let mut copy = items.to_vec();
            copy[i] = replacement;
            all.push(copy);
        }
    }
    all
}

/// An argument of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// What it is given.
    pub value: Literal,
    /// Its type, as SDL writes it.
    pub ty: String,
    /// Whether the request gives it by a variable.
    pub variable: bool,
    /// Whether the field demands it.
    pub required: bool,
}

/// A field with all that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The key of the answer, if it is not the name.
    pub alias: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is given.
    pub arguments: Vec<Argument>,
    /// What is asked of it; empty for a scalar.
    pub selections: Vec<Selection>,
}

impl Field {
    /// A field without arguments or selections.
    pub fn leaf(name: &str) -> Field {
        Field { alias: None, name: name.to_owned(), arguments: Vec::new(), selections: Vec::new() }
    }
    /// Its key in the answer.
    pub fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
    /// An argument's place.
    pub fn argument(&self, name: &str) -> Option<usize> {
        self.arguments.iter().position(|a| a.name == name)
    }

    fn smaller(&self) -> Vec<Field> {
        let mut all = Vec::new();
        for (i, argument) in self.arguments.iter().enumerate() {
            if !argument.required {
                all.push(Field { arguments: without(&self.arguments, i), ..self.clone() });
            }
            if argument.variable {
                let mut copy = self.clone();
                copy.arguments[i].variable = false;
                all.push(copy);
            }
        }
        for selections in smaller_selections(&self.selections) {
            all.push(Field { selections, ..self.clone() });
        }
        for (i, argument) in self.arguments.iter().enumerate() {
            for value in argument.value.smaller() {
                let mut copy = self.clone();
                copy.arguments[i].value = value;
                all.push(copy);
            }
        }
        all
    }
}

/// A part of a selection set.
#[derive(Clone, Debug, PartialEq)]
pub enum Selection {
    /// A field.
    Field(Field),
    /// `... on Type { … }`
    On(String, Vec<Selection>),
}

fn smaller_selections(selections: &[Selection]) -> Vec<Vec<Selection>> {
    let mut all = Vec::new();
    if selections.len() > 1 {
        all.extend((0..selections.len()).map(|i| without(selections, i)));
    } else if selections.first().is_some_and(|s| *s != Selection::Field(Field::leaf("__typename"))) {
        all.push(vec![Selection::Field(Field::leaf("__typename"))]);
    }
    all.extend(each(selections, |selection| match selection {
        Selection::Field(field) => field.smaller().into_iter().map(Selection::Field).collect(),
        Selection::On(on, inner) => {
            smaller_selections(inner).into_iter().map(|s| Selection::On(on.clone(), s)).collect()
        }
    }));
    all
}

/// A request: one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The root fields.
    pub roots: Vec<Selection>,
}

impl Request {
    /// The document.
    pub fn document(&self) -> String {
        let mut variables = Vec::new();
        let mut body = String::new();
        print_selections(&self.roots, 1, &mut body, &mut variables);
        let mut head = String::new();
        if !variables.is_empty() {
            let declared: Vec<String> = variables.iter().enumerate().map(|(i, a)| format!("$v{i}: {}", a.ty)).collect();
            head = format!("query ({}) ", declared.join(", "));
        }
        format!("{head}{{\n{body}}}\n")
    }

    /// The variables' values.
    pub fn variables(&self) -> Map<String, Json> {
        let mut variables = Vec::new();
        print_selections(&self.roots, 1, &mut String::new(), &mut variables);
        variables.iter().enumerate().map(|(i, a)| (format!("v{i}"), a.value.json())).collect()
    }

    /// The same asked for a bit less, in every way there is, large cuts first.
    pub fn smaller(&self) -> Vec<Request> {
        let mut all: Vec<Request> =
            smaller_selections(&self.roots).into_iter().map(|roots| Request { roots }).collect();
        all.sort_by_key(|r| r.document().len());
        all
    }

    /// Without the fields of some names, wherever they are asked for.
    pub fn without(&self, names: &[&str]) -> Request {
        fn clean(selections: &[Selection], names: &[&str]) -> Vec<Selection> {
            let mut kept: Vec<Selection> = selections
                .iter()
                .filter_map(|selection| match selection {
                    Selection::Field(field) if names.contains(&field.name.as_str()) => None,
                    Selection::Field(field) => {
                        let selections = clean(&field.selections, names);
                        Some(Selection::Field(Field { selections, ..field.clone() }))
                    }
                    Selection::On(on, inner) => Some(Selection::On(on.clone(), clean(inner, names))),
                })
                .collect();
            if kept.is_empty() && !selections.is_empty() {
                kept.push(Selection::Field(Field::leaf("__typename")));
            }
            kept
        }
        Request { roots: clean(&self.roots, names) }
    }

    /// Gives every root field an argument, or takes it away.
    pub fn set_root_argument(&mut self, name: &str, argument: Option<Argument>) {
        for root in &mut self.roots {
            if let Selection::Field(field) = root {
                field.arguments.retain(|a| a.name != name);
                field.arguments.extend(argument.clone());
            }
        }
    }

    /// With every argument given by a variable, or none.
    pub fn with_variables(&self, all: bool) -> Request {
        fn set(selections: &mut [Selection], all: bool) {
            for selection in selections {
                match selection {
                    Selection::Field(field) => {
                        field.arguments.iter_mut().for_each(|a| a.variable = all);
                        set(&mut field.selections, all);
                    }
                    Selection::On(_, inner) => set(inner, all),
                }
            }
        }
        let mut request = self.clone();
        set(&mut request.roots, all);
        request
    }

    /// The next part of a page that the request asked for, by a cursor of its answer: `choose` picks among so many.
    /// Only pages that no list stands above: a cursor belongs to one list.
    pub fn follow(&self, answer: &Json, choose: &mut dyn FnMut(usize) -> usize) -> Option<Request> {
        let mut places = Vec::new();
        cursors(&self.roots, answer.get("data")?, &mut Vec::new(), &mut places);
        if places.is_empty() {
            return None;
        }
        let (path, cursor) = places.swap_remove(choose(places.len()));
        let mut next = self.clone();
        let field = field_at(&mut next.roots, &path)?;
        let backward = field.argument("last").is_some();
        field.arguments.retain(|a| a.name != "after" && a.name != "before");
        // Sometimes the cursor cuts the side that the page does not start from; that is allowed too.
        let before = backward != (choose(8) == 0);
        field.arguments.push(Argument {
            name: if before { "before" } else { "after" }.to_owned(),
            value: Literal::Text(cursor),
            ty: "String".to_owned(),
            variable: choose(2) == 0,
            required: false,
        });
        Some(next)
    }
}

fn print_selections<'a>(
    selections: &'a [Selection],
    depth: usize,
    out: &mut String,
    variables: &mut Vec<&'a Argument>,
) {
    let pad = "  ".repeat(depth);
    for selection in selections {
        let inner = match selection {
            Selection::Field(field) => {
                let _ = write!(out, "{pad}");
                if let Some(alias) = &field.alias {
                    let _ = write!(out, "{alias}: ");
                }
                out.push_str(&field.name);
                for (i, argument) in field.arguments.iter().enumerate() {
                    let _ = write!(out, "{}{}: ", if i > 0 { ", " } else { "(" }, argument.name);
                    if argument.variable {
                        let _ = write!(out, "$v{}", variables.len());
                        variables.push(argument);
                    } else {
                        argument.value.print(out);
                    }
                }
                if !field.arguments.is_empty() {
                    out.push(')');
                }
                &field.selections
            }
            Selection::On(on, inner) => {
                let _ = write!(out, "{pad}... on {on}");
                inner
            }
        };
        if !inner.is_empty() {
            out.push_str(" {\n");
            print_selections(inner, depth + 1, out, variables);
            let _ = write!(out, "{pad}}}");
        }
        out.push('\n');
    }
}

/// Every cursor of the pages under `data`, with the way to the field: positions in the selections.
fn cursors(selections: &[Selection], data: &Json, path: &mut Vec<usize>, found: &mut Vec<(Vec<usize>, String)>) {
    for (i, selection) in selections.iter().enumerate() {
        path.push(i);
        match selection {
            Selection::On(_, inner) => cursors(inner, data, path, found),
            Selection::Field(field) => {
                let value = data.get(field.key()).unwrap_or(&Json::Null);
                let paged = field.argument("first").is_some() || field.argument("last").is_some();
                for edge in value.get("edges").and_then(Json::as_array).into_iter().flatten() {
                    if let Some(cursor) = edge.get("cursor").and_then(Json::as_str)
                        && paged
                    {
                        found.push((path.clone(), cursor.to_owned()));
                    }
                }
                if value.is_object() {
                    cursors(&field.selections, value, path, found);
                }
            }
        }
        path.pop();
    }
}

fn field_at<'a>(selections: &'a mut [Selection], path: &[usize]) -> Option<&'a mut Field> {
    let (first, rest) = path.split_first()?;
    match selections.get_mut(*first)? {
        Selection::Field(field) => {
            if rest.is_empty() {
                Some(field)
            } else {
                field_at(&mut field.selections, rest)
            }
        }
        Selection::On(_, inner) => field_at(inner, rest),
    }
}
