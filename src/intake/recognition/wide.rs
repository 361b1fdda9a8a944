//! Tables with one column per period: which headings are periods, and which year those without one belong to.

use super::super::reshape::dated;
use super::profile::Profile;
use super::text::quoted;
use std::collections::BTreeSet;

/// Years that a name or a title is searched for.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2099;

/// Columns that are periods, and how the mapping file reads them.
pub(super) struct Wide {
    /// Value of `unpivot`, with the reason for it.
    pub value: String,
    pub reason: String,
    /// Indices of the columns.
    pub columns: Vec<usize>,
    /// Question about the year, when the table does not state it.
    pub question: Option<String>,
}

/// The length in months of the period that `heading` names, and whether it states its year.
fn length(heading: &str) -> Option<(u32, bool)> {
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
fn years_in(text: &str) -> impl Iterator<Item = u32> {
    text.split(|c: char| !c.is_alphanumeric()).filter_map(year_of)
}

/// The periods among the headings of `profile`.
pub(super) fn wide(profile: &Profile) -> Option<Wide> {
    let of = |months: &[u32], states_year: bool| -> Vec<(usize, &str)> {
        let headings = profile.columns.iter().map(|column| (column.index, column.heading.as_str()));
        headings
            .filter(|(_, heading)| {
                length(heading).is_some_and(|(length, year)| months.contains(&length) && year == states_year)
            })
            .collect()
    };
    for (lengths, least, word) in [(&[1][..], 3, "months"), (&[3, 6], 2, "parts of a year")] {
        for states_year in [true, false] {
            let found = of(lengths, states_year);
            if found.len() < least {
                continue;
            }
            let (columns, headings): (Vec<usize>, Vec<&str>) = found.into_iter().unzip();
            let period = match word {
                "months" => "\"months\"".to_owned(),
                _ => format!("[{}]", headings.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(", ")),
            };
            let reason = format!("{} columns are {word}", headings.len());
            if states_year {
                return Some(Wide { value: format!("{{ period = {period} }}"), reason, columns, question: None });
            }
            let texts = [profile.file.as_str()].into_iter().chain(profile.titles.iter().map(String::as_str));
            let years: Vec<u32> = texts.flat_map(years_in).collect::<BTreeSet<u32>>().into_iter().collect();
            return Some(match years.as_slice() {
                [year] => Wide {
                    value: format!("{{ period = {period}, year = {year} }}"),
                    reason: format!("{reason}, and its name or title has the year"),
                    columns,
                    question: None,
                },
                _ => Wide {
                    value: format!("{{ period = {period} }}"),
                    reason,
                    columns,
                    question: Some(format!(
                        "`{}` states no year: write `unpivot = {{ period = {period}, year = … }}`",
                        headings.first().copied().unwrap_or_default()
                    )),
                },
            });
        }
    }
    None
}
