//! The figures of a partner's performance, each declared once.

use super::close_rate::CloseRates;
use super::convention::{TierBasis, WinRateBasis};
use super::scope::EffectiveQuota;
use super::season::PacingBasis;
use crate::channel::{Identity, Name, SegmentKey};
use crate::figure::{Format, Value};
use crate::units::{Money, Month, Rate};
use crate::{figures, vocabulary};
use chrono::NaiveDate;

/// Standing of a partner, and of its lines where quotas are at that grain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartnerStanding {
    /// Identity of the partner; its territory is the home territory, its product line is not known.
    pub identity: Identity,
    /// Label of the period.
    pub period: Name,
    /// The partner as a whole.
    pub whole: Standing,
    /// The lines that have a quota, revenue in the period or open pipeline, ascending by product line, territory. Empty
    /// at partner grain and for a partner whose only quota is for the whole of it.
    pub lines: Vec<LineStanding>,
    /// Standing against the tier minimum; `None` when the partner has no tier or the tier no minimum.
    pub tier_standing: Option<TierStanding>,
}

vocabulary! {
    /// Quotas that the quota of a standing is made of.
    #[derive(Default)]
    pub enum QuotaSource {
        /// One for all of the partner (at partner grain also the sum of quotas for parts of it), or one for the line.
        Own = "own",
        /// Sum of the quotas of the partner's lines; revenue of other lines does not count towards it.
        SumOfLines = "sum_of_lines",
        /// No quota is in force in the period.
        #[default]
        NotKnown = "not_known",
    }
}

figures! {
    /// Standing of one line of a partner.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct LineStanding = "Line" {
        /// Product line and territory as far as the grain has them.
        segment: SegmentKey, flat();
        /// Standing of the line.
        standing: Standing;
    }
}

figures! {
    /// Figures against quota; `absent` says why one is null.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct Standing = "Standing" {
        /// Quota in force in the period, after ramp and proration.
        quota: Option<Money>, example("1_200_000");
        /// The full quota and what changed it.
        quota_detail: Option<EffectiveQuota>, not_in_scripts();
        /// Quotas it is made of.
        quota_source: QuotaSource, not_in_scripts();
        /// Closed revenue of the period's complete months, of the business that the quota is for.
        actual: Option<Money>, example("600_000");
        /// Last date `actual` is known through.
        actual_through: Option<NaiveDate>, not_in_scripts();
        /// Closed revenue of lines without a quota beside lines that have one; zero at partner grain.
        actual_without_quota: Option<Money>, not_in_scripts();
        /// `actual` by month, the period's complete months in order; empty when it is not known.
        months: Vec<MonthRevenue>, not_in_scripts();
        /// Actual ÷ quota, as a fraction.
        attainment: Option<Rate>, example("0.5").format(Format::Percent);
        /// Quota − actual; negative above quota.
        remaining_quota: Option<Money>, example("600_000");
        /// True when actual is at least the quota, so that nothing remains.
        is_quota_met: Option<bool>, example("false").zero("true");
        /// Open opportunities that close in the rest of the period, at full value.
        open_pipeline: Option<Money>, example("900_000");
        /// Number of them.
        open_count: Option<u64>, example("2").unit("opportunities");
        /// Opportunities marked open whose close date has passed, at full value; not part of `open_pipeline`.
        overdue_pipeline: Option<Money>, example("0");
        /// Open pipeline ÷ quota.
        coverage_ratio: Option<Rate>, example("0.75").format(Format::Multiple).label("coverage of full quota");
        /// Open pipeline ÷ remaining quota; not defined when nothing remains.
        remaining_coverage_ratio: Option<Rate>, example("1.5").format(Format::Multiple).label("coverage of remaining quota");
        /// Coverage needed at the historical win rate: (1 ÷ win rate) × (1 + slippage buffer); compare with `remaining_coverage_ratio`.
        required_coverage: Option<Rate>, example("4").zero("0").format(Format::Multiple);
        /// Win rate that `required_coverage` uses.
        required_coverage_basis: WinRateBasis, not_in_json().not_in_scripts();
        /// Required coverage by count of deals.
        required_coverage_by_count: Option<Rate>, not_in_scripts().format(Format::Multiple);
        /// Required coverage by value of deals.
        required_coverage_by_value: Option<Rate>, not_in_scripts().format(Format::Multiple);
        /// Win rates behind it, with their window and source.
        close_rates: CloseRates, not_in_scripts();
        /// True when the remaining coverage is at least the required one, or nothing remains.
        is_covered: Option<bool>, example("false").zero("true");
        /// Open pipeline, each amount × its probability; not known when one of them has no probability.
        weighted_pipeline: Option<Money>, example("350_000");
        /// Weighted pipeline ÷ quota; compare with 1.
        weighted_coverage: Option<Rate>, example("0.2917").format(Format::Multiple);
        /// Weighted pipeline ÷ remaining quota; compare with 1.
        remaining_weighted_coverage: Option<Rate>, not_in_scripts().format(Format::Multiple);
        /// Actual + open pipeline × win rate, rounded to the minor unit.
        expected_revenue: Option<Money>, example("825_000");
        /// Latest forecast for the period.
        forecast: Option<Money>, example("900_000");
        /// Forecast − quota; negative is a shortfall.
        forecast_gap: Option<Money>, example("-300_000").format(Format::Signed);
        /// Forecast gap ÷ quota.
        forecast_gap_share: Option<Rate>, example("-0.25").format(Format::Percent);
        /// Gap to the quota, negative when short: the forecast gap while the quota is open, else actual − quota.
        gap = |standing| standing.gap() => Option<Money>, not_in_json().not_in_scripts().format(Format::Signed);
        /// Expectation to date and run rates.
        pacing: Pacing, not_in_scripts();
        /// Attainment of past periods of the same length.
        consistency: Consistency, not_in_scripts();
        /// Figures that are null, each with the reason, in the order of the figures.
        absent: Vec<Absent>, not_in_scripts();
    }
}

