//! Reading events; each is verified by its hash before it is returned.

use super::event::{COLUMNS, Event, Head, PlanHead, Stored, time_of};
use super::fault::StoreFault;
use super::open::{Stop, Store};
use crate::database::values;

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
        let query = format!("SELECT {COLUMNS} FROM event WHERE plan = ?1 AND version > ?2 ORDER BY version");
        let (mut events, mut version) = (Vec::new(), after);
        // No plan has as many versions as a column can count.
        let read = self.connection.each(&query, values![plan, after], |row| {
            version = version.saturating_add(1);
            let stored = Stored::read(row).filter(|stored| stored.version == version && stored.is_intact());
            let event = stored.and_then(|stored| stored.event());
            events.push(event.ok_or_else(|| StoreFault::BrokenEvent { plan: plan.to_owned(), version })?);
            Ok::<_, Stop>(())
        });
        read.map_err(|stop| match stop {
            Stop::Fault(fault) => fault,
            Stop::Database(error) => self.unreadable(&error),
        })?;
        Ok(events)
    }

    /// Returns the event with this number.
    pub(super) fn event(&self, number: u64) -> Result<Event, StoreFault> {
        let query = format!("SELECT {COLUMNS} FROM event WHERE number = ?1");
        let read = self.connection.first(&query, values![number], |row| {
            Ok(Stored::read(row).filter(Stored::is_intact).and_then(|stored| stored.event()))
        });
        let event = read.map_err(|error| self.unreadable(&error))?;
        event.flatten().ok_or(StoreFault::BrokenEnd { number })
    }

    /// Returns the last event of every plan, by plan.
    pub fn plans(&self) -> Result<Vec<PlanHead>, StoreFault> {
        let rows = self.connection.all(PLANS, values![], |row| {
            let at: &str = row.get(3)?;
            Ok((row.get::<String>(0)?, row.get(1)?, row.get(2)?, time_of(at)))
        });
        let rows = rows.map_err(|error| self.unreadable(&error))?.into_iter();
        let plans = rows.map(|(plan, version, number, at)| match at {
            Some(at) => Ok(PlanHead { plan, version, number, at }),
            None => Err(StoreFault::BrokenEvent { plan, version }),
        });
        plans.collect()
    }

    /// Returns the end of the ledger: number and hash of its last event.
    pub fn head(&self) -> Result<Head, StoreFault> {
        let query = format!("SELECT {COLUMNS} FROM event ORDER BY number DESC LIMIT 1");
        let last = self.connection.first(&query, values![], |row| {
            let head = Stored::read(row).filter(Stored::is_intact).map(|stored| stored.head());
            Ok(head.ok_or_else(|| row.read(0).unwrap_or_default()))
        });
        let head = last.map_err(|error| self.unreadable(&error))?.unwrap_or(Ok(Head::default()));
        head.map_err(|number| StoreFault::BrokenEnd { number })
    }
}
