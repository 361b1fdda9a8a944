//! Reconciliation: the bottom-up assessments meet the top-down target, within guardrails and around locked lines.
//!
//! Per group, every free line gets multiplier × assessment, held within its floor and ceiling, with the one multiplier at
//! which the lines sum to the group's amount (water-filling); then all are rounded to the rounding unit.

use super::infeasible::{BindingLine, Infeasible, InfeasibleReason, LISTED_LINES, Remedy, Violation};
use super::multiplier::{Multiplier, NO_CEILING, Scalable, find_multiplier};
use super::reconciliation_input::{OpenLine, ReconciliationGroup, ReconciliationRules, UnusableInput, unusable};
use super::rounding::{round_alone, round_to_sum};
use super::{OnViolation, Side};
use thiserror::Error;

/// A line after reconciliation; amounts in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReconciledLine {
    /// Multiplier × assessment, rounded down; the lock of a locked line.
    pub scaled: i128,
    /// The same, limited to the guardrails.
    pub bounded: i128,
    /// The quota: rounded to the unit.
    pub quota: i128,
    /// The guardrail that moved the line.
    pub binding: Option<Side>,
    /// The guardrail that the quota breaks: of locked lines, and of all lines under [`OnViolation::Warn`].
    pub outside: Option<Side>,
}

/// All lines after reconciliation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// One per line, in the order given.
    pub lines: Vec<ReconciledLine>,
    /// The multiplier of each group, in order; 1 where the bottom-up assessment is used.
    pub multipliers: Vec<Multiplier>,
}

/// All obstacles to a reconciliation, of all groups. At least one list has an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Error)]
#[error("{} groups are infeasible, {} lines break their guardrails", .infeasible.len(), .rejected.len())]
pub struct ReconciliationFaults {
    /// Invalid input; if there is any, nothing else is checked.
    pub unusable: Vec<UnusableInput>,
    /// Groups whose amount cannot be met, in order.
    pub infeasible: Vec<Infeasible>,
    /// Lines outside their guardrails, under [`OnViolation::Reject`], by group, then in order.
    pub rejected: Vec<Violation>,
}

impl ReconciliationFaults {
    fn is_empty(&self) -> bool {
        self.unusable.is_empty() && self.infeasible.is_empty() && self.rejected.is_empty()
    }
}

/// Reconciles `lines` with the amounts of their `groups`.
///
/// The quotas of each group with an amount sum to it exactly. Locked lines keep their lock. Under
/// [`OnViolation::Clamp`] and [`OnViolation::Reject`] every free line is within its guardrails. Quotas are multiples of
/// the unit but for locked lines, lines without a multiple between their bounds, and one line per group that carries an
/// odd rest (the one with the largest assessment that has room; more only where guardrails leave none with enough).
/// A group without an amount keeps its assessments, held within the guardrails and rounded half up.
///
/// Time grows with the number of lines (n log n at worst). Fails with all obstacles, of all groups.
///
/// ```
/// use quotient::quota::{OnViolation, OpenLine, ReconciliationGroup, ReconciliationRules, reconcile};
/// let line = |assessment, ceiling| OpenLine { assessment, ceiling, ..OpenLine::default() };
/// let group = ReconciliationGroup { name: "channel".into(), amount: Some(900), lines: vec![0, 1, 2] };
/// let rules = ReconciliationRules { unit: 10, on_violation: OnViolation::Clamp };
/// // 900 for 100 + 200 + 300; the last may have 300, so the others share 600 as 1 to 2.
/// let done = reconcile(&[line(100, None), line(200, None), line(300, Some(300))], &[group], rules)?;
/// assert_eq!(done.lines.iter().map(|line| line.quota).collect::<Vec<_>>(), [200, 400, 300]);
/// # Ok::<(), quotient::quota::ReconciliationFaults>(())
/// ```
pub fn reconcile(
    lines: &[OpenLine],
    groups: &[ReconciliationGroup],
    rules: ReconciliationRules,
) -> Result<Reconciliation, ReconciliationFaults> {
    let unusable = unusable(lines, groups, rules);
    if !unusable.is_empty() {
        return Err(ReconciliationFaults { unusable, ..ReconciliationFaults::default() });
    }
    let mut faults = ReconciliationFaults::default();
    let mut done = vec![ReconciledLine::default(); lines.len()];
    let mut multipliers = Vec::with_capacity(groups.len());
    for (position, group) in groups.iter().enumerate() {
        let open = OpenGroup::new(position, group, lines, rules);
        multipliers.push(open.reconcile(&mut done, &mut faults));
    }
    if faults.is_empty() { Ok(Reconciliation { lines: done, multipliers }) } else { Err(faults) }
}

