//! Limits of the server.

use super::turns::QueueLimits;
use crate::server::wire::body::BodyLimits;
use crate::server::wire::patience::BatchTimes;
use std::time::Duration;

/// Limits of one caller: of each token. Callers without a token are limited by the totals only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallerLimits {
    /// Requests in progress.
    pub requests: usize,
    /// Open event streams.
    pub streams: usize,
    /// Bytes of bodies in memory.
    pub bodies: usize,
}

impl Default for CallerLimits {
    fn default() -> Self {
        Self { requests: 512, streams: 16, bodies: 192 << 20 }
    }
}

/// Limits of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// Open connections.
    pub connections: usize,
    /// From the first byte of a header to its last.
    pub header: Duration,
    /// Idle time of a connection between two requests.
    pub idle: Duration,
    /// While a peer does not read its response.
    pub write: Duration,
    /// Until a response begins.
    pub handler: Duration,
    /// Until requests in progress are cut off at shutdown.
    pub grace: Duration,
    /// Bodies of single partners, and lines of batches.
    pub line: BodyLimits,
    /// Bodies with whole books.
    pub book: BodyLimits,
    /// Bytes of bodies in memory, over all requests.
    pub bodies: usize,
    /// Bytes of one response.
    pub response: usize,
    /// Bytes of responses in memory, over all requests.
    pub responses: usize,
    /// Limits of each token.
    pub caller: CallerLimits,
    /// Open event streams.
    pub streams: usize,
    /// Rows of one table of a body.
    pub rows: u64,
    /// Lines of a batch.
    pub batch_lines: usize,
    /// Times of a batch.
    pub batch: BatchTimes,
    /// Bytes of stored books.
    pub stored_books: usize,
    /// Queue for single partners.
    pub decide: QueueLimits,
    /// Queue for whole books.
    pub plan: QueueLimits,
}

impl Default for ServerLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            connections: 1_024,
            header: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            handler: Duration::from_secs(60),
            grace: Duration::from_secs(10),
            line: BodyLimits {
                bytes: 1 << 20,
                unpacked: 1 << 20,
                time: Duration::from_secs(10),
                stall: Duration::from_secs(5),
            },
            book: BodyLimits {
                bytes: 8 << 20,
                unpacked: 64 << 20,
                time: Duration::from_secs(30),
                stall: Duration::from_secs(5),
            },
            bodies: 512 << 20,
            response: 128 << 20,
            responses: 512 << 20,
            caller: CallerLimits::default(),
            streams: 256,
            rows: 1_000_000,
            batch_lines: 100_000,
            batch: BatchTimes::default(),
            stored_books: 256 << 20,
            // One worker more than a vendor may have, so that no vendor has them all.
            decide: QueueLimits {
                workers: cores + 1,
                per_vendor: cores,
                queued_per_vendor: 64 * cores,
                queued: 128 * cores,
                max_wait: Duration::from_secs(2),
                slow: Duration::from_millis(20),
            },
            plan: QueueLimits {
                workers: cores.max(2),
                per_vendor: cores.max(2) - 1,
                queued_per_vendor: 8,
                queued: 32,
                max_wait: Duration::from_secs(30),
                slow: Duration::from_secs(2),
            },
        }
    }
}
