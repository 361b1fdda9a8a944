//! Numbers that rules learned from the channel, with what they were learned from.

use crate::channel::Name;
use crate::plugin::Parameter;
use crate::units::{Month, Rate};
use std::collections::BTreeMap;

/// A number learned from the channel, with what it was learned from.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// Its declaration.
    pub parameter: Parameter,
    /// Months that the revenue is of; `None` when the book does not go back far enough.
    pub stretches: Option<Stretch>,
    /// The number for the whole channel; `None` when too few lines have data for it and there is no fallback.
    pub whole: Option<Estimate>,
    /// Numbers of the groups, each shrunk towards the whole.
    pub groups: BTreeMap<Name, Estimate>,
}

/// Two stretches of months that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// First month of the earlier stretch.
    pub before: Month,
    /// First month of the later stretch.
    pub after: Month,
    /// Months of each.
    pub months: i32,
}

/// One learned number with its band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// The number, as rules read it.
    pub value: Rate,
    /// Lines it was learned from.
    pub lines: usize,
    /// Limits of an 80 % band; `None` for a fallback, which nothing is known about.
    pub band: Option<(Rate, Rate)>,
}

/// Sums over lines: of all of them, and by group. Parts of a channel add up in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pooled<T> {
    /// Of all lines.
    pub whole: T,
    /// Of the lines of each group.
    pub groups: BTreeMap<Name, T>,
}

impl<T: Default> Pooled<T> {
    /// Changes the sums of all lines, and those of a group, by `change`.
    pub(super) fn each(&mut self, group: Option<&Name>, mut change: impl FnMut(Option<&Name>, &mut T)) {
        change(None, &mut self.whole);
        if let Some(group) = group {
            change(Some(group), self.groups.entry(Name::clone(group)).or_default());
        }
    }

    /// Adds the sums of another part by `merge`.
    pub fn merge(&mut self, other: &Self, merge: impl Fn(&mut T, &T)) {
        merge(&mut self.whole, &other.whole);
        for (group, sums) in &other.groups {
            merge(self.groups.entry(Name::clone(group)).or_default(), sums);
        }
    }
}
