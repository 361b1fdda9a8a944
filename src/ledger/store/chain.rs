//! One pass over the events: numbers, hashes, links, versions, keys, and to what the events refer.

use super::LEDGER_PLAN;
use super::append::content_of;
use super::digest::{Digest, FieldHash};
use super::event::{COLUMNS, Head, Stored};
use super::fault::ChainFault;
use super::personal::{ERASED, Erased};
use super::reference::{Reference, references};
use super::verification::Verifying;
use crate::database::{Error, Row, Rows, values};
use std::collections::BTreeMap;

/// Most events for which the place where they were appended is searched.
const MAX_SEARCHED: usize = 64;

/// Pass over the chain, and what it has collected.
#[derive(Debug, Default)]
pub(super) struct ChainPass {
    anchor: Option<Head>,
    /// Number and hash of the last event, and whether it is intact.
    last: Option<(Head, bool)>,
    /// Version of every plan.
    plans: BTreeMap<String, u64>,
    /// Numbers of events whose hash does not match their content.
    changed: Vec<u64>,
    /// Numbers of missing events, as far as they are searched.
    missing: Vec<u64>,
    /// Snapshots to which events refer, with the number of the first.
    pub(super) snapshots: BTreeMap<Digest, u64>,
    /// Personal values to which events refer, with their hashes.
    pub(super) personal: BTreeMap<u64, Digest>,
    /// Personal values that were erased, with the number of the event.
    pub(super) erased: BTreeMap<u64, u64>,
}

impl ChainPass {
    /// Returns a pass that has read nothing yet.
    pub(super) fn new(anchor: Option<Head>) -> Self {
        Self { anchor, ..Self::default() }
    }

    /// Reads all events and keys.
    pub(super) fn perform(&mut self, to: &mut Verifying<'_>) -> Result<(), Error> {
        let connection = to.connection;
        let mut keys = connection.cursor("SELECT key, content, first, last FROM request ORDER BY first")?;
        let mut keys = KeyPass::new(keys.rows()?)?;
        let mut events = connection.cursor(&format!("SELECT {COLUMNS} FROM event NOT INDEXED ORDER BY number"))?;
        let mut rows = events.rows()?;
        while let Some(row) = rows.advance()? {
            match Stored::read(row) {
                Some(event) => {
                    self.event(&event, to);
                    keys.event(&event, to)?;
                }
                None => to.report(ChainFault::ChangedEvent { number: row.read(0).unwrap_or_default() }),
            }
        }
        keys.finish(to)
    }

    fn event(&mut self, event: &Stored<'_>, to: &mut Verifying<'_>) {
        let before = self.last.unwrap_or((Head::default(), true));
        let (next, is_intact) = (before.0.number.saturating_add(1), event.is_intact());
        if event.number > next {
            to.report(ChainFault::MissingEvents { from: next, to: event.number - 1 });
            let room = MAX_SEARCHED.saturating_sub(self.missing.len());
            self.missing.extend((next..event.number).take(room));
        } else if is_intact && before.1 && event.previous != before.0.hash {
            match self.last {
                Some((last, _)) => to.report(ChainFault::ReplacedEvent { number: last.number }),
                None => to.report(ChainFault::ChangedEvent { number: event.number }),
            }
        }
        if self.anchor.is_some_and(|anchor| anchor.number == event.number && anchor.hash != event.hash) {
            to.report(ChainFault::RewrittenHistory { number: event.number });
        }
        self.last = Some((event.head(), is_intact));
        if is_intact {
            to.done.events += 1;
            self.version(event, to);
            self.refer(event);
        } else {
            self.changed.push(event.number);
        }
    }

    /// Compares the version with that of the plan before; a missing or changed event makes a difference by itself.
    fn version(&mut self, event: &Stored<'_>, to: &mut Verifying<'_>) {
        let version = match self.plans.get_mut(event.plan) {
            Some(version) => version,
            None => self.plans.entry(event.plan.to_owned()).or_default(),
        };
        let expected = version.saturating_add(1);
        *version = event.version;
        if event.version != expected && to.done.findings.is_empty() && self.changed.is_empty() {
            let plan = event.plan.to_owned();
            to.report(ChainFault::BrokenVersion { number: event.number, plan, version: event.version, expected });
        }
    }

    fn refer(&mut self, event: &Stored<'_>) {
        for reference in references(event) {
            match reference {
                Reference::Snapshot(digest) => {
                    self.snapshots.entry(digest).or_insert(event.number);
                }
                Reference::Personal(reference) => {
                    self.personal.entry(reference.id).or_insert(reference.hash);
                }
            }
        }
        if event.kind == ERASED && event.plan == LEDGER_PLAN {
            let erased = serde_json::from_str::<Erased>(event.body).map_or_else(|_| Vec::new(), |body| body.personal);
            self.erased.extend(erased.into_iter().map(|id| (id, event.number)));
        }
    }

