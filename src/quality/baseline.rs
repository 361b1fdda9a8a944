//! Naive quotas that rules must beat, computed from past revenue alone.

use crate::units::{Money, MoneyError, Rate};

/// Last year's revenue as the quota; zero when negative.
///
/// ```
/// use quotient::{quality::last_year, units::{Currency, Money}};
/// assert_eq!(last_year(Money::new(-20, Currency::USD)), Money::zero(Currency::USD));
/// ```
pub fn last_year(revenue: Money) -> Money {
    revenue.non_negative()
}

/// Last year's revenue × (1 + growth of the channel) as the quota; zero when negative.
///
/// `growth` is a fraction. Source: glossary entry "uniform growth quota".
///
/// ```
/// use quotient::{quality::last_year_grown, units::{Currency, Money, parse_decimal}};
/// let growth = parse_decimal("0.10").unwrap();
/// assert_eq!(last_year_grown(Money::new(1000, Currency::USD), growth)?, Money::new(1100, Currency::USD));
/// # Ok::<(), quotient::units::MoneyError>(())
/// ```
pub fn last_year_grown(revenue: Money, growth: Rate) -> Result<Money, MoneyError> {
    let factor = Rate::ONE.checked_add(growth).ok_or(MoneyError::OutOfRange)?;
    Ok(revenue.times(factor)?.non_negative())
}

/// Revenue of the trailing four quarters, scaled to a period of `months`, as the quota; zero when negative.
///
/// `None` unless there are at least four; of more, the last four count. Quarters are oldest first.
///
/// ```
/// use quotient::{quality::trailing_four_quarters, units::{Currency, Money}};
/// let usd = |amount: i64| Money::new(amount, Currency::USD);
/// let quarters = [100, 200, 300, 400].map(usd);
/// assert_eq!(trailing_four_quarters(&quarters, 6)?, Some(usd(500)));
/// assert_eq!(trailing_four_quarters(&quarters[..3], 6)?, None);
/// # Ok::<(), quotient::units::MoneyError>(())
/// ```
pub fn trailing_four_quarters(quarters: &[Money], months: u32) -> Result<Option<Money>, MoneyError> {
    let Some(&[first, ref later @ ..]) = quarters.last_chunk::<4>() else { return Ok(None) };
    let year = later.iter().try_fold(first, |sum, quarter| sum.plus(*quarter))?;
    Ok(Some(year.times(Rate::from(months))?.divided_by(Rate::from(12))?.non_negative()))
}
