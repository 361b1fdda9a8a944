//! The latest month whose revenue is complete.

use super::{PartnerBook, latest_complete_month};
use crate::units::Month;
use chrono::NaiveDate;

/// Reason why the latest month with revenue is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartOfMonth {
    /// Its rows are dated by day, and the last of them is before the end of the month.
    DatedUntil(NaiveDate),
    /// It is not over on the current date.
    NotOver(NaiveDate),
    /// It is after the current month, follows a gap, or has few rows; its date may be mistyped.
    Doubtful,
}

/// The latest month with revenue, and the latest complete one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatestMonth {
    /// Latest month with any revenue.
    pub latest: Month,
    /// Latest month that is complete; `latest` unless only a part of that is known.
    pub complete: Month,
    /// Reason why `latest` is not complete.
    pub part: Option<PartOfMonth>,
}

impl PartnerBook {
    /// Returns the latest month with revenue and the latest complete one; `None` without revenue.
    ///
    /// A month is incomplete when its rows are dated by day and end before its last day, unless only Saturdays and Sundays
    /// follow ([`latest_complete_month`]); or when `today`, where that is known, is in it and not its last day. Then the month
    /// before is the latest complete one. Months after the current one, few rows after a gap, and a last month with a tenth
    /// of the usual rows are not complete either, as the summary of the book says.
    ///
    /// ```
    /// use quotient::channel::PartOfMonth;
    /// use quotient::intake::{ReadOptions, read_book_files};
    /// let partners = ("partners.csv".to_owned(), b"partner_id\nA\n".to_vec());
    /// let rows = b"partner_id,month,amount\nA,2025-11-12,5\nA,2025-12-09,7\n".to_vec();
    /// let files = vec![partners, ("revenue.csv".to_owned(), rows)];
    /// let (book, _) = read_book_files(files, None, &ReadOptions::default()).into_result().unwrap();
    /// let months = book.latest_month(None).unwrap();
    /// assert_eq!(months.complete.to_string(), "2025-11");
    /// assert_eq!(months.part, Some(PartOfMonth::DatedUntil("2025-12-09".parse().unwrap())));
    /// ```
    pub fn latest_month(&self, today: Option<NaiveDate>) -> Option<LatestMonth> {
        let (_, latest) = self.revenue_months()?;
        let summary = self.summary.as_deref();
        let dated = summary.and_then(|summary| summary.latest_date);
        let by_date = latest_complete_month(latest, dated);
        let known = summary.and_then(|summary| summary.latest_complete_month).filter(|known| *known < by_date);
        let is_current = |today: &NaiveDate| Month::of(*today) == latest && *today < latest.last_day();
        if let Some(today) = today.filter(is_current) {
            let complete = known.unwrap_or(latest).min(latest.plus(-1));
            return Some(LatestMonth { latest, complete, part: Some(PartOfMonth::NotOver(today)) });
        }
        if let Some(complete) = known {
            return Some(LatestMonth { latest, complete, part: Some(PartOfMonth::Doubtful) });
        }
        let (complete, part) = (by_date, dated.filter(|_| by_date < latest).map(PartOfMonth::DatedUntil));
        Some(LatestMonth { latest, complete, part })
    }
}
