//! What published sources disagree on, each a named choice with a stated default.

use crate::quota::Grain;
use crate::units::Rate;
use crate::vocabulary;

vocabulary! {
    /// Measure by which win rates are counted.
    #[derive(Default)]
    pub enum WinRateBasis {
        /// Deals won ÷ deals closed.
        ByCount = "by_count",
        /// Value won ÷ value closed.
        #[default]
        ByValue = "by_value",
    }
}

vocabulary! {
    /// Partners that a partner with few deals is compared with, before the channel as a whole.
    #[derive(Default)]
    pub enum WinRateSegment {
        /// Partners of its tier.
        #[default]
        Tier = "tier",
        /// Partners of its home territory.
        Territory = "territory",
    }
}

vocabulary! {
    /// Meaning of a revenue table without any row for a partner or line.
    #[derive(Default)]
    pub enum AbsentRevenue {
        /// The table is a ledger of the whole channel: no row is no revenue.
        #[default]
        Zero = "zero",
        /// Its revenue is not known.
        NotKnown = "not_known",
    }
}

vocabulary! {
    /// Revenue that is compared with the tier minimum.
    #[derive(Default)]
    pub enum TierBasis {
        /// Closed revenue of the period up to the as-of date.
        #[default]
        Period = "period",
        /// Closed revenue of the latest 12 complete months.
        TrailingTwelveMonths = "trailing_12_months",
    }
}

/// The conventions of a review.
///
/// ```
/// use quotient::performance::{Conventions, WinRateBasis};
/// let conventions = Conventions::default();
/// assert_eq!(conventions.win_rate_basis, WinRateBasis::ByValue);
/// assert_eq!((conventions.win_rate_window, conventions.few_deals, conventions.shrink_weight), (24, 20, 5));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conventions {
    /// Grain of the quotas. Partner: every quota of a partner counts towards one figure and so does all its revenue.
    /// Finer: quotas by line are for those lines' revenue only.
    pub grain: Grain,
    /// Months before the as-of day in which deals closed, for win rates; default 24.
    pub win_rate_window: u32,
    /// Win rate that required coverage and expected revenue use; default by value.
    pub win_rate_basis: WinRateBasis,
    /// Partners that one with few deals is likened to; default its tier.
    pub win_rate_segment: WinRateSegment,
    /// Fewer closed deals than this are few; default 20.
    pub few_deals: u32,
    /// k of (won + k × rate of the segment) ÷ (closed + k), used when deals are few; default 5.
    pub shrink_weight: u32,
    /// Buffer on required coverage for deals that slip, a fraction; default 0.
    pub slippage_buffer: Rate,
    /// What no revenue row means; default zero.
    pub absent_revenue: AbsentRevenue,
    /// Revenue held against the tier minimum; default the period's.
    pub tier_basis: TierBasis,
    /// How many past periods of the same length consistency looks at; default 8.
    pub past_periods: u32,
}

impl Default for Conventions {
    fn default() -> Self {
        Self {
            grain: Grain::Partner,
            win_rate_window: 24,
            win_rate_basis: WinRateBasis::ByValue,
            win_rate_segment: WinRateSegment::Tier,
            few_deals: 20,
            shrink_weight: 5,
            slippage_buffer: Rate::ZERO,
            absent_revenue: AbsentRevenue::Zero,
            tier_basis: TierBasis::Period,
            past_periods: 8,
        }
    }
}
