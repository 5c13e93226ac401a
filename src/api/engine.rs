//! The engine: a request's text to its answer's bytes.
//!
//! Text → [`Prepared`] (kept by text) → variables coerced → plan ([`PlanEngine::plan`]) → [`crate::store`] → JSON. On a hit nothing
//! is parsed or validated. Each stage is public, so that benches measure them one by one.

use super::about::AboutTrees;
use super::build::Builder;
use super::input::Input;
use super::introspect::{self, Introspection};
use super::prepare::{Context, Operation, Prepared, Refused, prepare};
use super::schema::{ApiSchema, SchemaError};
use super::select::{RootField, RootWhat, Vocabulary};
use super::table::{PlanTable, TableRequest};
use super::write::Writer;
use super::{Engine, Request, RequestId, Response};
use crate::config::Limits;
use crate::error::{ErrorCode, GraphqlError, Limit, Location, PathSegment, write_errors};
use crate::metrics::{GraphSize, Metrics};
use crate::ontology::Ontology;
use crate::plan::budget;
use crate::plan::ir::{Root, View};
use crate::store::{Datum, NotReady, Session, Store, StoreError};
use moka::sync::Cache;
use std::sync::Arc;
use std::time::Instant;

/// Bytes that prepared documents may take, as they are estimated.
const PREPARED_BYTES: u64 = 64 << 20;
/// Bytes that a prepared document takes: so many for each of its text, and what the smallest takes.
const PREPARED_PER_BYTE: usize = 40;
const PREPARED_LEAST: usize = 4 << 10;
/// Bytes that answers of introspection may take.
const INTROSPECTION_BYTES: u64 = 16 << 20;

/// Answers requests over a store, through plans.
#[derive(Debug)]
pub struct PlanEngine {
    context: Context,
    store: Store,
    prepared: Cache<String, Verdict>,
    introspected: Cache<String, Arc<Vec<u8>>>,
    metrics: Arc<Metrics>,
}

/// What is known of a text.
type Verdict = Arc<Result<Prepared, Refused>>;

/// One request's plan: each root field's view and its work, if a store has to do any.
#[derive(Debug)]
pub struct Plan {
    /// What is selected.
    pub selection: Arc<Vec<RootField>>,
    /// The request's variables, coerced.
    pub variables: Vec<Option<Input>>,
    /// By root field, in order.
    pub roots: Vec<(View, Option<Root>)>,
    /// The estimated cost.
    pub cost: u64,
}

