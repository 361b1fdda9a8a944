//! Ids of requests and traces: the caller's where they are harmless, otherwise new ones.

use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use uuid::Uuid;

/// Header with the id of the request.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Header with the trace context.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Longest request id that is propagated.
const MAX_ID: usize = 64;

/// Returns a new id; later ids are greater.
pub fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// Returns the caller's `X-Request-Id` if it is `[A-Za-z0-9-]{1,64}`, otherwise a new one.
pub fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_plain = |id: &&str| {
        (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    given.filter(is_plain).map_or_else(new_id, str::to_owned)
}

/// Position of a request in a trace (W3C trace context).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// 32 hex digits.
    pub trace_id: String,
    /// 16 hex digits of the caller's span; `None` when the trace begins here.
    pub parent_id: Option<String>,
    /// 16 hex digits of the request's span, created here.
    pub span_id: String,
    /// 2 hex digits.
    pub flags: String,
}

impl Trace {
    /// Reads the caller's `traceparent`; `None` when it is absent or not valid.
    ///
    /// ```
    /// # use axum::http::HeaderMap;
    /// # use quotient::server::Trace;
    /// let mut headers = HeaderMap::new();
    /// headers.insert("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?);
    /// assert_eq!(Trace::from_headers(&headers).unwrap().trace_id, "0af7651916cd43dd8448eb211c80319c");
    /// headers.insert("traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01".parse()?);
    /// assert_eq!(Trace::from_headers(&headers), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(TRACEPARENT)?.to_str().ok()?;
        let parts: Vec<&str> = text.split('-').collect();
        let [version, trace_id, parent_id, flags, ..] = parts.as_slice() else { return None };
        let is_hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
        };
        let is_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
        let is_shaped = is_hex(version, 2) && is_hex(trace_id, 32) && is_hex(parent_id, 16) && is_hex(flags, 2);
        let is_valid = is_shaped && !is_zero(trace_id) && !is_zero(parent_id);
        let is_known = *version != "ff" && (*version != "00" || parts.len() == 4);
        (is_valid && is_known).then(|| Self {
            trace_id: (*trace_id).to_owned(),
            parent_id: Some((*parent_id).to_owned()),
            span_id: new_span_id(),
            flags: (*flags).to_owned(),
        })
    }

    /// Returns a sampled trace that begins here.
    pub fn begin() -> Self {
        let trace_id = Uuid::new_v4().simple().to_string();
        Self { trace_id, parent_id: None, span_id: new_span_id(), flags: "01".to_owned() }
    }

    /// Returns true when the origin of the trace records it.
    pub fn is_sampled(&self) -> bool {
        u8::from_str_radix(&self.flags, 16).is_ok_and(|flags| flags & 1 == 1)
    }

    /// Returns the `traceparent` of the response: the same trace, with the span of the request.
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{}", self.trace_id, self.span_id, self.flags)
    }
}

/// Returns a new id of a span: 16 hex digits, never only zeros, because the first holds the variant of a UUID.
pub fn new_span_id() -> String {
    let id = Uuid::new_v4().simple().to_string();
    id.get(16..).unwrap_or("8000000000000001").to_owned()
}
