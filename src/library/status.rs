//! State of the reloading itself.

use crate::channel::Name;
use crate::finding::Findings;
use chrono::{DateTime, Utc};

/// Mechanism by which changes are detected.
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

/// Health of the reloading itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Scans made.
    pub scans: u64,
    /// End of the last scan.
    pub last_scan: Option<DateTime<Utc>>,
    /// Generations published.
    pub published: u64,
    /// Time at which the last generation was published.
    pub last_published: Option<DateTime<Utc>>,
    /// Mechanism by which changes are detected.
    pub watching: Watching,
    /// Times the watches were renewed.
    pub rearmed: u64,
    /// Changes that were noticed without a wake-up.
    pub missed: u64,
    /// Reasons for which the directories could not be read completely; empty when they could.
    pub faults: Findings,
    /// Faults of the archive; empty when there are none.
    pub archive: Findings,
    /// Vendors whose directory has not settled, ascending.
    pub unsettled: Vec<Name>,
    /// True once reloading has ended; the catalog in use stays.
    pub is_stopped: bool,
}
