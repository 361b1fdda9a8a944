//! Proposing: rules applied to every line, reconciled with the target, rounded, phased and explained.

use super::assembly::{Draft, Settled, Settlement};
use super::changes::changes;
use super::conventions::Conventions;
use super::drafts::drafts;
use super::fault::PlanFault;
use super::learned::Learned;
use super::line_name;
use super::lines::Lines;
use super::locks::put_locks;
use super::phasing::{Phased, channel_shares, phased, reporting};
use super::plan::{GroupOutcome, OverAssignment, PhasingBasis, PlanLine, PreviousLine, QuotaPlan};
use super::plausibility::Questioned;
use super::request::{Progress, Request};
use super::view::{View, other_period, part_of_month, uncovered, view};
use crate::channel::{BookSummary, Name, PartnerBook};
use crate::finding::{Finding, Findings};
use crate::plugin::VendorPlugin;
use crate::quota::{Bound, Derivation, ExplainedFactor, ReconciledLine, Shares, StepWriter};
use crate::units::{Currency, Money, PlanningPeriod};
use chrono::NaiveDate;
use rayon::prelude::*;
use std::cmp;
use std::sync::Arc;

/// Lines below which spreading over threads costs more than it saves.
const FEWEST_APART: usize = 128;

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
    prepared.plan(settled, request.previous.as_deref())
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
    let (period, as_of) = (view.period.clone(), view.as_of);
    let lines = Lines::new(book, &plugin.manifest, view).reading(plugin.lists_read());
    if lines.eligible.is_empty() {
        return Err(no_partner(book, &lines).into());
    }
    let mut drafts = drafts(plugin, book, &lines, progress)?;
    let channel_shares = channel_shares(plugin, &period, &drafts);
    let mut findings = Findings::new();
    let mut faults = Findings::new();
    let grain = plugin.manifest.grain;
    let given = (request.locks.as_slice(), request.lock_places.as_slice());
    put_locks(&mut drafts, grain, given, &book.locks, &lines.not_eligible, &mut faults);
    faults.extend(other_period(request, &period));
    let settlement = Settlement::new(plugin, book.currency, request, &drafts, &mut faults);
    findings.extend(part_of_month(book, request, lines.view()));
    findings.extend(uncovered(book, lines.view()));
    findings.extend(in_part(&lines, &drafts));
    findings.extend(unassessed(&drafts));
    findings.extend(gave_way(&drafts));
    match settlement {
        Some(settlement) if !faults.has_errors() => Ok(Prepared {
            plugin,
            currency: book.currency,
            input_hash: book.input_hash.clone(),
            summary: book.summary.clone(),
            period,
            as_of,
            drafts,
            settlement,
            channel_shares,
            not_eligible: lines.not_eligible,
            learned: lines.learned,
            findings,
        }),
        _ => Err(faults),
    }
}

fn no_partner(book: &PartnerBook, lines: &Lines<'_>) -> Finding {
    let not_eligible = if book.partners.is_empty() { 0 } else { lines.not_eligible.len() };
    PlanFault::NoPartner { not_eligible }.into()
}

fn named(drafts: &[&Draft]) -> String {
    line_name::named(drafts.iter().map(|draft| (&*draft.identity.partner_id, &draft.segment)))
}

/// Partners that get no quota, or a prorated one, because they join or leave.
fn in_part(lines: &Lines<'_>, drafts: &[Draft]) -> impl Iterator<Item = Finding> {
    let period = lines.view().period.to_string();
    let outside = &lines.outside_program;
    let whole = crate::channel::SegmentKey::default();
    let left = (!outside.is_empty()).then(|| {
        let named = line_name::named(outside.iter().map(|partner| (&**partner, &whole)));
        PlanFault::OutsideProgram { partners: outside.len(), period: period.clone(), named }.into()
    });
    let in_part: Vec<&Draft> = drafts.iter().filter(|draft| draft.in_force.is_some()).collect();
    let prorated = (!in_part.is_empty())
        .then(|| PlanFault::Prorated { lines: in_part.len(), of: drafts.len(), period, named: named(&in_part) }.into());
    left.into_iter().chain(prorated)
}

fn unassessed(drafts: &[Draft]) -> Option<Finding> {
    let bare: Vec<&Draft> = drafts.iter().filter(|draft| draft.assessment.is_none() && draft.lock.is_none()).collect();
    (!bare.is_empty())
        .then(|| PlanFault::NoAssessment { lines: bare.len(), of: drafts.len(), named: named(&bare) }.into())
}

