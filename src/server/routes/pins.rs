//! Decisions of people about vendors: pins and rollbacks.

use super::route::Route;
use super::vendor_documents::VendorDocument;
use crate::audit::ActKind;
use crate::channel::Name;
use crate::finding::{Code, Findings};
use crate::library::{Hold, Pin, VendorLibrary};
use crate::server::fleet::follow::Fleet;
use crate::server::fleet::shared::Held;
use crate::server::http::access::Scope;
use crate::server::http::conditional::{Conditions, with_revision};
use crate::server::http::context::Context;
use crate::server::http::header::{IDEMPOTENCY_KEY, IF_MATCH};
use crate::server::http::idempotency::Idempotency;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::path::VendorPath;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{QueryParameter, Reason};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, document};
use crate::server::state::acts::{Requested, recorded};
use crate::server::state::app::App;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use std::sync::Arc;
use std::time::SystemTime;

/// Longest reason, in characters.
const MAX_REASON: usize = 1_000;

const PINS: Operation = Operation {
    group: "vendors",
    scope: Scope::Admin,
    headers: &[IDEMPOTENCY_KEY, IF_MATCH],
    body: &[Media::json("PinRequest")],
    replies: &[Reply::ok("The state of the vendor.", &[Media::json("Vendor")]).with_revision()],
    problems: &[
        ProblemKind::VendorUnknown,
        ProblemKind::RevisionUnknown,
        ProblemKind::RevisionChanged,
        ProblemKind::NotRecorded,
        ProblemKind::StateUnavailable,
    ],
    ..Operation::POST
};

static PIN: Operation = Operation {
    id: "pin",
    method: "PUT",
    path: "/v1/vendors/{vendor}/pin",
    summary: "Pin a revision",
    doc: "Uses the revision until the pin is removed, whatever the content of the directory. With `If-Match`, only while that revision is in use.",
    ..PINS
};
static UNPIN: Operation = Operation {
    id: "unpin",
    method: "DELETE",
    path: "/v1/vendors/{vendor}/pin",
    summary: "Remove the pin",
    doc: "The latest valid content of the directory is used again. A body `{\"reason\": …}` instead of the query is accepted as well.",
    query: &[Reason::PARAMETER],
    body: &[],
    problems: &[
        ProblemKind::VendorUnknown,
        ProblemKind::RevisionChanged,
        ProblemKind::InputRefused,
        ProblemKind::NotRecorded,
        ProblemKind::StateUnavailable,
    ],
    ..PINS
};
static ROLL_BACK: Operation = Operation {
    id: "rollback",
    path: "/v1/vendors/{vendor}/rollback",
    summary: "Roll back to an earlier revision",
    doc: "Until the directory has valid content other than the revision rolled back from.",
    ..PINS
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&PIN, pin), Route::new(&UNPIN, unpin), Route::new(&ROLL_BACK, roll_back)]
}

/// A revision to use, and the reason.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinRequest {
    /// Digest of the revision.
    revision: String,
    /// Reason, stored with the vendor's history.
    #[schemars(length(min = 1, max = 1000))]
    reason: String,
}

/// The reason to remove a pin.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnpinRequest {
    reason: String,
}

/// Adds the schemas of this group's documents.
pub fn schemas(generator: &mut SchemaGenerator) {
    generator.subschema_for::<PinRequest>();
}

/// A decision about a vendor.
#[derive(Debug)]
enum Decision {
    Pin(PinRequest),
    RollBack(PinRequest),
    Unpin(UnpinRequest),
}

impl Decision {
    fn reason(&self) -> &str {
        match self {
            Self::Pin(request) | Self::RollBack(request) => &request.reason,
            Self::Unpin(request) => &request.reason,
        }
    }

    /// Returns the decision as the decision log records it.
    fn requested(&self, vendor: &Name) -> Requested {
        let (kind, revision) = match self {
            Self::Pin(request) => (ActKind::Pin, Some(request.revision.clone())),
            Self::RollBack(request) => (ActKind::RollBack, Some(request.revision.clone())),
            Self::Unpin(_) => (ActKind::Unpin, None),
        };
        Requested { kind, vendor: Some(Name::clone(vendor)), revision, reason: Some(self.reason().to_owned()) }
    }
}

/// Parts of a decision beside its body.
struct DecisionParts {
    vendor: VendorPath,
    conditions: Conditions,
    context: Context,
    idempotency: Idempotency,
}

impl FromRequestParts<App> for DecisionParts {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            vendor: VendorPath::from_request_parts(parts, app).await?,
            conditions: Conditions::from_request_parts(parts, app).await?,
            context: Context::from_request_parts(parts, app).await?,
            idempotency: Idempotency::from_request_parts(parts, app).await?,
        })
    }
}

async fn pin(State(app): State<App>, parts: DecisionParts, body: RequestBody) -> Responded {
    decide(app, parts, body, |bytes| parse(bytes).map(Decision::Pin)).await
}

async fn unpin(State(app): State<App>, parts: DecisionParts, reason: Reason, body: RequestBody) -> Responded {
    let Some(reason) = reason.0 else {
        if !body.has_media() {
            return Err(Problem::new(ProblemKind::ParameterInvalid, "the query parameter `reason` is missing"));
        }
        return decide(app, parts, body, |bytes| parse(bytes).map(Decision::Unpin)).await;
    };
    app.vendors.expect_known(&parts.vendor.0)?;
    let make = carry_out(&app, &parts, move || Ok(Decision::Unpin(UnpinRequest { reason })));
    app.stores.responses.once(&parts.idempotency, &[], make).await
}

