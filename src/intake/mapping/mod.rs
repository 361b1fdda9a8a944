//! The mapping file: how an export names its tables and columns, and how it writes its values.

mod computed;
mod key;
mod notation;
mod reader;
mod reference;
mod schema;

pub(super) use key::YEARS;
pub use reference::mapping_reference;
pub use schema::mapping_schema;

use super::fault::MappingFault;
use super::table::{Field, TableKind};
use super::value::date_format::DateFormat;
use super::value::notation::Notation;
use super::value::period::YearKind;
use super::value::week::WeekPattern;
use super::value::word::Words;
use crate::finding::{Finding, Findings, Place, Span};
use crate::units::{Currency, FiscalCalendar};
use chrono_tz::Tz;
use encoding_rs::Encoding;
use reader::MapReader;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use toml::de::DeTable;

/// A mapping file, read and checked against the tables' declaration.
///
/// Sections are named like the tables (`[partners]`, `[revenue]`, …); `[extra.NAME]` names a table keyed by partner
/// that is not a standard one; `currency` at the top is the currency of rows that state none.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    pub(super) currency: Option<Currency>,
    /// True when identifiers are Salesforce ids.
    pub(super) salesforce: bool,
    /// True when identifiers that differ in leading zeros, case or spaces only may be the same.
    pub(super) similar_ids: bool,
    /// Time zone that decides the day of a moment with an offset from UTC.
    pub(super) zone: Option<Tz>,
    /// Fiscal year of the export; the vendor's when absent.
    pub(super) calendar: Option<FiscalCalendar>,
    /// Pattern by which weeks belong to months.
    pub(super) weeks: Option<WeekPattern>,
    pub(super) tables: BTreeMap<TableKind, TableMap>,
    pub(super) extra: BTreeMap<String, TableMap>,
}

/// Location and format of one table.
#[derive(Debug, Clone, Default)]
pub(super) struct TableMap {
    /// Text of the mapping file and its name, for findings.
    pub origin: Option<(String, Arc<str>)>,
    /// File, sheet or JSON key.
    pub source: Option<Source>,
    /// Further files or sheets with the same columns.
    pub further: Vec<Source>,
    pub delimiter: Option<u8>,
    pub encoding: Option<&'static Encoding>,
    /// True when double quotes are part of the values.
    pub is_unquoted: bool,
    /// Row of the header, from 1.
    pub header_row: Option<(u64, Span)>,
    /// Number of rows of the header; one when absent.
    pub header_rows: Option<u64>,
    /// Headings of columns whose empty cells have the value above.
    pub fill_down: Vec<(String, Span)>,
    /// Columns that become rows.
    pub unpivot: Option<UnpivotMap>,
    /// True when the partners are the distinct ones of a table with several rows for each.
    pub distinct: bool,
    /// Calendar of a year without a word.
    pub years: Option<YearKind>,
    pub notation: Notation,
    pub dates: DateFormats,
    /// Possible headings of each column.
    pub columns: BTreeMap<Field, (Vec<String>, Span)>,
    /// Columns that stay unread although a heading has their name.
    pub unbound: BTreeSet<Field>,
    pub constants: BTreeMap<Field, String>,
    /// Rates are divided by this.
    pub scale: BTreeMap<Field, Decimal>,
    /// Amounts are multiplied by this.
    pub times: BTreeMap<Field, Decimal>,
    /// Headings whose numbers are multiplied, by the amount that is their product.
    pub products: BTreeMap<Field, Vec<(String, Span)>>,
    /// Headings whose cells are read as one text, by the month or date that they state.
    pub joins: BTreeMap<Field, Vec<(String, Span)>>,
    /// Rows are used only when each of these holds.
    pub keep: Vec<Filter>,
    /// Rows are left out when one of these holds.
    pub skip: Vec<Filter>,
    /// The amounts of rows are subtracted when one of these holds.
    pub subtract: Vec<Filter>,
    /// Their word → ours, by column.
    pub values: BTreeMap<Field, Words>,
    /// Division of cells with several partner identifiers.
    pub split: Option<Split>,
    /// Headings that become attributes; all others when absent.
    pub attributes: Option<Vec<(String, Span)>>,
    /// Heading of the column that has partners above their periods.
    pub outline: Option<(String, Span)>,
    /// Column that the names of the files or sheets are the values of.
    pub names: Option<NamesMap>,
    /// Table that further columns come from.
    pub lookup: Option<LookupMap>,
    /// Headings of month and amount of the won opportunities, if those are the revenue.
    pub won_revenue: Option<BTreeMap<Field, (Vec<String>, Span)>>,
    /// Columns that say which rows are won, for revenue that is the won opportunities.
    pub won: Option<Box<WonMap>>,
}

