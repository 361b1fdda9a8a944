//! The history of a vendor: states, pins and events.

use super::Revision;
use crate::finding::Findings;
use chrono::{DateTime, Utc};

crate::words! {
    /// State of a vendor.
    pub enum State {
        /// The intended revision is in use: the content of the directory, or a pinned revision.
        Active = "active",
        /// An earlier revision is in use, because the content of the directory cannot be used.
        Degraded = "degraded",
        /// Nothing is in use.
        Failed = "failed",
    }
}

/// Duration of a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// Until a person removes it.
    UntilUnpinned,
    /// Until the directory has valid content other than the withdrawn revision: a rollback.
    UntilChange {
        /// The revision that was rolled back from; `None` when there was none.
        withdrawn: Option<Revision>,
    },
}

/// The decision of a person to use one revision, whatever the content of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The revision to use.
    pub revision: Revision,
    /// Reason.
    pub reason: String,
    /// Person who decided, if known.
    pub who: Option<String>,
    /// Time.
    pub when: DateTime<Utc>,
    /// Duration.
    pub hold: Hold,
}

crate::words! {
    /// Event of a vendor.
    pub enum Outcome {
        /// A new revision is in use.
        Activated = "activated",
        /// The directory has the content of the revision that stayed in use again.
        Recovered = "recovered",
        /// A new revision is valid, and waits behind a pin.
        Held = "held",
        /// A new revision is not valid.
        Refused = "refused",
        /// The directory could not be read.
        Unreadable = "unreadable",
        /// The directory is gone.
        Gone = "gone",
        /// The last good revision came back from the archive at start.
        Restored = "restored",
        /// A person pinned a revision.
        Pinned = "pinned",
        /// A person went back to an earlier revision.
        RolledBack = "rolled_back",
        /// A person took a pin away.
        Unpinned = "unpinned",
    }
}

/// One entry of a vendor's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Time.
    pub when: DateTime<Utc>,
    /// Event.
    pub outcome: Outcome,
    /// Revision; `None` if the directory could not be read or is gone.
    pub revision: Option<Revision>,
    /// Findings; at most 10.
    pub findings: Findings,
    /// Person who decided, if one did.
    pub who: Option<String>,
    /// Reason, if a person decided.
    pub reason: Option<String>,
}
