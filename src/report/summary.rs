//! What a plan amounts to: subtotals, movers, distribution of growth asked, guardrails; computed once for all formats.
//!
//! Growth is always Σ quota ÷ Σ comparable revenue − 1 over the lines whose comparable revenue is known, never a mean of ratios.

use crate::planning::{PlanChange, PlanLine, QuotaPlan};
use crate::quota::{GuardrailKind, Side, StepKind};
use crate::units::{Currency, Money, MoneyError, Rate};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Lines shown in each list of movers and changes.
const LISTED: usize = 5;

/// Edges of the growth classes, in percent; a class holds its lower edge.
const GROWTH_EDGES: [i64; 11] = [-50, -25, -10, 0, 5, 10, 15, 20, 30, 50, 100];

/// Sums over some lines of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subtotal {
    /// Territory, tier or product line; `None` for the lines that have none.
    pub name: Option<String>,
    /// Number of lines.
    pub lines: usize,
    /// Σ quotas.
    pub quota: Money,
    /// Σ prior revenue of the lines where it is known; `None` when no line has any.
    pub prior_revenue: Option<Money>,
    /// Number of lines whose prior revenue is known.
    pub prior_lines: usize,
    /// Σ comparable revenue of the lines where it is known, from which growth is measured; `None` when no line has any.
    pub comparable_revenue: Option<Money>,
    /// Number of lines whose comparable revenue is known.
    pub compared_lines: usize,
    /// Σ quotas of those lines: what `comparable_revenue` is compared with.
    pub compared_quota: Money,
    /// Σ current quotas where known; `None` when no line has one.
    pub current_quota: Option<Money>,
    /// Share of the plan's total; `None` when the total is zero.
    pub share: Option<Rate>,
}

impl Subtotal {
    fn new(currency: Currency) -> Self {
        Self {
            name: None,
            lines: 0,
            quota: Money::zero(currency),
            prior_revenue: None,
            prior_lines: 0,
            comparable_revenue: None,
            compared_lines: 0,
            compared_quota: Money::zero(currency),
            current_quota: None,
            share: None,
        }
    }

    /// Growth asked: `compared_quota` ÷ `comparable_revenue` − 1; `None` unless that revenue is above zero.
    pub fn growth(&self) -> Option<Rate> {
        self.compared_quota.growth_from(self.comparable_revenue?)
    }

    /// Name of what growth is measured from: comparable revenue only where that is not the prior revenue.
    pub fn compared_with(&self) -> &'static str {
        if self.comparable_revenue == self.prior_revenue { "prior revenue" } else { "comparable revenue" }
    }

    /// Prior revenue, and comparable revenue where that is not the same, each with the number of lines where it is known.
    pub fn revenues(&self) -> impl Iterator<Item = (&'static str, Money, usize)> {
        let comparable = self.comparable_revenue.filter(|_| self.comparable_revenue != self.prior_revenue);
        let prior = self.prior_revenue.map(|prior| ("prior revenue", prior, self.prior_lines));
        prior.into_iter().chain(comparable.map(|amount| ("comparable revenue", amount, self.compared_lines)))
    }

    fn add(&mut self, line: &PlanLine) -> Result<(), MoneyError> {
        self.lines += 1;
        self.quota = self.quota.plus(line.quota)?;
        if let Some(prior) = line.context.prior_revenue {
            self.prior_lines += 1;
            self.prior_revenue = Money::sum_known(self.prior_revenue.into_iter().chain([prior]))?;
        }
        if let Some(comparable) = line.context.comparable_revenue {
            self.compared_lines += 1;
            self.comparable_revenue = Money::sum_known(self.comparable_revenue.into_iter().chain([comparable]))?;
            self.compared_quota = self.compared_quota.plus(line.quota)?;
        }
        if let Some(current) = line.context.current_quota {
            self.current_quota = Money::sum_known(self.current_quota.into_iter().chain([current]))?;
        }
        Ok(())
    }
}

