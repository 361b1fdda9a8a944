//! Decisions of persons about vendors, as rows.

use super::shared::Held;
use crate::database::{Connection, Error, values};
use crate::library::{pin_from_json, pin_to_json};

/// Records a decision, if the one before it has the number `after`; returns its number.
pub fn hold(connection: &Connection, held: &Held, after: u64) -> Result<Option<u64>, Error> {
    let known = "SELECT version FROM held WHERE vendor = ?1";
    let known: Option<u64> = connection.first(known, values![&*held.vendor], |row| row.get(0))?;
    if known.unwrap_or_default() != after {
        return Ok(None);
    }
    let next = "SELECT coalesce(max(version), 0) + 1 FROM held";
    let version: u64 = connection.first(next, values![], |row| row.get(0))?.unwrap_or(1);
    let pin = held.pin.as_ref().map(|pin| pin_to_json(pin).to_string());
    connection.execute(
        "INSERT INTO held (vendor, version, pin, who, reason) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (vendor) DO UPDATE SET version = excluded.version, pin = excluded.pin, who = excluded.who,
         reason = excluded.reason",
        values![&*held.vendor, version, pin.as_deref(), held.who.as_deref(), &held.reason],
    )?;
    Ok(Some(version))
}

/// Returns all decisions in effect, ascending by vendor.
pub fn all(connection: &Connection) -> Result<Vec<Held>, Error> {
    connection.all("SELECT vendor, version, pin, who, reason FROM held ORDER BY vendor", values![], |row| {
        let pin: Option<&str> = row.get(2)?;
        let read = |text: &str| {
            let pin = serde_json::from_str(text).ok().and_then(|value| pin_from_json(&value));
            pin.ok_or(Error::Column(2))
        };
        Ok(Held {
            vendor: row.get::<String>(0)?.into(),
            version: row.get(1)?,
            pin: pin.map(read).transpose()?,
            who: row.get(3)?,
            reason: row.get(4)?,
        })
    })
}
