//! All vendors of one generation, and the one pure function that leads from a generation to the next.

use super::Revision;
use super::fault::LibraryFault;
use crate::channel::Name;
use crate::finding::{Finding, Findings, Place};
use crate::plugin::VendorFiles;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Attempts kept for each vendor.
const MAX_HISTORY: usize = 32;
/// Findings kept with an attempt.
const MAX_FINDINGS_OF_ATTEMPT: usize = 10;
/// Findings kept for the state of a vendor.
const MAX_FINDINGS: usize = 200;
/// Departed vendors remembered.
const MAX_DEPARTED: usize = 64;

/// A revision in use: the files it was made from, and what was made of them.
#[derive(Debug)]
pub struct Active<P> {
    /// The files.
    pub files: Arc<VendorFiles>,
    /// Compiled plugin.
    pub plugin: P,
    /// Findings that need attention although the revision is used.
    pub warnings: Findings,
}

impl<P> Active<P> {
    /// Digest of the files.
    pub fn revision(&self) -> &str {
        self.files.revision()
    }
}

/// State of a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The intended revision is in use: the directory's content, or a pinned revision.
    Active,
    /// An earlier revision is in use, because the directory's content cannot be.
    Degraded,
    /// Nothing is in use.
    Failed,
}

impl State {
    /// Name as users see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
        }
    }
}

/// Duration of a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// Until it is removed.
    UntilUnpinned,
    /// Until the directory has a valid content other than the withdrawn revision: a rollback.
    UntilChange {
        /// The revision that was rolled back from; `None` when there was none.
        withdrawn: Option<Revision>,
    },
}

/// The decision of a person to use one revision regardless of the directory's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The revision to use.
    pub revision: Revision,
    /// Why.
    pub reason: String,
    /// Person who decided, when known.
    pub who: Option<String>,
    /// When.
    pub when: DateTime<Utc>,
    /// Its duration.
    pub hold: Hold,
}

/// Event of a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A new revision is in use.
    Activated,
    /// The directory has again the content of the revision that was in use all the time.
    Recovered,
    /// A new revision is valid, and waits behind a pin.
    Held,
    /// A new revision is not valid.
    Refused,
    /// The directory could not be read.
    Unreadable,
    /// The directory is gone.
    Gone,
    /// The last good revision came back from the archive at start.
    Restored,
    /// A person pinned a revision.
    Pinned,
    /// A person went back to an earlier revision.
    RolledBack,
    /// A person took a pin away.
    Unpinned,
}

impl Outcome {
    /// Every outcome with its name.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Activated, "activated"),
        (Self::Recovered, "recovered"),
        (Self::Held, "held"),
        (Self::Refused, "refused"),
        (Self::Unreadable, "unreadable"),
        (Self::Gone, "gone"),
        (Self::Restored, "restored"),
        (Self::Pinned, "pinned"),
        (Self::RolledBack, "rolled_back"),
        (Self::Unpinned, "unpinned"),
    ];

    /// Name as users see it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(outcome, _)| *outcome == self).map_or("", |(_, name)| name)
    }

    /// The outcome of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(outcome, _)| *outcome)
    }
}

/// One entry of a vendor's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub when: DateTime<Utc>,
    /// The event.
    pub outcome: Outcome,
    /// The revision it is about; `None` when the directory could not be read or is gone.
    pub revision: Option<Revision>,
    /// Findings; at most 10.
    pub findings: Findings,
    /// Person who decided, if any.
    pub who: Option<String>,
    /// Why, when a person decided.
    pub reason: Option<String>,
}

/// One vendor in a generation.
#[derive(Debug)]
pub struct VendorState<P> {
    /// The revision in use; `None` when none is.
    pub active: Option<Arc<Active<P>>>,
    /// The newest revision of the directory that is valid; another than `active` only while a pin holds.
    pub newest: Option<Arc<Active<P>>>,
    /// Revision of the directory, when it can be read.
    pub disk: Option<Revision>,
    /// State of the vendor.
    pub state: State,
    /// Findings about the directory's content.
    pub findings: Findings,
    /// Since when the vendor is in this state with this revision.
    pub since: DateTime<Utc>,
    /// History, oldest first; at most 32 entries.
    pub history: VecDeque<Attempt>,
    /// The decision of a person to use one revision.
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
    fn new(history: VecDeque<Attempt>, now: DateTime<Utc>) -> Self {
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

    /// Digest of the revision in use.
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

    fn record(&mut self, attempt: Attempt) {
        if self.history.len() >= MAX_HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(attempt);
    }
}

/// A vendor whose directory is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departed {
    /// Time of the observation.
    pub when: DateTime<Utc>,
    /// The revision that was in use.
    pub revision: Option<Revision>,
    /// Earlier history, oldest first.
    pub history: VecDeque<Attempt>,
}

