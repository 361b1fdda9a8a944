//! A joint business plan as one sheet: what a person sees of it, for a terminal, a page and programs.

use super::business_items::{AccountRow, RegisteredRow, RiskRow, accounts, risks};
use crate::ledger::plan::{
    ActivityKind, ActivityState, ActualSource, BusinessPlan, Header, LineState, ObjectiveKind, ObjectiveState, Review,
    Side, Verdict,
};
use crate::ledger::view::{SeenLine, View};
use crate::units::{Money, plain};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// Joint business plan of a partner. `null` is "not known" or "not shown".
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessPlan")]
pub struct BusinessSheet {
    /// Name of the plan.
    pub plan: String,
    /// Version of the plan.
    pub version: u64,
    /// Vendor.
    pub vendor: String,
    /// Label of the period.
    pub period: String,
    /// First date of the period.
    #[schemars(extend("format" = "date"))]
    pub first_day: String,
    /// Last date of the period.
    #[schemars(extend("format" = "date"))]
    pub last_day: String,
    /// Partner id.
    pub partner_id: String,
    /// Name of the partner.
    pub partner_name: String,
    /// Account manager; null without one.
    pub account_manager: Option<String>,
    /// Sponsor at the vendor.
    pub vendor_sponsor: Option<String>,
    /// Sponsor at the partner.
    pub partner_sponsor: Option<String>,
    /// Vision of both sides.
    pub vision: Option<String>,
    /// Dates of the reviews.
    pub review_dates: Vec<String>,
    /// Quotas.
    pub lines: Vec<QuotaRow>,
    /// Objectives, ascending by id.
    pub objectives: Vec<ObjectiveRow>,
    /// Activities, ascending by id.
    pub activities: Vec<ActivityRow>,
    /// Target accounts, ascending by id.
    pub accounts: Vec<AccountRow>,
    /// Risks, ascending by id.
    pub risks: Vec<RiskRow>,
    /// Weight of the activities done on time ÷ the weight due; null when nothing was due.
    pub commitments_kept: Option<String>,
    /// Person who signed for the vendor; null until then, and after a change.
    pub signed_by_vendor: Option<String>,
    /// Person who signed for the partner; null until then, and after a change.
    pub signed_by_partner: Option<String>,
    /// Parts that a signature needs and the business plan does not have.
    pub missing: Vec<String>,
    /// Review at the end of the period; null until it is held.
    pub review: Option<ReviewRow>,
}

/// Quota of a line.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessPlanQuota")]
pub struct QuotaRow {
    /// Id of the line.
    pub line: String,
    /// State of the negotiation.
    pub state: LineState,
    /// Figure.
    pub figure: Money,
    /// Figure in force; null before the first lock.
    pub in_force: Option<Money>,
}

/// Objective with its last value.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessPlanObjectiveState")]
pub struct ObjectiveRow {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: ObjectiveKind,
    /// Measure.
    pub measure: String,
    /// Value at the beginning.
    pub baseline: Option<String>,
    /// Value at the end.
    pub target: String,
    /// Targets by reporting period, such as `FY2026-Q1: 4`.
    pub periods: Vec<String>,
    /// Weight.
    pub weight: String,
    /// Last value.
    pub actual: Option<String>,
    /// Date of the last value.
    #[schemars(extend("format" = "date"))]
    pub actual_on: Option<String>,
    /// Person who recorded it; null for a partner.
    pub recorded_by: Option<String>,
    /// Figure of a partner book that is the value; null where persons type it.
    pub source: Option<ActualSource>,
    /// Tag of the opportunities that count; null for all of them.
    pub tag: Option<String>,
    /// Digest of the book that has the last value; null for a typed one, and for a partner.
    pub book: Option<String>,
    /// True when the last value comes from a book; null without a value.
    pub is_from_book: Option<bool>,
    /// (value − baseline) ÷ (target − baseline).
    pub progress: Option<String>,
}

