//! Faults of a script that runs, as data.

use super::budget::Exhausted;
use super::sandbox::{MAX_CALLS, MAX_LIST, MAX_MAP, MAX_TEXT, MAX_VARIABLES};
use crate::cancel::{ASK_AGAIN, STOPPED};
use crate::finding::{Field, ToField};
use std::fmt;

impl ToField for Exhausted {
    fn to_field(&self) -> Field {
        let (name, limit) = match self {
            Self::Operations(limit) => ("operations", limit.to_field()),
            Self::Time(limit) => ("milliseconds", limit.as_millis().to_field()),
            Self::Memory(limit) => ("bytes", limit.to_field()),
            Self::Cancelled => ("cancelled", true.to_field()),
        };
        Field::Map(vec![(name.to_owned(), limit)])
    }
}

/// Kind of value that grows beyond its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growing {
    /// A string.
    String,
    /// A list.
    List,
    /// A map.
    Map,
    /// Another value.
    Other,
}

impl fmt::Display for Growing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => write!(f, "a string grows beyond {MAX_TEXT} characters"),
            Self::List => write!(f, "a list grows beyond {MAX_LIST} items"),
            Self::Map => write!(f, "a map grows beyond {MAX_MAP} entries"),
            Self::Other => f.write_str("a value grows beyond its limit"),
        }
    }
}

impl ToField for Growing {
    fn to_field(&self) -> Field {
        let name = match self {
            Self::String => "string",
            Self::List => "list",
            Self::Map => "map",
            Self::Other => "other",
        };
        name.to_field()
    }
}

/// Returns what to write where a value may be missing.
pub(super) fn alternative(expression: Option<&str>, fallback: &str, may_abstain: bool) -> String {
    let value = match expression {
        Some(expression) => format!("write `({expression} ?? {fallback})`"),
        None => format!("write `?? {fallback}`"),
    };
    match (may_abstain, expression) {
        (false, _) => format!("{value}, or ask `is_known(…)` first"),
        (true, None) => format!("{value}, or abstain when it is not known"),
        (true, Some(expression)) => format!(
            "{value}, or abstain when it is not known: `if !is_known({expression}) {{ return abstain(\"…\") }}`"
        ),
    }
}

crate::faults! {
    /// Faults of a script that runs: the same rule may succeed for another partner.
    pub enum RuntimeFault {
        /// The call used up one of its budgets.
        Budget { limit: Exhausted, in_loop: bool } = ScriptBudget {
            message: format!("the rule used up its {limit} {}", if *in_loop { "in this loop" } else { "here" }),
            help: if *in_loop { "make sure the loop ends, and do less in it" } else { "do less for each partner" },
        }
        /// The caller no longer waits for the outcome.
        Cancelled {} = ScriptRuntime {
            message: STOPPED,
            help: ASK_AGAIN,
        }
        /// A string, a list or a map grows beyond its limit.
        TooLarge { value: Growing, in_loop: bool } = ScriptBudget {
            message: value.to_string(),
            help: if *in_loop { "make sure the loop ends, and do less in it" } else { "keep it smaller" },
        }
        /// A function has too many variables at a time.
        TooManyVariables {} = ScriptBudget {
            message: format!("the rule has more than {MAX_VARIABLES} variables at once"),
            help: "use a list or a map",
        }
        /// Functions call each other without end.
        Recursion {} = ScriptBudget {
            message: format!("functions call each other more than {MAX_CALLS} deep"),
            help: "end the recursion, or write a loop",
        }
        /// A fact, a variable or a calculation has no value for this partner.
        NotKnown { expression: Option<String>, fallback: String, may_abstain: bool } = ScriptNotKnown {
            message: match expression {
                Some(expression) => format!("`{expression}` is not known for this partner"),
                None => "a value is not known for this partner".to_owned(),
            },
            help: alternative(expression.as_deref(), fallback, *may_abstain),
        }
    }
}
