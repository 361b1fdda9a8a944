//! Everything that observes requests: metrics, traces, events and the decision log.

use super::events::Events;
use super::metrics::Metrics;
use super::recorder::Recorder;
use super::spans::Spans;
use std::sync::Arc;
use std::time::Instant;

/// Observation of the server.
pub struct Telemetry {
    /// Counters and durations.
    pub metrics: Arc<Metrics>,
    /// Changes of vendors as they happen.
    pub events: Events,
    /// The decision log; `None` records nothing.
    pub recorder: Option<Recorder>,
    /// Exporter of spans; `None` exports none.
    pub spans: Option<Arc<Spans>>,
    /// Start of the server.
    pub started: Instant,
}
