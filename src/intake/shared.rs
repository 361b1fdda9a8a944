//! State that all tables of a book share while they are read.

use super::fault::TableFault;
use super::log::Log;
use super::months::MonthsSeen;
use super::name::Names;
use super::tally::Tally;
use crate::channel::TableSummary;
use crate::finding::{Finding, Place};
use crate::units::{Currency, FiscalCalendar, Month};

/// State shared by all tables of a book while they are read.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub log: Log,
    pub calendar: Option<FiscalCalendar>,
    /// Currency of rows that state none.
    pub default_currency: Option<Currency>,
    /// The first currency that a row stated, and where.
    pub stated_currency: Option<(Currency, String)>,
    /// Numbers of the current table that were rounded to the 15 digits of a spreadsheet.
    pub rounded: u64,
    pub tiers: Names,
    pub territories: Names,
    pub verticals: Names,
    pub product_lines: Names,
    pub account_managers: Names,
    /// The latest month that was read, with its text: neighbours often share it.
    pub latest_period: Option<(String, (Month, u32))>,
    /// Rows of the current table that were left out.
    pub tally: Tally,
    /// Summaries of the tables read so far.
    pub tables: Vec<TableSummary>,
    /// Months of the revenue rows.
    pub months: MonthsSeen,
    /// Numbers of all tables that were rounded.
    pub all_rounded: u64,
}

impl Shared {
    /// The currency of the book as far as it is known.
    pub fn currency(&self) -> Currency {
        self.stated_currency.as_ref().map(|(currency, _)| *currency).or(self.default_currency).unwrap_or(Currency::USD)
    }

    /// Reports how many numbers of the table in `file` were rounded, and counts from 0 again.
    pub fn report_rounded(&mut self, file: &str) {
        let count = std::mem::take(&mut self.rounded);
        self.all_rounded += count;
        if count > 0 {
            self.log.add(Finding::from(TableFault::Rounded { count }).at(Place::file(file)));
        }
    }
}

/// Shared list to which a name belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Tier,
    Territory,
    Vertical,
    ProductLine,
    AccountManager,
}

impl Shared {
    /// The list of names of a dimension.
    pub fn names(&mut self, dimension: Dimension) -> &mut Names {
        match dimension {
            Dimension::Tier => &mut self.tiers,
            Dimension::Territory => &mut self.territories,
            Dimension::Vertical => &mut self.verticals,
            Dimension::ProductLine => &mut self.product_lines,
            Dimension::AccountManager => &mut self.account_managers,
        }
    }
}
