//! The bytes of a connection as they pass: where one request ends and the next begins, and how long a head may take.
//!
//! Two parties that read one stream of bytes differently can be played against each other: a proxy sees one request
//! where the server sees two. So every head is read here as well, before the HTTP library reads it, and what can be
//! read in two ways is refused: a length beside chunks, two lengths, two hosts, bare line feeds. What the library
//! refuses by itself, without a word, gets the words of a [`Problem`].

use crate::server::http::problem::{Problem, ProblemKind};
use parking_lot::{Mutex, MutexGuard};
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Longest head of a request, in bytes.
pub const MAX_HEAD: usize = 64 << 10;
/// Most header fields of a request.
pub const MAX_FIELDS: usize = 100;
/// Longest line that announces a chunk, in bytes.
const MAX_CHUNK_LINE: usize = 1 << 10;
/// Longest trailers, in bytes.
const MAX_TRAILERS: usize = 16 << 10;

/// What the two sides of a connection tell each other: the bytes, and the requests made of them.
#[derive(Debug, Default)]
pub struct Framing(Mutex<Told>);

/// Whether a request may be answered; an error says why not, and as what kind of problem.
pub type Verdict = Result<(), (ProblemKind, &'static str)>;

#[derive(Debug, Default)]
struct Told {
    /// One verdict for each head that passed and was not taken yet.
    verdicts: VecDeque<Verdict>,
    /// True from the moment an answer is given until its head is written.
    is_answering: bool,
}

impl Framing {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock()
    }

    /// Takes the verdict about the next request.
    pub fn take(&self) -> Verdict {
        let lost = Err((ProblemKind::RequestMalformed, "where it begins and ends cannot be told"));
        self.told().verdicts.pop_front().unwrap_or(lost)
    }

    /// An answer of ours is about to be written.
    pub fn answer(&self) {
        self.told().is_answering = true;
    }
}

/// Limits in time of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From the first byte of a head (of the connection, for the first one) to its last.
    pub head: Duration,
    /// For a peer that takes nothing of what is written.
    pub write: Duration,
}

/// A connection whose bytes are watched.
pub struct Watched<I> {
    inner: I,
    heads: Heads,
    framing: Arc<Framing>,
    patience: Patience,
    head_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    instead: Option<Instead>,
}

/// What is written in place of other bytes.
struct Instead {
    bytes: Vec<u8>,
    written: usize,
    of: usize,
}

impl<I> Watched<I> {
    /// Watches `inner`.
    pub fn new(inner: I, framing: Arc<Framing>, patience: Patience) -> Self {
        Self {
            inner,
            heads: Heads::default(),
            framing,
            patience,
            head_timer: Some(Box::pin(sleep(patience.head))),
            write_timer: None,
            instead: None,
        }
    }

    fn took(&mut self, bytes: &[u8]) {
        let was_open = self.heads.is_open();
        let mut told = self.framing.told();
        self.heads.feed(bytes, |verdict| told.verdicts.push_back(verdict));
        drop(told);
        if !self.heads.is_open() {
            self.head_timer = None;
        } else if !was_open || self.head_timer.is_none() {
            self.head_timer = Some(Box::pin(sleep(self.patience.head)));
        }
    }

