//! Conventions of the figures as a member of the documents.

use crate::figure::Fraction;
use crate::planning::{Conventions, NOMINAL_BAND};
use crate::units::{Rate, plain};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Conventions by which the figures were computed, where published methods differ: `[conventions]`, `[plan]` and
/// `[parameters]` of the manifest.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Conventions")]
pub(super) struct ConventionsDocument<'a> {
    /// Months of closed opportunities in a win rate that the book does not state.
    win_rate_months: u32,
    /// Months of revenue that make a product line or territory of a partner a line of the plan.
    line_months: i32,
    /// Least number of known months whose revenue is scaled to the stretch that growth is measured from.
    scaled_months: i32,
    /// Months for which a partner is new.
    newcomer_months: i64,
    /// Months without revenue from which a line is quiet.
    quiet_months: i64,
    /// Months without revenue from which a line has lapsed.
    lapsed_months: i64,
    /// Revenue that growth is measured from in a plan shorter than a year: `same_period` or `latest`.
    prior: &'static str,
    /// Weight of the whole channel in a learned number of a group that states none, in lines.
    shrink: Fraction,
    /// Least number of lines for a learned number that states none.
    minimum: i64,
    /// Attainment at which the lowest band ends.
    attainment_threshold: Fraction,
    /// Attainment at which the highest band begins.
    attainment_excellence: Fraction,
    /// Least and largest share of quotas reached that is called healthy.
    healthy_at_quota: [Fraction; 2],
    /// Part of the outcomes that the band of a line holds, nominally.
    band: Fraction,
    /// Numbers of `[parameters]` that the manifest states, by name.
    parameters: BTreeMap<&'a str, Fraction>,
}

impl<'a> ConventionsDocument<'a> {
    pub(super) fn of(conventions: &'a Conventions) -> Self {
        let constants = &conventions.constants;
        let parameters = conventions.parameters.iter();
        Self {
            win_rate_months: constants.win_rate_months,
            line_months: constants.line_months,
            scaled_months: constants.scaled_months,
            newcomer_months: conventions.newcomer_months,
            quiet_months: constants.quiet_months,
            lapsed_months: constants.lapsed_months,
            prior: conventions.prior.as_str(),
            shrink: Fraction(constants.shrink),
            minimum: constants.minimum,
            attainment_threshold: Fraction(constants.attainment_threshold),
            attainment_excellence: Fraction(constants.attainment_excellence),
            healthy_at_quota: conventions.healthy_at_quota.map(Fraction),
            band: Fraction(NOMINAL_BAND),
            parameters: parameters.map(|(name, value)| (&**name, Fraction(*value))).collect(),
        }
    }
}

/// The share of quotas reached that is called healthy, without a final period.
pub(super) fn healthy(conventions: &Conventions) -> String {
    let [low, high] = conventions.healthy_at_quota;
    let low = whole_percent(low).replace(" %", "");
    format!("Healthy quotas: {low} to {} of partners at or above", whole_percent(high))
}

/// `80 %`, with the decimals that the rate has.
pub(super) fn whole_percent(rate: Rate) -> String {
    format!("{} %", plain(rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(rate).normalize()))
}
