//! Surveys: files of an export as a partner book, before anything is made of them. Nothing is stored.

use super::open::expect_opener;
use super::request::seat_of;
use crate::finding::Findings;
use crate::intake::recognition::{Survey, survey_files};
use crate::intake::{Limits, Mapping, ReadOptions, is_unwanted, read_book_files};
use crate::plugin::VendorPlugin;
use crate::report::survey::{SurveyView, json};
use crate::server::http::access::Scope;
use crate::server::http::context::Context;
use crate::server::http::header;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::path::VendorPath;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, body as respond};
use crate::server::routes::question::limits_of;
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::gate::WORKBENCH;
use crate::server::state::lanes::Lane;
use crate::server::state::plans::{Seat, now};
use crate::server::state::turns::Owner;
use crate::units::Month;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

static SURVEY: Operation = Operation {
    id: "survey",
    path: "/v1/vendors/{vendor}/surveys",
    group: WORKBENCH,
    summary: "Look at files of an export as a partner book",
    doc: "What `quotient book` reports about these files: tables, the proposed mapping file with the reason of each key, questions, what is read with the mapping, and findings with file, row and column. With `mapping`, the files are read with that mapping file, and none is proposed. A book that cannot be read has `read: null` and findings. Nothing is stored. For persons who may open plans; offered with `--workbench`.",
    scope: Scope::Plan,
    headers: &[header::PERSON],
    body: &[Media::json("SurveyRequest")],
    replies: &[Reply::ok("The survey.", &[Media::json("Survey")])],
    problems: &[
        ProblemKind::RoleMissing,
        ProblemKind::InputRefused,
        ProblemKind::CallerBusy,
        ProblemKind::VendorBusy,
        ProblemKind::VendorFailed,
        ProblemKind::Overloaded,
        ProblemKind::ShuttingDown,
        ProblemKind::LedgerUnavailable,
    ],
    ..Operation::POST
};

/// Name of the mapping file in findings.
pub const MAP: &str = "map.toml";
/// Files of one survey.
const MAX_FILES: usize = 64;
/// Longest name of a file, in bytes.
const MAX_NAME: usize = 200;
/// Bytes that a workbook may unpack to.
const MAX_UNPACKED: u64 = 128 << 20;
/// Filled cells of a workbook.
const MAX_CELLS: u64 = 2_000_000;
/// Columns of a table: ten years of months, and what is usual beside them.
const MAX_COLUMNS: usize = 512;
/// Time by which the earliest time zone is ahead of UTC.
const EARLIEST_ZONE: TimeDelta = TimeDelta::hours(14);

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&SURVEY, survey)]
}

/// Files of an export.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyRequest {
    /// Files and workbooks, read as one book; at most 64.
    files: Vec<ExportFile>,
    /// Mapping file to read them with, as text; if omitted, one is proposed. Empty: they are read without one.
    mapping: Option<String>,
}

/// A file of an export.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SurveyFile")]
pub struct ExportFile {
    /// Name without directories, such as `orders.xlsx`; its ending says the format.
    name: String,
    /// Content in base64.
    #[schemars(extend("contentEncoding" = "base64"))]
    content: String,
}

fn refused(detail: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::InputRefused, detail)
}

/// Name and bytes of files.
pub type Named = Vec<(String, Vec<u8>)>;

/// Returns the files with their bytes; refuses names that are not those of files, duplicates, and what is not base64.
pub fn named_files(given: Vec<ExportFile>) -> Result<Named, Problem> {
    if given.is_empty() || given.len() > MAX_FILES {
        return Err(refused(format!("`files` must have from 1 to {MAX_FILES} files")));
    }
    let mut names = BTreeSet::new();
    let mut files = Vec::new();
    for ExportFile { name, content } in given {
        let is_plain = !name.contains(['/', '\\']) && !name.chars().any(is_unwanted);
        if name.is_empty() || name.len() > MAX_NAME || !is_plain {
            let shown: String = name.chars().filter(|c| !is_unwanted(*c)).take(100).collect();
            return Err(refused(format!("`{shown}` is not the name of a file, without directories")));
        }
        if !names.insert(name.to_lowercase()) {
            return Err(refused(format!("duplicate file `{name}`")));
        }
        let bytes = STANDARD.decode(&content).map_err(|_| refused(format!("the content of `{name}` is not base64")))?;
        files.push((name, bytes));
    }
    Ok(files)
}

