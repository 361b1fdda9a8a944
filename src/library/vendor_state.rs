//! The state of one vendor, and how news changes it.

use super::Revision;
use super::fault::LibraryFault;
use super::history::{Attempt, Hold, Outcome, Pin, State};
use super::news::{Active, News};
use crate::finding::{Finding, Findings, Place};
use chrono::{DateTime, Utc};
use std::collections::VecDeque;
use std::sync::Arc;

/// Attempts kept for each vendor.
const MAX_HISTORY: usize = 32;
/// Findings kept with an attempt.
const MAX_FINDINGS_OF_ATTEMPT: usize = 10;
/// Findings kept for the state of a vendor.
const MAX_FINDINGS: usize = 200;

/// One vendor in a generation.
#[derive(Debug)]
pub struct VendorState<P> {
    /// The revision in use; `None` if none is.
    pub active: Option<Arc<Active<P>>>,
    /// The latest valid revision of the directory; different from `active` only while a pin holds.
    pub newest: Option<Arc<Active<P>>>,
    /// Revision of the directory, if it can be read.
    pub disk: Option<Revision>,
    /// State.
    pub state: State,
    /// Errors and warnings about the content of the directory.
    pub findings: Findings,
    /// Start of this state with this revision.
    pub since: DateTime<Utc>,
    /// Events, oldest first; at most 32.
    pub history: VecDeque<Attempt>,
    /// Pin to one revision.
    pub pinned: Option<Pin>,
}

impl<P> Clone for VendorState<P> {
    fn clone(&self) -> Self {
        Self {
            active: self.active.clone(),
            newest: self.newest.clone(),
            disk: self.disk.clone(),
            state: self.state,
            findings: self.findings.clone(),
            since: self.since,
            history: self.history.clone(),
            pinned: self.pinned.clone(),
        }
    }
}

impl<P> VendorState<P> {
    /// Returns the state of a vendor without a usable revision yet.
    pub fn new(history: VecDeque<Attempt>, now: DateTime<Utc>) -> Self {
        Self {
            active: None,
            newest: None,
            disk: None,
            state: State::Failed,
            findings: Findings::new(),
            since: now,
            history,
            pinned: None,
        }
    }

    /// Returns the digest of the revision in use.
    pub fn revision(&self) -> Option<&str> {
        self.active.as_ref().map(|active| active.revision())
    }

    fn newest_revision(&self) -> Option<&str> {
        self.newest.as_ref().map(|newest| newest.revision())
    }

    fn is_held_against(&self, revision: &str) -> bool {
        match self.pinned.as_ref().map(|pin| &pin.hold) {
            Some(Hold::UntilUnpinned) => true,
            Some(Hold::UntilChange { withdrawn }) => withdrawn.as_deref() == Some(revision),
            None => false,
        }
    }

    /// Adds an entry to the history.
    pub fn record(&mut self, attempt: Attempt) {
        if self.history.len() >= MAX_HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(attempt);
    }

    /// Applies news; returns `None` when nothing changes.
    pub fn learn(&mut self, vendor: &str, news: News<P>, now: DateTime<Utc>) -> Option<Attempt> {
        match news {
            News::Seen => self.seen(now),
            News::Accepted(newest) => Some(self.accepted(newest, now)),
            News::Refused { revision, findings } => {
                self.findings = with_an_error(vendor, findings);
                let attempt = attempt(Outcome::Refused, Some(&revision), &self.findings, now);
                self.disk = Some(revision);
                Some(attempt)
            }
            News::Unreadable(findings) => {
                let is_news = self.lose(with_an_error(vendor, findings));
                is_news.then(|| attempt(Outcome::Unreadable, None, &self.findings, now))
            }
            News::Gone => {
                let is_news = self.lose(gone_while_pinned(vendor));
                if is_news {
                    self.newest = None;
                }
                is_news.then(|| attempt(Outcome::Gone, None, &self.findings, now))
            }
            News::Restored { newest, pin, history } => {
                self.history = history;
                self.findings = not_yet_read(vendor);
                (self.newest, self.active) = (newest.clone(), newest);
                if let Some((pin, active)) = pin {
                    (self.pinned, self.active) = (Some(pin), Some(active));
                }
                Some(attempt(Outcome::Restored, self.revision(), &Findings::new(), now))
            }
            News::Pinned(pin, active) => Some(self.pinned_to(pin, active, now)),
            News::Unpinned { reason, who } => {
                self.pinned.take()?;
                self.active = self.newest.clone();
                let attempt = attempt(Outcome::Unpinned, self.revision(), &Findings::new(), now);
                Some(Attempt { who, reason: Some(reason), ..attempt })
            }
        }
    }

