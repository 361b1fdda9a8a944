//! Exact amounts of money.

use super::{Currency, plain};
use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;
use thiserror::Error;

/// Largest amount the engine takes, in minor units: 10^15 (ten trillion dollars, in cents).
///
/// It keeps every product of a reconciliation inside 128 bits.
pub const MAX_MINOR_UNITS: i128 = 1_000_000_000_000_000;

/// An amount is larger than the engine takes, or a calculation left the range of exact decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("amount is out of range: at most 10^15 minor units (cents) are exact")]
pub struct AmountOutOfRange;

/// An exact amount in the one currency of the book, plan or review it belongs to.
///
/// Arithmetic is checked; nothing rounds silently. Ordering is by value, so `1.0` equals `1.00`.
///
/// ```
/// use quotient::units::Money;
/// let quota = Money::from(1_200_000);
/// assert_eq!(quota.plus(Money::from(5))?.to_string(), "1200005");
/// # Ok::<(), quotient::units::AmountOutOfRange>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(Decimal);

impl Money {
    /// Nothing at all; not the same as "not known", which is `None`.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Returns an amount, unchecked against [`MAX_MINOR_UNITS`]; readers check with [`Money::bounded`].
    pub const fn new(amount: Decimal) -> Self {
        Self(amount)
    }

    /// Returns the amount if it is within [`MAX_MINOR_UNITS`] of `currency`.
    pub fn bounded(amount: Decimal, currency: Currency) -> Result<Self, AmountOutOfRange> {
        let money = Self(amount);
        money.to_minor(currency).map(|_| money)
    }

    /// The amount as a decimal.
    pub const fn amount(self) -> Decimal {
        self.0
    }

    /// True below zero.
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }

    /// True at zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Sum of two amounts.
    pub fn plus(self, other: Self) -> Result<Self, AmountOutOfRange> {
        self.0.checked_add(other.0).map(Self).ok_or(AmountOutOfRange)
    }

    /// Difference of two amounts.
    pub fn minus(self, other: Self) -> Result<Self, AmountOutOfRange> {
        self.0.checked_sub(other.0).map(Self).ok_or(AmountOutOfRange)
    }

    /// The amount times a rate.
    pub fn times(self, rate: Decimal) -> Result<Self, AmountOutOfRange> {
        self.0.checked_mul(rate).map(Self).ok_or(AmountOutOfRange)
    }

    /// This amount ÷ `whole`; `None` when the whole is zero or the ratio leaves the range.
    pub fn ratio_to(self, whole: Self) -> Option<Decimal> {
        if whole.is_zero() { None } else { self.0.checked_div(whole.0) }
    }

    /// Growth from `base` to this amount as a fraction; `None` unless the base is above zero.
    pub fn growth_from(self, base: Self) -> Option<Decimal> {
        if base.0 <= Decimal::ZERO {
            return None;
        }
        self.0.checked_sub(base.0)?.checked_div(base.0)
    }

    /// Rounded half away from zero to the minor unit of `currency` (what a spreadsheet's ROUND does).
    #[must_use]
    pub fn rounded(self, currency: Currency) -> Self {
        Self(self.0.round_dp_with_strategy(currency.decimals(), RoundingStrategy::MidpointAwayFromZero))
    }

    /// Whole minor units, rounded half away from zero; fails above [`MAX_MINOR_UNITS`].
    pub fn to_minor(self, currency: Currency) -> Result<i128, AmountOutOfRange> {
        let mut scaled = self.rounded(currency).0;
        if scaled.abs() > Decimal::from_i128_with_scale(MAX_MINOR_UNITS, currency.decimals()) {
            return Err(AmountOutOfRange);
        }
        scaled.rescale(currency.decimals());
        Ok(scaled.mantissa())
    }

    /// The amount of `minor` minor units. Amounts beyond the range of exact decimals are refused.
    pub fn from_minor(minor: i128, currency: Currency) -> Result<Self, AmountOutOfRange> {
        Decimal::try_from_i128_with_scale(minor, currency.decimals()).map(Self).map_err(|_| AmountOutOfRange)
    }

    /// The amount with exactly the decimals of `currency`, as written to files: `1250000.00`.
    pub fn to_text(self, currency: Currency) -> String {
        let mut amount = self.rounded(currency).0;
        amount.rescale(currency.decimals());
        plain(amount)
    }

    /// The amount for people, with the thousands apart: `1,250,000.00`.
    pub fn to_grouped(self, currency: Currency) -> String {
        grouped(&self.to_text(currency))
    }
}

/// Puts a comma between the thousands of a plain decimal text.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

impl From<i64> for Money {
    fn from(whole: i64) -> Self {
        Self(Decimal::from(whole))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(self.0))
    }
}
