//! Facts that a policy reads beside those of rules: the partner's standing, the review's calendar, and its records.

use super::records::{ExtraTables, PartnerRecords};
use super::{Facts, PolicyPart};
use crate::channel::{LineFacts, Name};
use crate::performance::{PartnerStanding, ProductLineRevenue, Standing};
use crate::units::{FiscalCalendar, Money, Month, PlanningPeriod, Rate};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Cadence of a program's tier decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReviewCadence {
    /// On the last day of the fiscal year.
    #[default]
    Year,
    /// On the last day of each half.
    Half,
    /// On the last day of each quarter.
    Quarter,
    /// On the last day of each month.
    Month,
    /// On any day.
    Any,
}

impl ReviewCadence {
    /// The words of the manifest.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("year", Self::Year),
        ("half", Self::Half),
        ("quarter", Self::Quarter),
        ("month", Self::Month),
        ("any", Self::Any),
    ];

    fn months(self) -> Option<i32> {
        match self {
            Self::Year => Some(12),
            Self::Half => Some(6),
            Self::Quarter => Some(3),
            Self::Month => Some(1),
            Self::Any => None,
        }
    }
}

/// The review's day in the vendor's calendar; one for all partners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewFacts {
    /// Day the review is made for.
    pub as_of: NaiveDate,
    /// Label of the period that standings are for.
    pub period: Name,
    /// Its first day.
    pub period_start: NaiveDate,
    /// Its last day.
    pub period_end: NaiveDate,
    /// True on the last day of the fiscal year.
    pub is_year_end: bool,
    /// True on the last day of a fiscal quarter.
    pub is_quarter_end: bool,
    /// True on the days the cadence names.
    pub is_due: bool,
}

impl ReviewFacts {
    /// Returns the facts of a review on `as_of`.
    pub fn new(calendar: FiscalCalendar, period: &PlanningPeriod, as_of: NaiveDate, cadence: ReviewCadence) -> Self {
        let month = Month::of(as_of);
        let is_end_of = |months: i32| {
            let start = calendar.year_start(month.year());
            month.last_day() == as_of && start.is_some_and(|start| (month.since(start) + 1).rem_euclid(months) == 0)
        };
        Self {
            as_of,
            period: period.label.as_str().into(),
            period_start: period.first_day(),
            period_end: period.last_day(),
            is_year_end: is_end_of(12),
            is_quarter_end: is_end_of(3),
            is_due: cadence.months().is_none_or(is_end_of),
        }
    }
}

/// Figures of a standing as scripts read them. `None` is "not known" or "not defined".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StandingFacts {
    /// Product line, for a line of the partner.
    pub product_line: Option<Name>,
    /// Territory, for a line of the partner.
    pub territory: Option<Name>,
    /// Quota in force.
    pub quota: Option<Money>,
    /// Closed revenue.
    pub actual: Option<Money>,
    /// Actual ÷ quota.
    pub attainment: Option<Rate>,
    /// Quota − actual.
    pub remaining_quota: Option<Money>,
    /// Open pipeline of the period.
    pub open_pipeline: Option<Money>,
    /// Number of open opportunities.
    pub open_count: Option<i64>,
    /// Open opportunities whose close date has passed.
    pub overdue_pipeline: Option<Money>,
    /// Open pipeline ÷ quota.
    pub coverage_ratio: Option<Rate>,
    /// Open pipeline ÷ remaining quota.
    pub remaining_coverage_ratio: Option<Rate>,
    /// Coverage needed at the historical win rate.
    pub required_coverage: Option<Rate>,
    /// Σ amount × probability.
    pub weighted_pipeline: Option<Money>,
    /// Weighted pipeline ÷ quota.
    pub weighted_coverage: Option<Rate>,
    /// Actual + open pipeline × win rate.
    pub expected_revenue: Option<Money>,
    /// Latest forecast.
    pub forecast: Option<Money>,
    /// Forecast − quota.
    pub forecast_gap: Option<Money>,
    /// Forecast gap ÷ quota.
    pub forecast_gap_share: Option<Rate>,
    /// Quota expected to date.
    pub expected_to_date: Option<Money>,
    /// Actual ÷ expected to date.
    pub pace_ratio: Option<Rate>,
    /// Actual a day so far.
    pub run_rate: Option<Money>,
    /// Projected actual at the run rate.
    pub projected_actual: Option<Money>,
    /// Remaining quota a remaining day.
    pub required_run_rate: Option<Money>,
    /// True when actual is at least quota.
    pub is_quota_met: Option<bool>,
    /// True when the pipeline covers what remains.
    pub is_covered: Option<bool>,
    /// Least revenue of the current tier.
    pub tier_minimum: Option<Money>,
    /// Revenue held against it.
    pub tier_revenue: Option<Money>,
    /// Tier revenue − tier minimum.
    pub distance_to_tier_minimum: Option<Money>,
    /// Past periods with a quota.
    pub periods_with_quota: Option<i64>,
    /// Number of them at quota.
    pub periods_at_quota: Option<i64>,
    /// Attainment of the latest past period that had a quota.
    pub previous_attainment: Option<Rate>,
    /// Latest past periods in a row at quota; negative for periods in a row below.
    pub streak: Option<i64>,
}

