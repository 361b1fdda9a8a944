//! A review as JSON, schema `quotient.review/1`: amounts and rates are decimal strings, `null` is "not known".

use crate::decision::{Grounds, Incentive, Intervention, Requirement, TierDecision};
use crate::finding::FindingDocument;
use crate::performance::{
    CloseRate, CloseRates, Conventions, EffectiveQuota, Group, LineStanding, Pacing, PartnerStanding, Standing,
    TierStanding, WinRateBasis,
};
use crate::report::ReportFault;
use crate::report::json::{Fraction, outlined, write_document};
use crate::review::{Outcome, PartnerFault, PartnerReview, Progress, Review, ReviewSummary, reasons};
use crate::units::{Money, MoneyError};
use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::io::Write;

/// Name and version of the review document.
pub const REVIEW_SCHEMA: &str = "quotient.review/1";

/// Reviews every partner and writes one JSON object as they come, one line of text per partner.
///
/// The document's shape is `schema/review.schema.json`. A line feed ends it. Returns what came of it.
pub fn write_review(
    review: &Review<'_>,
    threads: Option<usize>,
    progress: Progress<'_>,
    out: &mut impl Write,
) -> Result<Outcome, ReportFault> {
    let outcome = OnceCell::new();
    write_document(&ReviewDocument::of(review, threads, progress, &outcome), out)?;
    outcome.into_inner().ok_or(ReportFault::Amount(MoneyError::OutOfRange))
}

/// One partner of the document with its faults, as indented JSON.
pub fn partner_text(partner: &PartnerReview, faults: &[PartnerFault]) -> Result<String, ReportFault> {
    let partner = PartnerDocument::of(partner)?;
    let document = ReviewedPartnerDocument { partner, faults: faults.iter().map(FaultDocument::of).collect() };
    Ok(serde_json::to_string_pretty(&document)?)
}

/// One partner reviewed by itself.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReviewedPartner")]
pub(in crate::report) struct ReviewedPartnerDocument<'a> {
    #[serde(flatten)]
    partner: PartnerDocument<'a>,
    /// What failed about it.
    faults: Vec<FaultDocument<'a>>,
}

/// Where every partner of a vendor's channel stands, and what its policies decide. `null` is "not known" or "not
/// defined"; zero is zero.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Review")]
pub(in crate::report) struct ReviewDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.review/1"))]
    schema: &'static str,
    /// Vendor.
    vendor: &'a str,
    /// Content hash of the rules and policies.
    revision: &'a str,
    /// Hash of the partner book.
    input_hash: &'a str,
    /// Nothing later than this day was looked at.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Period, such as `FY2026` or `FY2026-Q1`.
    period: &'a str,
    /// First day of the period.
    #[schemars(extend("format" = "date"))]
    period_start: String,
    /// Last day of the period.
    #[schemars(extend("format" = "date"))]
    period_end: String,
    /// Last day that closed revenue is known through; null before the first month is complete.
    actual_through: Option<String>,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// What published sources disagree on, and how it is done here.
    conventions: ConventionsDocument,
    /// Warnings about the book and the request.
    findings: Vec<FindingDocument>,
    /// One entry per partner that has a standing, ascending by id.
    partners: Partners<'a>,
    /// Groups of partners, ascending by dimension, then name, "not known" first.
    rollups: Late<'a, Rollups>,
    /// What failed, in the order of partners; at most 10,000.
    faults: Late<'a, Faults>,
    /// The review in sum.
    summary: Late<'a, Summary>,
}

/// How figures are defined.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Conventions")]
struct ConventionsDocument {
    /// What quotas are for.
    #[schemars(extend("enum" = ["partner", "partner_product_line", "partner_product_line_territory"]))]
    grain: &'static str,
    /// What `coverage_ratio` is on: `full_quota`.
    coverage_ratio: &'static str,
    /// What `remaining_coverage_ratio` is on: `remaining_quota`.
    remaining_coverage_ratio: &'static str,
    /// Win rate behind `required_coverage` and `expected_revenue`.
    #[schemars(extend("enum" = ["by_count", "by_value"]))]
    win_rate: &'static str,
    /// Months before the as-of day in which deals closed, for win rates.
    win_rate_window_months: u32,
    /// Fewer closed deals than this are few: their rate is drawn towards the segment's.
    few_deals: u32,
    /// k of (won + k × rate of the segment) ÷ (closed + k).
    shrink_weight: u32,
    /// Segment that partners with few deals are likened to.
    #[schemars(extend("enum" = ["tier", "territory"]))]
    win_rate_segment: &'static str,
    /// Buffer on required coverage for deals that slip.
    slippage_buffer: Fraction,
    /// What `expected_revenue` multiplies the pipeline with: `win_rate`.
    expected_revenue: &'static str,
    /// What it means that a partner has no row of revenue.
    #[schemars(extend("enum" = ["zero", "not_known"]))]
    absent_revenue: &'static str,
    /// Revenue held against the tier minimum.
    #[schemars(extend("enum" = ["period", "trailing_12_months"]))]
    tier_minimum: &'static str,
    /// Past periods that consistency looks at.
    past_periods: u32,
    /// How days are counted: `calendar_days`.
    day_count: &'static str,
    /// Ratios of groups: `sum_over_sum`, of members that have both figures.
    group_ratio: &'static str,
    /// Attainment from which the threshold is reached.
    threshold: Fraction,
    /// Attainment from which the target is reached.
    target: Fraction,
    /// Attainment from which it is excellence.
    excellence: Fraction,
}

