//! A figure of a line, before and after.

use super::key::LineKey;
use super::wire;
use crate::units::Money;
use serde::{Deserialize, Serialize};

/// A figure of a line, before and after, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// Line.
    pub line: LineKey,
    /// Figure before; null when there was none.
    #[serde(with = "wire::optional_money")]
    pub from: Option<Money>,
    /// Figure after.
    #[serde(with = "wire::money")]
    pub to: Money,
    /// Reason; empty only where the figure is the same.
    pub reason: String,
}
