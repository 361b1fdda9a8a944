//! Cases of policies: the standing and the records an author states, and the decision that must come out.

use super::case_facts::{money, name, rate};
use super::cases::Comparison;
use super::manifest::Manifest;
use super::policies::Policies;
use crate::channel::{LineFacts, Name};
use crate::decision::{
    Comparison as Compared, Condition, Grounds, Incentive, Intervention, InterventionKind, Requirement, Severity,
    TierDecision, TierMove, figure, figure_beside,
};
use crate::document::{Item, Section};
use crate::finding::Finding;
use crate::script::{
    ExtraTables, FactKind, FactValue, PartnerRecords, PolicyFacts, PolicyKind, ReviewFacts, StandingFacts,
    TableDeclaration,
};
use crate::units::{Money, PlanningPeriod, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::fmt;
use std::sync::Arc;

/// What a case of a policy expects; every part given must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExpectedDecision {
    /// What happens to the tier.
    pub decision: Option<TierMove>,
    /// Tier from then on; empty for no tier.
    pub to: Option<String>,
    /// Day it takes effect.
    pub effective: Option<NaiveDate>,
    /// Day until which it holds.
    pub until: Option<NaiveDate>,
    /// Words of what would change it.
    pub would_change: Option<String>,
    /// Incentives in the policy's order; an empty list expects none.
    pub incentives: Option<Vec<ExpectedIncentive>>,
    /// Interventions as one case, most severe first; an empty list expects none.
    pub interventions: Option<Vec<ExpectedIntervention>>,
}

/// One expected incentive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedIncentive {
    /// Name.
    pub name: Name,
    /// False when it must be withheld.
    pub is_awarded: bool,
    /// Money.
    pub amount: Option<Money>,
    /// Points.
    pub points: Option<Decimal>,
    /// Rate.
    pub rate: Option<Rate>,
    /// Level.
    pub level: Option<Name>,
    /// Last day.
    pub until: Option<NaiveDate>,
}

/// One expected intervention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedIntervention {
    /// What is done.
    pub kind: InterventionKind,
    /// How urgent.
    pub severity: Option<Severity>,
    /// Who does it.
    pub owner: Option<Name>,
    /// Day it is due.
    pub due: Option<NaiveDate>,
}

/// Reads what a case of a policy gives beside the facts of rules.
pub(super) fn facts(
    section: Section<'_>,
    line: LineFacts,
    as_of: NaiveDate,
    period: &PlanningPeriod,
    manifest: &Manifest,
) -> PolicyFacts {
    let given = section.section("facts");
    let of = given.and_then(|given| given.section("standing")).map(standing).unwrap_or_default();
    let lines = given.map(|given| given.list("lines")).unwrap_or_default();
    let lines = lines.into_iter().filter_map(Item::section).map(standing).collect();
    let review = ReviewFacts::new(manifest.calendar, period, as_of, manifest.policies.tier_review);
    PolicyFacts::from_figures(Arc::new(line), of, lines, Arc::new(review), records(section, manifest))
}

fn records(section: Section<'_>, manifest: &Manifest) -> PartnerRecords {
    let given = section.section("tables");
    let table = |declaration: &TableDeclaration| {
        let rows = given.and_then(|given| given.get(&declaration.name)).and_then(Item::list).map(|rows| {
            let row = |item: Item<'_>| {
                let record = item.section()?;
                Some(declaration.columns.iter().map(|(name, kind)| value(record.get(name), *kind)).collect())
            };
            rows.into_iter().filter_map(row).collect()
        });
        (declaration.clone(), rows)
    };
    ExtraTables::of_one(manifest.tables.iter().map(table).collect())
}

/// A value as its column is declared; left out, or an empty text, is not known.
fn value(item: Option<Item<'_>>, kind: FactKind) -> FactValue {
    let Some(item) = item.filter(|item| item.as_text() != Some("")) else { return FactValue::NotKnown };
    let value = match kind {
        FactKind::Money | FactKind::Rate => item.number().map(FactValue::Number),
        FactKind::Count => item.count().map(FactValue::Count),
        FactKind::Truth => item.truth().map(FactValue::Truth),
        FactKind::Date => item.date().map(FactValue::Date),
        FactKind::Text | FactKind::List | FactKind::View => name(item).map(FactValue::Text),
    };
    value.unwrap_or(FactValue::NotKnown)
}