impl PlanEngine {
    /// An engine over a store that holds a graph of this ontology.
    ///
    /// # Errors
    /// An ontology that gives no valid API.
    pub fn new(ontology: Arc<Ontology>, store: Store, limits: Limits) -> Result<PlanEngine, SchemaError> {
        let schema = ApiSchema::of(&ontology)?;
        let vocabulary = Vocabulary::of(&ontology);
        let weight = |text: &String, _: &Verdict| {
            let bytes = text.len().saturating_mul(PREPARED_PER_BYTE).saturating_add(PREPARED_LEAST);
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let answer = |key: &String, bytes: &Arc<Vec<u8>>| u32::try_from(key.len() + bytes.len()).unwrap_or(u32::MAX);
        Ok(PlanEngine {
            context: Context { about: AboutTrees::of(&ontology, &schema.types), ontology, vocabulary, schema, limits },
            store,
            prepared: Cache::builder().max_capacity(PREPARED_BYTES).weigher(weight).build(),
            introspected: Cache::builder().max_capacity(INTROSPECTION_BYTES).weigher(answer).build(),
            metrics: Arc::default(),
        })
    }

    /// The same, measured by metrics that others share.
    pub fn measured(self, metrics: Arc<Metrics>) -> PlanEngine {
        PlanEngine { metrics, ..self }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What requests are prepared against.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The verdict on a text, kept or made. What the limits refuse is not kept: it is refused as quickly again.
    pub fn prepare(&self, text: &str) -> Verdict {
        let known = self.prepared.get(text);
        self.metrics.prepared(known.is_some());
        if let Some(known) = known {
            return known;
        }
        let verdict = Arc::new(prepare(text, &self.context));
        let refused_by_limit =
            matches!(&*verdict, Err(refused) if refused.errors.iter().any(|e| e.code == ErrorCode::LimitExceeded));
        if !refused_by_limit {
            self.prepared.insert(text.to_owned(), verdict.clone());
        }
        verdict
    }

    /// The plan of an operation, with where each root starts chosen by the store's counts.
    ///
    /// # Errors
    /// Variables and arguments that are not allowed, and a cost beyond the limit.
    pub fn plan(
        &self,
        prepared: &Prepared,
        operation: &Operation,
        given: &serde_json::Map<String, serde_json::Value>,
        session: &Session,
    ) -> Result<Plan, GraphqlError> {
        let variables = operation.coerce(given, &prepared.text, &self.context)?;
        let selection = prepared.selection(operation, &variables, &self.context)?;
        let builder = Builder {
            ontology: &self.context.ontology,
            vocabulary: &self.context.vocabulary,
            variables: &variables,
            limits: &self.context.limits,
            text: &prepared.text,
        };
        let mut roots = Vec::with_capacity(selection.len());
        let mut cost = 0_u64;
        for field in selection.iter() {
            let view = builder.view(&field.args);
            let mut root = builder.root(field, &view)?;
            if let Some(root) = &mut root {
                cost = cost.saturating_add(budget::cost(root));
                session.choose_anchor(root);
            }
            roots.push((view, root));
        }
        if cost > self.context.limits.cost {
            return Err(GraphqlError::limit(Limit::Cost, self.context.limits.cost, cost));
        }
        Ok(Plan { selection, variables, roots, cost })
    }

    /// Executes a plan's roots, in order; all at once where a store waits for a database.
    pub async fn run(
        &self,
        plan: &Plan,
        session: &Session,
        deadline: Instant,
    ) -> Vec<Option<Result<Datum, StoreError>>> {
        let one = async |(view, root): &(View, Option<Root>)| match root {
            Some(root) => {
                let started = Instant::now();
                let result = session.execute(root, view, deadline).await;
                self.metrics.executed(session.name(), started.elapsed(), result.as_ref().err().map(StoreError::name));
                Some(result.map(|(datum, _)| datum))
            }
            None => None,
        };
        match plan.roots.as_slice() {
            [only] => vec![one(only).await],
            all => futures::future::join_all(all.iter().map(one)).await,
        }
    }

    /// Appends the value of a root field that a store executed.
    ///
    /// # Errors
    /// A row that does not fit its plan; what was appended by then is of no use.
    pub fn write(&self, out: &mut Vec<u8>, plan: &Plan, at: usize, datum: &Datum) -> Result<(), super::write::Misfit> {
        let misfit = super::write::Misfit("no such root field");
        let (field, (view, _)) = (plan.selection.get(at).ok_or(misfit)?, plan.roots.get(at).ok_or(misfit)?);
        Writer { out, ontology: &self.context.ontology, variables: &plan.variables, view }.root(field, datum)
    }

    /// What would be done for a request, root field by root field in order; `__typename` and introspection need no work.
    ///
    /// # Errors
    /// As of a request that is run.
    pub fn explain(
        &self,
        text: &str,
        operation_name: Option<&str>,
        variables: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Vec<(String, View, Root)>, Vec<GraphqlError>> {
        let verdict = self.prepare(text);
        let prepared = verdict.as_ref().as_ref().map_err(|refused| refused.errors.clone())?;
        let operation = prepared.operation(operation_name).map_err(|error| vec![error])?;
        let plan = self.plan(prepared, operation, variables, &self.store.session()).map_err(|error| vec![error])?;
        let named = plan.selection.iter().map(|field| field.name.to_string());
        Ok(named.zip(plan.roots).filter_map(|(name, (view, root))| Some((name, view, root?))).collect())
    }

    fn refuse(&self, errors: &[GraphqlError], operation: Option<Arc<str>>) -> Response {
        Response { operation, ..Response::refused(errors, &self.context.limits) }
    }

    async fn introspect(
        &self,
        introspection: &Introspection,
        request: &Request,
        key: &str,
    ) -> Result<Arc<Vec<u8>>, String> {
        let (text, variables) = introspection.request(&request.variables);
        let known = format!("{text}\n{variables}");
        if let Some(bytes) = self.introspected.get(&known) {
            return Ok(bytes);
        }
        let bytes = Arc::new(introspect::answer(&self.context.schema.registry, &text, variables, key).await?);
        self.introspected.insert(known, bytes.clone());
        Ok(bytes)
    }

    async fn answer(
        &self,
        prepared: &Prepared,
        operation: &Operation,
        request: &Request,
        deadline: Instant,
    ) -> Response {
        let name = operation.name.clone();
        let session = self.store.session();
        let plan = match self.plan(prepared, operation, &request.variables, &session) {
            Ok(plan) => plan,
            Err(error) => return self.refuse(&[error], name),
        };
        let results = self.run(&plan, &session, deadline).await;
        if let Some(error) = all_failed(&results) {
            return Response { cost: plan.cost, ..self.refuse(&[error], name) };
        }
        let mut errors = Vec::new();
        let mut out = Vec::with_capacity(4096);
        out.extend_from_slice(b"{\"data\":{");
        for (at, (field, result)) in plan.selection.iter().zip(results).enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(field.name.as_bytes());
            out.extend_from_slice(b"\":");
            let start = out.len();
            let failed = match (&field.what, result) {
                (RootWhat::Introspection(introspection), _) => {
                    // Boxed because it is rare: the future of a request is moved through every layer, and is as large as its largest branch.
                    match Box::pin(self.introspect(introspection, request, &field.name)).await {
                        Ok(bytes) => {
                            out.extend_from_slice(&bytes);
                            None
                        }
                        Err(why) => {
                            tracing::error!(request = %request.id, why, "introspection failed");
                            Some(GraphqlError::internal(request.id.to_string()))
                        }
                    }
                }
                (_, Some(Err(error))) => Some(store_error(error, &request.id)),
                (_, result) => {
                    let datum = result.and_then(Result::ok).unwrap_or(Datum::Null);
                    self.write(&mut out, &plan, at, &datum).err().map(|misfit| {
                        tracing::error!(request = %request.id, field = %field.name, %misfit, "an answer cannot be written");
                        GraphqlError::internal(request.id.to_string())
                    })
                }
            };
            if let Some(error) = failed {
                out.truncate(start);
                out.extend_from_slice(b"null");
                let place = Location::of_offset(&prepared.text, field.args.offset);
                errors.push(error.at(place).in_field(vec![PathSegment::Field(field.name.to_string())]));
            }
            let most = self.context.limits.response_bytes;
            if out.len() > most {
                let error = GraphqlError::limit(Limit::ResponseBytes, most as u64, out.len() as u64);
                return Response { cost: plan.cost, ..self.refuse(&[error], name) };
            }
        }
        out.push(b'}');
        if !errors.is_empty() {
            let limits = &self.context.limits;
            out.extend_from_slice(b",\"errors\":");
            write_errors(&mut out, &errors, limits.errors as usize, limits.error_bytes as usize);
        }
        out.push(b'}');
        Response { body: out, refusal: None, limit: None, cost: plan.cost, operation: name }
    }
}

/// The error of a request of which no root field could be answered because the store did not; then there is no data at all.
fn all_failed(results: &[Option<Result<Datum, StoreError>>]) -> Option<GraphqlError> {
    let mut worked = results.iter().flatten().peekable();
    worked.peek()?;
    let mut timeout = false;
    for result in worked {
        match result {
            Err(StoreError::Unavailable) => {}
            Err(StoreError::Timeout) => timeout = true,
            _ => return None,
        }
    }
    Some(if timeout { GraphqlError::timeout() } else { GraphqlError::store_unavailable() })
}

/// What a client is told of a store's failure.
pub(super) fn store_error(error: StoreError, id: &super::RequestId) -> GraphqlError {
    match error {
        StoreError::Unavailable => GraphqlError::store_unavailable(),
        StoreError::Timeout => GraphqlError::timeout(),
        StoreError::Internal => GraphqlError::internal(id.to_string()),
    }
}

/// How long a store may take to say that it is ready; less than whoever asks waits for the engine, so that the store's words are told.
const READINESS: std::time::Duration = std::time::Duration::from_millis(1_800);

impl Engine for PlanEngine {
    type Table = PlanTable;

    async fn execute(&self, request: Request, deadline: Instant) -> Response {
        let verdict = self.prepare(&request.query);
        let prepared = match &*verdict {
            Ok(prepared) => prepared,
            Err(refused) if request.is_get && refused.has_other_than_query => {
                let error = GraphqlError::new(ErrorCode::MethodNotAllowed, "GET runs queries only; use POST.");
                return self.refuse(&[error], None);
            }
            Err(refused) => return self.refuse(&refused.errors, None),
        };
        let operation = match prepared.operation(request.operation_name.as_deref()) {
            Ok(operation) => operation,
            Err(error) => return self.refuse(&[error], None),
        };
        self.answer(prepared, operation, &request, deadline).await
    }

    fn table(&self, request: &TableRequest, id: RequestId) -> Result<PlanTable, GraphqlError> {
        PlanTable::open(&self.context, self.store.session(), self.metrics.clone(), request, id)
    }

    async fn ready(&self) -> Result<(), String> {
        let ready = self.store.ready(Instant::now() + READINESS).await;
        ready.map_err(|why| match why {
            NotReady::Lacks(words) => words.to_string(),
            NotReady::Store(_) => "the data cannot be reached".to_owned(),
        })
    }

    fn sdl(&self) -> String {
        self.context.schema.sdl.clone()
    }

    fn size(&self) -> Option<GraphSize> {
        let (entities, facts, observations) = self.store.size()?;
        Some(GraphSize { entities, facts, observations })
    }
}
