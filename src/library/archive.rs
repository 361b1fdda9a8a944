//! Past revisions by digest, in memory or under a state folder: written whole or not at all, and verified when read.
//!
//! Under the state folder stand `revisions/<vendor>/<digest>.json` (the files of one revision; the name is the digest
//! of the content) and `vendors/<vendor>.json` (last good revision, pin and history, with a checksum). `lock` keeps a
//! second process out.

use super::catalog::{Attempt, Hold, Outcome, Pin};
use super::{Revision, validate::one};
use crate::channel::Name;
use crate::finding::{Code, Finding, Findings, Place, parse, render};
use crate::plugin::{Room, VendorFile, VendorFiles, is_vendor_name};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Revisions kept for each vendor, besides those that must be kept.
const MAX_REVISIONS: usize = 16;
/// Largest file of the archive that is read, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// What the archive knows of a vendor besides its revisions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The newest good revision of the folder; `None` once the folder is gone.
    pub newest: Option<Revision>,
    /// The pin.
    pub pin: Option<Pin>,
    /// What happened, oldest first.
    pub history: Vec<Attempt>,
}

/// Past revisions of all vendors.
#[derive(Debug)]
pub struct Archive {
    store: Store,
    most: usize,
}

#[derive(Debug)]
enum Store {
    Memory(Mutex<BTreeMap<Name, Vec<Arc<VendorFiles>>>>),
    Folder { path: PathBuf, order: Mutex<BTreeMap<Name, Vec<Revision>>>, _lock: File },
}

impl Archive {
    /// Returns an archive that ends with the process.
    pub fn in_memory() -> Self {
        Self { store: Store::Memory(Mutex::default()), most: MAX_REVISIONS }
    }

