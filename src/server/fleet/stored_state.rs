//! The state that replicas share: in a directory, a database for everything small, and files for the bodies of books; or a
//! PostgreSQL database for all of it.

use super::database::Database;
use super::presence::Presence;
use super::replica::{self, Identity};
use super::shared::{Begun, BookEntry, Claim, Held, Repeatable, Replica, Report, Response, Shared, SharedState, View};
use super::{book_rows, holds, locking, requests, shelf};
use crate::database::Address;
use crate::finding::{Finding, Findings};
use crate::server::fault::ServerFault;
use crate::server::state::book_directory::BookDirectory;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Interval of the reports of a replica in which nothing changes.
const BEAT: Duration = Duration::from_secs(1);
/// Reports between two times that responses are counted.
const COUNTED: i64 = 10;

/// Place of the bodies of books.
enum Bodies {
    Directory(BookDirectory),
    /// In the database; with `refuses`, no book is removed to make room.
    Rows {
        refuses: bool,
    },
}

/// The state in a directory or in a database.
pub struct StoredState {
    database: Database,
    bodies: Bodies,
    /// True when the bodies of removed books stay, because the decision log refers to them.
    keeps_bodies: bool,
    own: Identity,
    seen: Mutex<SeenReplicas>,
    /// Ids of the other replicas that are gone; apart from the rest, which is held while the database works.
    gone: Mutex<BTreeSet<String>>,
}

#[derive(Default)]
struct SeenReplicas {
    presence: Presence,
    reported: Option<(Instant, Report)>,
    beat: i64,
    /// True when this replica has left: the thread that follows the others may look once more, and must not return it to the list.
    has_left: bool,
}

fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

impl StoredState {
    /// Opens the state under `path` for a replica of this name.
    ///
    /// Fails where locks do not hold, because replicas would then overwrite the state of others.
    pub fn open(path: &Path, name: &str, bodies: BookDirectory, keeps_bodies: bool) -> Result<Self, Findings> {
        let shown = || path.display().to_string();
        locking::expect(path).map_err(|error| -> Findings {
            Finding::from(ServerFault::StateNotLocked { path: shown(), reason: error.to_string() }).into()
        })?;
        let database = Database::open(&path.join("shared.db")).map_err(|reason| -> Findings {
            Finding::from(ServerFault::StateUnavailable { path: shown(), reason }).into()
        })?;
        Ok(Self::new(database, Bodies::Directory(bodies), name, keeps_bodies))
    }

    /// Connects to the state in a database, with the meaning of `refuses` as in [`BookDirectory::open`].
    pub fn connect(address: &Address, name: &str, refuses: bool, keeps_bodies: bool) -> Result<Self, Findings> {
        let database = Database::connect(address).map_err(|reason| -> Findings {
            Finding::from(ServerFault::StateDatabase { address: address.to_string(), reason }).into()
        })?;
        Ok(Self::new(database, Bodies::Rows { refuses }, name, keeps_bodies))
    }

    fn new(database: Database, bodies: Bodies, name: &str, keeps_bodies: bool) -> Self {
        let own = Identity { id: uuid::Uuid::now_v7().to_string(), name: name.to_owned(), started: now() };
        Self { database, bodies, keeps_bodies, own, seen: Mutex::default(), gone: Mutex::default() }
    }
}

impl SharedState for StoredState {
    fn begin(&self, request: Repeatable) -> Shared<Begun> {
        let (own, gone) = (self.own.id.clone(), self.gone.lock().clone());
        self.database.run(move |rows| requests::begin(rows, &request, &own, &gone, now()))
    }

    fn finish(&self, claim: Claim, response: Response) -> Shared<bool> {
        self.database.run(move |rows| requests::finish(rows, &claim, &response))
    }

    fn abandon(&self, claim: Claim) {
        self.database.post(move |rows| requests::abandon(rows, &claim));
    }

    fn store_book(&self, entry: BookEntry, owner: Option<&str>, body: &[u8]) -> std::io::Result<()> {
        let (owner, vendor) = (owner.map(Arc::from), entry.vendor.clone());
        let share = BookDirectory::name_of(&owner);
        let named = owner.as_deref().unwrap_or_default().to_owned();
        let stored = match &self.bodies {
            Bodies::Directory(bodies) => {
                // A body without its row is never found, and makes room like any other.
                let removed = bodies.write(&vendor, &owner, &entry.id, body)?;
                self.database.run(move |rows| shelf::store(rows, &entry, (&named, &share), &removed).map(|()| true))
            }
            Bodies::Rows { refuses } => {
                let (refuses, body) = (*refuses, body.to_vec());
                self.database.run(move |rows| {
                    let key = (&*entry.vendor, &*share, &*entry.id);
                    let Some(removed) = book_rows::store(rows, key, &body, refuses, now())? else { return Ok(false) };
                    shelf::store(rows, &entry, (&named, &share), &removed).map(|()| true)
                })
            }
        };
        match stored {
            Ok(true) => Ok(()),
            Ok(false) => Err(BookDirectory::full()),
            Err(unavailable) => Err(std::io::Error::other(unavailable.0)),
        }
    }