/// The person of a survey, and the vendor whose book it becomes.
struct Asker {
    vendor: String,
    seat: Seat,
}

impl FromRequestParts<App> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let vendor = VendorPath::from_request_parts(parts, app).await?.0.to_string();
        Ok(Self { vendor, seat: seat_of(parts, app).await? })
    }
}

async fn survey(State(app): State<App>, asker: Asker, context: Context, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let vendor = asker.vendor.clone();
    app.plans.run(move |ledger| expect_opener(ledger, &asker.seat, &asker.vendor)).await?;
    let active = app.vendors.in_use(&vendor)?;
    let owner = Owner { token: context.caller.name.clone(), vendor: Arc::clone(&active.plugin.vendor) };
    app.lanes.admit(Lane::Plan, &owner)?;
    let bytes = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let limits = survey_limits(&limits_of(&app.gate));
    let work = move || {
        let SurveyRequest { files, mapping } = parse(&bytes)?;
        drop(bytes);
        surveyed(named_files(files)?, mapping.as_deref(), &options_of(&active.plugin, limits))
    };
    let text = app.lanes.run(Lane::Plan, &owner, work).await??;
    Ok(respond(JSON, text))
}

/// Returns the limits of reading an export that comes with a request.
pub fn survey_limits(given: &crate::request::Limits) -> Limits {
    Limits {
        file_bytes: given.body_bytes as u64,
        workbook_bytes: MAX_UNPACKED,
        workbook_cells: MAX_CELLS,
        columns: MAX_COLUMNS,
        ..given.intake
    }
}

/// Returns how a book of this vendor is read now.
pub fn options_of(plugin: &VendorPlugin, limits: Limits) -> ReadOptions {
    let now = now();
    let ahead = now.checked_add_signed(EARLIEST_ZONE).unwrap_or(now);
    ReadOptions {
        calendar: Some(plugin.manifest.calendar),
        currency: plugin.manifest.currency,
        attributes: plugin.manifest.attributes.clone(),
        is_part: false,
        current_month: Some(Month::of(ahead.date_naive())),
        limits,
    }
}

/// Surveys the files and reads them with the mapping, or with the one that the survey proposes.
fn surveyed(files: Named, mapping: Option<&str>, options: &ReadOptions) -> Result<String, Problem> {
    let (survey, mut findings) = match mapping {
        Some(_) => (Survey::default(), Findings::new()),
        None => {
            let (survey, findings) = survey_files(files.clone(), &options.limits).into_parts();
            (survey.unwrap_or_default(), findings)
        }
    };
    let text = mapping.unwrap_or(&survey.mapping);
    let is_readable = mapping.is_some() || !survey.sources.is_empty();
    let parsed = if text.trim().is_empty() { Ok(None) } else { Mapping::parse(MAP, text).map(Some) };
    let mut book = None;
    match parsed {
        Ok(parsed) if is_readable => {
            let (read, found) = read_book_files(files, parsed.as_ref(), options).into_parts();
            findings.extend(found);
            book = read;
        }
        Ok(_) => {}
        Err(wrong) => findings.extend(wrong),
    }
    let book = book.filter(|_| !findings.has_errors());
    let view = SurveyView { survey: &survey, book: book.as_ref(), findings: &findings };
    json(&view).map_err(|_| Problem::new(ProblemKind::Internal, "the survey could not be written"))
}
