//! One row of a table: its values read exactly, each fault reported with file, row, column and value.

use super::binding::{Binding, Source};
use super::log::{Log, Reported, shown};
use super::name::{NameFault, Names, cleaned};
use super::sheet::{Fields, Flaw};
use super::table::{Column, Field, Kind};
use crate::channel::{Name, OpportunityStatus, SegmentKey};
use crate::finding::{Code, Finding};
use crate::units::{Currency, DecimalFault, FiscalCalendar, Money, Month, parse_decimal};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// What all tables of a book share while they are read.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub log: Log,
    pub calendar: Option<FiscalCalendar>,
    /// Currency of rows that state none.
    pub default_currency: Option<Currency>,
    /// The first currency that a row stated, and where.
    pub stated_currency: Option<(Currency, String)>,
    pub tiers: Names,
    pub territories: Names,
    pub verticals: Names,
    pub product_lines: Names,
    pub account_managers: Names,
    /// The latest month that was read, with its text: neighbours often share it.
    latest_period: Option<(String, (Month, u32))>,
}

impl Shared {
    /// The currency of the book as far as it is known.
    pub fn currency(&self) -> Currency {
        self.stated_currency.as_ref().map(|(currency, _)| *currency).or(self.default_currency).unwrap_or(Currency::USD)
    }
}

