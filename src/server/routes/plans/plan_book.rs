//! Work on the book and the request that a plan was opened with, wherever they are.

use crate::channel::PartnerBook;
use crate::ledger::plan::Header;
use crate::planning;
use crate::plugin::VendorPlugin;
use crate::request::{Books, Limits, Refusal, with_proposal};
use crate::script::on_script_threads;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::routes::question::problem_of as refused;
use crate::server::state::local::PlanBook;
use crate::server::state::plans::Plans;
use std::sync::Arc;

/// Origin of the book of a plan.
pub struct PlanOrigin<'o> {
    /// The ledger, and the book of this machine.
    pub plans: &'o Plans,
    /// Header of the plan.
    pub header: &'o Header,
    /// Request of the proposal, where a caller sent it.
    pub request: Option<&'o [u8]>,
    /// Revision of the plan.
    pub plugin: &'o VendorPlugin,
    /// Stored books that a request may refer to.
    pub books: &'o (dyn Books + Sync),
    /// Limits.
    pub limits: &'o Limits,
}

impl PlanOrigin<'_> {
    /// Does work on the book and the request of the plan.
    ///
    /// Fails if this server does not have them, or the request is refused.
    pub fn with<R: Send>(&self, work: impl FnOnce(&PartnerBook, planning::Request) -> R + Send) -> Result<R, Problem> {
        if let Some(bytes) = self.request {
            let made: Result<R, Refusal> = with_proposal(self.plugin, bytes, self.books, self.limits, work);
            return made.map_err(|refusal| refused(&refusal));
        }
        let own = self.own().ok_or_else(needs_proposal)?;
        Ok(on_script_threads(self.limits.threads, || work(&own.book, own.request.clone())))
    }

    /// The book of this machine, or that of the ledger, if the plan was opened with it from files.
    fn own(&self) -> Option<Arc<PlanBook>> {
        if let Some(local) = self.plans.local.as_ref().filter(|local| local.is_of(self.header)) {
            return Some(Arc::clone(&local.own));
        }
        let ledger = self.plans.ledger().ok()?;
        let stored = |digest: &str| ledger.read(|store| store.get(&digest.parse().ok()?).ok().flatten());
        ledger.books.get(self.header, self.plugin, self.limits.intake, stored)
    }
}

/// Returns the problem of a plan whose book this server does not have.
fn needs_proposal() -> Problem {
    let detail =
        "the plan was opened from files that are not in the ledger: send the request of its proposal as `proposal`";
    Problem::new(ProblemKind::InputRefused, detail)
}
