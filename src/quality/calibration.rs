//! Choice among settings of the rules by their error, by the rule of one standard error: a setting that is hardly worse
//! than the best one and nearer to the present one is chosen. Estimates, exact and repeatable.

use crate::units::Rate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Steps by which weight is moved from one factor to another, the coarsest first, in hundredths.
const STEPS: [i64; 3] = [20, 10, 5];
/// Moves of one step size.
const MOST_MOVES: usize = 20;

/// Error of one partner over all folds, and what it bought, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartnerError {
    /// Σ |quota − actual|.
    pub error: i128,
    /// Σ actual.
    pub actual: i128,
}

/// Returns Σ error ÷ Σ actual; `None` unless something was bought.
pub fn wape(partners: &[PartnerError]) -> Option<Rate> {
    let (error, actual) = sums(partners)?;
    exact(error)?.checked_div(exact(actual)?)
}

/// Returns the standard error of [`wape`], estimated over partners: all folds of a partner count as one observation.
///
/// ```
/// use quotient::quality::{PartnerError, standard_error, wape};
/// // Four partners of 100 with errors of 10, 10, 30 and 30: 0.2, and the residuals are 10 each.
/// let partners = [10, 10, 30, 30].map(|error| PartnerError { error, actual: 100 });
/// assert_eq!(wape(&partners).unwrap().normalize().to_string(), "0.2");
/// // √(4 ÷ 3 × 400) ÷ 400 = 23 ÷ 400, the root in whole minor units.
/// assert_eq!(standard_error(&partners).unwrap().normalize().to_string(), "0.0575");
/// ```
pub fn standard_error(partners: &[PartnerError]) -> Option<Rate> {
    let (error, actual) = sums(partners)?;
    let number = i128::try_from(partners.len()).ok()?;
    let mut squares: i128 = 0;
    for one in partners {
        let residual = one.error.checked_sub(error.checked_mul(one.actual)?.div_euclid(actual))?;
        squares = squares.checked_add(residual.checked_mul(residual)?)?;
    }
    let variance = squares.checked_mul(number)?.checked_div(number.checked_sub(1)?)?;
    let root = u128::try_from(variance).ok()?.isqrt();
    exact(i128::try_from(root).ok()?)?.checked_div(exact(actual)?)
}

fn sums(partners: &[PartnerError]) -> Option<(i128, i128)> {
    let mut sums = (0_i128, 0_i128);
    for one in partners {
        sums = (sums.0.checked_add(one.error)?, sums.1.checked_add(one.actual)?);
    }
    Some(sums).filter(|(_, actual)| *actual > 0)
}

fn exact(minor: i128) -> Option<Rate> {
    Decimal::try_from_i128_with_scale(minor, 0).ok()
}

/// Settings that were tried, each with its error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Weights at the beginning.
    pub current: Vec<Rate>,
    /// Weights with the smallest error.
    pub best: Vec<Rate>,
    /// Errors by weights.
    pub tried: BTreeMap<Vec<Rate>, Rate>,
}

impl Search {
    /// Searches weights by moving some of one factor to another as long as the error falls, in ever finer steps.
    ///
    /// `error` is asked once for each setting; what it fails with ends the search. Weights keep their sum.
    pub fn run<E>(current: &[Rate], mut error: impl FnMut(&[Rate]) -> Result<Rate, E>) -> Result<Self, E> {
        let mut tried = BTreeMap::new();
        let current: Vec<Rate> = current.iter().map(Decimal::normalize).collect();
        let mut best = (error(&current)?, current.clone());
        tried.insert(current.clone(), best.0);
        for step in STEPS.map(|step| Decimal::new(step, 2)) {
            for _ in 0..MOST_MOVES {
                let mut next = best.clone();
                for weights in moved(&best.1, step) {
                    let found = match tried.get(&weights) {
                        Some(found) => *found,
                        None => error(&weights)?,
                    };
                    tried.insert(weights.clone(), found);
                    if found < next.0 {
                        next = (found, weights);
                    }
                }
                if next == best {
                    break;
                }
                best = next;
            }
        }
        Ok(Self { current, best: best.1, tried })
    }

    /// Returns the setting nearest to the present one whose error is at most one `standard_error` above the smallest.
    ///
    /// Of two that are equally near, the one with the smaller error is chosen.
    pub fn chosen(&self, standard_error: Rate) -> &[Rate] {
        let smallest = self.tried.get(&self.best).copied().unwrap_or_default();
        let limit = smallest.saturating_add(standard_error);
        let near = self.tried.iter().filter(|(_, error)| **error <= limit);
        let nearest = near.min_by_key(|(weights, error)| (distance(weights, &self.current), **error));
        nearest.map_or(self.best.as_slice(), |(weights, _)| weights.as_slice())
    }
}

/// Every setting in which one factor gave another `step` of its weight, or all that it has.
fn moved(weights: &[Rate], step: Rate) -> Vec<Vec<Rate>> {
    let mut found = Vec::new();
    for from in 0..weights.len() {
        for to in (0..weights.len()).filter(|to| *to != from) {
            let part = weights[from].min(step);
            let mut next = weights.to_vec();
            next[from] = next[from].saturating_sub(part).normalize();
            next[to] = next[to].saturating_add(part).normalize();
            if part > Decimal::ZERO {
                found.push(next);
            }
        }
    }
    found
}

/// Σ |difference| of the weights.
fn distance(one: &[Rate], other: &[Rate]) -> Rate {
    one.iter().zip(other).map(|(one, other)| one.saturating_sub(*other).abs()).sum()
}
