//! The column of the currencies of the amounts, and amounts in several currencies.

use super::super::binding::names_currency;
use super::super::table::Field;
use super::super::value::currency_name;
use super::heading::names_currency_in;
use super::profile::Column;
use super::role::{CONVERTED, has_word};
use super::section::Draft;
use super::shares::shares_by;
use super::text::{key, quoted};
use crate::finding::counted;
use crate::units::grouped;
use std::collections::BTreeSet;

/// Binds the column of currency codes; one whose heading does not say so needs a sign of it in every cell.
pub(super) fn currency_column(draft: &mut Draft<'_>) {
    let is_local =
        draft.bound.iter().any(|(field, column)| *field == Field::Amount && has_word(&column.heading, CONVERTED));
    let stated =
        draft.bound.iter().any(|(field, column)| *field == Field::Amount && names_currency_in(&column.heading));
    let is_of_several =
        |column: &Column| column.currencies().iter().any(|code| Some(code) != column.currencies().first());
    let has_several = draft.profile.columns.iter().any(|column| column.are_codes() && is_of_several(column));
    if stated && (has_several || draft.profile.best(Field::Currency, is_of_several).is_some()) {
        // `Amount EUR` beside amounts in other currencies.
        return draft.section.set("columns.currency", quoted(""), "the heading of the amount states its currency");
    }
    let local = draft
        .profile
        .columns
        .iter()
        .find(|column| has_word(&column.heading, CONVERTED) && !column.currencies().is_empty());
    if let Some(column) = local.filter(|_| is_local) {
        draft.bind(Field::Currency, column, "currency codes of the amounts");
    } else if is_local {
        // The currency of the document is not that of the amounts.
        return unread_currency(draft);
    } else if !draft.bind_best(Field::Currency, "currency codes", |column| !column.currencies().is_empty())
        && let Some(column) = draft.profile.columns.iter().find(|column| column.are_codes())
    {
        draft.bind(Field::Currency, column, "every value is a currency code");
    }
    let Some((_, column)) = draft.bound.last().filter(|(field, _)| *field == Field::Currency) else {
        return unread_currency(draft);
    };
    let (heading, codes) = (column.heading.clone(), column.currencies());
    let named: Vec<String> = (column.values.keys().zip(&codes))
        .filter(|(value, code)| ***value != *code.code() && currency_name::named(value).is_none())
        .map(|(value, code)| format!("{} = {}", key(value), quoted(code.code())))
        .collect();
    if !named.is_empty() {
        draft.section.set("values.currency", format!("{{ {} }}", named.join(", ")), "names of currencies");
    }
    let different: BTreeSet<&str> = codes.iter().map(|code| code.code()).collect();
    if different.len() > 1 {
        let rows = |code: &str| -> u64 {
            column.values.iter().zip(&codes).filter(|(_, own)| own.code() == code).map(|((_, rows), _)| *rows).sum()
        };
        let Some(most) = different.iter().copied().max_by_key(|code| rows(code)) else { return };
        let words = column.values.keys().zip(&codes).filter(|(_, code)| code.code() == most);
        let words: Vec<String> = words.map(|(word, _)| quoted(word)).collect();
        let value = if let [only] = words.as_slice() { only.clone() } else { format!("[{}]", words.join(", ")) };
        draft.section.set(format!("where.{}", key(&heading)), value, "a book has one currency");
    }
}

/// Asks about amounts in several currencies, of which only one is read, with the rows, sums and partners of each.
pub(super) fn currencies(draft: &mut Draft<'_>, partner: &Column, periods: &[usize]) {
    let found = draft.bound.iter().find(|(field, _)| *field == Field::Currency).map(|(_, column)| *column);
    let Some(column) = found else { return };
    let Some(read) = draft.section.value(&format!("where.{}", key(&column.heading))).map(str::to_owned) else { return };
    let sums = shares_by(draft, column, periods);
    let is_read = |word: &str| read.contains(&quoted(word));
    let shown = |is_wanted: &dyn Fn(&str) -> bool| {
        let words = column.values.iter().filter(|(word, _)| is_wanted(word));
        let each = words.map(|(word, rows)| match sums.get(word) {
            Some(share) => format!("{word} ({}, {})", counted(share.rows, "row"), grouped(share.sum)),
            None => format!("{word} ({})", counted(*rows, "row")),
        });
        each.collect::<Vec<_>>().join(", ")
    };
    let (mut kept, mut all) = (BTreeSet::new(), BTreeSet::new());
    draft.profile.rows(|_, fields| {
        let (name, word) = (fields.text(partner.index), fields.text(column.index));
        all.insert(name.to_owned());
        if is_read(word) {
            kept.insert(name.to_owned());
        }
    });
    let gone: Vec<String> = all.difference(&kept).filter(|name| !name.is_empty()).map(|name| quoted(name)).collect();
    let is_own = draft.profile.columns.iter().any(|own| std::ptr::eq(own, partner));
    let partners = match gone.first().filter(|_| is_own) {
        None => String::new(),
        Some(first) => format!(", with all rows of {}, such as {first}", counted(gone.len(), "partner")),
    };
    let question = format!(
        "a book has one currency: only the amounts in {} are read, and those in {} are left out{partners}: convert them, or make \
         a book of each",
        shown(&is_read),
        shown(&|word| !is_read(word))
    );
    draft.ask(&column.heading.clone(), question);
}

/// Leaves a column unread whose heading says currency and whose values are not codes of currencies.
fn unread_currency(draft: &mut Draft<'_>) {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_named = |column: &&Column| {
        let is_other = column.is_amount() || column.rank(Field::Amount).is_none();
        names_currency(&column.heading) && column.filled > 0 && is_other && !is_bound(column)
    };
    let found: Vec<&Column> = draft.columns().filter(is_named).collect();
    let Some(column) = found.iter().find(|column| !column.is_amount()).or(found.first()).copied() else { return };
    if column.is_amount() {
        // `Amount in company currency` beside `Amount`.
        return draft.section.set("columns.currency", quoted(""), format!("`{}` has amounts", column.heading));
    }
    if !column.currencies().is_empty() {
        draft.section.set("columns.currency", quoted(""), format!("`{}` is not that of the amounts", column.heading));
        return draft.ask(
            &column.heading,
            "it is not the currency of the amounts, which are in another one: write `currency = \"…\"`",
        );
    }
    draft.section.set("columns.currency", quoted(""), format!("the values of `{}` are not codes", column.heading));
    if column.values.len() > 1 {
        draft.ask(&column.heading, "its values are not codes of currencies: are all amounts in one currency?");
    }
}