    /// A write that went on, or one that waits for the peer.
    fn wrote<T>(&mut self, poll: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.write_timer = None;
            return poll;
        }
        let patience = self.patience.write;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(sleep(patience)));
        match timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Watched<I> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(&mut this.inner).poll_read(context, buffer) {
            Poll::Ready(result) => {
                result?;
                let taken = buffer.filled().get(before..).unwrap_or_default();
                if !taken.is_empty() {
                    this.took(taken);
                }
                Poll::Ready(Ok(()))
            }
            Poll::Pending => match &mut this.head_timer {
                Some(timer) => {
                    ready!(timer.as_mut().poll(context));
                    Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
                }
                None => Poll::Pending,
            },
        }
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Watched<I> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.instead.is_none() {
            let is_ours = {
                let mut told = this.framing.told();
                let is_head = bytes.starts_with(b"HTTP/1.1 ");
                is_head && std::mem::take(&mut told.is_answering)
            };
            if let (false, Some(problem)) = (is_ours, wordless(bytes)) {
                this.instead = Some(Instead { bytes: problem.raw(), written: 0, of: bytes.len() });
            }
        }
        while let Some(instead) = &mut this.instead {
            let rest = instead.bytes.get(instead.written..).unwrap_or_default();
            if rest.is_empty() {
                let of = instead.of;
                this.instead = None;
                return Poll::Ready(Ok(of));
            }
            let poll = Pin::new(&mut this.inner).poll_write(context, rest);
            match ready!(this.wrote(poll, context))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => {
                    if let Some(instead) = &mut this.instead {
                        instead.written += count;
                    }
                }
            }
        }
        let poll = Pin::new(&mut this.inner).poll_write(context, bytes);
        this.wrote(poll, context)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.inner).poll_flush(context);
        this.wrote(poll, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.inner).poll_shutdown(context);
        this.wrote(poll, context)
    }
}

/// The problem that stands for an answer without body that the HTTP library gives by itself.
fn wordless(bytes: &[u8]) -> Option<Problem> {
    let rest = bytes.strip_prefix(b"HTTP/1.1 ")?;
    let code = rest.get(..3)?;
    let is_whole =
        bytes.ends_with(b"\r\n\r\n") && bytes.windows(17).any(|w| w.eq_ignore_ascii_case(b"content-length: 0"));
    if !is_whole {
        return None;
    }
    let (kind, detail) = match code {
        b"400" => (ProblemKind::RequestMalformed, "the request is not valid HTTP"),
        b"414" => (ProblemKind::RequestHeadTooLarge, "the path is too long"),
        b"431" => (ProblemKind::RequestHeadTooLarge, "the head of the request is too long or has too many fields"),
        _ => return None,
    };
    Some(Problem::new(kind, detail))
}

/// Where in the stream the reading stands.
#[derive(Debug)]
enum At {
    /// In a head, or before one.
    Head { bytes: Vec<u8>, searched: usize },
    /// So many bytes of a body to go.
    Body(u64),
    /// In the line that announces a chunk.
    ChunkLine(Vec<u8>),
    /// So many bytes of a chunk to go, with its line end.
    Chunk(u64),
    /// In the trailers: bytes so far, whether the line is empty so far, and whether the last byte was a carriage return.
    Trailers { count: usize, is_empty: bool, was_return: bool },
    /// Not followed any further: the connection ends.
    Lost,
}

/// Reads heads out of a stream of bytes and steps over bodies.
#[derive(Debug)]
struct Heads {
    at: At,
}

impl Default for Heads {
    fn default() -> Self {
        Self { at: At::Head { bytes: Vec::new(), searched: 0 } }
    }
}

impl Heads {
    /// True while a head has begun and not ended.
    fn is_open(&self) -> bool {
        matches!(&self.at, At::Head { bytes, .. } if !bytes.is_empty())
    }

