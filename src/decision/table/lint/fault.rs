//! Faults of the rules of a decision table, as data with their wording.

use super::super::RowNumbers;
use super::super::hit_policy::HitPolicy;
use crate::finding::{Field, ToField};
use crate::units::plain;
use rust_decimal::Decimal;
use std::fmt;

/// A row of the table, as findings name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Row in the file, counted from 1.
    pub number: u64,
    /// Name of the rule.
    pub label: Option<String>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.label {
            Some(label) => write!(f, "row {} (`{label}`)", self.number),
            None => write!(f, "row {}", self.number),
        }
    }
}

impl ToField for Row {
    fn to_field(&self) -> Field {
        self.number.to_field()
    }
}

impl ToField for RowNumbers {
    fn to_field(&self) -> Field {
        self.0.to_field()
    }
}

/// Consequence of an overlap under the hit policy, and what to do about it.
fn breach(policy: HitPolicy) -> (&'static str, &'static str) {
    match policy {
        HitPolicy::Any => {
            ("but conclude differently, which ANY does not allow", "make the outputs equal, or the conditions disjoint")
        }
        HitPolicy::Priority => (
            "but conclude differently with the same priority",
            "list the values of the other outputs in the `allowed` row too, or make the conditions disjoint",
        ),
        _ => ("and UNIQUE allows one", "make the conditions disjoint, or choose FIRST or PRIORITY"),
    }
}

crate::faults! {
    /// Faults of the rules of a decision table: gaps, overlaps, rows and columns without effect.
    pub enum LintFault {
        /// No row states a condition for a column.
        UnusedColumn { column: String } = TableUnused {
            message: format!("no row has a condition for `{column}`"),
            help: "remove the column, or write a condition in it",
            severity: Warning,
        }
        /// A condition matches no allowed value.
        NeverApplies { condition: String, column: String, allowed: Option<String> } = TableNever {
            message: format!("`{condition}` matches no value of `{column}`, so the row never applies"),
            help: match allowed {
                Some(allowed) => format!("allowed is `{allowed}`: change one or the other, or remove the row"),
                None => "change the condition, or remove the row".to_owned(),
            },
            severity: Warning,
        }
        /// No row applies to some inputs.
        Gap { region: String } = TableGap {
            message: format!("no row applies when {region}"),
            help: "add a row for it, or a `default` row",
            severity: Warning,
        }
        /// More gaps than are listed.
        MoreGaps { gaps: usize } = TableGap {
            message: format!("{gaps} more gaps are not shown"),
            help: "add a `default` row",
            severity: Warning,
        }
        /// Two rows apply to the same inputs although the hit policy does not allow it.
        Overlap { rows: RowNumbers, region: String, policy: HitPolicy } = TableOverlap {
            message: format!("{rows} both apply when {region}, {}", breach(*policy).0),
            help: breach(*policy).1,
        }
        /// More overlaps than are listed.
        MoreOverlaps { pairs: usize } = TableOverlap {
            message: format!("{pairs} more pairs of rows break the hit policy"),
            help: "choose FIRST or PRIORITY, or make the conditions disjoint",
        }
        /// Another row always wins.
        MaskedByRow { row: Row, by: Row, is_above: bool } = TableMasked {
            message: format!(
                "{row} never wins: {by} covers it and {}",
                if *is_above { "comes first" } else { "has priority" }
            ),
            help: "remove the row, narrow the others, or change the order",
            severity: Warning,
        }
        /// Several rows together always win.
        MaskedByRows { row: Row, by: RowNumbers } = TableMasked {
            message: format!("{row} never wins: {by} cover it together"),
            help: "remove the row, narrow the others, or change the order",
            severity: Warning,
        }
        /// A row repeats what another concludes.
        Redundant { row: Row, by: Row } = TableRedundant {
            message: format!("{row} concludes nothing that {by} does not conclude"),
            help: "remove one of the rows, or give them different reasons",
            severity: Warning,
        }
        /// More rows without effect than are listed.
        MoreWithoutEffect { rows: usize } = TableRedundant {
            message: format!("{rows} more rows are without effect"),
            help: "remove them",
            severity: Warning,
        }
        /// A rate is a percentage where the others of its column are fractions.
        Percentage { column: String, number: Decimal } = TableCell {
            message: format!(
                "`{column}` is {} here, which is {} %, and a fraction in other rows",
                plain(*number),
                plain(number.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX).normalize())
            ),
            help: "write every rate as a fraction: 2 % is `0.02`",
            severity: Warning,
        }
        /// The table is too large for a complete examination.
        Unexamined { subject: &'static str } = TableUnexamined {
            message: format!("the table has too many combinations to find every {subject}"),
            help: "split the table, or list the allowed values of its columns",
            severity: Warning,
        }
    }
}
