//! `[plausibility]`: what of a whole plan is questioned, and which of it refuses the plan.

use crate::document::{Item, Section};
use crate::plugin::fault::ManifestFault;
use crate::units::Rate;
use rust_decimal::Decimal;

crate::words! {
    /// Check of a whole plan: something a planner would question.
    pub enum PlausibilityCheck {
        /// A line is asked to grow more than `line_growth` on its prior revenue.
        LineGrowth = "line_growth",
        /// All lines together are asked to grow more than `channel_growth`.
        ChannelGrowth = "channel_growth",
        /// All lines together are asked to shrink more than `channel_decline`.
        ChannelDecline = "channel_decline",
        /// A line that never sold gets a quota.
        NeverSold = "never_sold",
        /// The rounding unit is larger than quotas that it rounds.
        RoundingUnit = "rounding_unit",
        /// One reporting period has more than `period_share` of all quotas, or of the quota of a large line.
        PeriodShare = "period_share",
    }
}

/// Limits beyond which a plan is questioned. Rates are fractions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plausibility {
    /// Most growth of a line on its prior revenue: 2 is three times as much.
    pub line_growth: Rate,
    /// Most growth of all lines together on their prior revenue.
    pub channel_growth: Rate,
    /// Most decline of all lines together, above zero: 0.5 is half as much.
    pub channel_decline: Rate,
    /// Largest share of quotas in one reporting period, where a plan has at least three.
    pub period_share: Rate,
    /// Checks that refuse the plan; the others warn.
    pub reject: Vec<PlausibilityCheck>,
    /// Checks that are not made.
    pub ignore: Vec<PlausibilityCheck>,
}

impl Default for Plausibility {
    fn default() -> Self {
        Self {
            line_growth: Decimal::TWO,
            channel_growth: Decimal::new(5, 1),
            channel_decline: Decimal::new(5, 1),
            period_share: Decimal::new(5, 1),
            reject: Vec::new(),
            ignore: Vec::new(),
        }
    }
}

/// Reads the section; what it leaves out has its default.
pub(super) fn read(section: Section<'_>) -> Plausibility {
    let default = Plausibility::default();
    let rate = |key: &str, most: i64, default: Rate| {
        let read = |item: Item<'_>| item.number_in(Decimal::ZERO, Decimal::from(most));
        section.get(key).and_then(read).unwrap_or(default)
    };
    let checks = |key: &str| -> Vec<(Item<'_>, PlausibilityCheck)> {
        let items = section.list(key);
        items.into_iter().filter_map(|item| Some((item, item.word(&PlausibilityCheck::PAIRS)?))).collect()
    };
    let (reject, ignore) = (checks("reject"), checks("ignore"));
    for (item, check) in &ignore {
        if reject.iter().any(|(_, rejected)| rejected == check) {
            item.reject(ManifestFault::PlausibilityTwice { check: check.to_string() });
        }
    }
    let only = |checks: Vec<(Item<'_>, PlausibilityCheck)>| checks.into_iter().map(|(_, check)| check).collect();
    Plausibility {
        line_growth: rate("line_growth", 1000, default.line_growth),
        channel_growth: rate("channel_growth", 1000, default.channel_growth),
        channel_decline: rate("channel_decline", 1, default.channel_decline),
        period_share: rate("period_share", 1, default.period_share),
        reject: only(reject),
        ignore: only(ignore),
    }
}
