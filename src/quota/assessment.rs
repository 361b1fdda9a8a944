//! Assessment: the weighted sum of the factors for a line (bottom-up).

use super::exact::proportion;
use super::proration::PartOfPeriod;
use crate::units::{MAX_MINOR_UNITS, MoneyError, Rate};
use rust_decimal::Decimal;
use thiserror::Error;

/// Reason for which weights cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WeightFault {
    /// A weight is below zero; the position is the factor's.
    #[error("the weight of factor {0} is below zero")]
    Negative(usize),
    /// The weights do not sum to exactly 1.
    #[error("weights sum to {0}, not 1")]
    Sum(Rate),
}

/// Weights of the factors: each at least zero, summing to exactly 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// Numerators over one common power of ten.
    parts: Vec<u128>,
}

impl Weights {
    /// Returns the weights, one per factor in the factors' order.
    ///
    /// ```
    /// use quotient::quota::Weights;
    /// use rust_decimal::Decimal;
    /// assert!(Weights::new(&[Decimal::new(6, 1), Decimal::new(4, 1)]).is_ok());
    /// assert!(Weights::new(&[Decimal::new(6, 1), Decimal::new(3, 1)]).is_err());
    /// ```
    pub fn new(weights: &[Rate]) -> Result<Self, WeightFault> {
        if let Some(factor) = weights.iter().position(|weight| *weight < Decimal::ZERO) {
            return Err(WeightFault::Negative(factor));
        }
        let sum = || weights.iter().try_fold(Decimal::ZERO, |sum, weight| sum.checked_add(*weight));
        let total = WeightFault::Sum(sum().unwrap_or(Decimal::MAX));
        if weights.iter().any(|weight| *weight > Decimal::ONE) {
            return Err(total);
        }
        let weights: Vec<Decimal> = weights.iter().map(Decimal::normalize).collect();
        let scale = weights.iter().map(Decimal::scale).max().unwrap_or(0);
        // At most 1 with at most 28 decimals, so every part and the sum of some billions of them stay within 128 bits.
        let part = |weight: &Decimal| weight.mantissa().unsigned_abs() * 10_u128.pow(scale - weight.scale());
        let parts: Vec<u128> = weights.iter().map(part).collect();
        if parts.iter().sum::<u128>() == 10_u128.pow(scale) { Ok(Self { parts }) } else { Err(total) }
    }

    /// Number of factors.
    ///
    /// ```
    /// use quotient::quota::Weights;
    /// use rust_decimal::Decimal;
    /// let weights = Weights::new(&[Decimal::new(6, 1), Decimal::new(4, 1)])?;
    /// assert_eq!(weights.len(), 2);
    /// # Ok::<(), quotient::quota::WeightFault>(())
    /// ```
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Always false: weights without any factor cannot sum to 1.
    ///
    /// ```
    /// use quotient::quota::Weights;
    /// use rust_decimal::Decimal;
    /// let weights = Weights::new(&[Decimal::new(6, 1), Decimal::new(4, 1)])?;
    /// assert!(!weights.is_empty());
    /// # Ok::<(), quotient::quota::WeightFault>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Returns the weights as they were given, without zeros at the end.
    ///
    /// ```
    /// use quotient::quota::Weights;
    /// use rust_decimal::Decimal;
    /// let weights = [Decimal::new(6, 1), Decimal::new(4, 1)];
    /// assert_eq!(Weights::new(&weights)?.rates(), weights);
    /// # Ok::<(), quotient::quota::WeightFault>(())
    /// ```
    pub fn rates(&self) -> Vec<Rate> {
        let whole = self.parts.iter().sum::<u128>();
        let scale = whole.checked_ilog10().unwrap_or(0);
        let rate = |part: &u128| Decimal::from_i128_with_scale(i128::try_from(*part).unwrap_or(0), scale).normalize();
        self.parts.iter().map(rate).collect()
    }

