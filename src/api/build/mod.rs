//! A request's plan: from the tree of what is selected and the request's variables. Cheap, and made anew for each request.

mod aggregate;
pub mod cursor;
mod fact;
mod filter;
mod page;
mod project;
mod table;

pub use filter::hop;
pub use page::page_info;
pub use table::title;

use crate::api::input::{Input, Variables, Wrong};
use crate::api::select::{Args, EdgeField, RootField, RootWhat, Vocabulary};
use crate::config::Limits;
use crate::error::{ErrorCode, GraphqlError, Limit, Location};
use crate::graph::naming::fold;
use crate::ontology::{KindSet, Ontology, Target};
use crate::plan::ir::{Anchor, EntitiesPage, FactAnchor, Filter, Lang, Root, SearchPage, View};
use std::sync::Arc;

/// How many characters a text that is searched may have: no name is longer.
const MOST_SEARCHED: usize = 256;

/// What the plan of a request is built from, besides the tree.
#[derive(Clone, Copy)]
pub struct Builder<'a> {
    /// The ontology.
    pub ontology: &'a Ontology,
    /// Its names.
    pub vocabulary: &'a Vocabulary,
    /// The request's variables, coerced.
    pub variables: &'a Variables,
    /// Sizes of pages.
    pub limits: &'a Limits,
    /// The document, for places of errors.
    pub text: &'a str,
}

type Planned<T> = Result<T, GraphqlError>;

/// The language that a `lang` argument asks for.
pub fn lang(args: &Args, variables: &Variables) -> Lang {
    match args.get("lang", variables) {
        Some(Input::Str(name)) if &**name == "EN" => Lang::En,
        _ => Lang::Zh,
    }
}

impl Builder<'_> {
    /// A wrong argument, at its field.
    fn wrong(&self, args: &Args, name: &str, wrong: &Wrong) -> GraphqlError {
        GraphqlError::new(ErrorCode::BadUserInput, wrong.say(&format!("Argument {name}"))).at(self.place(args))
    }

    fn place(&self, args: &Args) -> Location {
        Location::of_offset(self.text, args.offset)
    }

    /// The value of an argument made into something, if the argument is given.
    fn argument<T>(
        &self,
        args: &Args,
        name: &str,
        make: impl FnOnce(&Input) -> Result<T, Wrong>,
    ) -> Planned<Option<T>> {
        match args.get(name, self.variables) {
            Some(input) => make(input).map(Some).map_err(|wrong| self.wrong(args, name, &wrong)),
            None => Ok(None),
        }
    }

    /// The texts of an argument that must be given.
    fn required(&self, args: &Args, name: &str) -> Planned<Vec<Arc<str>>> {
        let texts = self.argument(args, name, |input| self.texts(input))?;
        texts.ok_or_else(|| self.wrong(args, name, &Wrong::new("a value is wanted, not null")))
    }

    /// The view of a root field.
    ///
    /// # Errors
    /// None for a document that was compiled; dates were read then.
    pub fn view(&self, args: &Args) -> View {
        let date = |name: &str| match args.get("asOf", self.variables)? {
            Input::Object(fields) => {
                let (_, value) = fields.iter().find(|(field, _)| field == name)?;
                match value.given(self.variables)? {
                    Input::Date(date) => Some(*date),
                    _ => None,
                }
            }
            _ => None,
        };
        View::new(date("valid"), date("known"))
    }

    /// The work of a root field; none for `__typename` and introspection.
    ///
    /// # Errors
    /// Values of arguments that no type rules out: sizes of pages, cursors, empty one-of objects, unknown values of an enum.
    pub fn root(&self, field: &RootField, view: &View) -> Planned<Option<Root>> {
        let args = &field.args;
        Ok(Some(match &field.what {
            RootWhat::Typename | RootWhat::Introspection(_) => return Ok(None),
            RootWhat::About(tree, fields) if tree.counts(fields) => Root::Totals,
            RootWhat::About(..) => return Ok(None),
            RootWhat::Entity(kinds, set) => {
                Root::ByIds { ids: self.required(args, "id")?, kinds: *kinds, entity: self.entity(set, view)? }
            }
            RootWhat::Entities(set) => {
                let ids = self.required(args, "ids")?;
                let most = self.limits.page_size as usize;
                if ids.len() > most {
                    let error = GraphqlError::limit(Limit::PageSize, most as u64, ids.len() as u64);
                    return Err(error.at(self.place(args)));
                }
                Root::ByIds { ids, kinds: self.ontology.all_kinds(), entity: self.entity(set, view)? }
            }
            RootWhat::Page(kind, connection) => {
                let target = Target::Kind(*kind);
                let filter = self.argument(args, "where", |input| self.filter(target, input))?;
                let order = self.argument(args, "orderBy", |input| self.entity_order(target, input))?;
                let order = order.unwrap_or_default();
                Root::Entities(EntitiesPage {
                    kinds: KindSet::one(*kind),
                    filter: filter.unwrap_or(Filter::TRUE),
                    anchor: Anchor::Scan,
                    page: self.page(connection, view, order.len().max(1) + 1)?,
                    order,
                    entity: self.entity_nodes(connection, view)?,
                    aggregate: self.aggregate(connection, target, view)?,
                })
            }
            RootWhat::Fact(set) => {
                let id = self.required(args, "id")?.into_iter().next().unwrap_or_default();
                Root::Fact { id, fact: self.fact(set, view)? }
            }
            RootWhat::Facts(connection) => {
                Root::Facts { anchor: FactAnchor::Scan, facts: self.all_facts(connection, view)? }
            }
            RootWhat::Observation(set) => {
                let ids = self.required(args, "id")?;
                let id = ids.into_iter().next().unwrap_or_default();
                Root::Observation { id, observation: self.observation(set, view)? }
            }
            RootWhat::Observations(connection) => Root::Observations(self.observations(connection, view)?),
            RootWhat::Search(connection) => {
                let text = self.required(args, "text")?.concat();
                if text.chars().count() > MOST_SEARCHED {
                    let wrong = Wrong::new(format!("at most {MOST_SEARCHED} characters are looked for"));
                    return Err(self.wrong(args, "text", &wrong));
                }
                let kinds = self.argument(args, "kinds", |input| self.kinds(input))?;
                let within = self.argument(args, "within", |input| self.texts(input))?;
                Root::Search(SearchPage {
                    text: fold(&text).into(),
                    kinds: kinds.unwrap_or_else(|| self.ontology.all_kinds()),
                    filter: within.map_or(Filter::TRUE, Filter::Within),
                    page: self.page(connection, view, 3)?,
                    matched: connection.edges.iter().flatten().any(|field| matches!(field.what, EdgeField::Matched(_))),
                    entity: self.entity_nodes(connection, view)?,
                })
            }
        }))
    }
}