/// One group at work: its free lines apart from its locked ones.
struct OpenGroup<'a> {
    position: usize,
    group: &'a ReconciliationGroup,
    lines: &'a [OpenLine],
    rules: ReconciliationRules,
    free: Vec<usize>,
    /// The free lines with the bounds that hold them; none under [`OnViolation::Warn`].
    scalable: Vec<Scalable>,
    locked: i128,
}

impl<'a> OpenGroup<'a> {
    fn new(position: usize, group: &'a ReconciliationGroup, lines: &'a [OpenLine], rules: ReconciliationRules) -> Self {
        let free: Vec<usize> = group.lines.iter().copied().filter(|at| lines[*at].lock.is_none()).collect();
        let locked = group.lines.iter().filter_map(|at| lines[*at].lock).sum();
        let scalable = free.iter().map(|at| scalable(&lines[*at], rules.on_violation)).collect();
        Self { position, group, lines, rules, free, scalable, locked }
    }

    /// Writes the group's lines to `done`, or the obstacles to `faults`; returns the multiplier.
    fn reconcile(&self, done: &mut [ReconciledLine], faults: &mut ReconciliationFaults) -> Multiplier {
        self.keep_locks(done);
        if self.rules.on_violation == OnViolation::Reject {
            faults.rejected.extend(self.violations());
        }
        let Some(amount) = self.group.amount else {
            self.write(done, Multiplier::ONE, |_, bounded| self.rounded_alone(bounded));
            return Multiplier::ONE;
        };
        match self.multiplier(amount) {
            Some(multiplier) => {
                self.write(done, multiplier, |scalable, bounded| {
                    round_to_sum(scalable, bounded, amount - self.locked, self.unit())
                });
                multiplier
            }
            None => {
                // A rejected group lists the lines outside; that the rest cannot be met follows from them.
                if self.rules.on_violation != OnViolation::Reject || self.violations().is_empty() {
                    faults.infeasible.push(self.infeasible(amount));
                }
                Multiplier::ONE
            }
        }
    }

    fn unit(&self) -> i64 {
        self.rules.unit as i64
    }

    /// The multiplier that meets `amount`; with no free line, there must be nothing left for one.
    fn multiplier(&self, amount: i128) -> Option<Multiplier> {
        find_multiplier(&self.scalable, amount - self.locked)
    }

    fn keep_locks(&self, done: &mut [ReconciledLine]) {
        for at in &self.group.lines {
            let line = &self.lines[*at];
            if let Some(lock) = line.lock {
                let outside = outside(line, lock);
                done[*at] = ReconciledLine { scaled: lock, bounded: lock, quota: lock, binding: None, outside };
            }
        }
    }

    fn rounded_alone(&self, bounded: &[i64]) -> Vec<i64> {
        self.scalable.iter().zip(bounded).map(|(line, amount)| round_alone(line, *amount, self.unit())).collect()
    }