    fn feed(&mut self, mut bytes: &[u8], mut tell: impl FnMut(Verdict)) {
        while !bytes.is_empty() {
            bytes = match &mut self.at {
                At::Head { bytes: head, searched } => {
                    let skipped = match head.is_empty() {
                        true => bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count(),
                        false => 0,
                    };
                    bytes = bytes.get(skipped..).unwrap_or_default();
                    let old = head.len();
                    head.extend_from_slice(bytes);
                    match end_of_head(head, *searched) {
                        Some(end) => {
                            head.truncate(end);
                            let (verdict, next) = judge(head);
                            tell(verdict);
                            self.at = next;
                            bytes.get(end - old..).unwrap_or_default()
                        }
                        None => {
                            *searched = head.len();
                            if head.len() > MAX_HEAD {
                                tell(too_long());
                                self.at = At::Lost;
                            }
                            &[]
                        }
                    }
                }
                At::Body(left) => {
                    let step = (*left).min(bytes.len() as u64);
                    *left -= step;
                    if *left == 0 {
                        *self = Self::default();
                    }
                    bytes.get(step as usize..).unwrap_or_default()
                }
                At::ChunkLine(line) => {
                    let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
                    let (now, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
                    line.extend_from_slice(now);
                    // Too long is too long, whether its end came in the same piece or not.
                    if line.len() > MAX_CHUNK_LINE {
                        self.at = At::Lost;
                    } else if end.is_some() {
                        self.at = match size_of_chunk(line) {
                            Some(0) => At::Trailers { count: 0, is_empty: true, was_return: false },
                            Some(size) => At::Chunk(size.saturating_add(2)),
                            None => At::Lost,
                        };
                    }
                    rest
                }
                At::Chunk(left) => {
                    let step = (*left).min(bytes.len() as u64);
                    *left -= step;
                    if *left == 0 {
                        self.at = At::ChunkLine(Vec::new());
                    }
                    bytes.get(step as usize..).unwrap_or_default()
                }
                At::Trailers { count, is_empty, was_return } => {
                    let (first, rest) = bytes.split_at(1);
                    *count += 1;
                    match first {
                        // A bare line feed ends a line for some readers and not for others.
                        b"\n" if !*was_return => self.at = At::Lost,
                        b"\n" if *is_empty => *self = Self::default(),
                        b"\n" => (*is_empty, *was_return) = (true, false),
                        b"\r" => *was_return = true,
                        _ => (*is_empty, *was_return) = (false, false),
                    }
                    if matches!(self.at, At::Trailers { count, .. } if count > MAX_TRAILERS) {
                        self.at = At::Lost;
                    }
                    rest
                }
                At::Lost => &[],
            };
        }
    }
}

/// Length of the head in `bytes` with its empty line; looks at what came since `searched`.
fn end_of_head(bytes: &[u8], searched: usize) -> Option<usize> {
    let from = searched.saturating_sub(3);
    for at in from..bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(b"\n\n") {
            return Some(at + 2);
        }
        if rest.starts_with(b"\n\r\n") {
            return Some(at + 3);
        }
    }
    None
}

