//! Rows of the same thing with different dates: each counts from its date until the next one.

use super::attribute::TypedAttributes;
use super::distinct::Draft;
use super::fault::BookFault;
use super::log::{Log, shown};
use super::sheet::Location;
use crate::channel::{Dated, Partner, Profile};
use crate::finding::Finding;

/// Makes the partners of their rows, which ascend by identifier, then by date.
pub(super) fn partners_of(drafts: Vec<Draft>, values: &TypedAttributes) -> Vec<Partner> {
    let mut partners: Vec<Partner> = Vec::with_capacity(drafts.len());
    let mut rows: Vec<Dated<Profile>> = Vec::new();
    for Draft { partner, valid_from, attributes, .. } in drafts {
        let partner = Partner { attributes: values.of(&attributes), ..partner };
        let earlier = partners.last().filter(|earlier| earlier.id == partner.id);
        let is_new = earlier.is_none();
        if let Some(earlier) = earlier.filter(|_| rows.is_empty()) {
            rows.push(Dated { valid_from: None, fact: earlier.profile() });
        }
        if is_new {
            take(&mut partners, &mut rows);
        }
        if !is_new || valid_from.is_some() {
            rows.push(Dated { valid_from, fact: partner.profile() });
        }
        if is_new {
            partners.push(partner);
        }
    }
    take(&mut partners, &mut rows);
    partners
}

/// Gives the latest partner its dated rows, if it has any.
fn take(partners: &mut [Partner], rows: &mut Vec<Dated<Profile>>) {
    if let Some(partner) = partners.last_mut().filter(|_| !rows.is_empty()) {
        partner.set_profiles(std::mem::take(rows));
    }
}

/// Gives partners the facts of their rows, which ascend by partner, then by what makes them different; `put` takes the
/// rows of one partner, of which one has a date, and `put_only` a row without.
pub(super) fn fill_dated<T>(
    partners: &mut [Partner],
    rows: Vec<(u32, u64, Dated<T>)>,
    put: impl Fn(&mut Partner, Vec<Dated<T>>),
    put_only: impl Fn(&mut Partner, T),
) {
    let mut rows = rows.into_iter().peekable();
    while let Some((index, _, first)) = rows.next() {
        let mut own = vec![first];
        while let Some((_, _, row)) = rows.next_if(|(other, ..)| *other == index) {
            own.push(row);
        }
        let Some(partner) = partners.get_mut(index as usize) else { continue };
        if own.iter().any(|row| row.valid_from.is_some()) {
            own.sort_by_key(|row| row.valid_from);
            put(partner, own);
        } else {
            own.into_iter().for_each(|row| put_only(partner, row.fact));
        }
    }
}

/// Warns about partners with revenue before the first date on which a row of them counts.
pub(super) fn check_beginnings(partners: &[Partner], location: &Location, rows: &[u64], log: &mut Log) {
    let early = partners.iter().enumerate().filter_map(|(index, partner)| {
        let valid_from = partner.history.profiles().first()?.valid_from?;
        let month = partner.revenue.first()?.month;
        (month.last_day() < valid_from).then_some((index, partner, month, valid_from))
    });
    let mut early = early.peekable();
    let Some((index, partner, month, valid_from)) = early.peek().copied() else { return };
    let fault = BookFault::RevenueBefore { partner: shown(&partner.id), month, valid_from, partners: early.count() };
    let row = rows.get(index).copied().unwrap_or_default();
    log.add(Finding::from(fault).at(location.place(row, "", "")));
}
