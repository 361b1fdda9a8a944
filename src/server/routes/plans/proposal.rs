//! The proposal of a plan: what the rules said about each line, for the vendor's side.

use super::request::{Found, OPERATION, PlanRequest, tag_of};
use crate::finding::Finding;
use crate::ledger::plan::LedgerFault;
use crate::ledger::store::Digest;
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{AfterLine, Limit, LineQuery, QueryParameter, cursor_of};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::route::Route;
use crate::server::state::plans::{Ledger, Plans, problem_of};
use crate::server::state::stored_proposal::StoredProposal;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;

static BASES: Operation = Operation {
    id: "plan_bases",
    path: "/v1/vendors/{vendor}/plans/{plan}/bases",
    summary: "Basis of each proposed figure, by page",
    doc: "Prior revenue, assessment, limits, reporting periods, band and odds of the proposal that the plan was opened with, for the lines that the person sees from the vendor's side. `next` is the value of `after` for the next page.",
    query: &[AfterLine::PARAMETER, Limit::PARAMETER],
    replies: &[Reply::ok("A page of lines.", &[Media::json("PlanBases")])],
    ..OPERATION
};
static EXPLAIN: Operation = Operation {
    id: "plan_explanation",
    path: "/v1/vendors/{vendor}/plans/{plan}/explanation",
    summary: "Steps of the proposed figure of one line",
    doc: "The line of the proposal as it was stored: every step with its amount and reason. For the vendor's side.",
    query: &[LineQuery::PARAMETER],
    replies: &[Reply::ok("The line.", &[Media::json("PlanExplanation")])],
    problems: &[ProblemKind::PlanUnknown, ProblemKind::LineUnknown, ProblemKind::LedgerUnavailable],
    ..OPERATION
};

static OUTLOOK: Operation = Operation {
    id: "plan_outlook",
    path: "/v1/vendors/{vendor}/plans/{plan}/outlook",
    summary: "What the channel is likely to buy",
    doc: "Estimates of the proposal that the plan was opened with: band and odds of the channel and of each territory, and the distribution of what all lines buy together. They do not change with the negotiation. For persons who see the whole plan.",
    replies: &[Reply::ok("The outlook.", &[Media::json("PlanEstimates")])],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&BASES, bases), Route::new(&EXPLAIN, explain), Route::new(&OUTLOOK, outlook)]
}

/// A page of the lines of a proposal.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanBases")]
pub struct BasesDocument {
    /// Name of the plan.
    plan: String,
    /// ISO 4217 code of every amount.
    currency: String,
    /// Reporting periods, in order.
    periods: Vec<String>,
    /// Lines, ascending by partner, product line, territory.
    lines: Vec<BasisDocument>,
    /// Value of `after` for the next page; null at the end.
    next: Option<String>,
}

/// Basis of a proposed figure.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanBasis")]
pub struct BasisDocument {
    /// Id of the line.
    line: String,
    /// Tier in the partner program; null if not known.
    tier: Option<String>,
    /// Territory of the line, or the home territory of the partner; null if not known.
    territory: Option<String>,
    /// Revenue of the latest stretch as long as the period, an exact amount; null if not known.
    prior_revenue: Option<String>,
    /// Sum of the factors' contributions, an exact amount.
    assessment: String,
    /// Floor in force, an exact amount; null without one.
    floor: Option<String>,
    /// Ceiling in force, an exact amount; null without one.
    ceiling: Option<String>,
    /// Proposed quota by reporting period, exact amounts.
    periods: Vec<String>,
    /// Estimate: with odds of 10 % the line buys less; null without bands.
    band_low: Option<String>,
    /// Estimate: with odds of 10 % the line buys more; null without bands.
    band_high: Option<String>,
    /// Estimates: the amounts that the line reaches with odds of 95 %, 90 %, … 5 %, ascending, so that the odds of another
    /// figure can be read from them; empty without bands.
    reach: Vec<String>,
    /// Estimate of the odds that the line reaches the proposed quota; null without bands.
    odds: Option<String>,
}

/// A line of the proposal with its steps.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanExplanation")]
pub struct ExplanationDocument {
    /// Name of the plan.
    plan: String,
    /// ISO 4217 code of every amount.
    currency: String,
    /// Id of the line.
    line: String,
    /// The line as the proposal has it (`quotient.proposal/1`).
    #[schemars(with = "serde_json::Value")]
    proposed: Box<RawValue>,
}

