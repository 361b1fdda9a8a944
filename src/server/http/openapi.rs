//! The interface as OpenAPI 3.1, made from the list of operations.

use super::access::Scope;
use super::example;
use super::media::Media;
use super::operation::{Format, Operation, Parameter, Reply};
use super::path::{DIGEST_PATTERN, PATH_PARAMETERS, PathParameter};
use super::problem::{Problem, ProblemKind};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
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

/// Returns the document.
pub fn document(operations: &[&Operation], own: fn(&mut SchemaGenerator)) -> Value {
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
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:7070", "description": "Beside the calling service"}],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of the server's tokens file"},
            },
            "schemas": schemas(own),
        },
    })
}

fn operation_of(operation: &Operation) -> Value {
    let mut responses = Map::new();
    for reply in operation.replies {
        responses.insert(reply.status.to_string(), reply_of(reply));
    }
    for (status, kinds) in problems_of(operation) {
        // A response that is not a problem can share a status with one (readiness).
        let words: Vec<String> = kinds.iter().map(|kind| format!("`{}`: {}", kind.code(), kind.title())).collect();
        let content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        let entry = responses.entry(status.to_string()).or_insert_with(|| json!({"description": "", "content": {}}));
        let description = entry["description"].as_str().unwrap_or_default().to_owned();
        entry["description"] = format!("{description}\n{}", words.join("\n")).trim().into();
        entry["content"]["application/problem+json"] = content["application/problem+json"].clone();
    }
    let mut parameters: Vec<Value> = path_parameters(operation.path).map(path_parameter).collect();
    parameters.extend(operation.query.iter().map(query_parameter));
    let mut document = json!({
        "operationId": operation.id,
        "tags": [operation.group],
        "summary": operation.summary,
        "description": operation.doc,
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
            ProblemKind::IdempotencyInFlight,
            ProblemKind::IdempotencyMismatch,
        ]);
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

fn reply_of(reply: &Reply) -> Value {
    let text = json!({"type": "string"});
    let mut headers = json!({"X-Request-Id": {"schema": text, "description": "Id of the request"}});
    if reply.has_revision {
        headers["Quotient-Revision"] = json!({"schema": text, "description": "Digest of the rules and policies"});
        headers["ETag"] = json!({"schema": text, "description": "The same as an entity tag"});
    }
    let mut document = json!({"description": reply.doc, "headers": headers});
    if !reply.media.is_empty() {
        document["content"] = content(reply.media);
    }
    document
}

fn content(media: &[Media]) -> Value {
    let mut content = Map::new();
    for media in media {
        let schema = match media.schema {
            Some(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
            None if media.media == "application/json" => json!({"type": "object"}),
            None => json!({"type": "string"}),
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

/// Returns every schema by name: those of requests and responses, and those of the server itself.
pub fn schemas(own: fn(&mut SchemaGenerator)) -> Map<String, Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    generator.subschema_for::<Problem>();
    own(&mut generator);
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    for (name, schema) in crate::request::schemas() {
        merge(&mut schemas, name, schema);
    }
    schemas.sort_keys();
    schemas
}

/// Adds a schema with its definitions to the list; definitions get the name of the document as a prefix.
fn merge(all: &mut Map<String, Value>, name: &str, schema: Value) {
    let Value::Object(mut schema) = schema else { return };
    schema.remove("$schema");
    let definitions = match schema.remove("$defs") {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for own in definitions.keys() {
        let qualified = if own.starts_with(name) { own.clone() } else { format!("{name}{own}") };
        names.insert(format!("#/$defs/{own}"), format!("#/components/schemas/{qualified}"));
    }
    for (own, mut definition) in definitions {
        rename(&mut definition, &names);
        let target = names.get(&format!("#/$defs/{own}")).and_then(|path| path.rsplit('/').next()).map(str::to_owned);
        all.insert(target.unwrap_or(own), definition);
    }
    let mut whole = Value::Object(schema);
    rename(&mut whole, &names);
    all.insert(name.to_owned(), whole);
}

fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(reference) if key == "$ref" => {
                        if let Some(name) = names.get(reference) {
                            *reference = name.clone();
                        }
                    }
                    member => rename(member, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
