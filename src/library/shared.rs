//! State shared by the library and its reloading thread.

use super::Revision;
use super::archive::Archive;
use super::catalog::Catalog;
use super::clock::Clock;
use super::inbox::Inbox;
use super::past::PastRevisions;
use super::reload::Moment;
use super::status::Status;
use super::subscription::Subscriber;
use super::validate::{Validate, Verdict, is_passing_trouble, slow, start};
use crate::channel::Name;
use crate::finding::Findings;
use crate::plugin::VendorFiles;
use arc_swap::ArcSwap;
use parking_lot::{Condvar, Mutex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

pub(super) struct Shared<V: Validate> {
    pub validator: Arc<V>,
    pub catalog: ArcSwap<Catalog<V::Plugin>>,
    pub inbox: Mutex<Inbox<V::Plugin>>,
    pub bell: Condvar,
    pub status: Mutex<Status>,
    pub archive: Archive,
    pub clock: Arc<dyn Clock>,
    pub limit: Duration,
    pub next_id: AtomicU64,
    pub subscribers: Mutex<Vec<Subscriber>>,
    pub past: PastRevisions<V::Plugin>,
    /// Longest wait for a reply of the reloading thread.
    pub reply: Duration,
}

impl<V: Validate> Shared<V> {
    /// Leaves a message for the reloading thread.
    pub fn post(&self, message: impl FnOnce(&mut Inbox<V::Plugin>)) {
        message(&mut self.inbox.lock());
        self.bell.notify_all();
    }

    pub fn now(&self) -> Moment {
        Moment { monotonic: self.clock.monotonic(), wall: self.clock.wall() }
    }
}

impl<V: Validate> Shared<V> {
    /// Validates on another thread, and waits for it no longer than the limit.
    pub fn validate(&self, files: Arc<VendorFiles>) -> Verdict<V::Plugin> {
        let vendor = Arc::clone(&files.vendor);
        let (sender, receiver) = channel();
        start(&self.validator, files, move |verdict| drop(sender.send(verdict)));
        receiver.recv_timeout(self.limit).unwrap_or_else(|_| Err(Findings::from(slow(&vendor, self.limit))))
    }

    /// Loads archived revisions, as many at a time as candidates are validated.
    pub fn load_all(
        &self,
        wanted: BTreeSet<(Name, Revision)>,
        workers: usize,
    ) -> BTreeMap<(Name, Revision), Verdict<V::Plugin>> {
        let (queue, done) = (Mutex::new(wanted), Mutex::new(BTreeMap::new()));
        let work = || {
            while let Some((vendor, revision)) = { queue.lock().pop_first() } {
                let verdict = self.archive.files(&vendor, &revision).and_then(|files| {
                    let verdict = self.validate(Arc::clone(&files));
                    // It was good before. A machine that is busy with starting gets a second chance.
                    match verdict {
                        Err(findings) if is_passing_trouble(&findings) => self.validate(files),
                        verdict => verdict,
                    }
                });
                done.lock().insert((vendor, revision), verdict);
            }
        };
        thread::scope(|scope| {
            for _ in 1..workers {
                // Without more threads this one does it all.
                drop(thread::Builder::new().spawn_scoped(scope, work));
            }
            work();
        });
        done.into_inner()
    }
}
