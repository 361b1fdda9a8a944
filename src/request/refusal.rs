//! Refused requests and their reasons.

use crate::finding::{Area, Code, Finding, Findings};

/// Kind of a refusal; a server maps it to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The body is not a document of the kind: not JSON, an unknown member, or one of the wrong kind (400).
    Malformed,
    /// The body refers to a stored book that does not exist (404).
    UnknownBook,
    /// The body is larger than what is taken, or a table has more rows (413).
    TooLarge,
    /// The vendor cannot provide the response, or not in this format (422, or 406 for the format).
    NotPossible,
    /// The input data are refused: book, targets, locks, period (422).
    Refused,
    /// A rule failed on this input (422).
    RulesFailed,
    /// The plan says no: the target cannot be met, or a guardrail would be broken (422).
    Infeasible,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 7] = [
        Self::Malformed,
        Self::UnknownBook,
        Self::TooLarge,
        Self::NotPossible,
        Self::Refused,
        Self::RulesFailed,
        Self::Infeasible,
    ];

    /// The word used in logs and problem documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownBook => "unknown_book",
            Self::TooLarge => "too_large",
            Self::NotPossible => "not_possible",
            Self::Refused => "refused",
            Self::RulesFailed => "rules_failed",
            Self::Infeasible => "infeasible",
        }
    }

    /// Refusal for findings about an input: the most fundamental cause wins.
    fn of(findings: &Findings) -> Self {
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

/// A no, with everything that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Kind of the refusal.
    pub cause: Cause,
    /// All errors, possibly with warnings among them.
    pub findings: Findings,
}

impl Refusal {
    /// Something that cannot be had, with the next thing to do.
    pub(super) fn not_possible(message: String, help: &str) -> Self {
        let finding = Finding::error(Code::RequestNotPossible, message).help(help);
        Self { cause: Cause::NotPossible, findings: Findings::from_iter([finding]) }
    }
}

impl From<Findings> for Refusal {
    fn from(findings: Findings) -> Self {
        Self { cause: Cause::of(&findings), findings }
    }
}
