//! The revenue that growth is measured from.

use super::lines::Lines;
use crate::channel::{Partner, RevenueEntry};
use crate::plugin::PriorBasis;
use crate::units::Month;
use chrono::Datelike;
use rust_decimal::Decimal;

/// Months of a year.
const YEAR: i32 = 12;

/// Least number of known months that are scaled to the stretch; fewer say nothing about it.
const FEWEST_MONTHS: i32 = 3;

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
    /// the manifest says `prior = "latest"` or they are not known. Months before the book begins, and those in which the
    /// partner had not yet joined, are not known: revenue of at least three known months is scaled to the whole stretch, so
    /// that a part of a year is annualised.
    pub(super) fn comparable(&self, partner: &Partner, own: &[&RevenueEntry]) -> Comparable {
        let (months, last) = (self.view.period.months as i32, self.view.last_month());
        let latest = last.plus(1 - months);
        let year_ago = self.view.period.start.plus(-YEAR);
        let (Some(first), Some(begun)) = (self.first_month, own.first()) else { return Comparable::default() };
        let joined = joined(partner, begun.month).unwrap_or(first);
        let is_seasonal = months < YEAR && self.manifest.prior == PriorBasis::SamePeriod && joined <= year_ago;
        if is_seasonal && let Some(revenue) = self.revenue(own, year_ago, months) {
            return Comparable { revenue: Some(revenue), months_known: Some(i64::from(months)) };
        }
        let known_from = latest.max(first).max(joined);
        let known = (last.since(known_from) + 1).clamp(0, months);
        let revenue = match known {
            _ if known == months => self.revenue(own, latest, months),
            _ if known >= FEWEST_MONTHS => {
                let sum = self.revenue(own, known_from, known);
                let whole =
                    sum.and_then(|sum| sum.checked_mul(Decimal::from(months))?.checked_div(Decimal::from(known)));
                whole.map(|whole| self.money(whole).rounded().amount())
            }
            _ => None,
        };
        Comparable { revenue, months_known: Some(i64::from(known)) }
    }
}

/// First whole month in which the partner was in the program; `None` where it sold before it joined, as the book says.
fn joined(partner: &Partner, first_revenue: Month) -> Option<Month> {
    let since = partner.since?;
    let month = Month::of(since);
    (first_revenue >= month).then(|| if since.day() == 1 { month } else { month.plus(1) })
}
