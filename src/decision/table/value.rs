//! The values that tables compare and conclude.

use crate::channel::Name;
use crate::units::{DecimalFault, parse_decimal, plain, words};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use unicode_normalization::{UnicodeNormalization, is_nfc};

words! {
    /// Kind of the values in a column, as named in the `type` row.
    pub enum Kind {
        /// Exact decimal: `500000`, `0.12`.
        Number = "number",
        /// Whole number: no value is between 3 and 4.
        Whole = "whole",
        /// Text, compared exactly, upper and lower case apart.
        Text = "text",
        /// `true` or `false`.
        Truth = "truth",
        /// Day: `2026-01-31`.
        Date = "date",
    }
}

impl Kind {
    /// True when a column of this type may hold `value`; every column may hold a value that is not known.
    pub fn admits(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::NotKnown)
            | (Self::Number, Value::Number(_))
            | (Self::Text, Value::Text(_))
            | (Self::Truth, Value::Truth(_))
            | (Self::Date, Value::Date(_)) => true,
            (Self::Whole, Value::Number(number)) => number.fract().is_zero(),
            (Self::Number | Self::Whole | Self::Text | Self::Truth | Self::Date, _) => false,
        }
    }

    /// The word with its article, for messages.
    pub(crate) fn article(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Whole => "a whole number",
            Self::Text => "a text",
            Self::Truth => "`true` or `false`",
            Self::Date => "a date",
        }
    }
}

/// A value that a table compares or concludes.
///
/// The order is that of the values of one kind; between kinds it means nothing, and no column mixes them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Value {
    /// Nothing is known; not the same as zero or an empty text.
    #[default]
    NotKnown,
    /// Exact decimal.
    Number(Decimal),
    /// Text; texts with equal characters in different Unicode spellings are made equal by [`Value::text`].
    Text(Name),
    /// `true` or `false`.
    Truth(bool),
    /// Day.
    Date(NaiveDate),
}

impl Value {
    /// A text in its composed Unicode spelling (NFC), as table cells are read.
    pub fn text(text: &str) -> Self {
        Self::Text(composed(text).as_ref().into())
    }

    /// The value as it is written in a table; `null` when not known.
    pub fn written(&self) -> String {
        match self {
            Self::NotKnown => "null".to_owned(),
            Self::Number(number) => plain(*number),
            Self::Text(text) if reads_bare(text) => text.to_string(),
            Self::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Truth(truth) => truth.to_string(),
            Self::Date(date) => date.format("%Y-%m-%d").to_string(),
        }
    }

    pub(crate) fn kind_words(&self) -> &'static str {
        match self {
            Self::NotKnown => "nothing",
            Self::Number(number) if number.fract().is_zero() => "a number",
            Self::Number(_) => "a number with decimals",
            Self::Text(_) => "a text",
            Self::Truth(_) => "a truth value",
            Self::Date(_) => "a date",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written())
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<NaiveDate> for Value {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NotKnown, Into::into)
    }
}

/// Reason for which a string is not a literal of a table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ValueFault {
    /// Not a literal of the required type.
    #[error("`{text}` is not {}", kind.article())]
    NotOfType {
        /// The string as written.
        text: String,
        /// The type of the column.
        kind: Kind,
    },
    /// The type cannot be derived from the form of the string.
    #[error("`{0}` may be meant as a number, a date or text")]
    AmbiguousType(String),
}

impl FromStr for Value {
    type Err = ValueFault;

    /// Reads a literal whose type is derived from its form: `0.8`, `true`, `2026-01-31`, `null`, `Gold`, `"10"`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "null" {
            return Ok(Self::NotKnown);
        }
        literal(text, kind_of(text)?)
    }
}

/// The type that follows from the form of a literal.
pub(crate) fn kind_of(text: &str) -> Result<Kind, ValueFault> {
    if unquoted(text).is_some() {
        return Ok(Kind::Text);
    }
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return Ok(Kind::Truth);
    }
    if date(text).is_some() {
        return Ok(Kind::Date);
    }
    match parse_decimal(text) {
        Ok(_) | Err(DecimalFault::TooLong) => return Ok(Kind::Number),
        Err(DecimalFault::NotDecimal) => {}
    }
    let numeric = |c: char| c.is_numeric() || "+-.$€£¥%−".contains(c);
    if text.starts_with(numeric) || text.ends_with(['%', '$', '€', '£', '¥']) {
        return Err(ValueFault::AmbiguousType(text.to_owned()));
    }
    Ok(Kind::Text)
}

/// Reads a literal of `kind`.
pub(crate) fn literal(text: &str, kind: Kind) -> Result<Value, ValueFault> {
    read_literal(text, kind).map_err(|_| ValueFault::NotOfType { text: text.to_owned(), kind })
}

