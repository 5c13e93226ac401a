//! The server: connections, routes, media types, statuses, time limits, health, shutdown.
//!
//! [`serve`] runs everything over a bound listener until it is told to stop. GraphQL itself is not known here: a request
//! goes through [`Engine`](crate::api::Engine) as text and comes back as bytes.

mod connection;
mod envelope;
mod export;
mod graphql;
mod media;
mod page;
mod router;
mod server;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::Semaphore;

use crate::config::{Limits, ServerSettings};
use crate::metrics::Metrics;

pub use router::paths;
pub use server::{Stopped, serve, stop_signal};

/// What every request of the server shares.
struct Shared<E> {
    engine: E,
    limits: Limits,
    settings: ServerSettings,
    metrics: Arc<Metrics>,
    /// One permit for each request under way.
    under_way: Arc<Semaphore>,
    /// Set when the server was told to stop; `/health/ready` says so.
    stopping: AtomicBool,
}

impl<E> Shared<E> {
    fn new(engine: E, limits: Limits, settings: ServerSettings, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Shared {
            engine,
            limits,
            metrics,
            under_way: Arc::new(Semaphore::new(settings.concurrency as usize)),
            settings,
            stopping: AtomicBool::new(false),
        })
    }
}
