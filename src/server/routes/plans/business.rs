//! Joint business plans: what a person sees of them, as documents and pages.

use super::request::{OPERATION, PlanRequest, tag_of};
use crate::finding::Finding;
use crate::ledger::plan::LedgerFault;
use crate::report::record::{BusinessSheet, write_business_plan};
use crate::server::http::conditional::with_tag;
use crate::server::http::media::{HTML, JSON, Media};
use crate::server::http::negotiation::Accept;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::path::PartnerPath;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::respond::{Responded, body, document};
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::plans::{now, problem_of};
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

static LIST: Operation = Operation {
    id: "business_plans",
    path: "/v1/vendors/{vendor}/plans/{plan}/business-plans",
    summary: "Joint business plans of a plan of record",
    doc: "Those of the partners that the person sees and that have one, ascending by partner. A partner sees its own only.",
    replies: &[Reply::ok("The business plans.", &[Media::json("BusinessPlans")])],
    ..OPERATION
};
static FIND: Operation = Operation {
    id: "business_plan",
    path: "/v1/vendors/{vendor}/plans/{plan}/business-plans/{partner}",
    summary: "The joint business plan of a partner",
    doc: "Quotas, objectives, activities, signatures and the review. It is changed with the command `business_plan`. As a page, it is for printing.",
    replies: &[Reply::ok("The business plan.", &[Media::json("BusinessPlan"), Media::plain(HTML)])],
    problems: &[ProblemKind::PlanUnknown, ProblemKind::LineUnknown, ProblemKind::LedgerUnavailable],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&LIST, list), Route::new(&FIND, find)]
}

/// Joint business plans.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessPlans")]
pub struct BusinessPlansDocument {
    /// Ascending by partner.
    business_plans: Vec<BusinessSheet>,
}

async fn list(State(app): State<App>, request: PlanRequest) -> Responded {
    let made = app.plans.run(move |ledger| {
        let found = request.find(ledger)?;
        let view = found.view()?;
        let partners: BTreeSet<&String> = found.plan.state.business_plans.keys().collect();
        let today = now().date_naive();
        let sheets = partners.into_iter().filter_map(|partner| BusinessSheet::new(&view, partner, today));
        Ok((tag_of(&view), BusinessPlansDocument { business_plans: sheets.collect() }))
    });
    let (tag, sheets) = made.await?;
    Ok(with_tag(&tag, document(&sheets)?))
}

async fn find(State(app): State<App>, request: PlanRequest, partner: PartnerPath, accept: Accept) -> Responded {
    let media = accept.choose(&[JSON, HTML])?;
    let made = app.plans.run(move |ledger| {
        let found = request.find(ledger)?;
        let view = found.view()?;
        let sheet = BusinessSheet::new(&view, &partner.0, now().date_naive());
        let unknown = || LedgerFault::UnknownLine { line: partner.0.to_string(), near: None };
        let sheet = sheet.ok_or_else(|| problem_of(&Finding::from(unknown()).into()))?;
        Ok((tag_of(&view), sheet))
    });
    let (tag, sheet) = made.await?;
    if media == JSON {
        return Ok(with_tag(&tag, document(&sheet)?));
    }
    let mut page = Vec::new();
    write_business_plan(&sheet, &mut page)
        .map_err(|fault| Problem::new(ProblemKind::Internal, format!("the page cannot be written: {fault}")))?;
    Ok(with_tag(&tag, body(HTML, page)))
}
