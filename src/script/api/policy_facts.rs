//! The facts for policies only: the standing and the review's date.

use super::super::{FactKind, ReviewFacts, StandingFacts};
use super::value::Value;

/// One fact; `{}` in its example stands for its path.
pub(in crate::script) struct PolicyFact<T: 'static> {
    pub name: &'static str,
    pub kind: FactKind,
    pub doc: &'static str,
    pub example: &'static str,
    pub read: fn(&T) -> Value,
}

macro_rules! policy_facts {
    ($($name:ident: $kind:ident = $doc:literal, $example:literal;)+) => {
        &[$(PolicyFact {
            name: stringify!($name),
            kind: FactKind::$kind,
            doc: $doc,
            example: $example,
            read: |facts| (&facts.$name).into(),
        },)+]
    };
}

pub(in crate::script) static STANDING_FACTS: &[PolicyFact<StandingFacts>] = policy_facts! {
    product_line: Text = "Product line of the line.", r#"{} == "Software""#;
    territory: Text = "Territory of the line.", "!is_known({})";
    quota: Money = "Quota in force in the period, after ramp and proration.", "{} == 1_200_000";
    actual: Money = "Closed revenue of the period's complete months.", "{} == 600_000";
    attainment: Rate = "Actual ÷ quota, as a fraction.", "{} == 0.5";
    remaining_quota: Money = "Quota − actual; negative above quota.", "{} == 600_000";
    open_pipeline: Money = "Open opportunities that close in the rest of the period, at full value.", "{} == 900_000";
    open_count: Count = "Number of them.", "{} == 2";
    overdue_pipeline: Money = "Opportunities marked open whose close date has passed.", "{} == 0";
    coverage_ratio: Rate = "Open pipeline ÷ quota.", "{} == 0.75";
    remaining_coverage_ratio: Rate = "Open pipeline ÷ remaining quota; not defined when nothing remains.", "{} == 1.5";
    required_coverage: Rate = "Coverage needed at the historical win rate; compare with `remaining_coverage_ratio`.", "{} == 4";
    weighted_pipeline: Money = "Open pipeline, each amount × its probability.", "{} == 350_000";
    weighted_coverage: Rate = "Weighted pipeline ÷ quota.", "round_half_up({}, 4) == 0.2917";
    expected_revenue: Money = "Actual + open pipeline × win rate.", "{} == 825_000";
    forecast: Money = "Latest forecast for the period.", "{} == 900_000";
    forecast_gap: Money = "Forecast − quota; negative is a shortfall.", "{} == -300_000";
    forecast_gap_share: Rate = "Forecast gap ÷ quota.", "{} == -0.25";
    expected_to_date: Money = "Part of the quota expected to date, by season.", "{} == 800_000";
    pace_ratio: Rate = "Actual ÷ expected to date; at least 1 is on track.", "{} == 0.75";
    run_rate: Money = "Actual a calendar day so far.", "{} == 2_500";
    projected_actual: Money = "Where the run rate ends, without season.", "{} == 912_500";
    required_run_rate: Money = "Remaining quota a remaining calendar day.", "{} == 4_800";
    is_quota_met: Truth = "True when actual is at least the quota.", "{} == false";
    is_covered: Truth = "True when the remaining coverage is at least the required one, or nothing remains.", "{} == false";
    tier_minimum: Money = "Least revenue of the partner's current tier: a requirement of the program, not a quota.", "{} == 500_000";
    tier_revenue: Money = "Revenue held against the tier minimum.", "{} == 600_000";
    distance_to_tier_minimum: Money = "Tier revenue − tier minimum; negative is what is missing.", "{} == 100_000";
    periods_with_quota: Count = "Past periods with a quota.", "{} == 4";
    periods_at_quota: Count = "How many of them were at or above quota.", "{} == 3";
    previous_attainment: Rate = "Attainment of the latest past period that had a quota.", "{} == 1.1";
    streak: Count = "Latest past periods in a row at quota; negative for periods in a row below.", "{} == 2";
};

pub(in crate::script) static REVIEW_FACTS: &[PolicyFact<ReviewFacts>] = policy_facts! {
    as_of: Date = "Day the review is made for.", r#"{} == date("2025-12-31")"#;
    period: Text = "Label of the period that standings are for.", r#"{} == "FY2025""#;
    period_start: Date = "First day of that period.", r#"{} == date("2025-01-01")"#;
    period_end: Date = "Last day of that period.", r#"{} == date("2025-12-31")"#;
    is_year_end: Truth = "True on the last day of the fiscal year.", "{}";
    is_quarter_end: Truth = "True on the last day of a fiscal quarter.", "{}";
    is_due: Truth = "True on the days that the manifest's `tier_review` names.", "{}";
};
