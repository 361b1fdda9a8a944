//! For authors, on a server started with `--authoring`: candidates are checked and not activated.

use super::route::Route;
use crate::finding::FindingDocument;
use crate::library::Validate;
use crate::plugin::{Room, VendorFile, VendorFiles, is_vendor_name};
use crate::server::http::access::Scope;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, document};
use crate::server::state::app::App;
use axum::extract::State;
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

static CHECK: Operation = Operation {
    id: "check",
    path: "/v1/authoring/check",
    group: "authoring",
    summary: "Check files of a vendor without activating them",
    doc: "The findings of `quotient check` and `quotient test` about these files: they are compiled, dry-run on synthetic partners, and run against their own cases, in a separate process. Offered only by a server started with `--authoring`, which listens on this machine only.",
    scope: Scope::Admin,
    headers: &[],
    body: &[Media::json("Candidate")],
    replies: &[Reply::ok("The findings.", &[Media::json("Checked")])],
    problems: &[ProblemKind::InputRefused],
    ..Operation::POST
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&CHECK, check)]
}

/// Files of a vendor to be checked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Name of the vendor's directory.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$"))]
    vendor: String,
    /// Files.
    files: Vec<CandidateFile>,
}

/// One file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidateFile {
    /// Path with its directory: `rules/history.rhai`, `policies/tier.rhai`.
    path: String,
    /// Content.
    text: String,
}

/// Result of a check.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Checked {
    /// True if the files are usable.
    is_usable: bool,
    /// Digest of these files as a revision.
    revision: String,
    /// Findings.
    findings: Vec<FindingDocument>,
}

/// Adds the schemas of this group's documents.
pub fn schemas(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Checked>();
    generator.subschema_for::<Candidate>();
}

fn refused(detail: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::InputRefused, detail)
}

impl Candidate {
    /// Returns the files of the candidate as a vendor's.
    fn files(self) -> Result<VendorFiles, Problem> {
        if !is_vendor_name(&self.vendor) {
            return Err(refused("`vendor` must be a to z, digits, `_` and `-`, at most 64 characters"));
        }
        let mut files = Vec::new();
        for file in self.files {
            files.push(file.into_vendor_file(&self.vendor)?);
        }
        files.sort_by(|a, b| (a.room, &a.path).cmp(&(b.room, &b.path)));
        let duplicate = files.windows(2).find(|pair| pair[0].room == pair[1].room && pair[0].path == pair[1].path);
        match duplicate {
            Some(pair) => Err(refused(format!("duplicate file `{}`", pair[0].shown))),
            None => Ok(VendorFiles::new(self.vendor.as_str(), files)),
        }
    }
}

impl CandidateFile {
    fn into_vendor_file(self, vendor: &str) -> Result<VendorFile, Problem> {
        let (room, path) = self.path.split_once('/').unwrap_or(("", ""));
        let room = [Room::Rules, Room::Policies].into_iter().find(|known| known.as_str() == room);
        let is_plain = !path.is_empty() && !path.split('/').any(|part| matches!(part, "" | "." | ".."));
        let Some(room) = room.filter(|_| is_plain) else {
            let shown: String = self.path.chars().filter(|c| !c.is_control()).take(100).collect();
            return Err(refused(format!("`{shown}` is not a path under `rules/` or `policies/`")));
        };
        let shown = format!("{}/{vendor}/{path}", room.as_str());
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text).into();
        Ok(VendorFile { room, path: path.to_owned(), shown, text })
    }
}

async fn check(State(app): State<App>, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let bytes = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let files = parse::<Candidate>(&bytes)?.files()?;
    let revision = files.revision().to_owned();
    let permit = app.vendors.check_permit().await?;
    let library = Arc::clone(&app.vendors.library);
    let checked = tokio::task::spawn_blocking(move || {
        // Held until the check ends, even if the request is gone by then.
        let _permit = permit;
        library.validator().validate(&files).map(|(_, findings)| findings)
    });
    let checked = checked.await.map_err(|_| Problem::new(ProblemKind::Internal, "the check failed"))?;
    let (is_usable, findings) = match checked {
        Ok(findings) => (true, findings),
        Err(findings) => (false, findings),
    };
    document(&Checked { is_usable, revision, findings: FindingDocument::grouped(&findings) })
}
