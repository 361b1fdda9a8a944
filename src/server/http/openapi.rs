//! The interface as OpenAPI 3.1, made from the list of operations.

use super::access::Scope;
use super::components::{OwnSchemas, schemas};
use super::example;
use super::header::{self, HeaderField, IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH};
use super::media::{JSON, Media, XLSX};
use super::operation::{Format, Operation, Parameter, Reply};
use super::path::{DIGEST_PATTERN, PATH_PARAMETERS, PathParameter};
use super::problem::ProblemKind;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Problems that any operation may have.
const EVERYWHERE: [ProblemKind; 6] = [
    ProblemKind::RequestMalformed,
    ProblemKind::ParameterInvalid,
    ProblemKind::OriginRefused,
    ProblemKind::RequestHeadTooLarge,
    ProblemKind::Internal,
    ProblemKind::TooSlow,
];

/// Returns the document; `groups` are the names of the groups with their descriptions.
pub fn document(operations: &[&Operation], groups: &[(&str, &str)], own: OwnSchemas) -> Value {
    let tags: Vec<Value> = groups.iter().map(|(name, doc)| json!({"name": name, "description": doc})).collect();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in operations {
        let methods = paths.entry(operation.path).or_default();
        methods.insert(operation.method.to_lowercase(), operation_of(operation));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "quotient",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Quotas for channel partners, from rules a vendor can read",
            "description": "Amounts and rates are decimal strings; `null` means not known, and zero means zero. Every failure is a problem (RFC 9457). Every response has `X-Request-Id`; a response made by rules has `Quotient-Revision`, repeated as `ETag`.",
            "contact": {"name": "quotient"},
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:7070", "description": "Beside the calling service"}],
        "security": [{}, {"token": []}, {"session": []}],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of the server's tokens file"},
                "session": {"type": "apiKey", "in": "cookie", "name": "quotient-session", "description": "A session of a person who signed in, for plans of record; over TLS the cookie is `__Host-quotient-session`"},
            },
            "parameters": header::parameters(),
            "headers": header::headers(),
            "schemas": schemas(operations, own),
        },
    })
}

fn operation_of(operation: &Operation) -> Value {
    let mut responses = Map::new();
    for reply in operation.replies {
        responses.insert(reply.status.to_string(), reply_of(operation, reply));
    }
    if operation.reads(IF_NONE_MATCH) {
        let headers = fields(&[header::REVISION, header::ETAG]);
        responses.insert("304".to_owned(), json!({"description": "The caller has it.", "headers": headers}));
    }
    for (status, kinds) in problems_of(operation) {
        // A response that is not a problem can share a status with one (readiness).
        let words: Vec<String> = kinds.iter().map(|kind| format!("`{}`: {}", kind.code(), kind.title())).collect();
        let content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        let entry = responses.entry(status.to_string()).or_insert_with(|| json!({"description": "", "content": {}}));
        let description = entry["description"].as_str().unwrap_or_default().to_owned();
        entry["description"] = format!("{description}\n{}", words.join("\n")).trim().into();
        entry["content"]["application/problem+json"] = content["application/problem+json"].clone();
        entry["headers"] = match entry.get("headers") {
            Some(known) => known.clone(),
            None => fields(&[]),
        };
        if let Some(own) = entry["headers"].as_object_mut() {
            own.extend(own_fields(status).iter().map(HeaderField::header));
        }
    }
    let mut parameters: Vec<Value> = path_parameters(operation.path).map(path_parameter).collect();
    parameters.extend(operation.query.iter().map(query_parameter));
    parameters.extend(operation.headers.iter().chain(&header::EVERYWHERE).map(HeaderField::parameter));
    let mut document = json!({
        "operationId": operation.id,
        "tags": [operation.group],
        "summary": operation.summary,
        "description": if operation.doc.is_empty() { operation.summary } else { operation.doc },
        "parameters": parameters,
        "responses": responses,
    });
    if operation.scope == Scope::Open {
        document["security"] = json!([{}]);
    } else {
        document["description"] = format!("{}\n\nScope: `{}`.", operation.doc, operation.scope.as_str()).trim().into();
    }
    if !operation.body.is_empty() {
        document["requestBody"] = json!({"required": true, "content": accepted(operation.body)});
    }
    document
}

