//! Changes of vendors as they happen, for callers that listen.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::broadcast;

/// Most changes that a slow listener may be behind.
const BEHIND: usize = 256;

/// A change ready to be sent.
#[derive(Debug, Clone)]
pub struct Event {
    /// Vendor it is about.
    pub vendor: String,
    /// Generation with the change.
    pub generation: u64,
    /// Outcome as in a vendor's history.
    pub outcome: &'static str,
    /// The change as JSON.
    pub data: String,
}

/// Distribution of changes.
pub struct Events {
    sender: broadcast::Sender<Arc<Event>>,
    /// Since when vendors have not used the content of their directory.
    stale: Mutex<BTreeMap<String, Instant>>,
}

impl Default for Events {
    fn default() -> Self {
        Self { sender: broadcast::channel(BEHIND).0, stale: Mutex::default() }
    }
}

impl Events {
    /// Returns a receiver of changes from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Event>> {
        self.sender.subscribe()
    }

    /// Returns the seconds for which vendors have not used the content of their directory.
    pub fn stale_seconds(&self) -> Vec<(String, i64)> {
        let stale = self.stale.lock();
        let seconds = |since: &Instant| i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX);
        stale.iter().map(|(vendor, since)| (vendor.clone(), seconds(since))).collect()
    }

    /// Notes whether a vendor uses the content of its directory.
    pub fn note(&self, vendor: &str, is_stale: bool) {
        let mut stale = self.stale.lock();
        match is_stale {
            true => drop(stale.entry(vendor.to_owned()).or_insert_with(Instant::now)),
            false => drop(stale.remove(vendor)),
        }
    }

    /// Sends a change to all listeners.
    pub fn send(&self, event: Event) {
        // Fails when there is no listener.
        drop(self.sender.send(Arc::new(event)));
    }
}
