//! Questions that a planner would ask about the health of a plan before it is sent.

use super::health_fault::HealthFault;
use super::outlook::Health;
use crate::finding::{Finding, Findings, Severity};
use crate::plugin::{HealthCheck, HealthRules};

/// Lines from which a share of lines or a correlation over them says something.
const FEWEST_LINES: usize = 20;

/// Returns the findings of the manifest's checks, each an error where the manifest refuses the plan.
///
/// A check that refuses but cannot be made, because nothing was estimated, is a warning that says so.
pub(super) fn questions(rules: &HealthRules, health: &Health) -> Findings {
    let mut findings = Findings::new();
    for check in HealthCheck::ALL.into_iter().filter(|check| !rules.ignore.contains(check)) {
        let is_refused = rules.reject.contains(&check);
        let severity = if is_refused { Severity::Error } else { Severity::Warning };
        match asked(check, rules, health) {
            Asked::Questioned(fault) => findings.push(Finding::from(fault).with_severity(severity)),
            Asked::NotKnown if is_refused => findings.push(HealthFault::NotChecked { check: check.as_str() }.into()),
            Asked::NotKnown | Asked::Fine => {}
        }
    }
    findings
}

/// Answer to one check.
enum Asked {
    /// Beyond its limit.
    Questioned(HealthFault),
    /// Within its limit.
    Fine,
    /// Nothing was estimated that says it.
    NotKnown,
}

fn asked(check: HealthCheck, rules: &HealthRules, health: &Health) -> Asked {
    let Some(channel) = &health.bands.channel else { return Asked::NotKnown };
    let beyond = |is_beyond: bool, fault: HealthFault| if is_beyond { Asked::Questioned(fault) } else { Asked::Fine };
    let lines = health.lines.len();
    match check {
        HealthCheck::ChannelOdds => {
            let (odds, limit) = (channel.odds, rules.channel_odds);
            beyond(odds < limit, HealthFault::ChannelOdds { odds, limit, median: channel.median, quota: channel.quota })
        }
        HealthCheck::AtQuota => match channel.at_quota.filter(|_| lines >= FEWEST_LINES) {
            Some(share) => {
                let (low, high) = (rules.at_quota_low, rules.at_quota_high);
                beyond(share < low || share > high, HealthFault::AtQuota { share, lines, low, high })
            }
            None => Asked::NotKnown,
        },
        HealthCheck::GrowthBySize => match health.bands.fairness.growth_by_size.filter(|_| lines >= FEWEST_LINES) {
            Some(correlation) => {
                let limit = rules.growth_by_size;
                beyond(correlation.abs() > limit, HealthFault::GrowthBySize { correlation, limit })
            }
            None => Asked::NotKnown,
        },
    }
}
