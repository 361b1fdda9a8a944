//! The multiplier in words, and how many lines a refusal names.

use quotient::quota::{
    LISTED_LINES, OnViolation, OpenLine, ReconciliationFaults, ReconciliationGroup, ReconciliationRules, reconcile,
};

/// The multiplier of one group in words, or what keeps it from its target.
fn multiplier(lines: &[OpenLine], amount: i128) -> Result<String, ReconciliationFaults> {
    let group = ReconciliationGroup { name: "channel".into(), amount: Some(amount), lines: (0..lines.len()).collect() };
    let rules = ReconciliationRules { unit: 1, on_violation: OnViolation::Clamp };
    reconcile(lines, &[group], rules).map(|done| done.multipliers[0].to_text())
}

#[test]
fn a_multiplier_that_is_almost_one_does_not_read_as_one() {
    let of = |assessment, amount| multiplier(&[OpenLine { assessment, ..OpenLine::default() }], amount).unwrap();
    assert_eq!(
        (of(1_000, 1_000), of(1_000, 1_001), of(3, 4)),
        ("1".to_owned(), "1.001".to_owned(), "1.333".to_owned())
    );
    assert_eq!((of(10_000, 10_001), of(10_000, 9_999)), ("1.0001".to_owned(), "0.9999".to_owned()));
    // Nine decimals are the most.
    let most = 10_000_000_000;
    assert_eq!((of(most, most + 10), of(most, most + 1)), ("1.000000001".to_owned(), "1".to_owned()));
}

#[test]
fn a_refusal_names_the_largest_lines_and_counts_all() {
    let floors: Vec<OpenLine> = (1..=25).map(|floor| OpenLine { floor: Some(floor), ..OpenLine::default() }).collect();
    let answer = multiplier(&floors, 5).unwrap_err().infeasible.remove(0);
    let named: Vec<i128> = answer.binding.iter().map(|held| held.amount).collect();
    assert_eq!((named, LISTED_LINES), ((6..=25).rev().collect(), 20));
    // 1 + 2 + … + 25 = 325.
    assert_eq!((answer.binding_lines, answer.binding_sum, answer.at_least), (25, 325, 325));
}
