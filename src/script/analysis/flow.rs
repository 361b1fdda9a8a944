//! State at a place of a function: its variables, and the facts that guards have asked for.

use super::value::{Known, Value};
use std::collections::BTreeSet;

/// Facts that are known together: where the first is known, so are the others, because it is calculated from them.
const TOGETHER: [(&str, &[&str]); 26] = [
    ("partner.months_since_joining", &["partner.since"]),
    ("partner.since", &["partner.months_since_joining"]),
    ("partner.history.growth", &["partner.history.prior_revenue", "partner.history.earlier_revenue"]),
    (
        "partner.market.headroom",
        &["partner.market.addressable", "partner.market.channel_revenue", "partner.market.partners"],
    ),
    ("partner.market.headroom_per_partner", &["partner.market.headroom"]),
    ("partner.market.growth", &["partner.market.partners"]),
    ("partner.market.penetration", &["partner.market.addressable", "partner.market.channel_revenue"]),
    ("partner.market.partner_share", &["partner.history.prior_revenue", "partner.market.channel_revenue"]),
    ("partner.market.channel_revenue", &["partner.market.partners"]),
    ("partner.market.addressable", &["partner.market.partners"]),
    (
        "partner.investment.certified_gained",
        &["partner.investment.certified_now", "partner.investment.certified_before"],
    ),
    ("partner.pipeline.weighted_amount", &["partner.pipeline.open_amount", "partner.pipeline.open_count"]),
    ("partner.pipeline.open_amount", &["partner.pipeline.open_count"]),
    ("partner.pipeline.open_count", &["partner.pipeline.open_amount"]),
    ("partner.pipeline.coverage", &["partner.pipeline.open_amount", "partner.pipeline.open_count"]),
    ("partner.pipeline.required_coverage", &["partner.pipeline.win_rate"]),
    ("partner.quota.attainment", &["partner.quota.current", "partner.history.prior_revenue"]),
    ("partner.standing.attainment", &["partner.standing.actual", "partner.standing.quota"]),
    ("partner.standing.remaining_quota", &["partner.standing.actual", "partner.standing.quota"]),
    ("partner.standing.is_quota_met", &["partner.standing.actual", "partner.standing.quota"]),
    ("partner.standing.coverage_ratio", &["partner.standing.open_pipeline", "partner.standing.quota"]),
    (
        "partner.standing.remaining_coverage_ratio",
        &["partner.standing.open_pipeline", "partner.standing.remaining_quota"],
    ),
    ("partner.standing.expected_revenue", &["partner.standing.actual", "partner.standing.open_pipeline"]),
    ("partner.standing.forecast_gap", &["partner.standing.forecast", "partner.standing.quota"]),
    ("partner.standing.forecast_gap_share", &["partner.standing.forecast_gap"]),
    ("partner.standing.pace_ratio", &["partner.standing.actual", "partner.standing.expected_to_date"]),
];

/// Adds a path and what is known with it.
fn add(path: &str, known: &mut BTreeSet<String>) {
    if known.insert(path.to_owned()) {
        let others = TOGETHER.iter().filter(|(first, _)| *first == path).flat_map(|(_, others)| *others);
        others.for_each(|other| add(other, known));
    }
}

/// State at one place.
#[derive(Clone, Default)]
pub(super) struct Flow<'a> {
    pub variables: Vec<(String, Value<'a>)>,
    pub known: BTreeSet<String>,
    /// True after `return`, `throw`, `break` or `continue`.
    pub has_left: bool,
}

impl<'a> Flow<'a> {
    /// The variable of that name, declared last.
    pub fn variable(&self, name: &str) -> Option<&Value<'a>> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub fn set(&mut self, name: &str, value: Value<'a>) {
        if let Some((_, old)) = self.variables.iter_mut().rev().find(|(known, _)| known == name) {
            *old = value;
        }
    }

    /// Takes paths as known from here on.
    pub fn learn(&mut self, paths: &BTreeSet<String>) {
        paths.iter().for_each(|path| add(path, &mut self.known));
    }

    pub fn learn_one(&mut self, path: Option<&String>) {
        path.into_iter().for_each(|path| add(path, &mut self.known));
    }

    /// The value as known here.
    pub fn seen(&self, mut value: Value<'a>) -> Value<'a> {
        if value.path.as_ref().is_some_and(|path| self.known.contains(path)) {
            value.known = Known::Yes;
        }
        value
    }

    /// The state after two ways meet.
    pub fn join(self, other: Self) -> Self {
        if self.has_left {
            return other;
        }
        if other.has_left {
            return self;
        }
        let (one, another) = (self.clone(), other.clone());
        let variables = self.variables.into_iter().zip(other.variables).map(|((name, left), (_, right))| {
            let value = if left.path.is_some() && left.path == right.path {
                left
            } else {
                one.seen(left).join(another.seen(right))
            };
            (name, value)
        });
        let known = self.known.intersection(&other.known).cloned().collect();
        Self { variables: variables.collect(), known, has_left: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_calculated_from_a_fact_is_known_with_it() {
        let mut flow = Flow::default();
        flow.learn_one(Some(&"partner.market.headroom".to_owned()));
        assert!(flow.known.contains("partner.market.partners"), "{:?}", flow.known);
    }
}
