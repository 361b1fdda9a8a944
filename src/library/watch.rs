//! Wake-ups from the file system. An event says that something may have changed, never what.
//!
//! The directories are watched with everything below, their parents, and the directory of every link on the way to them, so
//! that a swapped link (`..data`, `current`) wakes too. Reading is not a change: its events are ignored.

use super::fault::LibraryFault;
use crate::finding::{Finding, Findings, Place};
use notify::event::{AccessKind, AccessMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Message of a source of wake-ups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// Something may have changed.
    Changed,
    /// Events were lost, or the watching itself failed, for this reason: read everything and renew the watches.
    Lost(String),
}

/// Source of wake-ups.
pub trait Wakeups: Send + 'static {
    /// Watches `directories` from now on, and nothing else; an earlier watch ends. `wake` may be called from any thread.
    ///
    /// Fails when some of it cannot be watched; wake-ups may come all the same.
    fn arm(&mut self, folders: &[PathBuf], wake: Arc<dyn Fn(Wake) + Send + Sync>) -> Result<(), Findings>;
}

/// Wake-ups from the operating system's own notifications.
#[derive(Debug, Default)]
pub struct Events {
    watcher: Option<RecommendedWatcher>,
}

impl Events {
    /// Returns a source that watches nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Wakeups for Events {
    fn arm(&mut self, folders: &[PathBuf], wake: Arc<dyn Fn(Wake) + Send + Sync>) -> Result<(), Findings> {
        // The old one first: instances are few, and the new one may need its place.
        self.watcher = None;
        let interest = Interest::of(folders);
        let guard = Guard { wake: Arc::clone(&wake) };
        let handler = {
            let interest = interest.clone();
            move |event: notify::Result<Event>| {
                if let Some(told) = interest.judge(event) {
                    (guard.wake)(told);
                }
            }
        };
        let watcher = RecommendedWatcher::new(handler, Config::default());
        let mut watcher = watcher.map_err(|error| [blind(Path::new("."), &error)].into_iter().collect::<Findings>())?;
        let mut findings = Findings::new();
        for folder in &interest.deep {
            if let Err(error) = watcher.watch(folder, RecursiveMode::Recursive) {
                findings.push(blind(folder, &error));
            }
        }
        for folder in &interest.shallow {
            if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
                findings.push(blind(folder, &error));
            }
        }
        self.watcher = Some(watcher);
        if findings.is_empty() { Ok(()) } else { Err(findings) }
    }
}

/// Reports that the watching thread ended: it owns the handler, and the handler owns this.
struct Guard {
    wake: Arc<dyn Fn(Wake) + Send + Sync>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        (self.wake)(Wake::Lost("the watching thread ended".to_owned()));
    }
}

fn blind(folder: &Path, error: &notify::Error) -> Finding {
    let (path, reason) = (folder.display().to_string(), error.to_string());
    Finding::from(LibraryFault::Unwatchable { path: path.clone(), reason }).at(Place::file(path))
}

/// Watched directories, and the relevant paths in them.
#[derive(Debug, Clone)]
struct Interest {
    deep: BTreeSet<PathBuf>,
    shallow: BTreeSet<PathBuf>,
    paths: BTreeSet<PathBuf>,
}

impl Interest {
    fn of(folders: &[PathBuf]) -> Self {
        let mut interest = Self { deep: BTreeSet::new(), shallow: BTreeSet::new(), paths: BTreeSet::new() };
        for folder in folders {
            let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
            interest.add(&folder, 0);
        }
        interest
    }

    fn add(&mut self, folder: &Path, links: usize) {
        self.paths.insert(folder.to_owned());
        if let Ok(real) = folder.canonicalize()
            && real.is_dir()
        {
            self.paths.insert(real.clone());
            self.deep.insert(real);
        }
        // The nearest directory above that exists: in it the root will appear, or be renamed away.
        if let Some(above) = folder.ancestors().skip(1).find(|above| above.is_dir()) {
            self.shallow.insert(above.to_owned());
        }
        for part in folder.ancestors() {
            let Ok(target) = std::fs::read_link(part) else { continue };
            self.paths.insert(part.to_owned());
            let Some(above) = part.parent() else { continue };
            self.shallow.insert(above.to_owned());
            if links < 8 {
                let rest = folder.strip_prefix(part).unwrap_or(Path::new(""));
                self.add(&above.join(target).join(rest), links + 1);
            }
        }
    }

    fn judge(&self, event: notify::Result<Event>) -> Option<Wake> {
        let event = match event {
            Ok(event) => event,
            Err(error) => return Some(Wake::Lost(error.to_string())),
        };
        if event.need_rescan() {
            return Some(Wake::Lost("events were lost".to_owned()));
        }
        // The close of a file that was written is the only event of a write through memory.
        let is_reading = matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
        let matters =
            |path: &PathBuf| self.paths.iter().any(|known| path.starts_with(known) || known.starts_with(path));
        let is_near = event.paths.is_empty() || event.paths.iter().any(matters);
        (!is_reading && is_near).then_some(Wake::Changed)
    }
}
