//! Rows of a table by the members of their columns, as numbers: what differs where all else is the same.

use super::amounts::{notation, number, plus};
use super::profile::Column;
use super::section::Draft;
use super::text::quoted;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Most rows of a table that is looked at.
const MOST_ROWS: u64 = 30_000;
/// Most columns of members.
const MOST_COLUMNS: usize = 16;

/// Rows with the numbers of their members and with their amounts.
pub(super) struct Keyed<'p> {
    pub columns: Vec<&'p Column>,
    /// Names of the members of each column, by number.
    names: Vec<Vec<Box<str>>>,
    pub rows: Vec<Keys>,
}

/// A row: the number of its member in each column, and its amounts.
pub(super) struct Keys {
    pub members: Vec<usize>,
    pub amounts: Vec<Option<Decimal>>,
}

impl Keys {
    /// The sum of the amounts.
    pub fn total(&self) -> Decimal {
        self.amounts.iter().flatten().copied().fold(Decimal::ZERO, plus)
    }
}

impl<'p> Keyed<'p> {
    /// The rows of `draft` that have an amount in one of the columns `amounts`; `None` for large tables.
    pub fn of(draft: &Draft<'p>, columns: Vec<&'p Column>, amounts: &[usize]) -> Option<Self> {
        let is_small = draft.profile.rows <= MOST_ROWS && columns.len() <= MOST_COLUMNS;
        if !is_small || amounts.is_empty() || columns.is_empty() {
            return None;
        }
        let notation = notation(draft);
        let mut numbers: Vec<BTreeMap<Box<str>, usize>> = columns.iter().map(|_| BTreeMap::new()).collect();
        let mut names: Vec<Vec<Box<str>>> = columns.iter().map(|_| Vec::new()).collect();
        let mut rows = Vec::new();
        // A partner that is written once above blank cells is that of the rows below.
        let filled = draft.section.value("fill_down").unwrap_or_default();
        let mut above: Vec<Option<Box<str>>> =
            columns.iter().map(|column| filled.contains(&quoted(&column.heading)).then(Box::default)).collect();
        draft.profile.rows(|_, fields| {
            for (column, above) in columns.iter().zip(&mut above) {
                let text = fields.text(column.index);
                if let Some(above) = above.as_mut().filter(|_| !text.is_empty()) {
                    *above = text.into();
                }
            }
            let own: Vec<Option<Decimal>> = amounts.iter().map(|index| number(fields.text(*index), notation)).collect();
            if own.iter().all(Option::is_none) {
                return;
            }
            let places = columns.iter().zip(&above).zip(&mut numbers).zip(&mut names);
            let members = places.map(|(((column, above), numbers), names)| {
                let text = above.as_deref().unwrap_or_else(|| fields.text(column.index));
                numbers.get(text).copied().unwrap_or_else(|| {
                    numbers.insert(text.into(), names.len());
                    names.push(text.into());
                    names.len() - 1
                })
            });
            rows.push(Keys { members: members.collect(), amounts: own });
        });
        Some(Self { columns, names, rows })
    }

    /// The name of a member of the column `at`.
    pub fn name(&self, at: usize, member: usize) -> &str {
        self.names.get(at).and_then(|names| names.get(member)).map_or("", |name| name)
    }

    /// Number of members of the column `at`.
    pub fn count(&self, at: usize) -> usize {
        self.names.get(at).map_or(0, Vec::len)
    }

    /// True when each member of the column `at` has one member of the column `other`.
    pub fn determines(&self, at: usize, other: usize) -> bool {
        let mut known: Vec<Option<usize>> = vec![None; self.count(at)];
        self.rows.iter().all(|row| {
            let (Some(own), Some(member)) = (row.members.get(at), row.members.get(other)) else { return true };
            known.get_mut(*own).is_some_and(|known| *known.get_or_insert(*member) == *member)
        })
    }

    /// The rows with the same members in all columns, except in `at` and in those that it determines; in the order of the
    /// file, groups by their first row.
    pub fn groups(&self, at: usize) -> Vec<Vec<usize>> {
        let others: Vec<usize> =
            (0..self.columns.len()).filter(|other| *other != at && !self.determines(at, *other)).collect();
        let mut places: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (row, keys) in self.rows.iter().enumerate() {
            let key = others.iter().filter_map(|other| keys.members.get(*other).copied()).collect();
            let place = *places.entry(key).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.push(row),
                None => groups.push(vec![row]),
            }
        }
        groups
    }

    /// The sum of all amounts of the rows with the member of the column `at`, and their number.
    pub fn sum_of(&self, at: usize, member: usize) -> (Decimal, usize) {
        let own = self.rows.iter().filter(|row| row.members.get(at) == Some(&member));
        own.fold((Decimal::ZERO, 0), |(sum, count), row| (plus(sum, row.total()), count + 1))
    }
}
