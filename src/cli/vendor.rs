//! Loading a vendor for use: read, compiled, checked, and its cases run.

use super::{Folders, Stop};
use crate::finding::Findings;
use crate::plugin::{CaseOutcome, VendorPlugin, disk::Roots, run_cases};
use crate::script::on_script_threads;

impl Folders {
    pub fn roots(&self) -> Roots {
        Roots { rules: self.rules.clone(), policies: self.policies.clone() }
    }
}

/// A vendor that may be used, with the warnings about it.
pub fn load(folders: &Folders, vendor: &str) -> Result<(VendorPlugin, Findings), Stop> {
    let (plugin, mut findings, outcomes) = inspect(&folders.roots(), vendor);
    findings.extend(outcomes.iter().filter(|outcome| !outcome.holds()).map(CaseOutcome::finding));
    match plugin {
        Some(plugin) if !findings.has_errors() => Ok((plugin, findings)),
        _ => Err(Stop::Refused(findings)),
    }
}

/// Everything there is to say about a vendor: the plugin when it compiles, all findings, and how its cases came out.
pub fn inspect(roots: &Roots, vendor: &str) -> (Option<VendorPlugin>, Findings, Vec<CaseOutcome>) {
    let files = match roots.read(vendor) {
        Ok(files) => files,
        Err(findings) => return (None, findings, Vec::new()),
    };
    on_script_threads(Some(1), || {
        let (plugin, findings) = VendorPlugin::compile(&files);
        let outcomes = plugin.as_ref().map(run_cases).unwrap_or_default();
        (plugin, findings, outcomes)
    })
}
