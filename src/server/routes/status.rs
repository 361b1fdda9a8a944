//! Replicas, and the revisions with which they decide.

use super::route::Route;
use super::vendor_documents::time;
use crate::server::fleet::shared::{Replica, View};
use crate::server::fleet::waiting::unavailable;
use crate::server::http::context::Context;
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::respond::{Responded, document};
use crate::server::state::app::App;
use axum::extract::State;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

static STATUS: Operation = Operation {
    id: "status",
    path: "/v1/status",
    group: "vendors",
    summary: "Replicas, and the revision with which each decides",
    doc: "The replicas that share the state directory (`--state`); without one, the list is empty. During a roll-out, `vendors` shows how far it is. A replica that has not reported for five seconds is gone; one that ended is not listed.",
    replies: &[Reply::ok("The replicas.", &[Media::json("Status")])],
    problems: &[ProblemKind::StateUnavailable],
    ..Operation::GET
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&STATUS, status)]
}

/// Replicas and the revisions with which they decide.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    /// Name of the replica that responds; null when no state is shared.
    replica: Option<String>,
    /// Ascending by name; empty when no state is shared.
    replicas: Vec<ReplicaDocument>,
    /// Vendors that the caller may see, with the revisions that decide in the replicas that are present.
    vendors: BTreeMap<String, VendorStatus>,
}

/// A replica.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Replica")]
pub struct ReplicaDocument {
    /// Name.
    name: String,
    /// Unique id of its process.
    id: String,
    /// Start, RFC 3339.
    started: String,
    /// Time of its last report, RFC 3339, on its clock.
    last_seen: String,
    /// False once it has not reported for five seconds.
    is_present: bool,
    /// Digest of the revision that decides, by vendor; null if none does.
    revisions: BTreeMap<String, Option<String>>,
}

/// Revisions of a vendor in all replicas.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VendorStatus {
    /// True when all replicas that are present decide with one revision.
    is_agreed: bool,
    /// Digests that decide in a replica that is present, ascending.
    revisions: Vec<String>,
}

/// Adds the schemas of this group's documents.
pub fn schemas(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Status>();
}

async fn status(State(app): State<App>, context: Context) -> Responded {
    let fleet = Arc::clone(&app.fleet);
    let view = tokio::task::spawn_blocking(move || fleet.view().transpose()).await;
    let view = view.map_err(|_| Problem::new(ProblemKind::Internal, "the replicas could not be asked"))?;
    let view = view.map_err(unavailable)?.unwrap_or_default();
    let catalog = app.vendors.library.current();
    let visible = catalog.vendors().filter(|(name, _)| context.caller.sees(name));
    let vendors = visible.map(|(name, state)| (name.to_string(), vendor_status(name, state.revision(), &view)));
    document(&Status {
        replica: view.replicas.iter().find(|replica| replica.is_own).map(|replica| replica.name.clone()),
        vendors: vendors.collect(),
        replicas: view.replicas.into_iter().map(|replica| replica_document(replica, &context)).collect(),
    })
}

/// Returns the revisions of a vendor in the replicas that are present; `own` decides here.
fn vendor_status(vendor: &str, own: Option<&str>, view: &View) -> VendorStatus {
    let others = view.replicas.iter().filter(|replica| replica.is_present && !replica.is_own);
    let others = others.map(|replica| replica.report.revisions.get(vendor).cloned().flatten());
    let decide: BTreeSet<Option<String>> = others.chain([own.map(str::to_owned)]).collect();
    VendorStatus { is_agreed: decide.len() == 1, revisions: decide.into_iter().flatten().collect() }
}

fn replica_document(replica: Replica, context: &Context) -> ReplicaDocument {
    let revisions = replica.report.revisions.into_iter().filter(|(vendor, _)| context.caller.sees(vendor));
    ReplicaDocument {
        name: replica.name,
        id: replica.id,
        started: time(replica.started),
        last_seen: time(replica.seen),
        is_present: replica.is_present,
        revisions: revisions.collect(),
    }
}
