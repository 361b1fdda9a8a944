//! Headings that are a period, with or without a year.

use super::super::value::period::dated;

/// Years that a name or a title is searched for.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2099;

/// The length in months of the period that `heading` names, and whether it states its year.
pub(super) fn length(heading: &str) -> Option<(u32, bool)> {
    let is_long = heading.len() > 4 && heading.chars().any(|c| !c.is_ascii_digit());
    match dated(heading, None, None) {
        Some((_, length)) => (is_long || heading.len() == 6).then_some((length, true)),
        // A number without a word is a column of another kind.
        None if heading.chars().any(char::is_alphabetic) => {
            dated(heading, Some(*YEARS.end()), None).map(|(_, length)| (length, false))
        }
        None => None,
    }
}

/// True for a heading that is one month with its year.
pub(super) fn is_month(heading: &str) -> bool {
    length(heading) == Some((1, true))
}

/// True for a month without its year.
pub(super) fn is_bare_month(heading: &str) -> bool {
    length(heading) == Some((1, false))
}

/// The year that a cell states and nothing else: `2025` or `FY2025`.
pub(super) fn year_of(text: &str) -> Option<u32> {
    let digits = text.trim().trim_start_matches("CY").trim();
    digits.parse().ok().filter(|year| digits.len() == 4 && YEARS.contains(year))
}

/// Years in `text`.
pub(super) fn years_in(text: &str) -> impl Iterator<Item = u32> {
    text.split(|c: char| !c.is_alphanumeric()).filter_map(year_of)
}