impl Standing {
    /// Returns what is missing to the quota, negative when short: forecast − quota while the quota is open, and actual − quota
    /// without a forecast, after the period, or once the quota is met.
    ///
    /// ```
    /// use quotient::{performance::Standing, units::{Currency, Money}};
    /// let short = Standing { remaining_quota: Some(Money::new(400, Currency::EUR)), ..Standing::default() };
    /// assert_eq!(short.gap(), Some(Money::new(-400, Currency::EUR)));
    /// ```
    pub fn gap(&self) -> Option<Money> {
        let open = self.remaining_quota.map(|left| Money::new(-left.amount(), left.currency()));
        let is_over = self.pacing.elapsed_days > 0 && self.pacing.remaining_days == 0;
        let is_closed = is_over || self.is_quota_met == Some(true);
        if is_closed { open.or(self.forecast_gap) } else { self.forecast_gap.or(open) }
    }

    /// What `coverage_ratio` is on.
    pub const COVERAGE_BASIS: &'static str = "full_quota";
    /// What `remaining_coverage_ratio` is on.
    pub const REMAINING_COVERAGE_BASIS: &'static str = "remaining_quota";
    /// What `expected_revenue` multiplies the pipeline with.
    pub const EXPECTED_REVENUE_BASIS: &'static str = "win_rate";
    /// How days are counted.
    pub const DAY_COUNT: &'static str = "calendar_days";
}

figures! {
    /// Closed revenue of one month.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct MonthRevenue = "Month" {
        /// Month, such as `2026-01`.
        month: Month;
        /// Amount.
        amount: Money;
    }
}

figures! {
    /// Pacing through the last date that actuals are known for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct Pacing = "Pacing" {
        /// Source of the expectation; null when there is none.
        basis: Option<PacingBasis>, not_in_scripts();
        /// Calendar days of the period through `actual_through`.
        elapsed_days: i64, not_in_scripts().unit("days");
        /// Calendar days of the period after it.
        remaining_days: i64, not_in_scripts().unit("days");
        /// Complete months of the period after it.
        remaining_months: u32, not_in_scripts().not_in_json().unit("months");
        /// Share of the quota expected to date.
        elapsed_share: Option<Rate>, not_in_scripts().format(Format::Percent);
        /// Part of the quota expected to date, by season, rounded to the minor unit.
        expected_to_date: Option<Money>, example("800_000");
        /// Actual ÷ expected to date; at least 1 is on track.
        pace_ratio: Option<Rate>, example("0.75").format(Format::Percent).label("pace");
        /// Actual per calendar day so far.
        run_rate_per_day: Option<Money>, script("run_rate").example("2_500");
        /// Actual at the end of the period at the run rate so far, without season.
        projected_actual: Option<Money>, example("912_500");
        /// Remaining quota per remaining calendar day; zero when nothing remains.
        required_run_rate_per_day: Option<Money>, script("required_run_rate").example("4_800");
        /// Remaining quota per remaining month; zero when nothing remains.
        required_run_rate_per_month: Option<Money>, not_in_scripts().label("required per month");
    }
}

