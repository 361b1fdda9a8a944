//! Faults of what is read from files and requests, as data, with their wording.

mod beside;
mod book;
mod file;
mod mapping;
mod number;
mod table;
mod value;

pub use beside::BesideFault;
pub use book::BookFault;
pub use file::FileFault;
pub use mapping::MappingFault;
pub use number::{NotDecimal, NumberKind};
pub use table::TableFault;
pub use value::ValueFault;
