//! Columns that several tables have: facts of a partner, the currency, and what speaks for revenue.

use super::super::table::Field;
use super::super::value::currency_name;
use super::fit::Fit;
use super::heading::{compared, is_one_of, stated_currency};
use super::outcomes::outcome;
use super::profile::Column;
use super::section::Draft;
use super::synonym::{ACTUALS, DEDUCTIONS, DOCUMENT_TYPES, GROSS, SIGNS, UNCOUNTED};
use super::text::{key, quoted};
use crate::finding::{counted, listed};
use std::collections::BTreeSet;

/// Facts of a partner.
pub(super) fn facts(draft: &mut Draft<'_>, fits: &dyn Fn(&Column) -> bool) {
    draft.bind_best(Field::PartnerName, "the name next to the identifier", |column| {
        !column.is_amount() && !column.is_date() && fits(column)
    });
    for field in [Field::Tier, Field::Territory, Field::Vertical, Field::AccountManager] {
        draft.bind_best(field, "few distinct values", |column| column.is_group() && fits(column));
    }
    for field in [Field::Since, Field::Until] {
        draft.bind_best(field, "almost all cells are dates", |column| column.is_date() && fits(column));
    }
}

/// Binds the column of currency codes; one whose heading does not say so needs a sign of it in every cell.
pub(super) fn currency_column(draft: &mut Draft<'_>) {
    if !draft.bind_best(Field::Currency, "currency codes", |column| !column.currencies().is_empty()) {
        let is_of_codes = |column: &&Column| {
            let codes = column.currencies();
            !codes.is_empty() && codes.iter().all(|code| stated_currency(code.code()).is_some())
        };
        if let Some(column) = draft.profile.columns.iter().find(is_of_codes) {
            draft.bind(Field::Currency, column, "every value is a currency code");
        }
    }
    let Some((_, column)) = draft.bound.last().filter(|(field, _)| *field == Field::Currency) else { return };
    let (heading, codes) = (column.heading.clone(), column.currencies());
    let named: Vec<String> = (column.values.keys().zip(&codes))
        .filter(|(value, code)| ***value != *code.code() && currency_name::named(value).is_none())
        .map(|(value, code)| format!("{} = {}", key(value), quoted(code.code())))
        .collect();
    if !named.is_empty() {
        draft.section.set("values.currency", format!("{{ {} }}", named.join(", ")), "names of currencies");
    }
    let codes: BTreeSet<&str> = codes.iter().map(|code| code.code()).collect();
    if codes.len() > 1 {
        let codes: Vec<&str> = codes.into_iter().collect();
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
    let is_other =
        |column: &&Column| column.index != amount.index && column.is_amount() && column.rank(Field::Amount).is_some();
    let others: Vec<String> =
        draft.profile.columns.iter().filter(is_other).map(|column| format!("`{}`", column.heading)).collect();
    let own = compared(&amount.heading);
    if others.is_empty() && GROSS.iter().any(|word| own.contains(word)) {
        draft.ask(
            &amount.heading.clone(),
            "is it the net revenue? Its name says that it may contain taxes or discounts",
        );
    }
    if !others.is_empty() {
        draft.ask(&amount.heading.clone(), format!("is it the net revenue, or is it {}?", others.join(" or ")));
    }
}

/// Asks about a column that says which amounts are debits and which are credits: amounts are read with their own sign.
pub(super) fn signs(draft: &mut Draft<'_>) {
    let is_sign = |column: &&Column| {
        let mut words: Vec<String> = column.values.keys().map(|value| value.to_lowercase()).collect();
        words.sort_unstable();
        let words: Vec<&str> = words.iter().map(|word| word.trim_end_matches('.')).collect();
        SIGNS.iter().any(|pair| words == *pair)
    };
    let amounts: Vec<&Column> =
        draft.bound.iter().filter(|(field, _)| *field == Field::Amount).map(|(_, column)| *column).collect();
    // Amounts with a sign need no other.
    let have_sign = amounts.iter().any(|column| column.values.keys().any(|value| value.contains(['-', '(', '−'])));
    let Some(column) = draft.profile.columns.iter().find(is_sign).filter(|_| !have_sign) else { return };
    let values: Vec<String> = column.values.keys().map(|value| quoted(value)).collect();
    let (heading, values) = (column.heading.clone(), values.join(" and "));
    draft.ask(
        &heading,
        format!("do {values} change the sign of the amount? It is read as written: export signed amounts if so"),
    );
}

/// Asks about amounts beside the bound one that are to be taken off it, such as returns.
pub(super) fn deductions(draft: &mut Draft<'_>) {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_deduction =
        |column: &&Column| column.is_amount() && !is_bound(column) && is_one_of(DEDUCTIONS, &column.heading);
    let found: Vec<&str> =
        draft.profile.columns.iter().filter(is_deduction).map(|column| column.heading.as_str()).collect();
    if !found.is_empty() {
        let question = format!("{} is not taken off the amount: is the amount net of it?", listed(&found));
        let heading =
            draft.bound.iter().find(|(field, _)| *field == Field::Amount).map(|(_, column)| column.heading.clone());
        draft.ask(&heading.unwrap_or_default(), question);
    }
}

/// Asks about words such as `Cancelled`, whose rows may not count as revenue.
pub(super) fn uncounted(draft: &mut Draft<'_>) {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let (mut found, mut scenario) = (Vec::new(), None);
    for column in draft.columns().filter(|column| column.values.len() <= 50 && !is_bound(column)) {
        let is_uncounted = |word: &str| UNCOUNTED.contains(&compared(word).as_str());
        let words: Vec<String> =
            column.values.keys().filter(|word| is_uncounted(word)).map(|word| quoted(word)).collect();
        let actual = column.values.keys().find(|word| ACTUALS.contains(&compared(word).as_str()));
        if let Some(actual) = actual.filter(|_| !words.is_empty() && words.len() + 1 == column.values.len()) {
            scenario = Some((column.heading.clone(), quoted(actual), words));
        } else if !words.is_empty() && words.len() < column.values.len() {
            found.push((column.heading.clone(), words));
        }
    }
    let is_open = |column: &&Column| {
        let is_asked = found.iter().any(|(heading, _)| *heading == column.heading);
        (2..=12).contains(&column.values.len()) && !is_bound(column) && !is_asked
    };
    let types = draft.profile.columns.iter().filter(|column| is_one_of(DOCUMENT_TYPES, &column.heading)).find(is_open);
    if let Some(column) = types {
        let counts = column.values.iter();
        let values: Vec<String> =
            counts.map(|(value, rows)| format!("{} in {}", quoted(value), counted(*rows, "row"))).collect();
        let (heading, key) = (column.heading.clone(), key(&column.heading));
        let question = format!(
            "do the rows of every type count ({})? If not, write `skip.{key} = [\"…\"]` under `[revenue]`",
            values.join(", ")
        );
        draft.ask(&heading, question);
    }
    if let Some((heading, actual, words)) = scenario {
        let words = words.join(", ");
        draft.section.set(format!("where.{}", key(&heading)), actual.clone(), format!("the others are {words}"));
        draft.ask(&heading, format!("are the rows with {actual} the revenue? Those with {words} are left out"));
    }
    for (heading, words) in found {
        let (key, words) = (key(&heading), words.join(", "));
        draft.ask(
            &heading,
            format!("do the rows with {words} count? If not, write `skip.{key} = [{words}]` under `[revenue]`"),
        );
    }
}

/// Makes the won opportunities the revenue; `amount` is the amount of the open ones.
pub(super) fn won_revenue<'p>(draft: &mut Draft<'p>, fit: &Fit<'p>, amount: &'p Column) {
    let revenue = fit.amount.unwrap_or(amount);
    let month = fit.won_date.or(fit.close_date).or(fit.date);
    let members: Vec<String> = [("month", month), ("amount", Some(revenue))]
        .into_iter()
        .filter_map(|(name, column)| Some(format!("{name} = {}", quoted(&column?.heading))))
        .collect();
    draft.section.set("won_revenue", format!("{{ {} }}", members.join(", ")), "no other table has revenue");
    if std::ptr::eq(revenue, amount) {
        other_amounts(draft, fit.amount);
    }
    let month = month.map_or("", |column| &column.heading);
    let question = format!(
        "no table of revenue was found: is the revenue the `{}` of won opportunities, in the month of `{month}`?",
        revenue.heading
    );
    draft.ask("", question);
}
