//! Quotas in force of a plan of record against closed revenue, as JSON: the main figures of each partner.

use super::Reviewed;
use super::fault::FaultDocument;
use crate::channel::Identity;
use crate::decision::Intervention;
use crate::figure::Fraction;
use crate::figures;
use crate::finding::FindingDocument;
use crate::intake::recognition::Question;
use crate::ledger::plan::BusinessPlan;
use crate::ledger::portfolio::{Association, Group, associations};
use crate::performance::{self, Dimension, Pacing, Standing};
use crate::report::ReportFault;
use crate::report::comparison::DecidedIntervention;
use crate::report::json::write_document;
use crate::review::PartnerReview;
use crate::units::Money;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;

/// Partners who did activities of a kind on time, and all others.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlanActivities")]
struct ActivitiesDocument {
    /// Kind of activity.
    kind: &'static str,
    /// Partners who did all of theirs that were due.
    did: SideDocument,
    /// Partners who had none that was due, or did not do all of them on time.
    did_not: SideDocument,
}

/// Attainment of partners on one side.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlanActivitiesSide")]
struct SideDocument {
    /// Number of partners.
    partners: usize,
    /// Median attainment, as a fraction; null below eight partners.
    median: Option<Fraction>,
    /// Least value of the 95 % interval of the median; null below eight partners.
    low: Option<Fraction>,
    /// Greatest value of it; null below eight partners.
    high: Option<Fraction>,
}

impl From<Association> for ActivitiesDocument {
    fn from(one: Association) -> Self {
        Self { kind: one.kind.as_str(), did: one.did.into(), did_not: one.did_not.into() }
    }
}

impl From<Group> for SideDocument {
    fn from(group: Group) -> Self {
        let Group { partners, median, interval, .. } = group;
        let (low, high) = interval.unzip();
        Self { partners, median: median.map(Fraction), low: low.map(Fraction), high: high.map(Fraction) }
    }
}

/// Plan of record whose quotas a review is about.
#[derive(Debug, Clone, Copy)]
pub struct OfPlan<'a> {
    /// Name.
    pub plan: &'a str,
    /// Version.
    pub version: u64,
    /// Business plans by partner id.
    pub business: &'a BTreeMap<String, BusinessPlan>,
    /// Questions of the mapping that was proposed for the book.
    pub questions: &'a [Question],
}

/// Quotas in force of a plan against closed revenue and pipeline. `null` is "not known" or "not defined"; zero is zero.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlanStandings")]
pub struct StandingsDocument<'a> {
    /// Name of the plan.
    plan: &'a str,
    /// Version of the plan.
    version: u64,
    /// Content hash of the rules and policies: those that the plan was opened with.
    revision: &'a str,
    /// Hash of the partner book that revenue and pipeline are from.
    input_hash: &'a str,
    /// Period, such as `FY2026`.
    period: &'a str,
    /// First date of the period.
    #[schemars(extend("format" = "date"))]
    period_start: String,
    /// Last date of the period.
    #[schemars(extend("format" = "date"))]
    period_end: String,
    /// As-of date: later facts are ignored.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Last date that closed revenue is known through; null before the first month of the period is complete.
    actual_through: Option<String>,
    /// ISO 4217 code of every amount.
    currency: &'static str,
    /// Warnings about the book and the quotas.
    findings: Vec<FindingDocument>,
    /// Questions of the proposed mapping, as `quotient book` asks them; empty where a mapping is stated.
    questions: Vec<QuestionDocument<'a>>,
    /// The partners that the person sees, together; null where none has a standing.
    channel: Option<&'a performance::Group>,
    /// Groups by account manager, ascending, partners without one first.
    managers: Vec<&'a performance::Group>,
    /// Groups by reporting period that has begun, ascending.
    periods: Vec<&'a performance::Group>,
    /// Activities that were due beside attainment, per kind: an association, not a cause. Partners with a quota in force.
    activities: Vec<ActivitiesDocument>,
    /// Partners with a standing, ascending by id, or by money at stake for a person who sees a part of the plan.
    partners: Vec<PartnerRow>,
    /// Partners with a standing that are not listed: those of a large book with the least at stake.
    left_out: usize,
    /// Failures on single partners; at most 10,000.
    faults: Vec<FaultDocument<'a>>,
}

