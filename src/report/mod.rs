//! Outcomes for people and programs: a quota plan as terminal table, JSON, CSV, XLSX and HTML, and why a line is what it is.
//!
//! Nothing is decided here: every figure is one of the plan, or a sum or ratio of such figures made in [`summary`].
//! The same plan gives the same bytes in every format.

pub mod assessment;
pub mod backtest;
mod bands;
mod bands_page;
pub mod book;
pub mod calibration;
mod cells;
pub mod comparison;
mod conventions;
pub mod csv;
pub mod explain;
pub mod export;
mod fairness;
mod fault;
mod figures;
mod grid;
mod guard;
pub mod health;
pub mod html;
mod html_grid;
pub mod json;
mod learned;
mod picture;
#[cfg(feature = "ledger")]
pub mod record;
pub mod review;
pub mod schema;
mod sheet;
pub mod summary;
pub mod survey;
pub mod table;
mod words;
pub mod xlsx;

pub use explain::ExplainView;
pub use fault::ReportFault;
pub use figures::book_sentence;
pub use grid::TableOptions;
pub use summary::Summary;
