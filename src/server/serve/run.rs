//! The server from its start to its end.

use super::notify::{Phase, notify};
use super::router::router;
use super::signals::{self, Hangup};
use super::start::{Options, Started, start};
use super::upkeep;
use crate::finding::Findings;
use crate::server::http::rejection::REFUSALS;
use crate::server::state::app::App;
use crate::server::state::exporter::GRACE;
use crate::server::wire::listen::{Serving, serve};
use crate::server::wire::socket::Socket;
use crate::server::wire::tls::Tls;
use crate::server::wire::watched::Timeouts;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// A server that listens.
pub struct Server(Started);

/// Stops a server from another thread.
#[derive(Debug, Clone)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// Asks the server to shut down.
    pub fn stop(&self) {
        // Fails only when the server has ended already.
        let _ = self.0.send(true);
    }
}

impl Server {
    /// Opens sockets, reads tokens, certificate and vendors; reports all problems of the options in one pass.
    ///
    /// Vendors that cannot be used do not prevent the start: they are logged, and the others are served.
    pub fn open(options: Options) -> Result<Self, Findings> {
        start(options).map(Self)
    }

    /// Returns the addresses it listens on, as they are written in options.
    pub fn addresses(&self) -> Vec<String> {
        self.0.sockets.iter().map(Socket::address).collect()
    }

    /// Returns a handle that stops the server.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.0.shutdown.clone())
    }

    /// Serves until SIGTERM, an interrupt or [`Stopper::stop`]; SIGHUP reloads everything.
    ///
    /// Returns false when requests were cut off because they did not end within the grace period.
    pub fn run(self) -> bool {
        let Started { runtime, app, sockets, tls, tokens, shutdown, lame_duck, exporter, terminate } = self.0;
        let is_clean = runtime.block_on(async {
            let (closing, close) = watch::channel(false);
            let (flushing, flush) = watch::channel(false);
            let exporter = exporter.map(|exporter| tokio::spawn(exporter.run(flush)));
            let tasks = listen(&app, sockets, tls.as_ref(), close);
            let upkeep = tokio::spawn(upkeep::run(app.clone(), tls, tokens, Hangup::catch()));
            notify(Phase::Ready);
            signals::wait(terminate, &shutdown).await;
            notify(Phase::Stopping);
            let _ = shutdown.send(true);
            tracing::info!("shutting down: readiness is off, requests in progress are completed");
            tokio::time::sleep(lame_duck).await;
            let _ = closing.send(true);
            let is_clean = tasks.join_all().await.into_iter().all(|is_clean| is_clean);
            upkeep.abort();
            if let Some(exporter) = exporter {
                let _ = flushing.send(true);
                if tokio::time::timeout(GRACE, exporter).await.is_err() {
                    tracing::warn!("spans are lost: the collector did not accept them within the grace period");
                }
            }
            if let Some(recorder) = &app.telemetry.recorder
                && !recorder.close().await
            {
                tracing::error!("responses were sent for decisions whose records could not be written");
            }
            is_clean
        });
        if !is_clean {
            tracing::warn!("requests were cut off: they did not end within the grace period");
        }
        app.vendors.library.stop();
        runtime.shutdown_timeout(Duration::from_secs(1));
        tracing::info!("ended");
        is_clean
    }
}

/// Serves every socket in a separate task until `close` becomes true.
fn listen(app: &App, sockets: Vec<Socket>, tls: Option<&Arc<Tls>>, close: watch::Receiver<bool>) -> JoinSet<bool> {
    let (limits, telemetry) = (app.gate.limits, Arc::clone(&app.telemetry));
    let serving = Arc::new(Serving {
        router: router(app),
        tls: tls.cloned(),
        places: Arc::new(Semaphore::new(limits.connections)),
        timeouts: Timeouts { header: limits.header, write: limits.write },
        refusals: REFUSALS,
        idle: limits.idle,
        count: Arc::new(move |step| {
            telemetry.metrics.connections.inc_by(step);
        }),
        ending: close,
        grace: limits.grace,
    });
    let mut tasks = JoinSet::new();
    for socket in sockets {
        tracing::info!(address = socket.address(), tls = tls.is_some(), "listening");
        tasks.spawn(serve(socket, Arc::clone(&serving)));
    }
    tasks
}
