//! The library: the catalog in use, its reloading, and the requests of people.

use super::Revision;
use super::archive::Archive;
use super::catalog::Catalog;
use super::clock::{Clock, SystemClock};
use super::fault::LibraryFault;
use super::history::{Attempt, Pin};
use super::news::Active;
use super::pacing::{Pace, Pacing};
use super::past::{Asker, PastRevisions, RevisionRecord};
use super::reload::{Decision, Limits, Reloader};
use super::reloading::{Ended, Reloading, Watch};
use super::report::ReloadOutcome;
use super::shared::Shared;
use super::source::Source;
use super::status::Status;
use super::subscription::{Subscriber, Subscription};
use super::validate::Validate;
use super::watch::Wakeups;
use crate::channel::Name;
use crate::finding::{Finding, Findings};
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use parking_lot::{Condvar, Mutex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Longest wait for the reloading thread beyond its own limits.
const REPLY: Duration = Duration::from_secs(5);

/// Options of a library.
pub struct Options {
    /// Pace of scans.
    pub pace: Pace,
    /// Least time between the two scans that must agree.
    pub gap: Duration,
    /// Longest validation of a candidate.
    pub limit: Duration,
    /// Validations at the same time.
    pub workers: usize,
    /// Clocks.
    pub clock: Arc<dyn Clock>,
    /// Past revisions.
    pub archive: Archive,
    /// Wake-ups; `None` scans at intervals only.
    pub wakeups: Option<Box<dyn Wakeups>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pace: Pace::default(),
            gap: Duration::from_millis(100),
            limit: Duration::from_secs(10),
            workers: thread::available_parallelism().map_or(2, usize::from).max(2),
            clock: Arc::new(SystemClock::default()),
            archive: Archive::in_memory(),
            wakeups: None,
        }
    }
}

