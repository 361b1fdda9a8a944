//! SQLite and PostgreSQL behind one interface, so that each statement and each table is written once.
//!
//! SQL is written as SQLite reads it, with numbered parameters (`?1`), and is limited to what both databases know.
//! [`Tables`] are declared once as well; the definitions for PostgreSQL derive from them. A [`Connection`] is one of
//! either kind: its writes are transactions of which one at a time takes place, and a commit returns once it is durable.

mod address;
mod connection;
mod cursor;
mod error;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
mod tables;
mod value;

pub use address::{Address, BadAddress, Place};
pub use connection::Connection;
pub use cursor::{Cursor, Rows};
pub use error::{BUSY_SECONDS, Error, ErrorKind};
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
pub use row::{FromValue, Row};
pub use tables::Tables;
pub use value::Value;
pub(crate) use value::values;
