//! Settling: the assessments of all partitions, reconciled with the targets and divided into reporting periods.

use super::assessed::AssessedPartner;
use super::assessor::Assessor;
use super::fault::PartitionFault;
use super::seen::Seen;
use crate::channel::{Lock, Name, Partner, PartnerBook};
use crate::finding::{Finding, Findings};
use crate::planning::{AssessedPart, Draft, OpenChannel, PlanFault, Request, SettledChannel};
use std::collections::BTreeSet;

/// Assessments of all partitions, to be settled.
#[derive(Debug)]
pub struct Settler<'a> {
    assessor: &'a Assessor<'a>,
    seen: Seen,
    ids: Vec<Name>,
    lines: AssessedPart,
    locks: Vec<Lock>,
    /// Each name of a territory or product line once.
    names: BTreeSet<Name>,
}

impl<'a> Settler<'a> {
    /// Returns a settler without assessments.
    pub fn new(assessor: &'a Assessor<'a>) -> Self {
        Self {
            assessor,
            seen: Seen::default(),
            ids: Vec::new(),
            lines: AssessedPart::default(),
            locks: Vec::new(),
            names: BTreeSet::new(),
        }
    }

    /// Adds the assessment of a partner, in any order.
    ///
    /// # Errors
    /// When it was made with another survey, or an amount is out of range.
    pub fn add(&mut self, record: AssessedPartner) -> Result<(), Finding> {
        if record.survey.0 != self.assessor.digest {
            return Err(PartitionFault::OtherSurvey { partner: record.partner_id }.into());
        }
        let currency = self.assessor.book.currency;
        let id = Name::from(record.partner_id.as_str());
        let in_force = record.dates(&self.assessor.frame.view.period);
        self.seen.add(record.facts.0);
        if !record.is_eligible {
            self.lines.not_eligible.push(Name::clone(&id));
        }
        if !record.is_in_program {
            self.lines.outside_program.push(Name::clone(&id));
        }
        self.locks.extend(record.locks.into_iter().map(|lock| lock.lock(&id, currency)));
        for line in record.lines {
            let draft = line.draft(&id, in_force.as_ref(), currency);
            let draft = draft.ok_or_else(|| Finding::from(PlanFault::AmountOutOfRange {}))?;
            let draft = self.sharing(draft);
            self.lines.drafts.push(draft);
        }
        self.ids.push(id);
        Ok(())
    }

    /// The draft with names that it shares with others.
    fn sharing(&mut self, mut draft: Draft) -> Draft {
        let identity = &mut draft.identity;
        let names = [
            &mut identity.territory,
            &mut identity.product_line,
            &mut draft.segment.territory,
            &mut draft.segment.product_line,
        ];
        for name in names.into_iter().flatten() {
            match self.names.get(name) {
                Some(known) => *name = Name::clone(known),
                None => drop(self.names.insert(Name::clone(name))),
            }
        }
        draft
    }

    /// The partners and names that files of targets and locks may name.
    pub fn book(&self) -> PartnerBook {
        let mut book = self.assessor.book.clone();
        let partner = |id: &Name| Partner::new(Name::clone(id));
        book.partners = self.ids.iter().map(partner).collect();
        book.partners.sort_by(|one, other| one.id.cmp(&other.id));
        for draft in &self.lines.drafts {
            let found = book.partners.binary_search_by(|partner| partner.id.cmp(&draft.identity.partner_id));
            if let Some(partner) = found.ok().and_then(|at| book.partners.get_mut(at)) {
                partner.territory.clone_from(&draft.identity.territory);
                partner.product_lines.extend(draft.segment.product_line.clone());
            }
        }
        book
    }

    /// Settles all lines with the targets and locks of `request`, which has the date, period and target of the survey.
    ///
    /// # Errors
    /// When a partner is missing or doubled or has changed since the survey, and those of a proposal.
    pub fn settle(mut self, request: &Request) -> Result<SettledChannel, Findings> {
        self.ids.sort_unstable();
        let doubled = self.ids.windows(2).filter(|pair| pair.first() == pair.last()).filter_map(<[Name]>::first);
        let mut faults = Findings::new();
        for partner in doubled {
            let fault = PartitionFault::DoubledPartner { partner: partner.to_string() };
            faults.push_capped(fault.into(), MAX_ALIKE);
        }
        let surveyed = self.assessor.survey.book.seen;
        if faults.is_empty() && surveyed != self.seen {
            let (partners, surveyed) = (self.seen.partners, surveyed.partners);
            faults.push(PartitionFault::Missing { partners, surveyed }.into());
        }
        if faults.has_errors() {
            return Err(faults);
        }
        // A stable sort: the lines of a partner stay in their order.
        self.lines.drafts.sort_by(|one, other| one.identity.partner_id.cmp(&other.identity.partner_id));
        self.lines.not_eligible.sort_unstable();
        self.lines.outside_program.sort_unstable();
        self.locks.sort_by(|one, other| (&one.partner_id, &one.segment).cmp(&(&other.partner_id, &other.segment)));
        let open = OpenChannel {
            currency: self.assessor.book.currency,
            lines: self.lines,
            locks: self.locks,
            learned: self.assessor.common.learned().to_vec(),
        };
        self.assessor.frame.settle(request, open)
    }
}

/// Findings of doubled partners that are shown one by one.
const MAX_ALIKE: usize = 20;

impl Assessor<'_> {
    /// The request that the survey was made for, with the targets of the book's own table where it has no other.
    ///
    /// # Errors
    /// Targets that are not exact go to `refused`.
    pub fn request(&self, refused: &mut Findings) -> Request {
        let mut request = self.survey.question.request();
        request.take_targets(&self.book, refused);
        request
    }
}
