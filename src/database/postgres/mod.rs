//! PostgreSQL: a connection that is made again after it was lost, transactions, passes over many rows, the schema, TLS.

mod client;
mod pages;
mod schema;
mod tls;
mod transaction;

pub use client::Postgres;
pub use pages::{NextRow, Pages};