impl StandingFacts {
    /// The figures of a partner as a whole.
    pub fn of_partner(standing: &PartnerStanding) -> Self {
        let tier = standing.tier_standing.as_ref();
        Self {
            tier_minimum: tier.map(|tier| tier.minimum),
            tier_revenue: tier.and_then(|tier| tier.revenue),
            distance_to_tier_minimum: tier.and_then(|tier| tier.distance),
            ..Self::of(&standing.whole)
        }
    }

    /// The figures of each line, ascending by product line and territory.
    pub fn of_lines(standing: &PartnerStanding) -> Vec<Self> {
        let lines = standing.lines.iter();
        lines
            .map(|line| Self {
                product_line: line.segment.product_line.clone(),
                territory: line.segment.territory.clone(),
                ..Self::of(&line.standing)
            })
            .collect()
    }

    fn of(standing: &Standing) -> Self {
        let count = |count: usize| i64::try_from(count).ok();
        let consistency = &standing.consistency;
        let streak = consistency.streak.and_then(|streak| {
            count(streak.periods).map(|periods| if streak.is_at_quota { periods } else { -periods })
        });
        Self {
            product_line: None,
            territory: None,
            quota: standing.quota,
            actual: standing.actual,
            attainment: standing.attainment,
            remaining_quota: standing.remaining_quota,
            open_pipeline: standing.open_pipeline,
            open_count: standing.open_count.and_then(|count| i64::try_from(count).ok()),
            overdue_pipeline: standing.overdue_pipeline,
            coverage_ratio: standing.coverage_ratio,
            remaining_coverage_ratio: standing.remaining_coverage_ratio,
            required_coverage: standing.required_coverage,
            weighted_pipeline: standing.weighted_pipeline,
            weighted_coverage: standing.weighted_coverage,
            expected_revenue: standing.expected_revenue,
            forecast: standing.forecast,
            forecast_gap: standing.forecast_gap,
            forecast_gap_share: standing.forecast_gap_share,
            expected_to_date: standing.pacing.expected_to_date,
            pace_ratio: standing.pacing.pace_ratio,
            run_rate: standing.pacing.run_rate_per_day,
            projected_actual: standing.pacing.projected_actual,
            required_run_rate: standing.pacing.required_run_rate_per_day,
            is_quota_met: standing.is_quota_met,
            is_covered: standing.is_covered,
            tier_minimum: None,
            tier_revenue: None,
            distance_to_tier_minimum: None,
            periods_with_quota: count(consistency.past.len()),
            periods_at_quota: count(consistency.at_quota),
            previous_attainment: consistency.past.first().map(|period| period.attainment),
            streak,
        }
    }
}

