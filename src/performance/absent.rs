//! Reasons why figures of a standing are not known.

use super::figures::{Absent, Standing};
use super::stretch::Stretch;
use super::view::View;

impl View<'_> {
    /// Says why each missing figure is missing; the first cause that holds.
    pub fn absent(&self, standing: &Standing, no_forecast: Option<&'static str>) -> Vec<Absent> {
        let context = self.context;
        let mut absent = Vec::new();
        let mut note = |is_missing: bool, figure: &'static str, why: &'static str| {
            if is_missing {
                absent.push(Absent { figure, why });
            }
        };
        let no_quota = match standing.quota {
            None if self.has_longer_quota() => Some("a quota is known for a longer period only"),
            None if self.has_part_of_quota() => Some("quotas are known for part of the period only"),
            None => Some("no quota is known for the period"),
            Some(quota) if !quota.is_positive() => Some("the quota is zero"),
            Some(_) => None,
        };
        let no_actual = match context.actual_through() {
            None => "no month of the period is complete on the as-of day",
            Some(_) => "the book has no revenue for it",
        };
        let no_pipeline = if context.book.has_table("opportunities") {
            "the period is over"
        } else {
            "the book has no opportunities table"
        };
        let no_rate = match standing.close_rates.on(context.conventions.win_rate_basis).rate {
            None => "nobody closed a deal in the window",
            Some(_) => "no closed deal was won",
        };
        let no_actual_of = |why: Option<&'static str>| why.or(standing.actual.is_none().then_some(no_actual));
        let nothing_remains = no_actual_of(no_quota).unwrap_or("nothing of the quota remains");
        let no_weight = "an open opportunity has no known probability";
        let no_pipeline_of = |why: &'static str| if standing.open_pipeline.is_none() { no_pipeline } else { why };
        note(standing.quota.is_none(), "quota", no_quota.unwrap_or_default());
        note(standing.actual.is_none(), "actual", no_actual);
        note(standing.attainment.is_none(), "attainment", no_actual_of(no_quota).unwrap_or_default());
        note(standing.open_pipeline.is_none(), "open_pipeline", no_pipeline);
        note(standing.coverage_ratio.is_none(), "coverage_ratio", no_pipeline_of(no_quota.unwrap_or_default()));
        note(standing.remaining_coverage_ratio.is_none(), "remaining_coverage_ratio", no_pipeline_of(nothing_remains));
        note(standing.required_coverage.is_none(), "required_coverage", no_rate);
        note(standing.weighted_pipeline.is_none(), "weighted_pipeline", no_pipeline_of(no_weight));
        let no_weighted = if standing.weighted_pipeline.is_none() { no_pipeline_of(no_weight) } else { "" };
        let either = |own: &'static str| if no_weighted.is_empty() { own } else { no_weighted };
        note(standing.weighted_coverage.is_none(), "weighted_coverage", either(no_quota.unwrap_or_default()));
        note(standing.remaining_weighted_coverage.is_none(), "remaining_weighted_coverage", either(nothing_remains));
        note(standing.forecast.is_none(), "forecast", no_forecast.unwrap_or_default());
        note(standing.forecast_gap.is_none(), "forecast_gap", no_forecast.or(no_quota).unwrap_or_default());
        let no_expectation = no_actual_of(no_quota).unwrap_or("the quota is not in force in any month with a season");
        note(standing.pacing.expected_to_date.is_none(), "expected_to_date", no_expectation);
        note(standing.consistency.past.is_empty(), "consistency", "no past period has a quota and known revenue");
        absent
    }

    fn has_part_of_quota(&self) -> bool {
        let period = &self.context.period;
        let mut quotas = self.context.given.quotas_of(self.partner, period);
        quotas.any(|quota| quota.is_inside(period) && self.belongs(quota.segment()))
    }

    fn has_longer_quota(&self) -> bool {
        let period = &self.context.period;
        self.partner.quotas.iter().any(|quota| {
            quota.start <= period.start
                && quota.start.plus(quota.months as i32) >= period.end()
                && quota.months > period.months
                && self.belongs(&quota.segment)
        })
    }
}