/// The vendors on disk. Dropping it ends the reloading.
///
/// ```
/// use quotient::finding::Findings;
/// use quotient::library::{Library, Options, Scan, Sighting, Source, State, Validate};
/// use quotient::plugin::{Room, VendorFile, VendorFiles};
///
/// /// One vendor with one file; `quotient::library::Disk` is the source for directories.
/// struct Meridian;
/// impl Source for Meridian {
///     fn scan(&mut self) -> Scan {
///         let path = "history.rhai".to_owned();
///         let file = VendorFile { room: Room::Rules, shown: path.clone(), path, text: "fn assess(partner) {}".into() };
///         let files = VendorFiles::new("meridian", vec![file]);
///         Scan { vendors: [("meridian".into(), Sighting::Files(files.into()))].into(), ..Scan::default() }
///     }
/// }
///
/// /// Compiles to the number of files.
/// struct Count;
/// impl Validate for Count {
///     type Plugin = usize;
///     fn validate(&self, files: &VendorFiles) -> Result<(usize, Findings), Findings> {
///         Ok((files.iter().count(), Findings::new()))
///     }
/// }
///
/// let (library, outcome) = Library::open(Meridian, Count, Options::default());
/// assert!(outcome.is_success());
/// let catalog = library.current();
/// assert_eq!(catalog.vendor("meridian").map(|vendor| vendor.state), Some(State::Active));
/// assert_eq!(catalog.active("meridian").map(|active| active.plugin), Some(1));
/// ```
pub struct Library<V: Validate> {
    shared: Arc<Shared<V>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl<V: Validate> Library<V> {
    /// Opens the library: restores the archive, then reads the directories once and watches them from then on.
    ///
    /// Returns the outcome of that first reading too. Vendors that cannot be used are reported in it, and do not keep
    /// the library from opening.
    pub fn open(source: impl Source, validator: V, options: Options) -> (Self, ReloadOutcome) {
        let Options { pace, gap, limit, workers, clock, archive, wakeups } = options;
        let shared = Arc::new(Shared {
            validator: Arc::new(validator),
            catalog: ArcSwap::from_pointee(Catalog::default()),
            inbox: Mutex::default(),
            bell: Condvar::new(),
            status: Mutex::default(),
            archive,
            clock,
            limit,
            next_id: AtomicU64::new(1),
            subscribers: Mutex::default(),
            past: PastRevisions::default(),
            reply: pace.max_wait + limit * 2 + REPLY,
        });
        let limits = Limits { validation: limit, workers: workers.max(1), patience: pace.max_wait };
        let mut reloading = Reloading {
            reloader: Reloader::new(limits, gap),
            pacing: Pacing::new(pace),
            source,
            wakeups,
            watch: Watch::default(),
            waiting: BTreeMap::new(),
            damage: Findings::new(),
            workers: limits.workers,
            shared: Arc::clone(&shared),
        };
        reloading.restore();
        let thread = thread::Builder::new().name("reload".to_owned()).spawn({
            let ended = Ended(Arc::clone(&shared));
            move || {
                let _ended = ended;
                reloading.run();
            }
        });
        let library = Self { shared, thread: Mutex::new(None) };
        // Without a thread the library has stopped: the closure reported so when it was dropped.
        *library.thread.lock() = thread.ok();
        let outcome = library.reload_now();
        (library, outcome)
    }

    /// Returns the catalog in use. Never waits.
    pub fn current(&self) -> Arc<Catalog<V::Plugin>> {
        self.shared.catalog.load_full()
    }

    /// Returns the state of the reloading.
    pub fn status(&self) -> Status {
        self.shared.status.lock().clone()
    }

    /// Reads all directories now, and returns the actual outcome.
    ///
    /// Concurrent calls share one pass. Waits for directories that keep changing, and for validations, but not for
    /// ever: what did not come to an end says so in its report.
    pub fn reload_now(&self) -> ReloadOutcome {
        self.ask(None)
    }

    /// Like [`Library::reload_now`] for one vendor: another that is slow is not waited for.
    pub fn reload_vendor(&self, vendor: &str) -> ReloadOutcome {
        self.ask(Some(vendor.into()))
    }

    fn ask(&self, vendor: Option<Name>) -> ReloadOutcome {
        let (sender, receiver) = sync_channel(1);
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        self.shared.post(|inbox| {
            if !inbox.is_stopping {
                inbox.asked.push((id, vendor, sender));
            }
        });
        let outcome = ReloadOutcome { generation: self.current().generation(), ..ReloadOutcome::default() };
        match receiver.recv_timeout(self.shared.reply) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Disconnected) => ReloadOutcome { is_stopped: true, ..outcome },
            Err(RecvTimeoutError::Timeout) => {
                let faults = Finding::from(LibraryFault::SlowDirectories {}).into();
                ReloadOutcome { faults, ..outcome }
            }
        }
    }

    /// Changes from now on, up to `most` at a time; a subscriber that is too slow for more learns how many it missed.
    pub fn subscribe(&self, most: usize) -> Subscription {
        let (subscriber, subscription) = Subscriber::new(most);
        let mut subscribers = self.shared.subscribers.lock();
        // Subscribers that are gone are removed now; the next change can be long in coming.
        subscribers.retain(Subscriber::is_listening);
        subscribers.push(subscriber);
        subscription
    }

    /// Revisions of `vendor` that can be evaluated, pinned or gone back to; the one kept last at the end.
    pub fn revisions(&self, vendor: &str) -> Vec<Revision> {
        self.shared.archive.revisions(vendor)
    }

    /// Everything known about the revisions of `vendor`, the one first seen last at the end: those that are kept, and those
    /// that its history names although they were refused or are no longer stored.
    pub fn revision_records(&self, vendor: &str) -> Vec<RevisionRecord> {
        let catalog = self.current();
        let state = catalog.vendor(vendor);
        let history = match state {
            Some(state) => Some(&state.history),
            None => catalog.departed().get(vendor).map(|departed| &departed.history),
        };
        let attempts = |revision: &Revision| {
            let revision = Revision::clone(revision);
            history.into_iter().flatten().filter(move |attempt| attempt.revision.as_ref() == Some(&revision))
        };
        let kept: BTreeMap<Revision, Option<DateTime<Utc>>> =
            self.shared.archive.kept(vendor).into_iter().map(|kept| (kept.revision, kept.first_used)).collect();
        let named = history.into_iter().flatten().filter_map(|attempt| attempt.revision.clone());
        let all: BTreeSet<Revision> = kept.keys().cloned().chain(named).collect();
        let record = |revision: Revision| {
            let first_used = kept.get(&revision).copied().flatten();
            RevisionRecord {
                first_seen: attempts(&revision).map(|attempt| attempt.when).chain(first_used).min(),
                first_used,
                is_kept: kept.contains_key(&revision),
                is_active: state.and_then(|state| state.revision()) == Some(&revision),
                last: attempts(&revision).last().cloned(),
                revision,
            }
        };
        let mut records: Vec<RevisionRecord> = all.into_iter().map(record).collect();
        records.sort_by_key(|record| record.first_seen);
        records
    }

    /// A revision of `vendor`, in use or past, ready to be evaluated.
    ///
    /// A revision in use costs nothing. A past one is checked as a candidate is; the number of them that load is
    /// bounded (one at a time, 16 at once and then one a second, 16 stay ready), and beyond that this fails at once with
    /// `revision::busy`.
    pub fn past(&self, vendor: &str, revision: &str) -> Result<Arc<Active<V::Plugin>>, Findings> {
        self.load(vendor, revision, Asker::Request)
    }

    fn load(&self, vendor: &str, revision: &str, asker: Asker) -> Result<Arc<Active<V::Plugin>>, Findings> {
        if let Some(state) = self.current().vendor(vendor) {
            let known = [&state.active, &state.newest].into_iter().flatten();
            if let Some(active) = known.into_iter().find(|active| active.revision() == revision) {
                return Ok(Arc::clone(active));
            }
        }
        if !self.shared.archive.has(vendor, revision) {
            // Says in which way it is unknown, and costs nothing.
            self.shared.archive.files(vendor, revision)?;
        }
        let now = || self.shared.clock.monotonic();
        self.shared.past.get((vendor, revision), asker, self.shared.limit, now, || {
            self.shared.validate(self.shared.archive.files(vendor, revision)?)
        })
    }

    /// Uses `revision` of `vendor` from now on, whatever the content of the directory, until [`Library::unpin`].
    pub fn pin(&self, vendor: &str, revision: &str, reason: &str, who: Option<&str>) -> Result<(), Findings> {
        let (active, reason, who) =
            (self.load(vendor, revision, Asker::Person)?, reason.to_owned(), who.map(str::to_owned));
        self.decide(vendor, Decision::Pin { active, reason, who })
    }

    /// Rolls `vendor` back to `revision`, until the directory has valid content other than the one rolled back from.
    pub fn roll_back(&self, vendor: &str, revision: &str, reason: &str, who: Option<&str>) -> Result<(), Findings> {
        let (active, reason, who) =
            (self.load(vendor, revision, Asker::Person)?, reason.to_owned(), who.map(str::to_owned));
        self.decide(vendor, Decision::RollBack { active, reason, who })
    }

    /// Removes the pin: the latest valid revision of the directory is used again.
    pub fn unpin(&self, vendor: &str, reason: &str, who: Option<&str>) -> Result<(), Findings> {
        self.decide(vendor, Decision::Unpin { reason: reason.to_owned(), who: who.map(str::to_owned) })
    }

    /// Uses the revision of `pin`, which was decided elsewhere, as long as the pin says; `None` removes the pin.
    ///
    /// `who` decided so, for this reason.
    pub fn hold(&self, vendor: &str, pin: Option<Pin>, reason: &str, who: Option<&str>) -> Result<(), Findings> {
        let Some(pin) = pin else { return self.unpin(vendor, reason, who) };
        let active = self.load(vendor, &pin.revision, Asker::Person)?;
        self.decide(vendor, Decision::Hold { pin, active })
    }

    /// Makes `revision` of `vendor` ready to be used; fails if it cannot be.
    pub fn prepare(&self, vendor: &str, revision: &str) -> Result<(), Findings> {
        self.load(vendor, revision, Asker::Person).map(drop)
    }

    /// Returns the events of `vendor`, oldest first; with a shared archive those of all processes.
    pub fn history(&self, vendor: &str) -> Vec<Attempt> {
        self.shared.archive.shared_history(vendor).unwrap_or_else(|| {
            let catalog = self.current();
            catalog.vendor(vendor).into_iter().flat_map(|state| state.history.iter().cloned()).collect()
        })
    }

    fn decide(&self, vendor: &str, decision: Decision<V::Plugin>) -> Result<(), Findings> {
        let (sender, receiver) = sync_channel(1);
        self.shared.post(|inbox| {
            if !inbox.is_stopping {
                inbox.decisions.push((vendor.into(), decision, sender));
            }
        });
        receiver.recv_timeout(self.shared.reply).unwrap_or_else(|why| {
            let vendor = vendor.to_owned();
            let finding = match why {
                RecvTimeoutError::Disconnected => Finding::from(LibraryFault::Stopped { vendor }),
                RecvTimeoutError::Timeout => Finding::from(LibraryFault::Waiting { vendor }),
            };
            Err(finding.into())
        })
    }

    /// Returns the validator of candidates.
    pub fn validator(&self) -> &V {
        &self.shared.validator
    }

    /// Scans the directories soon, as after an event.
    pub fn wake(&self) {
        self.shared.post(|inbox| inbox.is_awake = true);
    }

    /// Ends the reloading; the catalog in use stays. Requests that wait for a reload are answered.
    pub fn stop(&self) {
        self.shared.post(|inbox| inbox.is_stopping = true);
        if let Some(thread) = self.thread.lock().take() {
            // A panic of the thread has been printed already, and there is nothing left to do about it.
            drop(thread.join());
        }
    }
}

impl<V: Validate> Drop for Library<V> {
    fn drop(&mut self) {
        self.stop();
    }
}
