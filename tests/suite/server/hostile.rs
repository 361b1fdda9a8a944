//! Requests that no honest client sends, each with what a server may answer.
//!
//! The table is data: tests and benches send the bytes as they stand and let [`Attack::judge`] decide. They are written
//! for a vendor in USD whose single assessment needs no more than a partner and its revenue.

use super::http::{Answer, End, Exchange};
use Expect::{Abandoned, Answered, Harmless, Refused, Unparsed};
use std::net::SocketAddr;
use std::time::Duration;

/// What may come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// A problem document with one of these status codes and a request id.
    Refused(&'static [u16]),
    /// Not HTTP, or HTTP whose framing cannot be trusted: any 4xx, or a close without answer. Nothing after it counts.
    Unparsed,
    /// Never finished by the client: 408 as a problem, any 4xx, or a close, within the timeouts.
    Abandoned,
    /// Odd, but no harm: answered below 500, and a refusal is a problem document.
    Harmless,
    /// Answered as usual with this status code.
    Answered(u16),
}

/// One request of the table.
#[derive(Debug, Clone)]
pub struct Attack {
    /// What it is, unique in the table.
    pub name: &'static str,
    /// The bytes sent.
    pub bytes: Vec<u8>,
    /// Answers to wait for.
    pub answers: usize,
    /// True when the sending side is closed after the last byte.
    pub half_close: bool,
    /// What may come back.
    pub expect: Expect,
}

/// Longest time after which a connection that was left hanging is closed.
pub const PATIENCE: Duration = crate::patience::HANG;

impl Attack {
    /// Sends the bytes and judges what comes back.
    pub fn run(&self, address: SocketAddr) -> Result<Exchange, String> {
        let exchange = super::http::exchange(address, &self.bytes, self.answers, self.half_close, PATIENCE)
            .map_err(|error| format!("{}: no connection: {error}", self.name))?;
        self.judge(&exchange).map_err(|reason| format!("{}: {reason}", self.name))?;
        Ok(exchange)
    }

    /// Says what is wrong with what came back.
    pub fn judge(&self, exchange: &Exchange) -> Result<(), String> {
        for answer in &exchange.answers {
            sound(answer)?;
        }
        if exchange.end == End::Garbled {
            return Err("the answer is no HTTP".to_owned());
        }
        if exchange.end == End::TimedOut {
            return Err(format!("hangs for {:?} with {} answers", exchange.took, exchange.answers.len()));
        }
        let last = exchange.answers.last();
        let status = last.map(|answer| answer.status);
        match (self.expect, last) {
            (Expect::Refused(codes), Some(answer)) if codes.contains(&answer.status) => problem(answer),
            (Expect::Answered(code), Some(answer)) if answer.status == code => Ok(()),
            (Expect::Harmless, Some(answer)) if answer.status < 400 => Ok(()),
            (Expect::Harmless, Some(answer)) => problem(answer),
            (Expect::Unparsed | Expect::Abandoned, None) => Ok(()),
            (Expect::Unparsed | Expect::Abandoned, Some(answer)) if (400..500).contains(&answer.status) => Ok(()),
            (expect, _) => Err(format!("{expect:?}, but status {status:?}, then {:?}", exchange.end)),
        }
    }
}

/// What holds for every answer: never 5xx, a request id of harmless characters, nothing of the server's inside.
fn sound(answer: &Answer) -> Result<(), String> {
    if answer.status >= 500 {
        return Err(format!("status {}: {}", answer.status, shortened(answer)));
    }
    if let Some(id) = answer.field("x-request-id") {
        let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if id.is_empty() || id.len() > 64 || !is_plain {
            return Err(format!("the request id {id:?} is not of 1 to 64 letters, digits and hyphens"));
        }
    }
    // A finding repeats the value that the request itself has sent.
    let text = answer.text().replace("$serde_json::private::Number", "");
    for leak in ["root:x:0:0", "panicked at", "src/", ".cargo", "RUST_BACKTRACE", "serde_json"] {
        if text.contains(leak) {
            return Err(format!("the answer shows {leak:?}: {}", shortened(answer)));
        }
    }
    if answer.field("x-evil").is_some() {
        return Err("a header of the request's making is in the answer".to_owned());
    }
    Ok(())
}