/// Table that has further columns for the rows of another one.
#[derive(Debug, Clone)]
pub(super) struct LookupMap {
    /// The other file or sheet.
    pub source: Source,
    /// Heading of the key in this table.
    pub own: String,
    /// Heading of the key in the other table.
    pub theirs: String,
}

/// Columns that say which opportunities are won.
#[derive(Debug, Clone)]
pub(super) struct WonMap {
    /// Possible headings of `status`, `is_closed` and `is_won`.
    pub columns: BTreeMap<Field, Vec<String>>,
    /// Their word → ours, by column.
    pub words: BTreeMap<Field, Words>,
}

/// Column whose values are the names of the files or sheets.
#[derive(Debug, Clone)]
pub(super) struct NamesMap {
    pub column: Field,
    /// Word beside the value.
    pub word: Option<String>,
    /// Calendar year of names that state none.
    pub year: Option<u32>,
}

/// Columns that become rows, one per period.
#[derive(Debug, Clone)]
pub(super) struct UnpivotMap {
    pub periods: Periods,
    /// Column of the table that the cells belong to; the table's required amount when absent.
    pub amount: Option<Field>,
    /// Calendar year of headings that state none.
    pub year: Option<u32>,
    /// Heading of the column that has the year of headings that state none.
    pub year_column: Option<(String, Span)>,
    /// True when the name of each file or sheet has the year of headings that state none.
    pub is_year_named: bool,
    /// Word that the headings have beside the period.
    pub word: Option<String>,
    pub span: Span,
}

impl UnpivotMap {
    /// True when the rows of a table may be of different years.
    pub fn is_year_by_row(&self) -> bool {
        self.year_column.is_some() || self.is_year_named
    }
}

/// Headings that are periods.
#[derive(Debug, Clone)]
pub(super) enum Periods {
    /// Every heading that reads as a month.
    Months,
    /// Every heading that reads as a week.
    Weeks,
    /// Every heading that is a date.
    Days,
    /// These.
    Headings(Vec<(String, Span)>),
}

/// Source of a table: a file, a sheet, or a sheet of a file.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// File of the book's directory, or key of a JSON document.
    pub file: Option<String>,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Place of the first key that names the source.
    pub span: Span,
}

impl Source {
    /// The source as a reader knows it: `file`, `sheet`, or `file!sheet`.
    pub fn name(&self) -> String {
        match (&self.file, &self.sheet) {
            (Some(file), Some(sheet)) => format!("{file}!{sheet}"),
            (file, sheet) => file.as_ref().or(sheet.as_ref()).cloned().unwrap_or_default(),
        }
    }
}

/// Formats of the dates of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct DateFormats {
    /// Formats of every column without its own.
    pub all: Vec<DateFormat>,
    /// Formats of single columns.
    pub by_column: BTreeMap<Field, Vec<DateFormat>>,
}

impl DateFormats {
    /// The formats of a column.
    pub fn of(&self, field: Field) -> &[DateFormat] {
        self.by_column.get(&field).unwrap_or(&self.all)
    }
}

/// Division of a row whose cell names several partners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Split {
    /// Text between the identifiers.
    pub separator: String,
    /// Rule by which a partner gets the row.
    pub rule: SplitRule,
}

/// Rule for a row that names several partners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SplitRule {
    /// Each gets an equal part of the amount.
    Equal,
    /// The first gets the whole row.
    First,
}

/// A heading and the values that it must have.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    pub heading: String,
    pub span: Span,
    pub values: Vec<String>,
}

impl TableMap {
    /// Takes from `shared`, the keys at the top of the file, what the section does not state itself.
    fn inherit(&mut self, shared: &Self) {
        match &mut self.source {
            Some(own) => own.file = own.file.take().or_else(|| shared.source.as_ref()?.file.clone()),
            None => (self.source, self.further) = (shared.source.clone(), shared.further.clone()),
        }
        let first = self.source.clone();
        for further in &mut self.further {
            further.file = further.file.take().or_else(|| first.as_ref()?.file.clone());
            further.sheet = further.sheet.take().or_else(|| first.as_ref()?.sheet.clone());
        }
        self.delimiter = self.delimiter.or(shared.delimiter);
        self.is_unquoted |= shared.is_unquoted;
        self.encoding = self.encoding.or(shared.encoding);
        self.header_row = self.header_row.or(shared.header_row);
        self.header_rows = self.header_rows.or(shared.header_rows);
        self.years = self.years.or(shared.years);
        self.notation = self.notation.or(shared.notation);
        if self.dates.all.is_empty() {
            self.dates.all.clone_from(&shared.dates.all);
        }
    }

