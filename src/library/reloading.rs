//! The reloading thread: waits, scans, and carries out what [`Reloader`] says.

use super::Revision;
use super::archived::Record;
use super::catalog::Change;
use super::fault::LibraryFault;
use super::history::Outcome;
use super::inbox::Inbox;
use super::news::News;
use super::pacing::Pacing;
use super::reload::{Job, Reloader, Step};
use super::report::ReloadOutcome;
use super::shared::Shared;
use super::source::{Scan, Source, Taken};
use super::status::Watching;
use super::validate::{Validate, start};
use super::watch::{Wake, Wakeups};
use crate::channel::Name;
use crate::finding::{Finding, Findings};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

/// Wait before watches that could not be set are tried again.
const REARM: Duration = Duration::from_secs(30);
/// Changes that came without a wake-up, in a row, after which events count as not working.
const MAX_MISSED: u32 = 3;

/// The state of watching.
#[derive(Debug, Default)]
pub(super) struct Watch {
    epoch: Arc<AtomicU64>,
    identity: Option<u64>,
    retry: Option<Duration>,
    is_armed: bool,
    missed_in_a_row: u32,
}

/// State of the reloading thread.
pub(super) struct Reloading<V: Validate, S> {
    pub reloader: Reloader<V::Plugin>,
    pub pacing: Pacing,
    pub source: S,
    pub wakeups: Option<Box<dyn Wakeups>>,
    pub watch: Watch,
    pub waiting: BTreeMap<u64, SyncSender<ReloadOutcome>>,
    /// Parts of the archive that could not be restored at start.
    pub damage: Findings,
    pub workers: usize,
    pub shared: Arc<Shared<V>>,
}

impl<V: Validate, S: Source> Reloading<V, S> {
    pub fn restore(&mut self) {
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
        self.shared.status.lock().archive = findings;
        let changes = self.reloader.restore(news, self.shared.now());
        self.publish(&changes);
    }

    pub fn run(mut self) {
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
        let mut inbox = self.shared.inbox.lock();
        while inbox.is_empty() {
            let left = due.unwrap_or_default().saturating_sub(self.shared.clock.monotonic());
            if left.is_zero() {
                break;
            }
            self.shared.bell.wait_for(&mut inbox, left);
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
            let finding = Finding::from(LibraryFault::WatchInterrupted { reason });
            self.watch.is_armed = false;
            self.watch.retry = None;
            self.shared.status.lock().watching = Watching::Blind(Findings::from(finding));
            self.pacing.wake(now.monotonic);
        }
        for (vendor, serial, verdict) in inbox.verdicts {
            let step = self.reloader.judged(&vendor, serial, verdict, now);
            self.act(step);
        }
        for (vendor, decision, reply) in inbox.decisions {
            let decided = self.reloader.decide(&vendor, decision, now).map(|step| self.act(step));
            // The request may be gone.
            drop(reply.try_send(decided));
        }
        if !inbox.asked.is_empty() {
            self.source.refresh();
        }
        for (id, vendor, reply) in inbox.asked {
            self.waiting.insert(id, reply);
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
            let mut status = self.shared.status.lock();
            status.scans += 1;
            status.last_scan = Some(now.wall);
            (status.faults, status.unsettled) = (faults, unsettled);
        }
        self.act(step);
    }

    /// Counts changes that a scan at an interval found without an event: the watches may be dead.
    fn count_missed(&mut self, is_surprise: bool, was_awake: bool) {
        if was_awake {
            self.watch.missed_in_a_row = 0;
        }
        if !is_surprise || !self.watch.is_armed {
            return;
        }
        self.shared.status.lock().missed += 1;
        self.watch.missed_in_a_row += 1;
        self.watch.is_armed = false;
        if self.watch.missed_in_a_row >= MAX_MISSED {
            self.watch.retry = Some(self.shared.clock.monotonic() + REARM);
            let finding = Finding::from(LibraryFault::NoEvents {});
            self.shared.status.lock().watching = Watching::Blind(Findings::from(finding));
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
        let wake = move |wake| {
            // An earlier watch that ends now has nothing to say any more.
            if current.load(Ordering::Relaxed) == epoch
                && let Some(shared) = shared.upgrade()
            {
                shared.post(|inbox| match wake {
                    Wake::Changed => inbox.is_awake = true,
                    Wake::Lost(reason) => inbox.lost = Some(reason),
                });
            }
        };
        let armed = wakeups.arm(&self.source.directories(), Arc::new(wake));
        let mut status = self.shared.status.lock();
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
                shared.post(|inbox| inbox.verdicts.push((vendor, serial, verdict)));
            });
        }
        self.publish(&step.changes);
        for (id, outcome) in step.outcomes {
            if let Some(reply) = self.waiting.remove(&id) {
                // The request may be gone.
                drop(reply.try_send(outcome));
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
            let mut status = self.shared.status.lock();
            status.published += 1;
            status.last_published = changes.last().map(|change| change.attempt.when);
            status.archive = archive;
        }
        let mut subscribers = self.shared.subscribers.lock();
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
    Scan { faults: Findings::from(Finding::from(LibraryFault::ReadingPanicked {})), ..Scan::default() }
}

/// Reports to all waiting requests, now and later, that the reloading ended, even by a panic.
pub(super) struct Ended<V: Validate>(pub Arc<Shared<V>>);

impl<V: Validate> Drop for Ended<V> {
    fn drop(&mut self) {
        self.0.post(|inbox| *inbox = Inbox { is_stopping: true, ..Inbox::default() });
        self.0.status.lock().is_stopped = true;
    }
}
