//! A load generator for HTTP/1.1, and its results.
//!
//! - Closed loop ([`closed`]): each connection sends its next request when the last is answered. Measures throughput.
//! - Open loop ([`open`]): requests are sent at a fixed rate, regardless of earlier responses, and timed from when they
//!   were due, so that a stalled server cannot hide the delay. Measures what callers experience.
//!
//! Percentiles are exact: all times are stored and sorted.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// What is sent.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub content_type: &'static str,
    pub body: Bytes,
}

impl Call {
    /// A GET.
    pub fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), content_type: "", body: Bytes::new() }
    }

    /// A POST of JSON.
    pub fn post(path: &str, json: impl Into<Bytes>) -> Self {
        Self { method: Method::POST, path: path.to_owned(), content_type: "application/json", body: json.into() }
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let mut builder = Request::builder().method(self.method.clone()).uri(&self.path).header("host", "127.0.0.1");
        if !self.content_type.is_empty() {
            builder = builder.header("content-type", self.content_type);
        }
        builder.body(Full::new(self.body.clone())).expect("a request")
    }
}

/// What became of one request.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Status code; 0 when no answer came.
    pub status: u16,
    /// From sending to the last byte of the answer.
    pub took: Duration,
    /// From when it was due; as `took` in a closed loop.
    pub waited: Duration,
    /// When it was sent.
    pub sent: Instant,
    /// True when a connection that had served before was lost, and the request was sent once more on a new one.
    pub is_repeated: bool,
}

/// A look at each answer: status, `Quotient-Revision`, body.
pub type Look = Arc<dyn Fn(u16, &str, &[u8]) + Send + Sync>;

/// What became of all requests.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub samples: Vec<Sample>,
    pub wall: Duration,
}

impl Outcome {
    /// Requests with a status that `is_counted`.
    pub fn count(&self, is_counted: impl Fn(u16) -> bool) -> u64 {
        self.samples.iter().filter(|sample| is_counted(sample.status)).count() as u64
    }

    /// Requests answered with 2xx.
    pub fn good(&self) -> u64 {
        self.count(|status| (200..300).contains(&status))
    }

    /// Requests answered with 2xx a second.
    pub fn good_rate(&self) -> u64 {
        rate(self.good(), self.wall)
    }

    /// Percentile of the response times of the selected requests, in thousandths.
    pub fn permille(&self, thousandths: usize, is_counted: impl Fn(u16) -> bool) -> Duration {
        let chosen = self.samples.iter().filter(|sample| is_counted(sample.status));
        permille(chosen.map(|sample| sample.waited).collect(), thousandths)
    }

    /// As [`Self::permille`], from when the request was sent.
    pub fn service_permille(&self, thousandths: usize, is_counted: impl Fn(u16) -> bool) -> Duration {
        let chosen = self.samples.iter().filter(|sample| is_counted(sample.status));
        permille(chosen.map(|sample| sample.took).collect(), thousandths)
    }

    /// Counts by status, such as `200: 5, 429: 1`; status 0 means no response.
    pub fn statuses(&self) -> String {
        let mut counts = std::collections::BTreeMap::<u16, u64>::new();
        for sample in &self.samples {
            *counts.entry(sample.status).or_default() += 1;
        }
        counts.iter().map(|(status, count)| format!("{status}: {count}")).collect::<Vec<_>>().join(", ")
    }
}

/// A count a second.
pub fn rate(count: u64, wall: Duration) -> u64 {
    u64::try_from(u128::from(count) * 1_000_000 / wall.as_micros().max(1)).unwrap_or(u64::MAX)
}

/// Returns the percentile of `times` in thousandths; zero if there are none.
pub fn permille(mut times: Vec<Duration>, thousandths: usize) -> Duration {
    times.sort_unstable();
    let place = (times.len() * thousandths).div_ceil(1000).saturating_sub(1);
    times.get(place).copied().unwrap_or_default()
}

/// True for 2xx.
pub fn is_good(status: u16) -> bool {
    (200..300).contains(&status)
}

/// How long an answer is waited for before the request counts as failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection, reopened when it is lost.
struct Connection {
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    fn new(address: SocketAddr) -> Self {
        Self { address, sender: None }
    }

