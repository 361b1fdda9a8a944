//! The decision log of the server: what is recorded of each decision, and whether its response may be sent.

use super::metrics::Metrics;
use crate::audit::{Act, Decision, Log, LoggedOutcome, Mode, RecordContent, Unrecorded, new_id};
use crate::library::Active;
use crate::plugin::VendorPlugin;
use crate::request::{Answer, Cause, Defaults, Form, Kind, Refusal};
use crate::server::http::context::Context;
use crate::server::http::problem::{Problem, ProblemKind};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Longest wait at shutdown for records to be written.
const GRACE: Duration = Duration::from_secs(3);

/// A decision to record.
pub struct Decided<'a> {
    /// Kind of decision.
    pub kind: Kind,
    /// Format of the response.
    pub form: Form,
    /// Defaults for what the body did not state.
    pub defaults: &'a Defaults,
    /// Revision that decided.
    pub active: &'a Active<VendorPlugin>,
    /// Body of the request; of a batch, one line.
    pub body: &'a [u8],
    /// Id of the stored book that the body refers to.
    pub base_book: Option<&'a str>,
    /// Outcome.
    pub made: &'a Result<Answer, Refusal>,
    /// Duration.
    pub took: Duration,
}

/// Records decisions.
pub struct Recorder {
    log: Log,
    keeping: RecordContent,
    mode: Mode,
    counted: (AtomicU64, AtomicU64),
}

/// State of the decision log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecorderHealth {
    /// `strict`: no decision without a record. `best_effort`: missing records are counted.
    mode: Mode,
    /// Records written.
    written: u64,
    /// Records dropped.
    dropped: u64,
    /// Decisions whose response was not sent because they could not be recorded.
    failed: u64,
    /// Records waiting.
    waiting: usize,
    /// True when the last write failed.
    is_failing: bool,
    /// Last error.
    last_error: Option<String>,
}

impl RecorderHealth {
    /// Returns the current error.
    pub fn error(&self) -> Option<&str> {
        if self.is_failing { Some(self.last_error.as_deref().unwrap_or("no reason given")) } else { None }
    }
}

/// Returns the outcome as metrics count it: decided, refused or failed.
pub fn outcome_of(made: &Result<Answer, Refusal>) -> &'static str {
    match made {
        Ok(_) => "decided",
        Err(refusal) if refusal.cause == Cause::RulesFailed => "failed",
        Err(_) => "refused",
    }
}

fn not_recorded(unrecorded: &Unrecorded) -> Problem {
    Problem::from_findings(ProblemKind::NotRecorded, &unrecorded.finding().into())
}

impl Recorder {
    /// Returns a recorder into `log`.
    pub fn new(log: Log, keeping: RecordContent, mode: Mode) -> Self {
        Self { log, keeping, mode, counted: Default::default() }
    }

    /// Records a decision; a strict log that cannot take it refuses the decision.
    pub async fn record(&self, context: &Context, decided: &Decided<'_>) -> Result<(), Problem> {
        let time = SystemTime::now().into();
        let decision = Decision {
            id: new_id(time),
            time,
            kind: decided.kind,
            form: decided.form,
            defaults: decided.defaults,
            base_book: decided.base_book,
            vendor: &decided.active.plugin.vendor,
            revision: decided.active.revision(),
            request_id: &context.request_id,
            trace_id: context.trace.as_ref().map(|trace| trace.trace_id.as_str()),
            caller: context.caller_name(),
            input: decided.body,
            outcome: LoggedOutcome::from(decided.made),
            duration: decided.took,
        };
        let record = self.keeping.record(&decision);
        self.log.append(&record).await.map_err(|unrecorded| not_recorded(&unrecorded))
    }

    /// Records a stage of an administrative act.
    pub async fn record_act(&self, act: &Act) -> Result<(), Problem> {
        self.log.append_act(act).await.map_err(|unrecorded| not_recorded(&unrecorded))
    }

    /// Returns true if a book may be stored on disk: it has nothing that must not be recorded.
    pub fn may_store(&self, book: &[u8]) -> bool {
        !self.keeping.masking.names_in_book(book)
    }

    /// Returns what happens to a decision that cannot be recorded.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns its state.
    pub fn health(&self) -> RecorderHealth {
        let stats = self.log.stats();
        RecorderHealth {
            mode: self.mode,
            written: stats.written,
            dropped: stats.dropped,
            failed: stats.failed,
            waiting: stats.waiting,
            is_failing: stats.is_failing,
            last_error: stats.last_error,
        }
    }

    /// Updates the metrics.
    pub fn count(&self, metrics: &Metrics) {
        let stats = self.log.stats();
        let step = |counted: &AtomicU64, now: u64| now.saturating_sub(counted.swap(now, Ordering::Relaxed));
        metrics.records.inc_by(step(&self.counted.0, stats.written));
        metrics.dropped_records.inc_by(step(&self.counted.1, stats.dropped + stats.failed));
    }

    /// Writes waiting records and closes the log; returns false when some could not be written.
    pub async fn close(&self) -> bool {
        self.log.close(GRACE).await
    }
}
