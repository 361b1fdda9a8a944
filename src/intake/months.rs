//! Months of the revenue rows as they come, and what is said about those that are probably mistyped.

use super::fault::BookFault;
use super::log::Log;
use super::sheet::Location;
use crate::channel::latest_complete_month;
use crate::finding::Finding;
use crate::units::Month;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// Months at either end of the book that count as cut off by a gap.
const MOST_CUT_OFF: usize = 3;
/// Missing months from which a gap before the last months counts, although nothing shows that months usually follow
/// each other.
const LONG_GAP: i32 = 12;
/// Missing months from which a gap after the first months counts: a pause is more usual there than a mistyped year.
const LONGEST_PAUSE: i32 = 36;
/// A last month is not complete when it has at most one row where the months before it usually have this many.
const FEW_ROWS: usize = 10;
/// Usual number of rows from which a last month with few of them counts.
const FEWEST_ROWS: usize = 20;

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
    /// Latest date of each month.
    dates: BTreeMap<Month, NaiveDate>,
    /// Last month whose rows cover it, as far as dates, gaps and numbers of rows show.
    pub complete: Option<Month>,
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
        let latest = self.dates.entry(Month::of(date)).or_insert(date);
        *latest = date.max(*latest);
        self.days |= 1 << date.day0();
    }

    /// First and last month; `None` without rows.
    pub fn range(&self) -> Option<(Month, Month)> {
        Some((self.first.as_ref()?.month, self.last.as_ref()?.month))
    }

    /// Latest date; `None` when rows name months only, or the same day of every month, which stands for the month.
    pub fn latest_date(&self) -> Option<NaiveDate> {
        self.dates.values().next_back().copied().filter(|_| self.has_days())
    }

    fn has_days(&self) -> bool {
        self.days.count_ones() > 1
    }

    /// Decides which month is the last complete one, and warns about a month after the current one, about first or last
    /// months that a gap cuts off from the others, and about a last month with few rows.
    ///
    /// `present` are the months with rows, ascending, with the number of their rows.
    pub fn report(&mut self, mut present: Vec<(Month, usize)>, location: &Location, log: &mut Log) {
        let (Some(first), Some(last)) = (self.first.clone(), self.last.clone()) else { return };
        let place = |Seen { place: (row, column, value), .. }: &Seen| location.place(*row, column, value);
        let future = self.current.filter(|current| last.month > *current);
        if let Some(current) = future {
            let fault = BookFault::FutureRevenue { month: last.month, current, rows: last.rows };
            log.add(Finding::from(fault).at(place(&last)));
            // The current month is not over either.
            present.retain(|(month, _)| *month < current);
        }
        let mut gaps: Vec<i32> =
            present.windows(2).map(|pair| pair.last().zip(pair.first()).map_or(0, missing)).collect();
        if let Some(index) = cut_off(&gaps).filter(|index| gaps.len() - index <= index + 1) {
            let (Some((before, _)), Some((after, _))) = (present.get(index), present.get(index + 1)) else { return };
            let (before, missing) = (*before, after.since(*before) - 1);
            if future.is_none() {
                let fault = BookFault::RevenueGap { month: *after, before, missing };
                log.add(Finding::from(fault).at(place(&last)));
            }
            let cut: usize = present.iter().skip(index + 1).map(|(_, rows)| rows).sum();
            if missing >= LONG_GAP || cut.saturating_mul(2) <= usual_rows(&present[..=index]) {
                present.truncate(index + 1);
            }
        }
        let cut = present.len();
        self.complete = present.last().map(|(month, _)| latest_complete_month(*month, self.date_in(*month)));
        if let [earlier @ .., (month, rows)] = present.as_slice() {
            let usual = usual_rows(earlier);
            if self.complete == Some(*month) && usual >= FEWEST_ROWS && rows.saturating_mul(FEW_ROWS) <= usual {
                self.complete = Some(month.plus(-1));
                let fault = BookFault::FewRows { month: *month, rows: *rows, usual };
                let finding = Finding::from(fault);
                log.add(if *month == last.month { finding.at(place(&last)) } else { finding.at(location.whole()) });
            }
        }
        gaps.truncate(cut.saturating_sub(1));
        gaps.reverse();
        let is_early =
            |index: &usize| gaps.len() - index < index + 1 && gaps.get(*index).is_some_and(|gap| *gap >= LONGEST_PAUSE);
        if let Some(index) = cut_off(&gaps).filter(is_early) {
            let place_of = |back: usize| present.len().checked_sub(back).and_then(|index| present.get(index));
            let (Some((before, _)), Some((after, _))) = (place_of(index + 2), place_of(index + 1)) else { return };
            let fault = BookFault::EarlyRevenue { month: *before, after: *after, missing: after.since(*before) - 1 };
            log.add(Finding::from(fault).at(place(&first)));
        }
    }

    /// Latest date of the rows of `month`, where rows are dated by day.
    fn date_in(&self, month: Month) -> Option<NaiveDate> {
        self.dates.get(&month).copied().filter(|_| self.has_days())
    }
}

/// Median number of rows of `months`; of an even number the larger middle one.
fn usual_rows(months: &[(Month, usize)]) -> usize {
    let mut rows: Vec<usize> = months.iter().map(|(_, rows)| *rows).collect();
    rows.sort_unstable();
    rows.get(rows.len() / 2).copied().unwrap_or_default()
}

/// True when `month` is further out than the known one; a row of the known month is counted.
fn is_new(known: &mut Option<Seen>, month: Month, is_beyond: fn(Month, Month) -> bool) -> bool {
    let Some(known) = known else { return true };
    known.rows += u64::from(month == known.month);
    is_beyond(month, known.month)
}

fn missing(((after, _), (before, _)): (&(Month, usize), &(Month, usize))) -> i32 {
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
