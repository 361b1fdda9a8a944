//! Quotas in force against closed revenue: attainment, pace and what to do, by a newer book than that of the plan.

use super::export::{expect_in_force, expect_vendor_side, unwritten};
use super::plan_book::PlanOrigin;
use super::preview::proposal_of;
use super::request::{OPERATION, PlanRequest};
use super::survey::{ExportFile, named_files, options_of, survey_limits};
use crate::channel::PartnerBook;
use crate::finding::Findings;
use crate::intake::recognition::{Question, survey_files};
use crate::intake::{Mapping, ReadOptions, is_unwanted, read_book_files};
use crate::ledger::plan::Header;
use crate::planning;
use crate::report::record::{agreed, write_json};
use crate::request::{Form, PlanMember, StandingsQuestion, plan_standings};
use crate::server::http::context::Context;
use crate::server::http::media::{CSV, HTML, JSON, Media, XLSX};
use crate::server::http::negotiation::Accept;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, body as respond};
use crate::server::routes::question::{limits_of, problem_of as refused};
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::books::VendorBooks;
use crate::server::state::lanes::Lane;
use crate::server::state::plans::{Ledger, now, problem_of};
use crate::server::state::turns::Owner;
use crate::units::date_of;
use axum::extract::State;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

static STANDINGS: Operation = Operation {
    id: "plan_standings",
    method: "POST",
    path: "/v1/vendors/{vendor}/plans/{plan}/standings",
    summary: "Attainment of the quotas in force",
    doc: "Attainment, pace, pipeline, gap and the decisions of the vendor's policies for each partner, with the quotas in force of the plan and the rules that it was opened with. Revenue and pipeline are those of the files in the body, read as `quotient book` reads them; without files, those of the book that the plan was opened with. As HTML, workbook and CSV it is the review that `quotient review --quotas` writes. Nothing is stored. For the vendor's side; a person who sees a part of the plan gets the partners of that part.",
    body: &[Media::json("PlanStandingsRequest")],
    replies: &[Reply::ok(
        "The standings.",
        &[Media::json("PlanStandings"), Media::plain(CSV), Media::plain(XLSX), Media::plain(HTML)],
    )],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::RoleMissing,
        ProblemKind::StateConflict,
        ProblemKind::InputRefused,
        ProblemKind::RevisionUnknown,
        ProblemKind::BookUnknown,
        ProblemKind::VendorBusy,
        ProblemKind::CallerBusy,
        ProblemKind::Overloaded,
        ProblemKind::ShuttingDown,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&STANDINGS, standings)]
}

/// Book that the quotas in force are compared with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PlanStandingsRequest")]
pub struct StandingsRequest {
    /// As-of date: later facts are ignored. The end of the latest complete month of the book if omitted.
    #[schemars(extend("format" = "date"))]
    as_of: Option<String>,
    /// Files of a newer export, read as one book; at most 64. The book of the plan if omitted.
    #[serde(default)]
    files: Vec<ExportFile>,
    /// Mapping file to read them with, as text; if omitted, the proposed one is used. Empty: they are read without one.
    mapping: Option<String>,
}

/// The part of the plan that the question is about.
struct Subject {
    header: Header,
    question: StandingsQuestion,
    origin: Option<Vec<u8>>,
}

async fn standings(
    State(app): State<App>,
    request: PlanRequest,
    context: Context,
    accept: Accept,
    body: RequestBody,
) -> Responded {
    body.expect_media(&[JSON])?;
    let media = accept.choose(&[JSON, CSV, XLSX, HTML])?;
    let vendor = request.vendor.clone();
    let Subject { header, mut question, origin } = app.plans.run(move |ledger| subject(ledger, &request)).await?;
    let active = app.vendors.past(&vendor, &header.revision).await?;
    let owner = Owner { token: context.caller.name.clone(), vendor: Arc::clone(&active.plugin.vendor) };
    app.lanes.admit(Lane::Plan, &owner)?;
    let bytes = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let limits = limits_of(&app.gate);
    let books = VendorBooks::new(&app.stores.books, &active, &limits);
    let plans = Arc::clone(&app.plans);
    let work = move || {
        let StandingsRequest { as_of, files, mapping } = parse(&bytes)?;
        drop(bytes);
        question.as_of = as_of.as_deref().map(as_of_date).transpose()?;
        let plugin = &active.plugin;
        let made = |book: &PartnerBook, asked: &StandingsQuestion| {
            plan_standings(plugin, book, asked, form_of(media), &limits).map_err(|refusal| refused(&refusal))
        };
        if files.is_empty() {
            if mapping.is_some() {
                let detail = "`mapping` is about `files`, and there are none: leave it out";
                return Err(Problem::new(ProblemKind::InputRefused, detail));
            }
            let (request, limits) = (origin.as_deref(), &limits);
            let own = PlanOrigin { plans: &plans, header: &header, request, plugin, books: &books, limits };
            return own.with(|book, _: planning::Request| made(book, &question))?;
        }
        let options = options_of(plugin, survey_limits(&limits));
        let Export { book, warnings, questions } = book_of(files, mapping.as_deref(), &options)?;
        (question.warnings, question.questions) = (warnings, questions);
        made(&book, &question)
    };
    let bytes = app.lanes.run(Lane::Plan, &owner, work).await??;
    Ok(respond(media, bytes))
}

