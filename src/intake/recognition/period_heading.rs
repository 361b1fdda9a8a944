//! Headings that are a period, with or without a year, alone or beside a word such as `Revenue`.

use super::super::value::period::{self, Years, beside, dated};
use super::super::value::week::Week;

/// Years that a name or a title is searched for.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2099;

/// The length in months of the period that `heading` names, and whether it states its year.
pub(super) fn length(heading: &str) -> Option<(u32, bool)> {
    let is_long = heading.len() > 4 && heading.chars().any(|c| !c.is_ascii_digit());
    match dated(heading, None, Years::default()) {
        Some((_, length)) => (is_long || heading.len() == 6).then_some((length, true)),
        // A number without a word is a column of another kind.
        None if heading.chars().any(char::is_alphabetic) => {
            dated(heading, Some(*YEARS.end()), Years::default()).map(|(_, length)| (length, false))
        }
        None => None,
    }
}

/// Kind of the period in a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A month.
    Month,
    /// A week.
    Week,
    /// A quarter or a half of the calendar year.
    Part,
    /// A part of a fiscal year.
    FiscalPart,
    /// A year without a word.
    Year,
    /// A fiscal year.
    FiscalYear,
}

/// A period in a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'h> {
    pub kind: Kind,
    pub states_year: bool,
    /// Words before or after it.
    pub word: &'h str,
}

/// The period that `heading` is, or has at its end or beginning.
pub(super) fn part(heading: &str) -> Option<Part<'_>> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '-' | '_' | ':' | '/' | '(' | ')' | '|' | ',');
    let of = |text: &str| {
        let (kind, states_year) = period(text)?;
        Some((kind, states_year))
    };
    if let Some((kind, states_year)) = of(heading) {
        return Some(Part { kind, states_year, word: "" });
    }
    let gaps: Vec<usize> = heading.char_indices().filter(|(_, c)| is_between(*c)).map(|(at, _)| at).collect();
    let split = |at: usize| (heading[..at].trim_end_matches(is_between), heading[at..].trim_matches(is_between));
    let is_word = |word: &str| word.starts_with(char::is_alphabetic);
    let behind = gaps.iter().map(|at| split(*at)).filter(|(word, _)| is_word(word));
    let behind = behind.filter_map(|(word, rest)| Some((of(rest)?, word))).next();
    let before = || {
        let parts = gaps.iter().rev().map(|at| split(*at)).filter(|(_, word)| is_word(word));
        parts.filter_map(|(rest, word)| Some((of(rest)?, word))).next()
    };
    let ((kind, states_year), word) = behind.or_else(before)?;
    Some(Part { kind, states_year, word })
}

fn period(text: &str) -> Option<(Kind, bool)> {
    if Week::read(text).is_some() {
        return Some((Kind::Week, true));
    }
    if text.len() < 10 && Week::read(&format!("{text} {}", YEARS.end())).is_some() {
        return Some((Kind::Week, false));
    }
    if let Some(year) = text.strip_prefix("GJ") {
        return period(&format!("FY{year}"));
    }
    let bare = text.trim_start_matches(['F', 'f']).trim_start_matches(['Y', 'y', ' ', '-', '\'']);
    let is_fiscal = text.len() > bare.len() && text.to_uppercase().starts_with("FY");
    if is_fiscal && matches!(bare.len(), 2 | 4) && bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((Kind::FiscalYear, true));
    }
    if span(text).is_some_and(|(_, is_month)| is_fiscal || !is_month) {
        return Some((Kind::FiscalYear, true));
    }
    if year_of(text).is_some() {
        return Some((Kind::Year, true));
    }
    let (length, states_year) = length(text)?;
    let kind = match length {
        0 => Kind::FiscalPart,
        1 => Kind::Month,
        _ => Kind::Part,
    };
    Some((kind, states_year))
}

