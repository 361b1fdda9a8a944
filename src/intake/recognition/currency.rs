//! The currency of a book, as titles, headings and values state it.

use super::super::store::Store;
use super::super::table::Field;
use super::super::value::notation::Notation;
use super::super::value::number;
use super::amounts::plus;
use super::fit::Fit;
use super::heading::{compared, names_currency_in, stated_currency};
use super::name_currency::currency_of;
use super::outcome::Question;
use super::profile::Column;
use super::text::{Section, quoted};
use crate::finding::counted;
use crate::units::{Currency, grouped};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The currency that headings or values state, unless a column has it.
pub(super) fn currency(store: &Store, fits: &[Option<&Fit<'_>>], questions: &mut Vec<Question>) -> Option<Section> {
    let mut section = Section::new("");
    let mut has_column = false;
    let mut stated: BTreeMap<&str, String> = BTreeMap::new();
    for fit in fits.iter().flatten() {
        has_column |= has_own_column(fit);
        stated_by(fit, &mut stated);
    }
    if has_column || fits.iter().all(Option::is_none) {
        return None;
    }
    let place = store.name.clone();
    // The heading of the amount decides over those of other amounts.
    let amounts = fits.iter().flatten().filter(|fit| fit.unpivoted().is_none()).filter_map(|fit| fit.amount);
    let own: BTreeSet<&str> = amounts
        .flat_map(|column| column.heading.split([' ', '(', ')', '[', ']', '_', '/']).filter_map(stated_currency))
        .collect();
    if own.len() == 1 {
        stated.retain(|code, _| own.contains(code));
    }
    if stated.is_empty() {
        for (profile, code) in fits.iter().flatten().filter_map(|fit| Some((fit.profile, currency_of(fit.profile)?))) {
            stated.entry(code).or_insert_with(|| format!("the name `{}` states it", profile.file));
        }
    }
    yen(&mut stated, fits, store, questions);
    let is_mixed = fits.iter().flatten().find_map(|fit| mixed(fit));
    if let Some(question) = is_mixed.filter(|_| stated.len() == 1) {
        questions.push(Question { place: place.clone(), question });
    }
    // `$` alone does not say whose dollars they are.
    if stated.len() == 1 {
        stated.retain(|code, _| code.parse::<Currency>().is_ok());
    }
    match stated.iter().collect::<Vec<_>>().as_slice() {
        [(code, reason)] => {
            section.set("currency", quoted(code), (*reason).clone());
            return Some(section);
        }
        [] => {
            let question = format!("no currency is stated; {} is assumed: write `currency = \"…\"`", Currency::USD);
            questions.push(Question { place, question });
        }
        many => {
            let codes: Vec<String> = many.iter().map(|(code, _)| (**code).to_owned()).collect();
            let question = fits.iter().flatten().find_map(|fit| mixed(fit)).unwrap_or_else(|| {
                format!("several currencies are stated ({}): write `currency = \"…\"`", codes.join(", "))
            });
            questions.push(Question { place, question });
        }
    }
    None
}

/// Adds the currencies that titles, headings and amounts of a table state, with the reason for each.
fn stated_by<'p>(fit: &Fit<'p>, stated: &mut BTreeMap<&'p str, String>) {
    for title in &fit.profile.titles {
        for word in title.split([' ', '(', ')', '[', ']', '/']).filter_map(stated_currency) {
            stated.entry(word).or_insert_with(|| format!("the title `{title}` states it"));
        }
    }
    // `Amount (USD)` beside `Amount` is converted.
    let is_other = |column: &Column| {
        let is_same = |amount: &Column| compared(&amount.heading) == compared(&column.heading);
        fit.amount.is_some_and(|amount| amount.index != column.index && is_same(amount))
    };
    for column in fit.profile.columns.iter().filter(|column| column.is_amount() && !is_other(column)) {
        let words = column.heading.split([' ', '(', ')', '[', ']', '_', '/']).filter_map(stated_currency);
        for word in words {
            stated.entry(word).or_insert_with(|| format!("the heading `{}`", column.heading));
        }
        for code in column.notation.currencies.keys() {
            stated.entry(code).or_insert_with(|| format!("the amounts of `{}` state it", column.heading));
        }
    }
}

/// True for a column of currencies that is that of the amounts: `Amount EUR` may be beside amounts in several.
pub(super) fn has_own_column(fit: &Fit<'_>) -> bool {
    let column = fit.profile.best(Field::Currency, |column| !column.currencies().is_empty());
    // `HWähr` is bound by its values alone.
    let is_of_codes = |column: &&Column| column.are_codes() && fit.profile.best(Field::Currency, |_| true).is_none();
    let column = column.or_else(|| fit.profile.columns.iter().find(is_of_codes));
    let codes = column.map(Column::currencies).unwrap_or_default();
    let is_stated = fit.amount.is_some_and(|amount| names_currency_in(&amount.heading));
    column.is_some() && !(is_stated && codes.iter().any(|code| Some(code) != codes.first()))
}

/// The question about a column whose amounts state different currencies, with the sum of each; `None` where they do not.
fn mixed(fit: &Fit<'_>) -> Option<String> {
    let column = fit.amount.filter(|column| column.notation.currencies.len() > 1)?;
    let mut sums: BTreeMap<String, (usize, Decimal)> = BTreeMap::new();
    fit.profile.rows(|_, fields| {
        // Which sign is the decimal one is not decided: the plain form alone is added.
        let Ok(number) = number::read(fields.text(column.index), Notation::default()) else { return };
        let sign = number.currencies.iter().flatten().next().map_or("no currency", |sign| *sign).to_owned();
        let (rows, sum) = sums.entry(sign).or_default();
        *rows += 1;
        *sum = plus(*sum, number.value);
    });
    let shown: Vec<String> = sums
        .iter()
        .map(|(sign, (rows, sum))| format!("{sign} ({}, {})", counted(*rows, "row"), grouped(*sum)))
        .collect();
    (sums.len() > 1).then(|| {
        format!(
            "the amounts of `{}` are in several currencies: {}. A book has one: convert them, or export a file for each currency, and \
             write `currency = \"…\"`",
            column.heading,
            shown.join(", ")
        )
    })
}

/// Makes `¥` the yen below Japanese headings, and asks about it below others.
fn yen(stated: &mut BTreeMap<&str, String>, fits: &[Option<&Fit<'_>>], store: &Store, questions: &mut Vec<Question>) {
    let mut signs = Vec::new();
    for sign in ["¥", "￥"] {
        signs.extend(stated.remove(sign));
    }
    let Some(reason) = signs.pop() else { return };
    let mut headings = fits.iter().flatten().flat_map(|fit| &fit.profile.columns);
    let is_japanese = headings.any(|column| column.heading.contains(['売', '円', '顧', '価', '税']));
    if is_japanese || stated.contains_key("JPY") {
        stated.entry("JPY").or_insert(reason);
    } else if !stated.contains_key("CNY") {
        let question =
            "`¥` is the sign of two currencies: write `currency = \"JPY\"` or `currency = \"CNY\"`".to_owned();
        questions.push(Question { place: store.name.clone(), question });
    }
}
