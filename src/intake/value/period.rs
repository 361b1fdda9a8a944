//! Months, quarters, halves and years as files write them.

use super::date;
use super::date_format::DateFormat;
use super::fiscal::{
    FiscalLabel, bare_label, fiscal, fiscal_label, joined_period, month_in, month_of_year, span_without_word,
    year_ended,
};
use super::month_word::month_number;
use super::token::{Token, is_word, part_of_year, tokens, year_of, year_of_four};
use crate::units::{FiscalCalendar, Month};
use chrono_tz::Tz;

/// Reason for which a text is not a month or period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::intake) enum PeriodFault {
    /// It needs the vendor's fiscal calendar, which is not known.
    NoCalendar,
    /// It is a year, and whether of the calendar or the fiscal year is not known.
    BareYear,
    /// It is not written as a month, period or date.
    Not(date::DateFault),
}

/// Calendar to which a year without a word, such as `2026`, belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum YearKind {
    /// The calendar year.
    Calendar,
    /// The fiscal year.
    Fiscal,
}

impl YearKind {
    /// Words of the mapping file for each of them.
    pub const NAMES: [&'static str; 2] = ["calendar", "fiscal"];

    /// The kind that a word of the mapping file names.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "calendar" => Some(Self::Calendar),
            "fiscal" => Some(Self::Fiscal),
            _ => None,
        }
    }
}

/// Calendars of the years of a table, as far as they are known.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::intake) struct Years {
    /// The fiscal calendar; labels such as `FY2026` need it.
    pub calendar: Option<FiscalCalendar>,
    /// Calendar of a year without a word.
    pub bare: Option<YearKind>,
}

impl From<Option<FiscalCalendar>> for Years {
    fn from(calendar: Option<FiscalCalendar>) -> Self {
        Self { calendar, bare: None }
    }
}

/// Reads a month or period: its first month and its length in months.
///
/// Months: `2026-01`, `2026/1`, `202601`, `2026M01`, `01/2026`, `Jan 2026`, `Jan-26`, `January 2026` in seven languages,
/// or any date of the month. Calendar quarters and halves: `2026-Q1`, `Q1 2026`, `1Q26`, `H1 2026`. Periods of the
/// vendor's calendar: `FY2026`, `FY26-Q1`, `Q1 FY2026`, `FY2026-H1`, `FY2026-P01`, `001/2026`. What `2026` is, and the
/// parts of a fiscal year without the word, depends on `years`.
pub(in crate::intake) fn read(
    text: &str,
    years: Years,
    formats: &[DateFormat],
    zone: Option<Tz>,
) -> Result<(Month, u32), PeriodFault> {
    if let Ok(month) = text.parse::<Month>() {
        return Ok((month, 1));
    }
    let text = text.trim();
    let of_months = formats.iter().filter(|format| !format.has_day());
    for format in of_months {
        if let Some((first, "")) = format.parse(text) {
            return Ok((Month::of(first), 1));
        }
    }
    let tokens = if is_fraction(text) { Vec::new() } else { tokens(text) };
    let is_fiscal = years.bare == Some(YearKind::Fiscal);
    if is_fiscal && let Some((year, month)) = month_of_year(&tokens) {
        return month_in(year, month, years.calendar.ok_or(PeriodFault::NoCalendar)?)
            .map(|month| (month, 1))
            .ok_or(PeriodFault::Not(date::DateFault::Not(Vec::new())));
    }
    if let Some((year, _)) = span_without_word(&tokens).filter(|(_, is_month)| is_fiscal || !is_month) {
        return fiscal(&FiscalLabel::span(year), years.calendar.ok_or(PeriodFault::NoCalendar)?)
            .ok_or(PeriodFault::Not(date::DateFault::Not(Vec::new())));
    }
    let bare = bare_label(&tokens).or_else(|| joined_period(&tokens).filter(|_| is_fiscal && text.contains(' ')));
    match (bare.as_ref(), years.bare) {
        (Some(FiscalLabel { part: None, .. }), None) => return Err(PeriodFault::BareYear),
        (Some(FiscalLabel { part: None, year, .. }), Some(YearKind::Calendar)) => {
            return Month::new(*year, 1).map(|month| (month, 12)).ok_or(PeriodFault::BareYear);
        }
        _ => {}
    }
    if let Some(period) = calendar_period(&tokens).filter(|_| !(is_fiscal && bare.is_some())) {
        return Ok(period);
    }
    if let Some(label) = fiscal_label(&tokens).or(bare.filter(|_| is_fiscal)) {
        return fiscal(&label, years.calendar.ok_or(PeriodFault::NoCalendar)?)
            .ok_or(PeriodFault::Not(date::DateFault::Not(Vec::new())));
    }
    match date::read(text, formats, zone) {
        Ok(date) => Ok((Month::of(date), 1)),
        Err(fault) => Err(PeriodFault::Not(fault)),
    }
}

