//! Tables that are one only together: lines of orders with their amounts, and orders with partner and date.

use super::super::table::Field;
use super::fit::{Fit, Joined};
use super::heading::{compared, is_one_of};
use super::profile::{Column, Profile};
use super::synonym::{QUANTITIES, UNIT_PRICES};

/// Joins two tables that have the columns of revenue together, or assumes a partner, where no table has all of them.
pub(super) fn complete(fits: &mut [Fit<'_>]) {
    let is_enough = |fit: &Fit<'_>| fit.is_revenue() || fit.is_opportunities() || fit.is_revenue_of_years();
    if !fits.iter().any(is_enough) {
        match joined(fits) {
            Some(joined) => fits.iter_mut().filter(|fit| fit.profile.table == joined.profile.table).for_each(|fit| {
                *fit = joined.clone();
            }),
            None => fits.iter_mut().for_each(Fit::assume),
        }
    }
}

/// The table of revenue that one of the tables becomes with columns of another one; the largest, if there are several.
fn joined<'p>(fits: &[Fit<'p>]) -> Option<Fit<'p>> {
    let pairs = fits.iter().flat_map(|lines| fits.iter().filter_map(move |other| together(lines, other)));
    pairs.max_by_key(|fit| fit.profile.rows)
}

/// The rows of `lines` with what they lack from `other`; `None` unless that makes them a table of revenue.
fn together<'p>(lines: &Fit<'p>, other: &Fit<'p>) -> Option<Fit<'p>> {
    let (own, theirs) = (lines.profile, other.profile);
    if own.table == theirs.table || own.rows < theirs.rows || lines.is_revenue() || lines.is_opportunities() {
        return None;
    }
    if !theirs.titles.is_empty() || theirs.header_rows > 1 {
        return None;
    }
    let is_new =
        |column: &&'p Column| !own.columns.iter().any(|one| compared(&one.heading) == compared(&column.heading));
    let (key, other_key) = keys(own, theirs)?;
    let mut fit = lines.clone();
    fit.partner = fit.partner.or(other.partner.filter(is_new));
    if fit.date.is_none() && fit.year_and_month.is_none() {
        fit.date = other.date.filter(is_new);
    }
    if fit.amount.is_none() && fit.factors.is_none() {
        let number = |profile: &'p Profile, headings: &[&str]| {
            profile.columns.iter().find(|column| column.is_amount() && is_one_of(headings, &column.heading))
        };
        let price = number(theirs, UNIT_PRICES).or_else(|| priced(theirs)).filter(is_new);
        fit.factors = number(own, QUANTITIES).zip(price).map(<[&Column; 2]>::from);
    }
    fit.joined = Some(Joined { profile: theirs, key, other_key });
    let has_partner = fit.partner.is_some_and(|column| column.values.len() > 1);
    (has_partner && fit.is_revenue()).then_some(fit)
}

/// The only column of prices whose heading has more words than that: `Product_Price`.
fn priced(profile: &Profile) -> Option<&Column> {
    let is_price =
        |column: &&Column| column.is_amount() && super::role::has_word(&column.heading, "price preis prix precio");
    let mut found = profile.columns.iter().filter(is_price);
    found.next().filter(|_| found.next().is_none())
}

/// The columns with the same heading of which each value of `own` is in exactly one row of `theirs`.
fn keys<'p>(own: &'p Profile, theirs: &'p Profile) -> Option<(&'p Column, &'p Column)> {
    let pairs = own.columns.iter().flat_map(|one| theirs.columns.iter().map(move |other| (one, other)));
    let mut keys = pairs.filter(|(one, other)| {
        let is_unique = other.filled == theirs.rows && other.values.len() as u64 == other.filled;
        let is_filled = one.filled == own.rows && one.rank(Field::Month).is_none() && !one.is_date();
        is_unique
            && is_filled
            && compared(&one.heading) == compared(&other.heading)
            && one.values.keys().all(|value| other.values.contains_key(value))
    });
    keys.next()
}
