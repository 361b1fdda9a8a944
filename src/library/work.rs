//! Checks of one vendor's candidates.

use crate::plugin::VendorFiles;
use std::sync::Arc;
use std::time::Duration;

/// Candidates of one vendor: waiting, being checked, given up, or to be retried.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub queued: Option<Arc<VendorFiles>>,
    pub running: Option<Running>,
    pub detached: Vec<u64>,
    pub retry: Option<Retry>,
    pub tries: u32,
    pub is_reported: bool,
}

#[derive(Debug)]
pub(super) struct Running {
    pub serial: u64,
    pub files: Arc<VendorFiles>,
    pub started: Duration,
}

#[derive(Debug)]
pub(super) struct Retry {
    pub due: Duration,
    pub files: Arc<VendorFiles>,
}

impl Work {
    pub fn queue(&mut self, files: Arc<VendorFiles>) {
        let is_running = self.running.as_ref().is_some_and(|running| running.files.revision() == files.revision());
        if !is_running {
            self.queued = Some(files);
        }
    }

    pub fn detach(&mut self) {
        self.queued = None;
        self.detached.extend(self.running.take().map(|running| running.serial));
    }

    /// True when a verdict is still to come; a candidate that waits for checks that never end is not waited for.
    pub fn is_ahead(&self) -> bool {
        self.running.is_some() || (self.queued.is_some() && !self.is_reported)
    }

    pub fn is_idle(&self) -> bool {
        self.queued.is_none() && self.running.is_none() && self.detached.is_empty() && self.retry.is_none()
    }
}
