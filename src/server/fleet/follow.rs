//! Keeping a replica current: pins of others are applied, and what decides here is reported.

use super::shared::{Held, Report, Shared, SharedState, View, keys_of};
use super::waiting::unavailable;
use crate::channel::Name;
use crate::finding::{Findings, render};
use crate::library::{Hold, VendorLibrary, VendorState};
use crate::plugin::VendorPlugin;
use crate::server::fault::ServerFault;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::state::books::StoredBooks;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Pause between two looks at the shared state.
const PAUSE: Duration = Duration::from_millis(200);
/// Pause between two looks while a decision waits for other replicas.
const SHORT_PAUSE: Duration = Duration::from_millis(20);
/// Longest wait until all present replicas follow a decision of a person.
const PATIENCE: Duration = Duration::from_secs(10);

/// The replicas that share state with this server; none without a state directory.
pub struct Fleet(Option<Arc<Joined>>);

/// A server that shares state with others.
struct Joined {
    shared: Arc<dyn SharedState>,
    library: Arc<VendorLibrary>,
    books: Arc<StoredBooks>,
    following: Mutex<Following>,
    /// Reason for which the shared state cannot be used now.
    trouble: Mutex<Option<String>>,
}

/// Decisions that this replica has applied so far.
#[derive(Default)]
struct Following {
    vendors: BTreeMap<Name, Followed>,
    applied: u64,
    removals: u64,
}

/// The decision about one vendor that this replica follows.
#[derive(Default)]
struct Followed {
    version: u64,
    is_pinned: bool,
    /// True once the directory had other content than the revision that was rolled back from.
    is_released: bool,
    has_failed: bool,
}

impl Fleet {
    /// Returns a server that shares nothing.
    pub fn alone() -> Self {
        Self(None)
    }

    /// Joins the replicas that share this state: applies their pins, and follows them from now on.
    pub fn join(
        shared: Arc<dyn SharedState>,
        library: Arc<VendorLibrary>,
        books: Arc<StoredBooks>,
    ) -> Result<Self, Findings> {
        let joined = Joined { shared, library, books, following: Mutex::default(), trouble: Mutex::default() };
        let joined = Arc::new(joined);
        let failed =
            |reason: String| Findings::from(crate::finding::Finding::from(ServerFault::CannotStart { reason }));
        joined.step().map_err(|unavailable| failed(unavailable.0))?;
        let follower = Arc::downgrade(&joined);
        let thread = std::thread::Builder::new().name("replicas".to_owned()).spawn(move || follow(&follower));
        thread.map_err(|error| failed(error.to_string()))?;
        Ok(Self(Some(joined)))
    }

    /// Returns what is shared now; `None` when nothing is. Waits for the store.
    pub fn view(&self) -> Option<Shared<View>> {
        self.0.as_ref().map(|joined| joined.step())
    }

    /// Returns the reason for which the shared state cannot be used; `None` while it can.
    pub fn trouble(&self) -> Option<String> {
        self.0.as_ref()?.trouble.lock().clone()
    }

    /// Applies what other replicas decided; returns the number of the decision about `vendor` that is in effect, or `None`
    /// when nothing is shared.
    pub fn catch_up(&self, vendor: &str) -> Result<Option<u64>, Problem> {
        let Some(joined) = &self.0 else { return Ok(None) };
        let view = joined.step().map_err(unavailable)?;
        let held = view.held.iter().find(|held| *held.vendor == *vendor);
        Ok(Some(held.map_or(0, |held| held.version)))
    }

    /// Records a decision, applies it, and waits until all present replicas follow it.
    ///
    /// It takes effect with its record; a decision that came between it and `after` refuses it.
    pub fn decide(&self, held: Held, after: u64) -> Result<(), Problem> {
        let Some(joined) = &self.0 else { return Ok(()) };
        let vendor = Name::clone(&held.vendor);
        let version = joined.shared.hold(held, after).map_err(unavailable)?.ok_or_else(|| {
            let detail = "another replica decided about this vendor at the same time; read its state again";
            Problem::new(ProblemKind::RevisionChanged, detail)
        })?;
        let end = Instant::now() + PATIENCE;
        loop {
            let view = joined.step().map_err(unavailable)?;
            let late = view.replicas.iter().filter(|replica| replica.is_present && replica.report.applied < version);
            let late: Vec<&str> = late.map(|replica| &*replica.name).collect();
            if late.is_empty() {
                return Ok(());
            }
            if Instant::now() > end {
                let late = late.join(", ");
                tracing::warn!(vendor = &*vendor, late, "the decision is recorded, and not all replicas follow it yet");
                return Ok(());
            }
            std::thread::sleep(SHORT_PAUSE);
        }
    }

