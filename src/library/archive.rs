//! Past revisions by digest, in memory or under a state directory: written whole or not at all, and verified when read.
//!
//! The state directory contains `revisions/<vendor>/<digest>.json` (the files of one revision; the name is the digest
//! of the content) and `vendors/<vendor>.json` (last good revision, pin, history, and when each
//! revision was first used, with a checksum). `lock` keeps a second process out that would write; one that only reads
//! needs no lock, because every file appears whole.

use super::Revision;
use super::catalog::{Attempt, Hold, Outcome, Pin};
use super::fault::LibraryFault;
use crate::channel::Name;
use crate::finding::{Finding, Findings, Place, parse, render};
use crate::plugin::{Room, VendorFile, VendorFiles, is_vendor_name};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest file of the archive that is read, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// Limits of the stored revisions of each vendor. The oldest is removed first; revisions in use, pinned or last valid always stay.
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

/// Metadata of a vendor in the archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The newest good revision of the directory; `None` once the directory is gone.
    pub newest: Option<Revision>,
    /// The pin.
    pub pin: Option<Pin>,
    /// History, oldest first.
    pub history: Vec<Attempt>,
}

/// A revision in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its digest.
    pub revision: Revision,
    /// Time at which it was first stored, and first found valid; `None` when that was not recorded.
    pub first_used: Option<DateTime<Utc>>,
    /// Bytes of its text.
    pub bytes: u64,
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
    Folder { path: PathBuf, order: Mutex<BTreeMap<Name, Vec<Kept>>>, _lock: File },
    ReadOnly { path: PathBuf },
}

impl Archive {
    /// Returns an archive that ends with the process and keeps [`Retention::IN_MEMORY`].
    pub fn in_memory() -> Self {
        Self { store: Store::Memory(Mutex::default()), retention: Retention::IN_MEMORY }
    }