figures! {
    /// Revenue against the minimum of the partner's current tier: a requirement of the program, not a quota.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct TierStanding = "TierStanding" {
        /// Tier.
        tier: Name, not_in_scripts();
        /// Least revenue of the partner's current tier: a requirement of the program, not a quota.
        minimum: Option<Money>, named("tier_minimum").known_in_documents().example("500_000");
        /// Revenue that is compared with it.
        basis: TierBasis, not_in_scripts();
        /// Revenue compared with the tier minimum, of all the partner's business, with or without quota.
        revenue: Option<Money>, named("tier_revenue").example("600_000");
        /// Tier revenue − tier minimum; negative is what is missing.
        distance: Option<Money>, named("distance_to_tier_minimum").example("100_000").format(Format::Signed);
        /// True when the revenue is at least the minimum.
        is_met: Option<bool>, not_in_scripts();
    }
}

figures! {
    /// Revenue of a partner's business in one product line, whatever the grain of its quotas.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ProductLineRevenue = "ProductLineRevenue" {
        /// Product line.
        product_line: Name;
        /// Closed revenue of the period.
        actual: Option<Money>;
        /// Closed revenue of the months that tiers look at.
        tier_revenue: Option<Money>;
    }
}

figures! {
    /// Attainment of past periods of the same length, against the full quotas of the book.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Consistency = "Consistency" {
        /// Past periods with a quota above zero and known revenue.
        periods_with_quota: Option<u64>, known_in_documents().unit("periods").example("4");
        /// How many of them were at or above quota.
        periods_at_quota: Option<u64>, known_in_documents().unit("periods").example("3").label("past periods at quota");
        /// Length of the latest run of equal outcomes; periods without a quota neither extend nor end it.
        streak = |record| record.streak.map(i64::unsigned_abs) => Option<u64>, not_in_scripts().unit("periods");
        /// True when that run is at or above quota.
        is_streak_at_quota = |record| record.streak.map(|streak| streak > 0) => Option<bool>, not_in_scripts();
        /// Attainment of the latest past period that had a quota.
        previous_attainment: Option<Rate>, not_in_json().example("1.1").format(Format::Percent);
        /// Latest past periods in a row at quota; negative for periods in a row below.
        streak: Option<i64>, not_in_json().unit("periods").example("2").zero("");
        /// Each of them, newest first.
        past: Vec<PastPeriod>, not_in_scripts();
    }
}

figures! {
    /// One past period.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct PastPeriod = "PastPeriod" {
        /// First month.
        start: Month;
        /// Quota.
        quota: Money;
        /// Closed revenue.
        actual: Money;
        /// `actual` ÷ `quota`.
        attainment: Rate;
    }
}

impl From<Vec<PastPeriod>> for Consistency {
    fn from(past: Vec<PastPeriod>) -> Self {
        let is_met = |period: &PastPeriod| period.attainment >= Rate::ONE;
        let count = |periods: usize| u64::try_from(periods).ok();
        let streak = past.first().and_then(|latest| {
            let run = past.iter().take_while(|period| is_met(period) == is_met(latest)).count();
            let run = i64::try_from(run).ok()?;
            Some(if is_met(latest) { run } else { -run })
        });
        Self {
            periods_with_quota: count(past.len()),
            periods_at_quota: count(past.iter().filter(|period| is_met(period)).count()),
            previous_attainment: past.first().map(|latest| latest.attainment),
            streak,
            past,
        }
    }
}

figures! {
    /// Reason why a figure is null.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct Absent = "Absent" {
        /// Name of the figure.
        figure: &'static str;
        /// Reason, in words for people.
        why: &'static str;
    }
}

figures! {
    /// A win rate.
    #[derive(Debug, Clone, PartialEq)]
    pub struct StatedRate = "CloseRate" {
        /// Rate; null when no deal was closed.
        rate: Option<Rate>;
        /// Source of the rate, in words.
        basis: String;
    }
}

figures! {
    /// Historical win rates.
    for CloseRates = "CloseRates" {
        /// Deals won ÷ deals closed.
        by_count = |rates| Value::own(rates.stated(WinRateBasis::ByCount)) => StatedRate;
        /// Value won ÷ value closed.
        by_value = |rates| Value::own(rates.stated(WinRateBasis::ByValue)) => StatedRate;
        /// Deals won in the window.
        won: u64, unit("deals");
        /// Deals closed in the window.
        closed: u64, unit("deals");
        /// The window begins after this date.
        after: NaiveDate;
        /// Last date of the window.
        to: NaiveDate;
    }
}

impl CloseRates {
    fn stated(&self, basis: WinRateBasis) -> StatedRate {
        StatedRate { rate: self.on(basis).rate, basis: self.basis(basis) }
    }
}
