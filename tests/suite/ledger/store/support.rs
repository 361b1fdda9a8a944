//! Ledgers for the tests of the storage.

use crate::support::postgres::Server;
use chrono::{DateTime, Duration, Utc};
use quotient::database;
use quotient::ledger::store::{Act, Appended, Event, NewEvent, Store, StoreFault, Verification};
use rusqlite::Connection;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What has a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Postgres,
}

/// Runs a test of what both kinds promise.
pub fn on_both(test: impl Fn(Kind)) {
    test(Kind::File);
    if Server::shared().is_some() {
        test(Kind::Postgres);
    }
}

/// A ledger that is open, in a directory or in a database.
pub struct Place {
    pub directory: tempfile::TempDir,
    pub at: database::Place,
    pub store: Store,
}

impl Place {
    pub fn new() -> Self {
        Self::on(Kind::File)
    }

    pub fn on(kind: Kind) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = match kind {
            Kind::File => database::Place::File(directory.path().join("plans.ledger")),
            Kind::Postgres => {
                let server = Server::shared().unwrap();
                OsString::from(server.address(&server.database())).into()
            }
        };
        let store = Store::open_at(&at).unwrap();
        Self { directory, at, store }
    }

    /// The same ledger, opened again.
    pub fn reopened(&self) -> Store {
        Store::open_existing_at(&self.at).unwrap()
    }

    /// A ledger with `count` events of two plans, one act each.
    pub fn with_events(count: u64) -> Self {
        Self::with_events_on(Kind::File, count)
    }

    pub fn with_events_on(kind: Kind, count: u64) -> Self {
        let mut place = Self::on(kind);
        for at in 0..count {
            append(&mut place.store, ["north", "south"][at as usize % 2], at / 2, &[at]).unwrap();
        }
        place
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("plans.ledger")
    }

    /// Closes the ledger, so that its file is complete, and returns the directory.
    pub fn closed(self) -> tempfile::TempDir {
        drop(self.store);
        self.directory
    }
}

/// An act at a time that differs by milliseconds.
pub fn act(at: u64) -> Act {
    let begin: DateTime<Utc> = "2026-01-14T09:31:02.114Z".parse().unwrap();
    Act {
        actor: format!("person:{}", at % 7),
        at: begin + Duration::milliseconds(at as i64),
        command: "line.counter".to_owned(),
        reason: at.is_multiple_of(3).then(|| format!("reason {at}")),
    }
}

/// An event whose body has this number.
pub fn event(at: u64) -> NewEvent {
    NewEvent { kind: "line.countered", body: format!("{{\"amount\":\"{at}.00\",\"round\":{at}}}") }
}

/// Appends one event per number.
pub fn append(store: &mut Store, plan: &str, expected: u64, numbers: &[u64]) -> Result<Appended, StoreFault> {
    let events: Vec<NewEvent> = numbers.iter().map(|at| event(*at)).collect();
    store.append(plan, expected, &act(numbers[0]), &events, None)
}

/// All events of a ledger by number.
pub fn all(store: &Store) -> Vec<Event> {
    let plans = store.plans().unwrap();
    let mut events: Vec<Event> = plans.iter().flat_map(|plan| store.events(&plan.plan, 0).unwrap()).collect();
    events.sort_by_key(|event| event.number);
    events
}

/// Names of the causes of the findings.
pub fn causes(verification: &Verification) -> Vec<String> {
    verification.findings.iter().map(|finding| finding.fault().cause().to_owned()).collect()
}

/// Changes the file of a ledger as another program would, past the triggers.
pub fn tamper(path: &Path, statements: &str) {
    let connection = Connection::open(path).unwrap();
    let triggers: Vec<(String, String)> = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let drops: String = triggers.iter().map(|(name, _)| format!("DROP TRIGGER {name};")).collect();
    let creates: String = triggers.iter().map(|(_, sql)| format!("{sql};")).collect();
    connection.execute_batch(&format!("BEGIN; {drops} {statements}; {creates} COMMIT;")).unwrap();
}