/// Advice for a string that is not a literal of `kind`.
pub(super) fn remedy(text: &str, kind: Kind) -> &'static str {
    read_literal(text, kind).err().unwrap_or_default()
}

/// Reads a literal, or says what to write instead.
fn read_literal(text: &str, kind: Kind) -> Result<Value, &'static str> {
    match kind {
        Kind::Number | Kind::Whole => {
            let number = parse_decimal(text).map_err(|fault| number_help(text, fault))?;
            if kind == Kind::Whole && !number.fract().is_zero() {
                return Err("write a whole number, or `number` in the `type` row");
            }
            Ok(Value::Number(number))
        }
        Kind::Text => match unquoted(text) {
            Some(inner) => Ok(Value::text(&inner)),
            None if is_call(text) => Err("a cell cannot call a function; put a text in double quotes"),
            None if reads_bare(text) => Ok(Value::text(text)),
            None if text.starts_with(['“', '”', '„', '‘', '’', '\'']) => Err("use straight double quotes"),
            None => Err("put the text in double quotes"),
        },
        Kind::Truth if text.eq_ignore_ascii_case("true") => Ok(Value::Truth(true)),
        Kind::Truth if text.eq_ignore_ascii_case("false") => Ok(Value::Truth(false)),
        Kind::Truth => Err("write `true` or `false`, in English"),
        Kind::Date => date(text)
            .map(Value::Date)
            .ok_or("write the date as `2026-01-31`; in a spreadsheet give the column the format `YYYY-MM-DD` or text"),
    }
}

fn number_help(text: &str, fault: DecimalFault) -> &'static str {
    match fault {
        DecimalFault::TooLong => "write at most 28 digits",
        DecimalFault::NotDecimal if text.contains('%') => "write a fraction: 10 percent is `0.1`",
        DecimalFault::NotDecimal if text.contains([',', '\'', ' ', '\u{a0}', '_', '’', '\u{202f}']) => {
            "write digits without thousands separators and a point before the decimals, such as `1234.5`"
        }
        DecimalFault::NotDecimal if text.contains(['$', '€', '£', '¥']) => "remove the currency sign",
        DecimalFault::NotDecimal if text.contains('−') || text.contains('–') => "write the minus as `-`",
        DecimalFault::NotDecimal => "write digits with at most one point, such as `1234.5`",
    }
}

/// Reads `2026-01-31` or `date("2026-01-31")`, nothing else.
fn date(text: &str) -> Option<NaiveDate> {
    let inner = text.strip_prefix("date(\"").and_then(|rest| rest.strip_suffix("\")")).unwrap_or(text);
    let shape = |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    let shaped = inner.len() == 10 && inner.bytes().enumerate().all(shape);
    if shaped { NaiveDate::parse_from_str(inner, "%Y-%m-%d").ok() } else { None }
}

/// The text inside double quotes, with `\"` and `\\` resolved; `None` when it is not one quoted text.
fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if text.len() < 2 {
        return None;
    }
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => match characters.next() {
                Some(escaped @ ('"' | '\\')) => out.push(escaped),
                Some(other) => out.extend(['\\', other]),
                None => return None,
            },
            other => out.push(other),
        }
    }
    Some(out)
}

/// True for a text that a condition reads without quotes.
fn reads_bare(text: &str) -> bool {
    let reserved = ["null", "known"].contains(&text);
    text.starts_with(char::is_alphanumeric)
        && !reserved
        && !is_call(text)
        && !text.contains(['"', ','])
        && text.trim() == text
}

/// True for what reads as a call of a function: `contains(Gold)`.
fn is_call(text: &str) -> bool {
    text.strip_suffix(')').and_then(|text| text.split_once('(')).is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    })
}

fn composed(text: &str) -> Cow<'_, str> {
    if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// The nearest value above `value` when there is none between; `None` for dense kinds and at the end of the range.
pub(crate) fn next(kind: Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (Kind::Whole, Value::Number(number)) => number.checked_add(Decimal::ONE).map(Value::Number),
        (Kind::Date, Value::Date(date)) => date.succ_opt().map(Value::Date),
        (Kind::Truth, Value::Truth(false)) => Some(Value::Truth(true)),
        _ => None,
    }
}

/// The nearest value below `value` when there is none between.
pub(crate) fn previous(kind: Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (Kind::Whole, Value::Number(number)) => number.checked_sub(Decimal::ONE).map(Value::Number),
        (Kind::Date, Value::Date(date)) => date.pred_opt().map(Value::Date),
        (Kind::Truth, Value::Truth(true)) => Some(Value::Truth(false)),
        _ => None,
    }
}
