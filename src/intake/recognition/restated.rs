//! Files of one table that have rows for the same partners and months, or the rows of another year once more.

use super::super::value::period::{self, Years};
use super::amounts::{RowAmount, plus};
use super::profile::{Column, Profile};
use super::section::Draft;
use super::shares::{Filters, is_read, same};
use crate::finding::counted;
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Most rows of all files together, and most files.
const MOST_ROWS: u64 = 100_000;
const MOST_FILES: usize = 60;
/// Fewest rows that are in two files.
const FEWEST: usize = 4;

/// Rows of one file by partner, month and the other texts of the row, with the sum of their amounts.
type Rows = BTreeMap<(i32, u32, String), Decimal>;

/// Asks about such files.
pub(super) fn restated(draft: &mut Draft<'_>, partner: &Column, date: Option<&Column>) {
    let amount = RowAmount::of(draft, &[]);
    let (Some(date), true) = (date, amount.is_known()) else { return };
    let parts = draft.parts.clone();
    let is_small = parts.iter().map(|part| part.rows).sum::<u64>() <= MOST_ROWS;
    if draft.profile.names.is_some() || !is_small || !(2..=MOST_FILES).contains(&parts.len()) {
        return;
    }
    let filters = Filters::of(draft);
    let rows: Vec<Rows> = parts.iter().map(|part| rows_of(draft, part, (partner, date), &amount, &filters)).collect();
    for (at, own) in rows.iter().enumerate() {
        for (place, other) in rows.iter().enumerate().filter(|(place, _)| *place != at) {
            let (Some(part), Some(whole)) = (parts.get(at), parts.get(place)) else { continue };
            if (own.len(), at) > (other.len(), place) {
                continue;
            }
            if let Some(question) =
                again(own, other).map(|text| format!("`{}` and `{}`: {text}", part.file, whole.file))
            {
                return draft.ask("", question);
            }
        }
    }
}

fn rows_of(
    draft: &Draft<'_>,
    part: &Profile,
    (partner, date): (&Column, &Column),
    amount: &RowAmount,
    filters: &Filters,
) -> Rows {
    let (filters, amount, mut rows) = (filters.at(part), amount.at(draft.profile, part), Rows::new());
    let (Some(partner), Some(date)) = (same(part, &partner.heading), same(part, &date.heading)) else { return rows };
    let texts: Vec<&Column> = part
        .columns
        .iter()
        .filter(|column| column.index != date.index && column.index != partner.index)
        .filter(|column| !column.is_amount() && !column.is_date() && !column.is_unique())
        .collect();
    part.rows(|_, fields| {
        let month = period::read(fields.text(date.index), Years::default(), &[], None).ok().map(|(month, _)| month);
        let own = amount.read(fields).filter(|_| is_read(&filters, fields));
        let (Some(month), Some(own)) = (month, own) else { return };
        let mut key = fields.text(partner.index).to_owned();
        for column in &texts {
            key.push('\u{1f}');
            key.push_str(fields.text(column.index));
        }
        let sum = rows.entry((month.year(), month.number(), key)).or_default();
        *sum = plus(*sum, own);
    });
    rows
}

/// The question about the rows `own` of a file, most of which are in the rows `other` of another one with other amounts, or
/// with the same amounts in another year.
fn again(own: &Rows, other: &Rows) -> Option<String> {
    let sum = |amounts: &mut dyn Iterator<Item = &Decimal>| amounts.fold(Decimal::ZERO, |sum, own| plus(sum, *own));
    let both: Vec<(&Decimal, &Decimal)> =
        own.iter().filter_map(|(key, amount)| Some((amount, other.get(key)?))).collect();
    let differing = both.iter().filter(|(one, other)| one != other).count();
    if both.len() >= FEWEST && both.len() * 5 >= own.len() * 4 && differing > 0 {
        return Some(format!(
            "{} have partner and month of rows in the other file, with {} in one and {} in the other: is one of them a later export of the same months? Then read that \
             one alone",
            counted(both.len(), "row"),
            grouped(sum(&mut both.iter().map(|(one, _)| *one))),
            grouped(sum(&mut both.iter().map(|(_, other)| *other))),
        ));
    }
    let years = |rows: &Rows| rows.keys().map(|(year, ..)| *year).collect::<std::collections::BTreeSet<i32>>();
    let (from, to) = (years(own), years(other));
    let (Some(year), Some(to)) = (from.first().filter(|_| from.len() == 1), to.first().filter(|_| to.len() == 1))
    else {
        return None;
    };
    let same: Vec<&Decimal> = own
        .iter()
        .filter(|((_, month, key), amount)| {
            year != to && !amount.is_zero() && other.get(&(*to, *month, key.clone())) == Some(*amount)
        })
        .map(|(_, amount)| amount)
        .collect();
    let different: std::collections::BTreeSet<&Decimal> = same.iter().copied().collect();
    let is_rare = different.len() * 2 > same.len();
    (same.len() >= FEWEST && same.len() * 5 >= own.len() * 4 && is_rare).then(|| {
        format!(
            "{} of {year} ({}) have the amounts of {to}, partner by partner and month by month: is one of the files the other one with \
             another year?",
            counted(same.len(), "row"),
            grouped(sum(&mut same.iter().copied()))
        )
    })
}
