//! Running of policy cases: the decisions of a policy against what a case expects.

use super::comparison::{Comparison, number, string};
use super::expected::{ExpectedIncentive, ExpectedIntervention};
use super::policies::Policies;
use crate::channel::Name;
use crate::decision::{
    Comparison as Compared, Condition, Grounds, Incentive, Intervention, InterventionKind, Requirement, Severity,
    TierDecision, TierMove, figure, figure_beside,
};
use crate::finding::{Finding, counted};
use crate::script::{PolicyFacts, PolicyKind};
use chrono::NaiveDate;
use std::fmt;

/// Runs a case of a policy and compares the result.
pub(super) fn run(policies: &Policies, kind: PolicyKind, facts: &PolicyFacts, compare: &mut Comparison<'_>) {
    let fault = |compare: &mut Comparison<'_>, fault: &Finding| compare.fault(fault);
    match kind {
        PolicyKind::Tier => match policies.tier(facts) {
            Ok(decision) => compare.tier(&decision),
            Err(found) => fault(compare, &found.finding),
        },
        PolicyKind::Incentive => match policies.incentives(facts) {
            Ok(incentives) => compare.incentives(&incentives),
            Err(found) => fault(compare, &found.finding),
        },
        PolicyKind::Intervention => match policies.interventions(facts) {
            Ok(interventions) => compare.interventions(&interventions),
            Err(found) => fault(compare, &found.finding),
        },
    }
}

impl Comparison<'_> {
    fn tier(&mut self, found: &TierDecision) {
        self.must_not_fail(&format!("decides {}", found.decision.as_str()));
        let expected = self.expected.decided.clone();
        self.same("decision", expected.decision.map(TierMove::as_str), found.decision.as_str());
        self.same("to", expected.to.as_deref(), found.to.as_deref().unwrap_or(""));
        self.day("effective", expected.effective, found.effective);
        self.day("until", expected.until, found.until);
        self.grounds(&[&found.grounds]);
    }

    fn incentives(&mut self, found: &[Incentive]) {
        self.must_not_fail(&format!("gives {}", counted(found.len(), "incentive")));
        if let Some(expected) = self.expected.decided.incentives.clone() {
            let shown: Vec<String> = found.iter().map(incentive_words).collect();
            let is_same = expected.len() == found.len() && expected.iter().zip(found).all(|(a, b)| is_expected(a, b));
            if !is_same {
                let wanted: Vec<String> = expected.iter().map(expected_words).collect();
                let value = format!("[{}]", found.iter().map(incentive_toml).collect::<Vec<_>>().join(", "));
                self.differ_at(&["incentives"], "incentives", (listed(&wanted), listed(&shown)), Some(value));
            }
        }
        self.grounds(&found.iter().map(|one| &one.grounds).collect::<Vec<_>>());
    }

    fn interventions(&mut self, found: &[Intervention]) {
        self.must_not_fail(&format!("asks for {}", counted(found.len(), "intervention")));
        if let Some(expected) = self.expected.decided.interventions.clone() {
            let shown =
                |kind: InterventionKind, severity: Option<Severity>, owner: Option<&Name>, due: Option<NaiveDate>| {
                    let severity = severity.map(|severity| format!(" {}", severity.as_str())).unwrap_or_default();
                    let owner = owner.map(|owner| format!(" by {owner}")).unwrap_or_default();
                    let due = due.map(|due| format!(" due {due}")).unwrap_or_default();
                    format!("{}{severity}{owner}{due}", kind.as_str())
                };
            let same = |a: &ExpectedIntervention, b: &Intervention| {
                a.kind == b.kind
                    && a.severity.is_none_or(|severity| severity == b.severity)
                    && (a.owner.is_none() || a.owner == b.owner)
                    && (a.due.is_none() || a.due == b.due)
            };
            if expected.len() != found.len() || !expected.iter().zip(found).all(|(a, b)| same(a, b)) {
                let wanted: Vec<String> =
                    expected.iter().map(|one| shown(one.kind, one.severity, one.owner.as_ref(), one.due)).collect();
                let value = format!("[{}]", found.iter().map(intervention_toml).collect::<Vec<_>>().join(", "));
                let found: Vec<String> =
                    found.iter().map(|one| shown(one.kind, Some(one.severity), one.owner.as_ref(), one.due)).collect();
                self.differ_at(&["interventions"], "interventions", (listed(&wanted), listed(&found)), Some(value));
            }
        }
        self.grounds(&found.iter().map(|one| &one.grounds).collect::<Vec<_>>());
    }

    fn same(&mut self, what: &str, expected: Option<&str>, found: &str) {
        let named = |word: &str| if word.is_empty() { "none".to_owned() } else { word.to_owned() };
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            self.differ_at(&[what], what, (named(expected), named(found)), Some(string(found)));
        }
    }

    fn day(&mut self, what: &str, expected: Option<NaiveDate>, found: Option<NaiveDate>) {
        if expected.is_some() && expected != found {
            let shown = |day: Option<NaiveDate>| day.map_or_else(|| "no day".to_owned(), |day| day.to_string());
            self.differ_at(&[what], what, (shown(expected), shown(found)), found.map(|day| day.to_string()));
        }
    }

    fn grounds(&mut self, grounds: &[&Grounds]) {
        let because: Vec<String> = grounds.iter().flat_map(|grounds| reasons(grounds)).collect();
        self.contains("because", self.expected.because.as_ref(), &because.join("; "));
        let changes: Vec<&str> =
            grounds.iter().flat_map(|grounds| grounds.would_change.iter().map(String::as_str)).collect();
        self.contains("would_change", self.expected.decided.would_change.as_ref(), &changes.join("; "));
    }
}

