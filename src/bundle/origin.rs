//! Origins of bundles: files, or a server.

use super::document::{BUNDLE_ENDING, Bundle};
use super::fault::BundleFault;
use super::fetch::{FetchOptions, Fetcher};
use super::follow::Follower;
use crate::finding::{Finding, Findings, Place};
use crate::plugin::VendorFiles;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Directory of copies in the state directory.
const COPIES: &str = "fetched-bundles";

/// A bundle or a directory of bundles, or the address of a bundle or of a list of bundles.
pub struct BundleOrigin(Kind);

enum Kind {
    Files(PathBuf),
    Address(Box<Follower>),
}

/// A file with what is read from it.
pub(super) struct Found {
    /// Path or address.
    pub file: String,
    pub bundle: Result<(Bundle, VendorFiles), Finding>,
}

impl From<PathBuf> for BundleOrigin {
    fn from(path: PathBuf) -> Self {
        Self(Kind::Files(path))
    }
}

impl BundleOrigin {
    /// Returns the bundles of an address, which is asked every `poll`; `state` is the directory in which copies are
    /// kept, for a start while the server does not respond.
    ///
    /// Fails if the certificates cannot be read, or a token would be sent without encryption.
    pub fn address(options: FetchOptions, poll: Duration, state: Option<&Path>) -> Result<Self, Finding> {
        let copies = state.map(|state| state.join(COPIES));
        Ok(Self(Kind::Address(Box::new(Follower::new(Fetcher::new(options)?, poll, copies)))))
    }

    /// The address if it is on another machine.
    pub(super) fn other_machine(&self) -> Option<String> {
        match &self.0 {
            Kind::Address(follower) if !follower.address().is_local() => Some(self.to_string()),
            Kind::Address(_) | Kind::Files(_) => None,
        }
    }

    /// Reads all bundles; the findings are about what could not be listed or fetched.
    pub(super) fn bundles(&mut self) -> (Vec<Found>, Findings) {
        match &mut self.0 {
            Kind::Files(path) => match bundle_paths(path) {
                Ok(paths) => (paths.iter().map(|path| read(path)).collect(), Findings::new()),
                Err(finding) => (Vec::new(), finding.into()),
            },
            Kind::Address(follower) => {
                let (bundles, faults) = follower.bundles();
                let found = |(name, bytes): (String, _)| {
                    let file = follower.address().beside(&name);
                    Found { bundle: Bundle::parse(&file, &bytes as &std::sync::Arc<[u8]>), file }
                };
                (bundles.into_iter().map(found).collect(), faults)
            }
        }
    }

    /// Asks the server now.
    pub(super) fn refresh(&mut self) {
        if let Kind::Address(follower) = &mut self.0 {
            follower.refresh();
        }
    }

    /// The directories to watch.
    pub(super) fn directories(&self) -> Vec<PathBuf> {
        match &self.0 {
            Kind::Files(path) => vec![path.clone()],
            Kind::Address(_) => Vec::new(),
        }
    }
}

impl fmt::Display for BundleOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Files(path) => path.display().fmt(f),
            Kind::Address(follower) => follower.address().fmt(f),
        }
    }
}

fn read(path: &Path) -> Found {
    Found { file: path.display().to_string(), bundle: Bundle::read(path) }
}

/// Returns the files of bundles in a directory, ascending, or the file that is named itself.
///
/// Fails if the directory cannot be read.
pub fn bundle_paths(path: &Path) -> Result<Vec<PathBuf>, Finding> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let refused = |error: std::io::Error| {
        let file = path.display().to_string();
        let fault = BundleFault::Unreadable { file: file.clone(), reason: error.to_string() };
        Finding::from(fault).at(Place::file(file))
    };
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(refused)?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    let is_bundle = |path: &PathBuf| {
        path.file_name().is_some_and(|name| {
            let name = name.to_string_lossy();
            name.ends_with(BUNDLE_ENDING) && !name.starts_with('.')
        })
    };
    paths.retain(is_bundle);
    paths.sort();
    Ok(paths)
}
