//! A line for its own partner: how the figure came about, what the partner sold, its tiers, the pipeline that it needs.

use super::plan_book::PlanOrigin;
use super::preview::proposal_of;
use super::proposal::stored;
use super::request::{OPERATION, PlanRequest};
use crate::channel::{Name, PartnerBook, SegmentKey};
use crate::decision::Condition;
use crate::finding::Finding;
use crate::ledger::plan::{EventBody, LedgerFault, LineKey};
use crate::planning;
use crate::plugin::VendorPlugin;
use crate::quota::StepKind;
use crate::request::{PartnerQuestion, partner_facts};
use crate::server::http::context::Context;
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{LineQuery, QueryParameter};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::question::limits_of;
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::books::VendorBooks;
use crate::server::state::lanes::Lane;
use crate::server::state::plans::{Ledger, problem_of};
use crate::server::state::turns::Owner;
use crate::units::{Money, MoneyError, parse_decimal, plain};
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

static PAGE: Operation = Operation {
    id: "plan_partner_page",
    path: "/v1/vendors/{vendor}/plans/{plan}/partner-page",
    summary: "One line, for its partner",
    doc: "How the offered or agreed figure came about, with the plan of the channel as one step, and facts about this partner alone. Factors whose rules read figures of the channel or of other partners are in that step, and so are limits. For the partner, and for those of the vendor's side who see the line.",
    query: &[LineQuery::PARAMETER],
    replies: &[Reply::ok("The line.", &[Media::json("PlanPartnerPage")])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::LineUnknown,
        ProblemKind::RevisionUnknown,
        ProblemKind::VendorBusy,
        ProblemKind::CallerBusy,
        ProblemKind::Overloaded,
        ProblemKind::ShuttingDown,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&PAGE, page)]
}

/// A line for its partner. Nothing in it is about another partner.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanPartnerPage")]
pub struct PartnerPageDocument {
    /// Name of the plan.
    plan: String,
    /// ISO 4217 code of every amount.
    currency: String,
    /// Id of the line.
    line: String,
    /// Date that the facts are seen from.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Figure that is offered or agreed, an exact amount.
    figure: String,
    /// Steps to the figure, which is their sum; empty for a line that the proposal does not have.
    steps: Vec<PartnerStepDocument>,
    /// Tier in the partner program; null if not known.
    tier: Option<String>,
    /// Conditions of the tiers, in the order of the vendor's policy; empty without a ladder of tiers, and where this server
    /// does not have the book of the plan.
    conditions: Vec<TierConditionDocument>,
    /// Revenue of the latest stretch as long as the period, an exact amount; null if not known.
    prior_revenue: Option<String>,
    /// Revenue of the latest twelve months of the book, ascending; empty where this server does not have the book.
    months: Vec<MonthDocument>,
    /// Σ amounts of open deals that close in the period, exact; null if not known.
    open_pipeline: Option<String>,
    /// Part of the partner's closed deals that is won, 0 to 1, exact; null where it is known of others only.
    close_rate: Option<String>,
    /// Pipeline that the figure needs at that rate, an exact amount; null if not known.
    pipeline_needed: Option<String>,
}

/// A step to the figure.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanPartnerStep")]
struct PartnerStepDocument {
    /// `factor` for a factor whose rule reads nothing about others; `channel` for everything else up to the first offer: other
    /// factors, limits, the plan of the whole channel, rounding; `negotiation` for what was agreed since.
    kind: &'static str,
    /// Name of the factor; that of the kind for other steps.
    label: String,
    /// Amount, exact; negative when it subtracts.
    amount: String,
    /// Reason; null for other steps.
    reason: Option<String>,
    /// Revenue that the factor indicates, an exact amount; factors only.
    indicated: Option<String>,
    /// Weight of the factor, 0 to 1, exact; factors only.
    weight: Option<String>,
}

