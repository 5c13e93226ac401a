//! Logging in with a bearer token (OIDC, single sign-on), which the driver cannot: it says `scheme: basic` and nothing else.
//!
//! So the driver is given an address of ours on loopback, behind which each of its connections is passed on to the database, over TLS
//! where the address says so, with the login replaced: what the driver sends is a secret of this process, made anew at each start, so
//! that nobody else on this machine can borrow the token. The rest is passed as it comes. A token that is in a file is read again for
//! each connection, since tokens expire within hours.
//!
//! Only one server can be named so: to the members of a cluster (`neo4j://`) the driver goes by itself.

use std::fmt::{self, Write};
use std::fs::File;
use std::io::{self, Read};
use std::net::TcpListener as Listener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls_platform_verifier::BuilderVerifierExt;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::address::{Parts, parts};
use super::client::Error;

/// Until the driver's login has been passed on; the driver itself has given up by then.
const LOGIN: Duration = Duration::from_secs(10);
/// How long a connection may be silent before the system asks the server whether it still holds it; as long as the driver's own.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// Bytes of the driver's login; it is far smaller.
const MOST: usize = 64 * 1024;

/// Where a bearer token comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum Token {
    /// It is this one, for good.
    Text(String),
    /// The first line of this file, as it is when a connection is made.
    File(PathBuf),
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Text(_) => f.write_str("(secret)"),
            Token::File(path) => write!(f, "the first line of {}", path.display()),
        }
    }
}

impl Token {
    async fn read(&self) -> io::Result<String> {
        match self {
            Token::Text(text) => Ok(text.clone()),
            Token::File(path) => {
                let text = tokio::fs::read_to_string(path).await?;
                Ok(text.lines().next().unwrap_or_default().to_owned())
            }
        }
    }
}

/// The address of ours. Connections end with the driver's; new ones are refused when this is dropped.
pub(super) struct Relay {
    /// For the driver.
    pub uri: String,
    /// What the driver is to log in with.
    pub secret: String,
    /// Until a runtime takes it over.
    door: Mutex<Option<Listener>>,
    accepting: Mutex<Option<AbortHandle>>,
    target: Arc<Target>,
}

struct Target {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    token: Token,
    secret: String,
}

impl Relay {
    /// Before the server at this address.
    ///
    /// # Errors
    /// An address that a token cannot be sent to, or a machine that gives no port.
    pub fn new(uri: &str, token: Token) -> Result<Relay, Error> {
        let Parts { scheme, host, port } = parts(uri)?;
        let is_encrypted = match scheme {
            "bolt" => false,
            "bolt+s" => true,
            "bolt+ssc" => return Err(Error::Address("takes any certificate, and a token must not be sent to anybody")),
            _ => return Err(Error::Address("is a cluster's, where the driver cannot log in with a token")),
        };
        let tls = if is_encrypted { Some(tls(&host).map_err(failed)?) } else { None };
        let door = Listener::bind("127.0.0.1:0").map_err(failed)?;
        door.set_nonblocking(true).map_err(failed)?;
        let uri = format!("bolt://{}", door.local_addr().map_err(failed)?);
        let secret = secret().map_err(failed)?;
        let target = Arc::new(Target { host, port, tls, token, secret: secret.clone() });
        Ok(Relay { uri, secret, door: Mutex::new(Some(door)), accepting: Mutex::default(), target })
    }

    /// Lets connections in, in the runtime that this is called in first; does nothing after that.
    pub fn start(&self) {
        let Some(door) = self.door.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let target = self.target.clone();
        let accepting = tokio::spawn(async move {
            let door = match TcpListener::from_std(door) {
                Ok(door) => door,
                Err(error) => return tracing::error!(error.message = %error, "neo4j: no way for logins with a token"),
            };
            loop {
                match door.accept().await {
                    Ok((driver, _)) => drop(tokio::spawn(pass(driver, target.clone()))),
                    // Out of file handles, most likely: some will be given back.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        });
        *self.accepting.lock().unwrap_or_else(PoisonError::into_inner) = Some(accepting.abort_handle());
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(accepting) = self.accepting.get_mut().unwrap_or_else(PoisonError::into_inner) {
            accepting.abort();
        }
    }
}

async fn pass(driver: TcpStream, target: Arc<Target>) {
    if let Err(error) = connect(driver, &target).await {
        tracing::warn!(error.message = %error, "neo4j: a connection with a token came to nothing");
    }
}

/// Connects to the server, and passes what the two say to each other until one of them ends.
async fn connect(driver: TcpStream, target: &Target) -> io::Result<()> {
    driver.set_nodelay(true)?;
    let late = || io::Error::from(io::ErrorKind::TimedOut);
    let server =
        timeout(LOGIN, TcpStream::connect((target.host.as_str(), target.port))).await.map_err(|_| late())??;
    server.set_nodelay(true)?;
    SockRef::from(&server).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEP_ALIVE))?;
    match &target.tls {
        None => log_in(driver, server, target).await,
        Some((connector, name)) => {
            let server = timeout(LOGIN, connector.connect(name.clone(), server)).await.map_err(|_| late())??;
            log_in(driver, server, target).await
        }
    }
}

async fn log_in<S: AsyncRead + AsyncWrite + Unpin>(
    mut driver: TcpStream,
    mut server: S,
    target: &Target,
) -> io::Result<()> {
    let begin = async {
        let mut versions = [0; 20];
        driver.read_exact(&mut versions).await?;
        server.write_all(&versions).await?;
        server.flush().await?;
        let mut version = [0; 4];
        server.read_exact(&mut version).await?;
        driver.write_all(&version).await?;
        let login = message(&mut driver).await?;
        if !login.windows(target.secret.len()).any(|part| part == target.secret.as_bytes()) {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not this process that asks"));
        }
        let token = target.token.read().await?;
        server.write_all(&hello(&token)?).await?;
        server.flush().await
    };
    timeout(LOGIN, begin).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    // When one of them ends, so does the other: a connection that waits in the driver's pool would not notice by itself. What the server
    // said before it ended has been passed on by then.
    let (mut from_driver, mut to_driver) = driver.split();
    let (mut from_server, mut to_server) = split(server);
    tokio::select! {
        _ = copy(&mut from_driver, &mut to_server) => {}
        _ = copy(&mut from_server, &mut to_driver) => {}
    }
    Ok(())
}

/// A message of Bolt: chunks with their lengths, until an empty one.
async fn message(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let length = usize::from(from.read_u16().await?);
        let begin = message.len();
        if length == 0 {
            return Ok(message);
        }
        if begin + length > MOST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the login is too long"));
        }
        message.resize(begin + length, 0);
        from.read_exact(message.get_mut(begin..).unwrap_or_default()).await?;
    }
}

