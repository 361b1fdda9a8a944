//! `bundle`: the rules and policies of a vendor as one file that is signed, sent and verified.

use super::groups::Directories;
use super::{CommandError, Terminal, clock, output, vendor};
use crate::bundle::{BUNDLE_ENDING, Bundle, BundleFault, BundleList, Keys, bundle_paths};
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
  quotient bundle list bundles
  quotient serve --bundles https://HOST/bundles/index.json \
      --bundle-keys keys.toml --state state

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
    /// Write the list of the bundles in a directory (index.json), for a server that offers them over HTTP.
    List {
        /// Directory of bundles.
        directory: PathBuf,
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
            write(&path, &bundle.to_json())?;
            show(&path, &bundle, &[])
        }
        Command::Sign { bundle: path, key } => {
            let (mut bundle, _) = Bundle::read(path)?;
            // A signature beside a wrong one would lend it credit.
            bundle.signers().map_err(|fault| Finding::from(fault).at(Place::file(path.display().to_string())))?;
            bundle.sign(&SigningKey::read(key)?);
            write(path, &bundle.to_json())?;
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
        Command::List { directory } => list(directory),
    }
}

/// Writes the list of the bundles in a directory; each of them must be one.
fn list(directory: &Path) -> Result<(), CommandError> {
    let paths = bundle_paths(directory)?;
    let (bundles, refused): (Vec<_>, Vec<_>) = paths.iter().map(|path| Bundle::read(path)).partition(Result::is_ok);
    let findings: Findings = refused.into_iter().filter_map(Result::err).collect();
    if !findings.is_empty() {
        return Err(findings.into());
    }
    let name = |path: &PathBuf| Some(path.file_name()?.to_str()?.to_owned());
    let index = directory.join("index.json");
    write(&index, &BundleList::new(paths.iter().filter_map(name).collect()).to_json())?;
    let text = format!("{}: {}", index.display(), counted(bundles.len(), "bundle"));
    output::to(None, |out| writeln!(out, "{text}"))
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

/// Writes a file, completely or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Finding> {
    let draft = path.with_extension("partial");
    let written = std::fs::File::create(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    });
    written.map_err(|error| {
        let file = path.display().to_string();
        Finding::from(BundleFault::Unwritable { file: file.clone(), reason: error.to_string() }).at(Place::file(file))
    })
}
