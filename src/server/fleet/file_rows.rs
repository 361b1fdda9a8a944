//! Files as rows of a database: their content by path.

use crate::database::{Connection, Error, values};
use chrono::{DateTime, Utc};

/// A file without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Name in its directory.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// Time at which it was written, in milliseconds.
    pub stored: i64,
}

/// Returns the content of a file; `None` if there is none.
pub fn read(connection: &Connection, path: &str) -> Result<Option<Vec<u8>>, Error> {
    connection.first("SELECT content FROM file WHERE path = ?1", values![path], |row| row.get(0))
}

/// Writes a file, which replaces one with that path.
pub fn write(connection: &Connection, path: &str, content: &[u8], now: DateTime<Utc>) -> Result<(), Error> {
    let insert = "INSERT INTO file (path, stored, content) VALUES (?1, ?2, ?3)
         ON CONFLICT (path) DO UPDATE SET stored = excluded.stored, content = excluded.content";
    connection.execute(insert, values![path, now.timestamp_millis(), content]).map(drop)
}

/// Removes a file, if it exists.
pub fn remove(connection: &Connection, path: &str) -> Result<(), Error> {
    connection.execute("DELETE FROM file WHERE path = ?1", values![path]).map(drop)
}

/// Returns the files of a directory, ascending by name.
pub fn list(connection: &Connection, directory: &str) -> Result<Vec<FileRow>, Error> {
    // `0` is the character after `/`.
    let (from, to) = (format!("{directory}/"), format!("{directory}0"));
    let query = "SELECT path, CAST(length(content) AS BIGINT), stored FROM file
         WHERE path > ?1 AND path < ?2 ORDER BY path";
    connection.all(query, values![&from, &to], |row| {
        let path: &str = row.get(0)?;
        let name = path.get(from.len()..).unwrap_or_default().to_owned();
        Ok(FileRow { name, bytes: row.get(1)?, stored: row.get(2)? })
    })
}
