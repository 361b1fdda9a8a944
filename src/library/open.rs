//! The library: the catalog in use, the thread that reloads it, and what people ask of it.

use super::archive::{Archive, Record};
use super::catalog::{Catalog, Change, News, Outcome};
use super::pacing::{Pace, Pacing};
use super::past::{Asker, PastRevisions, RevisionRecord};
use super::reload::{Decision, Job, Limits, Moment, ReloadOutcome, Reloader, Step};
use super::source::{Scan, Source, Taken};
use super::validate::{Validate, Verdict, is_passing_trouble, one, slow, start};
use super::watch::{Wake, Wakeups};
use super::{Active, Revision};
use crate::channel::Name;
use crate::finding::{Code, Finding, Findings};
use crate::plugin::VendorFiles;
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

/// Wait before watches that could not be set are tried again.
const REARM: Duration = Duration::from_secs(30);
/// Changes that came without a wake-up, in a row, after which events count as not working.
const MAX_MISSED: u32 = 3;
/// Longest wait for an answer of the reloading thread beyond what its own limits allow.
const ANSWER: Duration = Duration::from_secs(5);

/// Two clocks: one decides, one is shown.
pub trait Clock: Send + Sync + 'static {
    /// Time since some start; only goes forward, as fast as time does.
    fn monotonic(&self) -> Duration;
    /// Date and time; may jump.
    fn wall(&self) -> DateTime<Utc>;
}

/// The clocks of the system.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn wall(&self) -> DateTime<Utc> {
        SystemTime::now().into()
    }
}

/// How a library reloads.
pub struct Options {
    /// When to look at the folders.
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
    /// Wake-ups; `None` looks at intervals only.
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

/// How changes are noticed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Watching {
    /// At intervals, because nothing else was asked for.
    #[default]
    Polling,
    /// Through events, and at intervals in any case.
    Events,
    /// At intervals, because events do not work: the findings say why.
    Blind(Findings),
}

/// How reloading itself is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Scans made.
    pub scans: u64,
    /// End of the last scan.
    pub last_scan: Option<DateTime<Utc>>,
    /// Generations published.
    pub published: u64,
    /// When the last generation was published.
    pub last_published: Option<DateTime<Utc>>,
    /// How changes are noticed.
    pub watching: Watching,
    /// Times the watches were renewed.
    pub rearmed: u64,
    /// Changes that were noticed without a wake-up.
    pub missed: u64,
    /// Why the folders could not be read completely; empty when they could.
    pub faults: Findings,
    /// What is wrong with the archive; empty when nothing is.
    pub archive: Findings,
    /// Vendors whose folder does not rest, ascending.
    pub unsettled: Vec<Name>,
    /// True once reloading has ended; the catalog in use stays.
    pub is_stopped: bool,
}

/// A change as a subscriber gets it.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What changed.
    pub change: Arc<Change>,
    /// Changes before it that this subscriber was too slow for.
    pub missed: u64,
}

/// The vendors as they stand on disk. Dropping it ends the reloading.
///
/// ```
/// use quotient::finding::Findings;
/// use quotient::library::{Library, Options, Scan, Sighting, Source, State, Validate};
/// use quotient::plugin::{Room, VendorFile, VendorFiles};
///
/// /// One vendor with one file; `quotient::library::Disk` is the source for folders.
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
/// /// What it compiles to is the number of its files.
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

struct Shared<V: Validate> {
    validator: Arc<V>,
    catalog: ArcSwap<Catalog<V::Plugin>>,
    inbox: Mutex<Inbox<V::Plugin>>,
    bell: Condvar,
    status: Mutex<Status>,
    archive: Archive,
    clock: Arc<dyn Clock>,
    limit: Duration,
    next_id: AtomicU64,
    subscribers: Mutex<Vec<Subscriber>>,
    past: PastRevisions<V::Plugin>,
    /// Longest wait for an answer of the reloading thread.
    answer: Duration,
}

/// Where the answer to a decision goes.
type Answer = SyncSender<Result<(), Findings>>;

struct Subscriber {
    sender: SyncSender<Notice>,
    missed: u64,
    listener: Weak<()>,
}

