//! A business review for people and programs: terminal table, JSON, CSV, XLSX, HTML, and one partner in full.
//!
//! JSON and CSV are written while partners are reviewed, so that memory stays bounded; the other formats are made of
//! sums and of the partners that [`Kept`] keeps.

pub mod csv;
mod fault;
pub mod html;
pub mod json;
pub mod partner;
pub mod reviewed_partner;
pub mod standings;
pub mod table;
mod words;
pub mod xlsx;

use super::ReportFault;
use crate::review::{Kept, Outcome, Progress, Review};

/// A review that is over: what formats made of sums and lists are written from.
#[derive(Debug)]
pub struct Reviewed<'a> {
    /// What was looked at.
    pub review: &'a Review<'a>,
    /// Sums, groups, faults.
    pub outcome: Outcome,
    /// All partners of a small book, the most pressing ones of a large one.
    pub kept: Kept,
}

impl<'a> Reviewed<'a> {
    /// Reviews every partner.
    pub fn new(review: &'a Review<'a>, threads: Option<usize>, progress: Progress<'_>) -> Result<Self, ReportFault> {
        let partners = review.partners();
        let mut kept = if review.selected.is_some() { Kept::of_selection(partners) } else { Kept::of_book(partners) };
        let outcome = review.each(
            threads,
            progress,
            |partner| partner,
            |partner| -> Result<(), ReportFault> {
                kept.add(partner);
                Ok(())
            },
        )?;
        Ok(Self { review, outcome, kept: kept.finish() })
    }
}
