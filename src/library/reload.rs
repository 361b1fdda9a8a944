//! Consequences of scans: which candidate is validated when, and what becomes the next generation.
//!
//! No threads, no files, no clock: the moment is an argument, and work to be done outside is returned as a [`Step`].

use super::Revision;
use super::catalog::{Catalog, Change};
use super::fault::LibraryFault;
use super::history::{Hold, Pin};
use super::news::{Active, News};
use super::report::{ReloadOutcome, VendorReport};
use super::source::{Scan, Settled, Settling, Taken};
use super::validate::{Verdict, is_passing_trouble, slow};
use super::work::{Retry, Running, Work};
use crate::channel::Name;
use crate::finding::{Finding, Findings, did_you_mean};
use crate::plugin::VendorFiles;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Validations of one vendor that may run on after their time is up, before no further one is started.
const MAX_DETACHED: usize = 2;
/// Wait before a candidate whose check died or was slow is tried again; it doubles each time.
const FIRST_RETRY: Duration = Duration::from_secs(30);
/// Longest such wait.
const LAST_RETRY: Duration = Duration::from_secs(600);

/// A moment on two clocks: a monotonic one that decides, and one that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Time since some start.
    pub monotonic: Duration,
    /// Date and time; may jump.
    pub wall: DateTime<Utc>,
}

/// Limits of reloading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Longest validation.
    pub validation: Duration,
    /// Validations at the same time, over all vendors.
    pub workers: usize,
    /// Longest wait of a request for directories to settle.
    pub patience: Duration,
}

/// A candidate to validate.
#[derive(Debug)]
pub(super) struct Job {
    pub vendor: Name,
    pub serial: u64,
    pub files: Arc<VendorFiles>,
}

/// Work to be done outside after an input.
#[derive(Debug)]
pub(super) struct Step {
    /// Candidates to validate.
    pub jobs: Vec<Job>,
    /// Changes; the catalog must be published if there are any.
    pub changes: Vec<Change>,
    /// Requests with their outcome.
    pub outcomes: Vec<(u64, ReloadOutcome)>,
}

/// The decision of a person about a vendor.
#[derive(Debug)]
pub(super) enum Decision<P> {
    Pin {
        active: Arc<Active<P>>,
        reason: String,
        who: Option<String>,
    },
    RollBack {
        active: Arc<Active<P>>,
        reason: String,
        who: Option<String>,
    },
    Unpin {
        reason: String,
        who: Option<String>,
    },
    /// A pin that another replica has recorded.
    Hold {
        pin: Pin,
        active: Arc<Active<P>>,
    },
}

#[derive(Debug)]
struct Ticket {
    id: u64,
    vendor: Option<Name>,
    asked: Duration,
    changed: Vec<Name>,
}

/// The state of reloading.
#[derive(Debug)]
pub(super) struct Reloader<P> {
    limits: Limits,
    catalog: Arc<Catalog<P>>,
    settling: Settling,
    work: BTreeMap<Name, Work>,
    tickets: Vec<Ticket>,
    faults: Findings,
    last_scan: Option<Taken>,
    serial: u64,
}

impl<P> Reloader<P> {
    pub fn new(limits: Limits, gap: Duration) -> Self {
        Self {
            limits,
            catalog: Arc::new(Catalog::default()),
            settling: Settling::new(gap),
            work: BTreeMap::new(),
            tickets: Vec::new(),
            faults: Findings::new(),
            last_scan: None,
            serial: 0,
        }
    }

    /// The newest generation.
    pub fn catalog(&self) -> &Arc<Catalog<P>> {
        &self.catalog
    }

    pub fn settling(&self) -> &Settling {
        &self.settling
    }

    /// Takes in the archive, before the first scan.
    pub fn restore(&mut self, news: BTreeMap<Name, News<P>>, now: Moment) -> Vec<Change> {
        for vendor in news.keys() {
            self.settling.expect(Arc::clone(vendor));
        }
        self.learn(news, now)
    }

