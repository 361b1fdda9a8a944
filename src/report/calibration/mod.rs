//! A calibration as table and JSON: settings with their errors, the manifest's change, and the lines that move.

mod document;
mod table;

pub use document::{CalibrationDocument, json};
pub use table::table;

use crate::planning::{Calibration, Setting};
use crate::report::figures::rate_text;

/// Change of the manifest as lines of a diff; empty when the present setting is chosen.
fn diff(calibration: &Calibration) -> String {
    if !calibration.is_change() {
        return String::new();
    }
    let mut text = "--- vendor.toml\n+++ vendor.toml\n@@ [weights] @@\n".to_owned();
    let weights = calibration.current.weights.iter().zip(&calibration.chosen.weights);
    for (factor, (old, new)) in calibration.factors.iter().zip(weights) {
        if old == new {
            text.push_str(&format!(" {factor} = {}\n", rate_text(*old)));
        } else {
            text.push_str(&format!("-{factor} = {}\n+{factor} = {}\n", rate_text(*old), rate_text(*new)));
        }
    }
    text
}

/// Name of the error that settings are compared by.
fn measure(calibration: &Calibration) -> &'static str {
    if calibration.is_scaled { "scaled WAPE" } else { "WAPE" }
}

/// Sentences below the verdict: how errors are meant, and the next step.
fn notes(calibration: &Calibration) -> String {
    let scaled =
        "Quotas of each past period are scaled to the sum of what was bought, because a target sets the level. ";
    let scaled = if calibration.is_scaled { scaled } else { "" };
    let next = " To see what a change moves, write it into `vendor.toml` and run `quotient compare`; then state the end of the data as `fitted_through` in `[parameters]`.";
    let next = if calibration.is_change() { next } else { "" };
    format!("{scaled}Errors are estimates from past periods. Nothing is applied.{next}")
}

/// Verdict in words.
fn verdict(calibration: &Calibration) -> String {
    let error = |setting: &Setting| rate_text(setting.wape.round_dp(3));
    let single = " One past period is too little evidence for a change.";
    let single = if calibration.periods.len() == 1 { single } else { "" };
    let patience = rate_text(calibration.standard_error.round_dp(3));
    let (current, best) = (error(&calibration.current), error(&calibration.best));
    let measure = measure(calibration);
    if !calibration.is_change() {
        return format!(
            "Keep the present weights: their {measure} {current} is within one standard error ({patience}) of the best one, {best}.{single}"
        );
    }
    format!(
        "The present weights have a {measure} of {current}, more than one standard error ({patience}) above the best one, {best}. \
         Of the settings within it, the one nearest to the present weights is chosen, with {}.{single}",
        error(&calibration.chosen)
    )
}
