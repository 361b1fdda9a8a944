//! The decision log of a running engine: a bounded queue, and one thread that empties it into a sink.
//!
//! | | [`Mode::Strict`](super::Mode::Strict) | [`Mode::BestEffort`](super::Mode::BestEffort) |
//! | --- | --- | --- |
//! | `append` returns | once the sink has the record, or with an error | at once |
//! | the sink fails | every waiting append fails | the lines are retried with growing pauses |
//! | the queue is full | the append fails | the record is dropped and counted |
//!
//! Appends that wait together are written together, so that they share one sync of the disk. In both modes the log
//! recovers once the sink works again; in best effort a `quotient.dropped/1` line then counts the missing records.

use super::act::Act;
use super::fault::AuditFault;
use super::queue::{LogOptions, LogStats, Shared, Unrecorded};
use super::record::Record;
use super::sink::Sink;
use super::writer::Writer;
use crate::finding::Finding;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The decision log. Its thread ends when the log is closed or dropped, after one more attempt to write the queue.
#[derive(Debug)]
pub struct Log {
    shared: Arc<Shared>,
    ended: watch::Receiver<bool>,
}

impl Log {
    /// Starts a log that writes to `sink`.
    pub fn start(options: LogOptions, sink: Box<dyn Sink>) -> Result<Self, Finding> {
        let shared = Arc::new(Shared::new(options));
        let (ended, has_ended) = watch::channel(false);
        let writer = Writer { shared: Arc::clone(&shared), sink, ended };
        let thread = std::thread::Builder::new().name("decision-log".to_owned()).spawn(|| writer.run());
        thread.map_err(|error| AuditFault::NoThread { reason: error.to_string() })?;
        Ok(Self { shared, ended: has_ended })
    }

    /// Returns the options of the log.
    pub fn options(&self) -> LogOptions {
        self.shared.options
    }

    /// Appends a record. The record is in the queue when this returns; what it returns waits in strict mode until
    /// the sink has the record, at most as long as the options say, and is done at once in best effort.
    ///
    /// In strict mode it must be awaited on a runtime with timers. Dropping it gives up the record.
    pub fn append(&self, record: &Record) -> impl Future<Output = Result<(), Unrecorded>> + Send + use<> {
        self.append_line(record.line())
    }

    /// Appends an administrative act as [`Log::append`] appends a record.
    pub fn append_act(&self, act: &Act) -> impl Future<Output = Result<(), Unrecorded>> + Send + use<> {
        self.append_line(act.line())
    }

    fn append_line(&self, line: Vec<u8>) -> impl Future<Output = Result<(), Unrecorded>> + Send + use<> {
        let put = self.shared.put(line);
        let shared = Arc::clone(&self.shared);
        async move {
            let Some(outcome) = put? else { return Ok(()) };
            let wait = shared.options.wait;
            let appended = tokio::time::timeout(wait, outcome).await;
            let appended = appended.map_or(Err(Unrecorded::Slow(wait)), |sent| sent.unwrap_or(Err(Unrecorded::Closed)));
            if appended.is_err() {
                shared.queue().stats.failed += 1;
            }
            appended
        }
    }

    /// Returns the counts of records so far.
    pub fn stats(&self) -> LogStats {
        self.shared.queue().stats.clone()
    }

    /// Accepts no more records, and waits at most `grace` until the queue is written; returns true if it was.
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