/// The login of Bolt 4 with a token, as one message.
fn hello(token: &str) -> io::Result<Vec<u8>> {
    // A structure of one field, HELLO, which is a map of three entries.
    let mut body = vec![0xB1, 0x01, 0xA3];
    let agent = concat!("mdgraph/", env!("CARGO_PKG_VERSION"));
    for text in ["user_agent", agent, "scheme", "bearer", "credentials", token] {
        let too_long = |_| io::Error::new(io::ErrorKind::InvalidData, "the token is too long");
        body.push(0xD1);
        body.extend(u16::try_from(text.len()).map_err(too_long)?.to_be_bytes());
        body.extend(text.as_bytes());
    }
    let mut whole = Vec::with_capacity(body.len() + 8);
    for chunk in body.chunks(usize::from(u16::MAX)) {
        // A chunk is no longer than its length can say.
        whole.extend(u16::try_from(chunk.len()).unwrap_or(u16::MAX).to_be_bytes());
        whole.extend(chunk);
    }
    whole.extend([0, 0]);
    Ok(whole)
}

/// TLS that trusts whom this machine trusts.
fn tls(host: &str) -> io::Result<(TlsConnector, ServerName<'static>)> {
    let config = ClientConfig::builder().with_platform_verifier().map_err(io::Error::other)?.with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    Ok((TlsConnector::from(Arc::new(config)), name))
}

/// What nobody can guess: 128 bits of the system's.
fn secret() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing into a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

fn failed(error: io::Error) -> Error {
    tracing::error!(error.message = %error, "neo4j: logins with a token cannot be prepared");
    Error::Address("cannot be logged in at with a token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_one_server_whose_certificate_is_checked() {
        let token = || Token::Text("s3cret".into());
        for bad in ["neo4j://db", "neo4j+s://db", "bolt+ssc://db"] {
            assert!(matches!(Relay::new(bad, token()), Err(Error::Address(_))), "{bad}");
        }
        let relay = Relay::new("bolt+s://db.example.org", token()).unwrap();
        assert!(relay.uri.starts_with("bolt://127.0.0.1:") && relay.secret.len() == 32);
        assert!(!format!("{:?}", token()).contains("s3cret"));
    }

    #[tokio::test]
    async fn who_does_not_have_the_secret_borrows_no_token() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay =
            Relay::new(&format!("bolt://{}", server.local_addr().unwrap()), Token::Text("t0ken".into())).unwrap();
        relay.start();
        for (credentials, is_let_in) in [("guessed", false), (relay.secret.as_str(), true)] {
            let mut stranger = TcpStream::connect(relay.uri.trim_start_matches("bolt://")).await.unwrap();
            stranger.write_all(&[0; 20]).await.unwrap();
            let (mut database, _) = server.accept().await.unwrap();
            database.read_exact(&mut [0; 20]).await.unwrap();
            database.write_all(&[0, 0, 4, 4]).await.unwrap();
            // A login as long as its credentials, in one chunk.
            let length = u16::try_from(credentials.len()).unwrap().to_be_bytes();
            stranger.write_all(&[&length, credentials.as_bytes(), &[0, 0]].concat()).await.unwrap();
            let mut said = vec![0; 1024];
            let heard = timeout(LOGIN, database.read(&mut said)).await.unwrap().unwrap();
            assert_eq!(heard > 0, is_let_in, "{credentials}");
            assert_eq!(String::from_utf8_lossy(&said).contains("t0ken"), is_let_in, "{credentials}");
        }
    }

    #[test]
    fn a_long_token_takes_several_chunks() {
        let token = "x".repeat(65_530);
        let login = hello(&token).unwrap();
        let first = usize::from(u16::from_be_bytes([login[0], login[1]]));
        assert_eq!(first, 65_535);
        assert!(login.ends_with(&[0, 0]));
        assert!(hello(&"x".repeat(65_536)).is_err());
    }
}
