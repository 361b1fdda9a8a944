//! Opening and creating a ledger, and the one way in which anything is written to it.

use super::fault::{BUSY_SECONDS, StoreFault, reason_of};
use super::{file, schema};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An open ledger: one connection to its file.
///
/// Several threads and processes of one machine can each open the same file; writes happen one after another.
pub struct Store {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    /// Reason of a failed write after which the content of the disk is not known to this process.
    stopped: Option<String>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.path.display())
    }
}

/// Reason for which a write ends without effect.
pub(super) enum Stop {
    /// A fault that the caller has found.
    Fault(StoreFault),
    /// An error of SQLite.
    Sqlite(rusqlite::Error),
}

impl From<StoreFault> for Stop {
    fn from(fault: StoreFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Store {
    /// Opens the ledger at `path`; creates it if there is no file.
    ///
    /// ```
    /// use quotient::ledger::store::{Head, Store};
    /// let directory = tempfile::tempdir()?;
    /// let store = Store::open(&directory.path().join("plans.ledger")).expect("a new ledger");
    /// assert_eq!(store.head(), Ok(Head::default()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn open(path: &Path) -> Result<Self, StoreFault> {
        if !file::exists(path)? {
            create(path)?;
        }
        Self::open_existing(path)
    }

    /// Opens the ledger at `path`; a missing file is a fault.
    pub fn open_existing(path: &Path) -> Result<Self, StoreFault> {
        let shown = || path.display().to_string();
        if !file::exists(path)? {
            return Err(StoreFault::Missing { path: shown() });
        }
        if file::is_on_network(path) {
            return Err(StoreFault::NetworkDisk { path: shown() });
        }
        let failed = |error| StoreFault::reading(path, &error);
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
        Ok(Self { connection, path: path.to_owned(), stopped: None })
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the fault of a failed read.
    pub(super) fn unreadable(&self, error: &rusqlite::Error) -> StoreFault {
        StoreFault::reading(&self.path, error)
    }

    /// Performs `work` and commits it: when this returns without a fault, the disk has it; otherwise it has none of it.
    pub(super) fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Stop>) -> Result<T, StoreFault> {
        if let Some(reason) = &self.stopped {
            return Err(StoreFault::Stopped { path: self.path.display().to_string(), reason: reason.clone() });
        }
        let written = write(&mut self.connection, work);
        written.map_err(|stop| match stop {
            Stop::Fault(fault) => fault,
            Stop::Sqlite(error) => {
                // After a failed write the system may report the next one as successful although the first is lost.
                if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) {
                    self.stopped = Some(reason_of(&error));
                }
                StoreFault::writing(&self.path, &error)
            }
        })
    }
}

fn write<T>(connection: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> Result<T, Stop>) -> Result<T, Stop> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
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
fn create(path: &Path) -> Result<(), StoreFault> {
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
        return Err(StoreFault::writing(path, &error));
    }
    // Another process may have been faster; then its file is the ledger.
    file::publish(&draft, path).map(|_| ())
}
