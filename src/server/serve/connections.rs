//! Sockets that are served: the settings of their connections, and one task for each.

use super::router::router;
use crate::server::http::rejection::REFUSALS;
use crate::server::state::app::App;
use crate::server::wire::listen::{Serving, serve};
use crate::server::wire::places::Places;
use crate::server::wire::socket::Socket;
use crate::server::wire::tls::Tls;
use crate::server::wire::watched::Timeouts;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Longest wait for a response of an admin address at the end of the server.
const ADMIN_GRACE: Duration = Duration::from_secs(1);

/// Returns the settings of the connections of a listener.
pub fn serving(app: &App, connections: usize, tls: Option<Arc<Tls>>, ending: watch::Receiver<bool>) -> Arc<Serving> {
    let (limits, telemetry) = (app.gate.limits, Arc::clone(&app.telemetry));
    Arc::new(Serving {
        router: router(app),
        grace: if app.gate.is_admin() { ADMIN_GRACE } else { limits.grace },
        tls,
        places: Places::new(connections),
        timeouts: Timeouts { header: limits.header, write: limits.write },
        refusals: REFUSALS,
        idle: limits.idle,
        count: Arc::new(move |step| {
            telemetry.metrics.connections.inc_by(step);
        }),
        ending,
    })
}

/// Serves every socket in a separate task until the end.
pub fn spawn_all(serving: &Arc<Serving>, sockets: Vec<Socket>) -> JoinSet<bool> {
    let mut tasks = JoinSet::new();
    for socket in sockets {
        tracing::info!(address = socket.address(), tls = serving.tls.is_some(), "listening");
        tasks.spawn(serve(socket, Arc::clone(serving)));
    }
    tasks
}
