//! One row of a table: its values read exactly, each fault reported with file, row, column and value.

use super::binding::{Binding, Source};
use super::cell::{CellKind, Fields, Flaw};
use super::date_format::{DateFormat, period_of};
use super::fault::{NotDecimal, NumberKind, ValueFault};
use super::log::{Reported, shown};
use super::name::{NameFault, cleaned};
pub(super) use super::shared::{Dimension, Shared};
use super::table::{Column, Field, Kind};
use crate::channel::{Name, OpportunityStatus, SegmentKey};
use crate::finding::Finding;
use crate::units::{Currency, DecimalFault, Money, Month, parse_decimal};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;

/// Longest text for people, in characters.
const MAX_TEXT: usize = 2_000;

/// One row under its binding.
pub(super) struct Row<'a> {
    pub binding: &'a Binding<'a>,
    pub fields: Fields<'a>,
    pub number: u64,
    pub shared: &'a mut Shared,
}

impl<'a> Row<'a> {
    /// Text of a column: translated as the mapping says, `None` when there is none.
    pub fn text(&self, field: Field) -> Option<&'a str> {
        let text = match self.binding.source(field) {
            Source::Absent => return None,
            Source::Constant(constant) => return Some(constant),
            Source::Column(index) => self.fields.text(*index),
        };
        let text = if self.binding.strips_quote { without_quote(text) } else { text };
        if let Some(words) = self.binding.map.and_then(|map| map.values.get(&field)) {
            let translated = words.get(&super::table::folded(text)).or_else(|| words.get("*"));
            let text = translated.map_or(text, String::as_str);
            return (!text.is_empty()).then_some(text);
        }
        (!text.is_empty()).then_some(text)
    }

    /// Reports that the value of `field` cannot be used.
    pub fn reject(&mut self, field: Field, fault: ValueFault) -> Reported {
        let value = self.text(field).unwrap_or_default();
        let place = self.binding.location.place(self.number, self.binding.heading(field), value);
        self.shared.log.add(Finding::from(fault).at(place))
    }

    /// Name of the column that holds `field`.
    pub fn column(&self, field: Field) -> String {
        self.binding.heading(field).to_owned()
    }

    /// Type that the value of a column has in its file; a constant of the mapping file and a translated value are text.
    pub fn kind(&self, field: Field) -> CellKind {
        match self.binding.source(field) {
            Source::Column(index) if self.text(field) == Some(self.fields.text(*index)) => self.fields.kind(*index),
            _ => CellKind::Text,
        }
    }

    fn declared(&self, field: Field) -> Option<&'static Column> {
        self.binding.table.column(field)
    }

    fn flaw(&mut self, field: Field) -> Result<(), Reported> {
        let Source::Column(index) = self.binding.source(field) else { return Ok(()) };
        let Some(flaw) = self.fields.flaw(*index) else { return Ok(()) };
        let (column, value) = (self.column(field), shown(self.text(field).unwrap_or_default()));
        let fault = match flaw {
            Flaw::Rounded if self.declared(field).is_some_and(|column| column.kind.is_number()) => {
                self.shared.rounded += 1;
                return Ok(());
            }
            Flaw::Rounded => ValueFault::TooManyDigits { column, value },
            Flaw::ErrorValue => ValueFault::ErrorValue { column, value },
            Flaw::NotComputed => ValueFault::NotComputed { column, value },
            Flaw::Nested => ValueFault::Nested { column },
            Flaw::NoDay => ValueFault::TimeOfDay { column, value },
        };
        Err(self.reject(field, fault))
    }

    /// The text of a column; `None` when it is empty, which is reported when the column is required.
    fn value(&mut self, field: Field) -> Result<Option<&'a str>, Reported> {
        self.flaw(field)?;
        let text = self.text(field);
        if text.is_none() && self.declared(field).is_some_and(|column| column.required) {
            let fault = ValueFault::Missing { column: self.column(field), can_skip: !self.binding.strips_quote };
            return Err(self.reject(field, fault));
        }
        Ok(text)
    }

    /// An identifier or name, in one spelling.
    pub fn identifier(&mut self, field: Field) -> Result<Option<Cow<'a, str>>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        self.clean(field, text).map(Some)
    }

    fn clean(&mut self, field: Field, text: &'a str) -> Result<Cow<'a, str>, Reported> {
        match cleaned(text) {
            Ok(text) => Ok(text),
            Err(NameFault::Unwanted(c)) => {
                let (column, value, character) = (self.column(field), shown(text), code_point(c));
                Err(self.reject(field, ValueFault::InvisibleCharacter { column, value, character }))
            }
            Err(NameFault::TooLong) => {
                let (column, limit) = (self.column(field), super::name::LONGEST_NAME);
                Err(self.reject(field, ValueFault::NameTooLong { column, limit }))
            }
        }
    }

    /// A name of one of the shared lists.
    pub fn name(&mut self, field: Field, dimension: Dimension) -> Result<Option<Name>, Reported> {
        let Some(name) = self.identifier(field)? else { return Ok(None) };
        Ok(Some(self.shared.names(dimension).shared(&name)))
    }

    /// The number of a name of one of the shared lists.
    pub fn name_number(&mut self, field: Field, dimension: Dimension) -> Result<Option<u32>, Reported> {
        let Some(name) = self.identifier(field)? else { return Ok(None) };
        Ok(Some(self.shared.names(dimension).number(&name)))
    }

    /// Several names separated by `;`, ascending, each once.
    pub fn names(&mut self, field: Field, dimension: Dimension) -> Result<Vec<Name>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let name = self.clean(field, part)?;
            names.push(self.shared.names(dimension).shared(&name));
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Product line and territory.
    pub fn segment(&mut self) -> Result<SegmentKey, Reported> {
        let product_line = self.name(Field::ProductLine, Dimension::ProductLine);
        let territory = self.name(Field::Territory, Dimension::Territory);
        Ok(SegmentKey { product_line: product_line?, territory: territory? })
    }

    /// Checks the row's currency against the book's.
    pub fn currency(&mut self) -> Result<(), Reported> {
        let Some(text) = self.value(Field::Currency)? else { return Ok(()) };
        if let Some((known, place)) = &self.shared.stated_currency {
            if text == known.code() {
                return Ok(());
            }
            if text.parse::<Currency>().is_ok() {
                let fault = ValueFault::OtherCurrency {
                    column: self.column(Field::Currency),
                    currency: text.to_owned(),
                    book_currency: known.to_string(),
                    stated_at: Some(place.clone()).filter(|place| !place.is_empty()),
                };
                return Err(self.reject(Field::Currency, fault));
            }
        }
        match text.parse::<Currency>() {
            Ok(currency) => {
                let place = format!("{}, {}", self.binding.location.file, self.binding.location.row_word(self.number));
                self.shared.stated_currency = Some((currency, place));
                Ok(())
            }
            Err(_) => {
                let upper = text.to_uppercase();
                let suggestion = upper.parse::<Currency>().is_ok().then_some(upper);
                let (column, value) = (self.column(Field::Currency), shown(text));
                Err(self.reject(Field::Currency, ValueFault::UnknownCurrency { column, value, suggestion }))
            }
        }
    }

    fn decimal(&mut self, field: Field, text: &str, kind: NumberKind) -> Result<Decimal, Reported> {
        // The point of a number that is stored as such is a decimal point, whatever the mapping says of texts.
        let is_text = self.kind(field) == CellKind::Text;
        let comma = is_text && self.binding.map.is_some_and(|map| map.decimal_comma);
        let written: Cow<'_, str> = match comma {
            true if text.contains('.') => return Err(self.not_decimal(field, text, kind)),
            true => Cow::Owned(text.replacen(',', ".", 1)),
            false => Cow::Borrowed(text),
        };
        match parse_decimal(&written) {
            Ok(value) => Ok(value),
            Err(DecimalFault::TooLong) => {
                let (column, value) = (self.column(field), shown(text));
                Err(self.reject(field, ValueFault::DecimalTooLong { column, value, kind }))
            }
            Err(DecimalFault::NotDecimal) => Err(self.not_decimal(field, text, kind)),
        }
    }

    fn not_decimal(&mut self, field: Field, text: &str, kind: NumberKind) -> Reported {
        let (column, value, reason) = (self.column(field), shown(text), NotDecimal::new(text));
        self.reject(field, ValueFault::NotDecimal { column, value, kind, reason })
    }

    /// An exact amount of money.
    pub fn amount(&mut self, field: Field) -> Result<Option<Money>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        let mut amount = self.decimal(field, text, NumberKind::Amount)?;
        if let Some(times) = self.binding.map.and_then(|map| map.times.get(&field)) {
            amount = amount.checked_mul(*times).unwrap_or(Decimal::MAX);
        }
        let from_zero = self.declared(field).is_some_and(|column| column.kind == Kind::AmountFromZero);
        if from_zero && amount < Decimal::ZERO {
            let (column, value) = (self.column(field), shown(text));
            return Err(self.reject(field, ValueFault::Negative { column, value }));
        }
        let currency = self.shared.currency();
        match Money::bounded(amount, currency) {
            Ok(money) => Ok(Some(money)),
            Err(_) => {
                let (column, value) = (self.column(field), shown(text));
                Err(self.reject(field, ValueFault::AmountOutOfRange { column, value }))
            }
        }
    }

    /// A fraction, brought to 1 = 100 % by the mapping's scale.
    pub fn rate(&mut self, field: Field) -> Result<Option<Decimal>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        let scale = self.binding.map.and_then(|map| map.scale.get(&field)).copied();
        let (column, value) = (self.column(field), shown(text));
        let (table, key) = (self.binding.table.name.to_owned(), field.name().to_owned());
        let scale = match self.kind(field) {
            // The value of a cell that is shown as 75 % is 0.75, whatever the mapping says of the column.
            CellKind::Percent => None,
            CellKind::Unformatted if scale.is_some() => {
                return Err(self.reject(field, ValueFault::UnknownFormat { column, value, table, key }));
            }
            _ => scale,
        };
        let number = match text.strip_suffix('%') {
            Some(number) if scale == Some(Decimal::ONE_HUNDRED) => number.trim_end(),
            Some(_) => return Err(self.reject(field, ValueFault::Percent { column, value, table, key })),
            None => text,
        };
        let rate = self.decimal(field, number, NumberKind::Rate)?;
        let rate = match scale {
            Some(scale) => rate.checked_div(scale).unwrap_or(rate),
            None => rate,
        };
        let is_share = self.declared(field).is_some_and(|column| column.kind == Kind::Share);
        if is_share && (rate < Decimal::ZERO || rate > Decimal::ONE) {
            let may_be_percent = rate > Decimal::ONE && scale.is_none();
            return Err(self.reject(field, ValueFault::NotShare { column, value, table, key, may_be_percent }));
        }
        if rate.abs() > Decimal::from(1_000) {
            return Err(self.reject(field, ValueFault::NotRate { column, value, table, key }));
        }
        Ok(Some(rate))
    }

    /// A whole number, zero or more.
    pub fn count(&mut self, field: Field) -> Result<Option<i64>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        let digits = text.strip_suffix(".0").unwrap_or(text);
        let value = if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse::<i64>().ok() } else { None };
        match value.filter(|value| *value <= 1_000_000_000_000) {
            Some(value) => Ok(Some(value)),
            None => {
                let (column, value) = (self.column(field), shown(text));
                Err(self.reject(field, ValueFault::NotCount { column, value }))
            }
        }
    }

    /// A date.
    pub fn date(&mut self, field: Field) -> Result<Option<NaiveDate>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        let format = self.binding.map.and_then(|map| map.date_format);
        let date = format.and_then(|format| format.parse(text)).or_else(|| DateFormat::ISO.parse(text));
        match date {
            Some(date) => Ok(Some(date)),
            None => {
                let (column, value) = (self.column(field), shown(text));
                Err(self.reject(field, ValueFault::NotDate { column, value }))
            }
        }
    }

    /// A stretch of months: its first month and its length.
    pub fn period(&mut self, field: Field) -> Result<Option<(Month, u32)>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        if let Some((_, period)) = self.shared.latest_period.as_ref().filter(|(latest, _)| latest == text) {
            return Ok(Some(*period));
        }
        let format = self.binding.map.and_then(|map| map.date_format);
        let of_date = || format.and_then(|format| format.parse(text)).map(|date| (Month::of(date), 1));
        let period = period_of(text, self.shared.calendar).or_else(of_date);
        if let Some(period) = period {
            self.shared.latest_period = Some((text.to_owned(), period));
            return Ok(Some(period));
        }
        let (column, value) = (self.column(field), shown(text));
        let fault = if text.starts_with("FY") && self.shared.calendar.is_none() {
            ValueFault::NoCalendar { column, value }
        } else {
            ValueFault::NotPeriod { column, value }
        };
        Err(self.reject(field, fault))
    }

    /// `true` or `false`.
    pub fn truth(&mut self, field: Field) -> Result<Option<bool>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        match truth_of(text).or(match text {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        }) {
            Some(truth) => Ok(Some(truth)),
            None => {
                let (column, value) = (self.column(field), shown(text));
                Err(self.reject(field, ValueFault::NotBoolean { column, value }))
            }
        }
    }

    /// Open, won or lost, from `status` or from `is_closed` and `is_won`.
    pub fn status(&mut self) -> Result<OpportunityStatus, Reported> {
        if !self.binding.has(Field::Status) {
            let (closed, won) = (self.truth(Field::IsClosed), self.truth(Field::IsWon));
            return match (closed?, won?) {
                (Some(false), Some(false) | None) => Ok(OpportunityStatus::Open),
                (Some(true), Some(true)) => Ok(OpportunityStatus::Won),
                (Some(true), Some(false)) => Ok(OpportunityStatus::Lost),
                (Some(false), Some(true)) => {
                    let column = self.column(Field::IsWon);
                    Err(self.reject(Field::IsWon, ValueFault::WonButOpen { column }))
                }
                (closed, _) => {
                    let field = if closed.is_none() { Field::IsClosed } else { Field::IsWon };
                    let column = self.column(field);
                    Err(self.reject(field, ValueFault::MissingBoolean { column }))
                }
            };
        }
        let text = self.value(Field::Status)?.unwrap_or_default();
        match text.to_lowercase().as_str() {
            "open" => Ok(OpportunityStatus::Open),
            "won" => Ok(OpportunityStatus::Won),
            "lost" => Ok(OpportunityStatus::Lost),
            "" => {
                Err(self.reject(Field::Status, ValueFault::MissingStatus { column: Field::Status.name().to_owned() }))
            }
            _ => {
                let (column, value) = (self.column(Field::Status), shown(text));
                Err(self.reject(Field::Status, ValueFault::NotStatus { column, value }))
            }
        }
    }

    /// Text for people: no control characters, at most 2,000 characters.
    pub fn words(&mut self, field: Field) -> Result<Option<Cow<'a, str>>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        let single: Cow<'a, str> = if text.contains(['\n', '\r', '\t']) {
            Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
        } else {
            Cow::Borrowed(text)
        };
        if let Some(c) =
            single.chars().find(|c| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
        {
            let (column, character) = (self.column(field), code_point(c));
            return Err(self.reject(field, ValueFault::InvisibleInText { column, character }));
        }
        if single.chars().count() > MAX_TEXT {
            let column = self.column(field);
            return Err(self.reject(field, ValueFault::TextTooLong { column, limit: MAX_TEXT }));
        }
        Ok(Some(single))
    }
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Takes off the `'` that a spreadsheet writer put before text that a spreadsheet would run as a formula.
pub(super) fn without_quote(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => text,
    }
}

/// `true`, `false`, `yes` or `no`, whatever the case.
pub(super) fn truth_of(text: &str) -> Option<bool> {
    ["true", "yes"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
        .then_some(true)
        .or_else(|| ["false", "no"].iter().any(|word| text.eq_ignore_ascii_case(word)).then_some(false))
}
