//! Exact proportions of amounts whose products need more than 128 bits.

/// `amount` × part₁ ÷ whole₁ × part₂ ÷ whole₂, rounded half up once, at the end.
///
/// Each part is at most its whole, each whole above zero, `amount` × part₁ within 128 bits and `amount` below 2^60, so the
/// result is at most `amount`.
pub(super) fn proportion(amount: u128, first: (u128, u128), second: (u128, u128)) -> u128 {
    let narrow = || {
        let dividend = amount.checked_mul(first.0)?.checked_mul(second.0)?;
        let divisor = first.1.checked_mul(second.1)?;
        let (quotient, remainder) = (dividend / divisor, dividend % divisor);
        Some(quotient + u128::from(remainder >= divisor - remainder))
    };
    narrow().unwrap_or_else(|| {
        Wide::product(amount.saturating_mul(first.0), second.0).divided_half_up(Wide::product(first.1, second.1))
    })
}

/// Rounds `dividend` ÷ `divisor` half up; both at least zero, the divisor above.
pub(super) fn divided_half_up(dividend: i128, divisor: i128) -> i128 {
    let (quotient, remainder) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    quotient + i128::from(remainder >= divisor - remainder)
}

/// Greatest common divisor of two non-negative numbers, at least one of them above zero.
pub(super) fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// An unsigned number of 256 bits, ordered by value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    /// Product of two numbers, by halves of 64 bits.
    fn product(a: u128, b: u128) -> Self {
        const HALF: u128 = u64::MAX as u128;
        let (a_high, a_low, b_high, b_low) = (a >> 64, a & HALF, b >> 64, b & HALF);
        let low = a_low * b_low;
        let first = a_high * b_low + (low >> 64);
        let second = a_low * b_high + (first & HALF);
        Self { high: a_high * b_high + (first >> 64) + (second >> 64), low: (second << 64) | (low & HALF) }
    }

    /// Twice the number to the power of `bits`, 0 to 127; the bits above 256 must be zero.
    fn shifted(self, bits: u32) -> Self {
        let carried = if bits == 0 { 0 } else { self.low >> (128 - bits) };
        Self { high: (self.high << bits) | carried, low: self.low << bits }
    }

    /// Difference to a number that is not larger.
    fn minus(self, other: Self) -> Self {
        let (low, borrowed) = self.low.overflowing_sub(other.low);
        Self { high: self.high.wrapping_sub(other.high).wrapping_sub(u128::from(borrowed)), low }
    }

    /// Quotient below 2^61, rounded half up; the divisor must be below 2^194.
    fn divided_half_up(self, divisor: Self) -> u128 {
        let (mut quotient, mut rest) = (0, self);
        for bit in (0..=60).rev() {
            let step = divisor.shifted(bit);
            if rest >= step {
                rest = rest.minus(step);
                quotient |= 1 << bit;
            }
        }
        quotient + u128::from(rest.shifted(1) >= divisor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn proportions_agree_with_numbers_of_any_size(
            amount in 0..=9_000_000_000_000_000_u128,
            whole in 1..=1_000_000_000_000_000_000_000_u128, part in 0..=u128::from(u64::MAX),
            weights in 1..=10_000_000_000_000_000_000_000_000_000_u128, weight in any::<u128>(),
        ) {
            let (part, weight) = (part % (whole + 1), weight % (weights + 1));
            let dividend = BigUint::from(amount) * part * weight;
            let divisor = BigUint::from(whole) * weights;
            let expected = (dividend * 2_u8 + &divisor) / (divisor * 2_u8);
            prop_assert_eq!(BigUint::from(proportion(amount, (part, whole), (weight, weights))), expected);
        }
    }
}