/// Subtotals of one dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// `territory`, `tier` or `product line`.
    pub name: &'static str,
    /// One subtotal per value, ascending by name, the lines without a value last; never empty.
    pub subtotals: Vec<Subtotal>,
}

/// One line that moves against an earlier figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mover<'a> {
    /// The line.
    pub line: &'a PlanLine,
    /// The earlier figure.
    pub before: Money,
    /// Quota − earlier figure.
    pub by: Money,
}

impl Mover<'_> {
    /// Growth over the earlier figure; `None` unless that is above zero.
    pub fn growth(&self) -> Option<Rate> {
        self.line.quota.growth_from(self.before)
    }
}

/// Lines that move most, at most five each way, largest amount first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Movers<'a> {
    /// Lines that rise.
    pub up: Vec<Mover<'a>>,
    /// Lines that fall.
    pub down: Vec<Mover<'a>>,
    /// Number of lines with an earlier figure.
    pub compared: usize,
}

/// One class of growth asked: from `from` to just below `to`, as fractions; `None` is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrowthClass {
    /// Lower edge, included.
    pub from: Option<Rate>,
    /// Upper edge, not included.
    pub to: Option<Rate>,
    /// Number of lines.
    pub lines: usize,
    /// Σ quotas.
    pub quota: Money,
}

impl GrowthClass {
    /// `below -50 %`, `0 to 5 %`, `100 % and more`; `minus` is the sign used.
    pub fn label(&self, minus: char) -> String {
        let digits = |rate: Rate| {
            let percent = rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or_default().normalize();
            percent.to_string().replace('-', minus.encode_utf8(&mut [0; 4]))
        };
        match (self.from, self.to) {
            (None, Some(to)) => format!("below {} %", digits(to)),
            (Some(from), Some(to)) => format!("{} to {} %", digits(from), digits(to)),
            (Some(from), None) => format!("{} % and more", digits(from)),
            (None, None) => "any".to_owned(),
        }
    }
}

/// Number of lines and sum of their quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Number of lines.
    pub lines: usize,
    /// Σ quotas.
    pub quota: Money,
}

impl Tally {
    fn new(currency: Currency) -> Self {
        Self { lines: 0, quota: Money::zero(currency) }
    }

    fn add(&mut self, quota: Money) -> Result<(), MoneyError> {
        self.lines += 1;
        self.quota = self.quota.plus(quota)?;
        Ok(())
    }
}

/// Difference to the previous proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeSummary<'a> {
    /// Lines whose quota differs, new and gone ones included.
    pub count: usize,
    /// Lines that are new.
    pub new: usize,
    /// Lines that are gone.
    pub gone: usize,
    /// Σ of all rises, new lines included.
    pub raised: Money,
    /// Σ of all falls, gone lines included; never above zero.
    pub lowered: Money,
    /// Largest differences first, at most ten; with the difference.
    pub largest: Vec<(&'a PlanChange, Money)>,
}

impl ChangeSummary<'_> {
    /// Σ of all differences.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.raised.plus(self.lowered)
    }
}

/// What a plan amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary<'a> {
    /// All lines.
    pub channel: Subtotal,
    /// Number of different partners.
    pub partners: usize,
    /// Σ quotas by reporting period, one amount per entry of [`QuotaPlan::reporting`]; they sum to the total.
    pub periods: Vec<Money>,
    /// Territory, tier, product line, in that order; a dimension that no line has is left out.
    pub dimensions: Vec<Dimension>,
    /// What over-assignment adds: total − (target − reserve); `None` without a target.
    pub over_assigned: Option<Money>,
    /// All levels together, (1 + a) × (1 + b) − 1; `None` when there is none.
    pub over_assignment: Option<Rate>,
    /// Lines that move most against prior revenue.
    pub against_prior: Movers<'a>,
    /// Lines that move most against the current quota.
    pub against_current: Movers<'a>,
    /// Twelve classes of growth asked, ascending; together with `growth_unknown` they hold every line.
    pub growth: Vec<GrowthClass>,
    /// Lines without prior revenue above zero: no growth can be stated.
    pub growth_unknown: Tally,
    /// Guardrails that quotas stand at, by side and by the label of the guardrail's step (the side when it has none).
    pub binding: BTreeMap<(Side, String), Tally>,
    /// Guardrails that gave way or are broken, by rule and side; the number of lines.
    pub broken: BTreeMap<(GuardrailKind, Side), usize>,
    /// Newcomers.
    pub newcomers: Tally,
    /// Locked lines.
    pub locked: Tally,
    /// Difference to the previous proposal, when one was given.
    pub changes: Option<ChangeSummary<'a>>,
    /// Indices of the lines by quota, largest first, then in the plan's order.
    pub by_quota: Vec<usize>,
}

