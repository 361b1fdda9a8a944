//! Replicas of a server that share their state: stored books, pins, responses for repeated requests.
//!
//! - [`shared::SharedState`] is all that replicas need of a store; [`stored_state::StoredState`] is the one for a
//!   directory, and for a PostgreSQL database, which also has the past revisions ([`archive_rows::ArchiveRows`]).
//! - Every act takes effect with one transaction, so that a crash leaves all of it or nothing.
//! - [`follow::Fleet`] keeps a replica current: it applies the pins of others, and reports which revisions decide here.

pub mod archive_rows;
mod book_rows;
mod database;
mod file_rows;
pub mod follow;
mod holds;
mod locking;
mod presence;
mod replica;
mod requests;
pub mod shared;
mod shelf;
pub mod stored_state;
pub mod waiting;
