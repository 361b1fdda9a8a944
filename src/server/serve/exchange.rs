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
use crate::server::state::metrics::RequestLabels;
use crate::server::state::spans::{Ended, RequestHead, RequestSpan, Traced};
use crate::server::state::telemetry::Telemetry;
use crate::server::wire::held::holding;
use crate::server::wire::listen::Peer;
use crate::server::wire::places::Place;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, LOCATION, X_CONTENT_TYPE_OPTIONS};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

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
    vendor: Option<String>,
    /// Name of the caller's token, once it is known.
    caller: OnceLock<Arc<str>>,
    peer: Option<SocketAddr>,
    /// True for probes and scrapes, which would fill the log.
    is_probe: bool,
}

/// Route of a request as traces describe it.
struct Matched<'a> {
    /// Path of the route; `None` when no route matches.
    route: Option<&'static str>,
    /// Vendor in the path.
    vendor: Option<&'a str>,
    /// True for probes and scrapes, with which no trace begins.
    is_probe: bool,
}

/// Header of a request, with what the connection added to it.
struct Head<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

impl<'a> From<&'a Request> for Head<'a> {
    fn from(request: &'a Request) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }
}

impl Exchange {
    fn begin(app: &App, request: &Head<'_>, matched: &Matched<'_>) -> Self {
        let started = Instant::now();
        let Head { method, uri, headers, extensions } = request;
        let telemetry = Arc::clone(&app.telemetry);
        let (request_id, path) = (request_id(headers), uri.path().to_owned());
        let head = RequestHead {
            method,
            route: matched.route,
            path: &path,
            request_id: &request_id,
            vendor: matched.vendor,
            may_begin: !matched.is_probe,
        };
        let traced = Traced::begin(telemetry.spans.as_ref(), headers, &head);
        let route = matched.route.unwrap_or(NO_ROUTE);
        Self {
            telemetry,
            started,
            method: (*method).clone(),
            route,
            path,
            request_id,
            traced,
            vendor: matched.vendor.map(str::to_owned),
            caller: OnceLock::new(),
            peer: extensions.get::<Peer>().and_then(|peer| peer.0),
            is_probe: matched.is_probe,
        }
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
        let sent = self.traced.span.as_ref().map(|span| span.trace_id());
        self.telemetry.metrics.answered(&RequestLabels { route: self.route, method, status }, took, sent);
        self.log(status, code, response.headers(), took);
        response
    }
}

impl Exchange {
    /// Writes the line of the request into the log; probes and scrapes have theirs at the level of details.
    fn log(&self, status: u16, code: Option<&'static str>, headers: &HeaderMap, took: Duration) {
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    request_id = &*self.request_id,
                    trace_id = self.traced.trace.as_ref().map(|trace| trace.trace_id.as_str()),
                    caller = self.caller.get().map(|caller| &**caller),
                    address = self.peer.map(|peer| peer.to_string()),
                    vendor = self.vendor.as_deref(),
                    revision = headers.get(REVISION).and_then(|revision| revision.to_str().ok()),
                    method = label_of(&self.method),
                    route = self.route,
                    status,
                    code,
                    took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                    "answered"
                )
            };
        }
        if self.is_probe {
            line!(debug);
        } else {
            line!(info);
        }
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
    let matched = Matched { route: Some(operation.path), vendor, is_probe: operation.group == HEALTH };
    let head = Head { method: &parts.method, uri: &parts.uri, headers: &parts.headers, extensions: &parts.extensions };
    let exchange = Exchange::begin(&app, &head, &matched);
    let handled = async {
        raw.as_ref().map_err(Clone::clone)?;
        let caller = app.gate.admit(operation, &parts, vendor)?;
        if let Some(name) = &caller.name {
            exchange.caller.get_or_init(|| Arc::clone(name));
        }
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
    let matched = Matched { route, vendor: None, is_probe: false };
    let exchange = Exchange::begin(app, &request.into(), &matched);
    exchange.finish(problem.into_response())
}

/// Sends the caller to another path.
pub fn redirect(app: &App, request: &Request, path: &'static str) -> Response {
    let matched = Matched { route: None, vendor: None, is_probe: false };
    let exchange = Exchange::begin(app, &request.into(), &matched);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(path));
    exchange.finish(response)
}
