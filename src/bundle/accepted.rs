//! Numbers of the bundles that were accepted, so that an older one is not accepted again.

use super::document::Bundle;
use super::fault::BundleFault;
use crate::finding::{Finding, Place};
use crate::library::LockedFile;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The latest accepted bundle of a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Latest {
    number: u64,
    revision: String,
}

impl Latest {
    /// Checks that a bundle is not older than this one, and no other under the same number.
    fn precedes(&self, vendor: &str, number: u64, revision: &str) -> Result<(), BundleFault> {
        let vendor = vendor.to_owned();
        match number.cmp(&self.number) {
            Ordering::Less => Err(BundleFault::Older { vendor, number, latest: self.number }),
            Ordering::Equal if revision != self.revision => Err(BundleFault::SameNumber { vendor, number }),
            Ordering::Equal | Ordering::Greater => Ok(()),
        }
    }
}

/// The latest accepted bundle of each vendor, in memory and, with a state directory, in a file.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    latest: BTreeMap<String, Latest>,
    file: Option<PathBuf>,
}

impl Accepted {
    /// Reads the record in the directory `state`; a record that is damaged is an error, for it protects against older
    /// bundles.
    pub fn open(state: Option<&Path>) -> Result<Self, Finding> {
        let Some(state) = state else { return Ok(Self::default()) };
        let path = state.join("bundles.json");
        Ok(Self { latest: Self::read(&path)?, file: Some(path) })
    }

    fn read(path: &Path) -> Result<BTreeMap<String, Latest>, Finding> {
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| fault(path, error.to_string())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(fault(path, error.to_string())),
        }
    }

    /// Takes over what other replicas of a server recorded.
    pub fn refresh(&mut self) -> Result<(), Finding> {
        let Some(path) = &self.file else { return Ok(()) };
        for (vendor, latest) in Self::read(path)? {
            let is_newer = self.latest.get(&vendor).is_none_or(|own| own.number < latest.number);
            if is_newer {
                self.latest.insert(vendor, latest);
            }
        }
        Ok(())
    }

    /// Checks that `bundle` is not older than the latest one, and no other under the same number.
    pub fn check(&self, bundle: &Bundle) -> Result<(), BundleFault> {
        let latest = self.latest.get(&bundle.vendor);
        latest.map_or(Ok(()), |latest| latest.precedes(&bundle.vendor, bundle.number, &bundle.revision))
    }

    /// Records the latest bundle of a vendor before it is used.
    pub fn record(&mut self, vendor: &str, number: u64, revision: &str) -> Result<(), Finding> {
        let latest = Latest { number, revision: revision.to_owned() };
        if self.latest.get(vendor) == Some(&latest) {
            return Ok(());
        }
        if let Some(path) = &self.file {
            let failed = |error: std::io::Error| fault(path, error.to_string());
            // Other replicas of a server may record bundles in the same file.
            let _turn = turn(path).map_err(failed)?;
            let mut all = Self::read(path)?;
            let refused = |fault: BundleFault| Finding::from(fault).at(Place::file(path.display().to_string()));
            if let Some(known) = all.get(vendor) {
                known.precedes(vendor, number, revision).map_err(refused)?;
            }
            if all.get(vendor) != Some(&latest) {
                all.insert(vendor.to_owned(), latest.clone());
                write(path, &all).map_err(failed)?;
            }
        }
        self.latest.insert(vendor.to_owned(), latest);
        Ok(())
    }
}

/// Waits until no other process writes the file; the turn ends with the result.
fn turn(path: &Path) -> std::io::Result<LockedFile> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path.with_extension("lock"))?;
    LockedFile::after_others(file)
}

/// Replaces the file, completely or not at all.
fn write(path: &Path, all: &BTreeMap<String, Latest>) -> std::io::Result<()> {
    let draft = path.with_extension("partial");
    let mut file = File::create(&draft)?;
    file.write_all(&serde_json::to_vec_pretty(all)?)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    #[cfg(unix)]
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

fn fault(path: &Path, reason: String) -> Finding {
    let file = path.display().to_string();
    Finding::from(BundleFault::Accepted { file: file.clone(), reason }).at(Place::file(file))
}
