//! Proposing: rules applied to every line, reconciled with the target, rounded, phased and explained.

use super::assembly::{Draft, Settled, Settlement};
use super::fault::PlanFault;
use super::lines::{Lines, View};
use super::plan::{GroupOutcome, OverAssignment, PlanChange, PlanLine, PreviousLine, QuotaPlan};
use crate::channel::{Lock, Name, Partner, PartnerBook, SegmentKey};
use crate::finding::{Finding, Findings};
use crate::plugin::{Reserve, Seasonality, VendorPlugin, because, indicated};
use crate::quota::{
    Assessment, Basis, Bound, Derivation, ExplainedFactor, Grain, ReconciledLine, Shares, StepWriter, TargetRow,
    Weights, assess, phase, settle,
};
use crate::script::{Facts, ScriptFault};
use crate::units::{Currency, Money, PlanningPeriod};
use chrono::NaiveDate;
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::cmp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a planner asks for. Everything but the book and the rules.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Label of the planning period; the first one after the as-of day when left out.
    pub period: Option<String>,
    /// Nothing later than this day is looked at. The day before the period, or the end of the latest month with
    /// revenue, when left out.
    pub as_of: Option<NaiveDate>,
    /// Channel target, in the book's currency.
    pub target: Option<Decimal>,
    /// Targets per territory or product line.
    pub targets: Vec<TargetRow>,
    /// Agreed quotas; they come before those in the book.
    pub locks: Vec<Lock>,
    /// Period that the locks were agreed for, when their file says so.
    pub locks_period: Option<String>,
    /// Previous proposal to compare with.
    pub previous: Option<Vec<PreviousLine>>,
}

/// Called with partners done and partners in all.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Partners that one task works on.
const CHUNK: usize = 512;
/// Partners after which drafts are put together, so that no more than a block of them is ever held twice.
const BLOCK: usize = 128 * CHUNK;
/// Lines below which spreading over threads costs more than it saves.
const FEWEST_APART: usize = 128;
/// Faults of partners that are shown one by one.
const SHOWN_FAULTS: usize = 40;

/// A plan before its numbers are settled: every line assessed, targets known.
#[derive(Debug)]
pub struct Prepared<'p> {
    plugin: &'p VendorPlugin,
    currency: Currency,
    input_hash: String,
    period: PlanningPeriod,
    as_of: NaiveDate,
    /// One entry a line, ascending by partner, product line, territory.
    pub drafts: Vec<Draft>,
    /// Targets, locks and rules of the settlement.
    pub settlement: Settlement,
    channel_shares: Shares,
    not_eligible: Vec<Name>,
    findings: Findings,
}

/// Proposes a quota for every line. Must run on script threads.
///
/// Fails with all findings at once: faults of rules (every partner's), a book that does not fit the vendor, targets that
/// disagree, or a plan that is infeasible.
pub fn propose(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    progress: Progress<'_>,
) -> Result<QuotaPlan, Findings> {
    let prepared = prepare(plugin, book, request, progress)?;
    let settled = prepared.settlement.settle(&prepared.drafts, prepared.currency)?;
    prepared.plan(settled, request.previous.as_deref())
}

/// Assesses every line and reads targets and locks; see [`propose`].
pub fn prepare<'p>(
    plugin: &'p VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    progress: Progress<'_>,
) -> Result<Prepared<'p>, Findings> {
    let view = view(plugin, book, request)?;
    let (period, as_of) = (view.period.clone(), view.as_of);
    let lines = Lines::new(book, &plugin.manifest, view);
    if lines.eligible.is_empty() {
        return Err(no_partner(book, &lines).into());
    }
    let mut drafts = drafts(plugin, book, &lines, progress)?;
    let channel_shares = channel_shares(plugin, &period, &drafts);
    let mut findings = Findings::new();
    let mut faults = Findings::new();
    let grain = plugin.manifest.grain;
    put_locks(&mut drafts, grain, &request.locks, &book.locks, &lines.not_eligible, &mut faults);
    faults.extend(other_period(request, &period));
    let settlement = Settlement::new(plugin, book.currency, request, &drafts, &mut faults);
    findings.extend(uncovered(book, lines.view()));
    findings.extend(unassessed(&drafts));
    findings.extend(gave_way(&drafts));
    match settlement {
        Some(settlement) if !faults.has_errors() => Ok(Prepared {
            plugin,
            currency: book.currency,
            input_hash: book.input_hash.clone(),
            period,
            as_of,
            drafts,
            settlement,
            channel_shares,
            not_eligible: lines.not_eligible,
            findings,
        }),
        _ => Err(faults),
    }
}

