//! Terms of a quota: effective dates and ramp.

use crate::units::{Month, PlanningPeriod, Rate};
use chrono::NaiveDate;

/// Dates on which a quota is in force, and the productivity expected of a new partner by month.
///
/// The default changes nothing: effective throughout, no ramp.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuotaTerms {
    /// First date the quota is in force; `None` is the period's first.
    pub effective_from: Option<NaiveDate>,
    /// Last date the quota is in force; `None` is the period's last.
    pub effective_to: Option<NaiveDate>,
    /// Ramp by month of the period, first month first, fractions of full productivity; months beyond the list are 1.
    pub ramp: Vec<Rate>,
}

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

impl QuotaTerms {
    /// Returns the months of `period` with their ramp and effective days.
    pub(super) fn months(&self, period: &PlanningPeriod) -> impl Iterator<Item = TermMonth> {
        (0..period.months as usize).map(|index| {
            let month = period.start.plus(index as i32);
            let (first, last) = (month.first_day(), month.last_day());
            let from = self.effective_from.map_or(first, |day| day.max(first));
            let to = self.effective_to.map_or(last, |day| day.min(last));
            TermMonth {
                month,
                ramp: self.ramp.get(index).copied().unwrap_or(Rate::ONE),
                days: ((to - from).num_days() + 1).max(0),
                of: (last - first).num_days() + 1,
            }
        })
    }
}
