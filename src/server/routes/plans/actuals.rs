//! Values of business plans from a book: what a book says about objectives with a source and activities with a tag.

use super::command::after;
use super::event_document::PlanChangeDocument;
use super::request::{Found, OPERATION, PlanRequest, tag_of};
use crate::channel::PartnerBook;
use crate::finding::{Finding, Findings};
use crate::ledger::Loaded;
use crate::ledger::actuals::Actuals;
use crate::ledger::people::PeopleFault;
use crate::ledger::plan::{BusinessChange, Command, Side};
use crate::request::{FILE, with_proposal};
use crate::server::http::conditional::with_tag;
use crate::server::http::context::Context;
use crate::server::http::header;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::RequestBody;
use crate::server::http::respond::{Responded, document};
use crate::server::routes::question::{limits_of, problem_of as refused};
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::books::VendorBooks;
use crate::server::state::lanes::Lane;
use crate::server::state::plans::{Ledger, NotGiven, problem_of};
use crate::server::state::turns::Owner;
use axum::extract::State;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

static RECORD: Operation = Operation {
    id: "plan_actuals",
    method: "POST",
    path: "/v1/vendors/{vendor}/plans/{plan}/actuals",
    summary: "Record what a book says about the business plans",
    doc: "Values of objectives with a `source`, and the opportunities of activities with a `tag`, of the partners that the person sees from the vendor's side, as one command. The body is one of `proposals`, of which `book` and `as_of` count. A value that the book does not have stays as it is; one that is recorded already is not recorded again.",
    headers: &[header::IF_MATCH, header::PERSON],
    body: &[Media::json("ProposalRequest")],
    replies: &[Reply::ok("What was recorded.", &[Media::json("PlanChange")])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::RoleMissing,
        ProblemKind::StateConflict,
        ProblemKind::VersionChanged,
        ProblemKind::VersionNeeded,
        ProblemKind::RevisionUnknown,
        ProblemKind::BookUnknown,
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
    vec![Route::new(&RECORD, record)]
}

async fn record(State(app): State<App>, request: PlanRequest, context: Context, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let bytes = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let request = Arc::new(request);
    let own = Arc::clone(&request);
    let found = app.plans.run(move |ledger| admitted(ledger, &own)).await?;
    let header = found.plan.state.header.clone().ok_or_else(super::request::unknown)?;
    let active = app.vendors.past(&request.vendor, &header.revision).await?;
    let owner = Owner { token: context.caller.name.clone(), vendor: Arc::clone(&active.plugin.vendor) };
    let limits = limits_of(&app.gate);
    let books = VendorBooks::new(&app.stores.books, &active, &limits);
    let work = move || {
        let read = |book: &PartnerBook, asked: crate::planning::Request| commands(&found, book, asked.as_of);
        with_proposal(&active.plugin, &bytes, &books, &limits, read).map_err(|refusal| refused(&refusal))?
    };
    let commands = app.lanes.run(Lane::Plan, &owner, work).await??;
    let made = app.plans.run(move |ledger| give(ledger, &request, &commands));
    let (tag, change) = made.await?;
    Ok(with_tag(&tag, document(&change)?))
}

/// Finds the plan for a person who may record what books say.
fn admitted(ledger: &Ledger, request: &PlanRequest) -> Result<Found, Problem> {
    let found = request.find(ledger)?;
    let person = request.seat.actor()?.person;
    let book = Some(String::new());
    let change = BusinessChange::Actual { objective: String::new(), value: Decimal::ZERO, as_of: NaiveDate::MIN, book };
    let example = Command::BusinessPlan { partner_id: String::new(), changes: vec![change] };
    if !found.standing.may(&example) {
        let fault = PeopleFault::NotGranted { person, command: example.name().to_owned() };
        return Err(problem_of(&Finding::from(fault).into()));
    }
    request.expect_version(&found.view()?)?;
    Ok(found)
}

/// Returns what the book says about the partners that the person sees from the vendor's side.
fn commands(found: &Found, book: &PartnerBook, as_of: Option<NaiveDate>) -> Result<Vec<Command>, Problem> {
    let missing = || Problem::new(ProblemKind::InputRefused, "`as_of` is missing: the date that the values are of");
    let (as_of, view, state) = (as_of.ok_or_else(missing)?, found.view()?, &found.plan.state);
    let seen = state.business_plans.keys().filter(|partner| view.business_side(partner) == Some(Side::Vendor));
    let seen: Vec<String> = seen.cloned().collect();
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Actuals::of(state, book, as_of, &seen).map_err(|finding| problem_of(&finding.into()))?.commands)
}

fn give(ledger: &Ledger, request: &PlanRequest, commands: &[Command]) -> Result<(String, PlanChangeDocument), Problem> {
    let standing = request.find(ledger)?.standing;
    let actor = request.seat.actor()?;
    let admit = |plan: &Arc<Loaded>| {
        let found = request.examined(Found { plan: Arc::clone(plan), standing: standing.clone() })?;
        let view = found.view()?;
        let refusals = commands.iter().map(|command| view.refusals(command, &actor.person, FILE));
        let refused: Findings = refusals.flatten().collect();
        if refused.has_errors() { Err(problem_of(&refused)) } else { Ok(()) }
    };
    let given = ledger.give(&request.plan, commands, &actor, None, admit);
    let (before, given) = given.map_err(|not_given| match not_given {
        NotGiven::Refused(problem) => problem,
        NotGiven::Findings(findings) => problem_of(&findings),
    })?;
    let (first, head) = (given.events.first().map_or(u64::MAX, |event| event.number), given.head.to_string());
    let found = Found { plan: Arc::new(after(&before, given)?), standing };
    let view = found.view()?;
    Ok((tag_of(&view), PlanChangeDocument::new(&view, first, head, Some(&actor.person))?))
}
