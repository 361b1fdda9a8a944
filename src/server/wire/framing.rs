//! Framing: where one request ends and the next begins in the bytes of a connection.
//!
//! Two parties that read one stream of bytes differently can be played against each other: a proxy sees one request
//! where the server sees two. So every header is also read here, before the HTTP library reads it, and anything that
//! can be read in two ways is refused: a length beside chunks, two lengths, two hosts, bare line feeds.

use super::rejection::Rejection;

/// Longest header of a request, in bytes.
pub const MAX_HEADER: usize = 64 << 10;
/// Most header fields of a request.
pub const MAX_FIELDS: usize = 100;
/// Longest line that announces a chunk, in bytes.
const MAX_CHUNK_LINE: usize = 1 << 10;
/// Longest trailers, in bytes.
const MAX_TRAILERS: usize = 16 << 10;

/// Result of reading a header: a request that may be processed, or its rejection.
pub type Verdict = Result<(), Rejection>;

/// Position of the reader in the stream.
#[derive(Debug)]
enum Position {
    /// In a header, or before one.
    Header { bytes: Vec<u8>, searched: usize },
    /// In a body with this many bytes left.
    Body(u64),
    /// In the line that announces a chunk.
    ChunkLine(Vec<u8>),
    /// In a chunk with this many bytes left, its line end included.
    Chunk(u64),
    /// In the trailers.
    Trailers(Trailers),
    /// Not followed any further: the connection ends.
    Lost,
}

/// Progress within trailers.
#[derive(Debug)]
struct Trailers {
    count: usize,
    /// True while the current line has no character.
    is_empty: bool,
    /// True when the last byte was a carriage return.
    was_return: bool,
}

impl Position {
    /// The position between two requests.
    fn start() -> Self {
        Self::Header { bytes: Vec::new(), searched: 0 }
    }
}

/// Reads headers out of a stream of bytes and steps over bodies.
#[derive(Debug)]
pub struct HeaderReader {
    position: Position,
}

impl Default for HeaderReader {
    fn default() -> Self {
        Self { position: Position::start() }
    }
}

impl HeaderReader {
    /// True while a header has begun and not ended.
    pub fn is_in_header(&self) -> bool {
        matches!(&self.position, Position::Header { bytes, .. } if !bytes.is_empty())
    }

    /// True while the peer has a body to send.
    pub fn is_in_body(&self) -> bool {
        !matches!(self.position, Position::Header { .. })
    }

    /// Reads bytes and calls `report` with the verdict about each header that ends in them.
    pub fn feed(&mut self, mut bytes: &[u8], mut report: impl FnMut(Verdict)) {
        while !bytes.is_empty() {
            bytes = match &mut self.position {
                Position::Header { .. } => self.header(bytes, &mut report),
                Position::Body(left) => {
                    let rest = step_over(left, bytes);
                    if *left == 0 {
                        self.position = Position::start();
                    }
                    rest
                }
                Position::ChunkLine(_) => self.chunk_line(bytes),
                Position::Chunk(left) => {
                    let rest = step_over(left, bytes);
                    if *left == 0 {
                        self.position = Position::ChunkLine(Vec::new());
                    }
                    rest
                }
                Position::Trailers(trailers) => {
                    let (first, rest) = bytes.split_at(1);
                    if let Some(next) = trailers.next(first) {
                        self.position = next;
                    }
                    rest
                }
                Position::Lost => &[],
            };
        }
    }

    /// Reads on in a header; returns the bytes after it.
    fn header<'b>(&mut self, bytes: &'b [u8], report: &mut impl FnMut(Verdict)) -> &'b [u8] {
        let Position::Header { bytes: header, searched } = &mut self.position else { return bytes };
        let skipped = match header.is_empty() {
            true => bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count(),
            false => 0,
        };
        let bytes = bytes.get(skipped..).unwrap_or_default();
        let old = header.len();
        header.extend_from_slice(bytes);
        let Some(end) = end_of_header(header, *searched) else {
            *searched = header.len();
            if header.len() > MAX_HEADER {
                report(Err(Rejection::HeaderTooLarge));
                self.position = Position::Lost;
            }
            return &[];
        };
        header.truncate(end);
        match judge(header) {
            Ok(next) => {
                report(Ok(()));
                self.position = next;
            }
            Err(rejection) => {
                report(Err(rejection));
                self.position = Position::Lost;
            }
        }
        bytes.get(end - old..).unwrap_or_default()
    }

    /// Reads on in the line that announces a chunk; returns the bytes after it.
    fn chunk_line<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let Position::ChunkLine(line) = &mut self.position else { return bytes };
        let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let (now, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        line.extend_from_slice(now);
        // Too long is too long, whether its end came in the same piece or not.
        if line.len() > MAX_CHUNK_LINE {
            self.position = Position::Lost;
        } else if end.is_some() {
            self.position = match size_of_chunk(line) {
                Some(0) => Position::Trailers(Trailers { count: 0, is_empty: true, was_return: false }),
                Some(size) => Position::Chunk(size.saturating_add(2)),
                None => Position::Lost,
            };
        }
        rest
    }
}

