//! Approvals: how many a figure needs, declared in one place, and what exactly an approval binds to.

use super::approval_step::ApprovalStep;
use super::line::{Approval, Line};
use super::terms::ApprovalRule;
use super::totals::Totals;
use crate::decision::table::{DecisionFault, Value};
use crate::decision::{Conclusion, PurposeTable};
use crate::units::Money;
use blake3::Hasher;
use rust_decimal::Decimal;

/// Separates digests of what is approved from all other hashes.
const LINE_CONTEXT: &str = "quotient plan of record, approval of a line, 1";
/// Separates digests of the sum of a plan from all other hashes.
const TOTAL_CONTEXT: &str = "quotient plan of record, approval of a total, 1";

/// Returns the approvals that the figure of `line` needs, at least one.
///
/// A figure without a proposal to compare with (zero) counts as a large change unless it is the same.
pub fn line_steps(rule: &ApprovalRule, line: &Line, target: Option<Money>) -> Result<Vec<ApprovalStep>, DecisionFault> {
    if let Some(table) = &rule.table {
        let is_below = |minimum: Money| line.figure.minus(minimum).ok().map(Money::is_negative);
        let facts = [
            ("subject", Value::from("line")),
            ("change", Value::from(line.change())),
            ("share_of_target", Value::from(target.and_then(|target| line.figure.ratio_to(target)))),
            ("below_tier_minimum", Value::from(line.minimum.and_then(is_below))),
            ("assigned", Value::from(line.assigned)),
            ("amended", Value::from(line.figure_in_force().is_some())),
            ("rounds", Value::from(Decimal::from(line.round))),
            ("amount", Value::from(line.figure.amount())),
        ];
        return steps_of(table, &facts);
    }
    let limit = rule.large_change.saturating_mul(Decimal::ONE_HUNDRED).normalize();
    let is_large = match line.change() {
        Some(change) => change.abs() > rule.large_change,
        None => line.figure != line.proposed,
    };
    let (approvals, side) =
        if is_large { (rule.always.saturating_add(1), "more than") } else { (rule.always, "at most") };
    let step = ApprovalStep::of_any_person(format!("the change against the proposal is {side} {limit} %"));
    Ok(vec![step; usize::from(approvals)])
}

/// Returns the approvals that totals off the level of the proposal need, at least one.
pub fn total_steps(rule: &ApprovalRule, totals: &Totals) -> Result<Vec<ApprovalStep>, DecisionFault> {
    let off_level = || vec![ApprovalStep::of_any_person("the lines miss the level of the proposal".to_owned())];
    let knows_totals = |table: &&PurposeTable| table.asks("subject");
    let Some(table) = rule.table.as_ref().filter(knows_totals) else { return Ok(off_level()) };
    let short =
        totals.difference().ok().flatten().map(|difference| Money::new(-difference.amount(), difference.currency()));
    let of_target = |amount: Money| totals.target.and_then(|target| amount.ratio_to(target));
    let facts = [
        ("subject", Value::from("total")),
        ("change", Value::from(totals.assigned.growth_from(totals.proposed))),
        ("share_of_target", Value::from(of_target(totals.assigned))),
        ("short_of_target", Value::from(short.and_then(of_target))),
        ("amount", Value::from(totals.assigned.amount())),
    ];
    steps_of(table, &facts)
}

/// Returns the approvals that funds of an activity need, at least one.
pub fn fund_steps(
    rule: &ApprovalRule,
    amount: Money,
    target: Option<Money>,
) -> Result<Vec<ApprovalStep>, DecisionFault> {
    let Some(table) = rule.table.as_ref().filter(|table| table.asks("subject")) else {
        return Ok(vec![ApprovalStep::of_any_person("funds need an approval".to_owned())]);
    };
    let share = target.and_then(|target| amount.ratio_to(target));
    let facts = [("subject", "fund".into()), ("amount", amount.amount().into()), ("share_of_target", share.into())];
    steps_of(table, &facts)
}

/// Returns the steps that a table concludes; where no row applies, one approval by any person.
fn steps_of(table: &PurposeTable, facts: &[(&str, Value)]) -> Result<Vec<ApprovalStep>, DecisionFault> {
    let step = |one: Conclusion| ApprovalStep { role: Some(one.word), because: one.because, rows: one.rows };
    let steps: Vec<ApprovalStep> = table.conclude(facts)?.into_iter().map(step).collect();
    let is_empty = steps.is_empty();
    Ok(if is_empty { vec![ApprovalStep::of_any_person("no row of the table applies".to_owned())] } else { steps })
}

/// Returns the steps that none of the approvals was given for.
pub fn open_steps<'s>(steps: &'s [ApprovalStep], approvals: &[&Approval]) -> Vec<&'s ApprovalStep> {
    let mut open: Vec<&ApprovalStep> = steps.iter().collect();
    for approval in approvals {
        if let Some(at) = open.iter().position(|step| step.role == approval.role) {
            open.remove(at);
        }
    }
    open
}

/// Returns the digest of what an approval of a line binds to: the plan, the line, its version and its figure.
pub fn subject_digest(plan: &str, line: &Line) -> String {
    let mut hasher = Hasher::new_derive_key(LINE_CONTEXT);
    let parts = [plan.to_owned(), line.key.to_string(), line.version.to_string(), line.figure.to_exact()];
    parts.iter().for_each(|part| add(&mut hasher, part));
    add(&mut hasher, line.figure.currency().code());
    hasher.finalize().to_hex().to_string()
}

/// Returns the digest of what an approval of the total binds to: target, reserve and the figure of every line.
pub fn total_digest<'l>(plan: &str, amounts: [Option<Money>; 2], lines: impl Iterator<Item = &'l Line>) -> String {
    let mut hasher = Hasher::new_derive_key(TOTAL_CONTEXT);
    add(&mut hasher, plan);
    amounts.iter().for_each(|amount| add(&mut hasher, &amount.map(|amount| amount.to_exact()).unwrap_or_default()));
    for line in lines {
        add(&mut hasher, &line.key.to_string());
        add(&mut hasher, &line.figure.to_exact());
    }
    hasher.finalize().to_hex().to_string()
}

/// Adds a part with its length, so that no two lists of parts have the same bytes.
fn add(hasher: &mut Hasher, part: &str) {
    hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
}