/// One partner.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Partner")]
pub(in crate::report) struct PartnerDocument<'a> {
    /// Partner id.
    partner_id: &'a str,
    /// Partner name.
    partner_name: &'a str,
    /// Home territory.
    territory: Option<&'a str>,
    /// Vertical.
    vertical: Option<&'a str>,
    /// Account manager.
    account_manager: Option<&'a str>,
    /// Where it stands, as a whole.
    standing: StandingDocument,
    /// Standing against the minimum of its tier; null without a tier or a minimum.
    tier_standing: Option<TierStandingDocument<'a>>,
    /// Where its lines stand, ascending by product line, territory; empty where quotas are for the whole partner.
    lines: Vec<LineDocument<'a>>,
    /// Tier, and what the tier policy decides for the partner as a whole.
    tier: TierDocument<'a>,
    /// What the tier policy decides for each product line; empty unless the program has a tier for each.
    tiers: Vec<TierDocument<'a>>,
    /// What the incentive policy awards and withholds; null when the policies failed on this partner.
    incentives: Option<Vec<IncentiveDocument<'a>>>,
    /// What the intervention policy asks, most severe first; one case. Null when the policies failed on this partner.
    interventions: Option<Vec<InterventionDocument<'a>>>,
}

/// Standing of one line.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Line")]
struct LineDocument<'a> {
    /// Product line; null at a grain without.
    product_line: Option<&'a str>,
    /// Territory; null at a grain without.
    territory: Option<&'a str>,
    /// Where it stands.
    standing: StandingDocument,
}

/// Figures against quota. Why one is null stands in `absent`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Standing")]
struct StandingDocument {
    /// Quota in force: after ramp and proration.
    quota: Option<Money>,
    /// The full quota and what changed it.
    quota_detail: Option<QuotaDocument>,
    /// Which quotas it is made of.
    #[schemars(extend("enum" = ["own", "sum_of_lines", "not_known"]))]
    quota_source: &'static str,
    /// Closed revenue of the period's complete months, of the business that the quota is for.
    actual: Option<Money>,
    /// Last day `actual` is known through.
    actual_through: Option<String>,
    /// Closed revenue of lines without a quota beside lines that have one.
    actual_without_quota: Option<Money>,
    /// `actual` by month.
    months: Vec<MonthDocument>,
    /// `actual` ÷ `quota`.
    attainment: Option<Fraction>,
    /// `quota` − `actual`; negative above quota.
    remaining_quota: Option<Money>,
    /// True when nothing of the quota remains.
    is_quota_met: Option<bool>,
    /// Open opportunities that close in the rest of the period, at full value.
    open_pipeline: Option<Money>,
    /// Their number.
    open_count: Option<u64>,
    /// Opportunities still marked open whose close date has passed; not part of `open_pipeline`.
    overdue_pipeline: Option<Money>,
    /// `open_pipeline` ÷ `quota`.
    coverage_ratio: Option<Fraction>,
    /// `open_pipeline` ÷ `remaining_quota`; null when nothing remains.
    remaining_coverage_ratio: Option<Fraction>,
    /// (1 ÷ win rate) × (1 + slippage buffer); compare with `remaining_coverage_ratio`.
    required_coverage: Option<Fraction>,
    /// The same by count of deals.
    required_coverage_by_count: Option<Fraction>,
    /// The same by value of deals.
    required_coverage_by_value: Option<Fraction>,
    /// Win rates behind them.
    close_rates: CloseRatesDocument,
    /// True when the open pipeline carries what remains of the quota, or nothing remains.
    is_covered: Option<bool>,
    /// Σ amount × probability of the open pipeline.
    weighted_pipeline: Option<Money>,
    /// `weighted_pipeline` ÷ `quota`; compare with 1.
    weighted_coverage: Option<Fraction>,
    /// `weighted_pipeline` ÷ `remaining_quota`; compare with 1.
    remaining_weighted_coverage: Option<Fraction>,
    /// `actual` + `open_pipeline` × win rate.
    expected_revenue: Option<Money>,
    /// Latest forecast of the period's revenue.
    forecast: Option<Money>,
    /// `forecast` − `quota`; negative is a shortfall.
    forecast_gap: Option<Money>,
    /// `forecast_gap` ÷ `quota`.
    forecast_gap_share: Option<Fraction>,
    /// On track or not.
    pacing: PacingDocument,
    /// How often at quota in past periods of the same length.
    consistency: ConsistencyDocument,
    /// Figures that are null, with the reason.
    absent: Vec<AbsentDocument>,
}

/// A quota in force.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Quota")]
struct QuotaDocument {
    /// Quota as agreed for the whole period.
    full: Money,
    /// Calendar days it holds.
    effective_days: i64,
    /// Calendar days of the period.
    period_days: i64,
    /// True when a ramp changed it.
    is_ramped: bool,
    /// First month it is for.
    starts: String,
}

/// Closed revenue of one month.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Month")]
struct MonthDocument {
    /// Month, such as `2026-01`.
    month: String,
    /// Amount.
    amount: Money,
}

