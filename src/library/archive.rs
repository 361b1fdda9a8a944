//! Past revisions by digest, in memory or in a state directory: written completely or not at all, and verified when read.
//!
//! The state directory has `revisions/<vendor>/<digest>.json` (the files of one revision; the name is the digest
//! of the content) and `vendors/<vendor>.json` (last good revision, pin, history, and when each
//! revision was first used, with a checksum). `lock` keeps a second process out that would write, unless both share the
//! directory; one that only reads needs no lock, because every file appears whole.

use super::Revision;
use super::archive_files::ArchiveFiles;
use super::archived::{Kept, Record, digest, files_to_json, is_digest, kept_to_json, record_from_json, record_to_json};
use super::fault::LibraryFault;
use super::history::Attempt;
use super::lock::LockedFile;
use super::state_directory::{
    clear_temporary, damaged, entries, name_of, read_kept, read_kept_elsewhere, read_only, read_order, read_record,
    read_revision, record_in, record_path, revision_in, unwritable, write_atomically,
};
use crate::channel::Name;
use crate::finding::{Finding, Findings, Place};
use crate::plugin::{VendorFiles, is_vendor_name};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Limits of stored revisions per vendor. The oldest is removed first; revisions in use, pinned or last valid always stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Most revisions; at least 2, so that a crash never leaves none.
    pub revisions: usize,
    /// Most bytes of text, all revisions together.
    pub bytes: u64,
}

impl Retention {
    /// Default in memory: 16 revisions, 32 MiB.
    pub const IN_MEMORY: Self = Self { revisions: 16, bytes: 32 << 20 };
    /// Default on disk: 512 revisions, 256 MiB.
    pub const ON_DISK: Self = Self { revisions: 512, bytes: 256 << 20 };
}

/// Past revisions of all vendors.
#[derive(Debug)]
pub struct Archive {
    store: Store,
    retention: Retention,
}

/// A revision in memory with its files.
type InMemory = (Kept, Arc<VendorFiles>);

#[derive(Debug)]
enum Store {
    Memory(Mutex<BTreeMap<Name, Vec<InMemory>>>),
    Folder {
        path: PathBuf,
        order: Order,
        _lock: LockedFile,
    },
    ReadOnly {
        path: PathBuf,
    },
    /// Shared by processes elsewhere, in files of the same names.
    Elsewhere(Arc<dyn ArchiveFiles>),
}

/// Order of the revisions of a directory, as they were used.
#[derive(Debug)]
enum Order {
    /// In memory: no other process writes.
    Own(Mutex<BTreeMap<Name, Vec<Kept>>>),
    /// In the records: other processes write too.
    Shared,
}

impl Archive {
    /// Returns an archive that ends with the process and keeps [`Retention::IN_MEMORY`].
    pub fn in_memory() -> Self {
        Self { store: Store::Memory(Mutex::default()), retention: Retention::IN_MEMORY }
    }

    /// Opens the archive under `path`, which is created when it is not there. It keeps [`Retention::ON_DISK`].
    ///
    /// Fails if the directory cannot be used, or another process uses it.
    pub fn open(path: &Path) -> Result<Self, Findings> {
        let file = lock_file(path)?;
        let file = LockedFile::new(file).map_err(|error| in_use(path, &error.to_string()))?;
        clear_temporary(path);
        let order = Order::Own(Mutex::new(read_order(path)));
        let store = Store::Folder { path: path.to_owned(), order, _lock: file };
        Ok(Self { store, retention: Retention::ON_DISK })
    }

    /// Opens the archive under `path` together with other processes that open it in this way.
    ///
    /// What one of them stores, all have. Fails if the directory cannot be used, or a process uses it alone.
    pub fn open_shared(path: &Path) -> Result<Self, Findings> {
        let file = lock_file(path)?;
        let file = LockedFile::shared(file, || clear_temporary(path));
        let file = file.map_err(|error| in_use(path, &error.to_string()))?;
        let store = Store::Folder { path: path.to_owned(), order: Order::Shared, _lock: file };
        Ok(Self { store, retention: Retention::ON_DISK })
    }

    /// Returns the archive in files elsewhere, which other processes use as well. It keeps [`Retention::ON_DISK`].
    pub fn elsewhere(files: Arc<dyn ArchiveFiles>) -> Self {
        Self { store: Store::Elsewhere(files), retention: Retention::ON_DISK }
    }