/// A refusal is a problem document that names its status and its request.
fn problem(answer: &Answer) -> Result<(), String> {
    let kind = answer.field("content-type").unwrap_or_default();
    if !kind.starts_with("application/problem+json") {
        return Err(format!("status {} as {kind:?}, not as a problem: {}", answer.status, shortened(answer)));
    }
    if answer.body.len() > 64 * 1024 {
        return Err(format!("a problem of {} bytes", answer.body.len()));
    }
    let document = answer.json();
    if document["status"] != answer.status {
        return Err(format!("the problem names another status than {}: {}", answer.status, shortened(answer)));
    }
    let Some(id) = answer.field("x-request-id") else { return Err("no request id in the header".to_owned()) };
    if document["request_id"] != id {
        return Err(format!("the problem does not name its request {id}: {}", shortened(answer)));
    }
    if answer.status == 405 && answer.field("allow").is_none() {
        return Err("405 without the methods that are allowed".to_owned());
    }
    Ok(())
}

fn shortened(answer: &Answer) -> String {
    answer.text().chars().take(300).collect()
}

/// A single assessment that is answered with 200, for a partner of this id.
pub fn assessment(partner: &str) -> String {
    let rows: Vec<String> = (1..=12)
        .map(|month| format!(r#"{{"partner_id":"{partner}","month":"2025-{month:02}","amount":"1000.00"}}"#))
        .collect();
    body(&format!(r#""partners":[{{"partner_id":"{partner}","since":"2020-01-01"}}],"revenue":[{}]"#, rows.join(",")))
}

/// A body with these tables in its book.
fn body(tables: &str) -> String {
    format!(r#"{{"as_of":"2025-12-31","book":{{"currency":"USD",{tables}}}}}"#)
}

/// A body with one partner and one amount, written as given.
fn amount(written: &str) -> Vec<u8> {
    let tables = format!(
        r#""partners":[{{"partner_id":"P1"}}],"revenue":[{{"partner_id":"P1","month":"2025-01","amount":{written}}}]"#
    );
    body(&tables).into_bytes()
}

/// A body with one partner whose id is written as given, inside quotes.
fn id(written: &str) -> Vec<u8> {
    assessment(written).into_bytes()
}

/// A gzip stream of `kilobytes` × 1,024 zero bytes, about 150 times smaller.
fn gzip_of_zeros(kilobytes: usize) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut pending, mut held) = (0u32, 0u32);
    let mut push = |code: u32, bits: u32, most_significant_first: bool| {
        for at in 0..bits {
            let bit = if most_significant_first { code >> (bits - 1 - at) } else { code >> at } & 1;
            pending |= bit << held;
            held += 1;
            if held == 8 {
                bytes.push(u8::try_from(pending).unwrap_or_default());
                (pending, held) = (0, 0);
            }
        }
    };
    push(1, 1, false); // the last block
    push(1, 2, false); // with the fixed codes
    push(0x30, 8, true); // one zero byte
    for _ in 0..kilobytes * 1024 / 258 {
        push(0b1100_0101, 8, true); // 258 bytes more
        push(0, 5, true); // from one byte before
    }
    push(0, 7, true); // end of the block
    push(0, 7, true);
    bytes.extend_from_slice(&[0; 8]); // a checksum that nobody should get to
    bytes
}

/// The table, for the vendor `vendor`.
pub fn corpus(vendor: &str) -> Vec<Attack> {
    let mut table = Table { vendor: vendor.to_owned(), attacks: Vec::new() };
    table.paths();
    table.framing();
    table.heads();
    table.methods_and_media();
    table.documents();
    table.identifiers();
    table.other_protocols();
    table.fields_that_mean_something();
    table.never_finished();
    table.attacks
}

/// 400, or 422 where the document is JSON and its content is refused.
const BAD: Expect = Refused(&[400, 422]);
/// A path that names nothing.
const NOTHING: Expect = Refused(&[400, 404]);

struct Table {
    vendor: String,
    attacks: Vec<Attack>,
}

impl Table {
    fn add(&mut self, name: &'static str, expect: Expect, bytes: Vec<u8>) {
        self.attacks.push(Attack { name, bytes, answers: 1, half_close: false, expect });
    }

    /// Bytes as they stand.
    fn raw(&mut self, name: &'static str, expect: Expect, bytes: impl AsRef<[u8]>) {
        self.add(name, expect, bytes.as_ref().to_vec());
    }

    /// A GET of `target`.
    fn get(&mut self, name: &'static str, expect: Expect, target: &str) {
        self.raw(name, expect, format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
    }

    /// A GET of the vendor with further fields.
    fn look(&mut self, name: &'static str, expect: Expect, fields: &str) {
        let vendor = &self.vendor;
        self.raw(name, expect, format!("GET /v1/vendors/{vendor} HTTP/1.1\r\nHost: 127.0.0.1\r\n{fields}\r\n"));
    }

    /// A POST of an assessment with these fields (whole lines) besides the length, and this body.
    fn post(&mut self, name: &'static str, expect: Expect, fields: &str, body: impl AsRef<[u8]>) {
        let body = body.as_ref();
        let length = format!("Content-Length: {}\r\n", body.len());
        self.framed(name, expect, &format!("{fields}{length}"), body);
    }

    /// A POST of an assessment as JSON.
    fn json(&mut self, name: &'static str, expect: Expect, body: impl AsRef<[u8]>) {
        self.post(name, expect, "Content-Type: application/json\r\n", body);
    }

    /// A POST of an assessment with exactly these fields.
    fn framed(&mut self, name: &'static str, expect: Expect, fields: &str, body: impl AsRef<[u8]>) {
        let vendor = &self.vendor;
        let head = format!("POST /v1/vendors/{vendor}/assessments HTTP/1.1\r\nHost: 127.0.0.1\r\n{fields}\r\n");
        self.add(name, expect, [head.as_bytes(), body.as_ref()].concat());
    }

    fn paths(&mut self) {
        let vendor = self.vendor.clone();
        self.get("traversal, encoded slashes", NOTHING, "/v1/vendors/..%2f..%2f..%2f..%2fetc%2fpasswd");
        self.get("traversal, plain", NOTHING, "/v1/vendors/../../../../etc/passwd");
        self.get("traversal, dots encoded", NOTHING, "/v1/vendors/%2e%2e/%2e%2e/etc/passwd");
        self.get("traversal, encoded twice", NOTHING, "/v1/vendors/%252e%252e%252fetc%252fpasswd");
        self.get("traversal, backslashes", NOTHING, "/v1/vendors/..%5c..%5cwindows%5cwin.ini");
        self.get("traversal, path parameter", NOTHING, "/v1/vendors/..;/..;/etc/passwd");
        self.get("traversal, overlong dots", NOTHING, "/v1/vendors/%c0%ae%c0%ae/etc/passwd");
        self.get("vendor is dots", NOTHING, "/v1/vendors/..");
        self.get("vendor is one dot", NOTHING, "/v1/vendors/.");
        self.get("vendor is an absolute path", NOTHING, "/v1/vendors/%2fetc%2fpasswd");
        self.get("vendor is a share", NOTHING, "/v1/vendors/%5c%5cevil.example%5cshare");
        self.get("vendor ends in NUL", NOTHING, &format!("/v1/vendors/{vendor}%00"));
        self.get("vendor with a NUL and more", NOTHING, &format!("/v1/vendors/{vendor}%00.toml"));
        self.get("vendor with a line end", NOTHING, &format!("/v1/vendors/{vendor}%0d%0aX-Evil:%201"));
        self.get("vendor in other case", NOTHING, &format!("/v1/vendors/{}", vendor.to_uppercase()));
        self.get("vendor in full-width letters", NOTHING, "/v1/vendors/%ef%bd%8d%ef%bd%85%ef%bd%92");
        self.get("vendor reversed by a bidi sign", NOTHING, "/v1/vendors/%e2%80%aemeridian");
        self.get("vendor of invalid UTF-8", NOTHING, "/v1/vendors/%ff%fe");
        self.get("vendor is empty", Refused(&[400, 404, 405]), "/v1/vendors//assessments");
        self.get("vendor of 5,000 letters", NOTHING, &format!("/v1/vendors/{}", "a".repeat(5_000)));
        self.get("vendor is markup", NOTHING, "/v1/vendors/%3Cscript%3Ealert(1)%3C%2Fscript%3E");
        self.get("bad percent-encoding", NOTHING, "/v1/vendors/%zz");
        self.get("percent at the end", NOTHING, "/v1/vendors/a%");
        self.get("double slashes", NOTHING, "//v1//vendors");
        self.get("slash at the end of a vendor", NOTHING, &format!("/v1/vendors/{vendor}/"));
        self.get("a resource below a resource", NOTHING, &format!("/v1/vendors/{vendor}/assessments/1"));
        self.get("unknown route", NOTHING, "/v1/nothing");
        self.get("files that servers leave about", NOTHING, "/.git/config");
        self.get("unknown version", NOTHING, "/v2/vendors");
        self.get("query of bad percent-encoding", Harmless, &format!("/v1/vendors/{vendor}?%zz=%&&==?"));
        self.get("query with NUL and brackets", Harmless, &format!("/v1/vendors/{vendor}?a[]=%00&a[]=2&__proto__=1"));
        self.get("query of 10 kB", Harmless, &format!("/v1/vendors/{vendor}?q={}", "x".repeat(10_000)));
        self.raw("fragment in the target", Harmless, "GET /health/live#x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        self.raw("target without slash", Unparsed, "GET health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        self.raw("target with a space", Unparsed, "GET /health/ live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        self.raw("target of raw bytes", Unparsed, b"GET /\xff\xfe\x01 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        let long = format!("GET /{} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "a".repeat(100_000));
        self.raw("target of 100 kB", Unparsed, long);
    }

    fn framing(&mut self) {
        let json = "Content-Type: application/json\r\n";
        let chunked = format!("{json}Transfer-Encoding: chunked\r\n");
        let good = assessment("P1");
        let one_chunk = format!("{:x}\r\n{good}\r\n0\r\n\r\n", good.len());
        let smuggled = "0\r\n\r\nGET /v1/smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        self.framed("length and chunked", Unparsed, &format!("Content-Length: 4\r\n{chunked}"), smuggled);
        self.framed("chunked and length", Unparsed, &format!("{chunked}Content-Length: 4\r\n"), smuggled);
        self.framed(
            "two lengths that differ",
            Unparsed,
            &format!("{json}Content-Length: 5\r\nContent-Length: 6\r\n"),
            "{}",
        );
        self.framed("two lengths in one field", Unparsed, &format!("{json}Content-Length: 5, 6\r\n"), "{}");
        self.framed("length below zero", Unparsed, &format!("{json}Content-Length: -1\r\n"), "{}");
        self.framed("length with a sign", Unparsed, &format!("{json}Content-Length: +2\r\n"), "{}");
        self.framed("length in hexadecimal", Unparsed, &format!("{json}Content-Length: 0x2\r\n"), "{}");
        self.framed("length without digits", Unparsed, &format!("{json}Content-Length: \r\n"), "{}");
        self.framed(
            "length beyond 64 bits",
            Unparsed,
            &format!("{json}Content-Length: 18446744073709551617\r\n"),
            "{}",
        );
        self.framed("length of a terabyte", Refused(&[413]), &format!("{json}Content-Length: 1000000000000\r\n"), "{}");
        self.framed("unknown transfer coding", Unparsed, &format!("{json}Transfer-Encoding: xchunked\r\n"), &one_chunk);
        self.framed(
            "chunked is not last",
            Unparsed,
            &format!("{json}Transfer-Encoding: chunked, identity\r\n"),
            &one_chunk,
        );
        self.framed("transfer coding identity", Unparsed, &format!("{json}Transfer-Encoding: identity\r\n"), &good);
        self.framed(
            "space before the colon of the coding",
            Unparsed,
            &format!("{json}Transfer-Encoding : chunked\r\n"),
            &one_chunk,
        );
        self.framed("chunked by tab", Harmless, &format!("{json}Transfer-Encoding:\tchunked\r\n"), &one_chunk);
        self.framed("chunk size is no number", Unparsed, &chunked, "zz\r\n{}\r\n0\r\n\r\n");
        self.framed("chunk size below zero", Unparsed, &chunked, "-2\r\n{}\r\n0\r\n\r\n");
        self.framed("chunk size beyond 64 bits", Unparsed, &chunked, "fffffffffffffffff\r\n{}\r\n0\r\n\r\n");
        self.framed("chunk longer than its size", Unparsed, &chunked, "1\r\n{}}}}}\r\n0\r\n\r\n");
        self.framed("chunk size is empty", Unparsed, &chunked, "\r\n{}\r\n0\r\n\r\n");
        let extended = format!("{:x};{}\r\n{good}\r\n0\r\n\r\n", good.len(), "x".repeat(100_000));
        self.framed("chunk extension of 100 kB", Unparsed, &chunked, extended);
        let trailed = format!("{:x}\r\n{good}\r\n0\r\nContent-Length: 9\r\nHost: evil.example\r\n\r\n", good.len());
        self.framed("trailers that would frame", Harmless, &format!("{chunked}Trailer: Host\r\n"), trailed);
        let many = format!("{:x}\r\n{good}\r\n0\r\n{}\r\n", good.len(), "X-Trailer: 1\r\n".repeat(2_000));
        self.framed("2,000 trailers", Unparsed, &chunked, many);
        let drips: String = good.chars().map(|letter| format!("1\r\n{letter}\r\n")).collect();
        self.framed("a chunk a byte", Answered(200), &chunked, format!("{drips}0\r\n\r\n"));
        let old = format!("POST /v1/vendors/{}/assessments HTTP/1.0\r\n{chunked}\r\n{one_chunk}", self.vendor);
        self.raw("chunked in HTTP/1.0", Unparsed, old);
        let many = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(50);
        let bytes = format!("{many}GET /v1/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").into_bytes();
        self.attacks.push(Attack {
            name: "51 requests at once",
            bytes,
            answers: 51,
            half_close: false,
            expect: NOTHING,
        });
        let bodied = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhello";
        let bytes = format!("{bodied}GET /v1/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").into_bytes();
        self.attacks.push(Attack {
            name: "a body where none belongs",
            bytes,
            answers: 2,
            half_close: false,
            expect: NOTHING,
        });
    }

    fn heads(&mut self) {
        self.raw("no Host", Unparsed, "GET /health/live HTTP/1.1\r\n\r\n");
        self.raw("two Hosts", Unparsed, "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n");
        self.raw("space before the colon", Unparsed, "GET /health/live HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n");
        self.look("folded line", Unparsed, "X-Folded: a\r\n b\r\n");
        self.look("line without colon", Unparsed, "Nothing\r\n");
        self.look("field without name", Unparsed, ": x\r\n");
        self.look("name with a space", Unparsed, "X Y: z\r\n");
        self.look("name with parentheses", Unparsed, "X(Y): z\r\n");
        self.look("value with NUL", Unparsed, "X-Y: a\0b\r\n");
        self.look("value with a bare carriage return", Unparsed, "X-Y: a\rX-Evil: 1\r\n");
        self.look("value of other letters", Harmless, "X-Y: \u{fc}\u{202e}\u{0416}\r\n");
        self.look("underscore in a name", Harmless, "X_Request_Id: 1\r\n");
        self.look("field of 1 MB", Unparsed, &format!("X-Y: {}\r\n", "a".repeat(1 << 20)));
        self.look("101 fields", Unparsed, &"X-Y: 1\r\n".repeat(101));
        self.look("10,000 fields", Unparsed, &"X-Y: 1\r\n".repeat(10_000));
        self.look("cookie of 16 kB", Harmless, &format!("Cookie: {}\r\n", "a=b; ".repeat(3_300)));
        self.raw("lines end in LF only", Harmless, "GET /health/live HTTP/1.1\nHost: 127.0.0.1\n\n");
        self.raw("empty lines first", Harmless, "\r\n\r\nGET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        self.raw("version 1.9", Unparsed, "GET /health/live HTTP/1.9\r\nHost: 127.0.0.1\r\n\r\n");
        self.raw("version 3.0", Unparsed, "GET /health/live HTTP/3.0\r\nHost: 127.0.0.1\r\n\r\n");
        self.raw("version of another protocol", Unparsed, "GET /health/live RTSP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
        let vendor = self.vendor.clone();
        let refused = Refused(&[400, 403, 421]);
        let rebound = format!("GET /v1/vendors/{vendor} HTTP/1.1\r\nHost: evil.example\r\n\r\n");
        self.raw("a name bound to the loopback", refused, rebound);
        let absolute = format!("GET http://evil.example/v1/vendors/{vendor} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        self.raw("absolute target of another host", Refused(&[400, 403, 404, 421]), absolute);
        let json = "Content-Type: application/json\r\n";
        self.post(
            "a page of another origin",
            refused,
            &format!("Origin: https://evil.example\r\n{json}"),
            assessment("P1"),
        );
        self.post("origin null", refused, &format!("Origin: null\r\n{json}"), assessment("P1"));
    }

    fn methods_and_media(&mut self) {
        let target = format!("/v1/vendors/{}/assessments", self.vendor);
        let with = |method: &str| format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        let refused = Refused(&[405]);
        self.raw("GET where only POST is", refused, with("GET"));
        self.raw("DELETE", refused, with("DELETE"));
        self.raw("PUT", refused, with("PUT"));
        self.raw("PATCH", refused, with("PATCH"));
        self.raw("TRACE", refused, with("TRACE"));
        self.raw("a method in small letters", refused, with("post"));
        self.raw("a method nobody knows", refused, with("BREW"));
        self.raw("OPTIONS", Harmless, with("OPTIONS"));
        self.raw("CONNECT", Unparsed, "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n");
        self.raw("a method of other characters", Unparsed, with("G{}T"));
        self.raw("a method of 10 kB", Refused(&[400, 405, 414, 431, 501]), with(&"A".repeat(10_000)));
        self.raw(
            "DELETE of a vendor",
            refused,
            format!("DELETE /v1/vendors/{} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", self.vendor),
        );
        let good = assessment("P1");
        let media = Refused(&[400, 415]);
        self.post("no content type", media, "", &good);
        self.post("text/plain", media, "Content-Type: text/plain\r\n", &good);
        self.post("a form", media, "Content-Type: application/x-www-form-urlencoded\r\n", &good);
        self.post("multipart without parts", media, "Content-Type: multipart/form-data; boundary=x\r\n", &good);
        self.post("content type is no type", media, "Content-Type: ;;;=\"\r\n", &good);
        self.post("two content types", media, "Content-Type: text/html\r\nContent-Type: application/json\r\n", &good);
        self.post(
            "JSON in UTF-16",
            BAD,
            "Content-Type: application/json\r\n",
            "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
        );
        self.post("content type in capitals", Harmless, "Content-Type: APPLICATION/JSON; charset=\"UTF-8\"\r\n", &good);
        let json = "Content-Type: application/json\r\n";
        self.post("content coding nobody knows", media, &format!("{json}Content-Encoding: rot13\r\n"), &good);
        self.post("gzip that is none", BAD, &format!("{json}Content-Encoding: gzip\r\n"), &good);
        self.post("gzip cut off", BAD, &format!("{json}Content-Encoding: gzip\r\n"), &gzip_of_zeros(64)[..100]);
        self.post(
            "gzip of gzip",
            Refused(&[400, 413, 415, 422]),
            &format!("{json}Content-Encoding: gzip, gzip\r\n"),
            gzip_of_zeros(64),
        );
        self.post(
            "gzip of 128 MiB",
            Refused(&[400, 413]),
            &format!("{json}Content-Encoding: gzip\r\n"),
            gzip_of_zeros(128 << 10),
        );
        let lines = "Content-Type: application/x-ndjson\r\n";
        self.post(
            "gzip of 128 MiB as lines",
            Refused(&[400, 413, 415]),
            &format!("{lines}Content-Encoding: gzip\r\n"),
            gzip_of_zeros(128 << 10),
        );
        self.post("lines that are no JSON", Harmless, lines, "{\n}\nnull\n[]\n");
        self.post("200,000 empty lines", Harmless, lines, "\n".repeat(200_000));
        self.post("one line without end", Harmless, lines, "{\"partner");
        self.post("a body of 9 MB", Refused(&[400, 413, 422]), json, vec![b' '; 9 << 20]);
    }

    fn documents(&mut self) {
        let depth = 100_000;
        self.json("no body", BAD, "");
        self.json("null", BAD, "null");
        self.json("a list", BAD, "[]");
        self.json("an empty object", BAD, "{}");
        self.json("a text", BAD, "\"\u{202e}\"");
        self.json("100,000 lists in one another", BAD, "[".repeat(depth));
        self.json("100,000 lists in one another, closed", BAD, format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        self.json("100,000 objects in one another", BAD, "{\"a\":".repeat(depth));
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        self.json("lists in one another inside the book", BAD, body(&format!(r#""partners":{deep}"#)));
        self.json(
            "lists in one another in a field",
            BAD,
            body(&format!(r#""partners":[{{"partner_id":"P1","tier":{deep}}}]"#)),
        );
        self.json("key twice", BAD, r#"{"as_of":"2025-12-31","as_of":"2024-12-31","book":{"currency":"USD","partners":[{"partner_id":"P1"}],"revenue":[]}}"#);
        self.json(
            "key twice in the book",
            BAD,
            body(r#""currency":"EUR","partners":[{"partner_id":"P1"}],"revenue":[]"#),
        );
        self.json(
            "key twice in a row",
            BAD,
            body(r#""partners":[{"partner_id":"P1","partner_id":"P2"}],"revenue":[]"#),
        );
        self.json(
            "key twice, once escaped",
            BAD,
            body(r#""partners":[{"partner_id":"P1","partner_\u0069d":"P2"}],"revenue":[]"#),
        );
        self.json("comma at the end", BAD, r#"{"as_of":"2025-12-31",}"#);
        self.json("a comment", BAD, r#"{"as_of":"2025-12-31" /* day */}"#);
        self.json("two documents", BAD, format!("{0}{0}", assessment("P1")));
        self.json("a document cut off", BAD, &assessment("P1").as_bytes()[..100]);
        self.json("byte order mark", BAD, format!("\u{feff}{}", assessment("P1")));
        self.json("invalid UTF-8", BAD, b"{\"as_of\":\"\xff\xfe\"}");
        self.json("overlong UTF-8", BAD, b"{\"as_of\":\"\xc0\xaf\"}");
        self.json("half a surrogate pair", BAD, id(r"P\ud800"));
        self.json("amount NaN", BAD, amount("NaN"));
        self.json("amount Infinity", BAD, amount("-Infinity"));
        self.json("amount is the text NaN", BAD, amount("\"NaN\""));
        self.json("amount 1e400", BAD, amount("1e400"));
        self.json("amount 1e400 as text", BAD, amount("\"1e400\""));
        self.json("amount 1e999999999", BAD, amount("1e999999999"));
        self.json("amount of 40 digits", BAD, amount(&"9".repeat(40)));
        self.json("amount of 100,000 digits", BAD, amount(&"9".repeat(100_000)));
        self.json("amount beyond what is added up", BAD, amount("\"79228162514264337593543950335\""));
        self.json("amount with underscores", BAD, amount("\"1_000\""));
        self.json("amount in hexadecimal", BAD, amount("0x10"));
        self.json("amount with leading zero", BAD, amount("010"));
        self.json("amount is truth", BAD, amount("true"));
        self.json("amount is an object", BAD, amount(r#"{"$serde_json::private::Number":"1"}"#));
        self.json("amount is a formula", BAD, amount("\"=1+1\""));
        self.json("amount in other digits", BAD, amount("\"\u{661}\u{662}\""));
        self.json("day that no calendar has", BAD, assessment("P1").replace("2025-12-31", "2025-02-30"));
        self.json("day in the year 999999", BAD, assessment("P1").replace("2025-12-31", "999999-01-01"));
        self.json("day is a number", BAD, assessment("P1").replace("\"2025-12-31\"", "20251231"));
        self.json("currency nobody issues", BAD, assessment("P1").replace("USD", "XQZ"));
        self.json("currency is a list", BAD, assessment("P1").replace("\"USD\"", "[\"USD\"]"));
        self.json("partners is an object", BAD, body(r#""partners":{"partner_id":"P1"},"revenue":[]"#));
        self.json("no partner", BAD, body(r#""partners":[],"revenue":[]"#));
        self.json("revenue of nobody", BAD, assessment("P1").replacen("\"P1\"", "\"P2\"", 1));
    }

    fn identifiers(&mut self) {
        self.json("id with NUL", BAD, id(r"P\u0000"));
        self.json("id with a line end", BAD, id(r"P\r\nX-Evil: 1"));
        self.json("id with an escape sequence", BAD, id(r"P\u001b[31m"));
        self.json("id turned round", BAD, id("P\u{202e}1"));
        self.json("id of zero width", BAD, id("P\u{200b}1"));
        self.json("id is empty", BAD, id(""));
        self.json(
            "id of 1 MB",
            Refused(&[400, 413, 422]),
            body(&format!(r#""partners":[{{"partner_id":"{}"}}],"revenue":[]"#, "P".repeat(1 << 20))),
        );
        self.json("id is a path", Harmless, id("../../etc/passwd"));
        self.json("id is a script", Harmless, id("${loop{}}"));
        self.json("id is a formula", Harmless, id("=cmd|' /C calc'!A0"));
        let twice = body(r#""partners":[{"partner_id":"P1"},{"partner_id":"P1"}],"revenue":[]"#);
        self.json("the same partner twice", BAD, twice);
        let composed = "\u{e9}";
        let twice =
            body(&format!(r#""partners":[{{"partner_id":"{composed}"}},{{"partner_id":"e\u0301"}}],"revenue":[]"#));
        self.json("the same partner in two spellings", BAD, twice);
    }

    fn other_protocols(&mut self) {
        self.raw("HTTP/0.9", Unparsed, "GET /health/live\r\n");
        self.raw("HTTP/2 preface", Unparsed, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
        self.raw(
            "TLS hello",
            Unparsed,
            b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n",
        );
        self.raw("SSH", Unparsed, "SSH-2.0-OpenSSH_9.6\r\n\r\n");
        self.raw("SMTP", Unparsed, "EHLO evil.example\r\nMAIL FROM:<a@evil.example>\r\n\r\n");
        self.raw("zeros", Unparsed, vec![0; 4096]);
        self.raw("64 kB of one letter", Unparsed, vec![b'A'; 64 << 10]);
        self.look("upgrade to a web socket", Harmless, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n");
        self.look(
            "upgrade to HTTP/2",
            Harmless,
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
        );
    }

    fn fields_that_mean_something(&mut self) {
        let json = "Content-Type: application/json\r\n";
        let good = assessment("P1");
        self.post("Expect: 100-continue", Answered(200), &format!("{json}Expect: 100-continue\r\n"), &good);
        self.post("Expect of something else", Harmless, &format!("{json}Expect: miracles\r\n"), &good);
        self.look("request id of 10 kB", Answered(200), &format!("X-Request-Id: {}\r\n", "a".repeat(10_000)));
        self.look("request id with markup", Answered(200), "X-Request-Id: <b>\"x\"</b>\r\n");
        self.look("request id with a line feed", Harmless, "X-Request-Id: a\nX-Evil: 1\r\n");
        self.look("request id with an encoded line end", Answered(200), "X-Request-Id: a%0d%0aX-Evil:%201\r\n");
        self.look("request id of other letters", Answered(200), "X-Request-Id: \u{202e}\u{fc}\r\n");
        self.look("request id twice", Answered(200), "X-Request-Id: a\r\nX-Request-Id: b\r\n");
        self.look("request id is empty", Answered(200), "X-Request-Id: \r\n");
        self.look("traceparent is none", Answered(200), "traceparent: 00-zz-\u{202e}-1\r\ntracestate: ,,,=\r\n");
        self.look(
            "traceparent of zeros",
            Answered(200),
            "traceparent: 00-00000000000000000000000000000000-0000000000000000-00\r\n",
        );
        self.look("If-None-Match is none", Answered(200), "If-None-Match: \"a, W/b\", \"\r\n");
        self.look("10,000 entity tags", Harmless, &format!("If-None-Match: {}\r\n", "\"a\",".repeat(3_000)));
        self.look("If-Match is none", Harmless, "If-Match: ???\r\n");
        self.look("Accept is none", Harmless, "Accept: ;q=7, */, text/\u{fc}, a/b/c;q=-1\r\n");
        self.look("Accept of nothing we have", Harmless, "Accept: image/webp\r\n");
        self.look("Accept-Encoding is none", Harmless, "Accept-Encoding: ;;q=zz, gzip;q=9, \r\n");
        self.look("Range of everything", Harmless, "Range: bytes=0-,-1,5-2,0-0,0-0,0-0\r\n");
        self.look("Authorization is none", Harmless, "Authorization: Bearer \r\n");
        self.look("token that nobody gave", Harmless, "Authorization: Bearer ' OR 1=1 --\r\n");
        self.look(
            "forwarded by somebody",
            Answered(200),
            "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: evil.example\r\nForwarded: for=\"_evil\"\r\n",
        );
        self.look(
            "another method in a field",
            Answered(200),
            "X-HTTP-Method-Override: DELETE\r\nX-Original-URL: /admin\r\n",
        );
        let target = format!("/v1/vendors/{}/proposals", self.vendor);
        let keyed = |key: &str| {
            let length = good.len();
            format!("POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{json}{key}Content-Length: {length}\r\n\r\n{good}")
        };
        self.raw(
            "idempotency key of 10 kB",
            Refused(&[400, 422]),
            keyed(&format!("Idempotency-Key: {}\r\n", "k".repeat(10_000))),
        );
        self.raw("idempotency key is empty", Refused(&[400, 422]), keyed("Idempotency-Key: \r\n"));
        self.raw("two idempotency keys", Refused(&[400, 422]), keyed("Idempotency-Key: a\r\nIdempotency-Key: b\r\n"));
        self.raw(
            "idempotency key of other letters",
            Refused(&[400, 422]),
            keyed("Idempotency-Key: \u{202e}\u{fc}\r\n"),
        );
    }

    fn never_finished(&mut self) {
        let json = "Content-Type: application/json\r\n";
        self.raw("silence", Abandoned, "");
        self.raw("half a request line", Abandoned, "GET /heal");
        self.raw("half a head", Abandoned, "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Y: ");
        self.framed("half a body", Abandoned, &format!("{json}Content-Length: 1000\r\n"), "{\"as_of\":");
        self.framed(
            "a body that is only announced",
            Abandoned,
            &format!("{json}Expect: 100-continue\r\nContent-Length: 1000\r\n"),
            "",
        );
        self.framed("chunks without end", Abandoned, &format!("{json}Transfer-Encoding: chunked\r\n"), "2\r\n{}\r\n");
        let cut =
            |bytes: String, name| Attack { name, bytes: bytes.into(), answers: 1, half_close: true, expect: Abandoned };
        self.attacks.push(cut("GET /health/live HTTP/1.1\r\nHost: 127".to_owned(), "half a head, then the end"));
        let head = format!("POST /v1/vendors/{}/assessments HTTP/1.1\r\nHost: 127.0.0.1\r\n{json}", self.vendor);
        self.attacks.push(cut(format!("{head}Content-Length: 1000\r\n\r\n{{"), "half a body, then the end"));
        self.attacks
            .push(cut(format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\n{{"), "half a chunk, then the end"));
    }
}
