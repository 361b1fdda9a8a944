//! A book in partitions gives the lines of a proposal of the whole book.

mod documents;
mod equal;
mod example;
mod files;
mod memory;
mod refused;
mod schema;
pub mod split;
