//! The events of a plan as they happen, as far as a person sees them.

use super::event_document::EventDocument;
use super::request::{OPERATION, PERSON, PlanRequest};
use crate::server::http::access::{Caller, Scope};
use crate::server::http::context::Context;
use crate::server::http::credentials::Credentials;
use crate::server::http::header;
use crate::server::http::media::{EVENTS, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::respond::{Responded, body};
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::callers::{InUse, Use};
use crate::server::state::gate::Gate;
use crate::server::state::plans::{Plans, Seat};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use futures_util::stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Silence after which a stream sends a comment, so that the peer knows it is open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Interval at which moves of other processes are looked for.
const POLL: Duration = Duration::from_secs(2);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

static FOLLOW: Operation = Operation {
    id: "plan_stream",
    path: "/v1/vendors/{vendor}/plans/{plan}/stream",
    summary: "Events of a plan as they happen",
    headers: &[header::LAST_EVENT_ID, header::PERSON],
    doc: "Server-sent events named `move`, each with an event of the plan; its id is the version. With `Last-Event-ID`, the stream begins after that version, otherwise with the next event. It ends when the person no longer sees the plan.",
    replies: &[Reply::ok("The stream.", &[Media::plain(EVENTS)])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::CallerBusy,
        ProblemKind::Overloaded,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&FOLLOW, follow)]
}

/// An open stream.
struct Listener {
    request: Arc<PlanRequest>,
    plans: Arc<Plans>,
    gate: Arc<Gate>,
    moved: watch::Receiver<u64>,
    shutdown: watch::Receiver<bool>,
    caller: Caller,
    headers: HeaderMap,
    credentials: Credentials,
    last: u64,
    ready: VecDeque<String>,
    spoke: Instant,
    _in_use: InUse,
}

async fn follow(
    State(app): State<App>,
    request: PlanRequest,
    context: Context,
    credentials: Credentials,
    headers: HeaderMap,
) -> Responded {
    let in_use = app.gate.callers.begin(&context.caller, Use::Stream)?;
    let last = match headers.get(LAST_EVENT_ID) {
        None => None,
        Some(id) => Some(id.to_str().ok().and_then(|id| id.trim().parse().ok()).ok_or_else(|| {
            Problem::new(ProblemKind::ParameterInvalid, "`Last-Event-ID` is not a version of the plan")
        })?),
    };
    let (request, moved) = (Arc::new(request), app.plans.listen()?);
    let own = Arc::clone(&request);
    let version = app.plans.run(move |ledger| Ok(own.find(ledger)?.view()?.version())).await?;
    let listener = Listener {
        request,
        plans: Arc::clone(&app.plans),
        gate: Arc::clone(&app.gate),
        moved,
        shutdown: app.gate.shutdown(),
        caller: context.caller.clone(),
        headers,
        credentials,
        last: last.unwrap_or(version),
        // The header of the response is sent with these first bytes.
        ready: VecDeque::from([": listening\n\n".to_owned()]),
        spoke: Instant::now(),
        _in_use: in_use,
    };
    let stream = stream::unfold(listener, |mut listener| async move {
        let text = listener.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), listener))
    });
    Ok(body(EVENTS, Body::from_stream(stream)))
}

impl Listener {
    /// Returns the next lines of the stream; `None` at its end.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(text) = self.ready.pop_front() {
                self.spoke = Instant::now();
                return Some(text);
            }
            self.read().await?;
            if !self.ready.is_empty() {
                continue;
            }
            if self.spoke.elapsed() >= KEEP_ALIVE {
                self.ready.push_back(": keep-alive\n\n".to_owned());
                continue;
            }
            tokio::select! {
                biased;
                _ = self.shutdown.wait_for(|is_shutdown| *is_shutdown) => return None,
                moved = self.moved.changed() => moved.ok()?,
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Reads what the person has not seen yet; `None` when they no longer see the plan.
    async fn read(&mut self) -> Option<()> {
        // A token can be withdrawn, and a grant revoked, long after the stream was opened.
        let vendor = Some(self.request.vendor.as_str());
        let caller = self.gate.remains(&self.caller, &self.credentials, Scope::Plan, vendor)?;
        let stated = self.headers.get(PERSON).and_then(|person| person.to_str().ok());
        let seat = Seat::new(&caller, stated).ok()?;
        let (request, last) = (Arc::clone(&self.request), self.last);
        let read = self.plans.run(move |ledger| {
            let found = request.find_for(ledger, &seat)?;
            let view = found.view()?;
            let events = view.events(last);
            let document = |seen| EventDocument::new(&view, seen, seat.person.as_deref());
            events.into_iter().map(document).collect::<Result<Vec<_>, Problem>>()
        });
        for event in read.await.ok()? {
            let data = serde_json::to_string(&event).ok()?;
            self.last = event.version;
            self.ready.push_back(format!("event: move\nid: {}\ndata: {data}\n\n", event.version));
        }
        Some(())
    }
}
