//! Header fields of requests and responses, each described once.

use serde_json::{Map, Value, json};

/// Description of a header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderField {
    /// Name in the list of components.
    pub id: &'static str,
    /// Name of the field.
    pub name: &'static str,
    /// Meaning.
    pub doc: &'static str,
    /// Regular expression of its values; empty for any.
    pub pattern: &'static str,
}

/// Declares header fields and the list of them.
macro_rules! header_fields {
    ($list:ident: $($id:ident = $name:literal, $component:literal, $doc:literal, $pattern:expr;)+) => {
        $(
            #[doc = $doc]
            pub const $id: HeaderField =
                HeaderField { id: $component, name: $name, doc: $doc, pattern: $pattern };
        )+

        const $list: &[HeaderField] = &[$($id,)+];
    };
}

header_fields! { REQUEST:
    IDEMPOTENCY_KEY = "Idempotency-Key", "IdempotencyKey",
        "Makes the request safe to repeat: for 24 hours the first response is returned again.", "^.{1,255}$";
    IF_MATCH = "If-Match", "IfMatch",
        "Entity tags of revisions, or of versions of a plan; the request is refused with 412 when another one is current.", "";
    IF_NONE_MATCH = "If-None-Match", "IfNoneMatch",
        "Entity tags that the caller has; the response is 304 when one of them is current.", "";
    LAST_EVENT_ID = "Last-Event-ID", "LastEventId",
        "Id of the last event that the caller received; the later ones that the server still has are sent first.", "";
    PERSON = "Quotient-Person", "Person",
        "Person who gives the command, on a server without tokens; with tokens, the token names the person.", "^.{1,200}$";
    REQUEST_ID = "X-Request-Id", "RequestId",
        "Id of the request; the response and the log have it. A value of another form is replaced.", "";
    TRACE_PARENT = "traceparent", "TraceParent",
        "W3C trace context of the caller; a value of another form is ignored.", "";
}

header_fields! { RESPONSE:
    RESPONSE_ID = "X-Request-Id", "RequestId", "Id of the request.", "";
    RESPONSE_TRACE = "traceparent", "TraceParent", "W3C trace context with the span of the request.", "";
    REVISION = "Quotient-Revision", "Revision", "Digest of the rules and policies that decided.", "";
    ETAG = "ETag", "ETag", "The revision as an entity tag.", "";
    LOCATION = "Location", "Location", "Path of what was created.", "";
    REPLAYED = "Idempotency-Replayed", "IdempotencyReplayed",
        "`true` when the response is the one to an earlier request with this key.", "^true$";
    RETRY_AFTER = "Retry-After", "RetryAfter", "Seconds after which to try again.", "^[0-9]+$";
    AUTHENTICATE = "WWW-Authenticate", "Authenticate", "Always `Bearer`.", "";
}

/// Header fields that every operation reads.
pub const EVERYWHERE: [HeaderField; 2] = [REQUEST_ID, TRACE_PARENT];

impl HeaderField {
    fn schema(&self) -> Value {
        match self.pattern {
            "" => json!({"type": "string"}),
            pattern => json!({"type": "string", "pattern": pattern}),
        }
    }

    /// Returns a reference to the field as a parameter of requests.
    pub fn parameter(&self) -> Value {
        json!({"$ref": format!("#/components/parameters/{}", self.id)})
    }

    /// Returns the name of the field with a reference to it as a header of responses.
    pub fn header(&self) -> (String, Value) {
        (self.name.to_owned(), json!({"$ref": format!("#/components/headers/{}", self.id)}))
    }
}

/// Returns the fields of requests as components.
pub fn parameters() -> Map<String, Value> {
    let parameter = |field: &HeaderField| {
        let parameter = json!({
            "name": field.name, "in": "header", "required": false, "description": field.doc, "schema": field.schema(),
        });
        (field.id.to_owned(), parameter)
    };
    REQUEST.iter().map(parameter).collect()
}

/// Returns the fields of responses as components.
pub fn headers() -> Map<String, Value> {
    let header =
        |field: &HeaderField| (field.id.to_owned(), json!({"description": field.doc, "schema": field.schema()}));
    RESPONSE.iter().map(header).collect()
}
