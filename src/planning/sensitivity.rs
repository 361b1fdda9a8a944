//! What would have had to be different: the nearest change of one factor that moves a quota.

use crate::channel::Name;
use crate::units::Money;

crate::words! {
    /// Direction in which a quota moves.
    pub enum Direction {
        /// The quota rises.
        Up = "up",
        /// The quota falls.
        Down = "down",
    }
}

/// The nearest change in what one factor indicates that moves the quota of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sensitivity {
    /// The factor.
    pub factor: Name,
    /// How far the quota is to move: `one rounding unit` or `5 %`.
    pub moves: &'static str,
    /// Which way it moves.
    pub direction: Direction,
    /// Revenue the factor indicates now.
    pub indicated_now: Money,
    /// Revenue it would have to indicate; `None` when no change of this factor alone does it.
    pub indicated_needed: Option<Money>,
    /// The quota with that; `None` when there is none.
    pub quota_then: Option<Money>,
    /// What else there is to say, such as the guardrail that holds the quota; may be empty.
    pub note: String,
}
