//! Appending the events of one decision: all of them or none, after the version on which the decision was made.

use super::digest::{Digest, FieldHash};
use super::event::{Act, COLUMNS, Head, NewEvent, Stored, time_text};
use super::fault::StoreFault;
use super::open::{Stop, Store};
use super::reference::{Reference, references};
use crate::database::{Connection, Error, values};
use crate::ledger::canonical;

/// Most bytes of a body.
const MAX_BODY: usize = 16 << 20;
/// Most bytes of any other text of an event.
const MAX_TEXT: usize = 64 << 10;

/// Result of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Number of the first event.
    pub first: u64,
    /// Version of the plan after the append.
    pub version: u64,
    /// End of the ledger after the append: number and hash of the last event of it.
    pub head: Head,
    /// True if the key was used before for the same content, so that nothing was appended now.
    pub is_repeated: bool,
}

/// Append that was made with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedAppend {
    /// Plan.
    pub plan: String,
    /// The act.
    pub act: Act,
    /// Result.
    pub appended: Appended,
}

/// One append, examined.
struct Append<'a> {
    plan: &'a str,
    expected: u64,
    act: &'a Act,
    at: String,
    events: &'a [NewEvent],
    key: Option<&'a str>,
}

impl Store {
    /// Appends the events of one decision to `plan`, which must have the version `expected` (0 for a new plan).
    ///
    /// When this returns without a fault, the disk has all events; otherwise the ledger has none of them. With a `key`
    /// that was used before, the first result is returned if plan, act (except for its time) and events are the same; a
    /// key is unique in the ledger.
    ///
    /// ```
    /// use quotient::ledger::store::{Act, NewEvent, Store};
    /// let directory = tempfile::tempdir()?;
    /// let mut store = Store::open(&directory.path().join("plans.ledger")).expect("a new ledger");
    /// let act = Act { actor: "person:1".into(), at: chrono::DateTime::UNIX_EPOCH, command: "open".into(), reason: None };
    /// let opened = NewEvent { kind: "plan.opened", body: r#"{"period":"FY2026"}"#.into() };
    /// let appended = store.append("FY2026-channel", 0, &act, &[opened], None).expect("one event");
    /// assert_eq!((appended.first, appended.version), (1, 1));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn append(
        &mut self,
        plan: &str,
        expected: u64,
        act: &Act,
        events: &[NewEvent],
        key: Option<&str>,
    ) -> Result<Appended, StoreFault> {
        let append = Append { plan, expected, act, at: time_text(act.at), events, key };
        append.check()?;
        self.write(|transaction| append.perform(transaction))
    }

    /// Returns the append that was made with this key, so that a repeated command is recognised before it is decided.
    pub fn keyed(&self, key: &str) -> Result<Option<KeyedAppend>, StoreFault> {
        let used = used(&self.connection, key).map_err(|error| self.unreadable(&error))?;
        let Some(used) = used else { return Ok(None) };
        let event = self.event(used.last)?;
        let appended = Appended {
            first: used.first,
            version: event.version,
            head: Head { number: event.number, hash: event.hash },
            is_repeated: true,
        };
        Ok(Some(KeyedAppend { plan: event.plan, act: event.act, appended }))
    }
}

/// A key that was used: digest of the content, first and last event.
struct Used {
    content: Option<Digest>,
    first: u64,
    last: u64,
}

fn used(connection: &Connection, key: &str) -> Result<Option<Used>, Error> {
    connection.first("SELECT content, first, last FROM request WHERE key = ?1", values![key], |row| {
        Ok(Used { content: Digest::from_bytes(row.get(0)?), first: row.get(1)?, last: row.get(2)? })
    })
}

