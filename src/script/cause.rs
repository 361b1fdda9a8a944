//! Faults of a script that runs, as data.

use super::sandbox::{MAX_CALLS, MAX_MEMORY, MAX_OPERATIONS, MAX_TIME};
use crate::finding::{Field, ToField};
use std::fmt;

/// Which budget a call used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// Number of operations.
    Operations,
    /// Processor time.
    Time,
    /// Memory.
    Memory,
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operations => write!(f, "{MAX_OPERATIONS} operations"),
            Self::Time => write!(f, "{} ms", MAX_TIME.as_millis()),
            Self::Memory => write!(f, "{} MiB of memory", MAX_MEMORY >> 20),
        }
    }
}

impl ToField for Budget {
    fn to_field(&self) -> Field {
        let name = match self {
            Self::Operations => "operations",
            Self::Time => "time",
            Self::Memory => "memory",
        };
        name.to_field()
    }
}

/// Returns what to write where a value may be missing.
fn alternative(expression: Option<&str>, fallback: &str, may_abstain: bool) -> String {
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
        Budget { budget: Budget, in_loop: bool } = ScriptBudget {
            message: format!("the rule used up its {budget} {}", if *in_loop { "in this loop" } else { "here" }),
            help: if *in_loop { "make sure the loop ends, and do less in it" } else { "do less for each partner" },
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
