//! The files of a revision that a comparison names: a directory, a revision of git, or what is live.

use super::git;
use crate::cli::fault::CommandFault;
use crate::cli::vendor_source::VendorSource;
use crate::finding::{Finding, Findings, Place};
use crate::plugin::VendorFiles;
use crate::plugin::disk::{Roots, read_rules};
use std::path::Path;

/// Reads the files of `vendor` at `reference`.
pub fn read(reference: &str, vendors: &VendorSource, vendor: &str) -> Result<VendorFiles, Findings> {
    if reference == "live" {
        return vendors.files(vendor);
    }
    if let Some(revision) = reference.strip_prefix("git:") {
        return git::read(revision, &vendors.directories, vendor);
    }
    let path = Path::new(reference);
    if !path.exists() {
        return git::read(reference, &vendors.directories, vendor);
    }
    let (rules, policies) = (path.join("rules"), path.join("policies"));
    if rules.is_dir() || policies.is_dir() {
        return Roots { rules, policies }.read(vendor);
    }
    if path.join("vendor.toml").is_file() {
        return read_rules(vendor, path);
    }
    let fault = CommandFault::NotARevision { path: reference.to_owned(), vendor: vendor.to_owned() };
    Err(Finding::from(fault).at(Place::file(reference)).into())
}
