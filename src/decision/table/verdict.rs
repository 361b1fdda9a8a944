//! Outcome of a table under its hit policy, from the rows that match.

use super::cuts::RangeId;
use super::fault::{DecisionFault, RowNumbers};
use super::hit_policy::HitPolicy;
use super::value::Value;
use super::{DecisionTable, Rule};
use rust_decimal::Decimal;

/// Outcome of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// No row matches, and the table has no default.
    None,
    /// One value per output column; under COLLECT with an operator the one figure.
    One(Vec<Value>),
    /// One entry per matching row, each with one value per output column; empty when no row matches.
    List(Vec<Vec<Value>>),
}

/// An outcome with the rows it rests on.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub outcome: Outcome,
    pub matched: Vec<usize>,
    pub chosen: Vec<usize>,
    pub is_default: bool,
}

/// Applies the hit policy to the rows that match `ids`, one range per input column.
pub(super) fn verdict(table: &DecisionTable, ids: &[RangeId]) -> Result<Verdict, DecisionFault> {
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