impl<'a> Summary<'a> {
    /// Sums up `plan`; fails when a sum leaves the range of exact decimals.
    pub fn of(plan: &'a QuotaPlan) -> Result<Self, MoneyError> {
        let mut channel = Subtotal::new(plan.currency);
        let none = Tally::new(plan.currency);
        let (mut newcomers, mut locked, mut growth_unknown) = (none, none, none);
        let mut growth = growth_classes(plan.currency);
        let mut binding: BTreeMap<(Side, String), Tally> = BTreeMap::new();
        let mut broken = BTreeMap::new();
        for line in &plan.lines {
            channel.add(line)?;
            if line.context.is_newcomer {
                newcomers.add(line.quota)?;
            }
            if line.locked {
                locked.add(line.quota)?;
            }
            match line.growth() {
                Some(rate) => {
                    let class = &mut growth[class_of(rate)];
                    class.lines += 1;
                    class.quota = class.quota.plus(line.quota)?;
                }
                None => growth_unknown.add(line.quota)?,
            }
            if let Some(side) = line.binding {
                binding.entry((side, binding_label(line, side))).or_insert(none).add(line.quota)?;
            }
            // A line counts once, however many bounds of a kind it breaks.
            let kinds: BTreeSet<_> = line.broken.iter().map(|bound| (bound.kind, bound.side)).collect();
            kinds.into_iter().for_each(|kind| *broken.entry(kind).or_default() += 1);
        }
        channel.share = channel.quota.ratio_to(plan.total);
        Ok(Self {
            partners: plan.lines.iter().map(|line| &line.identity.partner_id).collect::<BTreeSet<_>>().len(),
            periods: periods(plan)?,
            dimensions: dimensions(plan)?,
            over_assigned: plan.target.map(|target| plan.total.minus(target.minus(plan.reserve)?)).transpose()?,
            over_assignment: compounded(plan),
            against_prior: movers(&plan.lines, |line| line.context.comparable_revenue)?,
            against_current: movers(&plan.lines, |line| line.context.current_quota)?,
            changes: plan.changes.as_deref().map(|list| changes(list, plan.currency)).transpose()?,
            by_quota: by_quota(&plan.lines),
            channel,
            growth,
            growth_unknown,
            binding,
            broken,
            newcomers,
            locked,
        })
    }
}

fn binding_label(line: &PlanLine, side: Side) -> String {
    let step = line.steps.iter().rev().find(|step| step.kind == StepKind::Guardrail);
    step.map_or_else(|| side.as_str().to_owned(), |step| step.label.to_string())
}

fn by_quota(lines: &[PlanLine]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|a, b| lines[*b].quota.amount().cmp(&lines[*a].quota.amount()).then(a.cmp(b)));
    order
}

fn compounded(plan: &QuotaPlan) -> Option<Rate> {
    if plan.over_assignment.is_empty() {
        return None;
    }
    let factor = plan.over_assignment.iter().try_fold(Decimal::ONE, |factor, level| {
        Decimal::ONE.checked_add(level.rate).and_then(|one| factor.checked_mul(one))
    });
    factor?.checked_sub(Decimal::ONE)
}

