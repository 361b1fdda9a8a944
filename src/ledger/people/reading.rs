//! The grants of a ledger: read from their events, given and revoked.

use super::fault::PeopleFault;
use super::grant::Grant;
use super::password_event::{self as password, Password};
use crate::finding::{Fault, Finding, Findings};
use crate::ledger::plan::LedgerFault;
use crate::ledger::store::{Act, Event, LEDGER_PLAN, NewEvent, Store};
use crate::ledger::{canonical, has_steering};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Kind of the event by which a grant is given.
const GIVEN: &str = "grant.given";
/// Kind of the event by which it is revoked.
const REVOKED: &str = "grant.revoked";

/// A grant in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Number of its event; a revocation names it.
    pub number: u64,
    /// The grant.
    pub grant: Grant,
    /// Person who gave it.
    pub by: String,
    /// Time.
    pub at: DateTime<Utc>,
    /// Person who revoked it; `None` while it holds.
    pub revoked_by: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoked {
    grant: u64,
    reason: String,
}

/// The grants of a ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Version of the events about the ledger that were read.
    version: u64,
    held: Vec<Held>,
    passwords: BTreeMap<String, Password>,
}

impl People {
    /// Reads the grants of a ledger.
    pub fn read(store: &Store) -> Result<Self, Findings> {
        let mut people = Self::default();
        people.follow(store).map(|()| people)
    }

    /// Reads what was added since.
    pub fn follow(&mut self, store: &Store) -> Result<(), Findings> {
        for event in store.events(LEDGER_PLAN, self.version).map_err(Finding::from)? {
            self.take(&event)?;
            self.version = event.version;
        }
        Ok(())
    }

    fn take(&mut self, event: &Event) -> Result<(), Findings> {
        let unreadable = |error: serde_json::Error| {
            Findings::from(Finding::from(PeopleFault::Unreadable { number: event.number, reason: error.to_string() }))
        };
        match event.kind.as_str() {
            GIVEN => {
                let grant = serde_json::from_str(&event.body).map_err(unreadable)?;
                let (by, at) = (event.act.actor.clone(), event.act.at);
                self.held.push(Held { number: event.number, grant, by, at, revoked_by: None });
            }
            REVOKED => {
                let body: Revoked = serde_json::from_str(&event.body).map_err(unreadable)?;
                if let Some(held) = self.held.iter_mut().find(|held| held.number == body.grant) {
                    held.revoked_by = Some(event.act.actor.clone());
                }
            }
            password::SET => {
                let password::Set { person, password } = serde_json::from_str(&event.body).map_err(unreadable)?;
                self.passwords.insert(person, Password { number: event.number, hash: password });
            }
            password::REMOVED => {
                let password::Removed { person, .. } = serde_json::from_str(&event.body).map_err(unreadable)?;
                self.passwords.remove(&person);
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns the password of a person; `None` without one.
    pub fn password(&self, person: &str) -> Option<&Password> {
        self.passwords.get(person)
    }

    /// Returns the persons with a password, ascending.
    pub fn with_password(&self) -> impl Iterator<Item = &str> {
        self.passwords.keys().map(String::as_str)
    }

    /// Returns every grant that was ever given, in order.
    pub fn all(&self) -> &[Held] {
        &self.held
    }

    /// Returns the grants that were not revoked.
    pub fn holding(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(|held| held.revoked_by.is_none())
    }
}

/// Gives a grant; returns the number of its event.
pub fn grant(store: &mut Store, grant: &Grant, actor: &str, at: DateTime<Utc>) -> Result<u64, Findings> {
    let people = People::read(store)?;
    let mut findings = grant.check();
    let is_same = |held: &&Held| Grant { reason: grant.reason.clone(), ..held.grant.clone() } == *grant;
    if let Some(held) = people.holding().find(is_same) {
        findings.push(PeopleFault::HeldAlready { person: grant.person.clone(), grant: held.number }.into());
    }
    if findings.has_errors() {
        return Err(findings);
    }
    append(store, &people, GIVEN, grant, (actor, at))
}

/// Revokes the grant of that number; returns the number of the event.
pub fn revoke(store: &mut Store, number: u64, reason: &str, actor: &str, at: DateTime<Utc>) -> Result<u64, Findings> {
    let people = People::read(store)?;
    let mut findings = Findings::new();
    match people.all().iter().find(|held| held.number == number) {
        None => findings.push(PeopleFault::UnknownGrant { grant: number }.into()),
        Some(Held { grant, revoked_by: Some(by), .. }) => {
            let (person, by) = (grant.person.clone(), by.clone());
            findings.push(PeopleFault::RevokedAlready { grant: number, person, by }.into());
        }
        Some(_) => {}
    }
    if reason.trim().is_empty() {
        findings.push(PeopleFault::NoReason {}.into());
    }
    if findings.has_errors() {
        return Err(findings);
    }
    append(store, &people, REVOKED, &Revoked { grant: number, reason: reason.trim().to_owned() }, (actor, at))
}

/// Appends an event about people; returns its number.
pub(super) fn append(
    store: &mut Store,
    people: &People,
    kind: &'static str,
    body: &impl Serialize,
    (actor, at): (&str, DateTime<Utc>),
) -> Result<u64, Findings> {
    let unwritten = |reason: String| Findings::from(Finding::from(PeopleFault::Unreadable { number: 0, reason }));
    let value = serde_json::to_value(body).map_err(|error| unwritten(error.to_string()))?;
    let body = canonical(&value).map_err(|fault| unwritten(fault.message()))?;
    if has_steering(&body) {
        return Err(Finding::from(LedgerFault::Steering {}).into());
    }
    let act = Act { actor: actor.to_owned(), at, command: kind.to_owned(), reason: None };
    let appended = store.append(LEDGER_PLAN, people.version, &act, &[NewEvent { kind, body }], None);
    Ok(appended.map_err(Finding::from)?.first)
}
