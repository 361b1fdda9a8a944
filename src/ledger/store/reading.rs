//! Reading events; each is verified by its hash before it is returned.

use super::event::{COLUMNS, Event, Head, PlanHead, Stored, time_of};
use super::fault::StoreFault;
use super::open::Store;
use rusqlite::OptionalExtension;

/// Last event of every plan, found without reading the others.
const PLANS: &str = "
WITH RECURSIVE named (plan) AS (
    SELECT (SELECT plan FROM event ORDER BY plan LIMIT 1)
    UNION ALL
    SELECT (SELECT plan FROM event WHERE plan > named.plan ORDER BY plan LIMIT 1) FROM named WHERE named.plan IS NOT NULL
)
SELECT event.plan, event.version, event.number, event.at FROM named JOIN event ON event.plan = named.plan
WHERE event.version = (SELECT max(version) FROM event AS last WHERE last.plan = named.plan)
ORDER BY event.plan";

impl Store {
    /// Returns the events of `plan` after this version, in order; 0 for all.
    ///
    /// An event that is not what was appended, or a missing one before another, is a fault.
    pub fn events(&self, plan: &str, after: u64) -> Result<Vec<Event>, StoreFault> {
        let failed = |error| self.unreadable(&error);
        let query = format!("SELECT {COLUMNS} FROM event WHERE plan = ? AND version > ? ORDER BY version");
        let mut statement = self.connection.prepare_cached(&query).map_err(failed)?;
        // No plan has as many versions as an integer of SQLite can count.
        let mut rows = statement.query((plan, i64::try_from(after).unwrap_or(i64::MAX))).map_err(failed)?;
        let (mut events, mut version) = (Vec::new(), after);
        while let Some(row) = rows.next().map_err(failed)? {
            version = version.saturating_add(1);
            let stored = Stored::read(row).filter(|stored| stored.version == version && stored.is_intact());
            let event = stored.and_then(|stored| stored.event());
            events.push(event.ok_or_else(|| StoreFault::BrokenEvent { plan: plan.to_owned(), version })?);
        }
        Ok(events)
    }

    /// Returns the event with this number.
    pub(super) fn event(&self, number: u64) -> Result<Event, StoreFault> {
        let query = format!("SELECT {COLUMNS} FROM event WHERE number = ?");
        let read = self.connection.query_row(&query, [number], |row| {
            Ok(Stored::read(row).filter(Stored::is_intact).and_then(|stored| stored.event()))
        });
        let event = read.optional().map_err(|error| self.unreadable(&error))?;
        event.flatten().ok_or(StoreFault::BrokenEnd { number })
    }

    /// Returns the last event of every plan, by plan.
    pub fn plans(&self) -> Result<Vec<PlanHead>, StoreFault> {
        let failed = |error| self.unreadable(&error);
        let mut statement = self.connection.prepare_cached(PLANS).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut plans = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let plan: String = row.get(0).map_err(failed)?;
            let version = row.get(1).map_err(failed)?;
            let at: String = row.get(3).map_err(failed)?;
            let Some(at) = time_of(&at) else { return Err(StoreFault::BrokenEvent { plan, version }) };
            plans.push(PlanHead { plan, version, number: row.get(2).map_err(failed)?, at });
        }
        Ok(plans)
    }

    /// Returns the end of the ledger: number and hash of its last event.
    pub fn head(&self) -> Result<Head, StoreFault> {
        let query = format!("SELECT {COLUMNS} FROM event ORDER BY number DESC LIMIT 1");
        let read = |row: &rusqlite::Row<'_>| {
            let number: i64 = row.get(0)?;
            Ok((number, Stored::read(row).filter(Stored::is_intact).map(|stored| stored.head())))
        };
        let last = self.connection.query_row(&query, [], read).optional().map_err(|error| self.unreadable(&error))?;
        match last {
            None => Ok(Head::default()),
            Some((_, Some(head))) => Ok(head),
            Some((number, None)) => Err(StoreFault::BrokenEnd { number: u64::try_from(number).unwrap_or_default() }),
        }
    }
}