/// Everything a policy reads about one partner. Cloning is cheap.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyFacts {
    pub(super) facts: Facts,
}

impl PolicyFacts {
    /// Returns the facts of a partner.
    ///
    /// `line` are its facts as a whole on the review's day (its `product_line` is not known), `review` is shared by all
    /// partners, `records` come from [`ExtraTables::of`].
    pub fn new(
        line: Arc<LineFacts>,
        standing: &PartnerStanding,
        review: Arc<ReviewFacts>,
        records: PartnerRecords,
    ) -> Self {
        Self::from_figures(
            line,
            StandingFacts::of_partner(standing),
            StandingFacts::of_lines(standing),
            review,
            records,
        )
    }

    /// Returns the facts of a partner whose figures are known one by one, as cases state them.
    pub fn from_figures(
        line: Arc<LineFacts>,
        standing: StandingFacts,
        lines: Vec<StandingFacts>,
        review: Arc<ReviewFacts>,
        records: PartnerRecords,
    ) -> Self {
        let part = PolicyPart { standing, lines, product_lines: Vec::new(), review, records };
        Self { facts: Facts { line, policy: Some(Arc::new(part)) } }
    }

    /// The partner's facts.
    pub fn line(&self) -> &LineFacts {
        &self.facts.line
    }

    /// The same with the product lines that tiers are decided for beside those with a separate standing.
    #[must_use]
    pub fn with_product_lines(self, product_lines: Vec<ProductLineRevenue>) -> Self {
        let Some(part) = &self.facts.policy else { return self };
        let part = PolicyPart { product_lines, ..PolicyPart::clone(part) };
        Self { facts: Facts { line: self.facts.line, policy: Some(Arc::new(part)) } }
    }

    /// The product lines that tiers are decided for, ascending: those the partner is authorised for, those it has sold,
    /// and those with a separate standing.
    pub fn product_lines(&self) -> Vec<Name> {
        let part = self.facts.policy.iter();
        let standing = part.clone().flat_map(|part| &part.lines).filter_map(|line| line.product_line.as_ref());
        let known = part.flat_map(|part| &part.product_lines).map(|line| &line.product_line);
        let names: BTreeSet<&Name> = standing.chain(known).collect();
        names.into_iter().cloned().collect()
    }

    /// The facts as a policy decides about one product line.
    ///
    /// `partner.product_line` is that line, and `partner.standing` its standing where it has one in all (not one for each
    /// territory), else its revenue alone. With `tier_table`, `partner.tier` is the `tier` of that table's last record
    /// for the product line, and not known without one.
    #[must_use]
    pub fn for_product_line(&self, product_line: &Name, tier_table: Option<&str>) -> Self {
        let Some(part) = &self.facts.policy else { return self.clone() };
        let own: Vec<StandingFacts> =
            part.lines.iter().filter(|line| line.product_line.as_ref() == Some(product_line)).cloned().collect();
        let mut standing = match &own[..] {
            [only] => only.clone(),
            _ => StandingFacts { product_line: Some(Name::clone(product_line)), ..StandingFacts::default() },
        };
        if let Some(revenue) = part.product_lines.iter().find(|line| line.product_line == *product_line) {
            standing.actual = standing.actual.or(revenue.actual);
            standing.tier_revenue = revenue.tier_revenue;
        }
        let tier = match tier_table {
            Some(table) => part.records.last_text(table, ("product_line", product_line), "tier"),
            None => self.facts.line.tier.clone(),
        };
        let line =
            LineFacts { product_line: Some(Name::clone(product_line)), tier, ..LineFacts::clone(&self.facts.line) };
        Self::from_figures(Arc::new(line), standing, own, Arc::clone(&part.review), part.records.clone())
    }
}

/// No records at all: of a vendor that declares no tables.
impl Default for PartnerRecords {
    fn default() -> Self {
        ExtraTables::default().of(0)
    }
}
