//! Spans in the JSON encoding of OTLP (`ExportTraceServiceRequest`).
//!
//! Ids are hex digits, numbers of 64 bits are strings, enumerations are numbers: the JSON encoding of OTLP says so.

use serde::{Serialize, Serializer};

/// Bit of a span's flags: the bit for a remote parent is set or cleared on purpose.
const HAS_IS_REMOTE: u32 = 0x100;
/// Bit of a span's flags: the parent is of another process.
const IS_REMOTE: u32 = 0x200;

/// Kind of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// A step inside the server.
    Internal,
    /// The handling of a request.
    Server,
}

/// A span that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// 32 hex digits.
    pub trace_id: String,
    /// 16 hex digits.
    pub span_id: String,
    /// 16 hex digits; `None` when the trace begins with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_span_id: Option<String>,
    /// The flags of the trace, and where the parent is.
    #[serde(serialize_with = "flags")]
    pub flags: SpanFlags,
    /// Name of the operation.
    pub name: String,
    /// Kind.
    #[serde(serialize_with = "kind")]
    pub kind: SpanKind,
    /// Nanoseconds since 1970 at its start.
    #[serde(serialize_with = "text")]
    pub start_time_unix_nano: u64,
    /// Nanoseconds since 1970 at its end.
    #[serde(serialize_with = "text")]
    pub end_time_unix_nano: u64,
    /// Further attributes.
    pub attributes: Vec<Attribute>,
    /// True if the operation failed.
    #[serde(rename = "status", serialize_with = "status", skip_serializing_if = "is_false")]
    pub is_error: bool,
}

/// Flags of a sampled span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanFlags {
    /// True when the parent is a span of another process.
    pub is_parent_remote: bool,
}

impl SpanFlags {
    /// Returns the flags as a number, with that of a sampled trace.
    pub fn number(self) -> u32 {
        let sampled = 1;
        sampled | HAS_IS_REMOTE | if self.is_parent_remote { IS_REMOTE } else { 0 }
    }
}

impl SpanKind {
    /// Returns the number of the kind.
    pub fn number(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Server => 2,
        }
    }
}

/// A name with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attribute {
    pub(super) key: &'static str,
    pub(super) value: Value,
}

/// Value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Value {
    /// A string.
    #[serde(rename = "stringValue")]
    Text(String),
    /// An integer.
    #[serde(rename = "intValue", serialize_with = "signed_text")]
    Number(i64),
}

impl Attribute {
    /// Returns an attribute with a string.
    pub fn text(key: &'static str, value: impl Into<String>) -> Self {
        Self { key, value: Value::Text(value.into()) }
    }

    /// Returns an attribute with an integer.
    pub fn number(key: &'static str, value: i64) -> Self {
        Self { key, value: Value::Number(value) }
    }
}

fn flags<S: Serializer>(flags: &SpanFlags, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(flags.number())
}

fn kind<S: Serializer>(kind: &SpanKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(kind.number())
}

fn text<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

fn signed_text<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

fn is_false(is: &bool) -> bool {
    !is
}

fn status<S: Serializer>(is_error: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    Status { code: if *is_error { 2 } else { 0 } }.serialize(serializer)
}

#[derive(Serialize)]
struct Status {
    code: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    resource_spans: [ResourceSpans<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    resource: Resource<'a>,
    scope_spans: [ScopeSpans<'a>; 1],
}

#[derive(Serialize)]
struct Resource<'a> {
    attributes: &'a [Attribute],
}

#[derive(Serialize)]
struct ScopeSpans<'a> {
    scope: Scope,
    spans: &'a [Span],
}

#[derive(Serialize)]
struct Scope {
    name: &'static str,
    version: &'static str,
}

/// The body that carries `spans` of the program that `resource` describes.
pub fn body(resource: &[Attribute], spans: &[Span]) -> Result<Vec<u8>, serde_json::Error> {
    let scope = Scope { name: "quotient", version: env!("CARGO_PKG_VERSION") };
    let resource = Resource { attributes: resource };
    let request = Request { resource_spans: [ResourceSpans { resource, scope_spans: [ScopeSpans { scope, spans }] }] };
    serde_json::to_vec(&request)
}

/// Spans that the collector did not take although it answered 200.
pub fn rejected(answer: &[u8]) -> u64 {
    let answer: serde_json::Value = serde_json::from_slice(answer).unwrap_or_default();
    let count = &answer["partialSuccess"]["rejectedSpans"];
    count.as_u64().or_else(|| count.as_str()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_as_the_encoding_says() {
        let span = Span {
            trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            span_id: "00f067aa0ba902b7".to_owned(),
            parent_span_id: Some("b7ad6b7169203331".to_owned()),
            flags: SpanFlags { is_parent_remote: true },
            name: "GET /health".to_owned(),
            kind: SpanKind::Server,
            start_time_unix_nano: 1_700_000_000_000_000_001,
            end_time_unix_nano: 1_700_000_000_000_000_002,
            attributes: vec![Attribute::number("http.response.status_code", 503)],
            is_error: true,
        };
        let resource = [Attribute::text("service.name", "quotient")];
        let written: serde_json::Value = serde_json::from_slice(&body(&resource, &[span]).unwrap()).unwrap();
        let expected = serde_json::json!({"resourceSpans": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "quotient"}}]},
            "scopeSpans": [{
                "scope": {"name": "quotient", "version": env!("CARGO_PKG_VERSION")},
                "spans": [{
                    "traceId": "0af7651916cd43dd8448eb211c80319c",
                    "spanId": "00f067aa0ba902b7",
                    "parentSpanId": "b7ad6b7169203331",
                    "flags": 0x301,
                    "name": "GET /health",
                    "kind": 2,
                    "startTimeUnixNano": "1700000000000000001",
                    "endTimeUnixNano": "1700000000000000002",
                    "attributes": [{"key": "http.response.status_code", "value": {"intValue": "503"}}],
                    "status": {"code": 2},
                }],
            }],
        }]});
        assert_eq!(written, expected);
    }

    #[test]
    fn what_a_collector_leaves_out_is_read_from_its_answer() {
        assert_eq!(rejected(br#"{"partialSuccess": {"rejectedSpans": "3", "errorMessage": "too old"}}"#), 3);
        assert_eq!(rejected(br#"{"partialSuccess": {"rejectedSpans": 2}}"#), 2);
        assert_eq!((rejected(b"{}"), rejected(b""), rejected(b"ok")), (0, 0, 0));
    }
}
