//! The figures of a score, each declared once: documents and files derive from the declaration.

use crate::figures;
use crate::quality::Score;
use crate::units::{Money, Rate};

/// Decimal places of the figures in documents.
const PLACES: u32 = 6;

figures! {
    /// Quality of a set of quotas. Rates are fractions; null is "not known".
    #[derive(Debug, Clone, PartialEq)]
    pub struct ScoreFigures = "BacktestScore" {
        /// Number of quotas.
        lines: usize;
        /// Quotas of zero, for which attainment is not defined.
        without_attainment: usize;
        /// Sum of the quotas.
        quota: Money;
        /// Sum of what was bought.
        actual: Money;
        /// Sum of |quota − actual| ÷ sum of actual.
        wape: Option<Rate>;
        /// The same after the quotas were scaled to the level of what was bought: the split apart from the level.
        scaled_wape: Option<Rate>;
        /// Sum of quotas ÷ sum of actual: the level.
        quota_to_actual: Option<Rate>;
        /// Quotas reached ÷ quotas above zero.
        share_at_or_above: Option<Rate>;
        /// Revenue of partners that reached their quota ÷ revenue of all with a quota above zero.
        revenue_at_or_above: Option<Rate>;
        /// Quotas with an attainment from 0.8 to 1.2 ÷ quotas above zero.
        share_within_20_percent: Option<Rate>;
        /// Median of |attainment − 1|.
        median_error: Option<Rate>;
        /// Mean of |attainment − 1|.
        mean_error: Option<Rate>;
        /// Attainment that a tenth of the quotas did not exceed.
        attainment_10: Option<Rate>;
        /// Attainment that a quarter of the quotas did not exceed.
        attainment_25: Option<Rate>;
        /// Median attainment.
        attainment_50: Option<Rate>;
        /// Attainment that three quarters of the quotas did not exceed.
        attainment_75: Option<Rate>;
        /// Attainment that nine tenths of the quotas did not exceed.
        attainment_90: Option<Rate>;
    }
}

impl ScoreFigures {
    pub(super) fn of(score: &Score) -> Self {
        let rounded = |rate: Rate| rate.round_dp(PLACES).normalize();
        let attainment = |position: usize| score.attainment.get(position).copied().map(rounded);
        Self {
            lines: score.lines,
            without_attainment: score.without_attainment,
            quota: score.quota.rounded(),
            actual: score.actual.rounded(),
            wape: score.wape.map(rounded),
            scaled_wape: score.scaled_wape.map(rounded),
            quota_to_actual: score.quota_to_actual.map(rounded),
            share_at_or_above: score.at_quota_by_count.map(rounded),
            revenue_at_or_above: score.at_quota_by_revenue.map(rounded),
            share_within_20_percent: score.within_20_percent.map(rounded),
            median_error: score.median_quota_error.map(rounded),
            mean_error: score.mean_absolute_quota_error.map(rounded),
            attainment_10: attainment(0),
            attainment_25: attainment(1),
            attainment_50: attainment(2),
            attainment_75: attainment(3),
            attainment_90: attainment(4),
        }
    }
}
