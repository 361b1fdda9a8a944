//! Questions about partners, product lines and territories that are named like a figure: `Budget`, `Prior year`, `Variance`.

use super::super::field::Field;
use super::profile::Column;
use super::role::words;
use super::section::Draft;
use super::shares::{Share, shares_by};
use super::text::{key, list_of};
use crate::finding::{counted, listed};
use crate::units::grouped;

/// Words of figures, lower case; a name that has no other word is one.
const WORDS: &str = "budget plan planned target forecast fcst outlook actual actuals ist soll ziel prognose vorjahr vj delta \
    variance var abweichung difference diff average mean avg durchschnitt ytd ly py cy vs quota previous prior last year \
    growth change réalisé prévision écart presupuesto objetivo";
/// Fields whose values are members of the channel.
const MEMBERS: [Field; 4] = [Field::PartnerId, Field::PartnerName, Field::ProductLine, Field::Territory];

/// Words of the names of own companies, lower case: sales to them are not those of the channel.
const OWN_COMPANIES: &str = "ic intercompany interco intragroup icp konzernintern verbunden verbundene verbundenes";
/// Most names that a proposed filter lists.
const MOST_NAMES: usize = 12;

/// True for the name of an own company, such as `Acme Holding (IC)`.
pub(super) fn is_own_company(name: &str) -> bool {
    let own = words(name);
    // `IC` alone may be the name of a partner, and `IC Systems` is one.
    let is_marked = |word: &str| {
        word != "ic" || name.trim_end().ends_with("(IC)") || name.ends_with(" IC") || name.starts_with("IC-")
    };
    own.len() > 1
        && own.iter().any(|word| is_marked(word) && OWN_COMPANIES.split_whitespace().any(|known| known == word))
}

/// Asks about partners that are named as companies of the own group.
fn own_companies(draft: &mut Draft<'_>, periods: &[usize]) {
    let is_name = |field: Field| matches!(field, Field::PartnerId | Field::PartnerName);
    let bound = draft.bound.iter().filter(|(field, _)| is_name(*field)).map(|(_, column)| *column);
    for column in bound.collect::<Vec<&Column>>() {
        let names: Vec<&str> = column.values.keys().map(|name| &**name).filter(|name| is_own_company(name)).collect();
        if names.is_empty() || names.len() == column.values.len() || draft.is_asked(&column.heading) {
            continue;
        }
        let sums = shares_by(draft, column, periods);
        let own = names.iter().filter_map(|name| sums.get(*name));
        let share = own.fold(Share::default(), |sum, share| sum.with(share));
        let answer = match names.len() {
            0..=MOST_NAMES => format!("write `skip.{} = {}` under `[revenue]`", key(&column.heading), list_of(&names)),
            _ => "export the table without them".to_owned(),
        };
        let shown: Vec<&str> = names.iter().copied().take(3).collect();
        let question = format!(
            "the names of {}, such as {}, are those of own companies ({}, {}): do they count as revenue of the channel? If not, {answer}",
            counted(names.len(), "partner"),
            listed(&shown),
            counted(share.rows, "row"),
            grouped(share.sum)
        );
        draft.ask(&column.heading, question);
    }
}

/// Asks about each of these columns with such a name among others.
pub(super) fn figure_names(draft: &mut Draft<'_>, periods: &[usize]) {
    own_companies(draft, periods);
    let columns: Vec<&Column> = draft
        .bound
        .iter()
        .filter(|(field, column)| MEMBERS.contains(field) && !column.is_date())
        .map(|(_, column)| *column)
        .collect();
    for (at, column) in columns.iter().enumerate() {
        if columns.iter().take(at).any(|earlier| std::ptr::eq(*earlier, *column)) {
            continue;
        }
        let names: Vec<&str> = column.values.keys().map(|name| &**name).filter(|name| is_figure(name)).collect();
        if names.is_empty() || names.len() == column.values.len() {
            continue;
        }
        let sums = shares_by(draft, column, periods);
        let shown = |name: &&str| match sums.get(*name) {
            Some(share) => format!("`{name}` ({})", grouped(share.sum)),
            None => format!("`{name}`"),
        };
        let listed: Vec<String> = names.iter().map(shown).collect();
        let question = format!(
            "the rows of {} count, although the name is that of a figure: are they members like the others? If not, write `skip.{} = \
             {}` under `[revenue]`",
            listed.join(", "),
            key(&column.heading),
            list_of(&names),
        );
        draft.ask(&column.heading, question);
    }
}

/// True for a name of nothing but words of figures and years, with at least one such word, or for a year.
pub(super) fn is_figure(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_sign = |c: char| !c.is_alphanumeric();
    let words: Vec<&str> = lower.split(is_sign).filter(|word| !word.is_empty()).collect();
    let is_year = |word: &str| word.len() == 4 && word.parse::<u32>().is_ok_and(|year| (1990..2100).contains(&year));
    let is_word = |word: &str| WORDS.split_whitespace().any(|known| known == word);
    !words.is_empty() && words.iter().all(|word| is_year(word) || is_word(word))
}

#[cfg(test)]
mod tests {
    use super::{is_figure, is_own_company};

    #[test]
    fn own_companies_are_named_so() {
        for name in ["ACME Holding (IC)", "Acme Intercompany UK", "IC-Acme", "Verbundene Unternehmen"] {
            assert!(is_own_company(name), "{name}");
        }
        for name in ["IC Systems", "IC", "Nordic IC Ltd", "Acme", "Intercompany"] {
            assert!(!is_own_company(name), "{name}");
        }
    }

    #[test]
    fn names_of_figures_are_not_those_of_partners() {
        for name in ["Budget", "Plan 2025", "Prior year", "Vorjahr", "LY", "vs LY", "2024", "Soll/Ist"] {
            assert!(is_figure(name), "{name}");
        }
        for name in ["Target Corp", "Budget Rentals GmbH", "Acme", "P2024", "1001", "", "20240", "Mean Machines"] {
            assert!(!is_figure(name), "{name}");
        }
    }
}
