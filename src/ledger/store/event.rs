//! Events with their place in the chain, and what names a place.

use super::digest::{Digest, FieldHash};
use crate::database::Row;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// First line of what the hash of an event covers.
const LINE: &str = "quotient.event/1";
/// Columns of an event, in the order in which [`Stored::read`] reads them.
pub(super) const COLUMNS: &str = "number, plan, version, kind, body, actor, at, command, reason, previous, hash";

/// One event before it has a place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Kind, such as `line.countered`.
    pub kind: &'static str,
    /// Body: a JSON object in its canonical spelling ([`canonical`](crate::ledger::canonical())).
    pub body: String,
}

/// One act: who, when and why; recorded with every event of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Id of the person or service.
    pub actor: String,
    /// Time, recorded in milliseconds.
    pub at: DateTime<Utc>,
    /// Command that was decided on.
    pub command: String,
    /// Reason in words.
    pub reason: Option<String>,
}

/// One event with its place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Number in the ledger, from 1.
    pub number: u64,
    /// Plan.
    pub plan: String,
    /// Version of the plan after this event: 1 for its first event, one more for each further one.
    pub version: u64,
    /// Kind, such as `line.countered`.
    pub kind: String,
    /// Body: a JSON object in its canonical spelling.
    pub body: String,
    /// The act that the event is part of.
    pub act: Act,
    /// Hash of the event before; zeros for the first.
    pub previous: Digest,
    /// Hash of this event.
    pub hash: Digest,
}

/// End of the ledger at a time: number and hash of its last event.
///
/// A copy elsewhere proves what the ledger contained. Written as `4711:` with 64 hex digits, in JSON
/// `{"number":4711,"hash":"…"}`; number 0 and zeros before the first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// Number of the last event.
    pub number: u64,
    /// Its hash.
    #[serde(serialize_with = "write_hex", deserialize_with = "read_hex")]
    pub hash: Digest,
}

/// Last event of one plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanHead {
    /// Plan.
    pub plan: String,
    /// Its version: how many events it has.
    pub version: u64,
    /// Number of its last event in the ledger.
    pub number: u64,
    /// Time of that event.
    pub at: DateTime<Utc>,
}

fn write_hex<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&digest.to_hex())
}

fn read_hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
    let hex = String::deserialize(deserializer)?;
    Digest::from_hex(&hex).ok_or_else(|| serde::de::Error::custom("not 64 hex digits in lower case"))
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash.to_hex())
    }
}

/// Error of a text that is not a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a head of a ledger; write the number of an event, `:` and the 64 hex digits of its hash")]
pub struct NotAHead;

impl FromStr for Head {
    type Err = NotAHead;

    fn from_str(text: &str) -> Result<Self, NotAHead> {
        let (number, hash) = text.split_once(':').ok_or(NotAHead)?;
        let number = number.parse().map_err(|_| NotAHead)?;
        Digest::from_hex(hash).map(|hash| Self { number, hash }).ok_or(NotAHead)
    }
}

/// Returns a time as it is recorded: RFC 3339, UTC, milliseconds.
pub(super) fn time_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Returns the time that [`time_text`] wrote.
pub(super) fn time_of(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

/// An event as its row has it: what the hash covers, and the hash.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'a> {
    pub(super) number: u64,
    pub(super) plan: &'a str,
    pub(super) version: u64,
    pub(super) kind: &'a str,
    pub(super) body: &'a str,
    pub(super) actor: &'a str,
    pub(super) at: &'a str,
    pub(super) command: &'a str,
    pub(super) reason: Option<&'a str>,
    pub(super) previous: Digest,
    pub(super) hash: Digest,
}

impl<'a> Stored<'a> {
    /// Reads a row of [`COLUMNS`]; `None` if a column does not have its type.
    pub(super) fn read(row: Row<'a>) -> Option<Self> {
        let digest = |at| row.bytes(at).and_then(Digest::from_bytes);
        Some(Self {
            number: row.read(0)?,
            plan: row.text(1)?,
            version: row.read(2)?,
            kind: row.text(3)?,
            body: row.text(4)?,
            actor: row.text(5)?,
            at: row.text(6)?,
            command: row.text(7)?,
            reason: row.read(8)?,
            previous: digest(9)?,
            hash: digest(10)?,
        })
    }

    /// Returns the hash of the content, as if the event had this number.
    pub(super) fn hash_as(&self, number: u64) -> Digest {
        FieldHash::new(LINE)
            .fixed(self.previous.as_bytes())
            .number(number)
            .number(self.version)
            .text(self.plan)
            .text(self.kind)
            .text(self.at)
            .text(self.actor)
            .text(self.command)
            .optional(self.reason)
            .text(self.body)
            .finish()
    }

    /// Returns true if the hash is that of the content.
    pub(super) fn is_intact(&self) -> bool {
        self.hash_as(self.number) == self.hash
    }

    /// Returns the head of a ledger that ends with this event.
    pub(super) fn head(&self) -> Head {
        Head { number: self.number, hash: self.hash }
    }

    /// Returns the act; `None` if the time is not one.
    pub(super) fn act(&self) -> Option<Act> {
        Some(Act {
            actor: self.actor.to_owned(),
            at: time_of(self.at)?,
            command: self.command.to_owned(),
            reason: self.reason.map(str::to_owned),
        })
    }

    /// Returns the event; `None` if its time is not one.
    pub(super) fn event(&self) -> Option<Event> {
        Some(Event {
            number: self.number,
            plan: self.plan.to_owned(),
            version: self.version,
            kind: self.kind.to_owned(),
            body: self.body.to_owned(),
            act: self.act()?,
            previous: self.previous,
            hash: self.hash,
        })
    }
}