/// True for a period of a fiscal year by its number, such as `001.2025` or `012/2025`; false for the further ones of a closing.
pub(super) fn is_numbered_period(text: &str) -> bool {
    let Some((number, year)) = text.trim().split_once(['.', '/']) else { return false };
    let is_number = number.len() == 3 && number.parse().is_ok_and(|number: u32| (1..=12).contains(&number));
    is_number && year_of(year).is_some() && year.len() == 4
}

/// True for a heading that is one month with its year.
pub(super) fn is_month(heading: &str) -> bool {
    length(heading) == Some((1, true))
}

/// True for a month without its year.
pub(super) fn is_bare_month(heading: &str) -> bool {
    length(heading) == Some((1, false))
}

/// The year that a cell states and nothing else: `2025` or `CY2025`.
pub(super) fn year_of(text: &str) -> Option<u32> {
    let digits = text.trim().trim_start_matches("CY").trim();
    digits.parse().ok().filter(|year| digits.len() == 4 && YEARS.contains(year))
}

/// The year in which the fiscal year `text` ends, which states two calendar years, as `FY24/25`, `2024/25` and `2024-2025`
/// do; and whether it can be a month as well, as `2011/12` can.
pub(super) fn span(text: &str) -> Option<(u32, bool)> {
    let text = text.trim();
    let bare = ["FY", "fy", "GJ"].iter().find_map(|word| text.strip_prefix(word)).map(str::trim_start);
    let (first, second) = bare.unwrap_or(text).split_once(['/', '-', '\u{2013}'])?;
    let is_number = |part: &str| matches!(part.len(), 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(first) || !is_number(second) || first.len() < second.len() || (bare.is_none() && first.len() < 4) {
        return None;
    }
    let (from, to) = (first.parse::<u32>().ok()?, second.parse::<u32>().ok()?);
    let is_month = bare.is_none() && second.len() == 2 && to <= 12;
    let is_next = if second.len() == 4 { to == from + 1 } else { to == (from + 1) % 100 };
    let end = if first.len() == 4 { from + 1 } else { 2001 + from };
    (is_next && YEARS.contains(&end)).then_some((end, is_month))
}

/// True for a year that names its last month, such as `YE Jun 2024`.
pub(super) fn is_year_end(text: &str) -> bool {
    length(text.trim()) == Some((12, true)) && year_of(text).is_none()
}

/// True for a fiscal year: `FY2025`, `FY25`, `FY24/25` or `2024/25`.
pub(super) fn is_fiscal_year(text: &str) -> bool {
    matches!(period(text.trim()), Some((Kind::FiscalYear, _)))
}

/// The year and the number of the month in `heading`, which has `part`; no year where none is stated or where it is behind
/// the month, which dates it.
pub(super) fn month_in(heading: &str, part: &Part<'_>) -> Option<(Option<i32>, u32)> {
    let text = if part.word.is_empty() { heading } else { beside(heading, part.word)? };
    let is_year_first = text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(char::is_alphabetic);
    if part.states_year && !is_year_first {
        return None;
    }
    let (text, _) = dated(text, Some(*YEARS.end()), Years::default())?;
    let (month, _) = period::read(&text, Years::default(), &[], None).ok()?;
    Some((part.states_year.then(|| month.year()), month.number()))
}

/// Fiscal years in `text`, by the calendar year in which they end, such as `FY2025` and `2024/25`.
pub(super) fn fiscal_years_in(text: &str) -> impl Iterator<Item = u32> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '_' | '(' | ')' | ',' | '.' | ':' | ';'));
    words.filter_map(|word| {
        let of_span = span(word).filter(|(_, is_month)| !is_month).map(|(year, _)| year);
        let digits = ["FY", "fy", "GJ"].iter().find_map(|year| word.strip_prefix(year)).unwrap_or_default();
        let number = digits.parse::<u32>().ok();
        let of_label = match digits.len() {
            2 => number.map(|year| 2000 + year),
            _ => number.filter(|year| digits.len() == 4 && YEARS.contains(year)),
        };
        of_span.or(of_label)
    })
}
