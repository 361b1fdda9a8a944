//! Changes of vendors as a stream of events.

use super::route::Route;
use crate::server::http::context::Context;
use crate::server::http::credentials::Credentials;
use crate::server::http::header::LAST_EVENT_ID;
use crate::server::http::media::{EVENTS, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::ProblemKind;
use crate::server::http::respond::{Responded, body};
use crate::server::state::callers::{InUse, Use};
use crate::server::state::events::Sent;
use crate::server::state::gate::Gate;
use crate::server::state::telemetry::Telemetry;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use futures_util::stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

/// Silence after which a stream sends a comment, so that the peer knows it is open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

static LISTEN: Operation = Operation {
    id: "events",
    path: "/v1/events",
    group: "vendors",
    summary: "Changes of vendors as they happen",
    doc: "Server-sent events named `change`, each with a JSON object; `missed` states how many were lost, or null when that is not known. With `Last-Event-ID` the stream begins after that event, from the last 256 changes; without it, read `/v1/vendors` once the stream is open. A comment every 15 seconds shows that it is open.",
    headers: &[LAST_EVENT_ID],
    replies: &[Reply::ok("The stream.", &[Media::plain(EVENTS)])],
    problems: &[ProblemKind::CallerBusy, ProblemKind::Overloaded],
    ..Operation::GET
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&LISTEN, listen)]
}

/// An open stream.
struct Listener {
    receiver: Receiver<Sent>,
    /// Events that the listener missed, the next one first.
    missed: VecDeque<String>,
    telemetry: Arc<Telemetry>,
    gate: Arc<Gate>,
    shutdown: watch::Receiver<bool>,
    credentials: Credentials,
    is_open: bool,
    _in_use: InUse,
}

async fn listen(
    State(telemetry): State<Arc<Telemetry>>,
    State(gate): State<Arc<Gate>>,
    context: Context,
    credentials: Credentials,
    headers: HeaderMap,
) -> Responded {
    let in_use = gate.callers.begin(&context.caller, Use::Stream)?;
    let last = headers.get(LAST_EVENT_ID.name).and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty());
    let listening = telemetry.events.listen(last);
    let mut missed = VecDeque::new();
    if listening.is_incomplete {
        missed.push_back("event: missed\ndata: {\"missed\":null}\n\n".to_owned());
    }
    let seen = listening.missed.iter().filter(|sent| context.caller.sees(&sent.event.vendor));
    missed.extend(seen.map(|sent| text_of(&telemetry, sent)));
    let (receiver, shutdown) = (listening.receiver, gate.shutdown());
    let listener =
        Listener { receiver, missed, telemetry, gate, shutdown, credentials, is_open: false, _in_use: in_use };
    let stream = stream::unfold(listener, |mut listener| async move {
        let text = listener.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), listener))
    });
    let mut response = body(EVENTS, Body::from_stream(stream));
    // A proxy with its defaults would hold the events back until it has a buffer full of them.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn text_of(telemetry: &Telemetry, sent: &Sent) -> String {
    format!("event: change\nid: {}\ndata: {}\n\n", telemetry.events.id(sent), sent.event.data)
}

impl Listener {
    /// Returns the next lines of the stream; `None` at its end.
    async fn next(&mut self) -> Option<String> {
        // The header of the response is sent with these first bytes.
        if !std::mem::replace(&mut self.is_open, true) {
            return Some(": listening\n\n".to_owned());
        }
        if let Some(text) = self.missed.pop_front() {
            return Some(text);
        }
        loop {
            let text = tokio::select! {
                biased;
                _ = self.shutdown.wait_for(|is_shutdown| *is_shutdown) => return None,
                event = self.receiver.recv() => match event {
                    Ok(sent) if !self.gate.reader(&self.credentials)?.sees(&sent.event.vendor) => continue,
                    Ok(sent) => text_of(&self.telemetry, &sent),
                    Err(RecvError::Lagged(missed)) => format!("event: missed\ndata: {{\"missed\":{missed}}}\n\n"),
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(KEEP_ALIVE) => ": keep-alive\n\n".to_owned(),
            };
            // A token can be removed, or restricted to other vendors, long after the stream was opened.
            self.gate.reader(&self.credentials)?;
            return Some(text);
        }
    }
}