/// Historical win rates.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CloseRates")]
struct CloseRatesDocument {
    /// Deals won ÷ deals closed.
    by_count: CloseRateDocument,
    /// Value won ÷ value closed.
    by_value: CloseRateDocument,
    /// Deals won in the window.
    won: u64,
    /// Deals closed in the window.
    closed: u64,
    /// The window begins after this day.
    #[schemars(extend("format" = "date"))]
    after: String,
    /// Last day of the window.
    #[schemars(extend("format" = "date"))]
    to: String,
}

/// A win rate.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CloseRate")]
struct CloseRateDocument {
    /// Rate; null when nobody closed anything.
    rate: Option<Fraction>,
    /// Where it comes from, in words.
    basis: String,
}

/// Pacing.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Pacing")]
struct PacingDocument {
    /// Where the expectation comes from.
    #[schemars(extend("enum" = ["own_seasonality", "channel_seasonality", "even_by_days", "sum_of_lines", null]))]
    basis: Option<&'static str>,
    /// Calendar days of the period through `actual_through`.
    elapsed_days: i64,
    /// Calendar days of the period after it.
    remaining_days: i64,
    /// Share of the quota expected to date.
    elapsed_share: Option<Fraction>,
    /// Quota expected to date.
    expected_to_date: Option<Money>,
    /// Actual ÷ expected to date; at least 1 is on track.
    pace_ratio: Option<Fraction>,
    /// Actual a day so far.
    run_rate_per_day: Option<Money>,
    /// Where the run rate ends, without season.
    projected_actual: Option<Money>,
    /// Remaining quota a remaining day.
    required_run_rate_per_day: Option<Money>,
    /// Remaining quota a remaining month.
    required_run_rate_per_month: Option<Money>,
}

/// Past periods.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Consistency")]
struct ConsistencyDocument {
    /// Past periods with a quota and known revenue.
    periods_with_quota: usize,
    /// How many of them were at quota.
    periods_at_quota: usize,
    /// Length of the latest run of equal outcomes.
    streak: Option<usize>,
    /// True when that run is at quota.
    is_streak_at_quota: Option<bool>,
    /// Each of them, newest first.
    past: Vec<PastDocument>,
}

/// One past period.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PastPeriod")]
struct PastDocument {
    /// First month.
    start: String,
    /// Quota.
    quota: Money,
    /// Closed revenue.
    actual: Money,
    /// `actual` ÷ `quota`.
    attainment: Fraction,
}

/// Why a figure is null.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Absent")]
struct AbsentDocument {
    /// Name of the figure.
    figure: &'static str,
    /// Why.
    why: &'static str,
}

/// Standing against a tier's minimum, which is no quota.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TierStanding")]
struct TierStandingDocument<'a> {
    /// Tier.
    tier: &'a str,
    /// Its least revenue.
    minimum: Money,
    /// Which revenue is held against it.
    #[schemars(extend("enum" = ["period", "trailing_12_months"]))]
    basis: &'static str,
    /// That revenue.
    revenue: Option<Money>,
    /// `revenue` − `minimum`; negative is what is missing.
    distance: Option<Money>,
    /// True when `revenue` is at least `minimum`.
    is_met: Option<bool>,
}

/// Tier and tier decision.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tier")]
struct TierDocument<'a> {
    /// Product line, for programs with a tier each.
    product_line: Option<&'a str>,
    /// Tier now; null without.
    current: Option<&'a str>,
    /// What happens; null when no policy decides.
    #[schemars(extend("enum" = ["retain", "promote", "demote", "grant", null]))]
    decision: Option<&'static str>,
    /// Tier from then on; null for no tier at all, or when no policy decides.
    to: Option<&'a str>,
    /// Day it takes effect.
    effective: Option<String>,
    /// Day until which a grant or grace holds.
    until: Option<String>,
    #[serde(flatten)]
    grounds: GroundsDocument<'a>,
}

/// What a decision rests on.
#[derive(Serialize, JsonSchema)]
struct GroundsDocument<'a> {
    /// Reasons in the vendor's words; the requirements in words where it gave none.
    reasons: Vec<String>,
    /// Requirements that were looked at, met or not.
    requirements: Vec<RequirementDocument<'a>>,
    /// What would change the decision.
    would_change: &'a [String],
}

/// A requirement: one condition, or several joined.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Requirement")]
struct RequirementDocument<'a> {
    /// `condition`, or how parts are joined.
    #[schemars(extend("enum" = ["condition", "all", "any"]))]
    kind: &'static str,
    /// True when it is met.
    is_met: bool,
    /// What is required; conditions only.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    /// How value and threshold are compared; conditions only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["at_least", "more_than", "at_most", "less_than", "holds"]))]
    comparison: Option<&'static str>,
    /// Value found; not there when not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Fraction>,
    /// Threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<Fraction>,
    /// What is missing; 0 when met.
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<Fraction>,
    /// File and line, or table row, that asks; conditions only.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    /// Tier whose requirement it belongs to; conditions of a ladder only.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'a str>,
    /// Parts; joined requirements only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<RequirementDocument<'a>>,
}

