//! Administrative acts as the decision log records them: before they are carried out, and with their outcome.

use super::telemetry::Telemetry;
use super::vendors::Vendors;
use crate::audit::{ACT_SCHEMA, Act, ActKind, ActStage, TokenChanges, new_id};
use crate::channel::Name;
use crate::finding::Findings;
use crate::server::http::context::Context;
use crate::server::http::problem::{Problem, ProblemKind};
use chrono::{DateTime, SecondsFormat, Utc};
use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

/// An act that a caller requests.
pub struct Requested {
    /// Kind of act.
    pub kind: ActKind,
    /// Vendor; `None` for all.
    pub vendor: Option<Name>,
    /// Revision, if the request names one.
    pub revision: Option<String>,
    /// Reason, if the request states one.
    pub reason: Option<String>,
}

impl Requested {
    /// Returns the request to reload a vendor, or all of them.
    pub fn reload(vendor: Option<Name>) -> Self {
        Self { kind: ActKind::Reload, vendor, revision: None, reason: None }
    }
}

fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

fn act(kind: ActKind, stage: ActStage) -> Act {
    let time = now();
    Act {
        schema: ACT_SCHEMA.into(),
        id: new_id(time).to_string(),
        time: time.to_rfc3339_opts(SecondsFormat::Millis, true),
        kind,
        stage,
        vendor: None,
        revision: None,
        in_use: Default::default(),
        reason: None,
        tokens: None,
        code: None,
        caller: None,
        request_id: None,
        trace_id: None,
        sequence: None,
        previous: None,
        hash: None,
    }
}

/// Carries out an act between two entries of the decision log.
///
/// A strict log that cannot take the first one refuses the act. The act is carried out to its end, and recorded, whether
/// or not its caller still waits.
pub async fn recorded<T: Send + 'static>(
    telemetry: &Arc<Telemetry>,
    vendors: &Arc<Vendors>,
    context: &Context,
    requested: Requested,
    carry_out: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    let (telemetry, vendors) = (Arc::clone(telemetry), Arc::clone(vendors));
    let mut act = Act {
        vendor: requested.vendor.as_deref().map(str::to_owned),
        revision: requested.revision,
        reason: requested.reason,
        caller: context.caller_name().map(str::to_owned),
        request_id: Some(context.request_id.clone()),
        trace_id: context.trace.as_ref().map(|trace| trace.trace_id.clone()),
        ..act(requested.kind, ActStage::Requested)
    };
    let whole = tokio::spawn(async move {
        let Some(recorder) = &telemetry.recorder else { return carry_out.await };
        note_revisions(&mut act, &vendors);
        recorder.record_act(&act).await?;
        let done = carry_out.await;
        act.stage = if done.is_ok() { ActStage::Done } else { ActStage::Refused };
        act.code = done.as_ref().err().map(|problem| problem.code.to_owned());
        act.time = now().to_rfc3339_opts(SecondsFormat::Millis, true);
        note_revisions(&mut act, &vendors);
        recorder.record_act(&act).await.map_err(|problem| Problem {
            detail: format!("the outcome `{}` could not be recorded: {}", act.stage, problem.detail),
            ..problem
        })?;
        done
    });
    whole.await.unwrap_or_else(|_| Err(Problem::new(ProblemKind::Internal, "the request could not be carried out")))
}

/// Sets the revisions in use of the vendors that an act concerns.
fn note_revisions(act: &mut Act, vendors: &Vendors) {
    let catalog = vendors.library.current();
    let concerned = catalog.vendors().filter(|(name, _)| act.vendor.as_deref().is_none_or(|vendor| vendor == &***name));
    act.in_use = concerned.map(|(name, state)| (name.to_string(), state.revision().map(str::to_owned))).collect();
}

/// Records that all vendors were reloaded on a signal.
pub async fn reloaded(telemetry: &Telemetry, vendors: &Vendors) {
    let mut act = act(ActKind::Reload, ActStage::Done);
    note_revisions(&mut act, vendors);
    record(telemetry, &act).await;
}

/// Records that the tokens were replaced, or why they were not.
pub async fn tokens(telemetry: &Telemetry, outcome: Result<TokenChanges, &Findings>) {
    let act = match outcome {
        // The file was written again with the same content.
        Ok(changes) if changes.is_empty() => return,
        Ok(changes) => Act { tokens: Some(changes), ..act(ActKind::Tokens, ActStage::Done) },
        Err(findings) => {
            let code = findings.iter().find(|finding| finding.is_error()).map(|finding| finding.code().to_string());
            Act { code, ..act(ActKind::Tokens, ActStage::Refused) }
        }
    };
    record(telemetry, &act).await;
}

/// Records an act that cannot be refused, such as a token that is withdrawn.
async fn record(telemetry: &Telemetry, act: &Act) {
    let Some(recorder) = &telemetry.recorder else { return };
    if let Err(problem) = recorder.record_act(act).await {
        tracing::error!(kind = act.kind.as_str(), "the act could not be recorded: {}", problem.detail);
    }
}
