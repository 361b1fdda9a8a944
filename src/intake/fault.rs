//! Faults of reading, as data.

crate::faults! {
    /// Faults of reading that belong to no single table.
    pub enum ReadingFault {
        /// A file has more unlike findings of one code than are listed.
        NotListed { sort: Code, count: u64 } = (*sort) {
            message: format!("not listed: {} with the code `{sort}` in this file", counted(*count, "more finding")),
            help: "correct the ones above first and read the file again",
        }
    }
}

use crate::finding::{Code, counted};
