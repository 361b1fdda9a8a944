//! Exact statistics of sorted numbers, and roots and logarithms by repeated exact steps.

use rust_decimal::{Decimal, RoundingStrategy};

/// Largest root that is taken.
pub(super) const MAX_ROOT: i64 = 12;
/// Steps until a root is as exact as it can be; each at least gains a twelfth of what is missing.
const MAX_STEPS: usize = 400;
/// Natural logarithms of 2 and 10, with 28 decimals.
const LN_2: Decimal = Decimal::from_parts(0xAA7A_65BF, 0x81F5_2F01, 0x1665_943F, false, 28);
const LN_10: Decimal = Decimal::from_parts(0x9FA6_9733, 0x1414_B220, 0x4A66_8998, false, 28);

/// Sum of the numbers; `None` when it has more digits than a decimal holds.
pub(super) fn sum(numbers: &[Decimal]) -> Option<Decimal> {
    numbers.iter().try_fold(Decimal::ZERO, |sum, number| sum.checked_add(*number))
}

/// Number below which the share of ascending numbers lies: at place share × (n − 1) counted from 0, and between two
/// places in proportion. `None` for an empty list, a share outside 0 to 1, or too many digits.
pub(super) fn percentile(ascending: &[Decimal], share: Decimal) -> Option<Decimal> {
    let last = Decimal::from(ascending.len().checked_sub(1)?);
    if share < Decimal::ZERO || share > Decimal::ONE {
        return None;
    }
    let place = share.checked_mul(last)?;
    let below = place.floor();
    let at = usize::try_from(i64::try_from(below).ok()?).ok()?;
    let low = *ascending.get(at)?;
    let part = place.checked_sub(below)?;
    if part.is_zero() {
        return Some(low);
    }
    let step = ascending.get(at + 1)?.checked_sub(low)?;
    low.checked_add(step.checked_mul(part)?)
}

/// The `n`-th root of a number that is not negative, to some 20 significant digits; `n` is within 1 to [`MAX_ROOT`].
pub(super) fn root(x: Decimal, n: i64) -> Option<Decimal> {
    if x.is_zero() || n == 1 {
        return Some(x);
    }
    let (ten, degree) = (Decimal::TEN, Decimal::from(n));
    let whole = power(ten, n)?;
    // x = scaled × 10^(n × tens) with the scaled number within 1 and 10^n.
    let (mut scaled, mut tens) = (x, 0_i64);
    while scaled >= whole {
        (scaled, tens) = (scaled.checked_div(whole)?, tens + 1);
    }
    while scaled < Decimal::ONE {
        (scaled, tens) = (scaled.checked_mul(whole)?, tens - 1);
    }
    let mut found = ten;
    for _ in 0..MAX_STEPS {
        let rest = scaled.checked_div(power(found, n - 1)?)?;
        let next = (degree - Decimal::ONE).checked_mul(found)?.checked_add(rest)?.checked_div(degree)?;
        if next >= found {
            break;
        }
        found = next;
    }
    // The exact root, where there is one of few digits.
    let short = found.round_dp_with_strategy(13, RoundingStrategy::MidpointAwayFromZero);
    let found = if power(short, n) == Some(scaled) { short } else { found };
    let scale = power(ten, tens.abs())?;
    if tens < 0 { found.checked_div(scale) } else { found.checked_mul(scale) }
}

/// Natural logarithm of a number above zero.
pub(super) fn ln(x: Decimal) -> Option<Decimal> {
    let (rest, tens) = mantissa(x)?;
    ln_of_mantissa(rest)?.checked_add(LN_10.checked_mul(Decimal::from(tens))?)
}

/// Logarithm to base 10 of a number above zero; exact for powers of ten.
pub(super) fn log10(x: Decimal) -> Option<Decimal> {
    let (rest, tens) = mantissa(x)?;
    ln_of_mantissa(rest)?.checked_div(LN_10)?.checked_add(Decimal::from(tens))
}

