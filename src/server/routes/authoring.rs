//! For authors, on a server started with `--authoring`: candidates are checked without being put to use.

use super::vendors::{FindingDocument, findings_of, read};
use super::{JSON, document, json};
use crate::library::Validate;
use crate::plugin::{Room, VendorFile, VendorFiles, is_vendor_name};
use crate::server::http::access::Scope;
use crate::server::http::call::Call;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::state::app::{App, ending};
use crate::server::wire::body::{expect_media, read as read_body};
use axum::body::Body;
use axum::http::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub static OPERATIONS: [Operation; 1] = [Operation {
    id: "check",
    method: "POST",
    path: "/v1/authoring/check",
    group: "authoring",
    summary: "Check files of a vendor without using them",
    doc: "What `quotient check` and `quotient test` say about these files: compiled, tried on made-up partners, held against their own cases, in a process of its own. Offered only by a server that was started with `--authoring`, which listens on this machine only.",
    scope: Scope::Admin,
    query: &[],
    body: &[json("Candidate")],
    replies: &[Reply { status: 200, doc: "What was found.", media: &[json("Checked")], has_revision: false }],
    problems: &[ProblemKind::InputRefused],
    handler: |app, call, body| Box::pin(async move { check(app, call, body).await }),
}];

/// Files of a vendor to be checked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Name of the vendor's folder.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$"))]
    vendor: String,
    /// Its files.
    files: Vec<CandidateFile>,
}

/// One file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidateFile {
    /// Path with its folder, such as `rules/history.rhai` or `policies/tier.rhai`.
    path: String,
    /// Its text.
    text: String,
}

/// What was found about a candidate.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Checked {
    /// True when the files could be used.
    is_usable: bool,
    /// Digest that these files would have as a revision.
    revision: String,
    /// Everything found.
    findings: Vec<FindingDocument>,
}

async fn check(app: Arc<App>, call: Call, body: Body) -> Result<Response<Body>, Problem> {
    expect_media(&call.headers, &[JSON])?;
    let bytes = read_body(&call.headers, body, app.limits.book, &app.bodies).await?;
    let candidate: Candidate = read(&bytes)?;
    let refused = |detail: String| Problem::new(ProblemKind::InputRefused, detail);
    if !is_vendor_name(&candidate.vendor) {
        return Err(refused("`vendor` must be a to z, digits, `_` and `-`, at most 64 characters".to_owned()));
    }
    let mut files = Vec::new();
    for file in candidate.files {
        let (room, path) = file.path.split_once('/').unwrap_or(("", ""));
        let room = [Room::Rules, Room::Policies].into_iter().find(|known| known.as_str() == room);
        let is_plain = !path.is_empty() && !path.split('/').any(|part| matches!(part, "" | "." | ".."));
        let Some(room) = room.filter(|_| is_plain) else {
            let shown: String = file.path.chars().filter(|c| !c.is_control()).take(100).collect();
            return Err(refused(format!("`{shown}` is no path under `rules/` or `policies/`")));
        };
        let shown = format!("{}/{}/{path}", room.as_str(), candidate.vendor);
        let (path, text) = (path.to_owned(), file.text.strip_prefix('\u{feff}').unwrap_or(&file.text).into());
        files.push(VendorFile { room, path, shown, text });
    }
    files.sort_by(|a, b| (a.room, &a.path).cmp(&(b.room, &b.path)));
    if let Some(twice) = files.windows(2).find(|pair| pair[0].room == pair[1].room && pair[0].path == pair[1].path) {
        return Err(refused(format!("`{}` stands twice", twice[0].shown)));
    }
    let files = VendorFiles::new(candidate.vendor.as_str(), files);
    let revision = files.revision().to_owned();
    let Ok(place) = Arc::clone(&app.checks).acquire_owned().await else { return Err(ending()) };
    let (library, work) = (Arc::clone(&app.library), files);
    let checked = tokio::task::spawn_blocking(move || {
        // The place is taken until the check ends, also when whoever asked for it has gone.
        let _place = place;
        library.validator().validate(&work).map(|(_, findings)| findings)
    });
    let checked = checked.await.map_err(|_| Problem::new(ProblemKind::Internal, "the check failed"))?;
    let (is_usable, findings) = match checked {
        Ok(findings) => (true, findings),
        Err(findings) => (false, findings),
    };
    document(&Checked { is_usable, revision, findings: findings_of(&findings) })
}