/// Every reason of a decision as one text each: the vendor's words, then the requirements with what they found.
fn reasons(grounds: &Grounds) -> Vec<String> {
    let said = grounds.because.iter().map(ToString::to_string);
    let looked_at = grounds.requirements.iter().flat_map(Requirement::conditions).map(condition_words);
    said.chain(looked_at).collect()
}

fn condition_words(condition: &Condition) -> String {
    let met = if condition.is_met { "met" } else { "not met" };
    let threshold = condition.threshold.unwrap_or_default();
    let value = condition.value.map_or_else(|| "not known".to_owned(), |value| figure_beside(value, threshold));
    match (condition.comparison, condition.threshold) {
        (Compared::Holds, _) | (_, None) => format!("{} {met}", condition.label),
        (comparison, Some(threshold)) => {
            format!("{} {value}, {comparison} {}, {met}", condition.label, figure(threshold))
        }
    }
}

fn is_expected(expected: &ExpectedIncentive, found: &Incentive) -> bool {
    expected.name == found.name
        && expected.is_awarded == found.is_awarded
        && (expected.amount.is_none() || expected.amount == found.amount)
        && (expected.points.is_none() || expected.points == found.points)
        && (expected.rate.is_none() || expected.rate == found.rate)
        && (expected.level.is_none() || expected.level == found.level)
        && (expected.until.is_none() || expected.until == found.until)
}

fn incentive_words(found: &Incentive) -> String {
    expected_words(&ExpectedIncentive {
        name: Name::clone(&found.name),
        is_awarded: found.is_awarded,
        amount: found.amount,
        points: found.points,
        rate: found.rate,
        level: found.level.clone(),
        until: found.until,
    })
}

fn expected_words(one: &ExpectedIncentive) -> String {
    let mut text = if one.is_awarded { format!("award {}", one.name) } else { format!("withhold {}", one.name) };
    let mut part = |word: &str, value: Option<&dyn fmt::Display>| {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {value}"));
        }
    };
    part("amount", one.amount.as_ref().map(|value| value as &dyn fmt::Display));
    part("points", one.points.as_ref().map(|value| value as &dyn fmt::Display));
    part("rate", one.rate.as_ref().map(|value| value as &dyn fmt::Display));
    part("level", one.level.as_ref().map(|value| value as &dyn fmt::Display));
    part("until", one.until.as_ref().map(|value| value as &dyn fmt::Display));
    text
}

fn listed(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { format!("[{}]", words.join(", ")) }
}

/// An incentive as a cases file writes it.
fn incentive_toml(one: &Incentive) -> String {
    let parts = [
        Some(("name", string(&one.name))),
        (!one.is_awarded).then(|| ("awarded", "false".to_owned())),
        one.amount.map(|amount| ("amount", number(amount.amount()))),
        one.points.map(|points| ("points", number(points))),
        one.rate.map(|rate| ("rate", number(rate))),
        one.level.as_ref().map(|level| ("level", string(level))),
        one.until.map(|until| ("until", until.to_string())),
    ];
    table_toml(parts.into_iter().flatten())
}

/// An intervention as a cases file writes it.
fn intervention_toml(one: &Intervention) -> String {
    let parts = [
        Some(("kind", string(one.kind.as_str()))),
        Some(("severity", string(one.severity.as_str()))),
        one.owner.as_ref().map(|owner| ("owner", string(owner))),
        one.due.map(|due| ("due", due.to_string())),
    ];
    table_toml(parts.into_iter().flatten())
}

fn table_toml(parts: impl Iterator<Item = (&'static str, String)>) -> String {
    format!("{{ {} }}", parts.map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", "))
}