/// Changes as they come, for one who listens. Read it as the [`Receiver`] it is; dropping it ends it.
#[derive(Debug)]
pub struct Subscription {
    receiver: Receiver<Notice>,
    _listener: Arc<()>,
}

impl Deref for Subscription {
    type Target = Receiver<Notice>;

    fn deref(&self) -> &Receiver<Notice> {
        &self.receiver
    }
}

/// What other threads left for the reloading one. Flags rather than a queue, so that no storm of events can fill it.
struct Inbox<P> {
    is_stopping: bool,
    is_awake: bool,
    lost: Option<String>,
    verdicts: Vec<(Name, u64, Verdict<P>)>,
    asked: Vec<(u64, Option<Name>, SyncSender<ReloadOutcome>)>,
    decisions: Vec<(Name, Decision<P>, Answer)>,
}

impl<P> Default for Inbox<P> {
    fn default() -> Self {
        Self {
            is_stopping: false,
            is_awake: false,
            lost: None,
            verdicts: Vec::new(),
            asked: Vec::new(),
            decisions: Vec::new(),
        }
    }
}

impl<P> Inbox<P> {
    fn is_empty(&self) -> bool {
        !self.is_stopping
            && !self.is_awake
            && self.lost.is_none()
            && self.verdicts.is_empty()
            && self.asked.is_empty()
            && self.decisions.is_empty()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<V: Validate> Shared<V> {
    fn tell(&self, what: impl FnOnce(&mut Inbox<V::Plugin>)) {
        what(&mut lock(&self.inbox));
        self.bell.notify_all();
    }

    fn now(&self) -> Moment {
        Moment { monotonic: self.clock.monotonic(), wall: self.clock.wall() }
    }
}

impl<V: Validate> Library<V> {
    /// Opens the library: what the archive has is restored, then the folders are read once, and from then on watched.
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
            answer: pace.max_wait + limit * 2 + ANSWER,
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
        // Without a thread the library is one that has stopped: the closure told so when it was dropped.
        *lock(&library.thread) = thread.ok();
        let outcome = library.reload_now();
        (library, outcome)
    }

    /// The catalog in use. Never waits.
    pub fn current(&self) -> Arc<Catalog<V::Plugin>> {
        self.shared.catalog.load_full()
    }

    /// How reloading itself is doing.
    pub fn status(&self) -> Status {
        lock(&self.shared.status).clone()
    }

    /// Reads all folders now, and returns what really came of it.
    ///
    /// Calls at the same time share one pass. Waits for folders that do not rest, and for validations, but not for
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
        self.shared.tell(|inbox| {
            if !inbox.is_stopping {
                inbox.asked.push((id, vendor, sender));
            }
        });
        let outcome = ReloadOutcome { generation: self.current().generation(), ..ReloadOutcome::default() };
        match receiver.recv_timeout(self.shared.answer) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Disconnected) => ReloadOutcome { is_stopped: true, ..outcome },
            Err(RecvTimeoutError::Timeout) => {
                let finding = Finding::error(Code::FileUnreadable, "the folders take too long to read")
                    .help("look whether the file system answers; what is in use stays in use");
                ReloadOutcome { faults: one(finding), ..outcome }
            }
        }
    }

    /// Changes from now on, up to `most` at a time; a subscriber that is too slow for more learns how many it missed.
    pub fn subscribe(&self, most: usize) -> Subscription {
        let (sender, receiver) = sync_channel(most.max(1));
        let listener = Arc::new(());
        let mut subscribers = lock(&self.shared.subscribers);
        // Who has gone is forgotten now; the next change may be long in coming.
        subscribers.retain(|subscriber| subscriber.listener.strong_count() > 0);
        subscribers.push(Subscriber { sender, missed: 0, listener: Arc::downgrade(&listener) });
        Subscription { receiver, _listener: listener }
    }

    /// Revisions of `vendor` that can be evaluated, pinned or gone back to; the one kept last at the end.
    pub fn revisions(&self, vendor: &str) -> Vec<Revision> {
        self.shared.archive.revisions(vendor)
    }

    /// Everything known about the revisions of `vendor`, the one first seen last at the end: those that are kept, and those
    /// that its history tells of although they were refused or are kept no longer.
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
        let told = history.into_iter().flatten().filter_map(|attempt| attempt.revision.clone());
        let all: BTreeSet<Revision> = kept.keys().cloned().chain(told).collect();
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
    /// What is in use costs nothing. A past one is checked again as a candidate is; how many of them are made ready is
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

    /// Uses `revision` of `vendor` from now on, whatever the folder holds, until [`Library::unpin`].
    pub fn pin(&self, vendor: &str, revision: &str, reason: &str, who: Option<&str>) -> Result<(), Findings> {
        let (active, reason, who) =
            (self.load(vendor, revision, Asker::Person)?, reason.to_owned(), who.map(str::to_owned));
        self.decide(vendor, Decision::Pin { active, reason, who })
    }

    /// Goes back to `revision` of `vendor`, until the folder has a valid content other than the one gone back from.
    pub fn roll_back(&self, vendor: &str, revision: &str, reason: &str, who: Option<&str>) -> Result<(), Findings> {
        let (active, reason, who) =
            (self.load(vendor, revision, Asker::Person)?, reason.to_owned(), who.map(str::to_owned));
        self.decide(vendor, Decision::RollBack { active, reason, who })
    }

    /// Takes the pin away: the newest good revision of the folder is used again.
    pub fn unpin(&self, vendor: &str, reason: &str, who: Option<&str>) -> Result<(), Findings> {
        self.decide(vendor, Decision::Unpin { reason: reason.to_owned(), who: who.map(str::to_owned) })
    }

    fn decide(&self, vendor: &str, decision: Decision<V::Plugin>) -> Result<(), Findings> {
        let (sender, receiver) = sync_channel(1);
        self.shared.tell(|inbox| {
            if !inbox.is_stopping {
                inbox.decisions.push((vendor.into(), decision, sender));
            }
        });
        receiver.recv_timeout(self.shared.answer).unwrap_or_else(|why| {
            let finding = match why {
                RecvTimeoutError::Disconnected => {
                    let what = format!("`{vendor}` was left as it is: the library stopped");
                    Finding::error(Code::VendorUnknown, what).help("try again once it is started")
                }
                RecvTimeoutError::Timeout => {
                    let what = format!("`{vendor}` waits for the folders, which take too long to read");
                    Finding::error(Code::FileUnreadable, what)
                        .help("look at the vendor's history later: it is done as soon as they are read")
                }
            };
            Err(one(finding))
        })
    }

    /// What judges candidates.
    pub fn validator(&self) -> &V {
        &self.shared.validator
    }

    /// Looks at the folders soon, as after an event.
    pub fn wake(&self) {
        self.shared.tell(|inbox| inbox.is_awake = true);
    }

    /// Ends the reloading; the catalog in use stays. Whoever waits for a reload is told.
    pub fn stop(&self) {
        self.shared.tell(|inbox| inbox.is_stopping = true);
        if let Some(thread) = lock(&self.thread).take() {
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

impl<V: Validate> Shared<V> {
    /// Validates on another thread, and waits for it no longer than the limit.
    fn validate(&self, files: Arc<VendorFiles>) -> Verdict<V::Plugin> {
        let vendor = Arc::clone(&files.vendor);
        let (sender, receiver) = channel();
        start(&self.validator, files, move |verdict| drop(sender.send(verdict)));
        receiver.recv_timeout(self.limit).unwrap_or_else(|_| Err(one(slow(&vendor, self.limit))))
    }

    /// Makes archived revisions ready, so many at a time as candidates are validated.
    fn load_all(
        &self,
        wanted: BTreeSet<(Name, Revision)>,
        workers: usize,
    ) -> BTreeMap<(Name, Revision), Verdict<V::Plugin>> {
        let (queue, done) = (Mutex::new(wanted), Mutex::new(BTreeMap::new()));
        let work = || {
            while let Some((vendor, revision)) = { lock(&queue).pop_first() } {
                let verdict = self.archive.files(&vendor, &revision).and_then(|files| {
                    let verdict = self.validate(Arc::clone(&files));
                    // It was good before. A machine that is busy with starting gets a second chance.
                    match verdict {
                        Err(findings) if is_passing_trouble(&findings) => self.validate(files),
                        verdict => verdict,
                    }
                });
                lock(&done).insert((vendor, revision), verdict);
            }
        };
        thread::scope(|scope| {
            for _ in 1..workers {
                // Without more threads this one does it all.
                drop(thread::Builder::new().spawn_scoped(scope, work));
            }
            work();
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The state of watching.
#[derive(Debug, Default)]
struct Watch {
    epoch: Arc<AtomicU64>,
    identity: Option<u64>,
    retry: Option<Duration>,
    is_armed: bool,
    missed_in_a_row: u32,
}

/// What the reloading thread owns.
struct Reloading<V: Validate, S> {
    reloader: Reloader<V::Plugin>,
    pacing: Pacing,
    source: S,
    wakeups: Option<Box<dyn Wakeups>>,
    watch: Watch,
    waiting: BTreeMap<u64, SyncSender<ReloadOutcome>>,
    /// What of the archive could not be restored at start.
    damage: Findings,
    workers: usize,
    shared: Arc<Shared<V>>,
}

impl<V: Validate, S: Source> Reloading<V, S> {
    fn restore(&mut self) {
        let (mut records, mut findings) = self.shared.archive.records();
        records.retain(|_, record| {
            let is_gone = record.history.last().is_some_and(|last| last.outcome == Outcome::Gone);
            !is_gone || record.pin.is_some()
        });
        let wanted: BTreeSet<(Name, Revision)> = records
            .iter()
            .flat_map(|(vendor, record)| {
                let pinned = record.pin.as_ref().map(|pin| Revision::clone(&pin.revision));
                record.newest.iter().cloned().chain(pinned).map(|revision| (Name::clone(vendor), revision))
            })
            .collect();
        let mut loaded = self.shared.load_all(wanted, self.workers);
        let mut news = BTreeMap::new();
        for (vendor, record) in records {
            let mut take = |revision: &Revision| {
                let found = loaded.get_mut(&(Name::clone(&vendor), Revision::clone(revision)))?;
                found.as_ref().map_err(|why| findings.extend(why.clone())).ok().cloned()
            };
            let newest = record.newest.as_ref().and_then(&mut take);
            let pin = record.pin.and_then(|pin| take(&pin.revision).map(|active| (pin, active)));
            news.insert(vendor, News::Restored { newest, pin, history: record.history.into() });
        }
        self.damage = findings.clone();
        lock(&self.shared.status).archive = findings;
        let changes = self.reloader.restore(news, self.shared.now());
        self.publish(&changes);
    }

    fn run(mut self) {
        loop {
            let inbox = self.wait();
            if inbox.is_stopping {
                return;
            }
            self.take(inbox);
            let step = self.reloader.tick(self.shared.now());
            self.act(step);
            let settle = self.reloader.settling().next_scan();
            if self.pacing.next_scan(settle) <= self.shared.clock.monotonic() {
                self.scan();
            }
        }
    }

    fn wait(&mut self) -> Inbox<V::Plugin> {
        let settle = self.reloader.settling().next_scan();
        let due = [Some(self.pacing.next_scan(settle)), self.reloader.next_tick()].into_iter().flatten().min();
        let mut inbox = lock(&self.shared.inbox);
        while inbox.is_empty() {
            let left = due.unwrap_or_default().saturating_sub(self.shared.clock.monotonic());
            if left.is_zero() {
                break;
            }
            inbox = self.shared.bell.wait_timeout(inbox, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let is_stopping = inbox.is_stopping;
        Inbox { is_stopping, ..std::mem::replace(&mut *inbox, Inbox { is_stopping, ..Inbox::default() }) }
    }

    fn take(&mut self, inbox: Inbox<V::Plugin>) {
        let now = self.shared.now();
        if inbox.is_awake {
            self.pacing.wake(now.monotonic);
        }
        if let Some(reason) = inbox.lost {
            let finding = Finding::warning(Code::WatchBlind, format!("watching was interrupted: {reason}"))
                .help("nothing to do: it is set up anew, and everything is read again");
            self.watch.is_armed = false;
            self.watch.retry = None;
            lock(&self.shared.status).watching = Watching::Blind(one(finding));
            self.pacing.wake(now.monotonic);
        }
        for (vendor, serial, verdict) in inbox.verdicts {
            let step = self.reloader.judged(&vendor, serial, verdict, now);
            self.act(step);
        }
        for (vendor, decision, answer) in inbox.decisions {
            let decided = self.reloader.decide(&vendor, decision, now).map(|step| self.act(step));
            // Whoever asked may be gone.
            drop(answer.try_send(decided));
        }
        for (id, vendor, answer) in inbox.asked {
            self.waiting.insert(id, answer);
            self.reloader.ask(id, vendor, now);
            self.pacing.hurry();
        }
    }

    fn scan(&mut self) {
        let was_settled = self.reloader.settling().next_scan().is_none();
        let was_awake = self.pacing.is_awake();
        let is_surprise = was_settled && !was_awake && self.watch.is_armed && !self.pacing.is_urgent();
        self.arm();
        let from = self.shared.clock.monotonic();
        let scan = catch_unwind(AssertUnwindSafe(|| self.source.scan())).unwrap_or_else(|_| panicked());
        let taken = Taken { from, to: self.shared.clock.monotonic() };
        self.pacing.scanned(taken.from, taken.to);
        if self.watch.identity.replace(scan.identity).is_some_and(|before| before != scan.identity) {
            self.watch.is_armed = false;
            self.watch.retry = None;
            self.pacing.wake(taken.to);
        }
        let faults = scan.faults.clone();
        let now = self.shared.now();
        let step = self.reloader.scanned(scan, taken, now);
        let unsettled = self.reloader.settling().unsettled();
        if !unsettled.is_empty() || !step.changes.is_empty() {
            self.count_missed(is_surprise, was_awake);
        }
        {
            let mut status = lock(&self.shared.status);
            status.scans += 1;
            status.last_scan = Some(now.wall);
            (status.faults, status.unsettled) = (faults, unsettled);
        }
        self.act(step);
    }

    /// A change that a scan at an interval found first is one that no event told of: the watches may be dead.
    fn count_missed(&mut self, is_surprise: bool, was_awake: bool) {
        if was_awake {
            self.watch.missed_in_a_row = 0;
        }
        if !is_surprise || !self.watch.is_armed {
            return;
        }
        lock(&self.shared.status).missed += 1;
        self.watch.missed_in_a_row += 1;
        self.watch.is_armed = false;
        if self.watch.missed_in_a_row >= MAX_MISSED {
            self.watch.retry = Some(self.shared.clock.monotonic() + REARM);
            let finding = Finding::warning(Code::WatchBlind, "changes arrive without events".to_owned())
                .help("the file system reports none (network and some container mounts); shorten the polling interval");
            lock(&self.shared.status).watching = Watching::Blind(one(finding));
        }
    }

    fn arm(&mut self) {
        let Some(wakeups) = &mut self.wakeups else { return };
        let now = self.shared.clock.monotonic();
        if self.watch.is_armed || self.watch.retry.is_some_and(|retry| retry > now) {
            return;
        }
        let epoch = self.watch.epoch.fetch_add(1, Ordering::Relaxed) + 1;
        let (current, shared) = (Arc::clone(&self.watch.epoch), Arc::downgrade(&self.shared));
        let wake = move |told| {
            // An earlier watch that ends now has nothing to say any more.
            if current.load(Ordering::Relaxed) == epoch
                && let Some(shared) = shared.upgrade()
            {
                shared.tell(|inbox| match told {
                    Wake::Changed => inbox.is_awake = true,
                    Wake::Lost(reason) => inbox.lost = Some(reason),
                });
            }
        };
        let armed = wakeups.arm(&self.source.folders(), Arc::new(wake));
        let mut status = lock(&self.shared.status);
        status.rearmed += 1;
        self.watch.is_armed = true;
        match armed {
            Ok(()) => {
                self.watch.retry = None;
                status.watching = Watching::Events;
            }
            Err(findings) => {
                self.watch.is_armed = false;
                self.watch.retry = Some(now + REARM);
                status.watching = Watching::Blind(findings);
            }
        }
    }

    fn act(&mut self, step: Step) {
        // Checks begin before anything is written: a slow disk holds up no vendor.
        for Job { vendor, serial, files } in step.jobs {
            let shared = Arc::clone(&self.shared);
            start(&self.shared.validator, files, move |verdict| {
                shared.tell(|inbox| inbox.verdicts.push((vendor, serial, verdict)));
            });
        }
        self.publish(&step.changes);
        for (id, outcome) in step.answers {
            if let Some(answer) = self.waiting.remove(&id) {
                // Whoever asked may be gone.
                drop(answer.try_send(outcome));
            }
        }
    }

    fn publish(&mut self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        self.shared.catalog.store(Arc::clone(self.reloader.catalog()));
        let mut archive = self.damage.clone();
        archive.extend(self.keep(changes));
        {
            let mut status = lock(&self.shared.status);
            status.published += 1;
            status.last_published = changes.last().map(|change| change.attempt.when);
            status.archive = archive;
        }
        let mut subscribers = lock(&self.shared.subscribers);
        for change in changes {
            let change = Arc::new(change.clone());
            subscribers.retain_mut(|subscriber| subscriber.send(&change));
        }
    }

    /// Writes what changed to the archive; what fails there does not stop the new generation from being used.
    fn keep(&self, changes: &[Change]) -> Findings {
        let mut findings = Findings::new();
        for change in changes {
            let record = self.record(&change.vendor);
            let needed: Vec<Revision> = [record.newest.clone(), record.pin.as_ref().map(|pin| pin.revision.clone())]
                .into_iter()
                .flatten()
                .collect();
            let state = self.reloader.catalog().vendor(&change.vendor);
            for active in state.iter().flat_map(|state| [&state.newest, &state.active]).flatten() {
                let is_kept = self.shared.archive.has(&change.vendor, active.revision());
                let is_new = change.attempt.revision.as_deref() == Some(active.revision());
                if (is_new || !is_kept)
                    && let Err(why) = self.shared.archive.keep(&active.files, &needed, change.attempt.when)
                {
                    findings.extend(why);
                }
            }
            if let Err(why) = self.shared.archive.write_record(&change.vendor, &record) {
                findings.extend(why);
            }
        }
        findings
    }

    fn record(&self, vendor: &str) -> Record {
        let catalog = self.reloader.catalog();
        let Some(state) = catalog.vendor(vendor) else {
            let departed = catalog.departed().get(vendor);
            let history = departed.map(|departed| departed.history.iter().cloned().collect()).unwrap_or_default();
            return Record { history, ..Record::default() };
        };
        Record {
            newest: state.newest.as_ref().map(|newest| newest.revision().into()),
            pin: state.pinned.clone(),
            history: state.history.iter().cloned().collect(),
        }
    }
}

fn panicked() -> Scan {
    let finding =
        Finding::error(Code::FileUnreadable, "reading the folders panicked").help("report this as a bug of quotient");
    Scan { faults: one(finding), ..Scan::default() }
}

/// Tells everybody who waits, now or later, that the reloading ended, also when it ended by a panic.
struct Ended<V: Validate>(Arc<Shared<V>>);

impl<V: Validate> Drop for Ended<V> {
    fn drop(&mut self) {
        self.0.tell(|inbox| *inbox = Inbox { is_stopping: true, ..Inbox::default() });
        lock(&self.0.status).is_stopped = true;
    }
}

impl Subscriber {
    /// Hands over a change; returns false when nobody listens any more.
    fn send(&mut self, change: &Arc<Change>) -> bool {
        match self.sender.try_send(Notice { change: Arc::clone(change), missed: self.missed }) {
            Ok(()) => self.missed = 0,
            Err(TrySendError::Full(_)) => self.missed += 1,
            Err(TrySendError::Disconnected(_)) => return false,
        }
        true
    }
}