    fn book(&self, vendor: &str, id: &str) -> Shared<Option<Vec<u8>>> {
        let (of, book) = (vendor.to_owned(), id.to_owned());
        match &self.bodies {
            Bodies::Directory(bodies) => {
                let shares = self.database.run(move |rows| shelf::shares(rows, &of, &book))?;
                Ok(shares.iter().find_map(|share| bodies.read(vendor, share, id).ok()))
            }
            Bodies::Rows { .. } => self.database.run(move |rows| {
                let shares = shelf::shares(rows, &of, &book)?;
                let bodies = shares.iter().map(|share| book_rows::read(rows, &of, share, &book));
                Ok(bodies.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().next())
            }),
        }
    }

    fn books(&self, vendor: Option<&str>) -> Shared<Vec<BookEntry>> {
        let vendor = vendor.map(str::to_owned);
        self.database.run(move |rows| shelf::books(rows, vendor.as_deref()))
    }

    fn remove_book(&self, vendor: &str, owner: Option<&str>, id: &str) -> Shared<bool> {
        let (of, named, book) = (vendor.to_owned(), owner.unwrap_or_default().to_owned(), id.to_owned());
        let owner = owner.map(Arc::from);
        let is_row = matches!(self.bodies, Bodies::Rows { .. });
        let (goes, share) = (is_row && !self.keeps_bodies, BookDirectory::name_of(&owner));
        let is_removed = self.database.run(move |rows| {
            let is_removed = shelf::remove(rows, &of, &named, &book)?;
            if is_removed && goes {
                book_rows::remove(rows, &of, &share, &book)?;
            }
            Ok(is_removed)
        })?;
        if let Bodies::Directory(bodies) = &self.bodies
            && is_removed
            && !self.keeps_bodies
        {
            bodies.remove(vendor, &owner, id);
        }
        Ok(is_removed)
    }

    fn hold(&self, held: Held, after: u64) -> Shared<Option<u64>> {
        self.database.run(move |rows| holds::hold(rows, &held, after))
    }

    fn look(&self, report: Report) -> Shared<View> {
        let mut seen = self.seen.lock();
        let is_new = |(when, last): &(Instant, Report)| when.elapsed() >= BEAT || *last != report;
        let is_due = !seen.has_left && seen.reported.as_ref().is_none_or(is_new);
        let own = self.own.clone();
        let (beat, written, gone) = (seen.beat + 1, report.clone(), self.gone.lock().clone());
        let (held, rows, removals) = self.database.run(move |rows| {
            if is_due {
                replica::report(rows, &own, beat, &written, (&gone, now()))?;
                if beat % COUNTED == 0 {
                    requests::make_room(rows)?;
                }
            }
            Ok((holds::all(rows)?, replica::all(rows)?, shelf::removals(rows)?))
        })?;
        if is_due {
            (seen.beat, seen.reported) = (beat, Some((Instant::now(), report)));
        }
        let at = (Instant::now(), now());
        seen.presence.retain(|id| rows.iter().any(|row| row.identity.id == id));
        let replicas: Vec<Replica> = rows
            .into_iter()
            .map(|row| {
                let is_own = row.identity.id == self.own.id;
                let is_present = seen.presence.note(&row.identity.id, row.beat, row.seen, at) || is_own;
                let Identity { id, name, started } = row.identity;
                Replica { id, name, started, seen: row.seen, is_present, is_own, report: row.report }
            })
            .collect();
        let gone = replicas.iter().filter(|replica| !replica.is_present);
        *self.gone.lock() = gone.map(|replica| replica.id.clone()).collect();
        Ok(View { held, replicas, removals })
    }

    fn leave(&self) -> Shared<()> {
        let mut seen = self.seen.lock();
        seen.has_left = true;
        let own = self.own.id.clone();
        self.database.run(move |rows| replica::leave(rows, &own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_that_has_left_is_not_returned_to_the_list_by_a_last_look() {
        let home = tempfile::tempdir().unwrap();
        let open = |name| {
            let bodies = BookDirectory::open(home.path().join("books"), false).unwrap();
            StoredState::open(home.path(), name, bodies, false).unwrap()
        };
        let (one, other) = (open("one"), open("other"));
        let names = |state: &StoredState| -> Vec<String> {
            let view = state.look(Report::default()).unwrap();
            view.replicas.into_iter().map(|replica| replica.name).collect()
        };
        assert_eq!(
            (names(&other), names(&one)),
            (vec!["other".to_owned()], vec!["one".to_owned(), "other".to_owned()])
        );
        other.leave().unwrap();
        let report = Report { applied: 1, ..Report::default() };
        other.look(report).unwrap();
        assert_eq!(names(&one), ["one"]);
    }
}