    fn seen(&mut self, now: DateTime<Utc>) -> Option<Attempt> {
        let newest = self.newest.clone()?;
        let is_known = self.disk.as_deref() == Some(newest.revision()) && !self.findings.has_errors();
        let was_pinned = self.pinned.is_some();
        self.release_pin_for(newest.revision());
        if is_known && was_pinned == self.pinned.is_some() {
            return None;
        }
        self.take_up(&newest);
        Some(attempt(Outcome::Recovered, Some(newest.revision()), &newest.warnings, now))
    }

    fn accepted(&mut self, newest: Arc<Active<P>>, now: DateTime<Utc>) -> Attempt {
        self.release_pin_for(newest.revision());
        self.take_up(&newest);
        let outcome = if self.pinned.is_some() { Outcome::Held } else { Outcome::Activated };
        let attempt = attempt(outcome, Some(newest.revision()), &newest.warnings, now);
        self.newest = Some(newest);
        attempt
    }

    fn release_pin_for(&mut self, revision: &str) {
        if !self.is_held_against(revision) {
            self.pinned = None;
        }
    }

    /// Notes valid content of the directory, and uses it unless a pin holds.
    fn take_up(&mut self, newest: &Arc<Active<P>>) {
        self.disk = Some(newest.revision().into());
        self.findings = newest.warnings.clone();
        if self.pinned.is_none() {
            self.active = Some(Arc::clone(newest));
        }
    }

    /// Notes that the directory has no content that can be read; returns false when that was known.
    fn lose(&mut self, findings: Findings) -> bool {
        let is_news = self.disk.is_some() || self.findings != findings;
        (self.disk, self.findings) = (None, findings);
        is_news
    }

    fn pinned_to(&mut self, pin: Pin, active: Arc<Active<P>>, now: DateTime<Utc>) -> Attempt {
        let outcome = match pin.hold {
            Hold::UntilUnpinned => Outcome::Pinned,
            Hold::UntilChange { .. } => Outcome::RolledBack,
        };
        let attempt = Attempt {
            who: pin.who.clone(),
            reason: Some(pin.reason.clone()),
            ..attempt(outcome, Some(&pin.revision), &Findings::new(), now)
        };
        (self.pinned, self.active) = (Some(pin), Some(active));
        attempt
    }

    /// Returns the pin that rolls back to `revision` until the directory changes.
    pub fn rollback(&self, revision: Revision, reason: String, who: Option<String>, when: DateTime<Utc>) -> Pin {
        let withdrawn = self.newest_revision().map(Revision::from);
        Pin { revision, reason, who, when, hold: Hold::UntilChange { withdrawn } }
    }
}

/// Returns an entry of the history without a person.
pub(super) fn attempt(outcome: Outcome, revision: Option<&str>, findings: &Findings, when: DateTime<Utc>) -> Attempt {
    let findings = findings.iter().take(MAX_FINDINGS_OF_ATTEMPT).cloned().collect();
    Attempt { when, outcome, revision: revision.map(Revision::from), findings, who: None, reason: None }
}

fn with_an_error(vendor: &str, findings: Findings) -> Findings {
    let mut kept: Findings = findings.iter().take(MAX_FINDINGS).cloned().collect();
    if !kept.has_errors() {
        let why = match findings.iter().find(|finding| finding.is_error()) {
            Some(error) => error.clone(),
            None => Finding::from(LibraryFault::NoReason { vendor: vendor.to_owned() }),
        };
        kept.push(why);
    }
    kept
}

fn gone_while_pinned(vendor: &str) -> Findings {
    Finding::from(LibraryFault::GoneWhilePinned { vendor: vendor.to_owned() }).at(Place::file(vendor)).into()
}

fn not_yet_read(vendor: &str) -> Findings {
    Finding::from(LibraryFault::NotYetRead { vendor: vendor.to_owned() }).at(Place::file(vendor)).into()
}
