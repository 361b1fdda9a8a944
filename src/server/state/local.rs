//! The person and the book of a server that one person uses on this machine.

use crate::channel::PartnerBook;
use crate::finding::Findings;
use crate::ledger::plan::{Header, PlanState};
use crate::ledger::rebalance::Rebalancing;
use crate::planning::Request;
use crate::plugin::VendorPlugin;
use crate::script::on_script_threads;

/// The person of this machine, with the files that their plan was opened with.
///
/// A plan that was opened from files has no request that could be repeated; with the book, previews work all the same.
pub struct Local {
    /// Person who uses the pages unless another one is named.
    pub person: String,
    /// Vendor whose book it is.
    pub vendor: String,
    /// The book.
    pub book: PartnerBook,
    /// Request of the proposal.
    pub request: Request,
}

impl Local {
    /// Returns true when the plan was made from this book.
    pub fn is_of(&self, header: &Header) -> bool {
        header.vendor == self.vendor && header.book == self.book.input_hash
    }

    /// Assesses the lines of a plan that was made from this book.
    pub fn rebalancing(
        &self,
        plugin: &VendorPlugin,
        state: &PlanState,
        threads: Option<usize>,
    ) -> Result<Rebalancing, Findings> {
        let request = self.request.clone();
        on_script_threads(threads, || Rebalancing::new(plugin, &self.book, request, state, &|_, _| {}))
    }
}
