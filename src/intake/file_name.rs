//! Names of files and sheets as values of a column, such as the month or the partner that each of them holds.

use super::mapping::NamesMap;
use super::value::period::{Years, beside, dated};

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
