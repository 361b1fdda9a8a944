//! Rows of revenue that several files of one table have in common: extracts that overlap, and copies.

use super::fault::BookFault;
use super::log::Log;
use super::revenue::RevenueRow;
use super::row::Row;
use super::sheet::Location;
use crate::finding::Finding;
use crate::units::{Currency, Money};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Equal rows of one file.
#[derive(Debug)]
struct Seen {
    part: usize,
    count: u64,
    row: u64,
}

/// Rows of the files read so far, and those that a later file repeats.
#[derive(Debug, Default)]
pub(super) struct Overlap {
    seen: BTreeMap<u64, Seen>,
    repeated: u64,
    amounts: Vec<Money>,
    /// The first repeated row, and the row that it repeats.
    first: Option<(u64, u64)>,
    latest: Option<u64>,
}

impl Overlap {
    /// Notes a row of a table that has several files, with the `revenue` that it gave.
    pub fn add(&mut self, row: &Row<'_>, revenue: &[RevenueRow]) {
        let location = &row.binding.location;
        if location.further.is_empty() || revenue.is_empty() {
            return;
        }
        let mut hasher = DefaultHasher::new();
        let last = (0..row.fields.len()).rev().find(|index| !row.fields.text(*index).is_empty()).unwrap_or_default();
        (0..=last).for_each(|index| row.fields.text(index).hash(&mut hasher));
        let part = location.part_of(row.number);
        let one = || Seen { part, count: 0, row: row.number };
        let seen = self.seen.entry(hasher.finish()).or_insert_with(one);
        if seen.part == part {
            seen.count += 1;
        } else if seen.count > 0 {
            // As many rows repeat as the earlier file has.
            seen.count -= 1;
            self.repeated += u64::from(self.latest.replace(row.number) != Some(row.number));
            self.amounts.extend(revenue.iter().map(|row| row.amount));
            self.first.get_or_insert((row.number, seen.row));
        }
    }

    /// Warns about repeated rows, with their number, their sum and the first of them.
    pub fn report(self, location: &Location, currency: Currency, log: &mut Log) {
        let Some((row, earlier)) = self.first else { return };
        let sum = Money::sum(currency, self.amounts).ok().map(|sum| format!("{} {currency}", sum.to_exact()));
        let [file, first] = [row, earlier].map(|row| location.file_of(row).to_owned());
        let fault = BookFault::RepeatedRows { rows: self.repeated, sum, file, first };
        log.add(Finding::from(fault).at(location.place(row, "", "")).at(location.place(earlier, "", "")));
    }
}
