//! Naive quotas that rules must beat: what anyone could write down without looking.

use crate::units::{AmountOutOfRange, Money, Rate};

/// Last year's revenue as the quota; zero when negative.
///
/// ```
/// use quotient::{quality::last_year, units::Money};
/// assert_eq!(last_year(Money::from(-20)), Money::ZERO);
/// ```
pub fn last_year(revenue: Money) -> Money {
    revenue.max(Money::ZERO)
}

/// Last year's revenue × (1 + growth of the channel) as the quota; zero when negative.
///
/// `growth` is a fraction. Source: glossary entry "uniform growth quota".
///
/// ```
/// use quotient::{quality::last_year_grown, units::{Money, parse_decimal}};
/// let growth = parse_decimal("0.10").unwrap();
/// assert_eq!(last_year_grown(Money::from(1000), growth)?, Money::from(1100));
/// # Ok::<(), quotient::units::AmountOutOfRange>(())
/// ```
pub fn last_year_grown(revenue: Money, growth: Rate) -> Result<Money, AmountOutOfRange> {
    let factor = Rate::ONE.checked_add(growth).ok_or(AmountOutOfRange)?;
    Ok(revenue.times(factor)?.max(Money::ZERO))
}

/// Revenue of the trailing four quarters, scaled to a period of `months`, as the quota; zero when negative.
///
/// `None` unless there are at least four; of more, the last four count. Quarters are oldest first.
///
/// ```
/// use quotient::{quality::trailing_four_quarters, units::Money};
/// let quarters = [100, 200, 300, 400].map(Money::from);
/// assert_eq!(trailing_four_quarters(&quarters, 6)?, Some(Money::from(500)));
/// assert_eq!(trailing_four_quarters(&quarters[..3], 6)?, None);
/// # Ok::<(), quotient::units::AmountOutOfRange>(())
/// ```
pub fn trailing_four_quarters(quarters: &[Money], months: u32) -> Result<Option<Money>, AmountOutOfRange> {
    let Some(latest) = quarters.len().checked_sub(4).map(|from| &quarters[from..]) else { return Ok(None) };
    let year = latest.iter().try_fold(Money::ZERO, |sum, quarter| sum.plus(*quarter))?;
    let scaled = year.times(Rate::from(months))?.amount().checked_div(Rate::from(12)).ok_or(AmountOutOfRange)?;
    Ok(Some(Money::new(scaled).max(Money::ZERO)))
}