    /// Takes in a scan.
    pub fn scanned(&mut self, scan: Scan, taken: Taken, now: Moment) -> Step {
        self.faults = scan.faults.clone();
        self.last_scan = Some(taken);
        let mut news = BTreeMap::new();
        for (vendor, settled) in self.settling.observe(scan, taken) {
            let work = self.work.entry(Arc::clone(&vendor)).or_default();
            (work.queued, work.retry, work.tries, work.is_reported) = (None, None, 0, false);
            match settled {
                Settled::Files(files) => {
                    let state = self.catalog.vendor(&vendor);
                    let newest = state.and_then(|state| state.newest.as_ref());
                    if newest.is_some_and(|newest| newest.revision() == files.revision()) {
                        work.detach();
                        news.insert(vendor, News::Seen);
                    } else {
                        work.queue(files);
                    }
                }
                Settled::Unreadable(findings) => drop(news.insert(vendor, News::Unreadable(findings))),
                Settled::Absent => {
                    work.detach();
                    news.insert(vendor, News::Gone);
                }
            }
        }
        let changes = self.learn(news, now);
        self.step(changes, now)
    }

    /// Takes in the verdict about a candidate.
    pub fn judged(&mut self, vendor: &Name, serial: u64, verdict: Verdict<P>, now: Moment) -> Step {
        let mut changes = Vec::new();
        let work = self.work.entry(Arc::clone(vendor)).or_default();
        match work.running.take_if(|running| running.serial == serial) {
            Some(running) => {
                let is_current = self.settling.revision(vendor).is_some_and(|r| **r == *running.files.revision());
                let is_readable = self.settling.revision(vendor).is_some();
                match verdict {
                    Ok(active) if is_readable => {
                        work.tries = 0;
                        changes = self.learn_one(vendor, News::Accepted(active), now);
                    }
                    Err(findings) if is_current => changes = self.refuse(vendor, &running.files, findings, now),
                    Ok(_) | Err(_) => {}
                }
            }
            None => {
                work.detached.retain(|detached| *detached != serial);
                work.is_reported = false;
            }
        }
        self.step(changes, now)
    }

    fn refuse(&mut self, vendor: &Name, files: &Arc<VendorFiles>, findings: Findings, now: Moment) -> Vec<Change> {
        if is_passing_trouble(&findings) {
            let work = self.work.entry(Arc::clone(vendor)).or_default();
            let wait = FIRST_RETRY.saturating_mul(1 << work.tries.min(10)).min(LAST_RETRY);
            work.tries += 1;
            work.retry = Some(Retry { due: now.monotonic + wait, files: Arc::clone(files) });
        }
        self.learn_one(vendor, News::Refused { revision: files.revision().into(), findings }, now)
    }

    /// Lets time pass: validations whose time is up are given up, and candidates are tried again.
    pub fn tick(&mut self, now: Moment) -> Step {
        let mut late = Vec::new();
        for (vendor, work) in &mut self.work {
            let limit = self.limits.validation;
            if let Some(running) = work.running.take_if(|running| running.started + limit <= now.monotonic) {
                work.detached.push(running.serial);
                late.push((Arc::clone(vendor), running.files));
            }
            if let Some(retry) = work.retry.take_if(|retry| retry.due <= now.monotonic) {
                work.queue(retry.files);
            }
        }
        let mut changes = Vec::new();
        for (vendor, files) in late {
            if self.settling.revision(&vendor).is_some_and(|revision| **revision == *files.revision()) {
                let findings = Findings::from(slow(&vendor, self.limits.validation));
                changes.extend(self.refuse(&vendor, &files, findings, now));
            }
        }
        self.step(changes, now)
    }

