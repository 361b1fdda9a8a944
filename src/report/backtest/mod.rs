//! A backtest as table, JSON and CSV: how good the rules were on past periods, beside simple baselines.

mod document;
mod figures;
mod table;

pub use document::{BacktestDocument, csv, json};
pub use table::table;

use crate::planning::{Backtest, Comparison};
use crate::units::Rate;

/// The verdict in words: `not distinguishable from last year: WAPE 0.040 better, 95 % −0.010 to 0.090`.
fn verdict(comparison: &Comparison) -> String {
    let Comparison { baseline, difference, .. } = comparison;
    let judged = match (difference.is_better(), difference.is_worse()) {
        (true, _) => "better than",
        (_, true) => "worse than",
        _ => "not distinguishable from",
    };
    let side = if difference.better.is_sign_negative() { "worse" } else { "better" };
    let gap = fraction_text(difference.better.abs(), 3);
    let (low, high) = (fraction_text(difference.low, 3), fraction_text(difference.high, 3));
    format!("{judged} {baseline}: WAPE {gap} {side}, 95 % {low} to {high}")
}

/// A rate with a fixed number of decimal places.
fn fraction_text(rate: Rate, places: u32) -> String {
    let rounded = rate.round_dp(places);
    let sign = if rounded.is_sign_negative() && !rounded.is_zero() { "−" } else { "" };
    format!("{sign}{:.*}", places as usize, rounded.abs())
}

/// True when there is a fold that no constant of the rules was chosen on, or nothing is known about that.
fn is_independent(backtest: &Backtest) -> bool {
    backtest.folds.iter().any(|fold| !fold.is_fitted)
}
