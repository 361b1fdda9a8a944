//! Books built in code, checked by the reader of files.

use super::book::{Book, BookReader};
use super::row::{
    Cells, ForecastRow, InvestmentRow, LockRow, MarketRow, OpportunityRow, PartnerRow, QuotaRow, RevenueRow, Row,
    TargetRow, WinRateRow,
};
use crate::finding::{Finding, Findings, Place};
use crate::intake::{Field, TableKind};
use crate::units::{Currency, FiscalCalendar};
use std::collections::BTreeMap;

crate::faults! {
    /// Faults of rows that a program adds to a book.
    pub enum BookRowFault {
        /// An amount is in another currency than the book.
        Currency { found: String, book: String } = BookMixedCurrency {
            message: format!("an amount is in {found}, and the book is in {book}"),
            help: "convert it first; a book has one currency",
        }
    }
}

/// A table of a book: absent, or present with its rows.
///
/// Facts of a table that is absent are not known; a table without rows says that there are none. Lists and arrays of
/// rows convert to a table that is present.
///
/// ```
/// use quotient::{OpportunityRow, Table};
/// let none: Table<OpportunityRow> = Vec::new().into();
/// assert_ne!(none, Table::Absent);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Table<T> {
    /// The book does not have the table: its facts are not known.
    Absent,
    /// The book contains the table, with these rows.
    Rows(Vec<T>),
}

impl<T, I: IntoIterator<Item = T>> From<I> for Table<T> {
    fn from(rows: I) -> Self {
        Self::Rows(rows.into_iter().collect())
    }
}

/// A partner book built in code. Tables are absent until they are set; [`BookBuilder::build`] checks everything that the
/// reader of files checks.
///
/// ```
/// use quotient::{BookBuilder, Currency, Money, OpportunityRow, PartnerRow, RevenueRow};
/// let usd = |amount: i64| Money::new(amount, Currency::USD);
/// let book = BookBuilder::new(Currency::USD)
///     .partners([PartnerRow::new("P1").tier("Gold")])
///     .revenue([RevenueRow::new("P1", "2025-12", usd(1_200))])
///     .opportunities([OpportunityRow::new("O1", "P1", usd(500), "2026-03-31".parse()?, "open")])
///     .build()?;
/// assert_eq!(book.partners(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct BookBuilder {
    currency: Currency,
    reader: BookReader,
    tables: BTreeMap<&'static str, StoredTable>,
}

/// Declares the method that sets a table.
macro_rules! tables {
    ($($doc:literal $method:ident: $row:ident => $kind:ident;)*) => {$(
        #[doc = $doc]
        ///
        /// ```
        #[doc = concat!("# use quotient::{BookBuilder, Currency, ", stringify!($row), ", Table};")]
        #[doc = concat!("let none = BookBuilder::new(Currency::USD).", stringify!($method), "(Vec::new());")]
        #[doc = concat!("let not_known = BookBuilder::new(Currency::USD).", stringify!($method), "(Table::Absent);")]
        /// ```
        #[must_use]
        pub fn $method(self, table: impl Into<Table<$row>>) -> Self {
            self.table(TableKind::$kind, table.into())
        }
    )*};
}

impl BookBuilder {
    /// Returns a book in `currency` without any table.
    ///
    /// ```
    /// use quotient::{BookBuilder, Currency};
    /// assert!(BookBuilder::new(Currency::USD).build().is_err(), "partners and revenue are required");
    /// ```
    pub fn new(currency: Currency) -> Self {
        Self { currency, reader: BookReader::new().currency(currency), tables: BTreeMap::new() }
    }

