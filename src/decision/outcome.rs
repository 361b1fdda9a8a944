//! The closed vocabularies of what a policy may decide.

use super::requirement::Requirement;
use super::wording::requirement_text;
use crate::channel::Name;
use crate::figure::Format;
use crate::units::{Money, Rate, plain};
use crate::{figures, vocabulary};
use chrono::NaiveDate;
use rust_decimal::Decimal;

vocabulary! {
    /// Change of a partner's tier.
    pub enum TierMove {
        /// It stays as it is.
        Retain = "retain",
        /// It rises.
        Promote = "promote",
        /// It falls.
        Demote = "demote",
        /// It is given for a time without its requirements being met (first-year grants, transitions).
        Grant = "grant",
    }
}

vocabulary! {
    /// Action about a partner.
    pub enum InterventionKind {
        /// Help to build pipeline.
        PipelineSupport = "pipeline_support",
        /// A call about the forecast.
        ForecastCall = "forecast_call",
        /// A plan to improve performance.
        ImprovementPlan = "improvement_plan",
        /// The quota is reviewed.
        Recalibration = "recalibration",
        /// The vendor's and the partner's executives speak.
        ExecutiveEscalation = "executive_escalation",
    }
}

vocabulary! {
    /// Urgency of an intervention, most urgent first.
    pub enum Severity {
        /// Now.
        Critical = "critical",
        /// Soon.
        High = "high",
        /// In the normal course.
        Medium = "medium",
        /// Watch it.
        Low = "low",
    }
}

figures! {
    /// Grounds of a decision.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Grounds = "Grounds" {
        /// Reasons in the vendor's words, in the order given.
        because: Vec<Name>, not_in_json();
        /// Reasons in the vendor's words; the requirements in words where it gave none.
        reasons = |grounds| reasons(grounds) => Vec<String>, width(80);
        /// Requirements that were looked at, met or not, in the order given.
        requirements: Vec<Requirement>;
        /// What would change the decision, in words: `82,400.00 more closed revenue reaches Gold`.
        would_change: Vec<String>, width(60);
    }
}

figures! {
    /// Decision of the tier policy for a partner, or for one of its product lines.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TierDecision = "Tier" {
        /// Product line, for programs with one tier per product line.
        product_line: Option<Name>, width(16);
        /// Tier now; null without.
        current: Option<Name>;
        /// Change of the tier.
        decision: TierMove, width(12);
        /// Tier from then on; null for no tier at all.
        to: Option<Name>, width(12);
        /// Date it takes effect; the as-of date when null.
        effective: Option<NaiveDate>;
        /// Date until which a grant or grace is in force.
        until: Option<NaiveDate>;
        /// Grounds of the decision.
        grounds: Grounds, flat();
    }
}

figures! {
    /// One incentive that the incentive policy awards, or withholds with its reason.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Incentive = "Incentive" {
        /// Name, in the vendor's words: `attainment bonus`.
        name: Name;
        /// False when it is withheld; its grounds say why.
        is_awarded: bool;
        /// Money earned.
        amount: Option<Money>;
        /// Points earned.
        points: Option<Decimal>, width(10);
        /// Rate granted, as a fraction (accelerated MDF, commission level).
        rate: Option<Rate>, width(10).format(Format::Percent);
        /// Level granted, such as the vendor's investment level.
        level: Option<Name>;
        /// Date until which it can be used.
        until: Option<NaiveDate>;
        /// Grounds of the decision.
        grounds: Grounds, flat();
    }
}

figures! {
    /// One intervention that the intervention policy asks for.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Intervention = "Intervention" {
        /// Action.
        kind: InterventionKind, named("intervention").json("kind").width(22).format(Format::Spaced);
        /// Urgency.
        severity: Severity, width(10);
        /// Person or role responsible; the account manager where the policy does not name one.
        owner: Option<Name>, width(20);
        /// Date it is due.
        due: Option<NaiveDate>;
        /// Grounds of the decision; the evidence.
        grounds: Grounds, flat();
    }
}

/// Everything that policies decided for one partner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// One for the partner, or one per product line, ascending by product line; empty without a tier policy.
    pub tiers: Vec<TierDecision>,
    /// In the order of the policy.
    pub incentives: Vec<Incentive>,
    /// Most severe first; one partner's findings are one case.
    pub interventions: Vec<Intervention>,
}

/// Returns the reasons of a decision in words: the vendor's own, or the requirements where it gave none.
pub fn reasons(grounds: &Grounds) -> Vec<String> {
    if !grounds.because.is_empty() {
        return grounds.because.iter().map(ToString::to_string).collect();
    }
    grounds.requirements.iter().map(requirement_text).collect()
}

/// Returns what an incentive grants: `25,000`, `12 points`, `level Premium`, `withheld`.
pub fn granted(incentive: &Incentive, money: impl Fn(Money) -> String) -> String {
    if !incentive.is_awarded {
        return "withheld".to_owned();
    }
    let parts = [
        incentive.amount.map(money),
        incentive.points.map(|points| format!("{} points", plain(points.normalize()))),
        incentive.rate.map(|rate| format!("rate {}", plain(rate.normalize()))),
        incentive.level.as_deref().map(|level| format!("level {level}")),
        incentive.until.map(|day| format!("until {day}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
