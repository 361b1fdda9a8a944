//! Refusals: why a request gets no decision.

use super::fault::RequestFault;
use crate::finding::{Area, Code, Finding, Findings};

crate::words! {
    /// Kind of a refusal; a server derives the status from it.
    pub enum Cause {
        /// The body is not a document of the kind: not JSON, an unknown member, or one of the wrong type (400).
        Malformed = "malformed",
        /// The body refers to a book that is not stored (404).
        UnknownBook = "unknown_book",
        /// The body or one of its tables exceeds a limit (413).
        TooLarge = "too_large",
        /// The vendor cannot decide this, or not in this format (422).
        NotPossible = "not_possible",
        /// The input data are refused: book, targets, locks, period (422).
        Refused = "refused",
        /// A rule failed on this input (422).
        RulesFailed = "rules_failed",
        /// The plan is infeasible: the target cannot be met, or a guardrail would be broken (422).
        Infeasible = "infeasible",
    }
}

impl Cause {
    /// Returns the cause of findings: the most basic one wins.
    fn new(findings: &Findings) -> Self {
        let errors = || findings.iter().filter(|finding| finding.is_error());
        let has = |code: Code| errors().any(|finding| finding.code() == code);
        let is_in = |area: Area| errors().any(|finding| finding.code().area() == area);
        let malformed = [Code::RequestSyntax, Code::RequestUnknownMember, Code::RequestMember];
        if malformed.into_iter().any(has) {
            Self::Malformed
        } else if has(Code::RequestUnknownBook) {
            Self::UnknownBook
        } else if has(Code::RequestTooLarge) || has(Code::FileTooLarge) {
            Self::TooLarge
        } else if has(Code::RequestNotPossible) {
            Self::NotPossible
        } else if is_in(Area::Rules) {
            Self::RulesFailed
        } else if is_in(Area::Book) || has(Code::PlanPeriod) {
            Self::Refused
        } else {
            Self::Infeasible
        }
    }
}

/// A refusal with its findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Kind.
    pub cause: Cause,
    /// All findings; warnings can be among the errors.
    pub findings: Findings,
}

impl From<RequestFault> for Refusal {
    fn from(fault: RequestFault) -> Self {
        Findings::from(Finding::from(fault)).into()
    }
}

impl From<Findings> for Refusal {
    fn from(findings: Findings) -> Self {
        Self { cause: Cause::new(&findings), findings }
    }
}
