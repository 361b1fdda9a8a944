//! Review of one partner.

use crate::channel::Name;
use crate::decision::{
    Condition, Decisions, Grounds, Intervention, Requirement, TierDecision, TierMove, figure, figure_beside,
};
use crate::finding::Finding;
use crate::performance::PartnerStanding;
use crate::units::{Money, MoneyError};

/// One partner reviewed.
#[derive(Debug, Clone, PartialEq)]
pub struct PartnerReview {
    /// Its standing.
    pub standing: PartnerStanding,
    /// Decisions of the policies; `None` when they failed for this partner, empty for a vendor without policies.
    pub decisions: Option<Decisions>,
}

/// Reason for which something about one partner is missing from the review.
#[derive(Debug, Clone, PartialEq)]
pub struct PartnerFault {
    /// Partner id.
    pub partner_id: Name,
    /// Partner name.
    pub partner_name: Name,
    /// The failure.
    pub finding: Finding,
}

impl PartnerReview {
    /// The most urgent intervention.
    pub fn intervention(&self) -> Option<&Intervention> {
        self.decisions.as_ref()?.interventions.first()
    }

    /// Owner of an intervention: the one it names, else the partner's account manager.
    pub fn owner<'a>(&'a self, intervention: &'a Intervention) -> Option<&'a Name> {
        intervention.owner.as_ref().or(self.standing.account_manager.as_ref())
    }

    /// The tier decision for the partner as a whole.
    pub fn tier(&self) -> Option<&TierDecision> {
        self.decisions.as_ref()?.tiers.iter().find(|tier| tier.product_line.is_none())
    }

    /// The tier decisions that change something.
    pub fn tier_changes(&self) -> impl Iterator<Item = &TierDecision> {
        let tiers = self.decisions.iter().flat_map(|decisions| &decisions.tiers);
        tiers.filter(|tier| tier.decision != TierMove::Retain)
    }

    /// Σ amounts of the awarded incentives; `None` when none is an amount.
    pub fn incentive_amount(&self) -> Result<Option<Money>, MoneyError> {
        let incentives = self.decisions.iter().flat_map(|decisions| &decisions.incentives);
        let amounts = incentives.filter(|incentive| incentive.is_awarded).filter_map(|incentive| incentive.amount);
        Money::sum_known(amounts)
    }
}

/// Reasons of a decision in words: those of the vendor, or the requirements where it gave none.
pub fn reasons(grounds: &Grounds) -> Vec<String> {
    if !grounds.because.is_empty() {
        return grounds.because.iter().map(ToString::to_string).collect();
    }
    grounds.requirements.iter().map(requirement_text).collect()
}

/// A requirement in words: `net new users 74, at least 75: not met`. Brackets appear only where requirements are
/// nested.
pub fn requirement_text(requirement: &Requirement) -> String {
    match requirement {
        Requirement::One(condition) => condition_text(condition),
        Requirement::All(parts) => joined(parts, "; and "),
        Requirement::Any(parts) => joined(parts, "; or "),
    }
}

fn joined(parts: &[Requirement], word: &str) -> String {
    let part = |part: &Requirement| match part {
        Requirement::All(inner) | Requirement::Any(inner) if inner.len() > 1 && parts.len() > 1 => {
            format!("({})", requirement_text(part))
        }
        _ => requirement_text(part),
    };
    parts.iter().map(part).collect::<Vec<String>>().join(word)
}

fn condition_text(condition: &Condition) -> String {
    let state = if condition.is_met { "met" } else { "not met" };
    let Some(threshold) = condition.threshold else { return format!("{}: {state}", condition.label) };
    let value = condition.value.map_or_else(|| "not known".to_owned(), |value| figure_beside(value, threshold));
    format!("{} {value}, {} {}: {state}", condition.label, condition.comparison, figure(threshold))
}
