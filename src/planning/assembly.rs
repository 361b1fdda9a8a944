//! From assessed lines to settled numbers: targets, fair shares, reconciliation.

use super::fault::{PlanAmountFault, PlanFault};
use super::in_force::{InForce, prorated};
use super::line_name::line_name;
use super::request::Request;
use super::reserve::reserve_amount;
use crate::channel::{Identity, LineContext, Lock, SegmentKey};
use crate::finding::{Finding, Findings};
use crate::plugin::{Reserve, VendorPlugin};
use crate::quota::{
    Assessment, Basis, FairShareLine, Grain, Guardrails, Multiplier, OnViolation, OpenLine, ReconciledLine,
    ReconciliationFaults, ReconciliationGroup, ReconciliationRules, TargetFault, TargetGroup, TargetRequest, Weights,
    assess, fair_share, partition_targets, reconcile,
};
use crate::units::{Currency, Money, Rate};
use std::borrow::Cow;
use std::sync::Arc;

/// One line, assessed but not yet settled; amounts in minor units where they are whole numbers.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Identity of the line.
    pub identity: Identity,
    /// Product line and territory as far as the grain has them.
    pub segment: SegmentKey,
    /// Figures that a plan shows beside the quota.
    pub context: LineContext,
    /// Reason that each factor gave, with file and line, in the manifest's order; empty for a line that is not explained.
    pub reasons: Vec<(Arc<str>, Arc<str>)>,
    /// Revenue each factor indicates, `None` abstains; empty where nothing asks for it.
    pub indicated: Vec<Option<i128>>,
    /// Weights of the line.
    pub weights: Arc<Weights>,
    /// Bottom-up assessment on the indicated basis; `None` when every factor abstained.
    pub assessment: Option<Assessment>,
    /// Guardrails that hold.
    pub guardrails: Guardrails,
    /// Guardrails that would hold without the minimum of the tier; `None` for a line without one, and for one that is not
    /// explained.
    pub without_minimum: Option<Box<Guardrails>>,
    /// Dates in force of a partner that joins or leaves inside the period.
    pub in_force: Option<Box<InForce>>,
    /// Revenue by calendar month over the latest years, when a full year is known.
    pub months: Option<[i64; 12]>,
    /// True when the line has no revenue at all up to the as-of date.
    pub never_sold: bool,
    /// Agreed quota.
    pub lock: Option<Box<Lock>>,
}

/// Lines outside their guardrails that are shown one by one.
const SHOWN_REJECTIONS: usize = 40;

/// What the lines are settled by.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// Groups with the amounts they distribute.
    pub groups: Vec<ReconciliationGroup>,
    /// Target of each group before over-assignment.
    pub group_targets: Vec<Option<i128>>,
    /// Position of the group of each line.
    pub group_of: Vec<usize>,
    /// Rounding unit.
    pub unit: i128,
    /// Over-assignment by level.
    pub over_assignment: Vec<(&'static str, Rate)>,
    target: Option<i128>,
    reserve: i128,
    /// True when the reserve is a share of the target.
    reserve_follows_target: bool,
    reserve_of_bottom_up: Option<Rate>,
    on_violation: OnViolation,
    basis: Basis,
    locks: Vec<Option<i128>>,
}

/// Settled numbers, one entry a line.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Reconciled and rounded lines.
    pub lines: Vec<ReconciledLine>,
    /// Multiplier of each group.
    pub multipliers: Vec<Multiplier>,
    /// Assessments by fair share; `None` on the indicated basis, where the drafts have them.
    pub assessments: Option<Vec<Option<Assessment>>>,
    /// Channel target.
    pub target: Option<i128>,
    /// Reserve for partners not yet recruited.
    pub reserve: i128,
}

impl Settled {
    /// Assessment of one line.
    pub fn assessment<'s>(&'s self, drafts: &'s [Draft], line: usize) -> Option<&'s Assessment> {
        match &self.assessments {
            Some(assessments) => assessments[line].as_ref(),
            None => drafts[line].assessment.as_ref(),
        }
    }
}

