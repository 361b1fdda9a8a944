//! Vendors: their state, their revisions, and their history.

use super::route::Route;
use super::vendor_documents::{VendorDocument, time};
use crate::finding::FindingDocument;
use crate::library::Attempt;
use crate::plugin::VendorFile;
use crate::server::http::conditional::{Conditions, with_revision};
use crate::server::http::context::Context;
use crate::server::http::header::IF_NONE_MATCH;
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::path::{RevisionPath, VendorPath};
use crate::server::http::problem::ProblemKind;
use crate::server::http::respond::{Responded, document};
use crate::server::state::vendors::Vendors;
use axum::extract::State;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::sync::Arc;

const VENDORS: Operation = Operation { group: "vendors", ..Operation::GET };

static LIST: Operation = Operation {
    id: "vendors",
    path: "/v1/vendors",
    summary: "Every vendor",
    doc: "Ascending by name. A token for some vendors sees only those.",
    replies: &[Reply::ok("The vendors.", &[Media::json("Vendors")])],
    ..VENDORS
};
static FIND: Operation = Operation {
    id: "vendor",
    path: "/v1/vendors/{vendor}",
    summary: "State of one vendor",
    doc: "The revision in use, whether it is the content of the directory, and every finding about that content. The revision is the entity tag: with `If-None-Match` the response is 304 while the same revision is in use and there are no findings.",
    replies: &[Reply::ok("The state of the vendor.", &[Media::json("Vendor")]).with_revision()],
    headers: &[IF_NONE_MATCH],
    problems: &[ProblemKind::VendorUnknown],
    ..VENDORS
};
static REVISIONS: Operation = Operation {
    id: "revisions",
    path: "/v1/vendors/{vendor}/revisions",
    summary: "Past revisions and history",
    doc: "Revisions that can be evaluated, pinned or rolled back to, and the history of the vendor.",
    replies: &[Reply::ok("The revisions.", &[Media::json("Revisions")]).with_revision()],
    problems: &[ProblemKind::VendorUnknown],
    ..VENDORS
};
static REVISION: Operation = Operation {
    id: "revision",
    path: "/v1/vendors/{vendor}/revisions/{revision}",
    summary: "The files of one revision",
    doc: "The exact files that decided.",
    replies: &[Reply::ok("The files.", &[Media::json("RevisionFiles")]).with_revision()],
    headers: &[IF_NONE_MATCH],
    problems: &[ProblemKind::VendorUnknown, ProblemKind::RevisionUnknown],
    ..VENDORS
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![
        Route::new(&LIST, list),
        Route::new(&FIND, find),
        Route::new(&REVISIONS, revisions),
        Route::new(&REVISION, revision),
    ]
}

/// Every vendor.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Vendors")]
pub struct VendorsDocument {
    /// Number of the generation, which increases with every change of a vendor.
    generation: u64,
    /// Ascending by name.
    vendors: Vec<VendorDocument>,
}

/// Past revisions of a vendor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Revisions {
    /// Name of the vendor's directory.
    vendor: String,
    /// Digest of the revision in use; null if none is.
    revision: Option<String>,
    /// Digests that can be evaluated, pinned or rolled back to; the latest at the end.
    revisions: Vec<String>,
    /// Events, oldest first.
    history: Vec<AttemptDocument>,
}

/// An event of a vendor's history.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttemptDocument {
    /// Time, RFC 3339.
    when: String,
    /// Outcome, for example `activated` or `refused`.
    outcome: &'static str,
    /// Digest of the revision; null if the directory could not be read or is gone.
    revision: Option<String>,
    /// Person who decided; null if not known.
    who: Option<String>,
    /// Reason of the person who decided; null if none did.
    reason: Option<String>,
    /// Findings; at most 10.
    findings: Vec<FindingDocument>,
}

/// The files of one revision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RevisionFiles {
    /// Name of the vendor's directory.
    vendor: String,
    /// Digest.
    revision: String,
    /// Ascending by path.
    files: Vec<RevisionFile>,
}

/// One file of a revision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RevisionFile {
    /// Path with its directory, for example `rules/meridian/history.rhai`.
    path: String,
    /// Content.
    text: String,
}

/// Adds the schemas of this group's documents.
pub fn schemas(generator: &mut SchemaGenerator) {
    generator.subschema_for::<VendorsDocument>();
    generator.subschema_for::<Revisions>();
    generator.subschema_for::<RevisionFiles>();
}

async fn list(State(vendors): State<Arc<Vendors>>, context: Context) -> Responded {
    let catalog = vendors.library.current();
    let visible = catalog.vendors().filter(|(name, _)| context.caller.sees(name));
    let vendors = visible.map(|(name, state)| VendorDocument::new(name, state)).collect();
    document(&VendorsDocument { generation: catalog.generation(), vendors })
}

async fn find(State(vendors): State<Arc<Vendors>>, vendor: VendorPath, conditions: Conditions) -> Responded {
    let catalog = vendors.library.current();
    let Some(state) = catalog.vendor(&vendor.0) else { return Err(vendors.unknown(&vendor.0)) };
    let response = document(&VendorDocument::new(&vendor.0, state))?;
    // While there are findings or a pin, the tag of the revision in use says nothing about the rest of the response.
    let is_calm = state.findings.is_empty() && state.pinned.is_none();
    Ok(match state.revision() {
        Some(revision) if is_calm => conditions.respond(revision, response),
        Some(revision) => with_revision(revision, response),
        None => response,
    })
}

async fn revisions(State(vendors): State<Arc<Vendors>>, vendor: VendorPath) -> Responded {
    let catalog = vendors.library.current();
    let Some(state) = catalog.vendor(&vendor.0) else { return Err(vendors.unknown(&vendor.0)) };
    let response = document(&Revisions {
        vendor: vendor.0.to_string(),
        revision: state.revision().map(str::to_owned),
        revisions: vendors.library.revisions(&vendor.0).iter().map(ToString::to_string).collect(),
        history: vendors.library.history(&vendor.0).iter().map(AttemptDocument::from).collect(),
    })?;
    Ok(match state.revision() {
        Some(revision) => with_revision(revision, response),
        None => response,
    })
}

impl From<&Attempt> for AttemptDocument {
    fn from(attempt: &Attempt) -> Self {
        Self {
            when: time(attempt.when),
            outcome: attempt.outcome.as_str(),
            revision: attempt.revision.as_deref().map(str::to_owned),
            who: attempt.who.clone(),
            reason: attempt.reason.clone(),
            findings: FindingDocument::grouped(&attempt.findings),
        }
    }
}

async fn revision(
    State(vendors): State<Arc<Vendors>>,
    vendor: VendorPath,
    revision: RevisionPath,
    conditions: Conditions,
) -> Responded {
    let active = vendors.past(&vendor.0, &revision.0).await?;
    let file = |file: &VendorFile| RevisionFile { path: file.shown.clone(), text: file.text.to_string() };
    let files = active.files.iter().map(file).collect();
    let files = RevisionFiles { vendor: vendor.0.to_string(), revision: revision.0.to_string(), files };
    Ok(conditions.respond(&revision.0, document(&files)?))
}
