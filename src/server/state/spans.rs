//! Traces of requests, sent to a collector by OTLP over HTTP.
//!
//! A request only puts its spans into a bounded queue; spans that do not fit, or that the collector does not accept,
//! are counted and dropped. A separate task sends the queue.

use super::exporter::Exporter;
use super::metrics::Metrics;
use super::otlp::{Attribute, Span, SpanFlags, SpanKind};
use super::span_options::SpanOptions;
use crate::server::http::context::extension;
use crate::server::http::identity::{Trace, new_span_id};
use crate::server::http::problem::{MAX_INSTANCE, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use prometheus_client::metrics::counter::Counter;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};
use tokio::sync::mpsc;

/// Most waiting spans.
const QUEUED: usize = 4_096;
/// Requests of which a sample is taken.
const SAMPLE_OF: u64 = 1_000;

/// Queue of spans.
pub struct Spans {
    queue: mpsc::Sender<Span>,
    sample: u64,
    scheme: &'static str,
    dropped: Counter,
}

/// Returns the two ends of the queue of spans.
pub fn spans(options: SpanOptions, is_tls: bool, metrics: &Metrics) -> (Spans, Exporter) {
    let (sender, receiver) = mpsc::channel(QUEUED);
    let spans = Spans {
        queue: sender,
        sample: options.sample.into(),
        scheme: if is_tls { "https" } else { "http" },
        dropped: metrics.dropped_spans.clone(),
    };
    let exporter = Exporter::new(receiver, options, metrics);
    (spans, exporter)
}

impl Spans {
    fn take(&self, span: Span) {
        if self.queue.try_send(span).is_err() {
            self.dropped.inc();
        }
    }

    /// Returns a trace for a request without one, if it is part of the sample.
    fn begin(&self) -> Option<Trace> {
        if self.sample == 0 {
            return None;
        }
        let trace = Trace::begin();
        // The last 56 bits of a trace id are random.
        let number = trace.trace_id.get(18..).and_then(|digits| u64::from_str_radix(digits, 16).ok())?;
        (number % SAMPLE_OF < self.sample).then_some(trace)
    }
}

/// A request as its span describes it.
pub struct RequestHead<'a> {
    /// Method; callers can send any word.
    pub method: &'a Method,
    /// Route as declared; `None` when no route matches.
    pub route: Option<&'static str>,
    /// Path.
    pub path: &'a str,
    /// Id of the request.
    pub request_id: &'a str,
    /// Vendor in the path.
    pub vendor: Option<&'a str>,
    /// True when a trace may begin with it, which is not so for probes and scrapes.
    pub may_begin: bool,
}

/// Trace of a request, and its span while the request is in progress.
#[derive(Default)]
pub struct Traced {
    /// The trace; `None` when it has none.
    pub trace: Option<Trace>,
    /// The span; `None` when it is not exported.
    pub span: Option<Arc<OpenSpan>>,
}

impl Traced {
    /// Returns the caller's trace, or a new one when spans are sent and the request is part of the sample.
    pub fn begin(spans: Option<&Arc<Spans>>, headers: &HeaderMap, head: &RequestHead<'_>) -> Self {
        let given = Trace::from_headers(headers);
        let Some(spans) = spans else { return Self { trace: given, span: None } };
        let trace = given.or_else(|| if head.may_begin { spans.begin() } else { None });
        let sampled = trace.as_ref().filter(|trace| trace.is_sampled());
        let span = sampled.map(|trace| Arc::new(OpenSpan::begin(Arc::clone(spans), trace.clone(), head)));
        Self { trace, span }
    }
}

/// Outcome of a request.
#[derive(Default)]
pub struct Ended<'a> {
    /// Status of the response.
    pub status: u16,
    /// Revision that the response names.
    pub revision: Option<&'a str>,
    /// Code of the problem.
    pub problem: Option<&'static str>,
}

/// Span of a request in progress. Dropped without [`OpenSpan::end`], it ends as cancelled.
pub struct OpenSpan {
    spans: Arc<Spans>,
    trace: Trace,
    begun: Instant,
    begun_at: SystemTime,
    name: String,
    attributes: Vec<Attribute>,
    kind: OnceLock<&'static str>,
    outcome: OnceLock<&'static str>,
    revision: OnceLock<String>,
    is_ended: AtomicBool,
}

