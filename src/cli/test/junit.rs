//! Outcomes of cases as JUnit XML: one suite per vendor, one test case per case.

use super::{MAX_VALUE, Tested};
use crate::finding::{cut, readable};
use crate::plugin::CaseOutcome;
use quick_xml::escape::escape;
use std::fmt::Write as _;

/// Returns the document, with a line feed at the end.
pub fn document(tested: &[Tested]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    tested.iter().for_each(|one| suite(one, &mut text));
    text.push_str("</testsuites>\n");
    text
}

fn suite(tested: &Tested, into: &mut String) {
    let by_error = tested.failed().filter(|outcome| outcome.is_by_error()).count();
    let failures = tested.failed().count() - by_error;
    let is_refused = tested.refused.has_errors();
    let (tests, errors) = (tested.outcomes.len() + usize::from(is_refused), by_error + usize::from(is_refused));
    let vendor = attribute(&tested.vendor);
    let _ =
        writeln!(into, "  <testsuite name=\"{vendor}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">");
    if is_refused {
        let found: Vec<String> =
            tested.refused.iter().filter(|finding| finding.is_error()).map(ToString::to_string).collect();
        let _ = writeln!(into, "    <testcase classname=\"{vendor}\" name=\"check\">");
        let text = found.iter().map(|text| attribute(text)).collect::<Vec<_>>().join("\n");
        let _ = writeln!(into, "      <error message=\"the vendor is refused\">{text}</error>\n    </testcase>");
    }
    tested.outcomes.iter().for_each(|outcome| case(&tested.vendor, outcome, into));
    into.push_str("  </testsuite>\n");
}

fn case(vendor: &str, outcome: &CaseOutcome, into: &mut String) {
    let class = attribute(&format!("{vendor}.{}", outcome.subject));
    let (name, file) = (attribute(&outcome.name), attribute(outcome.place.file_name()));
    let line = outcome.place.position().map(|at| format!(" line=\"{}\"", at.line)).unwrap_or_default();
    let _ = write!(into, "    <testcase classname=\"{class}\" name=\"{name}\" file=\"{file}\"{line}");
    if outcome.holds() {
        into.push_str("/>\n");
        return;
    }
    let element = if outcome.is_by_error() { "error" } else { "failure" };
    let shown = |text: &str| attribute(&cut(text, MAX_VALUE));
    let differences: Vec<String> = outcome
        .differences
        .iter()
        .map(|one| format!("{}: expected {}, found {}", shown(&one.what), shown(&one.expected), shown(&one.found)))
        .collect();
    let message = differences.first().map_or("", String::as_str);
    let text = differences.join("\n");
    let _ = writeln!(into, ">\n      <{element} message=\"{message}\">{text}</{element}>\n    </testcase>");
}

/// Text for an attribute or an element: on one line, without characters that steer or that XML 1.0 does not allow.
fn attribute(text: &str) -> String {
    let allowed = |c: char| if matches!(c, '\u{FFFE}' | '\u{FFFF}') { char::REPLACEMENT_CHARACTER } else { c };
    let clean: String = readable(text).chars().map(allowed).collect();
    escape(clean).into_owned()
}
