//! The health of a plan as table, JSON, CSV and HTML: what it is likely to bring, and how evenly it asks.

mod document;
mod html;
mod stake;
mod table;

pub use document::{HealthDocument, csv, write_json};
pub use html::html;
pub use table::table;
