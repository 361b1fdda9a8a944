//! A book in partitions, for engines that spread work over machines: surveyed, assessed, settled and finished in steps.
//!
//! Every step is one that a proposal takes: [`crate::planning::Frame`] computes, and the documents of this room carry what
//! one step leaves for the next. A partition is read document by document, so that its length does not matter.
//!
//! 1. [`Surveyor`]: what the facts of a line need of all other lines, in two or three rounds that merge in any order.
//! 2. [`Assessor`]: a small record per partner.
//! 3. [`Settler`]: all records together, reconciled exactly.
//! 4. [`Finisher`]: the lines as a proposal has them.

mod assessed;
mod assessor;
mod book_facts;
mod fault;
mod finisher;
mod question;
mod reader;
pub mod schema;
mod seen;
mod settled;
mod settler;
mod sums;
mod survey;
mod surveyor;
mod written;

pub use assessed::AssessedPartner;
pub use assessor::Assessor;
pub use fault::PartitionFault;
pub use finisher::Finisher;
pub use reader::Reader;
pub use settled::{SettledLineDocument, Settlement, settled_lines, settlement};
pub use settler::Settler;
pub use survey::{Next, Survey};
pub use surveyor::{Part, Surveyor};
pub use written::Hash;
