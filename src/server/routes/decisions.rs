//! Decisions: assessments, proposals, explanations, the health of a plan, reviews, and comparisons of two revisions.

use super::batch;
use super::question::{DecisionRequest, SMALL_BODY, limits_of, problem_of};
use super::route::Route;
use crate::library::Active;
use crate::plugin::VendorPlugin;
use crate::request::{self, Defaults, Form, Kind};
use crate::server::http::access::Scope;
use crate::server::http::conditional::with_revision;
use crate::server::http::context::Context;
use crate::server::http::header::{IDEMPOTENCY_KEY, IF_MATCH};
use crate::server::http::media::{CSV, HTML, JSON, Media, NDJSON, XLSX};
use crate::server::http::negotiation::Accept;
use crate::server::http::operation::{Operation, Parameter, Reply};
use crate::server::http::path::VendorPath;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{After, Agreed, AsOf, Before, PeriodQuery, QueryParameter, RevisionQuery};
use crate::server::http::request_body::RequestBody;
use crate::server::http::respond::{self, Responded};
use crate::server::state::app::App;
use crate::server::state::books::VendorBooks;
use crate::server::state::lanes::Lane;
use crate::server::state::spans::{RequestSpan, traced};
use crate::server::state::turns::Owner;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use std::sync::Arc;

const QUERY: &[Parameter] = &[RevisionQuery::PARAMETER, AsOf::PARAMETER, PeriodQuery::PARAMETER, Agreed::PARAMETER];
const PROBLEMS: &[ProblemKind] = &[
    ProblemKind::RevisionUnknown,
    ProblemKind::RevisionChanged,
    ProblemKind::BookUnknown,
    ProblemKind::ReplicasDiffer,
    ProblemKind::PlanInfeasible,
    ProblemKind::RulesFailed,
    ProblemKind::VendorBusy,
    ProblemKind::CallerBusy,
    ProblemKind::VendorSetAside,
    ProblemKind::VendorFailed,
    ProblemKind::Overloaded,
    ProblemKind::NotRecorded,
    ProblemKind::StateUnavailable,
    ProblemKind::ShuttingDown,
];
const DECISION: Operation = Operation {
    group: "decisions",
    scope: Scope::Evaluate,
    query: QUERY,
    headers: &[IDEMPOTENCY_KEY, IF_MATCH],
    problems: PROBLEMS,
    ..Operation::POST
};

static ASSESS: Operation = Operation {
    id: "assess",
    path: "/v1/vendors/{vendor}/assessments",
    summary: "Assess one partner or many by the rules",
    doc: "With `application/json`, one partner: every factor's indication, weights, guardrails and the quota before any target. With `application/x-ndjson`, one such body per line: the response has one line for each in the same order, `{\"ok\": …}` or `{\"error\": problem}`, and ends with `{\"trailer\": {lines, ok, failed, revision, hash}}`, where `hash` is the BLAKE3 of all bytes before it; a response without trailer was cut off. One revision decides all lines.",
    body: &[Media::json("AssessmentRequest"), Media::plain(NDJSON)],
    replies: &[Reply::ok(
        "The assessment, or one line for each line.",
        &[Media::json("Assessment"), Media::plain(NDJSON)],
    )
    .with_revision()],
    ..DECISION
};
static PROPOSE: Operation = Operation {
    id: "propose",
    path: "/v1/vendors/{vendor}/proposals",
    summary: "A quota for every line of a channel",
    doc: "A whole book, or a stored one with changes; a target, targets by level, locks. The quotas sum to the target exactly, or the plan is infeasible and states the shortfall. The same as `quotient propose`.",
    body: &[Media::json("ProposalRequest")],
    replies: &[Reply::ok(
        "The proposal, with the explanation of every line.",
        &[Media::json("Proposal"), Media::plain(CSV), Media::plain(XLSX), Media::plain(HTML)],
    )
    .with_revision()],
    ..DECISION
};
static EXPLAIN: Operation = Operation {
    id: "explain",
    path: "/v1/vendors/{vendor}/explanations",
    summary: "Explain one partner's quota",
    doc: "The steps to the quota, which sum to it exactly, and what would have moved it. The same as `quotient explain`.",
    body: &[Media::json("ExplanationRequest")],
    replies: &[Reply::ok("The explanation.", &[Media::json("Explanation")]).with_revision()],
    ..DECISION
};
static HEALTH: Operation = Operation {
    id: "plan_health",
    path: "/v1/vendors/{vendor}/health",
    summary: "What a plan is likely to bring, and how evenly it asks",
    doc: "The body is that of a proposal; the plan is made and estimated from past periods planned with the same rules, which takes as long as planning them. Bands, odds, capacity and the amounts that are reached with given odds, by line, territory and channel, and measures of fairness. Findings are errors where the manifest refuses the plan. The same as `quotient health`.",
    body: &[Media::json("ProposalRequest")],
    replies: &[Reply::ok(
        "The health of the plan.",
        &[Media::json("PlanHealth"), Media::plain(CSV), Media::plain(HTML)],
    )
    .with_revision()],
    ..DECISION
};
static REVIEW: Operation = Operation {
    id: "review",
    path: "/v1/vendors/{vendor}/reviews",
    summary: "Standings of partners, and the decisions of the policies",
    doc: "An error about one partner affects that partner only: the review continues and counts it. The same as `quotient review`.",
    body: &[Media::json("ReviewRequest")],
    replies: &[Reply::ok(
        "The review.",
        &[Media::json("ReviewResponse"), Media::plain(CSV), Media::plain(XLSX), Media::plain(HTML)],
    )
    .with_revision()],
    ..DECISION
};
static COMPARE: Operation = Operation {
    id: "compare",
    path: "/v1/vendors/{vendor}/comparisons",
    summary: "Changes between two revisions, on a book",
    doc: "The difference of the files, and every quota and decision that moves. `before` and `after` are digests; if `after` is omitted, it is the revision in use.",
    query: &[Before::PARAMETER, After::PARAMETER, AsOf::PARAMETER, PeriodQuery::PARAMETER],
    headers: &[],
    body: &[Media::json("ComparisonRequest")],
    replies: &[Reply::ok("The comparison.", &[Media::json("Comparison")]).with_revision()],
    ..DECISION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![
        Route::new(&ASSESS, assess),
        Route::new(&PROPOSE, async |request: DecisionRequest, accept: Accept, body: RequestBody| {
            plan(Kind::Proposal, request, accept, body).await
        }),
        Route::new(&EXPLAIN, async |request: DecisionRequest, accept: Accept, body: RequestBody| {
            plan(Kind::Explanation, request, accept, body).await
        }),
        Route::new(&HEALTH, async |request: DecisionRequest, accept: Accept, body: RequestBody| {
            plan(Kind::Health, request, accept, body).await
        }),
        Route::new(&REVIEW, async |request: DecisionRequest, accept: Accept, body: RequestBody| {
            plan(Kind::Review, request, accept, body).await
        }),
        Route::new(&COMPARE, compare),
    ]
}

