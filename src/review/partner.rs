//! Review of one partner.

use crate::channel::{Identity, Name};
use crate::decision::{Decisions, Grounds, Incentive, Intervention, TierDecision, TierMove, granted, reasons};
use crate::figure::{About, Record, Records, Replaced, Value};
use crate::figures;
use crate::finding::Finding;
use crate::performance::{LineStanding, PartnerStanding, Standing, TierStanding};
use crate::units::{Money, MoneyError};
use std::sync::Arc;

/// One partner reviewed.
#[derive(Debug, Clone, PartialEq)]
pub struct PartnerReview {
    /// Its standing.
    pub standing: Arc<PartnerStanding>,
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

figures! {
    /// One partner.
    for PartnerReview = "Partner" {
        with |review| &review.standing.identity => Identity { partner_id, partner_name, territory, vertical, account_manager };
        /// Standing of the partner as a whole.
        standing = |review| &review.standing.whole => Standing;
        /// Standing against the minimum of its tier; null without a tier or a minimum.
        tier_standing = |review| &review.standing.tier_standing => Option<TierStanding>;
        /// Standing of its lines, ascending by product line, territory; empty where quotas are for the whole partner.
        lines = |review| &review.standing.lines => Vec<LineStanding>;
        /// Tier, and what the tier policy decides for the partner as a whole; `decision` is null when no policy decides.
        tier = |review| review.tier_record() => TierDecision;
        /// What the tier policy decides for each product line; empty unless the program has one tier per product line.
        tiers = |review| review.tiers_by_product_line() => Vec<TierDecision>;
        /// Incentives awarded and withheld; null when the policies failed on this partner.
        incentives = |review| review.incentives() => Option<Vec<Incentive>>;
        /// Interventions, most severe first; one case. Null when the policies failed on this partner.
        interventions = |review| review.interventions() => Option<Vec<Intervention>>;
        /// Changes of the tier, with the product line where the program has one tier per product line.
        tier_decision = |review| review.of_tiers(|tier| tier.decision.as_str().to_owned()) => String, not_in_json().width(12);
        /// Tiers from then on, likewise.
        tier_to = |review| review.of_tiers(|tier| tier.to.as_deref().unwrap_or_default().to_owned()) => String, not_in_json().width(12);
        /// Dates on which they take effect, likewise.
        tier_effective = |review| review.of_tiers(|tier| tier.effective.map(|date| date.to_string()).unwrap_or_default()) => String, not_in_json();
        /// Σ amounts of the awarded incentives; not known when none is an amount.
        incentive_amount = |review| review.incentive_amount().ok().flatten() => Option<Money>, not_in_json();
        /// Incentives with what they grant.
        incentive_list = |review| review.incentive_list() => String, not_in_json().named("incentives");
        /// Owner of the most urgent intervention.
        owner = |review| review.intervention().and_then(|one| review.owner(one)).map(|name| &**name) => Option<Name>, not_in_json().width(20);
        /// Reasons of the most urgent intervention.
        intervention_reasons = |review| review.intervention().map(|one| reasons(&one.grounds).join("; ")).unwrap_or_default() => String, not_in_json().named("reasons");
    }
}

impl PartnerReview {
    fn tier_record(&self) -> Value<'_> {
        let Some(decided) = self.tier() else {
            return Value::own(Undecided(TierDecision {
                product_line: None,
                current: self.standing.identity.tier.clone(),
                decision: TierMove::Retain,
                to: None,
                effective: None,
                until: None,
                grounds: Grounds::default(),
            }));
        };
        Value::Record(decided)
    }

    /// A word of each tier decision, after its product line where it has one.
    fn of_tiers(&self, word: impl Fn(&TierDecision) -> String) -> String {
        let tiers = self.decisions.iter().flat_map(|decisions| &decisions.tiers);
        let words = tiers.map(|tier| match &tier.product_line {
            Some(line) => format!("{line}: {}", word(tier)),
            None => word(tier),
        });
        words.collect::<Vec<_>>().join("; ")
    }

    /// `attainment bonus 25000.00; accelerated MDF withheld`.
    fn incentive_list(&self) -> String {
        let incentives = self.decisions.iter().flat_map(|decisions| &decisions.incentives);
        let words = incentives.map(|incentive| match granted(incentive, Money::to_exact) {
            what if what.is_empty() => incentive.name.to_string(),
            what => format!("{} {what}", incentive.name),
        });
        words.collect::<Vec<_>>().join("; ")
    }

    fn tiers_by_product_line(&self) -> Value<'_> {
        let tiers = self.decisions.iter().flat_map(|decisions| &decisions.tiers);
        Value::OwnList(Box::new(Records(tiers.filter(|tier| tier.product_line.is_some()).collect())))
    }

    fn incentives(&self) -> Value<'_> {
        self.decisions.as_ref().map_or(Value::NotKnown, |decisions| Value::from(&decisions.incentives))
    }

    fn interventions<'r>(&'r self) -> Value<'r> {
        let Some(decisions) = &self.decisions else { return Value::NotKnown };
        let assigned =
            |one: &'r Intervention| Replaced { record: one, name: "owner", text: self.owner(one).map(|name| &**name) };
        Value::OwnList(Box::new(Records(decisions.interventions.iter().map(assigned).collect())))
    }

    /// The most urgent intervention.
    pub fn intervention(&self) -> Option<&Intervention> {
        self.decisions.as_ref()?.interventions.first()
    }

    /// Owner of an intervention: the one it names, else the partner's account manager.
    pub fn owner<'a>(&'a self, intervention: &'a Intervention) -> Option<&'a Name> {
        intervention.owner.as_ref().or(self.standing.identity.account_manager.as_ref())
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

/// Tier of a partner about whom no policy decides: the members of a decision, without a decision.
struct Undecided(TierDecision);

impl Record for Undecided {
    fn size(&self) -> usize {
        self.0.size()
    }

    fn about(&self, index: usize) -> Option<&'static About> {
        Record::about(&self.0, index)
    }

    fn value(&self, index: usize) -> Value<'_> {
        match self.about(index) {
            Some(about) if about.name == "decision" => Value::NotKnown,
            _ => Record::value(&self.0, index),
        }
    }
}
