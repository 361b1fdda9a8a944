//! Tables that are one only together: lines of orders with their amounts, and orders with partner and date.

use super::super::table::Field;
use super::fit::{Fit, Joined};
use super::heading::{compared, is_one_of};
use super::profile::{Column, Profile};
use super::section::Draft;
use super::synonym::{QUANTITIES, UNIT_PRICES};
use super::text::{key, quoted};
use crate::finding::counted;
use std::collections::BTreeMap;

/// Joins two tables that have the columns of revenue together, or assumes a partner, where no table has all of them.
pub(super) fn complete(fits: &mut [Fit<'_>]) {
    let is_enough = |fit: &Fit<'_>| fit.is_revenue() || fit.is_opportunities() || fit.is_revenue_of_years();
    if !fits.iter().any(is_enough) {
        match joined(fits) {
            Some(joined) => fits.iter_mut().filter(|fit| fit.profile.table == joined.profile.table).for_each(|fit| {
                *fit = joined.clone();
            }),
            None => fits.iter_mut().for_each(|fit| {
                fit.assume();
                fit.assume_date();
            }),
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
    if own.table == theirs.table || own.rows * 2 < theirs.rows || lines.is_revenue() || lines.is_opportunities() {
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

/// Share of the rows, out of ten, whose key the other table has at least.
const FOUND_TENTHS: u64 = 5;
/// Most keys without a row in the other table that are left out.
const MOST_DANGLING: usize = 20;

/// Keys of the rows of a table and of the one that it takes columns from, as far as only one of them has them.
#[derive(Debug, Default)]
struct Dangling {
    /// Keys that the other table lacks, with the first row of each.
    missing: BTreeMap<Box<str>, u64>,
    /// Rows with such a key, and rows without a key.
    rows: u64,
    blank: u64,
    /// Rows of the other table without a row here, and the first of them with its key.
    unused: u64,
    example: Option<(u64, Box<str>)>,
}

/// The columns with the same heading of which nearly each value of `own` is in exactly one row of `theirs`; those with
/// fewest others first.
fn keys<'p>(own: &'p Profile, theirs: &'p Profile) -> Option<(&'p Column, &'p Column)> {
    let pairs = own.columns.iter().flat_map(|one| theirs.columns.iter().map(move |other| (one, other)));
    let found = pairs.filter_map(|(one, other)| {
        let is_full = other.filled == theirs.rows && one.filled * 10 >= own.rows * FOUND_TENTHS;
        let is_key = one.rank(Field::Month).is_none() && !one.is_date();
        let is_same = is_full && is_key && compared(&one.heading) == compared(&other.heading);
        let dangling = if is_same { dangling(own, one, theirs, other) } else { None }?;
        let without = dangling.rows + dangling.blank;
        ((own.rows - without.min(own.rows)) * 10 >= own.rows * FOUND_TENTHS).then_some((without, one, other))
    });
    found.min_by_key(|(without, one, _)| (*without, one.index)).map(|(_, one, other)| (one, other))
}

/// The keys that only one of the tables has; `None` when a key is in several rows of `theirs`.
fn dangling(own: &Profile, key: &Column, theirs: &Profile, other: &Column) -> Option<Dangling> {
    let mut known: BTreeMap<Box<str>, (u64, bool)> = BTreeMap::new();
    let mut is_unique = true;
    theirs.rows(|row, fields| {
        let text = fields.text(other.index);
        is_unique &= text.is_empty() || known.insert(text.into(), (row, false)).is_none();
    });
    let mut dangling = Dangling::default();
    own.rows(|row, fields| {
        let text = fields.text(key.index);
        if text.is_empty() {
            dangling.blank += 1;
        } else if let Some((_, is_used)) = known.get_mut(text) {
            *is_used = true;
        } else {
            dangling.rows += 1;
            dangling.missing.entry(text.into()).or_insert(row);
        }
    });
    let unused = known.into_iter().filter(|(_, (_, is_used))| !is_used);
    for (key, (row, _)) in unused {
        dangling.unused += 1;
        if dangling.example.as_ref().is_none_or(|(first, _)| row < *first) {
            dangling.example = Some((row, key));
        }
    }
    is_unique.then_some(dangling)
}

/// Decides the table that further columns come from, and asks about keys that only one of both has.
pub(super) fn lookup(draft: &mut Draft<'_>) {
    let Some(Joined { profile, key: own, other_key }) = draft.joined else { return };
    let (name, column) = (&profile.file, quoted(&own.heading));
    let source = match name.split_once('!') {
        Some((_, sheet)) => format!("sheet = {}", quoted(sheet)),
        None => format!("file = {}", quoted(name)),
    };
    let column = match &other_key.heading {
        other if *other == own.heading => column,
        other => format!("[{column}, {}]", quoted(other)),
    };
    let reason = format!("each `{}` has one row there", own.heading);
    draft.section.set("lookup", format!("{{ {source}, key = {column} }}"), reason);
    let Some(dangling) = dangling(draft.profile, own, profile, other_key) else { return };
    let rows = |count: u64| match count {
        1 => "1 row has".to_owned(),
        many => format!("{} have", counted(usize::try_from(many).unwrap_or(usize::MAX), "row")),
    };
    let first = dangling.missing.iter().min_by_key(|(_, row)| **row);
    let mut left_out: Vec<String> = dangling.missing.keys().map(|key| quoted(key)).collect();
    if let Some((value, row)) = first {
        let (what, file) = (rows(dangling.rows), &profile.file);
        let what = format!("{what} a key that `{file}` lacks; the first is `{value}` in row {row}");
        let next = if left_out.len() > MOST_DANGLING {
            left_out.clear();
            "add them there, or leave them out with `skip`"
        } else {
            "is it right that they are left out, or is a row missing there?"
        };
        draft.ask(&own.heading, format!("{what}: {next}"));
    }
    if dangling.blank > 0 {
        left_out.push(quoted(""));
        let what = rows(dangling.blank);
        draft.ask(
            &own.heading,
            format!("{what} no key, so neither partner nor date is known: are they to be left out?"),
        );
    }
    if !left_out.is_empty() {
        let value = if let [only] = left_out.as_slice() { only.clone() } else { format!("[{}]", left_out.join(", ")) };
        draft.section.set(format!("skip.{}", key(&own.heading)), value, format!("`{}` lacks them", profile.file));
    }
    if let Some((row, value)) = dangling.example {
        let (what, file) = (rows(dangling.unused), &profile.file);
        draft.ask(
            &own.heading,
            format!(
                "{what} a key in `{file}` and no row here; the first is `{value}` in row {row}: is an amount missing?"
            ),
        );
    }
}
