//! The decision log while the engine runs: a queue that is bounded, and one thread that empties it into a sink.
//!
//! | | [`Mode::Strict`] | [`Mode::BestEffort`] |
//! | --- | --- | --- |
//! | `append` returns | once the sink has the record, or with an error | at once |
//! | the sink fails | every waiting append fails | the lines are tried again, with growing pauses |
//! | the queue is full | the append fails | the record is dropped and counted |
//!
//! Appends that wait together are taken together, so that they share one sync of the disk. In both modes the log goes
//! on by itself once the sink works again; in best effort a `quotient.dropped/1` line then says what is missing.

use super::record::{DROPPED_SCHEMA, Dropped, Record};
use super::sink::{Sink, SinkFault};
use crate::finding::{Code, Finding};
use chrono::{DateTime, SecondsFormat, Utc};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{oneshot, watch};

/// Most lines that are taken together.
const BATCH_LINES: usize = 1_024;
/// Bytes after which no more lines are taken together.
const BATCH_BYTES: usize = 4 << 20;
/// First pause after the sink failed, in best effort; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Handling of a decision that cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// No record, no decision.
    Strict,
    /// The response is sent anyway and the dropped record is counted.
    BestEffort,
}

/// Bounds of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOptions {
    /// Handling of a decision that cannot be recorded.
    pub mode: Mode,
    /// Most records that wait.
    pub most_records: usize,
    /// Most bytes that wait; no record may be larger.
    pub most_bytes: usize,
    /// Longest wait of a strict append.
    pub wait: Duration,
}

impl LogOptions {
    /// 8,192 records or 64 MiB, and 2 seconds.
    pub fn new(mode: Mode) -> Self {
        Self { mode, most_records: 8_192, most_bytes: 64 << 20, wait: Duration::from_secs(2) }
    }
}

/// Reason for which a record was not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrecorded {
    /// More records wait than are allowed.
    #[error("too many records wait to be written")]
    Full,
    /// The record is larger than the queue may be.
    #[error("the record has {0} bytes, more than may wait to be written")]
    TooLarge(usize),
    /// The sink did not store it in time. The record may be in the log nevertheless.
    #[error("the log did not take the record within {} ms", .0.as_millis())]
    Slow(Duration),
    /// The sink failed.
    #[error("the log cannot be written: {0}")]
    Failed(String),
    /// The log was closed, or its thread died.
    #[error("the log is closed")]
    Closed,
}

impl Unrecorded {
    /// The finding to answer with.
    pub fn finding(&self) -> Finding {
        Finding::error(Code::AuditUnrecorded, format!("the decision is withheld because {self}"))
            .help("try again later; the operator has to check the decision log")
    }
}

/// Counts of records so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogStats {
    /// Records that the sink has.
    pub written: u64,
    /// Bytes of those records.
    pub written_bytes: u64,
    /// Records that were dropped; always 0 in strict mode.
    pub dropped: u64,
    /// Records whose append failed; always 0 in best effort.
    pub failed: u64,
    /// Times the sink failed.
    pub sink_failures: u64,
    /// Records that wait now.
    pub waiting: usize,
    /// Bytes that wait now.
    pub waiting_bytes: usize,
    /// Last error of the sink.
    pub last_error: Option<String>,
    /// True when the sink failed the last time it was tried.
    pub is_failing: bool,
}

/// A line that waits.
#[derive(Debug)]
struct Waiting {
    line: Vec<u8>,
    /// The waiting caller, in strict mode.
    told: Option<oneshot::Sender<Result<(), Unrecorded>>>,
}

impl Waiting {
    /// False if the waiting caller is gone, so that the decision was withheld.
    fn is_wanted(&self) -> bool {
        self.told.as_ref().is_none_or(|told| !told.is_closed())
    }
}

/// Drops not yet written to the log.
#[derive(Debug, Clone, Copy)]
struct Drops {
    since: DateTime<Utc>,
    records: u64,
    bytes: u64,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<Waiting>,
    is_closed: bool,
    drops: Option<Drops>,
    /// `waiting` counts the lines above and those the sink is busy with.
    stats: LogStats,
}

