//! Health, metrics and version: available whatever the state of the vendors.

use super::route::Route;
use crate::library::{State as VendorState, Watching};
use crate::server::http::access::Scope;
use crate::server::http::context::Context;
use crate::server::http::media::{Media, OPENMETRICS};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::respond::{Responded, body, document};
use crate::server::state::app::App;
use crate::server::state::fair_queue::Load;
use crate::server::state::gate::{Gate, HEALTH as GROUP};
use crate::server::state::metrics::{Snapshot, visible};
use crate::server::state::recorder::{Recorder, RecorderHealth};
use crate::server::state::vendors::Vendors;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Time in which a ledger that can be used answers.
const LEDGER_PATIENCE: Duration = Duration::from_secs(2);

const HEALTH_GROUP: Operation = Operation { group: GROUP, scope: Scope::Open, ..Operation::GET };

static LIVE: Operation = Operation {
    id: "live",
    path: "/health/live",
    summary: "The process is alive",
    doc: "Succeeds while the process runs, whatever the state of the vendors. For a liveness probe.",
    replies: &[Reply::ok("It is alive.", &[Media::json("Liveness")])],
    ..HEALTH_GROUP
};
static READY: Operation = Operation {
    id: "ready",
    path: "/health/ready",
    summary: "The server can decide",
    doc: "Ready if at least one vendor has a usable revision and the server is not shutting down. For a readiness probe.",
    replies: &[
        Reply::ok("It can decide.", &[Media::json("Readiness")]),
        Reply { status: 503, ..Reply::ok("It cannot; `reason` says why.", &[Media::json("Readiness")]) },
    ],
    ..HEALTH_GROUP
};
static HEALTH: Operation = Operation {
    id: "health",
    path: "/health",
    summary: "State of the server",
    doc: "The state of every vendor, the detection of changes, the archive, the decision log, the ledger and the lanes. `status` is `degraded` if a vendor does not use the content of its directory, or if anything else needs attention.",
    scope: Scope::Read,
    replies: &[Reply::ok("The state of the server.", &[Media::json("Health")])],
    ..HEALTH_GROUP
};
static METRICS: Operation = Operation {
    id: "metrics",
    path: "/metrics",
    summary: "Metrics for Prometheus",
    doc: "OpenMetrics text. Partner ids are never labels. Series of a vendor are included for callers whose token may read it, on a server without tokens, and on the admin address (`--admin-listen`).",
    replies: &[Reply::ok("The metrics.", &[Media::plain(OPENMETRICS)])],
    ..HEALTH_GROUP
};
static VERSION: Operation = Operation {
    id: "version",
    path: "/version",
    summary: "Version of the program",
    replies: &[Reply::ok("The version.", &[Media::json("Version")])],
    ..HEALTH_GROUP
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![
        Route::new(&LIVE, || async { document(&Liveness { status: "live" }) }),
        Route::new(&READY, ready),
        Route::new(&HEALTH, health),
        Route::new(&METRICS, metrics),
        Route::new(&VERSION, || async { document(&Version { name: "quotient", version: env!("CARGO_PKG_VERSION") }) }),
    ]
}

/// Adds the schemas of this group's documents.
pub fn schemas(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Health>();
    generator.subschema_for::<Liveness>();
    generator.subschema_for::<Readiness>();
    generator.subschema_for::<Version>();
}

/// The process is alive.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Liveness {
    /// Always `live`.
    #[schemars(extend("const" = "live"))]
    status: &'static str,
}

/// Readiness of the server.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Readiness {
    /// `ready` or `not_ready`.
    #[schemars(extend("enum" = ["ready", "not_ready"]))]
    status: &'static str,
    /// Reason; null if it is ready.
    reason: Option<&'static str>,
    /// Number of vendors.
    vendors: usize,
    /// Vendors that use the content of their directory.
    active: usize,
}

/// State of the server.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Health {
    /// `ok`, or `degraded` if something needs attention.
    #[schemars(extend("enum" = ["ok", "degraded"]))]
    status: &'static str,
    /// Everything that needs attention; may be empty.
    reasons: Vec<String>,
    /// State of every vendor the caller may see: `active`, `degraded` or `failed`.
    vendors: BTreeMap<String, VendorHealth>,
    /// Detection of changes: `events`, `polling`, or `blind` if events are enabled and do not work.
    #[schemars(extend("enum" = ["events", "polling", "blind"]))]
    watching: &'static str,
    /// Scans of the directories since the start.
    scans: u64,
    /// End of the last scan, RFC 3339; null before the first.
    last_scan: Option<String>,
    /// Generations published since the start.
    generations: u64,
    /// Seconds since the start.
    uptime_seconds: u64,
    /// The decision log; null if decisions are not recorded.
    decision_log: Option<RecorderHealth>,
    /// Waiting and running work by lane.
    lanes: BTreeMap<&'static str, LaneHealth>,
}

