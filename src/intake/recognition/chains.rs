//! Rows that have the partner and the amount of other rows under another kind of document, as an order, its delivery and its
//! invoice have, each with a number and a date that no other one has.

use super::amounts::{RowAmount, plus};
use super::prefix::{is_numbered, prefix};
use super::profile::Column;
use super::section::Draft;
use super::shares::{Filters, is_read};
use super::text::key;
use crate::finding::listed;
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Most rows of a table that is looked at, and fewest amounts that are in it under several kinds.
const MOST_ROWS: u64 = 100_000;
const FEWEST: usize = 6;
/// Most kinds of documents.
const MOST_KINDS: usize = 6;
/// Most columns that are looked at.
const MOST_COLUMNS: usize = 8;

/// Rows of one partner with one amount, by the kind of their document.
type Kinds = BTreeMap<String, usize>;

/// Asks about such rows, by the first column whose values are the kinds.
pub(super) fn chains(draft: &mut Draft<'_>, partner: &Column, periods: &[usize]) {
    let amount = RowAmount::of(draft, periods);
    if !periods.is_empty() || !amount.is_known() || draft.profile.rows > MOST_ROWS {
        return;
    }
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_own = |column: &Column| draft.profile.columns.iter().any(|own| std::ptr::eq(own, column));
    let is_kind = |column: &&Column| {
        let is_type = (2..=MOST_KINDS).contains(&column.values.len()) && column.is_group() && !column.is_amount();
        !is_bound(column) && !column.is_date() && (is_type || is_numbered(column))
    };
    let columns: Vec<&Column> = draft.profile.columns.iter().filter(is_kind).take(MOST_COLUMNS).collect();
    if columns.is_empty() || !is_own(partner) {
        return;
    }
    let mut groups: Vec<BTreeMap<(Box<str>, Decimal), Kinds>> = columns.iter().map(|_| BTreeMap::new()).collect();
    let (filters, mut amounts) = (Filters::of(draft), BTreeSet::new());
    let filters = filters.at(draft.profile);
    draft.profile.rows(|_, fields| {
        let own = amount.read(fields).filter(|own| *own > Decimal::ZERO && is_read(&filters, fields));
        let Some(own) = own else { return };
        amounts.insert(own);
        for (column, groups) in columns.iter().zip(&mut groups) {
            let text = fields.text(column.index);
            let kind = if is_numbered(column) { prefix(text).unwrap_or_default() } else { text.to_owned() };
            let group = groups.entry((fields.text(partner.index).into(), own)).or_default();
            *group.entry(kind).or_default() += 1;
        }
    });
    for (column, groups) in columns.iter().zip(&groups) {
        if let Some(question) = question(draft.section.table, column, groups, amounts.len()) {
            return draft.ask(&column.heading.clone(), question);
        }
    }
}

/// The question about amounts that most partners have under each of several kinds; `None` where equal amounts are usual.
fn question(
    table: &str,
    column: &Column,
    groups: &BTreeMap<(Box<str>, Decimal), Kinds>,
    amounts: usize,
) -> Option<String> {
    let is_chain = |kinds: &&Kinds| kinds.len() > 1 && kinds.values().all(|rows| *rows == 1);
    let chains = || groups.values().filter(is_chain);
    let count = chains().count();
    // Fees of one amount have several rows under one kind; prices of a list are those of several partners.
    if count < FEWEST || count * 2 < groups.len() || amounts * 10 < groups.len() * 9 {
        return None;
    }
    let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
    let (mut all, mut once) = (Decimal::ZERO, Decimal::ZERO);
    for ((_, amount), kinds) in groups.iter().filter(|(_, kinds)| is_chain(kinds)) {
        once = plus(once, *amount);
        for kind in kinds.keys() {
            all = plus(all, *amount);
            let sum = sums.entry(kind).or_default();
            *sum = plus(*sum, *amount);
        }
    }
    let kinds: Vec<&str> = sums.keys().copied().collect();
    let shown: Vec<String> = sums.iter().map(|(kind, sum)| format!("`{kind}` ({})", grouped(*sum))).collect();
    let answer = if is_numbered(column) {
        "export the documents of one kind alone".to_owned()
    } else {
        format!("write `where.{} = \"…\"` under `[{table}]` with the one that is the revenue", key(&column.heading))
    };
    Some(format!(
        "{count} amounts have one row of the same partner for each of {}, as an order, its delivery and its invoice have: {}. These rows \
         sum to {}, and to {} if each amount counts once: do they count several times? If so, {answer}",
        listed(&kinds),
        shown.join(", "),
        grouped(all),
        grouped(once)
    ))
}