/// Which of the shared lists a name belongs to.
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
    pub fn reject(&mut self, field: Field, code: Code, message: String, help: &str) -> Reported {
        let value = self.text(field).unwrap_or_default();
        let place = self.binding.location.place(self.number, self.binding.heading(field), value);
        self.shared.log.add(Finding::error(code, message).at(place).help(help))
    }

    fn declared(&self, field: Field) -> Option<&'static Column> {
        self.binding.table.column(field)
    }

    fn flaw(&mut self, field: Field) -> Result<(), Reported> {
        let Source::Column(index) = self.binding.source(field) else { return Ok(()) };
        let Some(flaw) = self.fields.flaw(*index) else { return Ok(()) };
        let value = shown(self.text(field).unwrap_or_default());
        let (code, message, help) = match flaw {
            Flaw::Digits => (
                Code::BookAmount,
                format!("the number `{value}` has more than the 15 digits that a spreadsheet holds exactly"),
                "round it in the workbook, or write it as text",
            ),
            Flaw::ErrorValue => (
                Code::BookMissingValue,
                format!("the cell holds the error `{value}`"),
                "repair the formula, or empty the cell",
            ),
            Flaw::NotComputed => (
                Code::BookMissingValue,
                format!("the cell holds the formula `{value}` without its value"),
                "open the workbook in a spreadsheet and save it, or write the value itself",
            ),
            Flaw::Nested => (
                Code::BookShape,
                "a single value is expected, not a list or object".to_owned(),
                "write the value as text or number; several product lines are a list of texts without `;`",
            ),
            Flaw::NoDay => {
                (Code::BookDate, format!("the cell holds a time of day or duration (`{value}`)"), "enter a date")
            }
        };
        Err(self.reject(field, code, message, help))
    }

    /// The text of a column; `None` when it is empty, which is reported when the column is required.
    fn value(&mut self, field: Field) -> Result<Option<&'a str>, Reported> {
        self.flaw(field)?;
        let text = self.text(field);
        if text.is_none() && self.declared(field).is_some_and(|column| column.required) {
            let heading = self.binding.heading(field).to_owned();
            let help = match self.binding.strips_quote {
                true => "fill it in, or remove the row",
                false => "fill it in, or leave such rows out with `skip` in the mapping file",
            };
            return Err(self.reject(field, Code::BookMissingValue, format!("`{heading}` is empty"), help));
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
                let message = format!("`{}` has the invisible character U+{:04X}", shown(text), u32::from(c));
                Err(self.reject(field, Code::BookIdentifier, message, "remove it in the system the data comes from"))
            }
            Err(NameFault::TooLong) => {
                let message = format!("the name is longer than {} characters", super::name::LONGEST_NAME);
                Err(self.reject(field, Code::BookIdentifier, message, "check that the columns are not shifted"))
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
                let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
                let message = format!("the amount is in `{text}`, but the book is in `{known}`{place}");
                let help = "convert the amounts, or plan each currency in a book of its own";
                return Err(self.reject(Field::Currency, Code::BookMixedCurrency, message, help));
            }
        }
        match text.parse::<Currency>() {
            Ok(currency) => {
                let place = format!("{}, {}", self.binding.location.file, self.binding.location.row_word(self.number));
                self.shared.stated_currency = Some((currency, place));
                Ok(())
            }
            Err(error) => {
                let upper = text.to_uppercase();
                let known = upper.parse::<Currency>().is_ok();
                let help = if known { format!("write `{upper}`") } else { "write a code such as `USD`".to_owned() };
                Err(self.reject(Field::Currency, Code::BookWord, error.to_string(), &help))
            }
        }
    }

    fn decimal(&mut self, field: Field, text: &str, code: Code) -> Result<Decimal, Reported> {
        let comma = self.binding.map.is_some_and(|map| map.decimal_comma);
        let written: Cow<'_, str> = match comma {
            true if text.contains('.') => return Err(self.not_decimal(field, text, code)),
            true => Cow::Owned(text.replacen(',', ".", 1)),
            false => Cow::Borrowed(text),
        };
        match parse_decimal(&written) {
            Ok(value) => Ok(value),
            Err(DecimalFault::TooLong) => {
                let message = format!("`{}` has more digits than can be held exactly", shown(text));
                Err(self.reject(field, code, message, "write at most 28 digits"))
            }
            Err(DecimalFault::NotDecimal) => Err(self.not_decimal(field, text, code)),
        }
    }

    fn not_decimal(&mut self, field: Field, text: &str, code: Code) -> Reported {
        let (what, help) = why_not_decimal(text);
        self.reject(field, code, format!("`{}` {what}", shown(text)), help)
    }

    /// An exact amount of money.
    pub fn amount(&mut self, field: Field) -> Result<Option<Money>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        let mut amount = self.decimal(field, text, Code::BookAmount)?;
        if let Some(times) = self.binding.map.and_then(|map| map.times.get(&field)) {
            amount = amount.checked_mul(*times).unwrap_or(Decimal::MAX);
        }
        let from_zero = self.declared(field).is_some_and(|column| column.kind == Kind::AmountFromZero);
        if from_zero && amount < Decimal::ZERO {
            let message = format!("`{}` is below zero", self.binding.heading(field));
            return Err(self.reject(
                field,
                Code::BookAmount,
                message,
                "write zero or more, or leave it empty if it is not known",
            ));
        }
        let currency = self.shared.currency();
        match Money::bounded(amount, currency) {
            Ok(money) => Ok(Some(money)),
            Err(error) => Err(self.reject(field, Code::BookAmount, error.to_string(), "check the unit of the column")),
        }
    }

    /// A fraction, brought to 1 = 100 % by the mapping's scale.
    pub fn rate(&mut self, field: Field) -> Result<Option<Decimal>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        let scale = self.binding.map.and_then(|map| map.scale.get(&field)).copied();
        let section = self.binding.table.name;
        let percent = || {
            let key = field.name();
            format!("if the column is in percent, say so in the mapping file: `scale.{key} = 100` under `[{section}]`")
        };
        let number = match text.strip_suffix('%') {
            Some(number) if scale == Some(Decimal::ONE_HUNDRED) => number.trim_end(),
            Some(_) => {
                let message = format!("`{}` is written in percent", shown(text));
                return Err(self.reject(field, Code::BookRate, message, &percent()));
            }
            None => text,
        };
        let value = self.decimal(field, number, Code::BookRate)?;
        let value = match scale {
            Some(scale) => value.checked_div(scale).unwrap_or(value),
            None => value,
        };
        let is_share = self.declared(field).is_some_and(|column| column.kind == Kind::Share);
        if is_share && (value < Decimal::ZERO || value > Decimal::ONE) {
            let heading = self.binding.heading(field);
            let message = format!("`{}` is no fraction from 0 to 1 for `{heading}`", shown(text));
            let help = if value > Decimal::ONE && scale.is_none() {
                percent()
            } else {
                "write `0.25` for 25 percent".to_owned()
            };
            return Err(self.reject(field, Code::BookRate, message, &help));
        }
        let limit = Decimal::from(1_000);
        if value.abs() > limit {
            return Err(self.reject(field, Code::BookRate, format!("`{}` is no fraction", shown(text)), &percent()));
        }
        Ok(Some(value))
    }

    /// A whole number, zero or more.
    pub fn count(&mut self, field: Field) -> Result<Option<i64>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        let digits = text.strip_suffix(".0").unwrap_or(text);
        let value = if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse::<i64>().ok() } else { None };
        match value.filter(|value| *value <= 1_000_000_000_000) {
            Some(value) => Ok(Some(value)),
            None => {
                let message = format!("`{}` is no whole number from 0", shown(text));
                Err(self.reject(
                    field,
                    Code::BookCount,
                    message,
                    "write digits only, or leave it empty if it is not known",
                ))
            }
        }
    }

    /// A day.
    pub fn date(&mut self, field: Field) -> Result<Option<NaiveDate>, Reported> {
        let Some(text) = self.value(field)? else { return Ok(None) };
        let format = self.binding.map.and_then(|map| map.date_format);
        let date = format.and_then(|format| format.parse(text)).or_else(|| DateFormat::ISO.parse(text));
        match date {
            Some(date) => Ok(Some(date)),
            None => {
                let message = format!("`{}` is no date", shown(text));
                let help =
                    "write `2026-01-31`, or state the format in the mapping file: `date_format = \"DD.MM.YYYY\"`";
                Err(self.reject(field, Code::BookDate, message, help))
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
        let (message, help) = if text.starts_with("FY") && self.shared.calendar.is_none() {
            (
                format!("`{}` needs the vendor's fiscal calendar, which is not known here", shown(text)),
                "write calendar months (`2026-01`) or quarters (`2026-Q1`)",
            )
        } else {
            (
                format!("`{}` is no month or period", shown(text)),
                "write `2026-01`, `2026-Q1` (calendar quarter), `FY2026-Q1` or `FY2026` (the vendor's calendar)",
            )
        };
        Err(self.reject(field, Code::BookDate, message, help))
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
                let message = format!("`{}` is neither `true` nor `false`", shown(text));
                Err(self.reject(field, Code::BookWord, message, "write `true` or `false`"))
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
                    let message = "an opportunity cannot be won and not closed".to_owned();
                    Err(self.reject(Field::IsWon, Code::BookWord, message, "correct `is_closed` or `is_won`"))
                }
                (closed, _) => {
                    let field = if closed.is_none() { Field::IsClosed } else { Field::IsWon };
                    let message = format!("`{}` is empty", self.binding.heading(field));
                    Err(self.reject(field, Code::BookMissingValue, message, "write `true` or `false`"))
                }
            };
        }
        let text = self.value(Field::Status)?.unwrap_or_default();
        match text.to_lowercase().as_str() {
            "open" => Ok(OpportunityStatus::Open),
            "won" => Ok(OpportunityStatus::Won),
            "lost" => Ok(OpportunityStatus::Lost),
            "" => {
                let message = "`status` is empty".to_owned();
                Err(self.reject(Field::Status, Code::BookMissingValue, message, "write `open`, `won` or `lost`"))
            }
            _ => {
                let message = format!("`{}` is none of `open`, `won`, `lost`", shown(text));
                let help = "translate their words in the mapping file: `values.status = { \"Closed Won\" = \"won\", \"*\" = \"open\" }` \
                            under `[opportunities]`";
                Err(self.reject(Field::Status, Code::BookWord, message, help))
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
            let message = format!("the text has the invisible character U+{:04X}", u32::from(c));
            return Err(self.reject(
                field,
                Code::BookIdentifier,
                message,
                "remove it in the system the data comes from",
            ));
        }
        if single.chars().count() > 2_000 {
            let message = "the text is longer than 2000 characters".to_owned();
            return Err(self.reject(field, Code::BookIdentifier, message, "check that every quote is closed"));
        }
        Ok(Some(single))
    }
}

