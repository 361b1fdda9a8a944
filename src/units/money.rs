//! Exact amounts of money, each in its currency.

use super::Currency;
use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use thiserror::Error;

/// Largest supported amount, in minor units: 9 × 10^15 (ninety trillion dollars, in cents).
///
/// A spreadsheet, whose numbers are exact to 2^53, holds it; and every product of a reconciliation stays inside 128 bits.
pub const MAX_MINOR_UNITS: i128 = 9_000_000_000_000_000;

/// Failure of a calculation with amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// The amount exceeds [`MAX_MINOR_UNITS`], or a calculation left the range of exact decimals.
    #[error("amount is out of range: at most 9 × 10^15 minor units (cents) are exact")]
    OutOfRange,
    /// The amounts are in different currencies.
    #[error("amounts in {0} and {1} cannot be combined; convert one of them first")]
    CurrencyMismatch(Currency, Currency),
}

/// An exact amount in one currency.
///
/// Arithmetic is checked and nothing rounds silently. Amounts in different currencies cannot be added or compared:
/// that is [`MoneyError::CurrencyMismatch`]. Equality is by value, so `1.0` equals `1.00`, and amounts in different
/// currencies are never equal. There is no `<`: use [`Money::compare`].
///
/// It serialises as a string with at least the decimals of its currency and every digit it has.
///
/// ```
/// use quotient::units::{Currency, Money, MoneyError};
/// let quota = Money::new(1_200_000, Currency::USD);
/// assert_eq!(quota.plus(Money::new(5, Currency::USD))?.to_exact(), "1200005.00");
/// let euros = Money::new(5, Currency::EUR);
/// assert_eq!(quota.plus(euros), Err(MoneyError::CurrencyMismatch(Currency::USD, Currency::EUR)));
/// # Ok::<(), MoneyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// Hashes the amount alone: a book hashes its currency once, so that the hash of its facts stays what it was.
impl Hash for Money {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.amount.hash(state);
    }
}