/// Settles the period that is planned and the day it is seen from; fails with all findings at once.
pub fn view(plugin: &VendorPlugin, book: &PartnerBook, request: &Request) -> Result<View, Findings> {
    let manifest = &plugin.manifest;
    let mut findings = Findings::new();
    if let Some(currency) = manifest.currency.filter(|currency| *currency != book.currency) {
        findings.push(Finding::from(PlanFault::Currency {
            book: book.currency.to_string(),
            vendor: manifest.name.clone(),
            expected: currency.to_string(),
        }));
    }
    let named = request.period.as_deref().map(|label| manifest.calendar.period(label));
    let named = match named.transpose() {
        Ok(period) => period,
        Err(fault) => {
            findings.push(PlanFault::UnknownPeriod { reason: fault.to_string() }.into());
            return Err(findings);
        }
    };
    if let Some(period) = named.as_ref().filter(|period| period.months != manifest.period_months) {
        findings.push(Finding::from(PlanFault::PeriodLength {
            period: period.to_string(),
            months: period.months,
            vendor: manifest.name.clone(),
            expected: manifest.period_months,
        }));
    }
    let latest = book.revenue_months().map(|(_, last)| last.last_day());
    let before = named.as_ref().and_then(|period| period.start.first_day().pred_opt());
    let as_of = request.as_of.or_else(|| match (before, latest) {
        (Some(before), Some(latest)) => Some(before.min(latest)),
        (before, latest) => before.or(latest),
    });
    let Some(as_of) = as_of else {
        findings.push(PlanFault::NoRevenue {}.into());
        return Err(findings);
    };
    let period = named.or_else(|| manifest.calendar.next_after(as_of, manifest.period_months));
    match period {
        Some(period) if findings.is_empty() => {
            if period.end().first_day() <= as_of {
                let (as_of, period) = (as_of.to_string(), period.to_string());
                findings.push(PlanFault::PeriodOver { as_of, period }.into());
                return Err(findings);
            }
            Ok(View { period, as_of, target: request.target.map(|target| Money::new(target, book.currency)) })
        }
        Some(_) => Err(findings),
        None => {
            findings.push(PlanFault::NoPeriod { as_of: as_of.to_string() }.into());
            Err(findings)
        }
    }
}

/// Locks that were agreed for another period than the one that is planned.
fn other_period(request: &Request, period: &PlanningPeriod) -> Option<Finding> {
    let agreed = request.locks_period.as_ref().filter(|agreed| **agreed != period.label)?;
    Some(PlanFault::OtherPeriod { agreed: agreed.to_string(), planned: period.to_string() }.into())
}

/// Warns when the book's revenue does not cover the stretch that quotas are derived from.
fn uncovered(book: &PartnerBook, view: &View) -> Option<Finding> {
    let (first, last) = book.revenue_months()?;
    let (seen, months) = (view.last_month(), view.period.months as i32);
    let as_of = view.as_of;
    let fault = if first > seen {
        PlanFault::RevenueBeginsLater { first: first.to_string(), as_of: as_of.to_string() }
    } else if last < seen {
        PlanFault::RevenueEndsEarlier {
            last: last.to_string(),
            last_day: last.last_day().to_string(),
            as_of: as_of.to_string(),
            months: seen.since(last),
        }
    } else if first > seen.plus(1 - months) {
        PlanFault::ShortHistory {
            months: seen.since(first) + 1,
            needed: months,
            until: seen.to_string(),
            from: seen.plus(1 - months).to_string(),
        }
    } else {
        return None;
    };
    Some(fault.into())
}

fn no_partner(book: &PartnerBook, lines: &Lines<'_>) -> Finding {
    let not_eligible = if book.partners.is_empty() { 0 } else { lines.not_eligible.len() };
    PlanFault::NoPartner { not_eligible }.into()
}

