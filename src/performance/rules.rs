//! Cut points of roll-ups.

use crate::units::Rate;
use rust_decimal::Decimal;

/// Cut points, each meaning "at least".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollupRules {
    /// Attainment from which the threshold is reached; default 0.8.
    pub threshold: Rate,
    /// Attainment from which the target is reached; default 1.
    pub target: Rate,
    /// Attainment from which it is excellence; default 1.2.
    pub excellence: Rate,
    /// Past periods a partner must have to be called consistent; default 3.
    pub consistent_periods: usize,
    /// Share of them at quota from which it consistently meets, or below quota from which it consistently misses;
    /// default 0.75.
    pub consistent_share: Rate,
}

impl Default for RollupRules {
    fn default() -> Self {
        Self {
            threshold: Decimal::new(8, 1),
            target: Decimal::ONE,
            excellence: Decimal::new(12, 1),
            consistent_periods: 3,
            consistent_share: Decimal::new(75, 2),
        }
    }
}