/// New information about one vendor.
#[derive(Debug)]
pub enum News<P> {
    /// The directory has the content of the newest good revision.
    Seen,
    /// The directory has a new content, and it is valid.
    Accepted(Arc<Active<P>>),
    /// The directory has a new content, and it is not valid.
    Refused {
        /// Its digest.
        revision: Revision,
        /// Why.
        findings: Findings,
    },
    /// The directory exists and cannot be read.
    Unreadable(Findings),
    /// The directory does not exist.
    Gone,
    /// The archive gave back the last good revision, and the pinned one when there is a pin.
    Restored {
        /// The last good revision.
        newest: Option<Arc<Active<P>>>,
        /// The pin with its revision.
        pin: Option<(Pin, Arc<Active<P>>)>,
        /// History before the restart.
        history: VecDeque<Attempt>,
    },
    /// A person decided to use one revision.
    Pinned(Pin, Arc<Active<P>>),
    /// A person took the pin away.
    Unpinned {
        /// Why.
        reason: String,
        /// Person who decided, when known.
        who: Option<String>,
    },
}

/// Something that changed for a vendor, as subscribers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The vendor.
    pub vendor: Name,
    /// Generation that has the change.
    pub generation: u64,
    /// The event.
    pub attempt: Attempt,
    /// State afterwards; `None` when the vendor is gone.
    pub state: Option<State>,
    /// Revision in use afterwards.
    pub active: Option<Revision>,
}

/// All vendors of one generation. A request takes one catalog and uses nothing else.
#[derive(Debug)]
pub struct Catalog<P> {
    generation: u64,
    vendors: BTreeMap<Name, VendorState<P>>,
    departed: BTreeMap<Name, Departed>,
}

impl<P> Default for Catalog<P> {
    fn default() -> Self {
        Self { generation: 0, vendors: BTreeMap::new(), departed: BTreeMap::new() }
    }
}

impl<P> Catalog<P> {
    /// Number of this generation: 0 is empty, and every published change adds 1.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The vendors, ascending by name.
    pub fn vendors(&self) -> impl Iterator<Item = (&Name, &VendorState<P>)> {
        self.vendors.iter()
    }

    /// The vendor of that name.
    pub fn vendor(&self, name: &str) -> Option<&VendorState<P>> {
        self.vendors.get(name)
    }

    /// The revision of that vendor in use.
    pub fn active(&self, name: &str) -> Option<&Arc<Active<P>>> {
        self.vendors.get(name)?.active.as_ref()
    }

    /// Vendors whose directory is gone, ascending by name; at most 64.
    pub fn departed(&self) -> &BTreeMap<Name, Departed> {
        &self.departed
    }

    /// Returns the generation that follows when `news` is learnt at `now`, and what changed; `None` when nothing did.
    pub fn next(&self, news: BTreeMap<Name, News<P>>, now: DateTime<Utc>) -> Option<(Self, Vec<Change>)> {
        let mut next =
            Self { generation: self.generation + 1, vendors: self.vendors.clone(), departed: self.departed.clone() };
        let changes: Vec<Change> =
            news.into_iter().filter_map(|(vendor, news)| next.learn(vendor, news, now)).collect();
        (!changes.is_empty()).then_some((next, changes))
    }

    fn learn(&mut self, vendor: Name, news: News<P>, now: DateTime<Utc>) -> Option<Change> {
        if matches!(news, News::Gone) && self.vendors.get(&vendor)?.pinned.is_none() {
            return self.depart(vendor, now);
        }
        if matches!(news, News::Seen | News::Unpinned { .. }) && !self.vendors.contains_key(&vendor) {
            return None;
        }
        let departed = &mut self.departed;
        let state = self.vendors.entry(vendor.clone()).or_insert_with(|| {
            VendorState::new(departed.remove(&vendor).map(|departed| departed.history).unwrap_or_default(), now)
        });
        let before = (state.state, state.revision().map(Revision::from));
        let attempt = state.learn(&vendor, news, now)?;
        state.record(attempt.clone());
        state.state = match (&state.active, state.findings.has_errors()) {
            (None, _) => State::Failed,
            (Some(_), true) => State::Degraded,
            (Some(_), false) => State::Active,
        };
        let active = state.revision().map(Revision::from);
        if before != (state.state, active.clone()) {
            state.since = now;
        }
        Some(Change { vendor, generation: self.generation, attempt, state: Some(state.state), active })
    }

