//! Differences between two revisions of a vendor's rules, and their reasons: as JSON, table and Markdown.

mod decisions;
mod document;
mod parts;
mod proposals;
mod sections;
mod sides;
mod text;

pub use document::{COMPARISON_SCHEMA, ComparisonDocument, Moved, write_json};
pub use sides::{ComparedSide, Comparison, FileChange, ReviewedSide};
pub use text::{Labels, markdown, table};
