//! Changes of vendors: into the log, the metrics and the stream of events.

use crate::finding::render;
use crate::library::{Change, Outcome, State, Subscription};
use crate::server::state::events::Event;
use crate::server::state::metrics::ReloadLabels;
use crate::server::state::telemetry::Telemetry;
use crate::server::state::vendors::Vendors;
use serde_json::json;
use std::sync::{Arc, Weak};

/// Follows the changes of the library until it or the server ends.
pub fn follow(telemetry: &Arc<Telemetry>, changes: Subscription) -> std::io::Result<()> {
    let telemetry: Weak<Telemetry> = Arc::downgrade(telemetry);
    let thread = std::thread::Builder::new().name("changes".to_owned());
    let run = move || {
        while let Ok(notice) = changes.recv() {
            let Some(telemetry) = telemetry.upgrade() else { return };
            if notice.missed > 0 {
                tracing::warn!(missed = notice.missed, "changes of vendors came faster than they could be reported");
            }
            report(&telemetry, &notice.change);
        }
    };
    thread.spawn(run).map(drop)
}

/// Notes the present state of every vendor.
pub fn take_stock(telemetry: &Telemetry, vendors: &Vendors) {
    for (name, vendor) in vendors.library.current().vendors() {
        telemetry.events.note(name, vendor.state != State::Active);
    }
}

fn report(telemetry: &Telemetry, change: &Change) {
    let (vendor, outcome) = (&*change.vendor, change.attempt.outcome);
    let is_good = !matches!(change.state, Some(State::Degraded | State::Failed));
    let result = outcome.as_str().to_owned();
    telemetry.metrics.reloads.get_or_create(&ReloadLabels { vendor: vendor.to_owned(), result }).inc();
    telemetry.events.note(vendor, !is_good);
    log(change);
    let data = json!({
        "vendor": vendor,
        "generation": change.generation,
        "outcome": outcome.as_str(),
        "when": change.attempt.when.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "state": change.state.map_or("gone", State::as_str),
        "revision": change.active.as_deref(),
        "candidate": change.attempt.revision.as_deref(),
        "who": change.attempt.who,
        "reason": change.attempt.reason,
        "findings": render::json(change.attempt.findings.iter())["findings"],
    });
    let event = Event {
        vendor: vendor.to_owned(),
        generation: change.generation,
        outcome: outcome.as_str(),
        data: data.to_string(),
    };
    telemetry.events.send(event);
}

/// Logs one line per change, with the findings as an author reads them.
fn log(change: &Change) {
    let (vendor, outcome) = (&*change.vendor, change.attempt.outcome.as_str());
    let revision = change.active.as_deref().unwrap_or("none");
    let state = change.state.map_or("gone", State::as_str);
    let who = change.attempt.who.as_deref();
    let reason = change.attempt.reason.as_deref();
    let findings = render::human(change.attempt.findings.iter(), false);
    match change.attempt.outcome {
        Outcome::Refused | Outcome::Unreadable => {
            tracing::error!(vendor, outcome, revision, state, findings, "the last valid revision stays in effect");
        }
        Outcome::Gone => tracing::warn!(vendor, outcome, revision, state, findings, "the vendor's directory is gone"),
        Outcome::Activated
        | Outcome::Recovered
        | Outcome::Held
        | Outcome::Restored
        | Outcome::Pinned
        | Outcome::RolledBack
        | Outcome::Unpinned => {
            tracing::info!(vendor, outcome, revision, state, who, reason, findings, "the vendor changed");
        }
    }
}
