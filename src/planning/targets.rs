//! Targets by level as a plan takes them: those of a request, or of the book's own table.

use super::assembly::is_exact;
use super::fault::PlanAmountFault;
use super::request::Request;
use crate::channel::{PartnerBook, Target};
use crate::finding::{Finding, Findings, Place};
use crate::quota::TargetRow;
use crate::units::Currency;

impl Request {
    /// Takes the targets of the book's own table if the request states neither a target nor targets; those that are not
    /// exact amounts go to `refused`.
    pub fn take_targets(&mut self, book: &PartnerBook, refused: &mut Findings) {
        if self.target.is_none() && self.targets.is_empty() {
            let place = |row: &Target| Place::cell("targets", row.row, "target", row.amount.to_string());
            self.targets = exact_targets(&book.targets, book.currency, &place, refused);
        }
    }
}

/// Targets as a plan takes them; those that are not exact amounts go to `refused`, with the place of their row.
pub fn exact_targets(
    rows: &[Target],
    currency: Currency,
    place: &dyn Fn(&Target) -> Place,
    refused: &mut Findings,
) -> Vec<TargetRow> {
    let mut exact = Vec::with_capacity(rows.len());
    for row in rows {
        match row.amount.to_minor() {
            _ if !is_exact(row.amount) => {
                let fault = PlanAmountFault::TargetFine { currency: currency.to_string() };
                refused.push(Finding::from(fault).at(place(row)));
            }
            Ok(amount) => exact.push(TargetRow { segment: row.segment.clone(), amount }),
            Err(out_of_range) => {
                let fault = PlanAmountFault::TargetRange { reason: out_of_range.to_string() };
                refused.push(Finding::from(fault).at(place(row)));
            }
        }
    }
    exact
}