impl Money {
    /// Returns an amount, unchecked against [`MAX_MINOR_UNITS`]; readers check with [`Money::bounded`].
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(1_200, Currency::EUR).to_grouped(), "1,200.00");
    /// ```
    pub fn new(amount: impl Into<Decimal>, currency: Currency) -> Self {
        Self { amount: amount.into(), currency }
    }

    /// Returns zero; not the same as "not known", which is `None`.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert!(Money::zero(Currency::EUR).is_zero());
    /// assert_ne!(Money::zero(Currency::EUR), Money::zero(Currency::USD));
    /// ```
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::ZERO, currency }
    }

    /// Returns the amount if it is within [`MAX_MINOR_UNITS`] of `currency`.
    ///
    /// ```
    /// use quotient::units::{Currency, Money, MoneyError};
    /// assert!(Money::bounded(1_000.into(), Currency::USD).is_ok());
    /// assert_eq!(Money::bounded(91_000_000_000_000_i64.into(), Currency::USD), Err(MoneyError::OutOfRange));
    /// ```
    pub fn bounded(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let money = Self { amount, currency };
        money.to_minor().map(|_| money)
    }

    /// Returns the amount of `minor` minor units. Fails beyond the range of exact decimals.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::from_minor(1_250, Currency::USD)?.to_exact(), "12.50");
    /// # Ok::<(), quotient::units::MoneyError>(())
    /// ```
    pub fn from_minor(minor: i128, currency: Currency) -> Result<Self, MoneyError> {
        let amount = Decimal::try_from_i128_with_scale(minor, currency.decimals());
        amount.map(|amount| Self { amount, currency }).map_err(|_| MoneyError::OutOfRange)
    }

    /// Returns Σ `amounts` in `currency`, zero without any.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// let quarters = [100, 200, 300].map(|amount| Money::new(amount, Currency::USD));
    /// assert_eq!(Money::sum(Currency::USD, quarters)?, Money::new(600, Currency::USD));
    /// # Ok::<(), quotient::units::MoneyError>(())
    /// ```
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// Returns Σ `amounts`; `None` without any.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::sum_known([])?, None);
    /// assert_eq!(Money::sum_known([Money::new(5, Currency::USD)])?, Some(Money::new(5, Currency::USD)));
    /// # Ok::<(), quotient::units::MoneyError>(())
    /// ```
    pub fn sum_known(amounts: impl IntoIterator<Item = Self>) -> Result<Option<Self>, MoneyError> {
        let mut amounts = amounts.into_iter();
        let Some(first) = amounts.next() else { return Ok(None) };
        amounts.try_fold(first, Self::plus).map(Some)
    }

    /// Returns the amount as a decimal.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(5, Currency::USD).amount(), 5.into());
    /// ```
    pub const fn amount(self) -> Decimal {
        self.amount
    }

    /// Returns the currency.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(5, Currency::EUR).currency().code(), "EUR");
    /// ```
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Returns true below zero.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert!(Money::new(-5, Currency::USD).is_negative());
    /// ```
    pub fn is_negative(self) -> bool {
        self.amount < Decimal::ZERO
    }

    /// Returns true at zero.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert!(!Money::new(-5, Currency::USD).is_zero());
    /// ```
    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// Returns true above zero.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert!(Money::new(5, Currency::USD).is_positive());
    /// assert!(!Money::zero(Currency::USD).is_positive());
    /// ```
    pub fn is_positive(self) -> bool {
        self.amount > Decimal::ZERO
    }

    /// Returns the amount without its sign.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(-5, Currency::USD).abs(), Money::new(5, Currency::USD));
    /// ```
    #[must_use]
    pub fn abs(self) -> Self {
        self.with(self.amount.abs())
    }

    /// Returns the amount, or zero when it is below zero.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(-5, Currency::USD).non_negative(), Money::zero(Currency::USD));
    /// ```
    #[must_use]
    pub fn non_negative(self) -> Self {
        if self.is_negative() { Self::zero(self.currency) } else { self }
    }

    /// Compares two amounts of one currency.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// use std::cmp::Ordering;
    /// let (quota, actual) = (Money::new(300, Currency::USD), Money::new(250, Currency::USD));
    /// assert_eq!(actual.compare(quota)?, Ordering::Less);
    /// assert!(actual.compare(Money::new(300, Currency::EUR)).is_err());
    /// # Ok::<(), quotient::units::MoneyError>(())
    /// ```
    pub fn compare(self, other: Self) -> Result<Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    /// Returns the sum of two amounts of one currency.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// let sum = Money::new(2, Currency::USD).plus(Money::new(3, Currency::USD))?;
    /// assert_eq!(sum, Money::new(5, Currency::USD));
    /// # Ok::<(), quotient::units::MoneyError>(())
    /// ```
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.amount.checked_add(other.amount).map(|amount| self.with(amount)).ok_or(MoneyError::OutOfRange)
    }

    /// Returns the difference of two amounts of one currency.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// let gap = Money::new(2, Currency::USD).minus(Money::new(3, Currency::USD))?;
    /// assert_eq!(gap, Money::new(-1, Currency::USD));
    /// # Ok::<(), quotient::units::MoneyError>(())
    /// ```
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.amount.checked_sub(other.amount).map(|amount| self.with(amount)).ok_or(MoneyError::OutOfRange)
    }

    /// Returns the amount times `factor`, exactly.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(2, Currency::USD).times(3.into())?, Money::new(6, Currency::USD));
    /// # Ok::<(), quotient::units::MoneyError>(())
    /// ```
    pub fn times(self, factor: Decimal) -> Result<Self, MoneyError> {
        self.amount.checked_mul(factor).map(|amount| self.with(amount)).ok_or(MoneyError::OutOfRange)
    }

    /// Returns the amount divided by `divisor`, to 28 digits; fails when that is zero.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(6, Currency::USD).divided_by(4.into())?.to_exact(), "1.50");
    /// # Ok::<(), quotient::units::MoneyError>(())
    /// ```
    pub fn divided_by(self, divisor: Decimal) -> Result<Self, MoneyError> {
        self.amount.checked_div(divisor).map(|amount| self.with(amount)).ok_or(MoneyError::OutOfRange)
    }

    /// Returns this amount ÷ `whole`; `None` where the ratio is not defined: the whole is zero or in another currency,
    /// or the ratio leaves the range.
    ///
    /// ```
    /// use quotient::units::{Currency, Money, parse_decimal};
    /// let share = Money::new(1, Currency::USD).ratio_to(Money::new(4, Currency::USD));
    /// assert_eq!(share, parse_decimal("0.25").ok());
    /// assert_eq!(Money::new(1, Currency::USD).ratio_to(Money::new(4, Currency::EUR)), None);
    /// ```
    pub fn ratio_to(self, whole: Self) -> Option<Decimal> {
        self.same_currency(whole).ok()?;
        if whole.is_zero() { None } else { self.amount.checked_div(whole.amount) }
    }

    /// Returns the growth from `base` to this amount as a fraction; `None` where it is not defined: the base is not
    /// above zero, or it is in another currency.
    ///
    /// ```
    /// use quotient::units::{Currency, Money, parse_decimal};
    /// let growth = Money::new(110, Currency::USD).growth_from(Money::new(100, Currency::USD));
    /// assert_eq!(growth, parse_decimal("0.1").ok());
    /// ```
    pub fn growth_from(self, base: Self) -> Option<Decimal> {
        if base.is_positive() { self.minus(base).ok()?.amount.checked_div(base.amount) } else { None }
    }

    /// Returns the amount rounded half away from zero to the minor unit (what a spreadsheet's ROUND does).
    ///
    /// ```
    /// use quotient::units::{Currency, Money, parse_decimal};
    /// let exact = Money::new(parse_decimal("1.005")?, Currency::USD);
    /// assert_eq!(exact.rounded().to_exact(), "1.01");
    /// # Ok::<(), quotient::units::DecimalFault>(())
    /// ```
    #[must_use]
    pub fn rounded(self) -> Self {
        let decimals = self.currency.decimals();
        self.with(self.amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero))
    }

    /// Returns whole minor units, rounded half away from zero; fails above [`MAX_MINOR_UNITS`].
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(12, Currency::USD).to_minor()?, 1_200);
    /// # Ok::<(), quotient::units::MoneyError>(())
    /// ```
    pub fn to_minor(self) -> Result<i128, MoneyError> {
        let decimals = self.currency.decimals();
        if let Some(missing) = decimals.checked_sub(self.amount.scale()) {
            let mantissa = self.amount.mantissa();
            let minor = if missing == 0 { Some(mantissa) } else { mantissa.checked_mul(10_i128.pow(missing)) };
            let is_in_range = |minor: &i128| minor.unsigned_abs() <= MAX_MINOR_UNITS.unsigned_abs();
            return minor.filter(is_in_range).ok_or(MoneyError::OutOfRange);
        }
        let mut scaled = self.rounded().amount;
        if scaled.abs() > Decimal::from_i128_with_scale(MAX_MINOR_UNITS, decimals) {
            return Err(MoneyError::OutOfRange);
        }
        scaled.rescale(decimals);
        Ok(scaled.mantissa())
    }

    fn with(self, amount: Decimal) -> Self {
        Self { amount, ..self }
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
    }
}
