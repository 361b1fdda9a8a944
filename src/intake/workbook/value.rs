//! Cells from the values of the workbook library: numbers as a spreadsheet shows them, with 15 digits, percent, leading
//! zeros.

use super::super::cell::{Cell, CellKind, Flaw, SHOWN_DIGITS};
use super::super::value::currency_sign::sign;
use calamine::{DataRef, ExcelDateTime};

/// Number format of a cell, as far as it changes the value or its notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NumberFormat {
    /// Nothing: decimals and thousands separators do not change the value.
    Plain,
    /// The value is shown in percent.
    Percent,
    /// The value is shown with the sign or code of a currency.
    Signed(&'static str),
    /// The value is shown with a fixed number of digits, as codes are: `000`, `"P"00000`, `000-000`.
    Code(Vec<Piece>),
    /// The format is not known.
    Unknown,
}

/// A piece of the format of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A digit, `0` where the number has none.
    Digit,
    /// A character shown as it is.
    Literal(char),
}

impl NumberFormat {
    /// Reads the format code of a workbook; what it says about positive numbers holds for all.
    pub fn new(code: &str) -> Self {
        let mut pieces = Vec::new();
        let (mut is_percent, mut is_code, mut currency) = (false, true, None);
        let mut characters = code.chars();
        while let Some(c) = characters.next() {
            match c {
                ';' => break,
                '"' => {
                    let literal: String = characters.by_ref().take_while(|c| *c != '"').collect();
                    currency = currency.or_else(|| sign(literal.trim()));
                    pieces.extend(literal.chars().map(Piece::Literal));
                }
                '\\' => {
                    let literal = characters.next();
                    currency = currency.or_else(|| sign(literal?.encode_utf8(&mut [0; 4])));
                    pieces.extend(literal.map(Piece::Literal));
                }
                // The width of a character, or a character that fills the cell.
                '_' | '*' => {
                    characters.next();
                }
                '[' => {
                    let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                    // `[$€-407]` is a sign with the language that it is written for, `[$-407]` the language alone.
                    let word =
                        inside.strip_prefix('$').map(|rest| rest.rsplit_once('-').map_or(rest, |(word, _)| word));
                    currency = currency.or_else(|| sign(word?.trim()));
                    is_code &= !inside.starts_with(['<', '>', '=', '$']) || inside.starts_with("$-");
                }
                '%' => is_percent = true,
                '$' | '€' | '£' | '¥' => {
                    currency = currency.or_else(|| sign(c.encode_utf8(&mut [0; 4])));
                    is_code = false;
                }
                '0' => pieces.push(Piece::Digit),
                '-' | '/' | ' ' | '(' | ')' | ':' | '+' => pieces.push(Piece::Literal(c)),
                _ => is_code = false,
            }
        }
        let digits = pieces.iter().filter(|piece| **piece == Piece::Digit).count();
        match (is_percent, currency) {
            (true, _) => Self::Percent,
            (false, Some(sign)) => Self::Signed(sign),
            (false, None) if is_code && digits > 1 => Self::Code(pieces),
            (false, None) => Self::Plain,
        }
    }
}

/// Text of a value under the number format of its cell: numbers as a spreadsheet shows them, days as `2026-01-31`.
pub(super) fn cell_of(value: &DataRef<'_>, format: &NumberFormat) -> Cell {
    let text = |text: &str| Cell::new(CellKind::Text, text.into());
    match value {
        DataRef::Int(whole) => format_cell(whole.to_string(), format),
        DataRef::Float(number) => number_cell(*number, format),
        DataRef::String(string) => text(string),
        DataRef::SharedString(string) => text(string),
        DataRef::Bool(truth) => Cell::new(CellKind::Truth, if *truth { "true" } else { "false" }.into()),
        DataRef::DateTime(moment) => day_cell(moment),
        DataRef::DateTimeIso(moment) => Cell::new(CellKind::Date, moment.as_str().into()),
        DataRef::DurationIso(duration) => Cell::new(CellKind::Date, duration.as_str().into()).with(Flaw::NoDay),
        DataRef::Error(error) => text(&error.to_string()).with(Flaw::ErrorValue),
        DataRef::Empty => Cell::default(),
    }
}

