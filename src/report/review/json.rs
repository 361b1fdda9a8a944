//! A review as JSON, schema `quotient.review/1`: amounts and rates are decimal strings, `null` is "not known".

use super::fault::FaultDocument;
use crate::channel::BookSummary;
use crate::decision::{InterventionKind, Severity, TierMove};
use crate::figure::Fraction;
use crate::finding::FindingDocument;
use crate::performance::{AbsentRevenue, Conventions, Group, Standing, TierBasis, WinRateBasis, WinRateSegment};
use crate::quota::Grain;
use crate::report::ReportFault;
use crate::report::json::{outlined, write_document};
use crate::review::{Outcome, PartnerReview, Progress, Review, ReviewSummary};
use crate::units::{Money, MoneyError};
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
    /// Summary of what was read of the book; null for a book that was built in a program.
    book: Option<&'a BookSummary>,
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
    /// Account manager whose partners these are, or `no account manager`; null for the whole channel.
    account_manager: Option<&'a str>,
    /// Last day that closed revenue is known through; null before the first month is complete.
    actual_through: Option<String>,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// What published sources disagree on, and how it is done here.
    conventions: ConventionsDocument,
    /// Warnings about the book and the request.
    findings: Vec<FindingDocument>,
    /// One entry per partner that has a standing, ascending by id; by money at stake for one account manager.
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
    grain: Grain,
    /// What `coverage_ratio` is on: `full_quota`.
    coverage_ratio: &'static str,
    /// What `remaining_coverage_ratio` is on: `remaining_quota`.
    remaining_coverage_ratio: &'static str,
    /// Win rate behind `required_coverage` and `expected_revenue`.
    win_rate: WinRateBasis,
    /// Months before the as-of day in which deals closed, for win rates.
    win_rate_window_months: u32,
    /// Fewer closed deals than this are few: their rate is drawn towards the segment's.
    few_deals: u32,
    /// k of (won + k × rate of the segment) ÷ (closed + k).
    shrink_weight: u32,
    /// Segment that partners with few deals are likened to.
    win_rate_segment: WinRateSegment,
    /// Buffer on required coverage for deals that slip.
    slippage_buffer: Fraction,
    /// What `expected_revenue` multiplies the pipeline with: `win_rate`.
    expected_revenue: &'static str,
    /// What it means that a partner has no row of revenue.
    absent_revenue: AbsentRevenue,
    /// Revenue held against the tier minimum.
    tier_minimum: TierBasis,
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
    decision: TierMove,
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
    /// Urgency.
    severity: Severity,
    /// Action.
    kind: InterventionKind,
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
            book: review.book.summary.as_deref(),
            as_of: setting.as_of.to_string(),
            period: &setting.period.label,
            period_start: setting.period.first_day().to_string(),
            period_end: setting.period.last_day().to_string(),
            account_manager: review.selected.as_ref().map(|selection| &*selection.title),
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
            Ok(RawValue::from_string(outlined(&partner)?)?)
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
        Vec::<PartnerReview>::json_schema(generator)
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
    type Document<'a> = &'a [Group];
    fn of(outcome: &Outcome) -> Result<Self::Document<'_>, MoneyError> {
        Ok(&outcome.rollup.groups)
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
            grain: conventions.grain,
            coverage_ratio: Standing::COVERAGE_BASIS,
            remaining_coverage_ratio: Standing::REMAINING_COVERAGE_BASIS,
            win_rate: conventions.win_rate_basis,
            win_rate_window_months: conventions.win_rate_window,
            few_deals: conventions.few_deals,
            shrink_weight: conventions.shrink_weight,
            win_rate_segment: conventions.win_rate_segment,
            slippage_buffer: Fraction(conventions.slippage_buffer),
            expected_revenue: Standing::EXPECTED_REVENUE_BASIS,
            absent_revenue: conventions.absent_revenue,
            tier_minimum: conventions.tier_basis,
            past_periods: conventions.past_periods,
            day_count: Standing::DAY_COUNT,
            group_ratio: "sum_over_sum",
            threshold: Fraction(review.rules.threshold),
            target: Fraction(review.rules.target),
            excellence: Fraction(review.rules.excellence),
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
        let retained = summary.moves.iter().filter(|(decision, _)| **decision == TierMove::Retain);
        let retained = retained.map(|(decision, count)| (*decision, None, None, *count));
        let changes = summary.tier_changes.iter();
        let changed =
            changes.map(|(change, count)| (change.decision, change.from.as_deref(), change.to.as_deref(), *count));
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
                    severity: *severity,
                    kind: *kind,
                    count: *count,
                })
                .collect(),
            cases: summary.cases,
            consistently_at_quota: outcome.rollup.consistently_at_quota.iter().map(|id| &**id).collect(),
            consistently_below_quota: outcome.rollup.consistently_below_quota.iter().map(|id| &**id).collect(),
        })
    }
}
