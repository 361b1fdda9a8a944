//! Changes handed to subscribers, who may be slow or gone.

use super::catalog::Change;
use std::ops::Deref;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Weak};

/// A change as a subscriber receives it.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Change.
    pub change: Arc<Change>,
    /// Changes before it that this subscriber was too slow for.
    pub missed: u64,
}

/// The sending end of a [`Subscription`].
pub(super) struct Subscriber {
    sender: SyncSender<Notice>,
    missed: u64,
    listener: Weak<()>,
}

/// Receiver of changes as they happen; dropping it ends the subscription.
#[derive(Debug)]
pub struct Subscription {
    receiver: Receiver<Notice>,
    _listener: Arc<()>,
}

impl Deref for Subscription {
    type Target = Receiver<Notice>;

    fn deref(&self) -> &Receiver<Notice> {
        &self.receiver
    }
}

impl Subscriber {
    /// Returns a subscriber that may be `most` changes behind, and the end that receives them.
    pub fn new(most: usize) -> (Self, Subscription) {
        let (sender, receiver) = sync_channel(most.max(1));
        let listener = Arc::new(());
        let subscriber = Self { sender, missed: 0, listener: Arc::downgrade(&listener) };
        (subscriber, Subscription { receiver, _listener: listener })
    }

    /// True until the other end is dropped.
    pub fn is_listening(&self) -> bool {
        self.listener.strong_count() > 0
    }

    /// Hands over a change; returns false if the subscription has ended.
    pub fn send(&mut self, change: &Arc<Change>) -> bool {
        match self.sender.try_send(Notice { change: Arc::clone(change), missed: self.missed }) {
            Ok(()) => self.missed = 0,
            Err(TrySendError::Full(_)) => self.missed += 1,
            Err(TrySendError::Disconnected(_)) => return false,
        }
        true
    }
}
