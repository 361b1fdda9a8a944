//! Signals that end the server or make it reload.

use tokio::sync::watch;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signal that asks the process to end; caught from the beginning, because the first process of a container would
/// not receive it otherwise.
pub struct Terminate(#[cfg(unix)] Option<Signal>);

impl Terminate {
    /// Catches the signal; runs inside the runtime.
    pub fn catch() -> Self {
        Self(
            #[cfg(unix)]
            signal(SignalKind::terminate()).ok(),
        )
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        next(&mut self.0).await;
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}

/// The signal that asks for a reload; there is none on systems other than Unix.
pub struct Hangup(#[cfg(unix)] Option<Signal>);

impl Hangup {
    /// Catches the signal; runs inside the runtime.
    pub fn catch() -> Self {
        Self(
            #[cfg(unix)]
            signal(SignalKind::hangup()).ok(),
        )
    }

    /// Waits for the signal.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        next(&mut self.0).await;
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}

/// A signal that cannot be caught never comes: it ends the process by itself.
#[cfg(unix)]
async fn next(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Waits until a signal or a stopper ends the server.
pub async fn wait(mut terminate: Terminate, stop: &watch::Sender<bool>) {
    let mut stopped = stop.subscribe();
    tokio::select! {
        () = terminate.next() => {}
        interrupted = tokio::signal::ctrl_c() => {
            if interrupted.is_err() {
                std::future::pending::<()>().await;
            }
        }
        _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
    }
}
