//! Statements kept by form: what many ask for, each of another entity or with another text, is rendered once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use moka::sync::Cache;

use super::super::client::Statement;
use super::super::value::Value;
use super::{Retired, leading, rendered};
use crate::ontology::{KindSet, Ontology};
use crate::plan::ir::{EntityProjection, Filter, PageArgs, Root, SearchPage, View};

/// Bytes that kept statements may take, as they are estimated.
const BYTES: u64 = 16 << 20;
/// Bytes that a kept statement takes, for each of its text and its parameters: both, and the root that it is of.
const PER_BYTE: usize = 8;

/// Statements of roots that come again with other [`leading`] values. Their other parameters were made with one set of retired ids.
#[derive(Debug)]
pub struct Kept(Cache<u64, Arc<Rendered>>);

#[derive(Debug)]
struct Rendered {
    root: Root,
    view: View,
    leading: usize,
    statement: Statement,
}

/// All that a statement is made of, but the leading values.
#[derive(PartialEq, Hash)]
struct Form<'a> {
    leading: usize,
    kinds: KindSet,
    entity: &'a EntityProjection,
    search: Option<(&'a Filter, &'a PageArgs, bool)>,
    view: &'a View,
}

impl Form<'_> {
    /// None for a root without leading values.
    fn of<'a>(root: &'a Root, view: &'a View, leading: usize) -> Option<Form<'a>> {
        match root {
            Root::ByIds { ids: _, kinds, entity } if leading > 0 => {
                Some(Form { leading, kinds: *kinds, entity, search: None, view })
            }
            Root::Search(SearchPage { text: _, kinds, filter, page, matched, entity }) if leading > 0 => {
                Some(Form { leading, kinds: *kinds, entity, search: Some((filter, page, *matched)), view })
            }
            _ => None,
        }
    }
}

impl Default for Kept {
    fn default() -> Kept {
        let weight = |_: &u64, kept: &Arc<Rendered>| {
            let Statement { text, parameters } = &kept.statement;
            let bytes = text.len() + parameters.iter().map(|(_, value)| bytes(value)).sum::<usize>();
            u32::try_from(bytes.saturating_mul(PER_BYTE)).unwrap_or(u32::MAX)
        };
        Kept(Cache::builder().max_capacity(BYTES).weigher(weight).build())
    }
}

/// Bytes that a parameter takes, about.
fn bytes(value: &Value) -> usize {
    let content = match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(bytes).sum(),
        Value::Map(entries) => entries.iter().map(|(name, value)| name.len() + bytes(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => 0,
    };
    size_of::<Value>() + content
}

impl Kept {
    /// The statement of a root field, rendered anew unless one of its form is kept.
    pub fn statement(&self, ontology: &Ontology, retired: &Retired, root: &Root, view: &View) -> Statement {
        let leading = leading(retired, root);
        let Some(form) = Form::of(root, view, leading.len()) else {
            return rendered(ontology, retired, root, view, leading);
        };
        let mut hasher = DefaultHasher::new();
        form.hash(&mut hasher);
        let key = hasher.finish();
        if let Some(kept) = self.0.get(&key)
            && Form::of(&kept.root, &kept.view, kept.leading).is_some_and(|of_kept| of_kept == form)
        {
            let mut statement = kept.statement.clone();
            statement.parameters.iter_mut().zip(leading).for_each(|((_, parameter), value)| *parameter = value);
            return statement;
        }
        let many = leading.len();
        let statement = rendered(ontology, retired, root, view, leading);
        let rendered = Rendered { root: root.clone(), view: view.clone(), leading: many, statement: statement.clone() };
        self.0.insert(key, Arc::new(rendered));
        statement
    }
}
