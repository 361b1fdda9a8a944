//! Loading a vendor: read, compiled, checked, and its cases run.

use super::CommandError;
use super::fault::CommandFault;
use super::vendor_source::VendorSource;
use crate::finding::{Finding, Findings};
use crate::plugin::{Case, CaseOutcome, Coverage, VendorFiles, VendorPlugin, covered, run_cases, run_trial};
use crate::script::on_script_threads;

/// A vendor as `check` and `test` report it.
pub struct Inspected {
    /// `None` when the vendor does not compile.
    pub plugin: Option<VendorPlugin>,
    /// Findings of reading and compiling; those of the cases are not among them.
    pub findings: Findings,
    /// Outcome of each case, in the order of the files.
    pub outcomes: Vec<CaseOutcome>,
}

impl Inspected {
    /// Findings of the cases that failed.
    pub fn failed_cases(&self) -> impl Iterator<Item = Finding> + '_ {
        self.outcomes.iter().filter(|outcome| !outcome.holds()).map(CaseOutcome::finding)
    }
}

/// Loads a usable vendor with the warnings about it.
pub fn load(vendors: &VendorSource, vendor: &str) -> Result<(VendorPlugin, Findings), CommandError> {
    usable(inspect(vendors, vendor))
}

/// Loads the vendor of `files` if it is usable, with the warnings about it.
pub fn load_files(files: &VendorFiles) -> Result<(VendorPlugin, Findings), CommandError> {
    usable(inspect_files(files))
}

fn usable(mut inspected: Inspected) -> Result<(VendorPlugin, Findings), CommandError> {
    let failed: Vec<Finding> = inspected.failed_cases().collect();
    inspected.findings.extend(failed);
    if let Some(plugin) = inspected.plugin.as_ref().filter(|_| !inspected.findings.has_errors()) {
        // Refused here, once, rather than for every partner.
        let trial = on_script_threads(Some(1), || run_trial(plugin));
        inspected.findings.extend(trial.into_iter().filter(Finding::is_error));
    }
    match inspected.plugin {
        Some(plugin) if !inspected.findings.has_errors() => Ok((plugin, inspected.findings)),
        _ => Err(inspected.findings.into()),
    }
}

/// Reads and compiles a vendor and runs its cases, whatever fails.
pub fn inspect(vendors: &VendorSource, vendor: &str) -> Inspected {
    match vendors.files(vendor) {
        Ok(files) => inspect_files(&files),
        Err(findings) => Inspected { plugin: None, findings, outcomes: Vec::new() },
    }
}

/// Compiles a vendor and runs its cases, whatever fails.
pub fn inspect_files(files: &VendorFiles) -> Inspected {
    inspect_cases(files, |_| {})
}

/// Compiles a vendor and runs the cases that `select` leaves, whatever fails.
pub fn inspect_cases(files: &VendorFiles, select: impl FnOnce(&mut Vec<Case>) + Send) -> Inspected {
    on_script_threads(Some(1), || inspected(files, select))
}

/// As [`inspect_cases`], with what the cases reach.
pub fn inspect_covered(files: &VendorFiles, select: impl FnOnce(&mut Vec<Case>) + Send) -> (Inspected, Coverage) {
    on_script_threads(Some(1), || covered(files, || inspected(files, select)))
}

fn inspected(files: &VendorFiles, select: impl FnOnce(&mut Vec<Case>)) -> Inspected {
    let (mut plugin, findings) = VendorPlugin::compile(files).into_parts();
    if let Some(plugin) = &mut plugin {
        select(&mut plugin.cases);
    }
    let outcomes = plugin.as_ref().map(run_cases).unwrap_or_default();
    Inspected { plugin, findings, outcomes }
}

/// Names of the vendors a command is about: the one that was given, or all; never empty.
pub fn names(vendors: &VendorSource, vendor: Option<&String>) -> Result<Vec<String>, CommandError> {
    if let Some(vendor) = vendor {
        return Ok(vec![vendor.clone()]);
    }
    let (all, directory) = vendors.vendors()?;
    if all.is_empty() {
        return Err(Finding::from(CommandFault::NoVendor { directory }).into());
    }
    Ok(all)
}
