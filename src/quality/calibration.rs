//! Choice among settings of the rules by their error, by the rule of one standard error: a setting that is hardly worse
//! than the best one and nearer to the present one is chosen. Estimates, exact and repeatable.

use crate::units::Rate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Steps by which weight is moved from one factor to another, the coarsest first, in hundredths; numbers are moved by
/// about that part of their region.
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

/// Region of a number that is searched beside the weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Least value.
    pub low: Rate,
    /// Largest value.
    pub high: Rate,
    /// True when only whole numbers are tried.
    pub is_whole: bool,
}

impl Region {
    /// Step of about this many hundredths of the region: 1, 2 or 5 × a power of ten, so that the numbers tried are short.
    fn step(&self, hundredths: i64) -> Rate {
        let width = self.high.saturating_sub(self.low);
        let most = width.checked_mul(Decimal::new(hundredths, 2)).unwrap_or(width);
        let most = if self.is_whole { most.max(Decimal::ONE).min(width) } else { most };
        let mut unit = Decimal::ONE;
        while unit > most && unit > SMALLEST_STEP {
            unit = unit.checked_div(Decimal::TEN).unwrap_or_default();
        }
        while unit.saturating_mul(Decimal::TEN) <= most {
            unit = unit.saturating_mul(Decimal::TEN);
        }
        let times = [5, 2, 1].map(|times| unit.saturating_mul(Decimal::from(times)));
        times.into_iter().find(|step| *step <= most).unwrap_or_default().normalize()
    }

    /// The values one step below and above, inside the region.
    fn beside(&self, value: Rate, hundredths: i64) -> impl Iterator<Item = Rate> {
        let step = self.step(hundredths);
        let beside = [value.saturating_sub(step), value.saturating_add(step)];
        beside.map(|one| one.clamp(self.low, self.high).normalize()).into_iter().filter(move |one| *one != value)
    }
}

/// Smallest step of a number.
const SMALLEST_STEP: Decimal = Decimal::from_parts(1, 0, 0, false, 9);

/// Settings that were tried, each with its error. A setting is a list: the weights, then the numbers beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Setting at the beginning.
    pub current: Vec<Rate>,
    /// Setting with the smallest error.
    pub best: Vec<Rate>,
    /// Errors by setting.
    pub tried: BTreeMap<Vec<Rate>, Rate>,
    /// Regions of the numbers, the last of each setting.
    regions: Vec<Region>,
}

impl Search {
    /// Searches settings as long as the error falls, in ever finer steps: some weight is moved from one factor to another,
    /// or one of the numbers within its region.
    ///
    /// `regions` has one entry for each number at the end of `current`. `error` is asked once for each setting; what it
    /// fails with ends the search. Weights keep their sum.
    pub fn run<E>(
        current: &[Rate],
        regions: &[Region],
        mut error: impl FnMut(&[Rate]) -> Result<Rate, E>,
    ) -> Result<Self, E> {
        let mut tried = BTreeMap::new();
        let current: Vec<Rate> = current.iter().map(Decimal::normalize).collect();
        let mut best = (error(&current)?, current.clone());
        tried.insert(current.clone(), best.0);
        for step in STEPS {
            for _ in 0..MOST_MOVES {
                let mut next = best.clone();
                for setting in moved(&best.1, regions, step) {
                    let found = match tried.get(&setting) {
                        Some(found) => *found,
                        None => error(&setting)?,
                    };
                    tried.insert(setting.clone(), found);
                    if found < next.0 {
                        next = (found, setting);
                    }
                }
                if next == best {
                    break;
                }
                best = next;
            }
        }
        Ok(Self { current, best: best.1, tried, regions: regions.to_vec() })
    }

    /// Returns the setting nearest to the present one whose error is at most one `standard_error` above the smallest.
    ///
    /// Of two that are equally near, the one with the smaller error is chosen.
    pub fn chosen(&self, standard_error: Rate) -> &[Rate] {
        let smallest = self.tried.get(&self.best).copied().unwrap_or_default();
        let limit = smallest.saturating_add(standard_error);
        let near = self.tried.iter().filter(|(_, error)| **error <= limit);
        let nearest = near.min_by_key(|(setting, error)| (self.distance(setting), **error));
        nearest.map_or(self.best.as_slice(), |(setting, _)| setting.as_slice())
    }

    /// Σ |difference| to the present setting: of weights, and of numbers as a share of their region.
    fn distance(&self, setting: &[Rate]) -> Rate {
        let weights = self.current.len().saturating_sub(self.regions.len());
        let apart = |(position, (one, other)): (usize, (&Rate, &Rate))| {
            let apart = one.saturating_sub(*other).abs();
            let region = position.checked_sub(weights).and_then(|number| self.regions.get(number));
            region.map_or(apart, |region| apart.checked_div(region.high.saturating_sub(region.low)).unwrap_or(apart))
        };
        setting.iter().zip(&self.current).enumerate().map(apart).sum()
    }
}

/// Every setting in which one factor gave another `step` hundredths of weight, or all that it has, and every one in which
/// one of the numbers is a step away.
fn moved(setting: &[Rate], regions: &[Region], step: i64) -> Vec<Vec<Rate>> {
    let mut found = Vec::new();
    let weights = setting.len().saturating_sub(regions.len());
    for from in 0..weights {
        for to in (0..weights).filter(|to| *to != from) {
            let part = setting[from].min(Decimal::new(step, 2));
            let mut next = setting.to_vec();
            next[from] = next[from].saturating_sub(part).normalize();
            next[to] = next[to].saturating_add(part).normalize();
            if part > Decimal::ZERO {
                found.push(next);
            }
        }
    }
    for (number, region) in regions.iter().enumerate() {
        for value in region.beside(setting[weights + number], step) {
            let mut next = setting.to_vec();
            next[weights + number] = value;
            found.push(next);
        }
    }
    found
}
