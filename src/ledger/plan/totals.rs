//! Totals of a plan: target, reserve, and the sums of its lines.

use crate::units::{Money, MoneyError};

/// Totals of a plan, exact after every event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Target; `None` without one.
    pub target: Option<Money>,
    /// Part of the target that no line carries.
    pub reserve: Money,
    /// Sum of the lines.
    pub assigned: Money,
    /// Sum of the proposed lines.
    pub proposed: Money,
}

impl Totals {
    /// Returns lines and reserve minus the target: negative when the plan falls short; `None` without a target.
    pub fn difference(&self) -> Result<Option<Money>, MoneyError> {
        self.target.map(|target| self.assigned.plus(self.reserve)?.minus(target)).transpose()
    }
}
