//! A client's connection, with what hyper leaves to its transport: an end to clients that stop reading, and a
//! close that does not destroy the answer on its way.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// How long a closing connection is still read from, and how much.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 32 * 1024 * 1024;

/// A TCP stream that fails when nothing can be written for some time, and that closes gently.
pub struct Connection {
    stream: TcpStream,
    write_timeout: Duration,
    /// Set while a write waits, and while the closing connection is read from.
    timer: Option<Pin<Box<Sleep>>>,
    closing: Option<usize>,
}

impl Connection {
    /// Wraps a stream whose peer must take some bytes within `write_timeout` whenever there are any for it.
    pub fn new(stream: TcpStream, write_timeout: Duration) -> Self {
        Connection { stream, write_timeout, timer: None, closing: None }
    }

    /// Passes a write's outcome on; a write that waits too long fails.
    fn timed<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.timer = None;
            return outcome;
        }
        let write_timeout = self.write_timeout;
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(write_timeout)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.timed(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.timed(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Says that nothing more comes, then reads away what the client still sends, for a short time. Closing at once
    /// would answer those bytes with a reset, which makes the client's system drop the answer it has not read yet:
    /// a refused upload would look like a broken connection.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let read = match this.closing.as_mut() {
            Some(read) => read,
            None => {
                ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
                this.timer = Some(Box::pin(tokio::time::sleep_until(Instant::now() + LINGER)));
                this.closing.insert(0)
            }
        };
        let mut space = [0_u8; 16 * 1024];
        loop {
            if this.timer.as_mut().is_none_or(|timer| timer.as_mut().poll(context).is_ready()) || *read > LINGER_BYTES {
                return Poll::Ready(Ok(()));
            }
            let mut into = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut this.stream).poll_read(context, &mut into)) {
                Ok(()) if !into.filled().is_empty() => *read += into.filled().len(),
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}
