//! The agreement about one line.

use super::request::{OPERATION, PlanRequest};
use crate::finding::Finding;
use crate::ledger::agreement::Agreement;
use crate::ledger::plan::LedgerFault;
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{LineQuery, QueryParameter};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::route::Route;
use crate::server::state::plans::{Plans, problem_of};
use axum::extract::State;
use std::sync::Arc;

static AGREEMENT: Operation = Operation {
    id: "plan_agreement",
    path: "/v1/vendors/{vendor}/plans/{plan}/agreement",
    summary: "The agreement about one line",
    doc: "The figure that is accepted, assigned or in force, with the event that recorded it. `quotient ledger verify --anchor` takes a copy of the document: it finds a changed copy, and a history that was rewritten before that event. It is the same for both sides, and as often as it is read.",
    query: &[LineQuery::PARAMETER],
    replies: &[Reply::ok("The agreement.", &[Media::json("PlanAgreement")])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::LineUnknown,
        ProblemKind::StateConflict,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&AGREEMENT, agreement)]
}

async fn agreement(State(plans): State<Arc<Plans>>, request: PlanRequest, LineQuery(key): LineQuery) -> Responded {
    let made = plans.run(move |ledger| {
        let found = request.find(ledger)?;
        let missing = || Problem::new(ProblemKind::ParameterInvalid, "the query parameter `line` is missing");
        let key = key.ok_or_else(missing)?;
        if found.view()?.line(&key).is_none() {
            let fault = LedgerFault::UnknownLine { line: key.to_string(), near: None };
            return Err(problem_of(&Finding::from(fault).into()));
        }
        let read = ledger.read(|store| Agreement::of(store, &found.plan, &key));
        read.map_err(|findings| problem_of(&findings))?
            .ok_or_else(|| Problem::new(ProblemKind::StateConflict, format!("line `{key}` has no agreement yet")))
    });
    document(&made.await?)
}
