//! Months of the revenue rows as they come, and what is said about those that are probably mistyped.

use super::fault::BookFault;
use super::log::Log;
use super::sheet::Location;
use crate::finding::Finding;
use crate::units::Month;
use chrono::{Datelike, NaiveDate};

/// Months at either end of the book that count as cut off by a gap.
const MOST_CUT_OFF: usize = 3;
/// Missing months from which a gap before the last months counts, although nothing shows that months usually follow
/// each other.
const LONG_GAP: i32 = 12;
/// Missing months from which a gap after the first months counts: a pause is more usual there than a mistyped year.
const LONGEST_PAUSE: i32 = 36;

/// A month that revenue rows name, with the first of these rows.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub month: Month,
    /// Row number, heading and value.
    pub place: (u64, String, String),
    /// Rows of the month.
    pub rows: u64,
}

/// Months of the revenue rows read so far.
#[derive(Debug, Default)]
pub(super) struct MonthsSeen {
    /// The current month; revenue after it is not yet earned.
    pub current: Option<Month>,
    pub first: Option<Seen>,
    pub last: Option<Seen>,
    latest_date: Option<NaiveDate>,
    /// Days of the month on which rows are dated, one bit each.
    days: u32,
}

impl MonthsSeen {
    /// Notes that a row has revenue in the months from `start` to `end`; `seen` makes the description of the row.
    pub fn add(&mut self, start: Month, end: Month, seen: impl Fn(Month) -> Seen) {
        if is_new(&mut self.first, start, |month, first| month < first) {
            self.first = Some(seen(start));
        }
        if is_new(&mut self.last, end, |month, last| month > last) {
            self.last = Some(seen(end));
        }
    }

    /// Notes that a row is dated to a day.
    pub fn add_date(&mut self, date: NaiveDate) {
        self.latest_date = self.latest_date.max(Some(date));
        self.days |= 1 << date.day0();
    }

    /// First and last month; `None` without rows.
    pub fn range(&self) -> Option<(Month, Month)> {
        Some((self.first.as_ref()?.month, self.last.as_ref()?.month))
    }

    /// Latest date; `None` when rows name months only, or the same day of every month, which stands for the month.
    pub fn latest_date(&self) -> Option<NaiveDate> {
        self.latest_date.filter(|_| self.days.count_ones() > 1)
    }

    /// Warns about a month after the current one, and about first or last months that a gap cuts off from the others.
    ///
    /// `present` are the months with rows, ascending.
    pub fn report(&self, present: &[Month], location: &Location, log: &mut Log) {
        let (Some(first), Some(last)) = (&self.first, &self.last) else { return };
        let place = |Seen { place: (row, column, value), .. }: &Seen| location.place(*row, column, value);
        if let Some(current) = self.current.filter(|current| last.month > *current) {
            let fault = BookFault::FutureRevenue { month: last.month, current, rows: last.rows };
            log.add(Finding::from(fault).at(place(last)));
            return;
        }
        let mut gaps: Vec<i32> =
            present.windows(2).map(|pair| pair.last().zip(pair.first()).map_or(0, missing)).collect();
        if let Some(index) = cut_off(&gaps).filter(|index| gaps.len() - index <= index + 1) {
            let (Some(before), Some(after)) = (present.get(index), present.get(index + 1)) else { return };
            let fault = BookFault::RevenueGap { month: *after, before: *before, missing: after.since(*before) - 1 };
            log.add(Finding::from(fault).at(place(last)));
        }
        gaps.reverse();
        let is_early =
            |index: &usize| gaps.len() - index < index + 1 && gaps.get(*index).is_some_and(|gap| *gap >= LONGEST_PAUSE);
        if let Some(index) = cut_off(&gaps).filter(is_early) {
            let place_of = |back: usize| present.len().checked_sub(back).and_then(|index| present.get(index));
            let (Some(before), Some(after)) = (place_of(index + 2), place_of(index + 1)) else { return };
            let fault = BookFault::EarlyRevenue { month: *before, after: *after, missing: after.since(*before) - 1 };
            log.add(Finding::from(fault).at(place(first)));
        }
    }
}

/// True when `month` is further out than the known one; a row of the known month is counted.
fn is_new(known: &mut Option<Seen>, month: Month, is_beyond: fn(Month, Month) -> bool) -> bool {
    let Some(known) = known else { return true };
    known.rows += u64::from(month == known.month);
    is_beyond(month, known.month)
}

fn missing((after, before): (&Month, &Month)) -> i32 {
    after.since(*before) - 1
}

/// Index of the gap that cuts the last months off from the others: more than twice as long as every other gap.
///
/// A gap before the very last month counts from one missing month, if the book shows that months usually follow each
/// other; a gap before several months counts from a year.
fn cut_off(gaps: &[i32]) -> Option<usize> {
    let longest = gaps.iter().copied().max().filter(|longest| *longest > 0)?;
    let index = gaps.iter().rposition(|gap| *gap == longest)?;
    let others = gaps.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, gap)| *gap);
    let is_alone = others.max().is_none_or(|second| longest > second.saturating_mul(2));
    let cut_off = gaps.len() - index;
    let is_long = longest >= LONG_GAP || (cut_off == 1 && gaps.len() > 1);
    (is_alone && cut_off <= MOST_CUT_OFF && is_long).then_some(index)
}