    /// Opens the archive under `path` to read it only, also while a server uses it: nothing is locked, and nothing written.
    ///
    /// Additions of the server are visible at once; removed revisions are no longer found. Fails if there is no archive.
    pub fn open_read_only(path: &Path) -> Result<Self, Findings> {
        match fs::read_dir(path.join("revisions")) {
            Ok(_) => Ok(Self { store: Store::ReadOnly { path: path.to_owned() }, retention: Retention::ON_DISK }),
            Err(error) => {
                let shown = path.display().to_string();
                let fault = LibraryFault::NoArchive { path: shown.clone(), reason: error.to_string() };
                Err(Finding::from(fault).at(Place::file(shown)).into())
            }
        }
    }

    /// Returns the archive with these limits.
    #[must_use]
    pub fn keeping(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// Returns true if revisions survive a restart.
    pub fn is_durable(&self) -> bool {
        !matches!(self.store, Store::Memory(_))
    }

    /// Revisions of `vendor`, the one used last at the end.
    pub fn kept(&self, vendor: &str) -> Vec<Kept> {
        match &self.store {
            Store::Memory(kept) => {
                let kept = kept.lock();
                kept.get(vendor).into_iter().flatten().map(|(kept, _)| kept.clone()).collect()
            }
            Store::Folder { order: Order::Own(order), .. } => order.lock().get(vendor).cloned().unwrap_or_default(),
            Store::Folder { path, order: Order::Shared, .. } | Store::ReadOnly { path } if is_vendor_name(vendor) => {
                read_kept(path, vendor)
            }
            Store::Elsewhere(files) if is_vendor_name(vendor) => read_kept_elsewhere(&**files, vendor),
            Store::Folder { .. } | Store::ReadOnly { .. } | Store::Elsewhere(_) => Vec::new(),
        }
    }

    /// Digests of the revisions of `vendor`, the one used last at the end.
    pub fn revisions(&self, vendor: &str) -> Vec<Revision> {
        self.kept(vendor).into_iter().map(|kept| kept.revision).collect()
    }

    /// True when the archive has that revision.
    pub fn has(&self, vendor: &str, revision: &str) -> bool {
        self.kept(vendor).iter().any(|kept| *kept.revision == *revision)
    }

    /// Keeps a revision that is used from `now` on, and lets go of the oldest beyond the retention that are not among
    /// `needed`.
    pub fn keep(&self, files: &Arc<VendorFiles>, needed: &[Revision], now: DateTime<Utc>) -> Result<(), Findings> {
        let new = Kept {
            revision: files.revision().into(),
            first_used: Some(now),
            bytes: files.iter().map(|file| file.text.len() as u64).sum(),
        };
        match &self.store {
            Store::Memory(kept) => {
                let mut kept = kept.lock();
                let kept = kept.entry(Arc::clone(&files.vendor)).or_default();
                let known = kept.iter().position(|(known, _)| known.revision == new.revision).map(|at| kept.remove(at));
                kept.push((known.map_or(new, |(known, _)| known), Arc::clone(files)));
                while let Some(at) = self.superfluous(kept.iter().map(|(kept, _)| kept), needed) {
                    kept.remove(at);
                }
                Ok(())
            }
            Store::Folder { path, order, .. } => self.keep_on_disk(path, order, files, new, needed),
            Store::ReadOnly { path } => Err(Findings::from(read_only(path))),
            Store::Elsewhere(at) => self.keep_elsewhere(&**at, files, new, needed),
        }
    }

    fn keep_elsewhere(
        &self,
        at: &dyn ArchiveFiles,
        files: &Arc<VendorFiles>,
        new: Kept,
        needed: &[Revision],
    ) -> Result<(), Findings> {
        let path = |revision: &str| format!("revisions/{}/{revision}.json", files.vendor);
        let failed = |reason: String| Findings::from(unwritable(Path::new(at.shown()), &reason));
        let own = path(files.revision());
        let known = at.read(&own).map_err(failed)?;
        if known.is_none_or(|bytes| revision_in(&bytes, &files.vendor, files.revision()).is_err()) {
            let text = files_to_json(files).to_string().into_bytes();
            at.change(&own, &mut |_| Some(text.clone())).map_err(failed)?;
        }
        let mut order = read_kept_elsewhere(at, &files.vendor);
        for old in self.dropped(&mut order, new, needed) {
            at.change(&path(&old), &mut |_| None).map_err(failed)?;
        }
        Ok(())
    }

    fn keep_on_disk(
        &self,
        path: &Path,
        order: &Order,
        files: &Arc<VendorFiles>,
        new: Kept,
        needed: &[Revision],
    ) -> Result<(), Findings> {
        let directory = path.join("revisions").join(&*files.vendor);
        let file = directory.join(format!("{}.json", files.revision()));
        if read_revision(&file, &files.vendor, files.revision()).is_err() {
            fs::create_dir_all(&directory)
                .map_err(|error| Findings::from(unwritable(&directory, &error.to_string())))?;
            let text = files_to_json(files).to_string();
            write_atomically(&file, text.as_bytes())
                .map_err(|error| Findings::from(unwritable(&file, &error.to_string())))?;
        }
        match order {
            Order::Own(order) => {
                let mut order = order.lock();
                self.append(order.entry(Arc::clone(&files.vendor)).or_default(), new, needed, &directory);
            }
            Order::Shared => self.append(&mut read_kept(path, &files.vendor), new, needed, &directory),
        }
        Ok(())
    }

    /// Moves a revision to the end of the order, and removes the files of those that need not stay.
    fn append(&self, order: &mut Vec<Kept>, new: Kept, needed: &[Revision], directory: &Path) {
        for old in self.dropped(order, new, needed) {
            drop(fs::remove_file(directory.join(format!("{old}.json"))));
        }
    }

    /// Moves a revision to the end of the order; returns those that need not stay, and takes them out of it.
    fn dropped(&self, order: &mut Vec<Kept>, new: Kept, needed: &[Revision]) -> Vec<Revision> {
        let known = order.iter().position(|known| known.revision == new.revision).map(|at| order.remove(at));
        order.push(known.unwrap_or(new));
        let next = || self.superfluous(order.iter(), needed).map(|at| order.remove(at).revision);
        std::iter::from_fn(next).collect()
    }

    /// The oldest revision that need not stay, when there is more than is kept. The last was kept just now, and stays.
    fn superfluous<'k>(&self, kept: impl Iterator<Item = &'k Kept> + Clone, needed: &[Revision]) -> Option<usize> {
        let (count, bytes) = kept.clone().fold((0, 0), |(count, bytes), kept| (count + 1, bytes + kept.bytes));
        let is_too_much = count > self.retention.revisions.max(2) || bytes > self.retention.bytes;
        let mut old = kept.take(count.saturating_sub(1));
        if is_too_much { old.position(|kept| !needed.contains(&kept.revision)) } else { None }
    }