fn periods(plan: &QuotaPlan) -> Result<Vec<Money>, MoneyError> {
    let mut sums = vec![Money::zero(plan.currency); plan.reporting.len()];
    for line in &plan.lines {
        for (sum, quota) in sums.iter_mut().zip(&line.periods) {
            *sum = sum.plus(*quota)?;
        }
    }
    Ok(sums)
}

fn growth_classes(currency: Currency) -> Vec<GrowthClass> {
    let edges: Vec<Rate> = GROWTH_EDGES.iter().map(|percent| Decimal::new(*percent, 2)).collect();
    let class = |from, to| GrowthClass { from, to, lines: 0, quota: Money::zero(currency) };
    let lower = std::iter::once(None).chain(edges.iter().copied().map(Some));
    let upper = edges.iter().copied().map(Some).chain([None]);
    lower.zip(upper).map(|(from, to)| class(from, to)).collect()
}

fn class_of(rate: Rate) -> usize {
    GROWTH_EDGES.iter().take_while(|percent| rate >= Decimal::new(**percent, 2)).count()
}

fn dimensions(plan: &QuotaPlan) -> Result<Vec<Dimension>, MoneyError> {
    type Value = fn(&PlanLine) -> Option<&str>;
    let values: [(&'static str, Value); 3] = [
        ("territory", |line| line.identity.territory.as_deref()),
        ("tier", |line| line.identity.tier.as_deref()),
        ("product line", |line| line.identity.product_line.as_deref()),
    ];
    let mut dimensions = Vec::new();
    for (name, value) in values {
        let mut groups: BTreeMap<(bool, &str), Subtotal> = BTreeMap::new();
        for line in &plan.lines {
            let key = value(line);
            groups
                .entry((key.is_none(), key.unwrap_or_default()))
                .or_insert_with(|| Subtotal::new(plan.currency))
                .add(line)?;
        }
        if !groups.keys().any(|(is_missing, _)| !is_missing) {
            continue;
        }
        let subtotals = groups.into_iter().map(|((is_missing, key), subtotal)| Subtotal {
            name: (!is_missing).then(|| key.to_owned()),
            share: subtotal.quota.ratio_to(plan.total),
            ..subtotal
        });
        dimensions.push(Dimension { name, subtotals: subtotals.collect() });
    }
    Ok(dimensions)
}

fn movers<'a>(lines: &'a [PlanLine], before: fn(&PlanLine) -> Option<Money>) -> Result<Movers<'a>, MoneyError> {
    let compared = lines.iter().filter_map(|line| Some((line, before(line)?)));
    let mover = |(line, before): (&'a PlanLine, Money)| Ok(Mover { line, before, by: line.quota.minus(before)? });
    let mut all: Vec<Mover<'a>> = compared.map(mover).collect::<Result<_, MoneyError>>()?;
    let compared = all.len();
    all.sort_by_key(|mover| Reverse(mover.by.amount()));
    let up = all.iter().filter(|mover| mover.by.is_positive()).take(LISTED).copied().collect();
    // A stable order also from below: equal falls stand in the plan's order.
    all.sort_by_key(|mover| mover.by.amount());
    let down = all.iter().filter(|mover| mover.by.is_negative()).take(LISTED).copied().collect();
    Ok(Movers { up, down, compared })
}

fn changes(changes: &[PlanChange], currency: Currency) -> Result<ChangeSummary<'_>, MoneyError> {
    let zero = Money::zero(currency);
    let mut summary =
        ChangeSummary { count: changes.len(), new: 0, gone: 0, raised: zero, lowered: zero, largest: Vec::new() };
    for change in changes {
        let difference = change.after.unwrap_or(zero).minus(change.before.unwrap_or(zero))?;
        summary.new += usize::from(change.before.is_none());
        summary.gone += usize::from(change.after.is_none());
        let side = if difference.is_negative() { &mut summary.lowered } else { &mut summary.raised };
        *side = side.plus(difference)?;
        summary.largest.push((change, difference));
    }
    summary.largest.sort_by_key(|(_, difference)| Reverse(difference.amount().abs()));
    summary.largest.truncate(2 * LISTED);
    Ok(summary)
}
