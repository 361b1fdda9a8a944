//! State that all tables of a book share while they are read.

use super::day_order::DayOrder;
use super::fault::TableFault;
use super::log::Log;
use super::months::MonthsSeen;
use super::name::Names;
use super::table::{Field, TableKind};
use super::tally::Tally;
use super::value::week::{Week, WeekPattern};
use crate::channel::{Name, SegmentKey, SharedSegment, TableSummary};
use crate::finding::{Finding, Place};
use crate::units::{Currency, FiscalCalendar, Month};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};

/// Amounts with a point, of a table whose notation is not stated.
#[derive(Debug, Default)]
pub(super) struct Points {
    /// True when one of them shows that points are decimal signs.
    pub is_decimal: bool,
    /// Number of amounts such as `1.234`.
    pub count: u64,
    /// The first of them, and its place.
    pub first: Option<(String, Place)>,
}

/// Texts of one column and the periods that they name.
#[derive(Debug, Default)]
pub(super) struct KnownPeriods {
    column: Option<(TableKind, Field)>,
    periods: BTreeMap<Box<str>, (Month, u32)>,
}

impl KnownPeriods {
    /// Texts that are kept.
    const MOST: usize = 512;

    /// The period that `text` names; `None` for one that was not read before.
    pub fn get(&self, table: TableKind, field: Field, text: &str) -> Option<(Month, u32)> {
        self.periods.get(text).filter(|_| self.column == Some((table, field))).copied()
    }

    /// Keeps a text that was read.
    pub fn keep(&mut self, table: TableKind, field: Field, text: &str, period: (Month, u32)) {
        if self.column != Some((table, field)) || self.periods.len() >= Self::MOST {
            self.periods.clear();
            self.column = Some((table, field));
        }
        self.periods.insert(text.into(), period);
    }
}

/// State shared by all tables of a book while they are read.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub log: Log,
    pub calendar: Option<FiscalCalendar>,
    /// Currency of rows that state none.
    pub default_currency: Option<Currency>,
    /// True when the mapping file states that currency.
    pub is_currency_mapped: bool,
    /// The first currency that a row stated, and where.
    pub stated_currency: Option<(Currency, String)>,
    /// Numbers of the current table that were rounded to the 15 digits of a spreadsheet.
    pub rounded: u64,
    /// Currency signs and codes beside amounts that were read before a row stated a currency, each with the column,
    /// value and place where it is first.
    pub signs: BTreeMap<String, (String, String, Place)>,
    /// Form of the amounts of the current table that have a point.
    pub points: Points,
    pub tiers: Names,
    pub territories: Names,
    pub verticals: Names,
    pub product_lines: Names,
    pub account_managers: Names,
    /// Stages of opportunities.
    pub stages: Names,
    /// Segments that were met, by the numbers of their product line and territory.
    segments: BTreeMap<(Option<u32>, Option<u32>), SharedSegment>,
    /// Partners of rows that the mapping's filters leave out.
    pub left_out: BTreeSet<Name>,
    /// Time zone that decides the day of a moment with an offset.
    pub zone: Option<Tz>,
    /// Pattern by which weeks belong to months.
    pub weeks: Option<WeekPattern>,
    /// True when identifiers are Salesforce ids, of 15 or 18 characters.
    pub salesforce: bool,
    /// True when other tables may spell identifiers of the partners table with other zeros, case or spaces.
    pub similar_ids: bool,
    /// Days of the dates of the revenue, by the type of their cells.
    pub day_order: DayOrder,
    /// The latest month that was read, with its column and text: neighbours often share it.
    pub latest_period: Option<(TableKind, Field, String, (Month, u32))>,
    /// Periods that were read before in the same column: most tables name some dozens of them again and again.
    pub known_periods: KnownPeriods,
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
    /// The month that a week belongs to; `None` without a pattern.
    pub fn month_of(&self, week: Week) -> Option<Month> {
        self.weeks?.month(week, self.calendar.or(FiscalCalendar::new(1))?)
    }

    /// The currency of the book as far as it is known.
    pub fn currency(&self) -> Currency {
        self.stated_currency.as_ref().map(|(currency, _)| *currency).or(self.default_currency).unwrap_or(Currency::USD)
    }

    /// Warns when every amount of a table that has a point could have it between thousands, and forgets them.
    pub fn report_points(&mut self, table: &str) {
        let points = std::mem::take(&mut self.points);
        if let Some((value, place)) = points.first.filter(|_| !points.is_decimal) {
            let (count, table) = (points.count, table.to_owned());
            self.log.add(Finding::from(TableFault::OpenPoints { count, value, table }).at(place));
        }
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
    /// The segment of a product line and a territory by their numbers.
    pub fn segment(&mut self, product_line: Option<u32>, territory: Option<u32>) -> SharedSegment {
        let (product_lines, territories) = (&self.product_lines, &self.territories);
        let segment = self.segments.entry((product_line, territory)).or_insert_with(|| {
            let product_line = product_line.and_then(|number| product_lines.get(number));
            let territory = territory.and_then(|number| territories.get(number));
            SegmentKey { product_line, territory }.into()
        });
        segment.clone()
    }

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