async fn roll_back(State(app): State<App>, parts: DecisionParts, body: RequestBody) -> Responded {
    decide(app, parts, body, |bytes| parse(bytes).map(Decision::RollBack)).await
}

type Read = fn(&[u8]) -> Result<Decision, Problem>;

async fn decide(app: App, parts: DecisionParts, body: RequestBody, read: Read) -> Responded {
    let vendor = &parts.vendor.0;
    app.vendors.expect_known(vendor)?;
    body.expect_media(&[JSON])?;
    let bytes = body.read(app.gate.limits.line, &app.stores.bodies).await?;
    let make = carry_out(&app, &parts, || read(&bytes));
    app.stores.responses.once(&parts.idempotency, &bytes, make).await
}

async fn carry_out(app: &App, parts: &DecisionParts, read: impl FnOnce() -> Result<Decision, Problem>) -> Responded {
    let (vendors, vendor) = (&app.vendors, &parts.vendor.0);
    let known = waiting(&app.fleet, Name::clone(vendor), |fleet, vendor| fleet.catch_up(&vendor)).await?;
    // Compared with the revision in use once the body has arrived, and not for a repeated request.
    {
        let catalog = vendors.library.current();
        let Some(state) = catalog.vendor(vendor) else { return Err(vendors.unknown(vendor)) };
        parts.conditions.expect(state.revision().unwrap_or_default())?;
    }
    let decision = read()?;
    if !(1..=MAX_REASON).contains(&decision.reason().trim().chars().count()) {
        let detail = format!("`reason` must have 1 to {MAX_REASON} characters");
        return Err(Problem::new(ProblemKind::InputRefused, detail));
    }
    let requested = decision.requested(vendor);
    let who = parts.context.caller_name().map(str::to_owned);
    let library = Arc::clone(&vendors.library);
    let done = settle((Arc::clone(&app.fleet), known), library, Name::clone(vendor), decision, who);
    recorded(&app.telemetry, vendors, &parts.context, requested, done).await?;
    let catalog = vendors.library.current();
    let Some(state) = catalog.vendor(vendor) else { return Err(vendors.unknown(vendor)) };
    let response = document(&VendorDocument::new(vendor, state))?;
    Ok(with_revision(state.revision().unwrap_or_default(), response))
}

/// Asks the replicas on a thread that may wait.
async fn waiting<T: Send + 'static>(
    fleet: &Arc<Fleet>,
    vendor: Name,
    ask: impl FnOnce(&Fleet, Name) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let fleet = Arc::clone(fleet);
    let asked = tokio::task::spawn_blocking(move || ask(&fleet, vendor)).await;
    asked.map_err(|_| Problem::new(ProblemKind::Internal, "the replicas could not be asked"))?
}

/// Carries out a decision on a thread that may wait: here, or in all replicas that share state.
async fn settle(
    (fleet, known): (Arc<Fleet>, Option<u64>),
    library: Arc<VendorLibrary>,
    vendor: Name,
    decision: Decision,
    who: Option<String>,
) -> Result<(), Problem> {
    let settle = move |fleet: &Fleet, vendor: Name| match known {
        Some(known) => {
            if let Decision::Pin(request) | Decision::RollBack(request) = &decision {
                library.prepare(&vendor, &request.revision).map_err(|findings| refused(&findings))?;
            }
            fleet.decide(held(&library, vendor, decision, who), known)
        }
        None => {
            let done = match &decision {
                Decision::Pin(request) => library.pin(&vendor, &request.revision, &request.reason, who.as_deref()),
                Decision::RollBack(request) => {
                    library.roll_back(&vendor, &request.revision, &request.reason, who.as_deref())
                }
                Decision::Unpin(request) => library.unpin(&vendor, &request.reason, who.as_deref()),
            };
            done.map_err(|findings| refused(&findings))
        }
    };
    waiting(&fleet, vendor, settle).await
}

/// Returns a decision as the shared state has it.
fn held(library: &VendorLibrary, vendor: Name, decision: Decision, who: Option<String>) -> Held {
    let (when, reason) = (SystemTime::now().into(), decision.reason().to_owned());
    let pin = match decision {
        Decision::Pin(request) => {
            let hold = Hold::UntilUnpinned;
            Some(Pin { revision: request.revision.into(), reason: request.reason, who: who.clone(), when, hold })
        }
        Decision::RollBack(request) => {
            let (catalog, revision) = (library.current(), request.revision.into());
            catalog.vendor(&vendor).map(|state| state.rollback(revision, request.reason, who.clone(), when))
        }
        Decision::Unpin(_) => None,
    };
    Held { vendor, version: 0, pin, who, reason }
}

fn refused(findings: &Findings) -> Problem {
    let is_unknown = findings.iter().any(|finding| finding.code() == Code::RevisionUnknown);
    let kind = if is_unknown { ProblemKind::RevisionUnknown } else { ProblemKind::InputRefused };
    Problem::from_findings(kind, findings)
}
