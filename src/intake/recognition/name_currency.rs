//! Files or sheets with the same columns that are named after the currency of their amounts.

use super::super::file_name::name_in;
use super::amounts::{notation, number, plus};
use super::fit::Fit;
use super::heading::stated_currency;
use super::profile::Profile;
use super::section::Draft;
use crate::finding::counted;
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// The only currency that the name of the file or sheet states.
pub(super) fn currency_of(profile: &Profile) -> Option<&'static str> {
    let words = name_in(&profile.file).split(|c: char| !c.is_alphanumeric() && !matches!(c, '€' | '£' | '₹'));
    let codes: BTreeSet<&str> = words.filter_map(stated_currency).collect();
    codes.first().copied().filter(|_| codes.len() == 1)
}

/// True when `part` cannot be read together with `chosen`, because their names state different currencies.
pub(super) fn is_in_another(part: &Profile, chosen: &Profile) -> bool {
    currency_of(part) != currency_of(chosen)
}

/// Asks about the tables with the columns of the one that is read whose names state another currency, with their sums.
pub(super) fn other_currencies(draft: &mut Draft<'_>, fit: &Fit<'_>, fits: &[Fit<'_>]) {
    let is_read = |profile: &Profile| draft.parts.iter().any(|part| part.table == profile.table);
    let others: Vec<&Profile> = fits
        .iter()
        .map(|other| other.profile)
        .filter(|other| !is_read(other) && other.has_columns_of(draft.profile) && is_in_another(other, draft.profile))
        .collect();
    if others.is_empty() {
        return;
    }
    let headings: Vec<&str> = match fit.unpivoted() {
        Some(wide) => wide.columns.iter().filter_map(|at| Some(&*draft.profile.columns.get(*at)?.heading)).collect(),
        None => fit.amount.iter().map(|column| column.heading.as_str()).collect(),
    };
    let shown = |profiles: &[&Profile]| {
        let each = |one: &&Profile| {
            let rows = counted(usize::try_from(one.rows).unwrap_or(usize::MAX), "row");
            format!("`{}` ({rows}, {})", one.file, grouped(sum_of(draft, one, &headings)))
        };
        profiles.iter().map(each).collect::<Vec<_>>().join(", ")
    };
    let verb = if draft.parts.len() == 1 { "is" } else { "are" };
    let question = format!(
        "the names state different currencies, and a book has one: {} {verb} read, and not {}: convert the others, or make a \
         book of each",
        shown(&draft.parts),
        shown(&others)
    );
    draft.ask("", question);
}

/// The sum of the columns `headings` of `profile`.
fn sum_of(draft: &Draft<'_>, profile: &Profile, headings: &[&str]) -> Decimal {
    let is_amount = |heading: &str| headings.contains(&heading);
    let columns: Vec<usize> =
        profile.columns.iter().filter(|column| is_amount(&column.heading)).map(|column| column.index).collect();
    let (notation, mut sum) = (notation(draft), Decimal::ZERO);
    profile.rows(|_, fields| {
        sum = columns.iter().filter_map(|index| number(fields.text(*index), notation)).fold(sum, plus);
    });
    sum
}
