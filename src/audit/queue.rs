//! The queue of the decision log: bounded, shared by appends and the thread that writes.

use super::fault::AuditFault;
use crate::finding::Finding;
use chrono::{DateTime, Utc};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::time::{Duration, SystemTime};
use tokio::sync::oneshot;

/// Most lines that are written together.
const BATCH_LINES: usize = 1_024;
/// Bytes after which no more lines are written together.
const BATCH_BYTES: usize = 4 << 20;

crate::words! {
    /// Handling of a decision that cannot be recorded.
    pub enum Mode {
        /// No response without a record.
        Strict = "strict",
        /// The response is sent, and the missing record is counted.
        BestEffort = "best_effort",
    }
}

/// Bounds of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOptions {
    /// Handling of a decision that cannot be recorded.
    pub mode: Mode,
    /// Most waiting records.
    pub most_records: usize,
    /// Most waiting bytes; no record can be larger.
    pub most_bytes: usize,
    /// Longest wait of a strict append.
    pub wait: Duration,
}

impl LogOptions {
    /// Returns 8,192 records or 64 MiB, and 2 seconds.
    pub fn new(mode: Mode) -> Self {
        Self { mode, most_records: 8_192, most_bytes: 64 << 20, wait: Duration::from_secs(2) }
    }
}

/// Reason for a missing record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrecorded {
    /// The queue is full.
    #[error("too many records are waiting to be written")]
    Full,
    /// The record is larger than the queue may be.
    #[error("the record has {0} bytes, more than the queue can hold")]
    TooLarge(usize),
    /// The sink did not write it in time. The record may be in the log nevertheless.
    #[error("the log did not write the record within {} ms", .0.as_millis())]
    Slow(Duration),
    /// The sink failed.
    #[error("the log cannot be written: {0}")]
    Failed(String),
    /// The log was closed, or its thread died.
    #[error("the log is closed")]
    Closed,
}

impl Unrecorded {
    /// Returns the finding to respond with.
    pub fn finding(&self) -> Finding {
        AuditFault::Unrecorded { reason: self.to_string() }.into()
    }
}

/// Counts of records so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogStats {
    /// Records written.
    pub written: u64,
    /// Bytes of those records.
    pub written_bytes: u64,
    /// Records that were dropped; always 0 in strict mode.
    pub dropped: u64,
    /// Records whose append failed; always 0 in best effort.
    pub failed: u64,
    /// Times the sink failed.
    pub sink_failures: u64,
    /// Records waiting now.
    pub waiting: usize,
    /// Bytes waiting now.
    pub waiting_bytes: usize,
    /// Last error of the sink.
    pub last_error: Option<String>,
    /// True if the sink failed at its last attempt.
    pub is_failing: bool,
}

/// A waiting line.
#[derive(Debug)]
pub(super) struct Waiting {
    pub line: Vec<u8>,
    /// The append that waits for it, in strict mode.
    pub appended: Option<oneshot::Sender<Result<(), Unrecorded>>>,
}

impl Waiting {
    /// Returns false if the append was given up, so that no response was sent.
    pub fn is_wanted(&self) -> bool {
        self.appended.as_ref().is_none_or(|appended| !appended.is_closed())
    }
}

/// Dropped records that the log does not report yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drops {
    pub since: DateTime<Utc>,
    pub records: u64,
    pub bytes: u64,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    pub lines: VecDeque<Waiting>,
    pub is_closed: bool,
    pub drops: Option<Drops>,
    /// `waiting` counts the lines above and those the sink is busy with.
    pub stats: LogStats,
}

impl Queue {
    pub fn drop_line(&mut self, bytes: usize) {
        self.stats.dropped += 1;
        let drops = self.drops.get_or_insert_with(|| Drops { since: now(), records: 0, bytes: 0 });
        drops.records += 1;
        drops.bytes += bytes as u64;
    }

    /// Removes lines from the counts of waiting ones.
    pub fn done(&mut self, lines: &[Waiting]) {
        self.stats.waiting -= lines.len();
        self.stats.waiting_bytes -= lines.iter().map(|waiting| waiting.line.len()).sum::<usize>();
    }
}

#[derive(Debug)]
pub(super) struct Shared {
    pub options: LogOptions,
    pub queue: Mutex<Queue>,
    pub wake: Condvar,
}

impl Shared {
    /// Returns an empty queue.
    pub fn new(options: LogOptions) -> Self {
        Self { options, queue: Mutex::default(), wake: Condvar::new() }
    }

    pub fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock()
    }

    /// Queues a line; returns a receiver in strict mode.
    pub fn put(&self, line: Vec<u8>) -> Result<Option<oneshot::Receiver<Result<(), Unrecorded>>>, Unrecorded> {
        let bytes = line.len();
        let mut queue = self.queue();
        let refusal = if queue.is_closed {
            Some(Unrecorded::Closed)
        } else if bytes > self.options.most_bytes {
            Some(Unrecorded::TooLarge(bytes))
        } else if queue.stats.waiting >= self.options.most_records
            || queue.stats.waiting_bytes + bytes > self.options.most_bytes
        {
            Some(Unrecorded::Full)
        } else {
            None
        };
        match (refusal, self.options.mode) {
            (Some(refusal), Mode::Strict) => {
                queue.stats.failed += 1;
                return Err(refusal);
            }
            (Some(_), Mode::BestEffort) => {
                queue.drop_line(bytes);
                return Ok(None);
            }
            (None, _) => {}
        }
        let (appended, outcome) = match self.options.mode {
            Mode::Strict => {
                let (appended, outcome) = oneshot::channel();
                (Some(appended), Some(outcome))
            }
            Mode::BestEffort => (None, None),
        };
        queue.lines.push_back(Waiting { line, appended });
        queue.stats.waiting += 1;
        queue.stats.waiting_bytes += bytes;
        drop(queue);
        self.wake.notify_one();
        Ok(outcome)
    }

    /// Returns lines to write together, none if the log is closed and empty.
    pub fn next(&self) -> Vec<Waiting> {
        let mut queue = self.queue();
        while queue.lines.is_empty() && !queue.is_closed {
            self.wake.wait(&mut queue);
        }
        let mut bytes = 0;
        let fits = |waiting: &&Waiting| {
            bytes += waiting.line.len();
            bytes <= BATCH_BYTES
        };
        let count = queue.lines.iter().take(BATCH_LINES).take_while(fits).count().max(1).min(queue.lines.len());
        queue.lines.drain(..count).collect()
    }

    /// Waits for `pause` or until the log is closed; returns true if it is.
    pub fn pause(&self, pause: Duration) -> bool {
        let mut queue = self.queue();
        self.wake.wait_while_for(&mut queue, |queue| !queue.is_closed, pause);
        queue.is_closed
    }
}

/// Returns the current time.
pub(super) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}