/// One incentive.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Incentive")]
struct IncentiveDocument<'a> {
    /// Name.
    name: &'a str,
    /// False when it is withheld.
    is_awarded: bool,
    /// Money earned.
    amount: Option<Money>,
    /// Points earned.
    points: Option<Fraction>,
    /// Rate granted.
    rate: Option<Fraction>,
    /// Level granted.
    level: Option<&'a str>,
    /// Day until which it can be used.
    until: Option<String>,
    #[serde(flatten)]
    grounds: GroundsDocument<'a>,
}

/// One intervention.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Intervention")]
struct InterventionDocument<'a> {
    /// What is done.
    #[schemars(extend("enum" = ["pipeline_support", "forecast_call", "improvement_plan", "recalibration", "executive_escalation"]))]
    kind: &'static str,
    /// How urgent.
    #[schemars(extend("enum" = ["critical", "high", "medium", "low"]))]
    severity: &'static str,
    /// Who does it; the account manager where the policy names nobody.
    owner: Option<&'a str>,
    /// Day it is due.
    due: Option<String>,
    #[serde(flatten)]
    grounds: GroundsDocument<'a>,
}

/// One group of partners. Ratios are Σ ÷ Σ over members that have both.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Rollup")]
struct GroupDocument<'a> {
    /// What it is grouped by.
    #[schemars(extend("enum" = ["channel", "partner", "tier", "territory", "vertical", "product_line", "account_manager", "period"]))]
    dimension: &'static str,
    /// Which one; null is the channel, or "not known".
    name: Option<&'a str>,
    /// Number of members.
    partners: usize,
    /// Members with a quota.
    with_quota: usize,
    /// Members without a known quota.
    without_quota: usize,
    /// Members whose quota is zero.
    zero_quota: usize,
    /// Members with a quota whose revenue is not known.
    actual_not_known: usize,
    /// Σ quotas.
    quota: Option<Money>,
    /// Σ closed revenue of business with a quota.
    actual: Option<Money>,
    /// Σ actual ÷ Σ quota.
    attainment: Option<Fraction>,
    /// Σ closed revenue of business without a quota.
    actual_without_quota: Money,
    /// Σ open pipeline of business with a quota.
    open_pipeline: Option<Money>,
    /// Σ open pipeline ÷ Σ quota.
    coverage_ratio: Option<Fraction>,
    /// Σ forecasts of members with a quota.
    forecast: Option<Money>,
    /// Members with forecast and quota.
    forecast_partners: usize,
    /// Σ forecast − Σ quota of these.
    forecast_gap: Option<Money>,
    /// That ÷ Σ quota of these.
    forecast_gap_share: Option<Fraction>,
    /// Σ quota expected to date.
    expected_to_date: Option<Money>,
    /// Σ actual ÷ Σ expected to date.
    pace_ratio: Option<Fraction>,
    /// Members by attainment.
    bands: BandsDocument,
    /// Members at target ÷ members with a defined attainment.
    at_quota_by_count: Option<Fraction>,
    /// Their share of the revenue.
    at_quota_by_revenue: Option<Fraction>,
    /// How evenly bookings came in.
    linearity: Option<LinearityDocument>,
    /// Members that consistently meet quota.
    consistently_at_quota: usize,
    /// Members that consistently miss it.
    consistently_below_quota: usize,
    /// Where the shortfall is.
    shortfall: ShortfallDocument<'a>,
}

/// Members by attainment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Bands")]
struct BandsDocument {
    /// Below the threshold.
    below_threshold: usize,
    /// At least the threshold.
    threshold: usize,
    /// At least the target.
    target: usize,
    /// At least excellence.
    excellence: usize,
}

/// Bookings by month.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Linearity")]
struct LinearityDocument {
    /// An even month's share.
    even_share: Fraction,
    /// Part of the bookings that came in other months than even ones; 0 is even.
    deviation: Fraction,
    /// Share of each complete month.
    months: Vec<MonthShareDocument>,
}

/// Bookings of one month.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MonthShare")]
struct MonthShareDocument {
    /// Month.
    month: String,
    /// Bookings.
    amount: Money,
    /// Their share.
    share: Fraction,
}

/// How few members make most of the shortfall.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Shortfall")]
struct ShortfallDocument<'a> {
    /// Σ (quota − actual, where positive); overachievers do not offset it.
    total: Money,
    /// Members with a shortfall.
    partners: usize,
    /// Least number of members that make at least 50 % of it.
    half: usize,
    /// Least number of members that make at least 80 % of it.
    four_fifths: usize,
    /// The ten largest.
    largest: Vec<PartnerAmountDocument<'a>>,
}

/// What one member is short of.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PartnerAmount")]
struct PartnerAmountDocument<'a> {
    /// Partner id.
    partner_id: &'a str,
    /// Amount.
    amount: Money,
}

/// What failed on one partner.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fault")]
struct FaultDocument<'a> {
    /// Partner id.
    partner_id: &'a str,
    /// Partner name.
    partner_name: &'a str,
    /// What failed, for this partner alone.
    #[serde(flatten)]
    finding: FindingDocument,
}

