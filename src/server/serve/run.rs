//! The server from its start to its end.

use super::admin::Admin;
use super::connections::{serving, spawn_all};
use super::notify::{Phase, notify};
use super::signals::{self, Hangup};
use super::start::{Options, Started, start};
use super::upkeep;
use crate::finding::Findings;
use crate::server::state::exporter::GRACE;
use crate::server::wire::socket::Socket;
use std::time::Duration;
use tokio::sync::watch;

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

    /// Returns the admin addresses, as they are written in options.
    pub fn admin_addresses(&self) -> Vec<String> {
        self.0.admin.iter().flat_map(Admin::addresses).collect()
    }

    /// Returns a handle that stops the server.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.0.shutdown.clone())
    }

    /// Serves until SIGTERM, an interrupt or [`Stopper::stop`]; SIGHUP reloads everything.
    ///
    /// Returns false when requests were cut off because they did not end within the grace period.
    pub fn run(self) -> bool {
        let Started { runtime, admin, app, sockets, tls, tokens, shutdown, lame_duck, exporter, terminate } = self.0;
        let admin = admin.and_then(|admin| admin.serve(&app));
        let is_clean = runtime.block_on(async {
            let (closing, close) = watch::channel(false);
            let (flushing, flush) = watch::channel(false);
            let exporter = exporter.map(|exporter| tokio::spawn(exporter.run(flush)));
            let tasks = spawn_all(&serving(&app, app.gate.limits.connections, tls.clone(), close), sockets);
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
        if let Some(admin) = admin {
            admin.stop();
        }
        if !is_clean {
            tracing::warn!("requests were cut off: they did not end within the grace period");
        }
        app.fleet.leave();
        app.vendors.library.stop();
        runtime.shutdown_timeout(Duration::from_secs(1));
        tracing::info!("ended");
        is_clean
    }
}
