//! Notifications to the service manager.

/// A change reported to the service manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The server accepts connections.
    Ready,
    /// The server reads everything again.
    Reloading,
    /// The server shuts down.
    Stopping,
}

/// Notifies systemd; fails silently where there is none.
#[cfg(unix)]
pub fn notify(phase: Phase) {
    use sd_notify::NotifyState;
    let state = match phase {
        Phase::Ready => NotifyState::Ready,
        Phase::Reloading => NotifyState::Reloading,
        Phase::Stopping => NotifyState::Stopping,
    };
    let _ = sd_notify::notify(&[state]);
}

/// Does nothing: this system has no such service manager.
#[cfg(not(unix))]
pub fn notify(_: Phase) {}
