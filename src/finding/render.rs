//! Findings as text for people and as JSON for programs.

use super::{Finding, Place, Severity};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

/// Renders findings for people: the text underlined, the help below it. `colour` adds terminal colours.
pub fn human<'a>(findings: impl IntoIterator<Item = &'a Finding>, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for finding in findings {
        out.push_str(&one(finding, &renderer));
        out.push_str("\n\n");
    }
    if !out.is_empty() {
        out.pop();
    }
    out
}

fn one(finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut title = finding.message.clone();
    let plain = finding.places.iter().filter(|place| !matches!(place, Place::Text { .. }));
    let notes: Vec<String> = plain.map(ToString::to_string).collect();
    let mut group = Group::with_title(level.primary_title(std::mem::take(&mut title)).id(finding.code.as_str()));
    let mut first = true;
    for place in &finding.places {
        let Place::Text { file, text, span, label } = place else { continue };
        let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
        first = false;
        let end = span.end.clamp(span.start, text.len());
        let mut annotation = kind.span(span.start.min(text.len())..end);
        if !label.is_empty() {
            annotation = annotation.label(label.as_str());
        }
        group = group.element(Snippet::source(text.as_ref()).path(file.as_str()).annotation(annotation));
    }
    for note in &notes {
        group = group.element(Level::NOTE.with_name("at").message(note.as_str()));
    }
    if !finding.help.is_empty() {
        group = group.element(Level::HELP.message(finding.help.as_str()));
    }
    renderer.render(&[group])
}

/// Renders findings as JSON: `{schema, errors, warnings, findings[]}`, schema `quotient.findings/1`.
pub fn json<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Value {
    let list: Vec<&Finding> = findings.into_iter().collect();
    let errors = list.iter().filter(|finding| finding.is_error()).count();
    json!({
        "schema": "quotient.findings/1",
        "errors": errors,
        "warnings": list.len() - errors,
        "findings": list.iter().map(|finding| one_json(finding)).collect::<Vec<_>>(),
    })
}

fn one_json(finding: &Finding) -> Value {
    json!({
        "code": finding.code.as_str(),
        "severity": finding.severity.to_string(),
        "message": finding.message,
        "help": if finding.help.is_empty() { Value::Null } else { json!(finding.help) },
        "places": finding.places.iter().map(place_json).collect::<Vec<_>>(),
    })
}

fn place_json(place: &Place) -> Value {
    match place {
        Place::File { file } => json!({"file": file}),
        Place::Text { file, label, .. } => {
            let position = place.position();
            json!({
                "file": file,
                "line": position.map(|at| at.line),
                "column": position.map(|at| at.column),
                "label": label,
            })
        }
        Place::Cell { file, row, column, value } => json!({"file": file, "row": row, "column": column, "value": value}),
        Place::Member { file, pointer, value } => json!({"file": file, "pointer": pointer, "value": value}),
    }
}

/// Renders findings as annotations of a GitHub workflow, one line each.
pub fn github<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let mut out = String::new();
    for finding in findings {
        let place = finding.places.first();
        let file = place.map(|place| format!(" file={}", escape(place.file_name()))).unwrap_or_default();
        let position = place
            .and_then(Place::position)
            .map(|at| format!(",line={},col={}", at.line, at.column))
            .unwrap_or_default();
        let separator = if file.is_empty() { " " } else { "," };
        let help = if finding.help.is_empty() { String::new() } else { format!("; {}", finding.help) };
        out.push_str(&format!(
            "::{}{file}{position}{separator}title={}::{}\n",
            finding.severity,
            finding.code,
            escape(&format!("{}{help}", finding.message))
        ));
    }
    out
}
