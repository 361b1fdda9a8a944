//! The decision log of the server: what of each decision is kept, and whether it may be given out.

use super::call::Call;
use super::metrics::Metrics;
use super::problem::{Problem, ProblemKind};
use crate::audit::{Decision, Keeping, Log, Mode, Status, new_id};
use crate::finding::render;
use crate::library::Active;
use crate::plugin::VendorPlugin;
use crate::request::{Answer, Cause, Defaults, Form, Kind, Refusal};
use schemars::JsonSchema;
use serde::Serialize;
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

/// Whether something was decided, refused or failed.
pub fn status_of(made: &Result<Answer, Refusal>) -> (Status, &'static str) {
    match made {
        Ok(_) => (Status::Decided, "decided"),
        Err(refusal) if refusal.cause == Cause::RulesFailed => (Status::Failed, "failed"),
        Err(_) => (Status::Refused, "refused"),
    }
}

impl Recorder {
    /// Returns a recorder into `log`.
    pub fn new(log: Log, keeping: Keeping, mode: Mode) -> Self {
        Self { log, keeping, mode, counted: Default::default() }
    }

    /// Records a decision. A strict log that cannot take it refuses the decision.
    pub async fn record(&self, call: &Call, decided: &Decided<'_>) -> Result<(), Problem> {
        let refusal;
        let (answer, code): (&[u8], Option<&str>) = match decided.made {
            Ok(answer) => (&answer.bytes, None),
            Err(found) => {
                refusal = render::json(found.findings.iter()).to_string();
                let code =
                    found.findings.iter().find(|finding| finding.is_error()).map(|finding| finding.code.as_str());
                (refusal.as_bytes(), code)
            }
        };
        let time = SystemTime::now().into();
        let decision = Decision {
            id: new_id(time),
            time,
            kind: match decided.kind {
                Kind::Assessment => crate::audit::Kind::Assessment,
                Kind::Proposal => crate::audit::Kind::Proposal,
                Kind::Explanation => crate::audit::Kind::Explanation,
                Kind::Review => crate::audit::Kind::Review,
            },
            base_book: None,
            vendor: &decided.active.plugin.vendor,
            revision: decided.active.revision(),
            request_id: &call.request_id,
            trace_id: call.trace.as_ref().map(|trace| trace.trace_id.as_str()),
            caller: call.who(),
            input: decided.body,
            status: status_of(decided.made).0,
            code,
            answer,
            duration: decided.took,
        };
        let record = self.keeping.record(&decision);
        self.log.append(&record).await.map_err(|unrecorded| {
            let findings = std::iter::once(unrecorded.finding()).collect();
            Problem::of(ProblemKind::NotRecorded, &findings)
        })
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
