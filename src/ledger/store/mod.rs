//! Storage of the ledger: one SQLite file, or a schema of a PostgreSQL database, to which events are appended, and nothing
//! else is ever done with them. Both have the same tables and the same events.
//!
//! - [`Store::append`] adds the events of one decision, all or none, if the plan still has the version on which the
//!   decision was made. An acknowledged append is on the disk.
//! - Every event has a number and the hash of the event before it. [`Store::verify`] finds each event that was changed,
//!   removed, moved or duplicated; with a [`Head`] from elsewhere (an agreement that a partner has, a file) also a
//!   removed end and a rewritten history, which the chain alone cannot show.
//! - Books, proposals and agreements are snapshots ([`Store::put`]), named by their SHA-256 digest.
//! - Personal data is stored outside the chain ([`Store::put_personal`]): an event has a salted hash of it only, so that
//!   [`Store::erase`] removes the value and its salt, and the chain still verifies.
//!
//! # Layout of a hash
//!
//! The hash of an event is SHA-256 over: the line `quotient.event/1` with its line break; the 32 bytes of the hash before
//! (zeros before the first event); number and version as 8 bytes each, big-endian; then plan, kind, time, actor, command,
//! reason and body, each as its length in bytes (8 bytes, big-endian) and its UTF-8 bytes. A missing reason has the length
//! 2⁶⁴ − 1 and no bytes. The salted hash of a personal value is SHA-256 over the line `quotient.personal/1`, the 32 bytes
//! of the salt, and the UTF-8 bytes of the value.

mod append;
mod backup;
mod chain;
mod digest;
mod event;
mod fault;
mod file;
mod file_database;
mod open;
mod personal;
mod personal_ref;
mod reading;
mod reference;
mod schema;
mod snapshot;
mod verification;
mod verifying;

pub use append::{Appended, KeyedAppend};
pub use digest::Digest;
pub use event::{Act, Event, Head, NewEvent, PlanHead};
pub use fault::{ChainFault, StoreFault};
pub use open::Store;
pub use personal_ref::PersonalRef;
pub use schema::{APPLICATION, VERSION};
pub use verification::Verification;

/// Plan of the events about the ledger itself, such as an erasure.
pub const LEDGER_PLAN: &str = "ledger";
