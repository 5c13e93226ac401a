//! The loop that accepts connections, and its end.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::connection::Connection;
use super::{Shared, router};
use crate::api::Engine;
use crate::config::{Limits, ServerSettings};
use crate::metrics::Metrics;

/// Bytes of a request's head; a GET carries its document there.
const HEAD_BYTES: usize = 64 * 1024;

/// How long to wait after a failure to accept that lasts, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Timers are set for each request and seldom fire. One that is the next of all wakes the thread that waits for the network, which then waits
/// again, only less long: a switch of threads for each. This is shorter than those of requests, so that none is the next.
const ALWAYS_SOONER: Duration = Duration::from_millis(500);

/// How a server came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Every request under way was answered.
    Drained,
    /// Some requests were still under way when the time for them was over.
    CutOff,
}

/// Serves until `stop` is ready, then answers what is under way and returns.
///
/// What it counts and measures goes to `metrics`, which `/metrics` shows.
///
/// On `stop`, `/health/ready` says no at once; new connections are still taken for the settings' `shutdown_delay`; then
/// requests under way have the settings' `drain` to end.
///
/// # Errors
/// Only those of the listener that no wait can mend.
pub async fn serve<E: Engine>(
    listener: TcpListener,
    engine: E,
    limits: Limits,
    settings: ServerSettings,
    metrics: Arc<Metrics>,
    stop: impl Future<Output = ()>,
) -> io::Result<Stopped> {
    let shared = Shared::new(engine, limits, settings, metrics);
    let service = TowerToHyperService::new(router::routes(Arc::clone(&shared)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(shared.settings.header_timeout).max_header_size(HEAD_BYTES);

    let slots = Arc::new(Semaphore::new(shared.settings.connections as usize));
    // Connections hold a receiver: a message tells them to end, and the last one dropped tells that they have.
    let (ending, _) = watch::channel(());
    let mut stop = pin!(async {
        stop.await;
        shared.stopping.store(true, Ordering::Relaxed);
        tracing::info!(connections = ending.receiver_count(), "stopping");
        sleep(shared.settings.shutdown_delay).await;
    });
    let mut timer = pin!(async {
        loop {
            sleep(ALWAYS_SOONER).await;
        }
    });
    loop {
        let (stream, slot) = tokio::select! {
            accepted = accept(&listener, &slots) => accepted?,
            () = &mut stop => break,
            never = &mut timer => never,
        };
        // Small answers must not wait for more to send with them; where the system refuses, they do.
        let _ = stream.set_nodelay(true);
        let connection = TokioIo::new(Connection::new(stream, shared.settings.write_timeout));
        let connection = http.serve_connection(connection, service.clone());
        let mut told = ending.subscribe();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                _ = told.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke");
            }
            drop((told, slot));
        });
    }
    drop(listener);
    // No receiver is no failure: then there is nobody to tell.
    let _ = ending.send(());
    match timeout(shared.settings.drain, ending.closed()).await {
        Ok(()) => Ok(Stopped::Drained),
        Err(_) => {
            tracing::warn!(connections = ending.receiver_count(), "requests were cut off at the end of the drain");
            Ok(Stopped::CutOff)
        }
    }
}

/// The next connection, once there is a slot for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, Option<OwnedSemaphorePermit>)> {
    // Never closed; if it were, connections would simply not be counted.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Ok((stream, slot)),
            // The client is gone already: the next one, please.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::ConnectionRefused
                ) => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted; trying again");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Ready when the process is told to end, by SIGTERM or SIGINT. A second signal ends it at once, with status 130.
///
/// # Errors
/// When the system does not let the process listen for signals.
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut next = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(async move {
        next().await;
        tokio::spawn(async move {
            next().await;
            std::process::exit(130);
        });
    })
}