/// The period that `heading` names, as text, and its length in months; `year` is that of a heading without a year.
pub(in crate::intake) fn dated(heading: &str, year: Option<u32>, years: Years) -> Option<(Box<str>, u32)> {
    let named = |text: &str| read(text, years, &[], None);
    match (named(heading), year) {
        (Ok((_, length)), _) => Some((heading.into(), length)),
        // A period of the vendor's calendar whose beginning is not known yet.
        (Err(PeriodFault::NoCalendar), _) => Some((heading.into(), 0)),
        (Err(_), Some(year)) => {
            let is_fiscal =
                years.bare == Some(YearKind::Fiscal) && month_number(heading.trim_end_matches('.')).is_some();
            let text = if is_fiscal { format!("{year} {heading}") } else { format!("{heading} {year}") };
            match named(&text) {
                Ok((_, length)) => Some((text.into(), length)),
                Err(PeriodFault::NoCalendar) => Some((text.into(), 1)),
                Err(_) => without_quarter(&text, years),
            }
        }
        (Err(_), None) => without_quarter(heading, years),
    }
}

/// The month that is below its quarter in a header of two rows: `Q1 Jan 2025` and `Q1 2025 Jan`.
fn without_quarter(text: &str, years: Years) -> Option<(Box<str>, u32)> {
    let (first, rest) = text.split_once(' ')?;
    let quarter = fiscal_part_number(first)?;
    let rest = rest.trim();
    let (month, length) = read(rest, years, &[], None).ok()?;
    let is_inside = years.calendar.is_some() || (month.number() - 1) / 3 + 1 == quarter;
    (length == 1 && is_inside).then(|| (rest.into(), 1))
}

/// The number of `Q1`.
fn fiscal_part_number(text: &str) -> Option<u32> {
    text.strip_prefix(['Q', 'q'])?.parse().ok().filter(|number| (1..=4).contains(number))
}

/// The rest of `heading` without `word` at its beginning or its end; `None` when the word is at neither.
pub(in crate::intake) fn beside<'h>(heading: &'h str, word: &str) -> Option<&'h str> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '-' | '_' | ':' | '/' | '(' | ')' | '|' | ',');
    let is_word = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case(word));
    let behind =
        heading.get(word.len()..).filter(|rest| is_word(heading.get(..word.len())) && rest.starts_with(is_between));
    let before = || {
        let at = heading.len().checked_sub(word.len())?;
        heading.get(..at).filter(|rest| is_word(heading.get(at..)) && rest.ends_with(is_between))
    };
    Some(behind.or_else(before)?.trim_matches(is_between)).filter(|rest| !rest.is_empty())
}

/// True for `2025.1`: October 2025 as a number has lost its zero, and January is written in the same way.
fn is_fraction(text: &str) -> bool {
    text.split_once('.').is_some_and(|(year, month)| year.len() == 4 && month.len() == 1)
}

fn month(year: Option<i32>, number: &str) -> Option<(Month, u32)> {
    if number.len() > 2 {
        return None;
    }
    Month::new(year?, number.parse().ok()?).map(|month| (month, 1))
}

fn part(year: Option<i32>, word: &str, number: &str) -> Option<(Month, u32)> {
    let months = part_of_year(word)?;
    let index = number.parse::<u32>().ok().filter(|number| (1..=12 / months).contains(number))? - 1;
    Month::new(year?, index * months + 1).map(|month| (month, months))
}

/// A period of the calendar year.
fn calendar_period(tokens: &[Token<'_>]) -> Option<(Month, u32)> {
    use Token::{Digits, Letters};
    match *tokens {
        [Digits(digits)] if digits.len() == 6 => month(digits[..4].parse().ok(), &digits[4..]),
        [Digits(first), Digits(second)] => {
            month(year_of_four(first), second).or_else(|| month(year_of_four(second), first))
        }
        [Letters(word), Digits(year)] if is_word(word, &["CY"]) => {
            Month::new(year_of(year)?, 1).map(|month| (month, 12))
        }
        [Letters(word), Digits(year)] | [Letters(word), Letters("de" | "of"), Digits(year)] => {
            Month::new(year_of(year)?, month_number(word)?).map(|month| (month, 1))
        }
        [Letters(word), Letters(name), Digits(year)] if is_word(word, &["YE", "FYE"]) => year_ended(name, year),
        [Letters(word), Letters(ended), Letters(name), Digits(year)]
            if is_word(word, &["Year", "FY"]) && is_word(ended, &["ended", "ending", "end"]) =>
        {
            year_ended(name, year)
        }
        [Digits(year), Letters("年" | "년"), Digits(number), Letters("月" | "월" | "月度")]
        | [Digits(number), Letters("月" | "월" | "月度"), Digits(year)] => month(year_of_four(year), number),
        [Digits(year), Letters(word)] => Month::new(year_of_four(year)?, month_number(word)?).map(|month| (month, 1)),
        [Digits(year), Letters(word), Digits(number)] if is_word(word, &["M"]) => month(year_of_four(year), number),
        [Digits(year), Letters(word), Digits(number)] if year.len() == 4 => part(year_of_four(year), word, number),
        [Letters(word), Digits(number), Digits(year)] | [Digits(number), Letters(word), Digits(year)] => {
            part(year_of(year), word, number)
        }
        [Letters(word), Digits(number), Letters(calendar), Digits(year)] if is_word(calendar, &["CY"]) => {
            part(year_of(year), word, number)
        }
        _ => None,
    }
}
