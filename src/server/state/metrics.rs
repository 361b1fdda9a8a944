//! Metrics in the text format of Prometheus.
//!
//! Partner ids are never labels: what is counted is vendors, routes and outcomes.

use super::fair_queue::Load;
use super::process::Process;
use crate::channel::Name;
use crate::library::{Catalog, Outcome, State};
use crate::plugin::VendorPlugin;
use crate::request::Kind;
use crate::server::http::problem::ProblemKind;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::exemplar::HistogramWithExemplars;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::{Duration, SystemTime};

/// Upper bounds of the classes of durations, in seconds.
const SECONDS: [f64; 14] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Outcomes of evaluations.
const OUTCOMES: [&str; 3] = ["decided", "refused", "failed"];

/// Reasons for which requests are refused before they start.
pub const SHED: [&str; 5] = ["vendor_busy", "caller_busy", "queue_full", "waited_too_long", "panicked"];

/// Labels of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct EvaluationLabels {
    /// Vendor.
    pub vendor: Name,
    /// Kind of decision: `assessment`, `proposal`, …
    pub policy: &'static str,
    /// `decided`, `refused` or `failed`.
    pub outcome: &'static str,
}

/// Labels of durations of evaluations.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct WorkLabels {
    /// Vendor.
    pub vendor: Name,
    /// Kind of decision.
    pub policy: &'static str,
}

/// Labels of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// Route as declared, such as `/v1/vendors/{vendor}`.
    pub route: &'static str,
    /// Method.
    pub method: &'static str,
    /// Status.
    pub status: u16,
}

/// Labels of a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct VendorLabels {
    /// Vendor.
    pub vendor: String,
}

/// Labels of a reload.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReloadLabels {
    /// Vendor.
    pub vendor: String,
    /// Outcome as in a vendor's history.
    pub result: String,
}

/// Labels of the revision in use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PolicyLabels {
    /// Vendor.
    pub vendor: String,
    /// Revision in use.
    pub revision: String,
}

/// A label `reason`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabels {
    /// Reason.
    pub reason: String,
}

/// A label `lane`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct LaneLabels {
    /// Lane.
    pub lane: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BuildLabels {
    version: String,
    commit: String,
}

/// Label of an exemplar: the trace in which a value was measured.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TraceLabel {
    trace_id: String,
}

type TracedSeconds = HistogramWithExemplars<TraceLabel>;
type Seconds = Family<RequestLabels, TracedSeconds, fn() -> TracedSeconds>;
type WorkSeconds = Family<WorkLabels, TracedSeconds, fn() -> TracedSeconds>;

/// Notes a duration, with its trace as exemplar when its spans are sent.
fn note(seconds: &TracedSeconds, took: Duration, trace: Option<&str>) {
    let label = trace.map(|trace| TraceLabel { trace_id: trace.to_owned() });
    let time = label.is_some().then(SystemTime::now);
    seconds.observe(took.as_secs_f64(), label, time);
}

