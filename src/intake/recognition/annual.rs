//! Annual amounts in the rows of months, such as the recurring revenue at the end of each: their sum is not the revenue of a year.

use super::super::value::period::{self, Years};
use super::amounts::{RowAmount, plus};
use super::profile::Column;
use super::role::words;
use super::section::Draft;
use super::shares::{Filters, is_read};
use super::suspect_words::has_phrase;
use crate::units::{Month, grouped};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Most rows of a table that is looked at.
const MOST_ROWS: u64 = 50_000;
/// Months per partner from which annual amounts repeat.
const FEWEST_MONTHS: usize = 3;
/// Words of headings of annual amounts.
const ANNUAL: &str = "arr acv annual annualised annualized annually annual_recurring run_rate runrate yearly per_year p.a jahreswert \
    jahresbetrag jahresvertragswert annuel annuelle anual annuale";

/// Asks about annual amounts of which the partners have rows in several months.
pub(super) fn annual(draft: &mut Draft<'_>, partner: &Column, date: Option<&Column>, amount: Option<&Column>) {
    let (Some(date), Some(column)) = (date, amount) else { return };
    let is_own = |column: &Column| draft.profile.columns.iter().any(|own| std::ptr::eq(own, column));
    let is_annual = has_phrase(&words(&column.heading), ANNUAL);
    let amount = RowAmount::of(draft, &[]);
    let is_small = draft.profile.rows <= MOST_ROWS;
    if !is_annual || !is_small || !amount.is_known() || ![partner, date, column].into_iter().all(is_own) {
        return;
    }
    let filters = Filters::of(draft);
    let filters = filters.at(draft.profile);
    let (mut all, mut months) = (Decimal::ZERO, BTreeMap::<Box<str>, BTreeMap<Month, Decimal>>::new());
    draft.profile.rows(|_, fields| {
        let month = period::read(fields.text(date.index), Years::default(), &[], None).ok().map(|(month, _)| month);
        let own = amount.read(fields).filter(|_| is_read(&filters, fields));
        let (Some(month), Some(own)) = (month, own) else { return };
        all = plus(all, own);
        let sum = months.entry(fields.text(partner.index).into()).or_default().entry(month).or_default();
        *sum = plus(*sum, own);
    });
    let several = months.values().filter(|months| months.len() >= FEWEST_MONTHS).count();
    if several == 0 || several * 2 < months.len() {
        return;
    }
    let last = months
        .values()
        .filter_map(|months| months.values().next_back())
        .fold(Decimal::ZERO, |sum, own| plus(sum, *own));
    let heading = column.heading.clone();
    let question = format!(
        "the heading names annual amounts, and the partners have them in several months: all sum to {}, and those of the last month of \
         each partner to {}. If each month repeats the amount of a year, divide it by 12 or export the revenue of the months",
        grouped(all),
        grouped(last)
    );
    draft.ask(&heading, question);
}
