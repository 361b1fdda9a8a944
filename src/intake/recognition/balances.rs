//! Rows that state a balance: sums carried from page to page or from year to year, which are not revenue.

use super::super::balance::{Balance, balance};
use super::amounts::{amount_columns, notation, number, plus};
use super::profile::Column;
use super::section::Draft;
use super::text::{key, list_of, quoted};
use crate::finding::counted;
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Rows of one name of a balance.
#[derive(Default)]
struct Rows {
    count: usize,
    sum: Decimal,
    is_carried: bool,
    /// True when each is the sum of the rows above it, or of those of its partner.
    is_proven: bool,
}

/// Sums of the rows so far, and of those of each partner; an earlier balance ends none of them.
#[derive(Default)]
struct Sums {
    all: Decimal,
    partners: BTreeMap<Box<str>, Decimal>,
}

impl Sums {
    fn add(&mut self, partner: &str, amount: Decimal) {
        self.all = plus(self.all, amount);
        let own = self.partners.entry(partner.into()).or_default();
        *own = plus(*own, amount);
    }

    fn has(&self, partner: &str, amount: Decimal) -> bool {
        !amount.is_zero() && (amount == self.all || self.partners.get(partner) == Some(&amount))
    }
}

/// True when a cell of `columns` is named as a balance.
fn has_balance(draft: &Draft<'_>, columns: &[&Column]) -> bool {
    let mut found = false;
    draft.profile.all_rows(|_, fields| {
        found = found || columns.iter().any(|column| balance(fields.text(column.index)).is_some());
    });
    found
}

/// Leaves out rows that are named as a balance in the column `partner`, and in another one those that are carried over or
/// proven; asks about all of them.
pub(super) fn balances(draft: &mut Draft<'_>, partner: &Column, periods: &[usize]) {
    let (columns, notation) = (amount_columns(draft, periods), notation(draft));
    let is_text = |column: &&Column| !column.is_amount() && !column.is_date() && !columns.contains(&column.index);
    let texts: Vec<&Column> = draft.profile.columns.iter().filter(is_text).collect();
    let mut found: Vec<BTreeMap<String, Rows>> = texts.iter().map(|_| BTreeMap::new()).collect();
    let is_of = |column: &Column, balance: &Balance| !balance.is_of_goods || std::ptr::eq(column, partner);
    if !has_balance(draft, &texts) {
        return;
    }
    let mut sums = Sums::default();
    draft.profile.all_rows(|_, fields| {
        let amounts = columns.iter().filter_map(|index| number(fields.text(*index), notation));
        let (amount, name) = (amounts.fold(Decimal::ZERO, plus), fields.text(partner.index));
        let mut is_balance = false;
        for (column, found) in texts.iter().zip(&mut found) {
            let text = fields.text(column.index);
            let Some(balance) = balance(text).filter(|balance| is_of(column, balance)) else { continue };
            is_balance = true;
            let rows = found.entry(text.to_owned()).or_insert(Rows { is_proven: true, ..Rows::default() });
            rows.count += 1;
            rows.sum = plus(rows.sum, amount);
            rows.is_carried = balance.is_carried;
            rows.is_proven &= sums.has(name, amount);
        }
        if !is_balance {
            sums.add(name, amount);
        }
    });
    for (column, found) in texts.into_iter().zip(found) {
        let is_partner = std::ptr::eq(column, partner);
        let (out, asked): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(_, rows)| is_partner || rows.is_carried || rows.is_proven);
        let shown = |(word, rows): &(String, Rows)| {
            format!("{} in {} ({})", quoted(word), counted(rows.count, "row"), grouped(rows.sum))
        };
        let name = format!("skip.{}", key(&column.heading));
        if !out.is_empty() && !draft.section.has(&name) {
            let words: Vec<&str> = out.iter().map(|(word, _)| word.as_str()).collect();
            draft.section.set(name.clone(), list_of(&words), "balances are not revenue");
            let what: Vec<String> = out.iter().map(shown).collect();
            let question = format!("{} left out as a balance of other rows: is any of it revenue?", what.join(", "));
            draft.ask(&column.heading, question);
        }
        if !asked.is_empty() {
            let words: Vec<&str> = asked.iter().map(|(word, _)| word.as_str()).collect();
            let what: Vec<String> = asked.iter().map(shown).collect();
            let question = format!(
                "{}: a payment, or a balance of other rows? For a balance, write `{name} = {}` under `[revenue]`",
                what.join(", "),
                list_of(&words)
            );
            draft.ask(&column.heading, question);
        }
    }
}
