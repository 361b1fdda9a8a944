//! Books of plans that were opened from files, and the person of a server that one person uses on this machine.

use crate::channel::PartnerBook;
use crate::ledger::plan::Header;
use crate::planning::Request;
use std::sync::Arc;

/// The person of this machine, with the files that their plan was opened with.
pub struct Local {
    /// Person who uses the pages unless another one is named.
    pub person: String,
    /// Vendor whose book it is.
    pub vendor: String,
    /// The book, with the request of the proposal.
    pub own: Arc<PlanBook>,
}

impl Local {
    /// Returns true when the plan was made from this book.
    pub fn is_of(&self, header: &Header) -> bool {
        header.vendor == self.vendor && header.book == self.own.book.input_hash
    }
}

/// The book and the request that a plan was opened with from files.
pub struct PlanBook {
    /// The book.
    pub book: PartnerBook,
    /// Request of the proposal.
    pub request: Request,
}
