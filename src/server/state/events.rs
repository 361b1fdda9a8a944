//! Changes of vendors as they happen: into the log, the metrics, and to whoever listens.

use crate::finding::render;
use crate::library::{Change, Outcome, State};
use crate::server::state::app::App;
use parking_lot::Mutex;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Instant;
use tokio::sync::broadcast;

/// Changes that a slow listener may be behind.
const BEHIND: usize = 256;

/// A change, ready to be sent.
#[derive(Debug, Clone)]
pub struct Event {
    /// Vendor it is about.
    pub vendor: String,
    /// Generation that has it.
    pub generation: u64,
    /// What happened, as in a vendor's history.
    pub outcome: &'static str,
    /// The change as JSON.
    pub data: String,
}

/// Where changes go.
pub struct Events {
    sender: broadcast::Sender<Arc<Event>>,
    /// Since when vendors have not used what their folder holds.
    stale: Mutex<BTreeMap<String, Instant>>,
}

impl Default for Events {
    fn default() -> Self {
        Self { sender: broadcast::channel(BEHIND).0, stale: Mutex::default() }
    }
}

impl Events {
    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Event>> {
        self.sender.subscribe()
    }

    /// Seconds for which vendors have not used what their folder holds.
    pub fn stale_seconds(&self) -> Vec<(String, i64)> {
        let stale = self.stale.lock();
        let seconds = |since: &Instant| i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX);
        stale.iter().map(|(vendor, since)| (vendor.clone(), seconds(since))).collect()
    }

    fn note(&self, vendor: &str, is_stale: bool) {
        let mut stale = self.stale.lock();
        match is_stale {
            true => drop(stale.entry(vendor.to_owned()).or_insert_with(Instant::now)),
            false => drop(stale.remove(vendor)),
        }
    }
}

/// Takes changes from the library until it ends or the server does.
pub fn follow(app: &Arc<App>, changes: crate::library::Subscription) -> std::io::Result<()> {
    let app: Weak<App> = Arc::downgrade(app);
    let thread = std::thread::Builder::new().name("changes".to_owned());
    let run = move || {
        while let Ok(notice) = changes.recv() {
            let Some(app) = app.upgrade() else { return };
            if notice.missed > 0 {
                tracing::warn!(missed = notice.missed, "changes of vendors came faster than they could be told");
            }
            tell(&app, &notice.change);
        }
    };
    thread.spawn(run).map(drop)
}

/// Takes over how every vendor stands now.
pub fn take_stock(app: &App) {
    for (name, vendor) in app.library.current().vendors() {
        let is_good = vendor.state == State::Active;
        app.events.note(name, !is_good);
    }
}

fn tell(app: &App, change: &Change) {
    let (vendor, outcome) = (&*change.vendor, change.attempt.outcome);
    let is_good = !matches!(change.state, Some(State::Degraded | State::Failed));
    let result = outcome.as_str().to_owned();
    app.metrics
        .reloads
        .get_or_create(&crate::server::state::metrics::ReloadLabels { vendor: vendor.to_owned(), result })
        .inc();
    app.events.note(vendor, !is_good);
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
    // Nobody may be listening.
    drop(app.events.sender.send(Arc::new(event)));
}

/// One line a change, with the findings as an author reads them.
fn log(change: &Change) {
    let (vendor, outcome) = (&*change.vendor, change.attempt.outcome.as_str());
    let revision = change.active.as_deref().unwrap_or("none");
    let state = change.state.map_or("gone", State::as_str);
    let who = change.attempt.who.as_deref();
    let reason = change.attempt.reason.as_deref();
    let findings = render::human(change.attempt.findings.iter(), false);
    match change.attempt.outcome {
        Outcome::Refused | Outcome::Unreadable => {
            tracing::error!(vendor, outcome, revision, state, findings, "the vendor keeps its last good revision");
        }
        Outcome::Gone => tracing::warn!(vendor, outcome, revision, state, findings, "the vendor's folder is gone"),
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