/// The number as mantissa × 10^tens, with a mantissa from 1 and below 10.
fn mantissa(x: Decimal) -> Option<(Decimal, i64)> {
    let (mut rest, mut tens) = (x, 0_i64);
    while rest >= Decimal::TEN {
        (rest, tens) = (rest.checked_div(Decimal::TEN)?, tens + 1);
    }
    while rest < Decimal::ONE {
        (rest, tens) = (rest.checked_mul(Decimal::TEN)?, tens - 1);
    }
    Some((rest, tens))
}

/// Logarithm of a number from 1 to 10: halved to at most 1.5, then by the series of z = (x − 1) ÷ (x + 1).
fn ln_of_mantissa(mantissa: Decimal) -> Option<Decimal> {
    let (mut rest, mut halves) = (mantissa, 0_i64);
    while rest > Decimal::new(15, 1) {
        (rest, halves) = (rest.checked_div(Decimal::TWO)?, halves + 1);
    }
    let z = rest.checked_sub(Decimal::ONE)?.checked_div(rest.checked_add(Decimal::ONE)?)?;
    let square = z.checked_mul(z)?;
    let (mut term, mut sum) = (z, z);
    for odd in (3..60).step_by(2) {
        term = term.checked_mul(square)?;
        sum = sum.checked_add(term.checked_div(Decimal::from(odd))?)?;
    }
    sum.checked_mul(Decimal::TWO)?.checked_add(LN_2.checked_mul(Decimal::from(halves))?)
}

fn power(base: Decimal, times: i64) -> Option<Decimal> {
    (0..times).try_fold(Decimal::ONE, |product, _| product.checked_mul(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn the_constants_are_those_of_the_books() {
        assert_eq!(LN_2, decimal("0.6931471805599453094172321215"));
        assert_eq!(LN_10, decimal("2.3025850929940456840179914547"));
    }

    #[test]
    fn roots_and_logarithms_are_right_to_more_digits_than_are_shown() {
        let near = |found: Option<Decimal>, expected: &str| {
            let missing = found.map(|found| (found - decimal(expected)).abs());
            assert!(missing.is_some_and(|missing| missing < decimal("0.00000000000000000001")), "{found:?} {expected}");
        };
        near(root(decimal("2"), 2), "1.4142135623730950488016887242");
        near(root(decimal("1.331"), 3), "1.1");
        near(root(decimal("10000000000"), 2), "100000");
        near(root(decimal("0.0000000000000000000000000001"), 2), "0.00000000000001");
        near(root(decimal("0.00000000000000000001"), 10), "0.01");
        near(root(decimal("0"), 5), "0");
        near(ln(decimal("2")), "0.6931471805599453094172321215");
        near(ln(decimal("0.5")), "-0.6931471805599453094172321215");
        near(ln(decimal("1")), "0");
        near(ln(decimal("10")), "2.3025850929940456840179914547");
        near(log10(decimal("2")), "0.3010299956639811952137388947");
        assert_eq!(log10(decimal("1000")), Some(decimal("3")));
        assert_eq!(log10(decimal("0.001")), Some(decimal("-3")));
        assert!(root(Decimal::MAX, 2).is_some() && root(Decimal::MAX, 12).is_some() && ln(Decimal::MAX).is_some());
    }

    #[test]
    fn percentiles_are_those_of_a_spreadsheet() {
        let numbers: Vec<Decimal> = [1, 2, 3, 4].map(Decimal::from).to_vec();
        assert_eq!(percentile(&numbers, decimal("0.75")), Some(decimal("3.25")));
        assert_eq!(percentile(&numbers, decimal("0.5")), Some(decimal("2.5")));
        assert_eq!(percentile(&numbers, decimal("1")), Some(decimal("4")));
        assert_eq!(percentile(&numbers, decimal("1.1")), None);
        assert_eq!(percentile(&[], decimal("0.5")), None);
    }
}
