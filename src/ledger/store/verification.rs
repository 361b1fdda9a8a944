//! Result of a verification.

use super::event::Head;
use super::fault::ChainFault;
use crate::database::Connection;
use crate::finding::{Finding, Findings, Place};

/// Most findings of a verification; further ones are counted.
const MAX_FINDINGS: usize = 10_000;

/// Result of a verification: what was examined, and everything that does not hold.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Intact events.
    pub events: u64,
    /// Intact snapshots.
    pub snapshots: u64,
    /// Intact personal values.
    pub personal: u64,
    /// Personal values that were erased.
    pub erased: u64,
    /// End of the ledger, as the last event states it.
    pub head: Head,
    /// Everything that does not hold.
    pub findings: Findings,
    /// Findings beyond those listed.
    pub more: u64,
}

impl Verification {
    /// Returns true if the ledger is what was appended.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }
}

/// A verification under way.
pub(super) struct Verifying<'a> {
    pub(super) connection: &'a Connection,
    pub(super) shown: &'a str,
    pub(super) done: Verification,
}

impl Verifying<'_> {
    /// Adds a finding.
    pub(super) fn report(&mut self, fault: ChainFault) {
        if self.done.findings.len() < MAX_FINDINGS {
            self.done.findings.push(Finding::from(fault).at(Place::file(self.shown)));
        } else {
            self.done.more += 1;
        }
    }
}
