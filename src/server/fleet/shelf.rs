//! Stored books, as rows; their bodies are files.

use super::shared::BookEntry;
use rusqlite::{Connection, params};

/// Adds a book of an owner; books of the same owner whose files made room for it are removed.
pub fn store(
    connection: &Connection,
    entry: &BookEntry,
    (owner, share): (&str, &str),
    removed: &[String],
) -> rusqlite::Result<()> {
    for id in removed {
        let row = "DELETE FROM book WHERE vendor = ?1 AND id = ?2 AND share = ?3";
        let count = connection.execute(row, params![entry.vendor, id, share])?;
        count_removals(connection, count)?;
    }
    connection
        .execute(
            "INSERT OR REPLACE INTO book (vendor, id, owner, share, partners, currency, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![entry.vendor, entry.id, owner, share, entry.partners, entry.currency, entry.bytes],
        )
        .map(drop)
}

/// Removes a book of an owner; returns true if it was stored.
pub fn remove(connection: &Connection, vendor: &str, owner: &str, id: &str) -> rusqlite::Result<bool> {
    let row = "DELETE FROM book WHERE vendor = ?1 AND id = ?2 AND owner = ?3";
    let count = connection.execute(row, params![vendor, id, owner])?;
    count_removals(connection, count)?;
    Ok(count > 0)
}

fn count_removals(connection: &Connection, count: usize) -> rusqlite::Result<()> {
    if count > 0 {
        connection.execute("UPDATE removal SET number = number + ?1", [count])?;
    }
    Ok(())
}

/// Returns the number of books that were removed so far.
pub fn removals(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT number FROM removal", [], |row| row.get(0))
}

/// Returns the directories of the owners of a book.
pub fn shares(connection: &Connection, vendor: &str, id: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        connection.prepare_cached("SELECT share FROM book WHERE vendor = ?1 AND id = ?2 ORDER BY share")?;
    let rows = statement.query_map([vendor, id], |row| row.get(0))?;
    rows.collect()
}

/// Returns the books of a vendor, or of all, each once, ascending by vendor and id.
pub fn books(connection: &Connection, vendor: Option<&str>) -> rusqlite::Result<Vec<BookEntry>> {
    let mut statement = connection.prepare_cached(
        "SELECT vendor, id, partners, currency, bytes FROM book WHERE ?1 IS NULL OR vendor = ?1
         GROUP BY vendor, id ORDER BY vendor, id",
    )?;
    let rows = statement.query_map([vendor], |row| {
        Ok(BookEntry {
            vendor: row.get(0)?,
            id: row.get(1)?,
            partners: row.get(2)?,
            currency: row.get(3)?,
            bytes: row.get(4)?,
        })
    })?;
    rows.collect()
}
