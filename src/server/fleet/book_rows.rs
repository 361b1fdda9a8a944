//! Bodies of stored books in a database, within the limits that hold for a directory.

use super::file_rows;
use crate::database::{Connection, Error};
use crate::server::state::book_directory::{MAX_BYTES, MAX_FILES};
use chrono::{DateTime, Utc};

/// Returns the path of a body.
fn path_of(vendor: &str, share: &str, id: &str) -> String {
    format!("books/{vendor}/{share}/{id}.json")
}

/// Stores a body; returns the ids of the owner's books that made room for it, or `None` when it has no room and `refuses`.
pub fn store(
    connection: &Connection,
    (vendor, share, id): (&str, &str, &str),
    body: &[u8],
    refuses: bool,
    now: DateTime<Utc>,
) -> Result<Option<Vec<String>>, Error> {
    let mut files = file_rows::list(connection, &format!("books/{vendor}/{share}"))?;
    let name = format!("{id}.json");
    if files.iter().any(|file| file.name == name) {
        return Ok(Some(Vec::new()));
    }
    files.sort_by_key(|file| file.stored);
    let mut all: u64 = files.iter().map(|file| file.bytes).sum();
    let (mut removed, mut files) = (Vec::new(), files.into_iter());
    while files.len() >= MAX_FILES || (all.saturating_add(body.len() as u64) > MAX_BYTES && files.len() > 0) {
        if refuses {
            return Ok(None);
        }
        if let Some(oldest) = files.next() {
            all -= oldest.bytes;
            let id = oldest.name.trim_end_matches(".json").to_owned();
            file_rows::remove(connection, &path_of(vendor, share, &id))?;
            removed.push(id);
        }
    }
    file_rows::write(connection, &path_of(vendor, share, id), body, now)?;
    Ok(Some(removed))
}

/// Returns a body; `None` if there is none.
pub fn read(connection: &Connection, vendor: &str, share: &str, id: &str) -> Result<Option<Vec<u8>>, Error> {
    file_rows::read(connection, &path_of(vendor, share, id))
}

/// Removes a body.
pub fn remove(connection: &Connection, vendor: &str, share: &str, id: &str) -> Result<(), Error> {
    file_rows::remove(connection, &path_of(vendor, share, id))
}
