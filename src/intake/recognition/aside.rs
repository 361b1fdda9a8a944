//! Tables whose name says that their amounts are not revenue, beside a table with the same columns that are.

use super::profile::Profile;
use super::role::words;

/// Words in the names of files and sheets whose amounts are not revenue, lower case.
const WORDS: [&str; 34] = [
    "return",
    "returns",
    "refund",
    "refunds",
    "creditnote",
    "creditnotes",
    "credits",
    "gutschrift",
    "gutschriften",
    "retouren",
    "avoirs",
    "devoluciones",
    "resi",
    "budget",
    "budgets",
    "forecast",
    "forecasts",
    "plan",
    "target",
    "targets",
    "quota",
    "quotas",
    "quote",
    "quotes",
    "quotation",
    "quotations",
    "angebote",
    "devis",
    "proforma",
    "draft",
    "drafts",
    "cancelled",
    "canceled",
    "storno",
];

/// The word in the name of `profile` that says that its amounts are not revenue.
pub(super) fn aside(profile: &Profile) -> Option<&'static str> {
    let (file, sheet) = profile.file.split_once('!').unwrap_or((&profile.file, ""));
    let named = [sheet, file].into_iter().flat_map(words).collect::<Vec<_>>();
    WORDS.into_iter().find(|word| named.iter().any(|own| own == word))
}

/// The question about a table with the columns of revenue that is not read because of its name.
pub(super) fn about(profile: &Profile) -> Option<String> {
    let word = aside(profile)?;
    Some(format!(
        "it has the columns of the revenue and is not read, because `{word}` in its name says that its amounts are not revenue: if \
         they reduce it, add them to the other rows with a minus; if they are revenue, name it under `file` as well"
    ))
}
