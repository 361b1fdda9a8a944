//! `[health]`: bands and odds of every proposal, what is questioned about them, and which of it refuses the plan.

use crate::document::{Item, Section};
use crate::plugin::fault::ManifestFault;
use crate::units::Rate;
use rust_decimal::Decimal;

crate::words! {
    /// Check of the health of a plan, from estimates.
    pub enum HealthCheck {
        /// The odds that the channel reaches the sum of its quotas are below `channel_odds`.
        ChannelOdds = "channel_odds",
        /// The share of lines that are likely to reach their quota is below `at_quota_low` or above `at_quota_high`.
        AtQuota = "at_quota",
        /// Growth asked and size are correlated by more than `growth_by_size`.
        GrowthBySize = "growth_by_size",
    }
}

/// Limits beyond which the health of a plan is questioned. Rates are fractions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthRules {
    /// True when every proposal has bands and odds, whether or not they are requested.
    pub bands: bool,
    /// Least odds that the channel reaches the sum of its quotas.
    pub channel_odds: Rate,
    /// Least share of lines that are likely to reach their quota.
    pub at_quota_low: Rate,
    /// Largest share of lines that are likely to reach their quota.
    pub at_quota_high: Rate,
    /// Largest rank correlation of growth and size, on either side of zero.
    pub growth_by_size: Rate,
    /// Checks that refuse the plan; the others warn.
    pub reject: Vec<HealthCheck>,
    /// Checks that are not made.
    pub ignore: Vec<HealthCheck>,
}

impl Default for HealthRules {
    fn default() -> Self {
        Self {
            bands: false,
            channel_odds: Decimal::new(5, 1),
            at_quota_low: Decimal::new(5, 1),
            at_quota_high: Decimal::new(7, 1),
            growth_by_size: Decimal::new(5, 1),
            reject: Vec::new(),
            ignore: Vec::new(),
        }
    }
}

impl HealthRules {
    /// Returns true when every proposal is estimated: it has bands, or could be refused by a check of them.
    pub fn is_always_estimated(&self) -> bool {
        self.bands || !self.reject.is_empty()
    }
}

/// Reads the section; what it leaves out has its default.
pub(super) fn read(section: Section<'_>) -> HealthRules {
    let default = HealthRules::default();
    let share = |key: &str, default: Rate| {
        let read = |item: Item<'_>| item.number_in(Decimal::ZERO, Decimal::ONE);
        section.get(key).and_then(read).unwrap_or(default)
    };
    let checks = |key: &str| -> Vec<(Item<'_>, HealthCheck)> {
        let items = section.list(key);
        items.into_iter().filter_map(|item| Some((item, item.word(&HealthCheck::PAIRS)?))).collect()
    };
    let (reject, ignore) = (checks("reject"), checks("ignore"));
    for (item, check) in &ignore {
        if reject.iter().any(|(_, rejected)| rejected == check) {
            item.reject(ManifestFault::PlausibilityTwice { check: check.to_string() });
        }
    }
    let (low, high) = (share("at_quota_low", default.at_quota_low), share("at_quota_high", default.at_quota_high));
    if low > high
        && let Some(item) = section.get("at_quota_low").or_else(|| section.get("at_quota_high"))
    {
        item.reject(ManifestFault::HealthRange { low, high });
    }
    let only = |checks: Vec<(Item<'_>, HealthCheck)>| checks.into_iter().map(|(_, check)| check).collect();
    HealthRules {
        bands: section.get("bands").and_then(Item::truth).unwrap_or(false),
        channel_odds: share("channel_odds", default.channel_odds),
        at_quota_low: low,
        at_quota_high: high,
        growth_by_size: share("growth_by_size", default.growth_by_size),
        reject: only(reject),
        ignore: only(ignore),
    }
}
