//! Names of files and sheets as values of a column, such as the month or the partner that each of them holds.

use super::mapping::NamesMap;
use super::value::period::{Years, beside, dated};
use std::collections::BTreeSet;

/// The name of the sheet in `file`, or of the file without its directory and ending.
pub(super) fn name_in(file: &str) -> &str {
    let name = match file.rsplit_once('!') {
        Some((_, sheet)) => return sheet.trim(),
        None => file.rsplit_once('/').map_or(file, |(_, name)| name),
    };
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim()
}

/// The value that the name of `file` states.
pub(super) fn value_of(file: &str, names: &NamesMap) -> Box<str> {
    let name = name_in(file);
    let plain = names.word.as_ref().and_then(|word| beside(name, word)).unwrap_or(name);
    match names.year.and_then(|year| dated(plain, Some(year), Years::default())) {
        Some((text, _)) => text,
        None => plain.into(),
    }
}

/// Years that a name or a title is searched for.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2099;

/// Years in `text`, such as `2025` in `Sales 2025`.
pub(super) fn years_in(text: &str) -> impl Iterator<Item = u32> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(|word| word.trim_start_matches("CY"));
    words.filter(|word| word.len() == 4).filter_map(|word| word.parse().ok().filter(|year| YEARS.contains(year)))
}

/// The only year that the name of the sheet in `file` states, or else the name of the file.
pub(super) fn year_in_name(file: &str) -> Option<u32> {
    let of = |text: &str| years_in(text).collect::<BTreeSet<u32>>();
    let own = of(name_in(file));
    let years = if own.is_empty() { of(file) } else { own };
    years.first().copied().filter(|_| years.len() == 1)
}