    fn depart(&mut self, vendor: Name, now: DateTime<Utc>) -> Option<Change> {
        let mut state = self.vendors.remove(&vendor)?;
        let attempt = Attempt {
            when: now,
            outcome: Outcome::Gone,
            revision: None,
            findings: Findings::new(),
            who: None,
            reason: None,
        };
        state.record(attempt.clone());
        if self.departed.len() >= MAX_DEPARTED
            && let Some(oldest) = self.departed.iter().min_by_key(|(_, departed)| departed.when)
        {
            let oldest = oldest.0.clone();
            self.departed.remove(&oldest);
        }
        let revision = state.revision().map(Revision::from);
        self.departed.insert(vendor.clone(), Departed { when: now, revision, history: state.history });
        Some(Change { vendor, generation: self.generation, attempt, state: None, active: None })
    }
}

impl<P> VendorState<P> {
    /// Takes in what was learnt; returns `None` when that is nothing new.
    fn learn(&mut self, vendor: &str, news: News<P>, now: DateTime<Utc>) -> Option<Attempt> {
        let attempt = |outcome, revision: Option<&str>, findings: &Findings| Attempt {
            when: now,
            outcome,
            revision: revision.map(Revision::from),
            findings: findings.iter().take(MAX_FINDINGS_OF_ATTEMPT).cloned().collect(),
            who: None,
            reason: None,
        };
        match news {
            News::Seen => {
                let newest = self.newest.clone()?;
                let is_known = self.disk.as_deref() == Some(newest.revision()) && !self.findings.has_errors();
                let was_pinned = self.pinned.is_some();
                self.release_pin_for(newest.revision());
                if is_known && was_pinned == self.pinned.is_some() {
                    return None;
                }
                self.disk = Some(newest.revision().into());
                self.findings = newest.warnings.clone();
                self.choose(&newest);
                Some(attempt(Outcome::Recovered, Some(newest.revision()), &newest.warnings))
            }
            News::Accepted(newest) => {
                self.release_pin_for(newest.revision());
                self.disk = Some(newest.revision().into());
                self.findings = newest.warnings.clone();
                self.choose(&newest);
                let outcome = if self.pinned.is_some() { Outcome::Held } else { Outcome::Activated };
                let attempt = attempt(outcome, Some(newest.revision()), &newest.warnings);
                self.newest = Some(newest);
                Some(attempt)
            }
            News::Refused { revision, findings } => {
                let findings = with_an_error(vendor, findings);
                let attempt = attempt(Outcome::Refused, Some(&revision), &findings);
                self.disk = Some(revision);
                self.findings = findings;
                Some(attempt)
            }
            News::Unreadable(findings) => {
                let findings = with_an_error(vendor, findings);
                if self.disk.is_none() && self.findings == findings {
                    return None;
                }
                self.disk = None;
                self.findings = findings;
                Some(attempt(Outcome::Unreadable, None, &self.findings))
            }
            News::Gone => {
                let gone = gone_while_pinned(vendor);
                if self.disk.is_none() && self.findings == gone {
                    return None;
                }
                (self.disk, self.findings, self.newest) = (None, gone, None);
                Some(attempt(Outcome::Gone, None, &self.findings))
            }
            News::Restored { newest, pin, history } => {
                self.history = history;
                self.findings = not_yet_read(vendor);
                self.newest = newest.clone();
                self.active = newest;
                if let Some((pin, active)) = pin {
                    (self.pinned, self.active) = (Some(pin), Some(active));
                }
                Some(attempt(Outcome::Restored, self.revision(), &Findings::new()))
            }
            News::Pinned(pin, active) => {
                let outcome = match pin.hold {
                    Hold::UntilUnpinned => Outcome::Pinned,
                    Hold::UntilChange { .. } => Outcome::RolledBack,
                };
                let attempt = Attempt {
                    who: pin.who.clone(),
                    reason: Some(pin.reason.clone()),
                    ..attempt(outcome, Some(&pin.revision), &Findings::new())
                };
                (self.pinned, self.active) = (Some(pin), Some(active));
                Some(attempt)
            }
            News::Unpinned { reason, who } => {
                self.pinned.take()?;
                self.active = self.newest.clone();
                let attempt = attempt(Outcome::Unpinned, self.revision(), &Findings::new());
                Some(Attempt { who, reason: Some(reason), ..attempt })
            }
        }
    }

    fn release_pin_for(&mut self, revision: &str) {
        if !self.is_held_against(revision) {
            self.pinned = None;
        }
    }

    fn choose(&mut self, newest: &Arc<Active<P>>) {
        if self.pinned.is_none() {
            self.active = Some(Arc::clone(newest));
        }
    }

    /// Returns the pin that goes back to `revision` until the directory changes.
    pub fn rollback(&self, revision: Revision, reason: String, who: Option<String>, when: DateTime<Utc>) -> Pin {
        let withdrawn = self.newest_revision().map(Revision::from);
        Pin { revision, reason, who, when, hold: Hold::UntilChange { withdrawn } }
    }
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