/// Activity with what became of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessPlanActivityState")]
pub struct ActivityRow {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: ActivityKind,
    /// Work, in words.
    pub title: String,
    /// Side that does it.
    pub side: Side,
    /// Person who sees to it.
    pub owner: Option<String>,
    /// First date.
    pub start: Option<String>,
    /// Last date.
    pub due: String,
    /// `planned`, `under way`, `late`, `done` or `done late`.
    pub status: &'static str,
    /// Date on which it was done.
    pub done_on: Option<String>,
    /// Evidence for it.
    pub evidence: Vec<String>,
    /// Person who recorded it; null for a partner.
    pub recorded_by: Option<String>,
    /// Cost.
    pub cost: Option<Money>,
    /// Funds that are requested.
    pub fund: Option<Money>,
    /// True when the funds are approved.
    pub is_fund_approved: bool,
    /// Approvals of the funds that are open, as roles; null for a partner.
    pub fund_waits_for: Option<Vec<String>>,
    /// Claimed funds.
    pub claimed: Option<Money>,
    /// Objective that it is for.
    pub objective: Option<String>,
    /// Lines that it is for; empty for all.
    pub lines: Vec<String>,
    /// Weight.
    pub weight: String,
    /// Tag with which opportunities that come from it are registered.
    pub tag: Option<String>,
    /// Opportunities that a book has with the tag; null when they are not known.
    pub registered: Option<RegisteredRow>,
}

/// Review at the end of the period.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessPlanReview")]
pub struct ReviewRow {
    /// Date up to which revenue is counted.
    pub as_of: String,
    /// Quota in force.
    pub quota: Option<Money>,
    /// Revenue.
    pub actual: Option<Money>,
    /// Revenue ÷ quota.
    pub attainment: Option<String>,
    /// Weight done on time ÷ weight due.
    pub commitments_kept: Option<String>,
    /// Verdict.
    pub verdict: Option<Verdict>,
    /// Reason.
    pub because: String,
    /// Answers: side, person, and words.
    pub answers: Vec<String>,
}

/// Returns the last day of each quarter of a period.
fn quarters(header: &Header) -> Vec<NaiveDate> {
    let days = header.first_day.iter_days().take_while(|day| *day <= header.last_day);
    let is_end = |day: &NaiveDate| day.succ_opt().is_some_and(|next| next.day() == 1 && next.month0() % 3 == 0);
    let mut ends: Vec<NaiveDate> = days.filter(is_end).collect();
    if ends.last() != Some(&header.last_day) {
        ends.push(header.last_day);
    }
    ends
}

fn rate(value: Decimal) -> String {
    plain(value.round_dp(4).normalize())
}

impl BusinessSheet {
    /// Returns the business plan of a partner as a person sees it on a date; `None` when they do not see the partner.
    ///
    /// A partner without a business plan has one with the engine's defaults.
    pub fn new(view: &View<'_>, partner: &str, today: NaiveDate) -> Option<Self> {
        let side = view.business_side(partner)?;
        let (state, header) = (&view.plan().state, view.plan().state.header.as_ref()?);
        let none = BusinessPlan::default();
        let own = state.business_plans.get(partner).unwrap_or(&none);
        let seen: Vec<SeenLine<'_>> = view.lines(None).filter(|seen| seen.line.key.partner_id == partner).collect();
        let first = seen.first()?.line;
        let digest = own.digest(partner, &state.figures_of(partner));
        let signed = |side| own.signature(side, &digest).map(|signature| signature.person.clone());
        let dates = own.header.review_dates.clone().unwrap_or_else(|| quarters(header));
        let open = |one: &ActivityState| -> Option<Vec<String>> {
            let steps = state.open_fund_steps(one).ok()?;
            let role =
                |step: crate::ledger::plan::ApprovalStep| step.role.unwrap_or_else(|| "any other person".to_owned());
            (side == Side::Vendor && one.activity.fund.is_some()).then(|| steps.into_iter().map(role).collect())
        };
        let (due, kept) = own.commitments(today);
        let needed = [("activity", !own.activities.is_empty()), ("review dates", !dates.is_empty())];
        Some(Self {
            plan: header.name.clone(),
            version: view.version(),
            vendor: header.vendor.clone(),
            period: header.period.clone(),
            first_day: header.first_day.to_string(),
            last_day: header.last_day.to_string(),
            partner_id: partner.to_owned(),
            partner_name: first.partner_name.clone(),
            account_manager: first.manager.clone(),
            vendor_sponsor: own.header.vendor_sponsor.clone(),
            partner_sponsor: own.header.partner_sponsor.clone(),
            vision: own.header.vision.clone(),
            review_dates: dates.iter().map(NaiveDate::to_string).collect(),
            lines: seen.iter().map(|seen| QuotaRow::of(*seen)).collect(),
            objectives: own.objectives.values().map(|one| ObjectiveRow::of(one, side)).collect(),
            activities: own.activities.values().map(|one| ActivityRow::of(one, today, open(one), side)).collect(),
            accounts: accounts(own),
            risks: risks(own),
            commitments_kept: kept.checked_div(due).map(rate),
            signed_by_vendor: signed(Side::Vendor),
            signed_by_partner: signed(Side::Partner),
            missing: needed.into_iter().filter(|(_, is_there)| !is_there).map(|(what, _)| what.to_owned()).collect(),
            review: own.review.as_ref().map(ReviewRow::of),
        })
    }
}