/// State of one vendor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VendorHealth {
    /// `active`, `degraded` or `failed`.
    state: VendorState,
    /// Revision in use; null if none is.
    revision: Option<String>,
    /// First error, as its author reads it; null if there is none.
    error: Option<String>,
    /// True while the revision is set aside because it uses up its budget every time.
    is_set_aside: bool,
}

/// Load of a lane.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LaneHealth {
    /// Waiting jobs.
    queued: usize,
    /// Running jobs.
    busy: usize,
}

/// Version of the program.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Version {
    /// Name of the program.
    #[schemars(extend("const" = "quotient"))]
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// Returns why the server is not ready; `None` if it is.
fn unready(gate: &Gate, vendors: &Vendors) -> Option<&'static str> {
    if gate.is_shutting_down() {
        return Some("the server is shutting down");
    }
    (!vendors.has_usable()).then_some("no vendor has a usable revision")
}

async fn ready(State(gate): State<Arc<Gate>>, State(vendors): State<Arc<Vendors>>) -> Responded {
    let reason = unready(&gate, &vendors);
    let (count, active) = vendors.counts();
    let status = if reason.is_some() { "not_ready" } else { "ready" };
    let mut response = document(&Readiness { status, reason, vendors: count, active })?;
    if reason.is_some() {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(response)
}

async fn health(State(app): State<App>, context: Context) -> Responded {
    let ledger = app.plans.trouble(LEDGER_PATIENCE).await;
    document(&health_of(&app, &context, ledger))
}

fn health_of(app: &App, context: &Context, ledger: Option<String>) -> Health {
    let library = &app.vendors.library;
    let (catalog, status) = (library.current(), library.status());
    let mut reasons: Vec<String> = Vec::new();
    let mut vendors = BTreeMap::new();
    for (name, vendor) in catalog.vendors().filter(|(name, _)| context.caller.sees(name)) {
        let state = vendor.state;
        let error = vendor.findings.iter().find(|finding| finding.is_error()).map(ToString::to_string);
        if state != VendorState::Active {
            reasons.push(format!("vendor `{name}` is {state}"));
        }
        vendors.insert(
            name.to_string(),
            VendorHealth { state, revision: vendor.revision().map(str::to_owned), error, is_set_aside: false },
        );
    }
    let set_aside = app.vendors.set_aside.current().into_iter().filter(|(name, _)| context.caller.sees(name));
    for (name, revision) in set_aside {
        reasons.push(format!("vendor `{name}` is set aside: revision {revision} uses up its budget every time"));
        vendors.entry(name.to_string()).and_modify(|vendor: &mut VendorHealth| vendor.is_set_aside = true);
    }
    if catalog.vendors().next().is_none() {
        reasons.push("no vendors are loaded".to_owned());
    }
    reasons.extend(status.faults.iter().chain(status.archive.iter()).map(ToString::to_string));
    let watching = match &status.watching {
        Watching::Events => "events",
        Watching::Polling => "polling",
        Watching::Blind(findings) => {
            reasons.extend(findings.iter().map(ToString::to_string));
            "blind"
        }
    };
    if status.is_stopped && !app.gate.is_shutting_down() {
        reasons.push("reloading has stopped: restart the server".to_owned());
    }
    reasons.extend(app.fleet.trouble().map(|reason| format!("the shared state cannot be used: {reason}")));
    reasons.extend(ledger);
    let decision_log = app.telemetry.recorder.as_ref().map(Recorder::health);
    if let Some(error) = decision_log.as_ref().and_then(|log| log.error()) {
        reasons.push(format!("the decision log cannot be written: {error}"));
    }
    let lane = |load: Load| LaneHealth { queued: load.queued, busy: load.busy };
    Health {
        status: if reasons.is_empty() { "ok" } else { "degraded" },
        reasons,
        vendors,
        watching,
        scans: status.scans,
        last_scan: status.last_scan.map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
        generations: status.published,
        uptime_seconds: app.telemetry.started.elapsed().as_secs(),
        decision_log,
        lanes: app.lanes.loads().map(|(name, load)| (name.as_str(), lane(load))).into(),
    }
}

async fn metrics(State(app): State<App>, context: Context) -> Responded {
    let telemetry = &app.telemetry;
    if let Some(recorder) = &telemetry.recorder {
        recorder.count(&telemetry.metrics);
    }
    let lanes = app.lanes.loads().map(|(lane, load)| (lane.as_str(), load));
    let catalog = app.vendors.library.current();
    let set_aside = app.vendors.set_aside.current();
    let snapshot = Snapshot { catalog: &catalog, lanes, stale: telemetry.events.stale_seconds(), set_aside };
    let text = telemetry.metrics.text(&snapshot);
    let text =
        if context.caller.is_for_all_vendors() { text } else { visible(&text, |name| context.caller.sees(name)) };
    Ok(body("application/openmetrics-text; version=1.0.0; charset=utf-8", text))
}
