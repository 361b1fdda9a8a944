//! Questions about columns beside the amount which say that some rows may not count, or not in full.

use super::super::value::period::{self, Years};
use super::amounts::{amount_columns, notation, number, plus};
use super::figure_names::figure_names;
use super::fit::Fit;
use super::heading::is_one_of;
use super::notation::is_number;
use super::profile::Column;
use super::role::{has_word, is_quantity, words};
use super::section::Draft;
use super::synonym::QUANTITIES;
use super::text::{key, list_of};
use crate::finding::counted;
use crate::units::{Month, grouped};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Words of the part of an amount that belongs to the partner.
const SHARES: &str = "share split allocation anteil quote part";
/// Words of lines above another one.
const LINES: &str = "line item position pos row sku";
/// Words of the dates of invoices, which rows without one may not have yet.
const INVOICED: &str =
    "invoice invoiced billing billed paid payment rechnungsdatum fakturadatum facture factura fattura";

/// First words of the texts of payments, which settle invoices, lower case.
const PAYMENTS: &str =
    "payment zahlung zahlungseingang paiement règlement reglement pago cobro pagamento incasso betaling";
/// Further words of such texts, lower case.
const OF_PAYMENTS: &str = "received receipt from for of to by on per via in thank you no nr ref invoice invoices wire transfer \
    bank cheque check card cash eingang vom von für rechnung reçu de du par facture facturas factura fattura recibido \
    ricevuto ontvangen van";
/// Headings of columns that say how or when a customer pays, and of no payment.
const TERMS: &str = "terms term method methods mode conditions condition type zahlungsbedingung zahlungsart";
/// Most texts that a proposed filter lists.
const MOST_TEXTS: usize = 12;

/// Asks about all of these columns.
pub(super) fn doubts(draft: &mut Draft<'_>, fit: &Fit<'_>) {
    shares(draft);
    parents(draft);
    not_invoiced(draft, fit.date);
    lengths(draft, fit.date);
    returns(draft, fit.amount);
    let periods = fit.unpivoted().map_or(&[][..], |wide| wide.columns.as_slice());
    payments(draft, periods);
    figure_names(draft, periods);
}

/// Columns of the table that no column of the book is bound to.
fn free<'p>(draft: &Draft<'p>) -> Vec<&'p Column> {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    draft.profile.columns.iter().filter(|column| column.filled > 0 && !is_bound(column)).collect()
}

/// Shares of several partners in one amount.
pub(super) fn shares(draft: &mut Draft<'_>) {
    let is_share = |column: &&Column| {
        let is_percent = column.heading.contains('%') || has_word(&column.heading, "pct percent percentage");
        has_word(&column.heading, SHARES) && (is_percent || column.percents > 0) && column.values.len() > 1
    };
    for column in free(draft).into_iter().filter(is_share) {
        let question = "the amounts are not multiplied by it: is each the share of its partner already? If not, write them as a \
                        `product`";
        draft.ask(&column.heading, question);
    }
}

/// Lines that are parts of another line.
fn parents(draft: &mut Draft<'_>) {
    let is_parent = |column: &&Column| {
        let heading = &column.heading;
        (has_word(heading, "parent higher superordinate übergeordnete") && has_word(heading, LINES))
            || heading == "UEPOS"
    };
    for column in free(draft).into_iter().filter(is_parent).filter(|column| column.blank() > 0) {
        let rows = counted(usize::try_from(column.filled).unwrap_or(usize::MAX), "row");
        let question = format!(
            "{rows} are parts of another line: is their amount in that of the line as well, so that it counts twice? Then write \
             `where.{} = \"\"` under `[revenue]`",
            key(&column.heading)
        );
        draft.ask(&column.heading, question);
    }
}

/// Dates of invoices beside the date of the revenue that some rows lack.
fn not_invoiced(draft: &mut Draft<'_>, date: Option<&Column>) {
    let Some(date) = date.filter(|date| !has_word(&date.heading, INVOICED)) else { return };
    let is_open = |column: &&Column| column.is_date() && column.empty > 0 && has_word(&column.heading, INVOICED);
    for column in free(draft).into_iter().filter(is_open) {
        let question = format!(
            "{} without it: is the revenue that of `{}`, or only that of rows with this date? Then write `columns.month = {}` and \
             `skip.{} = \"\"` under `[revenue]`",
            counted(usize::try_from(column.blank()).unwrap_or(usize::MAX), "row"),
            date.heading,
            list_of(&[&column.heading]),
            key(&column.heading)
        );
        draft.ask(&column.heading, question);
    }
}

