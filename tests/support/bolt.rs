//! As much of Bolt 4.4's server as a test needs: it takes every login, says where a cluster's members are, and answers statements as
//! it was told to.
// Each test target uses a part of this.
#![allow(dead_code)]

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A message's signature, its second byte.
const HELLO: u8 = 0x01;
const GOODBYE: u8 = 0x02;
const RESET: u8 = 0x0F;
const RUN: u8 = 0x10;
const PULL: u8 = 0x3F;
const DISCARD: u8 = 0x2F;
const ROUTE: u8 = 0x66;
const SUCCESS: u8 = 0x70;
const RECORD: u8 = 0x71;
const IGNORED: u8 = 0x7E;
const FAILURE: u8 = 0x7F;

/// How it answers.
#[derive(Clone, Default)]
pub struct Script {
    /// Members by role (READ, WRITE, ROUTE) and `HOST:PORT`: the answer to ROUTE.
    pub members: Vec<(&'static str, String)>,
    /// So many statements fail with this code; all others give one row, the number 1 in the column `row`.
    pub failing: u64,
    pub code: &'static str,
    /// They fail when their rows are asked for; otherwise when they are sent.
    pub late: bool,
    /// The only login that is taken, if one is named: the HELLO's scheme and credentials.
    pub login: Option<(&'static str, String)>,
}

/// A server; it ends with the test's runtime.
pub struct Bolt {
    pub address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    statements: AtomicU64,
    routes: AtomicU64,
    /// Each HELLO as it came.
    logins: Mutex<Vec<Vec<u8>>>,
}

impl Bolt {
    pub async fn start(script: Script) -> io::Result<Bolt> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let seen: Arc<Seen> = Arc::default();
        let (script, shared) = (Arc::new(script), seen.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (script, seen) = (script.clone(), shared.clone());
                // A client that goes away ends its connection; the test sees what it got.
                tokio::spawn(async move { serve(client, &script, &seen).await.ok() });
            }
        });
        Ok(Bolt { address, seen })
    }

    /// How many statements came.
    pub fn statements(&self) -> u64 {
        self.seen.statements.load(Ordering::Relaxed)
    }

    /// How often it was asked for the members.
    pub fn routes(&self) -> u64 {
        self.seen.routes.load(Ordering::Relaxed)
    }

    /// Every login, as text; what is no text in it is replaced.
    pub fn logins(&self) -> Vec<String> {
        let logins = self.seen.logins.lock().unwrap_or_else(PoisonError::into_inner);
        logins.iter().map(|login| String::from_utf8_lossy(login).into_owned()).collect()
    }
}

async fn serve(mut client: TcpStream, script: &Script, seen: &Seen) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut handshake = [0; 20];
    client.read_exact(&mut handshake).await?;
    client.write_all(&[0, 0, 4, 4]).await?;
    let (mut has_failed, mut will_fail) = (false, false);
    loop {
        let message = receive(&mut client).await?;
        let signature = message.get(1).copied().unwrap_or(GOODBYE);
        let answers = match signature {
            HELLO => {
                let taken = script.login.as_ref().is_none_or(|(scheme, credentials)| {
                    let text = String::from_utf8_lossy(&message);
                    text.contains(scheme) && text.contains(credentials)
                });
                seen.logins.lock().unwrap_or_else(PoisonError::into_inner).push(message);
                if taken {
                    vec![success(&[("server", string("Neo4j/5.26.0")), ("connection_id", string("bolt-1"))])]
                } else {
                    vec![failure("Neo.ClientError.Security.Unauthorized")]
                }
            }
            GOODBYE => return Ok(()),
            RESET => {
                (has_failed, will_fail) = (false, false);
                vec![success(&[])]
            }
            ROUTE => {
                seen.routes.fetch_add(1, Ordering::Relaxed);
                vec![success(&[("rt", table(&script.members))])]
            }
            RUN if seen.statements.fetch_add(1, Ordering::Relaxed) < script.failing => {
                (has_failed, will_fail) = (!script.late, script.late);
                match script.late {
                    true => vec![success(&[("fields", list(&[string("row")]))])],
                    false => vec![failure(script.code)],
                }
            }
            PULL if will_fail => {
                will_fail = false;
                vec![failure(script.code)]
            }
            RUN => vec![success(&[("fields", list(&[string("row")])), ("t_first", vec![1])])],
            PULL | DISCARD if has_failed => vec![vec![0xB0, IGNORED]],
            PULL => vec![[&[0xB1, RECORD][..], &list(&[vec![1]])].concat(), success(&[("type", string("r"))])],
            _ => vec![success(&[])],
        };
        for answer in answers {
            let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
            client.write_all(&[&length.to_be_bytes()[..], &answer, &[0, 0]].concat()).await?;
        }
    }
}

/// A message: chunks with their lengths, until an empty one.
async fn receive(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let length = usize::from(client.read_u16().await?);
        if length == 0 && !message.is_empty() {
            return Ok(message);
        }
        let from = message.len();
        message.resize(from + length, 0);
        client.read_exact(&mut message[from..]).await?;
    }
}

fn success(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    [&[0xB1, SUCCESS][..], &map(entries)].concat()
}

fn failure(code: &str) -> Vec<u8> {
    [&[0xB1, FAILURE][..], &map(&[("code", string(code)), ("message", string("as the test wants it"))])].concat()
}

fn table(members: &[(&str, String)]) -> Vec<u8> {
    let member =
        |(role, address): &(&str, String)| map(&[("addresses", list(&[string(address)])), ("role", string(role))]);
    let servers: Vec<Vec<u8>> = members.iter().map(member).collect();
    // A whole number of 16 bits: seconds.
    map(&[("ttl", vec![0xC9, 0x01, 0x2C]), ("db", string("neo4j")), ("servers", list(&servers))])
}

// PackStream. What a test sends is short: at most 255 bytes of text, 15 entries.

fn string(text: &str) -> Vec<u8> {
    [&[0xD0, text.len() as u8][..], text.as_bytes()].concat()
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [&[0x90 | items.len() as u8][..], &items.concat()].concat()
}

fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let entries_bytes: Vec<u8> =
        entries.iter().flat_map(|(key, value)| [string(key), value.clone()].concat()).collect();
    [&[0xA0 | entries.len() as u8][..], &entries_bytes].concat()
}
