//! Evidence in the columns of a table: shares of numbers, dates and words, and the notation of their values.

use super::super::cell::{CellKind, Fields, Flaw};
use super::super::header::unnamed;
use super::super::label::{footer_phrase, label};
use super::super::sheet::{Rows, Sheet};
use super::super::table::Field;
use super::super::value::week::{HEADINGS, Week};
use super::super::value::word::truth_of;
use super::dates::{Dates, is_date};
use super::header::{Header, find_header};
use super::heading::{compared, named_currency, rank, stated_currency};
use super::names::Names;
use super::notation::{Notation, is_dash, is_number};
use super::period_heading::{is_numbered_period, part, year_of};
use super::synonym::SYNONYMS;
use crate::units::Currency;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most different values of a column that are remembered.
const MOST_VALUES: usize = 50_000;
/// Values like those below from which a row is not a header.
const FEWEST_VALUES: usize = 2;
/// Added to the rank of a heading that is known without the group above it only.
const LOWER_RANK: usize = 10_000;
/// Share of the cells, out of ten, that must be of a kind.
const TENTHS: u64 = 9;

/// Properties of a text file that the mapping file states.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    /// Encoding of a text that is not UTF-8.
    pub encoding: Option<&'static str>,
    /// True when double quotes are part of the values.
    pub is_unquoted: bool,
}

/// A table with the evidence in its columns.
#[derive(Debug)]
pub(super) struct Profile {
    /// The table itself, with its header in place.
    pub sheet: Sheet,
    /// Index in the store.
    pub table: usize,
    /// File as the user knows it, `file!Sheet` for workbooks.
    pub file: String,
    /// Name of the table: the file's without extension, the sheet's, or the JSON key.
    pub name: String,
    /// First row of the header; 0 in a JSON document.
    pub header_row: u64,
    /// Number of rows of the header.
    pub header_rows: u64,
    /// Reason for a header of several rows.
    pub header_reason: &'static str,
    /// Texts of the rows above the header.
    pub titles: Vec<String>,
    /// Rows below the header.
    pub rows: u64,
    /// Heading of the column that had the partners above their periods.
    pub outline: Option<String>,
    /// The column that the names of several files or sheets are the values of.
    pub names: Option<Names>,
    /// Properties of a text file.
    pub text: Text,
    /// The columns in order.
    pub columns: Vec<Column>,
    /// A number for the content of each row, whatever the order of rows and columns; ascending.
    pub contents: Vec<u64>,
}

/// A column with its evidence.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    pub index: usize,
    pub heading: String,
    /// The lowest part of a heading of two rows; the heading itself in a header of one.
    pub lowest: String,
    /// Cells with and without a value; empty cells below the last value do not count.
    pub filled: u64,
    pub empty: u64,
    trailing: u64,
    /// Cells equal to the cell above.
    pub repeats: u64,
    /// Numbers, typed or as text.
    pub numbers: u64,
    /// Numbers above 1, and percent written as text.
    pub above_one: u64,
    pub percents: u64,
    /// Cells that a workbook stores as dates.
    pub typed_dates: u64,
    pub dates: Dates,
    pub truths: u64,
    /// Cells with a dash alone, as accounting formats write zero.
    pub dashes: u64,
    /// Cells with a list of objects.
    pub nested: u64,
    pub notation: Notation,
    /// Different values, and how often each occurs; at most 50,000.
    pub values: BTreeMap<Box<str>, u64>,
    latest: Box<str>,
}

impl Profile {
    /// True for rows with a date from which they count.
    pub fn is_dated(&self) -> bool {
        self.best(Field::ValidFrom, Column::is_date).is_some()
    }
}

impl Column {
    /// The rank of the heading among the synonyms of `field`; behind all others when only its lowest part is one.
    pub fn rank(&self, field: Field) -> Option<usize> {
        rank(field, &self.heading).or_else(|| Some(LOWER_RANK + rank(field, &self.lowest)?))
    }

    fn add(&mut self, text: &str, kind: CellKind) {
        if text.is_empty() {
            self.trailing += 1;
            return;
        }
        self.empty += std::mem::take(&mut self.trailing);
        self.filled += 1;
        self.repeats += u64::from(*text == *self.latest);
        self.latest = text.into();
        if self.values.len() < MOST_VALUES || self.values.contains_key(text) {
            *self.values.entry(text.into()).or_default() += 1;
        }
        match kind {
            CellKind::Date => self.typed_dates += 1,
            CellKind::Truth => self.truths += 1,
            CellKind::Number | CellKind::Percent | CellKind::Signed(_) | CellKind::Unformatted => {
                if let CellKind::Signed(sign) = kind {
                    self.notation.add_currency(sign);
                }
                self.numbers += 1;
                self.above_one += u64::from(kind != CellKind::Percent && is_above_one(text));
            }
            CellKind::Text => self.add_text(text),
        }
    }

