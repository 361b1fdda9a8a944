//! What-ifs: the proposal of a plan with other numbers or other rules, beside the one that the plan was opened with.

use super::plan_book::PlanOrigin;
use super::preview::proposal_of;
use super::request::{Found, OPERATION, PlanRequest};
use crate::finding::{Findings, Place};
use crate::ledger::plan::Header;
use crate::planning;
use crate::plugin::{Lever, VendorFiles, VendorPlugin, levers, weights_file, with_levers};
use crate::report::comparison::write_json;
use crate::request::{DecisionDay, FILE, Revision, Side, compare_sides};
use crate::script::on_script_threads;
use crate::server::http::access::Scope;
use crate::server::http::context::Context;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, body as respond, document};
use crate::server::routes::authoring::{Candidate, Checkup, checked};
use crate::server::routes::question::limits_of;
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::books::VendorBooks;
use crate::server::state::lanes::Lane;
use crate::server::state::plans::Ledger;
use crate::server::state::turns::Owner;
use crate::server::state::vendors::ActiveVendor;
use crate::units::{Money, parse_decimal};
use axum::extract::State;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

static LEVERS: Operation = Operation {
    id: "plan_levers",
    path: "/v1/vendors/{vendor}/plans/{plan}/levers",
    summary: "Numbers that a what-if changes",
    doc: "The target of the plan, and weights, growth limits, reserve and over-assignment of the rules that it was opened with. For persons who see the whole plan.",
    replies: &[Reply::ok("The numbers.", &[Media::json("PlanLevers")])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::RoleMissing,
        ProblemKind::RevisionUnknown,
        ProblemKind::Overloaded,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};
/// An operation that compares, to be completed.
const SCENARIO_BASE: Operation = Operation {
    method: "POST",
    replies: &[Reply::ok("The comparison; `before` is the plan as opened.", &[Media::json("Comparison")])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::RoleMissing,
        ProblemKind::InputRefused,
        ProblemKind::RevisionUnknown,
        ProblemKind::BookUnknown,
        ProblemKind::RulesFailed,
        ProblemKind::VendorBusy,
        ProblemKind::CallerBusy,
        ProblemKind::Overloaded,
        ProblemKind::ShuttingDown,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};
static SCENARIO: Operation = Operation {
    id: "plan_scenario",
    path: "/v1/vendors/{vendor}/plans/{plan}/scenarios",
    summary: "The proposal of a plan with other numbers",
    doc: "Records nothing. The rules run on the book of the plan twice, as the plan was opened and with these numbers; the comparison has every quota that moves, the parts by which it moves, and sums by territory, tier and account manager. A plan that was opened without its book needs a server that has it. For persons who see the whole plan.",
    body: &[Media::json("PlanScenario")],
    ..SCENARIO_BASE
};
static CANDIDATE: Operation = Operation {
    id: "plan_candidate",
    group: "authoring",
    path: "/v1/vendors/{vendor}/plans/{plan}/candidates",
    summary: "What other files of the vendor would propose for a plan",
    doc: "The files are checked as by `check`, and only cases may fail; then they run on the book of the plan, beside the revision that the plan was opened with: quotas with the parts by which they move, and decisions of policies. Records nothing and activates nothing. Offered only by a server started with `--authoring`, which listens on this machine only, for persons who see the whole plan.",
    scope: Scope::Admin,
    body: &[Media::json("Candidate")],
    ..SCENARIO_BASE
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&LEVERS, list), Route::new(&SCENARIO, scenario), Route::new(&CANDIDATE, candidate)]
}

/// Numbers that a what-if changes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanLevers")]
pub struct LeversDocument {
    /// Name of the plan.
    plan: String,
    /// ISO 4217 code of every amount.
    currency: String,
    /// Target that the plan was opened with, an exact amount; null without one.
    target: Option<String>,
    /// Numbers of the manifest, those without a value included.
    levers: Vec<Lever>,
    /// File that sets the weights of the factors, which therefore are not among the numbers; null if the manifest does.
    weights_file: Option<String>,
}

/// Numbers of a what-if.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PlanScenario")]
pub struct ScenarioRequest {
    /// Channel target, an exact amount as a string; that of the plan if omitted.
    target: Option<String>,
    /// Numbers of the manifest that differ.
    levers: Vec<Lever>,
}

/// A plan with what it was made from.
struct Origin {
    header: Header,
    active: ActiveVendor,
    /// Request of the proposal, where the ledger has it.
    request: Option<Vec<u8>>,
    has_target: bool,
}

/// Refuses a person who does not see the whole plan; a plan of which they see nothing is unknown.
fn expect_whole(found: &Found) -> Result<(), Problem> {
    if found.view()?.is_whole() {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::RoleMissing, "no grant of the person shows the whole plan"))
}

fn header_of(found: &Found) -> Result<Header, Problem> {
    expect_whole(found)?;
    found.plan.state.header.clone().ok_or_else(super::request::unknown)
}

async fn list(State(app): State<App>, request: PlanRequest) -> Responded {
    let vendor = request.vendor.clone();
    let header = app.plans.run(move |ledger| header_of(&request.find(ledger)?)).await?;
    let active = app.vendors.past(&vendor, &header.revision).await?;
    document(&LeversDocument {
        plan: header.name.clone(),
        currency: header.currency.code().to_owned(),
        target: header.asked_target.map(Money::to_exact),
        levers: levers(&active.files),
        weights_file: weights_file(&active.files).map(str::to_owned),
    })
}