/// Another indication of one factor on one line, to see what would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Position of the line.
    pub line: usize,
    /// Position of the factor.
    pub factor: usize,
    /// What it would indicate instead.
    pub indicated: i128,
}

impl Settlement {
    /// Reads targets, reserve and locks; what disagrees goes to `faults`.
    pub fn new(
        plugin: &VendorPlugin,
        currency: Currency,
        request: &Request,
        drafts: &[Draft],
        faults: &mut Findings,
    ) -> Option<Self> {
        let manifest = &plugin.manifest;
        let Ok(unit) = plugin.rounding_unit(currency) else {
            faults.push(PlanAmountFault::RoundingUnitRange {}.into());
            return None;
        };
        if let Some(given) = manifest.rounding_unit.filter(|given| !is_exact(Money::new(*given, currency))) {
            let (unit, currency) = (given.to_string(), currency.to_string());
            faults.push(PlanAmountFault::RoundingUnitFine { unit, currency }.into());
            return None;
        }
        let minor = |amount: Money, what: &str, faults: &mut Findings| match amount.to_minor() {
            Ok(_) if !is_exact(amount) => {
                faults.push(Finding::from(PlanAmountFault::Fine {
                    subject: what.to_owned(),
                    amount: amount.to_string(),
                    currency: currency.to_string(),
                    rounded: amount.rounded().to_plain(),
                }));
                None
            }
            Ok(minor) if minor >= 0 => Some(minor),
            _ => {
                let (subject, amount) = (what.to_owned(), amount.to_string());
                faults.push(PlanAmountFault::Range { subject, amount }.into());
                None
            }
        };
        let target = request.target.map(|target| minor(Money::new(target, currency), "target", faults));
        let locks: Vec<Option<i128>> = drafts
            .iter()
            .map(|draft| {
                let quota = draft.lock.as_ref()?.quota;
                minor(quota, &format!("the lock of {}", line_name(&draft.identity.partner_id, &draft.segment)), faults)
            })
            .collect();
        if faults.has_errors() {
            return None;
        }
        let target = target.flatten();
        let bottom_up: i128 = drafts.iter().filter_map(|draft| draft.assessment.as_ref()).map(|sum| sum.amount).sum();
        let has_target = target.is_some() || !request.targets.is_empty();
        let reserve_of_bottom_up = match manifest.reserve {
            Some(Reserve::ShareOfBottomUp(rate)) if !has_target => Some(rate),
            _ => None,
        };
        let whole = target.or_else(|| top_level_sum(request));
        let reserve =
            if has_target { reserve_amount(manifest.reserve, bottom_up, whole, unit, currency) } else { Some(0) };
        let Some(reserve) = reserve else {
            faults.push(PlanAmountFault::ReserveRange {}.into());
            return None;
        };
        let lines: Vec<SegmentKey> = drafts
            .iter()
            .map(|draft| SegmentKey {
                product_line: draft.segment.product_line.clone(),
                territory: draft.identity.territory.clone(),
            })
            .collect();
        let rates: Vec<Rate> = manifest.over_assignment.iter().map(|(_, rate)| *rate).collect();
        let rows = &request.targets;
        let partition =
            partition_targets(TargetRequest { channel: target, rows, over_assignment: &rates, reserve }, &lines);
        let partition = match partition {
            Ok(partition) => partition,
            Err(disagreements) => {
                faults.extend(disagreements.0.iter().map(|fault| in_words(fault, drafts, manifest.grain, currency)));
                return None;
            }
        };
        let mut group_of = vec![0; drafts.len()];
        for (position, group) in partition.groups.iter().enumerate() {
            group.lines.iter().for_each(|line| group_of[*line] = position);
        }
        Some(Self {
            group_targets: partition.groups.iter().map(|group| group.target).collect(),
            groups: partition.groups.iter().map(TargetGroup::to_reconcile).collect(),
            group_of,
            unit,
            over_assignment: if has_target { manifest.over_assignment.clone() } else { Vec::new() },
            target: partition.channel,
            reserve,
            reserve_of_bottom_up,
            reserve_follows_target: matches!(manifest.reserve, Some(Reserve::ShareOfTarget(_))),
            on_violation: manifest.guardrails.on_violation,
            basis: manifest.basis,
            locks,
        })
    }