/// A condition of a tier.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanTierCondition")]
struct TierConditionDocument {
    /// The tier.
    tier: String,
    /// Requirement, in the vendor's words.
    label: String,
    /// Comparison of value and threshold: `at_least`, for example.
    comparison: &'static str,
    /// Value found, exact; null if not known.
    value: Option<String>,
    /// Threshold, exact; null for a condition that holds or does not.
    threshold: Option<String>,
    /// Missing amount or number, exact; null if not known.
    gap: Option<String>,
    /// True when it is met.
    is_met: bool,
}

/// Revenue of a month.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanPartnerMonth")]
struct MonthDocument {
    /// Month, as `2026-01`.
    month: String,
    /// Revenue, an exact amount; null if the book does not reach the month.
    amount: Option<String>,
}

/// A step as the proposal has it.
#[derive(Deserialize)]
struct StoredStep {
    kind: String,
    label: String,
    amount: String,
    reason: String,
    indicated: Option<String>,
    weight: Option<String>,
}

#[derive(Deserialize)]
struct StoredSteps {
    steps: Vec<StoredStep>,
}

/// State of the line in the ledger, with its steps in the proposal.
struct Shown {
    key: LineKey,
    figure: Money,
    /// Figure of the first offer; that of the line before any.
    offered: Money,
    steps: Vec<StoredStep>,
    tier: Option<String>,
    prior_revenue: Option<String>,
    request: Option<Vec<u8>>,
}

fn shown(ledger: &Ledger, request: &PlanRequest, key: Option<LineKey>) -> Result<Shown, Problem> {
    let found = request.find(ledger)?;
    let missing = || Problem::new(ProblemKind::ParameterInvalid, "the query parameter `line` is missing");
    let key = key.ok_or_else(missing)?;
    let view = found.view()?;
    let Some(seen) = view.line(&key) else {
        let fault = LedgerFault::UnknownLine { line: key.to_string(), near: None };
        return Err(problem_of(&Finding::from(fault).into()));
    };
    let figure = seen.partner.map_or(seen.line.figure, |partner| partner.figure);
    let first = found.plan.events.iter().find_map(|event| match &event.body {
        EventBody::Offered(body) if body.moved.line == key => Some(body.moved.to),
        _ => None,
    });
    let (_, stored) = stored(ledger, &found)?;
    let own = stored.lines.get(&key);
    let steps = own.and_then(|own| serde_json::from_str::<StoredSteps>(own.whole.get()).ok());
    Ok(Shown {
        figure,
        offered: first.unwrap_or(figure),
        steps: steps.map(|own| own.steps).unwrap_or_default(),
        tier: own.and_then(|own| own.brief.tier.clone()),
        prior_revenue: own.and_then(|own| own.brief.prior_revenue.clone()),
        request: proposal_of(ledger, &found, None)?,
        key,
    })
}

/// Returns the steps for the partner: those of the partner's assessment, the rest of the first offer, and what was
/// agreed since.
fn steps(plugin: &VendorPlugin, shown: &Shown) -> Result<Vec<PartnerStepDocument>, Problem> {
    let range =
        |error: MoneyError| problem_of(&Finding::from(LedgerFault::TotalRange { reason: error.to_string() }).into());
    let mut rest = shown.offered;
    let mut own = Vec::new();
    for step in shown.steps.iter().filter(|step| is_own(plugin, step)) {
        let damaged = |_| Problem::new(ProblemKind::Internal, "a step of the stored proposal has no amount");
        let amount = Money::new(parse_decimal(&step.amount).map_err(damaged)?, shown.figure.currency());
        rest = rest.minus(amount).map_err(range)?;
        own.push(PartnerStepDocument {
            kind: StepKind::Factor.as_str(),
            label: step.label.clone(),
            amount: amount.to_exact(),
            reason: Some(step.reason.clone()).filter(|reason| !reason.is_empty()),
            indicated: step.indicated.clone(),
            weight: step.weight.clone(),
        });
    }
    let negotiated = shown.figure.minus(shown.offered).map_err(range)?;
    for (kind, amount) in [("channel", rest), ("negotiation", negotiated)] {
        if !shown.steps.is_empty() && !amount.is_zero() {
            let (label, amount) = (kind.to_owned(), amount.to_exact());
            own.push(PartnerStepDocument { kind, label, amount, reason: None, indicated: None, weight: None });
        }
    }
    Ok(own)
}

