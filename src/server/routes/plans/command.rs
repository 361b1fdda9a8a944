//! Commands: one operation that takes the same document as the ledger.

use super::event_document::PlanChangeDocument;
use super::request::{Found, OPERATION, PlanRequest, tag_of};
use crate::finding::{Finding, FindingDocument, Findings, Place};
use crate::ledger::plan::{Actor, Command, LedgerFault, decide};
use crate::ledger::{Given, Loaded};
use crate::request::FILE;
use crate::server::http::conditional::with_tag;
use crate::server::http::header;
use crate::server::http::idempotency::Idempotency;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::plans::{NotGiven, now, problem_of};
use axum::body::Bytes;
use axum::extract::State;
use std::sync::Arc;

static GIVE: Operation = Operation {
    id: "plan_command",
    path: "/v1/vendors/{vendor}/plans/{plan}/commands",
    summary: "Give a command: offer, counter, accept, approve, lock and the others",
    doc: "The command is recorded as a whole or not at all; `errors` has a pointer to every line that refuses it. `If-Match` names the version of the plan that it was decided on (`*` for any). With an `Idempotency-Key`, a repeated command is recorded once, also after a restart of the server.",
    method: "POST",
    headers: &[header::IDEMPOTENCY_KEY, header::IF_MATCH, header::PERSON],
    body: &[Media::json("PlanCommand")],
    replies: &[Reply::ok("What was recorded.", &[Media::json("PlanChange")])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::LineUnknown,
        ProblemKind::RoleMissing,
        ProblemKind::DutiesConflict,
        ProblemKind::StateConflict,
        ProblemKind::ApprovalMissing,
        ProblemKind::ReasonMissing,
        ProblemKind::VersionChanged,
        ProblemKind::VersionNeeded,
        ProblemKind::LedgerUnavailable,
        ProblemKind::Overloaded,
    ],
    ..OPERATION
};

/// Entries of a problem that are not grouped by cause.
const MAX_ENTRIES: usize = 100;

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&GIVE, give)]
}

async fn give(State(app): State<App>, request: PlanRequest, idempotency: Idempotency, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let bytes = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let make = carry_out(&app, request, &idempotency, bytes.clone());
    app.stores.responses.once(&idempotency, &bytes, make).await
}

async fn carry_out(app: &App, request: PlanRequest, idempotency: &Idempotency, bytes: Bytes) -> Responded {
    let once = idempotency.once(&bytes);
    let made = app.plans.run(move |ledger| {
        // A plan that the person does not see is unknown, whatever the body is.
        let Found { standing, .. } = request.find(ledger)?;
        let command: Command = parse(&bytes)?;
        let actor = request.seat.actor()?;
        if matches!(command, Command::Open(_)) {
            let detail = "a plan is opened with `POST /v1/vendors/{vendor}/plans`";
            return Err(Problem::new(ProblemKind::InputRefused, detail));
        }
        let is_known = once.as_ref().map(|once| ledger.knows(once)).transpose();
        let is_known = is_known.map_err(|findings| problem_of(&findings))? == Some(true);
        let admit = |plan: &Arc<Loaded>| {
            let found = request.examined(Found { plan: Arc::clone(plan), standing: standing.clone() })?;
            let view = found.view()?;
            // A command that was recorded before is answered, and not decided again.
            if is_known {
                return Ok(());
            }
            request.expect_version(&view)?;
            let refused = view.refusals(&command, &actor.person, FILE);
            if refused.has_errors() { Err(line_by_line(&with_others(refused, plan, &command, &actor))) } else { Ok(()) }
        };
        let (before, given) =
            match ledger.give(&request.plan, std::slice::from_ref(&command), &actor, once.as_ref(), admit) {
                Ok(given) => given,
                Err(NotGiven::Refused(problem)) => return Err(problem),
                Err(NotGiven::Findings(findings)) => return Err(line_by_line(&placed(findings, &command))),
            };
        let first = given.events.first().map_or(u64::MAX, |event| event.number);
        let head = given.head.to_string();
        let found = Found { plan: Arc::new(after(&before, given)?), standing };
        let view = found.view()?;
        Ok((tag_of(&view), PlanChangeDocument::new(&view, first, head, Some(&actor.person))?))
    });
    let (tag, change) = made.await?;
    Ok(with_tag(&tag, document(&change)?))
}

/// Returns the plan with the events of the command, and none after them.
pub fn after(before: &Loaded, given: Given) -> Result<Loaded, Problem> {
    let last = given.events.last().map_or(u64::MAX, |event| event.number);
    if given.is_repeated {
        let known = before.events.iter().take_while(|event| event.number <= last).count() as u64;
        return before.at(known).map_err(|findings| problem_of(&findings));
    }
    let events = before.events.iter().cloned().chain(given.events).collect();
    Ok(Loaded { name: before.name.clone(), state: given.state, events })
}

/// Returns the refusals of grants with what else refuses the lines that the person may give the command about, so that
/// one response has everything.
fn with_others(refused: Findings, plan: &Loaded, command: &Command, actor: &Actor) -> Findings {
    let named: Vec<String> = refused.iter().filter_map(line_of).collect();
    let rest = command.only(|key| !named.contains(&key.to_string()));
    match rest.filter(|_| named.len() == refused.len()).map(|rest| decide(&plan.state, &rest, actor, now())) {
        Some(Err(findings)) => refused.into_iter().chain(placed(findings, command)).collect(),
        Some(Ok(_)) | None => refused,
    }
}

/// Returns the line that a finding is about.
fn line_of(finding: &Finding) -> Option<String> {
    let fields = finding.fault().fields();
    let line = fields.iter().find(|(name, _)| *name == "line").map(|(_, value)| value.to_plain());
    line.filter(|line| !line.is_empty())
}

/// Returns the findings with a pointer to the line that each is about, or to its figure or reason.
fn placed(findings: Findings, command: &Command) -> Findings {
    let keys: Vec<String> = command.keys().into_iter().map(ToString::to_string).collect();
    let place = |finding: Finding| {
        let line = line_of(&finding);
        let member = finding.cause::<LedgerFault>().and_then(LedgerFault::member);
        if let (None, Some(member)) = (&line, member) {
            let (file, pointer) = (FILE.to_owned(), format!("/{member}"));
            return finding.at(Place::Member { file, pointer, value: String::new() });
        }
        let member = member.filter(|_| command.has_members()).map(|member| format!("/{member}")).unwrap_or_default();
        let places = keys.iter().enumerate().filter(|(_, key)| Some(*key) == line.as_ref());
        places.fold(finding, |finding, (number, key)| {
            let (file, pointer) = (FILE.to_owned(), format!("/lines/{number}{member}"));
            finding.at(Place::Member { file, pointer, value: key.clone() })
        })
    };
    findings.into_iter().map(place).collect()
}

/// Returns the problem of a refused command with an entry for each line; where there are too many, one for each cause.
fn line_by_line(findings: &Findings) -> Problem {
    let problem = problem_of(findings);
    if problem.errors.is_empty() || findings.len() > MAX_ENTRIES {
        return problem;
    }
    Problem { errors: FindingDocument::each(findings), ..problem }
}
