//! One request on its way through: identity, access, the operation, and what every answer carries.

use crate::channel::Name;
use crate::server::http::access::{Caller, Refused, Scope};
use crate::server::http::identity::{Trace, request_id};
use crate::server::http::operation::Operation;
use crate::server::http::problem::{MAX_INSTANCE, Problem, ProblemKind};
use crate::server::state::app::App;
use crate::server::state::spans::{Asked, Ended, OpenSpan, Traced};
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::http::header::{CACHE_CONTROL, HOST, HeaderName, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use futures_util::FutureExt;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

/// Header with the id of the request.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Header with the trace context.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Header with the revision that an answer was made with.
pub const REVISION: HeaderName = HeaderName::from_static("quotient-revision");

/// A request as operations see it.
pub struct Call {
    /// Path and query.
    pub uri: Uri,
    /// Header fields.
    pub headers: HeaderMap,
    /// Path parameters by name, decoded.
    pub path: BTreeMap<String, String>,
    /// Query parameters by name, decoded; no name twice.
    pub query: BTreeMap<String, String>,
    /// Who asks.
    pub caller: Caller,
    /// Id of the request.
    pub request_id: String,
    /// Trace the request belongs to.
    pub trace: Option<Trace>,
    /// Its span, when it is exported.
    pub span: Option<Arc<OpenSpan>>,
}

impl Call {
    /// The path parameter; empty when the route has none of that name.
    pub fn parameter(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The vendor in the path, as a name.
    pub fn vendor(&self) -> Name {
        self.parameter("vendor").into()
    }

    /// Name of the caller, for records.
    pub fn who(&self) -> Option<&str> {
        self.caller.name.as_deref()
    }
}

/// Answers one request.
pub async fn serve(
    app: Arc<App>,
    operation: &'static Operation,
    parameters: Result<Vec<(String, String)>, Problem>,
    request: Request<Body>,
) -> Response<Body> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let id = request_id(&parts.headers);
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let vendor = parameters.as_ref().ok().and_then(|all| all.iter().find(|(name, _)| name == "vendor"));
    let traced = Traced::of(
        app.spans.as_ref(),
        &parts.headers,
        &Asked {
            method: &method,
            route: Some(operation.path),
            path: &path,
            request_id: &id,
            vendor: vendor.map(|(_, vendor)| vendor.as_str()),
            may_begin: operation.group != "health",
        },
    );
    let answered = async {
        let path = parameters?.into_iter().collect();
        one_host(&parts.uri, &parts.headers)?;
        let caller = admit(&app, operation, &parts.headers, &path)?;
        let query = query_of(&parts.uri, operation)?;
        let call = Call {
            uri: parts.uri,
            headers: parts.headers,
            path,
            query,
            caller,
            request_id: id.clone(),
            trace: traced.trace.clone(),
            span: traced.span.clone(),
        };
        let limit = app.limits.handler;
        match tokio::time::timeout(limit, (operation.handler)(Arc::clone(&app), call, body)).await {
            Ok(answered) => answered,
            Err(_) => {
                let detail = format!("the answer was not there within {} s", limit.as_secs());
                Err(Problem::new(ProblemKind::TooSlow, detail))
            }
        }
    };
    let answered = AssertUnwindSafe(answered).catch_unwind().await.unwrap_or_else(|_| {
        Err(Problem::new(ProblemKind::Internal, "the server failed on a mistake of its own; please report it"))
    });
    finish(&app, operation.path, &method, &path, &id, &traced, started, answered)
}

/// What every answer carries, whatever it says; counted and logged.
#[allow(clippy::too_many_arguments)] // one call each from two places; a struct would only name them again
pub fn finish(
    app: &App,
    route: &'static str,
    method: &Method,
    path: &str,
    id: &str,
    traced: &Traced,
    started: Instant,
    answered: Result<Response<Body>, Problem>,
) -> Response<Body> {
    let trace = traced.trace.as_ref();
    let code = answered.as_ref().err().map(|problem| problem.code);
    let mut response = match answered {
        Ok(response) => response,
        Err(mut problem) => {
            problem.request_id = Some(id.to_owned());
            problem.instance = Some(path.chars().take(MAX_INSTANCE).collect());
            if problem.status >= 500 {
                tracing::warn!(
                    request_id = id,
                    route,
                    status = problem.status,
                    code = problem.code,
                    "{}",
                    problem.detail
                );
            }
            problem.response()
        }
    };
    let status = response.status().as_u16();
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(id).ok().map(|id| (X_REQUEST_ID, id)));
    let parent = trace.and_then(|trace| HeaderValue::from_str(&trace.answer()).ok());
    headers.extend(parent.map(|parent| (TRACEPARENT, parent)));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(span) = &traced.span {
        let revision = response.headers().get(REVISION).and_then(|revision| revision.to_str().ok());
        span.end(&Ended { status, revision, problem: code });
    }
    let (took, method) = (started.elapsed(), word_of(method));
    app.metrics.answered(route, method, status, took);
    tracing::debug!(
        request_id = id,
        trace_id = trace.map(|trace| trace.trace_id.as_str()),
        method,
        route,
        status,
        took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "answered"
    );
    response
}

/// The method as a label: a method is any word of the caller's, which must not become a way to fill memory.
fn word_of(method: &Method) -> &'static str {
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