fn day_cell(moment: &ExcelDateTime) -> Cell {
    let serial = moment.as_f64();
    // Below 1 a number counts no day, only a time of day: midnight is 0.
    if moment.is_duration() || serial < 1.0 {
        return Cell::new(CellKind::Date, format!("{serial}").into()).with(Flaw::NoDay);
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    Cell::new(CellKind::Date, format!("{year:04}-{month:02}-{day:02}").into())
}

fn number_cell(number: f64, format: &NumberFormat) -> Cell {
    let (text, is_rounded) = shown(number);
    let cell = format_cell(text, format);
    if is_rounded { cell.with(Flaw::Rounded) } else { cell }
}

/// The cell of a number that is written in decimal notation; text when it is not one.
pub(super) fn number_text_cell(text: &str, format: &NumberFormat) -> Cell {
    match text.parse::<f64>() {
        Ok(number) => number_cell(number, format),
        Err(_) => Cell::new(CellKind::Text, text.into()),
    }
}

/// The cell of a number in plain notation.
fn format_cell(text: String, format: &NumberFormat) -> Cell {
    let kind = match format {
        NumberFormat::Percent => CellKind::Percent,
        NumberFormat::Signed(sign) => CellKind::Signed(sign),
        NumberFormat::Unknown => CellKind::Unformatted,
        NumberFormat::Plain => CellKind::Number,
        NumberFormat::Code(pieces) => return code(&text, pieces).unwrap_or(Cell::new(CellKind::Number, text.into())),
    };
    Cell::new(kind, text.into())
}

/// A whole number from zero up as its format shows it: a number with leading zeros, or a text with other characters.
fn code(digits: &str, pieces: &[Piece]) -> Option<Cell> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let places = pieces.iter().filter(|piece| **piece == Piece::Digit).count();
    let padded = format!("{digits:0>places$}");
    // Digits for which the format has no place are shown in front of the others.
    let (front, rest) = padded.split_at(padded.len() - places + 1);
    let (mut front, mut rest, mut text) = (Some(front), rest.chars(), String::new());
    for piece in pieces {
        match piece {
            Piece::Literal(c) => text.push(*c),
            Piece::Digit => match front.take() {
                Some(front) => text.push_str(front),
                None => text.extend(rest.next()),
            },
        }
    }
    let is_number = pieces.len() == places;
    Some(Cell::new(if is_number { CellKind::Number } else { CellKind::Text }, text.into()))
}

/// A number with at most 15 significant digits, without exponent; true when digits were dropped.
///
/// A number that a person typed has at most 15 digits, and the shortest text that reads back as the same binary number
/// is the typed one. The result of a formula often has more; a spreadsheet rounds it to 15 for all to see.
fn shown(number: f64) -> (String, bool) {
    let shortest = format!("{number:e}");
    let Some((digits, exponent)) = parts(&shortest) else { return (format!("{number}"), false) };
    let sign = if number < 0.0 { "-" } else { "" };
    if digits.len() <= SHOWN_DIGITS {
        return (format!("{sign}{}", plain(&digits, exponent)), false);
    }
    let rounded = match half_up(number, &digits) {
        Some(digits) => Some((digits, exponent)),
        None => parts(&format!("{number:.*e}", SHOWN_DIGITS - 1)),
    };
    match rounded {
        Some((digits, exponent)) => (format!("{sign}{}", plain(&digits, exponent)), true),
        None => (format!("{number}"), false),
    }
}

/// The 15 digits of a number that is exactly in the middle between two of them: away from zero, as a spreadsheet rounds.
fn half_up(number: f64, digits: &str) -> Option<String> {
    let kept = digits.strip_suffix('5').filter(|kept| kept.len() == SHOWN_DIGITS)?;
    let (exact, _) = parts(&format!("{number:.40e}"))?;
    let is_tie = exact == digits;
    let raised = kept.parse::<u64>().ok()? + 1;
    // 999,999,999,999,999.5 is left to the other rounding, which carries.
    (is_tie && raised < 10u64.pow(15)).then(|| raised.to_string())
}

/// Significant digits and exponent of `-1.25e3`; `None` when it is not a number.
fn parts(scientific: &str) -> Option<(String, i32)> {
    let (mantissa, exponent) = scientific.split_once('e')?;
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let trimmed = digits.trim_end_matches('0');
    Some((if trimmed.is_empty() { "0" } else { trimmed }.to_owned(), exponent.parse().ok()?))
}

/// `digits` with the point after the first one moved by `exponent` places.
fn plain(digits: &str, exponent: i32) -> String {
    match usize::try_from(exponent) {
        Ok(whole) if digits.len() <= whole + 1 => format!("{digits:0<width$}", width = whole + 1),
        Ok(whole) => format!("{}.{}", &digits[..=whole], &digits[whole + 1..]),
        Err(_) => format!("0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1)),
    }
}
