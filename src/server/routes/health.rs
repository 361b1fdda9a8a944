//! Health, metrics and version: answered whatever the vendors do.

use super::{answer, document, json};
use crate::library::Watching;
use crate::server::http::access::Scope;
use crate::server::http::call::Call;
use crate::server::http::operation::{Answered, Media, Operation, Reply};
use crate::server::http::problem::Problem;
use crate::server::state::app::App;
use crate::server::state::metrics::Now;
use axum::body::Body;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

pub static OPERATIONS: [Operation; 5] = [
    Operation {
        id: "live",
        method: "GET",
        path: "/health/live",
        group: "health",
        summary: "The process is alive",
        doc: "Answers while the process runs, whatever the vendors do. For a liveness probe.",
        scope: Scope::Open,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "It is alive.", media: &[json("Liveness")], has_revision: false }],
        problems: &[],
        handler: live,
    },
    Operation {
        id: "ready",
        method: "GET",
        path: "/health/ready",
        group: "health",
        summary: "The server can decide",
        doc: "Ready when at least one vendor has a usable revision and the server is not shutting down. For a readiness probe.",
        scope: Scope::Open,
        query: &[],
        body: &[],
        replies: &[
            Reply { status: 200, doc: "It can decide.", media: &[json("Readiness")], has_revision: false },
            Reply {
                status: 503,
                doc: "It cannot; `reason` says why.",
                media: &[json("Readiness")],
                has_revision: false,
            },
        ],
        problems: &[],
        handler: ready,
    },
    Operation {
        id: "health",
        method: "GET",
        path: "/health",
        group: "health",
        summary: "How everything stands",
        doc: "Every vendor's state, how changes are noticed, the archive, the decision log and the lanes. `status` is `degraded` when a vendor is not served from what its folder holds, or when something beside the vendors needs somebody to look.",
        scope: Scope::Read,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "How everything stands.", media: &[json("Health")], has_revision: false }],
        problems: &[],
        handler: health,
    },
    Operation {
        id: "metrics",
        method: "GET",
        path: "/metrics",
        group: "health",
        summary: "Metrics for Prometheus",
        doc: "OpenMetrics text. Partner ids are never labels.",
        scope: Scope::Open,
        query: &[],
        body: &[],
        replies: &[Reply {
            status: 200,
            doc: "The metrics.",
            media: &[Media { media: "application/openmetrics-text", schema: None }],
            has_revision: false,
        }],
        problems: &[],
        handler: metrics,
    },
    Operation {
        id: "version",
        method: "GET",
        path: "/version",
        group: "health",
        summary: "Version of the program and of what scripts may call",
        doc: "",
        scope: Scope::Open,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "The version.", media: &[json("Version")], has_revision: false }],
        problems: &[],
        handler: version,
    },
];

/// The process is alive.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Liveness {
    /// Always `live`.
    #[schemars(extend("const" = "live"))]
    status: &'static str,
}

/// Whether the server can decide.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Readiness {
    /// `ready` or `not_ready`.
    #[schemars(extend("enum" = ["ready", "not_ready"]))]
    status: &'static str,
    /// Why not; null when it is ready.
    reason: Option<&'static str>,
    /// Vendors that are known.
    vendors: usize,
    /// Vendors that use what their folder holds.
    active: usize,
}

/// How everything stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Health {
    /// `ok`, or `degraded` when somebody should look.
    #[schemars(extend("enum" = ["ok", "degraded"]))]
    status: &'static str,
    /// What somebody should look at; empty when nothing.
    reasons: Vec<String>,
    /// State of every vendor the caller may see: `active`, `degraded` or `failed`.
    vendors: BTreeMap<String, VendorHealth>,
    /// How changes are noticed: `events`, `polling`, or `blind` when events were wanted and do not work.
    #[schemars(extend("enum" = ["events", "polling", "blind"]))]
    watching: &'static str,
    /// Scans of the folders since the start.
    scans: u64,
    /// End of the last scan, RFC 3339; null before the first.
    last_scan: Option<String>,
    /// Generations published since the start.
    generations: u64,
    /// Seconds since the start.
    uptime_seconds: u64,
    /// The decision log; null when decisions are not recorded.
    decision_log: Option<crate::server::state::recorder::RecorderHealth>,
    /// Work that waits or runs, by lane.
    lanes: BTreeMap<&'static str, LaneHealth>,
}

