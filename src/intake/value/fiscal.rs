//! Periods of a fiscal year as files write them.

use super::month_word::month_number;
use super::token::{Token, is_word, part_of_year, year_of, year_of_four};
use crate::units::{FiscalCalendar, Month};

/// Words of fiscal years.
const FISCAL: [&str; 2] = ["FY", "GJ"];

/// The parts of a period of the vendor's calendar.
pub(super) struct FiscalLabel {
    pub year: i32,
    /// Letter of its part (`Q`, `H`, `P`) and the number of the part.
    pub part: Option<(char, u32)>,
    /// True when it states two calendar years, as `FY24/25` does: then it does not begin in January.
    is_span: bool,
}

impl FiscalLabel {
    fn new(year: i32, part: Option<(char, u32)>) -> Self {
        Self { year, part, is_span: false }
    }

    /// The fiscal year that ends in the calendar year `year` and begins in the one before.
    pub fn span(year: i32) -> Self {
        Self { year, part: None, is_span: true }
    }
}

/// The year that ends with the month called `name` of `year`.
pub(super) fn year_ended(name: &str, year: &str) -> Option<(Month, u32)> {
    Month::new(year_of(year)?, month_number(name)?).map(|last| (last.plus(-11), 12))
}

/// The second of two calendar years that follow each other, as `24/25`, `2024-25` and `2024/2025` state them.
pub(super) fn spanned(first: &str, second: &str) -> Option<i32> {
    let (first, second) = (year_of(first)?, year_of(second).filter(|_| first.len() >= second.len())?);
    (second == first + 1).then_some(second)
}

/// The second year of `2024/25` or `2024-2025`, and whether the text can be a month as well, as `2011/12` can.
pub(super) fn span_without_word(tokens: &[Token<'_>]) -> Option<(i32, bool)> {
    let [Token::Digits(first), Token::Digits(second)] = tokens else { return None };
    let is_month = second.len() == 2 && second.parse::<u32>().is_ok_and(|number| number <= 12);
    Some((spanned(first, second).filter(|_| first.len() == 4)?, is_month))
}

/// The year and month of `2026 July`, as a column of years beside one of months or a row of years above states them.
pub(super) fn month_of_year(tokens: &[Token<'_>]) -> Option<(i32, u32)> {
    match *tokens {
        [Token::Digits(year), Token::Letters(word)] => Some((year_of_four(year)?, month_number(word)?)),
        _ => None,
    }
}

/// The first period of a year whose number is in a column beside it: `2026 1`.
pub(super) fn joined_period(tokens: &[Token<'_>]) -> Option<FiscalLabel> {
    match *tokens {
        [Token::Digits(year), Token::Digits(number)] => {
            Some(FiscalLabel::new(year_of_four(year)?, Some(('P', number.parse().ok()?))))
        }
        _ => None,
    }
}

/// A year without a word, or a part of one: `2026`, `2026 Q1` and `Q1 2026`.
pub(super) fn bare_label(tokens: &[Token<'_>]) -> Option<FiscalLabel> {
    use Token::{Digits, Letters};
    let part = |word: &str, number: &str| {
        let letter = if part_of_year(word)? == 3 { 'Q' } else { 'H' };
        Some((letter, number.parse().ok()?))
    };
    let is_year = |year: &&str| year.len() == 4 && (year.starts_with("19") || year.starts_with('2'));
    match *tokens {
        [Digits(year)] => Some(year).filter(is_year).and_then(year_of_four).map(|year| FiscalLabel::new(year, None)),
        [Digits(year), Letters(word), Digits(number)] if year.len() == 4 => {
            Some(FiscalLabel::new(year_of(year)?, Some(part(word, number)?)))
        }
        [Letters(word), Digits(number), Digits(year)] | [Digits(number), Letters(word), Digits(year)] => {
            Some(FiscalLabel::new(year_of(year)?, Some(part(word, number)?)))
        }
        _ => None,
    }
}

pub(super) fn fiscal_label(tokens: &[Token<'_>]) -> Option<FiscalLabel> {
    use Token::{Digits, Letters};
    let fiscal_part = |word: &str, number: &str| {
        let letter = match part_of_year(word) {
            Some(3) => 'Q',
            Some(_) => 'H',
            None if is_word(word, &["P", "M"]) => 'P',
            None => return None,
        };
        Some((letter, number.parse().ok().filter(|_| number.len() <= 2)?))
    };
    let label = |year: &str, part| year_of(year).map(|year| FiscalLabel::new(year, part));
    match *tokens {
        [Letters(fy), Digits(year)] if is_word(fy, &FISCAL) => label(year, None),
        [Letters(fy), Digits(first), Digits(second)] if is_word(fy, &FISCAL) => {
            spanned(first, second).map(FiscalLabel::span)
        }
        [Letters(word), Digits(number), Letters(fy), Digits(first), Digits(second)] if is_word(fy, &FISCAL) => {
            let part = Some(fiscal_part(word, number)?);
            Some(FiscalLabel { part, ..FiscalLabel::span(spanned(first, second)?) })
        }
        // `001/2026`, as SAP writes the first period of a fiscal year.
        [Digits(number), Digits(year)] if number.len() == 3 && number.starts_with('0') && year.len() == 4 => {
            label(year, Some(('P', number.parse().ok()?)))
        }
        [Letters(fy), Digits(year), Letters(word), Digits(number)]
        | [Letters(word), Digits(number), Letters(fy), Digits(year)]
            if is_word(fy, &FISCAL) =>
        {
            label(year, Some(fiscal_part(word, number)?))
        }
        [Letters(fq), Digits(number), Digits(year)] if is_word(fq, &["FQ"]) => {
            label(year, Some(fiscal_part("Q", number)?))
        }
        _ => None,
    }
}

pub(super) fn fiscal(label: &FiscalLabel, calendar: FiscalCalendar) -> Option<(Month, u32)> {
    if label.is_span && calendar.year_start(label.year)?.number() == 1 {
        return None;
    }
    let text = match label.part {
        None => format!("FY{}", label.year),
        Some(('P', number)) => {
            let offset = i32::try_from(number).ok().filter(|number| (1..=12).contains(number))? - 1;
            return calendar.year_start(label.year).map(|start| (start.plus(offset), 1));
        }
        Some((letter, number)) => format!("FY{}-{letter}{number}", label.year),
    };
    calendar.period(&text).ok().map(|period| (period.start, period.months))
}

/// The month with the number `number` in the fiscal year named `year`.
pub(super) fn month_in(year: i32, number: u32, calendar: FiscalCalendar) -> Option<Month> {
    let start = calendar.year_start(year)?;
    let first = i32::try_from(start.number()).ok()?;
    Some(start.plus((i32::try_from(number).ok()? - first).rem_euclid(12)))
}
