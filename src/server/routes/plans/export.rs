//! Export: the quotas in force, as `quotient review` and other systems read them.

use super::request::{OPERATION, PlanRequest, tag_of};
use crate::finding::Finding;
use crate::ledger::plan::LedgerFault;
use crate::ledger::view::View;
use crate::report::ReportFault;
use crate::report::record::{Agreed, agreed, write_csv, write_json, write_xlsx};
use crate::server::http::conditional::with_tag;
use crate::server::http::media::{CSV, JSON, Media, XLSX};
use crate::server::http::negotiation::Accept;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::respond::{Responded, body};
use crate::server::routes::route::Route;
use crate::server::state::plans::{Plans, problem_of};
use axum::extract::State;
use std::sync::Arc;

static EXPORT: Operation = Operation {
    id: "plan_quotas",
    path: "/v1/vendors/{vendor}/plans/{plan}/quotas",
    summary: "The quotas in force",
    doc: "The same document as `quotient plan export`, with the head of the ledger. A person who sees a part of the plan gets the quotas of that part; a partner reads own quotas in the lines.",
    replies: &[Reply::ok("The quotas.", &[Media::plain(JSON), Media::plain(CSV), Media::plain(XLSX)])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::RoleMissing,
        ProblemKind::StateConflict,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&EXPORT, export)]
}

async fn export(State(plans): State<Arc<Plans>>, request: PlanRequest, accept: Accept) -> Responded {
    let media = accept.choose(&[JSON, CSV, XLSX])?;
    let made = plans.run(move |ledger| {
        let found = request.find(ledger)?;
        let view = found.view()?;
        expect_vendor_side(&view, "the export is for the vendor; partners read their quotas in the lines of the plan")?;
        let read = ledger.read(|store| agreed(store, &found.plan));
        let mut agreed = read.map_err(|findings| problem_of(&findings))?;
        agreed.version = view.version();
        agreed.lines.retain(|own| view.line(&own.line.key).is_some_and(|seen| seen.partner.is_none()));
        expect_in_force(&agreed)?;
        let mut bytes = Vec::new();
        let written = match media {
            CSV => write_csv(&agreed, &mut bytes),
            XLSX => write_xlsx(&agreed, &mut bytes),
            _ => write_json(&agreed, &mut bytes),
        };
        written.map_err(|fault| unwritten(&fault))?;
        Ok((tag_of(&view), bytes))
    });
    let (tag, bytes) = made.await?;
    Ok(with_tag(&tag, body(media, bytes)))
}

/// Refuses a person who sees lines as their partner only.
pub fn expect_vendor_side(view: &View<'_>, detail: &str) -> Result<(), Problem> {
    if !view.is_whole() && view.lines(None).all(|seen| seen.partner.is_some()) {
        return Err(Problem::new(ProblemKind::RoleMissing, detail));
    }
    Ok(())
}

/// Refuses quotas of which none is in force, in the words for a plan without any: a person learns nothing of other lines.
pub fn expect_in_force(agreed: &Agreed<'_>) -> Result<(), Problem> {
    if agreed.lines.is_empty() {
        let fault = LedgerFault::NothingInForce { plan: agreed.header.name.clone() };
        return Err(problem_of(&Finding::from(fault).into()));
    }
    Ok(())
}

/// Returns the problem of quotas that cannot be written.
pub fn unwritten(fault: &ReportFault) -> Problem {
    Problem::new(ProblemKind::InputRefused, format!("the quotas cannot be written: {fault}"))
}
