//! The summary of a book: what was read, as figures to compare with the report that the book was exported from.

use super::Name;
use crate::units::{Currency, Money, Month};
use crate::{figures, vocabulary};
use chrono::{Datelike, NaiveDate, Weekday};

vocabulary! {
    /// Rule by which a row of a file was left out.
    pub enum LeftOutBy {
        /// The row does not meet a condition under `where` in the mapping file.
        Where = "where",
        /// The row meets a condition under `skip` in the mapping file.
        Skip = "skip",
        /// The row is a total or subtotal of rows above it.
        Total = "total",
        /// The row is below the data: a note, a signature, a count of records.
        Footer = "footer",
        /// The row repeats a partner that an earlier row of the same file has.
        Repeated = "repeated",
        /// The row belongs to a partner that the mapping file leaves out.
        Partner = "partner",
    }
}

figures! {
    /// Rows of one table that one rule left out.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RowsLeftOut = "RowsLeftOut" {
        /// Rule.
        rule: LeftOutBy;
        /// Column that the rule looks at; null when it looks at the whole row.
        column: Option<String>;
        /// Number of rows.
        rows: usize;
        /// Row number of the first of them, as findings number rows.
        example_row: u64;
        /// Value of that row in the column, or its first filled cell.
        example: String;
    }
}

figures! {
    /// One table of the book.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TableSummary = "TableSummary" {
        /// Name of the table.
        table: Name;
        /// File or `workbook!sheet` that it was read from; null for a list in a JSON document.
        file: Option<String>;
        /// Rows below the header, empty ones aside.
        rows: usize;
        /// Rows that were used.
        used: usize;
        /// Rows that were left out, by rule, in the order of their first rows; empty when every row was used.
        left_out: Vec<RowsLeftOut>;
        /// Total that the file itself states for the amounts; null when it states none.
        stated_total: Option<Money>;
    }
}

figures! {
    /// Revenue of one year.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RevenueOfYear = "RevenueOfYear" {
        /// Calendar year such as `2025`, or fiscal year such as `FY2025`.
        year: String;
        /// Sum of its revenue; null when it leaves the range of exact decimals.
        revenue: Option<Money>;
        /// Number of its months that have revenue rows, 1 to 12.
        months: u32;
    }
}

figures! {
    /// A month of one partner that is far above its other months.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct UnusualMonth = "UnusualMonth" {
        /// Partner id.
        partner_id: Name;
        /// Month.
        month: Month;
        /// Revenue of the partner in the month.
        revenue: Money;
        /// Median of the partner's months above zero; of an even number of months the larger middle one.
        median: Money;
    }
}

figures! {
    /// A year of the book whose average month is far from the median of all years.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct UnusualYear = "UnusualYear" {
        /// Calendar year, such as `2025`.
        year: String;
        /// Average of its months that have revenue rows, rounded to the minor unit.
        monthly_revenue: Money;
        /// Median of these averages over all years; of an even number the larger middle one.
        median: Money;
    }
}

figures! {
    /// Content of a book as it was read, to compare with the report it was exported from.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BookSummary = "BookSummary" {
        /// Tables, in the order in which they were read.
        tables: Vec<TableSummary>;
        /// Currency of every amount.
        currency: Currency;
        /// True when the book or its mapping file states the currency, false when a default applies.
        is_currency_stated: bool;
        /// Number of partners.
        partners: usize;
        /// Number of partners without any revenue row.
        partners_without_revenue: usize;
        /// Sum of all revenue; null when it leaves the range of exact decimals.
        revenue: Option<Money>;
        /// Revenue by calendar year, ascending.
        years: Vec<RevenueOfYear>;
        /// Revenue by fiscal year, ascending; empty when the fiscal year is the calendar year, or is not known.
        fiscal_years: Vec<RevenueOfYear>;
        /// First month with a revenue row; null without revenue.
        first_month: Option<Month>;
        /// Last month with a revenue row; null without revenue.
        last_month: Option<Month>;
        /// Months between the first and the last that have no revenue row, ascending.
        missing_months: Vec<Month>;
        /// Latest date of a revenue row; null when the rows name months only, or the same day of every month.
        latest_date: Option<NaiveDate>;
        /// Last month that the rows cover completely, without doubtful months (future, after a gap, few rows); null without revenue.
        latest_complete_month: Option<Month>;
        /// Number of months of partners at least a hundred times the partner's median month.
        unusual_month_count: usize;
        /// The largest of these months, by revenue, at most 20.
        unusual_months: Vec<UnusualMonth>;
        /// Years whose average month is at least ten times, or at most a tenth of, the median of all years; of three years or more.
        unusual_years: Vec<UnusualYear>;
        /// Number of workbook cells whose binary value was taken as the spreadsheet shows it, in 15 digits.
        rounded_values: usize;
    }
}

impl BookSummary {
    /// Returns the summary of the table of that name; `None` when the book does not have it.
    pub fn table(&self, name: &str) -> Option<&TableSummary> {
        self.tables.iter().find(|table| *table.table == *name)
    }
}

impl TableSummary {
    /// Returns the number of rows that were left out.
    pub fn rows_left_out(&self) -> usize {
        self.left_out.iter().map(|left_out| left_out.rows).sum()
    }
}

/// Returns the latest month that revenue rows cover completely, from the last month that has rows and the latest date.
///
/// Without a date (rows name months), the last month counts as complete. With one, it is complete when no working day
/// (Monday to Friday) follows the date in its month.
///
/// ```
/// use quotient::channel::latest_complete_month;
/// use quotient::units::Month;
/// let (november, december) = (Month::new(2025, 11), Month::new(2025, 12).unwrap());
/// assert_eq!(Some(latest_complete_month(december, None)), Some(december));
/// assert_eq!(Some(latest_complete_month(december, "2025-12-17".parse().ok())), november);
/// // 30 November 2025 is a Sunday.
/// let friday = "2025-11-28".parse().ok();
/// assert_eq!(Some(latest_complete_month(november.unwrap(), friday)), november);
/// ```
pub fn latest_complete_month(last: Month, latest_date: Option<NaiveDate>) -> Month {
    let Some(date) = latest_date.filter(|date| Month::of(*date) == last) else { return last };
    let is_working = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let rest = date.iter_days().skip(1).take_while(|day| Month::of(*day) == last);
    if rest.into_iter().any(is_working) { last.plus(-1) } else { last }
}
