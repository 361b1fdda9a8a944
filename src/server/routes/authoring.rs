//! For authors, on a server started with `--authoring`: candidates are checked and not activated.

use super::route::Route;
use crate::finding::{Code, FindingDocument, Findings, Severity};
use crate::library::Validate;
use crate::plugin::{CaseOutcome, Difference, Room, VendorFile, VendorFiles, VendorPlugin, is_vendor_name, run_cases};
use crate::script::on_script_threads;
use crate::server::http::access::Scope;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::path::VendorPath;
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

static FILES: Operation = Operation {
    id: "vendor_files",
    path: "/v1/authoring/vendors/{vendor}",
    group: "authoring",
    summary: "Files of the revision in use",
    doc: "Rules, policies, tables and cases of a vendor as texts: what a candidate is changed from. Offered only by a server started with `--authoring`, which listens on this machine only.",
    scope: Scope::Admin,
    replies: &[Reply::ok("The files.", &[Media::json("VendorFilesDocument")])],
    problems: &[ProblemKind::VendorFailed],
    ..Operation::GET
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&CHECK, check), Route::new(&FILES, list)]
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
    /// Cases in the order written, those that hold included; empty when the files do not compile.
    cases: Vec<CheckedCase>,
}

/// A case with its outcome.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckedCase {
    /// Its sentence.
    name: String,
    /// True when everything came out as expected.
    holds: bool,
    /// File.
    file: String,
    /// Line in the file; null if not known.
    line: Option<usize>,
    /// Differences to what the case expects; empty when it holds.
    differences: Vec<CheckedDifference>,
}

/// A figure or reason of a case that came out differently.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckedDifference {
    /// Name of the figure or reason.
    what: String,
    /// As the case says.
    expected: String,
    /// As the rules say.
    found: String,
}

/// Files of a vendor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VendorFilesDocument {
    /// Name of the vendor.
    vendor: String,
    /// Digest of these files.
    revision: String,
    /// Files, rules before policies, ascending by path.
    files: Vec<VendorFileDocument>,
}

/// A file of a vendor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VendorFileDocument {
    /// Path with its directory: `rules/history.rhai`, `policies/tier.rhai`.
    path: String,
    /// Content.
    text: String,
}

/// Adds the schemas of this group's documents.
pub fn schemas(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Checked>();
    generator.subschema_for::<VendorFilesDocument>();
    generator.subschema_for::<Candidate>();
}

fn refused(detail: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::InputRefused, detail)
}

impl Candidate {
    /// Returns the files of the candidate as a vendor's.
    pub fn files(self) -> Result<VendorFiles, Problem> {
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

async fn list(State(app): State<App>, vendor: VendorPath) -> Responded {
    let active = app.vendors.in_use(&vendor.0)?;
    let file = |file: &VendorFile| VendorFileDocument {
        path: format!("{}/{}", file.room.as_str(), file.path),
        text: file.text.to_string(),
    };
    document(&VendorFilesDocument {
        vendor: active.plugin.vendor.to_string(),
        revision: active.revision().to_owned(),
        files: active.files.iter().map(file).collect(),
    })
}

/// Files that were checked.
pub struct Checkup {
    /// True if the files are usable.
    is_usable: bool,
    /// Compiled vendor, also if nothing but cases fails; `None` if the files do not compile.
    pub plugin: Option<VendorPlugin>,
    /// Findings.
    pub findings: Findings,
}

/// Checks files in a separate process, a few at a time.
pub async fn checked(app: &App, files: &Arc<VendorFiles>) -> Result<Checkup, Problem> {
    let permit = app.vendors.check_permit().await?;
    let (library, files) = (Arc::clone(&app.vendors.library), Arc::clone(files));
    let work = move || {
        // Held until the check ends, even if the request is gone by then.
        let _permit = permit;
        match library.validator().validate(&files) {
            Ok((plugin, findings)) => Checkup { is_usable: true, plugin: Some(plugin), findings },
            Err(findings) => {
                // Rules that fail nothing but cases have been run with limits in the other process.
                let mut errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
                let is_cases = errors.all(|finding| finding.code() == Code::CaseFailed);
                let compile = || on_script_threads(Some(1), || VendorPlugin::compile(&files).value);
                Checkup { is_usable: false, plugin: is_cases.then(compile).flatten(), findings }
            }
        }
    };
    let checked = tokio::task::spawn_blocking(work).await;
    checked.map_err(|_| Problem::new(ProblemKind::Internal, "the check failed"))
}

async fn check(State(app): State<App>, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let bytes = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let files = Arc::new(parse::<Candidate>(&bytes)?.files()?);
    let revision = files.revision().to_owned();
    let Checkup { is_usable, plugin, findings } = checked(&app, &files).await?;
    let run = move || plugin.map(|plugin| on_script_threads(Some(1), || run_cases(&plugin))).unwrap_or_default();
    let cases = tokio::task::spawn_blocking(run).await;
    let cases = cases.map_err(|_| Problem::new(ProblemKind::Internal, "the cases could not be run"))?;
    let cases = cases.into_iter().map(CheckedCase::from).collect();
    document(&Checked { is_usable, revision, findings: FindingDocument::grouped(&findings), cases })
}

impl From<CaseOutcome> for CheckedCase {
    fn from(case: CaseOutcome) -> Self {
        let holds = case.holds();
        let difference =
            |Difference { what, expected, found, .. }: Difference| CheckedDifference { what, expected, found };
        Self {
            holds,
            file: case.place.file_name().to_owned(),
            line: case.place.position().map(|position| position.line),
            name: case.name,
            differences: case.differences.into_iter().map(difference).collect(),
        }
    }
}
