//! Rows of one table by what became of them, while it is read.

use super::binding::Binding;
use super::log::shown;
use crate::channel::{LeftOutBy, RowsLeftOut, TableSummary};
use crate::units::Money;

/// Rows of the table being read that were left out, by rule.
#[derive(Debug, Default)]
pub(super) struct Tally {
    left_out: Vec<RowsLeftOut>,
    /// Total that the file states for the amounts.
    pub stated_total: Option<Money>,
}

impl Tally {
    /// Counts `rows` rows that a rule left out, with the first of them as an example; `column` is empty for the whole row.
    pub fn leave_out(&mut self, rule: LeftOutBy, column: &str, rows: usize, row: u64, example: &str) {
        let is_same = |group: &RowsLeftOut| group.rule == rule && group.column.as_deref().unwrap_or_default() == column;
        match self.left_out.iter_mut().find(|group| is_same(group)) {
            Some(group) => group.rows += rows,
            None => self.left_out.push(RowsLeftOut {
                rule,
                column: (!column.is_empty()).then(|| shown(column)),
                rows,
                example_row: row,
                example: shown(example),
            }),
        }
    }

    /// The summary of a table of which `read` rows were read, those among them that a rule left out later included.
    pub fn into_summary(mut self, binding: &Binding<'_>, read: usize) -> TableSummary {
        let is_later = |group: &&RowsLeftOut| matches!(group.rule, LeftOutBy::Repeated | LeftOutBy::Partner);
        let later: usize = self.left_out.iter().filter(is_later).map(|group| group.rows).sum();
        let used = read.saturating_sub(later);
        self.left_out.sort_by_key(|group| group.example_row);
        for group in &mut self.left_out {
            group.example_row = binding.location.row_in_file(group.example_row);
        }
        let left_out: usize = self.left_out.iter().map(|group| group.rows).sum();
        TableSummary {
            table: binding.table.name.into(),
            file: binding.location.is_of_file().then(|| binding.location.shown()),
            rows: used.saturating_add(left_out),
            used,
            left_out: self.left_out,
            stated_total: self.stated_total,
        }
    }
}