    /// Part and whole of each factor after the weight of abstaining factors is redistributed; `None` when no weight is left.
    fn shared_out(&self, indicates: impl Fn(usize) -> bool) -> Option<Vec<Option<(u128, u128)>>> {
        let active = |factor: &usize| indicates(*factor);
        let whole: u128 = (0..self.len()).filter(active).map(|factor| self.parts[factor]).sum();
        let part = |factor| indicates(factor).then(|| (self.parts[factor], whole));
        (whole > 0).then(|| (0..self.len()).map(part).collect())
    }
}

/// Contribution of one factor to a line; amounts in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    /// Revenue the factor indicates; `None` when it abstained.
    pub indicated: Option<i128>,
    /// Weight after abstentions are redistributed, to 28 digits; zero when it abstained.
    pub weight: Rate,
    /// Amount it adds; zero when it abstained.
    pub amount: i128,
}

/// The bottom-up assessment of a line; amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// One per factor, in the factors' order.
    pub contributions: Vec<Contribution>,
    /// Amount that raises a negative sum to zero; at least zero.
    pub raised_by: i128,
    /// Amount that proration takes away, zero or less; zero for a line that is in force throughout.
    pub prorated_by: i128,
    /// Σ contributions + `raised_by` + `prorated_by`, at least zero.
    pub amount: i128,
}

impl Assessment {
    fn of(contributions: Vec<Contribution>) -> Result<Self, MoneyError> {
        let sum: i128 = contributions.iter().map(|contribution| contribution.amount).sum();
        if sum > MAX_MINOR_UNITS {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Self { contributions, raised_by: 0.max(-sum), prorated_by: 0, amount: sum.max(0) })
    }

    /// Returns the assessment for a part of the period; the contributions stay those for the whole period.
    ///
    /// ```
    /// use quotient::quota::{PartOfPeriod, Weights, assess};
    /// use rust_decimal::Decimal;
    /// let year = assess(&[Some(365_00)], &Weights::new(&[Decimal::ONE])?)?.ok_or("no factor")?;
    /// let half = year.prorated(PartOfPeriod { days: 184, of: 365 });
    /// assert_eq!((half.amount, half.prorated_by), (184_00, -181_00));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn prorated(self, part: PartOfPeriod) -> Self {
        let amount = part.of_amount(self.amount);
        Self { prorated_by: self.prorated_by + amount - self.amount, amount, ..self }
    }
}

/// Assesses a line: Σ weight × indicated revenue, each rounded half away from zero to the minor unit.
///
/// One entry of `indicated` per factor, in minor units; `None` abstains, and its weight is redistributed to the others in
/// proportion to theirs. Zero means zero: it counts with its full weight. Returns `None` when every factor with a weight
/// abstains. An indication may be negative (credit notes); a negative sum is raised to zero. Entries beyond the weights,
/// and weights beyond the entries, count as abstentions. Fails when an indication or the sum is out of range.
///
/// ```
/// use quotient::quota::{Weights, assess};
/// use rust_decimal::Decimal;
/// let weights = Weights::new(&[Decimal::new(6, 1), Decimal::new(3, 1), Decimal::new(1, 1)])?;
/// // The third abstains: 0.6 and 0.3 become 2/3 and 1/3.
/// let line = assess(&[Some(90_000), Some(30_000), None], &weights)?;
/// assert_eq!(line.map(|line| line.amount), Some(70_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn assess(indicated: &[Option<i128>], weights: &Weights) -> Result<Option<Assessment>, MoneyError> {
    check(indicated)?;
    let value = |factor: usize| indicated.get(factor).copied().flatten();
    let Some(shares) = weights.shared_out(|factor| value(factor).is_some()) else { return Ok(None) };
    let contribution = |(factor, share): (usize, Option<(u128, u128)>)| {
        contribution(value(factor), share, |value, share| {
            value.signum() * proportion(value.unsigned_abs(), (1, 1), share) as i128
        })
    };
    Assessment::of(shares.into_iter().enumerate().map(contribution).collect()).map(Some)
}

/// A line of a group whose amount is shared fairly.
#[derive(Debug, Clone, Copy)]
pub struct FairShareLine<'a> {
    /// Revenue each factor indicates, in minor units; `None` abstains.
    pub indicated: &'a [Option<i128>],
    /// The line's weights.
    pub weights: &'a Weights,
}

