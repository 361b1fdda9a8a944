//! Changes of vendors as a stream of events.

use super::route::Route;
use crate::server::http::context::Context;
use crate::server::http::media::{EVENTS, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::ProblemKind;
use crate::server::http::respond::{Responded, body};
use crate::server::state::callers::{InUse, Use};
use crate::server::state::events::Event;
use crate::server::state::gate::Gate;
use crate::server::state::telemetry::Telemetry;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use futures_util::stream;
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
    doc: "Server-sent events named `change`, each with a JSON object; `missed` states how many a slow listener lost. The stream does not include past changes: read `/v1/vendors` once it is open.",
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
    receiver: Receiver<Arc<Event>>,
    gate: Arc<Gate>,
    shutdown: watch::Receiver<bool>,
    headers: HeaderMap,
    is_open: bool,
    _in_use: InUse,
}

async fn listen(
    State(telemetry): State<Arc<Telemetry>>,
    State(gate): State<Arc<Gate>>,
    context: Context,
    headers: HeaderMap,
) -> Responded {
    let in_use = gate.callers.begin(&context.caller, Use::Stream)?;
    let (receiver, shutdown) = (telemetry.events.listen(), gate.shutdown());
    let listener = Listener { receiver, gate, shutdown, headers, is_open: false, _in_use: in_use };
    let stream = stream::unfold(listener, |mut listener| async move {
        let text = listener.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), listener))
    });
    Ok(body(EVENTS, Body::from_stream(stream)))
}

impl Listener {
    /// Returns the next lines of the stream; `None` at its end.
    async fn next(&mut self) -> Option<String> {
        // The header of the response is sent with these first bytes.
        if !std::mem::replace(&mut self.is_open, true) {
            return Some(": listening\n\n".to_owned());
        }
        loop {
            let text = tokio::select! {
                biased;
                _ = self.shutdown.wait_for(|is_shutdown| *is_shutdown) => return None,
                event = self.receiver.recv() => match event {
                    Ok(event) if !self.gate.reader(&self.headers)?.sees(&event.vendor) => continue,
                    Ok(event) => format!("event: change\nid: {}\ndata: {}\n\n", event.generation, event.data),
                    Err(RecvError::Lagged(missed)) => format!("event: missed\ndata: {{\"missed\":{missed}}}\n\n"),
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(KEEP_ALIVE) => ": keep-alive\n\n".to_owned(),
            };
            // A token can be removed, or restricted to other vendors, long after the stream was opened.
            self.gate.reader(&self.headers)?;
            return Some(text);
        }
    }
}
