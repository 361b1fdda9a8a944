//! The revenue that growth is measured from.

use super::lines::Lines;
use crate::channel::{Partner, RevenueEntry};
use crate::plugin::PriorBasis;
use crate::units::Month;
use chrono::Datelike;
use rust_decimal::Decimal;

/// Months of a year.
const YEAR: i32 = 12;

/// Revenue of a stretch as long as the planning period, with the months of it that are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Comparable {
    /// Its revenue, scaled where only a part of its months is known.
    pub revenue: Option<Decimal>,
    /// Months of it that are known; `None` for a line without any revenue.
    pub months_known: Option<i64>,
}

impl Lines<'_> {
    /// Revenue that growth of a part of the partner's business is measured from.
    ///
    /// A year is compared with the latest 12 months. A shorter period is compared with its own months one year earlier, unless
    /// the manifest says `prior = "latest"`, the book or the partner begins later, or the line first sold after them. Where
    /// the book begins inside the stretch, revenue of at least `scaled_months` (of the conventions, three) is scaled to the
    /// whole, so that a part of a year is annualised; with `annualise_newcomers`, so is the revenue of a partner that joined inside it.
    pub(super) fn comparable(&self, partner: &Partner, own: &[&RevenueEntry]) -> Comparable {
        let (months, last) = (self.view.period.months as i32, self.view.last_month());
        let latest = last.plus(1 - months);
        let (Some(first), Some(begun)) = (self.first_month, own.first()) else { return Comparable::default() };
        if let Some(revenue) = self.same_period(partner, own, begun.month) {
            return Comparable { revenue: Some(revenue), months_known: Some(i64::from(months)) };
        }
        let joined = joined(partner).or(partner.revenue.first().map(|entry| entry.month)).unwrap_or(first);
        let known = |from: Month| (last.since(latest.max(from)) + 1).clamp(0, months);
        let months_known = Some(i64::from(known(first.max(joined))));
        let used = known(if self.manifest.annualise_newcomers { first.max(joined) } else { first });
        if used < self.manifest.conventions.scaled_months.min(months) {
            return Comparable { revenue: None, months_known };
        }
        let sum = self.revenue(own, last.plus(1 - used), used);
        let whole = sum.and_then(|sum| sum.checked_mul(Decimal::from(months))?.checked_div(Decimal::from(used)));
        let revenue = if used == months { sum } else { whole.map(|whole| self.money(whole).rounded().amount()) };
        Comparable { revenue, months_known }
    }

    /// Revenue of the planning period's own months one year earlier, where a period shorter than a year is compared with it.
    fn same_period(&self, partner: &Partner, own: &[&RevenueEntry], begun: Month) -> Option<Decimal> {
        let (months, year_ago) = (self.view.period.months as i32, self.view.period.start.plus(-YEAR));
        let is_seasonal = months < YEAR && self.manifest.prior == PriorBasis::SamePeriod;
        let is_known = joined(partner).is_none_or(|joined| joined <= year_ago) && begun < year_ago.plus(months);
        (is_seasonal && is_known).then(|| self.revenue(own, year_ago, months)).flatten()
    }
}

/// First whole month in the program by the stated date of joining; `None` without one, or where the partner sold before it.
fn joined(partner: &Partner) -> Option<Month> {
    let since = partner.since?;
    let month = Month::of(since);
    let is_plausible = partner.revenue.first().is_some_and(|first| first.month >= month);
    is_plausible.then(|| month.plus(i32::from(since.day() != 1)))
}
