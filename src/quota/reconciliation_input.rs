//! Inputs of a reconciliation: lines with their bounds, groups with their amounts; and whether they can be used.

use super::OnViolation;
use crate::units::MAX_MINOR_UNITS;
use thiserror::Error;

/// A line before reconciliation; amounts in minor units, at most [`MAX_MINOR_UNITS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenLine {
    /// Bottom-up assessment, at least zero.
    pub assessment: i128,
    /// Floor, if any; at most the ceiling.
    pub floor: Option<i128>,
    /// Ceiling, if any; at least zero.
    pub ceiling: Option<i128>,
    /// Agreed quota, which overrides the guardrails.
    pub lock: Option<i128>,
}

/// Lines that share an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconciliationGroup {
    /// Name for messages: `channel`, `territory North`.
    pub name: String,
    /// Amount its lines sum to, in minor units, locks included; `None` uses the bottom-up assessment.
    pub amount: Option<i128>,
    /// Positions of its lines, in the order that breaks ties; every line is in exactly one group.
    pub lines: Vec<usize>,
}

/// Options of a reconciliation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReconciliationRules {
    /// Rounding unit in minor units, from 1 to [`MAX_MINOR_UNITS`].
    pub unit: i128,
    /// Handling of a line outside its guardrails.
    pub on_violation: OnViolation,
}

/// Invalid input; book and rules are checked before, so it is an error of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnusableInput {
    /// An amount of a line is negative, or beyond the range, or its floor is above its ceiling.
    #[error("line {0} has an amount out of range, or a floor above its ceiling")]
    Line(usize),
    /// The amount of a group is negative or beyond the range, its lines sum to more than 10^22 minor units, or it names a
    /// line that does not exist.
    #[error("group {0} has an amount or a sum out of range, or a line that does not exist")]
    Group(usize),
    /// A line is in no group, or in more than one.
    #[error("line {0} is not in exactly one group")]
    Grouping(usize),
    /// The rounding unit is below one minor unit or beyond the range.
    #[error("the rounding unit is out of range")]
    Unit,
}

/// Most that the assessments and bounds of a group sum to, in minor units: times [`MAX_MINOR_UNITS`] it fits in 128 bits.
pub(super) const MAX_SUM: i128 = 10_000_000_000_000_000_000_000;

fn in_range(amount: i128) -> bool {
    (0..=MAX_MINOR_UNITS).contains(&amount)
}

fn is_usable(line: &OpenLine) -> bool {
    let amounts = [Some(line.assessment), line.floor, line.ceiling, line.lock];
    amounts.into_iter().flatten().all(in_range)
        && line.ceiling.is_none_or(|ceiling| line.floor.is_none_or(|floor| floor <= ceiling))
}

pub(super) fn unusable(
    lines: &[OpenLine],
    groups: &[ReconciliationGroup],
    rules: ReconciliationRules,
) -> Vec<UnusableInput> {
    let mut faults = Vec::new();
    if rules.unit < 1 || !in_range(rules.unit) {
        faults.push(UnusableInput::Unit);
    }
    faults.extend((0..lines.len()).filter(|at| !is_usable(&lines[*at])).map(UnusableInput::Line));
    let mut memberships = vec![0_u32; lines.len()];
    for (position, group) in groups.iter().enumerate() {
        let amounts = |line: &OpenLine| [Some(line.assessment), line.floor, line.ceiling, line.lock];
        let sum = || group.lines.iter().filter_map(|at| lines.get(*at)).flat_map(amounts).flatten().sum::<i128>();
        // Lines out of range are reported already.
        let is_too_large = faults.is_empty() && sum() > MAX_SUM;
        if is_too_large || !group.amount.is_none_or(in_range) || group.lines.iter().any(|at| *at >= lines.len()) {
            faults.push(UnusableInput::Group(position));
        }
        for at in &group.lines {
            if let Some(count) = memberships.get_mut(*at) {
                *count += 1;
            }
        }
    }
    faults.extend((0..lines.len()).filter(|at| memberships[*at] != 1).map(UnusableInput::Grouping));
    faults
}
