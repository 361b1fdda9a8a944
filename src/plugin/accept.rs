//! Observed values in place of the expected ones of cases that fail; everything else in a cases file stays as it is.

use super::case_run::CaseOutcome;
use super::cases::CODES;
use super::comparison::{Difference, Observed};
use crate::document::{Document, Item, Section};
use crate::finding::{Place, Span};
use std::sync::Arc;

/// A cases file with observed values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Text of the file.
    pub text: String,
    /// Values that were replaced, in the order of the file.
    pub accepted: Vec<AcceptedValue>,
    /// Differences that were left, in the order of the cases.
    pub left: Vec<LeftCase>,
}

/// An expected value that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedValue {
    /// Name of the case.
    pub case: String,
    /// Key: `expect.indicates`.
    pub key: String,
    /// Line in the file, counted from 1.
    pub line: usize,
    /// Value as it was written.
    pub before: String,
    /// Value as it is written now.
    pub after: String,
}

/// A difference of a case that only its author can settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftCase {
    /// Name of the case.
    pub case: String,
    /// Reason.
    pub reason: String,
}

/// A replacement in the text.
struct Edit {
    span: Span,
    value: AcceptedValue,
}

/// Replaces the expected values of the cases of `file` that fail by the observed ones.
///
/// A case that fails by error, or expects a failure, is left; so is a value that spans several lines, since it may have
/// comments, and an expected value where the rules give none.
pub fn accept(file: &str, text: &Arc<str>, outcomes: &[&CaseOutcome]) -> Acceptance {
    let document = Document::parse(file, text, CODES);
    let (mut edits, mut left) = (Vec::new(), Vec::new());
    for outcome in outcomes.iter().filter(|outcome| !outcome.holds()) {
        if outcome.is_by_error() {
            let reason = "it fails by error, or a failure is expected".to_owned();
            left.push(LeftCase { case: outcome.name.clone(), reason });
            continue;
        }
        let expect = expectation(&document, &outcome.name);
        for difference in &outcome.differences {
            match edit(expect, text, &outcome.name, difference) {
                Ok(edit) => edits.push(edit),
                Err(reason) => left.push(LeftCase { case: outcome.name.clone(), reason }),
            }
        }
    }
    edits.sort_by_key(|edit| edit.span.start);
    let mut changed = text.to_string();
    for edit in edits.iter().rev() {
        changed.replace_range(edit.span.start..edit.span.end, &edit.value.after);
    }
    Acceptance { text: changed, accepted: edits.into_iter().map(|edit| edit.value).collect(), left }
}

/// Returns the expectations of the case named `name`.
fn expectation<'d>(document: &'d Document, name: &str) -> Option<Section<'d>> {
    let mut cases = document.root().list("case").into_iter().filter_map(Item::section);
    cases.find(|case| case.text("name") == Some(name))?.section("expect")
}

fn edit(expect: Option<Section<'_>>, text: &str, case: &str, difference: &Difference) -> Result<Edit, String> {
    let what = &difference.what;
    let Some(Observed { key, value }) = &difference.observed else {
        return Err(format!("`{what}` has no value to accept: found {}", difference.found));
    };
    let (last, groups) = key.split_last().ok_or_else(|| format!("`{what}` has no key"))?;
    let section = groups.iter().try_fold(expect, |section, key| Some(section?.section(key))).flatten();
    let item = section.and_then(|section| section.get(last));
    let Some((item, Place::Text { span, .. })) = item.map(|item| (item, item.place(""))) else {
        return Err(format!("`{what}` is not written in the case"));
    };
    if item.written().contains('\n') {
        return Err(format!("`{what}` spans several lines"));
    }
    let line = text.get(..span.start).unwrap_or_default().matches('\n').count() + 1;
    let value = AcceptedValue {
        case: case.to_owned(),
        key: format!("expect.{}", key.join(".")),
        line,
        before: item.written().to_owned(),
        after: value.clone(),
    };
    Ok(Edit { span, value })
}
