//! Faults of a decision by a table.

use super::value::{Kind, Value};
use crate::channel::Name;
use std::fmt;
use thiserror::Error;

/// Numbers of rows in the file, ascending; shown as `rows 4 and 7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowNumbers(pub Vec<u64>);

impl fmt::Display for RowNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.0.iter().take(10).map(u64::to_string).collect();
        let more = self.0.len() - words.len();
        match words.split_last() {
            Some((only, [])) => write!(f, "row {only}"),
            Some(_) if more > 0 => write!(f, "rows {} and {more} more", words.join(", ")),
            Some((last, rest)) => write!(f, "rows {} and {last}", rest.join(", ")),
            None => f.write_str("no row"),
        }
    }
}

/// Reason why a table cannot decide.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecisionFault {
    /// Not one value per input column.
    #[error("the table has {}, and {} given", crate::finding::counted(*expected, "input column"), crate::finding::counted(*given, "value"))]
    InputCount {
        /// Number of input columns.
        expected: usize,
        /// Number of values.
        given: usize,
    },
    /// A value of another kind than its column.
    #[error("`{column}` needs {}, not {}: `{value}`", expected.article(), value.kind_words())]
    InputKind {
        /// The input column.
        column: Name,
        /// The kind of the column.
        expected: Kind,
        /// The value given.
        value: Value,
    },
    /// A value that the column does not allow.
    #[error("`{value}` is not allowed in `{column}`, only `{allowed}`")]
    NotAllowed {
        /// The input column.
        column: Name,
        /// The value given.
        value: Value,
        /// The `allowed` cell as written.
        allowed: String,
    },
    /// Several rows match under UNIQUE.
    #[error("{rows} match, and the hit policy UNIQUE allows one")]
    NotUnique {
        /// The rows that match.
        rows: RowNumbers,
    },
    /// Rows that match under ANY conclude differently.
    #[error("{rows} match and conclude differently, which the hit policy ANY does not allow")]
    NotEqual {
        /// The rows that match.
        rows: RowNumbers,
    },
    /// Rows of the same, highest priority conclude differently in outputs without priorities.
    #[error("{rows} match with the same priority and conclude differently")]
    NotRanked {
        /// The rows of highest priority.
        rows: RowNumbers,
    },
    /// The sum of COLLECT SUM cannot be held exactly.
    #[error("the sum of {rows} has more digits than can be held exactly")]
    SumOutOfRange {
        /// The rows that match.
        rows: RowNumbers,
    },
}
