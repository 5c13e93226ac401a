//! The engine in force, which a reload of the data replaces.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use super::table::TableRequest;
use super::{Engine, Request, RequestId, Response};
use crate::error::GraphqlError;
use crate::metrics::GraphSize;

/// An engine that can be replaced while requests are under way: each is answered by the one that was in force when it came.
/// Clones are the same one.
#[derive(Debug)]
pub struct Current<E>(Arc<RwLock<Arc<E>>>);

impl<E> Clone for Current<E> {
    fn clone(&self) -> Self {
        Current(Arc::clone(&self.0))
    }
}

impl<E> Current<E> {
    /// Begins with an engine.
    pub fn new(engine: E) -> Self {
        Current(Arc::new(RwLock::new(Arc::new(engine))))
    }

    /// The engine in force.
    pub fn engine(&self) -> Arc<E> {
        // The lock guards one pointer: a panic elsewhere cannot leave it half-written.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another engine in its place; requests under way keep theirs.
    pub fn replace(&self, engine: E) {
        let next = Arc::new(engine);
        let previous = std::mem::replace(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner), next);
        // Freed here, if at all, after the lock.
        drop(previous);
    }
}

impl<E: Engine> Engine for Current<E> {
    type Table = E::Table;

    async fn execute(&self, request: Request, deadline: Instant) -> Response {
        self.engine().execute(request, deadline).await
    }

    fn table(&self, request: &TableRequest, id: RequestId) -> Result<E::Table, GraphqlError> {
        self.engine().table(request, id)
    }

    async fn ready(&self) -> Result<(), String> {
        self.engine().ready().await
    }

    fn sdl(&self) -> String {
        self.engine().sdl()
    }

    fn size(&self) -> Option<GraphSize> {
        self.engine().size()
    }
}
