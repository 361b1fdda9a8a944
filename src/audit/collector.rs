//! The log sent to a collector by HTTP: batches of lines (`application/x-ndjson`) in the body of a POST.
//!
//! A batch is sent again when nobody answers, so that a collector may see a record twice; its `id` tells. There is no
//! TLS here: a collector beside the engine (an agent on loopback) takes the lines and carries them on.

use super::sink::{Sink, SinkFault};
use crate::finding::{Code, Finding};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// Most bytes of an answer that are read.
const MAX_ANSWER: usize = 64 << 10;

/// How lines are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectorOptions {
    /// Most times a batch is sent before it counts as failed.
    pub attempts: u32,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// Pause after the first attempt that failed; each further one is twice as long.
    pub pause: Duration,
}

impl Default for CollectorOptions {
    /// 3 attempts of 500 ms each, with pauses of 50 and 100 ms: less than the 2 seconds a strict append waits.
    fn default() -> Self {
        Self { attempts: 3, timeout: Duration::from_millis(500), pause: Duration::from_millis(50) }
    }
}

/// Lines to a collector.
#[derive(Debug)]
pub struct Collector {
    /// Runs while a batch is sent, and only then.
    runtime: Runtime,
    host: String,
    port: u16,
    authority: String,
    path: String,
    options: CollectorOptions,
    /// Connection of the last batch, when the collector keeps it.
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Collector {
    /// Returns a sink for `http://host:port/path`; nothing is sent yet.
    pub fn new(url: &str, options: CollectorOptions) -> Result<Self, Finding> {
        let refused = |why: &str| {
            Finding::error(Code::AuditCollector, format!("the decision log cannot be sent to `{url}`: {why}"))
                .help("name it as `http://host:port/path`")
        };
        let uri: Uri = url.parse().map_err(|_| refused("it is no URL"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                let help = "send it to a collector beside the engine by http, and let that one speak TLS";
                return Err(refused("only http is spoken").help(help));
            }
            _ => return Err(refused("it does not begin with `http://`")),
        }
        let authority = uri.authority().ok_or_else(|| refused("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(refused("it has a user name"));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self {
            runtime: runtime.map_err(|error| refused(&error.to_string()))?,
            host: authority.host().trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: authority.port_u16().unwrap_or(80),
            authority: authority.to_string(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            options,
            connection: None,
        })
    }

    fn send(&mut self, lines: &Bytes) -> Result<(), SinkFault> {
        let kept = self.connection.take();
        let (target, timeout) = ((self.host.as_str(), self.port), self.options.timeout);
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.path)
            .header(HOST, &self.authority)
            .header(CONTENT_TYPE, "application/x-ndjson")
            .body(Full::new(lines.clone()))
            .map_err(|error| SinkFault::Lasting(error.to_string()))?;
        let sent = self.runtime.block_on(async {
            let slow =
                |_| SinkFault::Passing(format!("the collector did not answer within {} ms", timeout.as_millis()));
            tokio::time::timeout(timeout, exchange(kept, target, request)).await.map_err(slow)?
        });
        self.connection = sent?;
        Ok(())
    }
}

type Connection = SendRequest<Full<Bytes>>;

/// Sends one request and reads the answer; returns the connection when it can be used again.
async fn exchange(
    kept: Option<Connection>,
    target: (&str, u16),
    request: Request<Full<Bytes>>,
) -> Result<Option<Connection>, SinkFault> {
    let passing = |error: hyper::Error| SinkFault::Passing(format!("the collector broke off: {error}"));
    let kept = match kept {
        Some(mut kept) => kept.ready().await.is_ok().then_some(kept),
        None => None,
    };
    let mut connection = match kept {
        Some(kept) => kept,
        None => connect(target).await?,
    };
    let answer = connection.send_request(request).await.map_err(passing)?;
    let status = answer.status();
    let is_read = Limited::new(answer.into_body(), MAX_ANSWER).collect().await.is_ok();
    if status.is_success() {
        return Ok(is_read.then_some(connection));
    }
    let says = format!("the collector answers {status}");
    let may_pass = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
        || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
        || !status.is_client_error();
    Err(if may_pass { SinkFault::Passing(says) } else { SinkFault::Lasting(says) })
}

async fn connect(target: (&str, u16)) -> Result<Connection, SinkFault> {
    let stream = TcpStream::connect(target).await.map_err(|error| {
        SinkFault::Passing(format!("the collector at `{}:{}` cannot be reached: {error}", target.0, target.1))
    })?;
    let broken = |error: hyper::Error| SinkFault::Passing(error.to_string());
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // It ends with the sender, or when the collector closes it.
    drop(tokio::spawn(connection));
    Ok(sender)
}

impl Sink for Collector {
    fn take(&mut self, lines: &[u8]) -> Result<(), SinkFault> {
        let lines = Bytes::copy_from_slice(lines);
        let mut pause = self.options.pause;
        let mut attempt = 1;
        loop {
            match self.send(&lines) {
                Err(SinkFault::Passing(_)) if attempt < self.options.attempts => {}
                sent => return sent,
            }
            attempt += 1;
            self.runtime.block_on(async { tokio::time::sleep(pause).await });
            pause *= 2;
        }
    }
}
