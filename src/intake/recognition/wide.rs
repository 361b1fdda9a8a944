//! Tables with one column per period: which headings are periods, and which year those without one belong to.

use super::super::label::label;
use super::period_heading::{length, years_in};
use super::profile::Profile;
use super::text::quoted;
use std::collections::BTreeSet;

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

impl Wide {
    /// Headings of columns of amounts that are not periods, so that what looks like a month and is none is noticed.
    pub fn unread<'p>(&self, profile: &'p Profile) -> Vec<&'p str> {
        let last = self.columns.iter().max().copied().unwrap_or_default();
        let first = self.columns.iter().min().copied().unwrap_or_default();
        let is_beside = |index: usize| index + 1 >= first && index <= last + 1 && !self.columns.contains(&index);
        let unread = profile
            .columns
            .iter()
            .filter(|column| is_beside(column.index) && column.is_amount() && label(&column.heading).is_none());
        unread.map(|column| column.heading.as_str()).collect()
    }
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