fn drafts(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    lines: &Lines<'_>,
    progress: Progress<'_>,
) -> Result<Vec<Draft>, Findings> {
    let done = AtomicUsize::new(0);
    let all = lines.eligible.len();
    let assess = |chunk: &[usize]| {
        let mut drafts = Vec::with_capacity(chunk.len());
        let mut faults = Vec::new();
        for index in chunk {
            partner_drafts(plugin, book, lines, &book.partners[*index], &mut drafts, &mut faults);
        }
        progress(done.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len(), all);
        (drafts, faults)
    };
    let mut drafts = Vec::new();
    let mut faults = Vec::new();
    for block in lines.eligible.chunks(BLOCK) {
        let chunks: Vec<(Vec<Draft>, Vec<Finding>)> = block.par_chunks(CHUNK).map(assess).collect();
        for (chunk, chunk_faults) in chunks {
            drafts.extend(chunk);
            faults.extend(chunk_faults);
        }
    }
    let failed = faults.len();
    if failed == 0 {
        return Ok(drafts);
    }
    let mut findings: Findings = faults.into_iter().take(SHOWN_FAULTS).collect();
    if failed > SHOWN_FAULTS {
        findings.push(PlanFault::MoreFaults { faults: failed - SHOWN_FAULTS }.into());
    }
    Err(findings)
}

fn partner_drafts(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    lines: &Lines<'_>,
    partner: &Partner,
    drafts: &mut Vec<Draft>,
    faults: &mut Vec<Finding>,
) {
    for (segment, facts) in lines.facts(partner) {
        let facts = Arc::new(facts);
        let found = plugin.indications(&Facts::new(Arc::clone(&facts)));
        let found = match found {
            Ok(found) => found,
            Err(broken) => {
                faults.extend(broken.into_iter().map(|fault| fault_of_line(fault, &partner.id, &segment)));
                continue;
            }
        };
        let currency = book.currency;
        let amounts = indicated(&found.outcomes).ok().zip(Weights::new(&found.weights).ok());
        let Some((amounts, weights)) = amounts else {
            faults.push(PlanFault::Indication { partner: partner.id.to_string() }.into());
            continue;
        };
        let assessment = match assess(&amounts, &weights) {
            Ok(assessment) => assessment,
            Err(fault) => {
                let (partner, reason) = (partner.id.to_string(), fault.to_string());
                faults.push(PlanFault::Assessment { partner, reason }.into());
                continue;
            }
        };
        let assessed = assessment.as_ref().map(|assessment| assessment.amount);
        let bounds = plugin.bounds(&facts, &found.outcomes, assessed, currency);
        // Under fair shares the settlement makes the contributions anew; only the amount is needed until then.
        let assessment = match plugin.manifest.basis {
            Basis::Indicated => assessment,
            Basis::FairShare => assessment.map(|found| Assessment { contributions: Vec::new(), ..found }),
        };
        let months = lines.months(partner, &segment).and_then(|months| minor_months(&months, currency));
        drafts.push(Draft {
            partner_id: Arc::clone(&facts.id),
            partner_name: Arc::clone(&facts.name),
            tier: facts.tier.clone(),
            territory: facts.territory.clone(),
            vertical: facts.vertical.clone(),
            account_manager: facts.account_manager.clone(),
            segment,
            is_newcomer: facts.is_newcomer,
            prior_revenue: facts.history.prior_revenue,
            current_quota: facts.quota.current,
            addressable: facts.market.addressable,
            reasons: found.outcomes.iter().map(|outcome| Arc::clone(because(outcome))).collect(),
            indicated: amounts,
            weights,
            assessment,
            guardrails: settle(bounds),
            months,
            lock: None,
        });
    }
}

fn minor_months(months: &[Decimal; 12], currency: Currency) -> Option<[i64; 12]> {
    let mut minor = [0; 12];
    for (slot, amount) in minor.iter_mut().zip(months) {
        *slot = i64::try_from(Money::new(*amount, currency).to_minor().ok()?).ok()?;
    }
    Some(minor)
}

/// The finding of a fault: whose line it is about, and the values on the failing line.
pub fn fault_of_line(fault: ScriptFault, partner: &Name, segment: &SegmentKey) -> Finding {
    let part: Vec<String> =
        [&segment.product_line, &segment.territory].into_iter().flatten().map(ToString::to_string).collect();
    Finding::from(fault).in_context(|context| {
        context.partner = Some(partner.to_string());
        context.part = part;
    })
}