impl Queue {
    fn drop_line(&mut self, bytes: usize) {
        self.stats.dropped += 1;
        let drops = self.drops.get_or_insert_with(|| Drops { since: now(), records: 0, bytes: 0 });
        drops.records += 1;
        drops.bytes += bytes as u64;
    }

    /// Lines that the sink is no longer busy with.
    fn done(&mut self, lines: &[Waiting]) {
        self.stats.waiting -= lines.len();
        self.stats.waiting_bytes -= lines.iter().map(|waiting| waiting.line.len()).sum::<usize>();
    }
}

#[derive(Debug)]
struct Shared {
    options: LogOptions,
    queue: Mutex<Queue>,
    wake: Condvar,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock()
    }

    /// Puts a line in the queue; the receiver is present in strict mode.
    fn put(&self, line: Vec<u8>) -> Result<Option<oneshot::Receiver<Result<(), Unrecorded>>>, Unrecorded> {
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
        let (told, answer) = match self.options.mode {
            Mode::Strict => {
                let (told, answer) = oneshot::channel();
                (Some(told), Some(answer))
            }
            Mode::BestEffort => (None, None),
        };
        queue.lines.push_back(Waiting { line, told });
        queue.stats.waiting += 1;
        queue.stats.waiting_bytes += bytes;
        drop(queue);
        self.wake.notify_one();
        Ok(answer)
    }

    /// Lines to take together, none when the log is closed and empty.
    fn next(&self) -> Vec<Waiting> {
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

    /// Waits for `pause`, or until the log is closed; true when it is.
    fn pause(&self, pause: Duration) -> bool {
        let mut queue = self.queue();
        self.wake.wait_while_for(&mut queue, |queue| !queue.is_closed, pause);
        queue.is_closed
    }
}

/// The decision log. Its thread ends when the log is closed or dropped, after what waits was tried once more.
#[derive(Debug)]
pub struct Log {
    shared: Arc<Shared>,
    ended: watch::Receiver<bool>,
}

impl Log {
    /// Starts a log that writes to `sink`.
    pub fn start(options: LogOptions, sink: Box<dyn Sink>) -> Result<Self, Finding> {
        let shared = Arc::new(Shared { options, queue: Mutex::default(), wake: Condvar::new() });
        let (ended, has_ended) = watch::channel(false);
        let writer = Writer { shared: Arc::clone(&shared), sink, ended };
        let thread = std::thread::Builder::new().name("decision-log".to_owned()).spawn(|| writer.run());
        thread.map_err(|error| {
            Finding::error(Code::FileUnwritable, format!("the decision log's thread cannot be started: {error}"))
                .help("check how many threads the process may have")
        })?;
        Ok(Self { shared, ended: has_ended })
    }

    /// Options with which the log was started.
    pub fn options(&self) -> LogOptions {
        self.shared.options
    }

    /// Appends a record. The record is in the queue when this returns; what it returns waits in strict mode until
    /// the sink has the record, at most as long as the options say, and is done at once in best effort.
    ///
    /// In strict mode it must be awaited on a runtime with timers. Dropping it gives up the record.
    pub fn append(&self, record: &Record) -> impl Future<Output = Result<(), Unrecorded>> + Send + use<> {
        let put = self.shared.put(record.line());
        let shared = Arc::clone(&self.shared);
        async move {
            let Some(answer) = put? else { return Ok(()) };
            let wait = shared.options.wait;
            let told = tokio::time::timeout(wait, answer).await;
            let told = told.map_or(Err(Unrecorded::Slow(wait)), |told| told.unwrap_or(Err(Unrecorded::Closed)));
            if told.is_err() {
                shared.queue().stats.failed += 1;
            }
            told
        }
    }

    /// Counts of records so far.
    pub fn stats(&self) -> LogStats {
        self.shared.queue().stats.clone()
    }

    /// Takes no more records, and waits at most `grace` until those that wait are written; true when that is so.
    pub async fn close(&self, grace: Duration) -> bool {
        let before = {
            let mut queue = self.shared.queue();
            queue.is_closed = true;
            queue.stats.dropped
        };
        self.shared.wake.notify_all();
        let mut ended = self.ended.clone();
        let has_ended = tokio::time::timeout(grace, ended.wait_for(|ended| *ended)).await;
        has_ended.is_ok() && self.stats().dropped == before
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.shared.queue().is_closed = true;
        self.shared.wake.notify_all();
    }
}

fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// The thread of the log.
struct Writer {
    shared: Arc<Shared>,
    sink: Box<dyn Sink>,
    ended: watch::Sender<bool>,
}

impl Drop for Writer {
    /// However the thread ends, no caller waits for it afterwards.
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.is_closed = true;
        // After a panic of the sink, that includes the lines in progress. Strict appends are notified when `lines` is dropped.
        let left = std::mem::take(&mut queue.stats.waiting);
        queue.stats.waiting_bytes = 0;
        queue.lines.clear();
        if self.shared.options.mode == Mode::BestEffort {
            queue.stats.dropped += left as u64;
        }
        drop(queue);
        self.ended.send_replace(true);
    }
}

impl Writer {
    fn run(mut self) {
        loop {
            let mut lines = self.shared.next();
            if lines.is_empty() {
                return self.tell_drops();
            }
            match self.shared.options.mode {
                Mode::Strict => self.strict(&mut lines),
                Mode::BestEffort => self.best_effort(&lines),
            }
        }
    }

    fn take(&mut self, lines: &[Waiting]) -> Result<(), SinkFault> {
        let taken = match lines {
            [only] => self.sink.take(&only.line),
            lines => {
                let parts: Vec<&[u8]> = lines.iter().map(|waiting| waiting.line.as_slice()).collect();
                self.sink.take(&parts.concat())
            }
        };
        let mut queue = self.shared.queue();
        queue.stats.is_failing = taken.is_err();
        match &taken {
            Ok(()) => {
                queue.stats.written += lines.len() as u64;
                queue.stats.written_bytes += lines.iter().map(|waiting| waiting.line.len() as u64).sum::<u64>();
            }
            Err(fault) => {
                queue.stats.sink_failures += 1;
                queue.stats.last_error = Some(fault.to_string());
            }
        }
        taken
    }

    fn strict(&mut self, lines: &mut Vec<Waiting>) {
        let (wanted, left): (Vec<Waiting>, Vec<Waiting>) = lines.drain(..).partition(Waiting::is_wanted);
        self.shared.queue().done(&left);
        if wanted.is_empty() {
            return;
        }
        let taken = self.take(&wanted).map_err(|fault| Unrecorded::Failed(fault.to_string()));
        self.shared.queue().done(&wanted);
        for waiting in wanted {
            if let Some(told) = waiting.told {
                // Callers that went away in the meantime have withheld their decision.
                drop(told.send(taken.clone()));
            }
        }
    }

    fn best_effort(&mut self, lines: &[Waiting]) {
        let mut pause = FIRST_PAUSE;
        let mut is_last = false;
        let is_written = loop {
            match self.take(lines) {
                Ok(()) => break true,
                Err(SinkFault::Lasting(_)) => break false,
                Err(SinkFault::Passing(_)) if is_last => break false,
                Err(SinkFault::Passing(_)) => {}
            }
            is_last = self.shared.pause(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        let mut queue = self.shared.queue();
        queue.done(lines);
        if !is_written {
            lines.iter().for_each(|waiting| queue.drop_line(waiting.line.len()));
            return;
        }
        drop(queue);
        self.tell_drops();
    }

    /// Writes what is missing into the log, once it takes lines again.
    fn tell_drops(&mut self) {
        let (drops, reason) = {
            let mut queue = self.shared.queue();
            (queue.drops.take(), queue.stats.last_error.clone())
        };
        let Some(drops) = drops else { return };
        let rfc = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        let line = Dropped {
            schema: DROPPED_SCHEMA.into(),
            time: rfc(now()),
            since: rfc(drops.since),
            dropped: drops.records,
            bytes: drops.bytes,
            reason: reason.unwrap_or_else(|| Unrecorded::Full.to_string()),
        };
        let mut text = serde_json::to_vec(&line).unwrap_or_default();
        text.push(b'\n');
        if self.sink.take(&text).is_err() {
            let mut queue = self.shared.queue();
            let newer = queue.drops.map_or((0, 0), |newer| (newer.records, newer.bytes));
            queue.drops = Some(Drops { records: drops.records + newer.0, bytes: drops.bytes + newer.1, ..drops });
        }
    }
}