async fn scenario(State(app): State<App>, request: PlanRequest, context: Context, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let bytes = body.read(app.gate.limits.line, &app.stores.bodies).await?;
    let asked: ScenarioRequest = parse(&bytes)?;
    let target = asked.target.as_deref().map(target_of).transpose()?;
    let origin = origin_of(&app, request).await?;
    if let Some(lever) = asked.levers.iter().find(|lever| lever.needs_target())
        && target.is_none()
        && !origin.has_target
    {
        let Lever { section, key, .. } = lever;
        let detail = format!("`{section}.{key}` changes nothing without a target: state `target` as well");
        return Err(Problem::new(ProblemKind::InputRefused, detail));
    }
    let files = with_levers(&origin.active.files, &asked.levers).map_err(|findings| wrong(&findings))?;
    let compile = |files: &VendorFiles| {
        let (plugin, findings) = on_script_threads(Some(1), || VendorPlugin::compile(files)).into_parts();
        plugin.filter(|_| !findings.has_errors()).ok_or_else(|| wrong(&findings))
    };
    compared(&app, context, origin, (files, compile), target, DecisionDay::None).await
}

async fn candidate(State(app): State<App>, request: PlanRequest, context: Context, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let vendor = request.vendor.clone();
    let origin = origin_of(&app, request).await?;
    let bytes = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let files = Arc::new(parse::<Candidate>(&bytes)?.files()?);
    if *files.vendor != *vendor {
        let detail = format!("the files are those of `{}`, and the plan is one of `{vendor}`", files.vendor);
        return Err(Problem::new(ProblemKind::InputRefused, detail));
    }
    let Checkup { plugin, findings, .. } = checked(&app, &files).await?;
    let plugin = plugin.ok_or_else(|| wrong(&findings))?;
    let files = Arc::unwrap_or_clone(files);
    compared(&app, context, origin, (files, move |_: &VendorFiles| Ok(plugin)), None, DecisionDay::OfPlan).await
}

fn target_of(text: &str) -> Result<Decimal, Problem> {
    let is_amount = |amount: &Decimal| !amount.is_sign_negative() || amount.is_zero();
    parse_decimal(text).ok().filter(is_amount).ok_or_else(|| {
        let shown: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
        Problem::new(ProblemKind::InputRefused, format!("`target` is `{shown}`, which is not an exact amount"))
    })
}

fn wrong(findings: &Findings) -> Problem {
    let place = |finding: crate::finding::Finding| match finding.places.is_empty() {
        true => {
            let value = String::new();
            finding.at(Place::Member { file: FILE.to_owned(), pointer: "/levers".to_owned(), value })
        }
        false => finding,
    };
    let placed: Findings = findings.iter().cloned().map(place).collect();
    Problem::from_findings(ProblemKind::InputRefused, &placed)
}

/// Returns a plan with what it was made from, for a person who sees all of it.
async fn origin_of(app: &App, request: PlanRequest) -> Result<Origin, Problem> {
    let vendor = request.vendor.clone();
    let read = move |ledger: &Ledger| {
        let found = request.find(ledger)?;
        let header = header_of(&found)?;
        Ok((header, proposal_of(ledger, &found, None)?, found.plan.state.totals.target.is_some()))
    };
    let (header, request, has_target) = app.plans.run(read).await?;
    let active = app.vendors.past(&vendor, &header.revision).await?;
    Ok(Origin { header, active, request, has_target })
}

/// Compares the plan as opened with what other files of its vendor propose for it, with a target if that differs.
async fn compared(
    app: &App,
    context: Context,
    origin: Origin,
    (files, compile): (VendorFiles, impl FnOnce(&VendorFiles) -> Result<VendorPlugin, Problem> + Send + 'static),
    target: Option<Decimal>,
    day: DecisionDay,
) -> Responded {
    let Origin { header, active, request, .. } = origin;
    let owner = Owner { token: context.caller.name.clone(), vendor: Arc::clone(&active.plugin.vendor) };
    app.lanes.admit(Lane::Plan, &owner)?;
    let limits = limits_of(&app.gate);
    let books = VendorBooks::new(&app.stores.books, &active, &limits);
    let plans = Arc::clone(&app.plans);
    let work = move || -> Result<Vec<u8>, Problem> {
        let plugin = compile(&files)?;
        let compare = |book: &_, asked: planning::Request| {
            let before = planning::Request {
                period: Some(header.period.clone()),
                as_of: Some(header.as_of),
                target: header.asked_target.map(Money::amount),
                previous: None,
                ..asked
            };
            let after = planning::Request { target: target.or(before.target), ..before.clone() };
            let sides = [(&active.plugin, &*active.files, &before), (&plugin, &files, &after)];
            let [old, new] = sides.map(|(plugin, files, request)| Side {
                revision: Revision { plugin, files },
                inputs: Ok((book, request)),
            });
            let made = compare_sides(old, new, day, limits.threads).map_err(|findings| wrong(&findings))?;
            let mut bytes = Vec::new();
            let written = write_json(&made, &mut bytes);
            written.map_err(|_| Problem::new(ProblemKind::Internal, "the comparison could not be written"))?;
            Ok(bytes)
        };
        let (request, plugin, books, limits) = (request.as_deref(), &active.plugin, &books, &limits);
        PlanOrigin { plans: &plans, header: &header, request, plugin, books, limits }.with(compare)?
    };
    let bytes = app.lanes.run(Lane::Plan, &owner, work).await??;
    Ok(respond(JSON, bytes))
}
