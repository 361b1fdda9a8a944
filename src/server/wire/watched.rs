//! One connection with its bytes examined as they pass: verdicts about requests, and timeouts.
//!
//! What the HTTP library refuses by itself, without a body, gets the body of a problem.

use super::framing::{HeaderReader, Verdict};
use super::rejection::{Refusals, Rejection};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// State that the two sides of a connection share: the bytes, and the requests read from them.
#[derive(Debug, Default)]
pub struct Exchange(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// One verdict for each header that passed and was not taken yet.
    verdicts: VecDeque<Verdict>,
    /// True from the moment a response of ours is ready until its header is written.
    is_responding: bool,
}

impl Exchange {
    /// Takes the verdict about the next request.
    pub fn take(&self) -> Verdict {
        self.0.lock().verdicts.pop_front().unwrap_or(Err(Rejection::LostBoundary))
    }

    /// Marks the next header that is written as one of ours.
    pub fn respond(&self) {
        self.0.lock().is_responding = true;
    }
}

/// Time limits of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// From the first byte of a header (of the connection, for the first one) to its last.
    pub header: Duration,
    /// While a peer does not read what is written.
    pub write: Duration,
}

/// Longest time for which a connection is read on after a response that does not wait for the body.
const LINGER: Duration = Duration::from_secs(5);
/// Bytes read at once then, and thrown away.
const DISCARDED: usize = 16 << 10;

/// A connection whose bytes are examined as they pass.
pub struct WatchedStream<I> {
    inner: I,
    reader: HeaderReader,
    exchange: Arc<Exchange>,
    timeouts: Timeouts,
    refusals: Refusals,
    header_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    replacement: Option<Replacement>,
    /// Set once the writing side is closed while the peer still sends a body.
    linger: Option<Pin<Box<Sleep>>>,
}

/// Bytes written in place of others.
struct Replacement {
    bytes: Vec<u8>,
    written: usize,
    /// Length of the bytes that are replaced.
    replaced: usize,
}

impl<I> WatchedStream<I> {
    /// Returns `inner`, watched.
    pub fn new(inner: I, exchange: Arc<Exchange>, timeouts: Timeouts, refusals: Refusals) -> Self {
        Self {
            inner,
            reader: HeaderReader::default(),
            exchange,
            timeouts,
            refusals,
            header_timer: Some(Box::pin(sleep(timeouts.header))),
            write_timer: None,
            replacement: None,
            linger: None,
        }
    }

    /// Examines bytes that arrived.
    fn arrived(&mut self, bytes: &[u8]) {
        let was_in_header = self.reader.is_in_header();
        let mut state = self.exchange.0.lock();
        self.reader.feed(bytes, |verdict| state.verdicts.push_back(verdict));
        drop(state);
        if !self.reader.is_in_header() {
            self.header_timer = None;
        } else if !was_in_header || self.header_timer.is_none() {
            self.header_timer = Some(Box::pin(sleep(self.timeouts.header)));
        }
    }

    /// Limits how long a write may wait for the peer.
    fn limited<T>(&mut self, poll: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.write_timer = None;
            return poll;
        }
        let limit = self.timeouts.write;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        match timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for WatchedStream<I> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(&mut this.inner).poll_read(context, buffer) {
            Poll::Ready(result) => {
                result?;
                let taken = buffer.filled().get(before..).unwrap_or_default();
                if !taken.is_empty() {
                    this.arrived(taken);
                }
                Poll::Ready(Ok(()))
            }
            Poll::Pending => match &mut this.header_timer {
                Some(timer) => {
                    ready!(timer.as_mut().poll(context));
                    Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
                }
                None => Poll::Pending,
            },
        }
    }
}

impl<I: AsyncRead + Unpin> WatchedStream<I> {
    /// Reads what the peer still sends, until its end or the end of the time.
    ///
    /// A connection that is closed with bytes unread is reset, and a proxy that is still sending the body then never
    /// reads the response (RFC 9112, section 9.6).
    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(timer) = &mut self.linger else { return Poll::Ready(()) };
        if timer.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let mut bytes = [0; DISCARDED];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.inner).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WatchedStream<I> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.replacement.is_none() {
            let is_ours = {
                let mut state = this.exchange.0.lock();
                let is_header = bytes.starts_with(b"HTTP/1.1 ");
                is_header && std::mem::take(&mut state.is_responding)
            };
            if let (false, Some(rejection)) = (is_ours, without_body(bytes)) {
                let replaced = bytes.len();
                this.replacement = Some(Replacement { bytes: (this.refusals.bytes)(rejection), written: 0, replaced });
            }
        }
        while let Some(replacement) = &mut this.replacement {
            let rest = replacement.bytes.get(replacement.written..).unwrap_or_default();
            if rest.is_empty() {
                let replaced = replacement.replaced;
                this.replacement = None;
                return Poll::Ready(Ok(replaced));
            }
            let poll = Pin::new(&mut this.inner).poll_write(context, rest);
            match ready!(this.limited(poll, context))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => {
                    if let Some(replacement) = &mut this.replacement {
                        replacement.written += count;
                    }
                }
            }
        }
        let poll = Pin::new(&mut this.inner).poll_write(context, bytes);
        this.limited(poll, context)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.inner).poll_flush(context);
        this.limited(poll, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.linger.is_none() {
            let poll = Pin::new(&mut this.inner).poll_shutdown(context);
            ready!(this.limited(poll, context))?;
            if !this.reader.is_in_body() {
                return Poll::Ready(Ok(()));
            }
            this.linger = Some(Box::pin(sleep(LINGER)));
        }
        ready!(this.poll_discard(context));
        Poll::Ready(Ok(()))
    }
}

/// Returns the rejection behind a response without a body that the HTTP library makes by itself.
fn without_body(bytes: &[u8]) -> Option<Rejection> {
    let rest = bytes.strip_prefix(b"HTTP/1.1 ")?;
    let status = rest.get(..3)?;
    let is_whole =
        bytes.ends_with(b"\r\n\r\n") && bytes.windows(17).any(|w| w.eq_ignore_ascii_case(b"content-length: 0"));
    if !is_whole {
        return None;
    }
    match status {
        b"400" => Some(Rejection::NotHttp),
        b"414" => Some(Rejection::PathTooLong),
        b"431" => Some(Rejection::HeaderTooLarge),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_without_a_body_gets_one_and_no_other_response_does() {
        let own = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        assert!(without_body(own).is_some());
        assert!(without_body(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_none());
        assert!(without_body(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 5\r\n\r\nhello").is_none());
    }
}
