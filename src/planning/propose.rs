//! Proposing: rules applied to every line, reconciled with the target, rounded, phased and explained.

use super::assembly::{Draft, Settled, Settlement};
use super::changes::changes;
use super::conventions::Conventions;
use super::drafts::{Partners, drafts};
use super::fault::PlanFault;
use super::learned::Learned;
use super::lines::Lines;
use super::locks::put_locks;
use super::phasing::{Phased, channel_shares, phased, reporting};
use super::plan::{GroupOutcome, OverAssignment, PreviousLine, QuotaPlan};
use super::plan_lines::{LineWork, plan_lines};
use super::plausibility::Questioned;
use super::request::{Progress, Request};
use super::view::{View, other_period, part_of_month, uncovered, view};
use super::warnings::{broken, gave_way, in_part, unassessed};
use crate::channel::{BookSummary, Lock, Name, PartnerBook};
use crate::finding::{Finding, Findings};
use crate::plugin::VendorPlugin;
use crate::quota::{Shares, StepWriter};
use crate::units::{Currency, Money, PlanningPeriod};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::sync::Arc;

/// A plan before its numbers are settled: every line assessed, targets known.
#[derive(Debug)]
pub struct Prepared<'p> {
    plugin: &'p VendorPlugin,
    currency: Currency,
    input_hash: String,
    summary: Option<Arc<BookSummary>>,
    period: PlanningPeriod,
    as_of: NaiveDate,
    /// One entry per line, ascending by partner, product line, territory.
    pub drafts: Vec<Draft>,
    /// Targets, locks and rules of the settlement.
    pub settlement: Settlement,
    channel_shares: Option<Shares>,
    not_eligible: Vec<Name>,
    learned: Vec<Learned>,
    /// Warnings about the book and the lines.
    pub findings: Findings,
    is_explained: bool,
}

/// Proposes a quota for every line, without bands and odds. Must run on script threads.
///
/// Fails with all findings at once: faults of rules (every partner's), a book that does not fit the vendor, targets that
/// disagree, or a plan that is infeasible.
pub fn propose_plainly(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    progress: Progress<'_>,
) -> Result<QuotaPlan, Findings> {
    let prepared = prepare(plugin, book, request, progress)?;
    let settled = prepared.settlement.settle(&prepared.drafts, prepared.currency)?;
    prepared.plan(&settled, request.previous.as_deref())
}

/// Assesses every line and reads targets and locks; see [`propose_plainly`].
pub fn prepare<'p>(
    plugin: &'p VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    progress: Progress<'_>,
) -> Result<Prepared<'p>, Findings> {
    prepare_view(plugin, book, request, view(plugin, book, request)?, progress)
}

/// The same for a view that is settled, which may be of any length.
pub(super) fn prepare_view<'p>(
    plugin: &'p VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    view: View,
    progress: Progress<'_>,
) -> Result<Prepared<'p>, Findings> {
    let known = book.as_of(view.as_of);
    let book = &*known;
    let locks = locks_of(book, &view);
    let lines = Lines::new(book, &plugin.manifest, view).reading(plugin.lists_read());
    if lines.eligible.is_empty() {
        return Err(no_partner(book, &lines).into());
    }
    let is_explained = !request.without_steps;
    let drafts = drafts(plugin, book, Partners::Lent(&book.partners), (&lines, is_explained), progress)?;
    let findings =
        part_of_month(book, request, lines.view()).into_iter().chain(uncovered(book.revenue_months(), lines.view()));
    let gathered = Gathered {
        currency: book.currency,
        input_hash: book.input_hash.clone(),
        summary: book.summary.clone(),
        drafts,
        locks,
        findings: findings.collect(),
        learned: lines.learned().to_vec(),
        not_eligible: lines.not_eligible,
        outside_program: lines.outside_program,
        is_explained,
    };
    prepared(plugin, lines.view, request, gathered)
}

