//! A channel in parts: what a part adds to the facts that all lines share, the lines of a part, and all lines together.
//!
//! Each step is that of a whole book. Only the sums cross from part to part, and they add up in any order.

use super::assembly::{Draft, Settled};
use super::common::Common;
use super::drafts::{Partners, drafts};
use super::fault::PlanFault;
use super::learned::{Learned, Pooled};
use super::lines::Lines;
use super::phasing::reporting;
use super::plan::{PhasingBasis, PlanLine, QuotaPlan};
use super::plan_lines::{LineWork, plan_lines};
use super::propose::{Gathered, prepared};
use super::request::Request;
use super::tally::Tally;
use super::view::{View, uncovered};
use crate::channel::{KnownMonths, Lock, Name, PartnerBook};
use crate::finding::{Finding, Findings};
use crate::plugin::VendorPlugin;
use crate::quality::{PairSquares, PairSums};
use crate::quota::{Assessment, Multiplier, ReconciledLine, StepWriter};
use crate::units::{Currency, PlanningPeriod};
use std::sync::Arc;

/// A channel of which only parts are at hand: the vendor, what is asked, and the months that have revenue.
#[derive(Debug, Clone)]
pub struct Frame<'p> {
    /// Vendor.
    pub plugin: &'p VendorPlugin,
    /// Period, as-of date and target.
    pub view: View,
    /// Months in which any partner of the channel has revenue.
    pub known_months: KnownMonths,
}

/// Assessed lines of a part of a channel.
#[derive(Debug, Default)]
pub struct AssessedPart {
    /// Lines, ascending by partner, product line, territory.
    pub drafts: Vec<Draft>,
    /// Partners without a quota, ascending.
    pub not_eligible: Vec<Name>,
    /// Those of them that left before the period, or join after it.
    pub outside_program: Vec<Name>,
}

/// The assessed lines of a whole channel.
#[derive(Debug)]
pub struct OpenChannel {
    /// Currency of every amount.
    pub currency: Currency,
    /// Lines, ascending by partner, product line, territory; the reasons of their factors are not needed.
    pub lines: AssessedPart,
    /// Locks of the book's own table.
    pub locks: Vec<Lock>,
    /// Numbers that are learned from the channel.
    pub learned: Vec<Learned>,
}

/// A settled channel.
#[derive(Debug)]
pub struct SettledChannel {
    /// The plan; its lines have no steps.
    pub plan: QuotaPlan,
    /// Settled numbers, one entry per line of the plan.
    pub settled: Settled,
    /// Position of the group of each line.
    pub group_of: Vec<usize>,
    /// Name of each group, with its multiplier where it has an amount.
    pub groups: Vec<SettledGroup>,
}

/// Name of a group, with its multiplier; `None` where the bottom-up assessment is used.
pub type SettledGroup = (String, Option<Multiplier>);

/// Settled numbers of one line.
#[derive(Debug, Clone, PartialEq)]
pub struct SettledLine {
    /// Reconciled and rounded amounts.
    pub reconciled: ReconciledLine,
    /// Position of its group.
    pub group: usize,
    /// Assessment by fair share; `None` on the indicated basis.
    pub fair_share: Option<Option<Assessment>>,
    /// Quota by reporting period, in minor units.
    pub periods: Vec<i128>,
    /// Season by which the quota is divided.
    pub season: PhasingBasis,
    /// Lock of the line.
    pub lock: Option<Lock>,
}

impl<'p> Frame<'p> {
    /// Reporting periods of the planning period, in order.
    pub fn reporting(&self) -> Vec<PlanningPeriod> {
        reporting(self.plugin, &self.view.period)
    }

    fn lines<'b>(&'b self, book: &'b PartnerBook) -> Lines<'b> {
        Lines::unsurveyed(book, &self.plugin.manifest, self.view.clone(), self.known_months.clone())
    }

    /// Returns the sums over the partners of a part: of eligible ones, and of each number that is learned.
    pub fn sums(&self, book: &PartnerBook) -> (Tally, Vec<Pooled<PairSums>>) {
        let known = book.as_of(self.view.as_of);
        let mut lines = self.lines(&known);
        (lines.survey(), lines.learning_sums())
    }

    /// Returns the squares of each number that is learned over a part; `sums` are those of the whole channel.
    pub fn squares(&self, book: &PartnerBook, sums: &[Pooled<PairSums>]) -> Vec<Pooled<PairSquares>> {
        let known = book.as_of(self.view.as_of);
        self.lines(&known).learning_squares(sums)
    }

