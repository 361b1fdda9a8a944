//! Differences between two revisions of a vendor's rules, and their reasons: as JSON, table, Markdown and HTML.

mod decisions;
mod document;
mod html;
mod parts;
mod proposals;
mod sections;
mod sides;
mod text;

pub use decisions::DecidedIntervention;
pub use document::{COMPARISON_SCHEMA, ComparisonDocument, Moved, write_json};
pub use html::write_html;
pub use sides::{ComparedSide, Comparison, FileChange, ReviewedSide};
pub use text::{Labels, markdown, table};
