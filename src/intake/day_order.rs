//! Days of the dates of a column, by which a mixture of dates and texts shows that a locale swapped day and month.

use super::fault::BookFault;
use super::log::{Log, shown};
use crate::finding::{Finding, Place};
use chrono::{Datelike, NaiveDate};

/// Last number that is a month as well as a day.
const LAST_MONTH: u32 = 12;
/// Fewest dates, and fewest texts, that show the mixture.
const FEWEST: u64 = 2;

/// Dates and texts of a column, by whether their day could be a month.
#[derive(Debug, Default)]
pub(super) struct DayOrder {
    dates: [u64; 2],
    texts: [u64; 2],
    /// Column, value and place of the first text.
    first: Option<(String, String, Place)>,
}

impl DayOrder {
    /// Adds a date of a workbook cell.
    pub fn add_date(&mut self, date: NaiveDate) {
        self.dates[usize::from(date.day() > LAST_MONTH)] += 1;
    }

    /// Adds a date written as text; `first` gives its column, value and place.
    pub fn add_text(&mut self, date: NaiveDate, first: impl FnOnce() -> (String, String, Place)) {
        self.texts[usize::from(date.day() > LAST_MONTH)] += 1;
        self.first.get_or_insert_with(first);
    }

    /// Warns when all dates could be swapped and no text could.
    pub fn report(&mut self, log: &mut Log) {
        let Self { dates, texts, first } = std::mem::take(self);
        let (Some((column, text, place)), [low, 0], [0, high]) = (first, dates, texts) else { return };
        if low >= FEWEST && high >= FEWEST {
            let fault = BookFault::SwappedDates { column, dates: low, texts: high, text: shown(&text) };
            log.add(Finding::from(fault).at(place));
        }
    }
}
