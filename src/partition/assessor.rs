//! Assessing: the lines of a partition, compared with the whole channel by its survey.

use super::assessed::{AssessedPartner, LockOfPart, OpenLineDocument};
use super::survey::Survey;
use super::surveyor::{common, frame};
use super::written::{Hash, Written};
use crate::channel::PartnerBook;
use crate::finding::{Finding, Findings};
use crate::planning::{AssessedPart, Common, Draft, Frame, PlanFault};
use crate::plugin::VendorPlugin;

/// Assesses the lines of partitions with the survey of their channel.
#[derive(Debug)]
pub struct Assessor<'p> {
    pub(super) frame: Frame<'p>,
    pub(super) common: Common,
    pub(super) survey: Survey,
    pub(super) digest: Hash,
    /// The book without its partners.
    pub(super) book: PartnerBook,
}

impl<'p> Assessor<'p> {
    /// Takes a survey with all its rounds.
    ///
    /// # Errors
    /// When it is of other rules, lacks a round, or its rounds have seen different partners.
    pub fn new(plugin: &'p VendorPlugin, survey: Survey) -> Result<Self, Findings> {
        let (frame, book) = frame(plugin, &survey)?;
        let common = common(&frame, &book, &survey)?;
        Ok(Self { frame, common, digest: survey.digest(), survey, book })
    }

    /// Hash of the survey, which assessments and settlements name.
    pub fn digest(&self) -> Hash {
        self.digest
    }

    /// Assesses the partners of a part of the book, ascending by id. Must run on script threads.
    ///
    /// # Errors
    /// Faults of the rules, of all its partners.
    pub fn assess(&self, mut book: PartnerBook) -> Result<Vec<AssessedPartner>, Findings> {
        let AssessedPart { drafts, not_eligible, outside_program } = self.part(&mut book)?;
        let basis = self.frame.plugin.manifest.basis;
        let mut drafts = drafts.iter().peekable();
        let mut records = Vec::with_capacity(book.partners.len());
        for (index, partner) in book.partners.iter().enumerate() {
            let (mut lines, mut in_force) = (Vec::new(), None);
            while let Some(draft) = drafts.next_if(|draft| draft.identity.partner_id == partner.id) {
                let line = OpenLineDocument::of(draft, basis, book.currency);
                lines.push(line.ok_or_else(|| Finding::from(PlanFault::AmountOutOfRange {}))?);
                in_force = draft.in_force.as_ref().map(|dates| (Written(dates.from), Written(dates.to)));
            }
            let locks = book.locks.iter().filter(|lock| lock.partner_id == partner.id);
            records.push(AssessedPartner {
                partner_id: partner.id.to_string(),
                survey: Written(self.digest),
                facts: Written(Hash(book.partner_hash(index))),
                is_eligible: not_eligible.binary_search(&partner.id).is_err(),
                is_in_program: outside_program.binary_search(&partner.id).is_err(),
                in_force,
                locks: locks.map(LockOfPart::of).collect(),
                lines,
            });
        }
        Ok(records)
    }

    /// Assesses the lines of a part of the book. Must run on script threads.
    pub(super) fn part(&self, book: &mut PartnerBook) -> Result<AssessedPart, Findings> {
        self.survey.book.adopt(self.frame.plugin, book)?;
        self.frame.assess(book, &self.common)
    }

    /// Assesses the lines of a part of the book, ascending, to be finished. Must run on script threads.
    pub fn drafts(&self, mut book: PartnerBook) -> Result<Vec<Draft>, Findings> {
        Ok(self.part(&mut book)?.drafts)
    }
}
