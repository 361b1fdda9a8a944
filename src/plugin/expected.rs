//! Expectations of a case: the figures, reasons and decisions that must come out.

use super::case_facts::{money, name, rate};
use crate::channel::Name;
use crate::decision::{InterventionKind, Severity, TierMove};
use crate::document::{Item, Section};
use crate::units::{Currency, Money, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Expectations of a case; every stated part must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// Revenue the factor indicates, exactly.
    pub indicates: Option<Money>,
    /// True when the factor abstains.
    pub abstains: Option<bool>,
    /// Words the reason contains.
    pub because: Option<String>,
    /// Words of the fault when the rule must fail.
    pub fails: Option<String>,
    /// Floor.
    pub floor: Option<Money>,
    /// Ceiling.
    pub ceiling: Option<Money>,
    /// Weights by factor, exactly.
    pub weights: Vec<(Name, Rate)>,
    /// Bottom-up assessment of the line.
    pub assessment: Option<Money>,
    /// Quota of the line without a target: assessment within the guardrails, rounded.
    pub quota: Option<Money>,
    /// Contribution of each factor to the line's assessment.
    pub contributions: Vec<(Name, Money)>,
    /// Words that a table concludes, in the order of its rows; an empty list expects none.
    pub concludes: Option<Vec<String>>,
    /// Decision of a policy.
    pub decided: ExpectedDecision,
}

/// Expected decision of a policy; every stated part must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExpectedDecision {
    /// Change of the tier.
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
    /// Kind of action.
    pub kind: InterventionKind,
    /// Urgency.
    pub severity: Option<Severity>,
    /// Owner of the action.
    pub owner: Option<Name>,
    /// Day it is due.
    pub due: Option<NaiveDate>,
}

/// Reads the expectations of a case under `expect`.
pub(super) fn expected(section: Section<'_>, currency: Currency) -> Expected {
    let amount = |amount| Money::new(amount, currency);
    let money = |key: &str| section.number(key).map(amount);
    let text = |key: &str| section.text(key).map(str::to_owned);
    let named = |key: &str| -> Vec<(Name, Decimal)> {
        let entries = section.section(key).map(Section::entries).unwrap_or_default();
        entries.into_iter().filter_map(|(name, item)| item.number().map(|number| (Name::from(name), number))).collect()
    };
    Expected {
        indicates: money("indicates"),
        abstains: section.truth("abstains"),
        because: text("because"),
        fails: text("fails"),
        floor: money("floor"),
        ceiling: money("ceiling"),
        weights: named("weights"),
        assessment: money("assessment"),
        quota: money("quota"),
        contributions: named("contributions").into_iter().map(|(name, number)| (name, amount(number))).collect(),
        concludes: section
            .get("concludes")
            .and_then(Item::list)
            .map(|words| words.into_iter().filter_map(Item::text).map(str::to_owned).collect()),
        decided: decision(section, currency),
    }
}

/// Reads the expectations about decisions under `expect`.
fn decision(section: Section<'_>, currency: Currency) -> ExpectedDecision {
    let list = |key: &str| section.get(key).and_then(Item::list);
    ExpectedDecision {
        decision: section.get("decision").and_then(|item| item.word(&TierMove::PAIRS)),
        to: section.text("to").map(str::to_owned),
        effective: section.date("effective"),
        until: section.date("until"),
        would_change: section.text("would_change").map(str::to_owned),
        incentives: list("incentives").map(|items| {
            items
                .into_iter()
                .filter_map(Item::section)
                .filter_map(|section| expected_incentive(section, currency))
                .collect()
        }),
        interventions: list("interventions")
            .map(|items| items.into_iter().filter_map(Item::section).filter_map(expected_intervention).collect()),
    }
}

fn expected_incentive(section: Section<'_>, currency: Currency) -> Option<ExpectedIncentive> {
    Some(ExpectedIncentive {
        name: section.require("name", "name = \"attainment bonus\"").and_then(name)?,
        is_awarded: section.truth("awarded").unwrap_or(true),
        amount: section.get("amount").and_then(money(currency)),
        points: section.number("points"),
        rate: section.get("rate").and_then(rate),
        level: section.get("level").and_then(name),
        until: section.date("until"),
    })
}

fn expected_intervention(section: Section<'_>) -> Option<ExpectedIntervention> {
    let kind = section.require("kind", "kind = \"forecast_call\"").and_then(|item| item.word(&InterventionKind::PAIRS));
    let severity = section.get("severity").and_then(|item| item.word(&Severity::PAIRS));
    let (owner, due) = (section.get("owner").and_then(name), section.date("due"));
    Some(ExpectedIntervention { kind: kind?, severity, owner, due })
}