/// The review in sum.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct SummaryDocument<'a> {
    /// Partners of the book.
    partners: usize,
    /// Partners on which something failed; the review went on without it.
    failed: usize,
    /// Faults beyond those listed.
    faults_left_out: usize,
    /// Partners whose pipeline carries what remains of the quota, quotas already met included.
    covered: usize,
    /// Partners whose pipeline does not.
    not_covered: usize,
    /// Partners of which that is not known.
    coverage_not_known: usize,
    /// Partners by attainment, in classes of 10 %.
    attainment: Vec<ClassDocument>,
    /// Partners whose attainment is not defined.
    attainment_undefined: usize,
    /// Tier decisions by what they change, retained ones in one entry.
    tiers: Vec<TierChangeDocument<'a>>,
    /// Incentives by name.
    incentives: Vec<IncentiveSumDocument<'a>>,
    /// Σ amounts of all incentives awarded; null when none is an amount.
    incentive_amount: Option<Money>,
    /// Interventions by severity and kind, most severe first.
    interventions: Vec<InterventionCountDocument>,
    /// Partners with an intervention: one case each.
    cases: usize,
    /// Ids of the partners that consistently meet quota.
    consistently_at_quota: Vec<&'a str>,
    /// Ids of the partners that consistently miss it.
    consistently_below_quota: Vec<&'a str>,
}

/// Partners with an attainment from `from` to below `to`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AttainmentClass")]
struct ClassDocument {
    /// Least attainment; the first class also holds what is below.
    from: Fraction,
    /// Attainment of the next class; null for the last.
    to: Option<Fraction>,
    /// Partners.
    partners: usize,
}

/// Tier decisions of a kind.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TierChange")]
struct TierChangeDocument<'a> {
    /// What happens.
    #[schemars(extend("enum" = ["retain", "promote", "demote", "grant"]))]
    decision: &'static str,
    /// Tier now; null for none, or for all retained ones.
    from: Option<&'a str>,
    /// Tier from then on; likewise.
    to: Option<&'a str>,
    /// Decisions.
    count: usize,
}

/// One incentive over all partners.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "IncentiveSum")]
struct IncentiveSumDocument<'a> {
    /// Name.
    name: &'a str,
    /// Times awarded.
    awarded: usize,
    /// Times withheld.
    withheld: usize,
    /// Σ amounts.
    amount: Option<Money>,
    /// Σ points.
    points: Option<Fraction>,
}

/// Interventions of a kind and severity.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InterventionCount")]
struct InterventionCountDocument {
    /// How urgent.
    severity: &'static str,
    /// What is done.
    kind: &'static str,
    /// How many.
    count: usize,
}

impl<'a> ReviewDocument<'a> {
    fn of(
        review: &'a Review<'a>,
        threads: Option<usize>,
        progress: Progress<'a>,
        outcome: &'a OnceCell<Outcome>,
    ) -> Self {
        let (setting, standings) = (review.setting, review.standings());
        Self {
            schema: REVIEW_SCHEMA,
            vendor: &review.plugin.vendor,
            revision: &review.plugin.revision,
            input_hash: &review.book.input_hash,
            as_of: setting.as_of.to_string(),
            period: &setting.period.label,
            period_start: setting.period.first_day().to_string(),
            period_end: setting.period.last_day().to_string(),
            actual_through: standings.actual_through().map(|month| month.last_day().to_string()),
            currency: review.book.currency.code(),
            conventions: ConventionsDocument::of(&setting.conventions, review),
            findings: FindingDocument::grouped(&review.warnings()),
            partners: Partners { review, threads, progress, outcome },
            rollups: Late { outcome, part: std::marker::PhantomData },
            faults: Late { outcome, part: std::marker::PhantomData },
            summary: Late { outcome, part: std::marker::PhantomData },
        }
    }
}

/// The partners, reviewed while they are written; then the outcome is known.
struct Partners<'a> {
    review: &'a Review<'a>,
    threads: Option<usize>,
    progress: Progress<'a>,
    outcome: &'a OnceCell<Outcome>,
}

impl Serialize for Partners<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let text = |partner: PartnerReview| -> Result<Box<RawValue>, ReportFault> {
            Ok(RawValue::from_string(outlined(&PartnerDocument::of(&partner)?)?)?)
        };
        let write = |text: Result<Box<RawValue>, ReportFault>| -> Result<(), ReportFault> {
            list.serialize_element(&text?).map_err(|fault| ReportFault::Write(std::io::Error::other(fault.to_string())))
        };
        let outcome = self.review.each(self.threads, self.progress, text, write).map_err(S::Error::custom)?;
        let _ = self.outcome.set(outcome);
        list.end()
    }
}

impl JsonSchema for Partners<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Partners".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<PartnerDocument<'static>>::json_schema(generator)
    }
}

/// A part of the document that is known once every partner has been looked at.
struct Late<'a, P> {
    outcome: &'a OnceCell<Outcome>,
    part: std::marker::PhantomData<P>,
}

/// What a late part looks like.
trait LatePart {
    type Document<'a>: Serialize + JsonSchema;
    fn of(outcome: &Outcome) -> Result<Self::Document<'_>, MoneyError>;
}

struct Rollups;
struct Faults;
struct Summary;

impl LatePart for Rollups {
    type Document<'a> = Vec<GroupDocument<'a>>;
    fn of(outcome: &Outcome) -> Result<Self::Document<'_>, MoneyError> {
        Ok(outcome.rollup.groups.iter().map(GroupDocument::of).collect())
    }
}

