//! `init`: a new vendor that works as it is.

use super::CommandError;
use super::fault::CommandFault;
use super::groups::Directories;
use crate::finding::{Finding, Place, readable};
use crate::plugin::is_vendor_name;
use std::fs;
use std::path::Path;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Name of the vendor: lower-case letters, digits, `-` and `_`.
    vendor: String,
    #[command(flatten)]
    directories: Directories,
    /// Create a vendor with policies and without quota rules: a tier policy with its cases, for `quotient review`.
    #[arg(long)]
    policies_only: bool,
}

const FILES: [(&str, &str); 4] = [
    ("vendor.toml", include_str!("init/vendor.toml")),
    ("history.rhai", include_str!("init/history.rhai")),
    ("pipeline_coverage.rhai", include_str!("init/pipeline_coverage.rhai")),
    ("cases/history.toml", include_str!("init/cases.toml")),
];

const POLICY_FILES: [(&str, &str); 3] = [
    ("vendor.toml", include_str!("init/policy_vendor.toml")),
    ("tier.rhai", include_str!("init/tier.rhai")),
    ("cases/tier.toml", include_str!("init/tier_cases.toml")),
];

/// Runs `init`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let vendor = &options.vendor;
    let (parent, files, next) = if options.policies_only {
        (&options.directories.policies, POLICY_FILES.as_slice(), format!("review {vendor} --book BOOK --as-of DATE"))
    } else {
        (&options.directories.rules, FILES.as_slice(), format!("propose {vendor} --book BOOK"))
    };
    let directory = parent.join(vendor);
    create(&directory, vendor, files).map_err(|finding| finding.at(Place::file(directory.display().to_string())))?;
    eprintln!(
        "wrote `{}`: try `quotient check {vendor}` and `quotient test {vendor}`, then `quotient {next}`",
        readable(&directory.display().to_string()),
    );
    Ok(())
}

fn create(directory: &Path, vendor: &str, files: &[(&str, &str)]) -> Result<(), Finding> {
    if !is_vendor_name(vendor) {
        return Err(CommandFault::VendorName { vendor: vendor.to_owned() }.into());
    }
    if directory.exists() {
        return Err(CommandFault::Exists { path: directory.display().to_string() }.into());
    }
    for (path, text) in files {
        let path = directory.join(path);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text.replace("{vendor}", vendor)));
        written.map_err(|error| {
            Finding::from(CommandFault::Unwritable { path: path.display().to_string(), reason: error.to_string() })
        })?;
    }
    Ok(())
}
