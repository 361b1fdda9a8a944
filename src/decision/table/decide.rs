//! Deciding by a table, with the reasons and with what would have changed the outcome.

use super::DecisionTable;
use super::cuts::RangeId;
use super::fault::DecisionFault;
use super::interval::{Cut, Side};
use super::settled::{Settled, settled};
use super::value::{Kind, Value, previous};
use super::verdict::{Outcome, verdict};
use crate::channel::Name;
use std::sync::Arc;

/// An outcome with the way it came about.
#[derive(Debug, Clone)]
pub struct Decision {
    table: DecisionTable,
    inputs: Vec<Value>,
    settled: Arc<Settled>,
}

/// A row that matches, with the value that met each of its conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Row in the file, counted from 1.
    pub row: u64,
    /// Name of the rule, from the first column.
    pub label: Option<Name>,
    /// The `because` cell.
    pub because: Option<Name>,
    /// True when the row's outputs are part of the outcome; false when the hit policy preferred another.
    pub is_decisive: bool,
    /// One entry per condition that is not open, in the order of the header; empty when the row matches anything.
    pub conditions: Vec<MatchedCondition>,
    /// One value per output column.
    pub outputs: Vec<Value>,
}

/// A condition that was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedCondition {
    /// The input column.
    pub column: Name,
    /// The value given.
    pub value: Value,
    /// The cell as written.
    pub cell: String,
}

/// A row that failed in exactly one condition, with what would have met it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Row in the file, counted from 1.
    pub row: u64,
    /// Name of the rule, from the first column.
    pub label: Option<Name>,
    /// The `because` cell.
    pub because: Option<Name>,
    /// The input column that failed.
    pub column: Name,
    /// The value given.
    pub value: Value,
    /// The cell as written.
    pub cell: String,
    /// The nearest end of the condition, on either side of the value; empty when it names none, or the value is not known.
    pub targets: Vec<Target>,
    /// One value per output column.
    pub outputs: Vec<Value>,
}

/// Nearest value that would meet a condition; [`Decision::outcome_at`] returns the outcome there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Upwards or downwards.
    pub direction: Direction,
    /// The end of the condition on that side.
    pub value: Value,
    /// True when that value itself meets the condition; false when it must be passed.
    pub is_included: bool,
    column: usize,
    id: RangeId,
}

/// Direction in which a value would have to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Upwards.
    Raise,
    /// Downwards.
    Lower,
    /// To another value; more and less mean nothing here.
    Change,
}

impl Decision {
    pub(super) fn table(&self) -> &DecisionTable {
        &self.table
    }

    pub(super) fn inputs(&self) -> &[Value] {
        &self.inputs
    }

    pub(super) fn settled(&self) -> &Settled {
        &self.settled
    }

    /// Outcome of the table.
    pub fn outcome(&self) -> &Outcome {
        &self.settled.verdict.outcome
    }

    /// True when no row matched and the `default` row holds.
    pub fn is_default(&self) -> bool {
        self.settled.verdict.is_default
    }

    /// The value of output column `name`; `None` without such a column, and unless the table has exactly one outcome.
    pub fn output(&self, name: &str) -> Option<&Value> {
        let at = self.table.outputs().iter().position(|output| *output.name == *name)?;
        match self.outcome() {
            Outcome::One(values) => values.get(at),
            Outcome::None | Outcome::List(_) => None,
        }
    }

    /// True when a row matches.
    pub(crate) fn is_match(&self) -> bool {
        !self.settled.verdict.matched.is_empty()
    }

    /// Names of the output columns, in the order of the header.
    pub(crate) fn output_names(&self) -> impl Iterator<Item = &Name> {
        self.table.outputs().iter().map(|output| &output.name)
    }

    /// Rows of the file that match, ascending.
    pub fn matched_rows(&self) -> Vec<u64> {
        self.settled.verdict.matched.iter().map(|rule| self.table.rules()[*rule].row).collect()
    }

    /// The rows that match, ascending; empty when none does.
    pub fn reasons(&self) -> Vec<Reason> {
        self.settled.verdict.matched.iter().map(|rule| self.reason(*rule)).collect()
    }

    fn reason(&self, index: usize) -> Reason {
        let rule = &self.table.rules()[index];
        let columns = self.table.inputs().iter().zip(&self.inputs).zip(&rule.conditions);
        Reason {
            row: rule.row,
            label: rule.label.clone(),
            because: rule.because.clone(),
            is_decisive: self.settled.verdict.chosen.contains(&index),
            conditions: columns
                .filter(|(_, condition)| !condition.is_any())
                .map(|((input, value), condition)| MatchedCondition {
                    column: Name::clone(&input.name),
                    value: value.clone(),
                    cell: condition.text.clone(),
                })
                .collect(),
            outputs: rule.outputs.clone(),
        }
    }