impl LatePart for Faults {
    type Document<'a> = Vec<FaultDocument<'a>>;
    fn of(outcome: &Outcome) -> Result<Self::Document<'_>, MoneyError> {
        Ok(outcome.faults.iter().map(FaultDocument::of).collect())
    }
}

impl LatePart for Summary {
    type Document<'a> = SummaryDocument<'a>;
    fn of(outcome: &Outcome) -> Result<Self::Document<'_>, MoneyError> {
        SummaryDocument::of(outcome)
    }
}

impl<P: LatePart> Serialize for Late<'_, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let outcome = self.outcome.get().ok_or_else(|| S::Error::custom("the partners come first"))?;
        P::of(outcome).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<P: LatePart> JsonSchema for Late<'_, P> {
    fn inline_schema() -> bool {
        P::Document::<'static>::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        P::Document::<'static>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        P::Document::<'static>::json_schema(generator)
    }
}

impl ConventionsDocument {
    fn of(conventions: &Conventions, review: &Review<'_>) -> Self {
        Self {
            grain: conventions.grain.as_str(),
            coverage_ratio: Standing::COVERAGE_BASIS,
            remaining_coverage_ratio: Standing::REMAINING_COVERAGE_BASIS,
            win_rate: conventions.win_rate_basis.as_str(),
            win_rate_window_months: conventions.win_rate_window,
            few_deals: conventions.few_deals,
            shrink_weight: conventions.shrink_weight,
            win_rate_segment: conventions.win_rate_segment.as_str(),
            slippage_buffer: Fraction(conventions.slippage_buffer),
            expected_revenue: Standing::EXPECTED_REVENUE_BASIS,
            absent_revenue: conventions.absent_revenue.as_str(),
            tier_minimum: conventions.tier_basis.as_str(),
            past_periods: conventions.past_periods,
            day_count: Standing::DAY_COUNT,
            group_ratio: "sum_over_sum",
            threshold: Fraction(review.rules.threshold),
            target: Fraction(review.rules.target),
            excellence: Fraction(review.rules.excellence),
        }
    }
}

impl<'a> PartnerDocument<'a> {
    fn of(review: &'a PartnerReview) -> Result<Self, ReportFault> {
        let standing: &PartnerStanding = &review.standing;
        let tiers = || review.decisions.iter().flat_map(|decisions| &decisions.tiers);
        let decided = tiers().find(|tier| tier.product_line.is_none());
        Ok(Self {
            partner_id: &standing.partner_id,
            partner_name: &standing.partner_name,
            territory: standing.territory.as_deref(),
            vertical: standing.vertical.as_deref(),
            account_manager: standing.account_manager.as_deref(),
            standing: StandingDocument::of(&standing.whole),
            tier_standing: standing.tier_standing.as_ref().map(|tier| TierStandingDocument::of(tier)),
            lines: standing.lines.iter().map(|line| LineDocument::of(line)).collect(),
            tier: decided.map_or_else(|| TierDocument::undecided(standing.tier.as_deref()), TierDocument::of),
            tiers: tiers().filter(|tier| tier.product_line.is_some()).map(TierDocument::of).collect(),
            incentives: review.decisions.as_ref().map(|decisions| {
                decisions.incentives.iter().map(|incentive| IncentiveDocument::of(incentive)).collect()
            }),
            interventions: review.decisions.as_ref().map(|decisions| {
                let interventions = decisions.interventions.iter();
                interventions.map(|intervention| InterventionDocument::of(review, intervention)).collect()
            }),
        })
    }
}

impl<'a> LineDocument<'a> {
    fn of(line: &'a LineStanding) -> Self {
        Self {
            product_line: line.segment.product_line.as_deref(),
            territory: line.segment.territory.as_deref(),
            standing: StandingDocument::of(&line.standing),
        }
    }
}

fn date(day: Option<NaiveDate>) -> Option<String> {
    day.map(|day| day.to_string())
}

impl StandingDocument {
    fn of(standing: &Standing) -> Self {
        let month =
            |(month, money): &(crate::units::Month, Money)| MonthDocument { month: month.to_string(), amount: *money };
        Self {
            quota: standing.quota,
            quota_detail: standing.quota_detail.map(|detail| QuotaDocument::of(&detail)),
            quota_source: standing.quota_source.as_str(),
            actual: standing.actual,
            actual_through: date(standing.actual_through),
            actual_without_quota: standing.actual_without_quota,
            months: standing.months.iter().map(month).collect(),
            attainment: standing.attainment.map(Fraction),
            remaining_quota: standing.remaining_quota,
            is_quota_met: standing.is_quota_met,
            open_pipeline: standing.open_pipeline,
            open_count: standing.open_count,
            overdue_pipeline: standing.overdue_pipeline,
            coverage_ratio: standing.coverage_ratio.map(Fraction),
            remaining_coverage_ratio: standing.remaining_coverage_ratio.map(Fraction),
            required_coverage: standing.required_coverage.map(Fraction),
            required_coverage_by_count: standing.required_coverage_by_count.map(Fraction),
            required_coverage_by_value: standing.required_coverage_by_value.map(Fraction),
            close_rates: CloseRatesDocument::of(&standing.close_rates),
            is_covered: standing.is_covered,
            weighted_pipeline: standing.weighted_pipeline,
            weighted_coverage: standing.weighted_coverage.map(Fraction),
            remaining_weighted_coverage: standing.remaining_weighted_coverage.map(Fraction),
            expected_revenue: standing.expected_revenue,
            forecast: standing.forecast,
            forecast_gap: standing.forecast_gap,
            forecast_gap_share: standing.forecast_gap_share.map(Fraction),
            pacing: PacingDocument::of(&standing.pacing),
            consistency: ConsistencyDocument::of(standing),
            absent: standing.absent.iter().map(|one| AbsentDocument { figure: one.figure, why: one.why }).collect(),
        }
    }
}

