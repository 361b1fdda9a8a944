//! Columns that several tables have: facts of a partner, the currency, and what speaks for revenue.

use super::super::row::truth_of;
use super::super::table::Field;
use super::heading::rank;
use super::profile::Column;
use super::section::{Draft, outcome};
use super::text::{key, quoted};
use std::collections::BTreeSet;

/// Facts of a partner.
pub(super) fn facts(draft: &mut Draft<'_>, fits: &dyn Fn(&Column) -> bool) {
    draft.bind_best(Field::PartnerName, "the name beside the identifier", |column| {
        !column.is_amount() && !column.is_date() && fits(column)
    });
    for field in [Field::Tier, Field::Territory, Field::Vertical, Field::AccountManager] {
        draft.bind_best(field, "few different words", |column| column.is_group() && fits(column));
    }
    for field in [Field::Since, Field::Until] {
        draft.bind_best(field, "nearly every cell is a date", |column| column.is_date() && fits(column));
    }
}

pub(super) fn currency_column(draft: &mut Draft<'_>) {
    draft.bind_best(Field::Currency, "currency codes", |column| !column.currencies().is_empty());
    let codes = draft.bound.last().filter(|(field, _)| *field == Field::Currency).map(|(_, column)| {
        (column.heading.clone(), column.currencies().iter().map(|code| (*code).to_owned()).collect::<Vec<_>>())
    });
    if let Some((heading, codes)) = codes.filter(|(_, codes)| codes.len() > 1) {
        let question = format!(
            "amounts are in {}, but a book has one currency: convert them, or keep one with `where`",
            codes.join(", ")
        );
        draft.ask(&heading, question);
    }
}

/// Asks about further columns that may be the amount.
pub(super) fn other_amounts(draft: &mut Draft<'_>, amount: Option<&Column>) {
    let Some(amount) = amount else { return };
    let is_other = |column: &&Column| {
        column.index != amount.index && column.is_amount() && rank(Field::Amount, &column.heading).is_some()
    };
    let others: Vec<String> =
        draft.profile.columns.iter().filter(is_other).map(|column| format!("`{}`", column.heading)).collect();
    if !others.is_empty() {
        draft.ask(&amount.heading.clone(), format!("is it the net revenue, or is it {}?", others.join(" or ")));
    }
}

/// Keeps the rows of won opportunities.
pub(super) fn won(draft: &mut Draft<'_>) {
    let of = |field: Field| draft.profile.best(field, |column| outcome(column).is_some());
    if let Some(column) = of(Field::Status).or_else(|| of(Field::Stage)) {
        let words: BTreeSet<String> = outcome(column)
            .into_iter()
            .flatten()
            .filter(|(_, ours)| *ours == "won")
            .map(|(word, _)| quoted(&word))
            .collect();
        let words: Vec<String> = words.into_iter().collect();
        let value = if let [only] = words.as_slice() { only.clone() } else { format!("[{}]", words.join(", ")) };
        draft.section.set(format!("where.{}", key(&column.heading)), value, "won opportunities are the revenue");
    } else if let Some(column) = draft.profile.best(Field::IsWon, Column::is_truth) {
        let words: Vec<String> =
            column.values.keys().filter(|word| truth_of(word) == Some(true)).map(|word| quoted(word)).collect();
        draft.section.set(
            format!("where.{}", key(&column.heading)),
            format!("[{}]", words.join(", ")),
            "won opportunities are the revenue",
        );
    }
    draft.ask(
        "",
        "no table of revenue was found: won opportunities are read as revenue in the month of their close date",
    );
}