/// Shares of the reporting periods from revenue by calendar month.
fn shares(months: &[i64; 12], reporting: &[PlanningPeriod]) -> Option<Shares> {
    let sums: Vec<i128> = reporting
        .iter()
        .map(|period| {
            (0..period.months)
                .map(|step| i128::from(months[period.start.plus(step as i32).number() as usize - 1]))
                .sum()
        })
        .collect();
    Shares::new(&sums).ok()
}

fn reporting(plugin: &VendorPlugin, period: &PlanningPeriod) -> Vec<PlanningPeriod> {
    plugin.manifest.calendar.reporting(period, plugin.manifest.reporting)
}

fn channel_shares(plugin: &VendorPlugin, period: &PlanningPeriod, drafts: &[Draft]) -> Shares {
    let reporting = reporting(plugin, period);
    let mut sums = [0_i64; 12];
    for months in drafts.iter().filter_map(|draft| draft.months.as_ref()) {
        sums.iter_mut().zip(months).for_each(|(sum, amount)| *sum = sum.saturating_add(*amount));
    }
    shares(&sums, &reporting).unwrap_or_else(|| Shares::even(reporting.len()))
}

/// Where the lines of a plan stand, so that a lock finds its own.
struct LineIndex<'d> {
    drafts: &'d [Draft],
    grain: Grain,
    positions: BTreeMap<(Name, SegmentKey), usize>,
}

impl<'d> LineIndex<'d> {
    fn new(drafts: &'d [Draft], grain: Grain) -> Self {
        let key = |draft: &Draft| (Arc::clone(&draft.partner_id), draft.segment.clone());
        let positions = drafts.iter().enumerate().map(|(position, draft)| (key(draft), position)).collect();
        Self { drafts, grain, positions }
    }

    /// The line that `lock` names.
    ///
    /// A returned proposal shows the home territory of lines that stand for all territories; such a lock is the
    /// line's own, and one for another territory is not.
    fn position(&self, lock: &Lock) -> Option<usize> {
        let of = |segment: SegmentKey| self.positions.get(&(Arc::clone(&lock.partner_id), segment)).copied();
        of(lock.segment.clone()).or_else(|| {
            let whole = self.grain != Grain::ProductLineTerritory && lock.segment.territory.is_some();
            let segment = SegmentKey { product_line: lock.segment.product_line.clone(), territory: None };
            of(segment).filter(|line| whole && self.drafts[*line].territory == lock.segment.territory)
        })
    }

    /// A lock that names no line of the plan.
    fn no_line(&self, lock: &Lock, not_eligible: &[Name]) -> Finding {
        let line = super::assembly::line_name(&lock.partner_id, &lock.segment);
        let lines: Vec<String> = self
            .drafts
            .iter()
            .filter(|draft| draft.partner_id == lock.partner_id)
            .map(|draft| super::assembly::line_name(&draft.partner_id, &draft.segment))
            .collect();
        let remedy = match lines.as_slice() {
            [] if not_eligible.contains(&lock.partner_id) => {
                "the partner is not eligible for a quota; remove the lock".to_owned()
            }
            [] => "the partner is not in the book; correct its id, or remove the lock".to_owned(),
            lines => format!("its lines are {}", lines.join("; ")),
        };
        PlanFault::UnknownLock { line, remedy }.into()
    }
}

/// Puts locks on their lines: the given ones, and those of the book for lines that no given one names.
fn put_locks(
    drafts: &mut [Draft],
    grain: Grain,
    given: &[Lock],
    of_book: &[Lock],
    not_eligible: &[Name],
    faults: &mut Findings,
) {
    if given.is_empty() && of_book.is_empty() {
        return;
    }
    let index = LineIndex::new(drafts, grain);
    let mut found: BTreeMap<usize, (&Lock, bool)> = BTreeMap::new();
    let all = given.iter().map(|lock| (lock, true)).chain(of_book.iter().map(|lock| (lock, false)));
    for (lock, is_given) in all {
        let Some(position) = index.position(lock) else {
            faults.push(index.no_line(lock, not_eligible));
            continue;
        };
        match found.get(&position) {
            None => {
                found.insert(position, (lock, is_given));
            }
            Some((_, first_is_given)) if *first_is_given != is_given => {}
            Some(_) => {
                let line = super::assembly::line_name(&lock.partner_id, &lock.segment);
                faults.push(PlanFault::DuplicateLock { line }.into());
            }
        }
    }
    let found: Vec<(usize, Lock)> = found.into_iter().map(|(line, (lock, _))| (line, lock.clone())).collect();
    for (position, lock) in found {
        drafts[position].lock = Some((lock.quota, lock.reason));
    }
}

