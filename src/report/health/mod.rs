//! The health of a plan as table, JSON and CSV: what it is likely to bring, and how evenly it asks.

mod document;
mod table;

pub use document::{HealthDocument, csv, json};
pub use table::table;
