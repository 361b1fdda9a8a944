//! Columns of debits and credits.

use super::heading::is_one_of;
use super::profile::{Column, Profile};

/// Headings of debits and credits in two columns.
const DEBITS: [&str; 10] =
    ["debit", "debits", "debitamount", "soll", "sollbetrag", "débit", "debe", "dare", "debet", "dr"];
const CREDITS: [&str; 11] = [
    "credit",
    "credits",
    "creditamount",
    "haben",
    "habenbetrag",
    "crédit",
    "haber",
    "avere",
    "kredit",
    "cr",
    "credito",
];

/// The columns of debits and credits: first the one with more amounts, which is the revenue, then the one that reduces it.
pub(super) fn sides(profile: &Profile) -> Option<[&Column; 2]> {
    let of = |headings: &[&str]| {
        profile.columns.iter().find(|column| column.is_amount() && is_one_of(headings, &column.heading))
    };
    let (debit, credit) = (of(&DEBITS)?, of(&CREDITS)?);
    Some(if debit.filled > credit.filled { [debit, credit] } else { [credit, debit] })
}
