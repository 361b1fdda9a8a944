//! Opening a ledger where it is, and the one way in which anything is written to it.

use super::fault::StoreFault;
use super::{file, file_database, schema};
use crate::database::{Address, Connection, Error, ErrorKind, Place};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An open ledger: one connection to its file, or to the database that has it.
///
/// Several threads and processes can each open the same ledger, those of a file on one machine; writes happen one after
/// another.
pub struct Store {
    pub(super) connection: Connection,
    /// Path of the file, or address of the database without its password.
    pub(super) shown: String,
    /// Path of the file with its identity when it was opened; `None` for a database.
    file: Option<(PathBuf, Option<file::Identity>)>,
    /// Reason of a failed write after which the content of the disk is not known to this process.
    stopped: Option<String>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.shown)
    }
}

/// Reason for which a write ends without effect.
pub(super) enum Stop {
    /// A fault that the caller has found.
    Fault(StoreFault),
    /// An error of the database.
    Database(Error),
}

impl From<StoreFault> for Stop {
    fn from(fault: StoreFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Database(error)
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
            file_database::create(path)?;
        }
        Self::open_existing(path)
    }

    /// Opens the ledger at `path`; a missing file is a fault.
    pub fn open_existing(path: &Path) -> Result<Self, StoreFault> {
        let connection = Connection::Sqlite(file_database::open(path)?);
        let file = Some((path.to_owned(), file::identity(path)));
        Ok(Self { connection, shown: path.display().to_string(), file, stopped: None })
    }

    /// Opens the ledger at a place; creates it where there is none.
    pub fn open_at(place: &Place) -> Result<Self, StoreFault> {
        match place {
            Place::File(path) => Self::open(path),
            Place::Postgres(address) => Self::connect(address, true),
            Place::Bad(reason) => Err(StoreFault::BadAddress { reason: reason.0 }),
        }
    }

    /// Opens the ledger at a place, where it must exist.
    pub fn open_existing_at(place: &Place) -> Result<Self, StoreFault> {
        match place {
            Place::File(path) => Self::open_existing(path),
            Place::Postgres(address) => Self::connect(address, false),
            Place::Bad(reason) => Err(StoreFault::BadAddress { reason: reason.0 }),
        }
    }

    /// Connects to the database that has a ledger.
    #[cfg(feature = "postgres")]
    fn connect(address: &Address, creates: bool) -> Result<Self, StoreFault> {
        let shown = address.to_string();
        let failed = |error| StoreFault::reading(&shown, &error);
        let connection = crate::database::Postgres::connect(address, schema::TABLES).map_err(failed)?;
        let mut recorded = connection.recorded().map_err(failed)?;
        if recorded.is_none() && creates {
            connection.create().map_err(|error| StoreFault::writing(&shown, &error))?;
            recorded = connection.recorded().map_err(failed)?;
        }
        let Some(recorded) = recorded else { return Err(StoreFault::Missing { path: shown }) };
        let version = recorded.strip_prefix(&format!("{} ", schema::APPLICATION)).and_then(|text| text.parse().ok());
        match version {
            Some(schema::VERSION) => {}
            Some(version) if version > schema::VERSION => {
                return Err(StoreFault::Newer { path: shown, version, known: schema::VERSION });
            }
            _ => {
                let reason = format!("its schema `{}` is that of another program", schema::TABLES.schema);
                return Err(StoreFault::NotALedger { path: shown, reason });
            }
        }
        Ok(Self { connection: Connection::Postgres(Box::new(connection)), shown, file: None, stopped: None })
    }

    /// Refuses an address: this program was built without PostgreSQL.
    #[cfg(not(feature = "postgres"))]
    fn connect(_: &Address, _: bool) -> Result<Self, StoreFault> {
        Err(StoreFault::NoPostgres {})
    }

    /// Returns the path of the file, or the address of the database without its password.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Refuses a ledger whose file was removed or replaced while it was open: what is written to it would be lost.
    pub fn expect_in_place(&self) -> Result<(), StoreFault> {
        let is_moved = |(path, opened): &(PathBuf, _)| *opened != file::identity(path);
        match self.file.as_ref().is_some_and(is_moved) {
            true => Err(StoreFault::Moved { path: self.shown.clone() }),
            false => Ok(()),
        }
    }

    /// Returns the path of the file; `None` for a database.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|(path, _)| path.as_path())
    }

    /// Returns true when the lock of the file at `path` for writing is held during all of `patience`, so that no command
    /// can be recorded.
    ///
    /// # Errors
    /// When the file cannot be opened or locked at all.
    pub fn is_locked(path: &Path, patience: Duration) -> Result<bool, StoreFault> {
        file_database::is_locked(path, patience)
    }

    /// Returns the fault of a failed read.
    pub(super) fn unreadable(&self, error: &Error) -> StoreFault {
        StoreFault::reading(&self.shown, error)
    }

    /// Performs `work` and commits it: when this returns without a fault, it is durable; otherwise the ledger has none of
    /// it, unless the fault is [`StoreFault::Unconfirmed`].
    pub(super) fn write<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, Stop>) -> Result<T, StoreFault> {
        if let Some(reason) = &self.stopped {
            return Err(StoreFault::Stopped { path: self.shown.clone(), reason: reason.clone() });
        }
        self.expect_in_place()?;
        let written = self.connection.write(work);
        written.map_err(|stop| match stop {
            Stop::Fault(fault) => fault,
            Stop::Database(error) => {
                // After a failed write the system may report the next one as successful although the first is lost.
                if error.kind() == ErrorKind::Disk {
                    self.stopped = Some(error.to_string());
                }
                StoreFault::writing(&self.shown, &error)
            }
        })
    }
}