/// Assesses the lines of one group by weighted fair share: Σ weight × (the line's share of the factor) × `amount`.
///
/// A factor's share is the line's indication ÷ the sum of all lines' indications in the group; negative indications count
/// as zero, because a share cannot be negative. A factor whose indications sum to zero gives no shares and counts
/// as abstained for every line. Per line, the weight of abstaining factors is shared among the others in proportion, so
/// with abstentions the assessments need not sum to `amount`; reconciliation closes that. Each contribution is rounded
/// half up to the minor unit once. `None` for a line where every factor with a weight abstains. `indicated` of the
/// contributions is what the rule indicated. One result per line, in order; fails when an amount is out of range.
/// Source: weighted fair share, S = Σ w·s with Σ w = 1, Q = T·S.
///
/// ```
/// use quotient::quota::{FairShareLine, Weights, fair_share};
/// use rust_decimal::Decimal;
/// let weights = Weights::new(&[Decimal::ONE])?;
/// let line = |indicated| FairShareLine { indicated, weights: &weights };
/// // One factor indicates 30 and 90: a quarter and three quarters of the amount.
/// let found = fair_share(&[line(&[Some(30)]), line(&[Some(90)])], 1_000)?;
/// let amounts: Vec<i128> = found.iter().flatten().map(|line| line.amount).collect();
/// assert_eq!(amounts, [250, 750]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fair_share(lines: &[FairShareLine<'_>], amount: i128) -> Result<Vec<Option<Assessment>>, MoneyError> {
    check(&[Some(amount.max(0))])?;
    let factors = lines.iter().map(|line| line.indicated.len()).max().unwrap_or(0);
    let mut wholes = vec![0_u128; factors];
    for line in lines {
        check(line.indicated)?;
        for (whole, value) in wholes.iter_mut().zip(line.indicated) {
            *whole += value.unwrap_or(0).max(0).unsigned_abs();
        }
    }
    lines.iter().map(|line| fair_share_of(line, &wholes, amount.max(0).unsigned_abs())).collect()
}

fn fair_share_of(line: &FairShareLine<'_>, wholes: &[u128], amount: u128) -> Result<Option<Assessment>, MoneyError> {
    let whole = |factor: usize| wholes.get(factor).copied().unwrap_or(0);
    let value = |factor: usize| line.indicated.get(factor).copied().flatten().filter(|_| whole(factor) > 0);
    let Some(shares) = line.weights.shared_out(|factor| value(factor).is_some()) else { return Ok(None) };
    let contribution = |(factor, share): (usize, Option<(u128, u128)>)| {
        contribution(value(factor), share, |value, share| {
            proportion(amount, (value.max(0).unsigned_abs(), whole(factor)), share) as i128
        })
    };
    Assessment::of(shares.into_iter().enumerate().map(contribution).collect()).map(Some)
}

fn contribution(
    indicated: Option<i128>,
    share: Option<(u128, u128)>,
    amount: impl FnOnce(i128, (u128, u128)) -> i128,
) -> Contribution {
    match (indicated, share) {
        (Some(value), Some(share)) => Contribution { indicated, weight: as_rate(share), amount: amount(value, share) },
        (_, None) | (None, _) => Contribution { indicated: None, weight: Decimal::ZERO, amount: 0 },
    }
}

/// Part ÷ whole to 28 digits; the part is at most the whole, the whole at most 10^28.
fn as_rate((part, whole): (u128, u128)) -> Rate {
    let decimal = |value: u128| Decimal::from_i128_with_scale(value as i128, 0);
    decimal(part).checked_div(decimal(whole)).map_or(Decimal::ZERO, |rate| rate.normalize())
}

fn check(amounts: &[Option<i128>]) -> Result<(), MoneyError> {
    let out_of_range = |amount: &i128| amount.unsigned_abs() > MAX_MINOR_UNITS.unsigned_abs();
    if amounts.iter().flatten().any(out_of_range) { Err(MoneyError::OutOfRange) } else { Ok(()) }
}
