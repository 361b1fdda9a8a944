//! `init`: a vendor that works and can be changed.

use super::Stop;
use crate::finding::{Code, Finding, Findings, Place};
use crate::plugin::is_vendor_name;
use std::fs;
use std::path::PathBuf;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Name of the vendor: lower case letters, digits, `-` and `_`.
    vendor: String,
    /// Folder of quota-setting rules.
    #[arg(long, value_name = "DIR", default_value = "rules")]
    rules: PathBuf,
    /// Folder of policies.
    #[arg(long, value_name = "DIR", default_value = "policies")]
    policies: PathBuf,
    /// Start a vendor with policies and no quota rules: a tier policy with its cases, for `quotient review`.
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
pub fn run(options: &Options) -> Result<(), Stop> {
    let (room, files) = if options.policies_only {
        (&options.policies, POLICY_FILES.as_slice())
    } else {
        (&options.rules, FILES.as_slice())
    };
    let folder = room.join(&options.vendor);
    let refuse = |code, message: String, help: &str| {
        let finding = Finding::error(code, message).at(Place::file(folder.display().to_string())).help(help);
        Stop::Refused(Findings::from_iter([finding]))
    };
    if !is_vendor_name(&options.vendor) {
        let message = format!("`{}` cannot be a vendor's name", options.vendor);
        return Err(refuse(
            Code::VendorUnknown,
            message,
            "use lower case letters, digits, `-` and `_`, such as `acme-cloud`",
        ));
    }
    if folder.exists() {
        let message = format!("`{}` is there already", folder.display());
        return Err(refuse(Code::FileUnwritable, message, "choose another name, or remove the folder"));
    }
    for (path, text) in files {
        let path = folder.join(path);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text.replace("{vendor}", &options.vendor)));
        if let Err(error) = written {
            let message = format!("`{}` cannot be written: {error}", path.display());
            return Err(refuse(Code::FileUnwritable, message, "check the folder and its permissions"));
        }
    }
    let next = if options.policies_only {
        format!("review {} --book BOOK --as-of DATE", options.vendor)
    } else {
        format!("propose {} --book BOOK", options.vendor)
    };
    eprintln!(
        "wrote `{}`: try `quotient check {vendor}` and `quotient test {vendor}`, then `quotient {next}`",
        folder.display(),
        vendor = options.vendor
    );
    Ok(())
}
