//! Comparison of rules pair by pair, within a bound.

use super::super::DecisionTable;
use super::region::{cell_within, cells_meet, comparison_cost};

/// Most intervals that are compared pair by pair in one search.
const MAX_COMPARISONS: usize = 20_000_000;

/// Compares rules pair by pair, within a bound.
pub(super) struct Pairs<'t> {
    table: &'t DecisionTable,
    left: usize,
}

impl<'t> Pairs<'t> {
    pub(super) fn new(table: &'t DecisionTable) -> Self {
        Self { table, left: MAX_COMPARISONS }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.left > 0
    }

    /// Counts `cost` comparisons; false beyond the bound.
    pub(super) fn affords(&mut self, cost: usize) -> bool {
        self.left = self.left.saturating_sub(cost);
        self.left > 0
    }

    pub(super) fn every_column(&mut self, a: usize, b: usize, holds: impl Fn(usize) -> bool) -> bool {
        let table = self.table;
        (0..table.inputs().len()).all(|column| self.affords(comparison_cost(table, column, a, b)) && holds(column))
    }

    /// True when some inputs match both; false beyond the bound.
    pub(super) fn meet(&mut self, a: usize, b: usize) -> bool {
        let table = self.table;
        self.every_column(a, b, |column| cells_meet(table, column, a, b))
    }

    /// True when all inputs that match `inner` match `outer`; false beyond the bound.
    pub(super) fn within(&mut self, inner: usize, outer: usize) -> bool {
        let table = self.table;
        self.every_column(inner, outer, |column| cell_within(table, column, inner, outer))
    }
}
