//! Findings read back from their JSON form: the answer of a child process, the history in an archive.

use super::{Code, Finding, Findings, Place, Span};
use serde_json::Value;
use std::sync::Arc;

/// Longest text of a finding that is taken over, in bytes.
const MAX_TEXT: usize = 4_096;
/// Most findings that are taken over.
const MAX_FINDINGS: usize = 1_000;

/// Reads what [`super::render::json`] wrote; `None` when it is something else.
///
/// `text_of` gives the text of a file, so that a place can be underlined again; without it the place is `file:line:column`.
pub fn json(value: &Value, text_of: impl Fn(&str) -> Option<Arc<str>>) -> Option<Findings> {
    if value.get("schema")?.as_str()? != "quotient.findings/1" {
        return None;
    }
    let list = value.get("findings")?.as_array()?;
    list.iter().take(MAX_FINDINGS).map(|finding| one(finding, &text_of)).collect()
}

fn one(value: &Value, text_of: &impl Fn(&str) -> Option<Arc<str>>) -> Option<Finding> {
    let code = Code::parse(value.get("code")?.as_str()?)?;
    let message = text(value.get("message")?)?;
    let finding = match value.get("severity")?.as_str()? {
        "error" => Finding::error(code, message),
        "warning" => Finding::warning(code, message),
        _ => return None,
    };
    let places: Option<Vec<Place>> =
        value.get("places")?.as_array()?.iter().take(8).map(|place| self::place(place, text_of)).collect();
    Some(Finding { places: places?, help: value.get("help").and_then(text).unwrap_or_default(), ..finding })
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
