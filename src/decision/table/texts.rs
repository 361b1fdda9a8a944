//! Texts and numbers that a table distinguishes: those of its conditions, and those it concludes.

use super::interval::Cut;
use super::{DecisionTable, Kind, Value};
use crate::channel::Name;
use rust_decimal::Decimal;

impl DecisionTable {
    /// Returns the texts that the conditions of an input column name, each with its row; in the order of the rows.
    pub(crate) fn texts_of_input(&self, column: usize) -> Vec<(u64, Name)> {
        let mut texts = Vec::new();
        for (row, value) in self.values_of_input(column) {
            if let Value::Text(text) = value
                && !texts.contains(&(row, Name::clone(text)))
            {
                texts.push((row, Name::clone(text)));
            }
        }
        texts
    }

    /// Returns the numbers that the rows name in an input column, each with its row.
    pub(crate) fn numbers_of_input(&self, column: usize) -> Vec<(u64, Decimal)> {
        let number = |(row, value): (u64, &Value)| match value {
            Value::Number(number) => Some((row, *number)),
            _ => None,
        };
        self.values_of_input(column).filter_map(number).collect()
    }

    /// Ends of the intervals in an input column, each with its row.
    fn values_of_input(&self, column: usize) -> impl Iterator<Item = (u64, &Value)> {
        let conditions = self.rules().iter().filter_map(move |rule| Some((rule.row, rule.conditions.get(column)?)));
        conditions.flat_map(|(row, condition)| {
            let cuts = condition.set.intervals().iter().flat_map(|(from, to)| [from, to]);
            cuts.filter_map(move |cut| match cut {
                Cut::At(value, _) => Some((row, value)),
                _ => None,
            })
        })
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
