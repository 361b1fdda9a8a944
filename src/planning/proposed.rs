//! Proposing with bands and odds where the request or the manifest asks for them.

use super::backtest::{PAST_PERIODS, health_of};
use super::plan::QuotaPlan;
use super::propose::propose_plainly;
use super::request::{Progress, Request};
use crate::channel::PartnerBook;
use crate::finding::Findings;
use crate::plugin::VendorPlugin;

/// Proposes a quota for every line, with bands and odds where they are asked for. Must run on script threads.
///
/// Fails with all findings at once: faults of rules (every partner's), a book that does not fit the vendor, targets that
/// disagree, a plan that is infeasible, or one that the manifest refuses.
pub fn propose(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    progress: Progress<'_>,
) -> Result<QuotaPlan, Findings> {
    with_bands(plugin, book, request, propose_plainly(plugin, book, request, progress)?, progress)
}

/// Returns true when a proposal has bands and odds: the request asks for them, or the manifest does.
pub fn wants_bands(plugin: &VendorPlugin, request: &Request) -> bool {
    request.bands || plugin.manifest.health.is_always_estimated()
}

/// Adds bands and odds to a plan of this book where they are asked for; fails when the manifest refuses the plan.
pub(super) fn with_bands(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    plan: QuotaPlan,
    progress: Progress<'_>,
) -> Result<QuotaPlan, Findings> {
    if !wants_bands(plugin, request) {
        return Ok(plan);
    }
    health_of(plugin, book, plan, (PAST_PERIODS, &request.odds), progress)?.into_plan()
}
