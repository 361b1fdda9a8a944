//! Why a question gets no answer.

use crate::finding::{Area, Code, Finding, Findings};

/// What kind of no it is; a server makes a status of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The body is no document of the kind: not JSON, a member that means nothing, or one of the wrong kind (400).
    Malformed,
    /// The body refers to a kept book that is not there (404).
    UnknownBook,
    /// The body is larger than what is taken, or a table has more rows (413).
    TooLarge,
    /// What is asked for cannot be had from this vendor, or not in this form (422, or 406 for the form).
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

    /// What findings about an input amount to: the most basic cause wins.
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
    /// What kind of no it is.
    pub cause: Cause,
    /// What is wrong, all of it; warnings may stand among the errors.
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