    /// Settles all lines; an infeasible or rejected plan is the findings.
    pub fn settle(&self, drafts: &[Draft], currency: Currency) -> Result<Settled, Findings> {
        self.settle_with(drafts, currency, None).map_err(|mut faults| {
            if self.groups.len() > 1 || self.reserve != 0 || !self.over_assignment.is_empty() {
                let reserve = if self.reserve_follows_target { self.reserve } else { 0 };
                let scale = (
                    self.group_targets.iter().flatten().sum::<i128>() + reserve,
                    self.groups.iter().filter_map(|group| group.amount).sum(),
                );
                faults.infeasible = faults.infeasible.into_iter().map(|answer| answer.of_target(scale)).collect();
            }
            explain(&faults, drafts, currency)
        })
    }

    /// Settles all lines as if one factor indicated something else.
    pub fn settle_with(
        &self,
        drafts: &[Draft],
        currency: Currency,
        change: Option<Change>,
    ) -> Result<Settled, ReconciliationFaults> {
        let changed = change.map(|change| {
            let mut indicated = drafts[change.line].indicated.clone();
            indicated[change.factor] = Some(change.indicated);
            (change.line, indicated)
        });
        let assessments = match self.basis {
            Basis::Indicated => None,
            Basis::FairShare => Some(self.fair_shares(drafts, changed.as_ref())?),
        };
        let changed_assessment = changed.as_ref().map(|(line, indicated)| {
            let draft = &drafts[*line];
            let assessment = assess(indicated, &draft.weights).ok().flatten();
            (*line, assessment.map(|assessment| prorated(assessment, draft.in_force.as_deref())))
        });
        let amount = |line: usize| match (&assessments, &changed_assessment) {
            (Some(all), _) => all[line].as_ref(),
            (None, Some((changed, assessment))) if *changed == line => assessment.as_ref(),
            (None, _) => drafts[line].assessment.as_ref(),
        };
        let open: Vec<OpenLine> = drafts
            .iter()
            .enumerate()
            .map(|(line, draft)| OpenLine {
                assessment: amount(line).map_or(0, |assessment| assessment.amount),
                floor: draft.guardrails.floor.as_ref().map(|bound| bound.amount),
                ceiling: draft.guardrails.highest(),
                lock: self.locks[line],
            })
            .collect();
        let rules = ReconciliationRules { unit: self.unit, on_violation: self.on_violation };
        let done = reconcile(&open, &self.groups, rules)?;
        let total: i128 = done.lines.iter().map(|line| line.quota).sum();
        let (mut target, mut reserve) = (self.target, self.reserve);
        if let Some(rate) = self.reserve_of_bottom_up {
            let share = Some(Reserve::ShareOfBottomUp(rate));
            reserve = reserve_amount(share, total, None, self.unit, currency).unwrap_or(0);
            target = total.checked_add(reserve);
        }
        Ok(Settled { lines: done.lines, multipliers: done.multipliers, assessments, target, reserve })
    }

