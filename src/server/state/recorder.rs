//! The decision log of the server: what of each decision is kept, and whether it may be given out.

use crate::audit::{Decision, Keeping, Log, Mode, Told, new_id};
use crate::library::Active;
use crate::plugin::VendorPlugin;
use crate::request::{Answer, Cause, Defaults, Form, Kind, Refusal};
use crate::server::http::call::Call;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::state::metrics::Metrics;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Longest wait at the end for records to be written.
const GRACE: Duration = Duration::from_secs(3);

/// A decision as it was made.
pub struct Decided<'a> {
    /// What was asked for.
    pub kind: Kind,
    /// What the answer is written as.
    pub form: Form,
    /// What held where the body did not say it.
    pub defaults: &'a Defaults,
    /// The revision that decided.
    pub active: &'a Active<VendorPlugin>,
    /// The body; of a batch, one line.
    pub body: &'a [u8],
    /// What came of it.
    pub made: &'a Result<Answer, Refusal>,
    /// How long it took.
    pub took: Duration,
}

/// Keeps decisions.
pub struct Recorder {
    log: Log,
    keeping: Keeping,
    mode: Mode,
    counted: (AtomicU64, AtomicU64),
}

/// How the decision log is doing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecorderHealth {
    /// `strict`: no record, no decision. `best_effort`: missing records are counted.
    #[schemars(extend("enum" = ["strict", "best_effort"]))]
    mode: &'static str,
    /// Records written.
    written: u64,
    /// Records dropped.
    dropped: u64,
    /// Decisions not given out because they could not be recorded.
    failed: u64,
    /// Records that wait.
    waiting: usize,
    /// True when the last write failed.
    is_failing: bool,
    /// What went wrong last.
    last_error: Option<String>,
}

impl RecorderHealth {
    /// What is wrong now.
    pub fn error(&self) -> Option<&str> {
        if self.is_failing { Some(self.last_error.as_deref().unwrap_or("it does not say why")) } else { None }
    }
}

/// Whether something was decided, refused or failed, as the metrics count it.
pub fn outcome_of(made: &Result<Answer, Refusal>) -> &'static str {
    match made {
        Ok(_) => "decided",
        Err(refusal) if refusal.cause == Cause::RulesFailed => "failed",
        Err(_) => "refused",
    }
}

/// Id of the kept book that a body refers to.
fn base_of(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Asked {
        book: Book,
    }
    #[derive(Deserialize)]
    struct Book {
        base: String,
    }
    serde_json::from_slice::<Asked>(body).ok().map(|asked| asked.book.base)
}

impl Recorder {
    /// Returns a recorder into `log`.
    pub fn new(log: Log, keeping: Keeping, mode: Mode) -> Self {
        Self { log, keeping, mode, counted: Default::default() }
    }

    /// Records a decision. A strict log that cannot take it refuses the decision.
    pub async fn record(&self, call: &Call, decided: &Decided<'_>) -> Result<(), Problem> {
        let base_book = base_of(decided.body);
        let time = SystemTime::now().into();
        let decision = Decision {
            id: new_id(time),
            time,
            kind: decided.kind,
            form: decided.form,
            defaults: decided.defaults,
            base_book: base_book.as_deref(),
            vendor: &decided.active.plugin.vendor,
            revision: decided.active.revision(),
            request_id: &call.request_id,
            trace_id: call.trace.as_ref().map(|trace| trace.trace_id.as_str()),
            caller: call.who(),
            input: decided.body,
            told: Told::of(decided.made),
            duration: decided.took,
        };
        let record = self.keeping.record(&decision);
        self.log.append(&record).await.map_err(|unrecorded| {
            let findings = std::iter::once(unrecorded.finding()).collect();
            Problem::of(ProblemKind::NotRecorded, &findings)
        })
    }

    /// What happens to a decision that cannot be recorded.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// How it is doing.
    pub fn health(&self) -> RecorderHealth {
        let stats = self.log.stats();
        RecorderHealth {
            mode: match self.mode {
                Mode::Strict => "strict",
                Mode::BestEffort => "best_effort",
            },
            written: stats.written,
            dropped: stats.dropped,
            failed: stats.failed,
            waiting: stats.waiting,
            is_failing: stats.is_failing,
            last_error: stats.last_error,
        }
    }

    /// Brings the metrics up to date.
    pub fn count(&self, metrics: &Metrics) {
        let stats = self.log.stats();
        let step = |counted: &AtomicU64, now: u64| now.saturating_sub(counted.swap(now, Ordering::Relaxed));
        metrics.records.inc_by(step(&self.counted.0, stats.written));
        metrics.dropped_records.inc_by(step(&self.counted.1, stats.dropped + stats.failed));
    }

    /// Writes what waits and closes the log; false when something could not be written.
    pub async fn close(&self) -> bool {
        self.log.close(GRACE).await
    }
}
