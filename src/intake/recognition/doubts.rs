//! Questions about columns beside the amount which say that some rows may not count, or not in full.

use super::super::value::period::{self, Years};
use super::fit::Fit;
use super::notation::is_number;
use super::profile::Column;
use super::role::has_word;
use super::section::Draft;
use super::text::{key, list_of};
use crate::finding::counted;
use crate::units::Month;
use std::collections::BTreeMap;

/// Words of flags of rows that often do not count.
const FLAGS: &str = "reversed reversal cancelled canceled cancellation void voided deleted storno storniert returned refunded \
    rejected duplicate test excluded exclude annulé annulée anulado anulada geannuleerd annullato";
/// Words for yes, lower case.
const YES: [&str; 10] = ["y", "yes", "true", "t", "1", "x", "j", "ja", "oui", "sí"];
/// Words of the part of an amount that belongs to the partner.
const SHARES: &str = "share split allocation anteil quote part";
/// Words of lines above another one.
const LINES: &str = "line item position pos row sku";
/// Words of the dates of invoices, which rows without one may not have yet.
const INVOICED: &str =
    "invoice invoiced billing billed paid payment rechnungsdatum fakturadatum facture factura fattura";

/// Asks about all of these columns.
pub(super) fn doubts(draft: &mut Draft<'_>, fit: &Fit<'_>) {
    flags(draft);
    shares(draft);
    parents(draft);
    not_invoiced(draft, fit.date);
    lengths(draft, fit.date);
}

/// Columns of the table that no column of the book is bound to.
fn free<'p>(draft: &Draft<'p>) -> Vec<&'p Column> {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    draft.profile.columns.iter().filter(|column| column.filled > 0 && !is_bound(column)).collect()
}

/// Flags such as `Reversed`, some of whose rows say yes.
fn flags(draft: &mut Draft<'_>) {
    for column in free(draft).into_iter().filter(|column| column.values.len() <= 2 && has_word(&column.heading, FLAGS))
    {
        let yes: Vec<&str> = column
            .values
            .keys()
            .map(|value| &**value)
            .filter(|value| YES.contains(&value.to_lowercase().as_str()))
            .collect();
        let rows: u64 = yes.iter().filter_map(|value| column.values.get(*value)).sum();
        if rows > 0 && rows < draft.profile.rows {
            let rows = counted(usize::try_from(rows).unwrap_or(usize::MAX), "row");
            let (name, words) = (key(&column.heading), list_of(&yes));
            let question = format!(
                "rows with {words} ({rows}): do they count? If not, write `skip.{name} = {words}` under `[revenue]`"
            );
            draft.ask(&column.heading, question);
        }
    }
}

/// Shares of several partners in one amount.
fn shares(draft: &mut Draft<'_>) {
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
