//! HTTP over a plain socket: what is sent is exactly the bytes given, and what comes back is read without being lenient.
//!
//! Blocking and without any library, so that a broken request can be sent and the end of a connection can be seen.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// One answer of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Header fields in order, names in lower case.
    pub fields: Vec<(String, String)>,
    /// Body, chunks put together.
    pub body: Vec<u8>,
}

impl Answer {
    /// Value of the first field of this name (lower case).
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As many answers came as were waited for; the connection is still open.
    Answered,
    /// The server closed the connection.
    Closed,
    /// The server reset the connection.
    Reset,
    /// Nothing more came within the patience.
    TimedOut,
    /// What came is no HTTP.
    Garbled,
}

/// Everything that came back for some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Final answers in order; interim ones (1xx) are left out.
    pub answers: Vec<Answer>,
    /// How it ended.
    pub end: End,
    /// From the first byte sent to the end.
    pub took: Duration,
}

/// Sends `bytes` and waits for `expected` answers, the end of the connection, or the end of the patience.
///
/// With `half_close` the sending side is closed after the last byte.
pub fn exchange(
    address: SocketAddr,
    bytes: &[u8],
    expected: usize,
    half_close: bool,
    patience: Duration,
) -> std::io::Result<Exchange> {
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_nodelay(true)?;
    let start = Instant::now();
    let sender = std::thread::scope(|scope| {
        let mut writing = stream.try_clone()?;
        writing.set_write_timeout(Some(patience))?;
        // Sending on a thread of its own: a server may answer, and stop reading, before everything is sent.
        scope.spawn(move || {
            drop(writing.write_all(bytes));
            if half_close {
                drop(writing.shutdown(Shutdown::Write));
            }
        });
        let read = read_answers(&mut stream, expected, start + patience);
        drop(stream.shutdown(Shutdown::Both));
        Ok(read)
    });
    sender.map(|(answers, end)| Exchange { answers, end, took: start.elapsed() })
}

/// Reads final answers until there are `expected`, the stream ends, or the time is up.
fn read_answers(stream: &mut TcpStream, expected: usize, until: Instant) -> (Vec<Answer>, End) {
    let mut received = Vec::new();
    let mut answers = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        match take(&mut received, false) {
            Taken::Answer(answer) if answer.status < 200 => continue,
            Taken::Answer(answer) => {
                answers.push(answer);
                if answers.len() >= expected {
                    return (answers, End::Answered);
                }
                continue;
            }
            Taken::Garbled => return (answers, End::Garbled),
            Taken::More => {}
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return (answers, End::TimedOut);
        }
        match stream.read(&mut buffer) {
            Ok(0) => {
                if let Taken::Answer(answer) = take(&mut received, true) {
                    answers.push(answer);
                }
                return (answers, End::Closed);
            }
            Ok(count) => received.extend_from_slice(&buffer[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return (answers, End::TimedOut);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return (answers, End::Reset),
        }
    }
}

/// What could be taken off the front of the received bytes.
enum Taken {
    Answer(Answer),
    More,
    Garbled,
}

/// Takes one answer off the front, if it is complete.
fn take(received: &mut Vec<u8>, is_ended: bool) -> Taken {
    let Some(head_end) = find(received, b"\r\n\r\n") else {
        let is_http = received.starts_with(b"HTTP/1.") || b"HTTP/1.".starts_with(received.as_slice());
        return if is_http { Taken::More } else { Taken::Garbled };
    };
    let head = String::from_utf8_lossy(&received[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.")).and_then(|line| line.get(2..5));
    let Some(status) = status.and_then(|digits| digits.parse::<u16>().ok()) else { return Taken::Garbled };
    let fields: Option<Vec<(String, String)>> = lines
        .map(|line| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())))
        .collect();
    let Some(fields) = fields else { return Taken::Garbled };
    let mut answer = Answer { status, fields, body: Vec::new() };
    let after = &received[head_end + 4..];
    let used = if status < 200 || status == 204 || status == 304 {
        Some(0)
    } else if answer.field("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        match chunks(after) {
            Ok(Some((body, used))) => {
                answer.body = body;
                Some(used)
            }
            Ok(None) => None,
            Err(()) => return Taken::Garbled,
        }
    } else if let Some(length) = answer.field("content-length") {
        let Ok(length) = length.parse::<usize>() else { return Taken::Garbled };
        after.get(..length).map(|body| {
            answer.body = body.to_vec();
            length
        })
    } else {
        is_ended.then(|| {
            answer.body = after.to_vec();
            after.len()
        })
    };
    match used {
        Some(used) => {
            received.drain(..head_end + 4 + used);
            Taken::Answer(answer)
        }
        None => Taken::More,
    }
}

/// Body and length of a chunked body, once its end is there.
fn chunks(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, ()> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let Some(line) = find(&bytes[at..], b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&bytes[at..at + line]).map_err(|_| ())?;
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16).map_err(|_| ())?;
        at += line + 2;
        if size == 0 {
            let Some(end) = find(&bytes[at.saturating_sub(2)..], b"\r\n\r\n") else { return Ok(None) };
            return Ok(Some((body, at.saturating_sub(2) + end + 4)));
        }
        let Some(chunk) = bytes.get(at..at + size) else { return Ok(None) };
        body.extend_from_slice(chunk);
        at += size + 2;
        if at > bytes.len() {
            return Ok(None);
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Bytes of a request with a body; `fields` are whole lines without line ends.
pub fn request(method: &str, target: &str, fields: &[&str], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n").into_bytes();
    for field in fields {
        bytes.extend_from_slice(field.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    if !body.is_empty() || method == "POST" {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

/// Sends one honest request and returns its answer.
pub fn ask(address: SocketAddr, method: &str, target: &str, fields: &[&str], body: &[u8]) -> std::io::Result<Answer> {
    let bytes = request(method, target, fields, body);
    let mut exchange = exchange(address, &bytes, 1, false, crate::patience::HANG)?;
    exchange.answers.pop().ok_or_else(|| std::io::Error::other(format!("no answer: {:?}", exchange.end)))
}

/// Asks for a resource.
pub fn get(address: SocketAddr, target: &str) -> std::io::Result<Answer> {
    ask(address, "GET", target, &[], b"")
}

/// Posts a JSON document.
pub fn post(address: SocketAddr, target: &str, json: &str) -> std::io::Result<Answer> {
    ask(address, "POST", target, &["Content-Type: application/json"], json.as_bytes())
}
