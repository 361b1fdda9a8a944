//! A calibration as table and JSON: settings with their errors, the manifest's change, and the lines that move.

mod document;
mod table;

pub use document::{CalibrationDocument, json};
pub use table::table;

use crate::planning::{Calibration, Setting};
use crate::report::figures::rate_text;
use crate::report::words::undated_sentence;
use crate::units::Rate;

/// Change of the manifest as lines of a diff; empty when the present setting is chosen.
fn diff(calibration: &Calibration) -> String {
    if !calibration.is_change() {
        return String::new();
    }
    let mut text = "--- vendor.toml\n+++ vendor.toml\n".to_owned();
    let (current, chosen) = (&calibration.current, &calibration.chosen);
    if current.weights != chosen.weights {
        text.push_str("@@ [weights] @@\n");
        let weights = current.weights.iter().zip(&chosen.weights);
        calibration.factors.iter().zip(weights).for_each(|(name, (old, new))| text.push_str(&line(name, *old, *new)));
    }
    let numbers = || calibration.numbers.iter().zip(current.numbers.iter().zip(&chosen.numbers));
    let changed =
        |has_section: bool| numbers().filter(move |(one, (old, new))| one.has_section == has_section && old != new);
    if changed(false).next().is_some() {
        text.push_str("@@ [parameters] @@\n");
    }
    changed(false).for_each(|(one, (old, new))| text.push_str(&line(&one.name, *old, *new)));
    for (one, (old, new)) in changed(true) {
        text.push_str(&format!("@@ [parameters.{}] @@\n{}", one.name, line("value", *old, *new)));
    }
    text
}

/// One key with its value, or with the old and the new one.
fn line(key: &str, old: Rate, new: Rate) -> String {
    if old == new {
        return format!(" {key} = {}\n", rate_text(old));
    }
    format!("-{key} = {}\n+{key} = {}\n", rate_text(old), rate_text(new))
}

/// Kinds of settings that were searched, in words.
fn searched(calibration: &Calibration) -> &'static str {
    match (calibration.factors.is_empty(), calibration.numbers.is_empty()) {
        (_, true) => "weights",
        (true, false) => "parameters",
        (false, false) => "weights and parameters",
    }
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
    let rule = "Weights are not searched, because `weights.rhai` decides them. ";
    let rule = if calibration.factors.is_empty() { rule } else { "" };
    let undated = undated_sentence(&calibration.undated).map(|sentence| format!(" {sentence}")).unwrap_or_default();
    format!("{rule}{scaled}Errors are estimates from past periods.{undated} Nothing is applied.{next}")
}

/// Verdict in words.
fn verdict(calibration: &Calibration) -> String {
    let error = |setting: &Setting| rate_text(setting.wape.round_dp(3));
    let single = " One past period is too little evidence for a change.";
    let single = if calibration.periods.len() == 1 { single } else { "" };
    let patience = rate_text(calibration.standard_error.round_dp(3));
    let (current, best) = (error(&calibration.current), error(&calibration.best));
    let (measure, searched) = (measure(calibration), searched(calibration));
    if !calibration.is_change() {
        return format!(
            "Keep the present {searched}: their {measure} {current} is within one standard error ({patience}) of the best one, {best}.{single}"
        );
    }
    format!(
        "The present {searched} have a {measure} of {current}, more than one standard error ({patience}) above the best one, {best}. \
         Of the settings within it, the one nearest to the present {searched} is chosen, with {}.{single}",
        error(&calibration.chosen)
    )
}
