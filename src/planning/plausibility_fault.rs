//! Questions that a planner would ask about a whole plan, as data with their wording.

use crate::finding::{agreeing, counted};
use crate::units::{Money, Rate};
use rust_decimal::Decimal;

/// `+753 %`, whole percent.
fn signed(rate: Rate) -> String {
    let percent = rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX).round_dp(0);
    format!("{}{} %", if percent < Decimal::ZERO { "−" } else { "+" }, percent.abs().normalize())
}

/// `83 %`, whole percent.
fn percent(rate: Rate) -> String {
    format!("{} %", rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX).round_dp(0).normalize())
}

crate::faults! {
    /// Questions that a planner would ask about a whole plan; limits are those of `[plausibility]` in the manifest.
    pub enum PlausibilityFault {
        /// Lines are asked to grow more than the manifest calls plausible.
        LineGrowth {
            lines: usize, of: usize, limit: Decimal, line: String, prior: Money, basis: &'static str, quota: Money, growth: Decimal, named: String,
        } = PlanPlausibility {
            message: format!(
                "{lines} of {} {} by more than {} on {basis}: {named}{} from {} to {} ({})",
                counted(*of, "line"),
                agreeing(*lines, "grows", "grow"),
                percent(*limit),
                if *lines == 1 { ",".to_owned() } else { format!("; the largest increase is that of {line}") },
                prior.to_grouped(),
                quota.to_grouped(),
                signed(*growth)
            ),
            help: format!("check the target, locks and {basis} of these lines; `line_growth` in `[plausibility]` is the limit"),
            severity: Warning,
        }
        /// All lines together are asked to grow more than the manifest calls plausible.
        ChannelGrowth { quota: Money, prior: Money, basis: &'static str, growth: Decimal, limit: Decimal } = PlanPlausibility {
            message: format!(
                "the plan asks {} of the channel, from {basis} {} to {}; the limit is {}",
                signed(*growth),
                prior.to_grouped(),
                quota.to_grouped(),
                signed(*limit)
            ),
            help: "check the target and whether the revenue is complete; `channel_growth` in `[plausibility]` is the limit",
            severity: Warning,
        }
        /// All lines together are asked to shrink more than the manifest calls plausible.
        ChannelDecline { quota: Money, prior: Money, basis: &'static str, growth: Decimal, limit: Decimal } = PlanPlausibility {
            message: format!(
                "the plan asks {} of the channel, from {basis} {} to {}; the limit is {}",
                signed(*growth),
                prior.to_grouped(),
                quota.to_grouped(),
                signed(-*limit)
            ),
            help: "check the target, such as a missing digit; `channel_decline` in `[plausibility]` is the limit",
            severity: Warning,
        }
        /// Lines that never sold get a quota.
        NeverSold { lines: usize, of: usize, quota: Money, named: String } = PlanPlausibility {
            message: format!(
                "{lines} of {} {} a quota (a total of {}) but no revenue so far: {named}",
                counted(*of, "line"),
                agreeing(*lines, "has", "have"),
                quota.to_grouped()
            ),
            help: "check the identifiers in the revenue table; `ignore = [\"never_sold\"]` in `[plausibility]` accepts such quotas",
            severity: Warning,
        }
        /// The rounding unit is larger than quotas that it rounds.
        RoundingUnit { unit: Money, lines: usize, of: usize, zero: usize, named: String } = PlanPlausibility {
            message: format!(
                "the rounding unit {} is larger than {lines} of {} before rounding, and {zero} of them became 0: {named}",
                unit.to_grouped(),
                counted(*of, "quota")
            ),
            help: "write a smaller `rounding_unit` in the manifest",
            severity: Warning,
        }
        /// One reporting period has most of the plan.
        PeriodShare { period: String, quota: Money, total: Money, share: Decimal, limit: Decimal } = PlanPlausibility {
            message: format!(
                "`{period}` has {} of all quotas ({} of {}); the limit is {}",
                percent(*share),
                quota.to_grouped(),
                total.to_grouped(),
                percent(*limit)
            ),
            help: "check the revenue of these months for a mistyped amount, or use `seasonality = \"even\"` in `[phasing]`",
            severity: Warning,
        }
        /// Large lines have most of their quota in one reporting period.
        LinePeriodShare {
            lines: usize, of: usize, line: String, period: String, amount: Money, quota: Money, limit: Decimal, named: String,
        } = PlanPlausibility {
            message: format!(
                "{lines} of {} {} more than {} of a large quota in one reporting period: {named}; the largest is {line} with {} of {} in `{period}`",
                counted(*of, "line"),
                agreeing(*lines, "has", "have"),
                percent(*limit),
                amount.to_grouped(),
                quota.to_grouped()
            ),
            help: "check the revenue of these months for a mistyped amount, or use `seasonality = \"channel\"` in `[phasing]`",
            severity: Warning,
        }
    }
}
