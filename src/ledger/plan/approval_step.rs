//! One approval that a figure needs, as events and lines have it.

use serde::{Deserialize, Serialize};

/// One approval that a figure needs: by whom, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalStep {
    /// Role that the vendor's table names; null for any person who did not set the figure.
    pub role: Option<String>,
    /// Reason.
    pub because: String,
    /// Rows of the vendor's table; empty for the default.
    pub rows: Vec<u64>,
}

impl ApprovalStep {
    /// Returns an approval by any person who did not set the figure.
    pub fn of_any_person(because: String) -> Self {
        Self { role: None, because, rows: Vec::new() }
    }
}
