//! The plan of record: who proposed, countered, accepted and approved which figure, when and why.
//!
//! Everything that happens to a plan is an event. [`store`] appends events to a file, chains them by hashes and verifies
//! the chain; [`canonical()`] is the one spelling of the JSON object in an event.

pub mod canonical;
pub mod store;

pub use canonical::canonical;
