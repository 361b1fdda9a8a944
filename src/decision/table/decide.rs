//! Deciding by a table, with the reasons and with what would have changed the outcome.

use super::cuts::{Cut, RangeId, Side};
use super::hit_policy::HitPolicy;
use super::value::{Kind, Value, previous};
use super::{DecisionTable, Rule};
use crate::channel::Name;
use rust_decimal::Decimal;
use std::fmt;
use thiserror::Error;

/// Numbers of rows in the file, ascending; shown as `rows 4 and 7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowNumbers(pub Vec<u64>);

impl fmt::Display for RowNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.0.iter().take(10).map(u64::to_string).collect();
        let more = self.0.len() - words.len();
        match words.split_last() {
            Some((only, [])) => write!(f, "row {only}"),
            Some(_) if more > 0 => write!(f, "rows {} and {more} more", words.join(", ")),
            Some((last, rest)) => write!(f, "rows {} and {last}", rest.join(", ")),
            None => f.write_str("no row"),
        }
    }
}

/// Why a table could not decide.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecisionFault {
    /// Not one value per input column.
    #[error("the table has {expected} input columns, and {given} values were given")]
    InputCount {
        /// Number of input columns.
        expected: usize,
        /// Number of values.
        given: usize,
    },
    /// A value of another kind than its column.
    #[error("`{column}` needs {}, not {}: `{value}`", expected.article(), value.kind_words())]
    InputKind {
        /// The input column.
        column: Name,
        /// The kind of the column.
        expected: Kind,
        /// The value given.
        value: Value,
    },
    /// A value that the column does not allow.
    #[error("`{value}` is not allowed in `{column}`, only `{allowed}`")]
    NotAllowed {
        /// The input column.
        column: Name,
        /// The value given.
        value: Value,
        /// The `allowed` cell as written.
        allowed: String,
    },
    /// Several rows match under UNIQUE.
    #[error("{rows} match, and the hit policy UNIQUE allows one")]
    NotUnique {
        /// The rows that match.
        rows: RowNumbers,
    },
    /// Rows that match under ANY conclude differently.
    #[error("{rows} match and conclude differently, which the hit policy ANY does not allow")]
    NotEqual {
        /// The rows that match.
        rows: RowNumbers,
    },
    /// Rows of the same, highest priority conclude differently in outputs without priorities.
    #[error("{rows} match with the same priority and conclude differently")]
    NotRanked {
        /// The rows of highest priority.
        rows: RowNumbers,
    },
    /// The sum of COLLECT SUM cannot be held exactly.
    #[error("the sum of {rows} has more digits than can be held exactly")]
    SumOutOfRange {
        /// The rows that match.
        rows: RowNumbers,
    },
}

/// What a table concludes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// No row matches and there is no default.
    None,
    /// One value per output column; under COLLECT with an operator the one figure.
    One(Vec<Value>),
    /// One entry per matching row, each with one value per output column; empty when no row matches.
    List(Vec<Vec<Value>>),
}

/// An outcome with the way it came about.
#[derive(Debug, Clone)]
pub struct Decision {
    table: DecisionTable,
    inputs: Vec<Value>,
    ids: Vec<RangeId>,
    verdict: Verdict,
}

#[derive(Debug, Clone)]
struct Verdict {
    outcome: Outcome,
    matched: Vec<usize>,
    chosen: Vec<usize>,
    is_default: bool,
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

/// How far a value would have to go to meet a condition; [`Decision::outcome_at`] tells what would hold then.
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

/// Which way a value would have to go.
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
    /// What the table concludes.
    pub fn outcome(&self) -> &Outcome {
        &self.verdict.outcome
    }

    /// True when no row matched and the `default` row holds.
    pub fn is_default(&self) -> bool {
        self.verdict.is_default
    }

    /// The value of output column `name`; `None` when there is no such column, no outcome, or a list of them.
    pub fn output(&self, name: &str) -> Option<&Value> {
        let at = self.table.outputs().iter().position(|output| *output.name == *name)?;
        match self.outcome() {
            Outcome::One(values) => values.get(at),
            Outcome::None | Outcome::List(_) => None,
        }
    }

    /// Rows of the file that match, ascending.
    pub fn matched_rows(&self) -> Vec<u64> {
        self.verdict.matched.iter().map(|rule| self.table.rules()[*rule].row).collect()
    }

    /// The rows that match, ascending; empty when none does.
    pub fn reasons(&self) -> Vec<Reason> {
        self.verdict.matched.iter().map(|rule| self.reason(*rule)).collect()
    }

