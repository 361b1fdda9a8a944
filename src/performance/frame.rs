//! The prepared view of a book that standings are taken from.

use super::close_rate::Priors;
use super::convention::Conventions;
use super::given::Given;
use super::season::Season;
use crate::channel::{KnownMonths, PartnerBook};
use crate::units::{Month, PlanningPeriod};
use chrono::NaiveDate;

/// A book as of a date, with what partners are compared with.
#[derive(Debug)]
pub(super) struct Frame<'b> {
    pub book: &'b PartnerBook,
    pub period: PlanningPeriod,
    pub as_of: NaiveDate,
    pub conventions: Conventions,
    pub given: &'b Given,
    /// Latest complete month on the as-of date.
    pub last: Month,
    /// First month of the book's revenue table.
    pub first: Option<Month>,
    /// Win rates are taken from deals closed after this date.
    pub deals_after: NaiveDate,
    /// First and last month that seasons are taken from.
    pub season_window: Option<(Month, Month)>,
    pub known_months: KnownMonths,
    pub channel_season: Option<Season>,
    pub priors: Priors,
}

impl Frame<'_> {
    /// Returns the latest month of the period whose revenue is known on the as-of date; `None` before the first is
    /// complete.
    pub fn actual_through(&self) -> Option<Month> {
        let through = self.last.min(self.period.end().plus(-1));
        (through >= self.period.start).then_some(through)
    }
}