    /// Sends one request. A lost idle connection is not the request's failure: it is sent once more on a new one.
    async fn send(&mut self, call: &Call, due: Option<Instant>, look: Option<&Look>) -> Sample {
        let sent = Instant::now();
        let is_reused = self.sender.is_some();
        let mut answer = self.attempt(call, look).await;
        let is_repeated = answer.is_none() && is_reused;
        if is_repeated {
            answer = self.attempt(call, look).await;
        }
        let took = sent.elapsed();
        Sample { status: answer.unwrap_or(0), took, waited: due.map_or(took, |due| due.elapsed()), sent, is_repeated }
    }

    async fn attempt(&mut self, call: &Call, look: Option<&Look>) -> Option<u16> {
        let answer = tokio::time::timeout(PATIENCE, self.exchange(call, look)).await.ok().flatten();
        if answer.is_none() {
            self.sender = None;
        }
        answer
    }

    async fn exchange(&mut self, call: &Call, look: Option<&Look>) -> Option<u16> {
        let sender = match self.sender.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.connect().await?,
        };
        let sender = self.sender.insert(sender);
        sender.ready().await.ok()?;
        let answer: Response<hyper::body::Incoming> = sender.send_request(call.request()).await.ok()?;
        let status = answer.status().as_u16();
        let revision =
            answer.headers().get("quotient-revision").and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        if let Some(look) = look {
            look(status, &revision, &body);
        }
        Some(status)
    }

    async fn connect(&self) -> Option<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(async move { drop(connection.await) });
        Some(sender)
    }
}

/// When a closed loop ends.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After a number of requests.
    Requests(u64),
    /// After a duration.
    Passed(Duration),
}

/// Sends the calls in turn on `connections`, each request after the previous response.
pub async fn closed(
    address: SocketAddr,
    connections: usize,
    until: Until,
    calls: Arc<Vec<Call>>,
    look: Option<Look>,
) -> Outcome {
    let taken = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (taken, calls, look) = (Arc::clone(&taken), Arc::clone(&calls), look.clone());
            tokio::spawn(async move {
                let mut connection = Connection::new(address);
                let mut samples = Vec::new();
                loop {
                    let number = taken.fetch_add(1, Ordering::Relaxed);
                    let is_over = match until {
                        Until::Requests(count) => number >= count,
                        Until::Passed(time) => start.elapsed() >= time,
                    };
                    if is_over {
                        return samples;
                    }
                    let sample = connection.send(of(&calls, number), None, look.as_ref()).await;
                    samples.push(sample);
                    if sample.status == 0 {
                        tokio::time::sleep(Duration::from_millis(5)).await; // the server is not reachable: do not spin
                    }
                }
            })
        })
        .collect();
    gather(tasks, start).await
}

/// Sends the calls in turn at `per_second` for `time`, over a limited number of connections.
pub async fn open(
    address: SocketAddr,
    connections: usize,
    per_second: u64,
    time: Duration,
    calls: Arc<Vec<Call>>,
    look: Option<Look>,
) -> Outcome {
    let taken = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (taken, calls, look) = (Arc::clone(&taken), Arc::clone(&calls), look.clone());
            tokio::spawn(async move {
                let mut connection = Connection::new(address);
                let mut samples = Vec::new();
                loop {
                    let number = taken.fetch_add(1, Ordering::Relaxed);
                    let due = Duration::from_micros(number * 1_000_000 / per_second.max(1));
                    if due >= time || start.elapsed() >= time {
                        return samples;
                    }
                    let due = start + due;
                    tokio::time::sleep_until(due.into()).await;
                    samples.push(connection.send(of(&calls, number), Some(due), look.as_ref()).await);
                }
            })
        })
        .collect();
    gather(tasks, start).await
}

fn of(calls: &[Call], number: u64) -> &Call {
    let place = usize::try_from(number).unwrap_or_default() % calls.len();
    &calls[place]
}

async fn gather(tasks: Vec<tokio::task::JoinHandle<Vec<Sample>>>, start: Instant) -> Outcome {
    let mut samples = Vec::new();
    for task in tasks {
        samples.extend(task.await.unwrap_or_default());
    }
    Outcome { samples, wall: start.elapsed() }
}

/// A server that says the same to everything, in as little time as can be: the ceiling of this load.
///
/// It reads heads without bodies only, so it is asked with GET.
pub async fn do_nothing(listener: tokio::net::TcpListener) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    while let Ok((mut stream, _)) = listener.accept().await {
        drop(stream.set_nodelay(true));
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            let mut filled = 0;
            while let Ok(count @ 1..) = stream.read(&mut buffer[filled..]).await {
                filled += count;
                if buffer[..filled].ends_with(b"\r\n\r\n") {
                    filled = 0;
                    if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.is_err() {
                        return;
                    }
                }
            }
        });
    }
}