    fn fair_shares(
        &self,
        drafts: &[Draft],
        changed: Option<&(usize, Vec<Option<i128>>)>,
    ) -> Result<Vec<Option<Assessment>>, ReconciliationFaults> {
        let mut all = vec![None; drafts.len()];
        for group in &self.groups {
            let full = |line: usize| match changed {
                Some((changed, indicated)) if *changed == line => indicated.as_slice(),
                _ => drafts[line].indicated.as_slice(),
            };
            // Of a target, a line that is in force for a part of the period takes its share by what is indicated for that
            // part. Without one, proration changes that line alone.
            let in_force = |line: usize| drafts[line].in_force.as_deref();
            let of_target = |line: usize| in_force(line).filter(|_| group.amount.is_some());
            let parts = |line: &usize| match of_target(*line) {
                Some(in_force) => Cow::Owned(in_force.indicated(full(*line))),
                None => Cow::Borrowed(full(*line)),
            };
            let indicated: Vec<Cow<'_, [Option<i128>]>> = group.lines.iter().map(parts).collect();
            let lines: Vec<FairShareLine<'_>> = group
                .lines
                .iter()
                .zip(&indicated)
                .map(|(line, indicated)| FairShareLine { indicated, weights: &drafts[*line].weights })
                .collect();
            let assessments = group.lines.iter().filter_map(|line| drafts[*line].assessment.as_ref());
            let bottom_up = || assessments.map(|sum| sum.amount - sum.prorated_by).sum();
            let amount = group.amount.unwrap_or_else(bottom_up);
            let shares = fair_share(&lines, amount).unwrap_or_else(|_| vec![None; lines.len()]);
            for (line, mut assessment) in group.lines.iter().copied().zip(shares) {
                if let (Some(_), Some(found)) = (of_target(line), &mut assessment) {
                    let stated = found.contributions.iter_mut().zip(full(line));
                    stated.for_each(|(part, full)| part.indicated = part.indicated.and(*full));
                }
                let later = in_force(line).filter(|_| group.amount.is_none());
                all[line] = assessment.map(|found| prorated(found, later));
            }
        }
        Ok(all)
    }
}

/// True when the amount has no more decimals than its currency.
pub fn is_exact(amount: Money) -> bool {
    amount.rounded() == amount
}

/// A fault of the targets; one for a product line says when the vendor plans none.
fn in_words(fault: &TargetFault, drafts: &[Draft], grain: Grain, currency: Currency) -> Finding {
    let finding = fault.to_finding(currency);
    match fault {
        TargetFault::NoLines { segment, .. }
            if segment.product_line.is_some() && drafts.iter().all(|draft| draft.segment.product_line.is_none()) =>
        {
            let help = match grain {
                Grain::Partner => {
                    "the vendor plans one quota per partner: targets by product line need `grain = \"partner_product_line\"` in its manifest"
                }
                Grain::ProductLine | Grain::ProductLineTerritory => "no revenue of the book names a product line",
            };
            finding.help(help)
        }
        _ => finding,
    }
}

/// Sum of the rows of the target tree's first level, when there is no channel target.
fn top_level_sum(request: &Request) -> Option<i128> {
    let channel = request.targets.iter().find(|row| row.segment == SegmentKey::default());
    let top =
        request.targets.iter().filter(|row| row.segment.territory.is_none() || row.segment.product_line.is_none());
    channel.map(|row| row.amount).or_else(|| Some(top.map(|row| row.amount).sum()))
}

fn explain(faults: &ReconciliationFaults, drafts: &[Draft], currency: Currency) -> Findings {
    let name = |line: usize| line_name(&drafts[line].identity.partner_id, &drafts[line].segment);
    let mut findings = Findings::new();
    findings
        .extend(faults.unusable.iter().map(|fault| Finding::from(PlanFault::Unusable { reason: fault.to_string() })));
    findings.extend(faults.infeasible.iter().map(|infeasible| infeasible.to_finding(currency, name)));
    findings.extend(faults.rejected.iter().take(SHOWN_REJECTIONS).map(|violation| {
        let guardrails = &drafts[violation.line].guardrails;
        let bound = match violation.side {
            crate::quota::Side::Floor => &guardrails.floor,
            crate::quota::Side::Ceiling => &guardrails.ceiling,
        };
        let reason = bound.as_ref().map(|bound| bound.reason.to_string()).unwrap_or_default();
        violation.to_finding(currency, &name(violation.line), &reason)
    }));
    if let Some(more) = faults.rejected.len().checked_sub(SHOWN_REJECTIONS).filter(|more| *more > 0) {
        findings.push(PlanFault::MoreRejected { lines: more }.into());
    }
    findings
}
