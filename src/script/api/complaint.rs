//! What an operator or function of ours objects to; the fault adds the author's words and the place.

use super::kind::Kind;
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

/// What is wrong with a pair of kinds, and what to do; the checks and the faults say it alike.
pub(in crate::script) fn pair_words(operator: &str, left: Kind, right: Kind) -> (String, String) {
    let verb = match operator {
        "==" | "!=" | "<" | "<=" | ">" | ">=" => "compare",
        _ => "combine",
    };
    let message = format!("`{operator}` cannot {verb} {left} with {right}");
    let has = |kind: Kind| left == kind || right == kind;
    let help = if operator == "+" && has(Kind::Text) {
        "to put a value into a text write it between backticks: `…${value}…`"
    } else if has(Kind::Date) {
        "use `months_between(a, b)`, `days_between(a, b)`, or compare with `date(\"2026-01-31\")`"
    } else if has(Kind::List) {
        "use `sum`, `average`, `len()`, or look at its items one by one"
    } else if has(Kind::Map) || has(Kind::Facts) || has(Kind::Answer) {
        "name the value you mean, for example `partner.history.prior_revenue`"
    } else if has(Kind::Character) {
        "write texts in double quotes"
    } else {
        "make both the same kind"
    };
    (message, help.to_owned())
}

/// What is wrong with one operand, and what to do.
pub(in crate::script) fn operand_words(operator: &str, found: Kind) -> (String, String) {
    match operator {
        "!" => (format!("`!` needs true or false, not {found}"), "compare first, for example `!(x > 0)`".to_owned()),
        "+" | "-" => (format!("`{operator}` needs a number, not {found}"), "put the sign before a number".to_owned()),
        function => (format!("`{function}` needs numbers, not {found}"), "name the number you mean".to_owned()),
    }
}
