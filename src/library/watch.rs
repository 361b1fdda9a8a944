//! Wake-ups from the file system. An event says that something may have changed, never what.
//!
//! Watched are the directories with everything below, their parents, and the directory of every link on the way to them, so
//! that a swapped link (`..data`, `current`) wakes too. Reading changes nothing: its events are ignored.

use super::fault::LibraryFault;
use crate::finding::{Finding, Findings, Place};
use notify::event::{AccessKind, AccessMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A wake-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// Something may have changed.
    Changed,
    /// Events were lost, or the watching itself failed, for this reason: scan everything and watch again.
    Lost(String),
}

/// Source of wake-ups.
pub trait Wakeups: Send + 'static {
    /// Watches `directories` from now on, and nothing else; an earlier watch ends. `wake` may be called from any thread.
    ///
    /// Fails when some of it cannot be watched; wake-ups may come all the same.
    fn arm(&mut self, directories: &[PathBuf], wake: Arc<dyn Fn(Wake) + Send + Sync>) -> Result<(), Findings>;
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
    fn arm(&mut self, directories: &[PathBuf], wake: Arc<dyn Fn(Wake) + Send + Sync>) -> Result<(), Findings> {
        // The old one first: the number of instances is limited.
        self.watcher = None;
        let interest = Interest::new(directories);
        let guard = Guard { wake: Arc::clone(&wake) };
        let handler = {
            let interest = interest.clone();
            move |event: notify::Result<Event>| {
                if let Some(wake) = interest.judge(event) {
                    (guard.wake)(wake);
                }
            }
        };
        let watcher = RecommendedWatcher::new(handler, Config::default());
        let mut watcher = watcher.map_err(|error| [blind(Path::new("."), &error)].into_iter().collect::<Findings>())?;
        let mut findings = Findings::new();
        for directory in &interest.deep {
            if let Err(error) = watcher.watch(directory, RecursiveMode::Recursive) {
                findings.push(blind(directory, &error));
            }
        }
        for directory in &interest.shallow {
            if let Err(error) = watcher.watch(directory, RecursiveMode::NonRecursive) {
                findings.push(blind(directory, &error));
            }
        }
        self.watcher = Some(watcher);
        if findings.is_empty() { Ok(()) } else { Err(findings) }
    }
}

/// Reports the end of the watching thread, which owns the handler, which owns this.
struct Guard {
    wake: Arc<dyn Fn(Wake) + Send + Sync>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        (self.wake)(Wake::Lost("the watching thread ended".to_owned()));
    }
}

fn blind(directory: &Path, error: &notify::Error) -> Finding {
    let (path, reason) = (directory.display().to_string(), error.to_string());
    Finding::from(LibraryFault::Unwatchable { path: path.clone(), reason }).at(Place::file(path))
}

/// Watched directories, and the paths in them that matter.
#[derive(Debug, Clone)]
struct Interest {
    deep: BTreeSet<PathBuf>,
    shallow: BTreeSet<PathBuf>,
    paths: BTreeSet<PathBuf>,
}

impl Interest {
    fn new(directories: &[PathBuf]) -> Self {
        let mut interest = Self { deep: BTreeSet::new(), shallow: BTreeSet::new(), paths: BTreeSet::new() };
        for directory in directories {
            let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.clone());
            interest.add(&directory, 0);
        }
        interest
    }

    fn add(&mut self, directory: &Path, links: usize) {
        self.paths.insert(directory.to_owned());
        if let Ok(real) = directory.canonicalize()
            && real.is_dir()
        {
            self.paths.insert(real.clone());
            self.deep.insert(real);
        }
        // The nearest existing directory above: the root will appear in it, or be renamed in it.
        if let Some(above) = directory.ancestors().skip(1).find(|above| above.is_dir()) {
            self.shallow.insert(above.to_owned());
        }
        for part in directory.ancestors() {
            let Ok(target) = std::fs::read_link(part) else { continue };
            self.paths.insert(part.to_owned());
            let Some(above) = part.parent() else { continue };
            self.shallow.insert(above.to_owned());
            if links < 8 {
                let rest = directory.strip_prefix(part).unwrap_or(Path::new(""));
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
