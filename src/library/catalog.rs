//! All vendors of one generation, and the one pure function that leads from a generation to the next.

use super::Revision;
use super::history::{Attempt, Outcome, State};
use super::news::{Active, News};
use super::vendor_state::{VendorState, attempt};
use crate::channel::Name;
use crate::finding::Findings;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Departed vendors remembered.
const MAX_DEPARTED: usize = 64;

/// A vendor whose directory is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departed {
    /// Time at which that was noticed.
    pub when: DateTime<Utc>,
    /// The revision that was in use.
    pub revision: Option<Revision>,
    /// Earlier events, oldest first.
    pub history: VecDeque<Attempt>,
}

/// A change of a vendor, as subscribers receive it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The vendor.
    pub vendor: Name,
    /// Generation that has the change.
    pub generation: u64,
    /// Event.
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

    /// Returns the vendors whose directory is gone, ascending by name; at most 64.
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
        let attempt = attempt(Outcome::Gone, None, &Findings::new(), now);
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
