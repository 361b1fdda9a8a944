//! What went wrong with a request, as problem details (RFC 9457), in the one shape for every failure.

use crate::finding::{Finding, Findings, Place, Position};
use crate::server::http::call::Call;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $status:literal, $code:literal, $title:literal;)+) => {
        /// Kind of a problem: a stable code, a status and a title.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ProblemKind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl ProblemKind {
            /// Every kind, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code as callers see it.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// A short sentence, the same for every problem of the kind.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// What it means and what to do.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc, "\n"),+),)+ }
            }
        }
    };
}

kinds! {
    /// The request is not valid HTTP, or can be read in two ways: send one length or chunks, one host, lines that end in CR LF.
    RequestMalformed = 400, "request_malformed", "The request is not valid HTTP";
    /// The body is not the JSON document that the operation takes. `errors` points at every member at fault.
    BodyMalformed = 400, "body_malformed", "The body is not the document that is expected";
    /// A query parameter or header has no valid value.
    ParameterInvalid = 400, "parameter_invalid", "A parameter is not valid";
    /// The request has no valid token. Send `Authorization: Bearer TOKEN` with a token of the server's tokens file.
    TokenMissing = 401, "token_missing", "A token is needed";
    /// The token does not allow this operation or this vendor.
    ScopeMissing = 403, "scope_missing", "The token does not allow this";
    /// The request comes from a web page, or names a host that is not this machine. Without tokens only local programs are answered.
    OriginRefused = 403, "origin_refused", "Requests of web pages are not answered";
    /// The server was not started for this operation (`--authoring`).
    NotOffered = 403, "not_offered", "This server does not offer the operation";
    /// There is no such path. `GET /openapi.json` lists what there is.
    RouteUnknown = 404, "route_unknown", "There is no such path";
    /// No vendor of that name is known.
    VendorUnknown = 404, "vendor_unknown", "There is no such vendor";
    /// No revision of that digest is kept for the vendor.
    RevisionUnknown = 404, "revision_unknown", "There is no such revision";
    /// The book that the body refers to is not kept (any more): send it whole.
    BookUnknown = 404, "book_unknown", "There is no such book";
    /// The path knows other methods; see the header `Allow`.
    MethodUnknown = 405, "method_unknown", "The path does not take this method";
    /// The answer is not written in any of the media types of `Accept`.
    AcceptUnknown = 406, "accept_unknown", "The answer has no such form";
    /// The body did not arrive in time.
    BodySlow = 408, "body_slow", "The body took too long";
    /// A request with this `Idempotency-Key` is being answered right now: wait for it.
    IdempotencyInFlight = 409, "idempotency_in_flight", "The same request is being answered";
    /// The revision that `If-Match` names is not in use any more.
    RevisionChanged = 412, "revision_changed", "Another revision is in use";
    /// The body, one of its tables, or what it unpacks to is larger than the server takes.
    BodyTooLarge = 413, "body_too_large", "The body is too large";
    /// The body is of a media type or encoding that the operation does not take.
    MediaTypeUnknown = 415, "media_type_unknown", "The body is of another type";
    /// The data of the request is refused; `errors` has every finding.
    InputRefused = 422, "input_refused", "The data is refused";
    /// The plan cannot be made within guardrails, locks and targets; `errors` names the amounts.
    PlanInfeasible = 422, "plan_infeasible", "The plan is infeasible";
    /// A rule or policy of the vendor failed on this input; `errors` has the place in the script and the values.
    RulesFailed = 422, "rules_failed", "The vendor's rules failed on this input";
    /// This `Idempotency-Key` came before with another request.
    IdempotencyMismatch = 422, "idempotency_mismatch", "The key belongs to another request";
    /// Too many requests for this vendor wait already. Try again after `Retry-After` seconds.
    VendorBusy = 429, "vendor_busy", "Too many requests for this vendor";
    /// The head of the request is too large.
    RequestHeadTooLarge = 431, "request_head_too_large", "The head of the request is too large";
    /// The server failed on a mistake of its own. The request id finds it in the log.
    Internal = 500, "internal", "The server failed";
    /// The vendor has no usable revision; its findings say why.
    VendorFailed = 503, "vendor_failed", "The vendor has no usable rules";
    /// All workers are busy and the queue is full. Try again after `Retry-After` seconds.
    Overloaded = 503, "overloaded", "The server is busy";
    /// The server is shutting down.
    ShuttingDown = 503, "shutting_down", "The server is shutting down";
    /// The decision could not be recorded, and without a record none is given out (`--audit strict`).
    NotRecorded = 503, "not_recorded", "The decision could not be recorded";
    /// The answer took longer than the server allows.
    TooSlow = 503, "too_slow", "The answer took too long";
}

