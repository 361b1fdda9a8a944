//! Files of the archive in the state directory: written completely or not at all, and verified when read.

use super::Revision;
use super::archive_files::{ArchiveFile, ArchiveFiles};
use super::archived::{Kept, digest, files_from_json, is_digest, kept_from_json};
use super::fault::LibraryFault;
use crate::channel::Name;
use crate::finding::{Finding, Place};
use crate::plugin::{VendorFiles, is_vendor_name};
use chrono::DateTime;
use serde_json::Value;
use std::collections::BTreeMap;
#[cfg(unix)]
use std::fs::File;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Largest file of the archive that is read, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// Removes temporary files left by a crash.
pub fn clear_temporary(path: &Path) {
    let vendors = entries(&path.join("revisions"));
    for directory in vendors.into_iter().chain([path.join("vendors")]) {
        for file in entries(&directory).iter().filter(|file| file.extension().is_some_and(|e| e == "tmp")) {
            // A temporary file that stays does no harm: it is never read.
            drop(fs::remove_file(file));
        }
    }
}

/// Reads the revisions of every vendor.
pub fn read_order(path: &Path) -> BTreeMap<Name, Vec<Kept>> {
    let directories = entries(&path.join("revisions"));
    let vendors = directories.iter().filter_map(|directory| name_of(directory)).filter(|name| is_vendor_name(name));
    vendors.map(|vendor| (Name::from(vendor), read_kept(path, vendor))).collect()
}

/// The revisions of one vendor on disk.
pub fn read_kept(path: &Path, vendor: &str) -> Vec<Kept> {
    let record = read_record(&path.join("vendors").join(format!("{vendor}.json"))).ok();
    let files = entries(&path.join("revisions").join(vendor)).into_iter().filter_map(|file| {
        let meta = file.metadata().ok();
        let written = meta.as_ref().and_then(|meta| meta.modified().ok()).map(DateTime::from);
        Some(ArchiveFile { name: name_of(&file)?.to_owned(), bytes: meta.map_or(0, |meta| meta.len()), written })
    });
    in_order(record.as_ref(), files)
}

/// The revisions of one vendor elsewhere.
pub fn read_kept_elsewhere(files: &dyn ArchiveFiles, vendor: &str) -> Vec<Kept> {
    let record = files.read(&record_path(vendor)).ok().flatten().and_then(|bytes| record_in(&bytes).ok());
    in_order(record.as_ref(), files.list(&format!("revisions/{vendor}")).unwrap_or_default())
}

/// The path of the record of a vendor.
pub fn record_path(vendor: &str) -> String {
    format!("vendors/{vendor}.json")
}

/// The revisions of one vendor: first those the record does not name, as their files were written, then the record's in
/// its order.
fn in_order(record: Option<&Value>, files: impl IntoIterator<Item = ArchiveFile>) -> Vec<Kept> {
    let recorded: Vec<Kept> = record
        .and_then(|body| body.get("revisions")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(kept_from_json)
        .collect();
    let mut found: BTreeMap<Revision, ArchiveFile> = BTreeMap::new();
    for file in files {
        let stem = file.name.strip_suffix(".json").filter(|stem| is_digest(stem)).map(Revision::from);
        found.extend(stem.map(|stem| (stem, file)));
    }
    let recorded: Vec<Kept> = recorded.into_iter().filter(|kept| found.remove(&kept.revision).is_some()).collect();
    let mut unrecorded: Vec<Kept> = found
        .into_iter()
        .map(|(revision, file)| Kept { revision, first_used: file.written, bytes: file.bytes })
        .collect();
    unrecorded.sort_by_key(|kept| kept.first_used);
    // Files written after the record are newest; older files that it does not name are oldest. Both are rare.
    let newest = recorded.iter().filter_map(|kept| kept.first_used).max();
    let (later, earlier): (Vec<Kept>, Vec<Kept>) = unrecorded.into_iter().partition(|kept| kept.first_used > newest);
    earlier.into_iter().chain(recorded).chain(later).collect()
}

/// Returns the finding about writing to an archive opened for reading.
pub fn read_only(path: &Path) -> Finding {
    unwritable(path, "it was opened for reading").help("use a separate state directory for this process")
}

/// Returns the last part of a path.
pub fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// Returns the paths in a directory, ascending; none if it cannot be read.
pub fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Returns the finding about a file that cannot be written.
pub fn unwritable(path: &Path, why: &str) -> Finding {
    let (path, reason) = (path.display().to_string(), why.to_owned());
    Finding::from(LibraryFault::ArchiveUnwritable { path: path.clone(), reason }).at(Place::file(path))
}

/// Returns the finding about a damaged file.
pub fn damaged(path: &Path, why: &str) -> Finding {
    let (path, reason) = (path.display().to_string(), why.to_owned());
    Finding::from(LibraryFault::ArchiveDamaged { path: path.clone(), reason }).at(Place::file(path))
}

/// Writes through a temporary file, so that after a crash the file is the old one or the new one.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // Another process may be writing the same file.
    let temporary = path.with_extension(format!("{}.tmp", uuid::Uuid::now_v7().simple()));
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        drop(fs::remove_file(&temporary));
        return Err(error);
    }
    #[cfg(unix)]
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let meta = fs::metadata(path).map_err(|error| error.to_string())?;
    if !meta.is_file() || meta.len() > MAX_FILE {
        return Err("the archive did not write it".to_owned());
    }
    fs::read(path).map_err(|error| error.to_string())
}

fn value_in(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|_| "it is not valid JSON".to_owned())
}

/// Reads the files of a revision and verifies their digest.
pub fn read_revision(path: &Path, vendor: &str, revision: &str) -> Result<VendorFiles, String> {
    revision_in(&read_bytes(path)?, vendor, revision)
}

/// Returns the files of a revision, whose digest is verified.
pub fn revision_in(bytes: &[u8], vendor: &str, revision: &str) -> Result<VendorFiles, String> {
    let files = files_from_json(&value_in(bytes)?).ok_or("it is not shaped as a revision")?;
    if *files.vendor != *vendor || files.revision() != revision {
        return Err("its content does not have the digest it is filed under".to_owned());
    }
    Ok(files)
}

/// The body of a vendor's record, when it is what was written.
pub fn read_record(path: &Path) -> Result<Value, String> {
    record_in(&read_bytes(path)?)
}

/// The body of a vendor's record, when it is what was written.
pub fn record_in(bytes: &[u8]) -> Result<Value, String> {
    let value = value_in(bytes)?;
    let body = value.get("record").cloned().ok_or("it has no record")?;
    if value.get("digest").and_then(Value::as_str) != Some(&digest(&body)) {
        return Err("its content does not have the digest it states".to_owned());
    }
    Ok(body)
}