    /// The rows that fail in exactly one condition, ascending, with what would have met it.
    ///
    /// Worked out on request: a table with one input column and 3,000 rows has 2,999 of them.
    pub fn nearest(&self) -> Vec<Near> {
        self.near_misses().collect()
    }

    /// The same one by one, for those who look at the first of them.
    pub(crate) fn near_misses(&self) -> impl Iterator<Item = Near> {
        let missed = self.table.index().missed_by_one(&self.settled.ids);
        missed.into_iter().map(|(rule, column)| self.near(rule, column))
    }

    fn near(&self, index: usize, column: usize) -> Near {
        let rule = &self.table.rules()[index];
        Near {
            row: rule.row,
            label: rule.label.clone(),
            because: rule.because.clone(),
            column: Name::clone(&self.table.inputs()[column].name),
            value: self.inputs[column].clone(),
            cell: rule.conditions[column].text.clone(),
            targets: self.targets(index, column),
            outputs: rule.outputs.clone(),
        }
    }

    /// The nearest allowed range of the rule's cell above and below the value.
    fn targets(&self, rule: usize, column: usize) -> Vec<Target> {
        let ranges = &self.table.index().columns[column];
        let id = self.settled.ids[column];
        let cell = ranges.cell(rule);
        if id == 0 {
            return Vec::new();
        }
        let live = |(from, to): &(RangeId, RangeId)| {
            (*from.max(&1)..=*to).filter(|id| ranges.is_live(*id)).collect::<Vec<_>>()
        };
        let above = cell.iter().filter(|(from, _)| *from > id).find_map(|part| live(part).first().copied());
        let below = cell.iter().rev().filter(|(_, to)| *to < id).find_map(|part| live(part).last().copied());
        [(below, Direction::Lower), (above, Direction::Raise)]
            .into_iter()
            .filter_map(|(id, direction)| self.target(column, id?, direction))
            .collect()
    }

    fn target(&self, column: usize, id: RangeId, direction: Direction) -> Option<Target> {
        let ranges = &self.table.index().columns[column];
        let (from, to) = ranges.bounds(id)?;
        let (value, is_included) = match (direction, from, to) {
            (Direction::Raise, Cut::At(value, side), _) => (value, side == Side::Before),
            (Direction::Lower, _, Cut::At(value, Side::After)) => (value, true),
            (Direction::Lower, _, Cut::At(value, Side::Before)) => match previous(ranges.kind, &value) {
                Some(previous) => (previous, true),
                None => (value, false),
            },
            (Direction::Raise | Direction::Lower | Direction::Change, ..) => return None,
        };
        let unordered = matches!(ranges.kind, Kind::Text | Kind::Truth);
        let direction = if unordered { Direction::Change } else { direction };
        Some(Target { direction, value, is_included, column, id })
    }

    /// The outcome of the table at `target`, one of [`Decision::nearest`], all other inputs as they are.
    pub fn outcome_at(&self, target: &Target) -> Result<Outcome, DecisionFault> {
        let mut ids = self.settled.ids.clone();
        if let Some(id) = ids.get_mut(target.column) {
            *id = target.id.min(self.table.index().columns[target.column].count() - 1);
        }
        verdict(&self.table, &ids).map(|verdict| verdict.outcome)
    }
}

/// Decides; see [`DecisionTable::decide`].
pub(crate) fn decide(table: &DecisionTable, inputs: Vec<Value>) -> Result<Decision, DecisionFault> {
    let columns = table.inputs();
    if columns.len() != inputs.len() {
        return Err(DecisionFault::InputCount { expected: columns.len(), given: inputs.len() });
    }
    let mut ids = Vec::with_capacity(inputs.len());
    for ((column, value), ranges) in columns.iter().zip(&inputs).zip(&table.index().columns) {
        if !column.kind.admits(value) {
            let (expected, value) = (column.kind, value.clone());
            return Err(DecisionFault::InputKind { column: Name::clone(&column.name), expected, value });
        }
        let id = ranges.id(value);
        if let (Some(allowed), false) = (&column.allowed, ranges.is_live(id)) {
            let (column, value, allowed) = (Name::clone(&column.name), value.clone(), allowed.clone());
            return Err(DecisionFault::NotAllowed { column, value, allowed });
        }
        ids.push(id);
    }
    let settled = settled(table, &ids)?;
    Ok(Decision { table: table.clone(), inputs, settled })
}