impl Trailers {
    /// Reads one byte; returns where the reader goes when the trailers end with it.
    fn next(&mut self, byte: &[u8]) -> Option<Position> {
        self.count += 1;
        match byte {
            // A bare line feed ends a line for some readers and not for others.
            b"\n" if !self.was_return => return Some(Position::Lost),
            b"\n" if self.is_empty => return Some(Position::start()),
            b"\n" => (self.is_empty, self.was_return) = (true, false),
            b"\r" => self.was_return = true,
            _ => (self.is_empty, self.was_return) = (false, false),
        }
        (self.count > MAX_TRAILERS).then_some(Position::Lost)
    }
}

/// Steps over as many bytes as are left; returns the others.
fn step_over<'b>(left: &mut u64, bytes: &'b [u8]) -> &'b [u8] {
    let step = (*left).min(bytes.len() as u64);
    *left -= step;
    bytes.get(step as usize..).unwrap_or_default()
}

/// Returns the length of the header in `bytes` with its empty line; examines what came since `searched`.
fn end_of_header(bytes: &[u8], searched: usize) -> Option<usize> {
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

/// Returns the verdicts about the requests of a stream whose bytes arrive in these pieces, in the order of the requests.
///
/// Does what a connection of the server does with its bytes, without the connection, so that the reader can be tested
/// by itself. The verdicts depend on the bytes alone, never on how they are cut.
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
    let mut reader = HeaderReader::default();
    let mut verdicts = Vec::new();
    pieces.into_iter().for_each(|piece| reader.feed(piece, |verdict| verdicts.push(verdict)));
    verdicts
}

/// Judges a header; returns where the reader goes after it.
fn judge(header: &[u8]) -> Result<Position, Rejection> {
    if header.len() > MAX_HEADER {
        return Err(Rejection::HeaderTooLarge);
    }
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    // What is not HTTP at all is refused by the HTTP library, whose response gets a body in `watched`.
    let Ok(httparse::Status::Complete(_)) = request.parse(header) else { return Ok(Position::Lost) };
    let values = |name: &str| -> Vec<&[u8]> {
        let named = request.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        named.map(|field| field.value).collect()
    };
    let is_bare = |(at, byte): (usize, &u8)| *byte == b'\n' && (at == 0 || header.get(at - 1) != Some(&b'\r'));
    if header.iter().enumerate().any(is_bare) {
        return Err(Rejection::BareLineFeed);
    }
    let (hosts, lengths, encodings) = (values("host"), values("content-length"), values("transfer-encoding"));
    if hosts.len() > 1 {
        return Err(Rejection::TwoHosts);
    }
    if hosts.is_empty() && request.version == Some(1) {
        return Err(Rejection::NoHost);
    }
    match (lengths.as_slice(), encodings.as_slice()) {
        ([], []) => Ok(Position::start()),
        ([length], []) => {
            let digits = std::str::from_utf8(length).ok().map(str::trim).filter(|text| !text.is_empty());
            let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            match digits.and_then(|text| text.parse::<u64>().ok()) {
                Some(0) => Ok(Position::start()),
                Some(length) => Ok(Position::Body(length)),
                None => Err(Rejection::LengthNotANumber),
            }
        }
        ([], [encoding]) if encoding.eq_ignore_ascii_case(b"chunked") => Ok(Position::ChunkLine(Vec::new())),
        ([], _) => Err(Rejection::TransferEncoding),
        (_, []) => Err(Rejection::TwoLengths),
        (_, _) => Err(Rejection::LengthAndEncoding),
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
        let field = format!("X: {}\r\n", "a".repeat(MAX_HEADER));
        let long = format!("GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n");
        let open = long.strip_suffix("\r\n\r\n").unwrap();
        for stream in [long.as_bytes(), open.as_bytes()] {
            for size in [1 << 10, MAX_HEADER + 1, stream.len()] {
                assert_eq!(verdicts(stream, size), [Err(Rejection::HeaderTooLarge)], "in pieces of {size}");
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
    fn consecutive_requests_are_separated_however_they_arrive() {
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
}