impl QuotaDocument {
    fn of(detail: &EffectiveQuota) -> Self {
        Self {
            full: detail.full,
            effective_days: detail.effective_days,
            period_days: detail.period_days,
            is_ramped: detail.is_ramped,
            starts: detail.starts.to_string(),
        }
    }
}

impl CloseRatesDocument {
    fn of(rates: &CloseRates) -> Self {
        let one = |rate: &CloseRate, basis: WinRateBasis| CloseRateDocument {
            rate: rate.rate.map(Fraction),
            basis: rates.basis(basis),
        };
        Self {
            by_count: one(&rates.by_count, WinRateBasis::ByCount),
            by_value: one(&rates.by_value, WinRateBasis::ByValue),
            won: rates.won,
            closed: rates.closed,
            after: rates.after.to_string(),
            to: rates.to.to_string(),
        }
    }
}

impl PacingDocument {
    fn of(pacing: &Pacing) -> Self {
        Self {
            basis: pacing.basis.map(crate::performance::PacingBasis::as_str),
            elapsed_days: pacing.elapsed_days,
            remaining_days: pacing.remaining_days,
            elapsed_share: pacing.elapsed_share.map(Fraction),
            expected_to_date: pacing.expected_to_date,
            pace_ratio: pacing.pace_ratio.map(Fraction),
            run_rate_per_day: pacing.run_rate_per_day,
            projected_actual: pacing.projected_actual,
            required_run_rate_per_day: pacing.required_run_rate_per_day,
            required_run_rate_per_month: pacing.required_run_rate_per_month,
        }
    }
}

impl ConsistencyDocument {
    fn of(standing: &Standing) -> Self {
        let record = &standing.consistency;
        let past = record.past.iter().map(|period| PastDocument {
            start: period.start.to_string(),
            quota: period.quota,
            actual: period.actual,
            attainment: Fraction(period.attainment),
        });
        Self {
            periods_with_quota: record.past.len(),
            periods_at_quota: record.at_quota,
            streak: record.streak.map(|streak| streak.periods),
            is_streak_at_quota: record.streak.map(|streak| streak.is_at_quota),
            past: past.collect(),
        }
    }
}

impl<'a> TierStandingDocument<'a> {
    fn of(tier: &'a TierStanding) -> Self {
        Self {
            tier: &tier.tier,
            minimum: tier.minimum,
            basis: tier.basis.as_str(),
            revenue: tier.revenue,
            distance: tier.distance,
            is_met: tier.is_met,
        }
    }
}

impl<'a> TierDocument<'a> {
    fn of(tier: &'a TierDecision) -> Self {
        Self {
            product_line: tier.product_line.as_deref(),
            current: tier.current.as_deref(),
            decision: Some(tier.decision.as_str()),
            to: tier.to.as_deref(),
            effective: date(tier.effective),
            until: date(tier.until),
            grounds: GroundsDocument::of(&tier.grounds),
        }
    }

    fn undecided(current: Option<&'a str>) -> Self {
        let grounds = GroundsDocument { reasons: Vec::new(), requirements: Vec::new(), would_change: &[] };
        Self { product_line: None, current, decision: None, to: None, effective: None, until: None, grounds }
    }
}

impl<'a> GroundsDocument<'a> {
    fn of(grounds: &'a Grounds) -> Self {
        Self {
            reasons: reasons(grounds),
            requirements: grounds.requirements.iter().map(RequirementDocument::of).collect(),
            would_change: &grounds.would_change,
        }
    }
}

impl<'a> RequirementDocument<'a> {
    fn of(requirement: &'a Requirement) -> Self {
        let joined = |kind: &'static str, parts: &'a [Requirement]| Self {
            kind,
            is_met: requirement.is_met(),
            label: None,
            comparison: None,
            value: None,
            threshold: None,
            gap: None,
            source: None,
            tier: None,
            parts: parts.iter().map(RequirementDocument::of).collect(),
        };
        match requirement {
            Requirement::One(condition) => Self {
                label: Some(&condition.label),
                comparison: Some(condition.comparison.as_str()),
                value: condition.value.map(Fraction),
                threshold: condition.threshold.map(Fraction),
                gap: condition.gap().map(Fraction),
                source: Some(&condition.source),
                tier: condition.tier.as_deref(),
                ..joined("condition", &[])
            },
            Requirement::All(parts) => joined("all", parts),
            Requirement::Any(parts) => joined("any", parts),
        }
    }
}

impl<'a> IncentiveDocument<'a> {
    fn of(incentive: &'a Incentive) -> Self {
        Self {
            name: &incentive.name,
            is_awarded: incentive.is_awarded,
            amount: incentive.amount,
            points: incentive.points.map(Fraction),
            rate: incentive.rate.map(Fraction),
            level: incentive.level.as_deref(),
            until: date(incentive.until),
            grounds: GroundsDocument::of(&incentive.grounds),
        }
    }
}