    /// Ends the chain: reports changed events, and compares the end with the anchor.
    pub(super) fn finish(&mut self, to: &mut Verifying<'_>) {
        to.done.head = self.last.map_or_else(Head::default, |(last, _)| last);
        for number in std::mem::take(&mut self.changed).chunks(MAX_SEARCHED).enumerate() {
            let (at, numbers) = number;
            for number in numbers {
                let original = if at == 0 { self.original(*number, numbers, to).unwrap_or_default() } else { None };
                to.report(match original {
                    None => ChainFault::ChangedEvent { number: *number },
                    Some((original, true)) => ChainFault::DuplicatedEvent { number: *number, original },
                    Some((original, false)) => ChainFault::MovedEvent { number: *number, original },
                });
            }
        }
        let Some(anchor) = self.anchor else { return };
        let last = to.done.head.number;
        if anchor.number > last {
            to.report(ChainFault::CutEnd { last, anchor: anchor.number });
        } else if anchor.number == 0 && anchor != Head::default() {
            to.report(ChainFault::RewrittenHistory { number: 0 });
        }
    }

    /// Returns the number with which a changed event is intact, and true if the event with that number is intact too.
    fn original(&self, number: u64, changed: &[u64], to: &Verifying<'_>) -> Result<Option<(u64, bool)>, Error> {
        let same =
            "SELECT other.number FROM event JOIN event AS other ON other.hash = event.hash AND other.number <> event.number
             WHERE event.number = ?1";
        let copies: Vec<u64> = to.connection.all(same, values![number], |row| row.get(0))?;
        let query = format!("SELECT {COLUMNS} FROM event WHERE number = ?1");
        let original = to.connection.first(&query, values![number], |row| {
            let Some(event) = Stored::read(row) else { return Ok(None) };
            let fits = |candidate: &&u64| event.hash_as(**candidate) == event.hash;
            let copy = copies.iter().find(fits).map(|original| (*original, true));
            Ok(copy.or_else(|| changed.iter().chain(&self.missing).find(fits).map(|original| (*original, false))))
        })?;
        Ok(original.flatten())
    }
}

/// A key and the events that it names.
struct Key {
    key: String,
    content: Option<Digest>,
    first: u64,
    last: u64,
}

impl Key {
    fn read(row: Row<'_>) -> Result<Self, Error> {
        let content = row.bytes(1).and_then(Digest::from_bytes);
        Ok(Self { key: row.get(0)?, content, first: row.get(2)?, last: row.get(3)? })
    }
}

/// Pass over the keys beside that over the events.
struct KeyPass<'a> {
    rows: Rows<'a>,
    next: Option<Key>,
    open: Option<(Key, FieldHash)>,
}

impl<'a> KeyPass<'a> {
    fn new(rows: Rows<'a>) -> Result<Self, Error> {
        let mut pass = Self { rows, next: None, open: None };
        pass.advance()?;
        Ok(pass)
    }

    /// Returns the next key and reads the one after it.
    fn advance(&mut self) -> Result<Option<Key>, Error> {
        let after = self.rows.advance()?.map(Key::read).transpose()?;
        Ok(std::mem::replace(&mut self.next, after))
    }

    fn event(&mut self, event: &Stored<'_>, to: &mut Verifying<'_>) -> Result<(), Error> {
        while self.next.as_ref().is_some_and(|key| key.first <= event.number) {
            let Some(key) = self.advance()? else { break };
            if key.first < event.number || self.open.is_some() {
                to.report(ChainFault::ChangedKey { key: key.key });
            } else {
                self.open = Some((key, content_of(event.plan, event.actor, event.command, event.reason)));
            }
        }
        if let Some((key, hash)) = self.open.take() {
            let hash = hash.text(event.kind).text(event.body);
            if event.number < key.last {
                self.open = Some((key, hash));
            } else if event.number != key.last || Some(hash.finish()) != key.content {
                to.report(ChainFault::ChangedKey { key: key.key });
            }
        }
        Ok(())
    }

    /// Reports keys whose events are missing.
    fn finish(mut self, to: &mut Verifying<'_>) -> Result<(), Error> {
        if let Some((key, _)) = self.open.take() {
            to.report(ChainFault::ChangedKey { key: key.key });
        }
        while let Some(key) = self.advance()? {
            to.report(ChainFault::ChangedKey { key: key.key });
        }
        Ok(())
    }
}
