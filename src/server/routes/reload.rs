//! Reloading on request.

use super::route::Route;
use crate::channel::Name;
use crate::finding::FindingDocument;
use crate::library::{ReloadOutcome, State as VendorState, VendorReport};
use crate::plugin::is_vendor_name;
use crate::server::http::access::Scope;
use crate::server::http::context::Context;
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::path::VendorPath;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::respond::{Responded, document};
use crate::server::state::acts::{Requested, recorded};
use crate::server::state::telemetry::Telemetry;
use crate::server::state::vendors::{Vendors, shutting_down};
use axum::extract::State;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

const RELOADS: Operation = Operation {
    group: "vendors",
    scope: Scope::Admin,
    replies: &[Reply::ok("The outcome.", &[Media::json("Reload")])],
    problems: &[ProblemKind::NotRecorded],
    headers: &[],
    ..Operation::POST
};

static RELOAD: Operation = Operation {
    id: "reload",
    path: "/v1/reload",
    summary: "Reload all directories",
    doc: "Responds once every vendor was read and checked, and then activated or refused; `is_success` is the actual outcome.",
    ..RELOADS
};
static RELOAD_VENDOR: Operation = Operation {
    id: "reload_vendor",
    path: "/v1/vendors/{vendor}/reload",
    summary: "Reload one vendor's directory",
    doc: "Does not wait for other vendors.",
    problems: &[ProblemKind::VendorUnknown, ProblemKind::NotRecorded],
    ..RELOADS
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&RELOAD, reload), Route::new(&RELOAD_VENDOR, reload_vendor)]
}

/// Outcome of a requested reload.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reload {
    /// True if every vendor uses its intended revision.
    is_success: bool,
    /// Number of the generation in use afterwards.
    generation: u64,
    /// Outcome per vendor.
    vendors: BTreeMap<String, ReloadedVendor>,
    /// Findings about directories that could not be read completely.
    faults: Vec<FindingDocument>,
}

/// State of one vendor after a reload.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReloadedVendor {
    /// `active`, `degraded` or `failed`; `gone` if its directory is.
    #[schemars(extend("enum" = ["active", "degraded", "failed", "gone"]))]
    state: &'static str,
    /// Digest of the revision in use; null if none is.
    revision: Option<String>,
    /// Digest of the content of the directory; null if it cannot be read.
    disk_revision: Option<String>,
    /// True if this reload changed something.
    is_changed: bool,
    /// False if the directory never settled or the check is still running, so that the report describes the past.
    is_complete: bool,
    /// Errors and warnings.
    findings: Vec<FindingDocument>,
}

/// Adds the schemas of this group's documents.
pub fn schemas(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Reload>();
}

/// Refuses a caller whose token is for some vendors only.
fn expect_all_vendors(context: &Context) -> Result<(), Problem> {
    if context.caller.is_for_all_vendors() {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::ScopeMissing, "the token is for some vendors only"))
}

async fn reload(
    State(vendors): State<Arc<Vendors>>,
    State(telemetry): State<Arc<Telemetry>>,
    context: Context,
) -> Responded {
    expect_all_vendors(&context)?;
    let library = Arc::clone(&vendors.library);
    let reload = outcome_of(move || library.reload_now());
    let outcome = recorded(&telemetry, &vendors, &context, Requested::reload(None), reload).await?;
    document(&Reload::from(&outcome))
}

async fn reload_vendor(
    State(vendors): State<Arc<Vendors>>,
    State(telemetry): State<Arc<Telemetry>>,
    context: Context,
    VendorPath(vendor): VendorPath,
) -> Responded {
    if !is_vendor_name(&vendor) {
        return Err(vendors.unknown(&vendor));
    }
    let (library, name) = (Arc::clone(&vendors.library), Name::clone(&vendor));
    let requested = Requested::reload(Some(Name::clone(&vendor)));
    let reload = outcome_of(move || library.reload_vendor(&name));
    let outcome = recorded(&telemetry, &vendors, &context, requested, reload).await?;
    // A vendor without a state is gone, if it ever existed.
    let exists = outcome.vendors.get(&vendor).is_some_and(|report| report.state.is_some());
    if !exists && !vendors.library.current().departed().contains_key(&vendor) {
        return Err(vendors.unknown(&vendor));
    }
    document(&Reload::from(&outcome))
}

/// Reloads on a thread that may wait.
async fn outcome_of(reload: impl FnOnce() -> ReloadOutcome + Send + 'static) -> Result<ReloadOutcome, Problem> {
    let outcome = tokio::task::spawn_blocking(reload).await;
    let outcome = outcome.map_err(|_| Problem::new(ProblemKind::Internal, "the reload failed"))?;
    if outcome.is_stopped { Err(shutting_down()) } else { Ok(outcome) }
}

impl From<&VendorReport> for ReloadedVendor {
    fn from(report: &VendorReport) -> Self {
        Self {
            state: report.state.map_or("gone", VendorState::as_str),
            revision: report.active.as_deref().map(str::to_owned),
            disk_revision: report.disk.as_deref().map(str::to_owned),
            is_changed: report.is_changed,
            is_complete: report.is_complete,
            findings: FindingDocument::grouped(&report.findings),
        }
    }
}

impl From<&ReloadOutcome> for Reload {
    fn from(outcome: &ReloadOutcome) -> Self {
        Self {
            is_success: outcome.is_success(),
            generation: outcome.generation,
            vendors: outcome.vendors.iter().map(|(name, report)| (name.to_string(), report.into())).collect(),
            faults: FindingDocument::grouped(&outcome.faults),
        }
    }
}