/// Returns the problems of an operation by status.
fn problems_of(operation: &Operation) -> BTreeMap<u16, BTreeSet<ProblemKind>> {
    let mut kinds: BTreeSet<ProblemKind> = EVERYWHERE.into_iter().chain(operation.problems.iter().copied()).collect();
    if operation.scope != Scope::Open {
        kinds.extend([ProblemKind::TokenMissing, ProblemKind::ScopeMissing]);
    }
    if !operation.body.is_empty() {
        kinds.extend([
            ProblemKind::BodyMalformed,
            ProblemKind::BodySlow,
            ProblemKind::BodyTooLarge,
            ProblemKind::MediaTypeUnknown,
            ProblemKind::InputRefused,
        ]);
    }
    if operation.reads(IDEMPOTENCY_KEY) {
        kinds.extend([ProblemKind::IdempotencyInFlight, ProblemKind::IdempotencyMismatch]);
    }
    if operation.reads(IF_MATCH) {
        kinds.insert(ProblemKind::RevisionChanged);
    }
    if operation.replies.iter().any(|reply| reply.media.len() > 1) {
        kinds.insert(ProblemKind::AcceptUnknown);
    }
    if operation.path.contains("{vendor}") {
        kinds.insert(ProblemKind::VendorUnknown);
    }
    let mut by_status: BTreeMap<u16, BTreeSet<ProblemKind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status()).or_default().insert(kind);
    }
    by_status
}

fn reply_of(operation: &Operation, reply: &Reply) -> Value {
    let mut own = Vec::new();
    if reply.has_revision {
        own.extend([header::REVISION, header::ETAG]);
    }
    if operation.reads(IDEMPOTENCY_KEY) {
        own.push(header::REPLAYED);
    }
    if reply.status == 201 {
        own.push(header::LOCATION);
    }
    let mut document = json!({"description": reply.doc, "headers": fields(&own)});
    if !reply.media.is_empty() {
        document["content"] = content(reply.media);
    }
    document
}

/// Returns the header fields of a response: those of every response, and these.
fn fields(own: &[HeaderField]) -> Value {
    let everywhere = [header::RESPONSE_ID, header::RESPONSE_TRACE];
    everywhere.iter().chain(own).map(HeaderField::header).collect::<Map<_, _>>().into()
}

/// Returns the header fields of the problems with a status.
fn own_fields(status: u16) -> &'static [HeaderField] {
    match status {
        401 => &[header::AUTHENTICATE],
        429 | 503 => &[header::RETRY_AFTER],
        _ => &[],
    }
}

fn content(media: &[Media]) -> Value {
    let mut content = Map::new();
    for media in media {
        let schema = match (media.schema, media.media) {
            (Some(name), _) => json!({"$ref": format!("#/components/schemas/{name}")}),
            (None, JSON) => json!({"type": "object"}),
            (None, XLSX) => json!({"type": "string", "format": "binary"}),
            (None, _) => json!({"type": "string"}),
        };
        content.insert(media.media.to_owned(), json!({"schema": schema}));
    }
    Value::Object(content)
}

/// Returns the bodies it accepts, each with an example where one is valid on any server.
fn accepted(media: &[Media]) -> Value {
    let mut content = content(media);
    for media in media {
        let body = media.schema.and_then(example::body);
        if let Some(value) = body.or_else(|| example::text(media.media).map(Value::from)) {
            content[media.media]["examples"] = json!({"plain": {"value": value}});
        }
    }
    content
}

fn path_parameters(path: &str) -> impl Iterator<Item = &'static PathParameter> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.filter_map(|name| PATH_PARAMETERS.iter().find(|known| known.name == name))
}

fn path_parameter(parameter: &PathParameter) -> Value {
    json!({
        "name": parameter.name, "in": "path", "required": true, "description": parameter.doc,
        "schema": {"type": "string", "pattern": parameter.pattern}, "example": parameter.example,
    })
}

fn query_parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.format {
        Format::Text => json!({"type": "string"}),
        Format::Date => json!({"type": "string", "format": "date"}),
        Format::Digest => json!({"type": "string", "pattern": DIGEST_PATTERN}),
    };
    let mut document = json!({
        "name": parameter.name, "in": "query", "required": parameter.is_required, "description": parameter.doc,
        "schema": schema,
    });
    // Programs send examples as they are, and a digest of another server is unknown to this one.
    if parameter.format != Format::Digest {
        document["example"] = parameter.example.into();
    }
    document
}
