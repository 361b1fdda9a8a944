//! Errors of databases, and what they mean for who uses one.

#[cfg(feature = "postgres")]
use postgres::error::SqlState;
use rusqlite::ErrorCode;
#[cfg(feature = "postgres")]
use std::error::Error as _;
use std::fmt;

/// Time limit for the lock of another process, in seconds.
pub const BUSY_SECONDS: u64 = 30;

/// Meaning of an error of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Another process held the lock longer than the time limit.
    Busy,
    /// The file is damaged.
    Damaged,
    /// The file is not a database.
    NotADatabase,
    /// The disk of the file failed.
    Disk,
    /// The server of the database cannot be reached, or the connection to it was lost. Nothing was committed.
    Lost,
    /// The connection was lost while a commit was being confirmed: it may have taken place.
    Unconfirmed,
    /// The database cannot be used as it is set up.
    Unsuitable,
    /// Any other.
    Other,
}

/// Error of a database.
#[derive(Debug)]
pub enum Error {
    /// An error of SQLite.
    Sqlite(rusqlite::Error),
    /// An error that a PostgreSQL server has reported.
    #[cfg(feature = "postgres")]
    Postgres(postgres::Error),
    /// A column does not have the type that is read from it.
    Column(usize),
    /// Any other, in words.
    Stated(ErrorKind, String),
}

impl Error {
    /// Returns what the error means.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ErrorKind::Busy,
                Some(ErrorCode::DatabaseCorrupt) => ErrorKind::Damaged,
                Some(ErrorCode::NotADatabase) => ErrorKind::NotADatabase,
                Some(ErrorCode::SystemIoFailure) => ErrorKind::Disk,
                _ => ErrorKind::Other,
            },
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => kind_of(error),
            Self::Column(_) => ErrorKind::Other,
            Self::Stated(kind, _) => *kind,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Without the number of the error.
            Self::Sqlite(rusqlite::Error::SqliteFailure(code, Some(text))) if text.is_empty() => code.fmt(f),
            Self::Sqlite(rusqlite::Error::SqliteFailure(_, Some(text))) => f.write_str(text),
            Self::Sqlite(error) => error.fmt(f),
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => f.write_str(&reason_of(error)),
            Self::Column(at) => write!(f, "column {at} of a row has another type"),
            Self::Stated(_, reason) => f.write_str(reason),
        }
    }
}

/// Returns what an error of the server means.
#[cfg(feature = "postgres")]
pub(super) fn kind_of(error: &postgres::Error) -> ErrorKind {
    let is_of_socket = || error.source().is_some_and(|source| source.is::<std::io::Error>());
    match error.code() {
        Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => ErrorKind::Busy,
        Some(code) if *code == SqlState::DATA_CORRUPTED || *code == SqlState::INDEX_CORRUPTED => ErrorKind::Damaged,
        // Connection exceptions, and the end of the server.
        Some(code) if code.code().starts_with("08") || code.code().starts_with("57P") => ErrorKind::Lost,
        None if error.is_closed() || is_of_socket() => ErrorKind::Lost,
        _ => ErrorKind::Other,
    }
}

/// Returns what the server reports, or why it cannot be reached.
#[cfg(feature = "postgres")]
pub(super) fn reason_of(error: &postgres::Error) -> String {
    if let Some(reported) = error.as_db_error() {
        return reported.message().to_owned();
    }
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let text = inner.to_string();
        if !reason.contains(&text) {
            reason.push_str(": ");
            reason.push_str(&text);
        }
        source = inner.source();
    }
    reason
}