/// Question of a proposed mapping.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlanStandingsQuestion")]
struct QuestionDocument<'a> {
    /// File, with the column where it is about one.
    place: &'a str,
    /// Question.
    question: &'a str,
}

/// Standing of one partner.
struct PartnerRow {
    review: PartnerReview,
    actions: Option<Vec<DecidedIntervention>>,
}

figures! {
    /// Standing of one partner against its quota in force.
    for PartnerRow = "PlanStanding" {
        with |row| &row.review.standing.identity => Identity { partner_id, partner_name, tier, account_manager };
        with |row| &row.review.standing.whole => Standing {
            quota, actual, attainment, remaining_quota, open_pipeline, remaining_coverage_ratio, required_coverage, is_covered,
            expected_revenue, forecast, forecast_gap
        };
        with |row| &row.review.standing.whole.pacing => Pacing {
            expected_to_date, pace_ratio, projected_actual, required_run_rate_per_month
        };
        /// Gap to the quota, negative when short: the forecast gap while the quota is open, else actual − quota.
        gap = |row| row.review.standing.whole.gap() => Option<Money>;
        /// Interventions of the vendor's policies, most severe first; null when the policies failed on this partner.
        interventions = |row| &row.actions => Option<Vec<DecidedIntervention>>;
    }
}

impl From<PartnerReview> for PartnerRow {
    fn from(review: PartnerReview) -> Self {
        let listed = |own: &Vec<Intervention>| own.iter().cloned().map(DecidedIntervention).collect();
        let actions = review.decisions.as_ref().map(|decisions| listed(&decisions.interventions));
        Self { review, actions }
    }
}

/// Writes the standings as one JSON object.
pub fn write_standings(reviewed: Reviewed<'_>, of: OfPlan<'_>, out: &mut impl Write) -> Result<(), ReportFault> {
    let Reviewed { review, outcome, kept } = reviewed;
    let period = &review.setting.period;
    let by = |dimension: Dimension| outcome.rollup.groups.iter().filter(move |group| group.dimension == dimension);
    let through = review.standings().actual_through();
    let quotas = kept.partners.iter().filter(|partner| partner.standing.whole.quota.is_some());
    let attained = quotas.filter_map(|partner| {
        let plan = of.business.get(&*partner.standing.identity.partner_id);
        Some((plan, partner.standing.whole.attainment?))
    });
    let activities = associations(&attained.collect::<Vec<_>>(), review.setting.as_of);
    let document = StandingsDocument {
        plan: of.plan,
        version: of.version,
        revision: &review.plugin.revision,
        input_hash: &review.book.input_hash,
        period: &period.label,
        period_start: period.first_day().to_string(),
        period_end: period.last_day().to_string(),
        as_of: review.setting.as_of.to_string(),
        actual_through: through.map(|month| month.last_day().to_string()),
        currency: review.book.currency.code(),
        findings: FindingDocument::grouped(&review.warnings()),
        questions: of
            .questions
            .iter()
            .map(|one| QuestionDocument { place: &one.place, question: &one.question })
            .collect(),
        channel: outcome.rollup.channel(),
        managers: by(Dimension::AccountManager).collect(),
        periods: by(Dimension::ReportingPeriod).collect(),
        activities: activities.into_iter().map(ActivitiesDocument::from).collect(),
        partners: kept.partners.into_iter().map(PartnerRow::from).collect(),
        left_out: kept.left_out,
        faults: outcome.faults.iter().map(FaultDocument::of).collect(),
    };
    write_document(&document, out)
}