    /// Refuses a request when a present replica decides with another revision of the vendor.
    pub fn expect_agreement(&self, vendor: &str, revision: &str) -> Result<(), Problem> {
        let Some(view) = self.view() else { return Ok(()) };
        let view = view.map_err(unavailable)?;
        let present = view.replicas.iter().filter(|replica| replica.is_present);
        let differing: Findings = present
            .filter_map(|replica| {
                let decides = replica.report.revisions.get(vendor).cloned().flatten();
                let fault = || ServerFault::ReplicaDiffers { replica: replica.name.clone(), revision: decides.clone() };
                (decides.as_deref() != Some(revision)).then(|| fault().into())
            })
            .collect();
        if differing.is_empty() {
            return Ok(());
        }
        Err(Problem::from_findings(ProblemKind::ReplicasDiffer, &differing))
    }

    /// Leaves the other replicas at the end of the server.
    pub fn leave(&self) {
        if let Some(Err(unavailable)) = self.0.as_ref().map(|joined| joined.shared.leave()) {
            tracing::warn!("the other replicas will notice the end of this one after some seconds: {unavailable}");
        }
    }
}

/// Follows the others until the server ends.
fn follow(joined: &Weak<Joined>) {
    while let Some(joined) = joined.upgrade() {
        let trouble = joined.step().err().map(|unavailable| unavailable.0);
        let before = std::mem::replace(&mut *joined.trouble.lock(), trouble.clone());
        match (before, trouble) {
            (None, Some(reason)) => tracing::error!(reason, "the shared state cannot be used"),
            (Some(_), None) => tracing::info!("the shared state can be used again"),
            _ => {}
        }
        drop(joined);
        std::thread::sleep(PAUSE);
    }
}

impl Joined {
    fn report(&self, applied: u64) -> Report {
        let catalog = self.library.current();
        let revision = |state: &VendorState<VendorPlugin>| state.revision().map(str::to_owned);
        let revisions = catalog.vendors().map(|(name, state)| (name.to_string(), revision(state))).collect();
        Report { revisions, applied }
    }

    /// Looks at the shared state and applies what is new in it.
    fn step(&self) -> Shared<View> {
        let mut following = self.following.lock();
        let reported = self.report(following.applied);
        let mut view = self.shared.look(reported.clone())?;
        self.bring_pins(&view)?;
        let mut is_complete = true;
        for held in &view.held {
            let followed = following.vendors.entry(Name::clone(&held.vendor)).or_default();
            is_complete &= self.apply(held, followed);
        }
        if is_complete {
            following.applied = view.latest();
        }
        let report = self.report(following.applied);
        if report != reported {
            view = self.shared.look(report)?;
        }
        if view.removals != following.removals {
            self.books.retain(&keys_of(&self.shared.books(None)?));
            following.removals = view.removals;
        }
        Ok(view)
    }

    /// Records pins that an earlier version of the program left in its state directory.
    fn bring_pins(&self, view: &View) -> Shared<()> {
        let catalog = self.library.current();
        let pinned = catalog.vendors().filter_map(|(name, state)| Some((name, state.pinned.clone()?)));
        for (vendor, pin) in pinned.filter(|(name, _)| !view.held.iter().any(|held| held.vendor == **name)) {
            let (who, reason) = (pin.who.clone(), pin.reason.clone());
            self.shared.hold(Held { vendor: Name::clone(vendor), version: 0, pin: Some(pin), who, reason }, 0)?;
        }
        Ok(())
    }

    /// Applies a decision about one vendor; returns false when it cannot be applied here.
    fn apply(&self, held: &Held, followed: &mut Followed) -> bool {
        let catalog = self.library.current();
        // A vendor that is not here yet decides nothing here.
        let Some(state) = catalog.vendor(&held.vendor) else { return true };
        if followed.version != held.version {
            *followed = Followed { version: held.version, ..Followed::default() };
        }
        let is_rollback = held.pin.as_ref().is_some_and(|pin| matches!(pin.hold, Hold::UntilChange { .. }));
        followed.is_released |= is_rollback && followed.is_pinned && state.pinned.is_none();
        let newest = state.newest.as_ref().map(|newest| newest.revision());
        let wanted = held.pin_for(newest).filter(|_| !followed.is_released);
        if state.pinned.as_ref() == wanted {
            followed.is_pinned = wanted.is_some();
            return true;
        }
        match self.library.hold(&held.vendor, wanted.cloned(), &held.reason, held.who.as_deref()) {
            Ok(()) => {
                (followed.is_pinned, followed.has_failed) = (wanted.is_some(), false);
                true
            }
            Err(findings) => {
                if !std::mem::replace(&mut followed.has_failed, true) {
                    let findings = render::human(findings.iter(), false);
                    let vendor = &*held.vendor;
                    tracing::error!(vendor, findings, "a decision of another replica cannot be applied here");
                }
                false
            }
        }
    }
}
