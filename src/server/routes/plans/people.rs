//! People: the grants of the ledger, for administrators.

use super::request::{OPERATION, seat_of};
use crate::finding::{Finding, Findings};
use crate::ledger::people::{Grant, Held, PeopleFault, Reach, Role};
use crate::ledger::plan::wire;
use crate::server::http::access::{Caller, Scope};
use crate::server::http::context::Context;
use crate::server::http::header;
use crate::server::http::idempotency::Idempotency;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::path::GrantPath;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{QueryParameter, Reason};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::plans::{Ledger, Seat, now, problem_of};
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An operation on grants, to be completed.
const GRANTS: Operation = Operation {
    scope: Scope::Admin,
    headers: &[header::PERSON],
    problems: &[ProblemKind::LedgerUnavailable],
    ..OPERATION
};

static LIST: Operation = Operation {
    id: "people",
    path: "/v1/people",
    summary: "Grants of persons",
    doc: "Every grant that was ever given, with the person who gave it, what it reaches, and how many partners of the plans in the ledger that are. For administrators.",
    replies: &[Reply::ok("The grants.", &[Media::json("People")])],
    ..GRANTS
};

static GIVE: Operation = Operation {
    id: "grant",
    method: "POST",
    path: "/v1/people/grants",
    summary: "Give a person a role",
    doc: "The grant is an event of the ledger, with the person who gives it. On a server without tokens the first grant restricts everyone to what they are granted.",
    headers: &[header::IDEMPOTENCY_KEY, header::PERSON],
    body: &[Media::json("NewGrant")],
    replies: &[Reply { status: 201, doc: "The grants.", media: &[Media::json("People")], has_revision: false }],
    problems: &[ProblemKind::InputRefused, ProblemKind::StateConflict, ProblemKind::LedgerUnavailable],
    ..GRANTS
};

static REVOKE: Operation = Operation {
    id: "revoke",
    method: "DELETE",
    path: "/v1/people/grants/{grant}",
    summary: "Revoke a grant",
    doc: "The grant ends at once; it stays in the list with the person who revoked it.",
    query: &[Reason::PARAMETER],
    replies: &[Reply::ok("The grants.", &[Media::json("People")])],
    problems: &[
        ProblemKind::GrantUnknown,
        ProblemKind::StateConflict,
        ProblemKind::ReasonMissing,
        ProblemKind::LedgerUnavailable,
    ],
    ..GRANTS
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&LIST, list), Route::new(&GIVE, give), Route::new(&REVOKE, revoke)]
}

/// Grants of persons.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "People")]
pub struct PeopleDocument {
    /// True on a server without tokens before the first grant, where everyone may do everything.
    is_unrestricted: bool,
    /// Grants, ascending by number.
    grants: Vec<GrantDocument>,
}

/// A grant: a role of a person, with what it reaches.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Grant")]
struct GrantDocument {
    /// Number of its event in the ledger.
    grant: u64,
    /// Id of the person or service.
    person: String,
    /// Role.
    role: Role,
    /// Vendor; null for all.
    vendor: Option<String>,
    /// Partner ids; empty for all.
    partners: Vec<String>,
    /// Account managers, as books name them; empty for all.
    managers: Vec<String>,
    /// Territories; empty for all.
    territories: Vec<String>,
    /// Product lines; empty for all.
    product_lines: Vec<String>,
    /// Roles of `approval.csv` in which an approver approves; empty for all.
    approves: Vec<String>,
    /// First date on which it holds; null for no limit.
    #[schemars(extend("format" = "date"))]
    from: Option<String>,
    /// Last date on which it holds; null for no limit.
    #[schemars(extend("format" = "date"))]
    until: Option<String>,
    /// Reason; empty without one.
    reason: String,
    /// Person who gave it.
    given_by: String,
    /// Time at which it was given.
    #[schemars(extend("format" = "date-time"))]
    given_at: String,
    /// Person who revoked it; null while it is not revoked.
    revoked_by: Option<String>,
    /// True when it holds today.
    holds: bool,
    /// Partners that it reaches in the plans of the ledger.
    sees_partners: usize,
}

/// A role to give to a person.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewGrant")]
pub struct GrantRequest {
    /// Id of the person or service, as tokens and `Quotient-Person` name it.
    #[schemars(length(min = 1, max = 200))]
    person: String,
    /// Role.
    role: Role,
    /// Vendor; all if omitted.
    vendor: Option<String>,
    /// Partner ids; all if omitted.
    #[serde(default)]
    partners: Vec<String>,
    /// Account managers, as books name them; all if omitted.
    #[serde(default)]
    managers: Vec<String>,
    /// Territories; all if omitted.
    #[serde(default)]
    territories: Vec<String>,
    /// Product lines; all if omitted.
    #[serde(default)]
    product_lines: Vec<String>,
    /// Roles of `approval.csv` in which an approver approves; all if omitted.
    #[serde(default)]
    approves: Vec<String>,
    /// First date on which it holds; no limit if omitted.
    #[serde(default, with = "wire::optional_date")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    from: Option<NaiveDate>,
    /// Last date on which it holds; no limit if omitted.
    #[serde(default, with = "wire::optional_date")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    until: Option<NaiveDate>,
    /// Reason.
    #[serde(default)]
    reason: String,
}

impl From<GrantRequest> for Grant {
    fn from(asked: GrantRequest) -> Self {
        Self {
            person: asked.person,
            role: asked.role,
            reach: Reach {
                vendor: asked.vendor,
                partners: asked.partners,
                managers: asked.managers,
                territories: asked.territories,
                product_lines: asked.product_lines,
            },
            approves: asked.approves,
            from: asked.from,
            until: asked.until,
            reason: asked.reason.trim().to_owned(),
        }
    }
}