    /// The place of `span` in the mapping file.
    pub fn place(&self, span: Span, label: &str) -> Place {
        match &self.origin {
            Some((file, text)) => Place::text(file.clone(), text, span, label),
            None => Place::file("mapping"),
        }
    }
}

/// True when the key `name` of a section may also be written at the top, for every section without it.
pub(super) fn is_shared(name: &str) -> bool {
    key::Key::named(name, key::Scope::Section).is_some_and(|key| key.scope() == key::Scope::Shared)
}

impl Mapping {
    /// Reads and checks the mapping file at `path`.
    pub fn read(path: &Path) -> Result<Self, Findings> {
        let file = path.display().to_string();
        let refuse = |fault: MappingFault| Findings::from(Finding::from(fault).at(Place::file(file.clone())));
        let bytes =
            std::fs::read(path).map_err(|error| refuse(MappingFault::Unreadable { reason: error.to_string() }))?;
        let text = String::from_utf8(bytes).map_err(|_| refuse(MappingFault::NotUtf8 {}))?;
        Self::parse(&file, &text)
    }

    /// Gives distinct partners whose section names no source that of the revenue, with its layout and notation.
    fn share_source(&mut self) {
        let Some(revenue) = self.tables.get(&TableKind::Revenue).cloned() else { return };
        let partners = self.tables.get_mut(&TableKind::Partners);
        let Some(partners) = partners.filter(|partners| partners.distinct && partners.source.is_none()) else { return };
        (partners.source, partners.further) = (revenue.source, revenue.further);
        partners.lookup = partners.lookup.take().or(revenue.lookup);
        partners.outline = partners.outline.take().or(revenue.outline);
        partners.names = partners.names.take().or(revenue.names);
        let id = Field::PartnerId;
        if let Some((headings, span)) = revenue.columns.get(&id).filter(|_| !partners.unbound.contains(&id)) {
            let own = [id.name().to_owned()].into_iter().chain(headings.iter().cloned());
            partners.columns.entry(id).or_insert_with(|| (own.collect(), *span));
        }
        partners.header_row = partners.header_row.or(revenue.header_row);
        partners.header_rows = partners.header_rows.or(revenue.header_rows);
        partners.delimiter = partners.delimiter.or(revenue.delimiter);
        partners.encoding = partners.encoding.or(revenue.encoding);
        partners.is_unquoted |= revenue.is_unquoted;
        if partners.dates.all.is_empty() && partners.dates.by_column.is_empty() {
            partners.dates = revenue.dates;
        }
        if partners.notation == Notation::default() {
            partners.notation = revenue.notation;
        }
        partners.split = partners.split.take().or(revenue.split);
        for (own, other) in [(&mut partners.keep, revenue.keep), (&mut partners.skip, revenue.skip)] {
            if own.is_empty() {
                *own = other;
            }
        }
        if partners.fill_down.is_empty() {
            partners.fill_down = revenue.fill_down;
        }
    }

    /// Reads and checks the text of a mapping file; `file` is its name in findings.
    ///
    /// ```
    /// let text = "[revenue]\nfile = \"sales.csv\"\ncolumns.amount = \"Net\"\n";
    /// assert!(quotient::intake::Mapping::parse("map.toml", text).is_ok());
    /// assert!(quotient::intake::Mapping::parse("map.toml", "[revenu]\n").is_err());
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<Self, Findings> {
        let text: Arc<str> = text.strip_prefix('\u{FEFF}').unwrap_or(text).into();
        let mut reader = MapReader { file, text: Arc::clone(&text), findings: Findings::new() };
        let (root, errors) = DeTable::parse_recoverable(&text);
        for error in errors {
            let span = error.span().unwrap_or_default();
            let reason = error.message().lines().next().unwrap_or_default().to_owned();
            reader.report(MappingFault::Syntax { reason }, span);
        }
        let mut mapping = Self::default();
        if reader.findings.is_empty() {
            reader.root(root.get_ref(), &mut mapping);
            reader.add_won_revenue(&mut mapping);
            mapping.share_source();
        }
        reader.findings.sort();
        if reader.findings.has_errors() { Err(reader.findings) } else { Ok(mapping) }
    }
}