    /// Opens the archive under `path`, which is created when it is not there. It keeps [`Retention::ON_DISK`].
    ///
    /// Fails when the directory cannot be used, or another process uses it.
    pub fn open(path: &Path) -> Result<Self, Findings> {
        for folder in ["revisions", "vendors"] {
            fs::create_dir_all(path.join(folder))
                .map_err(|error| Findings::from(unwritable(path, &error.to_string())))?;
        }
        let lock = path.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|error| Findings::from(unwritable(&lock, &error.to_string())))?;
        if let Err(error) = file.try_lock() {
            let finding = unwritable(&lock, &error.to_string()).help("give each process a separate state directory");
            return Err(Findings::from(finding));
        }
        clear_temporary(path);
        let order = Mutex::new(read_order(path));
        let store = Store::Folder { path: path.to_owned(), order, _lock: file };
        Ok(Self { store, retention: Retention::ON_DISK })
    }

    /// Opens the archive under `path` to read it only, also while a server uses it: nothing is locked, and nothing written.
    ///
    /// What the server adds is seen at once; what it lets go of is no longer found. Fails when there is no such archive.
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

    /// The same archive with other limits.
    #[must_use]
    pub fn keeping(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// True when revisions are persistent.
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
            Store::Folder { order, .. } => order.lock().get(vendor).cloned().unwrap_or_default(),
            Store::ReadOnly { path } if is_vendor_name(vendor) => read_kept(path, vendor),
            Store::ReadOnly { .. } => Vec::new(),
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
        }
    }

    fn keep_on_disk(
        &self,
        path: &Path,
        order: &Mutex<BTreeMap<Name, Vec<Kept>>>,
        files: &Arc<VendorFiles>,
        new: Kept,
        needed: &[Revision],
    ) -> Result<(), Findings> {
        let folder = path.join("revisions").join(&*files.vendor);
        let file = folder.join(format!("{}.json", files.revision()));
        if read_revision(&file, &files.vendor, files.revision()).is_err() {
            fs::create_dir_all(&folder).map_err(|error| Findings::from(unwritable(&folder, &error.to_string())))?;
            let text = files_to_json(files).to_string();
            write_atomically(&file, text.as_bytes())
                .map_err(|error| Findings::from(unwritable(&file, &error.to_string())))?;
        }
        let mut order = order.lock();
        let order = order.entry(Arc::clone(&files.vendor)).or_default();
        let known = order.iter().position(|known| known.revision == new.revision).map(|at| order.remove(at));
        order.push(known.unwrap_or(new));
        while let Some(at) = self.superfluous(order.iter(), needed) {
            let old = order.remove(at);
            drop(fs::remove_file(folder.join(format!("{}.json", old.revision))));
        }
        Ok(())
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
            let (vendor, revision) = (vendor.to_owned(), revision.to_string());
            Findings::from(LibraryFault::UnknownRevision { vendor, revision })
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
        }
    }

    /// Writes what is known of `vendor`. Does nothing in memory.
    pub fn write_record(&self, vendor: &str, record: &Record) -> Result<(), Findings> {
        let path = match &self.store {
            Store::Memory(_) => return Ok(()),
            Store::Folder { path, .. } => path,
            Store::ReadOnly { path } => return Err(Findings::from(read_only(path))),
        };
        let file = path.join("vendors").join(format!("{vendor}.json"));
        let mut body = record_to_json(record);
        body["revisions"] = self.kept(vendor).iter().map(kept_to_json).collect();
        let text = json!({"schema": "quotient.vendor/1", "digest": digest(&body), "record": body}).to_string();
        write_atomically(&file, text.as_bytes()).map_err(|error| Findings::from(unwritable(&file, &error.to_string())))
    }

    /// Everything that is known of vendors, and what of it cannot be trusted.
    pub fn records(&self) -> (BTreeMap<Name, Record>, Findings) {
        let (mut records, mut findings) = (BTreeMap::new(), Findings::new());
        let (Store::Folder { path, .. } | Store::ReadOnly { path }) = &self.store else { return (records, findings) };
        for file in entries(&path.join("vendors")) {
            let Some(vendor) = name_of(&file).and_then(|name| name.strip_suffix(".json")) else { continue };
            if !is_vendor_name(vendor) {
                continue;
            }
            match read_record(&file) {
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

fn clear_temporary(path: &Path) {
    let vendors = entries(&path.join("revisions"));
    for folder in vendors.into_iter().chain([path.join("vendors")]) {
        for file in entries(&folder).iter().filter(|file| file.extension().is_some_and(|e| e == "tmp")) {
            // A temporary file that stays does no harm: it is never read.
            drop(fs::remove_file(file));
        }
    }
}

fn read_order(path: &Path) -> BTreeMap<Name, Vec<Kept>> {
    let folders = entries(&path.join("revisions"));
    let vendors = folders.iter().filter_map(|folder| name_of(folder)).filter(|name| is_vendor_name(name));
    vendors.map(|vendor| (Name::from(vendor), read_kept(path, vendor))).collect()
}

/// The revisions of one vendor on disk: first those the record does not name, as their files were written, then the
/// record's in its order.
fn read_kept(path: &Path, vendor: &str) -> Vec<Kept> {
    let record = read_record(&path.join("vendors").join(format!("{vendor}.json"))).ok();
    let recorded: Vec<Kept> = record
        .iter()
        .filter_map(|body| body.get("revisions")?.as_array())
        .flatten()
        .filter_map(kept_from_json)
        .collect();
    let mut found: BTreeMap<Revision, Option<(DateTime<Utc>, u64)>> = BTreeMap::new();
    for file in entries(&path.join("revisions").join(vendor)) {
        let is_revision = file.extension().is_some_and(|extension| extension == "json");
        let stem = file.file_stem().and_then(|stem| stem.to_str()).filter(|stem| is_revision && is_digest(stem));
        if let Some(stem) = stem {
            let meta = file.metadata().ok();
            let written = meta.and_then(|meta| Some((DateTime::from(meta.modified().ok()?), meta.len())));
            found.insert(stem.into(), written);
        }
    }
    let recorded: Vec<Kept> = recorded.into_iter().filter(|kept| found.remove(&kept.revision).is_some()).collect();
    let mut unrecorded: Vec<Kept> = found
        .into_iter()
        .map(|(revision, written)| Kept {
            revision,
            first_used: written.map(|(when, _)| when),
            bytes: written.map_or(0, |(_, bytes)| bytes),
        })
        .collect();
    unrecorded.sort_by_key(|kept| kept.first_used);
    // Files written after the record are newest; files from before it are oldest. Both are rare.
    let newest = recorded.iter().filter_map(|kept| kept.first_used).max();
    let (later, earlier): (Vec<Kept>, Vec<Kept>) = unrecorded.into_iter().partition(|kept| kept.first_used > newest);
    earlier.into_iter().chain(recorded).chain(later).collect()
}

fn kept_to_json(kept: &Kept) -> Value {
    let first_used = kept.first_used.map(|when| when.to_rfc3339());
    json!({"revision": &*kept.revision, "first_used": first_used, "bytes": kept.bytes})
}

fn kept_from_json(value: &Value) -> Option<Kept> {
    let first_used = value.get("first_used").filter(|when| when.is_string());
    Some(Kept {
        revision: revision(value, "revision")??,
        first_used: first_used.and_then(|_| time(value, "first_used")),
        bytes: value.get("bytes")?.as_u64()?,
    })
}

fn read_only(path: &Path) -> Finding {
    unwritable(path, "it was opened read-only").help("use a separate state directory for this process")
}

fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn unwritable(path: &Path, why: &str) -> Finding {
    let (path, reason) = (path.display().to_string(), why.to_owned());
    Finding::from(LibraryFault::ArchiveUnwritable { path: path.clone(), reason }).at(Place::file(path))
}

fn damaged(path: &Path, why: &str) -> Finding {
    let (path, reason) = (path.display().to_string(), why.to_owned());
    Finding::from(LibraryFault::ArchiveDamaged { path: path.clone(), reason }).at(Place::file(path))
}

/// Writes through a temporary file, so that after a crash the file is the old one or the new one.
fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        drop(fs::remove_file(&temporary));
        return Err(error);
    }
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn read_value(path: &Path) -> Result<Value, String> {
    let meta = fs::metadata(path).map_err(|error| error.to_string())?;
    if !meta.is_file() || meta.len() > MAX_FILE {
        return Err("it was not written by the archive".to_owned());
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|_| "it is not valid JSON".to_owned())
}

/// A vendor's files as JSON: `{schema, vendor, files: [{room, path, shown, text}]}`, schema `quotient.candidate/1`.
pub(super) fn files_to_json(files: &VendorFiles) -> Value {
    let list: Vec<Value> = files
        .iter()
        .map(|file| json!({"room": file.room.as_str(), "path": file.path, "shown": file.shown, "text": &*file.text}))
        .collect();
    json!({"schema": "quotient.candidate/1", "vendor": &*files.vendor, "files": list})
}

/// Reads what [`files_to_json`] wrote.
pub(super) fn files_from_json(value: &Value) -> Option<VendorFiles> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    if text(value, "schema")? != "quotient.candidate/1" {
        return None;
    }
    let files: Option<Vec<VendorFile>> = value
        .get("files")?
        .as_array()?
        .iter()
        .map(|file| {
            let room = match file.get("room")?.as_str()? {
                "rules" => Room::Rules,
                "policies" => Room::Policies,
                _ => return None,
            };
            Some(VendorFile {
                room,
                path: text(file, "path")?,
                shown: text(file, "shown")?,
                text: text(file, "text")?.into(),
            })
        })
        .collect();
    let vendor = text(value, "vendor").filter(|vendor| is_vendor_name(vendor))?;
    Some(VendorFiles::new(vendor, files?))
}

fn read_revision(path: &Path, vendor: &str, revision: &str) -> Result<VendorFiles, String> {
    let files = files_from_json(&read_value(path)?).ok_or("it is not shaped as a revision")?;
    if *files.vendor != *vendor || files.revision() != revision {
        return Err("its content does not have the digest it is filed under".to_owned());
    }
    Ok(files)
}

fn digest(value: &Value) -> String {
    blake3::hash(value.to_string().as_bytes()).to_hex().to_string()
}

/// The body of a vendor's record, when it is what was written.
fn read_record(path: &Path) -> Result<Value, String> {
    let value = read_value(path)?;
    let body = value.get("record").cloned().ok_or("it has no record")?;
    if value.get("digest").and_then(Value::as_str) != Some(&digest(&body)) {
        return Err("its content does not have the digest it states".to_owned());
    }
    Ok(body)
}

fn record_to_json(record: &Record) -> Value {
    let pin = record.pin.as_ref().map(|pin| {
        let (holds, withdrawn) = match &pin.hold {
            Hold::UntilUnpinned => ("until_unpinned", None),
            Hold::UntilChange { withdrawn } => ("until_change", withdrawn.as_deref()),
        };
        json!({
            "revision": &*pin.revision, "reason": pin.reason, "who": pin.who, "when": pin.when.to_rfc3339(),
            "holds": holds, "withdrawn": withdrawn,
        })
    });
    let history: Vec<Value> = record
        .history
        .iter()
        .map(|attempt| {
            json!({
                "when": attempt.when.to_rfc3339(), "outcome": attempt.outcome.as_str(),
                "revision": attempt.revision.as_deref(), "findings": render::json_each(attempt.findings.iter()),
                "who": attempt.who, "reason": attempt.reason,
            })
        })
        .collect();
    json!({"newest": record.newest.as_deref(), "pin": pin, "history": history})
}

fn record_from_json(value: &Value) -> Option<Record> {
    let pin = match value.get("pin")? {
        Value::Null => None,
        pin => Some(pin_from_json(pin)?),
    };
    let history: Option<Vec<Attempt>> = value.get("history")?.as_array()?.iter().map(attempt_from_json).collect();
    Some(Record { newest: revision(value, "newest")?, pin, history: history? })
}

fn pin_from_json(value: &Value) -> Option<Pin> {
    let hold = match value.get("holds")?.as_str()? {
        "until_unpinned" => Hold::UntilUnpinned,
        "until_change" => Hold::UntilChange { withdrawn: revision(value, "withdrawn")? },
        _ => return None,
    };
    Some(Pin {
        revision: revision(value, "revision")??,
        reason: value.get("reason")?.as_str()?.to_owned(),
        who: value.get("who")?.as_str().map(str::to_owned),
        when: time(value, "when")?,
        hold,
    })
}

fn attempt_from_json(value: &Value) -> Option<Attempt> {
    let words = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Attempt {
        when: time(value, "when")?,
        outcome: Outcome::parse(value.get("outcome")?.as_str()?)?,
        revision: revision(value, "revision")?,
        findings: parse::json(value.get("findings")?, |_| None)?,
        who: words("who"),
        reason: words("reason"),
    })
}

/// The digest at `key`: the outer `None` when it is not a digest, the inner when it is null.
fn revision(value: &Value, key: &str) -> Option<Option<Revision>> {
    match value.get(key)? {
        Value::Null => Some(None),
        Value::String(text) if is_digest(text) => Some(Some(text.as_str().into())),
        _ => None,
    }
}

fn time(value: &Value, key: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.get(key)?.as_str()?).ok().map(|time| time.to_utc())
}