/// The same for a book that is not needed afterwards: its facts make room for the lines, partner by partner.
///
/// Rules that compare partners or read tables of the book keep it until every line is assessed.
pub fn prepare_given<'p>(
    plugin: &'p VendorPlugin,
    book: PartnerBook,
    request: &Request,
    progress: Progress<'_>,
) -> Result<Prepared<'p>, Findings> {
    let view = view(plugin, &book, request)?;
    let mut book = match book.as_of(view.as_of) {
        Cow::Owned(known) => known,
        Cow::Borrowed(_) => book,
    };
    if plugin.peer_reader().is_some() || !plugin.tables_read().is_empty() {
        return prepare_view(plugin, &book, request, view, progress);
    }
    let locks = locks_of(&book, &view);
    let lines = Lines::new(&book, &plugin.manifest, view);
    if lines.eligible.is_empty() {
        return Err(no_partner(&book, &lines).into());
    }
    let findings =
        part_of_month(&book, request, lines.view()).into_iter().chain(uncovered(book.revenue_months(), lines.view()));
    let findings: Findings = findings.collect();
    let (currency, input_hash, summary) = (book.currency, book.input_hash.clone(), book.summary.clone());
    let found = lines.surveyed();
    let partners = Partners::Given(std::mem::take(&mut book.partners));
    let lines = found.of(&book, &plugin.manifest).reading(plugin.lists_read());
    let is_explained = !request.without_steps;
    let drafts = drafts(plugin, &book, partners, (&lines, is_explained), progress)?;
    let learned = lines.learned().to_vec();
    let (not_eligible, outside_program) = (lines.not_eligible, lines.outside_program);
    let gathered = Gathered {
        currency,
        input_hash,
        summary,
        drafts,
        not_eligible,
        outside_program,
        learned,
        locks,
        findings,
        is_explained,
    };
    prepared(plugin, lines.view, request, gathered)
}

/// Agreed quotas of the book's own table, which are for the period to come.
pub(super) fn locks_of(book: &PartnerBook, view: &View) -> Vec<Lock> {
    if view.is_past { Vec::new() } else { book.locks.clone() }
}

/// The lines of a whole channel, and what a plan of them says about the book.
pub(super) struct Gathered {
    pub currency: Currency,
    pub input_hash: String,
    pub summary: Option<Arc<BookSummary>>,
    /// One entry per line, ascending by partner, product line, territory.
    pub drafts: Vec<Draft>,
    /// Partners without a quota, ascending.
    pub not_eligible: Vec<Name>,
    /// Those of them that left before the period, or join after it.
    pub outside_program: Vec<Name>,
    pub learned: Vec<Learned>,
    /// Locks of the book's own table.
    pub locks: Vec<Lock>,
    /// Warnings about the book.
    pub findings: Findings,
    /// False for lines without the reasons of their factors: the plan has no steps then.
    pub is_explained: bool,
}

/// Reads targets and locks of lines that are assessed.
pub(super) fn prepared<'p>(
    plugin: &'p VendorPlugin,
    view: View,
    request: &Request,
    gathered: Gathered,
) -> Result<Prepared<'p>, Findings> {
    let Gathered { currency, mut drafts, not_eligible, mut findings, .. } = gathered;
    let channel_shares = channel_shares(plugin, &view.period, &drafts);
    let mut faults = Findings::new();
    let grain = plugin.manifest.grain;
    let given = (request.locks.as_slice(), request.lock_places.as_slice());
    put_locks(&mut drafts, grain, given, &gathered.locks, &not_eligible, &mut faults);
    faults.extend(other_period(request, &view.period));
    let settlement = Settlement::new(plugin, currency, request, &drafts, &mut faults);
    findings.extend(in_part(&gathered.outside_program, &view.period, &drafts));
    findings.extend(unassessed(&drafts));
    findings.extend(gave_way(&drafts));
    findings.extend(plugin.differences(false));
    match settlement {
        Some(settlement) if !faults.has_errors() => Ok(Prepared {
            plugin,
            currency,
            input_hash: gathered.input_hash,
            summary: gathered.summary,
            period: view.period,
            as_of: view.as_of,
            drafts,
            settlement,
            channel_shares,
            not_eligible,
            learned: gathered.learned,
            findings,
            is_explained: gathered.is_explained,
        }),
        _ => Err(faults),
    }
}

fn no_partner(book: &PartnerBook, lines: &Lines<'_>) -> Finding {
    let not_eligible = if book.partners.is_empty() { 0 } else { lines.not_eligible.len() };
    PlanFault::NoPartner { not_eligible }.into()
}