/// A target with a host of its own must name the same host as the field, or the two could be taken for different ones.
fn one_host(uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let stated = headers.get(HOST).and_then(|host| host.to_str().ok());
    match uri.authority() {
        Some(authority) if stated.is_some_and(|host| !host.eq_ignore_ascii_case(authority.as_str())) => {
            Err(Problem::new(ProblemKind::RequestMalformed, "the target and the field `Host` name different hosts"))
        }
        _ => Ok(()),
    }
}

/// Who asks, if that is allowed.
fn admit(
    app: &App,
    operation: &Operation,
    headers: &HeaderMap,
    path: &BTreeMap<String, String>,
) -> Result<Caller, Problem> {
    let access = app.access.load();
    if !access.is_guarded() && app.is_local {
        from_here(headers)?;
    }
    if operation.scope == Scope::Open {
        return Ok(Caller::nobody());
    }
    let caller = access.caller(headers).map_err(|refused| refusal(refused, operation.scope))?;
    let vendor = path.get("vendor").map(String::as_str);
    caller.may(operation.scope, vendor).map_err(|refused| refusal(refused, operation.scope))?;
    Ok(caller)
}

fn refusal(refused: Refused, scope: Scope) -> Problem {
    match refused {
        Refused::Unknown => Problem::new(ProblemKind::TokenMissing, "the request has no token that this server knows"),
        Refused::Scope => {
            let detail = format!("the token is not for `{}` here", scope.as_str());
            Problem::new(ProblemKind::ScopeMissing, detail)
        }
    }
}

/// A browser on this machine can be made to send requests here by any page it shows; those are told by their host, which
/// is not this machine's, or by their origin.
fn from_here(headers: &HeaderMap) -> Result<(), Problem> {
    let name_of = |authority: &str| -> String {
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default().to_owned(),
            None => authority.split(':').next().unwrap_or_default().to_ascii_lowercase(),
        }
    };
    let is_here =
        |name: &str| name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let refused = |what: String| Err(Problem::new(ProblemKind::OriginRefused, what));
    if let Some(host) = headers.get(HOST) {
        let name = name_of(host.to_str().unwrap_or("?"));
        if !is_here(&name) {
            let name: String = name.chars().filter(|c| c.is_ascii_graphic()).take(100).collect();
            return refused(format!("the host `{name}` is not this machine"));
        }
    }
    if let Some(origin) = headers.get(ORIGIN) {
        let text = origin.to_str().unwrap_or("?");
        let host = text.split_once("://").map_or(text, |(_, host)| host);
        if !is_here(&name_of(host)) {
            return refused("the request comes from a web page of another host".to_owned());
        }
    }
    Ok(())
}

/// The query parameters; those that the operation does not know are refused.
fn query_of(uri: &Uri, operation: &Operation) -> Result<BTreeMap<String, String>, Problem> {
    let mut query = BTreeMap::new();
    let invalid = |detail: String| Problem::new(ProblemKind::ParameterInvalid, detail);
    for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
            return Err(invalid("the query is not valid percent-encoded UTF-8".to_owned()));
        };
        if !operation.query.iter().any(|known| known.name == name) {
            let near = crate::finding::did_you_mean(&name, operation.query.iter().map(|known| known.name));
            let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            let known: Vec<&str> = operation.query.iter().map(|known| known.name).collect();
            let help = match (near, known.as_slice()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, []) => "this operation takes none".to_owned(),
                (None, known) => format!("known are `{}`", known.join("`, `")),
            };
            return Err(invalid(format!("there is no query parameter `{shown}`: {help}")));
        }
        if query.insert(name.clone(), value).is_some() {
            return Err(invalid(format!("the query parameter `{name}` stands twice")));
        }
    }
    Ok(query)
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The path parameters as text; refused when they are no UTF-8.
pub fn parameters(
    raw: Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>,
) -> Result<Vec<(String, String)>, Problem> {
    match raw {
        Ok(raw) => Ok(raw.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
        Err(_) => Err(Problem::new(ProblemKind::ParameterInvalid, "the path is not valid percent-encoded UTF-8")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        headers.extend(origin.map(|origin| (ORIGIN, origin.parse().unwrap())));
        headers
    }

    #[test]
    fn pages_of_other_hosts_are_not_answered() {
        for host in ["localhost", "localhost:7070", "127.0.0.1:7070", "127.8.8.8", "[::1]:7070", "LOCALHOST:1"] {
            assert!(from_here(&headers(host, None)).is_ok(), "{host}");
        }
        for host in ["evil.example", "evil.example:7070", "127.0.0.1.evil.example", "192.168.0.1", "localhost.evil", ""]
        {
            assert!(from_here(&headers(host, None)).is_err(), "{host}");
        }
        assert!(from_here(&headers("localhost", Some("http://localhost:3000"))).is_ok());
        assert!(from_here(&headers("localhost", Some("https://evil.example"))).is_err());
        assert!(from_here(&headers("localhost", Some("null"))).is_err());
    }

    #[test]
    fn percent_encoding_is_read_and_nonsense_refused() {
        assert_eq!(decoded("a%20b+c"), Some("a b c".to_owned()));
        assert_eq!(decoded("%c3%a9"), Some("é".to_owned()));
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }
}
