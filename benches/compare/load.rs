//! A small closed-loop load: so many keep-alive connections, each sending its next request when it has its answer.

use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a run measured.
pub struct Run {
    /// Requests answered a second.
    pub per_second: f64,
    /// Median time to an answer.
    pub p50: Duration,
    /// 99th percentile.
    pub p99: Duration,
}

/// The bytes of a POST of `body` to `/graphql`.
pub fn request(body: &str) -> Vec<u8> {
    request_to("/graphql", body)
}

/// The bytes of a POST of `body` to a path.
pub fn request_to(path: &str, body: &str) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/graphql-response+json, application/json;q=0.9\r\n"
    );
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Loads `port` of loopback for `time` over `connections` connections, going through `requests` in turn.
pub async fn run(port: u16, requests: &[Vec<u8>], connections: usize, time: Duration) -> std::io::Result<Run> {
    let start = Instant::now();
    let loops =
        (0..connections).map(|c| connection(port, requests, c * requests.len() / connections.max(1), start + time));
    let mut times = Vec::new();
    for result in futures::future::join_all(loops).await {
        times.extend(result?);
    }
    let seconds = start.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |q: f64| times.get(((times.len() as f64 - 1.0) * q) as usize).copied().unwrap_or_default();
    Ok(Run { per_second: times.len() as f64 / seconds, p50: at(0.5), p99: at(0.99) })
}

async fn connection(port: u16, requests: &[Vec<u8>], offset: usize, until: Instant) -> std::io::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let mut times = Vec::with_capacity(1 << 16);
    let mut buffer = Vec::with_capacity(1 << 16);
    let mut turn = offset;
    while Instant::now() < until {
        let sent = Instant::now();
        stream.write_all(&requests[turn % requests.len()]).await?;
        turn += 1;
        answer(&mut stream, &mut buffer).await?;
        times.push(sent.elapsed());
    }
    Ok(times)
}

/// Sends one request on its own and gives the answer's body.
pub async fn once(port: u16, request: &[u8]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request).await?;
    let mut buffer = Vec::new();
    let head = answer(&mut stream, &mut buffer).await?;
    Ok(String::from_utf8_lossy(&buffer[head..]).into_owned())
}

/// Reads one answer into `buffer`; gives where its body starts. An answer without 200 is an error: a load of refusals measures nothing.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<usize> {
    buffer.clear();
    let mut expected = None;
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if expected.is_none() {
            expected = head(buffer)?;
        }
        if let Some((start, length)) = expected
            && buffer.len() >= start + length
        {
            return Ok(start);
        }
    }
}

fn head(buffer: &[u8]) -> std::io::Result<Option<(usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
    let text = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
    let length = text.lines().find_map(|l| l.strip_prefix("content-length:")).and_then(|l| l.trim().parse().ok());
    match length {
        Some(length) if text.starts_with("http/1.1 200") => Ok(Some((end + 4, length))),
        _ => Err(std::io::Error::other(format!("not an answer to measure: {text}"))),
    }
}
