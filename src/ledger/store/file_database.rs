//! The file of a ledger as SQLite has it: its settings, and how it is created and opened.

use super::fault::StoreFault;
use super::{file, schema};
use crate::database::{BUSY_SECONDS, Error, ErrorKind};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// Opens the file of a ledger, which must exist.
pub(super) fn open(path: &Path) -> Result<Connection, StoreFault> {
    let shown = || path.display().to_string();
    if !file::exists(path)? {
        return Err(StoreFault::Missing { path: shown() });
    }
    if file::is_on_network(path) {
        return Err(StoreFault::NetworkDisk { path: shown() });
    }
    let failed = |error: rusqlite::Error| StoreFault::reading(&shown(), &error.into());
    let connection = connect(path).map_err(failed)?;
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed);
    let (application, version) = (number("application_id")?, number("user_version")?);
    if application != schema::APPLICATION {
        let reason = if file::is_empty(path) { "the file is empty" } else { "it is a database of another program" };
        return Err(StoreFault::NotALedger { path: shown(), reason: reason.to_owned() });
    }
    if version > schema::VERSION {
        return Err(StoreFault::Newer { path: shown(), version, known: schema::VERSION });
    }
    if version < schema::VERSION {
        return Err(StoreFault::Damaged { path: shown(), reason: format!("its version is {version}") });
    }
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        write_ahead(&connection).map_err(failed)?;
    }
    Ok(connection)
}

/// Returns true when the lock for writing is held during all of `patience`.
pub(super) fn is_locked(path: &Path, patience: Duration) -> Result<bool, StoreFault> {
    let connection = open(path)?;
    let failed = |error: Error| StoreFault::writing(&path.display().to_string(), &error);
    connection.busy_timeout(patience).map_err(|error| failed(error.into()))?;
    // Nothing is written: the transaction is rolled back when it is dropped.
    match Transaction::new_unchecked(&connection, TransactionBehavior::Immediate).map_err(Error::from) {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == ErrorKind::Busy => Ok(true),
        Err(error) => Err(failed(error)),
    }
}

/// Opens an existing file with the settings of a ledger.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(BUSY_SECONDS))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    for (name, value) in [
        // A commit returns once the disk has it.
        ("synchronous", "FULL"),
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
        // Erased values are overwritten.
        ("secure_delete", "ON"),
        ("cell_size_check", "ON"),
        // An error of the disk is an error, and not the end of the process.
        ("mmap_size", "0"),
    ] {
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            other => Err(other),
        })?;
    }
    Ok(connection)
}

/// Switches to a write-ahead log.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let reason = format!("the file system does not allow a write-ahead log (journal mode {mode})");
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN), Some(reason)))
}

/// Moves the write-ahead log into the file and truncates it; returns false if another connection prevents it.
pub(super) fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(!row.get::<_, bool>(0)?))
}

/// Creates a ledger at `path`, completely or not at all.
pub(super) fn create(path: &Path) -> Result<(), StoreFault> {
    if file::exists(&file::with_ending(path, "-wal"))? {
        return Err(StoreFault::Orphaned { path: path.display().to_string() });
    }
    let draft = file::draft(path)?;
    let created = connect(&draft).and_then(|mut connection| {
        write_ahead(&connection)?;
        schema::create(&mut connection)?;
        // Closing would move the write-ahead log into the file too, but would not report a failure.
        empty_log(&connection)?;
        connection.close().map_err(|(_, error)| error)
    });
    if let Err(error) = created {
        file::discard(&draft);
        return Err(StoreFault::writing(&path.display().to_string(), &error.into()));
    }
    // Another process may have been faster; then its file is the ledger.
    file::publish(&draft, path).map(|_| ())
}
