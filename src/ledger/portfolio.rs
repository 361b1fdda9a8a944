//! Activities and attainment across the partners of a plan, per kind of activity: an association, never a cause.

use super::plan::{ActivityKind, BusinessPlan, PlanState, Verdict};
use crate::units::Rate;
use chrono::NaiveDate;
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
    /// Interval that contains the median of such partners with at least 95 %, whatever the distribution: two of the
    /// attainments themselves; `None` below [`FEWEST`] partners.
    pub interval: Option<(Rate, Rate)>,
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
        let known = reviewed().filter_map(|(plan, review)| Some((Some(plan), review.attainment()?)));
        let associations = associations(&known.collect::<Vec<_>>(), NaiveDate::MAX);
        let (unknown, decided): (Vec<_>, Vec<_>) = verdicts.into_iter().partition(|(verdict, _)| verdict.is_none());
        Self { verdicts: decided.into_iter().chain(unknown).collect(), associations }
    }
}

/// Returns one entry per kind of activity in these business plans, of partners with their attainment; `None` is a partner
/// without a business plan. Activities that are due after `until` do not count.
pub fn associations(known: &[(Option<&BusinessPlan>, Rate)], until: NaiveDate) -> Vec<Association> {
    let of_kind = |plan: &&BusinessPlan, kind: ActivityKind| -> Vec<bool> {
        let own = plan.activities.values().filter(|one| one.activity.kind == kind && one.activity.due <= until);
        own.map(|one| one.done.as_ref().is_some_and(|done| done.on <= one.activity.due)).collect()
    };
    let association = |kind: ActivityKind| {
        let own = |plan: &Option<&BusinessPlan>| plan.as_ref().map(|plan| of_kind(plan, kind)).unwrap_or_default();
        let sides = known.iter().map(|(plan, rate)| (own(plan), *rate)).collect::<Vec<_>>();
        sides.iter().any(|(done, _)| !done.is_empty()).then(|| {
            // Did: had activities of the kind, and did all of them on time.
            let is_did = |(done, _): &&(Vec<bool>, Rate)| !done.is_empty() && done.iter().all(|done| *done);
            let (did, did_not): (Vec<_>, Vec<_>) = sides.iter().partition(is_did);
            Association { kind, did: group(&did), did_not: group(&did_not) }
        })
    };
    ActivityKind::ALL.into_iter().filter_map(association).collect()
}

fn group(members: &[&(Vec<bool>, Rate)]) -> Group {
    let mut rates: Vec<Rate> = members.iter().map(|(_, rate)| *rate).collect();
    rates.sort();
    let is_enough = rates.len() >= FEWEST;
    let reached = rates.iter().filter(|rate| **rate >= Decimal::ONE).count();
    Group {
        partners: rates.len(),
        median: median(&rates).filter(|_| is_enough),
        interval: interval(&rates).filter(|_| is_enough),
        reached: is_enough.then_some(reached),
    }
}

/// Largest number of values of which the binomial coefficients are summed exactly.
const MOST_EXACT: usize = 120;

/// Returns the interval between the k-th smallest and the k-th largest of ascending rates for the largest k at which it
/// contains the median with at least 95 %; `None` for fewer than six rates.
///
/// The median lies outside when fewer than k of n fair coins fall on one side (sign test).
fn interval(rates: &[Rate]) -> Option<(Rate, Rate)> {
    let n = rates.len();
    let k = if n <= MOST_EXACT {
        let all = 1_u128 << n;
        let (mut term, mut below, mut k) = (1_u128, 0_u128, 0_usize);
        // At most 2.5 % on each side.
        while (below + term) * 40 <= all {
            below += term;
            k += 1;
            term = term * (n + 1 - k) as u128 / k as u128;
        }
        k
    } else {
        // Two standard deviations, which are more than 95 %.
        (n / 2).checked_sub(n.isqrt() + 1)?
    };
    let low = k.checked_sub(1)?;
    Some((*rates.get(low)?, *rates.get(n - k)?))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_the_sign_test() {
        let of = |n: usize| interval(&(1..=n).map(|value| Rate::from(value as u32)).collect::<Vec<_>>());
        let rates = |low: u32, high: u32| Some((Rate::from(low), Rate::from(high)));
        // From tables of the sign test at 95 %.
        assert_eq!(of(5), None);
        assert_eq!((of(6), of(8), of(9)), (rates(1, 6), rates(1, 8), rates(2, 8)));
        assert_eq!((of(20), of(25), of(100)), (rates(6, 15), rates(8, 18), rates(40, 61)));
        // Beyond, wider by less than one in twenty.
        assert_eq!(of(400), rates(179, 222));
        assert!(of(120).is_some() && of(121).is_some());
    }
}