fn standing(section: Section<'_>) -> StandingFacts {
    let money = |key: &str| section.get(key).and_then(money);
    let rate = |key: &str| section.get(key).and_then(rate);
    StandingFacts {
        product_line: section.get("product_line").and_then(name),
        territory: section.get("territory").and_then(name),
        quota: money("quota"),
        actual: money("actual"),
        attainment: rate("attainment"),
        remaining_quota: money("remaining_quota"),
        open_pipeline: money("open_pipeline"),
        open_count: section.count("open_count"),
        overdue_pipeline: money("overdue_pipeline"),
        coverage_ratio: rate("coverage_ratio"),
        remaining_coverage_ratio: rate("remaining_coverage_ratio"),
        required_coverage: rate("required_coverage"),
        weighted_pipeline: money("weighted_pipeline"),
        weighted_coverage: rate("weighted_coverage"),
        expected_revenue: money("expected_revenue"),
        forecast: money("forecast"),
        forecast_gap: money("forecast_gap"),
        forecast_gap_share: rate("forecast_gap_share"),
        expected_to_date: money("expected_to_date"),
        pace_ratio: rate("pace_ratio"),
        run_rate: money("run_rate"),
        projected_actual: money("projected_actual"),
        required_run_rate: money("required_run_rate"),
        is_quota_met: section.truth("is_quota_met"),
        is_covered: section.truth("is_covered"),
        tier_minimum: money("tier_minimum"),
        tier_revenue: money("tier_revenue"),
        distance_to_tier_minimum: money("distance_to_tier_minimum"),
        periods_with_quota: section.count("periods_with_quota"),
        periods_at_quota: section.count("periods_at_quota"),
        previous_attainment: rate("previous_attainment"),
        streak: section.count("streak"),
    }
}

fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|one| (word(*one), *one)).collect()
}

/// Reads the expectations about decisions under `expect`.
pub(super) fn expected(section: Section<'_>) -> ExpectedDecision {
    let list = |key: &str| section.get(key).and_then(Item::list);
    ExpectedDecision {
        decision: section.get("decision").and_then(|item| item.word(&words(TierMove::ALL, TierMove::as_str))),
        to: section.text("to").map(str::to_owned),
        effective: section.date("effective"),
        until: section.date("until"),
        would_change: section.text("would_change").map(str::to_owned),
        incentives: list("incentives")
            .map(|items| items.into_iter().filter_map(Item::section).filter_map(expected_incentive).collect()),
        interventions: list("interventions")
            .map(|items| items.into_iter().filter_map(Item::section).filter_map(expected_intervention).collect()),
    }
}

fn expected_incentive(section: Section<'_>) -> Option<ExpectedIncentive> {
    Some(ExpectedIncentive {
        name: section.require("name", "name = \"attainment bonus\"").and_then(name)?,
        is_awarded: section.truth("awarded").unwrap_or(true),
        amount: section.get("amount").and_then(money),
        points: section.number("points"),
        rate: section.get("rate").and_then(rate),
        level: section.get("level").and_then(name),
        until: section.date("until"),
    })
}

fn expected_intervention(section: Section<'_>) -> Option<ExpectedIntervention> {
    let kinds = words(InterventionKind::ALL, InterventionKind::as_str);
    let severities = words(Severity::ALL, Severity::as_str);
    let kind = section.require("kind", "kind = \"forecast_call\"").and_then(|item| item.word(&kinds));
    let severity = section.get("severity").and_then(|item| item.word(&severities));
    let (owner, due) = (section.get("owner").and_then(name), section.date("due"));
    Some(ExpectedIntervention { kind: kind?, severity, owner, due })
}

/// Runs a case of a policy and compares what came out.
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
        self.must_not_fail(&format!("gives {} incentives", found.len()));
        if let Some(expected) = self.expected.decided.incentives.clone() {
            let shown: Vec<String> = found.iter().map(incentive_words).collect();
            let is_same = expected.len() == found.len() && expected.iter().zip(found).all(|(a, b)| is_expected(a, b));
            if !is_same {
                let wanted: Vec<String> = expected.iter().map(expected_words).collect();
                self.differ("incentives", listed(&wanted), listed(&shown));
            }
        }
        self.grounds(&found.iter().map(|one| &one.grounds).collect::<Vec<_>>());
    }

    fn interventions(&mut self, found: &[Intervention]) {
        self.must_not_fail(&format!("asks for {} interventions", found.len()));
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
                let found: Vec<String> =
                    found.iter().map(|one| shown(one.kind, Some(one.severity), one.owner.as_ref(), one.due)).collect();
                self.differ("interventions", listed(&wanted), listed(&found));
            }
        }
        self.grounds(&found.iter().map(|one| &one.grounds).collect::<Vec<_>>());
    }

    fn same(&mut self, what: &str, expected: Option<&str>, found: &str) {
        let named = |word: &str| if word.is_empty() { "none".to_owned() } else { word.to_owned() };
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            self.differ(what, named(expected), named(found));
        }
    }

    fn day(&mut self, what: &str, expected: Option<NaiveDate>, found: Option<NaiveDate>) {
        if expected.is_some() && expected != found {
            let shown = |day: Option<NaiveDate>| day.map_or_else(|| "no day".to_owned(), |day| day.to_string());
            self.differ(what, shown(expected), shown(found));
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
