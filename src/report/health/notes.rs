//! Sentences about the estimates that a reader must know.

use crate::planning::Health;
use crate::report::figures::{count, counted};
use rust_decimal::Decimal;

/// Source of the estimates, their coverage, and their limits.
pub(super) fn notes(health: &Health) -> Vec<String> {
    let Some(first) = health.periods.first() else {
        let months = health.plan.period.months;
        return vec![format!(
            "No bands and odds: the book does not cover {} before the plan and as many before that.",
            counted(months as usize, "month", "months")
        )];
    };
    let source = match health.periods.len() {
        1 => format!("Estimated from one past period, {first}, planned with the same rules."),
        periods => {
            format!("Estimated from {} past periods from {first} on, planned with the same rules.", count(periods))
        }
    };
    let shock = match health.apart {
        1 => "No change from one such period to the next has been seen, so outcomes spread more than the bands: they are a lower bound.".to_owned(),
        apart @ 2..=4 => format!("Only {apart} of them have no month in common: the spread from one period to the next is hardly known."),
        apart => format!("{} of them have no month in common.", count(apart)),
    };
    let measured = health.coverage.and_then(|coverage| {
        let percent = coverage.share()?.checked_mul(Decimal::ONE_HUNDRED)?.round_dp(0).normalize();
        let (lines, widened) = (counted(coverage.lines, "line", "lines"), widened(health.is_widened));
        Some(format!("Measured on periods that a band was not made from: it held for {percent} % of {lines}{widened}."))
    });
    [Some(source), Some(shock), measured].into_iter().flatten().collect()
}

fn widened(is_widened: bool) -> &'static str {
    if is_widened { ", after the bands were widened to hold for 80 %" } else { ", of a nominal 80 %" }
}
