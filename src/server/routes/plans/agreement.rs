//! The agreement about one line: a document that both sides keep, and that proves what the ledger contained.

use super::line_document::time;
use super::request::{Found, OPERATION, PlanRequest};
use crate::finding::{Fault, Finding};
use crate::ledger::canonical;
use crate::ledger::plan::{EventBody, LedgerFault, LineKey, PlanEvent};
use crate::ledger::store::{Digest, Head};
use crate::ledger::view::SeenLine;
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{LineQuery, QueryParameter};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::route::Route;
use crate::server::state::plans::{Ledger, Plans, problem_of};
use crate::units::Money;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// Schema of the document.
const SCHEMA: &str = "quotient.agreement/1";

static AGREEMENT: Operation = Operation {
    id: "plan_agreement",
    path: "/v1/vendors/{vendor}/plans/{plan}/agreement",
    summary: "The agreement about one line",
    doc: "The figure that is accepted, assigned or in force, with the event that recorded it. `quotient ledger verify --anchor` takes a copy of the document, and finds a history that was rewritten before that event. It is the same for both sides, and as often as it is read.",
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

/// The agreement about one line of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanAgreement")]
pub struct AgreementDocument {
    /// `sha256:` with the digest of the other members in canonical JSON: members ascending by name, without spaces.
    digest: String,
    #[serde(flatten)]
    content: Content,
}

/// Members of an agreement that its digest covers.
#[derive(Debug, Serialize, JsonSchema)]
struct Content {
    /// Name and version of this schema.
    schema: &'static str,
    /// Vendor.
    vendor: String,
    /// Name of the plan.
    plan: String,
    /// Label of the planning period.
    period: String,
    /// First date of the period.
    #[schemars(extend("format" = "date"))]
    first_day: String,
    /// Last date of the period.
    #[schemars(extend("format" = "date"))]
    last_day: String,
    /// Id of the line.
    line: String,
    /// Partner id.
    partner_id: String,
    /// Name of the partner.
    partner_name: String,
    /// Product line; null at a grain without.
    product_line: Option<String>,
    /// Territory; null at a grain without.
    territory: Option<String>,
    /// ISO 4217 code of the amounts.
    currency: String,
    /// Figure that is accepted or assigned, or in force, an exact amount.
    figure: String,
    /// Person who accepted for the partner; null without an acceptance.
    accepted_by: Option<String>,
    /// Time of the acceptance.
    #[schemars(extend("format" = "date-time"))]
    accepted_at: Option<String>,
    /// True when the figure is assigned without the partner's acceptance.
    is_assigned: bool,
    /// Date from which the figure is in force; null before the first lock.
    #[schemars(extend("format" = "date"))]
    in_force_from: Option<String>,
    /// Number and hash of the event of the ledger that recorded it.
    head: String,
}

async fn agreement(State(plans): State<Arc<Plans>>, request: PlanRequest, LineQuery(key): LineQuery) -> Responded {
    let made = plans.run(move |ledger| {
        let found = request.find(ledger)?;
        let missing = || Problem::new(ProblemKind::ParameterInvalid, "the query parameter `line` is missing");
        let key = key.ok_or_else(missing)?;
        let view = found.view()?;
        let Some(seen) = view.line(&key) else {
            let fault = LedgerFault::UnknownLine { line: key.to_string(), near: None };
            return Err(problem_of(&Finding::from(fault).into()));
        };
        let not_agreed = || {
            let detail = format!("line `{key}` is neither accepted nor assigned nor in force");
            Problem::new(ProblemKind::StateConflict, detail)
        };
        let terms = Terms::of(seen).ok_or_else(not_agreed)?;
        let head = head_of(ledger, &found, &key)?.ok_or_else(not_agreed)?;
        content(&found, seen, terms, &head).and_then(AgreementDocument::new)
    });
    document(&made.await?)
}

/// Terms that both sides agreed on.
struct Terms {
    figure: Money,
    accepted: Option<(String, String)>,
    is_assigned: bool,
    in_force_from: Option<String>,
}

impl Terms {
    /// Returns the terms of a line as its reader sees it; `None` without an agreement.
    fn of(seen: SeenLine<'_>) -> Option<Self> {
        let line = seen.line;
        let (figure, accepted, is_assigned, in_force) = match seen.partner {
            Some(partner) => (partner.figure, partner.accepted.clone(), partner.assigned, partner.in_force),
            None => {
                let acceptance = line.acceptance.as_ref().map(|accepted| (accepted.partner.clone(), accepted.at));
                let in_force = line.figure_in_force().map(|in_force| (in_force.figure, in_force.from));
                (line.figure, acceptance, line.assigned, in_force)
            }
        };
        let is_agreed = accepted.is_some() || is_assigned || in_force.is_some();
        let accepted = accepted.map(|(by, at)| (by, time(at)));
        let is_open = accepted.is_none() && !is_assigned;
        is_agreed.then(|| Self {
            // While another figure is negotiated, the one in force is agreed.
            figure: in_force.filter(|_| is_open).map_or(figure, |(figure, _)| figure),
            accepted,
            is_assigned,
            in_force_from: in_force.map(|(_, from)| from.to_string()),
        })
    }
}

/// Returns the event with which the line was agreed, assigned or locked last.
fn head_of(ledger: &Ledger, found: &Found, key: &LineKey) -> Result<Option<Head>, Problem> {
    let is_agreement = |body: &EventBody| match body {
        EventBody::Accepted(_) | EventBody::Locked(_) => true,
        EventBody::Resolved(body) => body.assigned,
        _ => false,
    };
    let is_last =
        |event: &PlanEvent| is_agreement(&event.body) && event.body.step().is_some_and(|(line, _)| line == key);
    let Some(before) = found.plan.events.iter().rposition(is_last) else { return Ok(None) };
    let after = u64::try_from(before).unwrap_or(u64::MAX);
    let read = ledger.read(|store| store.events(&found.plan.name, after));
    let events = read.map_err(|fault| problem_of(&Finding::from(fault).into()))?;
    Ok(events.first().map(|event| Head { number: event.number, hash: event.hash }))
}

fn content(found: &Found, seen: SeenLine<'_>, terms: Terms, head: &Head) -> Result<Content, Problem> {
    let header = found.plan.state.header.as_ref().ok_or_else(super::request::unknown)?;
    let (accepted_by, accepted_at) = terms.accepted.unzip();
    Ok(Content {
        schema: SCHEMA,
        vendor: header.vendor.clone(),
        plan: header.name.clone(),
        period: header.period.clone(),
        first_day: header.first_day.to_string(),
        last_day: header.last_day.to_string(),
        line: seen.line.key.to_string(),
        partner_id: seen.line.key.partner_id.clone(),
        partner_name: seen.line.partner_name.clone(),
        product_line: seen.line.key.product_line.clone(),
        territory: seen.line.key.territory.clone(),
        currency: header.currency.code().to_owned(),
        figure: terms.figure.to_exact(),
        accepted_by,
        accepted_at,
        is_assigned: terms.is_assigned,
        in_force_from: terms.in_force_from,
        head: head.to_string(),
    })
}

impl AgreementDocument {
    fn new(content: Content) -> Result<Self, Problem> {
        let internal = |reason: String| {
            tracing::error!(reason, "an agreement cannot be written");
            Problem::new(ProblemKind::Internal, "the agreement cannot be written")
        };
        let value = serde_json::to_value(&content).map_err(|error| internal(error.to_string()))?;
        let text = canonical(&value).map_err(|fault| internal(fault.message()))?;
        Ok(Self { digest: Digest::of(text.as_bytes()).to_string(), content })
    }
}
