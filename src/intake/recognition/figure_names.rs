//! Questions about partners, product lines and territories that are named like a figure: `Budget`, `Prior year`, `Variance`.

use super::super::field::Field;
use super::profile::Column;
use super::section::Draft;
use super::shares::shares_by;
use super::text::{key, list_of};
use crate::units::grouped;

/// Words of figures, lower case; a name that has no other word is one.
const WORDS: &str = "budget plan planned target forecast fcst outlook actual actuals ist soll ziel prognose vorjahr vj delta \
    variance var abweichung difference diff average mean avg durchschnitt ytd ly py cy vs quota previous prior last year \
    growth change réalisé prévision écart presupuesto objetivo";
/// Fields whose values are members of the channel.
const MEMBERS: [Field; 4] = [Field::PartnerId, Field::PartnerName, Field::ProductLine, Field::Territory];

/// Asks about each of these columns with such a name among others.
pub(super) fn figure_names(draft: &mut Draft<'_>, periods: &[usize]) {
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
    use super::is_figure;

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
