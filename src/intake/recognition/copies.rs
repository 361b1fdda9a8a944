//! Tables with the same columns, and those whose rows are all in another one.

use super::super::order::order_of;
use super::profile::{Column, Profile};

/// Rows from which a smaller table whose rows are all in another one counts as a copy of a part of it.
const FEWEST_COPIED: usize = 3;

impl Profile {
    /// The columns in the order of those of `first`; `None` unless both have the same columns.
    fn columns_of(&self, first: &Self) -> Option<Vec<&Column>> {
        let [of_first, own] =
            [first, self].map(|profile| profile.columns.iter().map(|column| &*column.heading).collect::<Vec<_>>());
        let order = order_of(&of_first, &own)?;
        Some(order.into_iter().map(|place| &self.columns[place]).collect())
    }

    /// True when `other` has the same columns, in any order.
    pub fn has_columns_of(&self, other: &Self) -> bool {
        self.columns_of(other).is_some()
    }

    /// True when every row is in `other` as well: a copy, or a part of one.
    pub fn is_copy_of(&self, other: &Self) -> bool {
        let is_whole = self.contents.len() == other.contents.len();
        (is_whole || self.contents.len() >= FEWEST_COPIED)
            && self.has_columns_of(other)
            && self.contents_in(other) == self.contents.len()
    }

    /// Number of rows that equal another one in every column.
    pub fn repeated(&self) -> usize {
        self.contents.windows(2).filter(|pair| matches!(pair, [one, other] if one == other)).count()
    }

    /// Number of rows that `other` has as well.
    fn contents_in(&self, other: &Self) -> usize {
        let mut theirs = other.contents.iter().peekable();
        let is_in = |own: &&u64| {
            while theirs.next_if(|theirs| theirs < own).is_some() {}
            theirs.next_if_eq(own).is_some()
        };
        self.contents.iter().filter(is_in).count()
    }
}