/// True for a factor whose rule reads nothing about the channel or other partners. Limits are not among the own steps: they
/// apply to the figure that the plan of the channel asks for, which would follow from them.
fn is_own(plugin: &VendorPlugin, step: &StoredStep) -> bool {
    let path = format!("{}.rhai", step.label.replace(' ', "_"));
    step.kind == StepKind::Factor.as_str() && !plugin.scripts().reads_of_others(&path)
}

async fn page(State(app): State<App>, request: PlanRequest, context: Context, LineQuery(key): LineQuery) -> Responded {
    let (vendor, plan) = (request.vendor.clone(), request.plan.clone());
    let read = move |ledger: &Ledger| {
        let header = request.find(ledger)?.plan.state.header.clone().ok_or_else(super::request::unknown)?;
        Ok((header, shown(ledger, &request, key)?))
    };
    let (header, shown) = app.plans.run(read).await?;
    let active = app.vendors.past(&vendor, &header.revision).await?;
    let owner = Owner { token: context.caller.name.clone(), vendor: Arc::clone(&active.plugin.vendor) };
    app.lanes.admit(Lane::Plan, &owner)?;
    let limits = limits_of(&app.gate);
    let books = VendorBooks::new(&app.stores.books, &active, &limits);
    let name = |text: &Option<String>| text.as_deref().map(Name::from);
    let asked = PartnerQuestion {
        partner: shown.key.partner_id.clone(),
        segment: SegmentKey { product_line: name(&shown.key.product_line), territory: name(&shown.key.territory) },
        as_of: header.as_of,
        period: header.first_day..=header.last_day,
        quota: shown.figure,
    };
    let (plans, own) = (Arc::clone(&app.plans), header.clone());
    let work = move || {
        let of = |book: &PartnerBook, _: planning::Request| partner_facts(&active.plugin, book, &asked, limits.threads);
        let (request, plugin) = (shown.request.as_deref(), &active.plugin);
        let origin = PlanOrigin { plans: &plans, header: &own, request, plugin, books: &books, limits: &limits };
        // Without the book, or where its rules fail on it, the page has what the ledger knows.
        let facts = origin.with(of).ok().and_then(Result::ok).flatten();
        let steps = steps(&active.plugin, &shown)?;
        Ok::<_, Problem>((shown, steps, facts.unwrap_or_default()))
    };
    let (shown, steps, facts) = app.lanes.run(Lane::Plan, &owner, work).await??;
    document(&PartnerPageDocument {
        plan,
        currency: header.currency.code().to_owned(),
        line: shown.key.to_string(),
        as_of: header.as_of.to_string(),
        figure: shown.figure.to_exact(),
        steps,
        tier: shown.tier,
        conditions: facts.conditions.into_iter().filter_map(TierConditionDocument::of).collect(),
        prior_revenue: shown.prior_revenue,
        months: facts
            .months
            .into_iter()
            .map(|(month, amount)| MonthDocument { month: month.to_string(), amount: amount.map(Money::to_exact) })
            .collect(),
        open_pipeline: facts.open_pipeline.map(Money::to_exact),
        close_rate: facts.close_rate.map(plain),
        pipeline_needed: facts.pipeline_needed.map(Money::to_exact),
    })
}

impl TierConditionDocument {
    fn of(condition: Condition) -> Option<Self> {
        Some(Self {
            gap: condition.gap().map(plain),
            tier: condition.tier?.to_string(),
            label: condition.label.to_string(),
            comparison: condition.comparison.as_str(),
            value: condition.value.map(plain),
            threshold: condition.threshold.map(plain),
            is_met: condition.is_met,
        })
    }
}