impl Append<'_> {
    /// Refuses what cannot be recorded.
    fn check(&self) -> Result<(), StoreFault> {
        let fields = [
            ("plan", Some(self.plan)),
            ("actor", Some(self.act.actor.as_str())),
            ("command", Some(self.act.command.as_str())),
            ("reason", self.act.reason.as_deref()),
            ("key", self.key),
        ];
        let kinds = self.events.iter().map(|event| ("kind", Some(event.kind)));
        for (field, text) in fields.into_iter().chain(kinds) {
            let reason = match text {
                Some("") => "is empty",
                Some(text) if text.len() > MAX_TEXT => "is longer than 64 KiB",
                // No text of PostgreSQL has one.
                Some(text) if text.contains('\0') => "contains a NUL character",
                _ => continue,
            };
            return Err(StoreFault::BadField { field, reason });
        }
        if self.events.is_empty() {
            return Err(StoreFault::NoEvents { plan: self.plan.to_owned() });
        }
        self.events.iter().try_for_each(|event| {
            if event.body.len() > MAX_BODY {
                return Err(StoreFault::BadField { field: "body", reason: "is longer than 16 MiB" });
            }
            let reason = |fault| crate::finding::Fault::message(&fault);
            let checked = canonical::object(&event.body).map_err(reason);
            checked.map(|_| ()).map_err(|reason| StoreFault::BadBody { kind: event.kind, reason })
        })
    }

    fn perform(&self, transaction: &Connection) -> Result<Appended, Stop> {
        if let Some(key) = self.key
            && let Some(used) = used(transaction, key)?
        {
            return self.repeat(transaction, key, &used);
        }
        let current = version_of(transaction, self.plan)?;
        if current != self.expected {
            let plan = self.plan.to_owned();
            return Err(StoreFault::Conflict { plan, expected: self.expected, current }.into());
        }
        let before = end(transaction)?;
        let head = self.insert(transaction, before)?;
        let first = before.number.saturating_add(1);
        if let Some(key) = self.key {
            let insert = "INSERT INTO request (key, content, first, last) VALUES (?1, ?2, ?3, ?4)";
            transaction.execute(insert, values![key, self.content().as_bytes(), first, head.number])?;
        }
        let version = current.saturating_add(self.events.len() as u64);
        Ok(Appended { first, version, head, is_repeated: false })
    }

    /// Inserts the events after `head`; returns the new head.
    fn insert(&self, transaction: &Connection, mut head: Head) -> Result<Head, Stop> {
        let insert = format!("INSERT INTO event ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
        for (version, event) in (self.expected.saturating_add(1)..).zip(self.events) {
            let stored = Stored {
                number: head.number.saturating_add(1),
                plan: self.plan,
                version,
                kind: event.kind,
                body: &event.body,
                actor: &self.act.actor,
                at: &self.at,
                command: &self.act.command,
                reason: self.act.reason.as_deref(),
                previous: head.hash,
                hash: Digest::default(),
            };
            let stored = Stored { hash: stored.hash_as(stored.number), ..stored };
            find_references(transaction, &stored)?;
            let row = values![
                stored.number,
                stored.plan,
                stored.version,
                stored.kind,
                stored.body,
                stored.actor,
                stored.at,
                stored.command,
                stored.reason,
                stored.previous.as_bytes(),
                stored.hash.as_bytes(),
            ];
            transaction.execute(&insert, row)?;
            head = stored.head();
        }
        Ok(head)
    }

    /// Returns the first result of a key, if its content was the same.
    fn repeat(&self, transaction: &Connection, key: &str, used: &Used) -> Result<Appended, Stop> {
        let query = format!("SELECT {COLUMNS} FROM event WHERE number = ?1");
        let last = transaction.first(&query, values![used.last], |row| {
            Ok(Stored::read(row).map(|event| (event.plan.to_owned(), event.version, event.head())))
        })?;
        let Some((plan, version, head)) = last.flatten() else {
            return Err(StoreFault::BrokenEnd { number: used.last }.into());
        };
        if used.content != Some(self.content()) {
            return Err(StoreFault::KeyReused { key: key.to_owned(), plan, number: used.first }.into());
        }
        Ok(Appended { first: used.first, version, head, is_repeated: true })
    }

    /// Returns the digest of what a repeated append must have in common with the first.
    fn content(&self) -> Digest {
        let act = self.act;
        let hash = content_of(self.plan, &act.actor, &act.command, act.reason.as_deref());
        self.events.iter().fold(hash, |hash, event| hash.text(event.kind).text(&event.body)).finish()
    }
}

/// Appends events to `plan` at whichever version it has, as part of a transaction that changes more.
pub(super) fn record(transaction: &Connection, plan: &str, act: &Act, events: &[NewEvent]) -> Result<Appended, Stop> {
    let expected = version_of(transaction, plan)?;
    let append = Append { plan, expected, act, at: time_text(act.at), events, key: None };
    append.check()?;
    append.perform(transaction)
}

fn version_of(transaction: &Connection, plan: &str) -> Result<u64, Error> {
    let query = "SELECT coalesce(max(version), 0) FROM event WHERE plan = ?1";
    Ok(transaction.first(query, values![plan], |row| row.get(0))?.unwrap_or_default())
}

/// Returns the beginning of the digest of an append's content; kind and body of each event follow as texts.
pub(super) fn content_of(plan: &str, actor: &str, command: &str, reason: Option<&str>) -> FieldHash {
    FieldHash::new("quotient.append/1").text(plan).text(actor).text(command).optional(reason)
}

/// Returns the end of the ledger; nothing is appended after an event that was changed.
fn end(transaction: &Connection) -> Result<Head, Stop> {
    let query = format!("SELECT {COLUMNS} FROM event ORDER BY number DESC LIMIT 1");
    let last = transaction.first(&query, values![], |row| {
        let number: u64 = row.read(0).unwrap_or_default();
        Ok(Stored::read(row).filter(Stored::is_intact).map(|event| event.head()).ok_or(number))
    })?;
    let head = last.unwrap_or(Ok(Head::default()));
    head.map_err(|number| Stop::Fault(StoreFault::BrokenEnd { number }))
}

/// Refuses an event that refers to something that the ledger does not have.
fn find_references(transaction: &Connection, event: &Stored<'_>) -> Result<(), Stop> {
    for reference in references(event) {
        match reference {
            Reference::Snapshot(digest) => {
                let query = "SELECT 1 FROM snapshot WHERE digest = ?1";
                if !transaction.exists(query, values![digest.as_bytes()])? {
                    return Err(StoreFault::UnknownSnapshot { digest: digest.to_string() }.into());
                }
            }
            Reference::Personal(reference) => {
                let query = "SELECT 1 FROM personal WHERE id = ?1 AND hash = ?2";
                if !transaction.exists(query, values![reference.id, reference.hash.as_bytes()])? {
                    return Err(StoreFault::UnknownPersonal { reference: reference.to_string() }.into());
                }
            }
        }
    }
    Ok(())
}
