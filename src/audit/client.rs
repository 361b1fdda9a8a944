//! HTTP client for a local collector: POSTs over one connection.

use super::sink::SinkFault;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;

/// Most bytes of a response that are read.
const MAX_RESPONSE: usize = 64 << 10;

/// Fault of a collector's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It does not parse.
    #[error("it is not a URL")]
    NoUrl,
    /// TLS is not supported.
    #[error("only `http` is supported")]
    Https,
    /// Another scheme, or none.
    #[error("it does not begin with `http://`")]
    NotHttp,
    /// The host is missing.
    #[error("it does not name a host")]
    NoHost,
    /// It has a user name or password, which would end up in logs.
    #[error("it has a user name")]
    UserName,
}

/// Address of a collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorAddress {
    host: String,
    port: u16,
    authority: String,
    path: String,
}

impl CollectorAddress {
    /// Reads `http://host:port/path`.
    ///
    /// ```
    /// # use quotient::audit::{BadAddress, CollectorAddress};
    /// assert!(CollectorAddress::parse("http://[::1]:4318/v1/logs").is_ok());
    /// assert_eq!(CollectorAddress::parse("https://collector.example"), Err(BadAddress::Https));
    /// ```
    pub fn parse(url: &str) -> Result<Self, BadAddress> {
        let uri: Uri = url.parse().map_err(|_| BadAddress::NoUrl)?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(BadAddress::Https),
            _ => return Err(BadAddress::NotHttp),
        }
        let authority = uri.authority().ok_or(BadAddress::NoHost)?;
        if authority.as_str().contains('@') {
            return Err(BadAddress::UserName);
        }
        Ok(Self {
            host: authority.host().trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: authority.port_u16().unwrap_or(80),
            authority: authority.to_string(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }
}

/// Sends bodies to one collector.
#[derive(Debug)]
pub struct CollectorClient {
    address: CollectorAddress,
    media: &'static str,
    /// Further fields of each request.
    headers: HeaderMap,
    timeout: Duration,
    /// Connection of the last request, unless the collector closed it.
    connection: Option<Connection>,
}

impl CollectorClient {
    /// Returns a client that sends bodies of type `media` with a timeout each; nothing is sent yet.
    pub fn new(address: CollectorAddress, media: &'static str, timeout: Duration) -> Self {
        Self { address, media, headers: HeaderMap::new(), timeout, connection: None }
    }

    /// Returns the client with further header fields for each request.
    pub fn with_headers(self, headers: HeaderMap) -> Self {
        Self { headers, ..self }
    }

    /// Sends one body; returns the body of the response, empty if it was cut off.
    pub async fn send(&mut self, body: &Bytes) -> Result<Bytes, SinkFault> {
        let last = self.connection.take();
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(&self.address.path)
            .header(HOST, &self.address.authority)
            .header(CONTENT_TYPE, self.media)
            .body(Full::new(body.clone()))
            .map_err(|error| SinkFault::Lasting(error.to_string()))?;
        request.headers_mut().extend(self.headers.clone());
        let target = (self.address.host.as_str(), self.address.port);
        let millis = self.timeout.as_millis();
        let slow = |_| SinkFault::Passing(format!("the collector did not answer within {millis} ms"));
        let sent = tokio::time::timeout(self.timeout, exchange(last, target, request)).await.map_err(slow)?;
        let (connection, says) = sent?;
        self.connection = connection;
        Ok(says)
    }
}

type Connection = SendRequest<Full<Bytes>>;

/// Sends one request and reads the response; returns the connection if it can be reused.
async fn exchange(
    kept: Option<Connection>,
    target: (&str, u16),
    request: Request<Full<Bytes>>,
) -> Result<(Option<Connection>, Bytes), SinkFault> {
    let passing = |error: hyper::Error| SinkFault::Passing(format!("the collector closed the connection: {error}"));
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
    let read = Limited::new(answer.into_body(), MAX_RESPONSE).collect().await.ok();
    if status.is_success() {
        let connection = read.is_some().then_some(connection);
        return Ok((connection, read.map(|read| read.to_bytes()).unwrap_or_default()));
    }
    let says = format!("the collector responded with {status}");
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
