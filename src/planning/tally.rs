//! Sums over the partners of a book, or of one part of it, that the facts of every line are compared with.

use crate::channel::Name;
use crate::units::{Money, Rate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Territory, vertical and product line by which a line finds its market.
pub type CellKey = (Option<Name>, Option<Name>, Option<Name>);

/// Lines of one market cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellSum {
    /// Σ prior revenue of the lines where it is known; `None` when it is known of none.
    pub revenue: Option<Decimal>,
    /// Number of lines.
    pub partners: i64,
}

/// A market cell: its lines, and its market in a stretch as long as the period.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub addressable: Option<Money>,
    pub growth: Option<Rate>,
    pub sum: CellSum,
}

/// Revenue of one line, or Σ revenue of many, in the stretches that the whole channel is summed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stretches {
    /// The latest stretch as long as the planning period.
    pub prior: Option<Decimal>,
    /// The stretch before it.
    pub earlier: Option<Decimal>,
    /// The planning period's own months one year earlier.
    pub same_period: Option<Decimal>,
    /// The stretch just before those months.
    pub before_same_period: Option<Decimal>,
    /// The latest 12 months; not summed over the channel.
    pub trailing: Option<Decimal>,
}

/// Sums over the eligible partners of a book or of one part of it. Parts add up in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number of eligible partners.
    pub partners: i64,
    /// Σ revenue of them.
    pub totals: Stretches,
    /// Market cells of their lines.
    pub cells: BTreeMap<CellKey, CellSum>,
    /// Market cells of whole partners; empty at partner grain, where they are those of the lines.
    pub whole_cells: BTreeMap<CellKey, CellSum>,
}

impl CellSum {
    /// Counts a line with its prior revenue.
    pub(super) fn count(&mut self, prior: Option<Decimal>) {
        self.merge(&Self { revenue: prior, partners: 1 });
    }

    fn merge(&mut self, other: &Self) {
        self.partners += other.partners;
        add(&mut self.revenue, other.revenue);
    }
}

impl Tally {
    /// Counts an eligible partner with its revenue.
    pub(super) fn count(&mut self, whole: &Stretches) {
        self.partners += 1;
        self.totals.add(whole);
    }

    /// Adds the sums of another part.
    pub fn merge(&mut self, other: &Self) {
        self.partners += other.partners;
        self.totals.add(&other.totals);
        for (mine, theirs) in [(&mut self.cells, &other.cells), (&mut self.whole_cells, &other.whole_cells)] {
            theirs.iter().for_each(|(key, sum)| mine.entry(key.clone()).or_default().merge(sum));
        }
    }
}

impl Stretches {
    fn add(&mut self, other: &Self) {
        add(&mut self.prior, other.prior);
        add(&mut self.earlier, other.earlier);
        add(&mut self.same_period, other.same_period);
        add(&mut self.before_same_period, other.before_same_period);
    }
}

fn add(sum: &mut Option<Decimal>, amount: Option<Decimal>) {
    if let Some(amount) = amount {
        *sum = Some(sum.unwrap_or_default().saturating_add(amount));
    }
}
