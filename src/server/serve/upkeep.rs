//! Upkeep: tokens and certificates reloaded when they change, and everything on SIGHUP.

use super::notify::{Phase, notify};
use super::signals::Hangup;
use crate::finding::render;
use crate::server::http::access::Access;
use crate::server::state::acts;
use crate::server::state::app::App;
use crate::server::wire::files::read_small;
use crate::server::wire::tls::Tls;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Interval at which tokens and certificates are checked, beside every SIGHUP.
const INTERVAL: Duration = Duration::from_secs(10);

/// Keeps tokens, certificate and vendors current until it is aborted.
pub async fn run(app: App, tls: Option<Arc<Tls>>, tokens: Option<PathBuf>, mut hangup: Hangup) {
    let mut interval = tokio::time::interval(INTERVAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval.tick().await;
    let mut tokens = tokens.map(Tokens::new);
    loop {
        let is_hangup = tokio::select! {
            _ = interval.tick() => false,
            () = hangup.next() => true,
        };
        if let Some(tokens) = &mut tokens {
            tokens.reload(&app, is_hangup).await;
        }
        match tls.as_ref().map(|tls| tls.reload()) {
            Some(Ok(true)) => tracing::info!("the certificate was reloaded"),
            Some(Ok(false)) | None => {}
            Some(Err(finding)) => tracing::error!("the last valid certificate stays in effect: {finding}"),
        }
        if let Some(expiry) = tls.as_ref().and_then(|tls| tls.expiry()) {
            app.telemetry.metrics.certificate_expires(expiry);
        }
        if is_hangup {
            notify(Phase::Reloading);
            let library = Arc::clone(&app.vendors.library);
            let outcome = tokio::task::spawn_blocking(move || library.reload_now()).await;
            let is_success = outcome.is_ok_and(|outcome| outcome.is_success());
            acts::reloaded(&app.telemetry, &app.vendors).await;
            tracing::info!(is_success, "everything was reloaded on SIGHUP");
            notify(Phase::Ready);
        }
    }
}

/// The file of tokens, with the content read last.
struct Tokens {
    path: PathBuf,
    seen: Option<blake3::Hash>,
}

impl Tokens {
    fn new(path: PathBuf) -> Self {
        let mut tokens = Self { path, seen: None };
        tokens.seen = tokens.digest();
        tokens
    }

    fn digest(&self) -> Option<blake3::Hash> {
        read_small(&self.path).ok().map(|bytes| blake3::hash(&bytes))
    }

    /// Reloads the file if it changed, or in any case when `is_forced`.
    async fn reload(&mut self, app: &App, is_forced: bool) {
        let now = self.digest();
        let is_changed = now != self.seen;
        if !is_changed && !is_forced {
            return;
        }
        self.seen = now;
        match Access::read(&self.path) {
            Ok(access) => {
                let changes = app.gate.replace_access(access);
                tracing::info!("the tokens were reloaded");
                acts::tokens(&app.telemetry, Ok(changes)).await;
            }
            Err(findings) => {
                let shown = render::human(findings.iter(), false);
                tracing::error!(findings = shown, "the last valid tokens stay in effect");
                if is_changed {
                    acts::tokens(&app.telemetry, Err(&findings)).await;
                }
            }
        }
    }
}
