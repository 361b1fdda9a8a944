//! Settling again: lines that were assessed once get other locks and another target, without running rules.

use super::assembly::{Draft, Settlement};
use super::locks::put_locks;
use super::propose::prepare;
use super::request::{Progress, Request};
use crate::channel::{Lock, Name, PartnerBook, SegmentKey};
use crate::finding::{Finding, Findings};
use crate::plugin::VendorPlugin;
use crate::quota::Grain;
use crate::units::{Currency, Money};
use std::sync::Arc;

/// The lines of a book, assessed by one revision of a vendor's rules for one period and as-of date.
#[derive(Debug)]
pub struct Assessed {
    currency: Currency,
    grain: Grain,
    drafts: Vec<Draft>,
    not_eligible: Vec<Name>,
    book_locks: Vec<Lock>,
}

/// Quotas of a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resettled {
    /// Partner, part of its business, and quota of every line, in the order of a proposal.
    pub quotas: Vec<(Name, SegmentKey, Money)>,
    /// True when the lines sum to the target itself: nothing is over-assigned, and no reserve is left out.
    pub is_plain: bool,
}

impl Assessed {
    /// Assesses every line. Must run on script threads.
    pub fn new(
        plugin: &VendorPlugin,
        book: &PartnerBook,
        request: &Request,
        progress: Progress<'_>,
    ) -> Result<Self, Findings> {
        let request = Request { without_steps: true, ..request.clone() };
        let (drafts, not_eligible) = prepare(plugin, book, &request, progress)?.into_drafts();
        let (currency, grain) = (book.currency, plugin.manifest.grain);
        Ok(Self { currency, grain, drafts, not_eligible, book_locks: book.locks.clone() })
    }

    /// Settles with the locks and targets of `request`; every quota is that of a proposal with the same request.
    pub fn settle(&mut self, plugin: &VendorPlugin, request: &Request) -> Result<Resettled, Findings> {
        let mut faults = Findings::new();
        self.drafts.iter_mut().for_each(|draft| draft.lock = None);
        let given = (request.locks.as_slice(), request.lock_places.as_slice());
        put_locks(&mut self.drafts, self.grain, given, &self.book_locks, &self.not_eligible, &mut faults);
        let settlement = Settlement::new(plugin, self.currency, request, &self.drafts, &mut faults);
        let settlement = settlement.filter(|_| !faults.has_errors()).ok_or(faults)?;
        let settled = settlement.settle(&self.drafts, self.currency)?;
        let quota = |minor: i128| {
            Money::from_minor(minor, self.currency)
                .map_err(|_| Findings::from(Finding::from(super::PlanFault::AmountOutOfRange {})))
        };
        let line = |(draft, line): (&Draft, &crate::quota::ReconciledLine)| {
            Ok((Arc::clone(&draft.identity.partner_id), draft.segment.clone(), quota(line.quota)?))
        };
        let quotas = self.drafts.iter().zip(&settled.lines).map(line).collect::<Result<_, Findings>>()?;
        Ok(Resettled { quotas, is_plain: settlement.over_assignment.is_empty() && settled.reserve == 0 })
    }
}