    /// Scales and bounds the free lines, rounds them with `round`, and writes all three.
    fn write(
        &self,
        done: &mut [ReconciledLine],
        multiplier: Multiplier,
        round: impl FnOnce(&[Scalable], &[i64]) -> Vec<i64>,
    ) {
        let scaled: Vec<i128> = self.scalable.iter().map(|line| multiplier.scaled(line.assessment)).collect();
        let held = |(line, scaled): (&Scalable, &i128)| {
            (*scaled).clamp(i128::from(line.floor), i128::from(line.ceiling)) as i64
        };
        let bounded: Vec<i64> = self.scalable.iter().zip(&scaled).map(held).collect();
        let quotas = round(&self.scalable, &bounded);
        for (index, at) in self.free.iter().enumerate() {
            let (scaled, bounded, quota) = (scaled[index], i128::from(bounded[index]), i128::from(quotas[index]));
            let binding = match bounded.cmp(&scaled) {
                std::cmp::Ordering::Greater => Some(Side::Floor),
                std::cmp::Ordering::Less => Some(Side::Ceiling),
                std::cmp::Ordering::Equal => None,
            };
            done[*at] = ReconciledLine { scaled, bounded, quota, binding, outside: outside(&self.lines[*at], quota) };
        }
    }

    /// The free lines that the multiplier alone, without guardrails, would put outside them.
    fn violations(&self) -> Vec<Violation> {
        let unbound: Vec<Scalable> = self.free.iter().map(|at| scalable(&self.lines[*at], OnViolation::Warn)).collect();
        let multiplier = match self.group.amount {
            None => Some(Multiplier::ONE),
            Some(amount) => find_multiplier(&unbound, amount - self.locked),
        };
        let Some(multiplier) = multiplier else { return Vec::new() };
        let violation = |(line, at): (&Scalable, &usize)| {
            let amount = multiplier.scaled(line.assessment);
            let side = self.side_broken(&self.lines[*at], line.assessment, multiplier)?;
            let bound = match side {
                Side::Floor => self.lines[*at].floor,
                Side::Ceiling => self.lines[*at].ceiling,
            };
            Some(Violation { group: self.position, line: *at, side, amount, bound: bound? })
        };
        unbound.iter().zip(&self.free).filter_map(violation).collect()
    }

    /// The guardrail that multiplier × assessment breaks, compared exactly.
    fn side_broken(&self, line: &OpenLine, assessment: i64, multiplier: Multiplier) -> Option<Side> {
        let due = multiplier.numerator() * i128::from(assessment);
        let breaks_floor = |floor: i128| due < floor.saturating_mul(multiplier.denominator());
        let breaks_ceiling = |ceiling: i128| due > ceiling.saturating_mul(multiplier.denominator());
        if line.floor.is_some_and(breaks_floor) {
            return Some(Side::Floor);
        }
        line.ceiling.is_some_and(breaks_ceiling).then_some(Side::Ceiling)
    }

    /// Reason for which `amount` cannot be met.
    fn infeasible(&self, amount: i128) -> Infeasible {
        let floors: i128 = self.scalable.iter().map(|line| i128::from(line.floor)).sum();
        let at_least = self.locked + floors;
        let (at_most, open) = (self.reach(true), self.reach(false));
        let reason = match () {
            () if self.locked > amount => InfeasibleReason::LocksAboveTarget,
            () if at_least > amount => InfeasibleReason::FloorsAboveTarget,
            () if self.free.is_empty() => InfeasibleReason::LocksBelowTarget,
            () if open.is_some_and(|open| open < amount) => InfeasibleReason::CeilingsBelowTarget,
            () => InfeasibleReason::NothingToScale,
        };
        let short_by = if at_least > amount { at_least - amount } else { amount - at_most.unwrap_or(amount) };
        let mut binding = self.binding(reason);
        binding.sort_by_key(|held| std::cmp::Reverse(held.amount));
        let (binding_lines, binding_sum) = (binding.len(), binding.iter().map(|held| held.amount).sum());
        binding.truncate(LISTED_LINES);
        Infeasible {
            group: self.position,
            name: self.group.name.clone(),
            asked: amount,
            at_least,
            at_most,
            short_by,
            reason,
            binding,
            binding_lines,
            binding_sum,
            remedies: self.remedies(reason, amount, short_by),
        }
    }

    /// Largest sum of the lines: with `scaling`, a line without assessment counts as its floor. `None` if unlimited.
    fn reach(&self, scaling: bool) -> Option<i128> {
        let most = |line: &Scalable| match line {
            Scalable { assessment: 0, floor, .. } if scaling => Some(i128::from(*floor)),
            Scalable { ceiling: NO_CEILING, .. } => None,
            Scalable { ceiling, .. } => Some(i128::from(*ceiling)),
        };
        self.scalable.iter().map(most).try_fold(self.locked, |sum, line| Some(sum + line?))
    }