    /// Sets the fiscal calendar in which labels such as `FY2026-Q1` are read.
    ///
    /// ```
    /// use quotient::{BookBuilder, Currency, FiscalCalendar};
    /// let july = FiscalCalendar::new(7).ok_or("no calendar")?;
    /// let builder = BookBuilder::new(Currency::USD).calendar(july);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn calendar(mut self, calendar: FiscalCalendar) -> Self {
        self.reader = self.reader.calendar(calendar);
        self
    }

    tables! {
        "Sets the partners; required." partners: PartnerRow => Partners;
        "Sets the closed revenue; required." revenue: RevenueRow => Revenue;
        "Sets the addressable market." market: MarketRow => Market;
        "Sets the investments of partners." investments: InvestmentRow => Investments;
        "Sets the registered opportunities." opportunities: OpportunityRow => Opportunities;
        "Sets the historical win rates." win_rates: WinRateRow => WinRates;
        "Sets the forecasts." forecasts: ForecastRow => Forecasts;
        "Sets the quotas of past and current periods." quotas: QuotaRow => Quotas;
        "Sets the agreed quotas." locks: LockRow => Locks;
        "Sets the targets by level." targets: TargetRow => Targets;
    }

    /// Checks the tables and returns the book.
    ///
    /// # Errors
    /// With every finding: duplicate partners, references to unknown partners, amounts in another currency, and whatever
    /// else the reader of files rejects. Places name the table and the row, counted from 2 as in a file with a header.
    ///
    /// ```
    /// use quotient::{BookBuilder, Currency, Money, PartnerRow, RevenueRow};
    /// let euros = RevenueRow::new("P1", "2025-12", Money::new(1_200, Currency::EUR));
    /// let builder = BookBuilder::new(Currency::USD).partners([PartnerRow::new("P1")]).revenue([euros]);
    /// assert!(builder.build().is_err());
    /// ```
    pub fn build(self) -> Result<Book, Findings> {
        let mut faults = Findings::new();
        let mut files = Vec::new();
        for (name, table) in &self.tables {
            let file = format!("{name}.csv");
            for (row, cells) in (2..).zip(&table.rows) {
                let used = cells.other_currency.or(cells.currency).filter(|used| *used != self.currency);
                if let Some(other) = used {
                    let place = Place::cell(&file, row, Field::Currency.name(), other.code());
                    let (found, book) = (other.to_string(), self.currency.to_string());
                    faults.push(Finding::from(BookRowFault::Currency { found, book }).at(place));
                }
            }
            files.push((file, table.to_csv()));
        }
        if faults.has_errors() {
            return Err(faults);
        }
        let mut built = self.reader.read_files(files)?;
        // In a file, an optional table without rows counts as absent, because templates have such tables.
        for table in self.tables.values().filter(|table| table.rows.is_empty()) {
            built.book.tables.entry(table.kind.name().to_owned()).or_insert(0);
        }
        built.book.input_hash = built.book.facts_hash();
        Ok(built)
    }

    fn table<T: Row>(mut self, kind: TableKind, table: Table<T>) -> Self {
        match table {
            Table::Absent => self.tables.remove(kind.name()),
            Table::Rows(rows) => {
                let rows = rows.into_iter().map(Row::into_cells).collect();
                self.tables.insert(kind.name(), StoredTable { kind, fields: T::FIELDS, rows })
            }
        };
        self
    }
}

/// A table that is present.
#[derive(Debug, Clone)]
struct StoredTable {
    kind: TableKind,
    /// Columns that its rows can set.
    fields: &'static [Field],
    rows: Vec<Cells>,
}

impl StoredTable {
    /// Writes the table as CSV with the columns that a row sets; without rows, with every column a row could set.
    fn to_csv(&self) -> Vec<u8> {
        let sets = |row: &Cells, field: Field| row.values.iter().any(|(set, _)| *set == field);
        let is_used = |field: &Field| self.rows.is_empty() || self.rows.iter().any(|row| sets(row, *field));
        let columns = self.kind.table().columns.iter().map(|column| column.field);
        let fields: Vec<Field> = columns.filter(|field| self.fields.contains(field)).filter(is_used).collect();
        let cell = |row: &Cells, field: &Field| {
            row.values.iter().find(|(set, _)| set == field).map_or_else(String::new, |(_, value)| value.clone())
        };
        let headings = fields.iter().map(|field| field.name().to_owned()).collect();
        let records = self.rows.iter().map(|row| fields.iter().map(|field| cell(row, field)).collect::<Vec<String>>());
        let mut writer = csv::Writer::from_writer(Vec::new());
        for record in std::iter::once(headings).chain(records) {
            // Writing to memory cannot fail.
            let _ = writer.write_record(&record);
        }
        writer.into_inner().unwrap_or_default()
    }
}