async fn assess(request: DecisionRequest, accept: Accept, body: RequestBody) -> Responded {
    let media = body.expect_media(&[JSON, NDJSON])?;
    accept.choose(&[media])?;
    let question = request.question(Kind::Assessment, Form::Json).await?;
    request.lanes.admit(Lane::Decide, question.owner())?;
    let limits = request.gate.limits;
    if media == NDJSON {
        body.expect_streamable()?;
        question.expect_revision()?;
        let memory = body.reserve(limits.line.bytes, &request.stores.bodies)?;
        return Ok(batch::respond(question, request.lanes, limits, body, memory));
    }
    let body = body.read(limits.line, &request.stores.bodies).await?;
    let responses = &request.stores.responses;
    responses.once(&request.idempotency, &body.clone(), question.respond(Lane::Decide, body)).await
}

async fn plan(kind: Kind, request: DecisionRequest, accept: Accept, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let formats = [(JSON, Form::Json), (CSV, Form::Csv), (XLSX, Form::Xlsx), (HTML, Form::Html)];
    let (offered, forms): (Vec<&'static str>, Vec<Form>) =
        formats.into_iter().filter(|(_, form)| kind.forms().contains(form)).unzip();
    let chosen = accept.choose(&offered)?;
    let form = offered.iter().zip(forms).find(|(media, _)| **media == chosen).map_or(Form::Json, |(_, form)| form);
    let question = request.question(kind, form).await?;
    if body.stated_length().is_none_or(|length| length > SMALL_BODY as u64) {
        request.lanes.admit(Lane::Plan, question.owner())?;
    }
    let body = body.read(request.gate.limits.book, &request.stores.bodies).await?;
    // A book of a few partners is decided as fast as a single one, and must not wait behind a whole channel. The body
    // says nothing about the size of a stored book.
    let is_small = body.len() <= SMALL_BODY && request::base_book(&body).is_none();
    let lane = if is_small { Lane::Decide } else { Lane::Plan };
    request.stores.responses.once(&request.idempotency, &body.clone(), question.respond(lane, body)).await
}

/// Parts of a comparison beside its body.
struct ComparisonRequest {
    vendor: VendorPath,
    before: Before,
    after: After,
    defaults: Defaults,
    context: Context,
    span: RequestSpan,
}

impl FromRequestParts<App> for ComparisonRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let AsOf(as_of) = AsOf::from_request_parts(parts, app).await?;
        let PeriodQuery(period) = PeriodQuery::from_request_parts(parts, app).await?;
        Ok(Self {
            vendor: VendorPath::from_request_parts(parts, app).await?,
            before: Before::from_request_parts(parts, app).await?,
            after: After::from_request_parts(parts, app).await?,
            defaults: Defaults { as_of, period },
            context: Context::from_request_parts(parts, app).await?,
            span: RequestSpan::from_request_parts(parts, app).await?,
        })
    }
}

async fn compare(State(app): State<App>, request: ComparisonRequest, accept: Accept, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    accept.choose(&[JSON])?;
    let ComparisonRequest { vendor, before, after, defaults, context, span } = request;
    let after = app.vendors.revision(&vendor.0, after.0.as_deref()).await?;
    let before = app.vendors.past(&vendor.0, &before.0).await?;
    let owner = Owner { token: context.caller.name.clone(), vendor: Arc::clone(&after.plugin.vendor) };
    app.lanes.admit(Lane::Plan, &owner)?;
    let body = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let (limits, right) = (limits_of(&app.gate), Arc::clone(&after));
    let books = VendorBooks::new(&app.stores.books, &after, &limits);
    let work = move || request::compare(side_of(&before), side_of(&right), &body, &defaults, &books, &limits);
    let made = app.lanes.run(Lane::Plan, &owner, traced(span.0.as_ref(), "compare", work)).await?;
    let answer = made.map_err(|refusal| problem_of(&refusal))?;
    Ok(with_revision(after.revision(), respond::body(answer.media_type, answer.bytes)))
}

fn side_of(active: &Active<VendorPlugin>) -> request::Revision<'_> {
    request::Revision { plugin: &active.plugin, files: &active.files }
}
