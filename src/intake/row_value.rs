//! Numbers, dates, periods and words of a row: text under the mapping's notation, typed cells as they are.

use super::cell::CellKind;
use super::fault::{NotDecimal, NumberKind, ValueFault};
use super::log::{Reported, shown};
use super::outcome::known;
use super::row::{Row, Written};
use super::sheet::Numbering;
use super::table::{Field, Kind};
use super::value::currency_name;
use super::value::currency_sign::{Meaning, meaning};
use super::value::date::{self, DateFault};
use super::value::date_format::DateFormat;
use super::value::notation::{Dash, Notation, Number};
use super::value::number::{self, NumberFault};
use super::value::word::truth_of;
use crate::channel::OpportunityStatus;
use crate::units::{Currency, Money, plain};
use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Reads a number of a cell: the text of a typed cell as it is, any other text under `notation`.
pub(super) fn number_of<'a>(
    Written { text, kind, is_ours }: Written<'a>,
    notation: Notation,
) -> Result<Number<'a>, NumberFault> {
    if kind.is_number() {
        return number::typed(text).map(Number::plain);
    }
    number::read(text, if is_ours { Notation::default() } else { notation })
}

/// The fault of a value of `column` that is not a number.
pub(super) fn not_number(column: &str, text: &str, fault: NumberFault, kind: NumberKind) -> ValueFault {
    let (column, value) = (column.to_owned(), shown(text));
    let reason = match fault {
        NumberFault::TooLong => return ValueFault::DecimalTooLong { column, value, kind },
        NumberFault::Dash if kind == NumberKind::Amount => NotDecimal::Dash,
        NumberFault::Dash => NotDecimal::NoNumber,
        NumberFault::Not(reason) => reason,
    };
    ValueFault::NotDecimal { column, value, kind, reason }
}

/// The fault of an amount whose sign or code does not mean `currency`, if any does not.
pub(super) fn other_currency(column: &str, text: &str, number: &Number<'_>, currency: Currency) -> Option<ValueFault> {
    number.currencies.iter().flatten().find_map(|word| {
        let (column, value) = (column.to_owned(), shown(text));
        match meaning(word, currency) {
            Meaning::Same => None,
            Meaning::Other => {
                let (sign, book_currency) = ((*word).to_owned(), currency.to_string());
                Some(ValueFault::AmountCurrency { column, value, sign, book_currency })
            }
            Meaning::Unknown => Some(not_number(&column, text, NotDecimal::Word.into(), NumberKind::Amount)),
        }
    })
}

/// Reads a date of a cell: a typed cell as it is, any other text under `formats`.
pub(super) fn date_of(
    Written { text, kind, is_ours }: Written<'_>,
    formats: &[DateFormat],
    zone: Option<Tz>,
    column: &str,
) -> Result<NaiveDate, ValueFault> {
    if kind.is_number() && !(text.len() == 8 && is_digits(text)) {
        return Err(ValueFault::SerialDate { column: column.to_owned(), value: shown(text) });
    }
    let formats = if is_ours || kind != CellKind::Text { &[] } else { formats };
    date::read(text, formats, zone).map_err(|fault| {
        let (column, value) = (column.to_owned(), shown(text));
        match fault {
            DateFault::Not(formats) => ValueFault::NotDate { column, value, formats },
            DateFault::Two(first, second) => {
                ValueFault::TwoDates { column, value, first: first.to_string(), second: second.to_string() }
            }
        }
    })
}

impl<'a> Row<'a> {
    fn notation(&self) -> Notation {
        self.binding.notation
    }

    /// Checks the row's currency against the book's.
    pub fn currency(&mut self) -> Result<(), Reported> {
        let Some(Written { text, .. }) = self.value(Field::Currency)? else { return Ok(()) };
        if let Some((known, place)) = &self.shared.stated_currency {
            if text == known.code() {
                return Ok(());
            }
            let stated = currency_of(text);
            if stated == Some(*known) {
                return Ok(());
            }
            if stated.is_some() {
                let fault = ValueFault::OtherCurrency {
                    column: self.column(Field::Currency),
                    currency: text.to_owned(),
                    book_currency: known.to_string(),
                    stated_at: Some(place.clone()).filter(|place| !place.is_empty()),
                };
                return Err(self.reject(Field::Currency, fault));
            }
        }
        match currency_of(text) {
            Some(currency) => {
                let place = format!("{}, {}", self.binding.location.file, self.binding.location.row_word(self.number));
                self.shared.stated_currency = Some((currency, place));
                self.check_signs(currency);
                Ok(())
            }
            None => {
                let upper = text.to_uppercase();
                let suggestion = upper.parse::<Currency>().is_ok().then_some(upper);
                let (column, value) = (self.column(Field::Currency), shown(text));
                Err(self.reject(Field::Currency, ValueFault::UnknownCurrency { column, value, suggestion }))
            }
        }
    }

