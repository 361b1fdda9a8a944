//! Documents of the archive: the files of a revision, and the record of a vendor.

use super::Revision;
use super::history::{Attempt, Hold, Pin};
use crate::finding::{parse, render};
use crate::plugin::{Room, VendorFile, VendorFiles, is_vendor_name};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The record of a vendor besides its revisions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The latest valid revision of the directory; `None` once the directory is gone.
    pub newest: Option<Revision>,
    /// The pin.
    pub pin: Option<Pin>,
    /// Events, oldest first.
    pub history: Vec<Attempt>,
}

/// Time within which an event that several processes report is one event.
const SAME: chrono::TimeDelta = chrono::TimeDelta::seconds(60);
/// Most events of a record.
const MAX_HISTORY: usize = 32;

impl Record {
    /// Returns the record with the events of an earlier one; what several processes reported at about the same time is
    /// one event.
    pub fn with_history_of(&self, earlier: &Self) -> Self {
        let mut all: Vec<&Attempt> = earlier.history.iter().chain(&self.history).collect();
        all.sort_by_key(|attempt| attempt.when);
        let mut history: Vec<Attempt> = Vec::new();
        for attempt in all {
            let is_same = |other: &&Attempt| {
                (other.outcome, &other.revision, &other.who, &other.reason)
                    == (attempt.outcome, &attempt.revision, &attempt.who, &attempt.reason)
                    && attempt.when - other.when <= SAME
            };
            if !history.iter().rev().any(|other| is_same(&other)) {
                history.push(attempt.clone());
            }
        }
        history.drain(..history.len().saturating_sub(MAX_HISTORY));
        Self { history, ..self.clone() }
    }
}

/// A revision in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its digest.
    pub revision: Revision,
    /// Time at which it was first stored, and thus first valid; `None` if that was not recorded.
    pub first_used: Option<DateTime<Utc>>,
    /// Bytes of its text.
    pub bytes: u64,
}

/// Writes an archived revision without its files.
pub fn kept_to_json(kept: &Kept) -> Value {
    let first_used = kept.first_used.map(|when| when.to_rfc3339());
    json!({"revision": &*kept.revision, "first_used": first_used, "bytes": kept.bytes})
}

/// Reads what [`kept_to_json`] wrote.
pub fn kept_from_json(value: &Value) -> Option<Kept> {
    let first_used = value.get("first_used").filter(|when| when.is_string());
    Some(Kept {
        revision: revision(value, "revision")??,
        first_used: first_used.and_then(|_| time(value, "first_used")),
        bytes: value.get("bytes")?.as_u64()?,
    })
}

/// A vendor's files as JSON: `{schema, vendor, files: [{room, path, shown, text}]}`, schema `quotient.candidate/1`.
pub fn files_to_json(files: &VendorFiles) -> Value {
    let list: Vec<Value> = files
        .iter()
        .map(|file| json!({"room": file.room.as_str(), "path": file.path, "shown": file.shown, "text": &*file.text}))
        .collect();
    json!({"schema": "quotient.candidate/1", "vendor": &*files.vendor, "files": list})
}

/// Reads what [`files_to_json`] wrote.
pub fn files_from_json(value: &Value) -> Option<VendorFiles> {
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

/// Returns the checksum of a JSON value.
pub fn digest(value: &Value) -> String {
    blake3::hash(value.to_string().as_bytes()).to_hex().to_string()
}

/// Writes a pin.
pub fn pin_to_json(pin: &Pin) -> Value {
    let (holds, withdrawn) = match &pin.hold {
        Hold::UntilUnpinned => ("until_unpinned", None),
        Hold::UntilChange { withdrawn } => ("until_change", withdrawn.as_deref()),
    };
    json!({
        "revision": &*pin.revision, "reason": pin.reason, "who": pin.who, "when": pin.when.to_rfc3339(),
        "holds": holds, "withdrawn": withdrawn,
    })
}

/// Writes a record.
pub fn record_to_json(record: &Record) -> Value {
    let pin = record.pin.as_ref().map(pin_to_json);
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

/// Reads what [`record_to_json`] wrote.
pub fn record_from_json(value: &Value) -> Option<Record> {
    let pin = match value.get("pin")? {
        Value::Null => None,
        pin => Some(pin_from_json(pin)?),
    };
    let history: Option<Vec<Attempt>> = value.get("history")?.as_array()?.iter().map(attempt_from_json).collect();
    Some(Record { newest: revision(value, "newest")?, pin, history: history? })
}

/// Reads what [`pin_to_json`] wrote.
pub fn pin_from_json(value: &Value) -> Option<Pin> {
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
        outcome: value.get("outcome")?.as_str()?.parse().ok()?,
        revision: revision(value, "revision")?,
        findings: parse::json(value.get("findings")?, |_| None)?,
        who: words("who"),
        reason: words("reason"),
    })
}

/// Returns the digest at `key`: the outer `None` if it is not a digest, the inner if it is null.
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

/// Returns true for 64 lowercase hex digits.
pub fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
