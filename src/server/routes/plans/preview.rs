//! Preview: the lines that pay for a new figure of one line, before it is agreed.

use super::plan_book::PlanOrigin;
use super::preview_document::PreviewDocument;
use super::request::{Found, OPERATION, PlanRequest, tag_of};
use crate::finding::{Finding, Findings, Place};
use crate::ledger::people::PeopleFault;
use crate::ledger::plan::{Change, Header, LedgerFault, Line, LineKey};
use crate::ledger::rebalance::{Preview, Rebalancing, Scope as Reach, free_lines};
use crate::ledger::store::Digest;
use crate::ledger::view::View;
use crate::request::FILE;
use crate::server::http::conditional::with_tag;
use crate::server::http::context::Context;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::question::limits_of;
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::books::VendorBooks;
use crate::server::state::lanes::Lane;
use crate::server::state::plans::{Ledger, problem_of};
use crate::server::state::turns::Owner;
use crate::units::{Money, MoneyError};
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

static PREVIEW: Operation = Operation {
    id: "plan_preview",
    method: "POST",
    path: "/v1/vendors/{vendor}/plans/{plan}/previews",
    summary: "Who pays for a new figure of one line",
    doc: "Records nothing. Lines that are settled, offered at a changed figure, or waiting for a decision stay as they are; the others are balanced again by the rules and the book that the plan was opened with. The rules run once; further previews of the plan only settle again. A person sees the preview if they see every line that may move.",
    body: &[Media::json("PreviewPlan")],
    replies: &[Reply::ok("The preview.", &[Media::json("PlanPreview")])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::LineUnknown,
        ProblemKind::RoleMissing,
        ProblemKind::StateConflict,
        ProblemKind::RevisionUnknown,
        ProblemKind::BookUnknown,
        ProblemKind::PlanInfeasible,
        ProblemKind::RulesFailed,
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
    vec![Route::new(&PREVIEW, preview)]
}

/// A new figure to preview.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PreviewPlan")]
pub struct PreviewRequest {
    /// The line with its new figure.
    change: Change,
    /// Lines that may move; `channel` if omitted.
    scope: Option<Reach>,
    /// Request of the proposal, a body of `proposals`; the one that the plan was opened with if omitted.
    #[schemars(with = "Option<serde_json::Value>")]
    proposal: Option<Box<RawValue>>,
}

async fn preview(State(app): State<App>, request: PlanRequest, context: Context, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let bytes = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let request = Arc::new(request);
    let own = Arc::clone(&request);
    let (found, asked, origin) = app
        .plans
        .run(move |ledger| {
            let found = own.find(ledger)?;
            let asked: PreviewRequest = parse(&bytes)?;
            expect_seen(&found.view()?, &asked)?;
            let origin = proposal_of(ledger, &found, asked.proposal.as_deref())?;
            Ok((found, asked, origin))
        })
        .await?;
    let header = found.plan.state.header.clone().ok_or_else(super::request::unknown)?;
    let active = app.vendors.past(&request.vendor, &header.revision).await?;
    let owner = Owner { token: context.caller.name.clone(), vendor: Arc::clone(&active.plugin.vendor) };
    let limits = limits_of(&app.gate);
    let books = VendorBooks::new(&app.stores.books, &active, &limits);
    let ledger = Arc::clone(app.plans.ledger()?);
    let plans = Arc::clone(&app.plans);
    let work = move || {
        let assess = || -> Result<Rebalancing, Problem> {
            let assess =
                |book: &_, members| Rebalancing::new(&active.plugin, book, members, &found.plan.state, &|_, _| {});
            let (request, plugin) = (origin.as_deref(), &active.plugin);
            let origin = PlanOrigin { plans: &plans, header: &header, request, plugin, books: &books, limits: &limits };
            origin.with(assess)?.map_err(|findings| problem_of(&findings))
        };
        let rebalancing = ledger.rebalancing(&key_of(&header), assess)?;
        shown(&found, &asked, |view, line, figure| {
            rebalancing.lock().preview(&active.plugin, &view.plan().state, line, figure, asked.reach())
        })
    };
    let (tag, shown) = app.lanes.run(Lane::Plan, &owner, work).await??;
    Ok(with_tag(&tag, document(&shown)?))
}

impl PreviewRequest {
    fn reach(&self) -> Reach {
        self.scope.unwrap_or(Reach::Channel)
    }
}

/// Returns what assessments depend on.
fn key_of(header: &Header) -> String {
    // The digest of the proposal stands for its locks and targets.
    let Header { vendor, revision, book, as_of, period, proposal, .. } = header;
    format!("{vendor} {revision} {book} {as_of} {period} {proposal}")
}

/// Refuses a preview of a line that the person does not see, or that would show lines that they do not see.
fn expect_seen(view: &View<'_>, asked: &PreviewRequest) -> Result<(), Problem> {
    let key = &asked.change.line;
    let Some(seen) = view.line(key) else {
        let place = Place::Member { file: FILE.to_owned(), pointer: "/change/line".to_owned(), value: key.to_string() };
        let finding = Finding::from(LedgerFault::UnknownLine { line: key.to_string(), near: None }).at(place);
        return Err(problem_of(&finding.into()));
    };
    if view.is_whole() {
        return Ok(());
    }
    let is_hidden = |key: &&LineKey| view.line(key).is_none_or(|seen| seen.partner.is_some());
    let moving = free_lines(&view.plan().state, seen.line, asked.reach());
    if seen.partner.is_some() || asked.reach() == Reach::Channel || moving.keys().any(is_hidden) {
        return Err(problem_of(&Finding::from(PeopleFault::NotShown {}).into()));
    }
    Ok(())
}

/// Returns the request of the proposal: the one of the body, or the stored one; `None` when there is neither.
pub fn proposal_of(ledger: &Ledger, found: &Found, asked: Option<&RawValue>) -> Result<Option<Vec<u8>>, Problem> {
    if let Some(proposal) = asked {
        return Ok(Some(proposal.get().as_bytes().to_vec()));
    }
    let request = found.plan.state.header.as_ref().and_then(|header| header.request.clone());
    let Some(digest) = request.and_then(|digest| digest.parse::<Digest>().ok()) else { return Ok(None) };
    ledger.read(|store| store.get(&digest)).map_err(|fault| problem_of(&Findings::from(Finding::from(fault))))
}

/// Returns the entity tag and the document of a preview.
fn shown(
    found: &Found,
    asked: &PreviewRequest,
    preview: impl FnOnce(&View<'_>, &Line, Money) -> Result<Preview, Findings>,
) -> Result<(String, PreviewDocument), Problem> {
    let view = found.view()?;
    let (Some(seen), Some(figure)) = (view.line(&asked.change.line), asked.change.figure) else {
        let fault = LedgerFault::NoFigure { line: asked.change.line.to_string() };
        return Err(problem_of(&Finding::from(fault).into()));
    };
    if figure.currency() != seen.line.figure.currency() || figure.is_negative() {
        let (line, currency) = (asked.change.line.to_string(), seen.line.figure.currency().to_string());
        let fault = LedgerFault::Figure { line, figure: figure.to_string(), currency };
        return Err(problem_of(&Finding::from(fault).into()));
    }
    let made = preview(&view, seen.line, figure).map_err(|findings| infeasible(&findings))?;
    let range =
        |error: MoneyError| problem_of(&Finding::from(LedgerFault::TotalRange { reason: error.to_string() }).into());
    Ok((tag_of(&view), PreviewDocument::new(&made, view.version(), view.is_whole()).map_err(range)?))
}

/// Returns the problem of a figure that no movement of the others can balance.
fn infeasible(findings: &Findings) -> Problem {
    Problem::from_findings(ProblemKind::PlanInfeasible, findings)
}
