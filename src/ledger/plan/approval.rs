//! Approvals: how many a figure needs, declared in one place, and what exactly an approval binds to.

use super::line::Line;
use super::terms::ApprovalRule;
use crate::units::Money;
use blake3::Hasher;
use rust_decimal::Decimal;

/// Separates digests of what is approved from all other hashes.
const LINE_CONTEXT: &str = "quotient plan of record, approval of a line, 1";
/// Separates digests of the sum of a plan from all other hashes.
const TOTAL_CONTEXT: &str = "quotient plan of record, approval of a total, 1";

/// Approvals that a figure needs, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Number of persons.
    pub approvals: u8,
    /// Reason for that number.
    pub because: String,
}

/// Returns the approvals that the figure of `line` needs.
///
/// A figure without a proposal to compare with (zero) counts as a large change unless it is the same.
pub fn need(rule: &ApprovalRule, line: &Line) -> Need {
    let limit = rule.large_change.saturating_mul(Decimal::ONE_HUNDRED).normalize();
    let is_large = match line.change() {
        Some(change) => change.abs() > rule.large_change,
        None => line.figure != line.proposed,
    };
    match is_large {
        true => Need {
            approvals: rule.always.saturating_add(1),
            because: format!("the change against the proposal is more than {limit} %"),
        },
        false => {
            Need { approvals: rule.always, because: format!("the change against the proposal is at most {limit} %") }
        }
    }
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
