//! State of the reloading itself.

use crate::channel::Name;
use crate::finding::Findings;
use chrono::{DateTime, Utc};

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