    /// Requests a reload of one vendor or of all; the outcome comes in a later step.
    pub fn ask(&mut self, id: u64, vendor: Option<Name>, now: Moment) {
        for (name, work) in &mut self.work {
            if vendor.as_ref().is_none_or(|vendor| vendor == name)
                && let Some(retry) = work.retry.take()
            {
                work.queue(retry.files);
            }
        }
        self.tickets.push(Ticket { id, vendor, asked: now.monotonic, changed: Vec::new() });
    }

    /// Takes in the decision of a person; returns false when it changes nothing.
    pub fn decide(&mut self, vendor: &Name, decision: Decision<P>, now: Moment) -> Result<Step, Findings> {
        let Some(state) = self.catalog.vendor(vendor) else { return Err(Findings::from(self.unknown(vendor))) };
        let pin = |active: &Arc<Active<P>>, reason, who| Pin {
            revision: active.revision().into(),
            reason,
            who,
            when: now.wall,
            hold: Hold::UntilUnpinned,
        };
        let news = match decision {
            Decision::Pin { active, reason, who } => News::Pinned(pin(&active, reason, who), active),
            Decision::RollBack { active, reason, who } => {
                News::Pinned(state.rollback(active.revision().into(), reason, who, now.wall), active)
            }
            Decision::Unpin { reason, who } => News::Unpinned { reason, who },
            Decision::Hold { pin, active } => News::Pinned(pin, active),
        };
        let mut changes = self.learn_one(vendor, news, now);
        let is_free = self.catalog.vendor(vendor).is_some_and(|state| state.pinned.is_none());
        if is_free && self.last_scan.is_some() && self.settling.is_absent(vendor) {
            changes.extend(self.learn_one(vendor, News::Gone, now));
        }
        Ok(self.step(changes, now))
    }

    fn unknown(&self, vendor: &str) -> Finding {
        let names = self.catalog.vendors().map(|(name, _)| &**name);
        let near = did_you_mean(vendor, names).map(str::to_owned);
        LibraryFault::UnknownVendor { vendor: vendor.to_owned(), near }.into()
    }

    /// The moment at which [`Reloader::tick`] has something to do.
    pub fn next_tick(&self) -> Option<Duration> {
        let limit = self.limits.validation;
        let work = self.work.values().flat_map(|work| {
            let running = work.running.as_ref().map(|running| running.started + limit);
            [running, work.retry.as_ref().map(|retry| retry.due)]
        });
        let tickets = self.tickets.iter().flat_map(|ticket| {
            let rest = ticket.asked + self.limits.patience;
            // Once the directories had their time to settle, only validations are awaited, and those have their own tick.
            let is_scanned = self.last_scan.is_some_and(|taken| taken.from >= rest);
            [(!is_scanned).then_some(rest), Some(self.give_up(ticket))]
        });
        work.chain(tickets).flatten().min()
    }

    fn give_up(&self, ticket: &Ticket) -> Duration {
        ticket.asked + self.limits.patience + self.limits.validation * 2
    }

    fn learn_one(&mut self, vendor: &Name, news: News<P>, now: Moment) -> Vec<Change> {
        self.learn([(Arc::clone(vendor), news)].into(), now)
    }

    fn learn(&mut self, news: BTreeMap<Name, News<P>>, now: Moment) -> Vec<Change> {
        let Some((catalog, changes)) = self.catalog.next(news, now.wall) else { return Vec::new() };
        self.catalog = Arc::new(catalog);
        for ticket in &mut self.tickets {
            ticket.changed.extend(changes.iter().map(|change| Arc::clone(&change.vendor)));
        }
        changes
    }

    fn step(&mut self, mut changes: Vec<Change>, now: Moment) -> Step {
        let jobs = self.start_jobs(now, &mut changes);
        self.work.retain(|_, work| !work.is_idle());
        Step { jobs, changes, outcomes: self.outcomes(now) }
    }