/// Takes off the `'` that a spreadsheet writer put before text that a spreadsheet would run as a formula.
pub(super) fn without_quote(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => text,
    }
}

fn why_not_decimal(text: &str) -> (&'static str, &'static str) {
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let is_sign = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₩' | '₽' | 'R');
    let exponent = text.split_once(['e', 'E']).is_some_and(|(number, power)| {
        parse_decimal(number).is_ok() && parse_decimal(power.strip_prefix('+').unwrap_or(power)).is_ok()
    });
    if !digits {
        ("is no number", "write an amount such as `1234.50`; leave the cell empty when it is not known")
    } else if exponent {
        ("is written with an exponent, which is not exact", "write it out with all its digits, such as `1234.50`")
    } else if text.starts_with('(') && text.ends_with(')') {
        ("is in parentheses", "write negative amounts with a minus: `-1234.50`")
    } else if text.contains(is_sign) || text.chars().filter(|c| c.is_ascii_alphabetic()).count() == 3 {
        ("has a currency sign", "write the number alone and the currency in the column `currency`")
    } else if text.contains([',', '\'', '’', ' ', '\u{A0}', '\u{202F}', '_']) {
        (
            "has a thousands separator or a decimal comma",
            "write `1234.50`; decimal commas are read when the mapping file says `decimal = \",\"` for the table",
        )
    } else if text.contains(['\u{2212}', '\u{2013}']) || text.ends_with('-') {
        ("has no plain minus before it", "write negative amounts with a leading hyphen: `-1234.50`")
    } else if text.starts_with('+') || text.contains(['.', '-']) {
        (
            "is no plain decimal number",
            "write digits, at most one leading minus and one point with digits on both sides",
        )
    } else {
        ("is no plain decimal number", "write an amount such as `1234.50`")
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

/// First month and length of `2026-01`, `2026-Q1`, a date's month, or a label of the vendor's calendar.
pub(super) fn period_of(text: &str, calendar: Option<FiscalCalendar>) -> Option<(Month, u32)> {
    if let Ok(month) = text.parse::<Month>() {
        return Some((month, 1));
    }
    if let Some((year, quarter)) = text.split_once("-Q").filter(|(year, _)| year.len() == 4) {
        let quarter: u32 = ["1", "2", "3", "4"].iter().zip(0..).find(|(digit, _)| **digit == quarter)?.1;
        return Month::new(year.parse().ok()?, quarter * 3 + 1).map(|month| (month, 3));
    }
    if text.starts_with("FY") {
        return calendar?.period(text).ok().map(|period| (period.start, period.months));
    }
    DateFormat::ISO.parse(text).map(|date| (Month::of(date), 1))
}

/// The order in which a file writes year, month and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateFormat {
    parts: [DatePart; 3],
    separators: [char; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DatePart {
    Year,
    Month { padded: bool },
    Day { padded: bool },
}

impl DateFormat {
    /// `2026-01-31`.
    pub const ISO: Self = Self {
        parts: [DatePart::Year, DatePart::Month { padded: true }, DatePart::Day { padded: true }],
        separators: ['-', '-'],
    };

    /// Reads a format such as `DD.MM.YYYY`; `None` unless year, month and day stand in it once each.
    pub fn new(format: &str) -> Option<Self> {
        let separators: Vec<char> = format.chars().filter(|c| !c.is_ascii_alphabetic()).collect();
        let [first, second] = separators.as_slice() else { return None };
        let part = |word: &str| match word {
            "YYYY" => Some(DatePart::Year),
            "MM" => Some(DatePart::Month { padded: true }),
            "M" => Some(DatePart::Month { padded: false }),
            "DD" => Some(DatePart::Day { padded: true }),
            "D" => Some(DatePart::Day { padded: false }),
            _ => None,
        };
        let words: Vec<DatePart> = format.split(|c: char| !c.is_ascii_alphabetic()).filter_map(part).collect();
        let parts: [DatePart; 3] = words.try_into().ok()?;
        let count = |wanted: fn(&DatePart) -> bool| parts.iter().filter(|part| wanted(part)).count();
        let once = count(|part| *part == DatePart::Year) == 1
            && count(|part| matches!(part, DatePart::Month { .. })) == 1
            && count(|part| matches!(part, DatePart::Day { .. })) == 1;
        once.then_some(Self { parts, separators: [*first, *second] })
    }

    /// Reads a date of this format; a time of day may follow after a space or `T` and is dropped.
    pub fn parse(self, text: &str) -> Option<NaiveDate> {
        let day_text = match text.find([' ', 'T']) {
            Some(at) if text[at + 1..].starts_with(|c: char| c.is_ascii_digit()) => &text[..at],
            _ => text,
        };
        let (first, rest) = day_text.split_once(self.separators[0])?;
        let (second, third) = rest.split_once(self.separators[1])?;
        let (mut year, mut month, mut day) = (0, 0, 0);
        for (part, word) in self.parts.iter().zip([first, second, third]) {
            let padded = match part {
                DatePart::Year => word.len() == 4,
                DatePart::Month { padded: true } | DatePart::Day { padded: true } => word.len() == 2,
                DatePart::Month { padded: false } | DatePart::Day { padded: false } => matches!(word.len(), 1 | 2),
            };
            if !padded || !word.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let number: u32 = word.parse().ok()?;
            match part {
                DatePart::Year => year = number,
                DatePart::Month { .. } => month = number,
                DatePart::Day { .. } => day = number,
            }
        }
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        (1900..=2200).contains(&date.year()).then_some(date)
    }
}

/// Spreads an amount over `months` evenly and exactly; what does not divide goes to the first months, one unit each.
///
/// The unit is the minor unit of the currency, or the last decimal of the amount where it has more.
pub(super) fn spread(amount: Money, months: u32) -> Vec<Money> {
    let mut total = amount.amount();
    total.rescale(total.scale().max(amount.currency().decimals()));
    let (scale, mantissa, count) = (total.scale(), total.mantissa(), i128::from(months.max(1)));
    let (each, rest) = (mantissa / count, mantissa % count);
    (0..count)
        .map(|index| each + if index < rest.abs() { rest.signum() } else { 0 })
        .map(|part| Money::new(Decimal::from_i128_with_scale(part, scale), amount.currency()))
        .collect()
}
