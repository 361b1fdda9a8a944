//! What would have to be different: the nearest change of one factor that moves a line's quota, found with the real
//! reconciliation, so that guardrails, locks and rounding are all in it.

use super::assembly::{Change, Settled};
use super::propose::Prepared;
use super::sensitivity::{Direction, Sensitivity};
use crate::units::{MAX_MINOR_UNITS, Money};
use std::sync::Arc;

/// Most that an indication is raised in the search, in minor units.
const HIGHEST: i128 = MAX_MINOR_UNITS / 1_000;

/// Finds for each factor of a line the nearest indication that moves its quota by one rounding unit, and by 5 %, up and
/// down. Empty for a locked line, which nothing moves; factors that abstained have no entry.
pub fn sensitivities(prepared: &Prepared<'_>, settled: &Settled, line: usize, names: &[Arc<str>]) -> Vec<Sensitivity> {
    let draft = &prepared.drafts[line];
    if draft.lock.is_some() {
        return Vec::new();
    }
    let unit = prepared.settlement.unit;
    let quota = settled.lines[line].quota;
    let five_percent = (quota / 20 + unit - 1) / unit * unit;
    let mut found = Vec::new();
    for (factor, indicated) in draft.indicated.iter().enumerate() {
        let Some(indicated) = *indicated else { continue };
        for (moves, step) in [("one rounding unit", unit), ("5 %", five_percent.max(unit))] {
            for direction in [Direction::Up, Direction::Down] {
                let search = Search { prepared, line, factor, indicated, quota };
                found.push(search.nearest(&names[factor], moves, step, direction));
            }
        }
    }
    found
}

struct Search<'a, 'p> {
    prepared: &'a Prepared<'p>,
    line: usize,
    factor: usize,
    indicated: i128,
    quota: i128,
}

impl Search<'_, '_> {
    /// Quota of the line when the factor indicates `indicated`; `None` when there would be no plan.
    fn quota_at(&self, indicated: i128) -> Option<i128> {
        let change = Change { line: self.line, factor: self.factor, indicated };
        let settled =
            self.prepared.settlement.settle_with(&self.prepared.drafts, self.prepared.currency(), Some(change));
        settled.ok().map(|settled| settled.lines[self.line].quota)
    }

    /// The quota does not fall when an indication rises, but for one rounding unit: so bisection finds the nearest change.
    fn nearest(&self, name: &Arc<str>, moves: &'static str, step: i128, direction: Direction) -> Sensitivity {
        let is_far_enough = |indicated: i128| {
            self.quota_at(indicated).is_some_and(|quota| match direction {
                Direction::Up => quota >= self.quota + step,
                Direction::Down => quota <= self.quota - step,
            })
        };
        let far = match direction {
            Direction::Up => self.reach_up(&is_far_enough),
            Direction::Down => is_far_enough(0).then_some(0),
        };
        let needed = far.map(|far| {
            let (mut near, mut far) = (self.indicated, far);
            while (far - near).abs() > 1 {
                let middle = near + (far - near) / 2;
                if is_far_enough(middle) { far = middle } else { near = middle }
            }
            far
        });
        let currency = self.prepared.currency();
        let money = |minor: i128| Money::from_minor(minor, currency).ok();
        let note = if needed.is_some() { String::new() } else { self.held(direction) };
        Sensitivity {
            factor: Arc::clone(name),
            moves,
            direction,
            indicated_now: money(self.indicated).unwrap_or(Money::zero(currency)),
            indicated_needed: needed.and_then(money),
            quota_then: needed.and_then(|needed| self.quota_at(needed)).and_then(money),
            note,
        }
    }

    fn reach_up(&self, is_far_enough: &dyn Fn(i128) -> bool) -> Option<i128> {
        let mut reach = (self.indicated.abs() / 64).max(self.prepared.settlement.unit);
        while self.indicated + reach < HIGHEST {
            if is_far_enough(self.indicated + reach) {
                return Some(self.indicated + reach);
            }
            reach *= 4;
        }
        None
    }

    fn held(&self, direction: Direction) -> String {
        let guardrails = &self.prepared.drafts[self.line].guardrails;
        let bound = match direction {
            Direction::Up => guardrails.ceiling.as_ref(),
            Direction::Down => guardrails.floor.as_ref(),
        };
        bound.map_or_else(
            || "no change of this factor alone does it".to_owned(),
            |bound| format!("held: {}", bound.reason),
        )
    }
}
