//! Summary of a review, and the partners stored for charts and lists.

use super::partner::PartnerReview;
use crate::channel::Name;
use crate::decision::{InterventionKind, Severity, TierMove};
use crate::units::{Money, MoneyError, Rate};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A move between two tiers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TierChange {
    /// Action.
    pub decision: TierMove,
    /// Tier now.
    pub from: Option<Name>,
    /// Tier from then on.
    pub to: Option<Name>,
}

/// One incentive over all partners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IncentiveTally {
    /// Times it is awarded.
    pub awarded: usize,
    /// Times it is withheld.
    pub withheld: usize,
    /// Σ amounts awarded; `None` when none is an amount.
    pub amount: Option<Money>,
    /// Σ points awarded; `None` when none has points.
    pub points: Option<Decimal>,
}

/// Counts over all partners of a review.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReviewSummary {
    /// Partners of the book.
    pub partners: usize,
    /// Partners with at least one fault.
    pub failed: usize,
    /// Partners with a standing, by attainment: class n is from n × 10 % to below (n + 1) × 10 %; the last class is open.
    pub attainment: [usize; ReviewSummary::CLASSES],
    /// Partners whose attainment is not defined.
    pub attainment_undefined: usize,
    /// Partners whose pipeline carries what remains of the quota, quotas already met included.
    pub covered: usize,
    /// Partners whose pipeline does not.
    pub not_covered: usize,
    /// Partners of which that is not known.
    pub coverage_undefined: usize,
    /// Tier decisions by kind.
    pub moves: BTreeMap<TierMove, usize>,
    /// Tier decisions that change something, by what they change.
    pub tier_changes: BTreeMap<TierChange, usize>,
    /// Incentives by name.
    pub incentives: BTreeMap<Name, IncentiveTally>,
    /// Interventions by severity and kind.
    pub interventions: BTreeMap<(Severity, InterventionKind), usize>,
    /// Partners with an intervention: one case each.
    pub cases: usize,
}

impl ReviewSummary {
    /// Classes of attainment; the last holds 200 % and more.
    pub const CLASSES: usize = 21;

    pub(super) fn add(&mut self, review: &PartnerReview) -> Result<(), MoneyError> {
        let whole = &review.standing.whole;
        match whole.attainment.map(class_of) {
            Some(class) => self.attainment[class] += 1,
            None => self.attainment_undefined += 1,
        }
        match whole.is_covered {
            Some(true) => self.covered += 1,
            Some(false) => self.not_covered += 1,
            None => self.coverage_undefined += 1,
        }
        let Some(decisions) = &review.decisions else { return Ok(()) };
        for tier in &decisions.tiers {
            *self.moves.entry(tier.decision).or_default() += 1;
            if tier.decision != TierMove::Retain {
                let change = TierChange { decision: tier.decision, from: tier.current.clone(), to: tier.to.clone() };
                *self.tier_changes.entry(change).or_default() += 1;
            }
        }
        for incentive in &decisions.incentives {
            let one = IncentiveTally {
                awarded: usize::from(incentive.is_awarded),
                withheld: usize::from(!incentive.is_awarded),
                amount: incentive.amount.filter(|_| incentive.is_awarded),
                points: incentive.points.filter(|_| incentive.is_awarded),
            };
            self.incentives.entry(incentive.name.clone()).or_default().merge(&one)?;
        }
        for intervention in &decisions.interventions {
            *self.interventions.entry((intervention.severity, intervention.kind)).or_default() += 1;
        }
        self.cases += usize::from(!decisions.interventions.is_empty());
        Ok(())
    }

    pub(super) fn merge(&mut self, other: Self) -> Result<(), MoneyError> {
        self.partners += other.partners;
        self.failed += other.failed;
        self.attainment.iter_mut().zip(other.attainment).for_each(|(sum, count)| *sum += count);
        self.attainment_undefined += other.attainment_undefined;
        self.covered += other.covered;
        self.not_covered += other.not_covered;
        self.coverage_undefined += other.coverage_undefined;
        other.moves.into_iter().for_each(|(key, count)| *self.moves.entry(key).or_default() += count);
        other.tier_changes.into_iter().for_each(|(key, count)| *self.tier_changes.entry(key).or_default() += count);
        other.interventions.into_iter().for_each(|(key, count)| *self.interventions.entry(key).or_default() += count);
        for (name, tally) in other.incentives {
            self.incentives.entry(name).or_default().merge(&tally)?;
        }
        self.cases += other.cases;
        Ok(())
    }

