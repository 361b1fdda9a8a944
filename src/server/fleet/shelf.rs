//! Stored books, as rows; their bodies are files.

use super::shared::BookEntry;
use crate::database::{Connection, Error, values};

/// Adds a book of an owner; books of the same owner whose files made room for it are removed.
pub fn store(
    connection: &Connection,
    entry: &BookEntry,
    (owner, share): (&str, &str),
    removed: &[String],
) -> Result<(), Error> {
    for id in removed {
        let row = "DELETE FROM book WHERE vendor = ?1 AND id = ?2 AND share = ?3";
        let count = connection.execute(row, values![&entry.vendor, id, share])?;
        count_removals(connection, count)?;
    }
    connection
        .execute(
            "INSERT INTO book (vendor, id, owner, share, partners, currency, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (vendor, id, owner) DO UPDATE SET share = excluded.share, partners = excluded.partners,
             currency = excluded.currency, bytes = excluded.bytes",
            values![&entry.vendor, &entry.id, owner, share, entry.partners, &entry.currency, entry.bytes],
        )
        .map(drop)
}

/// Removes a book of an owner; returns true if it was stored.
pub fn remove(connection: &Connection, vendor: &str, owner: &str, id: &str) -> Result<bool, Error> {
    let row = "DELETE FROM book WHERE vendor = ?1 AND id = ?2 AND owner = ?3";
    let count = connection.execute(row, values![vendor, id, owner])?;
    count_removals(connection, count)?;
    Ok(count > 0)
}

fn count_removals(connection: &Connection, count: usize) -> Result<(), Error> {
    if count > 0 {
        connection.execute("UPDATE removal SET number = number + ?1", values![count])?;
    }
    Ok(())
}

/// Returns the number of books that were removed so far.
pub fn removals(connection: &Connection) -> Result<u64, Error> {
    Ok(connection.first("SELECT number FROM removal", values![], |row| row.get(0))?.unwrap_or_default())
}

/// Returns the directories of the owners of a book.
pub fn shares(connection: &Connection, vendor: &str, id: &str) -> Result<Vec<String>, Error> {
    let query = "SELECT share FROM book WHERE vendor = ?1 AND id = ?2 ORDER BY share";
    connection.all(query, values![vendor, id], |row| row.get(0))
}

/// Returns the books of a vendor, or of all, each once, ascending by vendor and id.
pub fn books(connection: &Connection, vendor: Option<&str>) -> Result<Vec<BookEntry>, Error> {
    let query = "SELECT vendor, id, min(partners), min(currency), min(bytes) FROM book
         WHERE CAST(?1 AS TEXT) IS NULL OR vendor = ?1 GROUP BY vendor, id ORDER BY vendor, id";
    connection.all(query, values![vendor], |row| {
        Ok(BookEntry {
            vendor: row.get(0)?,
            id: row.get(1)?,
            partners: row.get(2)?,
            currency: row.get(3)?,
            bytes: row.get(4)?,
        })
    })
}
