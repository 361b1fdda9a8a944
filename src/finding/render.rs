//! Findings as text for people and as JSON for programs.

use super::{
    Field, Finding, FindingDocument, FindingsDocument, Group, Place, Severity, grouped, lines_of, readable,
    readable_message,
};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::Value;

/// Places of a group that are shown to people; the rest is counted.
const FEW: usize = 3;

/// Renders findings for people: the text underlined, the help below it. `colour` adds terminal colours.
///
/// Equal findings are shown once, with a count and the first few places.
pub fn human<'a>(findings: impl IntoIterator<Item = &'a Finding>, colour: bool) -> String {
    groups(&grouped(findings), colour, None)
}

/// Renders groups of findings for people, in lines of at most `width` characters if one is given; see [`human`].
pub fn groups(groups: &[Group<'_>], colour: bool, width: Option<u16>) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for group in groups {
        out.push_str(&one(group, &renderer, width));
        out.push_str("\n\n");
    }
    if !out.is_empty() {
        out.pop();
    }
    out
}

/// Room that the margin and the name of a note take, in characters.
const MARGIN: usize = 14;

fn one(group: &Group<'_>, renderer: &Renderer, width: Option<u16>) -> String {
    let finding = group.first();
    let broken = |text: String, before: usize| match width {
        Some(width) => lines_of(&text, usize::from(width.max(40)).saturating_sub(before)).join("\n"),
        None => text,
    };
    let label = finding.severity.to_string().len() + finding.code().as_str().len() + "[]: ".len();
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut section = annotate_snippets::Group::with_title(
        level.primary_title(broken(finding.message(), label)).id(finding.code().as_str()),
    );
    let mut first = true;
    for place in &finding.places {
        let Place::Text { file, text, span, label } = place else { continue };
        let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
        first = false;
        let end = span.end.clamp(span.start, text.len());
        let mut annotation = kind.span(span.start.min(text.len())..end);
        if !label.is_empty() {
            annotation = annotation.label(readable(label));
        }
        section = section.element(Snippet::source(text.as_ref()).path(readable(file)).annotation(annotation));
    }
    for note in notes(group) {
        section = section.element(Level::NOTE.with_name("at").message(broken(note, MARGIN)));
    }
    if let Some(rest) = rest(group) {
        section = section.element(Level::NOTE.message(broken(rest, MARGIN)));
    }
    let help = finding.advice();
    if !help.is_empty() {
        section = section.element(Level::HELP.message(broken(help, MARGIN)));
    }
    renderer.render(&[section])
}

/// The places that cannot be underlined: all of a single finding, the first few of a group.
fn notes(group: &Group<'_>) -> Vec<String> {
    let most = if group.count > 1 { FEW } else { usize::MAX };
    let places = group.places().into_iter().filter(|place| !matches!(place, Place::Text { .. }));
    places.take(most).map(ToString::to_string).collect()
}

/// Number of further findings of a group, and the next ones: `and 4,785 more`, `and 149 more: partner `P0002`, …`.
fn rest(group: &Group<'_>) -> Option<String> {
    let shown = match notes(group).len() {
        0 => 1,
        places => places.div_euclid(group.first().places.len().max(1)).max(1),
    };
    let rest = group.count.checked_sub(shown as u64).filter(|rest| *rest > 0)?;
    let others: Vec<String> = group.others().skip(shown - 1).take(FEW).filter_map(|fields| named(&fields)).collect();
    let named = if others.is_empty() { String::new() } else { format!(": {}", others.join(", ")) };
    let more = if rest > others.len() as u64 && !others.is_empty() { ", …" } else { "" };
    Some(format!("and {} more{named}{more}", grouped_digits(rest)))
}

/// The first varying field of a finding, which is the one that names it.
fn named(fields: &[(String, Field)]) -> Option<String> {
    let (_, value) = fields.first()?;
    Some(readable_message(&format!("`{}`", value.to_plain())))
}

/// A count with commas between thousands: `4,788`.
fn grouped_digits(count: u64) -> String {
    let digits = count.to_string();
    let first = digits.len() % 3;
    let mut out = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && at % 3 == first {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Renders findings as JSON, schema `quotient.findings/2`: `{schema, errors, warnings, findings[]}` with one entry per cause.
pub fn json<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Value {
    value(&FindingsDocument::new(FindingDocument::grouped(findings)))
}

/// Renders findings as JSON like [`json`], one entry per finding: for transport and records, where none may be dropped.
pub fn json_each<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Value {
    value(&FindingsDocument::new(FindingDocument::each(findings)))
}

fn value(document: &FindingsDocument) -> Value {
    serde_json::to_value(document).unwrap_or(Value::Null)
}

/// Renders findings as annotations of a GitHub workflow, one line per cause.
pub fn github<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let escape = |text: &str| readable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let mut out = String::new();
    for group in grouped(findings) {
        let finding = group.first();
        let place = finding.places.first();
        let file = place.map(|place| format!(" file={}", escape(place.file_name()))).unwrap_or_default();
        let position = place
            .and_then(Place::position)
            .map(|at| format!(",line={},col={}", at.line, at.column))
            .unwrap_or_default();
        let separator = if file.is_empty() { " " } else { "," };
        let (message, help) = (finding.message(), finding.advice());
        let rest = rest(&group).map(|rest| format!(" ({rest})")).unwrap_or_default();
        let help = if help.is_empty() { String::new() } else { format!("; {help}") };
        out.push_str(&format!(
            "::{}{file}{position}{separator}title={}::{}\n",
            finding.severity,
            finding.code(),
            escape(&format!("{message}{rest}{help}"))
        ));
    }
    out
}
