//! Tables: all that a filter chooses, a row each, as CSV or NDJSON. Read page by page, so that a table of any length takes the memory
//! of a page. What stands in which column: `docs/export.md`.

mod columns;
mod request;
mod row;

pub use columns::Columns;
pub use request::{Format, TableRequest, What};
pub(super) use row::{entity_projection, fact_projection, observation_projection};

use super::build::Builder;
use super::engine::store_error;
use super::input::{self, Input, Wrong};
use super::prepare::Context;
use super::{RequestId, Table};
use crate::error::{ErrorCode, GraphqlError, Limit};
use crate::metrics::Metrics;
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{KindId, KindSet, Ontology, Target};
use crate::plan::budget;
use crate::plan::ir::{PageArgs, Root, View};
use crate::store::{Datum, Page, Session, StoreError};
use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use row::Row;
use std::sync::Arc;
use std::time::Instant;

/// What a spreadsheet takes UTF-8 by.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// A table that is being read from a store.
#[derive(Debug)]
pub struct PlanTable {
    id: RequestId,
    ontology: Arc<Ontology>,
    session: Session,
    metrics: Arc<Metrics>,
    view: View,
    /// The next page.
    root: Root,
    format: Format,
    columns: Columns,
    /// What goes before the rows, until it is given.
    head: Option<Vec<u8>>,
    done: bool,
}

impl PlanTable {
    /// Opens a table: checks what is asked and plans its pages; nothing is read yet.
    ///
    /// # Errors
    /// Values that the API's input types do not allow, and a page that costs more than a request may.
    pub fn open(
        context: &Context,
        session: Session,
        metrics: Arc<Metrics>,
        request: &TableRequest,
        id: RequestId,
    ) -> Result<PlanTable, GraphqlError> {
        let ontology = context.ontology.clone();
        let kind = kind(&ontology, request)?;
        let target = kind.map_or(Target::Entity, Target::Kind);
        let subject = match request.what {
            What::Entities => ontology.target_name(target),
            What::Facts => "Fact",
            What::Observations => "Observation",
        };
        let coerced = |parameter: &str, given: &Option<serde_json::Value>, ty: Option<Type>| {
            let (Some(value), Some(ty)) = (given, ty) else { return Ok(None) };
            let coerced = input::variable(&context.schema.types, &ty, value);
            coerced.map(|input| Some(input).filter(|input| *input != Input::Null)).map_err(|why| wrong(parameter, &why))
        };
        let named = |suffix: &str| Name::new(&format!("{subject}{suffix}")).ok();
        let filter = coerced("where", &request.filter, named("Where").map(Type::Named))?;
        let entries = named("OrderBy").map(|name| Type::List(Box::new(Type::NonNullNamed(name))));
        let order = coerced("orderBy", &request.order, entries)?;
        let builder = Builder {
            ontology: &ontology,
            vocabulary: &context.vocabulary,
            variables: &[],
            limits: &context.limits,
            text: "",
        };
        let mut root = builder
            .table(
                request.what,
                kind,
                filter.as_ref(),
                order.as_ref(),
                PageArgs::first(context.limits.page_size.max(1)),
            )
            .map_err(|(parameter, why)| wrong(parameter, &why))?;
        let cost = budget::cost(&root);
        if cost > context.limits.cost {
            return Err(GraphqlError::limit(Limit::Cost, context.limits.cost, cost));
        }
        session.choose_anchor(&mut root);
        let columns = Columns::of(&ontology, request.what, kind, &root);
        let head = match request.format {
            Format::Ndjson => Vec::new(),
            Format::Csv => {
                let mut head = if request.bom { BOM.to_vec() } else { Vec::new() };
                columns.head(&mut head).map_err(|why| fault(id, &why))?;
                head
            }
        };
        let view = View::new(request.valid, request.known);
        let format = request.format;
        Ok(PlanTable { id, ontology, session, metrics, view, root, format, columns, head: Some(head), done: false })
    }

    /// Appends the rows of a page.
    fn rows(&self, page: &Page, out: &mut Vec<u8>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let kinds = if let Root::Entities(page) = &self.root { page.kinds } else { KindSet::EMPTY };
        let rows = Row { ontology: &self.ontology, view: &self.view, kinds };
        for item in &page.items {
            let row = match &self.root {
                Root::Entities(_) => rows.entity(&item.row),
                Root::Facts { .. } => rows.fact(&item.row),
                _ => rows.observation(&item.row),
            }?;
            match self.format {
                Format::Csv => self.columns.record(&row, out)?,
                Format::Ndjson => {
                    serde_json::to_writer(&mut *out, &row)?;
                    out.push(b'\n');
                }
            }
        }
        Ok(())
    }
}

impl Table for PlanTable {
    async fn next(&mut self, deadline: Instant) -> Result<Option<Vec<u8>>, GraphqlError> {
        if self.done {
            return Ok(None);
        }
        let started = Instant::now();
        let answer = self.session.execute(&self.root, &self.view, deadline).await;
        let failed = answer.as_ref().err().map(StoreError::name);
        self.metrics.executed(self.session.name(), started.elapsed(), failed);
        let (datum, _) = answer.map_err(|error| store_error(error, &self.id))?;
        let Datum::Page(page) = datum else { return Err(fault(self.id, &"a page is missing")) };
        let mut out = self.head.take().unwrap_or_default();
        self.rows(&page, &mut out).map_err(|why| fault(self.id, &why))?;
        let last = page.items.last().map(|item| item.keys.clone());
        self.done = !page.more || last.is_none();
        if let Some(args) = page_of(&mut self.root) {
            args.after = last;
        }
        Ok(Some(out))
    }
}

/// The page of a table's plan.
fn page_of(root: &mut Root) -> Option<&mut PageArgs> {
    match root {
        Root::Entities(page) => Some(&mut page.page),
        Root::Facts { facts, .. } => Some(&mut facts.page),
        Root::Observations(page) => Some(&mut page.page),
        _ => None,
    }
}

/// The kind that a table of entities is of.
fn kind(ontology: &Ontology, request: &TableRequest) -> Result<Option<KindId>, GraphqlError> {
    let Some(name) = &request.kind else { return Ok(None) };
    if request.what != What::Entities {
        return Err(wrong("kind", &Wrong::new("only a table of entities is of a kind; leave it out")));
    }
    if let Some(kind) = ontology.kind_of_constant(name) {
        return Ok(Some(kind));
    }
    let names = || ontology.kinds.iter().map(|kind| &*kind.constant);
    let meant = did_you_mean(name, names());
    let all: Vec<&str> = names().collect();
    Err(wrong("kind", &Wrong::new(format!("{meant}one of {} is wanted", all.join(", ")))))
}

fn wrong(parameter: &str, why: &Wrong) -> GraphqlError {
    GraphqlError::new(ErrorCode::BadUserInput, why.say(&format!("Parameter {parameter}")))
}

/// A fault of ours; the cause goes to the log.
fn fault(id: RequestId, why: &dyn std::fmt::Display) -> GraphqlError {
    tracing::error!(request = %id, %why, "a table cannot be written");
    GraphqlError::internal(id)
}
