//! Decisions of persons about vendors, as rows.

use super::shared::Held;
use crate::library::{pin_from_json, pin_to_json};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, params};

/// Records a decision, if the one before it has the number `after`; returns its number.
pub fn hold(connection: &Connection, held: &Held, after: u64) -> rusqlite::Result<Option<u64>> {
    let known = "SELECT version FROM held WHERE vendor = ?1";
    let known: Option<u64> = connection.query_row(known, [&*held.vendor], |row| row.get(0)).optional()?;
    if known.unwrap_or_default() != after {
        return Ok(None);
    }
    let next = "SELECT coalesce(max(version), 0) + 1 FROM held";
    let version: u64 = connection.query_row(next, [], |row| row.get(0))?;
    connection.execute(
        "INSERT OR REPLACE INTO held (vendor, version, pin, who, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            &*held.vendor,
            version,
            held.pin.as_ref().map(|pin| pin_to_json(pin).to_string()),
            held.who,
            held.reason
        ],
    )?;
    Ok(Some(version))
}

/// Returns all decisions in effect, ascending by vendor.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Held>> {
    let mut statement =
        connection.prepare_cached("SELECT vendor, version, pin, who, reason FROM held ORDER BY vendor")?;
    let rows = statement.query_map([], |row| {
        let pin: Option<String> = row.get(2)?;
        let read = |text: String| {
            let pin = serde_json::from_str(&text).ok().and_then(|value| pin_from_json(&value));
            pin.ok_or_else(|| rusqlite::Error::InvalidColumnType(2, "pin".to_owned(), Type::Text))
        };
        Ok(Held {
            vendor: row.get::<_, String>(0)?.into(),
            version: row.get(1)?,
            pin: pin.map(read).transpose()?,
            who: row.get(3)?,
            reason: row.get(4)?,
        })
    })?;
    rows.collect()
}