/// How one vendor stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VendorHealth {
    /// `active`, `degraded` or `failed`.
    #[schemars(extend("enum" = ["active", "degraded", "failed"]))]
    state: &'static str,
    /// Revision in use; null when none is.
    revision: Option<String>,
    /// First error, as its author reads it; null when there is none.
    error: Option<String>,
}

/// How full a lane is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LaneHealth {
    /// Jobs that wait.
    queued: usize,
    /// Jobs that run.
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

fn live(_: Arc<App>, _: Call, _: Body) -> Answered {
    Box::pin(async { document(&Liveness { status: "live" }) })
}

fn ready(app: Arc<App>, _: Call, _: Body) -> Answered {
    Box::pin(async move {
        let reason = app.unready();
        let (vendors, active) = app.vendor_counts();
        let status = if reason.is_some() { "not_ready" } else { "ready" };
        let mut response = document(&Readiness { status, reason, vendors, active })?;
        if reason.is_some() {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        Ok(response)
    })
}

fn health(app: Arc<App>, call: Call, _: Body) -> Answered {
    Box::pin(async move { document(&health_of(&app, &call)) })
}

fn health_of(app: &App, call: &Call) -> Health {
    let catalog = app.library.current();
    let status = app.library.status();
    let mut reasons: Vec<String> = Vec::new();
    let mut vendors = BTreeMap::new();
    for (name, vendor) in catalog.vendors().filter(|(name, _)| call.caller.sees(name)) {
        let state = vendor.state.as_str();
        let error = vendor.findings.iter().find(|finding| finding.is_error()).map(ToString::to_string);
        if state != "active" {
            reasons.push(format!("vendor `{name}` is {state}"));
        }
        vendors.insert(name.to_string(), VendorHealth { state, revision: vendor.revision().map(str::to_owned), error });
    }
    if catalog.vendors().next().is_none() {
        reasons.push("there is no vendor".to_owned());
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
    if status.is_stopped && !app.is_ending() {
        reasons.push("reloading has stopped: restart the server".to_owned());
    }
    let decision_log = app.recorder.as_ref().map(crate::server::state::recorder::Recorder::health);
    if let Some(error) = decision_log.as_ref().and_then(|log| log.error()) {
        reasons.push(format!("the decision log cannot be written: {error}"));
    }
    let lane = |lane: &crate::server::state::fair_queue::Lane| {
        let load = lane.load();
        LaneHealth { queued: load.queued, busy: load.busy }
    };
    Health {
        status: if reasons.is_empty() { "ok" } else { "degraded" },
        reasons,
        vendors,
        watching,
        scans: status.scans,
        last_scan: status.last_scan.map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
        generations: status.published,
        uptime_seconds: app.started.elapsed().as_secs(),
        decision_log,
        lanes: [("decide", lane(&app.decide)), ("plan", lane(&app.plan))].into(),
    }
}

fn metrics(app: Arc<App>, _: Call, _: Body) -> Answered {
    Box::pin(async move { Ok::<_, Problem>(metrics_of(&app)) })
}

fn metrics_of(app: &App) -> axum::http::Response<axum::body::Body> {
    if let Some(recorder) = &app.recorder {
        recorder.count(&app.metrics);
    }
    let lanes = [("decide", app.decide.load()), ("plan", app.plan.load())];
    let now = Now { catalog: &app.library.current(), lanes, stale: app.events.stale_seconds() };
    answer("application/openmetrics-text; version=1.0.0; charset=utf-8", app.metrics.text(&now))
}

fn version(_: Arc<App>, _: Call, _: Body) -> Answered {
    Box::pin(async { document(&Version { name: "quotient", version: env!("CARGO_PKG_VERSION") }) })
}