/// Outlook of the proposal of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanEstimates")]
pub struct OutlookDocument {
    /// Name of the plan.
    plan: String,
    /// ISO 4217 code of every amount.
    currency: String,
    /// The member `bands` of the proposal (`quotient.proposal/1`); null without bands, and for a person who sees a part of
    /// the plan.
    #[schemars(with = "Option<serde_json::Value>")]
    outlook: Option<Box<RawValue>>,
}

/// Returns the proposal of a plan.
pub fn stored(ledger: &Ledger, found: &Found) -> Result<(String, Arc<StoredProposal>), Problem> {
    let header = found.plan.state.header.as_ref().ok_or_else(super::request::unknown)?;
    let missing = || {
        let fault = LedgerFault::NoProposal { digest: header.proposal.clone() };
        problem_of(&Finding::from(fault).into())
    };
    let digest: Digest = header.proposal.parse().map_err(|_| missing())?;
    let stored = ledger.proposal(&digest).map_err(|findings| problem_of(&findings))?;
    Ok((header.currency.code().to_owned(), stored.ok_or_else(missing)?))
}

async fn bases(State(plans): State<Arc<Plans>>, request: PlanRequest, after: AfterLine, limit: Limit) -> Responded {
    let conditions = request.conditions.clone();
    let made = plans.run(move |ledger| {
        let found = request.find(ledger)?;
        let (currency, stored) = stored(ledger, &found)?;
        let view = found.view()?;
        let seen = view.lines(after.0.as_ref()).filter(|seen| seen.partner.is_none()).map(|seen| &seen.line.key);
        let mut page: Vec<_> = seen.filter_map(|key| Some((key, stored.lines.get(key)?))).take(limit.0 + 1).collect();
        let is_end = page.len() <= limit.0;
        page.truncate(limit.0);
        let next = page.last().filter(|_| !is_end).map(|(key, _)| cursor_of(key));
        let line =
            |(key, line): (&crate::ledger::plan::LineKey, &crate::server::state::stored_proposal::StoredLine)| {
                let brief = &line.brief;
                BasisDocument {
                    line: key.to_string(),
                    tier: brief.tier.clone(),
                    territory: brief.territory.clone(),
                    prior_revenue: brief.prior_revenue.clone(),
                    assessment: brief.assessment.clone(),
                    floor: brief.floor.clone(),
                    ceiling: brief.ceiling.clone(),
                    periods: brief.periods.iter().map(|part| part.quota.clone()).collect(),
                    band_low: brief.band.as_ref().map(|band| band.low.clone()),
                    band_high: brief.band.as_ref().map(|band| band.high.clone()),
                    reach: brief.band.as_ref().map(|band| band.reach.clone()).unwrap_or_default(),
                    odds: brief.odds.clone(),
                }
            };
        let lines = page.into_iter().map(line).collect();
        let periods = stored.periods.clone();
        Ok((tag_of(&view), BasesDocument { plan: request.plan.clone(), currency, periods, lines, next }))
    });
    let (tag, page) = made.await?;
    Ok(conditions.respond_tagged(&tag, document(&page)?))
}

async fn explain(State(plans): State<Arc<Plans>>, request: PlanRequest, LineQuery(key): LineQuery) -> Responded {
    let made = plans.run(move |ledger| {
        let found = request.find(ledger)?;
        let missing = || Problem::new(ProblemKind::ParameterInvalid, "the query parameter `line` is missing");
        let key = key.ok_or_else(missing)?;
        let (currency, stored) = stored(ledger, &found)?;
        let view = found.view()?;
        let is_seen = view.line(&key).is_some_and(|seen| seen.partner.is_none());
        let Some(own) = stored.lines.get(&key).filter(|_| is_seen) else {
            let fault = LedgerFault::UnknownLine { line: key.to_string(), near: None };
            return Err(problem_of(&Finding::from(fault).into()));
        };
        let proposed = own.whole.clone();
        Ok(ExplanationDocument { plan: request.plan.clone(), currency, line: key.to_string(), proposed })
    });
    document(&made.await?)
}

async fn outlook(State(plans): State<Arc<Plans>>, request: PlanRequest) -> Responded {
    let made = plans.run(move |ledger| {
        let found = request.find(ledger)?;
        let (currency, stored) = stored(ledger, &found)?;
        let outlook = stored.outlook.clone().filter(|_| found.standing.sees_whole());
        Ok(OutlookDocument { plan: request.plan.clone(), currency, outlook })
    });
    document(&made.await?)
}
