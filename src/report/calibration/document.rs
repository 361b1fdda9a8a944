//! A calibration for programs: JSON, schema `quotient.calibration/1`.

use super::{diff, verdict};
use crate::figure::Fraction;
use crate::planning::{Calibration, MovedLine, Setting};
use crate::plugin::StatedNumber;
use crate::report::ReportFault;
use crate::report::conventions::ConventionsDocument;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Name and version of the document.
const SCHEMA: &str = "quotient.calibration/1";

/// Weights of a vendor's factors and numbers of its manifest, searched on past periods. Errors are estimates; nothing is applied.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Calibration")]
pub struct CalibrationDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.calibration/1"))]
    schema: &'static str,
    /// Vendor.
    vendor: &'a str,
    /// Content hash of the rules and policies.
    revision: &'a str,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// Planning period whose quotas move.
    period: &'a str,
    /// Date from which it is seen.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Past periods that settings are scored on, ascending.
    past_periods: Vec<&'a str>,
    /// True when the quotas of each past period are scaled to the sum of what was bought, because a target sets the level.
    is_scaled: bool,
    /// Lines of all of them.
    lines: usize,
    /// Numbers of `[parameters]` that were searched, ascending by name, each with its region.
    parameters: Vec<ParameterDocument<'a>>,
    /// Number of settings that were tried.
    tried: usize,
    /// The present setting.
    current: SettingDocument<'a>,
    /// The setting with the smallest error of those that were tried.
    best: SettingDocument<'a>,
    /// The setting nearest to the present one that is at most one standard error worse than the best one.
    chosen: SettingDocument<'a>,
    /// Standard error of the error of the best setting, over partners.
    standard_error: Fraction,
    /// True when the chosen setting is not the present one.
    changes: bool,
    /// The same in words.
    verdict: String,
    /// Change of the manifest as lines of a diff; empty when nothing changes.
    diff: String,
    /// Facts that the rules read and that the book has without a date, as rules name them without `partner.`: of past periods
    /// they are those of today.
    undated_facts: Vec<&'a str>,
    /// Conventions by which the figures were computed.
    conventions: ConventionsDocument<'a>,
    /// Lines of the plan whose quota changes, those with the largest change first.
    moved: &'a [MovedLine],
}

/// Number of the manifest with the region that was searched.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CalibrationParameter")]
struct ParameterDocument<'a> {
    /// Name in the manifest.
    name: &'a str,
    /// `rate`, `count` or `money`.
    kind: &'static str,
    /// Least value that was tried.
    at_least: Fraction,
    /// Largest value that was tried.
    at_most: Fraction,
}

/// Weights and numbers with their error.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CalibrationSetting")]
struct SettingDocument<'a> {
    /// Weights by factor; empty when a rule decides them.
    weights: BTreeMap<&'a str, Fraction>,
    /// Numbers of `[parameters]` by name.
    parameters: BTreeMap<&'a str, Fraction>,
    /// Σ|quota − actual| ÷ Σ actual over all past periods.
    wape: Fraction,
}

impl<'a> ParameterDocument<'a> {
    fn of(number: &'a StatedNumber) -> Self {
        let (low, high) = number.region;
        let (at_least, at_most) = (Fraction(low.normalize()), Fraction(high.normalize()));
        Self { name: &number.name, kind: number.kind.as_str(), at_least, at_most }
    }
}

impl<'a> CalibrationDocument<'a> {
    fn of(calibration: &'a Calibration) -> Self {
        let plan = &calibration.plan;
        let setting = |setting: &Setting| {
            let weights = calibration.factors.iter().zip(&setting.weights);
            let numbers = calibration.numbers.iter().zip(&setting.numbers);
            SettingDocument {
                weights: weights.map(|(factor, weight)| (&**factor, Fraction(*weight))).collect(),
                parameters: numbers.map(|(number, value)| (&*number.name, Fraction(value.normalize()))).collect(),
                wape: Fraction(setting.wape.round_dp(6).normalize()),
            }
        };
        Self {
            schema: SCHEMA,
            vendor: &plan.vendor,
            revision: &plan.revision,
            currency: plan.currency.code(),
            period: &plan.period.label,
            as_of: plan.as_of.to_string(),
            past_periods: calibration.periods.iter().map(|period| &*period.label).collect(),
            is_scaled: calibration.is_scaled,
            lines: calibration.lines,
            parameters: calibration.numbers.iter().map(ParameterDocument::of).collect(),
            tried: calibration.tried,
            current: setting(&calibration.current),
            best: setting(&calibration.best),
            chosen: setting(&calibration.chosen),
            standard_error: Fraction(calibration.standard_error.round_dp(6).normalize()),
            changes: calibration.is_change(),
            verdict: verdict(calibration),
            diff: diff(calibration),
            undated_facts: calibration.undated.iter().map(|fact| &**fact).collect(),
            conventions: ConventionsDocument::of(&plan.conventions),
            moved: &calibration.moved,
        }
    }
}

/// The calibration as JSON, schema `quotient.calibration/1`; rates and amounts are strings.
pub fn json(calibration: &Calibration) -> Result<String, ReportFault> {
    crate::report::json::indented(&CalibrationDocument::of(calibration))
}
