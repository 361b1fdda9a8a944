//! `bundle`: the rules and policies of a vendor as one file that is signed, sent and verified.

use super::groups::Directories;
use super::{CommandError, Terminal, clock, output, vendor};
use crate::bundle::{BUNDLE_ENDING, Bundle, BundleFault, Keys};
use crate::finding::{Finding, Findings, Place, counted, listed};
use crate::signing::SigningKey;
use chrono::NaiveDate;
use clap::Subcommand;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Arguments of `bundle`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  openssl genpkey -algorithm ed25519 -out release.key
  quotient bundle create meridian --number 7 --key release.key
  quotient bundle verify meridian-7.bundle.json --keys keys.toml
  quotient propose meridian --bundles meridian-7.bundle.json \\
      --bundle-keys keys.toml --book BOOK
  quotient serve --bundles bundles --bundle-keys keys.toml --state state

keys.toml lists whose signatures count; see docs/serve.md.")]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create the bundle of a vendor that `check` finds no error in.
    Create {
        /// Vendor.
        vendor: String,
        #[command(flatten)]
        directories: Directories,
        /// Number of the bundle, higher than that of the one before.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        number: u64,
        /// First date on which it is used; at once by default.
        #[arg(long, value_name = "DATE")]
        effective_from: Option<NaiveDate>,
        /// Ed25519 key in PEM that signs it.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// File to write to; VENDOR-N.bundle.json by default.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Add a signature to a bundle.
    Sign {
        /// The bundle.
        bundle: PathBuf,
        /// Ed25519 key in PEM.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Verify that a bundle is what was created, and whose signatures it has.
    Verify {
        /// The bundle.
        bundle: PathBuf,
        /// Keys that it must be signed with.
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
    },
}

/// Runs `bundle`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    match &options.command {
        Command::Create { vendor, directories, number, effective_from, key, output } => {
            let files = directories.roots().read(vendor)?;
            let (_, warnings) = vendor::load_files(&files)?;
            terminal.show(&warnings);
            let mut bundle = Bundle::new(&files, *number, *effective_from);
            if let Some(key) = key {
                bundle.sign(&SigningKey::read(key)?);
            }
            let path = output.clone().unwrap_or_else(|| PathBuf::from(format!("{vendor}-{number}{BUNDLE_ENDING}")));
            write(&path, &bundle)?;
            show(&path, &bundle, &[])
        }
        Command::Sign { bundle: path, key } => {
            let (mut bundle, _) = Bundle::read(path)?;
            // A signature beside a wrong one would lend it credit.
            bundle.signers().map_err(|fault| Finding::from(fault).at(Place::file(path.display().to_string())))?;
            bundle.sign(&SigningKey::read(key)?);
            write(path, &bundle)?;
            show(path, &bundle, &[])
        }
        Command::Verify { bundle: path, keys } => {
            let (bundle, _) = Bundle::read(path)?;
            let place = |findings: Findings| -> Findings {
                findings.into_iter().map(|finding| finding.at(Place::file(path.display().to_string()))).collect()
            };
            bundle.signers().map_err(|fault| place(Findings::from(Finding::from(fault))))?;
            let names = match keys {
                Some(keys) => Keys::read(keys)?.verify(&bundle, clock::now().date_naive()).map_err(place)?,
                None => Vec::new(),
            };
            show(path, &bundle, &names)
        }
    }
}

/// Prints what a bundle is; `names` are those of accepted keys that signed it.
fn show(path: &Path, bundle: &Bundle, names: &[String]) -> Result<(), CommandError> {
    let from = bundle.effective_from.as_ref().map_or_else(String::new, |date| format!(", effective from {date}"));
    let signed = match (names, bundle.signatures.len()) {
        ([], 0) => "not signed".to_owned(),
        ([], count) => counted(count, "signature"),
        (names, _) => format!("signed by {}", listed(names)),
    };
    let revision = bundle.revision.get(..8).unwrap_or(&bundle.revision);
    let text = format!(
        "{}: bundle {} of {}, revision {revision}, {}{from}, {signed}",
        path.display(),
        bundle.number,
        bundle.vendor,
        counted(bundle.files.len(), "file"),
    );
    output::to(None, |out| writeln!(out, "{text}"))
}

/// Writes the bundle, completely or not at all.
fn write(path: &Path, bundle: &Bundle) -> Result<(), Finding> {
    let draft = path.with_extension("partial");
    let written = std::fs::File::create(&draft).and_then(|mut file| {
        file.write_all(&bundle.to_json())?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    });
    written.map_err(|error| {
        let file = path.display().to_string();
        Finding::from(BundleFault::Unwritable { file: file.clone(), reason: error.to_string() }).at(Place::file(file))
    })
}
