//! Words for running sums, such as the year to date, in headings, titles and cells.

use super::heading::{compared, is_one_of};
use super::profile::{Column, Profile};
use super::role::{has_word, words};
use super::synonym::{MEASURES, QUANTITIES};

/// Words of running sums, lower case.
const WORDS: [&str; 20] = [
    "ytd",
    "qtd",
    "ltm",
    "cumulative",
    "cumul",
    "cumulé",
    "cumulée",
    "cumule",
    "cum",
    "kumuliert",
    "kumulierte",
    "kumulierter",
    "kumuliertes",
    "kumul",
    "aufgelaufen",
    "acumulado",
    "acumulada",
    "cumulato",
    "cumulatief",
    "累計",
];
/// Phrases of running sums, without spaces.
const PHRASES: [&str; 6] = ["yeartodate", "quartertodate", "runningtotal", "runningsum", "rollingtwelve", "rolling12"];
/// The reason against running sums, and what to do.
pub(super) const NEXT: &str =
    "has running sums, each with the months before it: export the amounts of each month, else write";

/// True when `text` names a running sum.
pub(super) fn is_running(text: &str) -> bool {
    let folded = compared(text);
    PHRASES.iter().any(|phrase| folded.contains(phrase))
        || words(text).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// True when the rows with `value` in the column `heading` are running sums or quantities beside the revenue.
pub(super) fn is_apart(heading: &str, value: &str) -> bool {
    is_running(value) || (has_word(heading, MEASURES) && is_one_of(QUANTITIES, value))
}

/// A heading that names running sums, alone or beside a period.
pub(super) fn running(profile: &Profile) -> Option<&str> {
    let is_one = |column: &&Column| column.is_amount() && is_running(&column.heading);
    profile.columns.iter().find(is_one).map(|column| column.heading.as_str())
}
