//! Passwords of persons: events name a value outside the chain, which has the hash and can be erased.

use super::fault::PeopleFault;
use super::grant::expect_person;
use super::password_event::{REMOVED, Removed, SET, Set};
use super::reading::{People, append};
use super::secret;
use crate::finding::{Finding, Findings};
use crate::ledger::store::{Act, Store};
use chrono::{DateTime, NaiveDate, Utc};

/// Returns the subject under which the hash of a person's password is stored.
fn subject(person: &str) -> String {
    format!("password:{person}")
}

fn act(actor: &str, at: DateTime<Utc>, command: &str) -> Act {
    Act { actor: actor.to_owned(), at, command: command.to_owned(), reason: None }
}

/// Sets the password of a person, and erases the hash of the one before; returns the number of the event.
pub fn set_password(
    store: &mut Store,
    person: &str,
    password: &str,
    actor: &str,
    at: DateTime<Utc>,
) -> Result<u64, Findings> {
    expect_person(person).and_then(|()| secret::check(person, password)).map_err(Finding::from)?;
    let hashed = secret::hash(password).map_err(Finding::from)?;
    store.erase(&subject(person), &act(actor, at, SET)).map_err(Finding::from)?;
    let password = store.put_personal(&subject(person), &hashed).map_err(Finding::from)?;
    let people = People::read(store)?;
    append(store, &people, SET, &Set { person: person.to_owned(), password }, (actor, at))
}

/// Removes the password of a person and erases its hash; returns the number of the event.
pub fn remove_password(
    store: &mut Store,
    person: &str,
    reason: &str,
    actor: &str,
    at: DateTime<Utc>,
) -> Result<u64, Findings> {
    if People::read(store)?.password(person).is_none() {
        return Err(Finding::from(PeopleFault::NoPassword { person: person.to_owned() }).into());
    }
    if reason.trim().is_empty() {
        return Err(Finding::from(PeopleFault::NoReason {}).into());
    }
    store.erase(&subject(person), &act(actor, at, REMOVED)).map_err(Finding::from)?;
    let people = People::read(store)?;
    let removed = Removed { person: person.to_owned(), reason: reason.trim().to_owned() };
    append(store, &people, REMOVED, &removed, (actor, at))
}

impl People {
    /// Returns the hash of a person's password; `None` without one, and when it was erased.
    pub fn hash(&self, store: &Store, person: &str) -> Result<Option<String>, Findings> {
        let hash = self.password(person).map(|known| store.personal(&known.hash));
        Ok(hash.transpose().map_err(Finding::from)?.flatten())
    }

    /// Returns the number of the event that set the password, when it has this hash and some grant of the person holds on
    /// the date.
    ///
    /// The answer takes the same time for a person without a password, without a grant, and with another password.
    pub fn signs_in(&self, (person, password): (&str, &str), hash: Option<&str>, on: NaiveDate) -> Option<u64> {
        let is_same = secret::matches(password, hash);
        let holds = self.holding().any(|held| held.grant.person == person && held.grant.holds_on(on));
        self.password(person).map(|known| known.number).filter(|_| is_same && holds)
    }
}
