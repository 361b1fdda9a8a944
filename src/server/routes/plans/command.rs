//! Commands: one operation that takes the same document as the ledger.

use super::event_document::PlanChangeDocument;
use super::request::{Found, OPERATION, PlanRequest, tag_of};
use crate::finding::{Finding, Findings, Place};
use crate::ledger::plan::Command;
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
use crate::server::state::plans::{NotGiven, problem_of};
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
            if refused.has_errors() { Err(problem_of(&refused)) } else { Ok(()) }
        };
        let (before, given) = match ledger.give(&request.plan, command.clone(), &actor, once.as_ref(), admit) {
            Ok(given) => given,
            Err(NotGiven::Refused(problem)) => return Err(problem),
            Err(NotGiven::Findings(findings)) => return Err(problem_of(&placed(findings, &command))),
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
fn after(before: &Loaded, given: Given) -> Result<Loaded, Problem> {
    let last = given.events.last().map_or(u64::MAX, |event| event.number);
    if given.is_repeated {
        let known = before.events.iter().take_while(|event| event.number <= last).count() as u64;
        return before.at(known).map_err(|findings| problem_of(&findings));
    }
    let events = before.events.iter().cloned().chain(given.events).collect();
    Ok(Loaded { name: before.name.clone(), state: given.state, events })
}

/// Returns the findings with a pointer to the line that each is about.
fn placed(findings: Findings, command: &Command) -> Findings {
    let keys: Vec<String> = command.keys().into_iter().map(ToString::to_string).collect();
    let place = |finding: Finding| {
        let fields = finding.fault().fields();
        let line = fields.iter().find(|(name, _)| *name == "line").map(|(_, value)| value.to_plain());
        let places = keys.iter().enumerate().filter(|(_, key)| Some(*key) == line.as_ref());
        places.fold(finding, |finding, (number, key)| {
            let (file, pointer) = (FILE.to_owned(), format!("/lines/{number}"));
            finding.at(Place::Member { file, pointer, value: key.clone() })
        })
    };
    findings.into_iter().map(place).collect()
}
