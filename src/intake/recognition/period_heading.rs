//! Headings that are a period, with or without a year, alone or beside a word such as `Revenue`.

use super::super::value::period::{Years, dated};

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
    let bare = text.trim_start_matches(['F', 'f']).trim_start_matches(['Y', 'y', ' ', '-', '\'']);
    let is_fiscal = text.len() > bare.len() && text.to_uppercase().starts_with("FY");
    if is_fiscal && matches!(bare.len(), 2 | 4) && bare.bytes().all(|byte| byte.is_ascii_digit()) {
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

/// True for a fiscal year: `FY2025` or `FY25`.
pub(super) fn is_fiscal_year(text: &str) -> bool {
    matches!(period(text.trim()), Some((Kind::FiscalYear, _)))
}

/// Years in `text`.
pub(super) fn years_in(text: &str) -> impl Iterator<Item = u32> {
    text.split(|c: char| !c.is_alphanumeric()).filter_map(year_of)
}