/// One thing wrong, in a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProblemError {
    /// Stable code of the finding, `area::cause`; `quotient explain-code` tells more.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Next thing to do; empty when nothing helps.
    pub help: String,
    /// JSON Pointer to the member of the body at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// File of the vendor at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line in the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column in the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

/// Problem details, media type `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// Reference to the documentation of the kind.
    #[serde(rename = "type")]
    pub type_reference: String,
    /// A short sentence, the same for every problem of the kind.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// Path of the request; null before there is one.
    pub instance: Option<String>,
    /// Stable code of the kind.
    pub code: &'static str,
    /// Id of the request, as in the header `X-Request-Id`; null before there is one.
    pub request_id: Option<String>,
    /// Everything wrong, in order of discovery; at most 100.
    pub errors: Vec<ProblemError>,
    /// Seconds after which another try makes sense.
    #[serde(skip)]
    #[schemars(skip)]
    pub retry_after: Option<u32>,
    /// Methods that the path takes, for the header `Allow`.
    #[serde(skip)]
    #[schemars(skip)]
    pub allow: Option<String>,
    /// True when the connection must end.
    #[serde(skip)]
    #[schemars(skip)]
    pub is_last: bool,
}

/// Longest path that is shown, in characters.
pub const MAX_INSTANCE: usize = 200;
/// Findings that are shown in one problem.
const MAX_ERRORS: usize = 100;

impl Problem {
    /// Returns a problem of `kind`; `detail` is one sentence without final period.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            type_reference: format!("/docs#{}", kind.code()),
            title: kind.title(),
            status: kind.status(),
            detail: detail.into(),
            instance: None,
            code: kind.code(),
            request_id: None,
            errors: Vec::new(),
            retry_after: matches!(kind.status(), 429 | 503).then_some(1),
            allow: None,
            is_last: matches!(kind, ProblemKind::RequestMalformed | ProblemKind::BodySlow),
        }
    }

    /// Returns a problem of `kind` with every finding; its detail is the first one.
    pub fn of(kind: ProblemKind, findings: &Findings) -> Self {
        let first = findings.iter().find(|finding| finding.is_error()).or_else(|| findings.iter().next());
        let detail = first.map_or_else(|| kind.title().to_owned(), |finding| finding.message().clone());
        Self { errors: findings.iter().take(MAX_ERRORS).map(ProblemError::of).collect(), ..Self::new(kind, detail) }
    }

    /// The problem of this call, with its id and path.
    #[must_use]
    pub fn about(self, call: &Call) -> Self {
        let instance = call.uri.path().chars().take(MAX_INSTANCE).collect();
        Self { request_id: Some(call.request_id.clone()), instance: Some(instance), ..self }
    }

    /// The status.
    pub fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The answer.
    pub fn response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.text()));
        *response.status_mut() = self.status_code();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            headers.insert(axum::http::header::ALLOW, allow);
        }
        if self.status == 401 {
            headers.insert(axum::http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.is_last {
            headers.insert(axum::http::header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// The answer as bytes, for a connection that ends with it.
    pub fn raw(&self) -> Vec<u8> {
        let mut problem = self.clone();
        let id = problem.request_id.get_or_insert_with(crate::server::http::identity::new_id).clone();
        let text = problem.text();
        let status = self.status_code();
        format!(
            "HTTP/1.1 {} {}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nx-request-id: {id}\r\nconnection: close\r\n\r\n{text}",
            status.as_u16(),
            status.canonical_reason().unwrap_or(""),
            text.len(),
        )
        .into_bytes()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ProblemError {
    /// The finding without the text of files.
    pub fn of(finding: &Finding) -> Self {
        let mut error = Self {
            code: finding.code().to_string(),
            message: finding.message().clone(),
            help: finding.advice().clone(),
            pointer: None,
            file: None,
            line: None,
            column: None,
        };
        match finding.places.first() {
            Some(Place::Member { pointer, .. }) => error.pointer = Some(pointer.clone()),
            Some(Place::Text { file, text, span, .. }) => {
                let position = Position::of(text, span.start);
                error.file = Some(file.clone());
                (error.line, error.column) = (Some(position.line), Some(position.column));
            }
            Some(place) => error.file = Some(place.to_string()),
            None => {}
        }
        error
    }
}
