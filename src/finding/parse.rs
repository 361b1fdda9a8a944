//! Findings read back from their JSON form: the answer of a child process, the history in an archive.

use super::{Code, Field, Finding, Findings, Place, ReportedFault, SCHEMA, Severity, Span};
use serde_json::Value;
use std::sync::Arc;

/// Longest text of a finding that is taken over, in bytes.
const MAX_TEXT: usize = 4_096;
/// Most findings that are taken over.
const MAX_FINDINGS: usize = 1_000;

/// Deepest nesting of a field that is read.
const MAX_DEPTH: usize = 4;

/// Reads what [`super::render::json_each`] wrote; `None` when it is something else.
///
/// `text_of` returns the text of a file, so that a place can be underlined again; without it the place is
/// `file:line:column`. Version 1, which archives may still hold, had neither causes nor fields.
pub fn json(value: &Value, text_of: impl Fn(&str) -> Option<Arc<str>>) -> Option<Findings> {
    if ![SCHEMA, "quotient.findings/1"].contains(&value.get("schema")?.as_str()?) {
        return None;
    }
    let list = value.get("findings")?.as_array()?;
    list.iter().take(MAX_FINDINGS).map(|finding| one(finding, &text_of)).collect()
}

fn one(value: &Value, text_of: &impl Fn(&str) -> Option<Arc<str>>) -> Option<Finding> {
    let member = |name: &str| value.get(name).and_then(text);
    let fields = value.get("fields").and_then(Value::as_object);
    let fault = ReportedFault {
        code: Code::parse(value.get("code")?.as_str()?)?,
        cause: member("cause").unwrap_or_else(|| "other".to_owned()),
        message: text(value.get("message")?)?,
        help: member("help").unwrap_or_default(),
        fields: fields.into_iter().flatten().map(|(name, value)| (name.clone(), field(value, 0))).collect(),
    };
    let severity = match value.get("severity")?.as_str()? {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => return None,
    };
    let places: Option<Vec<Place>> =
        value.get("places")?.as_array()?.iter().take(8).map(|place| self::place(place, text_of)).collect();
    let more = value.get("count").and_then(Value::as_u64).map_or(0, |count| count.saturating_sub(1));
    Some(Finding { places: places?, more, ..Finding::from(fault).with_severity(severity) })
}

fn field(value: &Value, depth: usize) -> Field {
    match value {
        _ if depth > MAX_DEPTH => Field::Null,
        Value::Null => Field::Null,
        Value::Bool(value) => Field::Boolean(*value),
        Value::Number(number) => number.as_u64().map_or_else(|| Field::Number(number.to_string()), Field::Count),
        Value::String(_) => Field::String(text(value).unwrap_or_default()),
        Value::Array(values) => {
            Field::List(values.iter().take(MAX_FINDINGS).map(|one| field(one, depth + 1)).collect())
        }
        Value::Object(values) => Field::Map(
            values.iter().take(MAX_FINDINGS).map(|(name, one)| (name.clone(), field(one, depth + 1))).collect(),
        ),
    }
}

fn place(value: &Value, text_of: &impl Fn(&str) -> Option<Arc<str>>) -> Option<Place> {
    let file = text(value.get("file")?)?;
    let part = |key: &str| value.get(key).and_then(text).unwrap_or_default();
    let number = |key: &str| value.get(key).and_then(Value::as_u64);
    if value.get("pointer").is_some() {
        return Some(Place::Member { file, pointer: part("pointer"), value: part("value") });
    }
    if let Some(row) = number("row") {
        return Some(Place::Cell { file, row, column: part("column"), value: part("value") });
    }
    let (Some(line), Some(column)) = (number("line"), number("column")) else { return Some(Place::File { file }) };
    Some(match text_of(&file) {
        Some(text) => {
            let span = word_at(&text, usize::try_from(line).ok()?, usize::try_from(column).ok()?);
            Place::Text { file, text, span, label: part("label") }
        }
        None => Place::File { file: format!("{file}:{line}:{column}") },
    })
}

/// The word that begins at that line and column, both from 1; one character when no word does.
fn word_at(text: &str, line: usize, column: usize) -> Span {
    let mut line_start = 0;
    for _ in 1..line {
        line_start = text[line_start..].find('\n').map_or(text.len(), |at| line_start + at + 1);
    }
    let rest = &text[line_start..];
    let start = line_start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    let word = text[start..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - start);
    let end = if word > 0 { start + word } else { start + text[start..].chars().next().map_or(0, char::len_utf8) };
    Span { start, end }
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    Some(text[..text.floor_char_boundary(MAX_TEXT)].to_owned())
}
