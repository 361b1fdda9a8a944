//! Places of databases as arguments: a file, or the address of a PostgreSQL database with the password of the environment.

use crate::database::Place;
use clap::builder::{OsStringValueParser, TypedValueParser};

/// Variable with the password for addresses that state none, as every program for PostgreSQL reads it.
const PASSWORD: &str = "PGPASSWORD";

/// Returns the parser of a place. It accepts every text, because a refusal would repeat a password.
pub fn place() -> impl TypedValueParser<Value = Place> {
    OsStringValueParser::new().map(|text| Place::from(text).with_password(std::env::var(PASSWORD).ok()))
}
