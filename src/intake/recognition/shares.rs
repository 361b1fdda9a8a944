//! Rows and amounts beside each value of the columns of a table, all files of it together.

use super::super::cell::Fields;
use super::amounts::{RowAmount, plus};
use super::profile::{Column, Profile};
use super::section::Draft;
use super::text::{key, quoted};
use crate::finding::counted;
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Rows and amounts beside one value.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Share {
    pub rows: usize,
    /// The sum of the amounts, and of those above zero.
    pub sum: Decimal,
    pub positive: Decimal,
    /// The same number for the same set of rows.
    pub set: u64,
}

impl Share {
    /// Adds the amount of the row `row` of the table `table`.
    pub fn add(&mut self, amount: Decimal, (table, row): (usize, u64)) {
        self.rows += 1;
        let mut hasher = DefaultHasher::new();
        (table, row).hash(&mut hasher);
        self.set = self.set.wrapping_add(hasher.finish());
        self.sum = plus(self.sum, amount);
        if amount > Decimal::ZERO {
            self.positive = plus(self.positive, amount);
        }
    }

    /// The share of both.
    pub fn with(self, other: &Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            sum: plus(self.sum, other.sum),
            positive: plus(self.positive, other.positive),
            set: self.set.wrapping_add(other.set),
        }
    }
}

/// A column with the share of each of its values, the blank one included.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    pub heading: String,
    /// True when the amounts are known, and not only the rows.
    pub is_known: bool,
    pub values: BTreeMap<Box<str>, Share>,
}

impl Shares {
    /// The values as text, each with its rows and amount.
    pub fn shown(&self) -> String {
        let each = self.values.iter().map(|(value, share)| self.one(value, share));
        each.collect::<Vec<_>>().join(", ")
    }

    /// One of the values as text.
    pub fn one(&self, value: &str, share: &Share) -> String {
        let name = if value.is_empty() { "no value".to_owned() } else { quoted(value) };
        format!("{name} ({})", self.of(share))
    }

    /// Rows and amount as text.
    pub fn of(&self, share: &Share) -> String {
        let rows = counted(share.rows, "row");
        if self.is_known { format!("{rows}, {}", grouped(share.sum)) } else { rows }
    }

    /// The sets of rows of its values.
    pub fn sets(&self) -> Vec<u64> {
        self.values.values().map(|share| share.set).collect()
    }

    /// The share of the values that `is_one` takes.
    pub fn share(&self, is_one: impl Fn(&str) -> bool) -> Share {
        let own = self.values.iter().filter(|(value, _)| is_one(value));
        own.fold(Share::default(), |sum, (_, share)| sum.with(share))
    }
}

/// The tables that `draft` reads.
pub(super) fn parts<'p>(draft: &Draft<'p>) -> Vec<&'p Profile> {
    if draft.profile.names.is_some() { vec![draft.profile] } else { draft.parts.clone() }
}

/// The column of `part` with the heading of another one.
pub(super) fn same<'p>(part: &'p Profile, heading: &str) -> Option<&'p Column> {
    part.columns.iter().find(|column| column.heading == heading)
}

/// Filters of a section: the headings with what it reads, or leaves out.
pub(super) struct Filters {
    keys: Vec<(String, String, bool)>,
}

impl Filters {
    pub fn of(draft: &Draft<'_>) -> Self {
        let headings: BTreeSet<&str> = draft.profile.columns.iter().map(|column| column.heading.as_str()).collect();
        let of = |heading: &&str| {
            let value = |name: &str| draft.section.value(&format!("{name}.{}", key(heading))).map(str::to_owned);
            let read = value("where").map(|text| ((*heading).to_owned(), text, true));
            read.into_iter().chain(value("skip").map(|text| ((*heading).to_owned(), text, false))).collect::<Vec<_>>()
        };
        Self { keys: headings.iter().flat_map(of).collect() }
    }

    /// The filters without those of one column.
    pub fn without(mut self, heading: &str) -> Self {
        self.keys.retain(|(own, ..)| own != heading);
        self
    }

    /// The filters as those of `part`: index, values as the section writes them, and whether they are the ones that are read.
    pub fn at(&self, part: &Profile) -> Vec<(usize, &str, bool)> {
        let keys = self.keys.iter();
        keys.filter_map(|(heading, text, reads)| Some((same(part, heading)?.index, text.as_str(), *reads))).collect()
    }
}

/// True when the filters leave the row in.
pub(super) fn is_read(filters: &[(usize, &str, bool)], fields: Fields<'_>) -> bool {
    filters.iter().all(|(index, list, reads)| list.contains(&quoted(fields.text(*index))) == *reads)
}

/// The shares of the values of each column that `is_wanted` and has at most `most` values, in the order of the columns.
pub(super) fn shares<'p>(
    draft: &Draft<'p>,
    amount: &RowAmount,
    most: usize,
    is_wanted: impl Fn(&Column) -> bool,
) -> Vec<Shares> {
    let parts = parts(draft);
    let is_few = |heading: &str| {
        let columns = parts.iter().filter_map(|part| same(part, heading));
        let values: BTreeSet<&str> =
            columns.flat_map(|column| column.values.keys().take(most + 1)).map(|value| &**value).collect();
        (1..=most).contains(&values.len())
    };
    let mut found: Vec<Shares> = draft
        .profile
        .columns
        .iter()
        .filter(|column| is_wanted(column) && is_few(&column.heading))
        .map(|column| Shares { heading: column.heading.clone(), is_known: amount.is_known(), values: BTreeMap::new() })
        .collect();
    let filters = Filters::of(draft);
    for part in parts {
        let places: Vec<Option<usize>> =
            found.iter().map(|one| same(part, &one.heading).map(|column| column.index)).collect();
        let (filters, amount) = (filters.at(part), amount.at(draft.profile, part));
        part.rows(|row, fields| {
            let Some(amount) = read_amount(&amount, fields).filter(|_| is_read(&filters, fields)) else { return };
            for (one, place) in found.iter_mut().zip(&places) {
                let Some(text) = place.map(|place| fields.text(place)) else { continue };
                match one.values.get_mut(text) {
                    Some(share) => share.add(amount, (part.table, row)),
                    None => one.values.entry(text.into()).or_default().add(amount, (part.table, row)),
                }
            }
        });
    }
    found
}

/// The amount of a row; zero for all rows of a table whose amounts are not known.
fn read_amount(amount: &RowAmount, fields: Fields<'_>) -> Option<Decimal> {
    if amount.is_known() { amount.read(fields) } else { Some(Decimal::ZERO) }
}

/// The rows and amounts beside each value of `column` among the rows that count, whatever the mapping says of the column
/// itself; empty for a column of another table and where amounts are not known.
pub(super) fn shares_by(draft: &Draft<'_>, column: &Column, periods: &[usize]) -> BTreeMap<Box<str>, Share> {
    let amount = RowAmount::of(draft, periods);
    let mut found: BTreeMap<Box<str>, Share> = BTreeMap::new();
    if !amount.is_known() || !draft.profile.columns.iter().any(|own| std::ptr::eq(own, column)) {
        return found;
    }
    let filters = Filters::of(draft).without(&column.heading);
    for part in parts(draft) {
        let Some(own) = same(part, &column.heading) else { continue };
        let (filters, amount) = (filters.at(part), amount.at(draft.profile, part));
        part.rows(|row, fields| {
            if let Some(amount) = amount.read(fields).filter(|_| is_read(&filters, fields)) {
                found.entry(fields.text(own.index).into()).or_default().add(amount, (part.table, row));
            }
        });
    }
    found
}