/// State at the moment of a scrape.
pub struct Snapshot<'a> {
    /// The vendors.
    pub catalog: &'a Catalog<VendorPlugin>,
    /// Load of each lane by its name.
    pub lanes: [(&'static str, Load); 2],
    /// Seconds for which vendors have not used the content of their directory.
    pub stale: Vec<(String, i64)>,
    /// Vendors whose revision is set aside.
    pub set_aside: Vec<(Name, String)>,
}

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    /// Metrics of the process, whose names have no prefix.
    process: Registry,
    /// Evaluations.
    pub evaluations: Family<EvaluationLabels, Counter>,
    evaluation_seconds: WorkSeconds,
    request_seconds: Seconds,
    /// Changes of vendors by outcome.
    pub reloads: Family<ReloadLabels, Counter>,
    last_reload: Family<VendorLabels, Gauge>,
    last_reload_successful: Family<VendorLabels, Gauge>,
    policy: Family<PolicyLabels, Gauge>,
    stale: Family<VendorLabels, Gauge>,
    set_aside: Family<VendorLabels, Gauge>,
    differing: Family<VendorLabels, Gauge>,
    /// Rows and lines refused, by reason.
    pub rejected: Family<ReasonLabels, Counter>,
    /// Requests refused before they started, by reason.
    pub shed: Family<ReasonLabels, Counter>,
    /// Decisions without a record.
    pub dropped_records: Counter,
    /// Decisions recorded.
    pub records: Counter,
    /// Spans that the collector accepted.
    pub spans: Counter,
    /// Spans that were lost.
    pub dropped_spans: Counter,
    /// Open connections.
    pub connections: Gauge,
    queued: Family<LaneLabels, Gauge>,
    busy: Family<LaneLabels, Gauge>,
    wait_seconds: Family<LaneLabels, Histogram, fn() -> Histogram>,
    /// Without a series until there is a certificate.
    certificate: Family<Vec<(String, String)>, Gauge>,
    scrape: Mutex<()>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Returns metrics that have counted nothing.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("quotient");
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        let traced: fn() -> TracedSeconds = || TracedSeconds::new(SECONDS.into_iter());
        let (evaluation_seconds, request_seconds) =
            (WorkSeconds::new_with_constructor(traced), Seconds::new_with_constructor(traced));
        let mut metrics = Self {
            evaluations: Family::default(),
            evaluation_seconds,
            request_seconds,
            reloads: Family::default(),
            last_reload: Family::default(),
            last_reload_successful: Family::default(),
            policy: Family::default(),
            stale: Family::default(),
            set_aside: Family::default(),
            differing: Family::default(),
            rejected: Family::default(),
            shed: Family::default(),
            dropped_records: Counter::default(),
            records: Counter::default(),
            spans: Counter::default(),
            dropped_spans: Counter::default(),
            connections: Gauge::default(),
            queued: Family::default(),
            busy: Family::default(),
            wait_seconds: Family::new_with_constructor(seconds),
            certificate: Family::default(),
            registry: Registry::default(),
            process: Registry::default(),
            scrape: Mutex::default(),
        };
        metrics.register(&mut registry);
        metrics.registry = registry;
        metrics.process.register_collector(Box::new(Process));
        // Series that begin with their first event would hide it from `rate` and `increase`.
        SHED.iter().for_each(|reason| drop(metrics.shed.get_or_create(&ReasonLabels { reason: (*reason).to_owned() })));
        for kind in [ProblemKind::BodyMalformed, ProblemKind::InputRefused, ProblemKind::RulesFailed] {
            drop(metrics.rejected.get_or_create(&ReasonLabels { reason: kind.code().to_owned() }));
        }
        metrics
    }

    fn register(&self, registry: &mut Registry) {
        let m = self;
        registry.register("evaluations", "Decisions by vendor, kind and outcome", m.evaluations.clone());
        registry.register_with_unit(
            "evaluation_duration",
            "Time on a worker",
            Unit::Seconds,
            m.evaluation_seconds.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from the header of a request to the header of its response",
            Unit::Seconds,
            m.request_seconds.clone(),
        );
        registry.register("policy_reloads", "Changes of vendors by outcome", m.reloads.clone());
        registry.register_with_unit(
            "policy_last_reload_timestamp",
            "Last change",
            Unit::Seconds,
            m.last_reload.clone(),
        );
        let what = "1 when the content of the directory is in use, 0 when an earlier revision is";
        registry.register("policy_last_reload_successful", what, m.last_reload_successful.clone());
        registry.register("policy_info", "The revision in use", m.policy.clone());
        let what = "Time for which the content of the directory has not been in use";
        registry.register_with_unit("policy_stale", what, Unit::Seconds, m.stale.clone());
        let what = "1 while the revision is set aside because it uses up its budget every time";
        registry.register("policy_set_aside", what, m.set_aside.clone());
        let what = "Rules left to the interpreter because it differed from their typed code";
        registry.register("policy_rules_differing", what, m.differing.clone());
        registry.register("rejected_rows", "Lines of batches refused, by reason", m.rejected.clone());
        registry.register("requests_shed", "Requests refused before they started, by reason", m.shed.clone());
        registry.register("decision_records", "Decisions recorded", m.records.clone());
        registry.register("decision_records_dropped", "Decisions without a record", m.dropped_records.clone());
        registry.register("spans", "Spans that the trace collector accepted", m.spans.clone());
        let what = "Spans lost: the queue was full, or the collector did not accept them";
        registry.register("spans_dropped", what, m.dropped_spans.clone());
        registry.register("http_connections", "Open connections", m.connections.clone());
        registry.register("lane_queued", "Waiting work", m.queued.clone());
        registry.register("lane_busy", "Running work", m.busy.clone());
        let what = "Time that work waited for a worker";
        registry.register_with_unit("lane_wait", what, Unit::Seconds, m.wait_seconds.clone());
        let what = "End of the validity of the certificate, since 1970";
        registry.register_with_unit("certificate_expiry_timestamp", what, Unit::Seconds, m.certificate.clone());
        let build = Family::<BuildLabels, Gauge>::default();
        let commit = option_env!("QUOTIENT_COMMIT").unwrap_or("unknown").to_owned();
        build.get_or_create(&BuildLabels { version: env!("CARGO_PKG_VERSION").to_owned(), commit }).set(1);
        registry.register("build_info", "This program", build);
    }

    /// Counts an evaluation; `trace` is the id of its trace when spans of it are sent.
    pub fn evaluated(&self, labels: EvaluationLabels, took: Duration, trace: Option<&str>) {
        let work = WorkLabels { vendor: Name::clone(&labels.vendor), policy: labels.policy };
        note(&self.evaluation_seconds.get_or_create(&work), took, trace);
        self.evaluations.get_or_create(&labels).inc();
    }

    /// Counts a response; `trace` is the id of its trace when spans of it are sent.
    pub fn answered(&self, labels: &RequestLabels, took: Duration, trace: Option<&str>) {
        note(&self.request_seconds.get_or_create(labels), took, trace);
    }

    /// Counts a request that was refused before it started.
    pub fn shed(&self, reason: &str) {
        self.shed.get_or_create(&ReasonLabels { reason: reason.to_owned() }).inc();
    }

    /// Notes how long work waited for a worker of a lane.
    pub fn waited(&self, lane: &str, time: Duration) {
        self.wait_seconds.get_or_create(&LaneLabels { lane: lane.to_owned() }).observe(time.as_secs_f64());
    }

    /// Notes the end of the validity of the certificate in use.
    pub fn certificate_expires(&self, time: DateTime<Utc>) {
        self.certificate.get_or_create(&Vec::new()).set(time.timestamp());
    }

    fn lane(&self, lane: &str, load: Load) {
        let labels = LaneLabels { lane: lane.to_owned() };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.queued.get_or_create(&labels).set(number(load.queued));
        self.busy.get_or_create(&labels).set(number(load.busy));
    }

    /// Returns the exposition of all counts and of the present state.
    pub fn text(&self, now: &Snapshot<'_>) -> String {
        // Two scrapes at once must not clear what the other has just set.
        let _one = self.scrape.lock();
        now.lanes.iter().for_each(|(lane, load)| self.lane(lane, *load));
        [&self.last_reload, &self.last_reload_successful, &self.stale, &self.set_aside, &self.differing]
            .into_iter()
            .for_each(Family::clear);
        self.policy.clear();
        for (name, vendor) in now.catalog.vendors() {
            let labels = VendorLabels { vendor: name.to_string() };
            let last = vendor.history.back().map_or(vendor.since, |attempt| attempt.when);
            self.last_reload.get_or_create(&labels).set(last.timestamp());
            self.last_reload_successful.get_or_create(&labels).set(i64::from(vendor.state == State::Active));
            let is_set_aside = now.set_aside.iter().any(|(set_aside, _)| set_aside == name);
            self.set_aside.get_or_create(&labels).set(i64::from(is_set_aside));
            let differing = vendor.active.as_ref().map_or(0, |active| active.plugin.differences(false).len());
            self.differing.get_or_create(&labels).set(i64::try_from(differing).unwrap_or(i64::MAX));
            self.stale.get_or_create(&labels).set(0);
            for outcome in Outcome::ALL {
                let result = outcome.as_str().to_owned();
                drop(self.reloads.get_or_create(&ReloadLabels { vendor: name.to_string(), result }));
            }
            for (kind, outcome) in Kind::ALL.iter().flat_map(|kind| OUTCOMES.map(|outcome| (kind, outcome))) {
                let labels = EvaluationLabels { vendor: Name::clone(name), policy: kind.as_str(), outcome };
                drop(self.evaluations.get_or_create(&labels));
            }
            if let Some(revision) = vendor.revision() {
                let labels = PolicyLabels { vendor: name.to_string(), revision: revision.to_owned() };
                self.policy.get_or_create(&labels).set(1);
            }
        }
        for (vendor, seconds) in &now.stale {
            self.stale.get_or_create(&VendorLabels { vendor: vendor.clone() }).set(*seconds);
        }
        let mut text = String::new();
        // Writing to a string fails only when a collector does, and these do not.
        let _ = text::encode_registry(&mut text, &self.registry)
            .and_then(|()| text::encode_registry(&mut text, &self.process))
            .and_then(|()| text::encode_eof(&mut text));
        text
    }
}

/// Returns the exposition without the series of vendors that `sees` denies.
pub fn visible(text: &str, sees: impl Fn(&str) -> bool) -> String {
    let is_visible = |line: &&str| {
        // Names of vendors have no quotes. Every other label has a value that a caller cannot choose.
        let vendor = line.split_once("vendor=\"").and_then(|(_, rest)| rest.split_once('"'));
        line.starts_with('#') || vendor.is_none_or(|(vendor, _)| sees(vendor))
    };
    text.split_inclusive('\n').filter(is_visible).collect()
}
