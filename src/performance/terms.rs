//! The quota in force under terms: full quota × ramp, prorated by effective dates.

use super::scope::EffectiveQuota;
use crate::channel::QuotaTerms;
use crate::units::{Money, MoneyError, Month, PlanningPeriod, Rate};
use rust_decimal::Decimal;

/// One month of a period under terms.
#[derive(Debug, Clone, Copy)]
pub(super) struct TermMonth {
    pub month: Month,
    pub ramp: Rate,
    /// Days of the month on which the quota is in force.
    pub days: i64,
    /// Days of the month.
    pub of: i64,
}

/// Returns the months of `period` with their ramp and effective days.
pub(super) fn months_under(terms: &QuotaTerms, period: &PlanningPeriod) -> impl Iterator<Item = TermMonth> {
    (0..period.months as usize).map(|index| {
        let month = period.start.plus(index as i32);
        let (first, last) = (month.first_day(), month.last_day());
        let from = terms.effective_from.map_or(first, |day| day.max(first));
        let to = terms.effective_to.map_or(last, |day| day.min(last));
        TermMonth {
            month,
            ramp: terms.ramp.get(index).copied().unwrap_or(Rate::ONE),
            days: ((to - from).num_days() + 1).max(0),
            of: (last - first).num_days() + 1,
        }
    })
}

/// Quota in force under `terms`: full × Σ over the period's months (ramp × effective days) ÷ days of the period.
///
/// Day count: actual calendar days, both ends counted. Rounded once, half away from zero, to the currency's minor unit.
/// Source: glossary entries "ramp" and "proration".
///
/// ```
/// use quotient::performance::{QuotaTerms, effective_quota};
/// use quotient::units::{Currency, FiscalCalendar, Money};
/// let quarter = FiscalCalendar::new(1).ok_or("no calendar")?.period("FY2026-Q1")?; // 31 + 28 + 31 = 90 days
/// let from_march = QuotaTerms { effective_from: "2026-03-01".parse().ok(), ..QuotaTerms::default() };
/// let quota = effective_quota(Money::new(900_000, Currency::USD), &quarter, &from_march)?;
/// assert_eq!((quota.effective, quota.effective_days, quota.period_days), (Money::new(310_000, Currency::USD), 31, 90));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn effective_quota(full: Money, period: &PlanningPeriod, terms: &QuotaTerms) -> Result<EffectiveQuota, MoneyError> {
    let mut quota = EffectiveQuota {
        full,
        effective: full,
        effective_days: 0,
        period_days: period.days(),
        is_ramped: false,
        starts: period.start,
    };
    let mut weight = Decimal::ZERO;
    for month in months_under(terms, period) {
        quota.effective_days += month.days;
        quota.is_ramped |= month.ramp != Rate::ONE;
        let days = month.ramp.checked_mul(Decimal::from(month.days));
        weight = days.and_then(|days| weight.checked_add(days)).ok_or(MoneyError::OutOfRange)?;
    }
    let days = Decimal::from(quota.period_days);
    if weight != days {
        quota.effective = full.times(weight)?.divided_by(days)?.rounded();
    }
    Ok(quota)
}