    fn add_text(&mut self, text: &str) {
        self.truths += u64::from(truth_of(text).is_some());
        // `202501` and `20250131` are numbers as well; the heading decides.
        if self.dates.add(text) && !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        self.dashes += u64::from(is_dash(text));
        if is_number(text) {
            self.numbers += 1;
            self.percents += u64::from(text.ends_with('%'));
            self.above_one += u64::from(is_above_one(text));
            self.notation.add(text);
        }
    }

    /// The first of the periods of a column that has nothing but those such as `001.2025`.
    pub fn numbered_period(&self) -> Option<&str> {
        let first = self.values.keys().next()?;
        self.values.keys().all(|text| is_numbered_period(text)).then_some(first)
    }

    /// True when nearly all cells are of the kind that `count` counts.
    fn is_mostly(&self, count: u64) -> bool {
        self.filled > 0 && count * 10 >= self.filled * TENTHS
    }

    pub fn is_amount(&self) -> bool {
        self.numbers > 0 && self.is_mostly(self.numbers + self.dashes)
    }

    pub fn is_date(&self) -> bool {
        self.is_mostly(self.typed_dates + self.dates.count()) || self.are_weeks()
    }

    /// True for the years and numbers of weeks, such as `202501` to `202552`.
    pub fn are_weeks(&self) -> bool {
        let is_late = |text: &str| Week::numbered(text).is_some_and(Week::is_after_twelve);
        self.filled > 0
            && self.values.keys().all(|text| Week::numbered(text).is_some())
            && (HEADINGS.contains(&compared(&self.heading).as_str()) || self.values.keys().any(|text| is_late(text)))
    }

    pub fn is_truth(&self) -> bool {
        self.is_mostly(self.truths)
    }

    /// True for few distinct values that group rows.
    pub fn is_group(&self) -> bool {
        let few = self.values.len() <= 300 && (self.values.len() as u64) * 2 <= self.filled.max(8);
        self.filled > 0
            && few
            && !self.is_date()
            && !(self.is_amount() && self.notation.currencies.is_empty() && self.above_one > 0)
    }

    /// True when the values are numbers of documents, such as `#1001`.
    pub fn are_numbers(&self) -> bool {
        let is_number = |value: &str| {
            let rest = value.strip_prefix('#').unwrap_or_default();
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
        };
        self.filled > 0 && self.values.keys().all(|value| is_number(value))
    }

    /// Cells without a value, those below the last value included.
    pub fn blank(&self) -> u64 {
        self.empty + self.trailing
    }

    /// True when no value occurs twice, or nearly none.
    pub fn is_unique(&self) -> bool {
        self.filled > 1 && (self.values.len() as u64) * 100 >= self.filled * 99
    }

    /// True when each value is written once and the cells below it are blank.
    pub fn is_blank_below(&self) -> bool {
        self.repeats == 0 && self.empty * 2 >= self.filled && self.filled > 0 && {
            (self.values.len() as u64) * 100 >= self.filled * 90
        }
    }

    /// A date, where the dates of the column span fewer months with day and month in the other order than in `format`.
    pub fn swapped(&self, format: &str) -> Option<&str> {
        let numbers = self.values.keys().filter_map(|text| Dates::numbers_of(text));
        let (firsts, seconds): (BTreeSet<u32>, BTreeSet<u32>) = numbers.unzip();
        let (own, other) = if format.starts_with('D') { (seconds, firsts) } else { (firsts, seconds) };
        let is_odd = other.len() < own.len() && self.dates.fits(format);
        self.values.keys().next().map(|text| &**text).filter(|_| is_odd)
    }

    /// Currencies, if every value is the code or the name of one.
    pub fn currencies(&self) -> Vec<Currency> {
        let few = self.values.len() <= 20 && self.filled > 0;
        let codes = few.then(|| self.values.keys().map(|text| named_currency(text)).collect::<Option<Vec<_>>>());
        codes.flatten().unwrap_or_default()
    }

    /// True when every value is the code of a common currency.
    pub fn are_codes(&self) -> bool {
        let codes = self.currencies();
        !codes.is_empty() && codes.iter().all(|code| stated_currency(code.code()).is_some())
    }
}

fn is_above_one(text: &str) -> bool {
    let whole = text.trim_start_matches(['-', '+', '(']).split(['.', ',', '%', ' ']).next().unwrap_or_default();
    let whole = whole.trim_start_matches('0');
    whole.len() > 1 || (whole.len() == 1 && whole != "1")
}

impl Profile {
    /// Looks at every row of `sheet`, the table `table` of the store called `name`.
    pub fn of(table: usize, name: &str, mut sheet: Sheet, text: Text) -> Self {
        let header = find_header(&mut sheet);
        Self::with_header((table, name), sheet, text, header, None)
    }

