//! Activities and attainment across the partners of a plan, per kind of activity: an association, never a cause.

use super::plan::{ActivityKind, BusinessPlan, PlanState, Verdict};
use crate::units::Rate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Fewest partners on a side of which a median is shown.
pub const FEWEST: usize = 8;

/// Partners on one side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Number of partners with a known attainment.
    pub partners: usize,
    /// Median of their attainments; `None` below [`FEWEST`] partners.
    pub median: Option<Rate>,
    /// Number of partners that reached their quota; `None` below [`FEWEST`] partners.
    pub reached: Option<usize>,
}

/// Partners who did activities of a kind on time, and partners who did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Association {
    /// Kind of activity.
    pub kind: ActivityKind,
    /// Partners who did every one of theirs on time.
    pub did: Group,
    /// Partners who had none, or did not do all of theirs on time.
    pub did_not: Group,
}

/// Reviewed partners of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portfolio {
    /// Number of partners by verdict; the last entry is that of facts which are not known.
    pub verdicts: Vec<(Option<Verdict>, usize)>,
    /// One entry per kind of activity of these partners.
    pub associations: Vec<Association>,
}

impl Portfolio {
    /// Returns the reviewed partners of a plan.
    pub fn of(state: &PlanState) -> Self {
        let reviewed = || state.business_plans.values().filter_map(|plan| Some((plan, plan.review.as_ref()?)));
        let mut verdicts: BTreeMap<Option<Verdict>, usize> = BTreeMap::new();
        reviewed().for_each(|(_, review)| *verdicts.entry(review.verdict).or_default() += 1);
        let known: Vec<(&BusinessPlan, Rate)> =
            reviewed().filter_map(|(plan, review)| Some((plan, review.attainment()?))).collect();
        let has = |kind: &ActivityKind| known.iter().any(|(plan, _)| of_kind(plan, *kind).next().is_some());
        let association = |kind: ActivityKind| {
            let (did, did_not): (Vec<_>, Vec<_>) = known.iter().partition(|(plan, _)| did(plan, kind));
            Association { kind, did: group(&did), did_not: group(&did_not) }
        };
        let associations = ActivityKind::ALL.into_iter().filter(has).map(association).collect();
        let (unknown, decided): (Vec<_>, Vec<_>) = verdicts.into_iter().partition(|(verdict, _)| verdict.is_none());
        Self { verdicts: decided.into_iter().chain(unknown).collect(), associations }
    }
}

fn of_kind(plan: &BusinessPlan, kind: ActivityKind) -> impl Iterator<Item = bool> {
    let own = plan.activities.values().filter(move |one| one.activity.kind == kind);
    own.map(|one| one.done.as_ref().is_some_and(|done| done.on <= one.activity.due))
}

/// True when the partner had activities of the kind, and did all of them on time.
fn did(plan: &BusinessPlan, kind: ActivityKind) -> bool {
    of_kind(plan, kind).next().is_some() && of_kind(plan, kind).all(|done| done)
}

fn group(members: &[(&BusinessPlan, Rate)]) -> Group {
    let mut rates: Vec<Rate> = members.iter().map(|(_, rate)| *rate).collect();
    rates.sort();
    let is_enough = rates.len() >= FEWEST;
    let reached = rates.iter().filter(|rate| **rate >= Decimal::ONE).count();
    Group { partners: rates.len(), median: median(&rates).filter(|_| is_enough), reached: is_enough.then_some(reached) }
}

/// Returns the median of ascending rates; `None` without any.
fn median(rates: &[Rate]) -> Option<Rate> {
    let half = rates.len() / 2;
    let upper = *rates.get(half)?;
    if rates.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *rates.get(half.checked_sub(1)?)?;
    lower.checked_add(upper)?.checked_div(Decimal::TWO)
}