impl Prepared<'_> {
    /// Returns the assessed lines, and the ids of the partners without a quota.
    pub(super) fn into_drafts(self) -> (Vec<Draft>, Vec<Name>) {
        (self.drafts, self.not_eligible)
    }

    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Makes the plan from settled numbers; fails when the manifest refuses what is implausible about it.
    pub fn plan(self, settled: &Settled, previous: Option<&[PreviousLine]>) -> Result<QuotaPlan, Findings> {
        let questioned = Questioned::new(&self.drafts, settled, self.settlement.unit);
        let rules = &self.plugin.manifest.plausibility;
        let mut plan = self.assembled(settled, previous)?;
        let findings = questioned.findings(&plan, rules);
        if findings.has_errors() {
            return Err(findings);
        }
        plan.findings.extend(findings);
        Ok(plan)
    }

    fn assembled(self, settled: &Settled, previous: Option<&[PreviousLine]>) -> Result<QuotaPlan, Findings> {
        let reporting = reporting(self.plugin, &self.period);
        let quotas: Vec<i128> = settled.lines.iter().map(|line| line.quota).collect();
        let (channel, unit) = (self.channel_shares.as_ref(), self.settlement.unit);
        let Phased { periods, basis } = phased(self.plugin, &reporting, &self.drafts, &quotas, channel, unit)?;
        let (currency, out_of_range) = (self.currency, |_| Findings::from(PlanFault::AmountOutOfRange {}));
        let money = |minor: i128| Money::from_minor(minor, currency).map_err(out_of_range);
        let total = money(settled.lines.iter().map(|line| line.quota).sum())?;
        let groups = self.groups(settled).map_err(out_of_range)?;
        let writer = self.is_explained.then(|| self.writer(settled));
        let names: Vec<Name> = self.plugin.factors().iter().map(|factor| Arc::clone(&factor.name)).collect();
        let work = |position: usize| LineWork {
            reconciled: settled.lines[position],
            group: self.settlement.group_of[position],
            assessment: settled.assessments.as_ref().map(|all| all[position].as_ref()),
            periods: periods.row(position),
            season: basis[position],
        };
        let lines = plan_lines(self.drafts, work, writer.as_ref(), &names, currency).map_err(out_of_range)?;
        let findings = self.findings.into_iter().chain(broken(&lines)).collect();
        let over = self.settlement.over_assignment.iter();
        Ok(QuotaPlan {
            vendor: Arc::clone(&self.plugin.vendor),
            revision: self.plugin.revision.clone(),
            input_hash: self.input_hash,
            book: self.summary,
            currency,
            grain: self.plugin.manifest.grain,
            basis: self.plugin.manifest.basis,
            rounding_unit: Money::from_minor(self.settlement.unit, currency).map_err(out_of_range)?,
            target: settled.target.map(money).transpose()?,
            reserve: money(settled.reserve)?,
            over_assignment: over.map(|(level, rate)| OverAssignment { level, rate: *rate }).collect(),
            total,
            changes: previous.map(|previous| changes(&lines, previous, self.plugin.manifest.grain)),
            period: self.period,
            as_of: self.as_of,
            reporting,
            groups,
            lines,
            not_eligible: self.not_eligible,
            learned: self.learned,
            conventions: Conventions::of(&self.plugin.manifest),
            bands: None,
            findings,
            account_manager: None,
            record: None,
        })
    }

    fn writer(&self, settled: &Settled) -> StepWriter {
        let groups = self.settlement.groups.iter().zip(&settled.multipliers);
        let groups = groups.map(|(group, multiplier)| (group.name.as_str(), group.amount.map(|_| *multiplier)));
        StepWriter::new(self.currency, self.settlement.unit, groups)
    }

    fn groups(&self, settled: &Settled) -> Result<Vec<GroupOutcome>, crate::units::MoneyError> {
        let money = |minor: i128| Money::from_minor(minor, self.currency);
        self.settlement
            .groups
            .iter()
            .zip(&self.settlement.group_targets)
            .map(|(group, target)| {
                let quota = group.lines.iter().map(|line| settled.lines[*line].quota).sum();
                let assessed =
                    |line: &usize| settled.assessment(&self.drafts, *line).map_or(0, |assessment| assessment.amount);
                Ok(GroupOutcome {
                    name: group.name.clone(),
                    target: target.map(money).transpose()?,
                    assigned: money(group.amount.unwrap_or(quota))?,
                    assessment: money(group.lines.iter().map(assessed).sum())?,
                    quota: money(quota)?,
                    lines: group.lines.len(),
                })
            })
            .collect()
    }
}
