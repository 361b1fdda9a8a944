//! Tables of an export that name the same partners, and what is asked about those that are not read.

use super::super::table::Field;
use super::super::value::identifier::similar_form;
use super::aside::about;
use super::fit::Fit;
use super::profile::{Column, Profile};
use std::collections::BTreeMap;

/// The columns by which a table of partners and a table of transactions name the same partners.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'p> {
    pub own: &'p Column,
    pub other: &'p Column,
    /// Values that both have.
    pub shared: usize,
    /// Values that only the other has, but for leading zeros, case and spaces, with how the master spells the first.
    pub spelled: Option<(&'p str, &'p str)>,
}

/// The columns by which `master` and `other` name the same partners, those that share most of them.
pub(super) fn linked<'p>(master: &'p Profile, other: &'p Profile) -> Option<Link<'p>> {
    if master.table == other.table {
        return None;
    }
    let is_key =
        |column: &&Column| [Field::PartnerId, Field::PartnerName].iter().any(|field| column.rank(*field).is_some());
    let is_dated = master.is_dated();
    let own = master.columns.iter().filter(is_key).filter(|column| is_dated || column.is_unique());
    let mut best: Option<Link<'p>> = None;
    for own in own {
        let forms: BTreeMap<String, &str> = own.values.keys().map(|value| (similar_form(value), &**value)).collect();
        for other in other.columns.iter().filter(is_key) {
            let (mut shared, mut spelled) = (0, None);
            for value in other.values.keys() {
                if own.values.contains_key(value) {
                    shared += 1;
                } else if let Some(known) = forms.get(&similar_form(value)) {
                    shared += 1;
                    spelled = spelled.or(Some((&**value, *known)));
                }
            }
            if shared * 2 > other.values.len() && shared > best.map_or(0, |best| best.shared) {
                best = Some(Link { own, other, shared, spelled });
            }
        }
    }
    best
}

/// The table of partners that names most of those of `transactions`, and the columns by which it does.
pub(super) fn master<'f, 'p>(fits: &'f [Fit<'p>], transactions: Option<&Fit<'p>>) -> Option<(&'f Fit<'p>, Link<'p>)> {
    let one = transactions.filter(|one| !one.is_assumed)?;
    let masters = fits.iter().filter(|fit| fit.is_master() && fit.profile.table != one.profile.table);
    let links = masters.filter_map(|fit| {
        let own = linked(fit.profile, one.profile);
        Some((fit, own.or_else(|| linked(fit.profile, one.joined?.profile))?))
    });
    // A list of consumers is not one of partners.
    let is_consumer = |link: &Link<'p>| one.consumer.is_some_and(|consumer| std::ptr::eq(consumer, link.other));
    links.filter(|(_, link)| !is_consumer(link)).max_by_key(|(_, link)| link.shared)
}

/// The question about a table that is not read, although it looks like one of the book.
pub(super) fn unread(fit: &Fit<'_>, fits: &[Fit<'_>], read: &[usize]) -> Option<String> {
    let is_read = |other: &&Fit<'_>| read.contains(&other.profile.table);
    if let Some(original) = fits.iter().filter(is_read).find(|other| fit.profile.is_copy_of(other.profile)) {
        let file = &original.profile.file;
        return Some(format!("all its rows are in `{file}` too, so it is not read: is it a copy?"));
    }
    let has_columns = |other: &Fit<'_>| fit.profile.has_columns_of(other.profile);
    if fits.iter().filter(is_read).any(has_columns)
        && let Some(question) = about(fit.profile)
    {
        return Some(question);
    }
    if fit.is_revenue() || fit.is_opportunities() {
        let question =
            "it looks like a further part of a table that another file or sheet has: only the larger one is read";
        return Some(question.to_owned());
    }
    if let Some(question) = repeated(fit, fits.iter().filter(is_read)) {
        return Some(question);
    }
    let id = fit.partner.filter(|_| fit.is_master() && !read.is_empty())?;
    let example = id.values.keys().next()?;
    Some(format!(
        "it has one row per partner and is not read, because ids such as `{example}` are not those of the other tables: is \
         another column the id?"
    ))
}

/// The question about a table that names the partners of one that is read, some of them in several rows.
fn repeated<'f, 'p: 'f>(fit: &Fit<'p>, mut read: impl Iterator<Item = &'f Fit<'p>>) -> Option<String> {
    let own = fit.partner.filter(|own| !own.is_unique() && fit.date.is_none() && fit.amount.is_none())?;
    let names_them = |other: &Fit<'_>| {
        let shared = |partner: &Column| partner.values.keys().filter(|value| own.values.contains_key(*value)).count();
        other
            .partner
            .is_some_and(|partner| partner.heading == own.heading && shared(partner) * 2 > partner.values.len())
    };
    let (example, rows) = own.values.iter().find(|(_, rows)| **rows > 1)?;
    read.any(names_them).then(|| {
        format!(
            "it names the partners and is not read, because `{example}` has {rows} rows: leave one row for each partner, or date \
             them with `valid_from`"
        )
    })
}