fn as_of_date(text: &str) -> Result<NaiveDate, Problem> {
    date_of(text).ok_or_else(|| {
        let shown: String = text.chars().filter(|c| !is_unwanted(*c)).take(40).collect();
        let detail = format!("`as_of` is `{shown}`, which is not a date such as 2026-06-30");
        Problem::new(ProblemKind::InputRefused, detail)
    })
}

fn form_of(media: &str) -> Form {
    match media {
        CSV => Form::Csv,
        XLSX => Form::Xlsx,
        HTML => Form::Html,
        _ => Form::Json,
    }
}

/// Returns the quotas in force that the person sees, with the book of the plan.
fn subject(ledger: &Ledger, request: &PlanRequest) -> Result<Subject, Problem> {
    let found = request.find(ledger)?;
    let header = found.plan.state.header.clone().ok_or_else(super::request::unknown)?;
    let view = found.view()?;
    expect_vendor_side(&view, "the standings are for the vendor; partners see their figures on their own page")?;
    let read = ledger.read(|store| agreed(store, &found.plan));
    let mut agreed = read.map_err(|findings| problem_of(&findings))?;
    // A partner of whom the person sees some lines only would look better or worse than it is.
    let hidden: BTreeSet<&str> = found
        .plan
        .state
        .lines
        .values()
        .filter(|line| view.line(&line.key).is_none_or(|seen| seen.partner.is_some()))
        .map(|line| line.key.partner_id.as_str())
        .collect();
    let seen = |partner: &str| !hidden.contains(partner);
    agreed.lines.retain(|own| seen(&own.line.key.partner_id));
    expect_in_force(&agreed)?;
    let part = (!view.is_whole()).then(|| {
        let own = found.plan.state.lines.keys().filter(|key| seen(&key.partner_id));
        (request.seat.person.clone().unwrap_or_default(), own.map(|key| key.partner_id.clone()).collect())
    });
    let business = found.plan.state.business_plans.iter().filter(|(partner, _)| seen(partner));
    let business = business.map(|(partner, plan)| (partner.clone(), plan.clone())).collect();
    let mut members: Vec<PlanMember> = Vec::new();
    for line in agreed.lines.iter().map(|own| own.line) {
        if members.last().is_none_or(|last| last.id != line.key.partner_id) {
            let (id, name, manager) = (line.key.partner_id.clone(), line.partner_name.clone(), line.manager.clone());
            members.push(PlanMember { id, name, manager });
        }
    }
    let mut quotas = Vec::new();
    write_json(&agreed, &mut quotas).map_err(|fault| unwritten(&fault))?;
    let question = StandingsQuestion {
        plan: header.name.clone(),
        version: view.version(),
        period: header.period.clone(),
        quotas: String::from_utf8_lossy(&quotas).into_owned(),
        as_of: None,
        today: now().date_naive(),
        part,
        members,
        business,
        questions: Vec::new(),
        warnings: Findings::new(),
    };
    let origin = proposal_of(ledger, &found, None)?;
    Ok(Subject { header, question, origin })
}

/// An export that is read.
struct Export {
    book: PartnerBook,
    warnings: Findings,
    /// Questions of the proposed mapping.
    questions: Vec<Question>,
}

/// Reads files as a book; with the proposed mapping where none is stated.
fn book_of(files: Vec<ExportFile>, mapping: Option<&str>, options: &ReadOptions) -> Result<Export, Problem> {
    let files = named_files(files)?;
    let wrong = |findings: &Findings| Problem::from_findings(ProblemKind::InputRefused, findings);
    let (proposed, questions) = match mapping {
        Some(_) => (String::new(), Vec::new()),
        None => {
            let (survey, _) =
                survey_files(files.clone(), &options.limits).into_result().map_err(|found| wrong(&found))?;
            (survey.mapping, survey.questions)
        }
    };
    let text = mapping.unwrap_or(&proposed);
    let parsed = (!text.trim().is_empty()).then(|| Mapping::parse(super::survey::MAP, text)).transpose();
    let parsed = parsed.map_err(|found| wrong(&found))?;
    let read = read_book_files(files, parsed.as_ref(), options).into_result();
    let (book, warnings) = read.map_err(|found| wrong(&found))?;
    Ok(Export { book, warnings, questions })
}
