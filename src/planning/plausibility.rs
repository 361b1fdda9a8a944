//! Plausibility of a whole plan: what a planner would question before it is sent.

use super::assembly::{Draft, Settled};
use super::line_name::{line_name, named};
use super::plan::{PlanLine, QuotaPlan};
use super::plausibility_fault::PlausibilityFault;
use crate::finding::{Finding, Findings, Severity};
use crate::plugin::{Plausibility, PlausibilityCheck};
use crate::units::{Money, Rate};
use rust_decimal::Decimal;
use std::cmp::Reverse;

/// Reporting periods from which on the share of one of them is questioned: of two, one often has most.
const FEWEST_PERIODS: usize = 3;

/// Part of the plan's total from which on an amount of one line in one reporting period is large, as a fraction: 10 %.
fn large() -> Rate {
    Decimal::new(1, 1)
}

/// Positions of lines, ascending, by what is known of them only before the plan is made.
pub(super) struct Questioned {
    /// Lines without any revenue up to the as-of date.
    never_sold: Vec<usize>,
    /// Free lines below the rounding unit, but above zero, before they were rounded.
    below_unit: Vec<usize>,
    /// True for each line that is in force for a part of the period.
    is_in_part: Vec<bool>,
}

impl Questioned {
    pub fn new(drafts: &[Draft], settled: &Settled, unit: i128) -> Self {
        let positions = |is: &dyn Fn(usize, &Draft) -> bool| {
            drafts.iter().enumerate().filter(|(line, draft)| is(*line, draft)).map(|(line, _)| line).collect()
        };
        let is_below = |line: usize, draft: &Draft| {
            let before = settled.lines.get(line).map_or(0, |line| line.bounded);
            draft.lock.is_none() && before > 0 && before < unit
        };
        let is_in_part = drafts.iter().map(|draft| draft.in_force.is_some()).collect();
        Self { never_sold: positions(&|_, draft| draft.never_sold), below_unit: positions(&is_below), is_in_part }
    }

    /// Findings about `plan`, each an error where the manifest refuses it. Sums that are out of range are left out.
    pub fn findings(&self, plan: &QuotaPlan, rules: &Plausibility) -> Findings {
        let checks = PlausibilityCheck::ALL.into_iter().filter(|check| !rules.ignore.contains(check));
        let found = checks.filter_map(|check| Some((check, self.check(check, plan, rules)?)));
        let severity = |check| if rules.reject.contains(&check) { Severity::Error } else { Severity::Warning };
        found.map(|(check, fault)| Finding::from(fault).with_severity(severity(check))).collect()
    }

    fn check(&self, check: PlausibilityCheck, plan: &QuotaPlan, rules: &Plausibility) -> Option<PlausibilityFault> {
        match check {
            PlausibilityCheck::LineGrowth => line_growth(plan, rules.line_growth),
            PlausibilityCheck::ChannelGrowth => {
                let (quota, prior, growth) = channel_growth(plan)?;
                let limit = rules.channel_growth;
                (growth > limit).then_some(PlausibilityFault::ChannelGrowth {
                    quota,
                    prior,
                    basis: basis(plan),
                    growth,
                    limit,
                })
            }
            PlausibilityCheck::ChannelDecline => {
                let (quota, prior, growth) = channel_growth(plan)?;
                let limit = rules.channel_decline;
                (growth < -limit).then_some(PlausibilityFault::ChannelDecline {
                    quota,
                    prior,
                    basis: basis(plan),
                    growth,
                    limit,
                })
            }
            PlausibilityCheck::NeverSold => self.never_sold(plan),
            PlausibilityCheck::RoundingUnit => self.rounding_unit(plan),
            PlausibilityCheck::PeriodShare => {
                period_share(plan, rules.period_share).or_else(|| self.line_period_share(plan, rules.period_share))
            }
        }
    }

    fn never_sold(&self, plan: &QuotaPlan) -> Option<PlausibilityFault> {
        let lines = self.never_sold.iter().filter_map(|line| plan.lines.get(*line));
        let lines: Vec<&PlanLine> = lines.filter(|line| line.quota.is_positive()).collect();
        let quota = Money::sum(plan.currency, lines.iter().map(|line| line.quota)).ok()?;
        let (found, of) = (lines.len(), plan.lines.len());
        (found > 0).then(|| PlausibilityFault::NeverSold { lines: found, of, quota, named: names(&lines) })
    }

    fn rounding_unit(&self, plan: &QuotaPlan) -> Option<PlausibilityFault> {
        let lines: Vec<&PlanLine> = self.below_unit.iter().filter_map(|line| plan.lines.get(*line)).collect();
        let zero = lines.iter().filter(|line| line.quota.is_zero()).count();
        let (unit, found, of) = (plan.rounding_unit, lines.len(), plan.lines.len());
        (found > 0).then(|| PlausibilityFault::RoundingUnit { unit, lines: found, of, zero, named: names(&lines) })
    }

