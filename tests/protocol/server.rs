//! A server over an engine that does as its document says, so that every outcome can be asked for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::Parser;
use mdgraph::api::table::TableRequest;
use mdgraph::api::{Engine, Request, RequestId, Response, Table};
use mdgraph::config::{Limits, ServerSettings};
use mdgraph::error::{ErrorCode, GraphqlError};
use mdgraph::http::{Stopped, serve};
use mdgraph::metrics::GraphSize;
use tokio::sync::oneshot;

/// Answers by the document's text.
struct Scripted {
    ready: Arc<AtomicBool>,
    limits: Limits,
}

/// A table whose parts are told by the kind that is asked for.
struct ScriptedTable {
    script: String,
    parts: u32,
}

impl Table for ScriptedTable {
    async fn next(&mut self, _: Instant) -> Result<Option<Vec<u8>>, GraphqlError> {
        self.parts += 1;
        // As a store takes its time: what was written before is on its way.
        tokio::time::sleep(Duration::from_millis(5)).await;
        match (self.script.as_str(), self.parts) {
            ("panic", _) => panic!("secret insides"),
            ("store", 1) | ("store later", 4) => Err(GraphqlError::store_unavailable()),
            ("stuck later", 4) => std::future::pending().await,
            ("endless", _) => Ok(Some(vec![b'x'; 64 * 1024])),
            (_, 1..=5) => Ok(Some(format!("part {}\r\n", self.parts).into_bytes())),
            _ => Ok(None),
        }
    }
}

impl Engine for Scripted {
    type Table = ScriptedTable;

    async fn execute(&self, request: Request, deadline: Instant) -> Response {
        let refuse = |code| Response::refused(&[GraphqlError::new(code, "as asked")], &self.limits);
        match request.query.as_str() {
            "panic" => panic!("secret insides"),
            "panic late" => {
                tokio::time::sleep(Duration::from_millis(10)).await;
                panic!("secret insides")
            }
            "never" => std::future::pending().await,
            "slow" => tokio::time::sleep(Duration::from_millis(500)).await,
            "deadline" => {
                tokio::time::sleep_until(deadline.into()).await;
                return refuse(ErrorCode::Timeout);
            }
            "invalid" => return refuse(ErrorCode::ValidationFailed),
            "mutation" if request.is_get => return refuse(ErrorCode::MethodNotAllowed),
            "store" => return refuse(ErrorCode::StoreUnavailable),
            _ => {}
        }
        let text = match request.query.strip_prefix("bytes ") {
            Some(number) => "x".repeat(number.parse().unwrap()),
            None => format!("{} {:?} {:?}", request.query, request.operation_name, request.variables),
        };
        let body = serde_json::json!({ "data": { "echo": text } }).to_string().into_bytes();
        Response { body, refusal: None, limit: None, cost: 1, operation: None }
    }

    fn table(&self, request: &TableRequest, _: RequestId) -> Result<ScriptedTable, GraphqlError> {
        match request.kind.clone().unwrap_or_default() {
            refused if refused == "refused" => Err(GraphqlError::new(ErrorCode::BadUserInput, "as asked")),
            script => Ok(ScriptedTable { script, parts: 0 }),
        }
    }

    async fn ready(&self) -> Result<(), String> {
        if self.ready.load(Ordering::Relaxed) { Ok(()) } else { Err("the data cannot be reached".to_owned()) }
    }

    fn sdl(&self) -> String {
        "type Query { echo: String }\n".to_owned()
    }

    fn size(&self) -> Option<GraphSize> {
        None
    }
}

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    server: ServerSettings,
    #[command(flatten)]
    limits: Limits,
}

/// A running server; dropped, it stops.
pub struct Server {
    pub address: SocketAddr,
    pub ready: Arc<AtomicBool>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Stopped>>,
}

impl Server {
    /// Starts a server with these flags on a free port of the loopback.
    pub fn start(flags: &[&str]) -> Server {
        let settings = Settings::parse_from(["mdgraph"].iter().chain(flags));
        let ready = Arc::new(AtomicBool::new(true));
        let engine = Scripted { ready: Arc::clone(&ready), limits: settings.limits };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let ended = runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let stop = async move { drop(stopped.await) };
                serve(listener, engine, settings.limits, settings.server, Arc::default(), stop).await
            });
            runtime.shutdown_background();
            ended.unwrap()
        });
        Server { address, ready, stop: Some(stop), thread: Some(thread) }
    }

    /// Tells the server to stop, as SIGTERM does.
    pub fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits for the server's end.
    pub fn ended(&mut self) -> Stopped {
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tell_to_stop();
    }
}
