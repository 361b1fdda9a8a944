//! Rates on two scales: a percentage among fractions.

use super::super::{DecisionTable, Kind, Value};
use super::LintFault;
use crate::finding::{Finding, Findings, Place};
use rust_decimal::Decimal;

/// Reports outputs of a rate that are percentages, where all others of the column are fractions.
pub(super) fn percentages(table: &DecisionTable, findings: &mut Findings) {
    for (column, output) in table.outputs().iter().enumerate() {
        let is_rate = ["rate", "share", "percent"].iter().any(|word| output.name.contains(word));
        if output.kind != Kind::Number || !is_rate {
            continue;
        }
        let rows = table.rules().iter().filter_map(|rule| match rule.outputs.get(column) {
            Some(Value::Number(number)) => Some((rule.row, *number)),
            _ => None,
        });
        let (large, small): (Vec<_>, Vec<_>) = rows.partition(|(_, number)| *number >= Decimal::ONE);
        let has_fraction = small.iter().any(|(_, number)| !number.is_zero());
        for (row, number) in large.into_iter().filter(|(_, number)| has_fraction && *number >= Decimal::TWO) {
            let fault = LintFault::Percentage { column: output.name.to_string(), number };
            let place = Place::cell(table.file(), row, &*output.name, crate::units::plain(number));
            findings.push(Finding::from(fault).at(place));
        }
    }
}