impl PeopleDocument {
    fn of(ledger: &Ledger, asked: &PeopleRequest) -> Result<Self, Findings> {
        ledger.expect_signed_in(&asked.seat)?;
        let people = ledger.people()?;
        let mut plans = Vec::new();
        for head in ledger.heads()? {
            plans.push(ledger.plan(&head.plan)?);
        }
        let sees = |reach: &Reach| {
            let vendor = |plan: &crate::ledger::Loaded| plan.state.header.as_ref().map(|header| header.vendor.clone());
            let own = plans.iter().filter(|plan| vendor(plan).is_some_and(|vendor| reach.is_of(&vendor)));
            let lines = own.flat_map(|plan| plan.state.lines.values()).filter(|line| reach.has(line));
            lines.map(|line| line.key.partner_id.as_str()).collect::<BTreeSet<_>>().len()
        };
        let own = people.all().iter().filter(|held| asked.governs(&held.grant));
        let grants = own.map(|held| GrantDocument::of(held, sees(&held.grant.reach))).collect();
        Ok(Self { is_unrestricted: asked.seat.is_open() && people.all().is_empty(), grants })
    }
}

impl GrantDocument {
    fn of(held: &Held, reached: usize) -> Self {
        let Grant { person, role, reach, approves, from, until, reason } = held.grant.clone();
        let holds = held.revoked_by.is_none() && held.grant.holds_on(now().date_naive());
        Self {
            grant: held.number,
            person,
            sees_partners: if role.side().is_some() { reached } else { 0 },
            role,
            vendor: reach.vendor,
            partners: reach.partners,
            managers: reach.managers,
            territories: reach.territories,
            product_lines: reach.product_lines,
            approves,
            from: from.map(|date| date.to_string()),
            until: until.map(|date| date.to_string()),
            reason,
            given_by: held.by.clone(),
            given_at: held.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            revoked_by: held.revoked_by.clone(),
            holds,
        }
    }
}

/// Returns the problem of a refused grant.
fn refused(findings: &Findings) -> Problem {
    let is_unknown = |cause: &PeopleFault| matches!(cause, PeopleFault::UnknownGrant { .. });
    match findings.iter().any(|finding| finding.cause::<PeopleFault>().is_some_and(is_unknown)) {
        true => Problem::from_findings(ProblemKind::GrantUnknown, findings),
        false => problem_of(findings),
    }
}

/// The person of a request, and the vendors that its token is for.
struct PeopleRequest {
    seat: Seat,
    caller: Caller,
}

impl FromRequestParts<App> for PeopleRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let seat = seat_of(parts, app).await?;
        let caller = Context::from_request_parts(parts, app).await?.caller.clone();
        Ok(Self { seat, caller })
    }
}

impl PeopleRequest {
    /// True for a grant that reaches no vendor beyond those of the token.
    fn governs(&self, grant: &Grant) -> bool {
        match &grant.reach.vendor {
            Some(vendor) => self.caller.sees(vendor),
            None => self.caller.is_for_all_vendors(),
        }
    }
}

async fn list(State(app): State<App>, request: PeopleRequest) -> Responded {
    let made = app.plans.run(move |ledger| PeopleDocument::of(ledger, &request).map_err(|found| problem_of(&found)));
    document(&made.await?)
}

async fn give(
    State(app): State<App>,
    request: PeopleRequest,
    idempotency: Idempotency,
    body: RequestBody,
) -> Responded {
    body.expect_media(&[JSON])?;
    let bytes = body.read(app.gate.limits.line, &app.stores.bodies).await?;
    let content = bytes.clone();
    let made = app.plans.run(move |ledger| {
        let asked: Grant = parse::<GrantRequest>(&content)?.into();
        let actor = request.seat.actor()?;
        ledger.expect_signed_in(&request.seat).map_err(|findings| problem_of(&findings))?;
        if !request.governs(&asked) {
            let detail = "the token is for some vendors: name one of them in `vendor`";
            return Err(Problem::new(ProblemKind::ScopeMissing, detail));
        }
        ledger.grant(&asked, &actor).map_err(|findings| refused(&findings))?;
        PeopleDocument::of(ledger, &request).map_err(|findings| problem_of(&findings))
    });
    let make = async {
        let mut response = document(&made.await?)?;
        *response.status_mut() = StatusCode::CREATED;
        Ok(response)
    };
    app.stores.responses.once(&idempotency, &bytes, make).await
}

async fn revoke(
    State(app): State<App>,
    request: PeopleRequest,
    GrantPath(number): GrantPath,
    reason: Reason,
) -> Responded {
    let made = app.plans.run(move |ledger| {
        let actor = request.seat.actor()?;
        ledger.expect_signed_in(&request.seat).map_err(|findings| problem_of(&findings))?;
        let grant = number.parse().unwrap_or_default();
        let people = ledger.people().map_err(|findings| problem_of(&findings))?;
        // A grant beyond the vendors of the token is one that does not exist.
        let is_foreign = people.all().iter().any(|held| held.number == grant && !request.governs(&held.grant));
        if is_foreign {
            return Err(refused(&Findings::from(Finding::from(PeopleFault::UnknownGrant { grant }))));
        }
        let reason = reason.0.unwrap_or_default();
        ledger.revoke(grant, &reason, &actor).map_err(|findings| refused(&findings))?;
        PeopleDocument::of(ledger, &request).map_err(|findings| problem_of(&findings))
    });
    document(&made.await?)
}
