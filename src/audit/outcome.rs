//! The outcome of a decision as the log records it.

use crate::finding::{FindingDocument, Findings, PlaceDocument};
use crate::request::{Answer, Cause, Refusal};
use serde_json::json;
use std::borrow::Cow;

crate::words! {
    /// Status of a decision.
    pub enum Status {
        /// The rules decided.
        Decided = "decided",
        /// The request was refused: it asks for something impossible, or its data is not valid.
        Refused = "refused",
        /// The rules failed on it.
        Failed = "failed",
    }
}

/// Outcome of a decision as the log records it.
///
/// Of a refusal these are its cause and findings, without places in files, because those differ with the directory that
/// rules were read from. A problem document is not recorded, because it has the id of its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedOutcome<'a> {
    /// Status of the decision.
    pub status: Status,
    /// Code of the first error.
    pub code: Option<&'static str>,
    /// Bytes of the response; of a refusal `{"cause", "findings"}` with findings as in `quotient.findings/2`.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> From<&'a Result<Answer, Refusal>> for LoggedOutcome<'a> {
    fn from(outcome: &'a Result<Answer, Refusal>) -> Self {
        match outcome {
            Ok(answer) => Self { status: Status::Decided, code: None, bytes: Cow::Borrowed(&answer.bytes) },
            Err(refusal) => Self {
                status: if refusal.cause == Cause::RulesFailed { Status::Failed } else { Status::Refused },
                code: refusal.findings.iter().find(|finding| finding.is_error()).map(|finding| finding.code().as_str()),
                bytes: Cow::Owned(refused(refusal.cause, &refusal.findings)),
            },
        }
    }
}

impl LoggedOutcome<'_> {
    /// Returns the outcome in a few words.
    pub fn words(&self) -> String {
        words(self.status, self.code)
    }
}

/// Returns a status with its code in a few words.
pub fn words(status: Status, code: Option<&str>) -> String {
    code.map_or_else(|| status.as_str().to_owned(), |code| format!("{}, {code}", status.as_str()))
}

fn refused(cause: Cause, findings: &Findings) -> Vec<u8> {
    let mut findings = FindingDocument::grouped(findings);
    for finding in &mut findings {
        finding.places.retain(|place| matches!(place, PlaceDocument::Member { .. }));
    }
    json!({"cause": cause.as_str(), "findings": findings}).to_string().into_bytes()
}
