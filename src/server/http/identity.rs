//! Ids of requests and traces, taken from the caller where they are harmless, made here where not.

use axum::http::HeaderMap;
use uuid::Uuid;

/// Longest request id that is taken over.
const MAX_ID: usize = 64;

/// A new id, ordered by time.
pub fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// The caller's `X-Request-Id` when it is `[A-Za-z0-9-]{1,64}`, else a new one.
pub fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get("x-request-id").and_then(|value| value.to_str().ok());
    let is_plain = |id: &&str| {
        (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    given.filter(is_plain).map_or_else(new_id, str::to_owned)
}

/// Where a request stands in a trace (W3C trace context).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// 32 hex digits.
    pub trace_id: String,
    /// 16 hex digits of the caller's span; `None` when the trace begins here.
    pub parent_id: Option<String>,
    /// 16 hex digits of the request's own span, made here.
    pub span_id: String,
    /// 2 hex digits.
    pub flags: String,
}

impl Trace {
    /// The caller's `traceparent`; `None` when there is none or it is not valid.
    ///
    /// ```
    /// # use axum::http::HeaderMap;
    /// # use quotient::server::Trace;
    /// let mut headers = HeaderMap::new();
    /// headers.insert("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?);
    /// assert_eq!(Trace::of(&headers).unwrap().trace_id, "0af7651916cd43dd8448eb211c80319c");
    /// headers.insert("traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01".parse()?);
    /// assert_eq!(Trace::of(&headers), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get("traceparent")?.to_str().ok()?;
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

    /// A trace that begins here, sampled.
    pub fn begin() -> Self {
        let trace_id = Uuid::new_v4().simple().to_string();
        Self { trace_id, parent_id: None, span_id: new_span_id(), flags: "01".to_owned() }
    }

    /// True when the trace is recorded, as far as whoever began it is concerned.
    pub fn is_sampled(&self) -> bool {
        u8::from_str_radix(&self.flags, 16).is_ok_and(|flags| flags & 1 == 1)
    }

    /// The `traceparent` of the answer: the same trace, the request's own span.
    pub fn answer(&self) -> String {
        format!("00-{}-{}-{}", self.trace_id, self.span_id, self.flags)
    }
}

/// A new id of a span: 16 hex digits, never only zeros, because the first holds the variant of a UUID.
pub fn new_span_id() -> String {
    let id = Uuid::new_v4().simple().to_string();
    id.get(16..).unwrap_or("8000000000000001").to_owned()
}