fn size_of_chunk(line: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix("\r\n")?;
    let digits = text.split(';').next()?.trim();
    let is_hex = (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { u64::from_str_radix(digits, 16).ok() } else { None }
}

fn too_long() -> Verdict {
    Err((ProblemKind::RequestHeadTooLarge, "its head is too long"))
}

/// The verdicts about the requests of a stream whose bytes arrive in these pieces, in the order of the requests.
///
/// What a connection of the server does with its bytes, without the connection: for tests of the reading itself. The
/// verdicts depend on the bytes alone, never on how they are cut.
///
/// ```
/// use quotient::server::verdicts;
/// let plain = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".as_slice();
/// assert_eq!(verdicts([plain, plain]), [Ok(()), Ok(())]);
/// assert_eq!(verdicts(plain.chunks(1)), [Ok(())]);
/// let hidden = b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".as_slice();
/// assert!(verdicts([hidden])[0].is_err());
/// ```
pub fn verdicts<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Verdict> {
    let mut heads = Heads::default();
    let mut verdicts = Vec::new();
    pieces.into_iter().for_each(|piece| heads.feed(piece, |verdict| verdicts.push(verdict)));
    verdicts
}

/// Judges a head, and tells where its body ends.
fn judge(head: &[u8]) -> (Verdict, At) {
    if head.len() > MAX_HEAD {
        return (too_long(), At::Lost);
    }
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    // What is no HTTP at all is refused by the HTTP library, and answered with the words of `wordless`.
    let Ok(httparse::Status::Complete(_)) = request.parse(head) else { return (Ok(()), At::Lost) };
    let values = |name: &str| -> Vec<&[u8]> {
        let named = request.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        named.map(|field| field.value).collect()
    };
    let refused = |why| (Err((ProblemKind::RequestMalformed, why)), At::Lost);
    let bare =
        head.iter().enumerate().any(|(at, byte)| *byte == b'\n' && (at == 0 || head.get(at - 1) != Some(&b'\r')));
    if bare {
        return refused("its lines end without carriage return");
    }
    let (hosts, lengths, encodings) = (values("host"), values("content-length"), values("transfer-encoding"));
    if hosts.len() > 1 {
        return refused("it names more than one host");
    }
    if hosts.is_empty() && request.version == Some(1) {
        return refused("it names no host");
    }
    match (lengths.as_slice(), encodings.as_slice()) {
        ([], []) => (Ok(()), At::Head { bytes: Vec::new(), searched: 0 }),
        ([length], []) => {
            let digits = std::str::from_utf8(length).ok().map(str::trim).filter(|text| !text.is_empty());
            let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            match digits.and_then(|text| text.parse::<u64>().ok()) {
                Some(0) => (Ok(()), At::Head { bytes: Vec::new(), searched: 0 }),
                Some(length) => (Ok(()), At::Body(length)),
                None => refused("its length is no number"),
            }
        }
        ([], [encoding]) if encoding.eq_ignore_ascii_case(b"chunked") => (Ok(()), At::ChunkLine(Vec::new())),
        ([], _) => refused("its transfer encoding is not `chunked` alone"),
        (_, []) => refused("it states its length more than once"),
        (_, _) => refused("it states a length and a transfer encoding"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdicts about a stream that arrives in pieces of `size` bytes.
    fn verdicts(stream: &[u8], size: usize) -> Vec<Verdict> {
        super::verdicts(stream.chunks(size))
    }

    #[test]
    fn what_is_too_long_is_so_however_it_arrives() {
        let field = format!("X: {}\r\n", "a".repeat(MAX_HEAD));
        let long = format!("GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n");
        let open = long.strip_suffix("\r\n\r\n").unwrap();
        for stream in [long.as_bytes(), open.as_bytes()] {
            for size in [1 << 10, MAX_HEAD + 1, stream.len()] {
                assert_eq!(verdicts(stream, size), [too_long()], "in pieces of {size}");
            }
        }
        let chunks = |extension: usize| {
            let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
            let stream = format!("{head}5;{}\r\nGET /\r\n0\r\n\r\n", "x".repeat(extension));
            [stream.as_bytes(), PLAIN].concat()
        };
        for (extension, count) in [(10, 2), (MAX_CHUNK_LINE, 1)] {
            let stream = chunks(extension);
            for size in [1, 100, stream.len()] {
                assert_eq!(verdicts(&stream, size).len(), count, "{extension} in pieces of {size}");
            }
        }
    }

    const PLAIN: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    #[test]
    fn requests_one_after_another_are_told_apart_however_they_arrive() {
        let body = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n";
        let chunks =
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nGET /\r\n0\r\nA: b\r\n\r\n";
        let stream = [PLAIN, body, chunks, PLAIN].concat();
        for size in 1..stream.len() {
            assert_eq!(verdicts(&stream, size), [Ok(()); 4], "in pieces of {size}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let refused = |fields: &str| {
            let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n");
            verdicts(head.as_bytes(), head.len()) == [Ok(())]
        };
        assert!(refused("Content-Length: 0"));
        for fields in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: +5",
            "Content-Length: -5",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Host: b",
        ] {
            assert!(!refused(fields), "{fields} was let through");
        }
        assert!(verdicts(b"GET / HTTP/1.1\nHost: a\n\n", 99)[0].is_err());
        assert!(verdicts(b"GET / HTTP/1.1\r\n\r\n", 99)[0].is_err(), "no host");
    }

    #[test]
    fn nothing_is_read_after_a_line_of_a_body_that_ends_in_two_ways() {
        for chunks in ["5\nhello\r\n0\r\n\r\n", "0\r\nA: b\n\r\n", "0\r\n\n", "0\n\r\n", "5;x\nhello\r\n0\r\n\r\n"] {
            let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
            let stream = [head.as_bytes(), chunks.as_bytes(), PLAIN].concat();
            assert_eq!(verdicts(&stream, stream.len()), [Ok(())], "{chunks:?}");
        }
    }

    #[test]
    fn an_answer_without_words_gets_some_and_no_other_does() {
        let own = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        assert!(wordless(own).is_some());
        assert!(wordless(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_none());
        assert!(wordless(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 5\r\n\r\nhello").is_none());
    }
}
