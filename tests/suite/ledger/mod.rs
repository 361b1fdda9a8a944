//! The plan of record.

mod store;