/// Negative quantities beside positive amounts, as returns have whose amounts are written without a sign.
fn returns(draft: &mut Draft<'_>, amount: Option<&Column>) {
    let is_bound = |amount: &Column| draft.bound.iter().any(|(_, column)| std::ptr::eq(*column, amount));
    let Some(amount) = amount.filter(|amount| is_bound(amount)) else { return };
    let is_one = |column: &&Column| {
        let is_named = is_one_of(QUANTITIES, &column.heading) || is_quantity(&column.heading);
        is_named && column.is_amount() && column.index != amount.index
    };
    let is_negative = |column: &&Column| column.values.keys().any(|text| text.starts_with(['-', '(', '−']));
    let Some(quantity) = draft.profile.columns.iter().find(is_one).filter(is_negative) else { return };
    let (notation, mut apart, mut together, mut sum) = (notation(draft), 0usize, 0usize, Decimal::ZERO);
    draft.profile.rows(|_, fields| {
        let [quantity, amount] = [quantity, amount].map(|column| number(fields.text(column.index), notation));
        let (Some(quantity), Some(amount)) = (quantity, amount) else { return };
        if quantity < Decimal::ZERO && amount > Decimal::ZERO {
            apart += 1;
            sum = plus(sum, amount);
        }
        together += usize::from(quantity < Decimal::ZERO && amount < Decimal::ZERO);
    });
    if apart > together {
        let question = format!(
            "{} with a negative `{}` and a positive amount, {} in all: are they returns? Then export their amounts with a minus sign",
            counted(apart, "row"),
            quantity.heading,
            grouped(sum)
        );
        draft.ask(&amount.heading, question);
    }
}

/// Periods of different lengths of which one contains another.
fn lengths(draft: &mut Draft<'_>, date: Option<&Column>) {
    let Some(date) = date.filter(|date| date.typed_dates == 0 && date.values.len() < 5_000) else { return };
    let mut months: BTreeMap<Month, &str> = BTreeMap::new();
    let mut longer: Vec<(Month, u32, &str)> = Vec::new();
    for text in date.values.keys().filter(|text| !is_number(text) || text.len() == 6) {
        match period::read(text, Years::default(), &[], None) {
            Ok((month, 1)) => drop(months.insert(month, text)),
            Ok((month, length)) => longer.push((month, length, text)),
            Err(_) => {}
        }
    }
    let inside = longer.iter().find_map(|(first, length, text)| {
        let end = first.plus(i32::try_from(*length).ok()?);
        months.range(*first..end).next().map(|(_, month)| (*text, *month))
    });
    if let Some((long, month)) = inside {
        let question = format!(
            "`{long}` contains `{month}`, which has rows too: is its amount the sum of the months, so that they count twice?"
        );
        draft.ask(&date.heading, question);
    }
}

/// Texts such as `Payment 17` beside those of invoices.
fn payments(draft: &mut Draft<'_>, periods: &[usize]) {
    let (amounts, notation) = (amount_columns(draft, periods), notation(draft));
    let is_text = |column: &&Column| {
        !column.is_amount()
            && !column.is_date()
            && !has_word(&column.heading, TERMS)
            && column.values.keys().any(|text| is_payment(text))
    };
    for column in free(draft).into_iter().filter(is_text) {
        let (mut texts, mut count, mut sum, mut has_other) = (BTreeSet::new(), 0usize, Decimal::ZERO, false);
        draft.profile.rows(|_, fields| {
            let text = fields.text(column.index);
            if !is_payment(text) {
                has_other = has_other || !text.is_empty();
                return;
            }
            texts.insert(text.to_owned());
            count += 1;
            let own = amounts.iter().filter_map(|index| number(fields.text(*index), notation));
            sum = own.fold(sum, plus);
        });
        let Some(first) = texts.first().filter(|_| has_other) else { continue };
        let list: Vec<&str> = texts.iter().map(String::as_str).collect();
        let answer = match list.len() {
            0..=MOST_TEXTS => {
                format!("write `skip.{} = {}` under `[revenue]`", key(&column.heading), list_of(&list))
            }
            _ => "export the invoices alone".to_owned(),
        };
        let question = format!(
            "{} ({}) are named as payments, such as `{first}`: do they count? If not, {answer}",
            counted(count, "row"),
            grouped(sum)
        );
        draft.ask(&column.heading, question);
    }
}

/// True for `Payment 17`, `Payment received`, `Zahlung Rechnung 12`; false for the name of goods, such as `Payment gateway`.
fn is_payment(text: &str) -> bool {
    // Most texts are looked at no further.
    let begins = |word: &str| text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    if !PAYMENTS.split_whitespace().any(begins) {
        return false;
    }
    let words = words(text);
    let is_of = |word: &String| {
        word.bytes().any(|byte| byte.is_ascii_digit()) || OF_PAYMENTS.split_whitespace().any(|of| of == word)
    };
    let Some((first, rest)) = words.split_first() else { return false };
    PAYMENTS.split_whitespace().any(|payment| payment == first) && rest.iter().all(is_of)
}
