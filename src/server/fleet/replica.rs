//! Replicas, as rows.

use super::shared::Report;
use crate::database::{Connection, Error, values};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// Time after which a replica that reports no more is taken out of the list.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);

/// A process.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Unique id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Start.
    pub started: DateTime<Utc>,
}

/// A replica as its row has it.
pub struct Row {
    /// The process.
    pub identity: Identity,
    /// Number of its last report.
    pub beat: i64,
    /// Time of it.
    pub seen: DateTime<Utc>,
    /// The report.
    pub report: Report,
}

/// Writes a report; replicas that are `gone` for long are taken out of the list.
pub fn report(
    connection: &Connection,
    own: &Identity,
    beat: i64,
    report: &Report,
    (gone, now): (&BTreeSet<String>, DateTime<Utc>),
) -> Result<(), Error> {
    let revisions = serde_json::to_string(&report.revisions).unwrap_or_default();
    connection.execute(
        "INSERT INTO replica (id, name, started, seen, beat, applied, revisions) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, started = excluded.started, seen = excluded.seen,
         beat = excluded.beat, applied = excluded.applied, revisions = excluded.revisions",
        values![&own.id, &own.name, &own.started.to_rfc3339(), &now.to_rfc3339(), beat, report.applied, &revisions],
    )?;
    let oldest = (now - FORGOTTEN).to_rfc3339();
    // Only those that this process has seen no more: the clocks of machines may differ.
    for id in gone {
        connection.execute("DELETE FROM replica WHERE id = ?1 AND seen < ?2", values![id, &oldest])?;
    }
    Ok(())
}

/// Returns true when the list has a replica.
pub fn is_listed(connection: &Connection, id: &str) -> Result<bool, Error> {
    connection.exists("SELECT 1 FROM replica WHERE id = ?1", values![id])
}

/// Removes a replica.
pub fn leave(connection: &Connection, id: &str) -> Result<(), Error> {
    connection.execute("DELETE FROM replica WHERE id = ?1", values![id]).map(drop)
}

/// Returns all replicas, ascending by name and start.
pub fn all(connection: &Connection) -> Result<Vec<Row>, Error> {
    let query = "SELECT id, name, started, seen, beat, applied, revisions FROM replica ORDER BY name, started, id";
    connection.all(query, values![], |row| {
        let time = |at: usize| {
            let text: &str = row.get(at)?;
            let time = DateTime::parse_from_rfc3339(text);
            Ok::<_, Error>(time.map_or(DateTime::UNIX_EPOCH, |time| time.to_utc()))
        };
        let revisions: String = row.get(6)?;
        Ok(Row {
            identity: Identity { id: row.get(0)?, name: row.get(1)?, started: time(2)? },
            seen: time(3)?,
            beat: row.get(4)?,
            report: Report { applied: row.get(5)?, revisions: serde_json::from_str(&revisions).unwrap_or_default() },
        })
    })
}
