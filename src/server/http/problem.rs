//! Problems: every failure of a request as problem details (RFC 9457).

use crate::finding::{FindingDocument, Findings};
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::Serialize;
use std::convert::Infallible;
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

            /// Returns the code as callers see it.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Returns the HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// Returns a short sentence, the same for every problem of the kind.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// Returns its meaning and what to do.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc, "\n"),+),)+ }
            }
        }
    };
}

kinds! {
    /// The request is not valid HTTP, or is ambiguous: send one length or chunks, one host, and lines that end in CR LF.
    RequestMalformed = 400, "request_malformed", "The request is not valid HTTP";
    /// The body is not the JSON document that the operation takes. `errors` has the place of every invalid member.
    BodyMalformed = 400, "body_malformed", "The body is not the expected document";
    /// A query parameter or header has no valid value.
    ParameterInvalid = 400, "parameter_invalid", "A parameter is not valid";
    /// The request has no valid token and no session. Send `Authorization: Bearer TOKEN` with a token of the server's tokens file, or sign in with `POST /v1/session`.
    TokenMissing = 401, "token_missing", "A token or a session is required";
    /// Person and password do not belong together, or the person may not sign in.
    SignInRefused = 401, "sign_in_refused", "Signing in is refused";
    /// The scopes of the token or of the session do not allow this operation or this vendor.
    ScopeMissing = 403, "scope_missing", "The caller may not do this";
    /// The request comes from a web page of another host, or names a host that is not this machine. Without tokens the server accepts requests of local programs only, and of the hosts of `--allow-host`; with a session, changes come from pages of this server only, which `Origin` shows.
    OriginRefused = 403, "origin_refused", "The host or the origin is not allowed";
    /// No grant of the person allows this command; `errors` names the command and the lines.
    RoleMissing = 403, "role_missing", "No grant allows this";
    /// The person set or agreed the figure, or has already approved it: another person must do this.
    DutiesConflict = 403, "duties_conflict", "Another person must do this";
    /// The server was not started for this operation (`--authoring`).
    NotOffered = 403, "not_offered", "This server does not offer the operation";
    /// The path is unknown. `GET /openapi.json` lists all paths.
    RouteUnknown = 404, "route_unknown", "Unknown path";
    /// No vendor has this name.
    VendorUnknown = 404, "vendor_unknown", "Unknown vendor";
    /// No stored revision of the vendor has this digest.
    RevisionUnknown = 404, "revision_unknown", "Unknown revision";
    /// The book that the body refers to is not stored, or no longer: send it whole.
    BookUnknown = 404, "book_unknown", "Unknown book";
    /// The ledger has no plan of this name, or none that the caller may see.
    PlanUnknown = 404, "plan_unknown", "Unknown plan";
    /// No grant has this number.
    GrantUnknown = 404, "grant_unknown", "Unknown grant";
    /// The plan has no such line, or none that the caller may see; `errors` has the place of each.
    LineUnknown = 404, "line_unknown", "Unknown line";
    /// The path supports other methods; see the header `Allow`.
    MethodUnknown = 405, "method_unknown", "The path does not take this method";
    /// The response cannot be written as any of the media types of `Accept`.
    AcceptUnknown = 406, "accept_unknown", "The response has no such media type";
    /// The body did not arrive in time.
    BodySlow = 408, "body_slow", "The body took too long";
    /// A request with this `Idempotency-Key` is in progress: wait for it.
    IdempotencyInFlight = 409, "idempotency_in_flight", "The same request is in progress";
    /// With `agreed=true`, a replica decides with another revision of the vendor; `errors` has each of them. Try again once the roll-out is complete.
    ReplicasDiffer = 409, "replicas_differ", "The replicas do not agree";
    /// The plan or a line is in a state in which the command is not possible; `errors` names the steps that are.
    StateConflict = 409, "state_conflict", "The state does not allow this";
    /// An approval is missing that the rule of approvals asks for.
    ApprovalMissing = 409, "approval_missing", "An approval is missing";
    /// The revision that `If-Match` names is no longer in use.
    RevisionChanged = 412, "revision_changed", "Another revision is in use";
    /// The plan has another version than the one that `If-Match` names; `errors` lists the lines that changed since. Read them again, and decide again.
    VersionChanged = 412, "version_changed", "The plan has changed";
    /// The body, one of its tables, or its decompressed form exceeds a limit of the server.
    BodyTooLarge = 413, "body_too_large", "The body is too large";
    /// The operation does not take the media type or encoding of the body.
    MediaTypeUnknown = 415, "media_type_unknown", "Unsupported media type";
    /// The data of the request is refused; `errors` has every finding.
    InputRefused = 422, "input_refused", "The data is refused";
    /// The plan cannot be made within guardrails, locks and targets; `errors` names the amounts.
    PlanInfeasible = 422, "plan_infeasible", "The plan is infeasible";
    /// A rule or policy of the vendor failed on this input; `errors` has the place in the script and the values.
    RulesFailed = 422, "rules_failed", "The vendor's rules failed on this input";
    /// A figure changes, or a step is taken, without a reason.
    ReasonMissing = 422, "reason_missing", "A reason is missing";
    /// This `Idempotency-Key` was used before with another request.
    IdempotencyMismatch = 422, "idempotency_mismatch", "The key belongs to another request";
    /// The request needs `If-Match` with the version of the plan that it was decided on, or with `*` for any.
    VersionNeeded = 428, "version_needed", "The version of the plan is missing";
    /// Too many requests for this vendor are waiting. Try again after `Retry-After` seconds.
    VendorBusy = 429, "vendor_busy", "Too many requests for this vendor";
    /// The caller has as many requests or event streams in progress, or as many bytes of bodies in memory, as it may have. Wait for one to end.
    CallerBusy = 429, "caller_busy", "Too much of this caller is in progress";
    /// Too many attempts to sign in have failed. Try again after `Retry-After` seconds.
    SignInLimited = 429, "sign_in_limited", "Too many attempts to sign in";
    /// The header of the request is too large.
    RequestHeadTooLarge = 431, "request_head_too_large", "The request header is too large";
    /// Internal error. The request id finds it in the log.
    Internal = 500, "internal", "Internal error";
    /// The vendor has no usable revision; its findings say why.
    VendorFailed = 503, "vendor_failed", "The vendor has no usable rules";
    /// The vendor's rules used up their budget again and again and are set aside. Correct them; another revision is used at once, and this one is tried again after `Retry-After` seconds.
    VendorSetAside = 503, "vendor_set_aside", "The vendor's rules are set aside";
    /// All workers are busy and the queue is full. Try again after `Retry-After` seconds.
    Overloaded = 503, "overloaded", "The server is busy";
    /// The server is shutting down.
    ShuttingDown = 503, "shutting_down", "The server is shutting down";
    /// The decision could not be recorded, and without a record no response is sent (`--audit strict`).
    NotRecorded = 503, "not_recorded", "The decision could not be recorded";
    /// The ledger cannot be read or written. Nothing of the request was recorded; the log has the reason.
    LedgerUnavailable = 503, "ledger_unavailable", "The ledger is not available";
    /// The state directory, which replicas share, cannot be read or written. Nothing of the request took effect; the log has the reason.
    StateUnavailable = 503, "state_unavailable", "The shared state is not available";
    /// The response took longer than the server allows.
    TooSlow = 503, "too_slow", "The response took too long";
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
    /// Description of this problem.
    pub detail: String,
    /// Path of the request; null if it has none yet.
    pub instance: Option<String>,
    /// Stable code of the kind.
    pub code: &'static str,
    /// Id of the request, as in the header `X-Request-Id`; null if it has none yet.
    pub request_id: Option<String>,
    /// Findings, one per cause, in order of discovery; at most 100.
    pub errors: Vec<FindingDocument>,
    /// Seconds after which to retry.
    #[serde(skip)]
    #[schemars(skip)]
    pub retry_after: Option<u32>,
    /// Methods that the path supports, for the header `Allow`.
    #[serde(skip)]
    #[schemars(skip)]
    pub allow: Option<String>,
    /// True when the connection must close.
    #[serde(skip)]
    #[schemars(skip)]
    pub is_last: bool,
}

/// Longest path that is shown, in characters.
pub const MAX_INSTANCE: usize = 200;
/// Most findings in one problem.
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
    pub fn from_findings(kind: ProblemKind, findings: &Findings) -> Self {
        let first = findings.iter().find(|finding| finding.is_error()).or_else(|| findings.iter().next());
        let detail = first.map_or_else(|| kind.title().to_owned(), |finding| finding.message());
        let mut errors = FindingDocument::grouped(findings);
        errors.truncate(MAX_ERRORS);
        Self { errors, ..Self::new(kind, detail) }
    }

    /// Returns the problem with the id and the path of a request.
    #[must_use]
    pub fn about(self, request_id: &str, path: &str) -> Self {
        let instance = path.chars().take(MAX_INSTANCE).collect();
        Self { request_id: Some(request_id.to_owned()), instance: Some(instance), ..self }
    }

    /// Returns the status.
    pub fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Returns the complete response.
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

    /// Returns the problem as JSON.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// A handler's problem: the response carries it until the exit of the server completes it with the request's id.
impl IntoResponse for Problem {
    fn into_response(self) -> axum::response::Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status_code();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Infallible> for Problem {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}
