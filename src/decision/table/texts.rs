//! Texts that a table distinguishes: those of its conditions, and those it concludes.

use super::interval::Cut;
use super::{DecisionTable, Kind, Value};
use crate::channel::Name;

impl DecisionTable {
    /// Returns the texts that the conditions of an input column name, each with its row; in the order of the rows.
    pub(crate) fn texts_of_input(&self, column: usize) -> Vec<(u64, Name)> {
        let mut texts = Vec::new();
        for rule in self.rules() {
            let Some(condition) = rule.conditions.get(column) else { continue };
            for (from, to) in condition.set.intervals() {
                for cut in [from, to] {
                    if let Cut::At(Value::Text(text), _) = cut
                        && !texts.contains(&(rule.row, Name::clone(text)))
                    {
                        texts.push((rule.row, Name::clone(text)));
                    }
                }
            }
        }
        texts
    }

    /// Returns true when at least one row is for that text.
    pub(crate) fn takes_text(&self, column: usize, text: &str) -> bool {
        let value = Value::Text(Name::from(text));
        let mut conditions = self.rules().iter().filter_map(|rule| rule.conditions.get(column));
        conditions.any(|condition| condition.matches(Kind::Text, &value))
    }

    /// Returns the values that an output column can conclude.
    pub(crate) fn cells_of_output(&self, column: usize) -> Vec<Value> {
        let rows = self.rules().iter().filter_map(|rule| rule.outputs.get(column).cloned());
        let default = self.outputs().get(column).and_then(|output| output.default.clone());
        let mut cells: Vec<Value> = rows.chain(default).collect();
        cells.sort();
        cells.dedup();
        cells
    }
}
