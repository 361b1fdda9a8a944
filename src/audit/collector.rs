//! The log sent to a collector by HTTP: batches of lines (`application/x-ndjson`) in the body of a POST.
//!
//! A batch is sent again without a response, so that a collector can receive a record twice, with the same `id`. There
//! is no TLS: a local collector (an agent on loopback) forwards the lines.

use super::client::{BadAddress, CollectorAddress, CollectorClient};
use super::fault::AuditFault;
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
        })
    }

    fn send(&mut self, lines: &Bytes) -> Result<(), SinkFault> {
        self.runtime.block_on(self.client.send(lines)).map(drop)
    }
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
