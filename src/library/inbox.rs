//! Messages of other threads to the reloading one.

use super::reload::Decision;
use super::report::ReloadOutcome;
use super::validate::Verdict;
use crate::channel::Name;
use crate::finding::Findings;
use std::sync::mpsc::SyncSender;

/// Receiver of the outcome of a decision.
pub(super) type Answer = SyncSender<Result<(), Findings>>;

/// Messages of other threads to the reloading one. Flags rather than a queue, so that no storm of events can fill it.
pub(super) struct Inbox<P> {
    pub is_stopping: bool,
    pub is_awake: bool,
    pub lost: Option<String>,
    pub verdicts: Vec<(Name, u64, Verdict<P>)>,
    pub asked: Vec<(u64, Option<Name>, SyncSender<ReloadOutcome>)>,
    pub decisions: Vec<(Name, Decision<P>, Answer)>,
}

impl<P> Default for Inbox<P> {
    fn default() -> Self {
        Self {
            is_stopping: false,
            is_awake: false,
            lost: None,
            verdicts: Vec::new(),
            asked: Vec::new(),
            decisions: Vec::new(),
        }
    }
}

impl<P> Inbox<P> {
    pub fn is_empty(&self) -> bool {
        !self.is_stopping
            && !self.is_awake
            && self.lost.is_none()
            && self.verdicts.is_empty()
            && self.asked.is_empty()
            && self.decisions.is_empty()
    }
}
