//! The plan of record: who proposed, countered, accepted and approved which figure, when and why.
//!
//! Everything that happens to a plan is an event. [`plan`] is pure: a command and the state of a plan yield events or a
//! refusal, and events yield the state. [`store`] appends events to a file, chains them by hashes and verifies the chain;
//! [`canonical()`] is the one spelling of the JSON object in an event. [`give`] is a command from reading to recording.
//! [`actuals`] are the values of business plans that a book has. [`agreement`] is the document about a line that both sides keep. [`rebalance`] shows who pays for a figure; [`rebuild`] folds all events again; [`book_files`] and [`tables`] are the book, the targets and the locks that a plan keeps. [`portfolio`] compares the partners of a plan; [`people`] says who may do what, and [`view`] is the part of a plan that a person sees.

pub mod actuals;
pub mod agreement;
pub mod book_files;
pub mod canonical;
mod partner_line;
pub mod people;
pub mod plan;
mod plans;
pub mod portfolio;
mod reach;
pub mod rebalance;
pub mod rebuild;
pub mod store;
pub mod tables;
pub mod view;

pub use canonical::{canonical, has_steering};
pub use plans::{Given, Loaded, Once, give, give_once, load, load_or_new};
pub use reach::check_reach;
