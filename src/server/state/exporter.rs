//! The exporter: sends the queued spans to a collector in batches.

use super::metrics::Metrics;
use super::otlp::{self, Attribute, Span};
use super::otlp_protobuf;
use super::span_options::{Encoding, SpanOptions};
use crate::audit::{CollectorClient, SinkFault};
use prometheus_client::metrics::counter::Counter;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Most spans of one body.
const BATCH: usize = 512;
/// Longest wait of a batch for more spans.
const LINGER: Duration = Duration::from_millis(200);
/// Time limit of one attempt.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Pause between the two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// Longest wait at shutdown for spans to be sent.
pub const GRACE: Duration = Duration::from_secs(3);

/// Sender of the spans in the queue.
pub struct Exporter {
    queue: mpsc::Receiver<Span>,
    post: CollectorClient,
    encoding: Encoding,
    resource: [Attribute; 2],
    sent: Counter,
    dropped: Counter,
    is_failing: bool,
}

impl Exporter {
    /// Returns a sender of the spans in `queue`.
    pub fn new(queue: mpsc::Receiver<Span>, options: SpanOptions, metrics: &Metrics) -> Self {
        let SpanOptions { address, encoding, headers, service, .. } = options;
        Self {
            queue,
            post: CollectorClient::new(address, encoding.media(), TIMEOUT).with_headers(headers),
            encoding,
            resource: [
                Attribute::text("service.name", service),
                Attribute::text("service.version", env!("CARGO_PKG_VERSION")),
            ],
            sent: metrics.spans.clone(),
            dropped: metrics.dropped_spans.clone(),
            is_failing: false,
        }
    }

    /// Sends spans until `closing` becomes true, then those in the queue, and ends.
    pub async fn run(mut self, mut closing: watch::Receiver<bool>) {
        let mut batch = Vec::new();
        loop {
            let is_closing = tokio::select! {
                biased;
                _ = closing.wait_for(|is_closing| *is_closing) => true,
                is_open = fill(&mut self.queue, &mut batch) => !is_open,
            };
            if is_closing {
                break;
            }
            self.send(std::mem::take(&mut batch)).await;
        }
        loop {
            while batch.len() < BATCH
                && let Ok(span) = self.queue.try_recv()
            {
                batch.push(span);
            }
            if batch.is_empty() {
                return;
            }
            self.send(std::mem::take(&mut batch)).await;
        }
    }

    async fn send(&mut self, batch: Vec<Span>) {
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        match self.attempts(&batch).await {
            Ok(rejected) => {
                let rejected = rejected.min(count);
                self.sent.inc_by(count - rejected);
                self.dropped.inc_by(rejected);
                if std::mem::take(&mut self.is_failing) {
                    tracing::info!("the collector accepts spans again");
                }
            }
            Err(fault) => {
                self.dropped.inc_by(count);
                // Logged once, not for every batch: a metric counts the spans that are lost.
                if !std::mem::replace(&mut self.is_failing, true) {
                    tracing::warn!(error = %fault, "spans cannot be sent; they are counted and dropped");
                }
            }
        }
    }

    /// Sends a batch, twice if the collector did not answer; returns the number of spans that the collector rejected.
    async fn attempts(&mut self, batch: &[Span]) -> Result<u64, SinkFault> {
        let body = match self.encoding {
            Encoding::Json => {
                otlp::body(&self.resource, batch).map_err(|error| SinkFault::Lasting(error.to_string()))?
            }
            Encoding::Protobuf => otlp_protobuf::body(&self.resource, batch, env!("CARGO_PKG_VERSION")),
        };
        let body = body.into();
        let answer = match self.post.send(&body).await {
            Err(SinkFault::Passing(_)) => {
                tokio::time::sleep(PAUSE).await;
                self.post.send(&body).await?
            }
            sent => sent?,
        };
        Ok(match self.encoding {
            Encoding::Json => otlp::rejected(&answer),
            Encoding::Protobuf => otlp_protobuf::rejected(&answer),
        })
    }
}

/// Waits for spans, and a moment longer so that they are sent together; returns false when no more can come.
async fn fill(queue: &mut mpsc::Receiver<Span>, batch: &mut Vec<Span>) -> bool {
    if queue.recv_many(batch, BATCH).await == 0 {
        return false;
    }
    let until = tokio::time::Instant::now() + LINGER;
    while let missing @ 1.. = BATCH.saturating_sub(batch.len()) {
        match tokio::time::timeout_at(until, queue.recv_many(batch, missing)).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => break,
        }
    }
    true
}
