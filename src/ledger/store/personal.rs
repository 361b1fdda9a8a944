//! Personal data outside the chain: values that can be erased, of which events have a salted hash only.

use super::append::Appended;
use super::digest::{Digest, FieldHash};
use super::event::{Act, NewEvent};
use super::fault::StoreFault;
use super::file_database::empty_log;
use super::open::Store;
use super::personal_ref::PersonalRef;
use super::{LEDGER_PLAN, file};
use crate::database::{Connection, Error, values};
use serde::{Deserialize, Serialize};

/// First line of what a salted hash covers.
const LINE: &str = "quotient.personal/1";
/// Kind of the event that records an erasure; its body names the ids: `{"personal":[1,2]}`.
pub(super) const ERASED: &str = "ledger.erased";
/// Most bytes of a value.
const MAX_VALUE: usize = 1 << 20;

/// Returns the salted hash of a value.
pub(super) fn salted(salt: &[u8], value: &str) -> Digest {
    FieldHash::new(LINE).fixed(salt).fixed(value.as_bytes()).finish()
}

/// Body of the event that records an erasure.
#[derive(Serialize, Deserialize)]
pub(super) struct Erased {
    /// Ids of the erased values.
    pub(super) personal: Vec<u64>,
}

impl Store {
    /// Stores a personal value of `subject` outside the chain, and returns the reference for events.
    ///
    /// ```
    /// use quotient::ledger::store::{Act, Store};
    /// let directory = tempfile::tempdir()?;
    /// let mut store = Store::open(&directory.path().join("plans.ledger")).expect("a new ledger");
    /// let name = store.put_personal("person:7", "Ada Byron").expect("room on the disk");
    /// assert_eq!(store.personal(&name).expect("an intact value").as_deref(), Some("Ada Byron"));
    /// let act = Act { actor: "person:1".into(), at: chrono::DateTime::UNIX_EPOCH, command: "erase".into(), reason: None };
    /// assert_eq!(store.erase("person:7", &act), Ok(1));
    /// assert_eq!(store.personal(&name), Ok(None));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn put_personal(&mut self, subject: &str, value: &str) -> Result<PersonalRef, StoreFault> {
        if subject.is_empty() {
            return Err(StoreFault::BadField { field: "subject", reason: "is empty" });
        }
        if subject.contains('\0') || value.contains('\0') {
            return Err(StoreFault::BadField { field: "personal value", reason: "contains a NUL character" });
        }
        if value.len() > MAX_VALUE {
            let (bytes, limit) = (value.len() as u64, MAX_VALUE as u64);
            return Err(StoreFault::TooLarge { what: "personal value", bytes, limit });
        }
        let salt = file::random::<32>()?;
        let hash = salted(&salt, value);
        self.write(|transaction| {
            // No value is ever removed, so that no id is used twice.
            let next = "SELECT coalesce(max(id), 0) + 1 FROM personal";
            let id: u64 = transaction.first(next, values![], |row| row.get(0))?.unwrap_or(1);
            let insert = "INSERT INTO personal (id, subject, salt, value, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
            transaction.execute(insert, values![id, subject, &salt, value, hash.as_bytes()])?;
            Ok(PersonalRef { id, hash })
        })
    }

    /// Returns the value of a reference; `None` once it was erased.
    pub fn personal(&self, reference: &PersonalRef) -> Result<Option<String>, StoreFault> {
        let query = "SELECT salt, value, hash FROM personal WHERE id = ?1";
        let read = self.connection.first(query, values![reference.id], |row| {
            let (salt, value): (Option<Vec<u8>>, Option<String>) = (row.get(0)?, row.get(1)?);
            Ok((salt, value, Digest::from_bytes(row.get(2)?)))
        });
        let read = read.map_err(|error| self.unreadable(&error))?;
        let Some((salt, value, hash)) = read.filter(|(_, _, hash)| *hash == Some(reference.hash)) else {
            return Err(StoreFault::UnknownPersonal { reference: reference.to_string() });
        };
        match (salt, value) {
            (None, None) => Ok(None),
            (Some(salt), Some(value)) if hash == Some(salted(&salt, &value)) => Ok(Some(value)),
            _ => Err(StoreFault::ChangedValue { reference: reference.to_string() }),
        }
    }

    /// Erases all values of `subject` with their salts and appends an event that names their ids; returns how many.
    ///
    /// The file no longer contains the values afterwards; backups made before do. Without any value, nothing is appended.
    pub fn erase(&mut self, subject: &str, act: &Act) -> Result<u64, StoreFault> {
        let erased = self.write(|transaction| {
            let query = "SELECT id FROM personal WHERE subject = ?1 ORDER BY id";
            let ids: Vec<u64> = transaction.all(query, values![subject], |row| row.get(0))?;
            if ids.is_empty() {
                return Ok(0);
            }
            let update = "UPDATE personal SET subject = NULL, salt = NULL, value = NULL WHERE subject = ?1";
            transaction.execute(update, values![subject])?;
            let count = ids.len() as u64;
            let body = serde_json::to_string(&Erased { personal: ids }).unwrap_or_default();
            let _: Appended = super::append::record(transaction, LEDGER_PLAN, act, &[NewEvent { kind: ERASED, body }])?;
            Ok(count)
        })?;
        let is_gone = overwrite(&self.connection).map_err(|error| StoreFault::writing(&self.shown, &error))?;
        if is_gone { Ok(erased) } else { Err(StoreFault::NotYetErased { path: self.shown.clone() }) }
    }
}

/// Removes what the database has of erased values; returns false if another connection prevents it.
fn overwrite(connection: &Connection) -> Result<bool, Error> {
    match connection {
        // The write-ahead log has the values as they were.
        Connection::Sqlite(connection) => Ok(empty_log(connection)?),
        #[cfg(feature = "postgres")]
        Connection::Postgres(connection) => match connection.rewrite("personal") {
            Err(error) if error.kind() == crate::database::ErrorKind::Busy => Ok(false),
            done => done.map(|()| true),
        },
    }
}
