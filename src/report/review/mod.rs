//! A business review for people and programs: terminal table, JSON, CSV, XLSX, HTML, and one partner in full.
//!
//! JSON and CSV are written while partners are reviewed, so that memory stays bounded; the other formats are made of
//! sums and of the partners that [`crate::review::Kept`] keeps.

pub mod json;
mod words;
