//! The history of a vendor: states, pins and events.

use super::Revision;
use crate::finding::Findings;
use chrono::{DateTime, Utc};

/// State of a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The intended revision is in use: the content of the directory, or a pinned revision.
    Active,
    /// An earlier revision is in use, because the content of the directory cannot be used.
    Degraded,
    /// Nothing is in use.
    Failed,
}

impl State {
    /// Returns the name that users see.
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

/// Event of a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A new revision is in use.
    Activated,
    /// The directory has the content of the revision that stayed in use again.
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

    /// Returns the name that users see.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(outcome, _)| *outcome == self).map_or("", |(_, name)| name)
    }

    /// Returns the outcome of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(outcome, _)| *outcome)
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
