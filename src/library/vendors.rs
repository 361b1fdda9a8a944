//! The library of real vendors: how a candidate is judged, and how everything is combined for directories on disk.

use super::archive::{Archive, Retention};
use super::archive_files::ArchiveFiles;
use super::child::ChildProcess;
use super::disk::Disk;
use super::open::{Library, Options};
use super::pacing::Pace;
use super::report::ReloadOutcome;
use super::source::Source;
use super::validate::{Inspect, Validate};
use super::watch::{Events, Wakeups};
use crate::finding::{Finding, Findings};
use crate::plugin::disk::Roots;
use crate::plugin::{CaseOutcome, VendorFiles, VendorPlugin, run_cases, run_trial};
use crate::script::on_script_threads;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The library of real vendors.
pub type VendorLibrary = Library<VendorValidator>;

/// Judges a vendor: compiles it, checks it, runs it on synthetic partners, and runs its own cases.
///
/// The trial ([`run_trial`]) comes before the cases, so that a rule that uses up its budget is found by a few calls and
/// not by every case. With a child process all of that happens there; what it finds usable is only compiled here, where
/// reading a file has its own budget and no rule is run.
#[derive(Debug, Clone, Default)]
pub struct VendorValidator {
    /// Checks every candidate first; `None` does all of the work in this process.
    pub guard: Option<ChildProcess>,
}

impl Validate for VendorValidator {
    type Plugin = VendorPlugin;

    fn validate(&self, files: &VendorFiles) -> Result<(VendorPlugin, Findings), Findings> {
        let seen = self.guard.as_ref().map(|guard| guard.inspect(files));
        match seen {
            Some(findings) if findings.has_errors() => Err(findings),
            Some(findings) => {
                let (plugin, own) = on_script_threads(Some(1), || VendorPlugin::compile(files).into_parts());
                plugin.map(|plugin| (plugin, findings)).ok_or(own)
            }
            None => on_script_threads(Some(1), || judge(files)),
        }
    }
}

fn judge(files: &VendorFiles) -> Result<(VendorPlugin, Findings), Findings> {
    let (plugin, mut findings) = VendorPlugin::compile(files).into_parts();
    let Some(plugin) = plugin else { return Err(findings) };
    let trial = run_trial(&plugin);
    let is_harmless = !trial.has_errors();
    findings.extend(trial);
    if is_harmless {
        let outcomes = run_cases(&plugin);
        let failed: Vec<Finding> =
            outcomes.iter().filter(|outcome| !outcome.holds()).map(CaseOutcome::finding).collect();
        findings.extend(failed);
    }
    if findings.has_errors() { Err(findings) } else { Ok((plugin, findings)) }
}

/// Options for vendors on disk.
#[derive(Debug, Clone)]
pub struct VendorOptions {
    /// Process in which candidates are validated; `None` for this process, which an abort of the script engine would end.
    pub guard: Option<ChildProcess>,
    /// Directory that persists past revisions; `None` keeps them in memory.
    pub state: Option<PathBuf>,
    /// True if other processes may use the state directory at the same time.
    pub is_shared: bool,
    /// Files elsewhere that persist past revisions, in place of a directory.
    pub elsewhere: Option<Arc<dyn ArchiveFiles>>,
    /// Limits of past revisions; `None` is [`Retention::ON_DISK`] with a state directory, else [`Retention::IN_MEMORY`].
    pub retention: Option<Retention>,
    /// Interval at which the directories are scanned without an event.
    pub poll: Duration,
    /// True if file system events trigger scans; otherwise changes are detected at intervals.
    pub has_events: bool,
}

impl Default for VendorOptions {
    fn default() -> Self {
        Self {
            guard: None,
            state: None,
            is_shared: false,
            elsewhere: None,
            retention: None,
            poll: Pace::default().poll,
            has_events: true,
        }
    }
}

/// Opens the library of the vendors under `roots`.
///
/// Fails when the state directory cannot be used. Vendors that cannot be used are in the outcome, and do not fail it.
pub fn open_vendors(roots: Roots, options: VendorOptions) -> Result<(VendorLibrary, ReloadOutcome), Findings> {
    open_vendors_from(Disk::new(roots), options)
}

/// Opens the library of the vendors of `source`, as [`open_vendors`] does for directories.
pub fn open_vendors_from(
    source: impl Source,
    options: VendorOptions,
) -> Result<(VendorLibrary, ReloadOutcome), Findings> {
    let VendorOptions { guard, state, is_shared, elsewhere, retention, poll, has_events } = options;
    let archive = match (elsewhere, state) {
        (Some(files), _) => Archive::elsewhere(files),
        (None, Some(path)) if is_shared => Archive::open_shared(&path)?,
        (None, Some(path)) => Archive::open(&path)?,
        (None, None) => Archive::in_memory(),
    };
    let archive = match retention {
        Some(retention) => archive.keeping(retention),
        None => archive,
    };
    let is_watched = has_events && !source.directories().is_empty();
    let wakeups = is_watched.then(|| Box::new(Events::new()) as Box<dyn Wakeups>);
    let options = Options { pace: Pace { poll, ..Pace::default() }, archive, wakeups, ..Options::default() };
    Ok(Library::open(source, VendorValidator { guard }, options))
}
