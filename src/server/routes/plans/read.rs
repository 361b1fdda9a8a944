//! Reading: plans, lines and events, as far as a person sees them.

use super::documents::{PlanDocument, PlansDocument};
use super::event_document::EventsDocument;
use super::line_document::LinesDocument;
use super::request::{AsKnown, Found, OPERATION, PlanRequest, seat_of, tag_of};
use crate::ledger::view::{SeenLine, View};
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Parameter, Reply};
use crate::server::http::path::VendorPath;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{
    AfterEvent, AfterLine, AsOfVersion, ChangedSince, KnownOn, Limit, ManagerQuery, OfLine, QueryParameter, StateQuery,
};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::plans::{Plans, Seat, problem_of};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use std::sync::Arc;

const AS_KNOWN: [Parameter; 2] = [AsOfVersion::PARAMETER, KnownOn::PARAMETER];

static LIST: Operation = Operation {
    id: "plans",
    path: "/v1/vendors/{vendor}/plans",
    summary: "Plans of record of a vendor",
    doc: "Those that the person sees, ascending by name.",
    replies: &[Reply::ok("The plans.", &[Media::json("Plans")])],
    problems: &[ProblemKind::LedgerUnavailable],
    ..OPERATION
};
static FIND: Operation = Operation {
    id: "plan",
    path: "/v1/vendors/{vendor}/plans/{plan}",
    summary: "One plan: stage, totals, lines by state and account manager",
    doc: "The entity tag is the version that commands name in `If-Match`. `version` or `known_on` shows the plan as it was known.",
    query: &AS_KNOWN,
    replies: &[Reply::ok("The plan.", &[Media::json("Plan")])],
    ..OPERATION
};
static LINES: Operation = Operation {
    id: "plan_lines",
    path: "/v1/vendors/{vendor}/plans/{plan}/lines",
    summary: "Lines of a plan, by page",
    doc: "Only the lines that the person sees; a partner sees own lines from the first offer on. `next` is the value of `after` for the next page.",
    query: &[
        StateQuery::PARAMETER,
        ManagerQuery::PARAMETER,
        ChangedSince::PARAMETER,
        AfterLine::PARAMETER,
        Limit::PARAMETER,
        AsOfVersion::PARAMETER,
        KnownOn::PARAMETER,
    ],
    replies: &[Reply::ok("A page of lines.", &[Media::json("PlanLines")])],
    ..OPERATION
};
static EVENTS: Operation = Operation {
    id: "plan_events",
    path: "/v1/vendors/{vendor}/plans/{plan}/events",
    summary: "History of a plan, by page",
    doc: "Every move with person, time and reason. A person who sees a part of the plan gets the events of that part, counted in it.",
    query: &[OfLine::PARAMETER, AfterEvent::PARAMETER, Limit::PARAMETER],
    replies: &[Reply::ok("A page of events.", &[Media::json("PlanEvents")])],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&LIST, list), Route::new(&FIND, find), Route::new(&LINES, lines), Route::new(&EVENTS, events)]
}

/// The person and the vendor of a list.
struct ListRequest {
    vendor: String,
    seat: Seat,
}

impl FromRequestParts<App> for ListRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let vendor = VendorPath::from_request_parts(parts, app).await?.0.to_string();
        Ok(Self { vendor, seat: seat_of(parts, app).await? })
    }
}

async fn list(State(plans): State<Arc<Plans>>, ListRequest { vendor, seat }: ListRequest) -> Responded {
    let made = plans.run(move |ledger| {
        let standing = ledger.standing(&seat, &vendor).map_err(|findings| problem_of(&findings))?;
        let mut shown = Vec::new();
        let heads = if standing.sees_anything() { ledger.heads() } else { Ok(Vec::new()) };
        for head in heads.map_err(|findings| problem_of(&findings))? {
            let plan = ledger.plan(&head.plan).map_err(|findings| problem_of(&findings))?;
            let is_own = plan.state.header.as_ref().is_some_and(|header| header.vendor == vendor);
            if let Some(view) = View::new(&plan, &standing).filter(|_| is_own) {
                shown.push(PlanDocument::new(&view)?);
            }
        }
        Ok(PlansDocument { plans: shown })
    });
    document(&made.await?)
}

async fn find(State(plans): State<Arc<Plans>>, request: PlanRequest, known: AsKnown) -> Responded {
    let conditions = request.conditions.clone();
    let made = plans.run(move |ledger| {
        let found = request.find(ledger)?.back_to(&known)?;
        let view = found.view()?;
        Ok((tag_of(&view), PlanDocument::new(&view)?))
    });
    let (tag, plan) = made.await?;
    Ok(conditions.respond_tagged(&tag, document(&plan)?))
}

/// Filters of a page of lines.
struct LinesQuery {
    state: StateQuery,
    manager: ManagerQuery,
    changed_since: ChangedSince,
    after: AfterLine,
    limit: Limit,
    known: AsKnown,
}

impl FromRequestParts<App> for LinesQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            state: StateQuery::from_request_parts(parts, app).await?,
            manager: ManagerQuery::from_request_parts(parts, app).await?,
            changed_since: ChangedSince::from_request_parts(parts, app).await?,
            after: AfterLine::from_request_parts(parts, app).await?,
            limit: Limit::from_request_parts(parts, app).await?,
            known: AsKnown::from_request_parts(parts, app).await?,
        })
    }
}

async fn lines(State(plans): State<Arc<Plans>>, request: PlanRequest, query: LinesQuery) -> Responded {
    let conditions = request.conditions.clone();
    let made = plans.run(move |ledger| {
        let found: Found = request.find(ledger)?.back_to(&query.known)?;
        let view = found.view()?;
        let is_meant = |seen: &SeenLine<'_>| {
            query.state.0.is_none_or(|state| seen.state() == state)
                && query.manager.0.as_ref().is_none_or(|name| seen.line.manager.as_ref() == Some(name))
                && query.changed_since.0.is_none_or(|version| view.changed(*seen) > version)
        };
        Ok((tag_of(&view), LinesDocument::new(&view, query.after.0.as_ref(), query.limit.0, is_meant)))
    });
    let (tag, page) = made.await?;
    Ok(conditions.respond_tagged(&tag, document(&page)?))
}

async fn events(
    State(plans): State<Arc<Plans>>,
    request: PlanRequest,
    line: OfLine,
    after: AfterEvent,
    limit: Limit,
) -> Responded {
    let made = plans.run(move |ledger| {
        let found = request.find(ledger)?;
        let person = request.seat.person.as_deref();
        EventsDocument::new(&found.view()?, line.0.as_ref(), (after.0, limit.0), person)
    });
    document(&made.await?)
}