    fn start_jobs(&mut self, now: Moment, changes: &mut Vec<Change>) -> Vec<Job> {
        let mut free = self.limits.workers.saturating_sub(self.work.values().filter(|w| w.running.is_some()).count());
        let mut jobs = Vec::new();
        let mut stuck = Vec::new();
        for (vendor, work) in &mut self.work {
            if work.running.is_some() || free == 0 {
                continue;
            }
            if work.detached.len() >= MAX_DETACHED {
                if let Some(files) = &work.queued
                    && !std::mem::replace(&mut work.is_reported, true)
                {
                    stuck.push((Arc::clone(vendor), Revision::from(files.revision())));
                }
                continue;
            }
            let Some(files) = work.queued.take() else { continue };
            self.serial += 1;
            free -= 1;
            work.running = Some(Running { serial: self.serial, files: Arc::clone(&files), started: now.monotonic });
            jobs.push(Job { vendor: Arc::clone(vendor), serial: self.serial, files });
        }
        for (vendor, revision) in stuck {
            let finding = slow(&vendor, self.limits.validation)
                .help("earlier checks of this vendor never ended; the new one starts when one of them does");
            changes.extend(self.learn_one(&vendor, News::Refused { revision, findings: Findings::from(finding) }, now));
        }
        jobs
    }

    fn outcomes(&mut self, now: Moment) -> Vec<(u64, ReloadOutcome)> {
        let tickets = std::mem::take(&mut self.tickets);
        let (done, waiting): (Vec<Ticket>, Vec<Ticket>) =
            tickets.into_iter().partition(|ticket| self.is_answered(ticket, now));
        self.tickets = waiting;
        done.iter().map(|ticket| (ticket.id, self.outcome(ticket))).collect()
    }

    fn is_answered(&self, ticket: &Ticket, now: Moment) -> bool {
        let is_due = now.monotonic >= ticket.asked + self.limits.patience;
        let is_scanned = self.last_scan.is_some_and(|taken| taken.from >= ticket.asked);
        let is_settled = match &ticket.vendor {
            Some(vendor) => self.settling.is_settled(vendor),
            None => self.settling.next_scan().is_none(),
        };
        let is_worked = !self.work.iter().any(|(vendor, work)| ticket.is_about(vendor) && work.is_ahead());
        (is_scanned && (is_settled || is_due) && is_worked) || now.monotonic >= self.give_up(ticket)
    }

    fn outcome(&self, ticket: &Ticket) -> ReloadOutcome {
        let mut vendors: BTreeMap<Name, VendorReport> = BTreeMap::new();
        let is_scanned = self.last_scan.is_some_and(|taken| taken.from >= ticket.asked);
        let gone = ticket.changed.iter().filter(|vendor| self.catalog.vendor(vendor).is_none());
        let moving = self.settling.unsettled();
        let names = self.catalog.vendors().map(|(vendor, _)| vendor).chain(gone).chain(&moving);
        for vendor in names.chain(&ticket.vendor).filter(|vendor| ticket.is_about(vendor)) {
            let state = self.catalog.vendor(vendor);
            let is_ahead = self.work.get(vendor).is_some_and(Work::is_ahead);
            let is_known = state.is_some() || ticket.changed.contains(vendor) || moving.contains(vendor);
            let unknown = || Findings::from(self.unknown(vendor));
            vendors.insert(
                Arc::clone(vendor),
                VendorReport {
                    state: state.map(|state| state.state),
                    active: state.and_then(|state| state.revision().map(Revision::from)),
                    disk: self.settling.revision(vendor).cloned(),
                    findings: state.map_or_else(
                        || if is_known { Findings::new() } else { unknown() },
                        |state| state.findings.clone(),
                    ),
                    is_changed: ticket.changed.contains(vendor),
                    is_complete: is_known && is_scanned && self.settling.is_settled(vendor) && !is_ahead,
                },
            );
        }
        ReloadOutcome { generation: self.catalog.generation(), vendors, faults: self.faults.clone(), is_stopped: false }
    }
}

impl Ticket {
    fn is_about(&self, vendor: &Name) -> bool {
        self.vendor.as_ref().is_none_or(|name| name == vendor)
    }
}