    /// Lines with more than `limit` of their quota in one reporting period, where that amount is large in the plan.
    fn line_period_share(&self, plan: &QuotaPlan, limit: Rate) -> Option<PlausibilityFault> {
        if plan.reporting.len() < FEWEST_PERIODS || !plan.total.is_positive() {
            return None;
        }
        let is_above = |part: Money, whole: Money, limit: Rate| part.ratio_to(whole).is_some_and(|share| share > limit);
        let found = |line: &'_ PlanLine| {
            let largest = line.periods.iter().enumerate().max_by_key(|(_, amount)| amount.amount());
            let (period, amount) = largest.map(|(period, amount)| (period, *amount))?;
            (is_above(amount, line.quota, limit) && is_above(amount, plan.total, large())).then_some((period, amount))
        };
        // A line that is in force for a part of the period has its quota there.
        let mut lines: Vec<(&PlanLine, usize, Money)> = plan
            .lines
            .iter()
            .zip(&self.is_in_part)
            .filter(|(_, is_in_part)| !**is_in_part)
            .filter_map(|(line, _)| found(line).map(|(period, amount)| (line, period, amount)))
            .collect();
        lines.sort_by_key(|(_, _, amount)| Reverse(amount.amount()));
        let (line, period, amount) = *lines.first()?;
        let all: Vec<&PlanLine> = lines.iter().map(|(line, _, _)| *line).collect();
        Some(PlausibilityFault::LinePeriodShare {
            lines: lines.len(),
            of: plan.lines.len(),
            line: name(line),
            period: plan.reporting.get(period)?.to_string(),
            amount,
            quota: line.quota,
            limit,
            named: names(&all),
        })
    }
}

fn names(lines: &[&PlanLine]) -> String {
    named(lines.iter().map(|line| (&*line.identity.partner_id, &line.segment)))
}

fn name(line: &PlanLine) -> String {
    line_name(&line.identity.partner_id, &line.segment)
}

fn line_growth(plan: &QuotaPlan, limit: Rate) -> Option<PlausibilityFault> {
    let increase = |line: &PlanLine| line.quota.minus(line.context.comparable_revenue?).ok();
    let mut lines: Vec<&PlanLine> =
        plan.lines.iter().filter(|line| line.growth().is_some_and(|growth| growth > limit)).collect();
    // A stable sort: lines of the same increase stay in the plan's order.
    lines.sort_by_key(|line| Reverse(increase(line).map(Money::amount)));
    let first = lines.first()?;
    Some(PlausibilityFault::LineGrowth {
        lines: lines.len(),
        of: plan.lines.len(),
        limit,
        line: name(first),
        prior: first.context.comparable_revenue?,
        basis: basis(plan),
        quota: first.quota,
        growth: first.growth()?,
        named: names(&lines),
    })
}

/// Name of what growth is measured from: comparable revenue only where that is not the prior revenue of every line.
fn basis(plan: &QuotaPlan) -> &'static str {
    let is_prior = |line: &PlanLine| line.context.comparable_revenue == line.context.prior_revenue;
    if plan.lines.iter().all(is_prior) { "prior revenue" } else { "comparable revenue" }
}

/// Σ quotas, Σ comparable revenue and the growth between them, of the lines whose comparable revenue is known.
fn channel_growth(plan: &QuotaPlan) -> Option<(Money, Money, Rate)> {
    let compared = || plan.lines.iter().filter_map(|line| Some((line.quota, line.context.comparable_revenue?)));
    let quota = Money::sum(plan.currency, compared().map(|(quota, _)| quota)).ok()?;
    let prior = Money::sum(plan.currency, compared().map(|(_, prior)| prior)).ok()?;
    Some((quota, prior, quota.growth_from(prior)?))
}

fn period_share(plan: &QuotaPlan, limit: Rate) -> Option<PlausibilityFault> {
    if plan.reporting.len() < FEWEST_PERIODS {
        return None;
    }
    let column = |index: usize| {
        let amounts = plan.lines.iter().filter_map(|line| line.periods.get(index).copied());
        Money::sum(plan.currency, amounts).ok()
    };
    let columns = plan.reporting.iter().enumerate().filter_map(|(index, period)| Some((period, column(index)?)));
    let (period, quota) = columns.max_by_key(|(_, sum)| sum.amount())?;
    let (total, share) = (plan.total, quota.ratio_to(plan.total)?);
    let period = period.to_string();
    (share > limit).then_some(PlausibilityFault::PeriodShare { period, quota, total, share, limit })
}
