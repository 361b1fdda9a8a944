//! The log sent to a collector by HTTP: batches of lines (`application/x-ndjson`) in the body of a POST.
//!
//! The lines are entries of a chain that begins with the process. A batch without a response is sent again, byte for
//! byte and before any other, so that a collector can receive an entry twice, with the same `hash`, and misses none.
//! There is no TLS: a local collector (an agent on loopback) forwards the lines.

use super::client::{BadAddress, CollectorAddress, CollectorClient};
use super::fault::AuditFault;
use super::sealing::{Batch, Sealing};
use super::sink::{Sink, SinkFault};
use crate::finding::Finding;
use bytes::Bytes;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Retries and timeouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectorOptions {
    /// Most times a batch is sent before it counts as failed.
    pub attempts: u32,
    /// Time limit of one attempt.
    pub timeout: Duration,
    /// Pause after the first attempt that failed; each further one is twice as long.
    pub pause: Duration,
}

impl Default for CollectorOptions {
    /// Returns 3 attempts of 500 ms each, with pauses of 50 and 100 ms: less than the 2 seconds a strict append waits.
    fn default() -> Self {
        Self { attempts: 3, timeout: Duration::from_millis(500), pause: Duration::from_millis(50) }
    }
}

/// Lines to a collector.
#[derive(Debug)]
pub struct Collector {
    /// Runs while a batch is sent, and only then.
    runtime: Runtime,
    client: CollectorClient,
    options: CollectorOptions,
    sealing: Sealing,
    /// The batch that the collector may or may not have.
    unanswered: Option<Unanswered>,
}

/// A batch without a response.
#[derive(Debug)]
struct Unanswered {
    /// Lines before they were sealed.
    lines: Vec<u8>,
    batch: Batch,
}

impl Collector {
    /// Returns a sink for `http://host:port/path`; nothing is sent yet.
    pub fn new(url: &str, options: CollectorOptions) -> Result<Self, Finding> {
        let refused = |reason: String, is_https: bool| {
            Finding::from(AuditFault::BadCollector { address: url.to_owned(), reason, is_https })
        };
        let address = CollectorAddress::parse(url).map_err(|bad| refused(bad.to_string(), bad == BadAddress::Https))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self {
            runtime: runtime.map_err(|error| refused(error.to_string(), false))?,
            client: CollectorClient::new(address, "application/x-ndjson", options.timeout),
            options,
            sealing: Sealing::default(),
            unanswered: None,
        })
    }

    /// Sends a batch as often as the options say; returns the outcome, and the number of attempts.
    fn send(&mut self, batch: &Batch) -> (Result<(), SinkFault>, u32) {
        let bytes = Bytes::copy_from_slice(&batch.bytes);
        let mut pause = self.options.pause;
        let mut attempt = 1;
        loop {
            match self.runtime.block_on(self.client.send(&bytes)).map(drop) {
                Err(SinkFault::Passing(_)) if attempt < self.options.attempts => {}
                sent => return (sent, attempt),
            }
            attempt += 1;
            self.runtime.block_on(async { tokio::time::sleep(pause).await });
            pause *= 2;
        }
    }

    /// Sends a batch; one that gets no response is stored for the next attempt.
    fn deliver(&mut self, unanswered: Unanswered, is_new: bool) -> Result<(), SinkFault> {
        let (sent, attempts) = self.send(&unanswered.batch);
        match &sent {
            Err(SinkFault::Passing(_)) => self.unanswered = Some(unanswered),
            // The collector certainly does not have these entries, so the next ones have their numbers.
            Err(SinkFault::Lasting(_)) if is_new && attempts == 1 => {}
            Ok(()) | Err(SinkFault::Lasting(_)) => self.sealing.written(&unanswered.batch),
        }
        sent
    }
}

impl Sink for Collector {
    fn take(&mut self, lines: &[u8]) -> Result<(), SinkFault> {
        if let Some(unanswered) = self.unanswered.take() {
            let is_retry = unanswered.lines == lines;
            match self.deliver(unanswered, false) {
                // Lines whose append was given up: if they are refused, that does not concern those that follow.
                Ok(()) | Err(SinkFault::Lasting(_)) if !is_retry => {}
                delivered => return delivered,
            }
        }
        let batch = self.sealing.seal(lines, None, false);
        self.deliver(Unanswered { lines: lines.to_vec(), batch }, true)
    }
}