    /// Σ amounts of all incentives awarded; `None` when none is an amount.
    pub fn incentive_amount(&self) -> Result<Option<Money>, MoneyError> {
        let mut sum = IncentiveTally::default();
        self.incentives.values().try_for_each(|tally| sum.merge(tally))?;
        Ok(sum.amount)
    }
}

impl IncentiveTally {
    fn merge(&mut self, other: &Self) -> Result<(), MoneyError> {
        self.awarded += other.awarded;
        self.withheld += other.withheld;
        if let Some(amount) = other.amount {
            self.amount = Money::sum_known(self.amount.into_iter().chain([amount]))?;
        }
        if let Some(points) = other.points {
            let sum = self.points.unwrap_or_default().checked_add(points);
            self.points = Some(sum.ok_or(MoneyError::OutOfRange)?);
        }
        Ok(())
    }
}

fn class_of(attainment: Rate) -> usize {
    let tenths = attainment.checked_mul(Decimal::TEN).unwrap_or(Decimal::MAX).floor();
    usize::try_from(tenths.max(Decimal::ZERO)).unwrap_or(usize::MAX).min(ReviewSummary::CLASSES - 1)
}

/// The partners kept for lists and pictures: all of a small book, the most pressing ones of a large one.
#[derive(Debug, Clone)]
pub struct Kept {
    most: usize,
    is_ranked: bool,
    /// Ascending by id once the review is over; in the order of the selection when there is one.
    pub partners: Vec<PartnerReview>,
    /// Partners that were not kept.
    pub left_out: usize,
}

/// Sort key of a partner by urgency, lowest first: severity, demotion, shortfall of the quota, then the id.
type Press = (Option<Severity>, bool, Reverse<Decimal>, Name);

impl Kept {
    /// Books up to this many partners are kept whole.
    pub const WHOLE: usize = 20_000;
    /// Partners kept of a larger book.
    pub const PRESSING: usize = 2_000;

    /// Keeps nothing yet, of a book of `partners` partners.
    pub fn of_book(partners: usize) -> Self {
        let most = if partners <= Self::WHOLE { Self::WHOLE } else { Self::PRESSING };
        Self { most, is_ranked: false, partners: Vec::new(), left_out: 0 }
    }

    /// Keeps nothing yet, of a selection of `partners` partners that come in their order, the most pressing ones first.
    pub fn of_selection(partners: usize) -> Self {
        Self { is_ranked: true, ..Self::of_book(partners) }
    }

    /// Takes one partner.
    pub fn add(&mut self, review: PartnerReview) {
        if self.is_ranked && self.partners.len() >= self.most {
            self.left_out += 1;
            return;
        }
        self.partners.push(review);
        if self.partners.len() >= 2 * self.most {
            self.drop_least();
        }
    }

    /// The kept partners, ascending by id.
    #[must_use]
    pub fn finish(mut self) -> Self {
        if self.is_ranked {
            return self;
        }
        self.drop_least();
        self.partners.sort_by(|a, b| a.standing.identity.partner_id.cmp(&b.standing.identity.partner_id));
        self
    }

    fn drop_least(&mut self) {
        if self.partners.len() > self.most {
            self.partners.sort_by_cached_key(press);
            self.left_out += self.partners.len() - self.most;
            self.partners.truncate(self.most);
        }
    }
}

fn press(review: &PartnerReview) -> (bool, Press) {
    let severity = review.intervention().map(|intervention| intervention.severity);
    let is_demoted = review.tier_changes().any(|tier| tier.decision == TierMove::Demote);
    let short = review.standing.whole.remaining_quota.map_or(Decimal::ZERO, |short| short.non_negative().amount());
    (severity.is_none(), (severity, !is_demoted, Reverse(short), review.standing.identity.partner_id.clone()))
}
