//! Outcome of a requested reload.

use super::Revision;
use super::history::State;
use crate::channel::Name;
use crate::finding::Findings;
use std::collections::BTreeMap;

/// State of one vendor after a requested reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorReport {
    /// Its state; `None` when it is gone.
    pub state: Option<State>,
    /// Revision in use.
    pub active: Option<Revision>,
    /// Revision of the directory, if it can be read.
    pub disk: Option<Revision>,
    /// Errors and warnings.
    pub findings: Findings,
    /// True when this reload changed something for the vendor.
    pub is_changed: bool,
    /// False if the directory never settled, or the check is still running, so that the report describes the past.
    pub is_complete: bool,
}

/// Outcome of a requested reload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReloadOutcome {
    /// Generation in use afterwards.
    pub generation: u64,
    /// The vendors, ascending by name.
    pub vendors: BTreeMap<Name, VendorReport>,
    /// Reasons for directories that could not be read completely; may be empty.
    pub faults: Findings,
    /// True when the library stopped before there was an outcome.
    pub is_stopped: bool,
}

impl ReloadOutcome {
    /// Returns true if every vendor uses its intended revision.
    pub fn is_success(&self) -> bool {
        let good = |report: &VendorReport| report.is_complete && matches!(report.state, Some(State::Active) | None);
        !self.is_stopped && self.faults.is_empty() && self.vendors.values().all(good)
    }
}
