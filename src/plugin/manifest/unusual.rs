//! Values of a manifest that are allowed and can hardly be meant.

use super::Manifest;
use crate::document::Section;
use crate::plugin::fault::ManifestFault;
use rust_decimal::Decimal;

/// Growth from which a percentage is probably meant: 5 is 500 %.
const UNUSUAL_GROWTH: i64 = 5;

/// Reports limits of growth that look like percentages, tiers out of order, and a rounding unit above the lowest tier.
pub(super) fn report(root: Section<'_>, manifest: &Manifest) {
    let rules = &manifest.guardrails;
    let rates = [
        ("growth_floor", rules.growth_floor),
        ("growth_ceiling", rules.growth_ceiling),
        ("stretch_ceiling", rules.stretch_ceiling),
    ];
    let guardrails = root.section("guardrails");
    for (key, rate) in rates {
        if let (Some(rate), Some(item)) = (rate, guardrails.and_then(|section| section.get(key)))
            && rate >= Decimal::from(UNUSUAL_GROWTH)
        {
            item.reject(ManifestFault::PercentageForRate { key: key.to_owned(), rate });
        }
    }
    let tiers = root.section("tiers");
    for pair in manifest.tiers.windows(2) {
        let [lower, higher] = pair else { continue };
        if let Some(item) = tiers.and_then(|section| section.get(&higher.name))
            && higher.minimum < lower.minimum
        {
            let (tier, below) = (higher.name.to_string(), lower.name.to_string());
            item.reject(ManifestFault::TierOrder { tier, below });
        }
    }
    let lowest = manifest.tiers.iter().map(|tier| tier.minimum).filter(|minimum| !minimum.is_zero()).min();
    let unit = root.section("plan").and_then(|plan| plan.get("rounding_unit"));
    if let (Some(amount), Some(lowest), Some(item)) = (manifest.rounding_unit, lowest, unit)
        && amount > lowest
    {
        item.reject(ManifestFault::RoundingAboveTier { unit: amount, lowest });
    }
}
