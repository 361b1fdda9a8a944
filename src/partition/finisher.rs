//! Finishing: the lines of a partition joined with their settled numbers.

use super::assessor::Assessor;
use super::fault::PartitionFault;
use super::settled::{SettledLineDocument, Settlement};
use crate::figure::Json;
use crate::finding::{Finding, Findings};
use crate::planning::{Draft, LineRecord, line_name};
use crate::units::PlanningPeriod;
use std::cmp::Ordering;

/// Joins the lines of partitions with settled lines; both ascend by partner id, so that neither is kept in memory.
pub struct Finisher<'a, I> {
    assessor: &'a Assessor<'a>,
    settlement: Settlement,
    reporting: Vec<PlanningPeriod>,
    settled: I,
    /// The settled line that was read and not yet joined.
    ahead: Option<SettledLineDocument>,
    last_settled: String,
    last_partner: String,
}

impl<'a, I: Iterator<Item = Result<SettledLineDocument, Finding>>> Finisher<'a, I> {
    /// Takes the settlement of a channel and its settled lines, of all partitions or of those to be finished.
    ///
    /// # Errors
    /// When the lines were assessed with another survey.
    pub fn new(assessor: &'a Assessor<'a>, settlement: Settlement, settled: I) -> Result<Self, Finding> {
        if settlement.survey != assessor.digest {
            return Err(PartitionFault::OtherSurvey { partner: "the settlement".to_owned() }.into());
        }
        let reporting = assessor.frame.reporting();
        let (last_settled, last_partner) = (String::new(), String::new());
        Ok(Self { assessor, settlement, reporting, settled, ahead: None, last_settled, last_partner })
    }

    /// Finishes the lines of the next part: each as `lines` of a proposal in JSON, on one line of text.
    ///
    /// # Errors
    /// When a line has no settled quota or has changed since, or partners do not ascend.
    pub fn finish(&mut self, drafts: Vec<Draft>) -> Result<Vec<String>, Findings> {
        let (currency, basis) = (self.assessor.book.currency, self.assessor.frame.plugin.manifest.basis);
        let mut settled = Vec::with_capacity(drafts.len());
        for draft in &drafts {
            let partner = &*draft.identity.partner_id;
            ascend(&mut self.last_partner, partner)?;
            let found = self.next(partner)?.filter(|found| found.segment() == draft.segment);
            let line = line_name(partner, &draft.segment);
            let found =
                found.ok_or_else(|| PartitionFault::NotSettled { line: line.clone() }).map_err(Finding::from)?;
            if found.settlement.0 != self.settlement.settlement {
                return Err(Finding::from(PartitionFault::OtherSettlement { line }).into());
            }
            if !found.is_of(draft, basis, currency) {
                return Err(Finding::from(PartitionFault::Changed { line }).into());
            }
            if found.group >= self.settlement.groups.len() {
                let (document, reason) = (line, "its group is unknown".to_owned());
                return Err(Finding::from(PartitionFault::Document { document, reason }).into());
            }
            settled.push(found.line(basis, currency)?);
        }
        let lines = self.assessor.frame.finish(currency, drafts, &settled, &self.settlement.groups)?;
        let written = lines.iter().map(|line| {
            let record = LineRecord { reporting: &self.reporting, line };
            serde_json::to_string(&Json(&record)).unwrap_or_default()
        });
        Ok(written.collect())
    }

    /// The next settled line of a partner; those of partners before it are passed.
    fn next(&mut self, partner: &str) -> Result<Option<SettledLineDocument>, Finding> {
        loop {
            let ahead = match self.ahead.take() {
                Some(ahead) => ahead,
                None => match self.settled.next().transpose()? {
                    None => return Ok(None),
                    Some(read) => {
                        ascend(&mut self.last_settled, &read.partner_id)?;
                        read
                    }
                },
            };
            match ahead.compare(partner) {
                Ordering::Less => {}
                Ordering::Equal => return Ok(Some(ahead)),
                Ordering::Greater => {
                    self.ahead = Some(ahead);
                    return Ok(None);
                }
            }
        }
    }
}

/// Fails when a partner comes before the last one.
fn ascend(last: &mut String, partner: &str) -> Result<(), Finding> {
    match (**last).cmp(partner) {
        Ordering::Greater => {
            Err(PartitionFault::NotAscending { partner: partner.to_owned(), before: last.clone() }.into())
        }
        Ordering::Equal => Ok(()),
        Ordering::Less => {
            partner.clone_into(last);
            Ok(())
        }
    }
}
