//! Dates and ramp under which quotas are in force.

use super::fault::ValueFault;
use super::log::{Reported, shown};
use super::row::Row;
use super::table::Field;
use crate::channel::QuotaTerms;
use crate::units::parse_decimal;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A value of a row, or its fault that was reported.
pub(super) type Read<T> = Result<Option<T>, Reported>;

/// First and last date of something; reported when they are in the wrong order.
pub(super) fn dates(row: &mut Row<'_>, first: Field, last: Field) -> (Read<NaiveDate>, Read<NaiveDate>) {
    let (from, to) = (row.date(first), row.date(last));
    if let (Ok(Some(from)), Ok(Some(to))) = (&from, &to)
        && from > to
    {
        let (column, other) = (row.column(last), row.column(first));
        let fault = ValueFault::DatesReversed { column, other, from: *from, to: *to };
        return (Ok(None), Err(row.reject(last, fault)));
    }
    (from, to)
}

/// Fractions from 0 to 1 separated by `;`, in order; empty when there are none.
fn shares(row: &mut Row<'_>, field: Field) -> Result<Vec<Decimal>, Reported> {
    let Some(text) = row.text(field) else { return Ok(Vec::new()) };
    let mut shares = Vec::new();
    for part in text.split(';').map(str::trim) {
        let share = parse_decimal(part).ok().filter(|share| (Decimal::ZERO..=Decimal::ONE).contains(share));
        let Some(share) = share else {
            let fault = ValueFault::NotShares { column: row.column(field), value: shown(part) };
            return Err(row.reject(field, fault));
        };
        shares.push(share);
    }
    Ok(shares)
}

/// Dates and ramp of a quota.
pub(super) fn terms(row: &mut Row<'_>) -> Result<QuotaTerms, Reported> {
    let (from, to) = dates(row, Field::EffectiveFrom, Field::EffectiveTo);
    let ramp = shares(row, Field::Ramp);
    Ok(QuotaTerms { effective_from: from?, effective_to: to?, ramp: ramp? })
}
