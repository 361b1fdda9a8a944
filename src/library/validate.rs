//! Validation of candidates, isolated: separate thread, time limit, caught panics.

use super::fault::{LibraryFault, Limit};
use super::news::Active;
use crate::finding::{Code, Finding, Findings, Place, Span};
use crate::plugin::VendorFiles;
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Compiles a vendor's files, or reports why not.
///
/// A validator compiles, checks, runs the vendor's cases and makes a trial evaluation: what it returns is used
/// for decisions at once. It runs on a separate thread within a time limit; see [`super::Options::limit`].
/// For candidates that could end the process, put a [`super::ChildProcess`] before it with [`Guarded`].
pub trait Validate: Send + Sync + 'static {
    /// Compiled form of the files.
    type Plugin: Send + Sync + 'static;

    /// Returns the plugin with findings that need attention although it is used, or all errors of the files.
    fn validate(&self, files: &VendorFiles) -> Result<(Self::Plugin, Findings), Findings>;
}

/// Inspection of a candidate where it cannot do harm.
pub trait Inspect: Send + Sync + 'static {
    /// Returns all findings; the candidate is refused when one is an error.
    fn inspect(&self, files: &VendorFiles) -> Findings;
}

/// A validator that sees only candidates that passed an inspection first.
#[derive(Debug, Clone)]
pub struct Guarded<I, V> {
    /// Looks first, usually in a child process.
    pub guard: I,
    /// Makes the plugin of what passed.
    pub validator: V,
}

impl<I: Inspect, V: Validate> Validate for Guarded<I, V> {
    type Plugin = V::Plugin;

    fn validate(&self, files: &VendorFiles) -> Result<(V::Plugin, Findings), Findings> {
        let mut findings = self.guard.inspect(files);
        if findings.has_errors() {
            return Err(findings);
        }
        let (plugin, warnings) = self.validator.validate(files)?;
        // The second check repeats findings of the first.
        let more: Vec<Finding> =
            warnings.iter().filter(|one| !findings.iter().any(|known| known == *one)).cloned().collect();
        findings.extend(more);
        Ok((plugin, findings))
    }
}

/// Stack of the thread that validates; memory is taken only as it is used.
const STACK: usize = 64 << 20;

/// Outcome of a validation.
pub(super) type Verdict<P> = Result<Arc<Active<P>>, Findings>;

/// Validates `files` on a separate thread and hands the verdict to `done`, exactly once, even after a panic.
pub(super) fn start<V: Validate>(
    validator: &Arc<V>,
    files: Arc<VendorFiles>,
    done: impl FnOnce(Verdict<V::Plugin>) + Send + 'static,
) {
    let validator = Arc::clone(validator);
    let vendor = Arc::clone(&files.vendor);
    // The closure is shared with the path on which no thread can be had.
    let done = Arc::new(Mutex::new(Some(done)));
    let on_thread = Arc::clone(&done);
    let report = |done: &Mutex<Option<_>>, verdict| {
        let done = done.lock().take();
        if let Some(done) = done {
            let done: Box<dyn FnOnce(Verdict<V::Plugin>)> = Box::new(done);
            done(verdict);
        }
    };
    let spawned = thread::Builder::new()
        .name(format!("validate-{vendor}"))
        .stack_size(STACK)
        .spawn(move || report(&on_thread, judge(validator.as_ref(), &files)));
    if let Err(error) = spawned {
        report(&done, Err(Findings::from(died(&vendor, &format!("no thread could be started: {error}")))));
    }
}

/// Validates on this thread; a panic of the validator is a finding.
pub(super) fn judge<V: Validate>(validator: &V, files: &Arc<VendorFiles>) -> Verdict<V::Plugin> {
    let torn = torn(files);
    if torn.has_errors() {
        return Err(torn);
    }
    let result = catch_unwind(AssertUnwindSafe(|| {
        let validated = validator.validate(files);
        validated.map(|(plugin, warnings)| Arc::new(Active { files: Arc::clone(files), plugin, warnings }))
    }));
    result.unwrap_or_else(|_| Err(Findings::from(died(&files.vendor, "the check panicked"))))
}

/// Files that look as if they were being written, as findings.
fn torn(files: &VendorFiles) -> Findings {
    let mut findings = Findings::new();
    if files.iter().next().is_none() {
        let fault = LibraryFault::NoFiles { vendor: files.vendor.to_string() };
        findings.push(Finding::from(fault).at(Place::file(&*files.vendor)));
    }
    for file in files.iter() {
        if file.text.is_empty() {
            let fault = LibraryFault::EmptyFile { file: file.shown.clone() };
            findings.push(Finding::from(fault).at(Place::file(&*file.shown)));
        } else if let Some(start) = file.text.find('\0') {
            let span = Span { start, end: start + 1 };
            let place = Place::text(&*file.shown, &file.text, span, "a write was interrupted here");
            findings.push(Finding::from(LibraryFault::NulCharacter { file: file.shown.clone() }).at(place));
        }
    }
    findings
}

/// Returns true if the findings are about the check, not the candidate: the same files may pass another time.
pub(super) fn is_passing_trouble(findings: &Findings) -> bool {
    findings.iter().any(|finding| matches!(finding.code(), Code::CandidateDied | Code::CandidateSlow))
}

pub(super) fn died(vendor: &str, how: &str) -> Finding {
    let fault = LibraryFault::CheckDied { vendor: vendor.to_owned(), reason: how.to_owned() };
    Finding::from(fault).at(Place::file(vendor))
}

pub(super) fn slow(vendor: &str, limit: Duration) -> Finding {
    let fault = LibraryFault::CheckSlow { vendor: vendor.to_owned(), limit: Limit(limit) };
    Finding::from(fault).at(Place::file(vendor))
}