impl<'a> InterventionDocument<'a> {
    fn of(review: &'a PartnerReview, intervention: &'a Intervention) -> Self {
        Self {
            kind: intervention.kind.as_str(),
            severity: intervention.severity.as_str(),
            owner: review.owner(intervention).map(|name| &**name),
            due: date(intervention.due),
            grounds: GroundsDocument::of(&intervention.grounds),
        }
    }
}

impl<'a> GroupDocument<'a> {
    fn of(group: &'a Group) -> Self {
        Self {
            dimension: group.dimension.as_str(),
            name: group.name.as_deref(),
            partners: group.partners,
            with_quota: group.with_quota,
            without_quota: group.without_quota,
            zero_quota: group.zero_quota,
            actual_not_known: group.actual_not_known,
            quota: group.quota,
            actual: group.actual,
            attainment: group.attainment.map(Fraction),
            actual_without_quota: group.actual_without_quota,
            open_pipeline: group.open_pipeline,
            coverage_ratio: group.coverage_ratio.map(Fraction),
            forecast: group.forecast,
            forecast_partners: group.forecast_partners,
            forecast_gap: group.forecast_gap,
            forecast_gap_share: group.forecast_gap_share.map(Fraction),
            expected_to_date: group.expected_to_date,
            pace_ratio: group.pace_ratio.map(Fraction),
            bands: BandsDocument {
                below_threshold: group.bands.below_threshold,
                threshold: group.bands.threshold,
                target: group.bands.target,
                excellence: group.bands.excellence,
            },
            at_quota_by_count: group.at_quota_by_count.map(Fraction),
            at_quota_by_revenue: group.at_quota_by_revenue.map(Fraction),
            linearity: group.linearity.as_ref().map(|linearity| LinearityDocument {
                even_share: Fraction(linearity.even_share),
                deviation: Fraction(linearity.deviation),
                months: linearity
                    .months
                    .iter()
                    .map(|month| MonthShareDocument {
                        month: month.month.to_string(),
                        amount: month.amount,
                        share: Fraction(month.share),
                    })
                    .collect(),
            }),
            consistently_at_quota: group.consistently_at_quota,
            consistently_below_quota: group.consistently_below_quota,
            shortfall: ShortfallDocument {
                total: group.shortfall.total,
                partners: group.shortfall.partners,
                half: group.shortfall.half,
                four_fifths: group.shortfall.four_fifths,
                largest: group
                    .shortfall
                    .largest
                    .iter()
                    .map(|one| PartnerAmountDocument { partner_id: &one.partner_id, amount: one.amount })
                    .collect(),
            },
        }
    }
}

impl<'a> FaultDocument<'a> {
    fn of(fault: &'a PartnerFault) -> Self {
        Self {
            partner_id: &fault.partner_id,
            partner_name: &fault.partner_name,
            finding: FindingDocument::from(&fault.finding),
        }
    }
}

impl<'a> SummaryDocument<'a> {
    fn of(outcome: &'a Outcome) -> Result<Self, MoneyError> {
        let summary = &outcome.summary;
        let edge = |class: usize| Fraction(rust_decimal::Decimal::new(class as i64, 1));
        let classes = summary.attainment.iter().enumerate().map(|(class, partners)| ClassDocument {
            from: edge(class),
            to: (class + 1 < ReviewSummary::CLASSES).then(|| edge(class + 1)),
            partners: *partners,
        });
        let retained = summary.moves.iter().filter(|(decision, _)| **decision == crate::decision::TierMove::Retain);
        let retained = retained.map(|(decision, count)| (decision.as_str(), None, None, *count));
        let changes = summary.tier_changes.iter();
        let changed = changes
            .map(|(change, count)| (change.decision.as_str(), change.from.as_deref(), change.to.as_deref(), *count));
        let tiers = retained.chain(changed);
        Ok(Self {
            partners: summary.partners,
            failed: summary.failed,
            faults_left_out: outcome.faults_left_out,
            covered: summary.covered,
            not_covered: summary.not_covered,
            coverage_not_known: summary.coverage_undefined,
            attainment: classes.collect(),
            attainment_undefined: summary.attainment_undefined,
            tiers: tiers.map(|(decision, from, to, count)| TierChangeDocument { decision, from, to, count }).collect(),
            incentives: summary
                .incentives
                .iter()
                .map(|(name, tally)| IncentiveSumDocument {
                    name,
                    awarded: tally.awarded,
                    withheld: tally.withheld,
                    amount: tally.amount,
                    points: tally.points.map(Fraction),
                })
                .collect(),
            incentive_amount: summary.incentive_amount()?,
            interventions: summary
                .interventions
                .iter()
                .map(|((severity, kind), count)| InterventionCountDocument {
                    severity: severity.as_str(),
                    kind: kind.as_str(),
                    count: *count,
                })
                .collect(),
            cases: summary.cases,
            consistently_at_quota: outcome.rollup.consistently_at_quota.iter().map(|id| &**id).collect(),
            consistently_below_quota: outcome.rollup.consistently_below_quota.iter().map(|id| &**id).collect(),
        })
    }
}
