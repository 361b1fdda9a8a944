//! The interface as OpenAPI 3.1, and the same as a page for people; both made of the list of operations.

use crate::server::http::access::Scope;
use crate::server::http::example;
use crate::server::http::operation::{Format, Media, Operation, Parameter, Reply, operations};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::routes;
use minijinja::{Environment, context, value::Serde};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// What may go wrong with every operation.
const EVERYWHERE: [ProblemKind; 6] = [
    ProblemKind::RequestMalformed,
    ProblemKind::ParameterInvalid,
    ProblemKind::OriginRefused,
    ProblemKind::RequestHeadTooLarge,
    ProblemKind::Internal,
    ProblemKind::TooSlow,
];

/// What a digest looks like.
const DIGEST: &str = "^[0-9a-f]{64}$";

/// The document as text, indented, with a line feed at its end; `schema/openapi.json` holds the same.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| format!("{:#}\n", document()))
}

/// The document.
pub fn document() -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in operations() {
        let methods = paths.entry(operation.path).or_default();
        methods.insert(operation.method.to_lowercase(), operation_of(operation));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "quotient",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Quotas for channel partners, from rules a vendor can read",
            "description": "Amounts and rates are decimal strings, `null` is not known and zero is zero. Every failure is a problem (RFC 9457). Every answer has `X-Request-Id`; an answer that rules made has `Quotient-Revision` and the same as `ETag`.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:7070", "description": "Beside the service that asks"}],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of the server's tokens file"},
            },
            "schemas": schemas(),
        },
    })
}

fn operation_of(operation: &Operation) -> Value {
    let mut responses = Map::new();
    for reply in operation.replies {
        responses.insert(reply.status.to_string(), reply_of(reply));
    }
    for (status, kinds) in problems_of(operation) {
        // An answer that is no problem may share a status with one (readiness).
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
        document["requestBody"] = json!({"required": true, "content": given(operation.body)});
    }
    document
}

/// What may go wrong with an operation, by status.
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

/// Bodies that are taken, each with an example where there is one that any server takes.
fn given(media: &[Media]) -> Value {
    let mut content = content(media);
    for media in media {
        let body = media.schema.and_then(example::body);
        if let Some(value) = body.or_else(|| example::text(media.media).map(Value::from)) {
            content[media.media]["examples"] = json!({"plain": {"value": value}});
        }
    }
    content
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn path_parameter(name: &str) -> Value {
    let (doc, schema, example) = match name {
        "vendor" => (
            "Name of the vendor's folder",
            json!({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"}),
            "meridian",
        ),
        "revision" => {
            ("Digest of a revision", json!({"type": "string", "pattern": DIGEST}), routes::PAST_REVISION.example)
        }
        _ => ("Id of a kept book", json!({"type": "string", "pattern": DIGEST}), routes::PAST_REVISION.example),
    };
    json!({"name": name, "in": "path", "required": true, "description": doc, "schema": schema, "example": example})
}

fn query_parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.format {
        Format::Text => json!({"type": "string"}),
        Format::Date => json!({"type": "string", "format": "date"}),
        Format::Digest => json!({"type": "string", "pattern": DIGEST}),
    };
    let mut document = json!({
        "name": parameter.name, "in": "query", "required": parameter.is_required, "description": parameter.doc,
        "schema": schema,
    });
    // Programs send examples as they are, and a digest of another server is none of this one.
    if parameter.format != Format::Digest {
        document["example"] = parameter.example.into();
    }
    document
}

/// Every schema by name: those of requests and answers, and those of the server itself.
fn schemas() -> Map<String, Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    generator.subschema_for::<Problem>();
    routes::vendor_schemas(&mut generator);
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    for (name, schema) in crate::request::schemas() {
        take_in(&mut schemas, name, schema);
    }
    schemas.sort_keys();
    schemas
}

/// Takes a schema with its own definitions into the one list; definitions of equal names must be equal, and those that
/// are not get the document's name before theirs.
fn take_in(all: &mut Map<String, Value>, name: &str, schema: Value) {
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

/// The page for people.
pub fn page() -> Result<String, Problem> {
    static PAGE: OnceLock<Result<String, String>> = OnceLock::new();
    let page = PAGE.get_or_init(|| render().map_err(|error| error.to_string()));
    page.clone().map_err(|error| Problem::new(ProblemKind::Internal, format!("the page cannot be drawn: {error}")))
}

fn render() -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.add_template("api.html", include_str!("api.html"))?;
    let groups: Vec<Value> = routes::GROUPS
        .iter()
        .filter_map(|group| {
            let name = group.first()?.group;
            let list: Vec<Value> = group.iter().map(in_words).collect();
            Some(json!({"name": name, "operations": list}))
        })
        .collect();
    let problems: Vec<Value> = ProblemKind::ALL
        .iter()
        .map(|kind| json!({"code": kind.code(), "status": kind.status(), "title": kind.title(), "doc": kind.explanation().trim()}))
        .collect();
    let schemas: Vec<Value> = schemas()
        .into_iter()
        .map(|(name, schema)| {
            let doc = schema["description"].as_str().unwrap_or_default().to_owned();
            json!({"name": name, "doc": doc, "members": members(&schema)})
        })
        .collect();
    environment.get_template("api.html")?.render(context! {
        version => env!("CARGO_PKG_VERSION"),
        groups => Serde(groups),
        problems => Serde(problems),
        schemas => Serde(schemas),
    })
}

fn in_words(operation: &Operation) -> Value {
    let media = |media: &[Media]| -> Vec<Value> {
        media.iter().map(|media| json!({"media": media.media, "schema": media.schema})).collect()
    };
    let replies: Vec<Value> = operation
        .replies
        .iter()
        .map(|reply| json!({"status": reply.status, "doc": reply.doc, "media": media(reply.media)}))
        .collect();
    let query: Vec<Value> = operation
        .query
        .iter()
        .map(|parameter| json!({"name": parameter.name, "doc": parameter.doc, "example": parameter.example}))
        .collect();
    let problems: Vec<&str> = operation.problems.iter().map(|kind| kind.code()).collect();
    json!({
        "id": operation.id, "method": operation.method, "path": operation.path, "summary": operation.summary,
        "doc": operation.doc, "scope": operation.scope.as_str(), "query": query, "body": media(operation.body),
        "replies": replies, "problems": problems,
    })
}

/// The members of an object schema in words: name, type, meaning.
fn members(schema: &Value) -> Vec<Value> {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    properties
        .iter()
        .map(|(name, member)| {
            let doc = member["description"].as_str().unwrap_or_default();
            json!({"name": name, "type": kind_of(member), "doc": doc, "is_required": required.contains(&name.as_str())})
        })
        .collect()
}

fn kind_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for many in ["anyOf", "oneOf", "allOf"] {
        if let Some(list) = schema[many].as_array() {
            return list.iter().map(kind_of).collect::<Vec<_>>().join(" or ");
        }
    }
    let format = schema["format"].as_str().map(|format| format!(" ({format})")).unwrap_or_default();
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("list of {}", kind_of(&schema["items"])),
        Value::String(kind) => format!("{kind}{format}"),
        Value::Array(kinds) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            format!("{}{format}", kinds.join(" or "))
        }
        _ => "any".to_owned(),
    }
}
