//! Questions about the health of a plan, as data with their wording.

use crate::finding::counted;
use crate::units::{Money, Rate, plain};
use rust_decimal::Decimal;

/// `83.5 %`, at most one decimal.
fn percent(rate: Rate) -> String {
    format!("{} %", plain(rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX).round_dp(1).normalize()))
}

crate::faults! {
    /// Questions about the health of a plan; limits are those of `[health]` in the manifest. Odds and shares are
    /// estimates from past periods.
    pub enum HealthFault {
        /// The channel is unlikely to reach its quotas.
        ChannelOdds { odds: Decimal, limit: Decimal, median: Money, quota: Money } = PlanHealth {
            message: format!(
                "the channel reaches the sum of its quotas with odds of {} (estimated); the limit is {}: half of the outcomes are below {}, and the quotas sum to {}",
                percent(*odds),
                percent(*limit),
                median.to_grouped(),
                quota.to_grouped()
            ),
            help: "`quotient health` shows where the gap is expected; `channel_odds` in `[health]` is the limit",
            severity: Warning,
        }
        /// The share of lines that are likely to reach their quota is outside the range that the manifest calls healthy.
        AtQuota { share: Decimal, lines: usize, low: Decimal, high: Decimal } = PlanHealth {
            message: format!(
                "{} of {} are expected to reach their quota (estimated); healthy is {} to {}",
                percent(*share),
                counted(*lines, "line"),
                percent(*low),
                percent(*high)
            ),
            help: "check the target; `at_quota_low` and `at_quota_high` in `[health]` are the limits",
            severity: Warning,
        }
        /// Small lines are asked to grow much more or much less than large ones.
        GrowthBySize { correlation: Decimal, limit: Decimal } = PlanHealth {
            message: format!(
                "{} lines are asked for more growth: the rank correlation of growth and size is {}; the limit is {} on either side",
                if correlation.is_sign_negative() { "small" } else { "large" },
                plain(correlation.round_dp(2).normalize()),
                plain(limit.normalize())
            ),
            help: "`quotient health` shows the growth asked by group; `growth_by_size` in `[health]` is the limit",
            severity: Warning,
        }
        /// A check that refuses plans cannot be made.
        NotChecked { check: &'static str } = PlanHealth {
            message: format!("`{check}` in `reject` of `[health]` cannot be checked: too little is known to estimate it"),
            help: "it needs a book that covers a past period and the period before it, and for shares of lines at least 20 lines",
            severity: Warning,
        }
    }
}
