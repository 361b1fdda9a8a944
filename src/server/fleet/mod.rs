//! Replicas of a server that share their state: stored books, pins, responses for repeated requests.
//!
//! - [`shared::SharedState`] is all that replicas need of a store; [`directory::StateDirectory`] is the one for a
//!   directory. A database server would be another implementation of the same interface.
//! - Every act takes effect with one transaction, so that a crash leaves all of it or nothing.
//! - [`follow::Fleet`] keeps a replica current: it applies the pins of others, and reports which revisions decide here.

mod database;
pub mod directory;
pub mod follow;
mod holds;
mod locking;
mod presence;
mod replica;
mod requests;
pub mod shared;
mod shelf;
pub mod waiting;
