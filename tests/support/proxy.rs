//! What a network does, on purpose: a proxy before a database.
// Each test target uses a part of this.
#![allow(dead_code)]

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What happens to connections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// All is well.
    Pass,
    /// Nobody listens, and what was open is closed.
    Refused,
    /// Every answer with a record breaks off in the middle of that record.
    Cut,
    /// Connections are accepted, and nothing passes; those that were open stay so, and nothing passes there either.
    Silent,
    /// So many bytes of an answer at a time, with a pause before each.
    Slow(usize, Duration),
    /// The other end of the open connections is gone and never said so; new ones pass.
    HalfOpen,
}

/// Stands before a server and behaves as it is told.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    mode: watch::Sender<Mode>,
    counted: Arc<Counted>,
    listening: Option<JoinHandle<()>>,
    server: Arc<str>,
}

/// What went through a proxy.
#[derive(Default)]
struct Counted {
    connections: AtomicU64,
    statements: AtomicU64,
}

impl Proxy {
    /// Before the server at this `HOST:PORT`; passes everything.
    pub async fn before(server: &str) -> io::Result<Proxy> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let (mode, _) = watch::channel(Mode::Pass);
        let mut proxy = Proxy { address: any, mode, counted: Arc::default(), listening: None, server: server.into() };
        proxy.listen()?;
        Ok(proxy)
    }

    /// Its address as one of a Neo4j.
    pub fn uri(&self) -> String {
        format!("bolt://{}", self.address)
    }

    /// Behaves so from now on, towards open connections as well.
    pub async fn set(&mut self, mode: Mode) -> io::Result<()> {
        let earlier = self.mode.send_replace(mode);
        match (earlier, mode) {
            (_, Mode::Refused) => {
                if let Some(listening) = self.listening.take() {
                    listening.abort();
                    // The port is closed when the task is gone.
                    listening.await.ok();
                }
                Ok(())
            }
            (Mode::Refused, _) => self.listen(),
            _ => Ok(()),
        }
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> u64 {
        self.counted.connections.load(Ordering::Relaxed)
    }

    /// How many statements (RUN) went to the server.
    pub fn statements(&self) -> u64 {
        self.counted.statements.load(Ordering::Relaxed)
    }

    fn listen(&mut self) -> io::Result<()> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(self.address)?;
        let listener = socket.listen(1024)?;
        self.address = listener.local_addr()?;
        self.listening =
            Some(tokio::spawn(accept(listener, self.server.clone(), self.mode.subscribe(), self.counted.clone())));
        Ok(())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
        }
    }
}

async fn accept(listener: TcpListener, server: Arc<str>, mode: watch::Receiver<Mode>, counted: Arc<Counted>) {
    while let Ok((client, _)) = listener.accept().await {
        counted.connections.fetch_add(1, Ordering::Relaxed);
        let (server, mode, counted) = (server.clone(), mode.clone(), counted.clone());
        tokio::spawn(async move {
            // How a connection ends is what the tests are about; nobody is told here.
            connection(client, &server, mode, &counted).await.ok();
        });
    }
}

async fn connection(
    client: TcpStream,
    server: &str,
    mut mode: watch::Receiver<Mode>,
    counted: &Counted,
) -> io::Result<()> {
    // One that is opened in this mode is as good as any; those before are not.
    let opened_half_open = *mode.borrow() == Mode::HalfOpen;
    let is_dead = move |mode: &Mode| *mode == Mode::Silent || *mode == Mode::HalfOpen && !opened_half_open;
    if mode.wait_for(|mode| *mode != Mode::Silent).await.is_err() {
        return Ok(());
    }
    client.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let server = TcpStream::connect(server).await?;
    server.set_nodelay(true)?;
    let (mut from_server, mut to_server) = server.into_split();
    let how = mode.clone();
    let mut held = mode.clone();
    let is_held = tokio::select! {
        _ = requests(&mut from_client, &mut to_server, counted) => false,
        _ = answers(&mut from_server, &mut to_client, how) => false,
        _ = mode.wait_for(|mode| *mode == Mode::Refused) => false,
        is_dead = held.wait_for(is_dead) => is_dead.is_ok(),
    };
    if is_held {
        // Both ends stay open and nothing passes, for good: what was lost does not come back.
        std::future::pending::<()>().await;
    }
    Ok(())
}

async fn requests(client: &mut OwnedReadHalf, server: &mut OwnedWriteHalf, counted: &Counted) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = client.read(&mut buffer).await?;
        let bytes = &buffer[..read];
        if read == 0 {
            return Ok(());
        }
        // RUN: a structure of three fields with the signature 10.
        counted.statements.fetch_add(position(bytes, &[0xB3, 0x10]).is_some().into(), Ordering::Relaxed);
        server.write_all(bytes).await?;
    }
}

async fn answers(
    server: &mut OwnedReadHalf,
    client: &mut OwnedWriteHalf,
    mode: watch::Receiver<Mode>,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = server.read(&mut buffer).await?;
        let bytes = &buffer[..read];
        if read == 0 {
            return Ok(());
        }
        let mode = *mode.borrow();
        match mode {
            Mode::Slow(size, pause) => {
                for part in bytes.chunks(size) {
                    tokio::time::sleep(pause).await;
                    client.write_all(part).await?;
                }
            }
            Mode::Cut => {
                // RECORD: a structure of one field with the signature 71.
                if let Some(at) = position(bytes, &[0xB1, 0x71]) {
                    let middle = (at + read) / 2;
                    return client.write_all(&bytes[..middle.max(at + 2)]).await;
                }
                client.write_all(bytes).await?;
            }
            _ => client.write_all(bytes).await?,
        }
    }
}

fn position(bytes: &[u8], wanted: &[u8; 2]) -> Option<usize> {
    bytes.windows(2).position(|two| two == wanted)
}