    /// The files of a revision; fails when it is not known, or its content is not what its digest says.
    pub fn files(&self, vendor: &str, revision: &str) -> Result<Arc<VendorFiles>, Findings> {
        let unknown = || {
            let (vendor, revision) = (vendor.to_owned(), revision.to_owned());
            Findings::from(Finding::from(LibraryFault::UnknownRevision { vendor, revision }))
        };
        if !is_vendor_name(vendor) || !is_digest(revision) {
            return Err(unknown());
        }
        match &self.store {
            Store::Memory(kept) => {
                let kept = kept.lock();
                let found = kept.get(vendor).into_iter().flatten().find(|(_, files)| files.revision() == revision);
                found.map(|(_, files)| Arc::clone(files)).ok_or_else(unknown)
            }
            Store::Folder { path, .. } | Store::ReadOnly { path } => {
                let file = path.join("revisions").join(vendor).join(format!("{revision}.json"));
                if !file.exists() {
                    return Err(unknown());
                }
                read_revision(&file, vendor, revision).map(Arc::new).map_err(|why| Findings::from(damaged(&file, &why)))
            }
            Store::Elsewhere(files) => {
                let path = format!("revisions/{vendor}/{revision}.json");
                let failed = |why: String| Findings::from(damaged(Path::new(&path), &why));
                let bytes = files.read(&path).map_err(failed)?.ok_or_else(unknown)?;
                revision_in(&bytes, vendor, revision).map(Arc::new).map_err(failed)
            }
        }
    }

