//! Vendors on disk, read whole, and only if nothing changed meanwhile.
//!
//! Files that change together (a swapped link, a copied directory) must not be read half before and half after. So the
//! signature of everything below a vendor's directory (device, inode, size, times, of links and of what they lead to) is
//! taken before and after reading; when the two differ, what was read is thrown away.

use super::fault::LibraryFault;
use super::source::{Scan, Sighting, Source};
use crate::channel::Name;
use crate::finding::{Finding, Place};
use crate::plugin::disk::Roots;
use crate::plugin::is_vendor_name;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Readings of one vendor in one scan, when things move while it is read.
const MAX_READINGS: usize = 3;
/// Entries of a vendor's directory that are part of its signature.
const MAX_ENTRIES: usize = 20_000;
/// Deepest directory that is part of it; one more than is read.
const MAX_DEPTH: usize = 6;

/// The vendors under two directories.
#[derive(Debug)]
pub struct Disk {
    roots: Roots,
    /// Directories that existed once; if they are missing later, something is wrong.
    known: BTreeSet<PathBuf>,
}

impl Disk {
    /// Returns the source of the vendors under `roots`.
    pub fn new(roots: Roots) -> Self {
        Self { roots, known: BTreeSet::new() }
    }

    fn names(&mut self, scan: &mut Scan) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for root in [self.roots.rules.clone(), self.roots.policies.clone()] {
            match list(&root) {
                Ok(found) => {
                    names.extend(found);
                    self.known.insert(root);
                }
                Err(error) if error.kind() == ErrorKind::NotFound && !self.known.contains(&root) => {}
                Err(error) => scan.faults.push(unreadable(&root, &error.to_string())),
            }
        }
        if self.known.is_empty() && scan.faults.is_empty() {
            scan.faults.push(unreadable(&self.roots.rules, "the directory does not exist"));
        }
        names
    }

    fn look(&self, vendor: &str, identity: &mut blake3::Hasher) -> Option<Sighting> {
        for _ in 0..MAX_READINGS {
            let before = self.signature(vendor);
            let read = self.roots.read(vendor);
            let after = self.signature(vendor);
            if before != after {
                continue;
            }
            if !before.is_there {
                return None;
            }
            identity.update(before.directories.finalize().as_bytes());
            return Some(match read {
                Ok(files) => Sighting::Files(Arc::new(files)),
                Err(findings) => Sighting::Unreadable(findings),
            });
        }
        Some(Sighting::Moving)
    }

    fn signature(&self, vendor: &str) -> Signature {
        let mut signature = Signature::default();
        for root in [&self.roots.rules, &self.roots.policies] {
            let directory = root.join(vendor);
            signature.path(root);
            signature.is_there |= directory.is_dir();
            signature.entry(&directory, 0);
        }
        signature
    }
}

impl Source for Disk {
    fn scan(&mut self) -> Scan {
        let mut scan = Scan::default();
        let mut identity = blake3::Hasher::new();
        for root in self.directories() {
            identity.update(format!("{:?}", fs::metadata(&root).ok().map(|meta| inode(&meta))).as_bytes());
            identity.update(format!("{:?}", root.canonicalize().ok()).as_bytes());
        }
        let names = self.names(&mut scan);
        let mut vendors: BTreeMap<Name, Sighting> = BTreeMap::new();
        for name in names {
            if let Some(sighting) = self.look(&name, &mut identity) {
                vendors.insert(name.into(), sighting);
            }
        }
        let digest = identity.finalize();
        scan.identity = digest.as_bytes().iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
        Scan { vendors, ..scan }
    }

    fn directories(&self) -> Vec<PathBuf> {
        vec![self.roots.rules.clone(), self.roots.policies.clone()]
    }
}

fn list(root: &Path) -> std::io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // An entry that cannot be examined counts as a vendor: reading it reports the problem.
        let is_file = fs::metadata(entry.path()).is_ok_and(|meta| !meta.is_dir());
        if is_vendor_name(&name) && !is_file {
            names.insert(name);
        }
    }
    Ok(names)
}

fn unreadable(root: &Path, why: &str) -> Finding {
    let (path, reason) = (root.display().to_string(), why.to_owned());
    Finding::from(LibraryFault::UnreadableDirectory { path: path.clone(), reason }).at(Place::file(path))
}

/// A digest that changes whenever something below a directory does.
#[derive(Default)]
struct Signature {
    is_there: bool,
    all: blake3::Hasher,
    /// Directories only: if these change, watches are on directories that no longer exist.
    directories: blake3::Hasher,
    entries: usize,
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        self.is_there == other.is_there && self.all.finalize() == other.all.finalize()
    }
}

impl Signature {
    /// Adds the real path behind a path.
    fn path(&mut self, path: &Path) {
        let real = path.canonicalize().ok();
        self.all.update(format!("{real:?}").as_bytes());
    }

    fn entry(&mut self, path: &Path, depth: usize) {
        self.entries += 1;
        if self.entries > MAX_ENTRIES || depth > MAX_DEPTH {
            return;
        }
        self.all.update(path.as_os_str().as_encoded_bytes());
        let (link, target) = (fs::symlink_metadata(path).ok(), fs::metadata(path).ok());
        self.all.update(format!("{:?} {:?}", link.as_ref().map(stamp), target.as_ref().map(stamp)).as_bytes());
        let Some(directory) = target.filter(Metadata::is_dir) else { return };
        self.directories.update(format!("{:?}", inode(&directory)).as_bytes());
        let mut paths: Vec<PathBuf> = match fs::read_dir(path) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) => {
                self.all.update(error.to_string().as_bytes());
                return;
            }
        };
        paths.sort();
        for path in paths {
            self.entry(&path, depth + 1);
        }
    }
}

#[cfg(unix)]
fn inode(meta: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino())
}

#[cfg(not(unix))]
fn inode(meta: &Metadata) -> (Option<std::time::SystemTime>, u64) {
    (meta.created().ok(), 0)
}

#[cfg(unix)]
fn stamp(meta: &Metadata) -> [i128; 7] {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    [
        meta.dev().into(),
        meta.ino().into(),
        meta.mode().into(),
        meta.nlink().into(),
        meta.size().into(),
        nanoseconds(meta.mtime(), meta.mtime_nsec()),
        nanoseconds(meta.ctime(), meta.ctime_nsec()),
    ]
}

#[cfg(not(unix))]
fn stamp(meta: &Metadata) -> (bool, u64, Option<std::time::SystemTime>) {
    (meta.is_dir(), meta.len(), meta.modified().ok())
}