    fn reason(&self, index: usize) -> Reason {
        let rule = &self.table.rules()[index];
        let columns = self.table.inputs().iter().zip(&self.inputs).zip(&rule.conditions);
        Reason {
            row: rule.row,
            label: rule.label.clone(),
            because: rule.because.clone(),
            is_decisive: self.verdict.chosen.contains(&index),
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
        let missed = self.table.index().missed_by_one(&self.ids);
        missed.into_iter().map(|(rule, column)| self.near(rule, column)).collect()
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
        let id = self.ids[column];
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

    /// What the table would conclude at `target`, one of [`Decision::nearest`], all other inputs as they are.
    pub fn outcome_at(&self, target: &Target) -> Result<Outcome, DecisionFault> {
        let mut ids = self.ids.clone();
        if let Some(id) = ids.get_mut(target.column) {
            *id = target.id.min(self.table.index().columns[target.column].count() - 1);
        }
        verdict(&self.table, &ids).map(|verdict| verdict.outcome)
    }
}

/// Decides; see [`DecisionTable::decide`].
pub(crate) fn decide(table: &DecisionTable, inputs: &[Value]) -> Result<Decision, DecisionFault> {
    let columns = table.inputs();
    if columns.len() != inputs.len() {
        return Err(DecisionFault::InputCount { expected: columns.len(), given: inputs.len() });
    }
    let mut ids = Vec::with_capacity(inputs.len());
    for ((column, value), ranges) in columns.iter().zip(inputs).zip(&table.index().columns) {
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
    let verdict = verdict(table, &ids)?;
    Ok(Decision { table: table.clone(), inputs: inputs.to_vec(), ids, verdict })
}

fn verdict(table: &DecisionTable, ids: &[RangeId]) -> Result<Verdict, DecisionFault> {
    let matched: Vec<usize> = table.index().matched(ids).iter().collect();
    if matched.is_empty() {
        return Ok(unmatched(table));
    }
    let rules = table.rules();
    let outputs = |rule: usize| rules[rule].outputs.clone();
    let numbers = |matched: &[usize]| RowNumbers(matched.iter().map(|rule| rules[*rule].row).collect());
    let differ = |matched: &[usize]| matched.windows(2).any(|two| rules[two[0]].outputs != rules[two[1]].outputs);
    let one = |rule: usize| (Outcome::One(outputs(rule)), vec![rule]);
    let (outcome, chosen) = match table.hit_policy() {
        HitPolicy::Unique if matched.len() > 1 => return Err(DecisionFault::NotUnique { rows: numbers(&matched) }),
        HitPolicy::Any if differ(&matched) => return Err(DecisionFault::NotEqual { rows: numbers(&matched) }),
        HitPolicy::Any => (Outcome::One(outputs(matched[0])), matched.clone()),
        HitPolicy::Unique | HitPolicy::First => one(matched[0]),
        HitPolicy::Priority => {
            let best = highest(rules, &matched);
            if differ(&best) {
                return Err(DecisionFault::NotRanked { rows: numbers(&best) });
            }
            (Outcome::One(outputs(best[0])), best)
        }
        HitPolicy::RuleOrder | HitPolicy::Collect => {
            (Outcome::List(matched.iter().map(|rule| outputs(*rule)).collect()), matched.clone())
        }
        HitPolicy::OutputOrder => {
            let mut ordered = matched.clone();
            ordered.sort_by(|a, b| rules[*a].rank.cmp(&rules[*b].rank));
            (Outcome::List(ordered.iter().map(|rule| outputs(*rule)).collect()), matched.clone())
        }
        HitPolicy::CollectCount => {
            (Outcome::One(vec![Value::Number(Decimal::from(matched.len() as u64))]), matched.clone())
        }
        HitPolicy::CollectSum | HitPolicy::CollectMin | HitPolicy::CollectMax => {
            let values: Vec<&Value> = matched.iter().filter_map(|rule| rules[*rule].outputs.first()).collect();
            let figure = figure(table.hit_policy(), &values);
            let figure = figure.ok_or_else(|| DecisionFault::SumOutOfRange { rows: numbers(&matched) })?;
            let is_sum = table.hit_policy() == HitPolicy::CollectSum;
            let decides = |rule: &usize| is_sum || rules[*rule].outputs.first() == Some(&figure);
            (Outcome::One(vec![figure.clone()]), matched.iter().copied().filter(decides).collect())
        }
    };
    Ok(Verdict { outcome, matched, chosen, is_default: false })
}

/// The outcome without a match: the default output where there is one (DMN 1.4, section 8.2.11); else nothing, an empty
/// list, or a count of zero.
fn unmatched(table: &DecisionTable) -> Verdict {
    let default: Option<Vec<Value>> = table.outputs().iter().map(|output| output.default.clone()).collect();
    let is_default = default.is_some();
    let policy = table.hit_policy();
    let outcome = match default {
        Some(values) if policy.is_list() => Outcome::List(vec![values]),
        Some(values) => Outcome::One(values),
        None if policy.is_list() => Outcome::List(Vec::new()),
        None if policy == HitPolicy::CollectCount => Outcome::One(vec![Value::Number(Decimal::ZERO)]),
        None => Outcome::None,
    };
    Verdict { outcome, matched: Vec::new(), chosen: Vec::new(), is_default }
}

/// The rules of highest priority, in the order of the file.
fn highest(rules: &[Rule], matched: &[usize]) -> Vec<usize> {
    let best = matched.iter().map(|rule| &rules[*rule].rank).min();
    matched.iter().copied().filter(|rule| Some(&rules[*rule].rank) == best).collect()
}

/// Sum, smallest or largest; not known as soon as one value is not known, `None` when a sum leaves the range.
///
/// Addition that drops digits is refused: the sum must be exact in whatever order it is made.
fn figure(policy: HitPolicy, values: &[&Value]) -> Option<Value> {
    if values.contains(&&Value::NotKnown) {
        return Some(Value::NotKnown);
    }
    match policy {
        HitPolicy::CollectMin => values.iter().min().map(|value| (*value).clone()),
        HitPolicy::CollectMax => values.iter().max().map(|value| (*value).clone()),
        _ => sum(values).map(Value::Number),
    }
}

/// Exact sum at the largest scale of the values, in whole units of it; `None` when it cannot be held.
fn sum(values: &[&Value]) -> Option<Decimal> {
    let numbers =
        || values.iter().filter_map(|value| if let Value::Number(number) = value { Some(*number) } else { None });
    let scale = numbers().map(|number| number.normalize().scale()).max().unwrap_or(0);
    let mut total: i128 = 0;
    for number in numbers() {
        let number = number.normalize();
        let factor = 10i128.checked_pow(scale - number.scale())?;
        total = total.checked_add(number.mantissa().checked_mul(factor)?)?;
    }
    Decimal::try_from_i128_with_scale(total, scale).ok()
}
