//! The interface of a store that replicas share, and what is in it.

use crate::channel::Name;
use crate::library::{Hold as Duration, Pin};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Reason for which the store could not be used. Nothing of the act is in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable(pub String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Result of an act on the store.
pub type Shared<T> = Result<T, Unavailable>;

/// A request that can be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeatable {
    /// Digest of caller, path and key.
    pub key: [u8; 32],
    /// Digest of the content of the request.
    pub digest: [u8; 32],
    /// Name of the caller's token; empty without one.
    pub caller: String,
}

/// The right of one replica to decide a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Digest of caller, path and key.
    pub key: [u8; 32],
    /// Unique id of the claim.
    pub id: String,
}

/// A response as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Names and values of its header fields.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// State of a request that can be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// This replica decides it.
    Claimed(Claim),
    /// A request with this key is in progress.
    InFlight,
    /// The key belongs to another request.
    Mismatch,
    /// It has been decided.
    Decided(Response),
}

/// A stored book, without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookEntry {
    /// Vendor.
    pub vendor: String,
    /// Id: the hash of its facts.
    pub id: String,
    /// Partners.
    pub partners: usize,
    /// ISO 4217 code of its amounts.
    pub currency: String,
    /// Approximate size in memory, in bytes.
    pub bytes: usize,
}

/// Vendor and id of a stored book.
pub type BookKey = (String, String);

/// Decision of a person about a vendor: the pin in effect, or that there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Vendor.
    pub vendor: Name,
    /// Number of the decision, ascending over all vendors; 0 before the first.
    pub version: u64,
    /// The pin.
    pub pin: Option<Pin>,
    /// Person who decided.
    pub who: Option<String>,
    /// Reason.
    pub reason: String,
}

impl Held {
    /// Returns the pin that holds for a directory with this latest valid revision.
    ///
    /// A rollback holds only as long as the directory has the revision that was rolled back from.
    pub fn pin_for(&self, newest: Option<&str>) -> Option<&Pin> {
        let pin = self.pin.as_ref()?;
        let holds = match (&pin.hold, newest) {
            (Duration::UntilUnpinned, _) | (Duration::UntilChange { .. }, None) => true,
            (Duration::UntilChange { withdrawn }, Some(newest)) => withdrawn.as_deref() == Some(newest),
        };
        holds.then_some(pin)
    }
}

/// Report of a replica about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Revision that decides, by vendor; `None` if none does.
    pub revisions: BTreeMap<String, Option<String>>,
    /// Number of the last decision of persons that it follows.
    pub applied: u64,
}

/// A replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    /// Unique id of its process.
    pub id: String,
    /// Name.
    pub name: String,
    /// Start.
    pub started: DateTime<Utc>,
    /// Time of its last report, on its clock.
    pub seen: DateTime<Utc>,
    /// False once it has not reported for some seconds.
    pub is_present: bool,
    /// True for the process that asks.
    pub is_own: bool,
    /// Its last report.
    pub report: Report,
}

/// The shared state as a replica sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Decisions of persons, ascending by vendor.
    pub held: Vec<Held>,
    /// All replicas, this one included, ascending by name.
    pub replicas: Vec<Replica>,
    /// Number of books that were removed so far.
    pub removals: u64,
}

impl View {
    /// Returns the number of the latest decision of a person.
    pub fn latest(&self) -> u64 {
        self.held.iter().map(|held| held.version).max().unwrap_or_default()
    }
}

/// The state that the replicas of a server share. Every method takes effect as a whole, or not at all, and waits for the
/// store: it must not be called where requests are dispatched.
pub trait SharedState: Send + Sync {
    /// Begins a request that can be repeated: one replica at a time may decide it, once.
    fn begin(&self, request: Repeatable) -> Shared<Begun>;

    /// Stores the response of a claimed request; returns false if the claim was lost to another replica.
    fn finish(&self, claim: Claim, response: Response) -> Shared<bool>;

    /// Gives a claim back: nothing was decided. Does not wait.
    fn abandon(&self, claim: Claim);

    /// Stores a book for its owner.
    fn store_book(&self, entry: BookEntry, owner: Option<&str>, body: &[u8]) -> std::io::Result<()>;

    /// Returns the body of a stored book.
    fn book(&self, vendor: &str, id: &str) -> Shared<Option<Vec<u8>>>;

    /// Returns the stored books of a vendor, ascending by id; of all vendors without one.
    fn books(&self, vendor: Option<&str>) -> Shared<Vec<BookEntry>>;

    /// Removes a book of its owner; returns false when it has stored none of this id.
    fn remove_book(&self, vendor: &str, owner: Option<&str>, id: &str) -> Shared<bool>;

    /// Records what a person decided about a vendor, if the decision before it has the number `after`; returns its number,
    /// or `None` if another decision came first.
    fn hold(&self, held: Held, after: u64) -> Shared<Option<u64>>;

    /// Reports about this replica, and returns what all replicas have in common.
    fn look(&self, report: Report) -> Shared<View>;

    /// Takes this replica out of the list.
    fn leave(&self) -> Shared<()>;
}

/// Returns the keys of books.
pub fn keys_of(books: &[BookEntry]) -> BTreeSet<BookKey> {
    books.iter().map(|book| (book.vendor.clone(), book.id.clone())).collect()
}
