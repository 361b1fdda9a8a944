//! The glossary's ratios. Each is `None` where it is not defined, never 0 or 1 instead.

use crate::units::{Money, Rate};

/// Attainment: closed revenue ÷ quota, a fraction (1 is on quota). `None` unless the quota is above zero.
///
/// Source: glossary entry "attainment"; convention 13 (quota 0 or not known is undefined, never 100 %).
///
/// ```
/// use quotient::{performance::attainment, units::{Currency, Money, parse_decimal}};
/// let usd = |amount: i64| Money::new(amount, Currency::USD);
/// assert_eq!(attainment(usd(600_000), usd(1_200_000)), Some(parse_decimal("0.5")?));
/// assert_eq!(attainment(usd(600_000), usd(0)), None);
/// # Ok::<(), quotient::units::DecimalFault>(())
/// ```
pub fn attainment(actual: Money, quota: Money) -> Option<Rate> {
    if quota.is_positive() { actual.ratio_to(quota) } else { None }
}

/// Pipeline coverage: open pipeline ÷ the quota (or what remains of it), a multiple. `None` unless the quota is above zero.
///
/// Compare it with [`required_coverage`]; a pipeline already weighted by probability compares with 1 instead.
/// Source: glossary entry "pipeline coverage"; convention 2.
///
/// ```
/// use quotient::{performance::coverage_ratio, units::{Currency, Money}};
/// let usd = |amount: i64| Money::new(amount, Currency::USD);
/// assert_eq!(coverage_ratio(usd(900), usd(300)), Some(3.into()));
/// ```
pub fn coverage_ratio(pipeline: Money, quota: Money) -> Option<Rate> {
    attainment(pipeline, quota)
}

/// Coverage a partner needs so that its pipeline yields the quota: (1 ÷ win rate) × (1 + slippage buffer), a multiple.
///
/// `None` when nothing was ever won. Source: glossary entry "required coverage".
///
/// ```
/// use quotient::{performance::required_coverage, units::parse_decimal};
/// assert_eq!(required_coverage(parse_decimal("0.25")?, 0.into()), Some(4.into()));
/// assert_eq!(required_coverage(0.into(), 0.into()), None);
/// # Ok::<(), quotient::units::DecimalFault>(())
/// ```
pub fn required_coverage(win_rate: Rate, slippage_buffer: Rate) -> Option<Rate> {
    if win_rate <= Rate::ZERO {
        return None;
    }
    Rate::ONE.checked_add(slippage_buffer)?.checked_div(win_rate)
}

/// Forecast gap as a share of the quota: (forecast − quota) ÷ quota, negative for a shortfall.
///
/// `None` unless the quota is above zero. Source: glossary entry "forecast gap".
///
/// ```
/// use quotient::{performance::forecast_gap_share, units::{Currency, Money, parse_decimal}};
/// let usd = |amount: i64| Money::new(amount, Currency::USD);
/// assert_eq!(forecast_gap_share(usd(900), usd(1000)), Some(parse_decimal("-0.1")?));
/// # Ok::<(), quotient::units::DecimalFault>(())
/// ```
pub fn forecast_gap_share(forecast: Money, quota: Money) -> Option<Rate> {
    attainment(forecast.minus(quota).ok()?, quota)
}