impl OpenSpan {
    fn begin(spans: Arc<Spans>, trace: Trace, head: &RequestHead<'_>) -> Self {
        let method = match *head.method {
            Method::GET
            | Method::HEAD
            | Method::POST
            | Method::PUT
            | Method::DELETE
            | Method::PATCH
            | Method::OPTIONS
            | Method::CONNECT
            | Method::TRACE => head.method.as_str(),
            _ => "_OTHER",
        };
        let shown = |text: &str| text.chars().take(MAX_INSTANCE).collect::<String>();
        let mut attributes = vec![
            Attribute::text("http.request.method", method),
            Attribute::text("url.path", shown(head.path)),
            Attribute::text("url.scheme", spans.scheme),
            Attribute::text("quotient.request_id", head.request_id),
        ];
        attributes.extend(head.route.map(|route| Attribute::text("http.route", route)));
        attributes.extend(head.vendor.map(|vendor| Attribute::text("quotient.vendor", shown(vendor))));
        let verb = if method == "_OTHER" { "HTTP" } else { method };
        let name = head.route.map_or_else(|| verb.to_owned(), |route| format!("{verb} {route}"));
        let (begun, begun_at) = (Instant::now(), SystemTime::now());
        let (kind, outcome, revision) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let is_ended = AtomicBool::new(false);
        Self { spans, trace, begun, begun_at, name, attributes, kind, outcome, revision, is_ended }
    }

    /// Returns the id of the trace: 32 hex digits.
    pub fn trace_id(&self) -> &str {
        &self.trace.trace_id
    }

    /// Sets the kind of decision: `assessment`, `proposal`, …
    pub fn set_kind(&self, kind: &'static str) {
        let _ = self.kind.set(kind);
    }

    /// Sets the revision that decides: responses name it themselves, problems do not.
    pub fn set_revision(&self, revision: &str) {
        let _ = self.revision.set(revision.to_owned());
    }

    /// Sets the outcome: `decided`, `refused` or `failed`.
    pub fn set_outcome(&self, outcome: &'static str) {
        let _ = self.outcome.set(outcome);
    }

    /// Ends the span with the response.
    pub fn end(&self, ended: &Ended<'_>) {
        if self.is_ended.swap(true, Ordering::Relaxed) {
            return;
        }
        let is_error = ended.status >= 500;
        let mut attributes = self.attributes.clone();
        let status = (ended.status > 0).then_some(ended.status);
        attributes.extend(status.map(|status| Attribute::number("http.response.status_code", status.into())));
        let revision = ended.revision.or(self.revision.get().map(String::as_str));
        attributes.extend(revision.map(|revision| Attribute::text("quotient.revision", revision)));
        attributes.extend(self.kind.get().map(|kind| Attribute::text("quotient.kind", *kind)));
        attributes.extend(self.outcome.get().map(|outcome| Attribute::text("quotient.outcome", *outcome)));
        let error = match (is_error, status) {
            (true, _) => Some(ended.problem.map_or_else(|| ended.status.to_string(), str::to_owned)),
            (false, None) => Some("cancelled".to_owned()),
            (false, Some(_)) => None,
        };
        attributes.extend(error.map(|error| Attribute::text("error.type", error)));
        self.spans.take(Span {
            trace_id: self.trace.trace_id.clone(),
            span_id: self.trace.span_id.clone(),
            parent_span_id: self.trace.parent_id.clone(),
            flags: SpanFlags { is_parent_remote: self.trace.parent_id.is_some() },
            name: self.name.clone(),
            kind: SpanKind::Server,
            start_time_unix_nano: self.nanos(self.begun),
            end_time_unix_nano: self.nanos(Instant::now()),
            attributes,
            is_error,
        });
    }

    /// Sends a step that has ended.
    fn step(&self, name: &'static str, from: Instant, to: Instant) {
        self.spans.take(Span {
            trace_id: self.trace.trace_id.clone(),
            span_id: new_span_id(),
            parent_span_id: Some(self.trace.span_id.clone()),
            flags: SpanFlags { is_parent_remote: false },
            name: name.to_owned(),
            kind: SpanKind::Internal,
            start_time_unix_nano: self.nanos(from),
            end_time_unix_nano: self.nanos(to),
            attributes: Vec::new(),
            is_error: false,
        });
    }

    /// Returns nanoseconds since 1970 by the clock at the start of the request, so that steps stay in order.
    fn nanos(&self, at: Instant) -> u64 {
        let at = self.begun_at + at.saturating_duration_since(self.begun);
        let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// Span of a request; handlers take it as an argument.
#[derive(Clone, Default)]
pub struct RequestSpan(pub Option<Arc<OpenSpan>>);

impl<S: Send + Sync> FromRequestParts<S> for RequestSpan {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        extension(parts)
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        self.end(&Ended::default());
    }
}

/// Returns the work with two steps of the request's span: the wait for a worker, and the work itself.
pub fn traced<R, W: FnOnce() -> R>(
    span: Option<&Arc<OpenSpan>>,
    name: &'static str,
    work: W,
) -> impl FnOnce() -> R + use<R, W> {
    let watch = span.map(|span| (Arc::clone(span), Instant::now()));
    move || {
        let Some((span, queued)) = watch else { return work() };
        let begun = Instant::now();
        let done = work();
        span.step("wait for a worker", queued, begun);
        span.step(name, begun, Instant::now());
        done
    }
}
