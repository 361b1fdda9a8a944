//! Figures as cells of tables: in files for programs, in workbooks, and for people.

use super::figures::{Figures, count, growth_text, multiple, readable};
use super::guard::guard;
use super::sheet::{Formats, Sheet};
use crate::figure::{About, Column, Format, Kind, Value};
use crate::finding::push_readable;
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format as CellFormat, XlsxError};
use std::fmt::Write as _;

/// The value as a field of CSV: exact amounts, rates with at most six decimals, empty for "not known".
pub(super) fn field(value: &Value<'_>) -> String {
    let mut text = String::new();
    push_field(value, &mut text);
    text
}

/// Adds what [`field`] returns to `out`.
fn push_field(value: &Value<'_>, out: &mut String) {
    match value {
        Value::Money(money) => money.push_exact(out),
        Value::Rate(rate) => out.push_str(&growth_text(*rate)),
        Value::Count(count) => _ = write!(out, "{count}"),
        Value::Text(text) => push_readable(&guard(text), out),
        Value::Truth(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Date(date) => _ = write!(out, "{date}"),
        Value::Month(month) => _ = write!(out, "{month}"),
        Value::NotKnown | Value::Record(_) | Value::OwnRecord(_) | Value::List(_) | Value::OwnList(_) => {}
    }
}

/// The fields of a row one after the other, with the end of each: as many rows are made, in one list each.
#[derive(Debug, Default)]
pub(super) struct Row {
    text: String,
    ends: Vec<usize>,
}

impl Row {
    /// Begins another row.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds the fields of `columns`.
    pub fn add<R>(&mut self, columns: &[Column<R>], row: &R) {
        for column in columns {
            push_field(&(column.read)(row), &mut self.text);
            self.ends.push(self.text.len());
        }
    }

    /// Adds a field.
    pub fn add_field(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(self.text.len());
    }

    /// The fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| self.text.get(*start..*end).unwrap_or_default())
    }
}

/// The value as exact text of a cell: as the workbook shows it, but with all digits of amounts and rates.
pub(super) fn exact_text(about: &About, value: &Value<'_>) -> String {
    match value {
        Value::Money(money) => money.to_exact(),
        Value::Rate(rate) => super::figures::rate_text(*rate),
        Value::Count(count) => count.to_string(),
        Value::Text(text) if about.format == Format::Spaced => text.replace('_', " "),
        Value::Text(text) => text.to_string(),
        Value::Truth(truth) => yes_or_no(*truth).to_owned(),
        Value::Date(date) => date.to_string(),
        Value::Month(month) => month.to_string(),
        Value::NotKnown | Value::Record(_) | Value::OwnRecord(_) | Value::List(_) | Value::OwnList(_) => String::new(),
    }
}

fn yes_or_no(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}

/// The fields of a row.
pub(super) fn fields<R>(columns: &[Column<R>], row: &R) -> impl Iterator<Item = String> {
    columns.iter().map(move |column| field(&(column.read)(row)))
}

/// The headings of columns in files.
pub(super) fn names<R>(columns: &[Column<R>]) -> impl Iterator<Item = &'static str> {
    columns.iter().map(|column| column.about.name)
}

/// The headings of columns in workbooks, which people read.
pub(super) fn titles<R>(columns: &[Column<R>]) -> impl Iterator<Item = String> {
    columns.iter().map(|column| column.about.title())
}

impl Sheet<'_> {
    /// Writes the cells of a row from `first` on; the kind of a figure decides the format of its cell.
    pub(super) fn cells<R>(
        &mut self,
        first: u16,
        columns: &[Column<R>],
        row: &R,
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        (first..).zip(columns).try_for_each(|(at, column)| self.cell(at, column.about, &(column.read)(row), formats))
    }

    /// Writes one cell in the format of its figure.
    pub(super) fn cell(
        &mut self,
        at: u16,
        about: &About,
        value: &Value<'_>,
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        let format = match (about.kind, about.format) {
            (Kind::Money, _) => &formats.money,
            (Kind::Rate, Format::Percent) => &formats.percent,
            (Kind::Rate | Kind::Count, _) => &formats.plain,
            (Kind::Text | Kind::Truth | Kind::Date | Kind::List | Kind::Group, _) => &formats.text,
        };
        self.value(at, about, value, format)
    }

    /// Writes one cell in a given format.
    pub(super) fn value(
        &mut self,
        at: u16,
        about: &About,
        value: &Value<'_>,
        format: &CellFormat,
    ) -> Result<(), XlsxError> {
        match value {
            Value::Money(money) => self.number(at, money.amount(), format),
            Value::Rate(rate) => self.number(at, *rate, format),
            Value::Count(count) => self.number(at, Decimal::from(*count), format),
            Value::Text(text) if about.format == Format::Spaced => self.text(at, &text.replace('_', " "), format),
            Value::Text(text) => self.text(at, text, format),
            Value::Truth(truth) => self.text(at, yes_or_no(*truth), format),
            Value::Date(date) => self.text(at, &date.to_string(), format),
            Value::Month(month) => self.text(at, &month.to_string(), format),
            Value::NotKnown | Value::Record(_) | Value::OwnRecord(_) | Value::List(_) | Value::OwnList(_) => {
                self.text(at, "", format)
            }
        }
    }
}

/// The value for people: rounded amounts, percent, multiples; empty for "not known".
pub(super) fn shown(figures: Figures, about: &About, value: &Value<'_>) -> String {
    match (value, about.format) {
        (Value::Money(money), Format::Signed) => figures.signed(*money),
        (Value::Money(money), _) => figures.money(*money),
        (Value::Rate(rate), Format::Signed) => figures.growth(Some(*rate)),
        (Value::Rate(rate), Format::Multiple) => multiple(Some(*rate)),
        (Value::Rate(rate), _) => figures.percent(*rate),
        (Value::Count(number), _) => usize::try_from(*number).map_or_else(|_| number.to_string(), count),
        (Value::Text(text), Format::Spaced) => readable(text).replace('_', " "),
        (Value::Text(text), _) => super::figures::clipped(text, 40),
        (Value::Truth(truth), _) => yes_or_no(*truth).to_owned(),
        (Value::Date(date), _) => date.to_string(),
        (Value::Month(month), _) => month.to_string(),
        (Value::NotKnown | Value::Record(_) | Value::OwnRecord(_) | Value::List(_) | Value::OwnList(_), _) => {
            String::new()
        }
    }
}
