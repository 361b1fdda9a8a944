//! Fairness of a plan: the Gini coefficient, and the correlation of ranks. Integers inside, so that the order of the
//! input does not matter.

use crate::units::Rate;
use rust_decimal::Decimal;

/// Decimal places of the measures.
const PLACES: u32 = 3;

/// Returns the Gini coefficient of amounts: 0 when all are equal, towards 1 when one has everything. `None` unless there
/// are two or more, all zero or above, with a sum above zero.
///
/// ```
/// use quotient::quality::gini;
/// assert_eq!(gini(&[5, 5, 5]).unwrap().to_string(), "0");
/// // 2 × (1 × 1 + 2 × 3) ÷ (2 × 4) − 3 ÷ 2
/// assert_eq!(gini(&[3, 1]).unwrap().to_string(), "0.25");
/// ```
pub fn gini(amounts: &[i128]) -> Option<Rate> {
    let mut ascending = amounts.to_vec();
    ascending.sort_unstable();
    let count = i128::try_from(ascending.len()).ok().filter(|count| *count > 1)?;
    ascending.first().filter(|least| **least >= 0)?;
    let (mut sum, mut weighted) = (0_i128, 0_i128);
    for (rank, amount) in (1_i128..).zip(&ascending) {
        sum = sum.checked_add(*amount)?;
        weighted = weighted.checked_add(rank.checked_mul(*amount)?)?;
    }
    let above = weighted.checked_mul(2)?.checked_sub((count + 1).checked_mul(sum)?)?;
    ratio(above, count.checked_mul(sum)?)
}

/// Returns Spearman's correlation of the ranks of pairs: 1 when both grow together, −1 when one falls as the other grows.
/// Equal values share their rank. `None` unless both sides have two or more different values.
///
/// ```
/// use quotient::quality::rank_correlation;
/// assert_eq!(rank_correlation(&[(1, 10), (2, 40), (3, 900)]).unwrap().to_string(), "1");
/// assert_eq!(rank_correlation(&[(1, 3), (2, 2), (3, 1)]).unwrap().to_string(), "-1");
/// assert_eq!(rank_correlation(&[(1, 7), (2, 7)]), None);
/// ```
pub fn rank_correlation(pairs: &[(i128, i128)]) -> Option<Rate> {
    let left = ranks(pairs.iter().map(|pair| pair.0));
    let right = ranks(pairs.iter().map(|pair| pair.1));
    // Twice the mean rank, so that everything stays whole.
    let mean = i128::try_from(pairs.len()).ok()? + 1;
    let product = |one: &[i128], other: &[i128]| {
        one.iter().zip(other).map(|(one, other)| (one - mean) * (other - mean)).try_fold(0, i128::checked_add)
    };
    let spread = |ranks: &[i128]| {
        let scaled = product(ranks, ranks)?.checked_mul(SCALE)?.checked_mul(SCALE)?;
        u128::try_from(scaled).ok().and_then(|scaled| i128::try_from(scaled.isqrt()).ok())
    };
    let together = product(&left, &right)?.checked_mul(SCALE)?.checked_mul(SCALE)?;
    ratio(together, spread(&left)?.checked_mul(spread(&right)?)?)
}

/// Decimal places that a root keeps: six.
const SCALE: i128 = 1_000_000;

/// Twice the rank of each value; equal values have the mean of theirs.
fn ranks(values: impl Iterator<Item = i128>) -> Vec<i128> {
    let mut order: Vec<(i128, usize)> = values.enumerate().map(|(index, value)| (value, index)).collect();
    order.sort_unstable();
    let mut ranks = vec![0; order.len()];
    let mut first = 0;
    for equal in order.chunk_by(|one, next| one.0 == next.0) {
        let twice = (2 * first + equal.len() + 1) as i128;
        equal.iter().for_each(|(_, index)| ranks[*index] = twice);
        first += equal.len();
    }
    ranks
}

/// `above ÷ below`, rounded; `None` unless `below` is above zero.
fn ratio(above: i128, below: i128) -> Option<Rate> {
    let scale = 10_i128.checked_pow(PLACES)?;
    // Both at a size at which the product with the scale is in range.
    let shrink = (above.unsigned_abs().max(below.unsigned_abs()) >> 100) as i128 + 1;
    let (above, below) = (above / shrink, below / shrink);
    if below <= 0 {
        return None;
    }
    let twice = above.checked_mul(2 * scale)?.checked_div(below)?;
    let rounded = (twice + twice.signum()) / 2;
    Decimal::try_from_i128_with_scale(rounded, PLACES).ok().map(|rate| rate.normalize())
}
