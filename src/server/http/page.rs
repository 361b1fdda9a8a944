//! The interface as a page, made from the list of operations.

use super::components::{OwnSchemas, schemas};
use super::example;
use super::media::Media;
use super::operation::Operation;
use super::path::PATH_PARAMETERS;
use super::problem::ProblemKind;
use minijinja::{Environment, context, value::Serde};
use serde_json::{Value, json};

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
    let try_it = body.map(|body| {
        let path = PATH_PARAMETERS.iter().fold(operation.path.to_owned(), |path, parameter| {
            path.replace(&format!("{{{}}}", parameter.name), parameter.example)
        });
        format!("curl --request {} 127.0.0.1:7070{path} --json '\n{body:#}'", operation.method)
    });
    let problems: Vec<&str> = operation.problems.iter().map(|kind| kind.code()).collect();
    json!({
        "id": operation.id, "method": operation.method, "path": operation.path, "summary": operation.summary,
        "doc": operation.doc, "scope": operation.scope.as_str(), "query": query, "body": media(operation.body),
        "replies": replies, "problems": problems, "try_it": try_it,
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
