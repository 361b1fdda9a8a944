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