    /// A number without currency; `None` for a dash that means not known.
    fn number(&mut self, field: Field, written: Written<'a>, kind: NumberKind) -> Result<Option<Number<'a>>, Reported> {
        let notation = self.notation();
        if written.kind == CellKind::Text
            && !written.is_ours
            && let Some(value) = number::plain(written.text, notation)
        {
            return Ok(Some(Number::plain(value)));
        }
        let number = match (number_of(written, notation), notation.dash) {
            (Err(NumberFault::Dash), Some(dash)) if kind == NumberKind::Amount => match dash {
                Dash::Zero => return Ok(Some(Number::plain(Decimal::ZERO))),
                Dash::Empty => return Ok(None),
            },
            (Err(fault), _) => {
                let fault = not_number(&self.column(field), written.text, fault, kind);
                return Err(self.reject(field, fault));
            }
            (Ok(number), _) => number,
        };
        let is_word = kind != NumberKind::Amount && number.has_currency();
        let is_percent = kind != NumberKind::Rate && number.is_percent;
        if is_word || is_percent {
            let reason = if is_word { NotDecimal::Word } else { NotDecimal::Percent };
            let fault = not_number(&self.column(field), written.text, reason.into(), kind);
            return Err(self.reject(field, fault));
        }
        if kind != NumberKind::Rate && written.kind == CellKind::Percent {
            let (column, value) = (self.column(field), shown(written.text));
            return Err(self.reject(field, ValueFault::PercentCell { column, value, kind }));
        }
        if number.is_shortened {
            let (column, value, number) = (self.column(field), shown(written.text), plain(number.value));
            self.warn(field, ValueFault::Exponent { column, value, number });
        }
        Ok(Some(number))
    }

    /// An exact amount of money.
    pub fn amount(&mut self, field: Field) -> Result<Option<Money>, Reported> {
        let Some(written) = self.value(field)? else { return Ok(None) };
        let currency = self.shared.currency();
        let Some(mut number) = self.number(field, written, NumberKind::Amount)? else {
            if self.declared(field).is_some_and(|column| column.required) {
                let fault = ValueFault::Missing { column: self.column(field), can_skip: !self.binding.strips_quote };
                return Err(self.reject(field, fault));
            }
            return Ok(None);
        };
        let is_shown = self.check_format(field, written, &mut number)?;
        if number.has_currency() && !is_shown {
            if let Some(fault) =
                other_currency(self.binding.heading_in(self.fields, field), written.text, &number, currency)
            {
                return Err(self.reject(field, fault));
            }
            self.note_signs(field, written, &number);
        }
        if !self.shared.points.is_decimal {
            self.note_point(field, written);
        }
        let mut amount = number.value;
        if let Some(times) = self.binding.map.and_then(|map| map.times.get(&field)) {
            amount = amount.checked_mul(*times).unwrap_or(Decimal::MAX);
        }
        if self.binding.subtracts(self.fields) {
            if amount < Decimal::ZERO {
                let (column, value) = (self.column(field), shown(written.text));
                return Err(self.reject(field, ValueFault::SubtractedTwice { column, value }));
            }
            amount = -amount;
        }
        let from_zero = self.declared(field).is_some_and(|column| column.kind == Kind::AmountFromZero);
        if from_zero && amount < Decimal::ZERO {
            let (column, value) = (self.column(field), shown(written.text));
            return Err(self.reject(field, ValueFault::Negative { column, value }));
        }
        match Money::bounded(amount, currency) {
            Ok(money) => Ok(Some(money)),
            Err(_) => {
                let (column, value) = (self.column(field), shown(written.text));
                Err(self.reject(field, ValueFault::AmountOutOfRange { column, value }))
            }
        }
    }

    /// Notes whether the point of an amount could separate thousands, unless the mapping file states the notation.
    fn note_point(&mut self, field: Field, Written { text, kind, is_ours }: Written<'_>) {
        let notation = self.notation();
        let is_stated = notation.decimal.is_some() || notation.thousands.is_some();
        // The notation of a document of ours is known.
        let is_document =
            self.binding.map.is_none() && matches!(self.binding.location.numbering, Numbering::Members(_));
        if is_stated || is_ours || is_document || kind != CellKind::Text {
            return;
        }
        let Some((whole, fraction)) = text.split_once('.') else { return };
        let digits = whole.trim_start_matches(|c: char| !c.is_ascii_digit());
        let is_group = (1..=3).contains(&digits.len()) && !digits.starts_with('0');
        let decimals = fraction.bytes().take_while(u8::is_ascii_digit).count();
        // Three decimals are usual in some currencies.
        if !is_group || decimals != 3 || self.shared.currency().decimals() > 2 {
            self.shared.points.is_decimal = true;
            return;
        }
        self.shared.points.count += 1;
        if self.shared.points.first.is_none() {
            let place = self.binding.location.place(self.number, self.binding.heading_in(self.fields, field), text);
            self.shared.points.first = Some((shown(text), place));
        }
    }

    /// A fraction: text or a cell in percent by itself, any other number brought to 1 = 100 % by the mapping's scale.
    pub fn rate(&mut self, field: Field) -> Result<Option<Decimal>, Reported> {
        let Some(written) = self.value(field)? else { return Ok(None) };
        let by_heading = || self.binding.percents.contains(&field).then_some(Decimal::ONE_HUNDRED);
        let scale = self.binding.map.and_then(|map| map.scale.get(&field)).copied().or_else(by_heading);
        let words = |row: &Self| {
            let (table, key) = (row.binding.table.name.to_owned(), field.name().to_owned());
            (row.column(field), shown(written.text), table, key)
        };
        if written.kind == CellKind::Unformatted && scale.is_some() {
            let (column, value, table, key) = words(self);
            return Err(self.reject(field, ValueFault::UnknownFormat { column, value, table, key }));
        }
        let Some(number) = self.number(field, written, NumberKind::Rate)? else { return Ok(None) };
        let is_fraction = number.is_percent || written.kind == CellKind::Percent;
        let divisor = match scale {
            _ if number.is_percent => Some(Decimal::ONE_HUNDRED),
            Some(scale) if !is_fraction => Some(scale),
            _ => None,
        };
        let rate = divisor.map_or(number.value, |by| number.value.checked_div(by).unwrap_or(number.value));
        let is_share = self.declared(field).is_some_and(|column| column.kind == Kind::Share);
        if is_share && (rate < Decimal::ZERO || rate > Decimal::ONE) {
            let (column, value, table, key) = words(self);
            let may_be_percent = rate > Decimal::ONE && scale.is_none() && !is_fraction;
            return Err(self.reject(field, ValueFault::NotShare { column, value, table, key, may_be_percent }));
        }
        if rate.abs() > Decimal::from(1_000) {
            let (column, value, table, key) = words(self);
            return Err(self.reject(field, ValueFault::NotRate { column, value, table, key }));
        }
        Ok(Some(rate))
    }

    /// A whole number, zero or more.
    pub fn count(&mut self, field: Field) -> Result<Option<i64>, Reported> {
        let Some(written) = self.value(field)? else { return Ok(None) };
        let Some(number) = self.number(field, written, NumberKind::Count)? else { return Ok(None) };
        match count_of(number.value) {
            Some(count) => Ok(Some(count)),
            None => {
                let (column, value) = (self.column(field), shown(written.text));
                Err(self.reject(field, ValueFault::NotCount { column, value }))
            }
        }
    }

    /// A date.
    pub fn date(&mut self, field: Field) -> Result<Option<NaiveDate>, Reported> {
        let Some(written) = self.value(field)? else { return Ok(None) };
        let formats = self.binding.map.map(|map| map.dates.of(field)).unwrap_or_default();
        let date = date_of(written, formats, self.shared.zone, self.binding.heading_in(self.fields, field));
        date.map(Some).map_err(|fault| self.reject(field, fault))
    }

    /// `true` or `false`.
    pub fn truth(&mut self, field: Field) -> Result<Option<bool>, Reported> {
        let Some(Written { text, .. }) = self.value(field)? else { return Ok(None) };
        match truth_of(text).or(matches!(text, "0" | "1").then_some(text == "1")) {
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
        let text = self.value(Field::Status)?.map_or("", |written| written.text);
        match known(text) {
            Some(status) => Ok(status),
            None if text.is_empty() => {
                Err(self.reject(Field::Status, ValueFault::MissingStatus { column: Field::Status.name().to_owned() }))
            }
            None => {
                let (column, value) = (self.column(Field::Status), shown(text));
                Err(self.reject(Field::Status, ValueFault::NotStatus { column, value }))
            }
        }
    }
}

/// The currency that `text` is the code or the name of.
fn currency_of(text: &str) -> Option<Currency> {
    text.parse().ok().or_else(|| currency_name::named(text))
}

pub(super) fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number from zero up, small enough to count anything.
pub(super) fn count_of(value: Decimal) -> Option<i64> {
    let count = value.fract().is_zero().then(|| value.trunc().to_i64()).flatten();
    count.filter(|count| (0..=1_000_000_000_000).contains(count))
}
