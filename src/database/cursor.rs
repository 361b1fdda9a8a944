//! Passes over many rows, of which a few are in memory at a time.

use super::error::Error;
use super::row::Row;
use rusqlite::CachedStatement;

/// A statement whose rows are read one after another.
pub enum Cursor<'c> {
    /// A statement of SQLite.
    Sqlite(CachedStatement<'c>),
    /// A cursor of PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(super::postgres::Pages<'c>),
}

impl Cursor<'_> {
    /// Returns the rows from the first.
    pub fn rows(&mut self) -> Result<Rows<'_>, Error> {
        match self {
            Self::Sqlite(statement) => Ok(Rows::Sqlite(statement.query([])?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(pages) => Ok(Rows::Postgres(pages)),
        }
    }
}

/// The rows of a [`Cursor`].
pub enum Rows<'s> {
    /// Rows of SQLite.
    Sqlite(rusqlite::Rows<'s>),
    /// Rows of PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(&'s mut dyn super::postgres::NextRow),
}

impl Rows<'_> {
    /// Returns the next row; `None` after the last.
    pub fn advance(&mut self) -> Result<Option<Row<'_>>, Error> {
        match self {
            Self::Sqlite(rows) => Ok(rows.next()?.map(Row::Sqlite)),
            #[cfg(feature = "postgres")]
            Self::Postgres(pages) => pages.next_row(),
        }
    }
}
