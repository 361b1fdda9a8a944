//! The interface as a page, made from the list of operations.

use super::components::{OwnSchemas, schemas};
use super::example;
use super::media::{EVENTS, Media};
use super::operation::Operation;
use super::path::PATH_PARAMETERS;
use super::problem::ProblemKind;
use crate::ledger::store::Digest;
use base64::prelude::{BASE64_STANDARD, Engine};
use minijinja::{Environment, Value as Text, context, value::Serde};
use serde_json::{Value, json};

/// Script of the page: sends the requests of its forms.
const SCRIPT: &str = include_str!("api.js");

/// Returns the policy of the page: its own script and style only, and requests to this server only.
pub fn policy() -> String {
    let script = BASE64_STANDARD.encode(Digest::of(SCRIPT.as_bytes()).as_bytes());
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Returns the page; `groups` are the operations by group, in order.
pub fn render(groups: &[Vec<&Operation>], own: OwnSchemas) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.add_template("api.html", include_str!("api.html"))?;
    let operations: Vec<&Operation> = groups.concat();
    let groups: Vec<Value> = groups
        .iter()
        .filter_map(|group| {
            let name = group.first()?.group;
            let list: Vec<Value> = group.iter().copied().map(in_words).collect();
            Some(json!({"name": name, "operations": list}))
        })
        .collect();
    let problems: Vec<Value> = ProblemKind::ALL
        .iter()
        .map(|kind| json!({"code": kind.code(), "status": kind.status(), "title": kind.title(), "doc": kind.explanation().trim()}))
        .collect();
    let schemas: Vec<Value> = schemas(&operations, own)
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
        script => Text::from_safe_string(SCRIPT.to_owned()),
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
    let body = operation.body.iter().find_map(|media| media.schema.and_then(example::body));
    let example = body.map(|body| format!("{body:#}")).unwrap_or_default();
    let in_path = PATH_PARAMETERS.iter().filter(|one| operation.path.contains(&format!("{{{}}}", one.name)));
    let in_path = in_path.map(|one| json!({"place": "path", "name": one.name, "value": one.example}));
    let in_query = operation.query.iter();
    let in_query = in_query.map(|one| {
        let value = if one.is_required { one.example } else { "" };
        json!({"place": "query", "name": one.name, "value": value})
    });
    let sent = || operation.replies.iter().filter(|reply| reply.status < 300).flat_map(|reply| reply.media);
    let forms: Vec<&str> = sent().map(|media| media.media).collect();
    // A stream has no end that a form could show.
    let can_try = !sent().any(|media| media.media == EVENTS);
    let problems: Vec<&str> = operation.problems.iter().map(|kind| kind.code()).collect();
    json!({
        "id": operation.id, "method": operation.method, "path": operation.path, "summary": operation.summary,
        "doc": operation.doc, "scope": operation.scope.as_str(), "query": query, "body": media(operation.body),
        "replies": replies, "problems": problems, "example": example, "can_try": can_try,
        "parameters": in_path.chain(in_query).collect::<Vec<_>>(), "forms": if forms.len() > 1 { forms.join(", ") } else { String::new() },
    })
}

/// Returns the members of an object schema in words: name, type and meaning.
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
