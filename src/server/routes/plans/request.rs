//! Parts that operations on plans share: the plan of the path, the person, and the view of that person.

use crate::finding::Finding;
use crate::ledger::Loaded;
use crate::ledger::people::Standing;
use crate::ledger::plan::{LedgerFault, LineKey};
use crate::ledger::view::View;
use crate::server::http::access::Scope;
use crate::server::http::conditional::{Conditions, names};
use crate::server::http::context::Context;
use crate::server::http::header;
use crate::server::http::operation::Operation;
use crate::server::http::path::{PlanPath, VendorPath};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{AsOfVersion, KnownOn};
use crate::server::state::app::App;
use crate::server::state::gate::PLANS;
use crate::server::state::plans::{Ledger, Seat, problem_of};
use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use chrono::NaiveDate;
use std::sync::Arc;

/// Header that names the person on a server without tokens.
pub const PERSON: HeaderName = HeaderName::from_static("quotient-person");
/// Lines that a problem about a changed plan lists.
const MAX_LISTED: usize = 1_000;

/// An operation on plans, to be completed.
pub const OPERATION: Operation = Operation {
    group: PLANS,
    scope: Scope::Plan,
    headers: &[header::PERSON],
    problems: &[ProblemKind::PlanUnknown, ProblemKind::LedgerUnavailable],
    ..Operation::GET
};

/// The plan of a request, with the person whose request it is.
pub struct PlanRequest {
    /// Vendor.
    pub vendor: String,
    /// Name of the plan.
    pub plan: String,
    /// The person.
    pub seat: Seat,
    /// Conditions of the request.
    pub conditions: Conditions,
}

/// Returns the seat of a request.
pub async fn seat_of(parts: &mut Parts, app: &App) -> Result<Seat, Problem> {
    let context = Context::from_request_parts(parts, app).await?;
    let stated = parts.headers.get(PERSON).map(|value| value.to_str().map(str::trim));
    match stated.transpose() {
        Ok(stated) => Seat::new(&context.caller, stated.filter(|person| !person.is_empty())),
        Err(_) => Err(Problem::new(ProblemKind::ParameterInvalid, "`Quotient-Person` is not plain text")),
    }
}

impl FromRequestParts<App> for PlanRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            vendor: VendorPath::from_request_parts(parts, app).await?.0.to_string(),
            plan: PlanPath::from_request_parts(parts, app).await?.0.to_string(),
            seat: seat_of(parts, app).await?,
            conditions: Conditions::from_request_parts(parts, app).await?,
        })
    }
}

/// Version or date as of which a plan is shown.
pub struct AsKnown {
    version: Option<u64>,
    on: Option<NaiveDate>,
}

impl FromRequestParts<App> for AsKnown {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let AsOfVersion(version) = AsOfVersion::from_request_parts(parts, app).await?;
        let KnownOn(on) = KnownOn::from_request_parts(parts, app).await?;
        Ok(Self { version, on })
    }
}

/// Returns the one problem of a plan that does not exist and of one that the person may not see.
pub fn unknown() -> Problem {
    Problem::new(ProblemKind::PlanUnknown, "the ledger has no such plan of this vendor")
}

/// A plan with the standing of the person who asks.
pub struct Found {
    /// The plan.
    pub plan: Arc<Loaded>,
    /// Rights of the person.
    pub standing: Standing,
}

impl Found {
    /// Returns what the person sees; a plan of which that is nothing is unknown.
    pub fn view(&self) -> Result<View<'_>, Problem> {
        View::new(&self.plan, &self.standing).ok_or_else(unknown)
    }

    /// Returns the plan as it was known.
    pub fn back_to(self, known: &AsKnown) -> Result<Self, Problem> {
        let Some(version) = self.view()?.position(known.version, known.on) else { return Ok(self) };
        let plan = self.plan.at(version).map_err(|findings| problem_of(&findings))?;
        Ok(Self { plan: Arc::new(plan), standing: self.standing })
    }
}

impl PlanRequest {
    /// Finds the plan.
    pub fn find(&self, ledger: &Ledger) -> Result<Found, Problem> {
        self.find_for(ledger, &self.seat)
    }

    /// Finds the plan for a person whose rights may have changed since the request was made.
    pub fn find_for(&self, ledger: &Ledger, seat: &Seat) -> Result<Found, Problem> {
        let standing = ledger.standing(seat, &self.vendor).map_err(|findings| problem_of(&findings))?;
        if !standing.sees_anything() {
            return Err(unknown());
        }
        let plan = ledger.plan(&self.plan).map_err(|findings| problem_of(&findings))?;
        self.examined(Found { plan, standing })
    }

    /// Refuses a plan of another vendor, or one of which the person sees nothing.
    pub fn examined(&self, found: Found) -> Result<Found, Problem> {
        let is_own = found.plan.state.header.as_ref().is_some_and(|header| header.vendor == self.vendor);
        if !is_own {
            return Err(unknown());
        }
        found.view()?;
        Ok(found)
    }

    /// Refuses a command that was not decided on the version of the plan that the person sees now.
    pub fn expect_version(&self, view: &View<'_>) -> Result<(), Problem> {
        let Some(tags) = self.conditions.expected() else {
            let detail = format!("`If-Match` is missing; the plan has the entity tag \"{}\"", tag_of(view));
            return Err(Problem::new(ProblemKind::VersionNeeded, detail));
        };
        if names(tags, &tag_of(view)) {
            return Ok(());
        }
        let stated = |tag: &String| tag.trim_matches('"').rsplit_once('.')?.1.parse::<u64>().ok();
        let since = tags.iter().find_map(stated).unwrap_or_default();
        let lines = view.changed_since(since).into_iter().take(MAX_LISTED).map(LineKey::to_string).collect();
        let fault = LedgerFault::Moved { plan: self.plan.clone(), version: view.version(), since, lines };
        Err(Problem::from_findings(ProblemKind::VersionChanged, &Finding::from(fault).into()))
    }
}

/// Returns the entity tag of a plan as a person sees it: its name and version.
pub fn tag_of(view: &View<'_>) -> String {
    format!("{}.{}", view.plan().name, view.version())
}