    /// Returns the facts that all lines share, from the sums over the whole channel.
    ///
    /// `channel` is a book without partners: its currency, its tables and its market.
    pub fn common(
        &self,
        channel: &PartnerBook,
        tally: &Tally,
        sums: &[Pooled<PairSums>],
        squares: &[Pooled<PairSquares>],
    ) -> Common {
        let known = channel.as_of(self.view.as_of);
        let mut lines = self.lines(&known);
        lines.take(tally);
        let declared = self.plugin.manifest.parameters.learned.iter().zip(sums).zip(squares);
        let learned = declared.map(|((parameter, sums), squares)| lines.learn_from(parameter, sums, squares));
        let learned = learned.collect();
        Common { learned: Arc::new(learned), ..lines.common }
    }

    /// Assesses every line of a part. Must run on script threads. All faults are collected.
    pub fn assess(&self, book: &PartnerBook, common: &Common) -> Result<AssessedPart, Findings> {
        let known = book.as_of(self.view.as_of);
        let book = &*known;
        let lines = Lines::of_part(book, &self.plugin.manifest, self.view.clone(), common.clone());
        let lines = lines.reading(self.plugin.lists_read());
        let drafts = drafts(self.plugin, book, Partners::Lent(&book.partners), (&lines, true), &|_, _| {})?;
        Ok(AssessedPart { drafts, not_eligible: lines.not_eligible, outside_program: lines.outside_program })
    }

    /// Settles the lines of the whole channel with the targets and locks of `request`.
    ///
    /// # Errors
    /// Those of a proposal: targets that disagree, a plan that is infeasible, or one that the manifest refuses.
    pub fn settle(&self, request: &Request, open: OpenChannel) -> Result<SettledChannel, Findings> {
        let AssessedPart { drafts, not_eligible, outside_program } = open.lines;
        if drafts.is_empty() {
            return Err(Finding::from(PlanFault::NoPartner { not_eligible: not_eligible.len() }).into());
        }
        let gathered = Gathered {
            currency: open.currency,
            input_hash: String::new(),
            summary: None,
            drafts,
            not_eligible,
            outside_program,
            learned: open.learned,
            locks: open.locks,
            findings: uncovered(self.known_months.span(), &self.view).into_iter().collect(),
            is_explained: false,
        };
        let prepared = prepared(self.plugin, self.view.clone(), request, gathered)?;
        let settled = prepared.settlement.settle(&prepared.drafts, open.currency)?;
        let group_of = prepared.settlement.group_of.clone();
        let groups = prepared.settlement.groups.iter().zip(&settled.multipliers);
        let groups =
            groups.map(|(group, multiplier)| (group.name.clone(), group.amount.map(|_| *multiplier))).collect();
        let plan = prepared.plan(&settled, request.previous.as_deref())?;
        Ok(SettledChannel { plan, settled, group_of, groups })
    }

    /// Makes the lines of the plan from the assessed lines of a part, with the settled numbers of each.
    ///
    /// # Errors
    /// When an amount is out of range.
    pub fn finish(
        &self,
        currency: Currency,
        mut drafts: Vec<Draft>,
        settled: &[SettledLine],
        groups: &[SettledGroup],
    ) -> Result<Vec<PlanLine>, Findings> {
        let out_of_range = |_| Findings::from(Finding::from(PlanFault::AmountOutOfRange {}));
        let unit = self.plugin.rounding_unit(currency).map_err(out_of_range)?;
        let groups = groups.iter().map(|(name, multiplier)| (name.as_str(), *multiplier));
        let writer = StepWriter::new(currency, unit, groups);
        let names: Vec<Name> = self.plugin.factors().iter().map(|factor| Arc::clone(&factor.name)).collect();
        drafts.iter_mut().zip(settled).for_each(|(draft, settled)| draft.lock = settled.lock.clone().map(Box::new));
        let work = |position: usize| LineWork {
            reconciled: settled[position].reconciled,
            group: settled[position].group,
            assessment: settled[position].fair_share.as_ref().map(Option::as_ref),
            periods: &settled[position].periods,
            season: settled[position].season,
        };
        drafts.truncate(settled.len());
        plan_lines(drafts, work, Some(&writer), &names, currency).map_err(out_of_range)
    }
}
