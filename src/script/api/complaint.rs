//! What an operator or function of ours objects to; the fault adds the author's words and the place.

use super::value::Kind;
use crate::finding::Code;
use rhai::{Dynamic, EvalAltResult, Position};

/// An objection, raised through Rhai as a run-time error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::script) enum Complaint {
    /// Operand or argument number `operand` (from 0) is not known.
    NotKnown { operand: usize },
    /// The operator takes no such pair.
    Pair { operator: &'static str, left: Kind, right: Kind },
    /// The operator takes no such operand.
    Operand { operator: &'static str, found: Kind },
    /// Argument number `argument` (from 0) is of the wrong kind; `expected` reads "a number".
    Argument { function: &'static str, argument: usize, expected: &'static str, found: Kind },
    /// Anything else, in words.
    Other { code: Code, message: String, help: String },
}

impl Complaint {
    pub fn other(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Other { code, message: message.into(), help: help.into() }
    }

    pub fn out_of_range() -> Self {
        Self::other(
            Code::ScriptRuntime,
            "the result has more digits than exact numbers can hold",
            "keep amounts below 10^15 and exponents small",
        )
    }

    pub fn division_by_zero() -> Self {
        Self::other(Code::ScriptRuntime, "division by zero", "test the divisor first: `if x == 0 { … }`")
    }
}

impl From<Complaint> for Box<EvalAltResult> {
    fn from(complaint: Complaint) -> Self {
        Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(complaint), Position::NONE))
    }
}
