//! Session: who asks, and what the grants of the ledger allow them.

use super::request::{OPERATION, seat_of};
use crate::ledger::people::Standing;
use crate::ledger::plan::{AmendmentCode, Command};
use crate::server::http::access::Scope;
use crate::server::http::context::Context;
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::plans::{Seat, problem_of};
use crate::units::{Currency, Money};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

static SESSION: Operation = Operation {
    id: "session",
    path: "/v1/session",
    summary: "The person who asks, with their rights",
    doc: "The person of the token or the session, or of `Quotient-Person` on a server without tokens, with the vendors of whose plans they see something and the commands that some grant allows.",
    replies: &[Reply::ok("The session.", &[Media::json("Session")])],
    problems: &[ProblemKind::LedgerUnavailable],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&SESSION, session)]
}

/// The person who asks, with their rights.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub struct SessionDocument {
    /// The person; null on a server without tokens when the request names none.
    person: Option<String>,
    /// True when the person signed in with a password: the session can be ended with `DELETE`.
    is_session: bool,
    /// True on a server without tokens, where the request names the person.
    is_open: bool,
    /// Person who uses the pages of this machine unless another one is named; null if not known.
    usual_person: Option<String>,
    /// True when the caller can read, check and compare files of vendors here.
    has_authoring: bool,
    /// True when the caller may give and revoke grants.
    is_admin: bool,
    /// Vendors of whose plans the person sees something, ascending.
    vendors: Vec<SessionVendor>,
}

/// Rights of a person in the plans of a vendor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionVendor {
    /// Vendor.
    vendor: String,
    /// True when the person sees whole plans, with target, reserve and totals.
    sees_whole: bool,
    /// True when the person acts for a partner.
    is_partner: bool,
    /// True when the person may open plans.
    may_open: bool,
    /// Names of the commands that some grant allows.
    commands: Vec<&'static str>,
}

/// Returns one command of each name; only its name counts.
fn each() -> Vec<Command> {
    let (lines, keys, reason) = (Vec::new, Vec::new, String::new);
    vec![
        Command::Distribute { lines: keys() },
        Command::Offer { lines: lines(), reply_by: None },
        Command::Counter { lines: Vec::new(), by: None, evidence: Vec::new() },
        Command::Accept { lines: keys(), by: None, reason: reason(), evidence: Vec::new() },
        Command::Escalate { lines: keys(), reason: reason() },
        Command::Resolve { lines: lines(), assign: false },
        Command::Approve { lines: keys(), note: reason(), role: None },
        Command::ApproveTotal { reason: reason(), role: None },
        Command::Return { lines: keys(), reason: reason() },
        Command::Lock { lines: keys() },
        Command::Amend { lines: lines(), effective_from: NaiveDate::MIN, code: AmendmentCode::Error },
        Command::Withdraw { lines: keys(), reason: reason() },
        Command::ApplySilence {},
        Command::ChangeTarget { target: Money::zero(Currency::USD), reason: reason() },
        Command::BusinessPlan { partner_id: reason(), changes: Vec::new() },
        Command::Close { reason: reason() },
    ]
}

impl SessionVendor {
    fn new(vendor: &str, standing: &Standing) -> Self {
        Self {
            vendor: vendor.to_owned(),
            sees_whole: standing.sees_whole(),
            is_partner: standing.is_partner(),
            may_open: standing.may_open(),
            commands: each().iter().filter(|command| standing.may(command)).map(Command::name).collect(),
        }
    }
}

/// The person of a request, with the vendors that their token is for.
struct SessionRequest {
    seat: Seat,
    vendors: Vec<String>,
    has_authoring: bool,
    is_admin: bool,
    is_session: bool,
}

impl FromRequestParts<App> for SessionRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let context = Context::from_request_parts(parts, app).await?;
        let catalog = app.vendors.library.current();
        let vendors = catalog.vendors().map(|(name, _)| name.to_string());
        let vendors = vendors.filter(|vendor| context.caller.sees(vendor)).collect();
        let is_admin = context.caller.may(Scope::Admin, None).is_ok();
        let has_authoring = app.gate.has_authoring() && is_admin;
        let is_session = context.caller.session.is_some();
        Ok(Self { seat: seat_of(parts, app).await?, vendors, has_authoring, is_admin, is_session })
    }
}

async fn session(State(app): State<App>, asked: SessionRequest) -> Responded {
    let SessionRequest { seat, vendors, has_authoring, is_admin, is_session } = asked;
    let usual_person = app.plans.local.as_ref().map(|local| local.person.clone());
    let made = app.plans.run(move |ledger| {
        let mut seen = Vec::new();
        ledger.expect_signed_in(&seat).map_err(|findings| problem_of(&findings))?;
        for vendor in vendors {
            let standing = ledger.standing(&seat, &vendor).map_err(|findings| problem_of(&findings))?;
            seen.extend(standing.sees_anything().then(|| SessionVendor::new(&vendor, &standing)));
        }
        let is_open = seat.is_open();
        let person = seat.person;
        Ok(SessionDocument { is_session, is_open, person, usual_person, has_authoring, is_admin, vendors: seen })
    });
    document(&made.await?)
}
