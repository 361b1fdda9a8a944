//! Past revisions in the database that replicas share.

use super::database::connect;
use super::file_rows;
use crate::database::{Address, Connection, Error};
use crate::library::{ArchiveFile, ArchiveFiles};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::fmt;
use std::time::SystemTime;

/// The files of an archive, as rows.
pub struct ArchiveRows {
    connection: Mutex<Connection>,
    shown: String,
}

impl fmt::Debug for ArchiveRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArchiveRows({})", self.shown)
    }
}

impl ArchiveRows {
    /// Connects to the database at an address.
    pub fn connect(address: &Address) -> Result<Self, String> {
        Ok(Self { connection: Mutex::new(connect(address)?), shown: address.to_string() })
    }
}

fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

fn reason(error: Error) -> String {
    error.to_string()
}

impl ArchiveFiles for ArchiveRows {
    fn shown(&self) -> &str {
        &self.shown
    }

    fn list(&self, directory: &str) -> Result<Vec<ArchiveFile>, String> {
        let rows = file_rows::list(&self.connection.lock(), directory).map_err(reason)?;
        let file = |row: file_rows::FileRow| ArchiveFile {
            name: row.name,
            bytes: row.bytes,
            written: DateTime::from_timestamp_millis(row.stored),
        };
        Ok(rows.into_iter().map(file).collect())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        file_rows::read(&self.connection.lock(), path).map_err(reason)
    }

    fn change(&self, path: &str, change: &mut dyn FnMut(Option<Vec<u8>>) -> Option<Vec<u8>>) -> Result<(), String> {
        let connection = self.connection.lock();
        let changed = connection.write(|rows| match change(file_rows::read(rows, path)?) {
            Some(content) => file_rows::write(rows, path, &content, now()),
            None => file_rows::remove(rows, path),
        });
        changed.map_err(reason)
    }
}