    /// Opens the archive under `path`, which is created when it is not there.
    ///
    /// Fails when the folder cannot be used, or another process uses it.
    pub fn open(path: &Path) -> Result<Self, Findings> {
        for folder in ["revisions", "vendors"] {
            fs::create_dir_all(path.join(folder)).map_err(|error| one(unwritable(path, &error.to_string())))?;
        }
        let lock = path.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|error| one(unwritable(&lock, &error.to_string())))?;
        if let Err(error) = file.try_lock() {
            let finding = unwritable(&lock, &error.to_string()).help("give each process a state folder of its own");
            return Err(one(finding));
        }
        let archive = Self {
            store: Store::Folder { path: path.to_owned(), order: Mutex::default(), _lock: file },
            most: MAX_REVISIONS,
        };
        archive.clear_temporary(path);
        archive.read_order(path);
        Ok(archive)
    }

    /// True when revisions outlive the process.
    pub fn is_durable(&self) -> bool {
        matches!(self.store, Store::Folder { .. })
    }

    fn clear_temporary(&self, path: &Path) {
        let vendors = entries(&path.join("revisions"));
        for folder in vendors.into_iter().chain([path.join("vendors")]) {
            for file in entries(&folder).iter().filter(|file| file.extension().is_some_and(|e| e == "tmp")) {
                // A temporary file that stays does no harm: it is never read.
                drop(fs::remove_file(file));
            }
        }
    }

    fn read_order(&self, path: &Path) {
        let Store::Folder { order, .. } = &self.store else { return };
        let mut order = order.lock().unwrap_or_else(PoisonError::into_inner);
        for folder in entries(&path.join("revisions")) {
            let Some(vendor) = name_of(&folder).filter(|name| is_vendor_name(name)) else { continue };
            let mut found: Vec<_> = entries(&folder)
                .into_iter()
                .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
                .filter_map(|file| {
                    let modified = file.metadata().and_then(|meta| meta.modified()).ok();
                    let revision = file.file_stem()?.to_str().filter(|stem| is_digest(stem)).map(Revision::from)?;
                    Some((modified, revision))
                })
                .collect();
            found.sort();
            order.insert(vendor.into(), found.into_iter().map(|(_, revision)| revision).collect());
        }
    }

    /// Revisions of `vendor`, the one kept last at the end.
    pub fn revisions(&self, vendor: &str) -> Vec<Revision> {
        match &self.store {
            Store::Memory(kept) => {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let files = kept.get(vendor).into_iter().flatten();
                files.map(|files| files.revision().into()).collect()
            }
            Store::Folder { order, .. } => {
                order.lock().unwrap_or_else(PoisonError::into_inner).get(vendor).cloned().unwrap_or_default()
            }
        }
    }

    /// Keeps a revision, and lets go of the oldest beyond 16 that are not among `needed`.
    pub fn keep(&self, files: &Arc<VendorFiles>, needed: &[Revision]) -> Result<(), Findings> {
        match &self.store {
            Store::Memory(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let kept = kept.entry(Arc::clone(&files.vendor)).or_default();
                kept.retain(|other| other.revision() != files.revision());
                kept.push(Arc::clone(files));
                while let Some(at) = kept[..kept.len().saturating_sub(self.most)]
                    .iter()
                    .position(|files| !needed.iter().any(|revision| **revision == *files.revision()))
                {
                    kept.remove(at);
                }
                Ok(())
            }
            Store::Folder { path, order, .. } => self.keep_on_disk(path, order, files, needed),
        }
    }

    fn keep_on_disk(
        &self,
        path: &Path,
        order: &Mutex<BTreeMap<Name, Vec<Revision>>>,
        files: &Arc<VendorFiles>,
        needed: &[Revision],
    ) -> Result<(), Findings> {
        let folder = path.join("revisions").join(&*files.vendor);
        let file = folder.join(format!("{}.json", files.revision()));
        if read_revision(&file, &files.vendor, files.revision()).is_err() {
            fs::create_dir_all(&folder).map_err(|error| one(unwritable(&folder, &error.to_string())))?;
            let text = files_to_json(files).to_string();
            write_atomically(&file, text.as_bytes()).map_err(|error| one(unwritable(&file, &error.to_string())))?;
        }
        let mut order = order.lock().unwrap_or_else(PoisonError::into_inner);
        let order = order.entry(Arc::clone(&files.vendor)).or_default();
        order.retain(|revision| **revision != *files.revision());
        order.push(files.revision().into());
        while let Some(at) =
            order[..order.len().saturating_sub(self.most)].iter().position(|revision| !needed.contains(revision))
        {
            let old = order.remove(at);
            drop(fs::remove_file(folder.join(format!("{old}.json"))));
        }
        Ok(())
    }

    /// The files of a revision; fails when it is not known, or its content is not what its digest says.
    pub fn files(&self, vendor: &str, revision: &str) -> Result<Arc<VendorFiles>, Findings> {
        let unknown = || {
            let finding = Finding::error(Code::RevisionUnknown, format!("`{vendor}` has no revision `{revision}`"));
            one(finding.help("name one of the revisions in the vendor's history"))
        };
        if !is_vendor_name(vendor) || !is_digest(revision) {
            return Err(unknown());
        }
        match &self.store {
            Store::Memory(kept) => {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let found = kept.get(vendor).into_iter().flatten().find(|files| files.revision() == revision);
                found.cloned().ok_or_else(unknown)
            }
            Store::Folder { path, .. } => {
                let file = path.join("revisions").join(vendor).join(format!("{revision}.json"));
                if !file.exists() {
                    return Err(unknown());
                }
                read_revision(&file, vendor, revision).map(Arc::new).map_err(|why| one(damaged(&file, &why)))
            }
        }
    }

    /// Writes what is known of `vendor`. Does nothing in memory.
    pub fn write_record(&self, vendor: &str, record: &Record) -> Result<(), Findings> {
        let Store::Folder { path, .. } = &self.store else { return Ok(()) };
        let file = path.join("vendors").join(format!("{vendor}.json"));
        let body = record_to_json(record);
        let text = json!({"schema": "quotient.vendor/1", "digest": digest(&body), "record": body}).to_string();
        write_atomically(&file, text.as_bytes()).map_err(|error| one(unwritable(&file, &error.to_string())))
    }

    /// Everything that is known of vendors, and what of it cannot be trusted.
    pub fn records(&self) -> (BTreeMap<Name, Record>, Findings) {
        let (mut records, mut findings) = (BTreeMap::new(), Findings::new());
        let Store::Folder { path, .. } = &self.store else { return (records, findings) };
        for file in entries(&path.join("vendors")) {
            let Some(vendor) = name_of(&file).and_then(|name| name.strip_suffix(".json")) else { continue };
            if !is_vendor_name(vendor) {
                continue;
            }
            match read_record(&file) {
                Ok(record) => drop(records.insert(vendor.into(), record)),
                Err(why) => findings.push(damaged(&file, &why)),
            }
        }
        (records, findings)
    }
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
    Finding::error(Code::FileUnwritable, format!("the archive cannot use `{}`: {why}", path.display()))
        .at(Place::file(path.display().to_string()))
        .help("check the path, the permissions and the free space")
}

fn damaged(path: &Path, why: &str) -> Finding {
    Finding::error(Code::ArchiveDamaged, format!("`{}` in the archive is damaged: {why}", path.display()))
        .at(Place::file(path.display().to_string()))
        .help("remove it; the next revision that loads is archived again")
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
        return Err("it is no file that the archive wrote".to_owned());
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

fn read_record(path: &Path) -> Result<Record, String> {
    let value = read_value(path)?;
    let body = value.get("record").ok_or("it has no record")?;
    if value.get("digest").and_then(Value::as_str) != Some(&digest(body)) {
        return Err("its content does not have the digest it states".to_owned());
    }
    record_from_json(body).ok_or_else(|| "it is not shaped as a record".to_owned())
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
                "revision": attempt.revision.as_deref(), "findings": render::json(attempt.findings.iter()),
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

/// The digest at `key`: the outer `None` when it is no digest, the inner when it is null.
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