impl QuotaRow {
    fn of(seen: SeenLine<'_>) -> Self {
        let in_force = seen.line.figure_in_force().map(|in_force| in_force.figure);
        Self {
            line: seen.line.key.to_string(),
            state: seen.state(),
            figure: seen.partner.map_or(seen.line.figure, |partner| partner.figure),
            in_force: seen.partner.map_or(in_force, |partner| partner.in_force.map(|(figure, _)| figure)),
        }
    }
}

impl ObjectiveRow {
    fn of(one: &ObjectiveState, side: Side) -> Self {
        let objective = &one.objective;
        let target =
            |period: &crate::ledger::plan::PeriodTarget| format!("{}: {}", period.period, plain(period.target));
        Self {
            id: objective.id.clone(),
            kind: objective.kind,
            measure: objective.measure.clone(),
            baseline: objective.baseline.map(plain),
            target: plain(objective.target),
            periods: objective.periods.iter().map(target).collect(),
            weight: plain(objective.weight),
            actual: one.actual.as_ref().map(|actual| plain(actual.value)),
            actual_on: one.actual.as_ref().map(|actual| actual.as_of.to_string()),
            recorded_by: one.actual.as_ref().filter(|_| side == Side::Vendor).map(|actual| actual.actor.clone()),
            source: objective.source,
            tag: objective.tag.clone(),
            book: one.actual.as_ref().filter(|_| side == Side::Vendor).and_then(|actual| actual.book.clone()),
            is_from_book: one.actual.as_ref().map(|actual| actual.book.is_some()),
            progress: one.progress().map(rate),
        }
    }
}

impl ActivityRow {
    fn of(one: &ActivityState, today: NaiveDate, open: Option<Vec<String>>, side: Side) -> Self {
        let activity = &one.activity;
        Self {
            id: activity.id.clone(),
            kind: activity.kind,
            title: activity.title.clone(),
            side: activity.side,
            owner: activity.owner.clone(),
            start: activity.start.map(|date| date.to_string()),
            due: activity.due.to_string(),
            status: one.status(today),
            done_on: one.done.as_ref().map(|done| done.on.to_string()),
            evidence: one.done.as_ref().map(|done| done.evidence.clone()).unwrap_or_default(),
            recorded_by: one.done.as_ref().filter(|_| side == Side::Vendor).map(|done| done.actor.clone()),
            cost: activity.cost,
            fund: activity.fund,
            is_fund_approved: one.is_fund_approved(),
            fund_waits_for: open,
            claimed: one.claim,
            objective: activity.objective.clone(),
            lines: activity.lines.iter().map(ToString::to_string).collect(),
            weight: plain(activity.weight),
            tag: activity.tag.clone(),
            registered: one.registered.as_ref().map(|registered| RegisteredRow::of(registered, side)),
        }
    }
}

impl ReviewRow {
    fn of(review: &Review) -> Self {
        let answer = |answer: &crate::ledger::plan::Answer| {
            let does = if answer.accepts { "accepts" } else { "disputes" };
            let words = if answer.words.is_empty() { String::new() } else { format!(": {}", answer.words) };
            format!("{} {does} it for the {}{words}", answer.person, answer.side)
        };
        Self {
            as_of: review.as_of.to_string(),
            quota: review.quota,
            actual: review.actual,
            attainment: review.attainment().map(rate),
            commitments_kept: review.kept_share().map(rate),
            verdict: review.verdict,
            because: review.because.clone(),
            answers: review.answers.iter().map(answer).collect(),
        }
    }
}
