//! Revisions in use, and news about a vendor.

use super::Revision;
use super::history::{Attempt, Pin};
use crate::finding::Findings;
use crate::plugin::VendorFiles;
use std::collections::VecDeque;
use std::sync::Arc;

/// A revision in use: its files, and their compiled form.
#[derive(Debug)]
pub struct Active<P> {
    /// The files.
    pub files: Arc<VendorFiles>,
    /// Compiled files.
    pub plugin: P,
    /// Findings that need attention although the revision is used.
    pub warnings: Findings,
}

impl<P> Active<P> {
    /// Returns the digest of the files.
    pub fn revision(&self) -> &str {
        self.files.revision()
    }
}

/// News about one vendor.
#[derive(Debug)]
pub enum News<P> {
    /// The directory has the content of the latest valid revision.
    Seen,
    /// The directory has new content that is valid.
    Accepted(Arc<Active<P>>),
    /// The directory has new content that is not valid.
    Refused {
        /// Its digest.
        revision: Revision,
        /// Reasons.
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
        /// Events before the restart.
        history: VecDeque<Attempt>,
    },
    /// A person decided to use one revision.
    Pinned(Pin, Arc<Active<P>>),
    /// A person took the pin away.
    Unpinned {
        /// Reason.
        reason: String,
        /// Person who decided, if known.
        who: Option<String>,
    },
}
