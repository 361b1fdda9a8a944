//! The closed vocabularies of what a policy may decide.

use super::requirement::Requirement;
use crate::channel::Name;
use crate::units::{Money, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;

macro_rules! words {
    ($(#[doc = $doc:literal] $name:ident { $(#[doc = $variant_doc:literal] $variant:ident = $word:literal,)+ })+) => {$(
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $variant_doc] $variant,)+ }

        impl $name {
            /// Every word, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word used in scripts and in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    )+};
}

words! {
    /// Change of a partner's tier.
    TierMove {
        /// It stays as it is.
        Retain = "retain",
        /// It rises.
        Promote = "promote",
        /// It falls.
        Demote = "demote",
        /// It is given for a time without its requirements being met (first-year grants, transitions).
        Grant = "grant",
    }
    /// Kind of action for a partner.
    InterventionKind {
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
    /// Urgency of an intervention, most urgent first.
    Severity {
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

/// Grounds of a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Reasons in the vendor's words, in the order given.
    pub because: Vec<Name>,
    /// Requirements that were looked at, met or not, in the order given.
    pub requirements: Vec<Requirement>,
    /// Changes that would alter the decision, in words: `82,400.00 more closed revenue reaches Gold`.
    pub would_change: Vec<String>,
}

/// Decision of the tier policy for a partner, or for one of its product lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierDecision {
    /// Product line, for programs with a tier each.
    pub product_line: Option<Name>,
    /// Tier now.
    pub current: Option<Name>,
    /// Change of the tier.
    pub decision: TierMove,
    /// Tier from then on; `None` for no tier at all.
    pub to: Option<Name>,
    /// Date it takes effect; the as-of date when `None`.
    pub effective: Option<NaiveDate>,
    /// Day until which a grant or grace holds.
    pub until: Option<NaiveDate>,
    /// Grounds of the decision.
    pub grounds: Grounds,
}

/// One incentive that the incentive policy awards, or withholds with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incentive {
    /// Name, in the vendor's words: `attainment bonus`.
    pub name: Name,
    /// Money earned.
    pub amount: Option<Money>,
    /// Points earned.
    pub points: Option<Decimal>,
    /// Rate granted, as a fraction (accelerated MDF, commission level).
    pub rate: Option<Rate>,
    /// Level granted, such as the vendor's investment level.
    pub level: Option<Name>,
    /// Day until which it can be used.
    pub until: Option<NaiveDate>,
    /// False for an incentive that is withheld; its grounds say why.
    pub is_awarded: bool,
    /// Grounds of the decision.
    pub grounds: Grounds,
}

/// One finding of the intervention policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intervention {
    /// Kind of action.
    pub kind: InterventionKind,
    /// Urgency.
    pub severity: Severity,
    /// Owner of the action, in the vendor's words; the account manager when `None`.
    pub owner: Option<Name>,
    /// Day it is due.
    pub due: Option<NaiveDate>,
    /// Grounds: the evidence.
    pub grounds: Grounds,
}

/// Everything that policies decided for one partner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// One for the partner, or one a product line, ascending by product line; empty without a tier policy.
    pub tiers: Vec<TierDecision>,
    /// In the order the policy gave them.
    pub incentives: Vec<Incentive>,
    /// Most severe first; one partner's findings are one case.
    pub interventions: Vec<Intervention>,
}
