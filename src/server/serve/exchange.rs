//! One request and its response: admission, the handler, and the one exit of the server.

use crate::server::http::conditional::REVISION;
use crate::server::http::context::{Context, RequestFacts};
use crate::server::http::identity::{TRACEPARENT, X_REQUEST_ID, request_id};
use crate::server::http::path;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::QueryPairs;
use crate::server::routes::Route;
use crate::server::state::app::App;
use crate::server::state::gate::HEALTH;
use crate::server::state::spans::{Ended, RequestHead, RequestSpan, Traced};
use crate::server::state::telemetry::Telemetry;
use crate::server::wire::held::holding;
use crate::server::wire::places::Place;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

/// Stands for the route of requests that no route matches.
const NO_ROUTE: &str = "(none)";

/// A request in progress, as its log line, its metrics, its span and its response name it.
struct Exchange {
    telemetry: Arc<Telemetry>,
    started: Instant,
    method: Method,
    route: &'static str,
    path: String,
    request_id: String,
    traced: Traced,
}

/// Route of a request as traces describe it.
struct Matched<'a> {
    /// Path of the route; `None` when no route matches.
    route: Option<&'static str>,
    /// Vendor in the path.
    vendor: Option<&'a str>,
    /// True when a trace may begin with the request, which is not so for probes and scrapes.
    may_begin: bool,
}

impl Exchange {
    fn begin(app: &App, method: &Method, uri: &Uri, headers: &HeaderMap, matched: &Matched<'_>) -> Self {
        let started = Instant::now();
        let telemetry = Arc::clone(&app.telemetry);
        let (request_id, path) = (request_id(headers), uri.path().to_owned());
        let head = RequestHead {
            method,
            route: matched.route,
            path: &path,
            request_id: &request_id,
            vendor: matched.vendor,
            may_begin: matched.may_begin,
        };
        let traced = Traced::begin(telemetry.spans.as_ref(), headers, &head);
        let route = matched.route.unwrap_or(NO_ROUTE);
        Self { telemetry, started, method: method.clone(), route, path, request_id, traced }
    }

    /// Completes a response, counts it and logs it: the exit of every response that a route or the router makes.
    fn finish(self, mut response: Response) -> Response {
        let trace = self.traced.trace.as_ref();
        let problem = response.extensions_mut().remove::<Problem>();
        let code = problem.as_ref().map(|problem| problem.code);
        if let Some(problem) = problem {
            if problem.status >= 500 {
                let (request_id, route, status, code) = (&*self.request_id, self.route, problem.status, problem.code);
                tracing::warn!(request_id, route, status, code, "{}", problem.detail);
            }
            response = problem.about(&self.request_id, &self.path).response();
        }
        let status = response.status().as_u16();
        let headers = response.headers_mut();
        headers.extend(HeaderValue::from_str(&self.request_id).ok().map(|id| (X_REQUEST_ID, id)));
        let parent = trace.and_then(|trace| HeaderValue::from_str(&trace.traceparent()).ok());
        headers.extend(parent.map(|parent| (TRACEPARENT, parent)));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if let Some(span) = &self.traced.span {
            let revision = response.headers().get(REVISION).and_then(|revision| revision.to_str().ok());
            span.end(&Ended { status, revision, problem: code });
        }
        let (took, method) = (self.started.elapsed(), label_of(&self.method));
        self.telemetry.metrics.answered(self.route, method, status, took);
        tracing::debug!(
            request_id = &*self.request_id,
            trace_id = trace.map(|trace| trace.trace_id.as_str()),
            method,
            route = self.route,
            status,
            took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
        response
    }
}

/// Returns the method as a label: callers can send any word, which must not become a way to fill memory.
fn label_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "TRACE",
    }
}

/// Responds to a request that matches a route.
pub async fn respond(app: App, route: Route, request: Request) -> Response {
    let operation = route.operation;
    let (mut parts, body) = request.into_parts();
    let raw = path::raw(&mut parts, &app).await;
    let vendor = raw.as_ref().ok().and_then(|raw| raw.iter().find(|(name, _)| *name == "vendor"));
    let vendor = vendor.map(|(_, vendor)| vendor);
    let matched = Matched { route: Some(operation.path), vendor, may_begin: operation.group != HEALTH };
    let exchange = Exchange::begin(&app, &parts.method, &parts.uri, &parts.headers, &matched);
    let handled = async {
        raw.as_ref().map_err(Clone::clone)?;
        let caller = app.gate.admit(operation, &parts, vendor)?;
        let in_use = app.gate.begin(operation, &caller)?;
        let place = in_use.is_some().then(|| parts.extensions.get::<Arc<Place>>().map(Place::keep)).flatten();
        let query = QueryPairs::read(&parts.uri, operation)?;
        let facts = RequestFacts {
            path: exchange.path.clone(),
            caller,
            request_id: exchange.request_id.clone(),
            trace: exchange.traced.trace.clone(),
        };
        parts.extensions.insert(query);
        parts.extensions.insert(Context(Arc::new(facts)));
        parts.extensions.insert(RequestSpan(exchange.traced.span.clone()));
        let limit = app.gate.limits.handler;
        let handling = route.handle(Request::from_parts(parts, body), app.clone());
        let response = tokio::time::timeout(limit, handling).await.map_err(|_| {
            let detail = format!("there was no response within {} s", limit.as_secs());
            Problem::new(ProblemKind::TooSlow, detail)
        })?;
        // The request is in progress until its response is sent.
        Ok(match in_use {
            Some(in_use) => response.map(|body| holding(body, (in_use, place))),
            None => response,
        })
    };
    let handled: Result<Response, Problem> = AssertUnwindSafe(handled).catch_unwind().await.unwrap_or_else(|_| {
        let detail = "internal error; please report it with the request id";
        Err(Problem::new(ProblemKind::Internal, detail))
    });
    exchange.finish(handled.unwrap_or_else(Problem::into_response))
}

/// Refuses a request whose path or method has no handler.
pub fn refuse(app: &App, route: Option<&'static str>, request: &Request, problem: Problem) -> Response {
    let matched = Matched { route, vendor: None, may_begin: true };
    let exchange = Exchange::begin(app, request.method(), request.uri(), request.headers(), &matched);
    exchange.finish(problem.into_response())
}
