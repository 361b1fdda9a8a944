//! State of the reloading itself.

use crate::channel::Name;
use crate::finding::Findings;
use chrono::{DateTime, Utc};

/// Detection of changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Watching {
    /// At intervals, as configured.
    #[default]
    Polling,
    /// Through events, and at intervals in any case.
    Events,
    /// At intervals, because events do not work: the findings say why.
    Blind(Findings),
}

/// State of the reloading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Scans made.
    pub scans: u64,
    /// End of the last scan.
    pub last_scan: Option<DateTime<Utc>>,
    /// Generations published.
    pub published: u64,
    /// Time of the last generation.
    pub last_published: Option<DateTime<Utc>>,
    /// Detection of changes.
    pub watching: Watching,
    /// Times the watches were renewed.
    pub rearmed: u64,
    /// Changes that were noticed without a wake-up.
    pub missed: u64,
    /// Reasons for directories that could not be read completely; may be empty.
    pub faults: Findings,
    /// Findings about the archive; may be empty.
    pub archive: Findings,
    /// Vendors whose directory keeps changing, ascending.
    pub unsettled: Vec<Name>,
    /// True once reloading has ended; the catalog in use stays.
    pub is_stopped: bool,
}
