//! A state directory that replicas share: a database for everything small, and files for the bodies of books.

use super::database::Database;
use super::presence::Presence;
use super::replica::{self, Identity};
use super::shared::{Begun, BookEntry, Claim, Held, Repeatable, Replica, Report, Response, Shared, SharedState, View};
use super::{holds, locking, requests, shelf};
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

/// The state in a directory.
pub struct StateDirectory {
    database: Database,
    bodies: BookDirectory,
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
}

fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

impl StateDirectory {
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
        let own = Identity { id: uuid::Uuid::now_v7().to_string(), name: name.to_owned(), started: now() };
        Ok(Self { database, bodies, keeps_bodies, own, seen: Mutex::default(), gone: Mutex::default() })
    }
}

impl SharedState for StateDirectory {
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
        // A body without its row is never found, and makes room like any other.
        let removed = self.bodies.write(&vendor, &owner, &entry.id, body)?;
        let (share, owner) = (BookDirectory::name_of(&owner), owner.as_deref().unwrap_or_default().to_owned());
        let stored = self.database.run(move |rows| shelf::store(rows, &entry, (&owner, &share), &removed));
        stored.map_err(|unavailable| std::io::Error::other(unavailable.0))
    }

    fn book(&self, vendor: &str, id: &str) -> Shared<Option<Vec<u8>>> {
        let (of, book) = (vendor.to_owned(), id.to_owned());
        let shares = self.database.run(move |rows| shelf::shares(rows, &of, &book))?;
        Ok(shares.iter().find_map(|share| self.bodies.read(vendor, share, id).ok()))
    }

    fn books(&self, vendor: Option<&str>) -> Shared<Vec<BookEntry>> {
        let vendor = vendor.map(str::to_owned);
        self.database.run(move |rows| shelf::books(rows, vendor.as_deref()))
    }

    fn remove_book(&self, vendor: &str, owner: Option<&str>, id: &str) -> Shared<bool> {
        let (of, named, book) = (vendor.to_owned(), owner.unwrap_or_default().to_owned(), id.to_owned());
        let is_removed = self.database.run(move |rows| shelf::remove(rows, &of, &named, &book))?;
        if is_removed && !self.keeps_bodies {
            self.bodies.remove(vendor, &owner.map(Arc::from), id);
        }
        Ok(is_removed)
    }

    fn hold(&self, held: Held, after: u64) -> Shared<Option<u64>> {
        self.database.run(move |rows| holds::hold(rows, &held, after))
    }

    fn look(&self, report: Report) -> Shared<View> {
        let mut seen = self.seen.lock();
        let is_due = seen.reported.as_ref().is_none_or(|(when, last)| when.elapsed() >= BEAT || *last != report);
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
        let own = self.own.id.clone();
        self.database.run(move |rows| replica::leave(rows, &own))
    }
}
