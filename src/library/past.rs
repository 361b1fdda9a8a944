//! Past revisions loaded on request: one at a time, not too often, and kept for a while.
//!
//! A request can name any revision, and loading it takes a check and a process. So, over all vendors:
//! 16 stay ready; one is made ready at a time, and who asks for the same waits for the same; at most 16 wait; and there
//! are 16 at once and one more each second. Beyond that the answer is `revision::busy`, at once. What was refused is
//! remembered and not tried again. A person who pins or goes back has neither to wait in line nor an allowance.

use super::Revision;
use super::fault::LibraryFault;
use super::history::Attempt;
use super::news::Active;
use super::validate::is_passing_trouble;
use crate::channel::Name;
use crate::finding::{Code, Finding, Findings};
use chrono::{DateTime, Utc};
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Revisions that stay ready, and refusals that are remembered.
const MAX_READY: usize = 16;
/// Threads that wait at the same time.
const MAX_WAITING: usize = 16;
/// Revisions that may be made ready at once.
const BURST: u32 = 16;
/// After which time there is one more.
const INTERVAL: Duration = Duration::from_secs(1);

/// A revision of a vendor, as a list of them shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRecord {
    /// Its digest.
    pub revision: Revision,
    /// Time at which it was first seen, if known.
    pub first_seen: Option<DateTime<Utc>>,
    /// Time at which it was first used; `None` if it never was, or that was not recorded.
    pub first_used: Option<DateTime<Utc>>,
    /// True when it can be evaluated, pinned and gone back to.
    pub is_kept: bool,
    /// True when it is in use.
    pub is_active: bool,
    /// The latest entry of the vendor's history about it: outcome, findings, and who decided if a person did.
    ///
    /// The author of the files is not known: the owner of a file is not its author.
    pub last: Option<Attempt>,
}

/// Origin of a request for a past revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// A request.
    Request,
    /// A person who pins or goes back.
    Person,
}

/// Past revisions that are ready, and what is under way.
#[derive(Debug)]
pub(super) struct PastRevisions<P> {
    state: Mutex<Ready<P>>,
    bell: Condvar,
}

#[derive(Debug)]
struct Ready<P> {
    ready: VecDeque<(Name, Arc<Active<P>>)>,
    refused: VecDeque<(Name, Revision, Findings)>,
    under_way: Vec<(Name, Revision)>,
    waiting: usize,
    /// Time at which the allowance is full again.
    whole: Duration,
}

impl<P> Default for PastRevisions<P> {
    fn default() -> Self {
        let state = Ready {
            ready: VecDeque::new(),
            refused: VecDeque::new(),
            under_way: Vec::new(),
            waiting: 0,
            whole: Duration::ZERO,
        };
        Self { state: Mutex::new(state), bell: Condvar::new() }
    }
}

type Made<P> = Result<Arc<Active<P>>, Findings>;

impl<P> PastRevisions<P> {
    /// Returns the revision, made ready by `make` when it is not. Waits no longer than `limit` for its turn.
    pub fn get(
        &self,
        (vendor, revision): (&str, &str),
        asker: Asker,
        limit: Duration,
        now: impl Fn() -> Duration,
        make: impl FnOnce() -> Made<P>,
    ) -> Made<P> {
        let end = now() + limit;
        let mut state = self.state.lock();
        loop {
            if let Some(known) = state.find(vendor, revision) {
                return known;
            }
            let is_mine = |(other, digest): &(Name, Revision)| **other == *vendor && **digest == *revision;
            let must_wait = match asker {
                Asker::Request => !state.under_way.is_empty(),
                Asker::Person => state.under_way.iter().any(is_mine),
            };
            if !must_wait {
                break;
            }
            let left = end.saturating_sub(now());
            if left.is_zero() || state.waiting >= MAX_WAITING {
                return Err(Findings::from(busy(vendor)));
            }
            state.waiting += 1;
            self.bell.wait_for(&mut state, left);
            state.waiting -= 1;
        }
        if asker == Asker::Request && !state.is_allowed(now()) {
            return Err(Findings::from(busy(vendor)));
        }
        let mine: (Name, Revision) = (vendor.into(), revision.into());
        state.under_way.push(mine.clone());
        drop(state);
        let turn = Turn { past: self, mine };
        let made = make();
        self.state.lock().remember(&turn.mine, &made);
        made
    }
}

/// A load in progress; ends also by a panic.
struct Turn<'p, P> {
    past: &'p PastRevisions<P>,
    mine: (Name, Revision),
}

impl<P> Drop for Turn<'_, P> {
    fn drop(&mut self) {
        let mut state = self.past.state.lock();
        if let Some(at) = state.under_way.iter().position(|other| *other == self.mine) {
            state.under_way.swap_remove(at);
        }
        drop(state);
        self.past.bell.notify_all();
    }
}

impl<P> Ready<P> {
    fn find(&mut self, vendor: &str, revision: &str) -> Option<Made<P>> {
        let is_it = |(name, active): &(Name, Arc<Active<P>>)| **name == *vendor && active.revision() == revision;
        if let Some(found) = self.ready.iter().position(is_it).and_then(|at| self.ready.remove(at)) {
            let active = Arc::clone(&found.1);
            self.ready.push_back(found);
            return Some(Ok(active));
        }
        let refused = self.refused.iter().find(|(name, digest, _)| **name == *vendor && **digest == *revision);
        refused.map(|(_, _, findings)| Err(findings.clone()))
    }

    fn is_allowed(&mut self, now: Duration) -> bool {
        let whole = self.whole.max(now) + INTERVAL;
        let is_allowed = whole <= now + INTERVAL * BURST;
        if is_allowed {
            self.whole = whole;
        }
        is_allowed
    }

    fn remember(&mut self, (vendor, revision): &(Name, Revision), made: &Made<P>) {
        match made {
            Ok(active) => {
                self.ready.push_back((Arc::clone(vendor), Arc::clone(active)));
                self.ready.drain(..self.ready.len().saturating_sub(MAX_READY));
            }
            // A failure that can pass is tried again.
            Err(findings) if is_passing_trouble(findings) || !is_about_rules(findings) => {}
            Err(findings) => {
                self.refused.push_back((Arc::clone(vendor), Arc::clone(revision), findings.clone()));
                self.refused.drain(..self.refused.len().saturating_sub(MAX_READY));
            }
        }
    }
}

fn is_about_rules(findings: &Findings) -> bool {
    use crate::finding::Area;
    findings.iter().all(|finding| finding.code().area() == Area::Rules && finding.code() != Code::RevisionUnknown)
}

fn busy(vendor: &str) -> Finding {
    LibraryFault::RevisionBusy { vendor: vendor.to_owned() }.into()
}