    /// The same below a known header, with the names of the files or sheets as a column.
    pub fn with_header(
        (table, name): (usize, &str),
        sheet: Sheet,
        text: Text,
        header: Header,
        names: Option<Names>,
    ) -> Self {
        let Header { titles, rows: header_rows, lowest, reason } = header;
        let column = |(index, heading): (usize, &String)| {
            let lowest = lowest.get(index).filter(|lowest| !lowest.is_empty()).unwrap_or(heading).clone();
            Column { index, heading: heading.clone(), lowest, ..Column::default() }
        };
        let mut columns: Vec<Column> = sheet.headings.iter().enumerate().map(column).collect();
        if let Some(first) = columns.first_mut().filter(|first| first.heading.is_empty()) {
            let mut has_text = false;
            let _ = sheet.for_each(|_, fields: Fields<'_>| has_text |= !fields.text(0).is_empty());
            first.heading = unnamed(0).filter(|_| has_text).unwrap_or_default();
        }
        columns.extend(names.as_ref().map(|names| column((names.at, &names.map.column.name().to_owned()))));
        let (mut rows, mut contents) = (0, Vec::new());
        // What cannot be read is reported when the book is read.
        let _ = sheet.for_each(|row, fields: Fields<'_>| {
            if !is_data(&sheet, fields) {
                return;
            }
            rows += 1;
            contents.push(content(&sheet.headings, fields));
            Names::add(names.as_ref(), row, fields, &mut |_, fields| {
                for column in &mut columns {
                    column.add(fields.text(column.index), fields.kind(column.index));
                    column.nested += u64::from(fields.flaw(column.index) == Some(Flaw::Nested));
                }
            });
        });
        columns.retain(|column| !column.heading.is_empty());
        contents.sort_unstable();
        let (file, name) = (sheet.file.clone(), name.to_owned());
        let header_row = sheet.heading_row.saturating_sub(header_rows - 1);
        let header_reason = reason;
        Self {
            sheet,
            table,
            file,
            name,
            header_row,
            header_rows,
            header_reason,
            titles,
            rows,
            outline: None,
            names,
            text,
            columns,
            contents,
        }
    }

    /// Calls `each` with the number and the fields of every row of data.
    pub fn rows(&self, mut each: impl FnMut(u64, Fields<'_>)) {
        // What cannot be read is reported when the book is read.
        let _ = self.sheet.for_each(|row, fields| {
            if is_data(&self.sheet, fields) {
                Names::add(self.names.as_ref(), row, fields, &mut each);
            }
        });
    }

    /// Calls `each` with the number and the fields of every row below the header, totals and lines of words included.
    pub fn all_rows(&self, mut each: impl FnMut(u64, Fields<'_>)) {
        // What cannot be read is reported when the book is read.
        let _ = self.sheet.for_each(|row, fields| Names::add(self.names.as_ref(), row, fields, &mut each));
    }

    /// True when the row that was taken for the header has values like those below it, and no known heading.
    pub fn lacks_header(&self) -> bool {
        let is_same = |column: &&Column| {
            let heading = column.heading.as_str();
            (is_date(heading) && column.is_date())
                || (is_number(heading) && part(heading).is_none() && year_of(heading).is_none() && column.is_amount())
        };
        let is_known = |column: &Column| SYNONYMS.iter().any(|one| column.rank(one.field).is_some());
        self.columns.iter().filter(is_same).count() >= FEWEST_VALUES && !self.columns.iter().any(is_known)
    }

    /// True when the first row of data has a value in `column`.
    pub fn begins_with(&self, column: &Column) -> bool {
        let mut first = None;
        self.rows(|_, fields| {
            first.get_or_insert(!fields.text(column.index).is_empty());
        });
        first == Some(true)
    }

    /// True for a text whose fields are separated by semicolons.
    pub fn has_semicolons(&self) -> bool {
        matches!(&self.sheet.rows, Rows::Csv(text) if text.delimiter == b';')
    }

    /// The column whose heading is the best synonym of `field` among those that `fits` accepts.
    pub fn best(&self, field: Field, fits: impl Fn(&Column) -> bool) -> Option<&Column> {
        let ranked = self.columns.iter().filter_map(|column| Some((column.rank(field)?, column)));
        ranked
            .filter(|(_, column)| fits(column))
            .min_by_key(|(rank, column)| (*rank, column.index))
            .map(|(_, column)| column)
    }
}

/// A number for the cells of a row with their headings, whatever the order of the columns.
fn content(headings: &[String], fields: Fields<'_>) -> u64 {
    let cells = headings.iter().enumerate().map(|(index, heading)| (heading, fields.text(index)));
    let filled = cells.filter(|(_, text)| !text.is_empty());
    filled.fold(0, |sum, cell| {
        let mut hasher = DefaultHasher::new();
        cell.hash(&mut hasher);
        sum.wrapping_add(hasher.finish())
    })
}

/// True unless the row is a total, a repeated header or a line below the data.
fn is_data(sheet: &Sheet, fields: Fields<'_>) -> bool {
    let is_header = || sheet.headings.iter().enumerate().all(|(index, heading)| fields.text(index) == heading);
    let is_line = sheet.columns() > 2 && fields.filled() < 2;
    let is_named = || (0..4).any(|index| label(fields.text(index)).is_some() || footer_phrase(fields.text(index)));
    let repeats = fields.text(0) == sheet.headings.first().map_or("", String::as_str) && is_header();
    !(is_line || repeats || is_named())
}
