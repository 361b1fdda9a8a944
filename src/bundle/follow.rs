//! Bundles of a server, asked for at intervals by a thread, so that their readers never wait for the network.

use super::address::BundleAddress;
use super::copies::Copies;
use super::fetch::{FetchedBundles, Fetcher};
use crate::finding::{Finding, Findings};
use parking_lot::{Condvar, Mutex};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Longest wait of a reload for a round.
const REFRESH: Duration = Duration::from_secs(10);

/// Bundles of an address.
pub(super) struct Follower {
    address: BundleAddress,
    poll: Duration,
    /// Before the thread runs.
    idle: Option<Rounds>,
    is_fetched: bool,
    shared: Arc<Shared>,
}

/// State that the thread and its readers share.
#[derive(Default)]
struct Shared {
    state: Mutex<Fetched>,
    bell: Condvar,
}

/// The result of the latest round.
#[derive(Default)]
struct Fetched {
    bundles: FetchedBundles,
    faults: Findings,
    is_asked: bool,
    is_closed: bool,
}

/// Rounds of fetching.
struct Rounds {
    fetcher: Fetcher,
    copies: Option<Copies>,
    has_bundles: bool,
}

impl Follower {
    /// Returns the bundles that `fetcher` fetches, with an interval, and copies in a directory; nothing is sent yet.
    pub fn new(fetcher: Fetcher, poll: Duration, copies: Option<PathBuf>) -> Self {
        let address = fetcher.address().clone();
        let rounds = Rounds { fetcher, copies: copies.map(Copies::new), has_bundles: false };
        Self { address, poll, idle: Some(rounds), is_fetched: false, shared: Arc::default() }
    }

    /// Returns the address.
    pub fn address(&self) -> &BundleAddress {
        &self.address
    }

    /// Returns the bundles by the names of their files, and what could not be fetched. The first call asks the server
    /// itself; a thread does after it.
    pub fn bundles(&mut self) -> (FetchedBundles, Findings) {
        if !self.is_fetched {
            self.is_fetched = true;
            if let Some(rounds) = &mut self.idle {
                rounds.round(&self.shared);
            }
        } else if let Some(rounds) = self.idle.take() {
            let (shared, poll) = (Arc::clone(&self.shared), self.poll);
            let started =
                std::thread::Builder::new().name("bundles".to_owned()).spawn(move || rounds.run(&shared, poll));
            if let Err(error) = started {
                let reason = format!("no thread could be started: {error}");
                self.shared
                    .state
                    .lock()
                    .faults
                    .push(super::BundleFault::NotFetched { address: self.address.to_string(), reason }.into());
            }
        }
        let state = self.shared.state.lock();
        (state.bundles.clone(), state.faults.clone())
    }

    /// Asks the server now, and waits for it a while.
    pub fn refresh(&mut self) {
        if let (Some(rounds), true) = (&mut self.idle, self.is_fetched) {
            rounds.round(&self.shared);
            return;
        }
        if self.idle.is_some() {
            return;
        }
        let mut state = self.shared.state.lock();
        state.is_asked = true;
        self.shared.bell.notify_all();
        let waited = self.shared.bell.wait_while_for(&mut state, |state| state.is_asked, REFRESH);
        if waited.timed_out() {
            let reason = format!("no response within {} s", REFRESH.as_secs());
            let fault = super::BundleFault::NotFetched { address: self.address.to_string(), reason };
            state.faults = Findings::from(Finding::from(fault));
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.shared.state.lock().is_closed = true;
        self.shared.bell.notify_all();
    }
}

impl Rounds {
    /// Fetches at intervals until nothing reads the bundles any more.
    fn run(mut self, shared: &Shared, poll: Duration) {
        loop {
            let is_asked = {
                let mut state = shared.state.lock();
                shared.bell.wait_while_for(&mut state, |state| !state.is_asked && !state.is_closed, poll);
                if state.is_closed {
                    return;
                }
                state.is_asked
            };
            self.round(shared);
            if is_asked {
                shared.state.lock().is_asked = false;
                shared.bell.notify_all();
            }
        }
    }

    /// Fetches once, and logs when what cannot be fetched changes.
    fn round(&mut self, shared: &Shared) {
        let before = shared.state.lock().faults.to_string();
        self.fetch(shared);
        let after = shared.state.lock().faults.to_string();
        match (before == after, after.is_empty()) {
            (true, _) => {}
            (false, true) => tracing::info!("bundles are fetched again"),
            (false, false) => tracing::warn!("bundles: {after}"),
        }
    }

    /// Fetches once. What cannot be fetched changes nothing but the findings.
    fn fetch(&mut self, shared: &Shared) {
        match self.fetcher.round() {
            Ok((bundles, mut faults)) => {
                self.has_bundles = true;
                if let Some(Err(finding)) = self.copies.as_mut().map(|copies| copies.write(&bundles)) {
                    faults.push(finding);
                }
                let mut state = shared.state.lock();
                (state.bundles, state.faults) = (bundles, faults);
            }
            Err(finding) => {
                let copies = self.copies.as_ref().filter(|_| !self.has_bundles).map(Copies::read);
                let mut state = shared.state.lock();
                let mut faults = Findings::from(finding);
                match copies {
                    Some(Ok(bundles)) => state.bundles = bundles,
                    Some(Err(finding)) => faults.push(finding),
                    None => {}
                }
                state.faults = faults;
            }
        }
    }
}
