//! Tables of the ledger, declared once: written into a new ledger, and compared with those of an existing one.

use crate::database::{self, Error, Tables};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Application id in the header of the file: the letters `QLED`.
pub const APPLICATION: i64 = 0x514C_4544;
/// Version of the tables.
pub const VERSION: i64 = 1;

/// The tables. Events, snapshots and keys are final; of a personal value, everything but its hash can be erased.
const SQL: &str = "
CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    plan TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    command TEXT NOT NULL,
    reason TEXT,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL,
    UNIQUE (plan, version)
) STRICT;
CREATE TRIGGER event_is_unchanged BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER event_is_permanent BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;
CREATE TABLE snapshot (
    digest BLOB PRIMARY KEY,
    length INTEGER NOT NULL,
    form TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT;
CREATE TRIGGER snapshot_is_unchanged BEFORE UPDATE ON snapshot BEGIN SELECT RAISE(ABORT, 'a snapshot is never changed'); END;
CREATE TRIGGER snapshot_is_permanent BEFORE DELETE ON snapshot BEGIN SELECT RAISE(ABORT, 'a snapshot is never removed'); END;
CREATE TABLE request (
    key TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT;
CREATE TRIGGER request_is_unchanged BEFORE UPDATE ON request BEGIN SELECT RAISE(ABORT, 'a key is never changed'); END;
CREATE TRIGGER request_is_permanent BEFORE DELETE ON request BEGIN SELECT RAISE(ABORT, 'a key is never removed'); END;
CREATE TABLE personal (
    id INTEGER PRIMARY KEY,
    subject TEXT,
    salt BLOB,
    value TEXT,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX personal_of_subject ON personal (subject) WHERE subject IS NOT NULL;
CREATE TRIGGER personal_is_erased_only BEFORE UPDATE ON personal
WHEN new.subject IS NOT NULL OR new.salt IS NOT NULL OR new.value IS NOT NULL OR new.id <> old.id OR new.hash <> old.hash
BEGIN SELECT RAISE(ABORT, 'a personal value is never changed'); END;
CREATE TRIGGER personal_is_permanent BEFORE DELETE ON personal BEGIN SELECT RAISE(ABORT, 'a personal value is erased, not removed'); END;
";

/// The tables with their place in a database.
pub(super) const TABLES: Tables =
    Tables { sql: SQL, application: APPLICATION, version: VERSION, schema: "quotient_ledger" };

/// Writes the tables into an empty file, with its application id and version.
pub(super) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(SQL)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// Returns the definitions in a file, by name.
fn definitions(connection: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Returns the names whose definitions are not those of a ledger.
pub(super) fn differences(connection: &database::Connection) -> Result<Vec<String>, Error> {
    match connection {
        database::Connection::Sqlite(connection) => Ok(differences_in_file(connection)?),
        #[cfg(feature = "postgres")]
        database::Connection::Postgres(connection) => connection.differences(),
    }
}

fn differences_in_file(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut fresh = Connection::open_in_memory()?;
    create(&mut fresh)?;
    let (expected, found) = (definitions(&fresh)?, definitions(connection)?);
    let names = expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name)));
    Ok(names.filter(|name| expected.get(*name) != found.get(*name)).cloned().collect())
}