fn gave_way(drafts: &[Draft]) -> Option<Finding> {
    let broken: Vec<&Draft> = drafts.iter().filter(|draft| !draft.guardrails.gave_way.is_empty()).collect();
    (!broken.is_empty()).then(|| {
        let example = broken[0].guardrails.gave_way[0].reason.to_string();
        PlanFault::Overridden { lines: broken.len(), of: drafts.len(), example, named: named(&broken) }.into()
    })
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
    pub fn plan(self, settled: Settled, previous: Option<&[PreviousLine]>) -> Result<QuotaPlan, Findings> {
        let questioned = Questioned::new(&self.drafts, &settled, self.settlement.unit);
        let rules = &self.plugin.manifest.plausibility;
        let mut plan = self.assembled(settled, previous)?;
        let findings = questioned.findings(&plan, rules);
        if findings.has_errors() {
            return Err(findings);
        }
        plan.findings.extend(findings);
        Ok(plan)
    }

    fn assembled(self, settled: Settled, previous: Option<&[PreviousLine]>) -> Result<QuotaPlan, Findings> {
        let reporting = reporting(self.plugin, &self.period);
        let quotas: Vec<i128> = settled.lines.iter().map(|line| line.quota).collect();
        let (channel, unit) = (self.channel_shares.as_ref(), self.settlement.unit);
        let Phased { periods, basis } = phased(self.plugin, &reporting, &self.drafts, &quotas, channel, unit)?;
        let (currency, out_of_range) = (self.currency, |_| Findings::from(PlanFault::AmountOutOfRange {}));
        let money = |minor: i128| Money::from_minor(minor, currency).map_err(out_of_range);
        let total = money(settled.lines.iter().map(|line| line.quota).sum())?;
        let groups = self.groups(&settled).map_err(out_of_range)?;
        let writer = StepWriter::new(
            currency,
            self.settlement.unit,
            self.settlement
                .groups
                .iter()
                .zip(&settled.multipliers)
                .map(|(group, multiplier)| (group.name.as_str(), group.amount.map(|_| *multiplier))),
        );
        let names: Vec<Name> = self.plugin.factors().iter().map(|factor| Arc::clone(&factor.name)).collect();
        let work = |position: usize| LineWork {
            reconciled: settled.lines[position],
            group: self.settlement.group_of[position],
            assessment: settled.assessments.as_ref().map(|all| all[position].as_ref()),
            periods: periods.row(position),
            season: basis[position],
        };
        let lines = plan_lines(self.drafts, work, &writer, &names, currency).map_err(out_of_range)?;
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

struct LineWork<'a> {
    reconciled: ReconciledLine,
    group: usize,
    assessment: Option<Option<&'a crate::quota::Assessment>>,
    periods: &'a [i128],
    season: PhasingBasis,
}

fn plan_lines<'a>(
    drafts: Vec<Draft>,
    work: impl Fn(usize) -> LineWork<'a> + Sync,
    writer: &StepWriter,
    names: &[Name],
    currency: Currency,
) -> Result<Vec<PlanLine>, crate::units::MoneyError> {
    let lines = drafts.into_par_iter().with_min_len(FEWEST_APART).enumerate();
    // Collected at its place first: a parallel collection of results would hold every line twice for a moment.
    let lines: Vec<Result<PlanLine, _>> =
        lines.map(|(position, draft)| plan_line(draft, &work(position), writer, names, currency)).collect();
    lines.into_iter().collect()
}

fn plan_line(
    draft: Draft,
    work: &LineWork<'_>,
    writer: &StepWriter,
    names: &[Name],
    currency: Currency,
) -> Result<PlanLine, crate::units::MoneyError> {
    let money = |minor: i128| Money::from_minor(minor, currency);
    let assessment = work.assessment.unwrap_or(draft.assessment.as_ref());
    let factors: Vec<ExplainedFactor> = names
        .iter()
        .zip(&draft.reasons)
        .map(|(name, reason)| ExplainedFactor { name: Arc::clone(name), reason: Arc::clone(reason) })
        .collect();
    let steps = writer.steps(&Derivation {
        factors: &factors,
        assessment,
        reconciled: work.reconciled,
        guardrails: &draft.guardrails,
        group: work.group,
        proration: draft.in_force.as_deref().map(|in_force| &in_force.reason),
        lock: draft.lock.as_ref().map(|lock| lock.reason.as_str()),
    })?;
    let bound = |bound: &Option<Bound>| bound.as_ref().map(|bound| money(bound.amount)).transpose();
    let (floor, ceiling) = (bound(&draft.guardrails.floor)?, bound(&draft.guardrails.ceiling)?);
    let outside = work.reconciled.outside.and_then(|side| match side {
        crate::quota::Side::Floor => draft.guardrails.floor.clone(),
        crate::quota::Side::Ceiling => draft.guardrails.ceiling.clone(),
    });
    let broken = outside.into_iter().chain(draft.guardrails.gave_way).map(|bound| bound.broken(currency));
    Ok(PlanLine {
        band: None,
        odds: None,
        identity: draft.identity,
        segment: draft.segment,
        context: draft.context,
        quota: money(work.reconciled.quota)?,
        assessment: money(assessment.map_or(0, |assessment| assessment.amount))?,
        floor,
        ceiling,
        binding: work.reconciled.binding,
        broken: broken.collect(),
        locked: draft.lock.is_some(),
        lock_reason: draft.lock.map(|lock| lock.reason).unwrap_or_default(),
        periods: work.periods.iter().map(|amount| money(*amount)).collect::<Result<_, _>>()?,
        season: work.season,
        steps,
    })
}

/// Locked lines outside their guardrails, and all lines outside them under `on_violation = "warn"`.
fn broken(lines: &[PlanLine]) -> Option<Finding> {
    let outside = |line: &&PlanLine| {
        let beyond = |bound: Option<Money>, side: cmp::Ordering| {
            bound.is_some_and(|bound| line.quota.compare(bound) == Ok(side))
        };
        beyond(line.floor, cmp::Ordering::Less) || beyond(line.ceiling, cmp::Ordering::Greater)
    };
    let outside: Vec<&PlanLine> = lines.iter().filter(outside).collect();
    let first = outside.first()?;
    let name = line_name::line_name(&first.identity.partner_id, &first.segment);
    let reason = first.broken.first().map_or("", |bound| &bound.reason);
    let (quotas, of, reason) = (outside.len(), lines.len(), reason.to_string());
    Some(PlanFault::OutsideGuardrails { quotas, of, line: name, reason }.into())
}