    /// Writes what is known of `vendor`. Does nothing in memory.
    ///
    /// In a shared archive the events of other processes remain in the record.
    pub fn write_record(&self, vendor: &str, record: &Record) -> Result<(), Findings> {
        let (path, order) = match &self.store {
            Store::Memory(_) => return Ok(()),
            Store::Folder { path, order, .. } => (path, order),
            Store::ReadOnly { path } => return Err(Findings::from(read_only(path))),
            Store::Elsewhere(files) => return self.write_record_elsewhere(&**files, vendor, record),
        };
        let file = path.join("vendors").join(format!("{vendor}.json"));
        let failed = |error: std::io::Error| Findings::from(unwritable(&file, &error.to_string()));
        let mut body = record_to_json(record);
        let mut _turn = None;
        if matches!(order, Order::Shared) {
            let turn = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("records.lock"));
            _turn = Some(turn.and_then(LockedFile::after_others).map_err(failed)?);
            let earlier = read_record(&file).ok().and_then(|body| record_from_json(&body)).unwrap_or_default();
            body = record_to_json(&record.with_history_of(&earlier));
        }
        write_atomically(&file, record_text(&self.kept(vendor), body).as_bytes()).map_err(failed)
    }

    fn write_record_elsewhere(&self, at: &dyn ArchiveFiles, vendor: &str, record: &Record) -> Result<(), Findings> {
        let kept = self.kept(vendor);
        let changed = at.change(&record_path(vendor), &mut |earlier| {
            let earlier = earlier.and_then(|bytes| record_from_json(&record_in(&bytes).ok()?)).unwrap_or_default();
            Some(record_text(&kept, record_to_json(&record.with_history_of(&earlier))).into_bytes())
        });
        changed.map_err(|reason| Findings::from(unwritable(Path::new(at.shown()), &reason)))
    }

    /// Returns the events of `vendor` in all processes that share the archive; `None` if it is not shared.
    pub fn shared_history(&self, vendor: &str) -> Option<Vec<Attempt>> {
        if !is_vendor_name(vendor) {
            return None;
        }
        let body = match &self.store {
            Store::Folder { path, order: Order::Shared, .. } => {
                read_record(&path.join("vendors").join(format!("{vendor}.json"))).ok()
            }
            Store::Elsewhere(files) => record_in(&files.read(&record_path(vendor)).ok()??).ok(),
            _ => None,
        };
        record_from_json(&body?).map(|record| record.history)
    }

    /// The bodies of all records, each with the path of its file.
    fn record_bodies(&self) -> Vec<(PathBuf, Result<Value, String>)> {
        match &self.store {
            Store::Memory(_) => Vec::new(),
            Store::Folder { path, .. } | Store::ReadOnly { path } => {
                let files = entries(&path.join("vendors")).into_iter();
                files.map(|file| (file.clone(), read_record(&file))).collect()
            }
            Store::Elsewhere(files) => {
                let read = |path: &str| record_in(&files.read(path)?.ok_or("it was removed")?);
                let all = files.list("vendors").unwrap_or_default().into_iter();
                let paths = all.map(|file| format!("vendors/{}", file.name));
                paths.map(|path| (PathBuf::from(&path), read(&path))).collect()
            }
        }
    }

    /// Everything that is known of vendors, and what of it cannot be trusted.
    pub fn records(&self) -> (BTreeMap<Name, Record>, Findings) {
        let (mut records, mut findings) = (BTreeMap::new(), Findings::new());
        for (file, body) in self.record_bodies() {
            let Some(vendor) = name_of(&file).and_then(|name| name.strip_suffix(".json")) else { continue };
            if !is_vendor_name(vendor) {
                continue;
            }
            match body {
                Ok(body) => match record_from_json(&body) {
                    Some(record) => drop(records.insert(vendor.into(), record)),
                    None => findings.push(damaged(&file, "it is not shaped as a record")),
                },
                Err(why) => findings.push(damaged(&file, &why)),
            }
        }
        (records, findings)
    }
}

/// The text of a record with the order of the revisions.
fn record_text(kept: &[Kept], mut body: Value) -> String {
    body["revisions"] = kept.iter().map(kept_to_json).collect();
    json!({"schema": "quotient.vendor/1", "digest": digest(&body), "record": body}).to_string()
}

/// Opens the lock of the archive under `path`, whose directories are created.
fn lock_file(path: &Path) -> Result<fs::File, Findings> {
    for directory in ["revisions", "vendors"] {
        fs::create_dir_all(path.join(directory))
            .map_err(|error| Findings::from(unwritable(path, &error.to_string())))?;
    }
    let lock = path.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
    file.map_err(|error| Findings::from(unwritable(&lock, &error.to_string())))
}

/// Returns the finding about a directory that another process has for itself.
fn in_use(path: &Path, why: &str) -> Findings {
    unwritable(&path.join("lock"), why).help("give each process its own state directory").into()
}
