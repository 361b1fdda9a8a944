//! A connection to a database of either kind.

use super::cursor::Cursor;
use super::error::Error;
#[cfg(feature = "postgres")]
use super::postgres::Postgres;
use super::row::Row;
use super::value::Value;
use rusqlite::{Transaction, TransactionBehavior};

/// A connection to a database.
pub enum Connection {
    /// To a file of SQLite.
    Sqlite(rusqlite::Connection),
    /// To a PostgreSQL server.
    #[cfg(feature = "postgres")]
    Postgres(Box<Postgres>),
}

impl Connection {
    /// Returns the connection to a file; `None` for one to a server.
    pub fn sqlite(&self) -> Option<&rusqlite::Connection> {
        match self {
            Self::Sqlite(connection) => Some(connection),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Performs a statement; returns the number of rows that it has changed.
    pub fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<usize, Error> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                Ok(statement.execute(rusqlite::params_from_iter(values))?)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => connection.execute(sql, values),
        }
    }

    /// Calls `read` with every row of a result, until it fails.
    pub fn each<E: From<Error>>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql).map_err(Error::from)?;
                let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(Error::from)?;
                while let Some(row) = rows.next().map_err(Error::from)? {
                    read(Row::Sqlite(row))?;
                }
                Ok(())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => {
                connection.query(sql, values)?.iter().try_for_each(|row| read(Row::Postgres(row)))
            }
        }
    }

    /// Returns what `read` makes of every row of a result.
    pub fn all<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        self.each(sql, values, |row| read(row).map(|one| all.push(one)))?;
        Ok(all)
    }

    /// Returns what `read` makes of the row of a result that has at most one; `None` without one.
    pub fn first<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut first = None;
        self.each(sql, values, |row| read(row).map(|one| first = first.take().or(Some(one))))?;
        Ok(first)
    }

    /// Returns true if a result has a row.
    pub fn exists(&self, sql: &str, values: &[Value<'_>]) -> Result<bool, Error> {
        Ok(self.first(sql, values, |_| Ok(()))?.is_some())
    }

    /// Returns a pass over the rows of a statement without parameters, within [`Connection::snapshot`].
    pub fn cursor(&self, sql: &str) -> Result<Cursor<'_>, Error> {
        match self {
            Self::Sqlite(connection) => Ok(Cursor::Sqlite(connection.prepare_cached(sql)?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => Ok(Cursor::Postgres(connection.pages(sql)?)),
        }
    }

    /// Performs `work`, which may write, while no other process does, and commits it: when this returns without an error,
    /// it is durable; otherwise nothing of it took place, unless the error is
    /// [unconfirmed](super::ErrorKind::Unconfirmed).
    pub fn write<T, E: From<Error>>(&self, work: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        match self {
            Self::Sqlite(connection) => {
                let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate);
                let transaction = transaction.map_err(Error::from)?;
                let done = work(self)?;
                transaction.commit().map_err(Error::from)?;
                Ok(done)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => {
                let transaction = connection.begin()?;
                let done = work(self)?;
                transaction.commit()?;
                Ok(done)
            }
        }
    }

    /// Performs `work`, which reads one state of the database and passes over tables rather than indexes.
    pub fn snapshot<T>(&self, work: impl FnOnce(&Self) -> T) -> Result<T, Error> {
        match self {
            Self::Sqlite(connection) => {
                // Nothing is written, so that the end of it needs no commit.
                let _transaction = connection.unchecked_transaction()?;
                Ok(work(self))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => {
                let _transaction = connection.begin_snapshot()?;
                Ok(work(self))
            }
        }
    }
}