    /// The lines that bind for that reason, in order.
    fn binding(&self, reason: InfeasibleReason) -> Vec<BindingLine> {
        let locks = || {
            let locked = |at: &usize| Some(BindingLine { line: *at, amount: self.lines[*at].lock? });
            self.group.lines.iter().filter_map(locked).collect()
        };
        let bounds = |bound: &dyn Fn(&Scalable) -> Option<i64>| {
            let held =
                |(line, at): (&Scalable, &usize)| Some(BindingLine { line: *at, amount: i128::from(bound(line)?) });
            self.scalable.iter().zip(&self.free).filter_map(held).collect()
        };
        let ceiling = |line: &Scalable| (line.ceiling != NO_CEILING).then_some(line.ceiling);
        match reason {
            InfeasibleReason::LocksAboveTarget | InfeasibleReason::LocksBelowTarget => locks(),
            InfeasibleReason::FloorsAboveTarget => bounds(&|line| (line.floor > 0).then_some(line.floor)),
            InfeasibleReason::CeilingsBelowTarget => bounds(&ceiling),
            InfeasibleReason::NothingToScale => bounds(&|line| ceiling(line).filter(|_| line.assessment > 0)),
        }
    }

    /// Remedies; each alone suffices.
    fn remedies(&self, reason: InfeasibleReason, amount: i128, by: i128) -> Vec<Remedy> {
        let idle = |line: &&Scalable| line.assessment == 0 && line.ceiling > line.floor;
        let idle = self.scalable.iter().filter(idle).count();
        let scales = self.scalable.iter().any(|line| line.assessment > 0);
        let has_locks = self.free.len() < self.group.lines.len();
        let floors: i128 = self.scalable.iter().map(|line| i128::from(line.floor)).sum();
        let mut remedies = match reason {
            InfeasibleReason::LocksAboveTarget | InfeasibleReason::FloorsAboveTarget => {
                vec![(true, Remedy::RaiseTarget { to: amount + by })]
            }
            InfeasibleReason::CeilingsBelowTarget
            | InfeasibleReason::LocksBelowTarget
            | InfeasibleReason::NothingToScale => vec![(true, Remedy::LowerTarget { to: amount - by })],
        };
        remedies.extend(match reason {
            InfeasibleReason::LocksAboveTarget | InfeasibleReason::FloorsAboveTarget => {
                vec![(floors >= by, Remedy::RelaxFloors { by }), (self.locked >= by, Remedy::LowerLocks { by })]
            }
            InfeasibleReason::CeilingsBelowTarget
            | InfeasibleReason::LocksBelowTarget
            | InfeasibleReason::NothingToScale => vec![
                (scales, Remedy::RelaxCeilings { by }),
                (has_locks, Remedy::RaiseLocks { by }),
                (reason == InfeasibleReason::NothingToScale, Remedy::AssessLines { lines: idle }),
            ],
        });
        remedies.into_iter().filter_map(|(suffices, remedy)| suffices.then_some(remedy)).collect()
    }
}

/// The line with the bounds that hold it.
fn scalable(line: &OpenLine, on_violation: OnViolation) -> Scalable {
    let assessment = line.assessment as i64;
    match on_violation {
        OnViolation::Warn => Scalable { assessment, floor: 0, ceiling: NO_CEILING },
        OnViolation::Clamp | OnViolation::Reject => Scalable {
            assessment,
            floor: line.floor.unwrap_or(0) as i64,
            ceiling: line.ceiling.map_or(NO_CEILING, |ceiling| ceiling as i64),
        },
    }
}

/// The guardrail of the line that `quota` breaks.
fn outside(line: &OpenLine, quota: i128) -> Option<Side> {
    if line.floor.is_some_and(|floor| quota < floor) {
        return Some(Side::Floor);
    }
    line.ceiling.is_some_and(|ceiling| quota > ceiling).then_some(Side::Ceiling)
}