fn named(drafts: &[&Draft]) -> String {
    let names: Vec<String> =
        drafts.iter().take(5).map(|draft| super::assembly::line_name(&draft.partner_id, &draft.segment)).collect();
    let more = drafts.len().saturating_sub(names.len());
    if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
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
    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Makes the plan from settled numbers.
    pub fn plan(self, settled: Settled, previous: Option<&[PreviousLine]>) -> Result<QuotaPlan, Findings> {
        let reporting = reporting(self.plugin, &self.period);
        let (periods, settled) = self.phased(settled, &reporting)?;
        let out_of_range = |_| Findings::from(PlanFault::AmountOutOfRange {});
        let currency = self.currency;
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
        let drafts = self.drafts;
        // Collected at its place first: a parallel collection of results would hold every line twice for a moment.
        let lines: Vec<Result<PlanLine, _>> = drafts
            .into_par_iter()
            .with_min_len(FEWEST_APART)
            .enumerate()
            .map(|(position, draft)| {
                let work = LineWork {
                    reconciled: settled.lines[position],
                    group: self.settlement.group_of[position],
                    assessment: settled.assessments.as_ref().map(|all| all[position].as_ref()),
                    periods: periods.row(position),
                };
                plan_line(draft, &work, &writer, &names, currency)
            })
            .collect();
        let lines: Vec<PlanLine> = lines.into_iter().collect::<Result<_, _>>().map_err(out_of_range)?;
        let mut findings = self.findings;
        findings.extend(broken(&lines));
        Ok(QuotaPlan {
            vendor: Arc::clone(&self.plugin.vendor),
            revision: self.plugin.revision.clone(),
            input_hash: self.input_hash,
            currency,
            grain: self.plugin.manifest.grain,
            basis: self.plugin.manifest.basis,
            rounding_unit: Money::from_minor(self.settlement.unit, currency).map_err(out_of_range)?,
            target: settled.target.map(money).transpose()?,
            reserve: money(settled.reserve)?,
            over_assignment: self
                .settlement
                .over_assignment
                .iter()
                .map(|(level, rate)| OverAssignment { level, rate: *rate })
                .collect(),
            total,
            changes: previous.map(|previous| changes(&lines, previous, self.plugin.manifest.grain)),
            period: self.period,
            as_of: self.as_of,
            reporting,
            groups,
            lines,
            not_eligible: self.not_eligible,
            findings,
        })
    }

    fn phased(
        &self,
        settled: Settled,
        reporting: &[PlanningPeriod],
    ) -> Result<(crate::quota::Phasing, Settled), Findings> {
        let manifest = &self.plugin.manifest;
        let even = Shares::even(reporting.len());
        let ramp = even.ramped(&manifest.phasing.newcomer_ramp).filter(|_| !manifest.phasing.newcomer_ramp.is_empty());
        let own: Vec<Option<Shares>> = self
            .drafts
            .par_iter()
            .with_min_len(FEWEST_APART)
            .map(|draft| match manifest.phasing.seasonality {
                _ if draft.is_newcomer && ramp.is_some() => ramp.clone(),
                Seasonality::Even => Some(even.clone()),
                Seasonality::Partner => draft.months.as_ref().and_then(|months| shares(months, reporting)),
                Seasonality::Channel => None,
            })
            .collect();
        let rows: Vec<(i128, &Shares)> = settled
            .lines
            .iter()
            .zip(&own)
            .map(|(line, own)| (line.quota, own.as_ref().unwrap_or(&self.channel_shares)))
            .collect();
        match phase(&rows, self.settlement.unit) {
            Ok(periods) => Ok((periods, settled)),
            Err(fault) => Err(PlanFault::NotPhased { reason: fault.to_string() }.into()),
        }
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
        lock: draft.lock.as_ref().map(|(_, reason)| reason.as_str()),
    })?;
    let bound = |bound: &Option<Bound>| bound.as_ref().map(|bound| money(bound.amount)).transpose();
    let (floor, ceiling) = (bound(&draft.guardrails.floor)?, bound(&draft.guardrails.ceiling)?);
    let outside = work.reconciled.outside.and_then(|side| match side {
        crate::quota::Side::Floor => draft.guardrails.floor.clone(),
        crate::quota::Side::Ceiling => draft.guardrails.ceiling.clone(),
    });
    Ok(PlanLine {
        product_line: draft.segment.product_line.clone(),
        quota: money(work.reconciled.quota)?,
        assessment: money(assessment.map_or(0, |assessment| assessment.amount))?,
        floor,
        ceiling,
        binding: work.reconciled.binding,
        broken: outside.into_iter().chain(draft.guardrails.gave_way).collect(),
        locked: draft.lock.is_some(),
        lock_reason: draft.lock.map(|(_, reason)| reason).unwrap_or_default(),
        periods: work.periods.iter().map(|amount| money(*amount)).collect::<Result<_, _>>()?,
        steps,
        partner_id: draft.partner_id,
        partner_name: draft.partner_name,
        tier: draft.tier,
        territory: draft.territory,
        vertical: draft.vertical,
        account_manager: draft.account_manager,
        segment: draft.segment,
        is_newcomer: draft.is_newcomer,
        prior_revenue: draft.prior_revenue,
        current_quota: draft.current_quota,
        addressable: draft.addressable,
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
    let name = super::assembly::line_name(&first.partner_id, &first.segment);
    let reason = first.broken.first().map_or("", |bound| &bound.reason);
    let (quotas, of, reason) = (outside.len(), lines.len(), reason.to_string());
    Some(PlanFault::OutsideGuardrails { quotas, of, line: name, reason }.into())
}

/// Quota of a line then and now; `None` where it has none.
type BeforeAndAfter = (Option<Money>, Option<Money>);

/// Lines that differ from the previous proposal, ascending by partner and line.
///
/// A previous proposal of a finer grain is summed up to the lines of this one.
fn changes(lines: &[PlanLine], previous: &[PreviousLine], grain: Grain) -> Vec<PlanChange> {
    let mut all: BTreeMap<(&Name, SegmentKey), BeforeAndAfter> = BTreeMap::new();
    for line in previous {
        let (before, _) = all.entry((&line.partner_id, in_grain(&line.segment, grain))).or_default();
        *before = before.map_or(Some(line.quota), |sum| sum.plus(line.quota).ok());
    }
    for line in lines {
        all.entry((&line.partner_id, line.segment.clone())).or_default().1 = Some(line.quota);
    }
    all.into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|((partner_id, segment), (before, after))| PlanChange {
            partner_id: Arc::clone(partner_id),
            segment,
            before,
            after,
        })
        .collect()
}

/// What of `segment` the lines of a grain tell apart.
fn in_grain(segment: &SegmentKey, grain: Grain) -> SegmentKey {
    match grain {
        Grain::Partner => SegmentKey::default(),
        Grain::ProductLine => SegmentKey { product_line: segment.product_line.clone(), territory: None },
        Grain::ProductLineTerritory => segment.clone(),
    }
}

/// Reserve in minor units, of a bottom-up and a target in minor units, rounded half up to `unit`.
pub(super) fn reserve_amount(
    reserve: Option<Reserve>,
    bottom_up: i128,
    target: Option<i128>,
    unit: i128,
    currency: Currency,
) -> Option<i128> {
    let share = |rate: Decimal, of: i128| -> Option<i128> {
        let exact = Money::from_minor(of, currency).ok()?.times(rate).ok()?.to_minor().ok()?;
        Some(exact.checked_add(unit / 2)? / unit * unit)
    };
    match reserve {
        None => Some(0),
        Some(Reserve::Amount(amount)) => Money::new(amount, currency).to_minor().ok(),
        Some(Reserve::ShareOfTarget(rate)) => share(rate, target?),
        Some(Reserve::ShareOfBottomUp(rate)) => share(rate, bottom_up),
    }
}
